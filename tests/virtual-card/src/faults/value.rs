//! Status words, instruction bytes and file names as a profile writes them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A status word, written as four hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct StatusWord(pub u16);

impl StatusWord {
    /// `6A82`, file not found.
    #[must_use]
    pub const fn not_found() -> Self {
        Self(0x6A82)
    }
}

impl TryFrom<String> for StatusWord {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match u16::from_str_radix(&text, 16) {
            Ok(word) if text.len() == 4 => Ok(Self(word)),
            _ => Err(format!("`{text}` is not a status word of four hexadecimal digits")),
        }
    }
}

impl From<StatusWord> for String {
    fn from(word: StatusWord) -> Self {
        format!("{:04X}", word.0)
    }
}

/// An instruction byte, written as two hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ins(pub u8);

impl TryFrom<String> for Ins {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match u8::from_str_radix(&text, 16) {
            Ok(ins) if text.len() == 2 => Ok(Self(ins)),
            _ => Err(format!("`{text}` is not an instruction byte of two hexadecimal digits")),
        }
    }
}

impl From<Ins> for String {
    fn from(ins: Ins) -> Self {
        format!("{:02X}", ins.0)
    }
}

/// An elementary file by the name the standard gives it: `EF.COM`, `EF.SOD`, `DG1` to `DG16`, `EF.CardAccess`,
/// `EF.CardSecurity`, `EF.DIR`, `EF.ATR/INFO`, `EF.CVCA`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileName {
    /// Whether it lies in the master file, outside the application.
    pub master: bool,
    /// Its file identifier.
    pub identifier: u16,
}

/// Names of the files that are no data groups (ICAO Doc 9303-10, table 38 and 3.11).
const NAMES: [(&str, FileName); 7] = [
    ("EF.CardAccess", FileName::CARD_ACCESS),
    ("EF.CardSecurity", FileName { master: true, identifier: 0x011D }),
    ("EF.DIR", FileName { master: true, identifier: 0x2F00 }),
    ("EF.ATR/INFO", FileName { master: true, identifier: 0x2F01 }),
    ("EF.COM", FileName { master: false, identifier: 0x011E }),
    ("EF.SOD", FileName { master: false, identifier: 0x011D }),
    ("EF.CVCA", FileName { master: false, identifier: 0x011C }),
];

impl FileName {
    /// EF.CardAccess.
    pub const CARD_ACCESS: Self = Self { master: true, identifier: 0x011C };

    /// A data group, 1 to 16.
    #[must_use]
    pub const fn data_group(number: u8) -> Self {
        Self { master: false, identifier: 0x0100 | number as u16 }
    }
}

impl FromStr for FileName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((_, name)) = NAMES.iter().find(|(name, _)| *name == text) {
            return Ok(*name);
        }
        match text.strip_prefix("DG").and_then(|number| number.parse().ok()) {
            Some(number @ 1..=16) => Ok(Self::data_group(number)),
            _ => {
                Err(format!("`{text}` is no file of the card: DG1 to DG16, {}", NAMES.map(|(name, _)| name).join(", ")))
            }
        }
    }
}

impl TryFrom<String> for FileName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<FileName> for String {
    fn from(file: FileName) -> Self {
        match NAMES.iter().find(|(_, name)| *name == file) {
            Some((name, _)) => (*name).into(),
            None => format!("DG{}", file.identifier & 0xFF),
        }
    }
}
