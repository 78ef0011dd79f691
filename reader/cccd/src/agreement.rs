//! Whether the sources say the same person: the chip with itself (DG1 and DG13 are both signed), and the chip with what
//! is printed on the card, was scanned, or typed.
//!
//! Texts are compared after transliteration, case, spacing and the cuts of the MRZ; dates as far as both are known. Only
//! what two sources both have is compared: a field that one lacks is no difference. What the three outcomes mean:
//!
//! - another ID number on the QR code or MRZ given than in the chip: `failed`, this is not the card that was read;
//! - DG1 and DG13 at odds: `unknown`, a person must look;
//! - any other difference, or a typed number: `unknown`. Print wears, people mistype, cards are issued anew.

use std::fmt;

use icao9303::check::{Check, Reason, Status};
use icao9303::mrz::Field as MrzField;
use serde::Serialize;

use crate::card_date::{CardDate, Expiry};
use crate::dg13::{Dg13, ItemNumber};
use crate::holder::{Chip, Given, Source};
use crate::id_number::IdNumber;
use crate::mrz::{DocumentMrz, VIETNAM};
use crate::qr_text::QrCard;
use crate::sex::Sex;
use crate::transliteration::{fits_mrz_name, same};

/// The check, and every difference found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// The state.
    pub check: Check,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// One field on which two sources differ.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The field, by its name in the holder.
    pub field: &'static str,
    /// What the two sources say.
    pub between: [Said; 2],
}

/// What one source says.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The source.
    pub source: Source,
    /// What it says.
    pub value: String,
}

/// Compares the chip with itself and with everything given. As for the holder, groups that EF.SOD does not list must not
/// be in `chip`.
#[must_use]
pub fn compare(chip: &Chip<'_>, given: &Given<'_>) -> Agreement {
    let mut comparison = Comparison::default();
    if let (Some(dg13), Some(dg1)) = (chip.dg13, chip.dg1) {
        comparison.chip_with_itself(dg13, dg1);
    }
    if let Some(qr) = given.qr {
        comparison.qr(chip, qr);
    }
    if let Some(mrz) = given.mrz {
        comparison.mrz(chip, mrz);
    }
    if let Some(number) = given.id_number {
        comparison.number(chip, Source::Typed, number);
    }
    comparison.finish()
}

#[derive(Default)]
struct Comparison {
    compared: usize,
    differences: Vec<Difference>,
}

/// A text and where it stands.
type Text<'a> = (Source, &'a str);

impl Comparison {
    /// Notes one comparison that was made.
    fn note(&mut self, field: &'static str, one: Text<'_>, other: Text<'_>, equal: bool) {
        self.compared += 1;
        if !equal {
            let said = |(source, value): Text<'_>| Said { source, value: value.trim().to_owned() };
            self.differences.push(Difference { field, between: [said(one), said(other)] });
        }
    }

    fn texts(&mut self, field: &'static str, one: Option<Text<'_>>, other: Option<Text<'_>>) {
        if let (Some(one), Some(other)) = (filled(one), filled(other)) {
            self.note(field, one, other, same(one.1, other.1));
        }
    }

    fn dates(&mut self, field: &'static str, one: Option<(Source, CardDate)>, other: Option<(Source, CardDate)>) {
        if let (Some((one_source, one)), Some((other_source, other))) = (one, other) {
            // The MRZ has two digits of the year: its century is a guess, and a guess is no contradiction.
            let without_century = [one_source, other_source].iter().any(|s| matches!(s, Source::Dg1 | Source::Mrz));
            let equal = if without_century { one.agrees_but_century(other) } else { one.agrees(other) };
            self.note(field, (one_source, &one.to_string()), (other_source, &other.to_string()), equal);
        }
    }

    fn sexes(&mut self, one: Option<(Source, Sex)>, other: Option<(Source, Sex)>) {
        let stated = |sex: Option<(Source, Sex)>| sex.filter(|(_, sex)| *sex != Sex::Unspecified);
        if let (Some((one_source, one)), Some((other_source, other))) = (stated(one), stated(other)) {
            self.note("sex", (one_source, one.vietnamese()), (other_source, other.vietnamese()), one == other);
        }
    }

