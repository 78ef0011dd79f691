//! `cccd qr-text`: reads the text that a scanner delivered from the card's QR code.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::failure::{Exit, Failure};
use super::{output, secret};
use crate::qr_text::{self, QrContent};
use crate::terminal::Style;
use crate::terminal::style::Paint;
use crate::terminal::text::{clean, padded};

/// Options of `cccd qr-text`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The text; `-` for standard input
    text: String,
}

pub(super) fn run(arguments: &Arguments, json: bool) -> Result<Exit, Failure> {
    let text = secret::given(&arguments.text)?;
    let content = qr_text::read_str(&text).map_err(|error| Failure::new("bad_input", error.to_string()))?;
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

const LABELS: [(&str, &str); 7] = [
    ("id_number", "Số định danh · ID number"),
    ("old_id_number", "Số CMND cũ · old number"),
    ("full_name", "Họ và tên · name"),
    ("date_of_birth", "Ngày sinh · born"),
    ("sex", "Giới tính · sex"),
    ("address", "Nơi thường trú · address"),
    ("date_of_issue", "Ngày cấp · issued"),
];

/// A date as Vietnam writes it: 2021-04-20 as 20/04/2021.
fn day_first(date: &str) -> String {
    date.rsplit('-').collect::<Vec<_>>().join("/")
}

fn shown(content: &QrContent, style: &Style) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        let written = writeln!(text, "{line}");
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    };
    match content {
        QrContent::Card(card) => {
            let fields = json!(card);
            for (index, (name, label)) in LABELS.iter().enumerate() {
                let original = card.original(index).unwrap_or_default();
                let value = match fields[*name].as_str() {
                    // In the card's own word, Nam or Nữ.
                    Some(_) if *name == "sex" => original.to_owned(),
                    Some(value) if name.starts_with("date") => day_first(value),
                    Some(value) => value.to_owned(),
                    None if original.is_empty() => "–".to_owned(),
                    None => original.to_owned(),
                };
                line(format!("  {}{}", style.paint(Paint::Faint, &padded(label, 28)), clean(&value)));
            }
            for warning in card.warnings() {
                line(format!("{} {}", style.paint(Paint::Open, "!"), warning.message));
            }
            line(style.paint(
                Paint::Open,
                "Mã QR không có chữ ký: chỉ là lời khai · the code is not signed: a claim, not a proof",
            ));
        }
        QrContent::Other(seems) => line(format!(
            "{} Không phải mã QR của thẻ căn cước · not an ID card's code; it looks like: {}",
            style.paint(Paint::Open, "!"),
            json!(seems).as_str().unwrap_or_default(),
        )),
    }
    text
}
