//! Runs the command and checks what it prints.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use serde_json::Value;

/// What a run of the command gave.
pub struct Run {
    pub exit: i32,
    pub json: Value,
    pub stderr: String,
}

impl Run {
    /// The one value on standard output, held against the contract.
    #[track_caller]
    pub fn of(output: &Output) -> Self {
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let json: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {:?}\n{stderr}", String::from_utf8_lossy(&output.stdout)));
        if json["schema"] == "cccd.read/1" || json["schema"] == "cccd.error/1" {
            hold_against_schema(&json);
        }
        Self { exit: output.status.code().expect("the command was not killed"), json, stderr }
    }

    #[track_caller]
    pub fn expect_exit(self, exit: i32) -> Self {
        assert_eq!(self.exit, exit, "{}\n{:#}", self.stderr, self.json);
        self
    }

    #[track_caller]
    pub fn expect_error(self, exit: i32, code: &str) -> Self {
        let run = self.expect_exit(exit);
        assert_eq!(run.json["schema"], "cccd.error/1");
        assert_eq!(run.json["error"]["code"], code, "{:#}", run.json);
        for text in ["message", "hint"] {
            let words = run.json["error"][text].as_str().unwrap_or_default();
            assert!(!words.is_empty(), "no {text}: {:#}", run.json);
        }
        run
    }

    pub fn check(&self, name: &str) -> (&str, Option<&str>) {
        let check = &self.json["checks"][name];
        (check["status"].as_str().expect("every check has a status"), check["reason"].as_str())
    }
}

/// Runs `cccd` with `--json` and nobody at a terminal. It remembers nothing of earlier runs.
pub fn cccd<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Run {
    cccd_remembering(arguments, Path::new("/dev/null"))
}

/// The same with a cache folder.
pub fn cccd_remembering<S: AsRef<std::ffi::OsStr>>(arguments: &[S], cache: &Path) -> Run {
    Run::of(&command(arguments).arg("--json").env("XDG_CACHE_HOME", cache).output().expect("it was built"))
}

/// The same without `--json`: what a pipe gets.
pub fn raw<S: AsRef<std::ffi::OsStr>>(arguments: &[S], more: &[&str]) -> Output {
    command(arguments).args(more).output().expect("the command was built with the test")
}

fn command<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cccd"));
    command.args(arguments).stdin(Stdio::null());
    command.env("CCCD_TRUST_STORE", "/nonexistent").env("XDG_CACHE_HOME", "/dev/null");
    command
}

/// The project's root.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The folder of what is shared with other programs' authors: `CCCD_SHARED`, or beside the project.
fn shared() -> PathBuf {
    env::var_os("CCCD_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from)
}

static SCHEMA: LazyLock<Option<jsonschema::Validator>> = LazyLock::new(|| {
    let path = shared().join("contract-read.schema.json");
    let Ok(text) = fs::read(&path) else {
        eprintln!("skipped: shared vectors absent, output is not held against {}", path.display());
        return None;
    };
    let schema = serde_json::from_slice(&text).expect("the schema is JSON");
    Some(jsonschema::validator_for(&schema).expect("the schema is one"))
});

#[track_caller]
fn hold_against_schema(json: &Value) {
    if let Some(schema) = &*SCHEMA {
        let errors: Vec<_> =
            schema.iter_errors(json).map(|error| format!("{error} at {}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}\n{json:#}");
    }
}
