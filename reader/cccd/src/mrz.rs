//! The MRZ of the card: TD1 with a first line of its own.
//!
//! ```text
//! IDVNM1901234569001190123456<<0    IDVNM, last nine digits of the ID number, their check digit,
//! 9003152F3003150VNM<<<<<<<<<<<2    all twelve digits, two fillers, their check digit; the rest as
//! NGUYEN<<THI<AN<<<<<<<<<<<<<<<<    ICAO Doc 9303-5, 4.2.2 says, composite check digit included
//! ```
//!
//! It is *not* the long document number of Doc 9303-5: what opens the chip is the last nine digits. `991231` as expiry
//! means none. Names are without accents and may be cut; the full ones are in DG13. MRZs of other documents are read as
//! the standard says.

use std::fmt;

use icao9303::check::Remark;
use icao9303::mrz::{self, Field, Format, Mrz, MrzDate, MrzError, MrzKey, MrzKeyError, Problem, ProblemKind};
use jiff::civil::Date;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::card_date::{CardDate, Expiry};
use crate::id_number::IdNumber;
use crate::sex::Sex;

/// The expiry of a card without one.
pub(crate) const NO_EXPIRY: &str = "991231";
/// Vietnam, as issuing state and nationality.
pub(crate) const VIETNAM: &str = "VNM";

/// The MRZ of a document, in the card's variant or not, with dates of four-digit years.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentMrz {
    mrz: Mrz,
    id_number: Option<IdNumber>,
    date_of_birth: Option<CardDate>,
    expiry: Option<Expiry>,
    problems: Vec<Problem>,
    remarks: Vec<Remark>,
}

impl DocumentMrz {
    /// Reads lines, or all characters in one. `today` settles the century of the birth date: nobody is born tomorrow.
    ///
    /// # Errors
    /// The input has not the shape of an MRZ. What is wrong inside is in [`Self::problems`].
    pub fn parse(input: &str, today: Date) -> Result<Self, MrzError> {
        Ok(Self::new(Mrz::parse(input)?, today))
    }

    /// Of an MRZ that was read already, as from DG1.
    #[must_use]
    pub fn new(mrz: Mrz, today: Date) -> Self {
        let mut document = Self {
            problems: mrz.problems().to_vec(),
            remarks: mrz.remarks().to_vec(),
            id_number: None,
            date_of_birth: None,
            expiry: None,
            mrz,
        };
        document.id_number = document.find_id_number();
        document.date_of_birth = birth(&document.mrz, document.id_number.as_ref(), today);
        document.expiry = document.find_expiry();
        document
    }

    /// Whether it is the MRZ of a Vietnamese ID card.
    #[must_use]
    pub fn is_vietnamese_id_card(&self) -> bool {
        self.mrz.format() == Format::Td1
            && self.mrz.issuing_state() == VIETNAM
            && self.mrz.document_code().starts_with('I')
    }

    /// The MRZ as the standard reads it.
    #[must_use]
    pub fn mrz(&self) -> &Mrz {
        &self.mrz
    }

    /// The ID number: in the first line of the card, in the personal number of a Vietnamese passport.
    #[must_use]
    pub fn id_number(&self) -> Option<&IdNumber> {
        self.id_number.as_ref()
    }

    /// The document number: on the card the last nine digits of the ID number.
    #[must_use]
    pub fn document_number(&self) -> Zeroizing<String> {
        self.mrz.document_number()
    }

    /// The birth date, where it is one.
    #[must_use]
    pub fn date_of_birth(&self) -> Option<CardDate> {
        self.date_of_birth
    }

    /// The expiry, where it is one.
    #[must_use]
    pub fn expiry(&self) -> Option<Expiry> {
        self.expiry
    }

    /// The sex.
    #[must_use]
    pub fn sex(&self) -> Option<Sex> {
        self.mrz.field(Field::Sex).chars().next().and_then(Sex::from_mrz)
    }

