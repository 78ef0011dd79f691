//! What opens a chip and what it is then compared with: made from a card access number, an ID number, the text of the
//! card's QR code, or the lines of a machine readable zone.
//!
//! Only what says more than the key is compared: a bare CAN, or the three fields of a BAC key, are in the chip's answer
//! by the very fact that it opened.

use std::fmt;

use icao9303::mrz::{MrzKey, MrzKeyError, Problem};
use zeroize::Zeroizing;

use crate::can::Can;
use crate::holder::Given;
use crate::id_number::IdNumber;
use crate::messages;
use crate::mrz::DocumentMrz;
use crate::qr_text::QrCard;
use crate::read::Keys;
use crate::trace::settings::Claim;

/// What was given: the keys, and what the chip is compared with.
#[derive(Clone, Default)]
pub struct Credentials {
    /// What opens the chip.
    pub keys: Keys,
    /// What is compared, as it was given: for a recording.
    pub claims: Vec<Claim>,
    qr: Option<Box<QrCard>>,
    mrz: Option<DocumentMrz>,
    id_number: Option<IdNumber>,
}

impl Credentials {
    /// A card access number.
    #[must_use]
    pub fn of_can(can: &Can) -> Self {
        Self { keys: Keys { can: Some(can.clone()), mrz: None }, ..Self::default() }
    }

    /// The number on the card, whose last six digits are the card access number.
    #[must_use]
    pub fn of_id(number: IdNumber) -> Self {
        let keys = Keys { can: Some(number.can()), mrz: None };
        let claims = vec![("id", number.as_str().to_owned().into())];
        Self { keys, claims, id_number: Some(number), ..Self::default() }
    }

    /// The code of the card: what it says, and its text as it was scanned.
    #[must_use]
    pub fn of_qr(card: Box<QrCard>, text: Zeroizing<String>) -> Self {
        let keys = Keys { can: Some(card.id_number.can()), mrz: None };
        Self { keys, claims: vec![("qr-text", text)], qr: Some(card), ..Self::default() }
    }

    /// Lines of a machine readable zone.
    ///
    /// # Errors
    /// Where something is wrong inside them: no chip opens with a key that was misread, and some count the tries.
    pub fn of_mrz(mrz: DocumentMrz) -> Result<Self, UnfitMrz> {
        if let Some(problem) = mrz.problems().first() {
            return Err(UnfitMrz::Wrong(*problem));
        }
        let key = mrz.key()?;
        let lines: Vec<_> = mrz.mrz().lines().collect();
        let claims = vec![("mrz", lines.join("\n").into())];
        Ok(Self { keys: Keys { can: None, mrz: Some(key) }, claims, mrz: Some(mrz), ..Self::default() })
    }

    /// The three fields of a machine readable zone that make a BAC key.
    #[must_use]
    pub fn of_mrz_key(key: MrzKey) -> Self {
        Self { keys: Keys { can: None, mrz: Some(key) }, ..Self::default() }
    }

    /// What the chip's data are compared with.
    #[must_use]
    pub fn given(&self) -> Given<'_> {
        Given { qr: self.qr.as_deref(), mrz: self.mrz.as_ref(), id_number: self.id_number.as_ref() }
    }
}

/// Never prints what was given.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("keys", &self.keys).finish_non_exhaustive()
    }
}

/// Why lines of a machine readable zone open no chip.
#[derive(Clone, Debug, thiserror::Error)]
pub enum UnfitMrz {
    /// A check digit or a field of them is wrong: perhaps misread.
    #[error("{}", messages::of_mrz_problem(.0).en)]
    Wrong(Problem),
    /// They hold nothing that a key can be made of.
    #[error("{0}")]
    NoKey(#[from] MrzKeyError),
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::qr_text::{self, QrContent};

    const MRZ: &str = "IDVNM1901234569001190123456<<0\n9003152F3003150VNM<<<<<<<<<<<2\nNGUYEN<<THI<AN<<<<<<<<<<<<<<<<";

    #[test]
    fn a_number_and_a_code_open_by_their_last_six_digits_and_are_compared() {
        let number = IdNumber::parse("001190123456").unwrap();
        let of_id = Credentials::of_id(number.clone());
        assert_eq!(of_id.keys.can.as_ref().map(Can::as_str), Some("123456"));
        assert_eq!(of_id.given().id_number, Some(&number));
        let text = "001190123456||Nguyễn Thị An|15031990|Nữ|Hà Nội|20042021";
        let QrContent::Card(card) = qr_text::read_str(text).unwrap() else { panic!("a card's") };
        let of_qr = Credentials::of_qr(card, text.to_owned().into());
        assert_eq!(of_qr.keys.can.as_ref().map(Can::as_str), Some("123456"));
        assert_eq!(of_qr.given().qr.map(|card| card.full_name.as_str()), Some("Nguyễn Thị An"));
        assert_eq!(of_qr.claims.len(), 1);
    }

    #[test]
    fn a_bare_access_number_is_compared_with_nothing() {
        let of_can = Credentials::of_can(&Can::parse("123456").unwrap());
        let given = of_can.given();
        assert!(given.qr.is_none() && given.mrz.is_none() && given.id_number.is_none() && of_can.claims.is_empty());
    }

    #[test]
    fn lines_with_a_wrong_check_digit_open_nothing() {
        let parse = |lines: &str| DocumentMrz::parse(lines, date(2026, 11, 22)).unwrap();
        assert!(Credentials::of_mrz(parse(MRZ)).unwrap().given().mrz.is_some());
        let wrong = MRZ.replace("9003152F", "9003153F");
        assert!(matches!(Credentials::of_mrz(parse(&wrong)), Err(UnfitMrz::Wrong(_))));
    }

    #[test]
    fn nothing_given_is_ever_shown() {
        let shown = format!("{:?}", Credentials::of_id(IdNumber::parse("001190123456").unwrap()));
        assert!(!shown.contains("123456"), "{shown}");
    }
}
