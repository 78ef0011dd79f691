//! Versions: the size of a symbol, its alignment patterns, its blocks (ISO/IEC 18004:2015, 5.3, 7.5.1, 7.10, Annexes D and E).

use crate::ErrorCorrection;

/// The size of a symbol, 1 to 40.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(u8);

/// How the codewords of a symbol are cut into blocks: first the short ones, then those one data codeword longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Blocks {
    /// Blocks in all.
    pub(crate) count: usize,
    /// How many of them, from the first, are one data codeword shorter.
    pub(crate) short: usize,
    /// Data codewords of a short block.
    pub(crate) data: usize,
    /// Check codewords of every block.
    pub(crate) checks: usize,
}

/// Version information (Annex D): 6 bits of data, 12 of a BCH code.
const VERSION_GENERATOR: u32 = 0x1f25;

impl Version {
    /// The largest.
    pub(crate) const LARGEST: u8 = 40;

    /// `None` outside 1 to 40.
    pub(crate) fn new(number: u8) -> Option<Self> {
        (1..=Self::LARGEST).contains(&number).then_some(Self(number))
    }

    /// The version with this many modules a side.
    pub(crate) fn of_side(side: usize) -> Option<Self> {
        let above = side.checked_sub(17)?;
        (above % 4 == 0).then(|| u8::try_from(above / 4).ok().and_then(Self::new)).flatten()
    }

    pub(crate) fn number(self) -> u8 {
        self.0
    }

    /// Modules a side.
    pub(crate) fn side(self) -> usize {
        17 + 4 * usize::from(self.0)
    }

    /// The rows, and columns, in which alignment patterns have their centres (Annex E, table E.1). Patterns lie where two of
    /// these cross, but for the three corners taken by finders.
    pub(crate) fn alignment_centres(self) -> Vec<usize> {
        let number = usize::from(self.0);
        if number == 1 {
            return Vec::new();
        }
        let count = number / 7 + 2;
        // Evenly spaced and even, counted from the far end; version 32 alone is off the rule.
        let step = if number == 32 { 26 } else { (number * 4 + count * 2 + 1) / (count * 2 - 2) * 2 };
        let last = self.side() - 7;
        let mut centres: Vec<usize> = (0..count - 1).map(|i| last - i * step).collect();
        centres.push(6);
        centres.reverse();
        centres
    }

    /// Codewords in all (table 1).
    pub(crate) fn codewords(self) -> usize {
        let number = usize::from(self.0);
        let side = self.side();
        let alignment = if number == 1 { 0 } else { number / 7 + 2 };
        let patterns = (alignment * alignment).saturating_sub(3);
        // Those in the timing patterns share five modules with them.
        let shared = 2 * alignment.saturating_sub(2);
        let fixed = 3 * 64 + 2 * (side - 16) + 25 * patterns - 5 * shared;
        let information = 31 + if number >= 7 { 36 } else { 0 };
        (side * side - fixed - information) / 8
    }

    /// Table 9.
    pub(crate) fn blocks(self, level: ErrorCorrection) -> Blocks {
        let index = usize::from(self.0) - 1;
        let (checks, count) = match level {
            ErrorCorrection::L => (CHECKS_L[index], BLOCKS_L[index]),
            ErrorCorrection::M => (CHECKS_M[index], BLOCKS_M[index]),
            ErrorCorrection::Q => (CHECKS_Q[index], BLOCKS_Q[index]),
            ErrorCorrection::H => (CHECKS_H[index], BLOCKS_H[index]),
        };
        let (checks, count) = (usize::from(checks), usize::from(count));
        let total = self.codewords();
        Blocks { count, short: count - total % count, data: total / count - checks, checks }
    }

    /// Check codewords kept in the first versions to detect errors rather than correct them (table 9, note b: p).
    pub(crate) fn reserved_checks(self, level: ErrorCorrection) -> usize {
        match (self.0, level) {
            (1, ErrorCorrection::L) => 3,
            (1, ErrorCorrection::M) | (2, ErrorCorrection::L) => 2,
            (1, _) | (3, ErrorCorrection::L) => 1,
            _ => 0,
        }
    }

    /// The 18 bits of version information that versions from 7 carry, the highest first drawn (Annex D).
    pub(crate) fn information(self) -> Option<u32> {
        if self.0 < 7 {
            return None;
        }
        let data = u32::from(self.0) << 12;
        let mut rest = data;
        for bit in (12..18).rev() {
            if rest >> bit & 1 == 1 {
                rest ^= VERSION_GENERATOR << (bit - 12);
            }
        }
        Some(data | rest)
    }
}

const CHECKS_L: [u8; 40] = [
    7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26, 28, 30, 30, 30,
    30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
];
const CHECKS_M: [u8; 40] = [
    10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28, 28,
    28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
];
const CHECKS_Q: [u8; 40] = [
    13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30, 30, 28, 30, 30, 30,
    30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
];
const CHECKS_H: [u8; 40] = [
    17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30, 30, 30, 30, 30, 30, 30,
    30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
];
const BLOCKS_L: [u8; 40] = [
    1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19,
    19, 20, 21, 22, 24, 25,
];
const BLOCKS_M: [u8; 40] = [
    1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33,
    35, 37, 38, 40, 43, 45, 47, 49,
];
const BLOCKS_Q: [u8; 40] = [
    1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43,
    45, 48, 51, 53, 56, 59, 62, 65, 68,
];
const BLOCKS_H: [u8; 40] = [
    1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51,
    54, 57, 60, 63, 66, 70, 74, 77, 81,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_the_standard() {
        let of = |number| Version::new(number).unwrap();
        assert_eq!(of(1).codewords(), 26);
        assert_eq!(of(7).codewords(), 196);
        assert_eq!(of(14).codewords(), 581);
        assert_eq!(of(40).codewords(), 3706);
        assert_eq!(of(7).alignment_centres(), [6, 22, 38]);
        assert_eq!(of(32).alignment_centres(), [6, 34, 60, 86, 112, 138]);
        assert_eq!(of(36).alignment_centres(), [6, 24, 50, 76, 102, 128, 154].map(|c| c)[..]);
        assert_eq!(of(40).alignment_centres(), [6, 30, 58, 86, 114, 142, 170]);
        assert_eq!(of(7).information(), Some(0x07c94));
        assert_eq!(of(40).information(), Some(0x28c69));
        assert_eq!(of(6).information(), None);
        assert_eq!(Version::of_side(21), Version::new(1));
        assert_eq!(Version::of_side(23), None);
    }
}
