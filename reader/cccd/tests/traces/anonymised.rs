//! Traces that can be passed on.

use std::collections::HashSet;

use serde_json::Value;

use crate::command::{Recorded, cccd};

const MRZ: &str = "IDVNM1901234569001190123456<<0\\n9003152F3003150VNM<<<<<<<<<<<2\\nNGUYEN<<THI<AN<<<<<<<<<<<<<<<<";

fn anonymised(recorded: &Recorded) -> String {
    let out = recorded.path("anonymised").to_str().unwrap().to_owned();
    let run = cccd(&["trace", "anonymise", "--json", &recorded.trace(), &out]);
    assert_eq!(run.exit, 0, "{}{}", run.stdout, run.stderr);
    out
}

fn states(result: &Value) -> Vec<(String, Value, Value, Value)> {
    let checks = result["checks"].as_object().unwrap();
    checks
        .iter()
        .map(|(name, check)| (name.clone(), check["status"].clone(), check["reason"].clone(), check["groups"].clone()))
        .collect()
}

/// Recorded from a simulated card of a fictitious person and anonymised: what this project must be able to read for ever.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/traces/pace-can-short-length.trace");

#[test]
fn the_trace_that_is_kept_comes_to_the_states_it_always_did() {
    let run = cccd(&["trace", "replay", "--json", KEPT]);
    assert_eq!(run.exit, 3, "{}", run.stdout);
    let result = run.json();
    assert_eq!((&result["verdict"], &result["live"]), (&Value::from("unconfirmed"), &Value::Bool(false)));
    for (name, status, ..) in states(&result) {
        assert_eq!(status, "passed", "{name}");
    }
    assert_eq!(result["access"]["protocol"], "PACE");
    assert_eq!(result["timing"], cccd(&["trace", "replay", "--json", KEPT]).json()["timing"]);
}

/// The lines of a trace without times and bytes, but with their sizes and status words.
fn shape(trace: &str) -> Vec<String> {
    trace
        .lines()
        .filter(|line| line.starts_with(['>', '<', '!']))
        .map(|line| {
            let parts: Vec<_> = line.split(' ').collect();
            let bytes = parts.get(2).copied().unwrap_or_default();
            let kept = if line.starts_with('>') { bytes.get(..8) } else { bytes.get(bytes.len().saturating_sub(4)..) };
            format!("{} {} {} {}", parts[0], parts[1], bytes.len(), kept.unwrap_or(bytes))
        })
        .collect()
}

#[test]
fn an_anonymised_trace_has_the_same_shape_and_comes_to_the_same_states() {
    let cases: [(&str, &[&str]); 11] = [
        ("person = \"tran-van-binh\"", &[]),
        ("", &["--id", "001190123456", "--dump", "DUMP"]),
        ("[access]\npace = []", &["--mrz", MRZ]),
        ("[files]\ntampered = [\"DG13\"]", &[]),
        ("[files]\nextended_length = { command = 65535, response = 65535 }", &[]),
        ("[faults]\nclone = { chip_authentication = true }", &[]),
        ("[faults]\nclone = { active_authentication = true }", &[]),
        ("[faults]\nhidden = [{ file = \"DG14\", status = \"6A82\" }]", &[]),
        ("[faults]\nremovals = [{ after = 15, back_after_ms = 100 }]", &["--wait", "5"]),
        ("[faults]\nend_of_file = \"6282\"\naddressing = \"selection\"", &["--challenge", "0102030405060708"]),
        ("", &["--can", "000000"]),
    ];
    for (index, (profile, options)) in cases.into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let dump = folder.path().join("dump");
        let mut options: Vec<_> =
            options.iter().map(|option| if *option == "DUMP" { dump.to_str().unwrap() } else { option }).collect();
        // The portrait takes most of the time, and three of them are enough.
        if index > 2 {
            options.extend(["--dg", "1,13"]);
        }
        let recorded = Recorded::of(profile, &options);
        let out = anonymised(&recorded);
        let new = std::fs::read_to_string(&out).unwrap();
        assert_eq!(shape(&recorded.trace_text()), shape(&new), "{profile}");
        let (then, now) = (recorded.read.json(), cccd(&["trace", "replay", "--json", &out]).json());
        if then["error"].is_object() {
            assert_eq!(then["error"]["code"], now["error"]["code"]);
            continue;
        }
        assert_eq!(states(&then), states(&now), "{profile}");
        for part in ["files", "absent", "access"] {
            assert_eq!(then[part], now[part], "{profile}: {part}");
        }
        assert_eq!(then["portrait"]["bytes"], now["portrait"]["bytes"]);
        assert!(index > 2 || then["portrait"]["sha256"].is_string());
        assert!(index > 2 || then["portrait"]["sha256"] != now["portrait"]["sha256"], "{profile}");
        assert_eq!(then["timing"]["apdus"], now["timing"]["apdus"]);
    }
}

