//! The record of a filled form: the one shape in which its data leave the desk. It never leaves without an ID number, and
//! always with where each value came from and what the checks said.

use cccd_forms::facts::{Fact, Origin};
use cccd_forms::filling::Form;
use cccd_forms::packs::Pack;
use jiff::{Timestamp, tz};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::desk::notice::Notice;
use crate::desk::office::Office;
use crate::desk::person::{CheckLine, DeskPerson};
use crate::desk::session::Session;
use crate::desk::state::{Desk, Inner};

/// The shape of the record. It changes only by additions as long as this stays.
pub const FORMAT: &str = "cccd-desk-record/1";

/// A filled form, as data.
#[derive(Serialize)]
pub struct Record {
    /// [`FORMAT`].
    pub format: &'static str,
    /// Tells this record from every other: whoever receives it twice keeps it once.
    pub id: String,
    /// When it was made, with the offset of Vietnam.
    pub made_at: String,
    /// Somebody in it is fictitious: it is worth nothing.
    pub practice: bool,
    /// Who made it.
    pub desk: Maker,
    /// What it was made for.
    pub service: Option<ServiceOf>,
    /// Which form.
    pub form: FormOf,
    /// What stands in it, in the order of the form.
    pub fields: Vec<FieldOf>,
    /// Who is in it.
    pub people: Vec<PersonOf>,
    /// What is still to be looked at.
    pub problems: Vec<ProblemOf>,
}

/// The desk.
#[derive(Serialize)]
pub struct Maker {
    /// The office, as it calls itself.
    pub authority: String,
    /// Where it is.
    pub place: String,
    /// Its province.
    pub province: String,
    /// What made the record.
    pub software: &'static str,
}

/// The service.
#[derive(Serialize)]
pub struct ServiceOf {
    /// Its number in the list of the plans, or the office's own.
    pub number: u16,
    /// Its exact name.
    pub name: String,
}

/// The form.
#[derive(Serialize)]
pub struct FormOf {
    /// This edition.
    pub id: String,
    /// The form, in any edition.
    pub form: String,
    /// As printed.
    pub title: String,
    /// The code printed on it; empty where it has none.
    pub document_code: String,
    /// Codes of the procedures that use it.
    pub procedure_codes: Vec<String>,
    /// The circular or decree that brings it.
    pub basis: String,
    /// It may not be handed out.
    pub draft: bool,
}

/// A field with its value.
#[derive(Serialize)]
pub struct FieldOf {
    /// Its name in the pack; in a table with the row after a dot.
    pub key: String,
    /// As printed.
    pub label: String,
    /// The row of a table, from 1.
    pub row: Option<usize>,
    /// Whose it is.
    pub subject: Option<String>,
    /// What stands there.
    pub value: Zeroizing<String>,
    /// Where it came from; nothing where nothing stands there.
    pub origin: Option<&'static str>,
    /// What the card says, where the officer typed something else.
    pub on_card: Option<Zeroizing<String>>,
    /// Whether the form is incomplete without.
    pub required: bool,
    /// Sensitive personal data.
    pub sensitive: bool,
}

/// A person in the form.
#[derive(Serialize)]
pub struct PersonOf {
    /// Their places in the form.
    pub places: Vec<Place>,
    /// Their ID number.
    pub id_number: Option<Zeroizing<String>>,
    /// Of a foreigner who has none: the number of the passport that was read, and who issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passport: Option<PassportOf>,
    /// Their name.
    pub full_name: Option<Zeroizing<String>>,
    /// By which of the seven ways their data came (Decree 104/2022/NĐ-CP, article 14); 8 is a passport, none of them.
    pub way: u8,
    /// When.
    pub at: String,
    /// What the checks add up to; nothing where no chip was read.
    pub verdict: Option<&'static str>,
    /// Each check with its state.
    pub checks: Vec<CheckOf>,
    /// Fictitious.
    pub practice: bool,
}

/// A passport that stands for an ID number.
#[derive(Serialize)]
pub struct PassportOf {
    /// Its number.
    pub number: Zeroizing<String>,
    /// The state that issued it, in Vietnamese.
    pub state: Zeroizing<String>,
}

/// A place in a form.
#[derive(Serialize)]
pub struct Place {
    /// Of this subject …
    pub subject: String,
    /// … the how manyeth, from 1: the row where the subject has a table.
    pub row: usize,
}

/// A check of a card.
#[derive(Serialize)]
pub struct CheckOf {
    /// Which.
    pub name: String,
    /// Its state.
    pub status: &'static str,
    /// What was found.
    pub found: String,
}

/// Something to look at.
#[derive(Serialize)]
pub struct ProblemOf {
    /// The field.
    pub key: String,
    /// What is the matter, in Vietnamese.
    pub vi: String,
    /// The same in English.
    pub en: String,
}

