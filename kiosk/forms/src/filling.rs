//! From persons, desk and officer to a filled form.
//!
//! What the officer typed wins over what the card says. Offered values (residence, and what a form asks only of those who give
//! no ID number) stay empty until they are confirmed.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use zeroize::Zeroize;

use crate::clean;
use crate::date;
use crate::facts::{Fact, Known, Origin, Person, Subjects};
use crate::number_words;
use crate::packs::{DeskFact, Field, Kind, Pack, PackSection, PassportAs, Source};
use crate::rules::Rule;
use crate::search_key;

mod cross_checks;
mod data;
mod form;
mod list;
mod numbers;
mod problems;

pub use form::{FilledField, Form, Problem, Section, State};
pub use list::Listed;

/// What a desk knows of itself and of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// The authority that forms are addressed to.
    pub authority: String,
    /// The police, to whom some forms are addressed.
    pub police: String,
    /// Where forms are signed.
    pub place: String,
    /// Province or city.
    pub province: String,
    /// Today.
    pub today: Date,
}

/// What the officer did to a field.
#[derive(Clone, PartialEq, Eq)]
pub enum Entry {
    /// Typed this. Empty text clears a field, but leaves an offer open.
    Text(String),
    /// Took the offered value.
    Confirmed,
    /// Refused the offered value.
    Declined,
}

/// The officer's entries by field key: the field's id, in a table with the row after a dot, counted from 1: `member_name.2`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Entries(pub BTreeMap<String, Entry>);

impl Pack {
    /// Fills the form.
    pub fn fill(&self, subjects: &Subjects, desk: &Desk, entries: &Entries) -> Form {
        let mut filling = Filling { subjects, desk, entries, done: BTreeMap::new() };
        // Twice: a condition may look at a field that stands further down.
        let mut sections = Vec::new();
        for _ in 0..2 {
            sections = self.sections.iter().map(|section| filling.section(section)).collect();
        }
        let mut form =
            Form { sections, problems: Vec::new(), head: data::head(self, desk), printed_rows: data::rows(self) };
        form.problems = problems::of(self, &form, subjects, desk);
        form
    }
}

/// A form while it is being filled.
struct Filling<'a> {
    subjects: &'a Subjects,
    desk: &'a Desk,
    entries: &'a Entries,
    /// Values so far by key, for copies.
    done: BTreeMap<String, Known>,
}

impl Filling<'_> {
    fn section(&mut self, section: &PackSection) -> Section {
        let rows = match &section.rows {
            None => vec![None],
            Some(rows) => (1..=self.row_count(section, &rows.subject).min(rows.most)).map(Some).collect(),
        };
        let fields = rows.into_iter().flat_map(|row| section.fields.iter().map(move |field| (field, row)));
        Section {
            title: section.title.clone(),
            title_en: section.title_en.clone(),
            rows: section.rows.as_ref().map(|rows| rows.subject.clone()),
            fields: fields.map(|(field, row)| self.field(field, row)).collect(),
        }
    }

    /// As many rows as there are persons or typed rows, and one to type in.
    fn row_count(&self, section: &PackSection, subject: &str) -> usize {
        let persons = self.subjects.0.get(subject).map_or(0, Vec::len);
        let typed =
            self.entries.0.iter().filter(|(_, entry)| matches!(entry, Entry::Text(text) if !text.trim().is_empty()));
        let typed = typed.filter_map(|(key, _)| {
            let (id, row) = key.rsplit_once('.')?;
            section.fields.iter().any(|field| field.id == id).then(|| row.parse::<usize>().ok())?
        });
        persons.max(typed.max().unwrap_or(0)).saturating_add(1)
    }

    fn field(&mut self, field: &Field, row: Option<usize>) -> FilledField {
        let key = row.map_or_else(|| field.id.clone(), |row| format!("{}.{row}", field.id));
        let entry = self.entries.0.get(&key);
        let alternatives = self.alternatives(field);
        let candidate = match alternatives.as_slice() {
            [] => self.candidate(field, row),
            [agreed] => Some(agreed.clone()),
            several => chosen(field, several, entry),
        };
        let (value, state) = decide(field, candidate.as_ref(), entry);
        let differs = |card: &Known| value.as_ref().is_none_or(|value| value.text != card.text);
        let on_card = candidate.filter(|card| !matches!(state, State::Offered(_)) && differs(card));
        let on_card = on_card
            .filter(|card| card.origin != Origin::Desk && field.in_words_of.is_none())
            .map(|card| card.text.clone());
        match &value {
            Some(value) => drop(self.done.insert(key.clone(), value.clone())),
            None => drop(self.done.remove(&key)),
        }
        FilledField {
            key,
            row,
            id: field.id.clone(),
            label: field.label.clone(),
            label_en: field.label_en.clone(),
            kind: field.kind,
            origin: value.as_ref().map(|value| value.origin),
            value: value.map(|value| value.text.clone()).unwrap_or_default(),
            state,
            required: field.required,
            options: alternatives.iter().map(|known| known.text.clone()).chain(field.options.clone()).collect(),
            closed: field.closed,
            subject: field.subject.clone(),
            source: field.source,
            passport: field.passport,
            sensitive: field.sensitive,
            note: field.note.clone(),
            on_card,
        }
    }

    /// What the subjects of a field that may be any of theirs say, each once.
    fn alternatives(&self, field: &Field) -> Vec<Known> {
        let mut known: Vec<Known> = Vec::new();
        for subject in &field.subjects {
            let said = field.source.and_then(|source| self.sourced(source, self.subjects.person(subject, 0)));
            let said = said.map(|said| Known { text: clean_for(field.kind, &said.text), origin: said.origin });
            known.extend(said.filter(|said| !said.text.is_empty() && known.iter().all(|one| one.text != said.text)));
        }
        known
    }

    /// What would stand there without the officer: the source, else the copy, else the words, else the default.
    fn candidate(&self, field: &Field, row: Option<usize>) -> Option<Known> {
        let index = row.map_or(0, |row| row - 1);
        let person = field.subject.as_deref().and_then(|subject| self.subjects.person(subject, index));
        let sourced = field.source.and_then(|source| self.sourced(source, person)).or_else(|| passport(field, person?));
        let known = sourced.or_else(|| self.copy(field, row)).or_else(|| self.in_words(field, row)).or_else(|| {
            Some(Known { text: field.default.clone(), origin: Origin::Desk }).filter(|known| !known.text.is_empty())
        })?;
        let text = clean_for(field.kind, &known.text);
        (!text.is_empty()).then_some(Known { text, origin: known.origin })
    }

    fn sourced(&self, source: Source, person: Option<&Person>) -> Option<Known> {
        let desk =
            |text: String| Some(Known { text, origin: Origin::Desk }).filter(|known| !known.text.trim().is_empty());
        match source {
            Source::Fact(fact) => person?.facts.get(&fact).filter(|known| !known.text.trim().is_empty()).cloned(),
            Source::Rule(rule) => rule.apply(person?).map(|text| Known { text, origin: Origin::Computed }),
            Source::Desk(DeskFact::Authority) => desk(self.desk.authority.clone()),
            Source::Desk(DeskFact::Police) => desk(self.desk.police.clone()),
            Source::Desk(DeskFact::Place) => desk(self.desk.place.clone()),
            Source::Desk(DeskFact::Province) => desk(self.desk.province.clone()),
            Source::Desk(DeskFact::Today) => desk(date::show(self.desk.today)),
        }
    }

    fn copy(&self, field: &Field, row: Option<usize>) -> Option<Known> {
        if let Some(when) = &field.copy_when {
            let says = self.earlier(&when.field, row).map(|known| search_key::key(&known.text));
            if says.as_deref() != Some(search_key::key(&when.is).as_str()) {
                return None;
            }
        }
        self.earlier(field.copy_of.as_deref()?, row).cloned()
    }

    /// A date or a number of another field, in words.
    fn in_words(&self, field: &Field, row: Option<usize>) -> Option<Known> {
        let words = in_words(&self.earlier(field.in_words_of.as_deref()?, row)?.text)?;
        Some(Known { text: words, origin: Origin::Computed })
    }

    /// The value of another field so far: in the same row, or outside of tables.
    fn earlier(&self, id: &str, row: Option<usize>) -> Option<&Known> {
        let in_row = row.and_then(|row| self.done.get(&format!("{id}.{row}")));
        in_row.or_else(|| self.done.get(id))
    }
}

