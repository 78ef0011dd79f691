//! What is dark: a threshold for every block of 8 × 8 pixels.

use crate::Picture;

const SHIFT: usize = 3;
const BLOCK: usize = 1 << SHIFT;
/// How many blocks to each side a threshold takes into account.
const REACH: usize = 2;

/// Thresholds of a picture: a pixel below is dark.
#[derive(Debug, Default)]
pub(crate) struct Thresholds {
    columns: usize,
    rows: usize,
    values: Vec<u8>,
    lowest: Vec<u8>,
    highest: Vec<u8>,
    sums: [Vec<u32>; 2],
    row_low: Vec<u8>,
    row_high: Vec<u8>,
}

impl Thresholds {
    /// Measures a picture. A block counts with the square of its contrast, so that edges decide and flat ground follows them;
    /// where nothing differs by `least` grey levels, all is light.
    pub(crate) fn measure(&mut self, picture: &Picture<'_>, least: u8) {
        self.columns = picture.width().div_ceil(BLOCK);
        self.rows = picture.height().div_ceil(BLOCK);
        self.extremes(picture);
        self.weigh(least);
    }

    /// The thresholds of the blocks that a row of pixels crosses.
    pub(crate) fn row(&self, y: usize) -> &[u8] {
        let start = (y >> SHIFT) * self.columns;
        self.values.get(start..start + self.columns).unwrap_or(&[])
    }

    /// The threshold at a pixel.
    pub(crate) fn at(&self, x: usize, y: usize) -> u8 {
        self.values.get((y >> SHIFT) * self.columns + (x >> SHIFT)).copied().unwrap_or(0)
    }

    fn extremes(&mut self, picture: &Picture<'_>) {
        let width = picture.width();
        self.lowest.clear();
        self.highest.clear();
        for block_row in 0..self.rows {
            self.row_low.clear();
            self.row_low.resize(width, u8::MAX);
            self.row_high.clear();
            self.row_high.resize(width, 0);
            for y in block_row * BLOCK..((block_row + 1) * BLOCK).min(picture.height()) {
                let row = picture.row(y);
                self.row_low.iter_mut().zip(row).for_each(|(low, value)| *low = (*low).min(*value));
                self.row_high.iter_mut().zip(row).for_each(|(high, value)| *high = (*high).max(*value));
            }
            let fold = |block: &[u8], pick: fn(u8, u8) -> u8, first: u8| block.iter().copied().fold(first, pick);
            self.lowest.extend(self.row_low.chunks(BLOCK).map(|block| fold(block, u8::min, u8::MAX)));
            self.highest.extend(self.row_high.chunks(BLOCK).map(|block| fold(block, u8::max, 0)));
        }
    }

    fn weigh(&mut self, least: u8) {
        let (columns, rows) = (self.columns, self.rows);
        let [weights, middles] = &mut self.sums;
        let mut along = [vec![0_u32; columns], vec![0_u32; columns]];
        weights.clear();
        middles.clear();
        for (low, high) in self.lowest.chunks(columns.max(1)).zip(self.highest.chunks(columns.max(1))) {
            for (x, (low, high)) in low.iter().zip(high).enumerate() {
                let range = u32::from(high.saturating_sub(*low));
                let weight = if range >= u32::from(least) { range * range / 16 } else { 0 };
                along[0][x] = weight;
                along[1][x] = weight * ((u32::from(*low) + u32::from(*high)) / 2);
            }
            // 5 × 5 blocks of at most 4064 × 255 fit.
            weights.extend((0..columns).map(|x| window(&along[0], x)));
            middles.extend((0..columns).map(|x| window(&along[1], x)));
        }
        self.values.clear();
        for y in 0..rows {
            let (first, last) = (y.saturating_sub(REACH), (y + REACH).min(rows - 1));
            for x in 0..columns {
                let (mut weight, mut middle) = (0, 0);
                for row in first..=last {
                    weight += weights[row * columns + x];
                    middle += middles[row * columns + x];
                }
                self.values.push(middle.checked_div(weight).unwrap_or(0) as u8);
            }
        }
    }
}

fn window(values: &[u32], x: usize) -> u32 {
    values[x.saturating_sub(REACH)..(x + REACH + 1).min(values.len())].iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_ground_is_light_and_edges_part_in_the_middle() {
        let mut thresholds = Thresholds::default();
        thresholds.measure(&Picture::new(&[7; 64 * 64], 64, 64, 64).unwrap(), 10);
        assert_eq!(thresholds.at(20, 20), 0);
        let edge: Vec<u8> = (0..64 * 64).map(|i| if i % 64 < 28 { 20 } else { 120 }).collect();
        thresholds.measure(&Picture::new(&edge, 64, 64, 64).unwrap(), 10);
        assert_eq!(thresholds.at(20, 20), 70);
    }

    #[test]
    fn a_picture_without_pixels_has_no_thresholds() {
        let mut thresholds = Thresholds::default();
        for (width, height) in [(0, 0), (5, 0), (0, 5), (1, 1)] {
            thresholds.measure(&Picture::new(&[0; 5], width, height, width).unwrap(), 10);
            assert_eq!(thresholds.at(9, 9), 0);
        }
    }
}
