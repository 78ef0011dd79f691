//! What to tell people: for every error code, reason and state a line in Vietnamese and in English, and a line on what to
//! do. The codes are stable and for programs; the lines are for people and may get better.

use icao9303::check::Reason;

mod checks;
mod errors;

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

/// The lines of a code: an error's, else a reason's, a state's, a verdict's, or the name of a check.
#[must_use]
pub fn of(code: &str) -> Option<Message> {
    TABLES.iter().find_map(|table| find(table, code))
}

/// The lines of a check's reason. `pace_failed` is also an error, which reads otherwise.
#[must_use]
pub fn of_reason(reason: Reason) -> Option<Message> {
    find(checks::REASONS, reason.as_str())
}

const TABLES: [&[Message]; 4] = [errors::ERRORS, checks::REASONS, checks::STATES, checks::NAMES];

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
    fn every_error_says_what_to_do() {
        for message in errors::ERRORS {
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
