//! Alignment patterns (ISO/IEC 18004:2015, 6.3.6): a dark module, a light ring, a dark ring.

use super::warp::Warp;
use crate::{Point, locate::plane::View, symbol::version::Version};

/// Patterns that agree less are not believed.
const LEAST_AGREEMENT: f32 = 0.62;

/// Patterns that agree so much are not looked for elsewhere.
const SURE: f32 = 0.85;

/// The warp with its last corner where the last alignment pattern was found. `None` where the version has none, or it is not seen.
pub(crate) fn pinned(view: &View<'_>, warp: &Warp, version: Version) -> Option<Warp> {
    if version.number() < 2 {
        return None;
    }
    let centre = version.side() as f32 - 6.5;
    let reach = 2.5 + version.side() as f32 * 0.04;
    // Where it is where it should be, no wide search is needed.
    let (mut found, mut agreement) = nearest(view, warp, centre, centre, 1.0);
    if agreement < SURE {
        (found, agreement) = nearest(view, warp, centre, centre, reach);
    }
    if agreement < LEAST_AGREEMENT {
        return None;
    }
    warp.pinned(centre, centre, found)
}

/// The place within `reach` modules that looks most like an alignment pattern, and how much.
pub(crate) fn nearest(view: &View<'_>, warp: &Warp, x: f32, y: f32, reach: f32) -> (Point, f32) {
    let middle = warp.at(x, y);
    let steps = warp.steps(x, y);
    let place = |right: f32, down: f32| Point {
        x: middle.x + steps[0].x * right + steps[1].x * down,
        y: middle.y + steps[0].y * right + steps[1].y * down,
    };
    let mut best = ((0.0, 0.0), f32::NEG_INFINITY);
    let mut best_raw = 0.0;
    let (mut around, mut stride, mut reach) = ((0.0, 0.0), 0.5, reach);
    for _ in 0..3 {
        let count = (reach / stride) as i32;
        for row in -count..=count {
            for column in -count..=count {
                let (right, down) = (around.0 + column as f32 * stride, around.1 + row as f32 * stride);
                let raw = agreement(view, place(right, down), &steps);
                // The farther from where it should be, the better it must look.
                let score = raw - 0.04 * right.hypot(down);
                if score > best.1 {
                    best = ((right, down), score);
                    best_raw = raw;
                }
            }
        }
        (around, reach, stride) = (best.0, stride, stride / 2.0);
    }
    (place(best.0.0, best.0.1), best_raw)
}

/// The correlation of what is around a point with an alignment pattern.
fn agreement(view: &View<'_>, at: Point, steps: &[Point; 2]) -> f32 {
    let (mut light, mut squares, mut sum) = (0.0, 0.0, 0.0);
    for row in -2..=2_i32 {
        for column in -2..=2_i32 {
            let (right, down) = (column as f32, row as f32);
            let value =
                view.at(at.x + steps[0].x * right + steps[1].x * down, at.y + steps[0].y * right + steps[1].y * down);
            if row.abs().max(column.abs()) == 1 {
                light += value;
            }
            sum += value;
            squares += value * value;
        }
    }
    // 8 light modules among 25: the pattern's own mean is 8/25, its variance 8 × 17 / 25².
    let variance = squares / 25.0 - (sum / 25.0) * (sum / 25.0);
    if variance < 1.0 {
        return 0.0;
    }
    let covariance = light / 25.0 - (8.0 / 25.0) * (sum / 25.0);
    covariance / (variance * (8.0 * 17.0 / 625.0)).sqrt()
}
