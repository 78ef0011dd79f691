//! ASN.1 as certificates and CMS carry it (ITU-T X.690), read without ever re-encoding: every element keeps the bytes it
//! came in, because a signature covers those and no others.
//!
//! The reader takes definite lengths, minimal or not (real issuers pad them). Indefinite lengths and strings in pieces,
//! which CMS allows (RFC 5652 §1), are first made definite by [`super::ber`].

use alloc::vec::Vec;
use core::ops::Range;

use der::asn1::ObjectIdentifier;

/// Identifier octets used by certificates, CRLs and CMS.
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const ENUMERATED: u8 = 0x0A;
    pub(crate) const UTF8_STRING: u8 = 0x0C;
    pub(crate) const NUMERIC_STRING: u8 = 0x12;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const TELETEX_STRING: u8 = 0x14;
    pub(crate) const IA5_STRING: u8 = 0x16;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const VISIBLE_STRING: u8 = 0x1A;
    pub(crate) const UNIVERSAL_STRING: u8 = 0x1C;
    pub(crate) const BMP_STRING: u8 = 0x1E;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;
    /// The bit that marks an element made of elements.
    pub(crate) const CONSTRUCTED: u8 = 0x20;

    /// Context-specific, primitive.
    pub(crate) const fn context(number: u8) -> u8 {
        0x80 | number
    }

    /// Context-specific, constructed.
    pub(crate) const fn context_constructed(number: u8) -> u8 {
        0xA0 | number
    }
}

/// Elements nested deeper than this are refused. A certificate inside a SOD needs 14.
pub(crate) const MAX_DEPTH: usize = 32;

/// Why bytes are not the ASN.1 they should be, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {position}")]
pub struct Asn1Error {
    /// What is wrong.
    pub kind: Asn1ErrorKind,
    /// Where, counted from the start of the outermost element.
    pub position: usize,
}

/// What is wrong with the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Asn1ErrorKind {
    /// An element is longer than what holds it.
    #[error("the data ends before the element does")]
    Truncated,
    /// Bytes after the last element.
    #[error("data after the end of the structure")]
    TrailingData,
    /// Another element than the structure has there.
    #[error("tag {expected:02X} expected, {found:02X} found")]
    UnexpectedTag {
        /// The identifier octet that the structure has there.
        expected: u8,
        /// The identifier octet that is there.
        found: u8,
    },
    /// A tag number above 30: none of the structures has one.
    #[error("tag number too large")]
    LongTag,
    /// A length of more than four bytes, or the reserved one.
    #[error("length not allowed")]
    Length,
    /// An indefinite length where the structure allows none.
    #[error("indefinite length")]
    IndefiniteLength,
    /// Nested deeper than any of the structures is.
    #[error("nested too deep")]
    TooDeep,
    /// More elements than the structure can sensibly have.
    #[error("too many elements")]
    TooMany,
    /// A value that its type does not allow.
    #[error("{0} not valid")]
    Value(&'static str),
}

/// Result of reading ASN.1.
pub(crate) type Result<T> = core::result::Result<T, Asn1Error>;

/// One element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tlv<'a> {
    /// Identifier octet.
    pub(crate) tag: u8,
    /// Contents octets.
    pub(crate) value: &'a [u8],
    /// The whole element as received.
    pub(crate) raw: &'a [u8],
    /// Where the element starts.
    pub(crate) position: usize,
}

