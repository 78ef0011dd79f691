//! Format information: error correction level and mask (ISO/IEC 18004:2015, 7.9 and Annex C), and the masks (7.8.2).

use crate::ErrorCorrection;

/// What the format information says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    pub(crate) error_correction: ErrorCorrection,
    /// 0 to 7.
    pub(crate) mask: u8,
}

/// A format and how well it agrees with what was read: 1 for every bit sure and right, about 0 for chance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) format: Format,
    pub(crate) agreement: f32,
}

const GENERATOR: u16 = 0x537;
/// Keeps the format from being all light (7.9.1).
const XOR: u16 = 0x5412;

/// Bits of format information.
pub(crate) const BITS: usize = 15;

/// The fifteen modules of each copy, (column, row), lowest bit first (figure 25).
pub(crate) fn places(side: usize) -> [[(usize, usize); BITS]; 2] {
    let mut first = [(0, 0); BITS];
    let mut second = [(0, 0); BITS];
    for bit in 0..BITS {
        first[bit] = match bit {
            0..=5 => (8, bit),
            6 => (8, 7),
            7 => (8, 8),
            8 => (7, 8),
            _ => (14 - bit, 8),
        };
        second[bit] = if bit < 8 { (side - 1 - bit, 8) } else { (8, side + bit - BITS) };
    }
    [first, second]
}

/// All 32 formats ordered by agreement with soft bits, best first. `dark` gives a module's value, positive for dark.
pub(crate) fn candidates(side: usize, dark: impl Fn(usize, usize) -> f32) -> [Candidate; 32] {
    let mut bits = [0.0_f32; BITS];
    let mut weight = 0.0;
    for copy in places(side) {
        for (bit, (x, y)) in bits.iter_mut().zip(copy) {
            let value = dark(x, y);
            *bit += value;
            weight += value.abs();
        }
    }
    let weight = if weight > 0.0 { weight } else { 1.0 };
    let mut all: [Candidate; 32] = std::array::from_fn(|data| {
        let drawn = encoded(data as u16);
        let sum: f32 = bits.iter().enumerate().map(|(i, bit)| if drawn >> i & 1 == 1 { *bit } else { -bit }).sum();
        Candidate { format: Format::of(data as u8), agreement: sum / weight }
    });
    all.sort_by(|a, b| b.agreement.total_cmp(&a.agreement));
    all
}

/// The fifteen bits as drawn.
pub(crate) fn encoded(data: u16) -> u16 {
    let mut rest = data << 10;
    for bit in (10..BITS).rev() {
        if rest >> bit & 1 == 1 {
            rest ^= GENERATOR << (bit - 10);
        }
    }
    (data << 10 | rest) ^ XOR
}

impl Format {
    /// From the five data bits (table 12).
    fn of(data: u8) -> Self {
        let error_correction = match data >> 3 & 3 {
            0b01 => ErrorCorrection::L,
            0b00 => ErrorCorrection::M,
            0b11 => ErrorCorrection::Q,
            _ => ErrorCorrection::H,
        };
        Self { error_correction, mask: data & 7 }
    }
}

/// Whether a mask inverts the module in this column and row (table 10).
pub(crate) fn inverts(mask: u8, x: usize, y: usize) -> bool {
    match mask {
        0 => (x + y) % 2 == 0,
        1 => y % 2 == 0,
        2 => x % 3 == 0,
        3 => (x + y) % 3 == 0,
        4 => (x / 3 + y / 2) % 2 == 0,
        5 => (x * y) % 2 + (x * y) % 3 == 0,
        6 => ((x * y) % 2 + (x * y) % 3) % 2 == 0,
        _ => ((x + y) % 2 + (x * y) % 3) % 2 == 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_is_encoded() {
        // Annex C.1: level M, mask 5.
        assert_eq!(encoded(0b00101), 0b100_0000_1100_1110);
    }

    #[test]
    fn three_wrong_bits_in_each_copy_do_not_hide_a_format() {
        let side = 21;
        for data in 0..32_u16 {
            for broken in 0..13 {
                let drawn = encoded(data) ^ 0b111 << broken;
                let dark = |x, y| {
                    let bit =
                        places(side).iter().find_map(|copy| copy.iter().position(|place| *place == (x, y))).unwrap();
                    if drawn >> bit & 1 == 1 { 1.0 } else { -1.0 }
                };
                let best = candidates(side, dark)[0];
                assert_eq!(best.format, Format::of(data as u8));
            }
        }
    }
}
