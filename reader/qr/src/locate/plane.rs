//! Grey values at any place of a picture, and pictures made from pictures: halved, sharpened.

use crate::Picture;

/// A picture whose dark and light may be exchanged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    picture: Picture<'a>,
    inverted: bool,
}

impl<'a> View<'a> {
    pub(crate) fn new(picture: Picture<'a>, inverted: bool) -> Self {
        Self { picture, inverted }
    }

    /// The grey value at a point, interpolated between the four pixels around; beyond the border that of the border.
    pub(crate) fn at(&self, x: f32, y: f32) -> f32 {
        let value = bilinear(&self.picture, x, y);
        if self.inverted { 255.0 - value } else { value }
    }
}

fn bilinear(picture: &Picture<'_>, x: f32, y: f32) -> f32 {
    let (width, height) = (picture.width(), picture.height());
    if width < 2 || height < 2 {
        return 128.0;
    }
    // Pixel centres lie half a pixel from the corner. What is no number becomes 0.
    let x = (x - 0.5).max(0.0).min((width - 1) as f32);
    let y = (y - 0.5).max(0.0).min((height - 1) as f32);
    let (left, top) = ((x as usize).min(width - 2), (y as usize).min(height - 2));
    let (right_share, lower_share) = (x - left as f32, y - top as f32);
    let ([a, b], [c, d]) = picture.square(left, top);
    let upper = f32::from(a) + (f32::from(b) - f32::from(a)) * right_share;
    let lower = f32::from(c) + (f32::from(d) - f32::from(c)) * right_share;
    upper + (lower - upper) * lower_share
}

/// A picture made from another, packed without gaps.
#[derive(Debug, Default)]
pub(crate) struct Plane {
    pixels: Vec<u8>,
    width: usize,
    height: usize,
}

