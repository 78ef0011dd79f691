//! PACE with chip authentication mapping: the proof that EF.CardSecurity's key decides.

use cccd::assessment::Assessment;
use icao9303::check::Status;

use crate::card::Folder;
use crate::shim::{judge, read_past, request, state};

const PASSED: (Status, Option<&str>) = (Status::Passed, None);

/// A card with chip authentication mapping and no other Chip Authentication nor Active Authentication.
fn read_card(more: &str) -> Assessment {
    let card = Folder::of(&format!(
        "{more}\n[[access.pace]]\nmapping = \"chip_authentication\"\n[chip_authentication]\nkeys = []\n\
         [active_authentication]\noffered = false"
    ));
    let reading = read_past(&card, &request(), &mut |_| None).expect("a reading");
    judge(&card, &reading)
}

fn chip(found: &Assessment) -> (Status, Option<&'static str>) {
    state(&found.checks.chip_authentication)
}

#[test]
fn a_proof_under_the_key_of_a_verified_card_security_counts_as_chip_authentication() {
    let found = read_card("");
    assert_eq!((chip(&found), state(&found.checks.access_offer)), (PASSED, PASSED));
    assert_eq!(found.verdict.as_str(), "genuine");
}

#[test]
fn a_copy_without_the_key_of_card_security_is_found_out() {
    let found = read_card("[faults]\nclone = { chip_authentication_mapping = true }");
    assert_eq!(chip(&found), (Status::Failed, Some("clone")));
    assert_eq!(found.verdict.as_str(), "rejected");
}

#[test]
fn without_the_issuers_card_security_the_proof_shows_nothing() {
    for (more, reason) in [
        ("[faults]\nhidden = [{ file = \"EF.CardSecurity\" }]", "file_missing"),
        ("[access]\ncard_security_tampered = \"content\"", "signature_invalid"),
        ("[access]\ncard_security_tampered = \"signature\"", "signature_invalid"),
    ] {
        let found = read_card(more);
        assert_eq!(chip(&found), (Status::Unknown, Some(reason)), "{more}");
        assert_eq!(found.verdict.as_str(), "unconfirmed", "{more}");
    }
}

#[test]
fn where_the_mapping_is_refused_the_other_proof_is_no_substitute_for_it() {
    // Somebody with a copy of the files refuses chip authentication mapping and has the real chip answer the rest.
    let card = Folder::of(
        "[[access.pace]]\nmapping = \"chip_authentication\"\n[[access.pace]]\nmapping = \"generic\"\n\
         [chip_authentication]\nkeys = []\n[faults]\nanswers = [{ ins = \"22\", what = \"refuse\", status = \"6A80\", times = 1 }]",
    );
    let reading = read_past(&card, &request(), &mut |_| None).expect("a reading");
    let found = judge(&card, &reading);
    assert_eq!(chip(&found), (Status::Unknown, Some("no_answer")));
    assert_eq!(state(&found.checks.active_authentication), PASSED);
    assert_eq!(found.verdict.as_str(), "unconfirmed");
}

#[test]
fn the_mapping_is_taken_before_a_stronger_variant_that_proves_nothing() {
    let card = Folder::of(
        "[[access.pace]]\nmapping = \"generic\"\ncipher = \"aes-256\"\ncurve = \"brainpoolP384r1\"\n[[access.pace]]\n\
         mapping = \"chip_authentication\"\n[chip_authentication]\nkeys = []",
    );
    let reading = read_past(&card, &request(), &mut |_| None).expect("a reading");
    let found = judge(&card, &reading);
    assert_eq!((chip(&found), found.verdict.as_str()), (PASSED, "genuine"));
}