/// The passport of who has no ID number, where the field takes one.
fn passport(field: &Field, person: &Person) -> Option<Known> {
    person.passport_alone()?;
    let number = person.facts.get(&Fact::PassportNumber)?;
    match field.passport? {
        PassportAs::Number => Some(number.clone()),
        PassportAs::Paper => Rule::IdPaper.apply(person).map(|text| Known { text, origin: number.origin }),
    }
}

/// The words of a date or of a number.
fn in_words(text: &str) -> Option<String> {
    date::parse(text).map(date::in_words).or_else(|| number_words::of(text))
}

/// The alternative that the officer chose: it is the card's, though it was typed.
fn chosen(field: &Field, alternatives: &[Known], entry: Option<&Entry>) -> Option<Known> {
    let Some(Entry::Text(typed)) = entry else { return None };
    let typed = clean_for(field.kind, typed);
    alternatives.iter().find(|known| known.text == typed).cloned()
}

/// The value of a field, from what would stand there and what the officer did.
fn decide(field: &Field, candidate: Option<&Known>, entry: Option<&Entry>) -> (Option<Known>, State) {
    let typed = match entry {
        Some(Entry::Text(text)) => Some(clean_for(field.kind, text)),
        _ => None,
    };
    match (entry, typed, candidate) {
        (_, Some(typed), Some(known)) if typed == known.text => (Some(known.clone()), State::Filled),
        (_, Some(typed), _) if !typed.is_empty() => (Some(Known { text: typed, origin: Origin::Typed }), State::Filled),
        (_, Some(_), Some(known)) if field.offer => (None, State::Offered(known.text.clone())),
        (Some(Entry::Confirmed), _, None) if field.kind == Kind::Tick => {
            (Some(Known { text: "x".into(), origin: Origin::Typed }), State::Filled)
        }
        (Some(Entry::Declined | Entry::Text(_)), ..) | (_, _, None) => (None, State::Empty),
        (None, _, Some(known)) if field.offer => (None, State::Offered(known.text.clone())),
        (_, _, Some(known)) => (Some(known.clone()), State::Filled),
    }
}

/// A value as its kind holds it.
fn clean_for(kind: Kind, text: &str) -> String {
    match kind {
        Kind::Multiline => clean::lines(text),
        Kind::Text | Kind::Choice => clean::line(text),
        Kind::IdBoxes => clean::line(text).split_whitespace().collect(),
        Kind::Date => date::parse(text).map_or_else(|| clean::line(text), date::show),
        Kind::Tick => match search_key::key(text).as_str() {
            "" | "0" | "off" | "false" | "khong" | "no" => String::new(),
            _ => "x".into(),
        },
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Entry::Text(text) = self {
            text.zeroize();
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Text(text) => write!(f, "Text({} characters)", text.chars().count()),
            Entry::Confirmed => f.write_str("Confirmed"),
            Entry::Declined => f.write_str("Declined"),
        }
    }
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(&self.0).finish()
    }
}

#[cfg(test)]
mod tests;
