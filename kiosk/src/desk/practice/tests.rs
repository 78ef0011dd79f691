use std::collections::BTreeSet;

use cccd::assessment::Yardstick;
use cccd::can::Can;
use cccd::credentials::Credentials;
use cccd::live::{self, Live};
use cccd::messages::Words;
use cccd::mrz::DocumentMrz;
use cccd::qr_text::{self, QrContent};
use cccd::read::{AccessChoice, Goal, ReadError, Request, Statistics};
use cccd::verdict::Verdict;
use cccd_forms::facts::Fact;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use icao9303::check::Reason;
use jiff::Timestamp;

use super::*;
use crate::desk::clock;
use crate::desk::person::{DeskPerson, Way};

/// Reads a sample as the desk does: by its CAN, or by its QR code.
fn read(sample: &'static Sample, by_code: bool) -> Result<Live, ReadError> {
    let card = PracticeCard::new(sample, LinkModel::default(), Duration::from_millis(2600)).unwrap();
    let credentials = if by_code {
        let QrContent::Card(code) = qr_text::read_str(card.qr_text()).unwrap() else { panic!("a card's code") };
        Credentials::of_qr(code, card.qr_text().to_owned().into())
    } else if card.is_passport() {
        Credentials::of_mrz(DocumentMrz::parse(card.mrz(), clock::today()).unwrap()).unwrap()
    } else {
        Credentials::of_can(&Can::parse(&card.printed_number()[6..]).unwrap())
    };
    let request = Request {
        keys: credentials.keys.clone(),
        access: AccessChoice::Auto,
        bac_fallback: false,
        goal: Goal { groups: None, com: false },
        challenge: None,
        terminal: None,
    };
    let (source, trusted) = card.source().unwrap();
    let by = Yardstick { trusted: &trusted, at: Timestamp::now(), given: credentials.given() };
    let rng = Box::new(UnwrapErr(SysRng));
    live::read(source, request, &by, &Statistics::start(), rng, Box::new(|_| {}), &mut |_| {})
}

fn sample(id: &str) -> &'static Sample {
    SAMPLES.iter().find(|sample| sample.id == id).unwrap()
}

#[test]
fn samples_have_names_of_their_own_and_say_what_they_show() {
    let names: BTreeSet<_> = SAMPLES.iter().map(|sample| sample.id).collect();
    assert_eq!(names.len(), SAMPLES.len());
    for sample in SAMPLES {
        assert!(sample.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
        let texts = [sample.title_vi, sample.title_en, sample.about_vi, sample.about_en];
        assert!(texts.iter().all(|text| !text.is_empty()), "{}", sample.id);
    }
    assert!(card("nobody").is_none());
}

#[test]
fn good_cards_are_read_and_found_genuine() {
    for sample in SAMPLES.iter().filter(|sample| !sample.faulty) {
        let live = read(sample, false).unwrap();
        assert_eq!(live.assessment.verdict, Verdict::Genuine, "{}", sample.id);
        let name = live.assessment.holder.full_name.and_then(|name| name.value).unwrap();
        let said = if sample.id == "passport" { "LINDQVIST ELSA MARIA" } else { sample.title_vi };
        assert!(said.starts_with(&name), "{}: {name}", sample.id);
        let portrait = live.assessment.portrait.map(|portrait| portrait.format);
        let expected = match sample.id {
            "han" => None,
            "jpeg2000" => Some("jpeg2000"),
            _ => Some("jpeg"),
        };
        assert_eq!(portrait, expected, "{}", sample.id);
    }
}

#[test]
fn a_foreigners_passport_is_named_as_one_and_has_its_number_in_the_place_of_an_id_number() {
    let live = read(sample("passport"), false).unwrap();
    let person = DeskPerson::of_chip(&live.assessment, None, Timestamp::now(), true);
    assert_eq!((person.way, person.way.of_guidance()), (Way::Passport, None));
    assert_eq!(person.facts.passport_alone(), Some("UT4821907"));
    assert_eq!(person.identity().as_deref().map(String::as_str), Some("Utopia/UT4821907"));
    for (fact, text) in [(Fact::Nationality, "Utopia"), (Fact::PassportState, "Utopia"), (Fact::Sex, "Nữ")] {
        assert_eq!(person.text(fact), Some(text));
    }
    let shown = |words: &Words| format!("{} {}", words.vi, words.en).to_lowercase();
    for line in &person.checks {
        let said = shown(&line.name) + &shown(&line.found);
        assert!(!said.contains("thẻ") && !said.contains("card"), "{said}");
    }
}

#[test]
fn each_fault_of_the_data_is_found_for_what_it_is() {
    let expected = [
        ("expired", Verdict::Rejected, Reason::Expired),
        ("clone", Verdict::Rejected, Reason::Clone),
        ("tampered", Verdict::Rejected, Reason::HashMismatch),
        ("contradiction", Verdict::Unconfirmed, Reason::ChipDataDiffers),
        ("unknown-issuer", Verdict::Unconfirmed, Reason::UnknownIssuer),
        ("revoked", Verdict::Rejected, Reason::Revoked),
    ];
    for (id, verdict, reason) in expected {
        let assessment = read(sample(id), false).unwrap().assessment;
        assert_eq!(assessment.verdict, verdict, "{id}");
        assert!(assessment.checks.named().into_iter().any(|(_, check)| check.reason == Some(reason)), "{id}");
    }
}

#[test]
fn another_cards_print_is_found_by_its_code_only() {
    assert_eq!(read(sample("print-differs"), false).unwrap().assessment.verdict, Verdict::Genuine);
    assert_eq!(read(sample("print-differs"), true).unwrap().assessment.verdict, Verdict::Rejected);
}

#[test]
fn a_card_that_is_put_back_is_read_to_the_end_and_one_that_is_not_is_given_up() {
    let live = read(sample("pulled"), false).unwrap();
    assert_eq!((live.reading.restarts, live.assessment.verdict), (1, Verdict::Genuine));
    assert_eq!(read(sample("gone"), false).unwrap_err().code(), "card_removed");
}

#[test]
fn a_wrong_number_is_refused_with_the_tries_that_are_left() {
    let error = read(sample("wrong-can"), false).unwrap_err();
    assert_eq!(error.code(), "wrong_password");
    assert!(error.hint().is_some_and(|hint| hint.vi.contains("lần thử")));
}
