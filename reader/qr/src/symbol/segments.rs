//! The bit stream of a symbol: segments to bytes (ISO/IEC 18004:2015, 7.4).

use super::version::Version;
use crate::{Mode, Segment};

/// What a bit stream holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Content {
    /// The bytes of all segments joined.
    pub(crate) payload: Vec<u8>,
    pub(crate) segments: Vec<Segment>,
    /// After the terminator stands exactly the padding of 7.4.10.
    pub(crate) padded_as_demanded: bool,
}

/// Alphanumeric characters in the order of their values (table 5).
const ALPHANUMERIC: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// What a FNC1 sign in alphanumeric data stands for (7.4.8.1).
const GROUP_SEPARATOR: u8 = 0x1d;

/// Reads the data codewords. `None` where they are no bit stream of this version, or an empty one.
pub(crate) fn read(codewords: &[u8], version: Version) -> Option<Content> {
    let mut bits = Bits { codewords, at: 0 };
    let mut content = Content::default();
    let mut eci = None;
    let mut fnc1 = false;
    // At most one segment for four bits; every turn reads at least those.
    while bits.left() >= 4 {
        match bits.take(4)? {
            0b0000 => break,
            0b0001 => segment(&mut content, &mut bits, Mode::Numeric, eci, version, fnc1)?,
            0b0010 => segment(&mut content, &mut bits, Mode::Alphanumeric, eci, version, fnc1)?,
            0b0100 => segment(&mut content, &mut bits, Mode::Byte, eci, version, fnc1)?,
            0b1000 => segment(&mut content, &mut bits, Mode::Kanji, eci, version, fnc1)?,
            0b0111 => eci = Some(designator(&mut bits)?),
            // Structured append (clause 8): position, total and parity say nothing about this symbol's own bytes.
            0b0011 => drop(bits.take(16)?),
            0b0101 => fnc1 = true,
            0b1001 => {
                fnc1 = true;
                bits.take(8)?;
            }
            _ => return None,
        }
    }
    content.padded_as_demanded = bits.only_padding_left();
    (!content.payload.is_empty()).then_some(content)
}

fn segment(
    content: &mut Content,
    bits: &mut Bits<'_>,
    mode: Mode,
    eci: Option<u32>,
    version: Version,
    fnc1: bool,
) -> Option<()> {
    let count = bits.take(count_bits(mode, version))? as usize;
    let start = content.payload.len();
    let payload = &mut content.payload;
    match mode {
        Mode::Numeric => numeric(bits, count, payload)?,
        Mode::Alphanumeric => alphanumeric(bits, count, fnc1, payload)?,
        Mode::Byte => {
            if bits.left() < count * 8 {
                return None;
            }
            for _ in 0..count {
                payload.push(bits.take(8)? as u8);
            }
        }
        Mode::Kanji => kanji(bits, count, payload)?,
    }
    content.segments.push(Segment { mode, eci, range: start..content.payload.len() });
    Some(())
}

/// Bits of the character count (table 3).
fn count_bits(mode: Mode, version: Version) -> u32 {
    let class = match version.number() {
        0..=9 => 0,
        10..=26 => 1,
        _ => 2,
    };
    match mode {
        Mode::Numeric => [10, 12, 14][class],
        Mode::Alphanumeric => [9, 11, 13][class],
        Mode::Byte => [8, 16, 16][class],
        Mode::Kanji => [8, 10, 12][class],
    }
}

fn numeric(bits: &mut Bits<'_>, count: usize, payload: &mut Vec<u8>) -> Option<()> {
    let mut left = count;
    while left > 0 {
        let digits = left.min(3);
        let value = bits.take([4, 7, 10][digits - 1])?;
        if value >= 10_u32.pow(digits as u32) {
            return None;
        }
        for place in (0..digits as u32).rev() {
            payload.push(b'0' + (value / 10_u32.pow(place) % 10) as u8);
        }
        left -= digits;
    }
    Some(())
}

fn alphanumeric(bits: &mut Bits<'_>, count: usize, fnc1: bool, payload: &mut Vec<u8>) -> Option<()> {
    let start = payload.len();
    let mut left = count;
    while left > 0 {
        if left == 1 {
            payload.push(*ALPHANUMERIC.get(bits.take(6)? as usize)?);
            break;
        }
        let value = bits.take(11)? as usize;
        payload.push(*ALPHANUMERIC.get(value / 45)?);
        payload.push(ALPHANUMERIC[value % 45]);
        left -= 2;
    }
    if fnc1 {
        let plain = with_separators(&payload[start..]);
        payload.truncate(start);
        payload.extend(plain);
    }
    Some(())
}

/// With FNC1 a percent sign is a separator, two of them are one percent sign (7.4.8.1).
fn with_separators(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text.iter().copied().peekable();
    while let Some(sign) = rest.next() {
        plain.push(match sign {
            b'%' if rest.next_if_eq(&b'%').is_some() => b'%',
            b'%' => GROUP_SEPARATOR,
            other => other,
        });
    }
    plain
}

