//! BER-TLV data objects (ISO/IEC 7816-4, 5.2.2; ISO/IEC 8825-1, 8.1) as files and protected APDUs use them: definite
//! lengths of up to four bytes, tags of up to three.
//!
//! Nothing is copied: a [`Tlv`] borrows from the input and knows its offset there, and every error says at which byte.
//! The indefinite form is refused by name; the CMS structures where it occurs are `der`'s business.

use alloc::vec::Vec;

use nom::{
    IResult, Parser,
    bytes::complete::take,
    error::{ErrorKind, ParseError},
    number::complete::u8 as byte,
};

/// How deep data objects may nest. The deepest structure of Doc 9303-10 (a facial image of ISO/IEC 39794-5) takes 13.
pub const MAX_DEPTH: u8 = 24;

/// The most bytes that tag and length take together: three for the tag, five for the length.
pub const MAX_HEADER: usize = 8;

/// One data object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// The tag as encoded, big-endian: `0x61`, `0x7F61`, `0x5F2E`.
    pub tag: u32,
    /// The value field.
    pub value: &'a [u8],
    /// The whole object: tag, length and value.
    pub raw: &'a [u8],
    /// Offset of the object's first byte from the start of what was first parsed.
    pub position: usize,
    depth: u8,
}

/// Reads one data object at the start of `input`, and returns it with the bytes after it.
///
/// # Errors
/// `input` does not start with a complete data object of definite length.
pub fn parse_one(input: &[u8]) -> Result<(Tlv<'_>, &[u8]), TlvError> {
    parse_at(input, 0, 0)
}

/// Reads one data object that is all of `input`.
///
/// # Errors
/// As [`parse_one`], and [`TlvErrorKind::TrailingData`] if bytes follow.
pub fn parse_exact(input: &[u8]) -> Result<Tlv<'_>, TlvError> {
    let (tlv, rest) = parse_one(input)?;
    if rest.is_empty() { Ok(tlv) } else { Err(TlvError::new(TlvErrorKind::TrailingData, tlv.raw.len())) }
}

/// The first data object with the tag among the siblings in `input`; nested ones are not looked at.
///
/// # Errors
/// A data object before the one sought is malformed.
pub fn find(input: &[u8], tag: u32) -> Result<Option<Tlv<'_>>, TlvError> {
    Reader::new(input).find(tag)
}

/// Reads one tag at the start of `input`, and returns it with the bytes after it: what a tag list, 5C, is made of.
///
/// # Errors
/// `input` does not start with a complete tag.
pub fn parse_tag(input: &[u8]) -> Result<(u32, &[u8]), TlvError> {
    tag(input).map(|(rest, tag)| (tag, rest)).map_err(|fault| locate(fault, input.len(), 0))
}

/// The length of the whole file whose first bytes are `header`: tag, length field and value of its outer data object.
/// [`MAX_HEADER`] bytes are always enough, and six for the one-byte tags of LDS files (Doc 9303-10, 4.7).
///
/// # Errors
/// `header` is too short to say, or is no tag and definite length.
pub fn length_of_file(header: &[u8]) -> Result<usize, TlvError> {
    let (rest, (_, length)) = header_of(header).map_err(|fault| locate(fault, header.len(), 0))?;
    (header.len() - rest.len())
        .checked_add(length)
        .ok_or(TlvError::new(TlvErrorKind::LengthTooLong, header.len() - rest.len()))
}

/// A data object with the tag (as encoded: `0x7F61`) and value, its length in the shortest form.
#[must_use]
pub fn encode(tag: u32, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(MAX_HEADER + value.len());
    encode_into(&mut out, tag, value);
    out
}

/// Appends to `out` what [`encode`] makes.
pub fn encode_into(out: &mut Vec<u8>, tag: u32, value: &[u8]) {
    push_significant(out, &tag.to_be_bytes());
    let length = value.len();
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let count = bytes.len() - bytes.iter().take_while(|b| **b == 0).count();
        out.push(0x80 | count as u8);
        push_significant(out, &bytes);
    }
    out.extend_from_slice(value);
}

fn push_significant(out: &mut Vec<u8>, bytes: &[u8]) {
    let zeros = bytes.iter().take_while(|b| **b == 0).count().min(bytes.len() - 1);
    out.extend_from_slice(&bytes[zeros..]);
}

