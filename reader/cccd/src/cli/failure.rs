//! Exit codes, and the error object that goes with codes 2, 5 and 6.

use std::io::{IsTerminal, Write as _};

use serde_json::{Value, json};

use super::output;
use crate::pcsc::PcscError;
use crate::terminal::text::clean;

/// How the command ends. The numbers are a contract with scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, and every check asked for passed.
    Done = 0,
    /// An internal error: a bug.
    Internal = 1,
    /// Wrong usage or input.
    Usage = 2,
    /// Read, but not everything could be checked.
    Unconfirmed = 3,
    /// Read, and a check failed.
    Rejected = 4,
    /// The card refused.
    Refused = 5,
    /// Trouble with the card or the reader.
    Trouble = 6,
}

impl Exit {
    /// The exit that goes with an error's code.
    #[must_use]
    pub fn of_code(code: &str) -> Self {
        match code {
            "internal" => Self::Internal,
            "usage"
            | "bad_input"
            | "bad_file"
            | "bad_master_list"
            | "trace_differs"
            | "no_code"
            | "not_a_card_code"
            | "not_an_authority"
            | "not_in_store"
            | "old_master_list"
            | "unknown_list_signer"
            | "store_unwritable"
            | "declined" => Self::Usage,
            "wrong_password" | "card_blocked" | "access_denied" | "pace_failed" => Self::Refused,
            _ => Self::Trouble,
        }
    }
}

/// Why a command gave no result.
#[derive(Clone, Debug)]
pub struct Failure {
    code: &'static str,
    message: String,
    hint: Option<String>,
    timing: Option<Box<Value>>,
}

impl Failure {
    /// A failure with its stable code and what happened, in plain English.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, timing: None }
    }

    /// Says more than the hint that the code has by itself.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds what was measured until then.
    #[must_use]
    pub fn with_timing(mut self, timing: Value) -> Self {
        self.timing = Some(Box::new(timing));
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What clap found wrong.
    pub(super) fn of_usage(error: &clap::Error) -> Self {
        let rendered = error.render().to_string();
        let mut paragraphs = rendered.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
        let message = paragraphs.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let hint: Vec<_> = paragraphs.collect();
        Self::new("usage", message).with_hint(hint.join("\n"))
    }

    /// Says so: to programs on standard output, to people on standard error. Returns how to exit.
    pub(super) fn report(&self, json: bool) -> Exit {
        let text = crate::messages::of(self.code);
        let hint = self.hint();
        if json {
            let mut object = json!({ "schema": "cccd.error/1", "error": self.value() });
            if let Some(timing) = &self.timing {
                object["timing"] = timing.as_ref().clone();
            }
            output::json(&object);
        } else {
            self.report_to_people(text, hint.as_deref());
        }
        Exit::of_code(self.code)
    }

    /// The error as it stands in the error object.
    pub(super) fn value(&self) -> Value {
        let text = crate::messages::of(self.code);
        let mut error = json!({ "code": self.code, "message": self.message, "hint": self.hint() });
        if let Some(text) = text {
            error["message_vi"] = text.vi.into();
            error["hint_vi"] = text.hint_vi.into();
        }
        error
    }

    /// What to do: what was said with the failure, or what goes with its code.
    fn hint(&self) -> Option<String> {
        let of_code = || crate::messages::of(self.code).map(|text| text.hint_en.to_owned());
        self.hint.clone().or_else(of_code).filter(|hint| !hint.is_empty())
    }

    fn report_to_people(&self, text: Option<crate::messages::Message>, hint: Option<&str>) {
        let mut stderr = std::io::stderr().lock();
        let colour = stderr.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let (bad, faint, end) = if colour { ("\x1b[1;31m", "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
        // Standard error may be closed: there is nobody left to tell.
        if let Some(text) = text {
            let _ = writeln!(stderr, "{bad}{}{end}", text.vi);
            if !text.hint_vi.is_empty() {
                let _ = writeln!(stderr, "  {}", text.hint_vi);
            }
        }
        let _ = writeln!(stderr, "{faint}error: {}{end}", lines(&self.message));
        if let Some(hint) = hint {
            let _ = writeln!(stderr, "{faint}  {}{end}", lines(hint));
        }
    }
}

/// The text without anything that could act on the terminal; its own line breaks stay.
fn lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n  ")
}

impl From<PcscError> for Failure {
    fn from(error: PcscError) -> Self {
        let code = match &error {
            PcscError::NoService => "no_service",
            PcscError::AccessDenied => "not_permitted",
            PcscError::NoReader | PcscError::ReaderNotFound { .. } => "no_reader",
            PcscError::NoCard => "no_card",
            PcscError::Unresponsive => "unsupported_card",
            PcscError::Busy => "reader_unavailable",
            PcscError::Timeout => "timeout",
            PcscError::Other(_) => "transmission",
        };
        Self::new(code, error.to_string())
    }
}
