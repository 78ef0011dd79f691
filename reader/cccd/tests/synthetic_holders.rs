//! What the personaliser of `virtual-card` writes about a person, the reader finds: written apart, they meet here.

use cccd::agreement;
use cccd::card_date::{CardDate, Expiry};
use cccd::dg13::{Dg13, ItemNumber};
use cccd::holder::{Chip, Given, Holder};
use cccd::mrz::DocumentMrz;
use cccd::qr_text::{self, QrCard, QrContent};
use icao9303::check::Status;
use icao9303::lds::dg1::Dg1;
use jiff::civil::date;
use virtual_card::person::{self, EMBEDDED, Layout, Person};
use virtual_card::personalise::{IssuedCard, personalise};
use virtual_card::profile::Profile;

fn card(person: &str, profile: &str) -> IssuedCard {
    let mut profile = Profile::from_toml(profile).unwrap_or_else(|error| panic!("{profile}: {error}"));
    profile.person = person.into();
    profile.seed = Some(1);
    // What is looked at here needs neither.
    profile.portrait.present = Some(false);
    profile.master_list.present = false;
    personalise(&profile).unwrap_or_else(|error| panic!("{error}"))
}

/// Who has an ID card; the others have a passport.
fn with_card() -> impl Iterator<Item = &'static str> {
    let card = |text: &str| toml::from_str::<Person>(text).expect("a person").passport.is_none();
    EMBEDDED.iter().filter(move |(_, text)| card(text)).map(|(name, _)| *name)
}

fn dg13(card: &IssuedCard) -> Dg13 {
    Dg13::parse(&card.image.application_files[&0x010D]).unwrap_or_else(|error| panic!("{error}"))
}

fn mrz(card: &IssuedCard) -> DocumentMrz {
    let dg1 = Dg1::parse(&card.image.application_files[&0x0101]).unwrap_or_else(|error| panic!("{error}"));
    assert!(dg1.remarks.is_empty(), "{:?}", dg1.remarks);
    DocumentMrz::new(dg1.mrz, date(2026, 11, 21))
}

fn qr(card: &IssuedCard) -> QrCard {
    match qr_text::read(card.printed.qr_text.as_bytes()) {
        Ok(QrContent::Card(card)) => *card,
        other => panic!("not a card's text: {other:?}"),
    }
}

fn holder(card: &IssuedCard) -> Holder {
    let (dg13, mrz) = (dg13(card), mrz(card));
    Holder::from_sources(&Chip { dg1: Some(&mrz), dg13: Some(&dg13), ..Chip::default() }, &Given::default())
}

/// `None` where the holder has no such field, as where the person has not.
fn value(field: &Option<cccd::holder::Field<String>>) -> Option<&str> {
    field.as_ref()?.value.as_deref()
}

fn assert_is(holder: &Holder, person: &Person, case: &str) {
    for (found, written) in [
        (&holder.id_number, Some(&person.id_number)),
        (&holder.old_id_number, person.old_id_number.as_ref()),
        (&holder.full_name, Some(&person.full_name)),
        (&holder.nationality, Some(&person.nationality)),
        (&holder.ethnicity, Some(&person.ethnicity)),
        (&holder.religion, Some(&person.religion)),
        (&holder.place_of_origin, Some(&person.place_of_origin)),
        (&holder.place_of_residence, Some(&person.place_of_residence)),
        (&holder.identifying_features, person.identifying_features.as_ref()),
        (&holder.father_name, person.father.as_ref()),
        (&holder.mother_name, person.mother.as_ref()),
        (&holder.spouse_name, person.spouse.as_ref()),
    ] {
        assert_eq!(value(found), written.map(String::as_str), "{case}: {}", person.full_name);
    }
    let day = |date: virtual_card::calendar::Date| CardDate::parse(&date.to_string()).expect("a date");
    assert_eq!(holder.date_of_birth.as_ref().and_then(|field| field.value), Some(day(person.date_of_birth)), "{case}");
    assert_eq!(holder.date_of_issue.as_ref().and_then(|field| field.value), Some(day(person.date_of_issue)), "{case}");
}