impl<'a> Tlv<'a> {
    /// A reader over the elements inside.
    pub(crate) fn contents(&self) -> Reader<'a> {
        Reader { rest: self.value, position: self.position + self.header_len() }
    }

    /// An error at this element.
    pub(crate) fn error(&self, kind: Asn1ErrorKind) -> Asn1Error {
        Asn1Error { kind, position: self.position }
    }

    /// Where the element stands in the outermost one.
    pub(crate) fn range(&self) -> Range<usize> {
        self.position..self.position + self.raw.len()
    }

    /// Where the contents stand in the outermost element.
    pub(crate) fn value_range(&self) -> Range<usize> {
        self.position + self.header_len()..self.position + self.raw.len()
    }

    fn header_len(&self) -> usize {
        self.raw.len() - self.value.len()
    }

    /// The object identifier that the contents are.
    pub(crate) fn oid(&self) -> Result<ObjectIdentifier> {
        ObjectIdentifier::from_bytes(self.value).map_err(|_| self.error(Asn1ErrorKind::Value("object identifier")))
    }

    /// The number that the contents are, where it is not negative and fits.
    pub(crate) fn unsigned(&self) -> Result<u32> {
        let error = self.error(Asn1ErrorKind::Value("number"));
        let (&first, _) = self.value.split_first().ok_or(error)?;
        let significant = &self.value[self.value.iter().take_while(|&&byte| byte == 0).count()..];
        if first & 0x80 != 0 || significant.len() > 4 {
            return Err(error);
        }
        Ok(significant.iter().fold(0, |number, &byte| number << 8 | u32::from(byte)))
    }

    /// The truth value that the contents are. BER takes anything but zero for true.
    pub(crate) fn boolean(&self) -> Result<bool> {
        match self.value {
            [byte] => Ok(*byte != 0),
            _ => Err(self.error(Asn1ErrorKind::Value("boolean"))),
        }
    }

    /// The bytes of a BIT STRING which has a multiple of eight bits.
    pub(crate) fn octets_of_bit_string(&self) -> Result<&'a [u8]> {
        match self.value.split_first() {
            Some((0, bytes)) => Ok(bytes),
            _ => Err(self.error(Asn1ErrorKind::Value("bit string"))),
        }
    }

    /// The first sixteen bits of a BIT STRING; bit 0, the first one sent, is the highest.
    pub(crate) fn named_bits(&self) -> Result<u16> {
        match self.value {
            [] => Err(self.error(Asn1ErrorKind::Value("bit string"))),
            [unused, ..] if *unused > 7 => Err(self.error(Asn1ErrorKind::Value("bit string"))),
            [_] => Ok(0),
            [unused, only] => Ok(u16::from(only & (0xFF << unused)) << 8),
            [_, first, second, ..] => Ok(u16::from(*first) << 8 | u16::from(*second)),
        }
    }
}

/// Reads elements one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    /// A reader from the start of `bytes`.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, position: 0 }
    }

    /// The element that `bytes` are, with nothing after it.
    pub(crate) fn only(bytes: &'a [u8], expected: u8) -> Result<Tlv<'a>> {
        let mut reader = Self::new(bytes);
        let element = reader.expect(expected)?;
        reader.finish()?;
        Ok(element)
    }

    /// Whether nothing is left.
    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next element.
    pub(crate) fn next(&mut self) -> Result<Tlv<'a>> {
        let error = |kind| Asn1Error { kind, position: self.position };
        let header = Header::read(self.rest).map_err(error)?;
        let length = header.length.ok_or(error(Asn1ErrorKind::IndefiniteLength))?;
        let end = header.len.checked_add(length).ok_or(error(Asn1ErrorKind::Length))?;
        let (raw, rest) = self.rest.split_at_checked(end).ok_or(error(Asn1ErrorKind::Truncated))?;
        let element = Tlv { tag: header.tag, value: &raw[header.len..], raw, position: self.position };
        self.rest = rest;
        self.position += end;
        Ok(element)
    }

    /// The next element, which must have that tag.
    pub(crate) fn expect(&mut self, expected: u8) -> Result<Tlv<'a>> {
        let before = *self;
        let element = self.next()?;
        if element.tag == expected {
            return Ok(element);
        }
        *self = before;
        Err(element.error(Asn1ErrorKind::UnexpectedTag { expected, found: element.tag }))
    }

    /// The next element if it has that tag.
    pub(crate) fn optional(&mut self, expected: u8) -> Result<Option<Tlv<'a>>> {
        if self.rest.first() == Some(&expected) { self.next().map(Some) } else { Ok(None) }
    }

    /// The identifier octet that comes next.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Nothing may be left.
    pub(crate) fn finish(self) -> Result<()> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(Asn1Error { kind: Asn1ErrorKind::TrailingData, position: self.position })
    }

    /// Every element left, at most `limit`.
    pub(crate) fn all(mut self, limit: usize) -> Result<Vec<Tlv<'a>>> {
        let mut elements = Vec::new();
        while !self.is_empty() {
            if elements.len() == limit {
                return Err(Asn1Error { kind: Asn1ErrorKind::TooMany, position: self.position });
            }
            elements.push(self.next()?);
        }
        Ok(elements)
    }
}

/// Identifier and length octets.
pub(crate) struct Header {
    pub(crate) tag: u8,
    /// Bytes of the header itself.
    pub(crate) len: usize,
    /// None where the length is indefinite.
    pub(crate) length: Option<usize>,
    /// The length takes more bytes than it needs.
    padded: bool,
}

