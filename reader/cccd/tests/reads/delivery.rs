//! `--photo`, `--dump` and `--trace`: what cannot be written is found before the card is touched, and a result is never lost
//! for it.

use std::fs;
use std::os::unix::fs::symlink;

use crate::output::{cccd, raw};

/// A wrong password: whoever touches the card gets exit code 5.
const WRONG: [&str; 4] = ["read", "--virtual", "--can", "000000"];

#[test]
fn what_cannot_be_written_is_found_before_the_card_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    fs::write(at("file"), b"").unwrap();
    for (option, path) in [
        ("--photo", at("missing/photo.jpg")),
        ("--photo", at("file/photo.jpg")),
        ("--photo", at("")),
        ("--dump", at("file")),
        ("--dump", at("file/dump")),
        ("--trace", at("missing/session.trace")),
        ("--trace", at("file")),
    ] {
        let run = cccd(&[&WRONG[..], &[option, &path]].concat()).expect_error(2, "bad_file");
        let error = &run.json["error"];
        assert!(error["message"].as_str().unwrap().contains(path.trim_end_matches('/')), "{error:#}");
        assert!(error["message_vi"].as_str().unwrap().contains(option), "{error:#}");
    }
    cccd(&[&WRONG[..], &["--photo", &at("same"), "--trace", &at("same")]].concat()).expect_error(2, "usage");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_read_that_fails_leaves_nothing_but_its_trace() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let options = ["--photo", &at("photo.jpg"), "--dump", &at("a/dump"), "--trace", &at("session.trace")];
    cccd(&[&WRONG[..], &options].concat()).expect_error(5, "wrong_password");
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["session.trace"]);
}

#[test]
fn a_disk_that_fills_up_does_not_take_the_result_away() {
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("dump");
    fs::create_dir(&dump).unwrap();
    symlink("/dev/full", dump.join("DG2.bin")).unwrap();
    let dump = dump.display().to_string();
    for options in [["--photo", "/dev/full"], ["--dump", &dump]] {
        let run = cccd(&[&["read", "--virtual"][..], &options].concat()).expect_exit(2);
        assert_eq!((&run.json["schema"], &run.json["verdict"]), (&"cccd.read/1".into(), &"genuine".into()));
        assert_eq!(run.json["error"]["code"], "not_written");
        assert_eq!(run.json["holder"]["id_number"]["source"], "DG13");
        for part in ["Hết dung lượng đĩa", "No space left on device"] {
            assert!(run.stderr.contains(part), "{}", run.stderr);
        }
    }
    // People too see the card first.
    let output = raw(&["read", "--virtual", "--photo", "/dev/full"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stdout).unwrap().contains("THẺ THẬT"));
}

#[test]
fn what_the_checks_found_outweighs_a_file_that_was_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let profile = crate::card::profile_file(folder.path(), "[changes]\ndate_of_expiry = \"2020-01-01\"");
    let run = cccd(&["read", "--virtual", profile.to_str().unwrap(), "--photo", "/dev/full"]);
    assert_eq!((run.exit, &run.json["error"]["code"]), (4, &"not_written".into()), "{:#}", run.json);
}
