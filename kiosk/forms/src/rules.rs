//! Facts that are not on the card but follow from it. Each is shown as computed and can be changed by the officer.

use jiff::civil::{Date, date};
use serde::Deserialize;

use crate::date;
use crate::facts::{Fact, Person};

/// From this day the Ministry itself issues the card, now called *thẻ căn cước* (Law 26/2023/QH15, article 46).
const IDENTITY_CARD_SINCE: Date = date(2024, 7, 1);

/// A rule that makes text from the facts of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The composed line "Giấy tờ tùy thân": type, number, authority and day of issue.
    IdPaper,
    /// The kind of card: "Căn cước công dân" or "Thẻ căn cước".
    IdPaperType,
    /// Who issued the card, from the day of issue: it is not on the chip.
    IssuingAuthority,
    /// The birth date in words.
    DateOfBirthInWords,
    /// The first word of the name, taken as họ. A guess: compound surnames exist.
    FamilyName,
    /// The rest of the name: chữ đệm và tên.
    GivenNames,
    /// The whole name in capitals.
    FullNameUpper,
    /// First word, in capitals.
    FamilyNameUpper,
    /// The rest, in capitals.
    GivenNamesUpper,
    /// The content of a request to confirm the old number: both numbers in one sentence.
    OldNumberRequest,
}

impl Rule {
    /// The facts it needs.
    pub fn needs(self) -> &'static [Fact] {
        match self {
            Rule::IdPaper => &[Fact::IdNumber, Fact::DateOfIssue],
            Rule::IdPaperType | Rule::IssuingAuthority => &[Fact::DateOfIssue],
            Rule::DateOfBirthInWords => &[Fact::DateOfBirth],
            Rule::FamilyName
            | Rule::GivenNames
            | Rule::FullNameUpper
            | Rule::FamilyNameUpper
            | Rule::GivenNamesUpper => &[Fact::FullName],
            Rule::OldNumberRequest => &[Fact::IdNumber, Fact::OldIdNumber],
        }
    }

    /// The text, or nothing where a fact that it needs is not known.
    pub fn apply(self, person: &Person) -> Option<String> {
        let name = || Some(person.text(Fact::FullName)).filter(|name| !name.is_empty());
        let issued = || date::parse(person.text(Fact::DateOfIssue));
        match self {
            Rule::IdPaper => id_paper(person),
            Rule::IdPaperType => issued().map(|day| paper_type(day).to_owned()),
            Rule::IssuingAuthority => issued().map(|day| issuing_authority(day).to_owned()),
            Rule::DateOfBirthInWords => date::parse(person.text(Fact::DateOfBirth)).map(date::in_words),
            Rule::FamilyName => name().map(|name| split(name).0.to_owned()),
            Rule::GivenNames => name().map(|name| split(name).1.to_owned()),
            Rule::FullNameUpper => name().map(str::to_uppercase),
            Rule::FamilyNameUpper => name().map(|name| split(name).0.to_uppercase()),
            Rule::GivenNamesUpper => name().map(|name| split(name).1.to_uppercase()),
            Rule::OldNumberRequest => old_number_request(person),
        }
    }
}

/// "Căn cước công dân" before 1 July 2024, "Thẻ căn cước" since.
pub fn paper_type(issued: Date) -> &'static str {
    if issued < IDENTITY_CARD_SINCE { "Căn cước công dân" } else { "Thẻ căn cước" }
}

/// The authority that issued a card on a day, in full.
pub fn issuing_authority(issued: Date) -> &'static str {
    if issued < IDENTITY_CARD_SINCE {
        "Cục Cảnh sát quản lý hành chính về trật tự xã hội"
    } else {
        "Bộ Công an"
    }
}

/// As the notes of the civil-status forms write it. Without the day of issue the kind of card is not known: the number alone.
fn id_paper(person: &Person) -> Option<String> {
    let number = person.text(Fact::IdNumber);
    if number.is_empty() {
        return None;
    }
    Some(match date::parse(person.text(Fact::DateOfIssue)) {
        None => format!("Số định danh cá nhân {number}"),
        Some(day) if day < IDENTITY_CARD_SINCE => {
            format!("Căn cước công dân số {number} do Cục Cảnh sát QLHC về TTXH cấp ngày {}", date::show(day))
        }
        Some(day) => format!("Thẻ căn cước số {number}, do Bộ Công an cấp ngày {}", date::show(day)),
    })
}

fn old_number_request(person: &Person) -> Option<String> {
    let (number, old) = (person.text(Fact::IdNumber), person.text(Fact::OldIdNumber));
    (!number.is_empty() && !old.is_empty()).then(|| {
        format!("Đề nghị xác nhận số định danh cá nhân {number} với số chứng minh nhân dân 09 số {old} là của cùng một người.")
    })
}

/// First word and the rest.
fn split(name: &str) -> (&str, &str) {
    name.split_once(' ').unwrap_or((name, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Known, Origin};

    fn person(facts: &[(Fact, &str)]) -> Person {
        let known = |text: &str| Known { text: text.into(), origin: Origin::ChipVerified };
        Person { facts: facts.iter().map(|&(fact, text)| (fact, known(text))).collect() }
    }

    #[test]
    fn the_identity_paper_is_named_for_the_law_of_its_day_of_issue() {
        let paper =
            |issued| Rule::IdPaper.apply(&person(&[(Fact::IdNumber, "001190123456"), (Fact::DateOfIssue, issued)]));
        assert_eq!(
            paper("30/06/2024").unwrap(),
            "Căn cước công dân số 001190123456 do Cục Cảnh sát QLHC về TTXH cấp ngày 30/06/2024"
        );
        assert_eq!(paper("01/07/2024").unwrap(), "Thẻ căn cước số 001190123456, do Bộ Công an cấp ngày 01/07/2024");
        assert_eq!(paper("").unwrap(), "Số định danh cá nhân 001190123456");
        assert_eq!(Rule::IdPaper.apply(&person(&[(Fact::DateOfIssue, "01/07/2024")])), None);
    }

    #[test]
    fn a_name_of_one_word_has_no_given_names() {
        let ksor = person(&[(Fact::FullName, "Ksor H'Bia")]);
        assert_eq!(Rule::FamilyNameUpper.apply(&ksor).unwrap(), "KSOR");
        assert_eq!(Rule::GivenNames.apply(&ksor).unwrap(), "H'Bia");
        assert_eq!(Rule::GivenNames.apply(&person(&[(Fact::FullName, "Hyă")])).unwrap(), "");
        assert_eq!(Rule::FamilyName.apply(&Person::default()), None);
    }

    #[test]
    fn no_rule_reads_the_place_of_origin() {
        let all = [Rule::IdPaper, Rule::IssuingAuthority, Rule::OldNumberRequest, Rule::FullNameUpper];
        assert!(all.iter().all(|rule| !rule.needs().contains(&Fact::PlaceOfOrigin)));
    }
}
