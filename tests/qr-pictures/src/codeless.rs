//! Frames without a code: nothing may be read in them, and reading nothing must not take long.

use std::f64::consts::TAU;

use crate::camera::{Camera, Pose};
use crate::card::{CARD_MM, Surface, VARIANTS, glyph};
use crate::dice::Dice;
use crate::optics::Light;
use crate::raster::Raster;
use crate::scene::Size;
use crate::sensor::{Grey, Noise, exposed};

/// What a frame without a code shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A card away from its code.
    Card,
    /// A page of text.
    Text,
    /// Bar codes.
    Bars,
    /// A checkerboard.
    Checkerboard,
    /// Dark and light modules by chance: what a code looks like to who searches for texture.
    Modules,
    /// Squares within squares, as finder patterns are.
    Squares,
    /// Wood or cloth.
    Table,
    /// Nothing but noise.
    Darkness,
}

/// All of them.
pub const SUBJECTS: [Subject; 8] = [
    Subject::Card,
    Subject::Text,
    Subject::Bars,
    Subject::Checkerboard,
    Subject::Modules,
    Subject::Squares,
    Subject::Table,
    Subject::Darkness,
];

/// A frame without a code. The subjects take turns.
#[must_use]
pub fn frame(seed: u64, index: usize, (width, height): Size) -> Grey {
    let mut dice = Dice::new(seed, 0, index as u64);
    let subject = SUBJECTS[index % SUBJECTS.len()];
    let own = match subject {
        Subject::Card | Subject::Table => None,
        _ => Some(surface(subject, &mut dice).finished()),
    };
    let card = Surface::card(dice.below(VARIANTS));
    let raster = own.as_ref().unwrap_or(if subject == Subject::Table { &card.table } else { &card.printed });
    let focal = width as f64 * 1.1;
    let per_mm = dice.between(8.0, 18.0) * width as f64 / 640.0;
    let pose = Pose {
        tilt: dice.between(0.0, 0.6),
        tilt_axis: dice.between(0.0, TAU),
        rotation: dice.between(0.0, TAU),
        distance: focal / per_mm,
        seen_at: (width as f64 / 2.0, height as f64 / 2.0),
        radius: None,
        bend_axis: 0.0,
    };
    let camera = Camera::new(width, height, focal, &pose);
    let looked_at = (CARD_MM.0 * dice.between(0.3, 0.7), CARD_MM.1 * dice.between(0.3, 0.7));
    let level = raster.level_for(per_mm);
    let (light, fall) = (dice.between(0.1, 0.8), dice.between(0.0, 0.6));
    let light = Light::of(width, height, |y, row| {
        let places = camera.row(0.5, y as f64 + 0.5, 1.0, width);
        for ((x, point), seen) in row.iter_mut().enumerate().zip(places) {
            let reflected = seen.map_or(0.1, |(u, v)| raster.at(level, u + looked_at.0, v + looked_at.1));
            *point = reflected * (light * (1.0 - fall * x as f64 / width as f64)) as f32;
        }
    });
    let blurred = light.defocused(dice.between(0.0, 1.5));
    exposed(&blurred, Noise { sigma: dice.between(1.0, 12.0), at: 128.0, seed: dice.bits() })
}

fn surface(subject: Subject, dice: &mut Dice) -> Raster {
    let density = 14.0;
    let grain = dice.bits();
    let cell = dice.between(0.25, 1.2);
    let even = |x: f64, y: f64, size: f64| ((x / size) as u64 + (y / size) as u64) % 2 == 0;
    match subject {
        Subject::Text => {
            let mut page = Raster::of(CARD_MM, density, |_, _| 0.9);
            let height = dice.between(1.0, 3.0);
            let mut top = 2.0;
            while top < CARD_MM.1 {
                let mut left = 2.0;
                while left < CARD_MM.0 {
                    glyph(&mut page, dice, (left, top), (0.5 * height, height), 0.08);
                    left += height * if dice.chance(0.2) { 1.3 } else { 0.75 };
                }
                top += 1.9 * height;
            }
            page
        }
        Subject::Bars => Raster::of(CARD_MM, density, move |x, y| {
            let row = (y / 12.0) as u64;
            if y % 12.0 < 9.0 && dark(grain, (x / cell) as u64, row) { 0.06 } else { 0.9 }
        }),
        Subject::Checkerboard => {
            Raster::of(CARD_MM, density, move |x, y| if even(x, y, cell * 2.0) { 0.06 } else { 0.9 })
        }
        Subject::Modules => {
            Raster::of(
                CARD_MM,
                density,
                move |x, y| {
                    if dark(grain, (x / cell) as u64, (y / cell) as u64) { 0.06 } else { 0.9 }
                },
            )
        }
        Subject::Squares => Raster::of(CARD_MM, density, move |x, y| {
            let within = |place: f64| (place / cell) % 9.0 - 4.5;
            let ring = within(x).abs().max(within(y).abs());
            if ring < 1.5 || (2.5..3.5).contains(&ring) { 0.06 } else { 0.9 }
        }),
        _ => Raster::of(CARD_MM, density, |_, _| 0.02),
    }
}

/// A coin thrown for every cell.
fn dark(seed: u64, x: u64, y: u64) -> bool {
    let mixed = (seed ^ x.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ y.wrapping_mul(0xc2b2_ae3d_27d4_eb4f))
        .wrapping_mul(0xd6e8_feb8_6659_fd93);
    (mixed ^ (mixed >> 32)).count_ones() % 2 == 0
}
