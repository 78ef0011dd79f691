//! A sampled grid of modules, and its decoding: everything after the picture.

use crate::{
    ErrorCorrection, Segment,
    symbol::{
        codewords,
        format::{self, Format},
        segments,
        version::Version,
    },
};

/// The modules of a symbol as sampled: how dark each is.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    version: Version,
    values: Vec<f32>,
}

/// What a grid holds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Content {
    /// The bytes of all segments joined.
    pub payload: Vec<u8>,
    /// The segments of the payload.
    pub segments: Vec<Segment>,
    /// The version, 1 to 40.
    pub version: u8,
    /// The error correction level.
    pub error_correction: ErrorCorrection,
    /// The data mask pattern reference, 0 to 7.
    pub mask: u8,
    /// Codewords that were restored.
    pub errors_corrected: u16,
    /// Rows and columns were exchanged.
    pub mirrored: bool,
}

/// How much is tried on one grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// The likeliest format.
    Quick,
    /// Several formats.
    Thorough,
}

/// A format that agrees less with what was read is not tried.
const LEAST_AGREEMENT: f32 = 0.35;
/// Below this many bits against chance, the padding must be as demanded too.
const SURE: f32 = 32.0;

impl Grid {
    /// A grid of `side` × `side` values row by row: above 0 dark, below 0 light, the further from 0 the surer, 0 unknown.
    ///
    /// `None` where no version has this side, or the values are not as many, or one is no finite number.
    #[must_use]
    pub fn new(side: usize, values: Vec<f32>) -> Option<Self> {
        let version = Version::of_side(side)?;
        (values.len() == side * side && values.iter().all(|value| value.is_finite()))
            .then_some(Self { version, values })
    }

    /// A grid of modules that are known, `true` for dark.
    #[must_use]
    pub fn of_modules(side: usize, dark: &[bool]) -> Option<Self> {
        Self::new(side, dark.iter().map(|dark| if *dark { 1.0 } else { -1.0 }).collect())
    }

    /// Modules a side.
    #[must_use]
    pub fn side(&self) -> usize {
        self.version.side()
    }

    /// Decodes the grid, as it is or with rows and columns exchanged.
    #[must_use]
    pub fn decode(&self) -> Option<Content> {
        self.decode_to(Depth::Thorough)
    }

    pub(crate) fn decode_to(&self, depth: Depth) -> Option<Content> {
        let side = self.side();
        let upright = format::candidates(side, |x, y| self.values[y * side + x]);
        let swapped = format::candidates(side, |x, y| self.values[x * side + y]);
        let count = if depth == Depth::Quick { 1 } else { 3 };
        let mut trials: Vec<(f32, Format, bool)> = upright[..count]
            .iter()
            .map(|candidate| (candidate.agreement, candidate.format, false))
            .chain(swapped[..count].iter().map(|candidate| (candidate.agreement, candidate.format, true)))
            .filter(|(agreement, ..)| *agreement >= LEAST_AGREEMENT)
            .collect();
        trials.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut transposed = None;
        trials.into_iter().find_map(|(_, format, mirrored)| {
            if !mirrored {
                return self.decode_as(&self.values, format, false);
            }
            let values = transposed.get_or_insert_with(|| self.transposed());
            self.decode_as(values, format, true)
        })
    }

    fn decode_as(&self, values: &[f32], format: Format, mirrored: bool) -> Option<Content> {
        let restored = codewords::restore(values, self.version, format)?;
        let content = segments::read(&restored.data, self.version)?;
        if restored.assurance < SURE && !content.padded_as_demanded {
            return None;
        }
        Some(Content {
            payload: content.payload,
            segments: content.segments,
            version: self.version.number(),
            error_correction: format.error_correction,
            mask: format.mask,
            errors_corrected: u16::try_from(restored.corrected).unwrap_or(u16::MAX),
            mirrored,
        })
    }

