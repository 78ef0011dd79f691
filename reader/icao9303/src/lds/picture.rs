//! Pictures inside data groups: JPEG and JPEG 2000, told apart by their first bytes. Only the size is read here; drawing
//! them is another crate's.

use core::fmt;

use nom::{
    IResult, Parser,
    bytes::complete::{tag, take},
    number::complete::{be_u16, be_u32, be_u64, u8 as byte},
};

/// A picture, borrowed from the file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Picture<'a> {
    /// What its first bytes say that it is.
    pub format: PictureFormat,
    /// Width and height in pixels, from the picture's own header, if they could be found there.
    pub size: Option<(u32, u32)>,
    /// The picture.
    pub bytes: &'a [u8],
}

/// The formats of Doc 9303-10, 4.7.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PictureFormat {
    /// JPEG (ISO/IEC 10918-1).
    Jpeg,
    /// JPEG 2000 in its file format JP2 (ISO/IEC 15444-1, annex I).
    Jp2,
    /// JPEG 2000, only the codestream (ISO/IEC 15444-1, annex A).
    Jpeg2000Codestream,
    /// None of these.
    Unknown,
}

const JPEG: &[u8] = &[0xFF, 0xD8, 0xFF];
/// Length and type of the signature box. Its content is fixed too, but a picture may be cut.
const JP2: &[u8] = &[0x00, 0x00, 0x00, 0x0C, b'j', b'P', b' ', b' '];
const CODESTREAM: &[u8] = &[0xFF, 0x4F, 0xFF, 0x51];
/// End of image in JPEG, end of codestream in JPEG 2000.
const END: &[u8] = &[0xFF, 0xD9];

/// How many places that look like the start of a picture [`Picture::salvage`] tries.
const MOST_CANDIDATES: usize = 8;

impl PictureFormat {
    /// What the first bytes say.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            _ if bytes.starts_with(JPEG) => Self::Jpeg,
            _ if bytes.starts_with(JP2) => Self::Jp2,
            _ if bytes.starts_with(CODESTREAM) => Self::Jpeg2000Codestream,
            _ => Self::Unknown,
        }
    }

    /// `jpeg`, `jpeg2000` (with and without file format) or `unknown`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Jp2 | Self::Jpeg2000Codestream => "jpeg2000",
            Self::Unknown => "unknown",
        }
    }
}

impl<'a> Picture<'a> {
    /// The picture that the bytes are.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        let format = PictureFormat::of(bytes);
        let size = match format {
            PictureFormat::Jpeg => jpeg_size(bytes),
            PictureFormat::Jp2 => jp2_size(bytes),
            PictureFormat::Jpeg2000Codestream => codestream_size(bytes).ok().map(|(_, size)| size),
            PictureFormat::Unknown => None,
        };
        Self { format, size: size.filter(|(width, height)| *width > 0 && *height > 0), bytes }
    }

    /// Finds a picture by its first bytes in what lost its structure: the first whose header can be read, or else the
    /// first. It ends with its end marker, or else where the bytes end.
    #[must_use]
    pub fn salvage(bytes: &'a [u8]) -> Option<Self> {
        let starts = (0..bytes.len()).filter_map(|at| bytes.get(at..)).filter(|rest| {
            // One look at the first byte spares the three comparisons almost everywhere.
            matches!(rest.first(), Some(0xFF | 0x00)) && PictureFormat::of(rest) != PictureFormat::Unknown
        });
        let mut first = None;
        for start in starts.take(MOST_CANDIDATES) {
            let picture = Self::new(start);
            if picture.size.is_some() {
                return Some(picture.without_tail());
            }
            first = first.or(Some(picture));
        }
        first.map(Self::without_tail)
    }

    /// Whether the picture has an end marker; without one it was cut short.
    #[must_use]
    pub fn has_end(&self) -> bool {
        self.format == PictureFormat::Unknown || self.end().is_some()
    }

    fn without_tail(self) -> Self {
        let bytes = self.end().and_then(|end| self.bytes.get(..end)).unwrap_or(self.bytes);
        Self { bytes, ..self }
    }

    fn end(&self) -> Option<usize> {
        self.bytes.windows(END.len()).rposition(|window| window == END).map(|at| at + END.len())
    }
}

