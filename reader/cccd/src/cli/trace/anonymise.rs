//! `cccd trace anonymise`: a trace that can be passed on.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde_json::json;

use crate::cli::failure::{Exit, Failure};
use crate::cli::output;
use crate::messages::{self, Words};
use crate::terminal::Style;
use crate::terminal::rows::marked;
use crate::terminal::style::Paint;
use crate::trace::Trace;
use crate::trace::anonymise::{AnonymiseError, anonymise};

pub(super) fn run(trace: &Trace, path: &Path, json: bool) -> Result<Exit, Failure> {
    let bad = |error: std::io::Error| Failure::file(path, &error);
    // A file that exists is refused before the work is done, and again when it is written.
    if path.symlink_metadata().is_ok() {
        return Err(bad(std::io::ErrorKind::AlreadyExists.into()));
    }
    let made = anonymise(trace).map_err(|error| {
        let (code, words) = match &error {
            AnonymiseError::Divergence(_) => ("trace_differs", None),
            AnonymiseError::BadTrace(_) => ("bad_file", messages::of_file("not_a_trace")),
            _ => ("bad_file", messages::of_file("not_anonymised")),
        };
        Failure::new(code, error.to_string()).in_words(words)
    })?;
    let text = made.to_string();
    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    written.and_then(|mut file| file.write_all(text.as_bytes())).map_err(bad)?;
    if json {
        output::json(&json!({ "schema": "cccd.trace-anonymise/1", "file": path, "bytes": text.len() }));
    } else {
        let words = Words::new(
            format!("{}: không còn gì của người thật và không có khóa nào của bản gốc", path.display()),
            "nothing of the person and no key of the original is in it",
        );
        output::text(&(marked(("✓", Paint::Good), &words, &Style::of_stdout()).join("\n") + "\n"));
    }
    Ok(Exit::Done)
}
