//! Facial records: ISO/IEC 19794-5:2005, and ISO/IEC 39794-5 as Doc 9303-10 profiles it.

use alloc::{format, vec::Vec};

use nom::{
    IResult, Parser,
    bytes::complete::{tag, take},
    number::complete::{be_u16, be_u32, u8 as byte},
};

use super::{
    biometric::BiometricTemplate,
    picture::{Picture, PictureFormat},
    remark,
};
use crate::{
    check::Remark,
    tlv::{Reader, Tlv, TlvError},
};

/// More faces than any record has; what follows is passed over.
pub const MAX_FACES: usize = 16;

/// One picture of a face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Face<'a> {
    /// The encoding of the record that it was in.
    pub encoding: FaceEncoding,
    /// The picture.
    pub picture: Picture<'a>,
    /// Width and height that the record states; often zero or wrong, so prefer the picture's own.
    pub stated_size: Option<(u16, u16)>,
    /// Number of feature points in the record. They are passed over.
    pub feature_points: u16,
}

/// Where a face was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaceEncoding {
    /// ISO/IEC 19794-5.
    Iso19794,
    /// ISO/IEC 39794-5.
    Iso39794,
    /// Found by the first bytes of the picture, the record around it being malformed.
    Salvaged,
}

/// The faces in one biometric template. Empty where it is neither encoding.
pub(super) fn faces<'a>(template: &BiometricTemplate<'a>, remarks: &mut Vec<Remark>) -> Vec<Face<'a>> {
    let found = if template.data.starts_with(FAC) {
        faces_19794(template.data, remarks)
    } else {
        faces_39794(template, remarks)
    };
    for face in &found {
        compare_size(face, remarks);
    }
    found
}

fn compare_size(face: &Face<'_>, remarks: &mut Vec<Remark>) {
    let stated = face.stated_size.map(|(width, height)| (u32::from(width), u32::from(height)));
    // Zero: not stated.
    if let (Some(stated @ (1.., 1..)), Some(size)) = (stated, face.picture.size) {
        if stated != size {
            let message = format!("the record says {stated:?} pixels, the picture {size:?}");
            remarks.push(remark("picture_size_differs", message));
        }
    }
}

/// Format identifier of ISO/IEC 19794-5, 5.4.
const FAC: &[u8] = b"FAC\0";
/// Version number of the 2005 edition.
const VERSION: &[u8] = b"010\0";
/// Facial information and image information, each of fixed length (5.5 and 5.7).
const FACIAL_INFORMATION: usize = 20;
const FEATURE_POINT: usize = 8;
const IMAGE_INFORMATION: usize = 12;

fn faces_19794<'a>(record: &'a [u8], remarks: &mut Vec<Remark>) -> Vec<Face<'a>> {
    let mut found = Vec::new();
    let Ok((mut rest, (version, length, count))) = facial_header(record) else {
        remarks.push(remark("face_malformed", "facial record cut short in its header"));
        return found;
    };
    if version != VERSION {
        remarks.push(remark("face_version", "facial record of another version than 010"));
    }
    if usize::try_from(length).ok() != Some(record.len()) {
        let message = format!("facial record says {length} bytes and has {}", record.len());
        remarks.push(remark("face_record_length", message));
    }
    for number in 1..=usize::from(count).min(MAX_FACES) {
        let Ok((after, block)) = face_block(rest) else {
            remarks.push(remark("face_malformed", format!("face {number} of {count} is cut short or missing")));
            break;
        };
        if block.cut {
            let message = format!("face {number} says more bytes than there are");
            remarks.push(remark("face_record_length", message));
        }
        let expected = match block.data_type {
            0 => PictureFormat::Jpeg.as_str(),
            1 => PictureFormat::Jp2.as_str(),
            _ => PictureFormat::Unknown.as_str(),
        };
        let face = block.face();
        if face.picture.format.as_str() != expected {
            let message = format!("the record says {expected}, the picture is {}", face.picture.format.as_str());
            remarks.push(remark("picture_format_differs", message));
        }
        found.push(face);
        rest = after;
    }
    found
}

