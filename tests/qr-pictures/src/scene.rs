//! One picture before it is taken: its code, its card, and the size of every harm.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use qrcode::types::EcLevel;

use crate::camera::{Camera, Pose};
use crate::card::{Surface, VARIANTS};
use crate::category::{Category, HARMS, Harm};
use crate::dice::Dice;
use crate::person::Person;
use crate::printed::PrintedCode;
use crate::storage::{self, Storage};

/// The width and height of a picture in pixels.
pub type Size = (usize, usize);
/// What cheap cameras deliver.
pub const VGA: Size = (640, 480);
/// What better ones do.
pub const HD: Size = (1280, 720);

/// Something laid over the code, in modules from its top left corner.
#[derive(Clone, Copy, Debug)]
pub struct Cover {
    /// Its centre.
    pub centre: (f64, f64),
    /// Half its length and width.
    pub half: (f64, f64),
    /// Its direction in radians.
    pub turn: f64,
    /// Its reflectance.
    pub reflectance: f32,
}

/// A reflection of a lamp in the laminate, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Glare {
    /// Its centre.
    pub centre: (f64, f64),
    /// Where it has fallen to 60 %, along and across.
    pub radii: (f64, f64),
    /// Its direction in radians.
    pub turn: f64,
    /// To the light of light modules.
    pub strength: f64,
}

/// One picture before it is taken.
#[derive(Clone, Debug)]
pub struct Scene {
    /// `category/index`.
    pub id: String,
    /// Of this kind.
    pub category: Category,
    /// Of this size.
    pub size: Size,
    /// The code.
    pub code: PrintedCode,
    /// The card around it.
    pub surface: &'static Surface,
    /// The code's centre on the card in mm.
    pub on_card: (f64, f64),
    /// Light modules on a dark ground.
    pub inverted: bool,
    /// Seen in a mirror.
    pub mirrored: bool,
    /// Before this.
    pub camera: Camera,
    /// What covers the code.
    pub covers: Vec<Cover>,
    /// A reflection.
    pub glare: Option<Glare>,
    /// Directions of motion, falling light and a shadow's edge, in radians.
    pub directions: [f64; 3],
    /// What noise is drawn from.
    pub noise_seed: u64,
    harms: BTreeMap<Harm, f64>,
}

impl Scene {
    /// Picture `index` of a category.
    #[must_use]
    pub fn draw(seed: u64, category: Category, index: usize, size: Size) -> Self {
        let mut dice = Dice::new(seed, category as u64 + 1, index as u64);
        let code = code(category, index, &mut dice);
        let mut harms = BTreeMap::new();
        for harm in HARMS {
            let (low, high) = category.range(harm);
            harms.insert(harm, dice.between(low, high));
        }
        fit(&mut harms, &code, category, size);
        let pose = pose(&harms, &code, size, &mut dice);
        let focal = size.0 as f64 * dice.between(0.95, 1.25);
        let distance = focal * harms[&Harm::CodeMm] / code.side as f64 / harms[&Harm::PixelsPerModule];
        let camera = Camera::new(size.0, size.1, focal, &Pose { distance, ..pose });
        let covers = covers(&mut harms, &code, &mut dice);
        let mut scene = Self {
            id: format!("{}/{index}", category.name()),
            category,
            size,
            surface: Surface::card(dice.below(VARIANTS)),
            on_card: (dice.between(60.0, 74.0), dice.between(14.0, 38.0)),
            inverted: category == Category::Inverted,
            mirrored: category == Category::Mirrored,
            camera,
            covers,
            glare: None,
            directions: [dice.between(0.0, TAU), dice.between(0.0, TAU), dice.between(0.0, TAU)],
            noise_seed: dice.bits(),
            harms,
            code,
        };
        scene.place_glare(&mut dice);
        scene
    }

    /// The size of a harm, in its unit.
    #[must_use]
    pub fn harm(&self, harm: Harm) -> f64 {
        self.harms.get(&harm).copied().unwrap_or_default()
    }

    /// The side of a module in mm.
    #[must_use]
    pub fn module_mm(&self) -> f64 {
        self.harm(Harm::CodeMm) / self.code.side as f64
    }

