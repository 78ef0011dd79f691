//! Takes away what blur mixed into every module from its neighbours.
//!
//! Defocus, motion and pixels as large as modules all make a module's grey value a weighted sum of its own and its neighbours'.
//! The weights are the same all over the symbol; they are found by least squares from the modules as decided so far (the fixed
//! ones known for certain), then what the neighbours contributed is subtracted, and all is decided anew.

use super::sample;
use crate::symbol::layout::{Layout, Module};

/// Turns of weights and decisions.
const TURNS: usize = 4;
/// Turns of subtraction under the same weights.
const SUBTRACTIONS: usize = 3;
/// Modules from which weights are found.
const ENOUGH: usize = 1500;

/// How far blur goes, and whether what is dark drifts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blur {
    /// Modules to each side, 1 or 2.
    pub(crate) reach: usize,
    /// What dark modules and light ones have in common changes over the symbol: it is estimated and subtracted too.
    pub(crate) drifts: bool,
}

/// The soft values with the neighbours' share taken away.
pub(crate) fn equalised(soft: &[f32], layout: &Layout, blur: Blur) -> Option<Vec<f32>> {
    let side = layout.side;
    let reach = blur.reach;
    let pinned: Vec<Option<f32>> = (0..side * side)
        .map(|i| match layout.at(i % side, i / side) {
            Module::Dark => Some(1.0),
            Module::Light => Some(-1.0),
            _ => None,
        })
        .collect();
    let decide = |soft: &[f32], sharpness: f32| -> Vec<f32> {
        soft.iter().zip(&pinned).map(|(value, pinned)| pinned.unwrap_or((value * sharpness).clamp(-1.0, 1.0))).collect()
    };
    let mut soft = soft.to_vec();
    let mut decided = decide(&soft, 2.0);
    let mut values = soft.clone();
    for _ in 0..TURNS {
        let taps = weights(&soft, &decided, side, reach)?;
        let own = taps[taps.len() / 2];
        if own < 0.08 {
            return None;
        }
        for _ in 0..SUBTRACTIONS {
            for y in 0..side {
                for x in 0..side {
                    let mixed = mixture(&decided, side, x, y, reach, &taps);
                    let i = y * side + x;
                    values[i] = (soft[i] - (mixed - own * decided[i])) / own;
                }
            }
            decided = decide(&values, 1.5);
        }
        if blur.drifts {
            let rest: Vec<f32> =
                (0..side * side).map(|i| soft[i] - mixture(&decided, side, i % side, i / side, reach, &taps)).collect();
            let drift = sample::smoothed(&rest, side, sample::NARROW);
            soft.iter_mut().zip(drift).for_each(|(value, drift)| *value -= drift);
        }
    }
    Some(values.into_iter().map(|value| value.clamp(-2.0, 2.0)).collect())
}

/// What the weights make of the modules around one; outside the symbol is quiet zone, light. The last weight is a constant.
fn mixture(decided: &[f32], side: usize, x: usize, y: usize, reach: usize, taps: &[f32]) -> f32 {
    let mut sum = 0.0;
    let width = 2 * reach + 1;
    for row in 0..width {
        for column in 0..width {
            sum += taps[row * width + column] * neighbour(decided, side, x + column, y + row, reach);
        }
    }
    sum
}

fn neighbour(decided: &[f32], side: usize, x: usize, y: usize, reach: usize) -> f32 {
    if x < reach || y < reach || x >= side + reach || y >= side + reach {
        return -1.0;
    }
    decided[(y - reach) * side + x - reach]
}

/// The weights that explain the soft values best from the decided modules.
fn weights(soft: &[f32], decided: &[f32], side: usize, reach: usize) -> Option<Vec<f32>> {
    let width = 2 * reach + 1;
    let count = width * width;
    let mut matrix = vec![0.0_f64; count * (count + 1)];
    let mut around = vec![0.0_f64; count];
    // So many modules are enough, even for the most weights.
    let step = (side * side / ENOUGH).max(1);
    for (x, y) in (0..side * side).step_by(step).map(|i| (i % side, i / side)) {
        for (i, value) in around.iter_mut().enumerate() {
            *value = f64::from(neighbour(decided, side, x + i % width, y + i / width, reach));
        }
        let target = f64::from(soft[y * side + x]);
        for row in 0..count {
            for column in row..count {
                matrix[row * (count + 1) + column] += around[row] * around[column];
            }
            matrix[row * (count + 1) + count] += around[row] * target;
        }
    }
    for row in 0..count {
        for column in 0..row {
            matrix[row * (count + 1) + column] = matrix[column * (count + 1) + row];
        }
        // A little reluctance keeps weights small where little is known.
        matrix[row * (count + 1) + row] += 0.02 * (side * side / step) as f64;
    }
    solve(&mut matrix, count)
}

/// Gauss elimination; the matrix is positive definite, so no pivot search is needed.
fn solve(matrix: &mut [f64], count: usize) -> Option<Vec<f32>> {
    let stride = count + 1;
    for pivot in 0..count {
        let diagonal = matrix[pivot * stride + pivot];
        if diagonal.is_nan() || diagonal <= 1e-9 {
            return None;
        }
        for row in pivot + 1..count {
            let factor = matrix[row * stride + pivot] / diagonal;
            for column in pivot..stride {
                matrix[row * stride + column] -= factor * matrix[pivot * stride + column];
            }
        }
    }
    let mut solution = vec![0.0_f64; count];
    for row in (0..count).rev() {
        let known: f64 = (row + 1..count).map(|column| matrix[row * stride + column] * solution[column]).sum();
        solution[row] = (matrix[row * stride + count] - known) / matrix[row * stride + row];
    }
    Some(solution.into_iter().map(|value| value as f32).collect())
}
