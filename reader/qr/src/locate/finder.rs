//! Finder patterns (ISO/IEC 18004:2015, 6.3.3): dark, light, dark, light, dark in the proportion 1 : 1 : 3 : 1 : 1 along any
//! line through the centre.

use crate::Point;

/// What may be a finder pattern.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finder {
    /// The centre.
    pub(crate) at: Point,
    /// Pixels a module along the rows and along the columns of the picture.
    pub(crate) across: f32,
    pub(crate) down: f32,
    /// How many lines through it were seen.
    pub(crate) seen: u32,
    /// Light on dark.
    pub(crate) inverted: bool,
}

impl Finder {
    /// Pixels a module, about: where the code is turned, more than there are.
    pub(crate) fn module(&self) -> f32 {
        (self.across * self.down).sqrt()
    }

    /// In a picture `scale` times as large.
    pub(crate) fn scaled(self, scale: f32) -> Self {
        let at = Point { x: self.at.x * scale, y: self.at.y * scale };
        Self { at, across: self.across * scale, down: self.down * scale, ..self }
    }

    /// Whether both are likely to be the same pattern.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let reach = 1.5 * self.module().max(other.module()) + 1.0;
        self.inverted == other.inverted
            && (self.at.x - other.at.x).abs() < reach
            && (self.at.y - other.at.y).abs() < reach
            && (0.5..2.0).contains(&(self.module() / other.module()))
    }

    /// The mean of both, each counted as often as it was seen.
    pub(crate) fn join(&mut self, other: &Self) {
        let share = other.seen as f32 / (self.seen + other.seen).max(1) as f32;
        self.at.x += (other.at.x - self.at.x) * share;
        self.at.y += (other.at.y - self.at.y) * share;
        self.across += (other.across - self.across) * share;
        self.down += (other.down - self.down) * share;
        self.seen += other.seen;
    }
}

/// Pixels a module, where six edges stand like those of a finder.
///
/// Only distances between like edges are compared closely: blur and a threshold off the middle move all edges into the light
/// together, or out of it.
pub(crate) fn module_of(edges: &[f32; 6]) -> Option<f32> {
    let module = (edges[5] + edges[4] - edges[1] - edges[0]) / 12.0;
    let near = |distance: f32, modules: f32, tolerance: f32| (distance - modules * module).abs() <= tolerance * module;
    let run = |index: usize| edges[index + 1] - edges[index];
    (near(edges[2] - edges[0], 2.0, 0.75)
        && near(edges[5] - edges[3], 2.0, 0.75)
        && near(edges[3] - edges[1], 4.0, 1.2)
        && near(edges[4] - edges[2], 4.0, 1.2)
        && near(run(2), 3.0, 1.3)
        && [0, 1, 3, 4].into_iter().all(|index| near(run(index), 1.0, 0.8)))
    .then_some(module)
}

/// The middle of six edges.
pub(crate) fn middle_of(edges: &[f32; 6]) -> f32 {
    edges.iter().sum::<f32>() / 6.0
}
