//! Biometric templates in their CBEFF wrapping, as DG2, DG3 and DG4 hold them (Doc 9303-10, 4.7.2 to 4.7.4;
//! ISO/IEC 7816-11, 5; ISO/IEC 19785-3).
//!
//! The templates of fingers and irises stay opaque here; those of faces are read by [`super::face`].

use alloc::{format, vec::Vec};
use core::fmt;

use super::{LdsError, file::DataGroup, outer, remark};
use crate::{
    check::Remark,
    tlv::{Tlv, TlvError, TlvErrorKind},
};

/// More templates than any file has; what follows is passed over.
pub const MAX_TEMPLATES: usize = 64;

/// The templates of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BiometricTemplates<'a> {
    /// How many the file says that it holds. DG3 and DG4 may say none.
    pub stated: Option<usize>,
    /// Those that could be read.
    pub templates: Vec<BiometricTemplate<'a>>,
    /// What deviates from the standard.
    pub remarks: Vec<Remark>,
}

/// One biometric information template, 7F60.
#[derive(Clone, PartialEq, Eq)]
pub struct BiometricTemplate<'a> {
    /// What it is.
    pub header: BiometricHeader<'a>,
    /// The value of the biometric data block.
    pub data: &'a [u8],
    /// Whether the block has the constructed tag 7F2E (ISO/IEC 39794) or the primitive one 5F2E (ISO/IEC 19794).
    pub constructed: bool,
    /// Offset of `data` in the file.
    pub position: usize,
}

/// Biometric header template, A1. All of it is optional in practice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BiometricHeader<'a> {
    /// Version of the header (80): 0101.
    pub version: Option<&'a [u8]>,
    /// Biometric type (81): 2 face, 8 finger, 10 (hexadecimal) iris.
    pub biometric_type: Option<u32>,
    /// Biometric subtype (82): which finger, which eye.
    pub subtype: Option<u32>,
    /// Creation date and time (83).
    pub creation: Option<&'a [u8]>,
    /// Validity period (85).
    pub validity: Option<&'a [u8]>,
    /// Creator of the biometric reference data (86).
    pub creator: Option<&'a [u8]>,
    /// Format owner (87): 0101 ISO/IEC JTC 1/SC 37.
    pub format_owner: Option<u32>,
    /// Format type (88), of that owner: 0008 face, 0007 finger image, 0009 iris image.
    pub format_type: Option<u32>,
}

impl<'a> BiometricTemplates<'a> {
    /// Reads DG3 or DG4 as far as the headers; the templates themselves stay opaque. Also the wrapping of DG2.
    ///
    /// # Errors
    /// The file has not the data group's tag, or holds no group of templates.
    pub fn parse(file: &'a [u8], group: DataGroup) -> Result<Self, LdsError> {
        let mut remarks = Vec::new();
        let content = outer(file, group.tag().into(), &mut remarks)?;
        Ok(Self::of_group(content.require(0x7F61)?, remarks))
    }

    /// The templates of the group template 7F61. One that is malformed is a remark, and so is what follows it.
    pub(super) fn of_group(group: Tlv<'a>, remarks: Vec<Remark>) -> Self {
        let mut found = Self { stated: None, templates: Vec::new(), remarks };
        for object in group.children() {
            let result = object.map_err(LdsError::from).and_then(|object| {
                match object.tag {
                    0x02 => found.stated = unsigned(object.value).and_then(|count| usize::try_from(count).ok()),
                    0x7F60 if found.templates.len() < MAX_TEMPLATES => found.templates.push(template(object)?),
                    0x7F60 => found.remark_once("biometric_too_many", "more templates than a document has"),
                    // 53 and 73: random bytes that make an empty group unique (Doc 9303-10, 4.7.3).
                    0x53 | 0x73 => {}
                    _ => found.remark_once("biometric_unknown_object", "a data object that is no template"),
                }
                Ok(())
            });
            if let Err(error) = result {
                found.remark_once("biometric_malformed", &format!("biometric template: {error}"));
            }
        }
        if found.stated.is_some_and(|stated| stated != found.templates.len()) {
            found.remark_once("biometric_count", "another number of templates than stated");
        }
        found
    }

