//! Runs the command and checks how it ends.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use virtual_card::make;
use virtual_card::personalise;
use virtual_card::profile::Profile;

/// The first CSCA of the CCCD.
pub const CCCD_CSCA: &str = "6f0a20d63a43fc589eaf0d8c52113a2a8bfa341c6f2fab04121238aa0c22b1a9";

/// Runs `cccd` with a trust store of its own and nobody at a terminal.
pub fn raw<S: AsRef<OsStr>>(store: &Path, arguments: &[S]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cccd"))
        .args(arguments)
        .env("CCCD_TRUST_STORE", store)
        .stdin(Stdio::null())
        .output()
        .expect("the command was built with the test")
}

/// The same with `--json`: the exit code and the one value on standard output.
#[track_caller]
pub fn cccd<S: AsRef<OsStr>>(store: &Path, arguments: &[S]) -> (i32, Value) {
    let mut all: Vec<&OsStr> = arguments.iter().map(AsRef::as_ref).collect();
    all.push("--json".as_ref());
    let output = raw(store, &all);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {:?}\n{stderr}", String::from_utf8_lossy(&output.stdout)));
    (output.status.code().expect("the command was not killed"), json)
}

/// Runs it and demands an error object with that code and exit code 2.
#[track_caller]
pub fn refused<S: AsRef<OsStr>>(store: &Path, arguments: &[S], code: &str) {
    let (exit, json) = cccd(store, arguments);
    assert_eq!((exit, &json["error"]["code"]), (2, &Value::from(code)), "{json:#}");
    assert_eq!(json["schema"], "cccd.error/1");
    for text in ["message", "hint"] {
        assert!(json["error"][text].as_str().is_some_and(|text| !text.is_empty()), "no {text}: {json:#}");
    }
}

/// Runs it, demands success, and gives the value.
#[track_caller]
pub fn done<S: AsRef<OsStr>>(store: &Path, arguments: &[S]) -> Value {
    let (exit, json) = cccd(store, arguments);
    assert_eq!(exit, 0, "{json:#}");
    json
}

/// The published vectors: `CCCD_SHARED`, or beside the project. Absent: the test says so and ends.
pub fn vectors() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let vectors = env::var_os("CCCD_SHARED").map_or_else(|| beside.into(), PathBuf::from).join("vectors");
    if !vectors.is_dir() {
        println!("skipped: shared vectors absent");
        return None;
    }
    Some(vectors)
}

/// A synthetic card with its issuer, on disk.
pub struct Made {
    folder: TempDir,
}

impl Made {
    /// Of a profile. The seed is fixed, so that two of them have the same keys.
    pub fn of(profile: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let mut profile = Profile::from_toml(profile).expect("a profile");
        profile.seed = Some(1);
        let card = personalise::personalise(&profile).expect("a card");
        make::write(&profile, &card, &folder.path().join("card")).expect("written");
        Self { folder }
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join("card").join(name).display().to_string()
    }

    /// A trust store that is not there yet.
    pub fn store(&self) -> PathBuf {
        self.folder.path().join("store/trust")
    }

    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
