//! A code as printed: its modules, and which codeword each module belongs to.

use qrcode::types::{Color, EcLevel, Version};
use qrcode::{QrCode, canvas};

use crate::sensor::Grey;
use crate::storage::Storage;

/// The highest version that is made: larger than any card's.
pub const HIGHEST_VERSION: usize = 25;

/// Error correction codewords of a block, for versions 1 to 25 (ISO/IEC 18004:2015, table 9).
const CORRECTION_LENGTH: [[u8; HIGHEST_VERSION]; 4] = [
    [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26],
    [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28],
    [13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30, 30],
    [17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30, 30, 30],
];

/// Blocks, for versions 1 to 25 (the same table).
const BLOCKS: [[u8; HIGHEST_VERSION]; 4] = [
    [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12],
    [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21],
    [1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29],
    [1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35],
];

/// A code as printed.
#[derive(Clone, Debug)]
pub struct PrintedCode {
    /// What it holds.
    pub payload: Vec<u8>,
    /// How that is stored.
    pub storage: Storage,
    /// 1 to [`HIGHEST_VERSION`].
    pub version: usize,
    /// The error correction level.
    pub level: EcLevel,
    /// Modules a side.
    pub side: usize,
    dark: Vec<bool>,
    /// For every module the codeword it belongs to, in the order of placement.
    codewords: Vec<Option<u16>>,
}

impl PrintedCode {
    /// The code of a text, in the smallest version that holds it or `larger` above that.
    ///
    /// # Panics
    /// Where the text needs a version above [`HIGHEST_VERSION`]: none of this crate's does.
    #[must_use]
    pub fn new(text: &str, storage: Storage, level: EcLevel, larger: usize) -> Self {
        let payload = storage.payload(text);
        let fits = |&version: &usize| storage.bits(&payload, version as i16, level).is_ok();
        let smallest = (1..=HIGHEST_VERSION).find(fits).expect("texts are of a card's length");
        // A higher version can take more bits for lengths, never too many.
        let version = (smallest + larger).min(HIGHEST_VERSION);
        let bits = storage.bits(&payload, version as i16, level).expect("a higher version holds more");
        let code = QrCode::with_bits(bits, level).expect("bits are as long as their version says");
        let side = code.width();
        let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        Self { payload, storage, version, level, side, dark, codewords: placement(version, side) }
    }

    /// Whether a module is dark. Outside the code it is light.
    #[must_use]
    pub fn is_dark(&self, x: i32, y: i32) -> bool {
        let side = self.side as i32;
        (0..side).contains(&x) && (0..side).contains(&y) && self.dark[(y * side + x) as usize]
    }

    /// Drawn flat and sharp, with its quiet zone: what no camera had a part in.
    #[must_use]
    pub fn drawn(&self, pixels_per_module: usize) -> Grey {
        let side = (self.side + 8) * pixels_per_module;
        let module = |pixel: usize| (pixel / pixels_per_module) as i32 - 4;
        let pixel = |index: usize| if self.is_dark(module(index % side), module(index / side)) { 0 } else { 255 };
        Grey { width: side, height: side, pixels: (0..side * side).map(pixel).collect() }
    }

    /// The share of the errors that can be corrected which these modules take, in the block that they hit most: 1 is all
    /// that can be lost, above it the code is beyond repair.
    #[must_use]
    pub fn share_of_repair(&self, lost: impl Fn(usize, usize) -> bool) -> f64 {
        let row = self.level as usize;
        let blocks = usize::from(BLOCKS[row][self.version - 1]);
        let correction = usize::from(CORRECTION_LENGTH[row][self.version - 1]);
        let total = self.codewords.iter().flatten().count() / 8;
        let data_long = total % blocks; // blocks at the end that hold one data codeword more
        let short = total / blocks - correction;
        let mut hit = vec![false; total];
        for (index, codeword) in self.codewords.iter().enumerate() {
            let Some(hit) = codeword.and_then(|codeword| hit.get_mut(usize::from(codeword))) else { continue };
            *hit |= lost(index % self.side, index / self.side);
        }
        let mut losses = vec![0usize; blocks];
        for (index, _) in hit.iter().enumerate().filter(|(_, hit)| **hit) {
            let data = short * blocks + data_long;
            let block = match index {
                index if index < short * blocks => index % blocks,
                index if index < data => blocks - data_long + (index - short * blocks),
                index => (index - data) % blocks,
            };
            losses[block] += 1;
        }
        // The smallest versions keep some of the correction for detection; those are below any card's.
        losses.into_iter().max().unwrap_or(0) as f64 / (correction / 2) as f64
    }

