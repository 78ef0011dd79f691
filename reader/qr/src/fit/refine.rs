//! Turns every fixed pattern to account: moves the warp to where finders, timing and alignment patterns agree best with it.

use super::warp::Warp;
use crate::{Point, locate::plane::View, symbol::layout::Layout};

/// What may move: four points, then the three bends, each in two coordinates.
const FREE: usize = 14;

/// How far is looked first, in modules, and how often it is halved.
const FIRST_STEP: f32 = 0.6;
const ROUNDS: usize = 4;

/// The warp after descent.
pub(crate) fn refined(view: &View<'_>, warp: &Warp, layout: &Layout) -> Warp {
    let module = warp.module();
    let offsets: &[(f32, f32)] =
        if module < 2.0 { &[(0.0, 0.0)] } else { &[(-0.3, -0.3), (0.3, -0.3), (-0.3, 0.3), (0.3, 0.3)] };
    let mut best = *warp;
    let mut best_score = score(view, &best, layout, offsets);
    let mut step = FIRST_STEP * module;
    for _ in 0..ROUNDS {
        // A step that helped is tried again, a few times.
        for _ in 0..3 {
            let before = best_score;
            for index in 0..FREE {
                for sign in [1.0, -1.0] {
                    let Some(moved) = moved(&best, index, sign * step) else { continue };
                    let score = score(view, &moved, layout, offsets);
                    if score > best_score {
                        (best, best_score) = (moved, score);
                        break;
                    }
                }
            }
            if best_score - before < 1e-3 * before.abs() {
                break;
            }
        }
        step /= 2.0;
    }
    best
}

fn moved(warp: &Warp, index: usize, by: f32) -> Option<Warp> {
    let (mut points, mut bend) = (warp.points, warp.bend);
    let (point, by) = match index / 2 {
        // The last point hangs on little: it may go farther.
        3 => (&mut points[3], 2.0 * by),
        i @ 0..3 => (&mut points[i], by),
        i => (&mut bend[i - 4], by),
    };
    let Point { x, y } = point;
    *(if index % 2 == 0 { x } else { y }) += by;
    Warp::new(warp.side(), points, bend)
}

/// Light minus dark over all fixed modules, mean of both.
fn score(view: &View<'_>, warp: &Warp, layout: &Layout, offsets: &[(f32, f32)]) -> f32 {
    let (mut dark_sum, mut light_sum, mut darks) = (0.0, 0.0, 0);
    for &(x, y, dark) in &layout.fixed {
        let mut sum = 0.0;
        for (right, down) in offsets {
            let point = warp.at(f32::from(x) + 0.5 + right, f32::from(y) + 0.5 + down);
            sum += view.at(point.x, point.y);
        }
        if dark {
            dark_sum += sum;
            darks += 1;
        } else {
            light_sum += sum;
        }
    }
    let lights = layout.fixed.len() - darks;
    (light_sum / lights.max(1) as f32 - dark_sum / darks.max(1) as f32) / offsets.len() as f32
}
