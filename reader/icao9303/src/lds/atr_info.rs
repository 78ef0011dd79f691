//! EF.ATR/INFO and the historical bytes: what the chip can do (Doc 9303-10, 3.11.2; ISO/IEC 7816-4, 12.1.1 and 12.7.1).

use alloc::{format, vec::Vec};
use core::fmt;

use super::remark;
use crate::{
    check::Remark,
    tlv::{Reader, Tlv},
};

/// More data objects than the file has; what follows is passed over.
const MAX_OBJECTS: usize = 64;

/// Content of EF.ATR/INFO.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtrInfo<'a> {
    /// The longest APDUs (7F66).
    pub extended_length: Option<ExtendedLengthInfo>,
    /// Card capabilities (47).
    pub capabilities: Option<CardCapabilities>,
    /// Every data object of the file.
    pub objects: Vec<Tlv<'a>>,
    /// What deviates from the standard.
    pub remarks: Vec<Remark>,
}

/// The longest APDUs that the chip takes and gives, in bytes, headers and status bytes included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendedLengthInfo {
    /// Longest command APDU.
    pub max_command: u32,
    /// Longest response APDU.
    pub max_response: u32,
}

/// Card capabilities: up to three software function tables (ISO/IEC 7816-4, 12.1.1.9).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CardCapabilities([u8; 3]);

impl<'a> AtrInfo<'a> {
    /// Reads EF.ATR/INFO. What is malformed is a remark, for a chip without a usable one can still be read.
    #[must_use]
    pub fn parse(file: &'a [u8]) -> Self {
        let mut info = Self { extended_length: None, capabilities: None, objects: Vec::new(), remarks: Vec::new() };
        // Unused bytes at the end may be FF.
        let end = file.iter().rposition(|byte| *byte != 0xFF).map_or(0, |last| last + 1);
        for object in Reader::new(file.get(..end).unwrap_or_default()).take(MAX_OBJECTS) {
            match object {
                Ok(object) => info.take(object),
                Err(error) => info.remarks.push(remark("atr_info_malformed", format!("EF.ATR/INFO: {error}"))),
            }
        }
        info
    }

    fn take(&mut self, object: Tlv<'a>) {
        self.objects.push(object);
        match object.tag {
            0x7F66 => {
                self.extended_length = extended_length(object);
                if self.extended_length.is_none() {
                    self.remarks.push(remark("atr_info_malformed", "EF.ATR/INFO: 7F66 without two numbers"));
                }
            }
            0x47 => self.capabilities = CardCapabilities::new(object.value),
            _ => {}
        }
    }
}

/// Two integers; a number that four bytes cannot hold is as good as the most that they can.
fn extended_length(object: Tlv<'_>) -> Option<ExtendedLengthInfo> {
    let mut numbers = object.children().flatten().filter(|inner| inner.tag == 0x02).map(|inner| {
        inner.value.iter().fold(0_u32, |sum, byte| sum.saturating_mul(256).saturating_add(u32::from(*byte)))
    });
    Some(ExtendedLengthInfo { max_command: numbers.next()?, max_response: numbers.next()? })
}

impl CardCapabilities {
    /// One to three bytes; those left out are zero.
    #[must_use]
    pub fn new(tables: &[u8]) -> Option<Self> {
        match *tables {
            [a] => Some(Self([a, 0, 0])),
            [a, b] => Some(Self([a, b, 0])),
            [a, b, c] => Some(Self([a, b, c])),
            _ => None,
        }
    }

    /// The card capabilities among the historical bytes of an ATR or ATS (ISO/IEC 7816-4, 12.1.1), which are compact
    /// data objects after the category indicator 00 (three status bytes follow) or 80.
    #[must_use]
    pub fn in_historical_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = match bytes {
            [0x00, objects @ .., _, _, _] | [0x80, objects @ ..] => objects,
            _ => return None,
        };
        while let [header, after @ ..] = rest {
            let (value, after) = after.split_at_checked(usize::from(header & 0x0F))?;
            if header >> 4 == 7 {
                return Self::new(value);
            }
            rest = after;
        }
        None
    }

    /// Whether extended length fields may be used.
    #[must_use]
    pub const fn extended_length(self) -> bool {
        self.0[2] & 0x40 != 0
    }

    /// Whether EF.ATR/INFO says how long (7F66).
    #[must_use]
    pub const fn extended_length_info(self) -> bool {
        self.0[2] & 0x20 != 0
    }

    /// Whether commands may be chained.
    #[must_use]
    pub const fn command_chaining(self) -> bool {
        self.0[2] & 0x80 != 0
    }

    /// Whether files may be read by short identifier.
    #[must_use]
    pub const fn short_identifiers(self) -> bool {
        self.0[0] & 0x04 != 0
    }
}

impl fmt::Debug for CardCapabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CardCapabilities({:02X}{:02X}{:02X})", self.0[0], self.0[1], self.0[2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::encode;

    /// Doc 9303-10, 3.11.2.
    #[test]
    fn the_limits_of_extended_length_are_read() {
        let limits = [encode(2, &[0, 0xFF, 0xFF]), encode(2, &[0x04, 0x00])].concat();
        let file = [encode(0x47, &[0, 0, 0x60]), encode(0x7F66, &limits), [0x00, 0xFF].to_vec()].concat();
        let info = AtrInfo::parse(&file);
        assert_eq!(info.extended_length, Some(ExtendedLengthInfo { max_command: 65_535, max_response: 1024 }));
        let capabilities = info.capabilities.unwrap();
        assert!(
            capabilities.extended_length() && capabilities.extended_length_info() && !capabilities.command_chaining()
        );
        assert_eq!((info.objects.len(), info.remarks.len()), (2, 0));
    }

    #[test]
    fn malformed_objects_are_remarks() {
        let file = [encode(0x7F66, &encode(2, &[1])), encode(0x47, &[]), [0x43, 9].to_vec()].concat();
        let info = AtrInfo::parse(&file);
        assert_eq!((info.extended_length, info.capabilities, info.remarks.len()), (None, None, 2));
        let huge = encode(0x7F66, &[encode(2, &[0xFF; 9]), encode(2, &[])].concat());
        let limits = AtrInfo::parse(&huge).extended_length.unwrap();
        assert_eq!((limits.max_command, limits.max_response), (u32::MAX, 0));
    }

    #[test]
    fn capabilities_are_found_in_historical_bytes() {
        let found = CardCapabilities::in_historical_bytes(&[0x80, 0x31, 0x80, 0x73, 0x84, 0x21, 0x40]).unwrap();
        assert!(found.extended_length() && found.short_identifiers());
        let found = CardCapabilities::in_historical_bytes(&[0x00, 0x73, 0x84, 0x21, 0xC0, 0, 0x90, 0]).unwrap();
        assert!(found.command_chaining());
        for none in [&[][..], &[0x80], &[0x80, 0x73, 0x84], b"ISDPCD", &[0x00, 0x90, 0x00]] {
            assert_eq!(CardCapabilities::in_historical_bytes(none), None);
        }
    }
}
