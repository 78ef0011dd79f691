//! The Card Access Number: the six digits that open the chip. On this card they are the last six digits of the
//! holder's ID number and are not printed separately (card facts; Doc 9303-11, 4.4 for what a CAN is).

use std::fmt;

use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::id_number::IdNumber;

/// Six ASCII digits. A secret of a kind: wiped from memory when dropped, never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Can(String);

impl Can {
    /// How many digits a CAN has.
    pub const LENGTH: usize = 6;

    /// Reads a CAN. Space around it is dropped.
    ///
    /// # Errors
    /// Names the first character that is no digit, or else the length found.
    pub fn parse(text: &str) -> Result<Self, CanError> {
        let digits = text.trim();
        if let Some(index) = digits.chars().position(|c| !c.is_ascii_digit()) {
            return Err(CanError::NotADigit { position: index + 1 });
        }
        if digits.len() != Self::LENGTH {
            return Err(CanError::Length { found: digits.len() });
        }
        Ok(Self(digits.to_owned()))
    }

    /// The CAN of the card that bears `number`.
    #[must_use]
    pub fn of(number: &IdNumber) -> Self {
        // Twelve ASCII digits, by construction of IdNumber.
        Self(number.as_str()[IdNumber::LENGTH - Self::LENGTH..].to_owned())
    }

    /// The six digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Can {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Can(redacted)")
    }
}

/// Why a text is no Card Access Number.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CanError {
    /// Not six digits.
    #[error("a CAN has 6 digits, not {found}: the last six of the number on the card")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// Something other than a digit.
    #[error("character {position} of the CAN is not a digit")]
    NotADigit {
        /// Which character, counted from 1.
        position: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_can_keeps_its_leading_zeros() {
        let id = IdNumber::parse("048205000777").expect("twelve digits");
        assert_eq!(Can::of(&id), Can::parse("000777").expect("six digits"));
    }

    #[test]
    fn a_whole_id_number_is_not_a_can() {
        assert_eq!(Can::parse("001190123456").unwrap_err(), CanError::Length { found: 12 });
        assert_eq!(Can::parse("12345x").unwrap_err(), CanError::NotADigit { position: 6 });
    }

    #[test]
    fn debug_output_does_not_show_the_digits() {
        assert_eq!(format!("{:?}", Can::parse("123456").expect("six digits")), "Can(redacted)");
    }
}
