//! The passport of a foreigner: TD3, no DG13, another state's issuer.

use cccd::credentials::Credentials;
use cccd::mrz::DocumentMrz;

use crate::in_process::read_virtual;
use crate::output::Run;

const PASSPORT: &str = include_str!("../../../../tests/virtual-card/profiles/passport-foreign.toml");

/// The profile with other lines before its first table.
fn with(more: &str, tables: &str) -> String {
    format!("{more}\n{PASSPORT}\n{tables}")
}

fn field<'a>(run: &'a Run, name: &str) -> &'a str {
    run.json["holder"][name]["value"].as_str().unwrap_or_default()
}

#[test]
fn a_passport_is_opened_by_its_two_lines_and_says_who_it_is_in_dg1() {
    let run = read_virtual(PASSPORT, &[]).expect_exit(0);
    assert_eq!(
        (run.json["verdict"].as_str(), run.json["access"]["protocol"].as_str()),
        (Some("genuine"), Some("PACE"))
    );
    for (name, value) in [
        ("full_name", "LINDQVIST ELSA MARIA"),
        ("document_number", "UT4821907"),
        ("issuing_state", "UTO"),
        ("nationality", "UTO"),
        ("date_of_birth", "1991-08-12"),
        ("date_of_expiry", "2034-05-31"),
        ("sex", "female"),
    ] {
        assert_eq!(field(&run, name), value, "{name}");
        assert_eq!(run.json["holder"][name]["source"], "DG1", "{name}");
    }
    for name in ["id_number", "old_id_number", "place_of_origin", "place_of_residence", "ethnicity"] {
        assert!(run.json["holder"][name].is_null(), "{name}");
    }
    assert_eq!(run.check("agreement"), ("passed", None));
    assert_eq!(run.check("issuer"), ("passed", None));
    assert_eq!(run.json["warnings"].as_array().map(Vec::len), Some(0), "{:#}", run.json["warnings"]);
}

#[test]
fn an_older_passport_is_opened_by_bac() {
    let old = PASSPORT.replace("has_can = false", "has_can = false\npace = []");
    let run = read_virtual(&old, &[]).expect_exit(0);
    assert_eq!((run.json["verdict"].as_str(), run.json["access"]["protocol"].as_str()), (Some("genuine"), Some("BAC")));
}

#[test]
fn a_passport_of_a_state_that_nobody_vouches_for_is_unconfirmed_and_read_all_the_same() {
    let run = read_virtual(&PASSPORT.replace("[csca.name]", "[csca]\nexported = false\n\n[csca.name]"), &[]);
    let run = run.expect_exit(3);
    assert_eq!(run.json["verdict"], "unconfirmed");
    assert_eq!(run.check("issuer"), ("unknown", Some("unknown_issuer")));
    assert_eq!(run.check("sod_signature"), ("passed", None));
    assert_eq!(field(&run, "document_number"), "UT4821907");
}

#[test]
fn a_passport_that_names_a_state_which_did_not_sign_it_is_unconfirmed() {
    let other = "[changes.passport]\nnumber = \"UT4821907\"\nissuing_state = \"D\"\nnationality = \"D\"";
    let run = read_virtual(&with("", other), &[]).expect_exit(3);
    assert_eq!(run.check("issuer"), ("unknown", Some("wrong_issuer")));
    assert_eq!(field(&run, "nationality"), "D");
}

#[test]
fn a_sex_that_is_not_said_is_said_so() {
    let run = read_virtual(&with("changes.sex = \"unspecified\"", ""), &[]).expect_exit(0);
    assert_eq!(field(&run, "sex"), "unspecified");
}

#[test]
fn vietnamese_data_under_another_states_signature_count_as_a_contradiction() {
    let run = read_virtual(&PASSPORT.replace("present = false", "present = true"), &[]).expect_exit(3);
    assert_eq!(run.check("agreement"), ("unknown", Some("chip_data_differs")));
}

#[test]
fn the_two_lines_of_another_passport_do_not_open_it() {
    let lines = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
    let mrz = DocumentMrz::parse(lines, jiff::civil::date(2026, 11, 22)).expect("lines");
    assert!(Credentials::of_mrz(mrz).expect("a key").keys.mrz.is_some());
    read_virtual(PASSPORT, &["--mrz", &lines.replace('\n', "\\n")]).expect_error(5, "wrong_password");
}