    /// Whether a module holds a bit of a codeword.
    #[must_use]
    pub fn is_of_a_codeword(&self, x: usize, y: usize) -> bool {
        self.codewords[y * self.side + x].is_some()
    }

    /// Whether a module is of a finder pattern, its separator or the format information beside it.
    #[must_use]
    pub fn is_of_a_finder(&self, x: usize, y: usize) -> bool {
        let far = self.side - 9;
        match (x < 9, y < 9) {
            (true, true) => true,
            (false, true) => x >= far,
            (true, false) => y >= far,
            (false, false) => false,
        }
    }
}

/// Which codeword each module belongs to: upward and downward in columns two modules wide, from the right
/// (ISO/IEC 18004:2015, 7.7.3).
fn placement(version: usize, side: usize) -> Vec<Option<u16>> {
    let mut codewords = vec![None; side * side];
    let functional = |x: usize, y: usize| {
        // The encoder's own function leaves the version information out, which stands from version 7 on (7.10).
        let of_the_version = version >= 7 && ((x < 6 && y + 11 >= side) || (y < 6 && x + 11 >= side));
        of_the_version || canvas::is_functional(Version::Normal(version as i16), side as i16, x as i16, y as i16)
    };
    let mut bit = 0;
    let mut upward = true;
    // Column 6 holds timing only: left of it the pairs move by one.
    for right in (1..side).rev().step_by(2).map(|x| if x <= 6 { x - 1 } else { x }) {
        for step in 0..side {
            let y = if upward { side - 1 - step } else { step };
            for x in [right, right - 1] {
                if !functional(x, y) {
                    codewords[y * side + x] = Some(bit / 8);
                    bit += 1;
                }
            }
        }
        upward = !upward;
    }
    let whole = bit / 8; // bits over are of no codeword
    codewords.into_iter().map(|codeword| codeword.filter(|&codeword| codeword < whole)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVELS: [EcLevel; 4] = [EcLevel::L, EcLevel::M, EcLevel::Q, EcLevel::H];

    #[test]
    fn the_tables_agree_with_those_of_the_encoder() {
        for version in 3..=HIGHEST_VERSION {
            for level in LEVELS {
                let (blocks, length) =
                    (BLOCKS[level as usize][version - 1], CORRECTION_LENGTH[level as usize][version - 1]);
                let most = qrcode::ec::max_allowed_errors(Version::Normal(version as i16), level).unwrap();
                assert_eq!(usize::from(blocks) * (usize::from(length) / 2), most, "{version} {level:?}");
            }
        }
    }

    #[test]
    fn every_codeword_has_eight_modules() {
        for version in 1..=HIGHEST_VERSION {
            let placement = placement(version, 4 * version + 17);
            let highest = placement.iter().flatten().max().unwrap();
            for codeword in 0..=*highest {
                assert_eq!(placement.iter().filter(|&&of| of == Some(codeword)).count(), 8, "{version}");
            }
        }
    }

    #[test]
    fn there_are_as_many_codewords_as_the_standard_says() {
        for (version, codewords) in [(1, 26), (6, 172), (7, 196), (8, 242), (10, 346), (14, 581), (25, 1588)] {
            let highest = placement(version, 4 * version + 17).into_iter().flatten().max();
            assert_eq!(highest.map(|highest| highest + 1), Some(codewords), "{version}");
        }
    }

    #[test]
    fn a_code_without_loss_needs_no_repair_and_one_without_its_modules_is_beyond_it() {
        let code = PrintedCode::new("001190123456||Nguyễn Thị An|15031990|Nữ||20042021", Storage::Bytes, EcLevel::M, 1);
        assert_eq!(code.share_of_repair(|_, _| false), 0.0);
        assert!(code.share_of_repair(|_, _| true) > 1.0);
        assert!(code.share_of_repair(|x, y| x + 1 == code.side && y + 1 == code.side) < 0.2);
    }
}