    fn expiries(&mut self, one: Option<(Source, Expiry)>, other: Option<(Source, Expiry)>) {
        if let (Some((one_source, one)), Some((other_source, other))) = (one, other) {
            let text = |expiry: Expiry| expiry.date().map_or(Expiry::NEVER.to_owned(), |date| date.to_string());
            self.note("date_of_expiry", (one_source, &text(one)), (other_source, &text(other)), one.agrees(other));
        }
    }

    fn chip_with_itself(&mut self, dg13: &Dg13, dg1: &DocumentMrz) {
        // DG13 is Vietnam's own: a signer of another state may not say who somebody is in Vietnam.
        let state = dg1.mrz().issuing_state();
        self.note("issuing_state", (Source::Dg13, VIETNAM), (Source::Dg1, state), state == VIETNAM);
        let text = |item| Some((Source::Dg13, dg13.text(item)?));
        let number = text(ItemNumber::IdNumber);
        if let (Some((source, number)), Some(other)) = (number, number_of_mrz(dg1)) {
            self.note("id_number", (source, number), (Source::Dg1, &other), number.trim().ends_with(other.as_str()));
        }
        if let (Some(name), Some(cut)) = (filled(text(ItemNumber::FullName)), dg1.full_name()) {
            self.note("full_name", name, (Source::Dg1, &cut), fits_mrz_name(name.1, dg1.names_field()));
        }
        self.dates("date_of_birth", dg13_date(Some(dg13), ItemNumber::DateOfBirth), birth_of(Source::Dg1, dg1));
        self.sexes(dg13_sex(Some(dg13)), sex_of(Source::Dg1, dg1));
        self.expiries(dg13_expiry(Some(dg13)), dg1.expiry().map(|expiry| (Source::Dg1, expiry)));
    }

    fn qr(&mut self, chip: &Chip<'_>, qr: &QrCard) {
        let printed = |index| Some((Source::Qr, qr.original(index)?));
        let signed = |item| Some((Source::Dg13, chip.dg13?.text(item)?));
        self.number(chip, Source::Qr, &qr.id_number);
        self.texts("old_id_number", signed(ItemNumber::OldIdNumber), printed(1));
        self.name(chip, (Source::Qr, &qr.full_name));
        let birth = dg13_date(chip.dg13, ItemNumber::DateOfBirth)
            .or_else(|| Some((Source::Dg11, chip.dg11?.date_of_birth?)))
            .or_else(|| birth_of(Source::Dg1, chip.dg1?));
        self.dates("date_of_birth", birth, qr.date_of_birth.map(|date| (Source::Qr, date)));
        let sex = dg13_sex(chip.dg13).or_else(|| sex_of(Source::Dg1, chip.dg1?));
        self.sexes(sex, qr.sex.map(|sex| (Source::Qr, sex)));
        let residence =
            signed(ItemNumber::PlaceOfResidence).or_else(|| Some((Source::Dg11, chip.dg11?.address.as_deref()?)));
        self.texts("place_of_residence", residence, printed(5));
        let issue =
            dg13_date(chip.dg13, ItemNumber::DateOfIssue).or_else(|| Some((Source::Dg12, chip.dg12?.date_of_issue?)));
        self.dates("date_of_issue", issue, qr.date_of_issue.map(|date| (Source::Qr, date)));
    }

    /// An accented name that was given: against DG13, else DG11, else the names of DG1, which may be cut.
    fn name(&mut self, chip: &Chip<'_>, given: Text<'_>) {
        let accented = filled(chip.dg13.and_then(|dg13| Some((Source::Dg13, dg13.text(ItemNumber::FullName)?))))
            .or_else(|| filled(Some((Source::Dg11, chip.dg11?.full_name.as_deref()?))));
        if accented.is_some() {
            self.texts("full_name", accented, Some(given));
        } else if let Some((dg1, cut)) = chip.dg1.and_then(|dg1| Some((dg1, dg1.full_name()?))) {
            self.note("full_name", (Source::Dg1, &cut), given, fits_mrz_name(given.1, dg1.names_field()));
        }
    }