impl Record {
    /// The record of the open form.
    ///
    /// # Errors
    /// No form is open, or somebody in it has no ID number.
    pub fn of(desk: &Desk, inner: &Inner) -> Result<Self, Notice> {
        let (Some((pack, form)), Some(session)) = (desk.filled(inner), inner.session.as_ref()) else {
            return Err(Notice::session_is_over());
        };
        let missing = form.without_id_number(pack, &session.subjects());
        if !missing.is_empty() {
            return Err(Notice::without_id_number(&missing));
        }
        let service = session.service.and_then(|number| desk.services.get(number));
        Ok(Self {
            format: FORMAT,
            id: new_id()?,
            made_at: in_vietnam(Timestamp::now()),
            practice: session.is_of_practice(),
            desk: Maker::of(&inner.office),
            service: service.map(|service| ServiceOf { number: service.number, name: service.name.clone() }),
            form: form_of(pack),
            fields: fields_of(&form),
            people: people_of(session),
            problems: form
                .problems()
                .into_iter()
                .map(|problem| ProblemOf { key: problem.key.clone(), vi: problem.vi.clone(), en: problem.en.clone() })
                .collect(),
        })
    }

    /// As JSON.
    ///
    /// # Errors
    /// None that this record can cause.
    pub fn json(&self) -> Result<Vec<u8>, Notice> {
        serde_json::to_vec_pretty(self).map_err(|error| Notice::not_made(&error.to_string()))
    }

    /// Whose field it is; in a table, the person of that row.
    pub fn person_of(&self, field: &FieldOf) -> Option<&PersonOf> {
        let subject = field.subject.as_ref()?;
        let is_there = |place: &Place| place.subject == *subject && place.row == field.row.unwrap_or(1);
        self.people.iter().find(|person| person.places.iter().any(is_there))
    }

    /// In one paragraph, without any value: who was read and how, and how many fields came from where.
    pub fn provenance(&self) -> String {
        let mut parts: Vec<String> = self.people.iter().map(PersonOf::provenance).collect();
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for origin in self.fields.iter().filter_map(|field| field.origin) {
            match counts.iter_mut().find(|(other, _)| *other == origin) {
                Some((_, count)) => *count += 1,
                None => counts.push((origin, 1)),
            }
        }
        parts.extend(counts.iter().map(|(origin, count)| format!("{count} × {origin}")));
        if self.practice {
            parts.insert(0, "LUYỆN TẬP – NGƯỜI HƯ CẤU".to_owned());
        }
        parts.join("; ")
    }
}

impl Maker {
    /// The desk of that office.
    pub fn of(office: &Office) -> Self {
        Self {
            authority: office.authority.clone(),
            place: office.place.clone(),
            province: office.province.clone(),
            software: concat!("cccd-kiosk ", env!("CARGO_PKG_VERSION")),
        }
    }
}

impl PersonOf {
    /// The number of the passport and who issued it, in one text; empty where there is none to stand for an ID number.
    pub fn passport_text(&self) -> String {
        self.passport
            .as_ref()
            .map_or_else(String::new, |passport| format!("{} ({})", passport.number.as_str(), passport.state.as_str()))
    }

    fn provenance(&self) -> String {
        let checked = self.verdict.unwrap_or("not checked by chip");
        format!("{}: way {}, {}, {checked}", self.places_text(), self.way, self.at)
    }

    /// The places as text: `applicant 1+member 2`.
    pub fn places_text(&self) -> String {
        let places = self.places.iter().map(|place| format!("{} {}", place.subject, place.row));
        places.collect::<Vec<_>>().join("+")
    }
}

fn form_of(pack: &Pack) -> FormOf {
    FormOf {
        id: pack.id.clone(),
        form: pack.form.clone(),
        title: pack.title.clone(),
        document_code: pack.document_code.clone(),
        procedure_codes: pack.procedure_codes.clone(),
        basis: pack.basis.clone(),
        draft: !pack.release,
    }
}

/// Every field but those of the empty row at the end of a table.
fn fields_of(form: &Form) -> Vec<FieldOf> {
    let rows = form.sections.iter().flat_map(|section| {
        let rows = section.fields.chunk_by(|one, next| one.row == next.row);
        rows.filter(|row| section.rows.is_none() || row.iter().any(|field| !field.value.is_empty()))
    });
    rows.flatten()
        .map(|field| FieldOf {
            key: field.key.clone(),
            label: field.label.clone(),
            row: field.row,
            subject: field.subject.clone(),
            value: Zeroizing::new(field.value.clone()),
            origin: field.origin.map(Origin::code),
            // What the officer declined stays here.
            on_card: field.on_card.clone().filter(|_| !field.value.is_empty()).map(Zeroizing::new),
            required: field.required,
            sensitive: field.sensitive,
        })
        .collect()
}

