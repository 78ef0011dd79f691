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

/// Values taken along a line for every module that is measured between the finders.
const FINENESS: f32 = 4.0;

/// The sizes near the measured one, the best first.
pub(crate) fn fits(view: &View<'_>, frame: &Frame) -> Vec<Fit> {
    // The measure is the better the fewer modules there are.
    let span = (frame.modules * 0.12).max(3.0);
    let number = |modules: f32| (modules + 7.0 - 17.0) / 4.0;
    let first = number(frame.modules - span).floor().clamp(1.0, 40.0) as u8;
    let last = number(frame.modules + span).ceil().clamp(1.0, 40.0) as u8;
    let [corner, right, below] = [frame.corner, frame.right, frame.below];
    let upper = Line::new(view, [corner, right], [corner, below], [frame.down[0], frame.down[1]], frame.modules);
    let left = Line::new(view, [corner, below], [corner, right], [frame.across[0], frame.across[2]], frame.modules);
    let guesses = [(frame.across[0] / frame.across[1]).sqrt() - 1.0, (frame.down[0] / frame.down[2]).sqrt() - 1.0];
    let fit = |number: u8| {
        let version = Version::new(number)?;
        let (across, upper_score) = upper.shortening(version.side(), guesses[0]);
        let (down, left_score) = left.shortening(version.side(), guesses[1]);
        let warp = Warp::from_finders(version.side(), corner, right, below, [across, down])?;
        Some(Fit { warp, version, score: (upper_score + left_score) / 2.0 })
    };
    let mut fits: Vec<Fit> = (first..=last).filter_map(fit).collect();
    fits.sort_by(|a, b| b.score.total_cmp(&a.score));
    fits
}

/// The grey values on the line on which a timing pattern lies, three modules inward from the finder centres.
struct Line {
    values: Vec<f32>,
}

impl Line {
    /// Of the pattern between the finders at `ends`; `inward` leads along the other side, on which modules measure
    /// `modules` pixels at both finders.
    fn new(view: &View<'_>, ends: [Point; 2], inward: [Point; 2], modules: [f32; 2], length: f32) -> Self {
        let (x, y) = (inward[1].x - inward[0].x, inward[1].y - inward[0].y);
        let norm = x.hypot(y).max(1e-3);
        let shift =
            |i: usize| Point { x: ends[i].x + x / norm * 3.0 * modules[i], y: ends[i].y + y / norm * 3.0 * modules[i] };
        let (from, to) = (shift(0), shift(1));
        let count = (length * FINENESS).clamp(8.0, 1000.0) as usize;
        let value = |i: usize| {
            let u = i as f32 / count as f32;
            view.at(from.x + (to.x - from.x) * u, from.y + (to.y - from.y) * u)
        };
        Self { values: (0..=count).map(value).collect() }
    }

    /// The foreshortening near `guess` under which dark and light take turns most purely, and how purely.
    fn shortening(&self, side: usize, guess: f32) -> (f32, f32) {
        // In the middle of the line, such a step moves by less than half a module.
        let step = (1.6 / (side - 7) as f32).min(0.06);
        let coarse = self.best(side, guess, guess, step, (REACH / step) as i32);
        self.best(side, guess, coarse.0, step / 3.0, 2)
    }

    fn best(&self, side: usize, guess: f32, middle: f32, step: f32, steps: i32) -> (f32, f32) {
        let mut best = (0.0, f32::NEG_INFINITY);
        for index in -steps..=steps {
            let shortening = middle + index as f32 * step;
            if !(-0.6..1.5).contains(&shortening) {
                continue;
            }
            // Of equals, that near the guess.
            let score = self.score(side, shortening) - 0.2 * (shortening - guess).abs();
            if score > best.1 {
                best = (shortening, score);
            }
        }
        best
    }

    fn score(&self, side: usize, shortening: f32) -> f32 {
        let last = self.values.len() - 1;
        let value = |module: usize| {
            let u = (module as f32 - 3.0) / (side - 7) as f32;
            let u = u * (1.0 + shortening) / (1.0 + shortening * u);
            let place = u.clamp(0.0, 1.0) * last as f32;
            let index = (place as usize).min(last - 1);
            let (before, after) = (self.values[index], self.values[index + 1]);
            before + (after - before) * (place - index as f32)
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
