//! The part of an MRZ that opens the chip (ICAO Doc 9303-11, 4.3.2 and 9.7.2).

use alloc::string::String;
use core::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{MrzDate, check_digit};

/// The longest document number: nine characters of its field and what fits the optional data of TD1 with a check digit.
pub const MAX_DOCUMENT_NUMBER: usize = 9 + 14;

/// Document number, date of birth and date of expiry: the password of BAC and of PACE with the MRZ. Wiped from memory on
/// drop.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct MrzKey {
    document_number: String,
    date_of_birth: String,
    date_of_expiry: String,
}

impl MrzKey {
    /// A key of the three fields without their check digits, dates as YYMMDD. Lower case is taken as upper case, and
    /// fillers at the end of the number may be left out.
    ///
    /// # Errors
    /// A field has another character or length than an MRZ gives it.
    pub fn new(document_number: &str, date_of_birth: &str, date_of_expiry: &str) -> Result<Self, MrzKeyError> {
        let number = document_number.trim_end_matches('<');
        if let Some((at, _)) = number.char_indices().find(|(_, c)| !c.is_ascii_alphanumeric() && *c != '<') {
            let column = number.get(..at).map_or(0, |before| before.chars().count()) + 1;
            return Err(MrzKeyError::DocumentNumberCharacter { column });
        }
        if number.is_empty() || number.len() > MAX_DOCUMENT_NUMBER {
            return Err(MrzKeyError::DocumentNumberLength { found: number.len() });
        }
        let date = |text: &str| MrzDate::parse(text).filter(MrzDate::is_plausible).map(|_| String::from(text));
        Ok(Self {
            document_number: number.to_ascii_uppercase(),
            date_of_birth: date(date_of_birth).ok_or(MrzKeyError::DateOfBirth)?,
            date_of_expiry: date(date_of_expiry).ok_or(MrzKeyError::DateOfExpiry)?,
        })
    }

    /// The whole document number, fillers at its end left out.
    #[must_use]
    pub fn document_number(&self) -> &str {
        &self.document_number
    }

    /// The document number as the MRZ has it, its check digit included: what a chip opened by BAC is called in Terminal
    /// Authentication (BSI TR-03110-1, 3.5).
    #[must_use]
    pub fn document_number_with_check_digit(&self) -> Zeroizing<String> {
        const DATES: usize = 2 * 7;
        let mut number = self.mrz_information();
        // Invariant: both dates with their check digits stand at the end, in ASCII.
        let end = number.len().saturating_sub(DATES);
        number.truncate(end);
        number
    }

    /// Date of birth, YYMMDD.
    #[must_use]
    pub fn date_of_birth(&self) -> &str {
        &self.date_of_birth
    }

    /// Date of expiry, YYMMDD.
    #[must_use]
    pub fn date_of_expiry(&self) -> &str {
        &self.date_of_expiry
    }

    /// "MRZ information": each field followed by its check digit. A number of less than nine characters is filled up; a
    /// longer one stands whole, with the check digit of the whole (Doc 9303-11, 4.3.2).
    #[must_use]
    pub fn mrz_information(&self) -> Zeroizing<String> {
        let mut out = Zeroizing::new(String::with_capacity(MAX_DOCUMENT_NUMBER + 15));
        out.push_str(&self.document_number);
        while out.len() < 9 {
            out.push('<');
        }
        // Invariant of the fields: only characters of the MRZ alphabet, so each has a check digit.
        let digit = |text: &str| check_digit(text).unwrap_or('<');
        let number_digit = digit(&out);
        out.push(number_digit);
        for date in [&self.date_of_birth, &self.date_of_expiry] {
            out.push_str(date);
            out.push(digit(date));
        }
        out
    }
}

/// Without the fields, which are a secret.
impl fmt::Debug for MrzKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MrzKey(..)")
    }
}

/// Why fields do not make a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MrzKeyError {
    /// A character that no MRZ has.
    #[error("document number: character {column} is neither letter, digit nor filler")]
    DocumentNumberCharacter {
        /// Which, from 1.
        column: usize,
    },
    /// Empty, or longer than [`MAX_DOCUMENT_NUMBER`].
    #[error("document number: {found} characters")]
    DocumentNumberLength {
        /// How many.
        found: usize,
    },
    /// Not six digits YYMMDD.
    #[error("date of birth: not a date YYMMDD")]
    DateOfBirth,
    /// Not six digits YYMMDD.
    #[error("date of expiry: not a date YYMMDD")]
    DateOfExpiry,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn information(number: &str, birth: &str, expiry: &str) -> Zeroizing<String> {
        MrzKey::new(number, birth, expiry).unwrap().mrz_information()
    }

    /// Doc 9303-11, D.2.
    #[test]
    fn the_standards_examples_hold() {
        assert_eq!(*information("D23145890734", "340712", "950712"), "D23145890734934071279507122");
        assert_eq!(*information("L898902C", "690806", "940623"), "L898902C<369080619406236");
        assert_eq!(*information("L898902C<", "690806", "940623"), "L898902C<369080619406236");
    }

    #[test]
    fn the_identity_cards_keys_hold() {
        assert_eq!(*information("190123456", "900315", "300315"), "190123456990031523003150");
        assert_eq!(*information("058123456", "580102", "991231"), "058123456858010289912315");
        assert_eq!(*information("205000777", "051231", "301231"), "205000777605123103012316");
    }

    #[test]
    fn lower_case_is_taken_as_upper_case() {
        assert_eq!(information("c11t002jm", "960812", "231031"), information("C11T002JM", "960812", "231031"));
    }

    #[test]
    fn what_no_mrz_holds_is_refused() {
        let error = |number, birth, expiry| MrzKey::new(number, birth, expiry).unwrap_err();
        assert_eq!(error("", "900315", "300315"), MrzKeyError::DocumentNumberLength { found: 0 });
        assert_eq!(error("<<<", "900315", "300315"), MrzKeyError::DocumentNumberLength { found: 0 });
        assert_eq!(error("12 456", "900315", "300315"), MrzKeyError::DocumentNumberCharacter { column: 3 });
        assert_eq!(error("Đ", "900315", "300315"), MrzKeyError::DocumentNumberCharacter { column: 1 });
        assert_eq!(error("1", "901315", "300315"), MrzKeyError::DateOfBirth);
        assert_eq!(error("1", "900315", "3003150"), MrzKeyError::DateOfExpiry);
    }

    #[test]
    fn debug_does_not_show_the_key() {
        let key = MrzKey::new("190123456", "900315", "300315").unwrap();
        assert_eq!(alloc::format!("{key:?}"), "MrzKey(..)");
    }
}