    /// Where a place on the code is seen: modules from its top left corner to pixels of the picture, mirrored or not.
    #[must_use]
    pub fn seen_at(&self, x: f64, y: f64) -> (f64, f64) {
        let half = self.code.side as f64 / 2.0;
        let module = self.module_mm();
        let (column, row) = self.camera.sees((x - half) * module, (y - half) * module);
        (if self.mirrored { self.size.0 as f64 - column } else { column }, row)
    }

    /// The outer corners of the code in the picture: top left, top right, bottom right, bottom left as printed.
    #[must_use]
    pub fn corners(&self) -> [(f64, f64); 4] {
        let side = self.code.side as f64;
        [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)].map(|(x, y)| self.seen_at(x, y))
    }

    /// Puts the reflection somewhere over the code, where what it blinds is within what can be restored.
    fn place_glare(&mut self, dice: &mut Dice) {
        let (strength, radius) = (self.harm(Harm::GlareStrength), self.harm(Harm::GlareModules));
        if strength <= 0.0 {
            return;
        }
        let (modules, side) = (self.code.side, self.code.side as f64);
        let places: Vec<_> = (0..modules * modules)
            .map(|index| self.camera_place((index % modules) as f64 + 0.5, (index / modules) as f64 + 0.5))
            .collect();
        let pixels = radius * self.harm(Harm::PixelsPerModule);
        let mut shrink = 1.0;
        for _ in 0..60 {
            let centre = self.camera_place(dice.between(0.0, side), dice.between(0.0, side));
            let radii = (pixels * shrink * dice.between(1.0, 1.8), pixels * shrink);
            let glare = Glare { centre, radii, turn: dice.between(0.0, TAU), strength };
            // A reflection much lighter than light modules leaves nothing of them in the sensor's range.
            let blinded = |x: usize, y: usize| glare.at(places[y * modules + x].0, places[y * modules + x].1) > 0.5;
            let of_a_finder = |index: &usize| self.code.is_of_a_finder(index % modules, index / modules);
            let finders =
                (0..places.len()).filter(of_a_finder).filter(|at| blinded(at % modules, at / modules)).count();
            if finders <= 12 && self.code.share_of_repair(blinded) <= 0.8 {
                self.harms.insert(Harm::GlareModules, radius * shrink);
                self.glare = Some(glare);
                return;
            }
            shrink *= 0.96;
        }
        self.harms.insert(Harm::GlareStrength, 0.0);
    }

    /// As [`Scene::seen_at`] before a mirror turns the picture.
    #[must_use]
    pub fn camera_place(&self, x: f64, y: f64) -> (f64, f64) {
        let half = self.code.side as f64 / 2.0;
        self.camera.sees((x - half) * self.module_mm(), (y - half) * self.module_mm())
    }
}

impl Glare {
    /// Its light at a pixel, to that of light modules.
    #[must_use]
    pub fn at(&self, x: f64, y: f64) -> f64 {
        let (sin, cos) = self.turn.sin_cos();
        let (dx, dy) = (x - self.centre.0, y - self.centre.1);
        let (u, v) = ((dx * cos + dy * sin) / self.radii.0, (dy * cos - dx * sin) / self.radii.1);
        self.strength * (-0.5 * (u * u + v * v)).exp()
    }
}

impl Cover {
    /// Whether it lies over a place of the code.
    #[must_use]
    pub fn holds(&self, x: f64, y: f64) -> bool {
        let (sin, cos) = self.turn.sin_cos();
        let (dx, dy) = (x - self.centre.0, y - self.centre.1);
        (dx * cos + dy * sin).abs() <= self.half.0 && (dy * cos - dx * sin).abs() <= self.half.1
    }
}

fn code(category: Category, index: usize, dice: &mut Dice) -> PrintedCode {
    let person = Person::draw(dice);
    let text = match category {
        Category::Long => person.long_text(dice),
        _ if dice.chance(0.5) => person.text_2021(),
        _ => person.text_2024(),
    };
    let storage = match category {
        Category::Eci => [Storage::Eci, Storage::EciCutInside, Storage::EciTwiceCutInside][index % 3],
        Category::Text => storage::ALL[index % storage::ALL.len()],
        _ => Storage::Bytes,
    };
    let level = match category {
        // What can be covered needs some correction to be seen.
        Category::Occlusion | Category::Glare => *dice.pick(&[EcLevel::M, EcLevel::Q]),
        _ => *dice.pick(&[EcLevel::L, EcLevel::M, EcLevel::M, EcLevel::Q]),
    };
    let larger = if dice.chance(0.2) { 1 } else { 0 };
    PrintedCode::new(&text, storage, level, larger)
}

