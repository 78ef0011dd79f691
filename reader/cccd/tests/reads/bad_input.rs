//! Wrong options, wrong passwords, other cards: the contract's exit code and error object, and a hint that helps.

use std::fs;

use qr_pictures::printed::PrintedCode;
use qr_pictures::sensor::Grey;
use qr_pictures::storage::Storage;
use qrcode::types::EcLevel;

use crate::card::profile_file;
use crate::output::{cccd, raw};

#[test]
fn wrong_usage_exits_with_2_and_says_so_in_json_too() {
    cccd(&["read", "--no-such-option"]).expect_error(2, "usage");
    cccd(&["no-such-command"]).expect_error(2, "usage");
    cccd(&["read", "--can", "123456", "--id", "001190123456"]).expect_error(2, "usage");
    cccd(&["read", "--timeout", "soon", "--can", "123456"]).expect_error(2, "usage");
}

#[test]
fn wrong_usage_is_said_to_programs_on_standard_output_and_to_people_on_standard_error() {
    let usage: [&[&str]; 4] = [&[], &["read", "--bogus"], &["raed"], &["trust", "remove"]];
    for arguments in usage {
        let run = cccd(arguments).expect_error(2, "usage");
        let (vi, en) = (&run.json["error"]["message_vi"], &run.json["error"]["message"]);
        for line in [vi, en].map(|line| line.as_str().unwrap()) {
            assert!(run.stderr.contains(line), "{line}: {}", run.stderr);
        }
        assert!(run.stderr.contains("Xem `cccd") && run.stderr.contains("See `cccd"), "{}", run.stderr);
    }
}

#[test]
fn every_malformed_value_has_a_hint_of_its_own_subject() {
    let rows: [(&[&str], &str, &str); 12] = [
        (&["trust", "list", "--at", "tomorrow"], "RFC 3339", "múi giờ"),
        (&["read", "--virtual", "--at", "tomorrow"], "RFC 3339", "múi giờ"),
        (&["trust", "remove", "zz"], "fingerprint", "Vân SHA-256"),
        (&["read", "--virtual", "--can", "12345"], "6 digits", "6 chữ số"),
        (&["read", "--virtual", "--id", "123"], "12 digits", "12 chữ số"),
        (&["read", "--virtual", "--dg", "17"], "1 to 16", "1 đến 16"),
        (&["read", "--virtual", "--challenge", "00"], "16 hexadecimal", "16 chữ số"),
        (&["read", "--virtual", "--can", "-"], "--can -", "--can -"),
        (&["mrz", "IDVNM"], "3 lines of 30", "3 dòng"),
        (&["qr-text", "001190123456|1|"], "7 or 11 fields", "7 hoặc 11"),
        (&["trace", "show", "/dev/null/missing"], "path", "đường dẫn"),
        (&["verify", "/dev/null/missing"], "path", "đường dẫn"),
    ];
    for (arguments, en, vi) in rows {
        let run = cccd(arguments).expect_exit(2);
        let error = &run.json["error"];
        assert!(error["hint"].as_str().unwrap().contains(en), "{arguments:?}: {error:#}");
        assert!(error["hint_vi"].as_str().unwrap().contains(vi), "{arguments:?}: {error:#}");
        assert!(!error["message_vi"].as_str().unwrap().is_empty(), "{arguments:?}");
    }
}

#[test]
fn with_no_password_and_nobody_to_ask_the_usage_is_wrong() {
    cccd(&["read"]).expect_error(2, "usage");
}

#[test]
fn malformed_values_are_found_before_a_card_is_touched() {
    let wrong: [&[&str]; 9] = [
        &["--can", "12345"],
        &["--can", "12a456"],
        &["--id", "00119012345"],
        &["--mrz", "IDVNM"],
        &["--mrz", "IDVNM1901234569001190123456<<0\n9003152F3003151VNM<<<<<<<<<<<2\nNGUYEN<<THI<AN<<<<<<<<<<<<<<<<"],
        &["--document", "190123456", "--birth", "900315", "--expiry", "301332"],
        &["--can", "123456", "--challenge", "0011"],
        &["--can", "123456", "--at", "yesterday"],
        &["--can", "123456", "--dg", "17"],
    ];
    for options in wrong {
        let run = cccd(&[&["read", "--virtual"], options].concat()).expect_error(2, "bad_input");
        let message = run.json["error"]["message"].as_str().unwrap();
        assert!(
            message.contains(options[options.len() - 2]) || message.contains("MRZ") || message.contains("--document"),
            "{message}"
        );
    }
    cccd(&["read", "--qr-text", "https://example.org"]).expect_error(2, "not_a_card_code");
}

#[test]
fn files_that_are_not_what_they_should_be_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("note.txt");
    fs::write(&text, "no certificate").unwrap();
    for path in [text.as_path(), &folder.path().join("missing.der")] {
        let path = path.to_str().unwrap();
        for option in ["--trust", "--crl"] {
            let run = cccd(&["read", "--virtual", "--can", "123456", option, path]).expect_error(2, "bad_file");
            assert!(run.json["error"]["message"].as_str().unwrap().contains(path));
        }
    }
    cccd(&["verify", folder.path().to_str().unwrap()]).expect_error(2, "bad_file");
}

#[test]
fn a_wrong_can_or_mrz_is_refused_by_the_card() {
    cccd(&["read", "--virtual", "--can", "000000"]).expect_error(5, "wrong_password");
    let other = "IDVNM0581234568079058123456<<8\n5801028M9912315VNM<<<<<<<<<<<6\nTRAN<<VAN<BINH<<<<<<<<<<<<<<<<";
    cccd(&["read", "--virtual", "--mrz", other]).expect_error(5, "wrong_password");
    cccd(&["read", "--virtual", "--mrz", other, "--access", "bac"]).expect_error(5, "wrong_password");
}