#[test]
fn every_persons_card_says_the_same_in_dg1_dg13_and_on_its_print() {
    for name in with_card() {
        let card = card(name, "");
        assert_is(&holder(&card), &card.person, name);
        let (dg13, mrz, qr) = (dg13(&card), mrz(&card), qr(&card));
        assert!(dg13.remarks().is_empty(), "{name}: {:?}", dg13.remarks());
        assert!(mrz.problems().is_empty() && mrz.is_vietnamese_id_card(), "{name}: {:?}", mrz.problems());
        assert_eq!(qr.extra.len(), if card.person.card == Layout::Of2024 { 4 } else { 0 }, "{name}");
        let printed = DocumentMrz::parse(&card.printed.mrz.join("\n"), date(2026, 11, 21)).expect("lines");
        let chip = Chip { dg1: Some(&mrz), dg13: Some(&dg13), ..Chip::default() };
        let agreement = agreement::compare(&chip, &Given { qr: Some(&qr), mrz: Some(&printed), id_number: None });
        assert_eq!(agreement.check.status, Status::Passed, "{name}: {agreement:?}");
    }
}

#[test]
fn a_card_without_expiry_never_ends() {
    let card = card("tran-van-binh", "");
    assert!(mrz(&card).expiry().is_some_and(|expiry| expiry.date().is_none()));
    assert!(
        dg13(&card)
            .text(ItemNumber::DateOfExpiry)
            .is_some_and(|text| Expiry::parse(text).is_ok_and(|it| it.date().is_none()))
    );
}

#[test]
fn every_form_of_dg13_says_the_same() {
    for profile in [
        "[dg13]\nparents = \"one_sequence\"",
        "[dg13]\nparents = \"bare\"",
        "[dg13]\ndates = \"dashes\"",
        "[dg13]\ndates = \"day_first\"",
        "[dg13]\ndates = \"year_first\"",
        "[dg13]\ndates = \"text\"",
        "[dg13]\nstrings = \"utf8\"",
        "[dg13]\nstrings = \"printable\"",
        "[dg13]\nstrings = \"teletex\"",
        "[dg13]\nstrings = \"ia5\"",
        "[dg13]\nstrings = \"bmp\"",
        "[dg13]\nreversed = true",
        "[dg13]\nunknown_items = true",
        "[dg13]\nmissing = [16]",
    ] {
        for name in with_card() {
            let card = card(name, profile);
            assert_is(&holder(&card), &card.person, profile);
        }
    }
}

#[test]
fn a_gap_or_an_unreadable_item_costs_that_item_only() {
    for (profile, lost) in [("missing = [6, 7]", true), ("opaque = [6, 7]", true), ("long_values = true", false)] {
        let card = card("nguyen-thi-an", &format!("[dg13]\n{profile}"));
        let holder = holder(&card);
        assert_eq!(holder.ethnicity.is_none(), lost, "{profile}");
        assert_eq!(holder.religion.is_none(), lost, "{profile}");
        assert_eq!(value(&holder.mother_name), Some("Phạm Thị Dung"), "{profile}");
        assert!(value(&holder.place_of_residence).is_some_and(|text| text.ends_with("Thành phố Hà Nội")), "{profile}");
    }
}

#[test]
fn an_undecodable_dg13_is_refused_or_costs_what_is_cut() {
    let file = |undecodable: &str| {
        card("nguyen-thi-an", &format!("[dg13]\nundecodable = \"{undecodable}\"")).image.application_files[&0x010D]
            .clone()
    };
    assert!(Dg13::parse(&file("random")).is_err());
    for undecodable in ["truncated", "other_identifier"] {
        if let Ok(dg13) = Dg13::parse(&file(undecodable)) {
            assert!(!dg13.remarks().is_empty(), "{undecodable}");
        }
    }
}

#[test]
fn what_is_printed_otherwise_is_found() {
    let compare = |profile: &str| {
        let card = card("nguyen-thi-an", profile);
        let (dg13, mrz, qr) = (dg13(&card), mrz(&card), qr(&card));
        let chip = Chip { dg1: Some(&mrz), dg13: Some(&dg13), ..Chip::default() };
        agreement::compare(&chip, &Given { qr: Some(&qr), ..Given::default() }).check
    };
    assert_eq!(compare("[print.changes]\nid_number = \"001190999999\"").status, Status::Failed);
    assert_eq!(compare("[print.changes]\nfull_name = \"Nguyễn Thị Ánh Tuyết\"").status, Status::Unknown);
    assert_eq!(compare("[dg13]\nreplace = { 3 = \"16/03/1990\" }").status, Status::Unknown);
}

#[test]
fn the_check_digits_of_both_sides_agree() {
    for text in ["190123456", "900315", "991231", "AB2134<<<", ""] {
        let theirs = icao9303::mrz::check_digit(text).map(String::from);
        assert_eq!(Some(person::check_digit(text)), theirs, "{text}");
    }
}
