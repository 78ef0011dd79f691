//! Recording, showing and replaying.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::command::{Recorded, cccd};

const MRZ: &str = "IDVNM1901234569001190123456<<0\\n9003152F3003150VNM<<<<<<<<<<<2\\nNGUYEN<<THI<AN<<<<<<<<<<<<<<<<";

#[test]
fn a_replay_gives_the_same_result_as_the_read_but_is_not_live() {
    let cases: [(&str, &[&str]); 8] = [
        ("", &[]),
        ("", &["--id", "001190123456", "--dg", "1,13", "--challenge", "0102030405060708"]),
        ("[access]\npace = []", &["--mrz", MRZ]),
        ("[files]\ntampered = [\"DG13\"]", &[]),
        ("[files]\nextended_length = { command = 65535, response = 65535 }", &[]),
        ("[faults]\nclone = { chip_authentication = true }", &[]),
        ("[faults]\nhidden = [{ file = \"DG14\", status = \"6A82\" }]", &[]),
        ("[faults]\nremovals = [{ after = 30, back_after_ms = 100 }]", &["--wait", "5"]),
    ];
    for (profile, options) in cases {
        let recorded = Recorded::of(profile, options);
        let replay = cccd(&["trace", "replay", "--json", &recorded.trace()]);
        let (then, now) = (recorded.read.json(), replay.json());
        for part in ["reader", "access", "files", "absent", "mrz", "holder", "portrait", "checks", "warnings"] {
            assert_eq!(then[part], now[part], "{profile}: {part}");
        }
        for count in ["apdus", "bytes_sent", "bytes_received"] {
            assert_eq!(then["timing"][count], now["timing"][count], "{profile}");
        }
        assert_eq!((&then["live"], &now["live"]), (&Value::Bool(true), &Value::Bool(false)));
        assert_ne!(now["verdict"], "genuine", "{profile}");
        assert_eq!(replay.exit, if recorded.read.exit == 0 { 3 } else { recorded.read.exit }, "{profile}");
    }
}

#[test]
fn the_times_of_a_replay_are_those_of_the_recording() {
    let recorded = Recorded::of("[link]\nms_per_apdu = 2", &[]);
    let times = || cccd(&["trace", "replay", "--json", &recorded.trace()]).json()["timing"].clone();
    let (then, now) = (recorded.read.json()["timing"].clone(), times());
    let phases = |timing: &Value| timing["phases"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(phases(&then), phases(&now));
    assert!(now["phases"]["DG2"].as_f64().unwrap() > 100.0, "{now:#}");
    assert_eq!(now, times());
}

#[test]
fn a_read_that_failed_fails_the_same_way_again() {
    let cases: [(&str, &[&str], i32, &str); 2] = [
        ("", &["--can", "000000"], 5, "wrong_password"),
        ("[faults]\nremovals = [{ after = 30 }]", &[], 6, "card_removed"),
    ];
    for (profile, options, exit, code) in cases {
        let recorded = Recorded::of(profile, options);
        assert_eq!((recorded.read.exit, recorded.read.error_code().as_str()), (exit, code));
        let replay = cccd(&["trace", "replay", "--json", &recorded.trace()]);
        assert_eq!((replay.exit, replay.error_code().as_str()), (exit, code));
        assert_eq!(replay.json()["timing"]["apdus"], recorded.read.json()["timing"]["apdus"]);
    }
}

#[test]
fn a_trace_is_private_and_overwrites_nothing() {
    let recorded = Recorded::of("", &["--dg", "1"]);
    let mode = recorded.path("trace").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = recorded.trace_text();
    let again = cccd(&["read", "--json", "--virtual", "--trace", &recorded.trace()]);
    assert_eq!((again.exit, again.error_code().as_str()), (2, "bad_file"));
    assert_eq!(recorded.trace_text(), before);
}

#[test]
fn an_edited_trace_is_refused_at_the_event_that_differs() {
    let recorded = Recorded::of("", &["--dg", "1"]);
    let edited = recorded.path("edited");
    // Another CAN than the one that the recorded session was opened with.
    let other = recorded.trace_text().replace("password can 123456", "password can 654321");
    assert_ne!(other, recorded.trace_text());
    std::fs::write(&edited, other).unwrap();
    let replay = cccd(&["trace", "replay", "--json", edited.to_str().unwrap()]);
    assert_eq!((replay.exit, replay.error_code().as_str()), (2, "trace_differs"));
    assert!(replay.json()["error"]["message"].as_str().unwrap().contains("at event "), "{}", replay.stdout);

    let whole = recorded.trace_text();
    let cut: Vec<_> = whole.lines().take(20).collect();
    std::fs::write(&edited, cut.join("\n")).unwrap();
    assert_ne!(cccd(&["trace", "replay", "--json", edited.to_str().unwrap()]).exit, 1);
    std::fs::write(&edited, "hello").unwrap();
    let replay = cccd(&["trace", "replay", "--json", edited.to_str().unwrap()]);
    assert_eq!((replay.exit, replay.error_code().as_str()), (2, "bad_file"));
}

#[test]
fn show_names_every_exchange_and_hides_the_secrets_until_asked() {
    let recorded = Recorded::of("", &["--id", "001190123456", "--dg", "1"]);
    let text = recorded.trace_text();
    let random = text.lines().find_map(|line| line.strip_prefix("random ")).unwrap();
    let shown = cccd(&["trace", "show", &recorded.trace()]);
    assert_eq!(shown.exit, 0);
    for words in ["PACE step 2: mapping", "READ BINARY SFI", "9000 done", "chip authentication", "\nDG1\n", "SM"] {
        assert!(shown.stdout.contains(words), "{words}: {}", shown.stdout);
    }
    for secret in ["123456", random] {
        assert!(!shown.stdout.contains(secret), "{secret}");
    }
    let json = cccd(&["trace", "show", "--json", &recorded.trace()]);
    assert_eq!(json.json()["exchanges"].as_array().unwrap().len(), text.matches("\n> ").count());
    assert!(!json.stdout.contains(random) && !json.stdout.contains("001190123456"));
    let secret = cccd(&["trace", "show", "--secrets", &recorded.trace()]);
    assert!(secret.stdout.contains(random) && secret.stdout.contains("001190123456"));
}

#[test]
fn nothing_in_a_trace_acts_on_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace");
    std::fs::write(
        &path,
        "format cccd.trace/1\nreader \u{1b}[2J\noption \u{1b}[1m \u{9b}x\n! 1.000 failed \u{1b}[2J\n",
    )
    .unwrap();
    let shown = cccd(&["trace", "show", path.to_str().unwrap()]);
    assert!(!shown.stdout.contains(['\u{1b}', '\u{9b}']), "{:?}", shown.stdout);
}
