//! The holder: every field with where it came from.
//!
//! A field is taken from the first source that has it: the card's own data group (DG13), which has the accented text;
//! the optional data groups of the standard (DG11, DG12); the MRZ in the chip (DG1); then what no signature covers: the
//! printed QR code, an MRZ that was given, what somebody typed. Residence and issue are as of the day of issue.

use std::fmt;

use serde::Serialize;

use crate::card_date::{CardDate, Expiry};
use crate::dg13::{Dg13, ItemNumber};
use crate::id_number::IdNumber;
use crate::mrz::DocumentMrz;
use crate::qr_text::QrCard;
use crate::sex::Sex;
use crate::transliteration::composed;

mod field;
mod sources;

pub use field::{Field, Source};
pub use sources::{Chip, Dg11Fields, Dg12Fields, Given};

/// What is known of the holder. Serialised, it is the contract's `holder`: fields that no source has are absent.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// The ID number: twelve digits on every card known, which nothing but usage promises.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_number: Option<Field<String>>,
    /// The nine-digit number of before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_id_number: Option<Field<String>>,
    /// The full name; accented, unless the MRZ is all there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<Field<String>>,
    /// The birth date, as exact as it is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<Field<CardDate>>,
    /// The sex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<Field<Sex>>,
    /// The nationality: in words from DG13, three letters from the MRZ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nationality: Option<Field<String>>,
    /// Ethnicity: sensitive personal data (Decree 356/2025/NĐ-CP, art. 4), to be shown only where a form needs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ethnicity: Option<Field<String>>,
    /// Religion: sensitive personal data as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub religion: Option<Field<String>>,
    /// Place of origin (`quê quán`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place_of_origin: Option<Field<String>>,
    /// Place of residence as of the day of issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place_of_residence: Option<Field<String>>,
    /// Identifying features.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifying_features: Option<Field<String>>,
    /// Date of issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_issue: Option<Field<CardDate>>,
    /// Date of expiry; without a value and with the card's words where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_expiry: Option<Field<CardDate>>,
    /// Father.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub father_name: Option<Field<String>>,
    /// Mother.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mother_name: Option<Field<String>>,
    /// Wife or husband.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spouse_name: Option<Field<String>>,
    /// Document number of the MRZ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_number: Option<Field<String>>,
    /// Issuing state of the MRZ, three letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuing_state: Option<Field<String>>,
}

impl Holder {
    /// The holder from what was read off the chip and what was given. Data groups that EF.SOD does not list must not be
    /// in `chip`: see [`Chip::only`].
    #[must_use]
    pub fn from_sources(chip: &Chip<'_>, given: &Given<'_>) -> Self {
        let dg13 = |item| chip.dg13.and_then(|dg13| dg13.text(item));
        let only_dg13 = |item| text([(Source::Dg13, dg13(item))]);
        let parent = |name: fn(&Dg13) -> Option<&str>| text([(Source::Dg13, chip.dg13.and_then(name))]);
        let mrz = [(Source::Dg1, chip.dg1), (Source::Mrz, given.mrz)];
        Self {
            id_number: id_number(chip, given),
            old_id_number: text([
                (Source::Dg13, dg13(ItemNumber::OldIdNumber)),
                (Source::Qr, given.qr.and_then(|qr| qr.original(1))),
            ]),
            full_name: full_name(chip, given),
            date_of_birth: date_of_birth(chip, given),
            sex: sex(chip, given),
            nationality: only_dg13(ItemNumber::Nationality)
                .or_else(|| of_mrz(mrz, |mrz| Some(mrz.mrz().nationality().to_owned()))),
            ethnicity: only_dg13(ItemNumber::Ethnicity),
            religion: only_dg13(ItemNumber::Religion),
            place_of_origin: only_dg13(ItemNumber::PlaceOfOrigin),
            place_of_residence: text([
                (Source::Dg13, dg13(ItemNumber::PlaceOfResidence)),
                (Source::Dg11, chip.dg11.and_then(|dg11| dg11.address.as_deref())),
                (Source::Qr, given.qr.and_then(|qr| qr.original(5))),
            ]),
            identifying_features: only_dg13(ItemNumber::IdentifyingFeatures),
            date_of_issue: date_of_issue(chip, given),
            date_of_expiry: date_of_expiry(chip, given),
            father_name: parent(Dg13::father),
            mother_name: parent(Dg13::mother),
            spouse_name: parent(Dg13::spouse),
            document_number: of_mrz(mrz, |mrz| Some(mrz.document_number().to_string())),
            issuing_state: of_mrz(mrz, |mrz| Some(mrz.mrz().issuing_state().to_owned())),
        }
    }

    /// The ID number, where it is one of twelve digits.
    #[must_use]
    pub fn vietnamese_id_number(&self) -> Option<IdNumber> {
        IdNumber::parse(self.id_number.as_ref()?.value.as_ref()?).ok()
    }
}

/// The first source with text in it.
fn text<const N: usize>(candidates: [(Source, Option<&str>); N]) -> Option<Field<String>> {
    candidates.into_iter().find_map(|(source, text)| Field::of_text(source, text?))
}

/// The first MRZ that has the field.
fn of_mrz(
    sources: [(Source, Option<&DocumentMrz>); 2],
    field: impl Fn(&DocumentMrz) -> Option<String>,
) -> Option<Field<String>> {
    sources.into_iter().find_map(|(source, mrz)| Field::of_text(source, &field(mrz?)?))
}

