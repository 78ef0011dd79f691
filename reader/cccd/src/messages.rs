//! What to tell people: for every error code, reason and state a line in Vietnamese and in English, and a line on what to
//! do. The codes are stable and for programs; the lines are for people and may get better.

use icao9303::check::{Check, Reason, Remark};
use icao9303::mrz::{Field, MrzError, Problem};

mod checks;
mod details;
mod errors;
mod files;
mod inputs;
mod mrz;
mod remarks;
pub(crate) mod trust;

/// The lines of one code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// The stable code.
    pub code: &'static str,
    /// What is the matter, in Vietnamese.
    pub vi: &'static str,
    /// What is the matter, in English.
    pub en: &'static str,
    /// What to do, in Vietnamese. Empty where there is nothing to do.
    pub hint_vi: &'static str,
    /// What to do, in English. Empty where there is nothing to do.
    pub hint_en: &'static str,
}

/// The same in Vietnamese and in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Words {
    /// Both.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }
}

/// The lines of a code: an error's, else a reason's, a state's, a verdict's, or the name of a check.
#[must_use]
pub fn of(code: &str) -> Option<Message> {
    TABLES[..4].iter().find_map(|table| find(table, code))
}

/// The lines of a check's reason. `pace_failed` is also an error, which reads otherwise.
#[must_use]
pub fn of_reason(reason: Reason) -> Option<Message> {
    find(checks::REASONS, reason.as_str())
}

/// The lines for a malformed value, by what it stands for.
#[must_use]
pub fn of_input(subject: &str) -> Option<Message> {
    find(inputs::INPUTS, subject)
}

/// The lines for what is wrong with a file, by why.
#[must_use]
pub fn of_file(why: &str) -> Option<Message> {
    find(files::FILES, why)
}

/// The lines for what the system says of a file.
#[must_use]
pub fn of_file_error(error: &std::io::Error) -> Option<Message> {
    of_file(files::of_io(error.kind()))
}

/// What stands behind the state of a check; without Vietnamese where the sentence is a new one.
#[must_use]
pub fn of_detail(check: &Check) -> Words {
    of_sentence(&check.message)
}

/// A sentence of a check, in both languages.
pub(crate) fn of_sentence(english: &str) -> Words {
    Words::new(details::vietnamese(english).unwrap_or_default(), english)
}

/// What is odd and decides nothing.
#[must_use]
pub fn of_remark(remark: &Remark) -> Words {
    remarks::words(remark)
}

/// What is wrong inside an MRZ.
#[must_use]
pub fn of_mrz_problem(problem: &Problem) -> Words {
    mrz::problem(problem)
}

/// Why an input is no MRZ.
#[must_use]
pub fn of_mrz_error(error: &MrzError) -> Words {
    mrz::error(error)
}

/// The name of an MRZ field in Vietnamese; in English it says itself.
#[must_use]
pub const fn of_mrz_field(field: Field) -> &'static str {
    mrz::field(field)
}

const TABLES: [&[Message]; 6] =
    [errors::ERRORS, checks::REASONS, checks::STATES, checks::NAMES, inputs::INPUTS, files::FILES];

fn find(table: &[Message], code: &str) -> Option<Message> {
    table.iter().find(|message| message.code == code).copied()
}

/// A table row.
const fn row(
    code: &'static str,
    vi: &'static str,
    en: &'static str,
    hint_vi: &'static str,
    hint_en: &'static str,
) -> Message {
    Message { code, vi, en, hint_vi, hint_en }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_occurs_once_in_its_table_and_is_snake_case() {
        for table in TABLES {
            let mut seen = BTreeSet::new();
            for message in table {
                assert!(seen.insert(message.code), "{} occurs twice", message.code);
                assert!(message.code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{}", message.code);
            }
        }
    }

    #[test]
    fn every_message_is_in_both_languages() {
        for message in TABLES.concat() {
            assert!(!message.vi.is_empty() && !message.en.is_empty(), "{}", message.code);
            assert_eq!(message.hint_vi.is_empty(), message.hint_en.is_empty(), "{}", message.code);
            assert!(message.en.is_ascii() && message.hint_en.is_ascii(), "{}", message.code);
        }
    }

    #[test]
    fn every_error_malformed_value_and_bad_file_says_what_to_do() {
        for message in [errors::ERRORS, inputs::INPUTS, files::FILES].concat() {
            assert!(!message.hint_en.is_empty(), "{}", message.code);
        }
    }

    #[test]
    fn every_state_reason_verdict_and_check_has_a_message() {
        use crate::verdict::Verdict;
        use icao9303::check::Status;

        for status in [Status::Passed, Status::Failed, Status::Unknown, Status::NotOffered, Status::Skipped] {
            assert!(of(status.as_str()).is_some(), "{}", status.as_str());
        }
        for verdict in [Verdict::Genuine, Verdict::Unconfirmed, Verdict::Rejected] {
            assert!(of(verdict.as_str()).is_some(), "{}", verdict.as_str());
        }
        for name in crate::checks::NAMES {
            assert!(of(name).is_some(), "{name}");
        }
        for reason in Reason::ALL {
            assert!(of_reason(*reason).is_some_and(|message| !message.hint_vi.is_empty()), "{}", reason.as_str());
        }
        assert_eq!(of("nothing"), None);
    }
}
