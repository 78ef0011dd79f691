//! The words for checks, states and verdicts.

use icao9303::check::Check;

use crate::messages::{self, Message};
use crate::verdict::{Obstacle, Verdict};

/// A check's name in Vietnamese and in English.
pub(super) fn check(name: &str) -> (&str, &str) {
    match name {
        "live" => ("Đọc trực tiếp", "Live session"),
        _ => messages::of(name).map_or((name, ""), |words| (words.vi, words.en)),
    }
}

/// The state of a check in both languages, and its reason where there is one.
pub(super) fn state(check: &Check) -> String {
    let status = check.status.as_str();
    let status = messages::of(status).map_or_else(|| status.to_owned(), both);
    match check.reason.map(|reason| (reason, messages::of_reason(reason))) {
        None => status,
        Some((_, Some(words))) => format!("{status}: {}", both(words)),
        Some((reason, None)) => format!("{status}: {}", reason.as_str().replace('_', " ")),
    }
}

fn both(words: Message) -> String {
    format!("{} · {}", words.vi, words.en)
}

/// The verdict in both languages.
pub(super) fn verdict(verdict: Verdict) -> (String, String) {
    messages::of(verdict.as_str()).map_or_else(
        || (verdict.as_str().to_uppercase(), String::new()),
        |words| (words.vi.to_uppercase(), words.en.to_uppercase()),
    )
}

/// What stands between the card and the word genuine, in both languages.
pub(super) fn obstacle(obstacle: &Obstacle) -> (String, String) {
    let (vi, en) = check(obstacle.check);
    let words = obstacle.reason.and_then(messages::of_reason);
    let words = words.or_else(|| messages::of(obstacle.status.as_str()));
    words.map_or_else(
        || (vi.to_owned(), en.to_owned()),
        |words| {
            (
                sentences(&format!("{vi}: {}", words.vi), words.hint_vi),
                sentences(&format!("{en}: {}", words.en), words.hint_en),
            )
        },
    )
}

/// A text as a sentence, whether or not it is one already, and the hint after it where there is one.
fn sentences(text: &str, hint: &str) -> String {
    format!("{}. {hint}", text.trim_end_matches('.')).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_a_sentence_gets_no_second_full_stop() {
        assert_eq!(sentences("Not live.", "Read the card."), "Not live. Read the card.");
        assert_eq!(sentences("Secure channel: skipped", ""), "Secure channel: skipped.");
    }
}
