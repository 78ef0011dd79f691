//! Whether everybody whom a form is about has an ID number: a result is kept under it, so data without one go nowhere.

use super::{Form, problems};
use crate::facts::{Fact, Subjects};
use crate::packs::{Pack, Source, Subject};
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
            let known = people.iter().any(|person| problems::is_id_number(person.text(Fact::IdNumber)));
            return known || self.fields_with_number(&subject.id).any(|(_, number)| number);
        }
        let mut rows = self.fields_with_number(&subject.id).filter(|(in_use, _)| *in_use).peekable();
        rows.peek().is_some() && rows.all(|(_, number)| number)
    }

    /// For each field that holds the number of a subject: whether its row says anything, and whether the number is one.
    fn fields_with_number<'f>(&'f self, subject: &'f str) -> impl Iterator<Item = (bool, bool)> + 'f {
        self.sections.iter().flat_map(move |section| {
            let rows = section.fields.chunk_by(|one, next| one.row == next.row);
            rows.flat_map(move |row| {
                let in_use = row.iter().any(|field| !field.value.is_empty());
                let of_subject = row.iter().filter(move |field| field.subject.as_deref() == Some(subject));
                of_subject.filter_map(move |field| Some((in_use, has_number(field.source?, &field.value)?)))
            })
        })
    }
}

/// Whether a field that is to hold an ID number does; nothing where it is to hold something else.
fn has_number(source: Source, value: &str) -> Option<bool> {
    match source {
        Source::Fact(Fact::IdNumber) => Some(problems::is_id_number(value)),
        Source::Rule(Rule::IdPaper) => Some(value.split(|c: char| !c.is_ascii_digit()).any(problems::is_id_number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::facts::{Known, Origin, Person, Subjects};
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
            person.facts.insert(Fact::IdNumber, known(number));
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
    fn a_child_of_a_household_may_have_none_and_every_guest_must_have_one() {
        assert!(missing("ct01-2026", &[("applicant", "001190123456"), ("member", "")], &[]).is_empty());
        assert_eq!(missing("ct01-2026", &[], &[("member_id_number.1", "001190123456")]), ["applicant"]);
        assert_eq!(missing("luu-tru", &[("guest", "001190123456"), ("guest", "")], &[]), ["guest"]);
        assert_eq!(missing("luu-tru", &[], &[]), ["guest"]);
        assert!(missing("luu-tru", &[("guest", "001190123456"), ("guest", "001090123457")], &[]).is_empty());
    }
}
