//! Takes the picture of a scene.

use crate::category::Harm;
use crate::optics::Light;
use crate::scene::Scene;
use crate::sensor::{Grey, Noise, exposed, light_of};

/// Samples of the code's region, at most: beyond it is sampled less finely.
const MOST_SAMPLES: f64 = 1.6e6;

/// The picture of a scene.
///
/// # Panics
/// Where the encoder of JPEG refuses grey pixels: it does not.
#[must_use]
pub fn picture(scene: &Scene) -> Grey {
    let light = lit(scene, &reflected(scene));
    let (bright, contrast) = (scene.harm(Harm::LightLevel), scene.harm(Harm::ContrastLevels));
    let noise = Noise { sigma: scene.harm(Harm::NoiseLevels), at: bright - contrast / 2.0, seed: scene.noise_seed };
    let mut grey = exposed(&light, noise);
    if scene.mirrored {
        grey = grey.mirrored();
    }
    match scene.harm(Harm::JpegQuality) {
        quality if quality >= 1.0 => grey.through_jpeg(quality as u8).expect("grey pixels are encoded"),
        _ => grey,
    }
}

/// What every pixel gets of an even light: the frame sampled once a pixel, the region of the code finely.
fn reflected(scene: &Scene) -> Light {
    let (width, height) = scene.size;
    let blurred = |light: Light, samples: f64| {
        let module = scene.harm(Harm::PixelsPerModule) * samples;
        let moved = light.moved(scene.harm(Harm::MotionModules) * module, scene.directions[0]);
        // Two discs one after the other are about as wide as one whose radius squared is the sum of theirs.
        let lens = scene.harm(Harm::LensPixels) * samples;
        moved.defocused(lens.hypot(scene.harm(Harm::DefocusModules) * module))
    };
    let view = View::new(scene);
    let frame = Light::of(width, height, |y, row| view.fill(row, 0.5, y as f64 + 0.5, 1.0));
    let mut frame = blurred(frame, 1.0);

    let (left, top, right, bottom) = region(scene);
    let (columns, rows) = (right - left, bottom - top);
    let fine = ((MOST_SAMPLES / (columns * rows).max(1) as f64).sqrt() as usize).clamp(2, 4);
    let step = 1.0 / fine as f64;
    let detail = Light::of(columns * fine, rows * fine, |y, row| {
        view.fill(row, left as f64 + 0.5 * step, top as f64 + (y as f64 + 0.5) * step, step);
    });
    let detail = blurred(detail, fine as f64).collected(fine);
    for (y, row) in detail.points.chunks_exact(columns.max(1)).enumerate() {
        // The outermost pixels got blur from beyond the region: they stay those of the frame.
        frame.points[(top + y) * width + left..][..columns].copy_from_slice(row);
    }
    frame
}

/// The pixels that hold the code with its quiet zone and what blur spreads.
fn region(scene: &Scene) -> (usize, usize, usize, usize) {
    let side = scene.code.side as f64;
    let quiet = 4.5;
    let mut low = (f64::MAX, f64::MAX);
    let mut high = (f64::MIN, f64::MIN);
    for step in 0..=8 {
        let along = -quiet + (side + 2.0 * quiet) * f64::from(step) / 8.0;
        for (x, y) in [(along, -quiet), (along, side + quiet), (-quiet, along), (side + quiet, along)] {
            let seen = scene.camera_place(x, y);
            low = (low.0.min(seen.0), low.1.min(seen.1));
            high = (high.0.max(seen.0), high.1.max(seen.1));
        }
    }
    let within = |place: f64, size: usize| (place.max(0.0) as usize).min(size);
    let (width, height) = scene.size;
    (within(low.0, width), within(low.1, height), within(high.0, width), within(high.1, height))
}

/// What is needed to say what a line of sight meets.
struct View<'a> {
    scene: &'a Scene,
    per_module: f64,
    half: f64,
    spread: f64,
    card_level: usize,
    table_level: usize,
}

impl<'a> View<'a> {
    fn new(scene: &'a Scene) -> Self {
        let per_mm = scene.harm(Harm::PixelsPerModule) / scene.module_mm();
        Self {
            scene,
            per_module: 1.0 / scene.module_mm(),
            half: scene.code.side as f64 / 2.0,
            spread: scene.harm(Harm::InkSpread),
            card_level: scene.surface.printed.level_for(per_mm),
            table_level: scene.surface.table.level_for(per_mm),
        }
    }

