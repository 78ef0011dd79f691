//! The cross-checks of a pack. What stands on the form counts; a fact that the form does not show is taken from the person.

use jiff::civil::Date;

use super::{Desk, FilledField, Form, Problem};
use crate::date;
use crate::facts::{Fact, Subjects};
use crate::packs::{CrossCheck, Must, Pack, Source};
use crate::search_key;

/// The problem, where a check does not hold. What is not known does not fail.
pub(super) fn failed(
    check: &CrossCheck,
    pack: &Pack,
    form: &Form,
    subjects: &Subjects,
    desk: &Desk,
) -> Option<Problem> {
    let look = Look { pack, form, subjects };
    if check.when.as_ref().is_some_and(|when| search_key::key(look.value(&when.field)) != search_key::key(&when.is)) {
        return None;
    }
    let key = match &check.must {
        Must::DifferentPersons { subjects } => look.repeated(subjects),
        Must::SamePerson { subjects } => look.another(subjects),
        Must::AgeAtLeast { subject, years } => look.first(subject, Fact::DateOfBirth, |text| {
            date::parse(text).is_some_and(|birth| date::age(birth, desk.today) < *years)
        }),
        Must::AgeBelow { subject, years } => look.first(subject, Fact::DateOfBirth, |text| {
            date::parse(text).is_some_and(|birth| date::age(birth, desk.today) >= *years)
        }),
        Must::Sex { subject, is } => {
            look.first(subject, Fact::Sex, |text| search_key::accented_words(text) != search_key::accented_words(is))
        }
        Must::OneTickOf { fields } => {
            let none = fields.iter().all(|id| look.value(id).is_empty());
            none.then(|| fields.first().map(|id| look.key(id))).flatten()
        }
        Must::TickNeeds { tick, field } => {
            (!look.value(tick).is_empty() && look.value(field).is_empty()).then(|| look.key(field))
        }
        Must::AnswerNeeds { field, is, needs } => {
            let says = search_key::key(look.value(field)) == search_key::key(is);
            (says && look.value(needs).is_empty()).then(|| look.key(needs))
        }
        Must::NotAfterToday { field } => look.day(field).is_some_and(|day| day > desk.today).then(|| look.key(field)),
        Must::InOrder { first, then } => {
            let days = look.day(first).zip(look.day(then));
            days.is_some_and(|(first, then)| first > then).then(|| look.key(then))
        }
        Must::WholeNumber { field, from, to } => {
            let text = look.value(field);
            let fits = text.is_empty() || number(text).is_some_and(|number| (*from..=*to).contains(&number));
            (!fits).then(|| look.key(field))
        }
    }?;
    Some(Problem { key, vi: check.vi.clone(), en: check.en.clone(), severity: check.severity })
}

/// Digits alone: `parse` takes a sign too.
fn number(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

struct Look<'a> {
    pack: &'a Pack,
    form: &'a Form,
    subjects: &'a Subjects,
}

impl<'a> Look<'a> {
    /// What a field says; of a column, the first row that says anything.
    fn value(&self, id: &str) -> &'a str {
        let mut rows = self.fields().filter(|field| field.id == id);
        rows.find(|field| !field.value.is_empty()).map_or("", |field| &field.value)
    }

    /// Where to show what is wrong with a field: of a column, at its first row.
    fn key(&self, id: &str) -> String {
        self.fields().find(|field| field.id == id).map_or_else(|| id.to_owned(), |field| field.key.clone())
    }

    fn day(&self, id: &str) -> Option<Date> {
        date::parse(self.value(id))
    }

    fn fields(&self) -> impl Iterator<Item = &'a FilledField> + use<'a> {
        self.form.sections.iter().flat_map(|section| &section.fields)
    }

    /// The key of the first person of a subject whose fact is known and wrong.
    fn first(&self, subject: &str, fact: Fact, wrong: impl Fn(&str) -> bool) -> Option<String> {
        let found = self.all(subject, fact).into_iter().find(|(_, text)| !text.is_empty() && wrong(text));
        found.map(|(key, _)| key)
    }

    /// The key of the first ID number that stood before, among some subjects.
    fn repeated(&self, subjects: &[String]) -> Option<String> {
        let mut seen: Vec<String> = Vec::new();
        for (key, text) in subjects.iter().flat_map(|subject| self.all(subject, Fact::IdNumber)) {
            if text.is_empty() {
                continue;
            }
            if seen.contains(&text) {
                return Some(key);
            }
            seen.push(text);
        }
        None
    }

    /// The key of the first ID number that is not the one before, among some subjects.
    fn another(&self, subjects: &[String]) -> Option<String> {
        let numbers = subjects.iter().flat_map(|subject| self.all(subject, Fact::IdNumber));
        let numbers: Vec<_> = numbers.filter(|(_, text)| !text.is_empty()).collect();
        let (_, first) = numbers.first()?;
        numbers.iter().find(|(_, text)| text != first).map(|(key, _)| key.clone())
    }

    /// A fact of every person of a subject with the key to show it at: from the form where it stands there, else of the
    /// person, at the first field of that person.
    fn all(&self, subject: &str, fact: Fact) -> Vec<(String, String)> {
        let ours = || self.fields().filter(|field| field.subject.as_deref() == Some(subject));
        let asked = |field: &FilledField| {
            self.pack.fields().find(|asked| asked.id == field.id && asked.source == Some(Source::Fact(fact)))
        };
        // What was offered and is not on the form is still known of the person.
        let said = |field: &FilledField, offer: bool| match self
            .subjects
            .person(subject, field.row.map_or(0, |row| row.saturating_sub(1)))
        {
            Some(person) if offer && field.value.is_empty() => person.text(fact).to_owned(),
            _ => field.value.clone(),
        };
        let on_form: Vec<_> =
            ours().filter_map(|field| Some((field.key.clone(), said(field, asked(field)?.offer)))).collect();
        if !on_form.is_empty() {
            return on_form;
        }
        let persons = self.subjects.0.get(subject).into_iter().flatten().enumerate();
        persons
            .filter_map(|(index, person)| {
                let own = ours().find(|field| field.row.is_none_or(|row| row == index + 1))?;
                Some((own.key.clone(), person.text(fact).to_owned()))
            })
            .collect()
    }
}
