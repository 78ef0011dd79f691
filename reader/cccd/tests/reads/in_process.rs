//! `cccd read --virtual`: every layer but the PC/SC service.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::card::profile_file;
use crate::output::{Run, cccd, raw};

pub fn read_virtual(profile: &str, more: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let path = profile_file(folder.path(), profile);
    let mut arguments = vec!["read", "--virtual", path.to_str().unwrap()];
    arguments.extend(more);
    cccd(&arguments)
}

#[test]
fn the_usual_card_is_genuine_within_its_number_of_commands() {
    let run = cccd(&["read", "--virtual"]).expect_exit(0);
    assert_eq!(run.json["verdict"], "genuine");
    assert_eq!(run.json["holder"]["full_name"]["value"], "Nguyễn Thị An");
    assert!(run.json["timing"]["apdus"].as_u64().unwrap() <= 95, "{:#}", run.json["timing"]);
    assert_eq!(run.json["reader"]["extended_length"], false);
}

#[test]
fn without_an_anchor_a_good_card_is_unconfirmed_and_never_rejected() {
    let folder = crate::card::Folder::of("seed = 2");
    let other = folder.path("csca.der");
    let run = read_virtual("seed = 3", &["--trust", other.to_str().unwrap()]).expect_exit(3);
    assert_eq!(run.json["verdict"], "unconfirmed");
    assert_eq!(run.check("issuer").0, "unknown");
    assert_eq!(run.check("sod_signature"), ("passed", None));
}

#[test]
fn a_copied_chip_is_rejected_and_still_read_whole() {
    let run = read_virtual("[faults]\nclone = { chip_authentication = true }", &[]).expect_exit(4);
    assert_eq!(run.check("chip_authentication"), ("failed", Some("clone")));
    assert_eq!(run.check("data_group_hashes"), ("passed", None));
    assert!(run.json["portrait"].is_object());
    let run = read_virtual("[faults]\nclone = { active_authentication = true }", &[]).expect_exit(4);
    assert_eq!(run.check("active_authentication"), ("failed", Some("clone")));
}

#[test]
fn a_cut_answer_under_the_new_keys_is_no_proof_and_the_rest_is_still_read() {
    for what in ["what = \"truncate\", bytes = 4", "what = \"unprotected\""] {
        let run =
            read_virtual(&format!("[faults]\nanswers = [{{ session = 2, times = 1, {what} }}]"), &[]).expect_exit(3);
        assert_eq!(run.check("chip_authentication"), ("unknown", Some("no_answer")), "{what}");
        assert_eq!(run.check("active_authentication"), ("passed", None), "{what}");
        assert_eq!(run.check("data_group_hashes"), ("passed", None), "{what}");
    }
}

#[test]
fn an_unsigned_dg1_does_not_name_the_issuing_state() {
    let run = read_virtual("[sod]\nunlisted = [\"DG1\"]", &["--dg", "1,13"]).expect_exit(3);
    assert_eq!(run.json["checks"]["data_group_hashes"]["groups"]["DG1"], "not_in_sod");
    assert_eq!(run.check("issuer"), ("unknown", Some("not_read")));
}

#[test]
fn a_tampered_group_is_rejected() {
    let run = read_virtual("[files]\ntampered = [\"DG13\"]", &[]).expect_exit(4);
    assert_eq!(run.check("data_group_hashes"), ("failed", Some("hash_mismatch")));
    assert_eq!(run.json["checks"]["data_group_hashes"]["groups"]["DG13"], "mismatch");
}

#[test]
fn a_hidden_key_leaves_the_card_unconfirmed_whatever_the_status_word() {
    for (group, check) in [("DG14", "chip_authentication"), ("DG15", "active_authentication")] {
        for status in ["6A82", "6982", "6F00"] {
            let profile = format!("[faults]\nhidden = [{{ file = \"{group}\", status = \"{status}\" }}]");
            let run = read_virtual(&profile, &[]).expect_exit(3);
            assert_eq!(run.check(check), ("unknown", Some("file_missing")), "{group} {status}");
            assert_eq!(run.check("data_group_hashes"), ("unknown", Some("file_missing")), "{group} {status}");
        }
    }
}

#[test]
fn reading_less_drops_no_proof() {
    let run = read_virtual("", &["--dg", "1,13"]).expect_exit(0);
    let groups = run.json["checks"]["data_group_hashes"]["groups"].clone();
    assert_eq!(groups["DG2"], "not_read");
    assert_eq!(run.json["portrait"], serde_json::Value::Null);
    for proof in ["chip_authentication", "active_authentication"] {
        assert_eq!(run.check(proof), ("passed", None));
    }
}