/// 7.4.6: thirteen bits a character, back to the two bytes of Shift JIS.
fn kanji(bits: &mut Bits<'_>, count: usize, payload: &mut Vec<u8>) -> Option<()> {
    for _ in 0..count {
        let value = bits.take(13)?;
        let packed = ((value / 0xc0) << 8) | (value % 0xc0);
        let shifted = packed + if packed < 0x1f00 { 0x8140 } else { 0xc140 };
        payload.extend([(shifted >> 8) as u8, shifted as u8]);
    }
    Some(())
}

/// An ECI designator of one, two or three codewords (table 4).
fn designator(bits: &mut Bits<'_>) -> Option<u32> {
    if bits.take(1)? == 0 {
        return bits.take(7);
    }
    if bits.take(1)? == 0 {
        return bits.take(14);
    }
    if bits.take(1)? == 0 { bits.take(21) } else { None }
}

/// Reads bits, highest first.
struct Bits<'a> {
    codewords: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn left(&self) -> usize {
        self.codewords.len() * 8 - self.at
    }

    fn take(&mut self, count: u32) -> Option<u32> {
        if self.left() < count as usize {
            return None;
        }
        let mut value = 0;
        for _ in 0..count {
            let codeword = self.codewords.get(self.at / 8)?;
            value = value << 1 | u32::from(codeword >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    /// 7.4.10: light to the end of the codeword, then 11101100 and 00010001 in turn.
    fn only_padding_left(&mut self) -> bool {
        while self.at % 8 != 0 {
            if self.take(1) != Some(0) {
                return false;
            }
        }
        let rest = self.codewords.get(self.at / 8..).unwrap_or(&[]);
        rest.iter().zip([0xec, 0x11].iter().cycle()).all(|(found, demanded)| found == demanded)
    }
}

#[cfg(test)]
mod tests {
    use qrcode::{EcLevel, bits::Bits as Writer};

    use super::*;

    fn written(version: i16, write: impl FnOnce(&mut Writer)) -> Option<Content> {
        let mut bits = Writer::new(qrcode::Version::Normal(version));
        write(&mut bits);
        bits.push_terminator(EcLevel::L).unwrap();
        read(&bits.into_bytes(), Version::new(version as u8).unwrap())
    }

    #[test]
    fn a_character_split_over_two_segments_stays_whole() {
        let content = written(5, |bits| {
            bits.push_byte_data(b"Nguy\xe1\xbb").unwrap();
            bits.push_byte_data(b"\x85n").unwrap();
        });
        let content = content.unwrap();
        assert_eq!(content.payload, "Nguyễn".as_bytes());
        assert_eq!(content.segments[1].range, 6..8);
        assert!(content.padded_as_demanded);
    }

    #[test]
    fn all_modes_and_an_interpretation_are_joined() {
        for version in [5, 15, 30] {
            let content = written(version, |bits| {
                bits.push_numeric_data(b"0123456789").unwrap();
                bits.push_eci_designator(26).unwrap();
                bits.push_alphanumeric_data(b"AC-42").unwrap();
                bits.push_eci_designator(1000).unwrap();
                bits.push_kanji_data(b"\x93\x5f\xe4\xaa").unwrap();
                bits.push_eci_designator(999_999).unwrap();
                bits.push_byte_data(b"\x00\xff").unwrap();
            });
            let content = content.unwrap();
            assert_eq!(content.payload, b"0123456789AC-42\x93\x5f\xe4\xaa\x00\xff");
            let eci: Vec<_> = content.segments.iter().map(|segment| segment.eci).collect();
            assert_eq!(eci, [None, Some(26), Some(1000), Some(999_999)]);
            let modes: Vec<_> = content.segments.iter().map(|segment| segment.mode).collect();
            assert_eq!(modes, [Mode::Numeric, Mode::Alphanumeric, Mode::Kanji, Mode::Byte]);
        }
    }

    #[test]
    fn percent_signs_become_separators_after_a_function_sign() {
        let content = written(5, |bits| {
            bits.push_fnc1_first_position().unwrap();
            bits.push_alphanumeric_data(b"A%B%%C").unwrap();
        });
        assert_eq!(content.unwrap().payload, b"A\x1dB%C");
    }

    #[test]
    fn what_is_cut_short_is_refused() {
        let version = Version::new(1).unwrap();
        assert_eq!(read(&[], version), None);
        assert_eq!(read(&[0x00, 0xec, 0x11], version), None);
        assert_eq!(read(&[0x40, 0x50], version), None);
        assert_eq!(read(&[0x10, 0x0f, 0xff], version), None);
        assert_eq!(read(&[0xf0, 0x00], version), None);
    }

    #[test]
    fn other_padding_is_seen() {
        // One byte "A", terminator, then wrong padding.
        let version = Version::new(1).unwrap();
        assert!(read(&[0x40, 0x14, 0x10, 0xec, 0x11, 0xec], version).unwrap().padded_as_demanded);
        assert!(!read(&[0x40, 0x14, 0x10, 0xec, 0x12, 0xec], version).unwrap().padded_as_demanded);
    }
}
