//! The timing patterns (ISO/IEC 18004:2015, 6.3.5): modules dark and light in turn between the finders. They tell how many
//! modules a side has, and how much the far ones are foreshortened.

use super::warp::Warp;
use crate::{
    Point,
    locate::{plane::View, triple::Frame},
    symbol::version::Version,
};

/// A size and perspective under which the timing patterns show.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fit {
    pub(crate) warp: Warp,
    pub(crate) version: Version,
    /// How purely dark and light take turns: 1 at best, about 0 for chance.
    pub(crate) score: f32,
}

/// The steepest foreshortening looked for beyond what the finders' sizes say.
const REACH: f32 = 0.24;

/// The sizes near the measured one, the best first.
pub(crate) fn fits(view: &View<'_>, frame: &Frame) -> Vec<Fit> {
    // The measure is the better the fewer modules there are.
    let span = (frame.modules * 0.12).max(3.0);
    let first = ((frame.modules - span + 7.0 - 17.0) / 4.0).floor().max(1.0) as u8;
    let last = ((frame.modules + span + 7.0 - 17.0) / 4.0).ceil().clamp(1.0, 40.0) as u8;
    let mut fits: Vec<Fit> = (first..=last).filter_map(|number| fit(view, frame, Version::new(number)?)).collect();
    fits.sort_by(|a, b| b.score.total_cmp(&a.score));
    fits
}

fn fit(view: &View<'_>, frame: &Frame, version: Version) -> Option<Fit> {
    let side = version.side();
    let upper = Line::new(frame.corner, frame.right, frame.corner, frame.below, [frame.down[0], frame.down[1]]);
    let left = Line::new(frame.corner, frame.below, frame.corner, frame.right, [frame.across[0], frame.across[2]]);
    let (across, upper_score) = upper.shortening(view, side, (frame.across[0] / frame.across[1]).sqrt() - 1.0);
    let (down, left_score) = left.shortening(view, side, (frame.down[0] / frame.down[2]).sqrt() - 1.0);
    let warp = Warp::from_finders(side, frame.corner, frame.right, frame.below, [across, down])?;
    Some(Fit { warp, version, score: (upper_score + left_score) / 2.0 })
}

/// The line on which a timing pattern lies, three modules inward from the finder centres.
struct Line {
    from: Point,
    to: Point,
}

impl Line {
    /// Of the pattern between the finders at `from` and `to`; `inward` leads along the other side, on which modules measure
    /// `modules` pixels at both finders.
    fn new(from: Point, to: Point, corner: Point, inward: Point, modules: [f32; 2]) -> Self {
        let (x, y) = (inward.x - corner.x, inward.y - corner.y);
        let length = x.hypot(y).max(1e-3);
        let shift = |point: Point, module: f32| Point {
            x: point.x + x / length * 3.0 * module,
            y: point.y + y / length * 3.0 * module,
        };
        Self { from: shift(from, modules[0]), to: shift(to, modules[1]) }
    }

    /// The foreshortening near `guess` under which dark and light take turns most purely, and how purely.
    fn shortening(&self, view: &View<'_>, side: usize, guess: f32) -> (f32, f32) {
        let step = (0.8 / (side - 7) as f32).min(0.05);
        let steps = (REACH / step) as i32;
        let mut best = (0.0, f32::NEG_INFINITY);
        for index in -steps..=steps {
            let shortening = guess + index as f32 * step;
            if !(-0.6..1.5).contains(&shortening) {
                continue;
            }
            // Of equals, that near the guess.
            let score = self.score(view, side, shortening) - 0.02 * (index as f32 / steps as f32).abs();
            if score > best.1 {
                best = (shortening, score);
            }
        }
        best
    }

    fn score(&self, view: &View<'_>, side: usize, shortening: f32) -> f32 {
        let value = |module: usize| {
            let u = (module as f32 + 0.5 - 3.5) / (side - 7) as f32;
            let u = u * (1.0 + shortening) / (1.0 + shortening * u);
            view.at(self.from.x + (self.to.x - self.from.x) * u, self.from.y + (self.to.y - self.from.y) * u)
        };
        let (mut sum, mut norm) = (0.0, 1e-3);
        let (mut before, mut now) = (value(6), value(7));
        for module in 7..side - 7 {
            let next = value(module + 1);
            let curve = (before + next) / 2.0 - now;
            sum += if module % 2 == 0 { curve } else { -curve };
            norm += curve.abs();
            (before, now) = (now, next);
        }
        // Next to no difference is no pattern.
        sum / (norm + 0.5 * (side - 14) as f32)
    }
}
