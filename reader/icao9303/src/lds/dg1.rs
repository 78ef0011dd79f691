//! DG1: the machine readable zone (Doc 9303-10, 4.7.1).

use alloc::vec::Vec;

use super::{LdsError, LdsErrorKind, outer};
use crate::{check::Remark, mrz::Mrz};

/// Content of DG1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dg1 {
    /// The MRZ, whichever of the three formats. What is wrong inside it is in [`Mrz::problems`].
    pub mrz: Mrz,
    /// What deviates from the standard.
    pub remarks: Vec<Remark>,
}

impl Dg1 {
    /// Reads DG1.
    ///
    /// # Errors
    /// The file is no DG1, or what it holds has not the shape of an MRZ.
    pub fn parse(file: &[u8]) -> Result<Self, LdsError> {
        let mut remarks = Vec::new();
        let object = outer(file, 0x61, &mut remarks)?.require(0x5F1F)?;
        let mrz = Mrz::parse(object.value)
            .map_err(|error| LdsError::new(LdsErrorKind::Mrz(error), object.value_position()))?;
        remarks.extend(mrz.remarks().iter().cloned());
        Ok(Self { mrz, remarks })
    }
}

/// The first five characters of every MRZ (Doc 9303-4, 5 and 6, 4.2): what kind of document it is, and of which state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MrzHead<'a> {
    /// The document code, two characters.
    pub document_code: &'a str,
    /// The issuing state or organisation, three characters.
    pub issuing_state: &'a str,
}

impl<'a> MrzHead<'a> {
    /// Takes them from a DG1 that may be no more than that: whatever is wrong with the rest of the MRZ, with its length or
    /// with the length of the file, they stand at the same place in all three formats.
    #[must_use]
    pub fn of(file: &'a [u8]) -> Option<Self> {
        let value = value_of(value_of(file, &[0x61])?, &[0x5F, 0x1F])?;
        let head = value.get(..5).filter(|head| head.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'<')))?;
        let head = core::str::from_utf8(head).ok()?;
        let (document_code, issuing_state) = head.split_at_checked(2)?;
        Some(Self { document_code, issuing_state })
    }
}

/// What follows tag and length at the start of `bytes`, whatever the length says.
fn value_of<'a>(bytes: &'a [u8], tag: &[u8]) -> Option<&'a [u8]> {
    let (&length, rest) = bytes.strip_prefix(tag)?.split_first()?;
    match length {
        0..=0x7F => Some(rest),
        0x81..=0x84 => rest.get(usize::from(length & 0x7F)..),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        mrz::{Format, MrzErrorKind},
        tlv::encode,
    };

    #[test]
    fn the_identity_cards_mrz_is_read() {
        let text = b"IDVNM1901234569001190123456<<09003152F3003150VNM<<<<<<<<<<<2NGUYEN<<THI<AN<<<<<<<<<<<<<<<<";
        let dg1 = Dg1::parse(&encode(0x61, &encode(0x5F1F, text))).unwrap();
        assert_eq!((dg1.mrz.format(), dg1.mrz.problems()), (Format::Td1, &[][..]));
    }

    #[test]
    fn what_is_no_mrz_is_refused_at_its_position() {
        let error = Dg1::parse(&encode(0x61, &encode(0x5F1F, b"SHORT"))).unwrap_err();
        assert_eq!(error.position, 5);
        assert!(matches!(error.kind, LdsErrorKind::Mrz(error) if error.kind == MrzErrorKind::TotalLength { found: 5 }));
        assert!(Dg1::parse(&encode(0x61, b"")).is_err());
    }

    #[test]
    fn what_is_no_mrz_still_names_its_state() {
        let head = Some(MrzHead { document_code: "ID", issuing_state: "VNM" });
        let whole = encode(0x61, &encode(0x5F1F, b"IDVNM190123456\xC3\xA90011"));
        assert!(Dg1::parse(&whole).is_err());
        assert_eq!(MrzHead::of(&whole), head);
        for file in
            [&b"\x61\x5D\x5F\x1F\x5AIDVNM"[..], b"\x61\x81\x5D\x5F\x1F\x82\x00\x5AIDVNM1", b"\x61\x00\x5F\x1F\x00IDVNM"]
        {
            assert_eq!(MrzHead::of(file), head, "{file:02X?}");
        }
        for file in [
            &b"\x61\x5D\x5F\x1F\x5AIDVN"[..],
            b"\x61\x5D\x5F\x1F\x5Aidvnm",
            b"\x61\x5D\x5F\x1F\x5AID1NM",
            b"\x61\x80\x5F\x1F\x5AIDVNM",
            b"\x75\x5D\x5F\x1F\x5AIDVNM",
            b"\x61\x84\x5F",
            b"\x61",
            b"",
        ] {
            assert_eq!(MrzHead::of(file), None, "{file:02X?}");
        }
    }
}
