//! The offer of PACE, meddled with: whatever is taken out of EF.CardAccess, put in or changed, the signed copy of it shows
//! that, in DG14 or in EF.CardSecurity. No genuine card is rejected for it.

use cccd::assessment::Assessment;
use cccd::read::{AccessChoice, ReadError, Reading, Request};
use icao9303::card::Access;
use icao9303::check::Status;

use crate::card::Folder;
use crate::shim::{judge, read_past, request, state};

const PASSED: (Status, Option<&str>) = (Status::Passed, None);
const NOT_OFFERED: (Status, Option<&str>) = (Status::NotOffered, None);

fn unknown(reason: &'static str) -> (Status, Option<&'static str>) {
    (Status::Unknown, Some(reason))
}

/// The default card with this in its profile, read with nobody between.
fn read_card(profile: &str) -> (Reading, Assessment) {
    let card = Folder::of(profile);
    let reading = read_past(&card, &request(), &mut |_| None).expect("a reading");
    let found = judge(&card, &reading);
    (reading, found)
}

fn offer(found: &Assessment) -> (Status, Option<&'static str>) {
    state(&found.checks.access_offer)
}

/// READ BINARY of EF.CardAccess by its short identifier, before anything is protected.
fn reads_card_access(command: &[u8]) -> bool {
    command.starts_with(&[0x00, 0xB0, 0x9C])
}

/// The default card with this for its EF.CardAccess, by someone in between.
fn read_with_card_access(file: &[u8], request: &Request) -> Result<(Reading, Assessment), ReadError> {
    let card = Folder::usual();
    let answer = [file, &[0x90, 0x00]].concat();
    let reading = read_past(&card, request, &mut |command| reads_card_access(command).then(|| answer.clone()))?;
    let found = judge(&card, &reading);
    Ok((reading, found))
}

#[test]
fn an_offer_that_differs_from_dg14_in_any_way_is_seen_and_no_reason_to_reject() {
    let weak = "[[access.pace]]\ncipher = \"aes-128\"\n";
    let both = "[[access.pace]]\ncipher = \"aes-256\"\n[[access.pace]]\ncipher = \"aes-128\"\n";
    let shown =
        |offers: &[&str]| -> String { offers.iter().map(|o| format!("[[access.card_access]]\n{o}\n")).collect() };
    for (what, profile) in [
        ("the stronger mechanism is gone", format!("{both}{}", shown(&["cipher = \"aes-128\""]))),
        ("other domain parameters", format!("{weak}{}", shown(&["curve = \"secp256r1\""]))),
        ("they are spelt out", format!("[access]\ndomain_parameters_in_card_access = true\n{weak}")),
        ("one more mechanism", format!("{weak}{}", shown(&["cipher = \"aes-128\"", "cipher = \"aes-256\""]))),
        ("another mechanism", format!("{weak}{}", shown(&["cipher = \"3des\""]))),
    ] {
        let (reading, found) = read_card(&profile);
        assert!(matches!(reading.access, Access::Pace { .. }), "{what}");
        assert_eq!(offer(&found), unknown("tampered_offer"), "{what}");
        assert_eq!(found.verdict.as_str(), "unconfirmed", "{what}");
    }
    let swapped = shown(&["cipher = \"aes-128\"", "cipher = \"aes-256\""]);
    let (_, found) = read_card(&format!("{both}{swapped}"));
    assert_eq!((offer(&found), found.verdict.as_str()), (PASSED, "genuine"), "the order says nothing");
}

#[test]
fn without_card_access_bac_opens_the_chip_and_dg14_shows_that_it_offers_pace() {
    let (reading, found) = read_card("[faults]\nhidden = [{ file = \"EF.CardAccess\" }]");
    assert_eq!(reading.access, Access::Bac);
    assert_eq!((offer(&found), found.verdict.as_str()), (unknown("tampered_offer"), "unconfirmed"));
    // An offer of nothing is the same.
    let (reading, found) = read_with_card_access(&[0x31, 0x00], &request()).expect("a reading");
    assert_eq!(reading.access, Access::Bac);
    assert_eq!((offer(&found), found.verdict.as_str()), (unknown("tampered_offer"), "unconfirmed"));
}