#[test]
fn extended_length_takes_few_commands() {
    let profile = "[files]\nextended_length = { command = 65535, response = 65535 }";
    let run = read_virtual(profile, &[]).expect_exit(0);
    assert_eq!(run.json["reader"]["extended_length"], true);
    assert!(run.json["timing"]["apdus"].as_u64().unwrap() <= 24, "{:#}", run.json["timing"]);
}

#[test]
fn a_chip_that_announces_extended_length_and_refuses_it_is_read_in_short() {
    let profile =
        "[files]\nextended_length = { command = 65535, response = 65535 }\n[faults]\nextended_length_refused = true";
    let run = read_virtual(profile, &[]).expect_exit(0);
    assert_eq!(run.json["reader"]["extended_length"], false);
}

#[test]
fn bac_opens_what_offers_no_pace_and_is_chosen_where_asked_for() {
    let mrz = "IDVNM1901234569001190123456<<0\\n9003152F3003150VNM<<<<<<<<<<<2\\nNGUYEN<<THI<AN<<<<<<<<<<<<<<<<";
    let run = read_virtual("[access]\npace = []", &["--mrz", mrz]).expect_exit(0);
    assert_eq!(run.json["access"]["protocol"], "BAC");
    assert_eq!(run.check("access_offer").0, "not_offered");
    let run = read_virtual("", &["--mrz", mrz, "--access", "bac"]).expect_exit(0);
    assert_eq!(run.json["access"]["protocol"], "BAC");
}

#[test]
fn the_password_may_come_as_id_number_or_as_the_text_of_the_qr_code() {
    let run = read_virtual("", &["--id", "001190123456"]).expect_exit(0);
    assert_eq!(run.check("agreement").0, "passed");
    let text = "001190123456|123456789|Nguyễn Thị Ân|15031990|Nữ|Phường Trúc Bạch|20042021";
    let run = read_virtual("", &["--qr-text", text]).expect_exit(3);
    assert_eq!(run.check("agreement"), ("unknown", Some("print_differs")));
}

#[test]
fn what_was_dumped_verifies_offline_and_is_never_genuine() {
    let folder = crate::card::Folder::usual();
    let (dump, photo) = (folder.beside("dump"), folder.beside("photo.jpg"));
    let profile = folder.path("profile.toml");
    let mut arguments: Vec<String> = ["read", "--virtual", profile.to_str().unwrap()].map(String::from).into();
    arguments.extend(["--dump", dump.to_str().unwrap(), "--photo", photo.to_str().unwrap()].map(String::from));
    let read = cccd(&arguments).expect_exit(0);
    assert_eq!(fs::metadata(&photo).unwrap().len(), read.json["portrait"]["bytes"].as_u64().unwrap());
    for (name, size) in read.json["files"].as_object().unwrap() {
        let file = fs::metadata(dump.join(format!("{name}.bin"))).unwrap();
        assert_eq!(file.len(), size.as_u64().unwrap());
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
    let mut arguments = vec!["verify".to_owned(), dump.display().to_string()];
    arguments.extend(folder.vouchers());
    let verified = cccd(&arguments).expect_exit(3);
    assert_eq!(verified.json["verdict"], "unconfirmed");
    assert_eq!(verified.json["live"], false);
    assert_eq!(verified.check("issuer"), ("passed", None));
    assert_eq!(verified.check("chip_authentication"), ("skipped", None));
}

#[test]
fn a_pipe_gets_plain_text_without_escape_sequences() {
    let output = raw(&["read", "--virtual"], &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Nguyễn Thị An") && text.contains("THẺ THẬT"), "{text}");
    assert!(!text.contains('\x1b'));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_file_refused_without_protection_costs_no_other_file_whatever_the_chip_counts() {
    for habit in ["counted", "uncounted", "end_session"] {
        let profile = format!("[faults]\nhidden = [{{ file = \"DG13\" }}]\nunprotected_errors = \"{habit}\"");
        let run = read_virtual(&profile, &[]).expect_exit(3);
        assert_eq!(run.json["checks"]["data_group_hashes"]["groups"]["DG13"], "missing", "{habit}");
        assert_eq!(run.json["checks"]["data_group_hashes"]["groups"]["DG2"], "match", "{habit}");
        assert_eq!(run.check("chip_authentication"), ("passed", None), "{habit}");
        assert_eq!(run.check("active_authentication"), ("passed", None), "{habit}");
    }
}