/// Without the picture, which is personal.
impl fmt::Debug for Picture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}, {:?}, {} bytes)", self.format.as_str(), self.size, self.bytes.len())
    }
}

/// ISO/IEC 10918-1, annex B: marker segments up to the frame header, SOF0 to SOF15.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.get(2..)?;
    loop {
        let (after, (marker_start, marker)) = marker(rest).ok()?;
        match marker {
            _ if marker_start != 0xFF => return None,
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                let (_, (_length, _precision, height, width)) = frame(after).ok()?;
                return Some((width.into(), height.into()));
            }
            // Markers without a segment.
            0x01 | 0xD0..=0xD8 => rest = after,
            // The picture's data begins or all ends, and no frame header has come.
            0x00 | 0xD9 | 0xDA => return None,
            _ => {
                let (_, length) = segment_length(after).ok()?;
                rest = after.get(usize::from(length).max(2)..)?;
            }
        }
    }
}

fn segment_length(input: &[u8]) -> IResult<&[u8], u16> {
    be_u16(input)
}

fn frame(input: &[u8]) -> IResult<&[u8], (u16, u8, u16, u16)> {
    (be_u16, byte, be_u16, be_u16).parse(input)
}

/// A marker's two bytes; any number of FF may stand before the second.
fn marker(input: &[u8]) -> IResult<&[u8], (u8, u8)> {
    let (mut rest, first) = byte(input)?;
    while let [0xFF, after @ ..] = rest {
        rest = after;
    }
    let (rest, second) = byte(rest)?;
    Ok((rest, (first, second)))
}

/// ISO/IEC 15444-1, annex I: the image header box inside the JP2 header box; without one, the codestream's own size.
fn jp2_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes;
    while let Ok((after, (kind, content))) = jp2_box(rest) {
        match kind {
            b"jp2h" => match jp2_box(content) {
                Ok((_, (b"ihdr", header))) => {
                    let (_, (height, width)) = image_header(header).ok()?;
                    return Some((width, height));
                }
                _ => return None,
            },
            b"jp2c" => return codestream_size(content).ok().map(|(_, size)| size),
            _ => rest = after,
        }
    }
    None
}

fn image_header(input: &[u8]) -> IResult<&[u8], (u32, u32)> {
    (be_u32, be_u32).parse(input)
}

/// A box's type and content. Length 0 is "to the end", length 1 "in the eight bytes that follow"; one that is longer than
/// what is left is cut, for the codestream comes last.
fn jp2_box(input: &[u8]) -> IResult<&[u8], (&[u8; 4], &[u8])> {
    let (rest, (length, kind)) = (be_u32, take(4_usize)).parse(input)?;
    let (rest, length) = match length {
        0 => (rest, rest.len() as u64),
        1 => be_u64(rest).map(|(rest, length)| (rest, length.saturating_sub(16)))?,
        _ => (rest, u64::from(length).saturating_sub(8)),
    };
    let length = usize::try_from(length).unwrap_or(usize::MAX).min(rest.len());
    let (rest, content) = take(length).parse(rest)?;
    // Invariant: four bytes were taken.
    Ok((rest, (kind.try_into().unwrap_or(b"    "), content)))
}

/// ISO/IEC 15444-1, A.5.1: the SIZ segment, which comes first. The reference grid less the offset of the image in it.
fn codestream_size(input: &[u8]) -> IResult<&[u8], (u32, u32)> {
    let (rest, (_start, _length, _capabilities)) = (tag(CODESTREAM), be_u16, be_u16).parse(input)?;
    let (rest, (x, y, x_offset, y_offset)) = (be_u32, be_u32, be_u32, be_u32).parse(rest)?;
    Ok((rest, (x.saturating_sub(x_offset), y.saturating_sub(y_offset))))
}