    fn transposed(&self) -> Vec<f32> {
        let side = self.side();
        (0..side * side).map(|i| self.values[i % side * side + i / side]).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use qrcode::{EcLevel, QrCode};

    use super::*;

    fn levels() -> [(EcLevel, ErrorCorrection); 4] {
        [
            (EcLevel::L, ErrorCorrection::L),
            (EcLevel::M, ErrorCorrection::M),
            (EcLevel::Q, ErrorCorrection::Q),
            (EcLevel::H, ErrorCorrection::H),
        ]
    }

    fn drawn(code: &QrCode) -> Vec<bool> {
        code.to_colors().into_iter().map(|color| color == qrcode::Color::Dark).collect()
    }

    #[test]
    fn every_version_and_level_is_read() {
        for version in 1..=40_u8 {
            for (level, expected) in levels() {
                let text = format!("{version} {expected:?}");
                let code = QrCode::with_version(&text, qrcode::Version::Normal(i16::from(version)), level).unwrap();
                let content = Grid::of_modules(code.width(), &drawn(&code)).unwrap().decode().unwrap();
                assert_eq!(content.payload, text.as_bytes());
                assert_eq!((content.version, content.error_correction), (version, expected));
                assert_eq!((content.errors_corrected, content.mirrored), (0, false));
            }
        }
    }

    /// The encoder used here picks the mask, and some never: so the others are put in its place.
    #[test]
    fn every_mask_is_removed() {
        let code = QrCode::with_version("mask", qrcode::Version::Normal(7), EcLevel::Q).unwrap();
        let (side, modules) = (code.width(), drawn(&code));
        let original = Grid::of_modules(side, &modules).unwrap().decode().unwrap().mask;
        for mask in 0..8_u8 {
            let mut modules = modules.clone();
            for place in &crate::symbol::layout::Layout::of(Version::new(7).unwrap()).order {
                let (x, y) = (usize::from(*place) % side, usize::from(*place) / side);
                modules[usize::from(*place)] ^= format::inverts(original, x, y) ^ format::inverts(mask, x, y);
            }
            let drawn = format::encoded(0b11 << 3 | u16::from(mask));
            for copy in format::places(side) {
                for (bit, (x, y)) in copy.into_iter().enumerate() {
                    modules[y * side + x] = drawn >> bit & 1 == 1;
                }
            }
            let content = Grid::of_modules(side, &modules).unwrap().decode().unwrap();
            assert_eq!((content.payload.as_slice(), content.mask), (b"mask".as_slice(), mask));
        }
    }

    #[test]
    fn a_mirrored_grid_is_read_and_said_to_be() {
        let code = QrCode::new("038090001234|123456789|Nguyễn Thị An").unwrap();
        let (side, modules) = (code.width(), drawn(&code));
        let swapped: Vec<bool> = (0..side * side).map(|i| modules[i % side * side + i / side]).collect();
        let content = Grid::of_modules(side, &swapped).unwrap().decode().unwrap();
        assert_eq!(content.payload, "038090001234|123456789|Nguyễn Thị An".as_bytes());
        assert!(content.mirrored);
    }

    #[test]
    fn unknown_modules_cost_half_of_what_wrong_ones_cost() {
        // Version 3-M has one block with 26 check codewords: 13 errors, or more erasures.
        let text = "038090001234|An|15031990";
        let code = QrCode::with_version(text, qrcode::Version::Normal(3), EcLevel::M).unwrap();
        let layout = crate::symbol::layout::Layout::of(Version::new(3).unwrap());
        for (unknown, readable) in [(0, true), (18, true), (24, false)] {
            let mut values: Vec<f32> = drawn(&code).into_iter().map(|dark| if dark { 1.0 } else { -1.0 }).collect();
            for place in &layout.order[80..80 + 8 * unknown] {
                values[usize::from(*place)] = 0.0;
            }
            let content = Grid::new(29, values).unwrap().decode();
            assert_eq!(content.map(|content| content.payload), readable.then(|| text.as_bytes().to_vec()));
        }
    }

    proptest! {
        #[test]
        fn bytes_come_back_as_they_were(payload in proptest::collection::vec(any::<u8>(), 1..300), level in 0..4_usize) {
            let code = QrCode::with_error_correction_level(&payload, levels()[level].0).unwrap();
            let content = Grid::of_modules(code.width(), &drawn(&code)).unwrap().decode().unwrap();
            prop_assert_eq!(content.payload, payload);
        }

        #[test]
        fn noise_is_no_code(side in 0..12_usize, values in proptest::collection::vec(-1.0..1.0_f32, 65 * 65)) {
            let side = 21 + 4 * side;
            let grid = Grid::new(side, values[..side * side].to_vec()).unwrap();
            prop_assert_eq!(grid.decode(), None);
        }
    }
}