impl Header {
    pub(crate) fn read(bytes: &[u8]) -> core::result::Result<Self, Asn1ErrorKind> {
        let (&tag, rest) = bytes.split_first().ok_or(Asn1ErrorKind::Truncated)?;
        if tag & 0x1F == 0x1F {
            return Err(Asn1ErrorKind::LongTag);
        }
        let (&first, rest) = rest.split_first().ok_or(Asn1ErrorKind::Truncated)?;
        match first {
            0..=0x7F => Ok(Self { tag, len: 2, length: Some(usize::from(first)), padded: false }),
            0x80 if tag & tag::CONSTRUCTED != 0 => Ok(Self { tag, len: 2, length: None, padded: false }),
            0x81..=0x84 => {
                let count = usize::from(first & 0x7F);
                let octets = rest.get(..count).ok_or(Asn1ErrorKind::Truncated)?;
                let length = octets.iter().fold(0_u32, |length, &octet| length << 8 | u32::from(octet));
                let padded = octets.first() == Some(&0) || length < 0x80;
                let length = usize::try_from(length).map_err(|_| Asn1ErrorKind::Length)?;
                Ok(Self { tag, len: 2 + count, length: Some(length), padded })
            }
            _ => Err(Asn1ErrorKind::Length),
        }
    }
}

/// One element of `tag` around `value`, in DER.
pub(crate) fn encode(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() + 6);
    out.push(tag);
    let octets = value.len().to_be_bytes();
    let significant = &octets[octets.iter().take_while(|&&octet| octet == 0).count()..];
    if value.len() >= 0x80 {
        // A length in memory has at most eight octets.
        out.push(0x80 | significant.len() as u8);
        out.extend_from_slice(significant);
    } else {
        out.push(value.len() as u8);
    }
    out.extend_from_slice(value);
    out
}

/// Whether a length in `bytes`, or in anything inside, takes more bytes than it needs: DER forbids that.
pub(crate) fn has_padded_lengths(bytes: &[u8]) -> bool {
    fn walk(bytes: &[u8], depth: usize) -> bool {
        let mut rest = bytes;
        while let Ok(header) = Header::read(rest) {
            let Some((element, after)) =
                header.length.and_then(|length| rest.split_at_checked(header.len.checked_add(length)?))
            else {
                return false;
            };
            let nested = header.tag & tag::CONSTRUCTED != 0 && depth < MAX_DEPTH;
            if header.padded || (nested && walk(&element[header.len..], depth + 1)) {
                return true;
            }
            rest = after;
        }
        false
    }
    walk(bytes, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    #[test]
    fn a_padded_length_is_found_at_any_depth() {
        assert!(has_padded_lengths(&[0x30, 0x82, 0x00, 0x03, 0x02, 0x01, 0x05]));
        assert!(has_padded_lengths(&[0x30, 0x04, 0x02, 0x81, 0x01, 0x05]));
        assert!(!has_padded_lengths(&[0x30, 0x03, 0x02, 0x01, 0x05]));
    }

    #[test]
    fn an_unexpected_tag_says_where_it_is() {
        let mut reader = Reader::new(&[0x02, 0x01, 0x05, 0x04, 0x00]);
        reader.expect(tag::INTEGER).unwrap();
        let error = reader.expect(tag::SEQUENCE).unwrap_err();
        assert_eq!(alloc::format!("{error}"), "tag 30 expected, 04 found at byte 3");
    }

    #[test]
    fn key_usage_bits_stand_from_the_left() {
        let bits = |value: &[u8]| Reader::only(&encode(tag::BIT_STRING, value), tag::BIT_STRING).unwrap().named_bits();
        assert_eq!(bits(&[7, 0x80]), Ok(0x8000));
        assert_eq!(bits(&[1, 0x06]), Ok(0x0600));
        assert_eq!(bits(&[7, 0x00, 0x80]), Ok(0x0080));
        assert!(bits(&[9, 0x00]).is_err());
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read_back(tag in prop::sample::select(vec![0x02_u8, 0x04, 0x30, 0xA0]),
                                        value in prop::collection::vec(any::<u8>(), 0..700)) {
            let element = encode(tag, &value);
            let read = Reader::only(&element, tag).unwrap();
            prop_assert_eq!(read.value, &value[..]);
            prop_assert_eq!(read.raw, &element[..]);
        }
    }
}