    fn remark_once(&mut self, code: &'static str, message: &str) {
        if !self.remarks.iter().any(|remark| remark.code == code) {
            self.remarks.push(remark(code, message));
        }
    }
}

fn template(object: Tlv<'_>) -> Result<BiometricTemplate<'_>, LdsError> {
    let mut header = BiometricHeader::default();
    for inner in object.children() {
        let inner = inner?;
        match inner.tag {
            0xA1 => header = read_header(inner)?,
            0x5F2E | 0x7F2E => {
                let (data, position) = (inner.value, inner.value_position());
                return Ok(BiometricTemplate { header, data, constructed: inner.tag == 0x7F2E, position });
            }
            _ => {}
        }
    }
    Err(TlvError::new(TlvErrorKind::Missing { tag: 0x5F2E }, object.value_position()).into())
}

fn read_header(object: Tlv<'_>) -> Result<BiometricHeader<'_>, LdsError> {
    let mut header = BiometricHeader::default();
    for inner in object.children() {
        let inner = inner?;
        match inner.tag {
            0x80 => header.version = Some(inner.value),
            0x81 => header.biometric_type = unsigned(inner.value),
            0x82 => header.subtype = unsigned(inner.value),
            0x83 => header.creation = Some(inner.value),
            0x85 => header.validity = Some(inner.value),
            0x86 => header.creator = Some(inner.value),
            0x87 => header.format_owner = unsigned(inner.value),
            0x88 => header.format_type = unsigned(inner.value),
            _ => {}
        }
    }
    Ok(header)
}

fn unsigned(value: &[u8]) -> Option<u32> {
    (1..=4).contains(&value.len()).then(|| value.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

/// Without the template, which is personal.
impl fmt::Debug for BiometricTemplate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { header, data, constructed, position } = self;
        write!(f, "BiometricTemplate({header:?}, constructed {constructed}, {} bytes at {position})", data.len())
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::tlv::encode;

    fn template(data: &[u8]) -> Vec<u8> {
        let header = [encode(0x80, &[1, 1]), encode(0x81, &[8]), encode(0x87, &[1, 1]), encode(0x88, &[0, 7])].concat();
        encode(0x7F60, &[encode(0xA1, &header), encode(0x5F2E, data)].concat())
    }

    fn dg3(objects: &[Vec<u8>]) -> Vec<u8> {
        encode(0x63, &encode(0x7F61, &objects.concat()))
    }

    #[test]
    fn templates_stay_opaque_and_their_headers_are_read() {
        let file = dg3(&[encode(2, &[2]), template(b"left"), template(b"right")]);
        let found = BiometricTemplates::parse(&file, DataGroup::DG3).unwrap();
        assert_eq!((found.stated, found.templates.len(), found.remarks), (Some(2), 2, vec![]));
        let first = &found.templates[0];
        assert_eq!((first.header.biometric_type, first.header.format_type), (Some(8), Some(7)));
        assert_eq!((first.data, &file[first.position..first.position + 4]), (&b"left"[..], &b"left"[..]));
    }

    #[test]
    fn no_template_at_all_is_a_valid_file() {
        let file = dg3(&[encode(2, &[0]), encode(0x53, &[1, 2, 3, 4])]);
        let found = BiometricTemplates::parse(&file, DataGroup::DG3).unwrap();
        assert_eq!((found.stated, found.templates.len(), found.remarks.len()), (Some(0), 0, 0));
    }

    #[test]
    fn a_malformed_template_leaves_the_others() {
        let file = dg3(&[encode(2, &[2]), encode(0x7F60, &encode(0xA1, b"")), template(b"right")]);
        let found = BiometricTemplates::parse(&file, DataGroup::DG3).unwrap();
        assert_eq!(found.templates[0].data, b"right");
        let codes: Vec<_> = found.remarks.iter().map(|remark| remark.code).collect();
        assert_eq!(codes, ["biometric_malformed", "biometric_count"]);
    }

    #[test]
    fn the_number_of_templates_is_bounded() {
        let file = dg3(&vec![template(b""); 1000]);
        let found = BiometricTemplates::parse(&file, DataGroup::DG3).unwrap();
        assert_eq!((found.templates.len(), found.remarks.len()), (MAX_TEMPLATES, 1));
    }
}
