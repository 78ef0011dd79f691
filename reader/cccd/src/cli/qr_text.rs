//! `cccd qr-text`: reads the text that a scanner delivered from the card's QR code.

use serde_json::{Value, json};

use super::failure::{Exit, Failure};
use super::{output, secret};
use crate::card_date::CardDate;
use crate::messages::{self, Words};
use crate::qr_text::{self, QrCard, QrContent};
use crate::terminal::Style;
use crate::terminal::rows::{labelled, marked};
use crate::terminal::style::Paint;

/// Options of `cccd qr-text`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The text; `-` for standard input
    text: String,
}

pub(super) fn run(arguments: &Arguments, json: bool) -> Result<Exit, Failure> {
    let text = secret::given(&arguments.text)?;
    let content = qr_text::read_str(&text).map_err(|error| Failure::input("qr_text", error.to_string()))?;
    if json {
        output::json(&value(&text, &content));
    } else {
        output::text(&shown(&content, &Style::of_stdout()));
    }
    Ok(match content {
        QrContent::Card(_) => Exit::Done,
        QrContent::Other(_) => Exit::Unconfirmed,
    })
}

fn value(text: &str, content: &QrContent) -> Value {
    let (card, seems, warnings) = match content {
        QrContent::Card(card) => (Some(card), None, card.warnings()),
        QrContent::Other(seems) => (None, Some(seems), &[][..]),
    };
    json!({
        "schema": "cccd.qr-text/1", "text": text, "card": card, "seems_to_be": seems,
        "warnings": warnings.iter().map(output::remark).collect::<Vec<_>>(),
    })
}

const LABELS: [(&str, (&str, &str)); 7] = [
    ("id_number", ("Số định danh", "ID number")),
    ("old_id_number", ("Số CMND cũ", "old number")),
    ("full_name", ("Họ và tên", "full name")),
    ("date_of_birth", ("Ngày sinh", "date of birth")),
    ("sex", ("Giới tính", "sex")),
    ("address", ("Nơi thường trú", "address")),
    ("date_of_issue", ("Ngày cấp", "date of issue")),
];

/// What a code says, for people.
pub(super) fn shown(content: &QrContent, style: &Style) -> String {
    let mut lines = Vec::new();
    match content {
        QrContent::Card(card) => {
            let rows: Vec<_> =
                LABELS.iter().enumerate().map(|(index, (name, label))| (*label, text(card, index, name))).collect();
            lines.extend(labelled(&rows, style, 2));
            lines.push(String::new());
            for warning in card.warnings() {
                lines.extend(marked(("!", Paint::Open), &messages::of_remark(warning), style));
            }
            let claim = Words::new(
                "Mã QR không có chữ ký: chỉ là lời khai, chưa được chứng thực",
                "the code is not signed: a claim, not a proof",
            );
            lines.extend(marked(("!", Paint::Open), &claim, style));
        }
        QrContent::Other(seems) => {
            let words = Words::new(
                format!("Không phải mã QR của thẻ căn cước; có vẻ là {}", seems.vietnamese()),
                format!("not an ID card's code; it seems to be {}", seems.english()),
            );
            lines.extend(marked(("!", Paint::Open), &words, style));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// A field as Vietnam writes it; one that could not be read, as it stands in the code.
fn text(card: &QrCard, index: usize, name: &str) -> String {
    let original = card.original(index).unwrap_or_default();
    let read = match name {
        "date_of_birth" => card.date_of_birth.map(CardDate::vietnamese),
        "date_of_issue" => card.date_of_issue.map(CardDate::vietnamese),
        _ => None,
    };
    match read {
        Some(date) => date,
        None if original.is_empty() => "–".to_owned(),
        None => original.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(text: &str) -> String {
        shown(&qr_text::read_str(text).unwrap(), &Style::PLAIN)
    }

    #[test]
    fn people_see_dates_as_vietnam_writes_them_and_that_nothing_is_proven() {
        let text = view("001190123456||Nguyễn Thị An|15031990|Nữ|Hà Nội|20042021||||");
        for part in ["15/03/1990", "20/04/2021", "Nữ", "không có chữ ký", "not signed"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn another_code_is_named_in_both_languages() {
        let text = view("https://example.org");
        assert!(text.contains("địa chỉ trang web") && text.contains("a web address"), "{text}");
    }
}
