//! Facts that are not on the card but follow from it. Each is shown as computed and can be changed by the officer.

use jiff::civil::{Date, date};
use serde::Deserialize;

use crate::address::Address;
use crate::date;
use crate::facts::{Fact, Person};

/// From this day the Ministry itself issues the card, now called *thẻ căn cước* (Law 26/2023/QH15, article 46).
const IDENTITY_CARD_SINCE: Date = date(2024, 7, 1);

/// A passport, as forms name it.
const PASSPORT: &str = "Hộ chiếu";

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
    /// The whole name in capitals and the year of birth, as land forms ask for them.
    NameUpperAndBirthYear,
    /// Of the residence: house number, street, hamlet.
    ResidenceStreet,
    /// Of the residence: xã, phường, thị trấn or đặc khu.
    ResidenceCommune,
    /// Of the residence: huyện, quận, thị xã; nothing where the address has two levels.
    ResidenceDistrict,
    /// Of the residence: province or city.
    ResidenceProvince,
    /// The content of a request to confirm the old number: both numbers in one sentence.
    OldNumberRequest,
    /// The content of a change of identity paper in a register: the old number's paper, and the one of today.
    IdPaperChange,
    /// What a certificate of marital status is for: to marry this person, with all that note (5) of its form asks.
    MarriagePurpose,
    /// The names of father, mother, wife or husband in one line, to find an old registration by.
    Relatives,
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
            Rule::NameUpperAndBirthYear => &[Fact::FullName, Fact::DateOfBirth],
            Rule::ResidenceStreet | Rule::ResidenceCommune | Rule::ResidenceDistrict | Rule::ResidenceProvince => {
                &[Fact::PlaceOfResidence, Fact::DateOfIssue]
            }
            Rule::OldNumberRequest => &[Fact::IdNumber, Fact::OldIdNumber],
            Rule::IdPaperChange => &[Fact::IdNumber, Fact::OldIdNumber, Fact::DateOfIssue],
            Rule::MarriagePurpose => &[
                Fact::FullName,
                Fact::DateOfBirth,
                Fact::Nationality,
                Fact::IdNumber,
                Fact::DateOfIssue,
                Fact::PlaceOfResidence,
            ],
            Rule::Relatives => &[Fact::FatherName, Fact::MotherName, Fact::SpouseName],
        }
    }

    /// The text, or nothing where a fact that it needs is not known.
    pub fn apply(self, person: &Person) -> Option<String> {
        let name = || Some(person.text(Fact::FullName)).filter(|name| !name.is_empty());
        let issued = || date::parse(person.text(Fact::DateOfIssue));
        match self {
            Rule::IdPaper => id_paper(person),
            Rule::IdPaperType if person.passport_alone().is_some() => Some(PASSPORT.to_owned()),
            Rule::IdPaperType => issued().map(|day| paper_type(day).to_owned()),
            Rule::IssuingAuthority if person.passport_alone().is_some() => {
                Some(person.text(Fact::PassportState).to_owned()).filter(|state| !state.is_empty())
            }
            Rule::IssuingAuthority => issued().map(|day| issuing_authority(day).to_owned()),
            Rule::DateOfBirthInWords => date::parse(person.text(Fact::DateOfBirth)).map(date::in_words),
            Rule::FamilyName => name().map(|name| split(name).0.to_owned()),
            Rule::GivenNames => name().map(|name| split(name).1.to_owned()),
            Rule::FullNameUpper => name().map(str::to_uppercase),
            Rule::FamilyNameUpper => name().map(|name| split(name).0.to_uppercase()),
            Rule::GivenNamesUpper => name().map(|name| split(name).1.to_uppercase()),
            Rule::NameUpperAndBirthYear => name().map(|name| name_and_year(name, person)),
            Rule::ResidenceStreet => residence(person).map(|address| address.street),
            Rule::ResidenceCommune => residence(person).map(|address| address.commune),
            Rule::ResidenceDistrict => residence(person).map(|address| address.district),
            Rule::ResidenceProvince => residence(person).map(|address| address.province),
            Rule::OldNumberRequest => old_number_request(person),
            Rule::IdPaperChange => id_paper_change(person),
            Rule::MarriagePurpose => marriage_purpose(person),
            Rule::Relatives => relatives(person),
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
    if let Some(number) = person.passport_alone() {
        return Some(passport_paper(number, person));
    }
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

/// "Hộ chiếu số … do … cấp ngày …": what replaces the ID number of who has none (note (3) of the civil-status forms).
fn passport_paper(number: &str, person: &Person) -> String {
    let mut paper = format!("{PASSPORT} số {number}");
    let state = person.text(Fact::PassportState);
    if !state.is_empty() {
        paper += &format!(" do {state} cấp");
    }
    if let Some(day) = date::parse(person.text(Fact::DateOfIssue)) {
        paper += if state.is_empty() { " cấp" } else { "" };
        paper += &format!(" ngày {}", date::show(day));
    }
    paper
}

fn old_number_request(person: &Person) -> Option<String> {
    let (number, old) = (person.text(Fact::IdNumber), person.text(Fact::OldIdNumber));
    (!number.is_empty() && !old.is_empty()).then(|| {
        format!("Đề nghị xác nhận số định danh cá nhân {number} với số chứng minh nhân dân 09 số {old} là của cùng một người.")
    })
}

/// "từ Giấy chứng minh nhân dân số … thành …": only where the card says both numbers.
fn id_paper_change(person: &Person) -> Option<String> {
    let old = person.text(Fact::OldIdNumber);
    let paper = id_paper(person).filter(|_| !old.is_empty())?;
    Some(format!("Thay đổi giấy tờ nhân thân: từ Giấy chứng minh nhân dân số {old} thành {paper}."))
}

/// "NGUYỄN THỊ AN, sinh năm 1990". Where only the year is known, the year; where nothing is, the name.
fn name_and_year(name: &str, person: &Person) -> String {
    let year = person.text(Fact::DateOfBirth).rsplit('/').next().unwrap_or_default().trim();
    let name = name.to_uppercase();
    if year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("{name}, sinh năm {year}")
    } else {
        name
    }
}

/// The parts of the residence, for a form that asks for them on lines of their own.
fn residence(person: &Person) -> Option<Address> {
    let text = person.text(Fact::PlaceOfResidence);
    (!text.is_empty()).then(|| Address::parse(text, date::parse(person.text(Fact::DateOfIssue))))
}

/// What is not known is left to the pen, and so is the place of registration, which no card says.
fn marriage_purpose(person: &Person) -> Option<String> {
    let or_dots = |text: &str| if text.is_empty() { "…".to_owned() } else { text.to_owned() };
    let said = |fact| or_dots(person.text(fact));
    (!person.text(Fact::FullName).is_empty()).then(|| {
        format!(
            "Để kết hôn với {}; ngày, tháng, năm sinh: {}; quốc tịch: {}; giấy tờ tùy thân: {}; nơi cư trú: {}; nơi dự \
             định đăng ký kết hôn: …",
            said(Fact::FullName),
            said(Fact::DateOfBirth),
            said(Fact::Nationality),
            or_dots(&id_paper(person).unwrap_or_default()),
            said(Fact::PlaceOfResidence),
        )
    })
}

fn relatives(person: &Person) -> Option<String> {
    let named = [("cha", Fact::FatherName), ("mẹ", Fact::MotherName), ("vợ/chồng", Fact::SpouseName)];
    let named = named.into_iter().filter(|&(_, fact)| !person.text(fact).is_empty());
    let named: Vec<String> = named.map(|(who, fact)| format!("{who}: {}", person.text(fact))).collect();
    (!named.is_empty()).then(|| format!("Họ, chữ đệm, tên {}", named.join("; ")))
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
    fn a_passport_takes_the_place_of_an_id_number_that_nobody_gave_and_of_no_other() {
        let elsa = |more: &[(Fact, &str)]| {
            let own = [(Fact::PassportNumber, "UT4821907"), (Fact::PassportState, "Utopia")];
            person(&[&own[..], more].concat())
        };
        assert_eq!(Rule::IdPaper.apply(&elsa(&[])).unwrap(), "Hộ chiếu số UT4821907 do Utopia cấp");
        let dated = elsa(&[(Fact::DateOfIssue, "01/06/2024")]);
        assert_eq!(Rule::IdPaper.apply(&dated).unwrap(), "Hộ chiếu số UT4821907 do Utopia cấp ngày 01/06/2024");
        // Not the authority of a Vietnamese card of that day.
        assert_eq!(Rule::IssuingAuthority.apply(&dated).unwrap(), "Utopia");
        assert_eq!(Rule::IdPaperType.apply(&elsa(&[])).unwrap(), "Hộ chiếu");
        let citizen = elsa(&[(Fact::IdNumber, "001190123456")]);
        assert_eq!(Rule::IdPaper.apply(&citizen).unwrap(), "Số định danh cá nhân 001190123456");
        assert_eq!(Rule::IdPaperType.apply(&citizen), None);
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
    fn a_land_form_names_the_person_in_capitals_with_the_year_of_birth() {
        let known = |birth| {
            Rule::NameUpperAndBirthYear
                .apply(&person(&[(Fact::FullName, "Đặng Thị Ước"), (Fact::DateOfBirth, birth)]))
                .unwrap()
        };
        assert_eq!(known("15/03/1990"), "ĐẶNG THỊ ƯỚC, sinh năm 1990");
        assert_eq!(known("1958"), "ĐẶNG THỊ ƯỚC, sinh năm 1958");
        assert_eq!(known(""), "ĐẶNG THỊ ƯỚC");
        assert_eq!(known("15/03"), "ĐẶNG THỊ ƯỚC");
    }

    #[test]
    fn a_change_of_identity_paper_needs_both_numbers() {
        let both =
            [(Fact::IdNumber, "079058123456"), (Fact::OldIdNumber, "020123456"), (Fact::DateOfIssue, "10/12/2021")];
        assert_eq!(
            Rule::IdPaperChange.apply(&person(&both)).unwrap(),
            "Thay đổi giấy tờ nhân thân: từ Giấy chứng minh nhân dân số 020123456 thành Căn cước công dân số \
             079058123456 do Cục Cảnh sát QLHC về TTXH cấp ngày 10/12/2021."
        );
        assert_eq!(Rule::IdPaperChange.apply(&person(&both[..1])), None);
        assert_eq!(Rule::IdPaperChange.apply(&person(&both[1..])), None);
    }

    #[test]
    fn a_future_spouse_is_named_as_far_as_known() {
        let binh = person(&[(Fact::FullName, "Trần Văn Bình"), (Fact::IdNumber, "079190123457")]);
        assert_eq!(
            Rule::MarriagePurpose.apply(&binh).unwrap(),
            "Để kết hôn với Trần Văn Bình; ngày, tháng, năm sinh: …; quốc tịch: …; giấy tờ tùy thân: Số định danh cá nhân \
             079190123457; nơi cư trú: …; nơi dự định đăng ký kết hôn: …"
        );
        assert_eq!(Rule::MarriagePurpose.apply(&person(&[(Fact::IdNumber, "079190123457")])), None);
    }

    #[test]
    fn relatives_are_those_that_the_card_names() {
        let an = person(&[(Fact::MotherName, "Lê Thị Ngọc"), (Fact::SpouseName, "Trần Văn Bình")]);
        assert_eq!(Rule::Relatives.apply(&an).unwrap(), "Họ, chữ đệm, tên mẹ: Lê Thị Ngọc; vợ/chồng: Trần Văn Bình");
        assert_eq!(Rule::Relatives.apply(&Person::default()), None);
    }

    #[test]
    fn no_rule_reads_the_place_of_origin() {
        let all = [
            Rule::IdPaper,
            Rule::IssuingAuthority,
            Rule::OldNumberRequest,
            Rule::FullNameUpper,
            Rule::ResidenceStreet,
            Rule::ResidenceProvince,
            Rule::IdPaperChange,
            Rule::MarriagePurpose,
            Rule::Relatives,
        ];
        assert!(all.iter().all(|rule| !rule.needs().contains(&Fact::PlaceOfOrigin)));
    }
}