#[cfg(test)]
pub(crate) mod tests {
    use alloc::{vec, vec::Vec};

    use proptest::prelude::*;

    use super::*;

    /// A JPEG without any data: application segment, frame header, end.
    pub(crate) fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xFF, 0xC0, 0, 8, 8];
        bytes.extend([height.to_be_bytes(), width.to_be_bytes()].concat());
        bytes.extend([0, 0xFF, 0xDA, 0, 2, 7, 7, 0xFF, 0xD9]);
        bytes
    }

    pub(crate) fn codestream(width: u32, height: u32) -> Vec<u8> {
        let sizes = [width + 5, height + 6, 5, 6].map(u32::to_be_bytes).concat();
        [CODESTREAM, &[0, 41, 0, 0], &sizes, END].concat()
    }

    pub(crate) fn jp2(width: u32, height: u32, with_header: bool) -> Vec<u8> {
        let boxed = |kind: &[u8], content: &[u8]| [&(content.len() as u32 + 8).to_be_bytes(), kind, content].concat();
        let ihdr = boxed(b"ihdr", &[height, width].map(u32::to_be_bytes).concat());
        let header = if with_header { boxed(b"jp2h", &ihdr) } else { vec![] };
        let stream = codestream(width, height);
        // The last box with length 0: to the end.
        [JP2, &[0x0D, 0x0A, 0x87, 0x0A], &boxed(b"ftyp", b"jp2 "), &header, &[0, 0, 0, 0], b"jp2c", &stream].concat()
    }

    #[test]
    fn size_and_format_come_from_the_picture_itself() {
        let size = Some((413, 531));
        for (bytes, format) in [
            (jpeg(413, 531), PictureFormat::Jpeg),
            (jp2(413, 531, true), PictureFormat::Jp2),
            (jp2(413, 531, false), PictureFormat::Jp2),
            (codestream(413, 531), PictureFormat::Jpeg2000Codestream),
        ] {
            let picture = Picture::new(&bytes);
            assert_eq!((picture.format, picture.size, picture.has_end()), (format, size, true));
        }
        assert_eq!(Picture::new(b"GIF89a").format, PictureFormat::Unknown);
    }

    #[test]
    fn a_broken_header_loses_only_the_size() {
        for bytes in [&[0xFF, 0xD8, 0xFF][..], &[0xFF, 0xD8, 0xFF, 0xDA, 0, 2], &[0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0xFF]] {
            assert_eq!(Picture::new(bytes).size, None);
        }
        assert_eq!(Picture::new(&jpeg(0, 531)).size, None);
        assert_eq!(Picture::new(CODESTREAM).size, None);
    }

    #[test]
    fn a_picture_is_found_among_other_bytes() {
        for bytes in [jpeg(3, 4), jp2(3, 4, true), codestream(3, 4)] {
            let among = [&[0xFF, 0xD8, 0x00, 0x00, 0xFF, 0xD8, 0xFF, 0xDA][..], &bytes, &[1, 2, 3]].concat();
            assert_eq!(Picture::salvage(&among).unwrap().bytes, bytes);
        }
        assert_eq!(Picture::salvage(&[0; 500]), None);
        assert_eq!(Picture::salvage(&[]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_at_in_bounded_time(start in 0_usize..3, tail in proptest::collection::vec(any::<u8>(), 0..400)) {
            let bytes = [[JPEG, JP2, CODESTREAM][start], &tail].concat();
            let _ = (Picture::new(&bytes), Picture::salvage(&bytes), Picture::salvage(&tail));
        }

        #[test]
        fn a_written_size_is_read_back(width in 1_u16.., height in 1_u16..) {
            let size = Some((u32::from(width), u32::from(height)));
            prop_assert_eq!(Picture::new(&jpeg(width, height)).size, size);
            prop_assert_eq!(Picture::new(&jp2(width.into(), height.into(), true)).size, size);
            prop_assert_eq!(Picture::new(&codestream(width.into(), height.into())).size, size);
        }
    }
}