/// Those who have a place in the form.
fn people_of(session: &Session) -> Vec<PersonOf> {
    let Some(form) = &session.form else { return Vec::new() };
    let places = |number: u32| -> Vec<Place> {
        let of = |(subject, people): (&String, &Vec<u32>)| {
            let row = people.iter().position(|other| *other == number)? + 1;
            Some(Place { subject: subject.clone(), row })
        };
        form.roles.iter().filter_map(of).collect()
    };
    let seated = session.people.iter().map(|person| (places(person.number), person));
    seated.filter(|(places, _)| !places.is_empty()).map(|(places, person)| person_of(places, person)).collect()
}

fn person_of(places: Vec<Place>, person: &DeskPerson) -> PersonOf {
    let text = |fact| person.text(fact).map(|text| Zeroizing::new(text.to_owned()));
    PersonOf {
        places,
        id_number: text(Fact::IdNumber),
        passport: person.facts.passport_alone().map(|number| PassportOf {
            number: Zeroizing::new(number.to_owned()),
            state: text(Fact::PassportState).unwrap_or_default(),
        }),
        full_name: text(Fact::FullName),
        way: person.way.number(),
        at: in_vietnam(person.at),
        verdict: person.verdict.map(|verdict| verdict.as_str()),
        checks: checks_of(person),
        practice: person.practice,
    }
}

/// Each check of a person's card with its state.
pub fn checks_of(person: &DeskPerson) -> Vec<CheckOf> {
    let check = |line: &CheckLine| CheckOf {
        name: line.name.en.clone(),
        status: line.status.as_str(),
        found: line.found.en.clone(),
    };
    person.checks.iter().map(check).collect()
}

/// A moment with the offset of Vietnam, to the second.
pub fn in_vietnam(at: Timestamp) -> String {
    let zone = tz::TimeZone::fixed(tz::Offset::constant(7));
    at.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// A random UUID (RFC 9562, version 4).
///
/// # Errors
/// The system gives no random numbers.
pub fn new_id() -> Result<String, Notice> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Notice::not_made(&error.to_string()))?;
    let number = u128::from_be_bytes(bytes) & !(0xf << 76) & !(0b11 << 62) | 4 << 76 | 0b10 << 62;
    let text = format!("{number:032x}");
    // All digits are ASCII, and there are 32.
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| text.get(range).unwrap_or_default());
    Ok(parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_a_record_is_a_random_uuid() {
        let (one, other) = (new_id().unwrap(), new_id().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), 36);
        assert_eq!(one.chars().nth(14), Some('4'));
        assert!(one.chars().nth(19).is_some_and(|variant| "89ab".contains(variant)));
    }

    #[test]
    fn a_row_is_of_the_person_who_stands_in_it_whatever_other_place_they_have() {
        let person = |places: &[(&str, usize)], number: &str| PersonOf {
            places: places.iter().map(|(subject, row)| Place { subject: (*subject).into(), row: *row }).collect(),
            id_number: Some(Zeroizing::new(number.into())),
            passport: None,
            full_name: None,
            way: 5,
            at: String::new(),
            verdict: None,
            checks: Vec::new(),
            practice: false,
        };
        let field = |subject: &str, row| FieldOf {
            key: String::new(),
            label: String::new(),
            row,
            subject: Some(subject.into()),
            value: Zeroizing::default(),
            origin: None,
            on_card: None,
            required: false,
            sensitive: false,
        };
        let text = String::new;
        let record = Record {
            format: FORMAT,
            id: text(),
            made_at: text(),
            practice: false,
            desk: Maker { authority: text(), place: text(), province: text(), software: "" },
            service: None,
            form: FormOf {
                id: text(),
                form: text(),
                title: text(),
                document_code: text(),
                procedure_codes: Vec::new(),
                basis: text(),
                draft: false,
            },
            fields: Vec::new(),
            people: vec![person(&[("applicant", 1), ("member", 2)], "owner"), person(&[("member", 1)], "other")],
            problems: Vec::new(),
        };
        let of = |subject: &str, row| {
            record
                .person_of(&field(subject, row))
                .and_then(|person| person.id_number.as_ref())
                .map(|number| number.as_str())
        };
        assert_eq!(of("member", Some(1)), Some("other"));
        assert_eq!(of("member", Some(2)), Some("owner"));
        assert_eq!(of("applicant", None), Some("owner"));
        assert_eq!(of("member", Some(3)), None);
    }

    #[test]
    fn moments_are_those_of_vietnam() {
        let at: Timestamp = "2026-11-22T17:30:00Z".parse().unwrap();
        assert_eq!(in_vietnam(at), "2026-11-23T00:30:00+07:00");
    }
}