/// Makes modules as small as the frame demands, and contrast no larger than the light allows.
fn fit(harms: &mut BTreeMap<Harm, f64>, code: &PrintedCode, category: Category, size: Size) {
    let room = if category == Category::Large { 0.9 } else { 0.8 };
    let turned = harms[&Harm::RotationDegrees].to_radians();
    let across = turned.sin().abs() + turned.cos().abs();
    let largest = size.1 as f64 * room / (code.side as f64 * across);
    let pixels = harms[&Harm::PixelsPerModule];
    harms.insert(Harm::PixelsPerModule, pixels.min(largest));
    if harms[&Harm::ContrastLevels] > harms[&Harm::LightLevel] - 8.0 {
        let light = harms[&Harm::LightLevel];
        harms.insert(Harm::ContrastLevels, light - 8.0);
    }
}

fn pose(harms: &BTreeMap<Harm, f64>, code: &PrintedCode, size: Size, dice: &mut Dice) -> Pose {
    // What remains free around the code, so that a tilted one stays within the frame.
    let turned = harms[&Harm::RotationDegrees].to_radians();
    let reach = code.side as f64 * harms[&Harm::PixelsPerModule] * (turned.sin().abs() + turned.cos().abs()) * 0.62;
    let free = |size: usize| (size as f64 / 2.0 - reach).max(0.0);
    let bend = harms[&Harm::BendMm];
    let towards = if dice.chance(0.5) { 1.0 } else { -1.0 };
    Pose {
        tilt: harms[&Harm::TiltDegrees].to_radians(),
        tilt_axis: dice.between(0.0, TAU),
        rotation: turned,
        distance: 0.0,
        seen_at: (
            size.0 as f64 / 2.0 + free(size.0) * dice.between(-0.9, 0.9),
            size.1 as f64 / 2.0 + free(size.1) * dice.between(-0.9, 0.9),
        ),
        radius: (bend > 0.0).then_some(bend * towards),
        bend_axis: dice.between(0.0, TAU),
    }
}

/// Stickers and scratches until about as much is lost as asked, none over a finder pattern.
fn covers(harms: &mut BTreeMap<Harm, f64>, code: &PrintedCode, dice: &mut Dice) -> Vec<Cover> {
    let wanted = harms[&Harm::Occlusion];
    let side = code.side as f64;
    let mut covers: Vec<Cover> = Vec::new();
    let mut share = 0.0;
    let over = |covers: &[Cover], x: usize, y: usize| {
        let corners = [(0.1, 0.1), (0.9, 0.1), (0.5, 0.5), (0.1, 0.9), (0.9, 0.9)];
        corners.iter().any(|(u, v)| covers.iter().any(|cover| cover.holds(x as f64 + u, y as f64 + v)))
    };
    for _ in 0..200 {
        if wanted <= 0.0 || share >= 0.75 * wanted {
            break;
        }
        let scratch = dice.chance(0.3);
        let half = if scratch {
            (dice.between(0.1, 0.4) * side, dice.between(0.2, 0.5))
        } else {
            (dice.between(0.02, 0.12) * side, dice.between(0.02, 0.1) * side)
        };
        let centre = (dice.between(0.0, side), dice.between(0.0, side));
        let reflectance = *dice.pick(&[0.02, 0.1, 0.5, 0.95]);
        covers.push(Cover { centre, half, turn: dice.between(0.0, TAU), reflectance });
        let now = code.share_of_repair(|x, y| over(&covers, x, y));
        let all = (0..code.side * code.side).map(|index| (index % code.side, index / code.side));
        let finder = all.into_iter().any(|(x, y)| code.is_of_a_finder(x, y) && over(&covers, x, y));
        if finder || now > wanted {
            covers.pop();
        } else {
            share = now;
        }
    }
    harms.insert(Harm::Occlusion, share);
    covers
}
