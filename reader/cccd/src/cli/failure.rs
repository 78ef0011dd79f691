//! Exit codes, and the error object that goes with codes 2, 5 and 6.

use std::fmt::Display;
use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::output;
use crate::messages::{self, Message, Words};
use crate::pcsc::PcscError;
use crate::terminal::Style;
use crate::terminal::style::Paint;
use crate::terminal::text::{clean, wrapped};

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
            | "several_codes"
            | "not_an_authority"
            | "not_in_store"
            | "old_master_list"
            | "unknown_list_signer"
            | "store_unwritable"
            | "not_written"
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
    /// What happened, in plain English, with what was found.
    message: String,
    more: Box<More>,
}

/// What may be said besides.
#[derive(Clone, Debug, Default)]
struct More {
    /// The lines that fit better than those of the code.
    words: Option<Message>,
    /// The Vietnamese line, where no table holds it.
    vietnamese: Option<String>,
    /// What the Vietnamese line ends with: a path, an option.
    subject: Option<String>,
    hint: Option<Words>,
    /// What was measured until then.
    timing: Option<Value>,
}

impl Failure {
    /// A failure with its stable code and what happened, in plain English.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), more: Box::default() }
    }

    /// A malformed value: the subject names the row of the messages that says how it is written.
    #[must_use]
    pub fn input(subject: &str, message: impl Into<String>) -> Self {
        Self::new("bad_input", message).in_words(messages::of_input(subject))
    }

    /// What the system says of a file or folder.
    #[must_use]
    pub fn file(path: &Path, error: &std::io::Error) -> Self {
        let message = format!("{}: {error}", path.display());
        Self::new("bad_file", message).in_words(messages::of_file_error(error)).about(path.display())
    }

    /// A file that is not what it should be: `why` names the row of the messages.
    #[must_use]
    pub fn content(path: &Path, why: &str, found: impl Display) -> Self {
        let message = format!("{}: {found}", path.display());
        Self::new("bad_file", message).in_words(messages::of_file(why)).about(path.display())
    }

    /// The same under another code.
    #[must_use]
    pub fn as_code(mut self, code: &'static str) -> Self {
        self.code = code;
        self
    }

    /// Says it in other words than those of the code.
    #[must_use]
    pub fn in_words(mut self, words: Option<Message>) -> Self {
        self.more.words = words;
        self
    }

    /// What happened, in Vietnamese, where no table holds it.
    #[must_use]
    pub fn saying(mut self, vietnamese: impl Into<String>) -> Self {
        self.more.vietnamese = Some(vietnamese.into());
        self
    }

    /// Names what it is about, beside the Vietnamese line; the English message names it itself.
    #[must_use]
    pub fn about(mut self, subject: impl Display) -> Self {
        self.more.subject = Some(subject.to_string());
        self
    }

    /// What to do, where that is more than what goes with the code by itself.
    #[must_use]
    pub fn with_hint(mut self, vi: impl Into<String>, en: impl Into<String>) -> Self {
        self.more.hint = Some(Words::new(vi, en));
        self
    }

    /// Adds what was measured until then.
    #[must_use]
    pub fn with_timing(mut self, timing: Value) -> Self {
        self.more.timing = Some(timing);
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Says so: to people on standard error, and to programs on standard output too. Returns how to exit.
    pub(super) fn report(&self, json: bool) -> Exit {
        self.tell();
        if json {
            let mut object = json!({ "schema": "cccd.error/1", "error": self.value() });
            if let Some(timing) = &self.more.timing {
                object["timing"] = timing.clone();
            }
            output::json(&object);
        }
        Exit::of_code(self.code)
    }

    /// The error as it stands in the error object.
    pub(super) fn value(&self) -> Value {
        let Words { vi: hint_vi, en: hint } = self.hint();
        json!({
            "code": self.code, "message": self.message, "hint": hint,
            "message_vi": self.vietnamese(), "hint_vi": hint_vi,
        })
    }

    fn words(&self) -> Option<Message> {
        self.more.words.or_else(|| messages::of(self.code))
    }

    /// What happened, in Vietnamese.
    fn vietnamese(&self) -> String {
        let of_words = || self.words().map_or(self.code, |words| words.vi);
        let line = self.more.vietnamese.as_deref().unwrap_or_else(of_words);
        match &self.more.subject {
            Some(subject) => format!("{}: {subject}", line.trim_end_matches('.')),
            None => line.to_owned(),
        }
    }

    /// What to do: what was said with the failure, or what goes with its words.
    fn hint(&self) -> Words {
        let of_words = || self.words().map(|words| Words::new(words.hint_vi, words.hint_en));
        self.more.hint.clone().or_else(of_words).unwrap_or_else(|| Words::new("", ""))
    }

    /// Says so on standard error, Vietnamese first.
    pub(super) fn tell(&self) {
        let text = self.shown(&Style::of_stderr());
        // Standard error may be closed: there is nobody left to tell.
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }

    fn shown(&self, style: &Style) -> String {
        let hint = self.hint();
        let mut text = String::new();
        let mut add = |paint: Paint, start: &str, words: &str| {
            let lines = words.lines().flat_map(|line| wrapped(&clean(line), style.width.saturating_sub(2)));
            for (index, line) in lines.enumerate().filter(|(_, line)| !line.is_empty()) {
                let start = if index == 0 { start } else { "  " };
                text.push_str(&format!("{start}{}\n", style.paint(paint, &line)));
            }
        };
        let mark = format!("{} ", style.paint(Paint::Bad, "✗"));
        add(Paint::Bad, &mark, &self.vietnamese());
        add(Paint::Plain, "  ", &hint.vi);
        add(Paint::Faint, "  ", &format!("error: {}", self.message));
        add(Paint::Faint, "  ", &hint.en);
        text
    }
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
        let failure = Self::new(code, error.to_string());
        match &error {
            PcscError::NoReader => failure.saying("Không có đầu đọc thẻ nào."),
            PcscError::ReaderNotFound { .. } => failure.saying("Không có đầu đọc nào tên hoặc số như vậy."),
            _ => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_get_both_languages_and_programs_the_same() {
        let error = std::io::Error::from(std::io::ErrorKind::NotFound);
        let failure = Failure::file(Path::new("/tmp/x.pem"), &error);
        let shown = failure.shown(&Style::PLAIN);
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines[0], "✗ Không có tệp hoặc thư mục này: /tmp/x.pem");
        assert!(lines[2].starts_with("  error: /tmp/x.pem: "), "{shown}");
        let value = failure.value();
        assert_eq!((&value["code"], &value["message_vi"]), (&"bad_file".into(), &lines[0][4..].into()));
        assert!(value["hint"].as_str().unwrap().starts_with("Check the path"));
    }

    #[test]
    fn a_message_is_no_wider_than_the_terminal_and_cannot_act_on_it() {
        let failure = Failure::new("bad_file", format!("na\x1b[2Jme {}", "long ".repeat(60)));
        let narrow = Style { width: 40, ..Style::PLAIN };
        let shown = failure.shown(&narrow);
        assert!(shown.lines().all(|line| crate::terminal::text::columns(line) <= 40), "{shown}");
        assert!(!shown.contains('\x1b'));
    }
}
