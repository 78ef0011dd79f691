//! DG12: additional details of the document (Doc 9303-10, 4.7.12). All of them are optional.

use alloc::vec::Vec;

use super::{
    LdsError, outer,
    picture::Picture,
    tagged::Tagged,
    text::{Date, DateTime, Text},
};
use crate::{check::Remark, tlv::Tlv};

/// Content of DG12.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dg12<'a> {
    /// Issuing authority (5F19).
    pub issuing_authority: Option<Text<'a>>,
    /// Date of issue (5F26).
    pub date_of_issue: Option<Date>,
    /// Names of other persons on the document (5F1A).
    pub other_persons: Vec<Text<'a>>,
    /// Endorsements and observations (5F1B).
    pub endorsements: Option<Text<'a>>,
    /// Tax and exit requirements (5F1C).
    pub tax_and_exit: Option<Text<'a>>,
    /// Picture of the front of the document (5F1D).
    pub front: Option<Picture<'a>>,
    /// Picture of its rear (5F1E).
    pub rear: Option<Picture<'a>>,
    /// When it was personalised (5F55).
    pub personalised_at: Option<DateTime>,
    /// Serial number of the personalisation system (5F56).
    pub personalisation_system: Option<Text<'a>>,
    /// Data objects that the standard does not have here.
    pub others: Vec<Tlv<'a>>,
    /// What deviates from the standard.
    pub remarks: Vec<Remark>,
}

impl<'a> Dg12<'a> {
    /// Reads DG12.
    ///
    /// # Errors
    /// The file is no DG12. What is wrong inside is a remark.
    pub fn parse(file: &'a [u8]) -> Result<Self, LdsError> {
        let mut remarks = Vec::new();
        let mut objects = Tagged::read(outer(file, 0x6C, &mut remarks)?, &mut remarks);
        Ok(Self {
            issuing_authority: objects.text(0x5F19, &mut remarks),
            date_of_issue: objects.date(0x5F26, &mut remarks),
            other_persons: objects.texts(0x5F1A, &mut remarks),
            endorsements: objects.text(0x5F1B, &mut remarks),
            tax_and_exit: objects.text(0x5F1C, &mut remarks),
            front: objects.object(0x5F1D).map(|object| Picture::new(object.value)),
            rear: objects.object(0x5F1E).map(|object| Picture::new(object.value)),
            personalised_at: objects.time(0x5F55, &mut remarks),
            personalisation_system: objects.text(0x5F56, &mut remarks),
            others: objects.others(),
            remarks,
        })
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::tlv::encode;

    #[test]
    fn every_field_is_found() {
        let list = [
            0x5F, 0x19, 0x5F, 0x26, 0x5F, 0x1A, 0x5F, 0x1B, 0x5F, 0x1C, 0x5F, 0x1D, 0x5F, 0x1E, 0x5F, 0x55, 0x5F, 0x56,
        ];
        let objects = [
            encode(0x5C, &list),
            encode(0x5F19, "CỤC CẢNH SÁT".as_bytes()),
            encode(0x5F26, b"20210501"),
            encode(0xA0, &[encode(0x02, &[1]), encode(0x5F1A, b"SMITH<<BRENDA<P")].concat()),
            encode(0x5F1B, b"NONE"),
            encode(0x5F1C, b"PAID"),
            encode(0x5F1D, &[0xFF, 0xD8, 0xFF]),
            encode(0x5F1E, &[0xFF, 0x4F, 0xFF, 0x51]),
            encode(0x5F55, b"20210501123456"),
            encode(0x5F56, b"PERSO-7"),
        ];
        let file = encode(0x6C, &objects.concat());
        let dg12 = Dg12::parse(&file).unwrap();
        assert_eq!(dg12.remarks, []);
        assert_eq!(dg12.issuing_authority.unwrap().as_str(), Some("CỤC CẢNH SÁT"));
        assert_eq!(dg12.date_of_issue.unwrap().to_string(), "2021-05-01");
        assert_eq!(dg12.other_persons[0].name().unwrap().1, "BRENDA P");
        assert_eq!(dg12.personalised_at.unwrap().hour, 12);
        assert!(dg12.front.is_some() && dg12.rear.is_some() && dg12.others.is_empty());
        assert_eq!(dg12.tax_and_exit.unwrap().as_str(), Some("PAID"));
        assert_eq!((dg12.endorsements.is_some(), dg12.personalisation_system.is_some()), (true, true));
    }

    #[test]
    fn a_date_in_bcd_or_partial_is_read_and_a_bad_one_remarked() {
        let dated = |value: &[u8]| encode(0x6C, &[encode(0x5C, &[0x5F, 0x26]), encode(0x5F26, value)].concat());
        for (value, expected) in
            [(&[0x20, 0x21, 0x05, 0x01][..], Some("2021-05-01")), (b"2021<<<<", Some("2021")), (b"soon", None)]
        {
            let file = dated(value);
            let dg12 = Dg12::parse(&file).unwrap();
            assert_eq!(dg12.date_of_issue.map(|date| date.to_string()).as_deref(), expected);
            assert_eq!(dg12.remarks.is_empty(), expected.is_some());
        }
    }
}
