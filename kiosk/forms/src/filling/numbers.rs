//! Whether everybody whom a form is about has an ID number: a result is kept under it, so data without one go nowhere (R36).
//!
//! A foreigner has none (R52). What stands for it is the passport: the one that was read of that person, or a number in a
//! field whose form asks for a passport's in so many words. Anything else typed, and a name alone, is no number.

use super::{FilledField, Form, problems};
use crate::facts::{Fact, Person, Subjects};
use crate::packs::{Pack, PassportAs, Source, Subject};
use crate::rules::Rule;

impl Form {
    /// The persons whose ID number is not known, of those that the form cannot be without; where it needs nobody more than
    /// another, one number is enough. Empty: the form may leave the desk as data.
    pub fn without_id_number<'p>(&self, pack: &'p Pack, subjects: &Subjects) -> Vec<&'p Subject> {
        let has = |subject: &&Subject| self.has_id_number(subject, subjects);
        let (required, others): (Vec<&Subject>, Vec<_>) = pack.subjects.iter().partition(|subject| subject.required);
        if !required.is_empty() {
            required.into_iter().filter(|subject| !has(subject)).collect()
        } else if others.iter().any(has) {
            Vec::new()
        } else {
            others
        }
    }

    fn has_id_number(&self, subject: &Subject, subjects: &Subjects) -> bool {
        let people = subjects.0.get(&subject.id).map_or(&[][..], Vec::as_slice);
        if !subject.several {
            let is_known = |person: &Person| {
                problems::is_id_number(person.text(Fact::IdNumber)) || person.passport_alone().is_some()
            };
            return people.iter().any(is_known)
                || self.fields_with_number(&subject.id, people).any(|(_, number)| number);
        }
        let mut rows = self.fields_with_number(&subject.id, people).filter(|(in_use, _)| *in_use).peekable();
        rows.peek().is_some() && rows.all(|(_, number)| number)
    }

    /// For each field that holds the number of a subject: whether its row says anything, and whether the number is one.
    fn fields_with_number<'f>(
        &'f self,
        subject: &'f str,
        people: &'f [Person],
    ) -> impl Iterator<Item = (bool, bool)> + 'f {
        self.sections.iter().flat_map(move |section| {
            let rows = section.fields.chunk_by(|one, next| one.row == next.row);
            rows.flat_map(move |row| {
                let in_use = row.iter().any(|field| !field.value.is_empty());
                let of_subject = row.iter().filter(move |field| field.subject.as_deref() == Some(subject));
                of_subject.filter_map(move |field| {
                    let person = people.get(field.row.map_or(0, |row| row.saturating_sub(1)));
                    Some((in_use, has_number(field, person)?))
                })
            })
        })
    }
}

/// Whether a field that is to hold an ID number does; nothing where it is to hold something else.
fn has_number(field: &FilledField, person: Option<&Person>) -> Option<bool> {
    let value = field.value.as_str();
    let by_passport = || {
        let read = person.and_then(Person::passport_alone);
        let asked = field.passport == Some(PassportAs::Number) && problems::is_passport_number(value);
        asked || read.is_some_and(|number| value.split_whitespace().any(|word| word.trim_end_matches(',') == number))
    };
    match field.source? {
        Source::Fact(Fact::IdNumber) => Some(problems::is_id_number(value) || by_passport()),
        Source::Rule(Rule::IdPaper) => {
            Some(value.split(|c: char| !c.is_ascii_digit()).any(problems::is_id_number) || by_passport())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::facts::{Known, Origin};
    use crate::filling::{Entries, Entry};
    use crate::packs::Packs;

    use super::*;

    /// The subjects without a number, where these people have these numbers and this was typed.
    fn missing(pack: &str, people: &[(&str, &str)], typed: &[(&str, &str)]) -> Vec<String> {
        let packs = Packs::embedded();
        let pack = packs.get(pack).unwrap();
        let mut subjects = Subjects::default();
        for (subject, number) in people {
            let known = |text: &str| Known { text: text.to_owned(), origin: Origin::Typed };
            let mut person = Person::default();
            person.facts.insert(Fact::FullName, known("Nguyễn Thị An"));
            // A letter in front: a passport.
            let is_passport = number.starts_with(|c: char| c.is_ascii_alphabetic());
            person.facts.insert(if is_passport { Fact::PassportNumber } else { Fact::IdNumber }, known(number));
            subjects.0.entry((*subject).to_owned()).or_default().push(person);
        }
        let entries = typed.iter().map(|(key, text)| ((*key).to_owned(), Entry::Text((*text).to_owned())));
        let form = pack.fill(&subjects, &check::nowhere(), &Entries(entries.collect()));
        form.without_id_number(pack, &subjects).into_iter().map(|subject| subject.id.clone()).collect()
    }

    #[test]
    fn everybody_that_a_form_cannot_be_without_needs_a_number() {
        assert_eq!(missing("ket-hon", &[("bride", "001190123456")], &[]), ["groom"]);
        assert_eq!(missing("ket-hon", &[("bride", "001190123456"), ("groom", "")], &[]), ["groom"]);
        assert!(missing("ket-hon", &[("bride", "001190123456"), ("groom", "001090123457")], &[]).is_empty());
        let typed = [("groom_id_paper", "Căn cước công dân số 001090123457 do Cục Cảnh sát cấp")];
        assert!(missing("ket-hon", &[("bride", "001190123456")], &typed).is_empty());
    }

    #[test]
    fn a_foreigners_passport_stands_for_the_id_number_where_it_was_read_or_the_form_asks_for_it() {
        assert!(missing("ket-hon", &[("bride", "UT4821907"), ("groom", "001090123457")], &[]).is_empty());
        assert!(missing("luu-tru", &[("guest", "001190123456"), ("guest", "UT4821907")], &[]).is_empty());
        // Typed: where the field is for a passport's number too, and nowhere else.
        let typed = |text| [("guest_name.1", "Elsa"), ("guest_id_number.1", text)];
        assert!(missing("luu-tru", &[], &typed("UT4821907")).is_empty());
        for none in ["", "UT48", "12345678901", "UT4821907X", "không có"] {
            assert_eq!(missing("luu-tru", &[], &typed(none)), ["guest"], "{none}");
        }
        let paper = [("groom_id_paper", "Hộ chiếu số UT4821907 do Utopia cấp")];
        assert_eq!(missing("ket-hon", &[("bride", "001190123456")], &paper), ["groom"]);
        // The number of the passport was overwritten by the officer.
        assert_eq!(missing("luu-tru", &[("guest", "UT4821907")], &[("guest_id_number.1", "-")]), ["guest"]);
    }

    #[test]
    fn a_child_of_a_household_may_have_none_and_every_guest_must_have_one() {
        assert!(missing("ct01-2026", &[("applicant", "001190123456"), ("member", "")], &[]).is_empty());
        assert_eq!(missing("ct01-2026", &[], &[("member_id_number.1", "001190123456")]), ["applicant"]);
        assert_eq!(missing("luu-tru", &[("guest", "001190123456"), ("guest", "")], &[]), ["guest"]);
        assert_eq!(missing("luu-tru", &[], &[]), ["guest"]);
        assert!(missing("luu-tru", &[("guest", "001190123456"), ("guest", "001090123457")], &[]).is_empty());
    }
}