#[test]
fn an_offer_that_cannot_be_read_opens_no_chip_unless_bac_was_chosen() {
    let garbled = [0x31, 0x04, 0x30, 0x02, 0x05, 0x00];
    let error = read_with_card_access(&garbled, &request()).expect_err("no channel");
    assert!(matches!(error, ReadError::UnclearOffer(_)), "{error}");
    let chosen = Request { access: AccessChoice::Bac, ..request() };
    let (_, found) = read_with_card_access(&garbled, &chosen).expect("a reading");
    assert_eq!((offer(&found), found.verdict.as_str()), (unknown("tampered_offer"), "unconfirmed"));
}

#[test]
fn bac_by_choice_changes_nothing_about_the_offer() {
    let card = Folder::usual();
    let chosen = Request { access: AccessChoice::Bac, ..request() };
    let reading = read_past(&card, &chosen, &mut |_| None).expect("a reading");
    let found = judge(&card, &reading);
    assert_eq!((offer(&found), found.verdict.as_str()), (PASSED, "genuine"));
}

#[test]
fn pace_that_someone_lets_fail_is_no_way_to_bac_unless_asked_for_and_then_said() {
    let card = Folder::usual();
    // GENERAL AUTHENTICATE of PACE, before anything is protected.
    let is_pace = |command: &[u8]| matches!(command, [0x00 | 0x10, 0x86, ..]);
    let mut fail = |command: &[u8]| is_pace(command).then(|| vec![0x63, 0x00]);
    let error = read_past(&card, &request(), &mut fail).expect_err("no channel");
    assert!(matches!(error, ReadError::Card(_)), "{error}");
    let allowed = Request { bac_fallback: true, ..request() };
    let reading = read_past(&card, &allowed, &mut fail).expect("a reading");
    assert_eq!(reading.access, Access::Bac);
    let found = judge(&card, &reading);
    assert_eq!((offer(&found), found.verdict.as_str()), (unknown("pace_failed"), "unconfirmed"));
}

#[test]
fn where_nothing_signed_repeats_the_offer_there_is_nothing_to_compare() {
    let (_, found) = read_card("[access]\npace_in_dg14 = false");
    assert_eq!((offer(&found), found.verdict.as_str()), (NOT_OFFERED, "genuine"));
}

/// A card whose DG14 says nothing about PACE and whose EF.CardSecurity does.
fn with_card_security(more: &str) -> String {
    format!("[faults]\nselect_master_file = \"9000\"\n[access]\npace_in_dg14 = false\ncard_security = true\n{more}")
}

#[test]
fn card_security_is_the_signed_copy_where_dg14_holds_none() {
    let (reading, found) = read_card(&with_card_security(""));
    assert!(reading.files.keys().any(|file| file.name() == "EF.CardSecurity"));
    assert_eq!((offer(&found), found.verdict.as_str()), (PASSED, "genuine"));
    let (_, found) = read_card(&with_card_security("[[access.card_access]]\ncurve = \"secp256r1\""));
    assert_eq!((offer(&found), found.verdict.as_str()), (unknown("tampered_offer"), "unconfirmed"));
}

#[test]
fn a_card_security_that_is_not_the_issuers_signs_nothing() {
    // Made to fit the changed offer, and with a bad signature.
    let fitted = "card_security_tampered = \"content\"\n[[access.card_access]]\ncurve = \"secp256r1\"";
    for changed in [fitted, "card_security_tampered = \"signature\""] {
        let (_, found) = read_card(&with_card_security(changed));
        assert_eq!((offer(&found), found.verdict.as_str()), (unknown("signature_invalid"), "unconfirmed"), "{changed}");
    }
}

#[test]
fn a_card_security_that_was_cut_short_signs_nothing() {
    // Cut short by someone in between, after its first block. EF.SOD, read before, has the same short identifier.
    let card = Folder::of(&with_card_security(""));
    let (mut begun, mut after) = (0, 0);
    let mut cut = |command: &[u8]| {
        begun += i32::from(command.starts_with(&[0x0C, 0xB0, 0x9D]));
        after += i32::from(begun == 2);
        (after == 2).then(|| vec![0x6B, 0x00])
    };
    let reading = read_past(&card, &request(), &mut cut).expect("a reading");
    let found = judge(&card, &reading);
    assert_eq!((offer(&found), found.verdict.as_str()), (unknown("file_missing"), "unconfirmed"));
}

#[test]
fn card_security_costs_nothing_where_dg14_signs_the_offer() {
    let plain = Folder::usual();
    let with = Folder::of("[access]\ncard_security = true");
    for card in [plain, with] {
        let reading = read_past(&card, &request(), &mut |_| None).expect("a reading");
        assert!(reading.files.keys().chain(reading.refused.keys()).all(|file| file.name() != "EF.CardSecurity"));
    }
}
