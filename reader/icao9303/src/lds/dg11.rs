//! DG11: additional personal details (Doc 9303-10, 4.7.11). All of them are optional, and issuers leave fields empty.

use alloc::vec::Vec;

use super::{
    LdsError, outer,
    picture::Picture,
    tagged::Tagged,
    text::{Date, Text},
};
use crate::{check::Remark, tlv::Tlv};

/// Content of DG11. A field that is there and empty is a blank [`Text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dg11<'a> {
    /// Full name in national characters (5F0E); see [`Text::name`].
    pub full_name: Option<Text<'a>>,
    /// Other names (5F0F).
    pub other_names: Vec<Text<'a>>,
    /// Personal number (5F10).
    pub personal_number: Option<Text<'a>>,
    /// Full date of birth (5F2B).
    pub date_of_birth: Option<Date>,
    /// Place of birth (5F11); see [`Text::parts`].
    pub place_of_birth: Option<Text<'a>>,
    /// Permanent address (5F42); see [`Text::parts`].
    pub address: Option<Text<'a>>,
    /// Telephone number (5F12).
    pub telephone: Option<Text<'a>>,
    /// Profession (5F13).
    pub profession: Option<Text<'a>>,
    /// Title (5F14).
    pub title: Option<Text<'a>>,
    /// Personal summary (5F15).
    pub personal_summary: Option<Text<'a>>,
    /// Proof of citizenship, a picture (5F16).
    pub proof_of_citizenship: Option<Picture<'a>>,
    /// Numbers of other valid travel documents (5F17); see [`Text::parts`].
    pub other_travel_documents: Option<Text<'a>>,
    /// Custody information (5F18).
    pub custody: Option<Text<'a>>,
    /// Data objects that the standard does not have here.
    pub others: Vec<Tlv<'a>>,
    /// What deviates from the standard.
    pub remarks: Vec<Remark>,
}

impl<'a> Dg11<'a> {
    /// Reads DG11.
    ///
    /// # Errors
    /// The file is no DG11. What is wrong inside is a remark.
    pub fn parse(file: &'a [u8]) -> Result<Self, LdsError> {
        let mut remarks = Vec::new();
        let mut objects = Tagged::read(outer(file, 0x6B, &mut remarks)?, &mut remarks);
        Ok(Self {
            full_name: objects.text(0x5F0E, &mut remarks),
            other_names: objects.texts(0x5F0F, &mut remarks),
            personal_number: objects.text(0x5F10, &mut remarks),
            date_of_birth: objects.date(0x5F2B, &mut remarks),
            place_of_birth: objects.text(0x5F11, &mut remarks),
            address: objects.text(0x5F42, &mut remarks),
            telephone: objects.text(0x5F12, &mut remarks),
            profession: objects.text(0x5F13, &mut remarks),
            title: objects.text(0x5F14, &mut remarks),
            personal_summary: objects.text(0x5F15, &mut remarks),
            proof_of_citizenship: objects.object(0x5F16).map(|object| Picture::new(object.value)),
            other_travel_documents: objects.text(0x5F17, &mut remarks),
            custody: objects.text(0x5F18, &mut remarks),
            others: objects.others(),
            remarks,
        })
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::ToString};

    use proptest::prelude::*;

    use super::*;
    use crate::tlv::encode;

    fn dg11(objects: &[Vec<u8>]) -> Vec<u8> {
        encode(0x6B, &objects.concat())
    }

    fn codes(dg11: &Dg11<'_>) -> Vec<&'static str> {
        dg11.remarks.iter().map(|remark| remark.code).collect()
    }

    /// Doc 9303-10, 4.7.11, example, with more fields.
    fn example() -> Vec<u8> {
        let list = [0x5F, 0x0E, 0x5F, 0x0F, 0x5F, 0x10, 0x5F, 0x2B, 0x5F, 0x11, 0x5F, 0x42, 0x5F, 0x16];
        let others = [encode(0x02, &[2]), encode(0x5F0F, b"OTHER<<ONE"), encode(0x5F0F, b"OTHER<<TWO")].concat();
        dg11(&[
            encode(0x5C, &list),
            encode(0x5F0E, b"SMITH<<JOHN<J"),
            encode(0xA0, &others),
            encode(0x5F10, b"123456789"),
            encode(0x5F2B, &[0x19, 0x90, 0x03, 0x15]),
            encode(0x5F11, b"ANYTOWN<MN"),
            encode(0x5F42, b"123 MAPLE RD<ANYTOWN<MN"),
            encode(0x5F16, &[0xFF, 0xD8, 0xFF]),
        ])
    }

    #[test]
    fn every_field_is_found() {
        let file = example();
        let read = Dg11::parse(&file).unwrap();
        assert_eq!(codes(&read), [] as [&str; 0]);
        assert_eq!(read.full_name.unwrap().name().unwrap(), ("SMITH".into(), "JOHN J".into()));
        assert_eq!(
            read.other_names.iter().filter_map(Text::name).map(|(_, name)| name).collect::<Vec<_>>(),
            ["ONE", "TWO"]
        );
        assert_eq!(read.personal_number.unwrap().as_str(), Some("123456789"));
        assert_eq!(read.date_of_birth.unwrap().to_string(), "1990-03-15");
        assert_eq!(read.place_of_birth.unwrap().parts().count(), 2);
        assert_eq!(read.address.unwrap().parts().count(), 3);
        assert!(read.proof_of_citizenship.is_some() && read.telephone.is_none() && read.others.is_empty());
    }

    #[test]
    fn empty_and_unknown_fields_and_a_wrong_list_lose_nothing() {
        let fields = [
            encode(0x5C, &[0x5F, 0x0E, 0x5F, 0x12]),
            encode(0x5F0E, b""),
            encode(0x5F2B, b""),
            encode(0x5F11, b"\xFF"),
            encode(0x5F0F, b"BESIDE THE TEMPLATE"),
            encode(0x5F77, b"?"),
        ];
        let file = dg11(&fields);
        let read = Dg11::parse(&file).unwrap();
        assert!(read.full_name.unwrap().is_blank());
        assert_eq!((read.date_of_birth, read.other_names.len(), read.others[0].tag), (None, 1, 0x5F77));
        assert_eq!(read.place_of_birth.unwrap().bytes(), b"\xFF");
        assert_eq!(codes(&read), ["lds_tag_list", "lds_text_encoding"]);
    }

    #[test]
    fn what_comes_before_a_malformed_object_is_kept() {
        let file = dg11(&[encode(0x5C, &[0x5F, 0x0E]), encode(0x5F0E, b"SMITH"), [0x5F, 0x10, 0x7F].to_vec()]);
        let read = Dg11::parse(&file).unwrap();
        assert_eq!(read.full_name.unwrap().as_str(), Some("SMITH"));
        assert_eq!(codes(&read), ["lds_object_malformed"]);
    }

    #[test]
    fn debug_shows_no_personal_data() {
        let file = example();
        let shown = format!("{:?}", Dg11::parse(&file).unwrap());
        assert!(!shown.contains("SMITH") && !shown.contains("1990") && !shown.contains("MAPLE"), "{shown}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0_usize..120, by in 1_u8..) {
            let _ = Dg11::parse(&encode(0x6B, &bytes));
            let mut file = example();
            let at = at % file.len();
            file[at] = file[at].wrapping_add(by);
            let _ = Dg11::parse(&file);
            let _ = Dg11::parse(&file[..at]);
        }
    }
}
