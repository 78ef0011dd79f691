//! What a holder is made from.

use std::collections::BTreeSet;

use icao9303::lds::dg11::Dg11;
use icao9303::lds::dg12::Dg12;

use super::{CardDate, Dg13, DocumentMrz, IdNumber, QrCard};

/// The data groups that were read off the chip and parsed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chip<'a> {
    /// DG1: the MRZ.
    pub dg1: Option<&'a DocumentMrz>,
    /// DG11: additional personal details. The Vietnamese card has none.
    pub dg11: Option<&'a Dg11Fields>,
    /// DG12: additional document details. The Vietnamese card has none.
    pub dg12: Option<&'a Dg12Fields>,
    /// DG13: the card's own.
    pub dg13: Option<&'a Dg13>,
}

impl Chip<'_> {
    /// Only these groups: those that EF.SOD lists and the chip gave whole. Nobody has signed any other, and what nobody
    /// signed never feeds the holder. Without a readable EF.SOD that is every group: a chip proves nothing then, and what
    /// it says must not look like what the card says.
    #[must_use]
    pub fn only(self, groups: &BTreeSet<u8>) -> Self {
        Self {
            dg1: self.dg1.filter(|_| groups.contains(&1)),
            dg11: self.dg11.filter(|_| groups.contains(&11)),
            dg12: self.dg12.filter(|_| groups.contains(&12)),
            dg13: self.dg13.filter(|_| groups.contains(&13)),
        }
    }
}

/// What did not come from the chip. None of it is signed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    /// The printed QR code.
    pub qr: Option<&'a QrCard>,
    /// An MRZ that was scanned or typed.
    pub mrz: Option<&'a DocumentMrz>,
    /// An ID number that was typed.
    pub id_number: Option<&'a IdNumber>,
}

/// The fields of DG11 (Doc 9303-10, 4.7.11) that say something of the holder here.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Dg11Fields {
    /// Full name in national characters.
    pub full_name: Option<String>,
    /// Full date of birth.
    pub date_of_birth: Option<CardDate>,
    /// Permanent address.
    pub address: Option<String>,
}

/// The fields of DG12 (Doc 9303-10, 4.7.12) that say something of the card here.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Dg12Fields {
    /// Date of issue.
    pub date_of_issue: Option<CardDate>,
}

impl From<&Dg11<'_>> for Dg11Fields {
    fn from(dg11: &Dg11<'_>) -> Self {
        let address = dg11.address.filter(|text| !text.is_blank()).map(|text| {
            let lines: Vec<_> = text.parts().map(|part| part.to_str_lossy().trim().to_owned()).collect();
            lines.join(", ")
        });
        Self {
            full_name: dg11.full_name.filter(|text| !text.is_blank()).and_then(|text| text.name()).map(
                |(surname, others)| {
                    // Surname first, as Vietnamese names are written and as the data group has it.
                    [surname, others].join(" ").trim().to_owned()
                },
            ),
            date_of_birth: dg11.date_of_birth.and_then(CardDate::from_lds),
            address,
        }
    }
}

impl From<&Dg12<'_>> for Dg12Fields {
    fn from(dg12: &Dg12<'_>) -> Self {
        Self { date_of_issue: dg12.date_of_issue.and_then(CardDate::from_lds) }
    }
}

impl std::fmt::Debug for Dg11Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dg11Fields(redacted)")
    }
}

impl std::fmt::Debug for Dg12Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dg12Fields(redacted)")
    }
}
