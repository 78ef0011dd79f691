//! Terminal Authentication: fingerprints for an office that holds a terminal certificate, and for nobody else.

use std::fs;
use std::path::PathBuf;

use crate::card::{Folder, profile_file};
use crate::output::{Run, cccd};

/// A card, and a terminal that its profile describes.
struct Office {
    folder: Folder,
    profile: PathBuf,
}

impl Office {
    fn of(profile: &str) -> Self {
        let profile = format!("seed = 1\n{profile}");
        let folder = Folder::of(&profile);
        let path = profile_file(folder.beside("").as_path(), &profile);
        Self { folder, profile: path }
    }

    /// Reads the card without being a terminal.
    fn read(&self, more: &[&str]) -> Run {
        let mut arguments = vec!["read", "--virtual", self.profile.to_str().unwrap()];
        arguments.extend(more);
        cccd(&arguments)
    }

    fn read_as_terminal(&self, more: &[&str]) -> Run {
        let (certificates, key) = (self.folder.path("terminal"), self.folder.path("terminal/is-key.pem"));
        let named =
            ["--terminal-certificates", certificates.to_str().unwrap(), "--terminal-key", key.to_str().unwrap()];
        self.read(&[&named, more].concat())
    }
}

fn outcome(run: &Run) -> (&str, Option<&str>) {
    let outcome = &run.json["terminal_authentication"];
    (outcome["status"].as_str().expect("a terminal was named"), outcome["reason"].as_str())
}

fn groups(run: &Run) -> &serde_json::Value {
    &run.json["checks"]["data_group_hashes"]["groups"]
}

#[test]
fn a_terminal_with_the_right_reads_fingerprints_and_they_are_hashed_and_dumped() {
    let office = Office::of("");
    let dump = office.folder.beside("dump");
    let run = office.read_as_terminal(&["--dump", dump.to_str().unwrap()]).expect_exit(0);
    assert_eq!(outcome(&run), ("passed", None), "{:#}", run.json["terminal_authentication"]);
    assert_eq!(run.json["terminal_authentication"]["chain"], serde_json::json!(["VNDV0100001", "VNIS0100001"]));
    assert_eq!(run.json["terminal_authentication"]["rights"], serde_json::json!(["DG3", "DG4"]));
    assert_eq!(groups(&run)["DG3"], "match");
    assert_eq!(run.json["absent"], serde_json::json!([]));
    let length = run.json["files"]["DG3"].as_u64().unwrap();
    assert_eq!(fs::read(dump.join("DG3.bin")).unwrap().len() as u64, length);
    assert_eq!(run.json["verdict"], "genuine");
}

#[test]
fn every_kind_of_key_and_of_chain_that_a_chip_takes_opens_it() {
    for profile in [
        "[terminal_authentication]\nkey = \"rsa-1024\"",
        "[terminal_authentication]\nkey = \"rsa-1024\"\nscheme = \"pss\"\nforeign_verifier = true",
        "[terminal_authentication]\nkey = \"secp384r1\"\ndigest = \"sha-384\"\nlinked = true",
        // Opened by BAC: the chip is named by its document number.
        "[access]\npace = []\n[[chip_authentication.keys]]\ncipher = \"3des\"\ncurve = \"secp256r1\"",
        // EF.CVCA elsewhere, by selection only.
        "[terminal_authentication]\nfile_identifier = 819",
    ] {
        let run = Office::of(profile).read_as_terminal(&[]);
        assert_eq!(outcome(&run), ("passed", None), "{profile}: {:#}", run.json["terminal_authentication"]);
        assert_eq!(groups(&run)["DG3"], "match", "{profile}");
    }
}

#[test]
fn a_right_to_irises_alone_opens_nothing_else() {
    let profile = "[files]\noptional = [\"DG4\"]\n[terminal_authentication]\nrights = { fingerprints = false }";
    let run = Office::of(profile).read_as_terminal(&[]).expect_exit(0);
    assert_eq!(outcome(&run), ("passed", None));
    assert_eq!((&groups(&run)["DG3"], &groups(&run)["DG4"]), (&"denied".into(), &"match".into()));
    assert_eq!(run.json["absent"], serde_json::json!(["DG3"]));
}