impl<'a> Tlv<'a> {
    /// The data objects inside this one. Positions go on counting from the start of what was first parsed.
    #[must_use]
    pub fn children(&self) -> Reader<'a> {
        Reader { rest: self.value, position: self.value_position(), depth: self.depth.saturating_add(1) }
    }

    /// The first data object with the tag directly inside this one.
    ///
    /// # Errors
    /// A data object before the one sought is malformed.
    pub fn find(&self, tag: u32) -> Result<Option<Tlv<'a>>, TlvError> {
        self.children().find(tag)
    }

    /// As [`Tlv::find`], for an object that has to be there.
    ///
    /// # Errors
    /// Also [`TlvErrorKind::Missing`].
    pub fn require(&self, tag: u32) -> Result<Tlv<'a>, TlvError> {
        self.find(tag)?.ok_or(TlvError::new(TlvErrorKind::Missing { tag }, self.value_position()))
    }

    /// This object, if it has the tag.
    ///
    /// # Errors
    /// [`TlvErrorKind::UnexpectedTag`] at this object's position.
    pub fn expect(self, tag: u32) -> Result<Self, TlvError> {
        if self.tag == tag {
            Ok(self)
        } else {
            Err(TlvError::new(TlvErrorKind::UnexpectedTag { expected: tag, found: self.tag }, self.position))
        }
    }

    /// Offset of the first byte of the value, counted as [`Tlv::position`] is.
    #[must_use]
    pub fn value_position(&self) -> usize {
        self.position + (self.raw.len() - self.value.len())
    }

    /// Whether the tag says that the value is made of data objects (bit 6 of its first byte).
    #[must_use]
    pub fn is_constructed(&self) -> bool {
        let first = self.tag.to_be_bytes().into_iter().find(|b| *b != 0).unwrap_or(0);
        first & 0x20 != 0
    }
}

/// Only tag, position and length: the value may be personal.
impl core::fmt::Debug for Tlv<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Tlv({:X} at {}, {} bytes)", self.tag, self.position, self.value.len())
    }
}

/// Reads data objects that follow each other. Zero bytes before, between and after them have no meaning
/// (ISO/IEC 7816-4, 5.2.2) and are passed over. After an error it ends.
#[derive(Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    position: usize,
    depth: u8,
}

impl<'a> Reader<'a> {
    /// Reads the data objects of `input`.
    #[must_use]
    pub fn new(input: &'a [u8]) -> Self {
        Self::at(input, 0)
    }

    /// As [`Reader::new`], for bytes found at `position` of something larger: what positions count from.
    #[must_use]
    pub fn at(input: &'a [u8], position: usize) -> Self {
        Self { rest: input, position, depth: 0 }
    }

    /// What has not been read yet.
    #[must_use]
    pub fn remaining(&self) -> &'a [u8] {
        self.rest
    }

    /// Offset of [`Reader::remaining`].
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// The next data object with the tag; those before it are passed over.
    ///
    /// # Errors
    /// A data object before it is malformed.
    pub fn find(&mut self, tag: u32) -> Result<Option<Tlv<'a>>, TlvError> {
        for tlv in self {
            let tlv = tlv?;
            if tlv.tag == tag {
                return Ok(Some(tlv));
            }
        }
        Ok(None)
    }

    /// The next data object, which has to have the tag.
    ///
    /// # Errors
    /// There is none, it has another tag, or it is malformed.
    pub fn expect(&mut self, tag: u32) -> Result<Tlv<'a>, TlvError> {
        match self.next() {
            Some(tlv) => tlv?.expect(tag),
            None => Err(TlvError::new(TlvErrorKind::Missing { tag }, self.position)),
        }
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<Tlv<'a>, TlvError>;

    fn next(&mut self) -> Option<Self::Item> {
        let padding = self.rest.iter().take_while(|b| **b == 0).count();
        self.rest = self.rest.get(padding..)?;
        self.position += padding;
        if self.rest.is_empty() {
            return None;
        }
        let result = parse_at(self.rest, self.position, self.depth);
        match result {
            Ok((tlv, rest)) => {
                self.position += tlv.raw.len();
                self.rest = rest;
                Some(Ok(tlv))
            }
            Err(error) => {
                self.rest = &[];
                Some(Err(error))
            }
        }
    }
}

impl core::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Reader(at {}, {} bytes left)", self.position, self.rest.len())
    }
}

/// Why bytes are not the data object expected, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {position}")]
pub struct TlvError {
    /// What is wrong.
    pub kind: TlvErrorKind,
    /// Offset of the offending byte from the start of what was first parsed.
    pub position: usize,
}

impl TlvError {
    /// An error of the kind at a byte offset.
    #[must_use]
    pub const fn new(kind: TlvErrorKind, position: usize) -> Self {
        Self { kind, position }
    }
}

