//! EF.DIR: the applications on the chip (Doc 9303-10, 3.11.1; ISO/IEC 7816-4, 12.2.3). Optional with one application.

use alloc::{format, vec::Vec};

use super::{file::EMRTD_AID, remark, text::Text};
use crate::{
    check::Remark,
    tlv::{Reader, Tlv},
};

/// More applications than any chip has; what follows is passed over.
const MAX_APPLICATIONS: usize = 64;

/// Content of EF.DIR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dir<'a> {
    /// The applications, in the order of the file.
    pub applications: Vec<Application<'a>>,
    /// What deviates from the standard.
    pub remarks: Vec<Remark>,
}

/// An application template, 61, or a bare application identifier, 4F.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Application<'a> {
    /// Application identifier (4F).
    pub identifier: &'a [u8],
    /// Label (50).
    pub label: Option<Text<'a>>,
    /// The whole data object.
    pub object: Tlv<'a>,
}

impl<'a> Dir<'a> {
    /// Reads EF.DIR. What is malformed is a remark, for a chip without a usable EF.DIR can still be read.
    #[must_use]
    pub fn parse(file: &'a [u8]) -> Self {
        let (mut applications, mut remarks) = (Vec::new(), Vec::new());
        // Unused bytes at the end may be FF.
        let end = file.iter().rposition(|byte| *byte != 0xFF).map_or(0, |last| last + 1);
        for object in Reader::new(file.get(..end).unwrap_or_default()).take(MAX_APPLICATIONS) {
            match object.and_then(application) {
                Ok(application) => applications.extend(application),
                Err(error) => remarks.push(remark("dir_malformed", format!("EF.DIR: {error}"))),
            }
        }
        Self { applications, remarks }
    }

    /// Whether the eMRTD application is listed.
    #[must_use]
    pub fn has_emrtd(&self) -> bool {
        self.applications.iter().any(|application| application.identifier == EMRTD_AID)
    }
}

fn application(object: Tlv<'_>) -> Result<Option<Application<'_>>, crate::tlv::TlvError> {
    match object.tag {
        0x4F => Ok(Some(Application { identifier: object.value, label: None, object })),
        0x61 => {
            let identifier = object.require(0x4F)?.value;
            let label = object.find(0x50)?.map(|label| Text::new(label.value));
            Ok(Some(Application { identifier, label, object }))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::encode;

    /// Doc 9303-10, 3.11.1.
    #[test]
    fn the_standards_applications_are_found() {
        let aids: [&[u8]; 4] = [
            &EMRTD_AID,
            &[0xA0, 0, 0, 2, 0x47, 0x20, 1],
            &[0xA0, 0, 0, 2, 0x47, 0x20, 2],
            &[0xA0, 0, 0, 2, 0x47, 0x20, 3],
        ];
        let file: Vec<u8> = aids.iter().flat_map(|aid| encode(0x61, &encode(0x4F, aid))).collect();
        let padded = [&file[..], &[0, 0, 0xFF, 0xFF]].concat();
        let dir = Dir::parse(&padded);
        assert_eq!(dir.applications.iter().map(|application| application.identifier).collect::<Vec<_>>(), aids);
        assert!(dir.has_emrtd() && dir.remarks.is_empty());
    }

    #[test]
    fn what_is_malformed_leaves_what_came_before() {
        let file = [encode(0x4F, &EMRTD_AID), encode(0x61, &encode(0x50, b"label")), [0x61, 9].to_vec()].concat();
        let dir = Dir::parse(&file);
        assert!(dir.has_emrtd());
        assert_eq!(dir.remarks.len(), 2);
        assert!(!Dir::parse(&[]).has_emrtd());
    }
}