    /// The names as one would write them, surname first; without accents, and perhaps cut.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        let names = self.mrz.names();
        let name = [names.primary.as_str(), names.secondary.as_str()].join(" ").trim().to_owned();
        (!name.is_empty()).then_some(name)
    }

    /// The names field as it stands, fillers included: for comparison.
    #[must_use]
    pub fn names_field(&self) -> &str {
        self.mrz.field(Field::Names)
    }

    /// What opens the chip with the MRZ as password.
    ///
    /// # Errors
    /// The document number is empty or a date is no date.
    pub fn key(&self) -> Result<MrzKey, MrzKeyError> {
        self.mrz.key()
    }

    /// What is not as the standard, or the card's variant of it, says.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What is odd and decides nothing.
    #[must_use]
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    fn find_id_number(&mut self) -> Option<IdNumber> {
        if self.mrz.issuing_state() != VIETNAM {
            return None;
        }
        if self.mrz.format() == Format::Td3 {
            return IdNumber::parse(self.mrz.optional_data()).ok();
        }
        if !self.is_vietnamese_id_card() {
            return None;
        }
        let optional = self.mrz.field(Field::OptionalData);
        let (Some(twelve), Some(rest)) = (optional.get(..IdNumber::LENGTH), optional.get(IdNumber::LENGTH..)) else {
            return None;
        };
        let id_number = IdNumber::parse(twelve).ok()?;
        let computed = mrz::check_digit(twelve)?;
        if !rest.ends_with(computed) {
            // The last column of the first line.
            let kind = ProblemKind::CheckDigit { computed };
            self.problems.push(Problem { field: Field::OptionalData, kind, line: 1, column: Format::Td1.width() });
        }
        if self.mrz.field(Field::DocumentNumber) != id_number.last_nine() {
            self.remarks.push(Remark {
                code: "mrz_document_number_differs",
                message: "the document number of the MRZ is not the end of its ID number".to_owned(),
            });
        }
        Some(id_number)
    }

    fn find_expiry(&self) -> Option<Expiry> {
        let field = self.mrz.field(Field::DateOfExpiry);
        if field == NO_EXPIRY && self.is_vietnamese_id_card() {
            return Some(Expiry::Never);
        }
        // Chips have been in documents since 2004, so there is one century only.
        CardDate::from_mrz(field, 2000).ok().map(Expiry::On)
    }
}

/// The key of a card whose ID number and dates (`yyMMdd`) are known: the last nine digits, not the first, not all.
///
/// # Errors
/// A date is no date.
pub fn key_of_card(id_number: &IdNumber, birth: &str, expiry: &str) -> Result<MrzKey, MrzKeyError> {
    MrzKey::new(id_number.last_nine(), birth, expiry)
}

/// The `yyMMdd` of a date for a key. Unknown parts are fillers.
#[must_use]
pub fn key_date(date: CardDate) -> String {
    match date {
        CardDate::Year(year) => format!("{:02}<<<<", year % 100),
        CardDate::Month(year, month) => format!("{:02}{month:02}<<", year % 100),
        CardDate::Day(day) => format!("{:02}{:02}{:02}", day.year() % 100, day.month(), day.day()),
    }
}

/// The `yyMMdd` of an expiry for a key.
#[must_use]
pub fn key_expiry(expiry: Expiry) -> String {
    expiry.date().map_or_else(|| NO_EXPIRY.to_owned(), key_date)
}

/// The birth date: in the year of the ID number where the two digits fit, else in the last century that leaves it past.
fn birth(mrz: &Mrz, id_number: Option<&IdNumber>, today: Date) -> Option<CardDate> {
    let field = mrz.field(Field::DateOfBirth);
    let two_digits = MrzDate::parse(field)?.year().map(i16::from)?;
    let past = |century: i16| {
        let date = CardDate::from_mrz(field, century).ok()?;
        (date.first_day() <= today).then_some(date)
    };
    let of_number = id_number.map(IdNumber::birth_year).filter(|year| year % 100 == two_digits);
    let this_century = today.year() / 100 * 100;
    of_number
        .and_then(|year| past(year - two_digits))
        .or_else(|| past(this_century))
        .or_else(|| past(this_century - 100))
}

impl fmt::Debug for DocumentMrz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentMrz").field("mrz", &self.mrz).field("remarks", &self.remarks).finish_non_exhaustive()
    }
}

/// The fields by name; those the document has not are null.
impl Serialize for DocumentMrz {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct View<'a> {
            format: &'a str,
            document_code: &'a str,
            issuing_state: &'a str,
            document_number: &'a str,
            id_number: Option<&'a IdNumber>,
            full_name: Option<String>,
            name_may_be_cut: bool,
            date_of_birth: Option<CardDate>,
            sex: Option<Sex>,
            date_of_expiry: Option<CardDate>,
            no_expiry: bool,
            nationality: &'a str,
            optional_data: &'a str,
            optional_data_2: &'a str,
        }
        let document_number = self.document_number();
        View {
            format: self.mrz.format().name(),
            document_code: self.mrz.document_code(),
            issuing_state: self.mrz.issuing_state(),
            document_number: &document_number,
            id_number: self.id_number(),
            full_name: self.full_name(),
            name_may_be_cut: self.mrz.names().may_be_truncated,
            date_of_birth: self.date_of_birth,
            sex: self.sex(),
            date_of_expiry: self.expiry.and_then(Expiry::date),
            no_expiry: self.expiry == Some(Expiry::Never),
            nationality: self.mrz.nationality(),
            optional_data: self.mrz.optional_data(),
            optional_data_2: self.mrz.optional_data_2(),
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests;
