//! Blur: a lens out of focus spreads a point over a disc, motion over a line.

/// Light on a grid.
#[derive(Clone, Debug)]
pub struct Light {
    /// Points in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Row by row.
    pub points: Vec<f32>,
}

impl Light {
    /// What a function says of every row: it fills the row it is given.
    pub fn of(width: usize, height: usize, mut fill: impl FnMut(usize, &mut [f32])) -> Self {
        let mut points = vec![0.0; width * height];
        for (y, row) in points.chunks_exact_mut(width.max(1)).enumerate() {
            fill(y, row);
        }
        Self { width, height, points }
    }

    /// Spread over a disc of this radius in points.
    #[must_use]
    pub fn defocused(self, radius: f64) -> Self {
        if radius < 0.2 {
            return self;
        }
        let rows = radius.ceil() as isize;
        // Half the length of the disc in each row: the mean over the row's height.
        let half = |dy: isize| {
            let at = |step: i32| {
                let y = dy as f64 + (f64::from(step) - 3.5) / 8.0;
                (radius * radius - y * y).max(0.0).sqrt()
            };
            ((0..8).map(at).sum::<f64>() / 8.0) as f32
        };
        let chords: Vec<_> = (-rows..=rows).map(|dy| (dy, half(dy))).filter(|(_, half)| *half > 0.0).collect();
        let area: f32 = chords.iter().map(|(_, half)| 2.0 * half).sum();
        let edge = rows as usize + 2;
        let sums: Vec<Vec<f32>> = self.points.chunks_exact(self.width).map(|row| running_sums(row, edge)).collect();
        Self::of(self.width, self.height, |y, row| {
            for &(dy, half) in &chords {
                let sums = &sums[y.saturating_add_signed(dy).min(self.height - 1)];
                add_chord(row, sums, edge, half);
            }
            row.iter_mut().for_each(|point| *point /= area);
        })
    }

    /// Spread over a line of this length in points and this direction.
    #[must_use]
    pub fn moved(self, length: f64, direction: f64) -> Self {
        if length < 0.3 {
            return self;
        }
        let steps = (2.0 * length).ceil().max(3.0) as usize;
        let (sin, cos) = direction.sin_cos();
        let offsets: Vec<_> = (0..steps)
            .map(|step| ((step as f64 + 0.5) / steps as f64 - 0.5) * length)
            .map(|along| (along * cos, along * sin))
            .collect();
        let weight = 1.0 / steps as f32;
        let clamp = |place: isize, size: usize| place.clamp(0, size as isize - 1) as usize;
        Self::of(self.width, self.height, |y, row| {
            for &(dx, dy) in &offsets {
                let (left, above) = (dx.floor() as isize, dy.floor() as isize);
                let (across, down) = ((dx - dx.floor()) as f32, (dy - dy.floor()) as f32);
                let line = |y: isize| &self.points[clamp(y, self.height) * self.width..][..self.width];
                let (upper, lower) = (line(y as isize + above), line(y as isize + above + 1));
                for (x, sum) in row.iter_mut().enumerate() {
                    let (a, b) = (clamp(x as isize + left, self.width), clamp(x as isize + left + 1, self.width));
                    let first = upper[a] + (lower[a] - upper[a]) * down;
                    let second = upper[b] + (lower[b] - upper[b]) * down;
                    *sum += weight * (first + (second - first) * across);
                }
            }
        })
    }

    /// The mean of squares of `side` × `side` points: what a pixel collects.
    #[must_use]
    pub fn collected(&self, side: usize) -> Self {
        let weight = 1.0 / (side * side) as f32;
        Self::of(self.width / side, self.height / side, |y, row| {
            for line in self.points[y * side * self.width..].chunks_exact(self.width).take(side) {
                for (pixel, points) in row.iter_mut().zip(line.chunks_exact(side)) {
                    *pixel += weight * points.iter().sum::<f32>();
                }
            }
        })
    }
}

/// The sums of the points before each, with `edge` points more on both sides that are as the outermost. The sums are of
/// points less one half: they stay small, and f32 keeps their digits.
fn running_sums(row: &[f32], edge: usize) -> Vec<f32> {
    let (first, last) = (row.first().copied().unwrap_or(0.0), row.last().copied().unwrap_or(0.0));
    let points = std::iter::repeat_n(first, edge).chain(row.iter().copied()).chain(std::iter::repeat_n(last, edge));
    let mut sum = 0.0f64;
    let mut sums = Vec::with_capacity(row.len() + 2 * edge + 1);
    sums.push(0.0);
    sums.extend(points.map(|point| {
        sum += f64::from(point) - 0.5;
        sum as f32
    }));
    sums
}

/// Adds to every point the sum over `half` points to both sides of its centre.
fn add_chord(row: &mut [f32], sums: &[f32], edge: usize, half: f32) {
    // From the left edge of a point to the chord's ends: whole points, and a part of the next.
    let (left, right) = (edge as f32 + 0.5 - half, edge as f32 + 0.5 + half);
    let (a, b) = (left as usize, right as usize);
    let (u, v) = (left - a as f32, right - b as f32);
    let count = row.len();
    let ends = sums[a..][..count]
        .iter()
        .zip(&sums[a + 1..][..count])
        .zip(sums[b..][..count].iter().zip(&sums[b + 1..][..count]));
    for (total, ((a, after_a), (b, after_b))) in row.iter_mut().zip(ends) {
        *total += (b + (after_b - b) * v) - (a + (after_a - a) * u) + half;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point() -> Light {
        Light::of(41, 31, |y, row| row[20] = f32::from(u8::from(y == 15)))
    }

    #[test]
    fn blur_keeps_the_light_and_its_centre() {
        for blurred in [point().defocused(5.5), point().moved(9.0, 0.7), point().moved(6.0, 2.2).defocused(3.0)] {
            let total: f32 = blurred.points.iter().sum();
            assert!((total - 1.0).abs() < 1e-3, "{total}");
            let across: f32 = blurred.points.iter().enumerate().map(|(at, point)| (at % 41) as f32 * point).sum();
            let down: f32 = blurred.points.iter().enumerate().map(|(at, point)| (at / 41) as f32 * point).sum();
            assert!((across - 20.0).abs() < 0.05 && (down - 15.0).abs() < 0.05, "{across} {down}");
        }
    }

    #[test]
    fn a_disc_is_even_inside_and_dark_outside() {
        let disc = point().defocused(6.0);
        let at = |x: usize, y: usize| disc.points[y * 41 + x];
        let inside = 1.0 / (std::f32::consts::PI * 36.0);
        for (x, y) in [(20, 15), (24, 15), (20, 11), (17, 18)] {
            assert!((at(x, y) - inside).abs() < 0.05 * inside, "{x} {y}: {} of {inside}", at(x, y));
        }
        assert!(at(27, 15).abs() < 1e-4 && at(20, 22).abs() < 1e-4);
    }

    #[test]
    fn a_pixel_collects_the_mean() {
        let light = Light::of(4, 2, |y, row| row.copy_from_slice(&[0.0, 1.0, y as f32, 1.0]));
        assert_eq!(light.collected(2).points, [0.5, 0.75]);
    }
}
