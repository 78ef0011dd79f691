//! Reflectance on a grid, and strokes drawn on it.

/// Reflectance on a grid: 0 absorbs, 255 reflects all. With halved copies, so that seen small it does not shimmer.
#[derive(Clone, Debug)]
pub struct Raster {
    /// Points per mm.
    pub density: f64,
    levels: Vec<Level>,
}

#[derive(Clone, Debug)]
struct Level {
    width: usize,
    height: usize,
    points: Vec<u8>,
}

impl Raster {
    /// What a function of the place in mm says.
    #[must_use]
    pub fn of(size_mm: (f64, f64), density: f64, reflectance: impl Fn(f64, f64) -> f64) -> Self {
        let (width, height) = ((size_mm.0 * density) as usize, (size_mm.1 * density) as usize);
        let at = |index: usize| {
            let (x, y) = ((index % width) as f64 + 0.5, (index / width) as f64 + 0.5);
            (reflectance(x / density, y / density) * 255.0).clamp(0.0, 255.0) as u8
        };
        let points = (0..width * height).map(at).collect();
        Self { density, levels: vec![Level { width, height, points }] }
    }

    /// Makes the halved copies: to be done when everything is drawn.
    #[must_use]
    pub fn finished(mut self) -> Self {
        while self.levels.len() < 6 {
            let Some(last) = self.levels.last().filter(|last| last.width.min(last.height) >= 32) else { break };
            let halved = last.halved();
            self.levels.push(halved);
        }
        self
    }

    /// The copy that fits `points_per_mm` samples a mm.
    #[must_use]
    pub fn level_for(&self, points_per_mm: f64) -> usize {
        let halvings = (self.density / points_per_mm).log2().round().max(0.0) as usize;
        halvings.min(self.levels.len() - 1)
    }

    /// The reflectance at a place in mm, 0 to 1, between the points of a level; beyond the edge that of the edge.
    #[must_use]
    pub fn at(&self, level: usize, x: f64, y: f64) -> f32 {
        let scale = self.density / (1u32 << level) as f64;
        let level = &self.levels[level];
        let x = (x * scale - 0.5).clamp(0.0, level.width as f64 - 1.001) as f32;
        let y = (y * scale - 0.5).clamp(0.0, level.height as f64 - 1.001) as f32;
        let (column, row) = (x as usize, y as usize);
        let (across, down) = (x - column as f32, y - row as f32);
        let index = row * level.width + column;
        let point = |index: usize| f32::from(level.points[index]);
        let above = point(index) + (point(index + 1) - point(index)) * across;
        let index = index + level.width;
        let below = point(index) + (point(index + 1) - point(index)) * across;
        (above + (below - above) * down) / 255.0
    }

    /// The reflectance of the nearest point: enough where samples are finer than points.
    #[must_use]
    pub fn near(&self, level: usize, x: f64, y: f64) -> f32 {
        let scale = self.density / (1u32 << level) as f64;
        let level = &self.levels[level];
        let (column, row) = ((x * scale).max(0.0) as usize, (y * scale).max(0.0) as usize);
        f32::from(level.points[row.min(level.height - 1) * level.width + column.min(level.width - 1)]) / 255.0
    }

    /// Changes what lies within a box in mm; the function gets the place and the reflectance there.
    pub fn change(&mut self, from: (f64, f64), to: (f64, f64), change: impl Fn(f64, f64, f64) -> f64) {
        let density = self.density;
        let Level { width, height, points } = &mut self.levels[0];
        let range = |from: f64, to: f64, size: usize| {
            let place = |mm: f64| ((mm * density).max(0.0) as usize).min(size);
            place(from)..(place(to) + 1).min(size)
        };
        for row in range(from.1, to.1, *height) {
            for column in range(from.0, to.0, *width) {
                let (x, y) = ((column as f64 + 0.5) / density, (row as f64 + 0.5) / density);
                let point = &mut points[row * *width + column];
                *point = (change(x, y, f64::from(*point) / 255.0) * 255.0).clamp(0.0, 255.0) as u8;
            }
        }
    }

    /// Draws a straight stroke of ink.
    pub fn stroke(&mut self, from: (f64, f64), to: (f64, f64), thickness: f64, ink: f64) {
        let soft = 0.5 / self.density;
        let reach = thickness / 2.0 + 2.0 * soft;
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = (dx * dx + dy * dy).max(1e-9);
        let low = (from.0.min(to.0) - reach, from.1.min(to.1) - reach);
        let high = (from.0.max(to.0) + reach, from.1.max(to.1) + reach);
        self.change(low, high, |x, y, before| {
            let along = (((x - from.0) * dx + (y - from.1) * dy) / length).clamp(0.0, 1.0);
            let distance = (x - from.0 - along * dx).hypot(y - from.1 - along * dy);
            let covered = ((thickness / 2.0 - distance) / (2.0 * soft) + 0.5).clamp(0.0, 1.0);
            before + (ink.min(before) - before) * covered
        });
    }
}

impl Level {
    fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mean = |index: usize| {
            let at = 2 * (index / width) * self.width + 2 * (index % width);
            let sum: u32 =
                [at, at + 1, at + self.width, at + self.width + 1].iter().map(|&at| u32::from(self.points[at])).sum();
            (sum / 4) as u8
        };
        Self { width, height, points: (0..width * height).map(mean).collect() }
    }
}