#[test]
fn nothing_personal_and_no_key_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("dump");
    let recorded = Recorded::of("person = \"tran-van-binh\"", &["--dump", dump.to_str().unwrap()]);
    let out = anonymised(&recorded);
    let new = std::fs::read_to_string(&out).unwrap();
    let new_dump = cccd(&["trace", "replay", "--json", &out]);
    let old_text = recorded.trace_text();

    // Random numbers, the password, and everything that passed under protection.
    for line in old_text.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "random" => assert!(!new.contains(rest), "a random number is left"),
            "password" => assert!(!new.contains(line), "the password is left"),
            "anchor" | "crl" => assert!(!new.contains(rest), "a certificate is left"),
            ">" | "<" => {
                let bytes = rest.split(' ').nth(1).unwrap_or_default();
                if bytes.starts_with("0c") || bytes.starts_with("87") {
                    let middle = bytes.get(bytes.len() / 4..bytes.len() / 4 + 24).unwrap_or(bytes);
                    assert!(!new.contains(middle) || bytes.len() < 60, "a protected payload is left: {bytes}");
                }
            }
            _ => {}
        }
    }
    // The holder.
    let (then, now) = (recorded.read.json(), new_dump.json());
    for (name, field) in then["holder"].as_object().unwrap() {
        let public = ["sex", "nationality", "issuing_state", "date_of_expiry"].contains(&name.as_str());
        if let (false, Some(value)) = (public, field["value"].as_str()) {
            assert_ne!(now["holder"][name]["value"].as_str(), Some(value), "{name}");
        }
    }
    // Runs of eight bytes of what identifies, anywhere in what the new trace says when it is read.
    let old_texts: Vec<String> = then["holder"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| !["nationality", "issuing_state"].contains(&name.as_str()))
        .filter_map(|(_, field)| field["value"].as_str().map(str::to_owned))
        .chain([0, 2].map(|line| then["mrz"][line].as_str().unwrap().to_owned()))
        .collect();
    let windows: HashSet<&[u8]> = new_dump.stdout.as_bytes().windows(8).collect();
    for text in &old_texts {
        for window in text.as_bytes().windows(8).filter(|window| !window.contains(&b'<')) {
            assert!(!windows.contains(window), "{}", String::from_utf8_lossy(window));
        }
    }
}

#[test]
fn what_cannot_be_made_up_is_refused_and_nothing_is_written() {
    let recorded = Recorded::of("[chip]\nactive_authentication = { rsa = 1024 }", &[]);
    if recorded.read.exit > 4 {
        panic!("{}", recorded.read.stdout);
    }
    let out = recorded.path("anonymised");
    let run = cccd(&["trace", "anonymise", "--json", &recorded.trace(), out.to_str().unwrap()]);
    assert_eq!((run.exit, run.error_code().as_str()), (2, "bad_file"));
    assert!(!out.exists());
}
