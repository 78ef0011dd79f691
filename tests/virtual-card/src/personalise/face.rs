//! DG2: biometric templates (Doc 9303-10, 4.7.2; ISO/IEC 7816-11) around facial records of ISO/IEC 19794-5:2005 or
//! ISO/IEC 39794-5:2019.

use super::PersonaliseError;
use super::portrait;
use crate::asn1;
use crate::calendar::Date;
use crate::person::{Person, Sex};
use crate::profile::contents::{FaceEncoding, PictureFormat, Portrait};

/// DG2 of this person, of exactly the length that the profile asks for.
///
/// # Errors
/// Where a picture given in the profile cannot be read, or does not fit the length.
pub fn data_group_2(settings: &Portrait, person: &Person) -> Result<Vec<u8>, PersonaliseError> {
    let faces = settings.faces.max(1);
    // All faces but the last are small; the last one is padded. Lengths in front of it grow with it, so the room is
    // found by trying: each attempt changes the sum of their lengths by a few bytes at most.
    let small = (1..faces).map(|face| picture(settings, person, face, 0)).collect::<Result<Vec<_>, _>>()?;
    let with = |last: Vec<u8>| {
        let pictures: Vec<_> = small.iter().cloned().chain([last]).collect();
        file(settings, person, &pictures)
    };
    if settings.size == 0 || settings.file.is_some() {
        return Ok(with(picture(settings, person, 0, 0)?));
    }
    let too_small = || PersonaliseError::PortraitDoesNotFit { size: settings.size };
    let around = with(Vec::new()).len();
    for spare in 0..64 {
        let room = settings.size.checked_sub(around + spare).ok_or_else(too_small)?;
        let file = with(vec![0; room]);
        if file.len() == settings.size {
            return Ok(with(picture(settings, person, 0, room)?));
        }
    }
    Err(too_small())
}

/// One picture, of exactly `size` bytes where that is not 0.
fn picture(settings: &Portrait, person: &Person, face: u8, size: usize) -> Result<Vec<u8>, PersonaliseError> {
    if let Some(path) = &settings.file {
        return std::fs::read(path).map_err(|source| PersonaliseError::Unreadable { path: path.clone(), source });
    }
    let padded = |mut bytes: Vec<u8>| match size {
        0 => Some(bytes),
        size if bytes.len() > size => None,
        size => {
            bytes.resize(size, 0);
            Some(bytes)
        }
    };
    match settings.format {
        PictureFormat::Jpeg => portrait::jpeg(person, face, size),
        PictureFormat::Jpeg2000 => portrait::jpeg2000(size),
        PictureFormat::Jpeg2000Codestream => padded(portrait::jpeg2000_codestream()),
        PictureFormat::Undecodable => padded(b"this is no picture ".repeat(8)),
    }
    .ok_or(PersonaliseError::PortraitDoesNotFit { size: settings.size })
}

fn file(settings: &Portrait, person: &Person, pictures: &[Vec<u8>]) -> Vec<u8> {
    let mut templates = asn1::tlv(0x02, &[pictures.len() as u8]);
    match settings.encoding {
        // One record holds all faces of ISO 19794-5 …
        FaceEncoding::Iso19794 => {
            templates = asn1::tlv(0x02, &[1]);
            let record = record_19794(settings, person, pictures);
            templates.extend(template(person, [0x00, 0x08], asn1::tlv(0x5F2E, &record)));
        }
        // … and ISO 39794-5 has one block for each.
        FaceEncoding::Iso39794 => {
            for picture in pictures {
                let block = asn1::tlv(0x7F2E, &asn1::tlv(0xA1, &block_39794(settings, picture)));
                templates.extend(template(person, [0x00, 0x2A], block));
            }
        }
    }
    asn1::tlv(0x75, &asn1::tlv(0x7F61, &templates))
}