    /// An MRZ that was given: against DG1, which should be the same line for line, else against DG13.
    fn mrz(&mut self, chip: &Chip<'_>, mrz: &DocumentMrz) {
        let same_kind = chip.dg1.is_none_or(|dg1| dg1.is_vietnamese_id_card() == mrz.is_vietnamese_id_card());
        match mrz.id_number() {
            Some(number) => self.number(chip, Source::Mrz, number),
            None if same_kind => self.number_ending(chip, mrz),
            None => {}
        }
        let Some(dg1) = chip.dg1 else { return self.mrz_with_dg13(chip.dg13, mrz) };
        for (field, name) in [
            (MrzField::DocumentNumber, "document_number"),
            (MrzField::IssuingState, "issuing_state"),
            (MrzField::Names, "full_name"),
            (MrzField::DateOfBirth, "date_of_birth"),
            (MrzField::Sex, "sex"),
            (MrzField::DateOfExpiry, "date_of_expiry"),
            (MrzField::Nationality, "nationality"),
        ] {
            let (one, other) = (dg1.mrz().field(field), mrz.mrz().field(field));
            self.note(name, (Source::Dg1, one), (Source::Mrz, other), same(one, other));
        }
    }

    fn mrz_with_dg13(&mut self, dg13: Option<&Dg13>, mrz: &DocumentMrz) {
        let name = dg13.and_then(|dg13| Some((Source::Dg13, dg13.text(ItemNumber::FullName)?)));
        if let (Some(name), Some(cut)) = (filled(name), mrz.full_name()) {
            self.note("full_name", name, (Source::Mrz, &cut), fits_mrz_name(name.1, mrz.names_field()));
        }
        self.dates("date_of_birth", dg13_date(dg13, ItemNumber::DateOfBirth), birth_of(Source::Mrz, mrz));
        self.sexes(dg13_sex(dg13), sex_of(Source::Mrz, mrz));
        self.expiries(dg13_expiry(dg13), mrz.expiry().map(|expiry| (Source::Mrz, expiry)));
    }

    /// A whole ID number against the chip's. Where DG1 and DG13 differ between themselves, which is noted elsewhere, it is
    /// enough that one of them agrees: this is then the card that was read.
    fn number(&mut self, chip: &Chip<'_>, source: Source, number: &IdNumber) {
        let mut numbers = chip_numbers(chip);
        // Nine digits say nothing of the first three: they serve only where the chip has no whole number.
        if numbers.iter().any(|(_, of_chip)| of_chip.len() == IdNumber::LENGTH) {
            numbers.retain(|(_, of_chip)| of_chip.len() == IdNumber::LENGTH);
        }
        let agrees = numbers.iter().any(|(_, of_chip)| number.as_str().ends_with(of_chip.as_str()));
        if let Some((chip_source, of_chip)) = numbers.first() {
            self.note("id_number", (*chip_source, of_chip), (source, number.as_str()), agrees);
        }
    }

    /// The nine digits of an MRZ whose first line is not the card's own.
    fn number_ending(&mut self, chip: &Chip<'_>, mrz: &DocumentMrz) {
        let (numbers, ending) = (chip_numbers(chip), number_of_mrz(mrz));
        if let (Some((chip_source, of_chip)), Some(ending)) = (numbers.first(), ending) {
            let agrees = numbers.iter().any(|(_, number)| number.ends_with(ending.as_str()));
            self.note("id_number", (*chip_source, of_chip), (Source::Mrz, &ending), agrees);
        }
    }

