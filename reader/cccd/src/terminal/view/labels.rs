//! The words for checks, states and verdicts.

use icao9303::check::Check;

use crate::messages::{self, Words};
use crate::verdict::{Obstacle, Verdict};

/// A check's name in Vietnamese and in English.
pub(super) fn check(name: &str) -> (&str, &str) {
    match name {
        "live" => ("Đọc trực tiếp", "Live session"),
        _ => messages::of(name).map_or((name, ""), |words| (words.vi, words.en)),
    }
}

/// What a phase of a read is called: of a file, by the file's name.
pub(super) fn phase(name: &str) -> (&str, &str) {
    match name {
        "connect" => ("kết nối", "connecting"),
        "access" => ("mở chip", "opening the chip"),
        "select" => ("chọn ứng dụng", "selecting the application"),
        "chip_authentication" => ("chứng thực chip (CA)", "chip authentication"),
        "active_authentication" => ("chứng thực chip (AA)", "active authentication"),
        "terminal_authentication" => ("chứng thực đầu đọc (TA)", "terminal authentication"),
        "wait" => ("chờ thẻ", "waiting for the card"),
        name => (name, ""),
    }
}

/// A field of the holder, by its name in machine-readable results.
pub(super) fn field(name: &str) -> (&str, &str) {
    FIELDS.iter().find(|(known, ..)| *known == name).map_or((name, ""), |(_, vi, en)| (vi, en))
}

const FIELDS: &[(&str, &str, &str)] = &[
    ("id_number", "số định danh", "ID number"),
    ("old_id_number", "số CMND cũ", "old number"),
    ("full_name", "họ và tên", "full name"),
    ("date_of_birth", "ngày sinh", "date of birth"),
    ("sex", "giới tính", "sex"),
    ("nationality", "quốc tịch", "nationality"),
    ("place_of_residence", "nơi thường trú", "residence"),
    ("address", "nơi thường trú", "residence"),
    ("date_of_issue", "ngày cấp", "date of issue"),
    ("date_of_expiry", "ngày hết hạn", "date of expiry"),
    ("document_number", "số tài liệu", "document number"),
    ("issuing_state", "nước cấp", "issuing state"),
];

/// The state of a check: in both languages at once where that is all, else each with its reason.
pub(super) fn state(check: &Check) -> Words {
    let status = check.status.as_str();
    let (vi, en) = messages::of(status).map_or((status, status), |words| (words.vi, words.en));
    match check.reason.map(|reason| (reason, messages::of_reason(reason))) {
        None => Words::new(format!("{vi} · {en}"), ""),
        Some((_, Some(words))) => Words::new(format!("{vi}: {}", words.vi), format!("{en}: {}", words.en)),
        Some((reason, None)) => Words::new(format!("{vi} · {en}: {}", reason.as_str().replace('_', " ")), ""),
    }
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
