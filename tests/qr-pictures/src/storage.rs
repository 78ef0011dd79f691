//! Ways of storing the same text in a code: what encoders in the wild do, and what decoders stumble over.

use qrcode::bits::Bits;
use qrcode::types::{EcLevel, QrError, Version};
use unicode_normalization::UnicodeNormalization;

/// A way of storing UTF-8 in segments (ISO/IEC 18004:2015, 7.3 and 7.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// One segment of bytes: what cards have.
    Bytes,
    /// ECI 26 (UTF-8) and one segment of bytes.
    Eci,
    /// ECI 3 (ISO 8859-1), which is not true.
    WrongEci,
    /// Two segments of bytes, cut between characters.
    Cut,
    /// Two segments of bytes, cut inside a character.
    CutInside,
    /// ECI 26, then as [`Storage::CutInside`].
    EciCutInside,
    /// As [`Storage::CutInside`], with ECI 26 before each segment.
    EciTwiceCutInside,
    /// Segments of 17 bytes, wherever that cuts.
    Pieces,
    /// The ID number as digits, the rest as bytes.
    DigitsFirst,
    /// Digits, bars and dates in their own modes: the shortest.
    Shortest,
    /// The ID number as digits, a bar as alphanumeric, the rest as bytes.
    ThreeModes,
    /// Letters and accents apart (NFD), as one segment of bytes.
    Decomposed,
    /// Letters and accents apart, cut inside a character.
    DecomposedCutInside,
    /// Few accents: what decoders that guess take for another charset.
    FewAccents,
    /// A byte order mark before the text.
    ByteOrderMark,
}

/// All of them.
pub const ALL: [Storage; 15] = [
    Storage::Bytes,
    Storage::Eci,
    Storage::WrongEci,
    Storage::Cut,
    Storage::CutInside,
    Storage::EciCutInside,
    Storage::EciTwiceCutInside,
    Storage::Pieces,
    Storage::DigitsFirst,
    Storage::Shortest,
    Storage::ThreeModes,
    Storage::Decomposed,
    Storage::DecomposedCutInside,
    Storage::FewAccents,
    Storage::ByteOrderMark,
];

impl Storage {
    /// The bytes that a code holds whose text this is.
    #[must_use]
    pub fn payload(self, text: &str) -> Vec<u8> {
        match self {
            Self::Decomposed | Self::DecomposedCutInside => text.nfd().collect::<String>().into_bytes(),
            Self::FewAccents => with_few_accents(text).into_bytes(),
            Self::ByteOrderMark => format!("\u{feff}{text}").into_bytes(),
            _ => text.as_bytes().to_vec(),
        }
    }

    /// The bits of a code of this version.
    ///
    /// # Errors
    /// Where they do not fit.
    pub fn bits(self, payload: &[u8], version: i16, level: EcLevel) -> Result<Bits, QrError> {
        let mut bits = Bits::new(Version::Normal(version));
        match self {
            Self::Bytes | Self::Decomposed | Self::FewAccents | Self::ByteOrderMark => bits.push_byte_data(payload)?,
            Self::Eci => with_eci(&mut bits, 26, &[payload])?,
            Self::WrongEci => with_eci(&mut bits, 3, &[payload])?,
            Self::Cut => in_bytes(&mut bits, &[&payload[..12], &payload[12..]])?, // after the ID number
            Self::CutInside | Self::DecomposedCutInside => in_bytes(&mut bits, &cut_inside(payload))?,
            Self::EciCutInside => with_eci(&mut bits, 26, &cut_inside(payload))?,
            Self::EciTwiceCutInside => {
                for piece in cut_inside(payload) {
                    with_eci(&mut bits, 26, &[piece])?;
                }
            }
            Self::Pieces => in_bytes(&mut bits, &payload.chunks(17).collect::<Vec<_>>())?,
            Self::DigitsFirst => {
                bits.push_numeric_data(&payload[..12])?;
                bits.push_byte_data(&payload[12..])?;
            }
            Self::Shortest => bits.push_optimal_data(payload)?,
            Self::ThreeModes => {
                bits.push_numeric_data(&payload[..9])?;
                bits.push_alphanumeric_data(&payload[9..12])?;
                bits.push_byte_data(&payload[12..])?;
            }
        }
        bits.push_terminator(level)?;
        Ok(bits)
    }
}

fn with_eci(bits: &mut Bits, number: u32, pieces: &[&[u8]]) -> Result<(), QrError> {
    bits.push_eci_designator(number)?;
    in_bytes(bits, pieces)
}

fn in_bytes(bits: &mut Bits, pieces: &[&[u8]]) -> Result<(), QrError> {
    pieces.iter().try_for_each(|piece| bits.push_byte_data(piece))
}

/// Two pieces with the cut inside the first character of several bytes at or after the middle.
fn cut_inside(payload: &[u8]) -> [&[u8]; 2] {
    let middle = payload.len() / 2;
    let inside = |&at: &usize| payload[at] & 0xc0 == 0x80;
    let at = (middle..payload.len()).find(inside).or_else(|| (0..middle).rev().find(inside)).unwrap_or(middle);
    [&payload[..at], &payload[at..]]
}

/// One accented letter in five keeps its accents.
fn with_few_accents(text: &str) -> String {
    let mut seen = 0;
    let mut plain = |c: char| {
        seen += usize::from(!c.is_ascii());
        if c.is_ascii() || seen % 5 == 1 { c } else { base_letter(c) }
    };
    text.chars().map(&mut plain).collect()
}

fn base_letter(c: char) -> char {
    match c {
        'đ' => 'd',
        'Đ' => 'D',
        _ => c.nfd().next().unwrap_or(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_inside_a_character_leaves_two_pieces_that_are_not_utf8() {
        let payload = "001190123456||Nguyễn Thị An".as_bytes();
        let [first, second] = cut_inside(payload);
        assert!(std::str::from_utf8(first).is_err() && std::str::from_utf8(second).is_err());
        assert_eq!([first, second].concat(), payload);
    }

    #[test]
    fn few_accents_are_fewer_and_some() {
        let text = with_few_accents("Nguyễn Thị Hường, Phường Đội Cấn, Thừa Thiên Huế");
        let accented = text.chars().filter(|c| !c.is_ascii()).count();
        assert!((1..=4).contains(&accented), "{text}");
    }
}