#[test]
fn a_failed_pace_does_not_become_bac_unless_that_was_allowed_and_is_said_then() {
    let folder = tempfile::tempdir().unwrap();
    let profile = profile_file(folder.path(), "[faults]\npace = { step = 2, status = \"6A80\" }");
    let mrz = "IDVNM1901234569001190123456<<0\n9003152F3003150VNM<<<<<<<<<<<2\nNGUYEN<<THI<AN<<<<<<<<<<<<<<<<";
    let arguments = ["read", "--virtual", profile.to_str().unwrap(), "--mrz", mrz];
    cccd(&arguments).expect_error(5, "pace_failed");
    let run = cccd(&[&arguments[..], &["--allow-bac-fallback"]].concat()).expect_exit(3);
    assert_eq!(run.json["access"]["protocol"], "BAC");
    assert_eq!(run.check("access_offer"), ("unknown", Some("pace_failed")));
}

#[test]
fn a_card_without_pace_needs_more_than_the_can_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let profile = profile_file(folder.path(), "[access]\npace = []");
    let run =
        cccd(&["read", "--virtual", profile.to_str().unwrap(), "--can", "123456"]).expect_error(5, "access_denied");
    assert!(run.json["error"]["hint"].as_str().unwrap().contains("--mrz"));
}

#[test]
fn an_error_shows_no_secret() {
    let output = raw(&["read", "--virtual", "--can", "987654"], &[]);
    assert_eq!(output.status.code(), Some(5));
    assert!(output.stdout.is_empty());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!stderr.contains("987654"), "{stderr}");
}

#[test]
fn mrz_lines_and_qr_texts_are_read_and_checked() {
    let lines = ["IDVNM1901234569001190123456<<0", "9003152F3003150VNM<<<<<<<<<<<2", "NGUYEN<<THI<AN<<<<<<<<<<<<<<<<"];
    let run = cccd(&[&["mrz"], &lines[..]].concat()).expect_exit(0);
    assert_eq!(run.json["fields"]["id_number"], "001190123456");
    let wrong = ["mrz", lines[0], "9003152F3003151VNM<<<<<<<<<<<2", lines[2]];
    let run = cccd(&wrong).expect_exit(4);
    assert_eq!(run.json["valid"], false);
    assert_eq!((&run.json["problems"][0]["line"], &run.json["problems"][0]["column"]), (&2.into(), &15.into()));
    cccd(&["mrz", "IDVNM"]).expect_error(2, "bad_input");
    let text = "001190123456||Nguyễn Thị An|15031990|Nữ|Hà Nội|20042021||||";
    let run = cccd(&["qr-text", text]).expect_exit(0);
    assert_eq!(run.json["card"]["old_id_number"], serde_json::Value::Null);
    assert_eq!(cccd(&["qr-text", "https://example.org"]).expect_exit(3).json["card"], serde_json::Value::Null);
}

#[test]
fn completions_and_manual_pages_are_made() {
    for shell in ["bash", "zsh", "fish"] {
        let output = raw(&["completions", shell], &[]);
        assert!(String::from_utf8(output.stdout).unwrap().contains("qr-text"), "{shell}");
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(raw(&["man", folder.path().to_str().unwrap()], &[]).status.success());
    assert!(fs::read_to_string(folder.path().join("cccd-read.1")).unwrap().contains("allow"));
}

#[test]
fn a_picture_opens_the_chip_only_with_the_code_of_one_card() {
    let folder = tempfile::tempdir().unwrap();
    let picture = |name: &str, texts: &[&str]| {
        let codes = texts.iter().map(|text| PrintedCode::new(text, Storage::Bytes, EcLevel::M, 0).drawn(3)).collect();
        let path = folder.path().join(name);
        fs::write(&path, above_each_other(codes).png().unwrap()).unwrap();
        path.display().to_string()
    };
    let card = "001190123456||Nguyễn Thị An|15031990|Nữ|Hà Nội|20042021";
    let other = "079058123456||Trần Văn Bình|02011958|Nam|TP. Hồ Chí Minh|20042021";
    let wrong = [
        (picture("none.png", &[]), "no_code"),
        (picture("other.png", &["https://example.org"]), "not_a_card_code"),
        (picture("cut.png", &["001190123456|1|"]), "bad_input"),
        (picture("two.png", &[card, other]), "several_codes"),
        (folder.path().join("missing.png").display().to_string(), "bad_file"),
    ];
    for (path, code) in &wrong {
        let run = cccd(&["read", "--virtual", "--qr", path]).expect_error(2, code);
        assert!(run.json["error"]["message"].as_str().unwrap().contains(path), "{:#}", run.json);
        assert!(!run.json["error"]["hint"].as_str().unwrap().is_empty(), "{:#}", run.json);
    }
    cccd(&["read", "--virtual", "--qr", &wrong[0].0, "--can", "123456"]).expect_error(2, "usage");
    let run = cccd(&["read", "--virtual", "--qr", &picture("card.png", &[card, card])]).expect_exit(3);
    assert_eq!(run.check("agreement"), ("unknown", Some("print_differs")));
    assert_eq!(run.json["checks"]["secure_channel"]["status"], "passed");
}

fn above_each_other(pictures: Vec<Grey>) -> Grey {
    let width = pictures.iter().map(|picture| picture.width).max().unwrap_or(60);
    let mut pixels = vec![255; width * 20];
    for picture in &pictures {
        for row in picture.pixels.chunks(picture.width) {
            pixels.extend_from_slice(row);
            pixels.resize(pixels.len() + width - picture.width, 255);
        }
    }
    Grey { width, height: pixels.len() / width, pixels }
}
