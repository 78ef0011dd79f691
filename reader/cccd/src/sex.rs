//! The sex as the card's sources write it: `Nam` or `Nữ` in DG13 and the QR code, `M`, `F` or `<` in the MRZ.

use serde::Serialize;

use crate::transliteration;

/// The holder's sex (ICAO Doc 9303-3, 4.1: M, F, or not specified).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// Male.
    Male,
    /// Female.
    Female,
    /// Not specified.
    Unspecified,
}

impl Sex {
    /// Reads `Nam` and `Nữ`, whatever their case or composition, and the letters other sources use.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match transliteration::words(text).join(" ").as_str() {
            "NAM" | "M" | "MALE" => Some(Self::Male),
            "NU" | "F" | "FEMALE" => Some(Self::Female),
            "X" | "KHAC" | "KHONG XAC DINH" => Some(Self::Unspecified),
            _ => None,
        }
    }

    /// The position of the MRZ (Doc 9303-5, 4.2.2: `<` where the holder does not wish it shown).
    #[must_use]
    pub const fn from_mrz(character: char) -> Option<Self> {
        match character {
            'M' => Some(Self::Male),
            'F' => Some(Self::Female),
            '<' | 'X' => Some(Self::Unspecified),
            _ => None,
        }
    }

    /// The word of the card.
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Male => "Nam",
            Self::Female => "Nữ",
            Self::Unspecified => "Không xác định",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nu_is_female_composed_or_not_and_in_any_case() {
        for text in ["Nữ", "NỮ", "nu\u{31b}\u{303}", " nữ ", "Nu"] {
            assert_eq!(Sex::parse(text), Some(Sex::Female), "{text}");
        }
        assert_eq!(Sex::parse("Nam"), Some(Sex::Male));
        assert_eq!(Sex::parse("Nguyễn"), None);
        assert_eq!(Sex::parse(""), None);
    }
}