/// What is wrong with a data object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlvErrorKind {
    /// The input ends inside the object; the position is that of its tag, length or value, whichever is cut.
    #[error("data object cut short")]
    Truncated,
    /// The first byte of the tag is 00 or the tag is longer than three bytes.
    #[error("invalid tag")]
    InvalidTag,
    /// Indefinite length, which DER and LDS files do not use.
    #[error("indefinite length")]
    IndefiniteLength,
    /// A length field of more than four bytes after the first, or a length that no memory can hold.
    #[error("length field too long")]
    LengthTooLong,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("data objects nested too deep")]
    TooDeep,
    /// Bytes follow where the object should be all.
    #[error("bytes after the data object")]
    TrailingData,
    /// Another object was expected.
    #[error("expected tag {expected:X}, found {found:X}")]
    UnexpectedTag {
        /// The tag that should be here.
        expected: u32,
        /// The tag that is.
        found: u32,
    },
    /// An object that has to be there is not.
    #[error("data object {tag:X} missing")]
    Missing {
        /// Its tag.
        tag: u32,
    },
}

fn parse_at(input: &[u8], position: usize, depth: u8) -> Result<(Tlv<'_>, &[u8]), TlvError> {
    if depth > MAX_DEPTH {
        return Err(TlvError::new(TlvErrorKind::TooDeep, position));
    }
    let object = |input| {
        let (rest, (tag, length)) = header_of(input)?;
        let (rest, value) = take(length).parse(rest)?;
        Ok((rest, (tag, value)))
    };
    let (rest, (tag, value)) = object(input).map_err(|fault| locate(fault, input.len(), position))?;
    Ok((Tlv { tag, value, raw: &input[..input.len() - rest.len()], position, depth }, rest))
}

fn header_of(input: &[u8]) -> Parsed<'_, (u32, usize)> {
    (tag, length).parse(input)
}

/// ISO/IEC 7816-4, 5.2.2.1: low five bits all set in the first byte mean that more follow, each but the last with
/// bit 8 set.
fn tag(input: &[u8]) -> Parsed<'_, u32> {
    let (mut rest, first) = byte(input)?;
    let invalid = || nom::Err::Error(Fault { kind: TlvErrorKind::InvalidTag, left: input.len() });
    if first == 0 {
        return Err(invalid());
    }
    let mut tag = u32::from(first);
    if first & 0x1F == 0x1F {
        for count in 1.. {
            let (after, next) = byte(rest)?;
            (rest, tag) = (after, tag << 8 | u32::from(next));
            match next & 0x80 {
                0 => break,
                _ if count == 2 => return Err(invalid()),
                _ => {}
            }
        }
    }
    Ok((rest, tag))
}

/// ISO/IEC 7816-4, 5.2.2.2. Lengths not in the shortest form are accepted, as BER does: chips pad them to a fixed size.
fn length(input: &[u8]) -> Parsed<'_, usize> {
    let fail = |kind| Err(nom::Err::Error(Fault { kind, left: input.len() }));
    let (rest, first) = byte(input)?;
    match first {
        0..=0x7F => Ok((rest, usize::from(first))),
        0x80 => fail(TlvErrorKind::IndefiniteLength),
        0x81..=0x84 => {
            let (rest, bytes) = take(first & 0x7F).parse(rest)?;
            let length = bytes.iter().fold(0_u32, |sum, b| sum << 8 | u32::from(*b));
            usize::try_from(length).map_or_else(|_| fail(TlvErrorKind::LengthTooLong), |length| Ok((rest, length)))
        }
        _ => fail(TlvErrorKind::LengthTooLong),
    }
}

type Parsed<'a, T> = IResult<&'a [u8], T, Fault>;

/// An error while the offset is known only as the number of bytes that were left.
struct Fault {
    kind: TlvErrorKind,
    left: usize,
}

impl ParseError<&[u8]> for Fault {
    /// The parsers of `nom` used here fail only for want of input.
    fn from_error_kind(input: &[u8], _: ErrorKind) -> Self {
        Self { kind: TlvErrorKind::Truncated, left: input.len() }
    }

    fn append(_: &[u8], _: ErrorKind, other: Self) -> Self {
        other
    }
}

fn locate(fault: nom::Err<Fault>, total: usize, position: usize) -> TlvError {
    match fault {
        nom::Err::Error(fault) | nom::Err::Failure(fault) => {
            TlvError::new(fault.kind, position + total.saturating_sub(fault.left))
        }
        // Only streaming parsers ask for more; none is used.
        nom::Err::Incomplete(_) => TlvError::new(TlvErrorKind::Truncated, position + total),
    }
}

#[cfg(test)]
mod tests;
