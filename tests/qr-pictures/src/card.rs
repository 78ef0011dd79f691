//! What a card looks like around its code: guilloche, text, a portrait; and what it lies on.

use std::f64::consts::TAU;
use std::sync::OnceLock;

use crate::dice::Dice;
use crate::raster::Raster;

/// The size of a card in mm (ID-1, ISO/IEC 7810).
pub const CARD_MM: (f64, f64) = (85.6, 54.0);
/// How many cards and tables there are: a few are made once and lent to every picture.
pub const VARIANTS: usize = 6;
/// The side of what a table shows, repeated, in mm.
const TABLE_MM: f64 = 96.0;

/// A surface to photograph.
#[derive(Debug)]
pub struct Surface {
    /// Its background alone: what shows faintly through around the code.
    pub background: Raster,
    /// With text and portrait.
    pub printed: Raster,
    /// What it lies on.
    pub table: Raster,
}

impl Surface {
    /// One of the cards.
    ///
    /// # Panics
    /// Above [`VARIANTS`].
    #[must_use]
    pub fn card(variant: usize) -> &'static Self {
        static CARDS: [OnceLock<Surface>; VARIANTS] = [const { OnceLock::new() }; VARIANTS];
        CARDS[variant].get_or_init(|| {
            let mut dice = Dice::new(0xca7d, 1, variant as u64);
            let background = guilloche(&mut dice);
            let printed = with_print(background.clone(), &mut dice).finished();
            Self { background: background.finished(), printed, table: table(&mut dice).finished() }
        })
    }

    /// The reflectance of the table at a place in mm: it has no end.
    #[must_use]
    pub fn table_at(&self, level: usize, x: f64, y: f64) -> f32 {
        self.table.at(level, x.rem_euclid(TABLE_MM), y.rem_euclid(TABLE_MM))
    }
}

/// Fine wavy lines over a pale ground, and a rosette.
fn guilloche(dice: &mut Dice) -> Raster {
    let paper = dice.between(0.78, 0.92);
    let depth = dice.between(0.06, 0.22);
    let centre = (dice.between(25.0, 60.0), dice.between(15.0, 40.0));
    let petals = 8.0 + 2.0 * dice.below(5) as f64;
    let families: Vec<_> = (0..2)
        .map(|_| {
            let pitch = dice.between(0.7, 1.6); // mm between lines
            let turn = dice.between(-0.5, 0.5);
            (
                TAU / pitch,
                turn.sin_cos(),
                dice.between(0.5, 3.0),
                TAU / dice.between(12.0, 40.0),
                dice.between(0.0, TAU),
            )
        })
        .collect();
    let line = |phase: f64| phase.cos().max(0.0).powi(6);
    Raster::of(CARD_MM, 16.0, |x, y| {
        let mut lines = 0.0f64;
        for (wave, (sin, cos), swing, bend, shift) in &families {
            lines = lines.max(line(wave * (x * sin + y * cos + swing * (bend * x + shift).sin())));
        }
        let (dx, dy) = (x - centre.0, y - centre.1);
        let (radius, angle) = (dx.hypot(dy), dy.atan2(dx));
        if radius < 14.0 {
            lines = lines.max(line(radius * TAU / 0.9 + 2.0 * (petals * angle).sin()));
        }
        let shade = 0.05 * (x / 30.0).sin() + 0.03 * (y / 17.0).cos();
        paper + shade - depth * lines
    })
}

/// Lines of text in several sizes and a portrait.
fn with_print(mut card: Raster, dice: &mut Dice) -> Raster {
    portrait(&mut card, dice);
    let ink = dice.between(0.05, 0.25);
    for (top, height) in [(3.0, 1.6), (5.5, 1.6), (9.0, 2.8)] {
        line_of_text(&mut card, dice, (24.0, top, 82.0), height, ink);
    }
    let mut top = 14.5;
    while top < 50.0 {
        let height = dice.between(1.3, 2.3);
        let right = dice.between(58.0, 82.0);
        line_of_text(&mut card, dice, (29.0, top, right), height, ink);
        top += height + dice.between(1.2, 2.4);
    }
    card
}

fn line_of_text(card: &mut Raster, dice: &mut Dice, (left, top, right): (f64, f64, f64), height: f64, ink: f64) {
    let mut x = left;
    while x < right {
        for _ in 0..2 + dice.below(5) {
            let width = height * dice.between(0.45, 0.7);
            glyph(card, dice, (x, top), (width, height), ink);
            x += width + 0.2 * height;
        }
        x += 0.45 * height;
    }
}

/// Something like a letter: two or three strokes, and an accent at times.
pub(crate) fn glyph(card: &mut Raster, dice: &mut Dice, at: (f64, f64), size: (f64, f64), ink: f64) {
    let mut point = || (at.0 + size.0 * dice.below(3) as f64 / 2.0, at.1 + size.1 * dice.below(4) as f64 / 3.0);
    let corners: Vec<_> = (0..4).map(|_| point()).collect();
    let thickness = size.1 * 0.14;
    card.stroke((at.0, at.1), (at.0, at.1 + size.1), thickness, ink);
    for pair in corners.windows(2) {
        card.stroke(pair[0], pair[1], thickness, ink);
    }
    if dice.chance(0.4) {
        card.stroke((at.0, at.1 - 0.2 * size.1), (at.0 + size.0 * 0.6, at.1 - 0.4 * size.1), thickness * 0.8, ink);
    }
}

/// A head with hair over shoulders.
fn portrait(card: &mut Raster, dice: &mut Dice) {
    let (x0, y0) = (4.0, 16.0);
    let (hair, skin, clothes) = (dice.between(0.05, 0.2), dice.between(0.45, 0.65), dice.between(0.15, 0.8));
    card.change((x0, y0), (x0 + 20.0, y0 + 26.0), |x, y, _| {
        let (u, v) = ((x - x0) / 20.0 - 0.5, (y - y0) / 26.0 - 0.5);
        let grain = 0.02 * (x * 37.0).sin() * (y * 31.0).cos();
        let face = (u / 0.24).powi(2) + ((v + 0.08) / 0.3).powi(2);
        let head = (u / 0.3).powi(2) + ((v + 0.13) / 0.33).powi(2);
        let body = (u / 0.5).powi(2) + ((v - 0.62) / 0.35).powi(2);
        let eyes = ((u.abs() - 0.1) / 0.04).powi(2) + ((v + 0.1) / 0.018).powi(2) < 1.0;
        grain
            + match () {
                () if face < 1.0 && v > -0.24 && !eyes => skin + 0.15 * u,
                () if head < 1.0 => hair,
                () if body < 1.0 => clothes,
                () => 0.82,
            }
    });
}

/// Wood, cloth, paper or a dark mat.
fn table(dice: &mut Dice) -> Raster {
    let ground = *dice.pick(&[0.08, 0.2, 0.35, 0.5, 0.75]);
    let (grain, weave) = (dice.between(0.0, 0.08), dice.between(0.0, 0.04));
    Raster::of((TABLE_MM, TABLE_MM), 8.0, |x, y| {
        let turn = TAU / TABLE_MM; // so that it repeats without a seam
        let wood = (9.0 * turn * y + 2.0 * (turn * x).sin() + 1.5 * (3.0 * turn * x).cos()).sin();
        ground + grain * wood + weave * ((80.0 * turn * x).sin() * (80.0 * turn * y).sin())
    })
}