#[test]
fn a_terminal_that_cannot_succeed_is_told_why_and_the_read_stands() {
    for (settings, reason, said) in [
        ("other_cvca = true", "unknown_issuer", "at VNCVCA00001, and the chip says VNCVCA00009"),
        ("expired_days_ago = 3", "expired", "VNIS0100001 expired on"),
        ("rights = { fingerprints = false, irises = false }", "no_read_right", "no right"),
        ("bad_signature = true", "signature_invalid", "VNIS0100001 is not signed by VNDV0100001"),
        ("other_key = true", "signature_invalid", "not that of VNIS0100001"),
        // All is well by this machine's clock; the chip has seen a later day.
        ("chip_date = \"2098-01-01\"", "terminal_refused", "VNDV0100001"),
    ] {
        let run = Office::of(&format!("[terminal_authentication]\n{settings}")).read_as_terminal(&[]).expect_exit(0);
        assert_eq!(outcome(&run), ("unknown", Some(reason)), "{settings}");
        let message = run.json["terminal_authentication"]["message"].as_str().unwrap();
        assert!(message.contains(said), "{settings}: {message}");
        assert_eq!(run.json["absent"], serde_json::json!(["DG3"]), "{settings}");
        assert_eq!(groups(&run)["DG3"], "denied", "{settings}");
        assert_eq!(run.json["verdict"], "genuine", "{settings}");
    }
    let without = "[faults]\nhidden = [{ file = \"EF.CVCA\", status = \"6A82\" }]";
    let run = Office::of(without).read_as_terminal(&[]).expect_exit(0);
    assert_eq!(outcome(&run), ("not_offered", None));
}

#[test]
fn without_the_option_it_is_never_attempted() {
    let office = Office::of("");
    let trace = office.folder.beside("session.trace");
    for more in [&[][..], &["--dg", "1,3,4"]] {
        let _ = fs::remove_file(&trace);
        let run = office.read(&[more, &["--trace", trace.to_str().unwrap()]].concat());
        assert!(run.json.get("terminal_authentication").is_none());
        assert!(run.json["files"].get("DG3").is_none());
        assert!(run.json["absent"].as_array().unwrap().contains(&"DG3".into()));
        let text = fs::read_to_string(&trace).unwrap();
        let commands = commands_of(&text);
        assert!(commands.len() > 10);
        for command in commands {
            // PSO; MSE:Set DST and Set AT of a terminal; READ BINARY of DG3, DG4 and EF.CVCA in the application.
            for forbidden in ["2a", "2281b6", "2281a4", "b083", "b084", "b09c"] {
                let protected = command.starts_with("0c") || command.starts_with("1c");
                assert!(!(protected && command[2..].starts_with(forbidden)), "{command}");
            }
        }
    }
}

#[test]
fn a_trace_ends_where_terminal_authentication_begins_and_replays_to_the_same_verdict() {
    let office = Office::of("");
    let trace = office.folder.beside("session.trace");
    let run = office.read_as_terminal(&["--trace", trace.to_str().unwrap()]).expect_exit(0);
    assert_eq!(groups(&run)["DG3"], "match");
    let text = fs::read_to_string(&trace).unwrap();
    assert!(commands_of(&text).iter().all(|command| command[2..4] != *"2a"));
    let replayed = cccd(&["trace", "replay", trace.to_str().unwrap()]).expect_exit(3);
    for check in ["data_group_hashes", "sod_signature", "issuer", "chip_authentication", "active_authentication"] {
        assert_eq!(replayed.check(check), run.check(check), "{check}");
    }
    assert_eq!(groups(&replayed)["DG3"], "denied");
}

#[test]
fn half_a_terminal_is_wrong_usage_and_files_that_are_none_are_named() {
    let office = Office::of("");
    let path = |name: &str| office.folder.path(name).display().to_string();
    let (certificate, key) = (path("terminal/is.cvcert"), path("terminal/is-key.pem"));
    office.read(&["--terminal-key", &key]).expect_error(2, "usage");
    office.read(&["--terminal-certificates", &certificate]).expect_error(2, "usage");
    office.read(&["--terminal-certificates", &key, "--terminal-key", &key]).expect_error(2, "bad_file");
    office.read(&["--terminal-certificates", &certificate, "--terminal-key", &certificate]).expect_error(2, "bad_file");
    let csca = path("csca.pem");
    let run = office.read(&["--terminal-certificates", &certificate, "--terminal-key", &csca]);
    assert!(run.expect_error(2, "bad_file").json["error"]["message"].as_str().unwrap().contains("csca.pem"));
}

/// The commands of a trace, in hexadecimal.
fn commands_of(trace: &str) -> Vec<&str> {
    trace.lines().filter_map(|line| line.strip_prefix("> ")?.split(' ').nth(1)).collect()
}