    fn finish(self) -> Agreement {
        let other_card = self.differences.iter().any(Difference::is_another_card);
        let chip_differs = self.differences.iter().any(Difference::is_within_chip);
        let mut fields: Vec<_> = self.differences.iter().map(|difference| difference.field).collect();
        fields.sort_unstable();
        fields.dedup();
        let fields = fields.join(", ");
        let check = match () {
            () if self.compared == 0 => Check::skipped("there was nothing to compare"),
            () if self.differences.is_empty() => Check::passed(),
            () if other_card => Check::failed(
                Reason::PrintDiffers,
                format!("the print or MRZ given is not of the card that was read; it differs in {fields}"),
            ),
            () if chip_differs => {
                Check::unknown(Reason::ChipDataDiffers, format!("the chip's own data groups differ in {fields}"))
            }
            () => Check::unknown(Reason::PrintDiffers, format!("what was given differs from the chip in {fields}")),
        };
        Agreement { check, differences: self.differences }
    }
}

impl Difference {
    fn sources(&self) -> [Source; 2] {
        [self.between[0].source, self.between[1].source]
    }

    /// Another ID number on the QR code or the MRZ.
    fn is_another_card(&self) -> bool {
        self.field == "id_number" && self.sources().iter().any(|s| matches!(s, Source::Qr | Source::Mrz))
    }

    fn is_within_chip(&self) -> bool {
        self.sources().into_iter().all(Source::is_chip)
    }
}

impl Agreement {
    /// Whether the check allows a card to be called genuine.
    #[must_use]
    pub fn is_no_obstacle(&self) -> bool {
        matches!(self.check.status, Status::Passed | Status::Skipped)
    }
}

fn filled(text: Option<Text<'_>>) -> Option<Text<'_>> {
    text.filter(|(_, text)| !text.trim().is_empty())
}

/// The ID numbers in the chip. DG1 may have only the last nine digits.
fn chip_numbers(chip: &Chip<'_>) -> Vec<(Source, String)> {
    let of_dg13 = chip.dg13.and_then(|dg13| IdNumber::parse(dg13.text(ItemNumber::IdNumber)?).ok());
    let of_dg13 = of_dg13.map(|number| (Source::Dg13, number.as_str().to_owned()));
    let of_dg1 = chip.dg1.and_then(|dg1| Some((Source::Dg1, number_of_mrz(dg1)?)));
    of_dg13.into_iter().chain(of_dg1).collect()
}

/// The ID number of an MRZ, or else what the card's document number is: its last nine digits.
fn number_of_mrz(mrz: &DocumentMrz) -> Option<String> {
    if let Some(number) = mrz.id_number() {
        return Some(number.as_str().to_owned());
    }
    let number = mrz.is_vietnamese_id_card().then(|| mrz.document_number())?;
    (number.len() == 9 && number.bytes().all(|b| b.is_ascii_digit())).then(|| number.to_string())
}

fn dg13_date(dg13: Option<&Dg13>, item: ItemNumber) -> Option<(Source, CardDate)> {
    Some((Source::Dg13, CardDate::parse(dg13?.text(item)?).ok()?))
}

fn dg13_expiry(dg13: Option<&Dg13>) -> Option<(Source, Expiry)> {
    Some((Source::Dg13, Expiry::parse(dg13?.text(ItemNumber::DateOfExpiry)?).ok()?))
}

fn dg13_sex(dg13: Option<&Dg13>) -> Option<(Source, Sex)> {
    Some((Source::Dg13, Sex::parse(dg13?.text(ItemNumber::Sex)?)?))
}

fn birth_of(source: Source, mrz: &DocumentMrz) -> Option<(Source, CardDate)> {
    Some((source, mrz.date_of_birth()?))
}

fn sex_of(source: Source, mrz: &DocumentMrz) -> Option<(Source, Sex)> {
    Some((source, mrz.sex()?))
}

/// Only the field and the sources: what they say is personal.
impl fmt::Debug for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} and {}", self.field, self.between[0].source.as_str(), self.between[1].source.as_str())
    }
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Said({})", self.source.as_str())
    }
}

#[cfg(test)]
mod tests;