fn id_number(chip: &Chip<'_>, given: &Given<'_>) -> Option<Field<String>> {
    let number = |source, number: Option<&IdNumber>| Some(Field::new(source, number?.as_str().to_owned()));
    let of_dg13 = || {
        let original = chip.dg13?.text(ItemNumber::IdNumber)?;
        let value = composed(original);
        let usable =
            (1..=24).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        Some(if usable { Field::of_text(Source::Dg13, original)? } else { Field::unread(Source::Dg13, original) })
    };
    of_dg13()
        .or_else(|| number(Source::Dg1, chip.dg1.and_then(DocumentMrz::id_number)))
        .or_else(|| number(Source::Qr, given.qr.map(|qr| &qr.id_number)))
        .or_else(|| number(Source::Mrz, given.mrz.and_then(DocumentMrz::id_number)))
        .or_else(|| number(Source::Typed, given.id_number))
}

fn full_name(chip: &Chip<'_>, given: &Given<'_>) -> Option<Field<String>> {
    let of_mrz = |source, mrz: Option<&DocumentMrz>| Some(Field::new(source, mrz?.full_name()?));
    text([
        (Source::Dg13, chip.dg13.and_then(|dg13| dg13.text(ItemNumber::FullName))),
        (Source::Dg11, chip.dg11.and_then(|dg11| dg11.full_name.as_deref())),
    ])
    .or_else(|| of_mrz(Source::Dg1, chip.dg1))
    .or_else(|| text([(Source::Qr, given.qr.and_then(|qr| qr.original(2)))]))
    .or_else(|| of_mrz(Source::Mrz, given.mrz))
}

/// A date with the words that stand in its place, from the first source that has one. Where a source has words only, a
/// later one gives the value, and the words stay beside it.
struct DateSearch {
    found: Option<Field<CardDate>>,
    words: Option<Field<CardDate>>,
}

impl DateSearch {
    fn new() -> Self {
        Self { found: None, words: None }
    }

    fn text(mut self, source: Source, text: Option<&str>) -> Self {
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return self };
        match CardDate::parse(text) {
            Ok(date) => self.date(source, Some(date)),
            Err(_) => {
                self.words.get_or_insert_with(|| Field::unread(source, text));
                self
            }
        }
    }

    fn date(mut self, source: Source, date: Option<CardDate>) -> Self {
        if let (None, Some(date)) = (&self.found, date) {
            self.found = Some(Field::new(source, date));
        }
        self
    }

    fn finish(self) -> Option<Field<CardDate>> {
        match (self.found, self.words) {
            (Some(found), Some(words)) => Some(Field { text: words.text, ..found }),
            (found, words) => found.or(words),
        }
    }
}

fn date_of_birth(chip: &Chip<'_>, given: &Given<'_>) -> Option<Field<CardDate>> {
    DateSearch::new()
        .text(Source::Dg13, chip.dg13.and_then(|dg13| dg13.text(ItemNumber::DateOfBirth)))
        .date(Source::Dg11, chip.dg11.and_then(|dg11| dg11.date_of_birth))
        .date(Source::Dg1, chip.dg1.and_then(DocumentMrz::date_of_birth))
        .text(Source::Qr, given.qr.and_then(|qr| qr.original(3)))
        .date(Source::Mrz, given.mrz.and_then(DocumentMrz::date_of_birth))
        .finish()
}

fn date_of_issue(chip: &Chip<'_>, given: &Given<'_>) -> Option<Field<CardDate>> {
    DateSearch::new()
        .text(Source::Dg13, chip.dg13.and_then(|dg13| dg13.text(ItemNumber::DateOfIssue)))
        .date(Source::Dg12, chip.dg12.and_then(|dg12| dg12.date_of_issue))
        .text(Source::Qr, given.qr.and_then(|qr| qr.original(6)))
        .finish()
}

fn date_of_expiry(chip: &Chip<'_>, given: &Given<'_>) -> Option<Field<CardDate>> {
    let never = |source, text: &str| Field { value: None, source, text: Some(text.to_owned()) };
    let of_dg13 = chip.dg13.and_then(|dg13| dg13.text(ItemNumber::DateOfExpiry));
    if let Some(text) = of_dg13.filter(|text| Expiry::parse(text) == Ok(Expiry::Never)) {
        return Some(never(Source::Dg13, text));
    }
    let mut search = DateSearch::new().text(Source::Dg13, of_dg13);
    for (source, mrz) in [(Source::Dg1, chip.dg1), (Source::Mrz, given.mrz)] {
        match mrz.and_then(DocumentMrz::expiry) {
            Some(Expiry::Never) if search.found.is_none() => {
                let words = search.words.and_then(|words| words.text);
                return Some(never(source, words.as_deref().unwrap_or(Expiry::NEVER)));
            }
            expiry => search = search.date(source, expiry.and_then(Expiry::date)),
        }
    }
    search.finish()
}

fn sex(chip: &Chip<'_>, given: &Given<'_>) -> Option<Field<Sex>> {
    let of_words = |source, text: Option<&str>| {
        let text = text.filter(|text| !text.trim().is_empty())?;
        Some(Field { value: Sex::parse(text), source, text: Some(composed(text)) })
    };
    let of_mrz = |source, mrz: Option<&DocumentMrz>| Some(Field::new(source, mrz?.sex()?));
    let candidates = [
        of_words(Source::Dg13, chip.dg13.and_then(|dg13| dg13.text(ItemNumber::Sex))),
        of_mrz(Source::Dg1, chip.dg1),
        of_words(Source::Qr, given.qr.and_then(|qr| qr.original(4))),
        of_mrz(Source::Mrz, given.mrz),
    ];
    let first_with_value = candidates.iter().flatten().find(|field| field.value.is_some()).cloned();
    first_with_value.or_else(|| candidates.into_iter().flatten().next())
}

/// Which fields there are and their sources; never their text.
impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder")
            .field("id_number", &self.id_number)
            .field("full_name", &self.full_name)
            .field("date_of_birth", &self.date_of_birth)
            .field("date_of_expiry", &self.date_of_expiry)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
