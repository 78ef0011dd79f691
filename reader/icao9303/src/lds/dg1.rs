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
}
