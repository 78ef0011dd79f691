//! The personal identification number: twelve digits, which never change with a new card.
//!
//! Law on Identification 26/2023/QH15, art. 12, promises no more than twelve digits of one person. How numbers are in
//! fact allotted (Decree 137/2015/NĐ-CP, art. 13): three digits for the place of birth registration, one for century
//! and sex, two for the birth year, six at random; no check digit. A person may keep a number whose digits turned out
//! wrong, so what the digits say is a hint, never a ground to reject ([`crate::warning`]).

use std::fmt;

use serde::{Serialize, Serializer};
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::can::Can;
use crate::place::Place;
use crate::sex::Sex;

/// A personal identification number: twelve ASCII digits, leading zeros included.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Zeroize, ZeroizeOnDrop)]
pub struct IdNumber(String);

impl IdNumber {
    /// How many digits a number has.
    pub const LENGTH: usize = 12;

    /// Reads a number. Space around it is dropped, nothing else is forgiven: a number is copied, never guessed.
    ///
    /// # Errors
    /// Names the first character that is no digit, or else the length found.
    pub fn parse(text: &str) -> Result<Self, IdNumberError> {
        let digits = text.trim();
        if let Some(index) = digits.chars().position(|c| !c.is_ascii_digit()) {
            return Err(IdNumberError::NotADigit { position: index + 1 });
        }
        if digits.len() != Self::LENGTH {
            return Err(IdNumberError::Length { found: digits.len() });
        }
        Ok(Self(digits.to_owned()))
    }

    /// The twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The Card Access Number of the holder's card: the last six digits, not printed anywhere else.
    #[must_use]
    pub fn can(&self) -> Can {
        Can::of(self)
    }

    /// The document number of the card's MRZ and DG1: the last nine digits.
    #[must_use]
    pub fn last_nine(&self) -> &str {
        // Twelve ASCII digits, by construction.
        &self.0[3..]
    }

    /// The first three digits: where the birth was registered.
    #[must_use]
    pub fn place_prefix(&self) -> &str {
        &self.0[..3]
    }

    /// The province the first three digits stand for; `None` for a prefix that is not in the table (registered
    /// abroad, or newer than the table).
    #[must_use]
    pub fn place(&self) -> Option<&'static Place> {
        Place::of_prefix(self.place_prefix())
    }

    /// What the fourth digit says: even male, odd female.
    #[must_use]
    pub fn sex(&self) -> Sex {
        if self.digit(3) % 2 == 0 { Sex::Male } else { Sex::Female }
    }

    /// What digits four to six say: 0 and 1 stand for 1900 to 1999, 2 and 3 for 2000 to 2099, and so on to 8 and 9.
    #[must_use]
    pub fn birth_year(&self) -> i16 {
        1900 + 100 * (self.digit(3) / 2) + 10 * self.digit(4) + self.digit(5)
    }

    fn digit(&self, index: usize) -> i16 {
        i16::from(self.0.as_bytes()[index] - b'0')
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdNumber(redacted)")
    }
}

impl Serialize for IdNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Why a text is no personal identification number.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IdNumberError {
    /// Not twelve digits.
    #[error("an ID number has 12 digits, not {found}")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// Something other than a digit.
    #[error("character {position} of the ID number is not a digit")]
    NotADigit {
        /// Which character, counted from 1.
        position: usize,
    },
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> IdNumber {
        IdNumber::parse(text).expect("twelve digits")
    }

    #[test]
    fn the_digits_of_the_three_example_cards_say_place_sex_and_year() {
        for (text, place, sex, year, can, nine) in [
            ("001190123456", "Hà Nội", Sex::Female, 1990, "123456", "190123456"),
            ("079058123456", "Hồ Chí Minh", Sex::Male, 1958, "123456", "058123456"),
            ("048205000777", "Đà Nẵng", Sex::Male, 2005, "000777", "205000777"),
        ] {
            let id = number(text);
            assert_eq!(id.place().map(|p| p.name), Some(place));
            assert_eq!((id.sex(), id.birth_year()), (sex, year));
            assert_eq!((id.can().as_str(), id.last_nine()), (can, nine));
        }
    }

    #[test]
    fn the_century_digit_reaches_the_twenty_fourth_century() {
        assert_eq!(number("001900123456").birth_year(), 2300);
        assert_eq!(number("001999123456").birth_year(), 2399);
        assert_eq!(number("001499123456").birth_year(), 2199);
    }

    #[test]
    fn leading_zeros_are_kept_and_space_around_is_dropped() {
        assert_eq!(number(" 001190123456\n").as_str(), "001190123456");
    }

    #[test]
    fn what_is_not_twelve_digits_is_refused_with_its_place() {
        assert_eq!(IdNumber::parse("00119012345").unwrap_err(), IdNumberError::Length { found: 11 });
        assert_eq!(IdNumber::parse("").unwrap_err(), IdNumberError::Length { found: 0 });
        assert_eq!(IdNumber::parse("0011901O3456").unwrap_err(), IdNumberError::NotADigit { position: 8 });
        assert_eq!(IdNumber::parse("００1190123456").unwrap_err(), IdNumberError::NotADigit { position: 1 });
    }

    #[test]
    fn debug_output_does_not_show_the_number() {
        assert!(!format!("{:?}", number("001190123456")).contains("0011"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".*") {
            if let Ok(id) = IdNumber::parse(&text) {
                prop_assert_eq!(id.as_str(), text.trim());
                prop_assert!((1900..2400).contains(&id.birth_year()));
            }
        }
    }
}
