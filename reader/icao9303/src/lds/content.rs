//! Any file, by its name: for whoever lists what a chip or a dump holds.

use alloc::{boxed::Box, vec::Vec};

use super::{
    LdsError,
    atr_info::AtrInfo,
    biometric::BiometricTemplates,
    com::Com,
    dg1::Dg1,
    dg2::Dg2,
    dg11::Dg11,
    dg12::Dg12,
    dg16::Dg16,
    dir::Dir,
    displayed::DisplayedPictures,
    file::{DataGroup, ElementaryFile},
    outer,
};
use crate::{check::Remark, tlv::Tlv};

/// The content of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content<'a> {
    /// EF.COM.
    Com(Com),
    /// EF.DIR.
    Dir(Dir<'a>),
    /// EF.ATR/INFO.
    AtrInfo(AtrInfo<'a>),
    /// DG1.
    Dg1(Dg1),
    /// DG2.
    Dg2(Dg2<'a>),
    /// DG3 or DG4.
    Biometric(BiometricTemplates<'a>),
    /// DG5 or DG7.
    Displayed(DisplayedPictures<'a>),
    /// DG11.
    Dg11(Box<Dg11<'a>>),
    /// DG12.
    Dg12(Box<Dg12<'a>>),
    /// DG16.
    Dg16(Dg16<'a>),
    /// A file whose content is another parser's (EF.SOD, DG14, DG15, DG13 …), or nobody's (DG6, DG8 …): its outer data
    /// object.
    Raw {
        /// The outer data object.
        object: Tlv<'a>,
        /// What deviates from the standard.
        remarks: Vec<Remark>,
    },
}

impl<'a> Content<'a> {
    /// Reads the file.
    ///
    /// # Errors
    /// The bytes are not that file.
    pub fn parse(file: ElementaryFile, bytes: &'a [u8]) -> Result<Self, LdsError> {
        Ok(match file {
            ElementaryFile::Com => Self::Com(Com::parse(bytes)?),
            ElementaryFile::Dir => Self::Dir(Dir::parse(bytes)),
            ElementaryFile::AtrInfo => Self::AtrInfo(AtrInfo::parse(bytes)),
            ElementaryFile::Dg(DataGroup::DG1) => Self::Dg1(Dg1::parse(bytes)?),
            ElementaryFile::Dg(DataGroup::DG2) => Self::Dg2(Dg2::parse(bytes)?),
            ElementaryFile::Dg(group @ (DataGroup::DG3 | DataGroup::DG4)) => {
                Self::Biometric(BiometricTemplates::parse(bytes, group)?)
            }
            ElementaryFile::Dg(group @ (DataGroup::DG5 | DataGroup::DG7)) => {
                Self::Displayed(DisplayedPictures::parse(bytes, group)?)
            }
            ElementaryFile::Dg(DataGroup::DG11) => Self::Dg11(Box::new(Dg11::parse(bytes)?)),
            ElementaryFile::Dg(DataGroup::DG12) => Self::Dg12(Box::new(Dg12::parse(bytes)?)),
            ElementaryFile::Dg(DataGroup::DG16) => Self::Dg16(Dg16::parse(bytes)?),
            _ => Self::raw(file, bytes)?,
        })
    }

    /// What deviates from the standard.
    #[must_use]
    pub fn remarks(&self) -> &[Remark] {
        match self {
            Self::Com(content) => &content.remarks,
            Self::Dir(content) => &content.remarks,
            Self::AtrInfo(content) => &content.remarks,
            Self::Dg1(content) => &content.remarks,
            Self::Dg2(content) => &content.remarks,
            Self::Biometric(content) => &content.remarks,
            Self::Displayed(content) => &content.remarks,
            Self::Dg11(content) => &content.remarks,
            Self::Dg12(content) => &content.remarks,
            Self::Dg16(content) => &content.remarks,
            Self::Raw { remarks, .. } => remarks,
        }
    }

    fn raw(file: ElementaryFile, bytes: &'a [u8]) -> Result<Self, LdsError> {
        let mut remarks = Vec::new();
        let object = match file.outer_tag() {
            Some(tag) => outer(bytes, tag.into(), &mut remarks)?,
            None => crate::tlv::parse_one(bytes)?.0,
        };
        Ok(Self::Raw { object, remarks })
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;
    use crate::{lds::dg15::public_key_of_dg15, tlv::encode};

    #[test]
    fn unknown_data_groups_are_kept_raw() {
        for number in [6, 8, 9, 10, 13, 14, 15] {
            let file = ElementaryFile::dg(number).unwrap();
            let bytes = encode(file.outer_tag().unwrap().into(), &[1, 2, 3]);
            let Content::Raw { object, remarks } = Content::parse(file, &bytes).unwrap() else { panic!("raw") };
            assert_eq!((object.value, remarks), (&[1, 2, 3][..], vec![]));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_file_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            for file in ElementaryFile::all() {
                let wrapped = encode(file.outer_tag().unwrap_or(0x61).into(), &bytes);
                for bytes in [&bytes[..], &wrapped, wrapped.get(..wrapped.len() / 2).unwrap_or_default()] {
                    if let Ok(content) = Content::parse(file, bytes) {
                        prop_assert!(content.remarks().len() < 200);
                    }
                }
            }
            let _ = public_key_of_dg15(&bytes);
        }
    }
}
