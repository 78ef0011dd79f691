//! The nine-digit number of the identity card before the chip card (CMND). No card bears it as its own number any more
//! (Law 26/2023/QH15, art. 46), but land titles, contracts and records still do, so the chip and the QR code keep it.

use std::fmt;

use serde::{Serialize, Serializer};
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Nine ASCII digits, leading zeros included.
#[derive(Clone, PartialEq, Eq, Hash, Zeroize, ZeroizeOnDrop)]
pub struct OldIdNumber(String);

impl OldIdNumber {
    /// How many digits an old number has.
    pub const LENGTH: usize = 9;

    /// Reads an old number. Space around it is dropped.
    ///
    /// # Errors
    /// Names the first character that is no digit, or else the length found.
    pub fn parse(text: &str) -> Result<Self, OldIdNumberError> {
        let digits = text.trim();
        if let Some(index) = digits.chars().position(|c| !c.is_ascii_digit()) {
            return Err(OldIdNumberError::NotADigit { position: index + 1 });
        }
        if digits.len() != Self::LENGTH {
            return Err(OldIdNumberError::Length { found: digits.len() });
        }
        Ok(Self(digits.to_owned()))
    }

    /// The nine digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OldIdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OldIdNumber(redacted)")
    }
}

impl Serialize for OldIdNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Why a text is no old ID number.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OldIdNumberError {
    /// Not nine digits.
    #[error("an old ID number has 9 digits, not {found}")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// Something other than a digit.
    #[error("character {position} of the old ID number is not a digit")]
    NotADigit {
        /// Which character, counted from 1.
        position: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_digits_are_an_old_number_and_nothing_else_is() {
        assert_eq!(OldIdNumber::parse("012345678").expect("nine digits").as_str(), "012345678");
        assert_eq!(OldIdNumber::parse("").unwrap_err(), OldIdNumberError::Length { found: 0 });
        assert_eq!(OldIdNumber::parse("001190123456").unwrap_err(), OldIdNumberError::Length { found: 12 });
        assert_eq!(OldIdNumber::parse("B12345678").unwrap_err(), OldIdNumberError::NotADigit { position: 1 });
    }
}
