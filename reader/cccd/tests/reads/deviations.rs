//! What real documents do otherwise than the standard, or than most: each is a switch of the simulated chip, and none of it
//! makes a good card look bad, or a bad one good.

use crate::in_process::read_virtual;

const MRZ: &str = "IDVNM1901234569001190123456<<0\\n9003152F3003150VNM<<<<<<<<<<<2\\nNGUYEN<<THI<AN<<<<<<<<<<<<<<<<";
const LONG: &str = "[files]\nextended_length = { command = 65535, response = 65535 }\n";

/// Reads a card of that profile and expects it to be genuine.
#[track_caller]
fn genuine(profile: &str) {
    let run = read_virtual(profile, &[]);
    assert_eq!((run.exit, &run.json["verdict"]), (0, &"genuine".into()), "{profile}\n{}\n{:#}", run.stderr, run.json);
}

#[test]
fn select_mf_refused_is_no_obstacle() {
    for faults in [
        "select_master_file = \"6D00\"",
        "select_master_file = \"6A82\"\ncard_access_by_selection_only = true",
        "select_master_file = \"6985\"",
        "select_with_le_refused = true",
        "select_gives_fci = true",
    ] {
        genuine(&format!("[faults]\n{faults}"));
    }
}

#[test]
fn files_are_found_by_whichever_identifier_the_chip_knows() {
    for habit in ["counted", "uncounted", "nothing_counted"] {
        genuine(&format!("[faults]\naddressing = \"selection\"\nunprotected_errors = \"{habit}\""));
    }
    genuine("[faults]\naddressing = \"selection\"");
    genuine("[faults]\naddressing = \"short_identifier\"");
}

#[test]
fn blocks_of_every_size_are_put_together() {
    for faults in [
        "read_at_most = 100",
        "read_at_most = 127",
        "max_le = 100",
        "max_le = 127",
        "wrong_le_hint = 100",
        "wrong_le_hint = 100\nunprotected_errors = \"uncounted\"",
        "ignores_le = true",
        "end_of_file = \"6282\"",
        "end_of_file = \"9000\"",
        "read_beyond_end = \"6700\"",
        "read_beyond_end = \"6B00\"",
        "max_lc = 100",
    ] {
        genuine(&format!("[faults]\n{faults}"));
        genuine(&format!("{LONG}[faults]\n{faults}"));
    }
}

#[test]
fn pace_is_passed_inside_the_application_and_outside_wherever_the_chip_wants_it() {
    genuine("[faults]\npace_in_master_file_only = true");
    genuine("[faults]\npace_in_application_only = true");
}

#[test]
fn of_several_parameter_sets_one_that_works_is_enough() {
    let offers = "[access]\npace = [{ }, { cipher = \"aes-256\", curve = \"secp384r1\" }]";
    genuine(offers);
    genuine(&format!("{offers}\n[faults]\npace_first_offer_only = true"));
}

#[test]
fn pace_that_only_the_signed_copy_offers_is_told() {
    let run = read_virtual("[access]\ncard_access = []", &["--mrz", MRZ]).expect_exit(3);
    assert_eq!(run.json["access"]["protocol"], "BAC");
    assert_eq!(run.check("access_offer"), ("unknown", Some("tampered_offer")));
}

#[test]
fn a_wrong_can_is_told_whether_the_chip_counts_tries_or_not() {
    for tries in ["", "tries = 3"] {
        let run = read_virtual(&format!("[faults]\n{tries}"), &["--can", "999999"]).expect_exit(5);
        assert_eq!(run.json["error"]["code"], "wrong_password", "{tries}");
    }
}

#[test]
fn an_rsa_proof_of_256_bytes_passes_over_every_length() {
    let proof = "[active_authentication]\nkey = \"rsa-2048\"\n[faults]\n";
    for faults in ["", "pieces_under_protection = true"] {
        genuine(&format!("{proof}{faults}"));
    }
    for faults in [
        "",
        "active_authentication = { extended_length_only = \"6700\" }",
        "active_authentication = \"short_length_only\"",
    ] {
        genuine(&format!("{LONG}{proof}{faults}"));
    }
}

#[test]
fn an_ecdsa_proof_in_der_passes() {
    genuine("[active_authentication]\nder = true");
}

#[test]
fn a_key_that_nobody_signed_proves_nothing_and_spoils_nothing() {
    let run = read_virtual("[sod]\nversion = 0\nunlisted = [\"DG15\"]", &[]);
    assert_eq!(run.check("active_authentication").0, "not_offered", "{:#}", run.json);
    assert_eq!(run.check("chip_authentication"), ("passed", None));
    assert_eq!(run.json["verdict"], "genuine");
}

#[test]
fn ef_com_and_ef_dir_are_nobodys_loss() {
    for status in ["6A82", "6982", "6D00"] {
        genuine(&format!("[faults]\nhidden = [{{ file = \"EF.COM\", status = \"{status}\" }}]"));
        genuine(&format!("[files]\ndir = true\n[faults]\nhidden = [{{ file = \"EF.DIR\", status = \"{status}\" }}]"));
    }
}

#[test]
fn old_identifiers_and_indefinite_lengths_are_understood() {
    genuine("[sod]\ncontent_type = \"1.2.528.1.1006.1.20.1\"");
    genuine("[sod]\ncontent_type = \"1.3.27.1.1.1\"\nencoding = \"ber\"");
    genuine("[document_signer.signing]\nkey = \"rsa-1024\"\ndigest = \"sha-1\"\n[sod]\nidentifiers = \"old\"");
}

#[test]
fn additional_details_are_read_however_they_are_written() {
    for dates in ["digits", "bcd", "text", "partial"] {
        for empty in [false, true] {
            genuine(&format!(
                "files = {{ optional = [\"DG11\", \"DG12\"] }}\nadditional_details = {{ dates = \"{dates}\", empty_fields = {empty} }}"
            ));
        }
    }
}

#[test]
fn groups_with_nothing_in_them_cost_no_other_field() {
    let run = read_virtual("[dg13]\nundecodable = \"empty\"", &[]).expect_exit(0);
    assert_eq!(run.json["holder"]["full_name"]["source"], "DG1", "{:#}", run.json);
    genuine("[portrait]\nwrong_inner_length = true");
}

#[test]
fn small_letters_in_the_machine_readable_zone_are_read() {
    let run = read_virtual("[files]\nlower_case_mrz = true", &[]);
    assert_eq!(run.json["holder"]["document_number"]["value"], "190123456", "{:#}", run.json);
    assert_eq!(run.check("data_group_hashes"), ("passed", None));
    assert_eq!(run.check("issuer"), ("passed", None));
}