    fn fill(&self, row: &mut [f32], x: f64, y: f64, step: f64) {
        let places = self.scene.camera.row(x, y, step, row.len());
        for (point, place) in row.iter_mut().zip(places) {
            *point = place.map_or(0.1, |(u, v)| self.reflectance(u, v));
        }
    }

    /// The reflectance at a place in mm from the code's centre.
    fn reflectance(&self, u: f64, v: f64) -> f32 {
        const QUIET: f64 = 4.0;
        let (x, y) = (u * self.per_module + self.half, v * self.per_module + self.half);
        let side = 2.0 * self.half;
        let surface = self.scene.surface;
        let (card_x, card_y) = (u + self.scene.on_card.0, v + self.scene.on_card.1);
        if x > -QUIET && y > -QUIET && x < side + QUIET && y < side + QUIET {
            if let Some(cover) = self.scene.covers.iter().find(|cover| cover.holds(x, y)) {
                return cover.reflectance;
            }
            if self.is_dark(x, y) != self.scene.inverted {
                return 0.0;
            }
            // The guilloche shows through faintly.
            return 0.7 + 0.3 * surface.background.near(self.card_level, card_x, card_y);
        }
        let (width, height) = crate::card::CARD_MM;
        if card_x < 0.0 || card_y < 0.0 || card_x > width || card_y > height {
            return surface.table_at(self.table_level, card_x, card_y);
        }
        surface.printed.at(self.card_level, card_x, card_y)
    }

    /// Whether ink lies at a place of the code: in a dark module, or beside one as far as ink spreads.
    fn is_dark(&self, x: f64, y: f64) -> bool {
        let code = &self.scene.code;
        const ABOVE: f64 = 64.0; // so that rounding towards 0 rounds down
        let (i, j) = ((x + ABOVE) as i32 - ABOVE as i32, (y + ABOVE) as i32 - ABOVE as i32);
        let dark = code.is_dark(i, j);
        let (reach, spreads) = (self.spread.abs(), self.spread > 0.0);
        if dark == spreads {
            return dark;
        }
        let (u, v) = (x - f64::from(i), y - f64::from(j));
        let across = if u < reach { -1 } else { i32::from(u > 1.0 - reach) };
        let down = if v < reach { -1 } else { i32::from(v > 1.0 - reach) };
        let other = |dx: i32, dy: i32| code.is_dark(i + dx, j + dy) != dark;
        if (across != 0 && other(across, 0)) || (down != 0 && other(0, down)) { !dark } else { dark }
    }
}

/// What the sensor collects of it under the light of the scene.
fn lit(scene: &Scene, reflected: &Light) -> Light {
    let bright = light_of(scene.harm(Harm::LightLevel));
    let dark = light_of(scene.harm(Harm::LightLevel) - scene.harm(Harm::ContrastLevels));
    let (width, height) = (reflected.width as f64, reflected.height as f64);
    let [_, fall_to, edge] = scene.directions.map(f64::sin_cos);
    let (fall, shadow) = (scene.harm(Harm::LightFall), scene.harm(Harm::Shadow));
    let middle = scene.camera_place(scene.code.side as f64 / 2.0, scene.code.side as f64 / 2.0);
    let diagonal = width.hypot(height);
    let soft = 4.0 * scene.harm(Harm::PixelsPerModule);
    Light::of(reflected.width, reflected.height, |y, row| {
        let from = &reflected.points[y * reflected.width..];
        for (x, (light, reflected)) in row.iter_mut().zip(from).enumerate() {
            let (x, y) = (x as f64 + 0.5, y as f64 + 0.5);
            let along = ((x - width / 2.0) * fall_to.1 + (y - height / 2.0) * fall_to.0) / diagonal + 0.5;
            let beyond = (x - middle.0) * edge.1 + (y - middle.1) * edge.0;
            let shaded = shadow * (beyond / soft + 0.5).clamp(0.0, 1.0);
            let lamp = (1.0 - fall * along) * (1.0 - shaded);
            let glare = scene.glare.map_or(0.0, |glare| glare.at(x, y) * bright);
            *light = (lamp * (dark + f64::from(*reflected) * (bright - dark)) + glare) as f32;
        }
    })
}
