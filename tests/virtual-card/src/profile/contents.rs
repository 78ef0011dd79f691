//! Files, portrait, DG13, and what is printed on the card.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::calendar::Date;
use crate::faults::FileName;

/// Which files the chip has, and what was done to them after they were signed. Files that are there and not given
/// out are a fault of the chip: `faults.hidden`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Files {
    /// Data groups that the card does not have and other documents do: `DG4`, `DG5`, `DG7`, `DG11`, `DG12`, `DG16`.
    pub optional: Vec<FileName>,
    /// Files with one bit changed after they were hashed and signed.
    pub tampered: Vec<FileName>,
    /// Whether DG1 holds the first line of the MRZ and no more, signed as it is.
    pub mrz_incomplete: bool,
    /// Data groups left out of EF.COM.
    pub not_in_com: Vec<FileName>,
    /// Whether there is EF.DIR.
    pub dir: bool,
    /// Whether the letters of DG1's machine readable zone are small ones.
    pub lower_case_mrz: bool,
    /// What the chip takes of extended length. Without it: short length only, and no EF.ATR/INFO.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended_length: Option<LengthLimits>,
}

/// The longest APDUs of a chip (ISO 7816-4, 12.7.1, tag 7F66 of EF.ATR/INFO).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LengthLimits {
    /// Longest command APDU.
    pub command: u16,
    /// Longest response APDU.
    pub response: u16,
}

/// How DG11 and DG12, the additional details of a person and of a document, are written. The card has neither; real
/// documents differ here more than anywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdditionalDetails {
    /// How dates are written.
    pub dates: DetailDate,
    /// Adds every field that the tag list may name and the person does not fill, with no bytes in it.
    pub empty_fields: bool,
}

/// How a date of DG11 or DG12 is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DetailDate {
    /// `20051231`, as Doc 9303-10 asks.
    #[default]
    Digits,
    /// The same in four bytes of binary coded decimals, as earlier versions had it.
    Bcd,
    /// `31 DEC 2005`.
    Text,
    /// `20050000`: the year alone is known.
    Partial,
}

/// The portrait in DG2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Portrait {
    /// Whether there is DG2. Default: as the person's file says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub present: Option<bool>,
    /// The picture's format.
    pub format: PictureFormat,
    /// The record around it.
    pub encoding: FaceEncoding,
    /// Length of the whole file, in bytes. The picture is padded to fit exactly. 0: as short as it comes.
    pub size: usize,
    /// How many faces.
    pub faces: u8,
    /// A picture to use instead of a drawn one: JPEG or JPEG 2000, as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// Writes a length inside the record that points past its end.
    pub wrong_inner_length: bool,
}

impl Default for Portrait {
    fn default() -> Self {
        Self {
            present: None,
            format: PictureFormat::Jpeg,
            encoding: FaceEncoding::Iso19794,
            size: 15_000,
            faces: 1,
            file: None,
            wrong_inner_length: false,
        }
    }
}

/// A picture's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureFormat {
    /// JPEG: a drawn face.
    Jpeg,
    /// JPEG 2000 in its file format: a plain grey picture, the shortest valid one.
    Jpeg2000,
    /// JPEG 2000 as a bare code stream: the same grey picture.
    Jpeg2000Codestream,
    /// Bytes that no decoder takes.
    Undecodable,
}

/// The record around a portrait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FaceEncoding {
    /// ISO/IEC 19794-5:2005.
    #[serde(rename = "iso-19794")]
    Iso19794,
    /// ISO/IEC 39794-5:2019.
    #[serde(rename = "iso-39794")]
    Iso39794,
}

/// The Vietnamese data group, in every form seen or feared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VietnameseGroup {
    /// Whether there is DG13.
    pub present: bool,
    /// How father and mother are written.
    pub parents: Parents,
    /// How dates are written.
    pub dates: DateForm,
    /// Which ASN.1 string types are used.
    pub strings: Strings,
    /// Items left out, by number.
    pub missing: Vec<u8>,
    /// Items whose value is replaced by this text, by number.
    pub replace: BTreeMap<String, String>,
    /// Items whose value is replaced by unreadable bytes, as an agency's own encoding would be, by number.
    pub opaque: Vec<u8>,
    /// Items written last to first.
    pub reversed: bool,
    /// Adds items with numbers that nobody knows, one of them nested.
    pub unknown_items: bool,
    /// Makes residence and features longer than 127 and 255 bytes.
    pub long_values: bool,
    /// The whole file is not what it should be.
    pub undecodable: Undecodable,
}

impl Default for VietnameseGroup {
    fn default() -> Self {
        Self {
            present: true,
            parents: Parents::TwoSequences,
            dates: DateForm::Slashes,
            strings: Strings::AsSeen,
            missing: Vec::new(),
            replace: BTreeMap::new(),
            opaque: Vec::new(),
            reversed: false,
            unknown_items: false,
            long_values: false,
            undecodable: Undecodable::No,
        }
    }
}

/// How item 13 holds father and mother.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parents {
    /// One SEQUENCE each.
    TwoSequences,
    /// One SEQUENCE with both strings.
    OneSequence,
    /// Both strings directly after the number.
    Bare,
}

/// How a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateForm {
    /// `31/12/2005`.
    Slashes,
    /// `2005-12-31`.
    Dashes,
    /// `31122005`.
    DayFirst,
    /// `20051231`.
    YearFirst,
    /// `ngày 31 tháng 12 năm 2005`.
    Text,
}

impl DateForm {
    /// The date in this form.
    #[must_use]
    pub fn write(self, date: Date) -> String {
        match self {
            Self::Slashes => date.slashes(),
            Self::Dashes => date.to_string(),
            Self::DayFirst => date.qr(),
            Self::YearFirst => date.compact(),
            Self::Text => format!("ngày {} tháng {} năm {}", date.day, date.month, date.year),
        }
    }
}

/// Which ASN.1 string types DG13 uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strings {
    /// PrintableString for numbers and dates, UTF8String for the rest.
    AsSeen,
    /// UTF8String (0C).
    Utf8,
    /// PrintableString (13), whatever the characters.
    Printable,
    /// T61String (14) with UTF-8 in it.
    Teletex,
    /// IA5String (16) with UTF-8 in it.
    Ia5,
    /// BMPString (1E), UTF-16.
    Bmp,
}

/// What DG13 is instead of a readable file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undecodable {
    /// It is readable.
    No,
    /// The right tag around random bytes.
    Random,
    /// Cut off inside an item, with lengths that promise more.
    Truncated,
    /// The right outline under an unknown object identifier.
    OtherIdentifier,
    /// The right tag and no content.
    Empty,
}

/// What is printed on the card, where it is not what the chip holds: a forger's card, or a clerk's mistake.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Print {
    /// Changes to the person on the printed side only (QR code and machine readable zone), by the keys of the
    /// person's file.
    pub changes: toml::Table,
}