/// Biometric information template: header and data (Doc 9303-10, table 42).
fn template(person: &Person, format_type: [u8; 2], data: Vec<u8>) -> Vec<u8> {
    let header = [
        // Version of the header, biometric type (facial features), subtype (none).
        asn1::tlv(0x80, &[0x01, 0x01]),
        asn1::tlv(0x81, &[0x02]),
        asn1::tlv(0x82, &[0x00]),
        asn1::tlv(0x83, &moment(person.date_of_issue)),
        // Format owner: ISO/IEC JTC 1/SC 37, and its format.
        asn1::tlv(0x87, &[0x01, 0x01]),
        asn1::tlv(0x88, &format_type),
    ];
    asn1::tlv(0x7F60, &[asn1::tlv(0xA1, &header.concat()), data].concat())
}

/// A time in BCD: year, month, day, hour, minute, second.
fn moment(date: Date) -> Vec<u8> {
    let digits = date.compact() + "093000";
    digits.as_bytes().chunks(2).map(|pair| (pair[0] - b'0') << 4 | (pair[1] - b'0')).collect()
}

/// Facial record of ISO/IEC 19794-5:2005, 5.4 to 5.7.
fn record_19794(settings: &Portrait, person: &Person, pictures: &[Vec<u8>]) -> Vec<u8> {
    let images: Vec<u8> = pictures.iter().flat_map(|picture| image_19794(settings, person, picture)).collect();
    let mut record = b"FAC\x00010\x00".to_vec();
    record.extend_from_slice(&(images.len() as u32 + 14).to_be_bytes());
    record.extend_from_slice(&(pictures.len() as u16).to_be_bytes());
    record.extend(images);
    record
}

fn image_19794(settings: &Portrait, person: &Person, picture: &[u8]) -> Vec<u8> {
    let mut length = picture.len() as u32 + 20 + 12;
    if settings.wrong_inner_length {
        // Points far behind the end of the file.
        length += 100_000;
    }
    let mut image = length.to_be_bytes().to_vec();
    // No feature points; sex; brown eyes, black hair; no properties, no expression, pose unknown.
    let sex = match person.sex {
        Sex::Unspecified => 0,
        Sex::Male => 1,
        Sex::Female => 2,
    };
    image.extend_from_slice(&[0, 0, sex, 3, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    // Full frontal; JPEG or JPEG 2000; size; sRGB; static photograph from a digital camera; device and quality unknown.
    let format = u8::from(matches!(settings.format, PictureFormat::Jpeg2000 | PictureFormat::Jpeg2000Codestream));
    image.extend_from_slice(&[1, format]);
    image.extend_from_slice(&portrait::WIDTH.to_be_bytes());
    image.extend_from_slice(&portrait::HEIGHT.to_be_bytes());
    image.extend_from_slice(&[1, 2, 0, 0, 0, 0]);
    image.extend_from_slice(picture);
    image
}

/// FaceImageDataBlock of ISO/IEC 39794-5:2019, annex A: the mandatory fields, and the picture's size.
fn block_39794(settings: &Portrait, picture: &[u8]) -> Vec<u8> {
    let number = |tag: u8, value: u16| asn1::context_primitive(tag, &asn1::unsigned_digits(&value.to_be_bytes()));
    let format = match settings.format {
        PictureFormat::Jpeg2000 | PictureFormat::Jpeg2000Codestream => 3,
        PictureFormat::Jpeg => 2,
        PictureFormat::Undecodable => 1,
    };
    let size = asn1::context(7, &[number(0, portrait::WIDTH), number(1, portrait::HEIGHT)].concat());
    let information = asn1::context(1, &[asn1::context(0, &number(0, format)), size].concat());
    let two_dimensional = [asn1::context_primitive(0, picture), information].concat();
    // imageRepresentation [1] → base [0] → imageRepresentation2DBlock [0].
    let mut representation = number(0, 0);
    representation.extend(asn1::context(1, &asn1::context(0, &asn1::context(0, &two_dimensional))));
    let version = asn1::context(0, &[number(0, 3), number(1, 2019)].concat());
    let mut block = asn1::tlv(0x65, &[version, asn1::context(1, &asn1::sequence(&[representation]))].concat());
    if settings.wrong_inner_length {
        // The lengths are in front: the first byte of the last one of four or more is made to promise more.
        if let Some(at) = block.windows(2).position(|pair| pair == [0xA1, 0x82]) {
            block[at + 2] |= 0x40;
        }
    }
    block
}
