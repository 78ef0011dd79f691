//! The text of the QR code printed on the card:
//!
//! ```text
//! ID number|old number|full name|ddMMyyyy|Nam or Nữ|address|ddMMyyyy of issue      (2021, front)
//! the same seven and four more, seen empty: …|ddMMyyyy||||                         (2024, back)
//! ```
//!
//! It carries no signature: a claim, never a proof. Its best use is to supply the CAN for the chip. A code of another
//! kind is no error but an answer ([`QrContent::Other`]).

use std::fmt;

use icao9303::check::Remark;
use nom::Parser;
use nom::bytes::complete::is_not;
use nom::character::complete::char;
use nom::combinator::opt;
use nom::multi::separated_list1;
use serde::Serialize;
use thiserror::Error;

use crate::card_date::CardDate;
use crate::id_number::IdNumber;
use crate::old_id_number::OldIdNumber;
use crate::sex::Sex;
use crate::transliteration::composed;

mod other;

pub use other::SeemsToBe;

/// The longest text taken, in bytes. Cards have 100 to 200; a QR code holds 2,953 at most.
pub const MAX_LENGTH: usize = 4 * 1024;
/// The most fields taken. Seven and eleven have been seen.
pub const MAX_FIELDS: usize = 64;
/// How many fields every card's code has.
const KNOWN_FIELDS: usize = 7;

/// What a QR code holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QrContent {
    /// The text of an ID card.
    Card(Box<QrCard>),
    /// Something else, and what it seems to be.
    Other(SeemsToBe),
}

/// The text of an ID card's code. Text fields are composed (NFC) for comparison; [`QrCard::original`] is as scanned.
///
/// Serialised, it is the `card` object of `cccd qr`.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct QrCard {
    /// The ID number.
    pub id_number: IdNumber,
    /// The old number; empty on the card where the holder had none.
    pub old_id_number: Option<OldIdNumber>,
    /// The full name, accented.
    pub full_name: String,
    /// The birth date, where it is written as one.
    pub date_of_birth: Option<CardDate>,
    /// The sex, where it is one of the card's words.
    pub sex: Option<Sex>,
    /// The place of residence as of the card's issue.
    pub address: Option<String>,
    /// The date of issue, where it is written as one.
    pub date_of_issue: Option<CardDate>,
    /// What follows the seven fields, as scanned. The 2024 card has four, seen empty.
    pub extra: Vec<String>,
    #[serde(skip)]
    fields: Vec<String>,
    #[serde(skip)]
    warnings: Vec<Remark>,
}

impl QrCard {
    /// The text of a field as scanned, counted from 0: for what could not be read as a date or a number.
    #[must_use]
    pub fn original(&self, index: usize) -> Option<&str> {
        self.fields.get(index).map(String::as_str)
    }

    /// What is odd about the text and decides nothing.
    #[must_use]
    pub fn warnings(&self) -> &[Remark] {
        &self.warnings
    }
}

/// Reads the bytes of a QR code. They are UTF-8, and nothing else is guessed: decoders that guess garble the names.
///
/// # Errors
/// When the text is too long, not UTF-8, holds control characters, or begins as a card's and goes on otherwise.
pub fn read(bytes: &[u8]) -> Result<QrContent, QrTextError> {
    if bytes.len() > MAX_LENGTH {
        return Err(QrTextError::TooLong { length: bytes.len() });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| QrTextError::NotUtf8 { position: error.valid_up_to() })?;
    read_str(text)
}

/// Reads the text of a QR code as a scanner delivers it: a byte order mark, the prefix `]Q1` (ISO/IEC 15424) and the end
/// of line that scanners add are passed over.
///
/// # Errors
/// As [`read`].
pub fn read_str(text: &str) -> Result<QrContent, QrTextError> {
    if text.len() > MAX_LENGTH {
        return Err(QrTextError::TooLong { length: text.len() });
    }
    let payload = without_scanner_marks(text);
    let Some((id_number, fields)) = fields_of_a_card(payload) else {
        return Ok(QrContent::Other(SeemsToBe::of(payload)));
    };
    if let Some(index) = payload.find(is_forbidden) {
        let skipped = payload.as_ptr() as usize - text.as_ptr() as usize;
        return Err(QrTextError::ControlCharacter { position: skipped + index });
    }
    card(id_number, &fields).map(|card| QrContent::Card(Box::new(card)))
}

