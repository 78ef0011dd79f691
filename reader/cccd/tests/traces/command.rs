//! Runs of the `cccd` command.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// What a run of the command gave.
pub struct Run {
    pub exit: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }

    pub fn error_code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

pub fn cccd(arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_cccd"))
        .args(arguments)
        .env("CCCD_TRUST_STORE", "/nonexistent")
        .output()
        .expect("the command runs");
    Run {
        exit: output.status.code().expect("it ended by itself"),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

/// A read of a simulated card that was recorded.
pub struct Recorded {
    pub folder: TempDir,
    pub read: Run,
}

impl Recorded {
    /// Reads the card of a profile with more options.
    pub fn of(profile: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let path = folder.path().join("profile.toml");
        std::fs::write(&path, profile).expect("written");
        let trace = folder.path().join("trace");
        let mut arguments = vec!["read", "--json", "--virtual", text(&path), "--trace", text(&trace)];
        arguments.extend(more);
        let read = cccd(&arguments);
        Self { folder, read }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn trace(&self) -> String {
        text(&self.path("trace")).to_owned()
    }

    pub fn trace_text(&self) -> String {
        std::fs::read_to_string(self.path("trace")).expect("a trace")
    }
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}