/// Facial record header (5.4): version, length of the record, number of faces.
fn facial_header(input: &[u8]) -> IResult<&[u8], (&[u8], u32, u16)> {
    let (rest, (_, version, length, count)) = (tag(FAC), take(4_usize), be_u32, be_u16).parse(input)?;
    Ok((rest, (version, length, count)))
}

struct FaceBlock<'a> {
    feature_points: u16,
    data_type: u8,
    size: (u16, u16),
    picture: &'a [u8],
    /// Its length goes past the end of the record.
    cut: bool,
}

impl<'a> FaceBlock<'a> {
    fn face(&self) -> Face<'a> {
        Face {
            encoding: FaceEncoding::Iso19794,
            picture: Picture::new(self.picture),
            stated_size: Some(self.size),
            feature_points: self.feature_points,
        }
    }
}

/// Facial information, feature points, image information and picture (5.5 to 5.8). A length past the end of the record is
/// cut to it; one shorter than its own headers is an error.
fn face_block(input: &[u8]) -> IResult<&[u8], FaceBlock<'_>> {
    let (_, length) = be_u32(input)?;
    let stated = usize::try_from(length).unwrap_or(usize::MAX);
    let (after, block) = take(stated.min(input.len())).parse(input)?;
    let (rest, (_length, feature_points)) = (be_u32, be_u16).parse(block)?;
    let to_image = FACIAL_INFORMATION - 6 + FEATURE_POINT * usize::from(feature_points);
    let (rest, (_, _kind, data_type)) = (take(to_image), byte, byte).parse(rest)?;
    let (rest, (width, height)) = (be_u16, be_u16).parse(rest)?;
    let (picture, _) = take(IMAGE_INFORMATION - 6).parse(rest)?;
    let cut = stated > input.len();
    Ok((after, FaceBlock { feature_points, data_type, size: (width, height), picture, cut }))
}

/// ISO/IEC 39794-5: 7F2E holds A1 with FaceImageDataBlock, [APPLICATION 5]; some write that block alone.
fn faces_39794<'a>(template: &BiometricTemplate<'a>, remarks: &mut Vec<Remark>) -> Vec<Face<'a>> {
    let mut found = Vec::new();
    if let Err(error) = face_image_data_block(template, &mut found) {
        remarks.push(remark("face_malformed", format!("facial record: {error}")));
    }
    found
}

fn face_image_data_block<'a>(template: &BiometricTemplate<'a>, found: &mut Vec<Face<'a>>) -> Result<(), TlvError> {
    let mut reader = Reader::at(template.data, template.position);
    let Some(first) = reader.next().transpose()? else { return Ok(()) };
    let block = if first.tag == 0xA1 { first.require(0x65)? } else { first.expect(0x65)? };
    for representation in block.require(0xA1)?.children().take(MAX_FACES) {
        // [1] imageRepresentation, [0] base, [0] imageRepresentation2DBlock: two choices, each with its tag.
        let image = representation?.require(0xA1)?.require(0xA0)?.require(0xA0)?;
        let picture = Picture::new(image.require(0x80)?.value);
        let (stated_size, feature_points) = (stated_size(image), 0);
        found.push(Face { encoding: FaceEncoding::Iso39794, picture, stated_size, feature_points });
    }
    Ok(())
}

/// [1] imageInformation2DBlock, [7] imageSizeBlock, [0] width and [1] height; optional.
fn stated_size(image: Tlv<'_>) -> Option<(u16, u16)> {
    let size = image.find(0xA1).ok()??.find(0xA7).ok()??;
    let number = |tag| {
        let value = size.find(tag).ok()??.value;
        let value = value.strip_prefix(&[0]).filter(|rest| !rest.is_empty()).unwrap_or(value);
        match *value {
            [low] => Some(u16::from(low)),
            [high, low] => Some(u16::from_be_bytes([high, low])),
            _ => None,
        }
    };
    Some((number(0x80)?, number(0x81)?))
}