fn without_scanner_marks(text: &str) -> &str {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = match text.as_bytes() {
        [b']', b'Q', b'0'..=b'6', ..] => &text[3..],
        _ => text,
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.trim_end_matches(['\r', '\n', '\t'])
}

/// Control characters, and the invisible ones that turn the direction of what is shown: neither is ever on a card.
fn is_forbidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// The fields of a text that begins as a card's does: twelve digits and a bar.
fn fields_of_a_card(payload: &str) -> Option<(IdNumber, Vec<&str>)> {
    let field = opt(is_not::<_, _, ()>("|")).map(Option::unwrap_or_default);
    let (_, fields) = separated_list1(char('|'), field).parse(payload).ok()?;
    let [first, _, ..] = fields.as_slice() else { return None };
    Some((IdNumber::parse(first).ok()?, fields))
}

fn card(id_number: IdNumber, fields: &[&str]) -> Result<QrCard, QrTextError> {
    if fields.len() < KNOWN_FIELDS || fields.len() > MAX_FIELDS {
        return Err(QrTextError::FieldCount { found: fields.len() });
    }
    let [_, old_number, full_name, birth, sex, address, issue, extra @ ..] = fields else {
        return Err(QrTextError::FieldCount { found: fields.len() });
    };
    let full_name = composed(full_name);
    if full_name.is_empty() {
        return Err(QrTextError::NoName);
    }
    let mut warnings = Vec::new();
    let mut odd = |code, message: &str| warnings.push(Remark { code, message: message.to_owned() });

    let old_id_number = OldIdNumber::parse(old_number).ok();
    if old_id_number.is_none() && !old_number.trim().is_empty() {
        odd("qr_old_id_number_unusual", "the old number of the QR code is not nine digits");
    }
    let mut date = |text: &str, code, message: &str| {
        let date = CardDate::parse(text).ok();
        if date.is_none() && !text.trim().is_empty() {
            odd(code, message);
        }
        date
    };
    let date_of_birth = date(birth, "qr_date_of_birth_unreadable", "the birth date of the QR code is not a date");
    let date_of_issue = date(issue, "qr_date_of_issue_unreadable", "the date of issue of the QR code is not a date");
    let parsed_sex = Sex::parse(sex);
    if parsed_sex.is_none() && !sex.trim().is_empty() {
        odd("qr_sex_unreadable", "the sex of the QR code is none of the card's words");
    }
    if !full_name.chars().all(is_of_a_name) {
        odd(
            "qr_name_unusual",
            "the name of the QR code has characters that names do not have: decoded with a wrong character set?",
        );
    }
    Ok(QrCard {
        id_number,
        old_id_number,
        full_name,
        date_of_birth,
        sex: parsed_sex,
        address: Some(composed(address)).filter(|address| !address.is_empty()),
        date_of_issue,
        extra: extra.iter().map(|&field| field.to_owned()).collect(),
        fields: fields.iter().map(|&field| field.to_owned()).collect(),
        warnings,
    })
}

/// Letters of Vietnamese (composed), and what else names of its peoples are written with.
fn is_of_a_name(c: char) -> bool {
    let vietnamese =
        matches!(c, '\u{1ea0}'..='\u{1ef9}') || "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯưÐ".contains(c);
    // Other peoples' letters (Ê-đê, Ba-na): Ĕ ĕ Ĭ ĭ Ŏ ŏ Ŭ ŭ Č č Ñ ñ, some with a further mark.
    let others = "ĔĕĬĭŎŏŬŭČčÑñ".contains(c) || matches!(c, '\u{300}'..='\u{331}');
    c.is_ascii_alphabetic() || vietnamese || others || " '\u{2019}-.,".contains(c)
}

impl fmt::Debug for QrCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QrCard(redacted, {} fields)", self.fields.len())
    }
}

/// Why the text of a QR code cannot be read. Positions count bytes from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QrTextError {
    /// More than [`MAX_LENGTH`] bytes.
    #[error("the QR code holds {length} bytes, more than any card's")]
    TooLong {
        /// How many there are.
        length: usize,
    },
    /// Not UTF-8.
    #[error("the QR code is not UTF-8 at byte {position}")]
    NotUtf8 {
        /// The first byte that is not.
        position: usize,
    },
    /// A control character inside a card's text.
    #[error("the QR code holds a control character at byte {position}")]
    ControlCharacter {
        /// Where it is.
        position: usize,
    },
    /// Begins with an ID number, but with too few or too many fields.
    #[error("the QR code begins as an ID card's but has {found} fields, not 7 or more")]
    FieldCount {
        /// How many there are.
        found: usize,
    },
    /// Begins with an ID number, but the name is empty.
    #[error("the QR code begins as an ID card's but holds no name")]
    NoName,
}

impl QrTextError {
    /// The same as a warning, for a result that goes on without the code's text.
    #[must_use]
    pub fn remark(&self) -> Remark {
        let code = match self {
            Self::TooLong { .. } => "qr_too_long",
            Self::NotUtf8 { .. } => "qr_not_utf8",
            Self::ControlCharacter { .. } => "qr_control_character",
            Self::FieldCount { .. } => "qr_field_count",
            Self::NoName => "qr_no_name",
        };
        Remark { code, message: self.to_string() }
    }
}

#[cfg(test)]
mod tests;
