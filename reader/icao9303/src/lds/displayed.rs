//! DG5, the displayed portrait, and DG7, the displayed signature or usual mark (Doc 9303-10, 4.7.5 and 4.7.7): pictures
//! without a biometric record.

use alloc::{format, vec::Vec};

use super::{LdsError, LdsErrorKind, file::DataGroup, outer, picture::Picture, remark};
use crate::check::Remark;

/// More pictures than any file has; what follows is passed over.
const MAX_PICTURES: usize = 16;

/// Content of DG5 or DG7.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayedPictures<'a> {
    /// The pictures, in the order of the file.
    pub pictures: Vec<Picture<'a>>,
    /// What deviates from the standard.
    pub remarks: Vec<Remark>,
}

impl<'a> DisplayedPictures<'a> {
    /// Reads DG5 or DG7.
    ///
    /// # Errors
    /// The file is not that data group, or the group has no displayed pictures.
    pub fn parse(file: &'a [u8], group: DataGroup) -> Result<Self, LdsError> {
        let picture_tag = match group {
            DataGroup::DG5 => 0x5F40,
            DataGroup::DG7 => 0x5F43,
            _ => return Err(LdsError::new(LdsErrorKind::NoPicture, 0)),
        };
        let mut remarks = Vec::new();
        let content = outer(file, group.tag().into(), &mut remarks)?;
        let (mut pictures, mut stated) = (Vec::new(), None);
        for object in content.children() {
            match object {
                Ok(object) if object.tag == 0x02 => stated = object.value.last().copied(),
                Ok(object) if object.tag == picture_tag && pictures.len() < MAX_PICTURES => {
                    pictures.push(Picture::new(object.value));
                }
                Ok(_) => {}
                Err(error) => remarks.push(remark("lds_object_malformed", format!("{error}; what follows is lost"))),
            }
        }
        if stated.map(usize::from) != Some(pictures.len()) {
            remarks.push(remark("displayed_count", "another number of pictures than stated"));
        }
        if pictures.is_empty() && stated != Some(0) {
            let Some(picture) = Picture::salvage(file) else { return Err(LdsError::new(LdsErrorKind::NoPicture, 0)) };
            remarks.push(remark("picture_salvaged", "the picture was found by its first bytes"));
            pictures.push(picture);
        }
        Ok(Self { pictures, remarks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lds::picture::tests::jpeg, tlv::encode};

    #[test]
    fn portrait_and_signature_are_read() {
        for (group, tag) in [(DataGroup::DG5, 0x5F40), (DataGroup::DG7, 0x5F43)] {
            let picture = jpeg(200, 50);
            let file = encode(group.tag().into(), &[encode(2, &[1]), encode(tag, &picture)].concat());
            let read = DisplayedPictures::parse(&file, group).unwrap();
            assert_eq!((read.pictures[0].size, read.remarks.len()), (Some((200, 50)), 0));
        }
        assert!(DisplayedPictures::parse(&encode(0x61, b""), DataGroup::DG1).is_err());
    }

    #[test]
    fn a_wrong_length_does_not_lose_the_picture() {
        let picture = jpeg(200, 50);
        let file = encode(0x67, &[&encode(2, &[1])[..], &[0x5F, 0x43, 0x7F], &picture].concat());
        let read = DisplayedPictures::parse(&file, DataGroup::DG7).unwrap();
        assert_eq!(read.pictures[0].bytes, picture);
        assert!(read.remarks.iter().any(|remark| remark.code == "picture_salvaged"));
    }
}
