//! Reads the modules of a symbol: how dark each is, against what is dark and light around it.

use super::warp::Warp;
use crate::{locate::plane::View, symbol::layout::Layout};

/// Modules to each side that say what is dark and light: enough for a sure mean.
pub(crate) const WIDE: usize = 4;
/// The same where light changes within few modules.
pub(crate) const NARROW: usize = 2;

/// How much of a module is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Care {
    /// Its middle.
    Little,
    /// As much of it as is surely its own.
    Much,
}

/// The grey values of all modules, row by row.
pub(crate) fn greys(view: &View<'_>, warp: &Warp, care: Care) -> Vec<f32> {
    let side = warp.side();
    // Where a module has few pixels, only its middle is its own.
    let offsets: &[f32] = match (warp.module(), care) {
        (small, _) if small < 2.6 => &[0.0],
        (middle, Care::Little) if middle < 8.0 => &[0.0],
        (middle, _) if middle < 6.0 => &[-0.17, 0.17],
        _ => &[-0.27, 0.0, 0.27],
    };
    let share = 1.0 / (offsets.len() * offsets.len()) as f32;
    let mut values = Vec::with_capacity(side * side);
    for row in 0..side {
        let y = row as f32 + 0.5;
        for column in 0..side {
            let x = column as f32 + 0.5;
            let mut sum = 0.0;
            for down in offsets {
                for right in offsets {
                    let point = warp.at(x + right, y + down);
                    sum += view.at(point.x, point.y);
                }
            }
            values.push(sum * share);
        }
    }
    values
}

/// How dark the modules are: 1 like the dark ones around, −1 like the light ones, 0 in the middle, about 0 also where dark and
/// light hardly differ. The modules up to `reach` away say what is dark and light.
pub(crate) fn soft(greys: &[f32], side: usize, reach: usize) -> Vec<f32> {
    let rough = smoothed(greys, side, WIDE);
    let first = against(greys, side, WIDE, |i| greys[i] < rough[i]);
    if reach >= WIDE {
        return first;
    }
    // What was decided with much around says with little around what is dark and light: twice, so that it moves inward.
    let second = against(greys, side, WIDE.midpoint(reach), |i| first[i] > 0.0);
    against(greys, side, reach, |i| second[i] > 0.0)
}

/// The same against nothing but the mean of the few modules around: rough, but light may change as it likes.
pub(crate) fn flattened(greys: &[f32], side: usize) -> Vec<f32> {
    let means = smoothed(greys, side, NARROW);
    let differences: Vec<f32> = means.iter().zip(greys).map(|(mean, grey)| mean - grey).collect();
    let typical = differences.iter().map(|value| value.abs()).sum::<f32>() / differences.len().max(1) as f32;
    differences.into_iter().map(|value| (value / typical.max(0.5)).clamp(-3.0, 3.0)).collect()
}

/// The mean of the modules up to `reach` away.
pub(crate) fn smoothed(values: &[f32], side: usize, reach: usize) -> Vec<f32> {
    box_means(values, side, reach, |_| 1.0).into_iter().map(|(mean, _)| mean).collect()
}

fn against(greys: &[f32], side: usize, reach: usize, is_dark: impl Fn(usize) -> bool) -> Vec<f32> {
    let mean = |dark: bool| box_means(greys, side, reach, |i| if is_dark(i) == dark { 1.0 } else { 0.0 });
    let (darks, lights) = (mean(true), mean(false));
    let halves: Vec<f32> = darks.iter().zip(&lights).map(|(dark, light)| (light.0 - dark.0) / 2.0).collect();
    let typical = halves.iter().sum::<f32>() / halves.len().max(1) as f32;
    let least = (0.4 * typical).max(0.5);
    (0..greys.len())
        .map(|i| {
            let middle = match (darks[i].1 > 0.5, lights[i].1 > 0.5) {
                // All alike around: only the usual difference can tell.
                (true, false) => darks[i].0 + typical,
                (false, true) => lights[i].0 - typical,
                _ => (darks[i].0 + lights[i].0) / 2.0,
            };
            ((middle - greys[i]) / halves[i].max(least)).clamp(-2.0, 2.0)
        })
        .collect()
}

/// How well the fixed modules show what they must: 1 at best, about 0 for chance.
pub(crate) fn agreement(soft: &[f32], layout: &Layout) -> f32 {
    let (mut sum, mut norm) = (0.0, 1e-3);
    for &(x, y, dark) in &layout.fixed {
        let value = soft[usize::from(y) * layout.side + usize::from(x)];
        sum += if dark { value } else { -value };
        norm += value.abs();
    }
    sum / norm
}

/// The weighted mean, and weight, in the square around every module; where nothing has weight, the value itself.
fn box_means(greys: &[f32], side: usize, reach: usize, weight: impl Fn(usize) -> f32) -> Vec<(f32, f32)> {
    // Sums over everything above and to the left.
    let stride = side + 1;
    let mut sums = vec![(0.0_f64, 0.0_f64); stride * stride];
    for y in 0..side {
        let (mut value_sum, mut weight_sum) = (0.0, 0.0);
        for x in 0..side {
            let i = y * side + x;
            let weight = f64::from(weight(i));
            value_sum += f64::from(greys[i]) * weight;
            weight_sum += weight;
            let above = sums[y * stride + x + 1];
            sums[(y + 1) * stride + x + 1] = (above.0 + value_sum, above.1 + weight_sum);
        }
    }
    let mut means = Vec::with_capacity(side * side);
    for y in 0..side {
        let (top, bottom) = (y.saturating_sub(reach), (y + reach + 1).min(side));
        for x in 0..side {
            let (left, right) = (x.saturating_sub(reach), (x + reach + 1).min(side));
            let at = |x: usize, y: usize| sums[y * stride + x];
            let corners = [at(right, bottom), at(left, bottom), at(right, top), at(left, top)];
            let value = corners[0].0 - corners[1].0 - corners[2].0 + corners[3].0;
            let weight = corners[0].1 - corners[1].1 - corners[2].1 + corners[3].1;
            let mean = if weight > 0.5 { (value / weight) as f32 } else { greys[y * side + x] };
            means.push((mean, weight as f32));
        }
    }
    means
}