impl Plane {
    pub(crate) fn picture(&self) -> Picture<'_> {
        Picture::new(&self.pixels, self.width, self.height, self.width).unwrap_or(Picture::EMPTY)
    }

    /// Half the size: every pixel the mean of four.
    pub(crate) fn halve(&mut self, from: &Picture<'_>) {
        (self.width, self.height) = (from.width() / 2, from.height() / 2);
        self.pixels.clear();
        for y in 0..self.height {
            let upper = from.row(2 * y).chunks_exact(2);
            let lower = from.row(2 * y + 1).chunks_exact(2);
            let means = upper.zip(lower).map(|(upper, lower)| {
                let sum = u16::from(upper[0]) + u16::from(upper[1]) + u16::from(lower[0]) + u16::from(lower[1]);
                (sum.div_ceil(2) / 2) as u8
            });
            self.pixels.extend(means);
        }
    }

    /// Noise smaller: every pixel a weighted mean of the 3 × 3 around it, 1 : 2 : 1 along both.
    pub(crate) fn smooth(&mut self, from: &Picture<'_>) {
        (self.width, self.height) = (from.width(), from.height());
        self.pixels.clear();
        let last = self.height.saturating_sub(1);
        let mut columns = vec![0_u16; self.width];
        for y in 0..self.height {
            let (above, row, below) = (from.row(y.saturating_sub(1)), from.row(y), from.row((y + 1).min(last)));
            for (sum, ((above, here), below)) in columns.iter_mut().zip(above.iter().zip(row).zip(below)) {
                *sum = u16::from(*above) + 2 * u16::from(*here) + u16::from(*below);
            }
            if let [first, .., end] = columns[..] {
                self.pixels.push((first / 4) as u8);
                let inner = columns.windows(3).map(|around| ((around[0] + 2 * around[1] + around[2] + 8) >> 4) as u8);
                self.pixels.extend(inner);
                self.pixels.push((end / 4) as u8);
            } else {
                self.pixels.extend_from_slice(row);
            }
        }
    }

    /// Light even: the mean of the 3 × 3 pixels around, less that of the 17 × 17 around, twice, about the middle grey.
    pub(crate) fn flatten(&mut self, from: &Picture<'_>) {
        const NEAR: usize = 1;
        const FAR: usize = 8;
        (self.width, self.height) = (from.width(), from.height());
        self.pixels.clear();
        if self.width < 2 * FAR + 1 || self.height == 0 {
            self.pixels.resize(self.width * self.height, 128);
            return;
        }
        let last = self.height - 1;
        let row = |y: usize, offset: usize, reach: usize| from.row((y + offset).saturating_sub(reach).min(last));
        let mut far = vec![0_u16; self.width];
        let mut near = vec![0_u16; self.width];
        let mut sums = vec![0_u32; self.width + 1];
        for y in 0..self.height {
            if y == 0 {
                for offset in 0..=2 * FAR {
                    far.iter_mut().zip(row(0, offset, FAR)).for_each(|(sum, value)| *sum += u16::from(*value));
                }
            } else {
                let (enter, leave) = (row(y, 2 * FAR, FAR), row(y - 1, 0, FAR));
                for (sum, (enter, leave)) in far.iter_mut().zip(enter.iter().zip(leave)) {
                    *sum = *sum + u16::from(*enter) - u16::from(*leave);
                }
            }
            near.fill(0);
            for offset in 0..=2 * NEAR {
                near.iter_mut().zip(row(y, offset, NEAR)).for_each(|(sum, value)| *sum += u16::from(*value));
            }
            // Of a very long row the sum may wrap; differences do not suffer from it.
            let mut sum = 0_u32;
            for (after, value) in sums[1..].iter_mut().zip(&far) {
                sum = sum.wrapping_add(u32::from(*value));
                *after = sum;
            }
            let inner = (FAR..self.width - FAR).map(|x| {
                let wide = sums[x + FAR + 1].wrapping_sub(sums[x - FAR]) as i32;
                let narrow = i32::from(near[x - 1] + near[x] + near[x + 1]);
                // 1 / 9 and 1 / 289, twice, in 16 bits.
                (128 + ((narrow * 14_564 - wide * 454) >> 16)).clamp(0, 255) as u8
            });
            self.pixels.extend([128; FAR]);
            self.pixels.extend(inner);
            self.pixels.extend([128; FAR]);
        }
    }

    /// Edges steeper: what a pixel differs from the mean of the 5 × 5 around is added to it one and a half times.
    pub(crate) fn sharpen(&mut self, from: &Picture<'_>) {
        const REACH: usize = 2;
        (self.width, self.height) = (from.width(), from.height());
        self.pixels.clear();
        self.pixels.reserve(self.width * self.height);
        let last = self.height.saturating_sub(1);
        let mut columns = vec![0_u16; self.width];
        let mut sums = vec![0_u16; self.width];
        for y in 0..self.height {
            columns.fill(0);
            for offset in 0..=2 * REACH {
                let row = from.row((y + offset).saturating_sub(REACH).min(last));
                columns.iter_mut().zip(row).for_each(|(sum, value)| *sum += u16::from(*value));
            }
            let row = from.row(y);
            // At the left and right border a pixel stays as it is.
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum = 25 * u16::from(*value));
            let inner = sums.get_mut(REACH..self.width.saturating_sub(REACH)).unwrap_or_default();
            for (sum, around) in inner.iter_mut().zip(columns.windows(2 * REACH + 1)) {
                *sum = around[0] + around[1] + around[2] + around[3] + around[4];
            }
            self.pixels.extend(row.iter().zip(&sums).map(|(value, sum)| {
                // 25 × 255 fits; a sixteenth of 25 times the difference is a little more than one and a half.
                let value = i16::from(*value);
                let difference = 25 * value - *sum as i16;
                (value + (difference >> 4)).clamp(0, 255) as u8
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_between_pixels_are_interpolated() {
        let picture = Picture::new(&[0, 100, 100, 200], 2, 2, 2).unwrap();
        let view = View::new(picture, false);
        assert_eq!(view.at(0.5, 0.5), 0.0);
        assert_eq!(view.at(1.0, 0.5), 50.0);
        assert_eq!(view.at(1.0, 1.0), 100.0);
        assert_eq!(view.at(1e9, f32::NAN), 100.0);
        assert_eq!(View::new(picture, true).at(0.5, 0.5), 255.0);
    }

    #[test]
    fn a_half_is_the_mean_of_four() {
        let mut half = Plane::default();
        half.halve(&Picture::new(&[0, 2, 9, 4, 2, 9], 3, 2, 3).unwrap());
        assert_eq!(half.picture().row(0), [2]);
    }
}
