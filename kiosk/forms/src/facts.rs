//! What is known about the people of a form, with the source of every fact. Nothing here prints a value in `Debug`.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use zeroize::Zeroize;

/// A fact of a card (DG13, its QR code or its MRZ), or one that the officer typed for a person without a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// The 12-digit personal ID number.
    IdNumber,
    /// The 9-digit number of the old identity card (CMND).
    OldIdNumber,
    /// The number of a passport that was read.
    PassportNumber,
    /// The state that issued it, by its Vietnamese name.
    PassportState,
    /// Họ, chữ đệm và tên.
    FullName,
    /// dd/mm/yyyy.
    DateOfBirth,
    /// Nam or Nữ.
    Sex,
    /// Quốc tịch.
    Nationality,
    /// Dân tộc: sensitive.
    Ethnicity,
    /// Tôn giáo: sensitive.
    Religion,
    /// Quê quán. Never the place of birth.
    PlaceOfOrigin,
    /// The residence on the day the card was issued.
    PlaceOfResidence,
    /// dd/mm/yyyy.
    DateOfIssue,
    /// dd/mm/yyyy, or "Không thời hạn".
    DateOfExpiry,
    /// The father's name.
    FatherName,
    /// The mother's name.
    MotherName,
    /// The name of wife or husband.
    SpouseName,
}

impl Fact {
    /// Every fact, in the order of the card.
    pub const ALL: [Fact; 17] = [
        Fact::IdNumber,
        Fact::OldIdNumber,
        Fact::PassportNumber,
        Fact::PassportState,
        Fact::FullName,
        Fact::DateOfBirth,
        Fact::Sex,
        Fact::Nationality,
        Fact::Ethnicity,
        Fact::Religion,
        Fact::PlaceOfOrigin,
        Fact::PlaceOfResidence,
        Fact::DateOfIssue,
        Fact::DateOfExpiry,
        Fact::FatherName,
        Fact::MotherName,
        Fact::SpouseName,
    ];

    /// Whether the law calls it sensitive: shown only where the form asks for it (Decree 356/2025, article 4).
    pub fn is_sensitive(self) -> bool {
        matches!(self, Fact::Ethnicity | Fact::Religion)
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The chip, and what it says is proven.
    ChipVerified,
    /// The chip, not proven.
    ChipUnverified,
    /// The printed QR code.
    Qr,
    /// The machine readable zone.
    Mrz,
    /// A person's hand.
    Typed,
    /// A rule made it from card data (see [`crate::rules`]), or it says another field in words.
    Computed,
    /// The desk: its authority, its place, today; or the form's own default.
    Desk,
}

impl Origin {
    /// The stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Origin::ChipVerified => "chip_verified",
            Origin::ChipUnverified => "chip_unverified",
            Origin::Qr => "qr",
            Origin::Mrz => "mrz",
            Origin::Typed => "typed",
            Origin::Computed => "computed",
            Origin::Desk => "desk",
        }
    }

    /// In Vietnamese, for the officer.
    pub fn vi(self) -> &'static str {
        match self {
            Origin::ChipVerified => "chip, đã xác thực",
            Origin::ChipUnverified => "chip, chưa xác thực",
            Origin::Qr => "mã QR trên thẻ",
            Origin::Mrz => "dòng MRZ trên thẻ",
            Origin::Typed => "nhập tay",
            Origin::Computed => "suy ra từ dữ liệu đã có",
            Origin::Desk => "của bàn tiếp nhận",
        }
    }

    /// In English.
    pub fn en(self) -> &'static str {
        match self {
            Origin::ChipVerified => "chip, verified",
            Origin::ChipUnverified => "chip, not verified",
            Origin::Qr => "printed QR code",
            Origin::Mrz => "machine readable zone",
            Origin::Typed => "typed",
            Origin::Computed => "follows from what is known",
            Origin::Desk => "from the desk",
        }
    }
}

/// One known fact: its text as a form prints it (dd/mm/yyyy, Nam/Nữ) and its origin.
#[derive(Clone, PartialEq, Eq)]
pub struct Known {
    /// As a form prints it.
    pub text: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// What is known about one person.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// By fact.
    pub facts: BTreeMap<Fact, Known>,
}

/// The persons of a form, by the pack's subject id.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Subjects(pub BTreeMap<String, Vec<Person>>);

impl Person {
    /// The text of a fact, empty where it is not known.
    pub fn text(&self, fact: Fact) -> &str {
        self.facts.get(&fact).map_or("", |known| &known.text)
    }

    /// The number of the passport, of who has that and no ID number: a foreigner.
    pub fn passport_alone(&self) -> Option<&str> {
        let number = self.text(Fact::PassportNumber);
        (self.text(Fact::IdNumber).is_empty() && !number.is_empty()).then_some(number)
    }
}

impl Subjects {
    /// The person at `index` of a subject.
    pub fn person(&self, subject: &str, index: usize) -> Option<&Person> {
        self.0.get(subject)?.get(index)
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Known({} characters, {:?})", self.text.chars().count(), self.origin)
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.facts.keys()).finish()
    }
}

impl fmt::Debug for Subjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(id, persons)| (id, persons.len()))).finish()
    }
}
