//! Writing results to standard output.

use std::io::{ErrorKind, Write as _};

use icao9303::check::Remark;
use serde_json::{Value, json};

use crate::messages::Words;
use crate::terminal::text::clean;

/// Writes one JSON value and a line break.
pub(super) fn json(value: &Value) {
    text(&format!("{value:#}\n"));
}

/// Writes one JSON value on one line: for a stream of them.
pub(super) fn json_line(value: &Value) {
    text(&format!("{value}\n"));
}

/// Writes text as it is. A reader that closed the pipe has seen enough: not an error.
pub(super) fn text(text: &str) {
    let mut stdout = std::io::stdout().lock();
    if let Err(error) = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        if error.kind() != ErrorKind::BrokenPipe {
            let _ = writeln!(std::io::stderr(), "standard output: {error}");
        }
    }
}

/// Something a person should know: on standard error, in a line for each language.
pub(super) fn note(words: &Words) {
    for (word, text) in [("lưu ý", &words.vi), ("note", &words.en)] {
        if !text.is_empty() {
            // Standard error may be closed: there is nobody left to tell.
            let _ = writeln!(std::io::stderr(), "{word}: {}", clean(text));
        }
    }
}

/// A warning or a deviation, as all commands print it.
pub(super) fn remark(remark: &Remark) -> Value {
    json!({ "code": remark.code, "message": remark.message })
}
