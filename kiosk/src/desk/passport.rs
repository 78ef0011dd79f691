//! A foreigner's passport: what its machine readable zone says in the words of forms, and what is said of a card said of it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use cccd::messages::Words;
use cccd::mrz::DocumentMrz;
use cccd_forms::facts::{Fact, Known, Origin, Person};
use icao9303::mrz::Format;

/// The names of states (`seeds/states.toml`) by the letters of the zone. Part of the program, and a test reads it.
static STATES: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| toml::from_str(include_str!("../../../seeds/states.toml")).unwrap_or_default());

/// The state of a code (ICAO Doc 9303-3, section 5) in Vietnamese; a code that nobody knows stays as it is.
pub fn state_name(code: &str) -> &str {
    STATES.get(code).map_or(code, String::as_str)
}

/// Whether this is the zone of a passport: a booklet of two lines of 44, whose first letter is P (Doc 9303-4, 4.2.2).
pub fn is_passport(mrz: &DocumentMrz) -> bool {
    mrz.mrz().format() == Format::Td3 && mrz.mrz().document_code().starts_with('P')
}

/// Puts the passport's own facts to those of its holder. The day on which it was issued is taken from who has an ID number:
/// that day is the card's on every form.
pub fn add_to(person: &mut Person, mrz: &DocumentMrz, origin: Origin) {
    if !is_passport(mrz) {
        return;
    }
    let known = |text: &str| Known { text: text.to_owned(), origin };
    let facts = [
        (Fact::PassportNumber, mrz.document_number().to_string()),
        (Fact::PassportState, state_name(mrz.mrz().issuing_state()).to_owned()),
    ];
    for (fact, text) in facts.iter().filter(|(_, text)| !text.is_empty()) {
        person.facts.insert(*fact, known(text));
    }
    if person.facts.contains_key(&Fact::IdNumber) {
        person.facts.remove(&Fact::DateOfIssue);
    }
}

/// What is said of a card, said of a passport.
pub fn of_passport(words: &Words) -> Words {
    let vi = [("thẻ căn cước", "hộ chiếu"), ("Thẻ căn cước", "Hộ chiếu"), ("thẻ", "hộ chiếu"), ("Thẻ", "Hộ chiếu")];
    let en = [("ID card", "passport"), ("card", "passport"), ("Card", "Passport")];
    let said =
        |text: &str, pairs: &[(&str, &str)]| pairs.iter().fold(text.to_owned(), |text, (of, to)| text.replace(of, to));
    Words::new(said(&words.vi, &vi), said(&words.en, &en))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn states_have_vietnamese_names_and_an_unknown_code_stays() {
        assert_eq!(STATES.len(), 249 + 27);
        assert_eq!(
            ["VNM", "D", "USA", "XXA", "UTO", "QQQ"].map(state_name),
            ["Việt Nam", "Đức", "Hoa Kỳ", "Không quốc tịch", "Utopia", "QQQ"]
        );
    }

    #[test]
    fn a_passport_has_its_number_and_its_state_and_a_card_has_neither() {
        let facts = |lines: &str| {
            let mut person = Person::default();
            add_to(&mut person, &DocumentMrz::parse(lines, date(2026, 11, 22)).unwrap(), Origin::ChipVerified);
            [Fact::PassportNumber, Fact::PassportState].map(|fact| person.text(fact).to_owned())
        };
        let td3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
        assert_eq!(facts(td3), ["L898902C3", "Utopia"]);
        let card = "IDVNM1901234569001190123456<<0\n9003152F3003150VNM<<<<<<<<<<<2\nNGUYEN<<THI<AN<<<<<<<<<<<<<<<<";
        assert_eq!(facts(card), ["", ""]);
    }

    #[test]
    fn what_is_said_of_a_card_is_said_of_a_passport() {
        let said = of_passport(&Words::new("Thẻ hết hạn: xem thẻ căn cước.", "The card has expired: see the ID card."));
        assert_eq!(said, Words::new("Hộ chiếu hết hạn: xem hộ chiếu.", "The passport has expired: see the passport."));
    }
}
