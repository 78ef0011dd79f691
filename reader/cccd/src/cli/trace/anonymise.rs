//! `cccd trace anonymise`: a trace that can be passed on.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde_json::json;

use crate::cli::failure::{Exit, Failure};
use crate::cli::output;
use crate::trace::Trace;
use crate::trace::anonymise::{AnonymiseError, anonymise};

pub(super) fn run(trace: &Trace, path: &Path, json: bool) -> Result<Exit, Failure> {
    let bad = |error: std::io::Error| Failure::new("bad_file", format!("{}: {error}", path.display()));
    // A file that exists is refused before the work is done, and again when it is written.
    if path.symlink_metadata().is_ok() {
        return Err(bad(std::io::ErrorKind::AlreadyExists.into()));
    }
    let made = anonymise(trace).map_err(|error| {
        let code = if matches!(error, AnonymiseError::Divergence(_)) { "trace_differs" } else { "bad_file" };
        Failure::new(code, error.to_string())
    })?;
    let text = made.to_string();
    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    written.and_then(|mut file| file.write_all(text.as_bytes())).map_err(bad)?;
    let message = format!("{}: nothing of the person and no key of the original is in it", path.display());
    if json {
        output::json(&json!({ "schema": "cccd.trace-anonymise/1", "file": path, "bytes": text.len() }));
    } else {
        output::text(&format!("{message}\n"));
    }
    Ok(Exit::Done)
}
