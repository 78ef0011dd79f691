//! `cccd mrz`: reads and checks the lines of a machine readable zone.

use std::fmt::Write as _;

use icao9303::mrz::Suggestion;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::failure::{Exit, Failure};
use super::{clock, output, secret};
use crate::mrz::DocumentMrz;
use crate::terminal::Style;
use crate::terminal::style::Paint;
use crate::terminal::text::{clean, padded};
use crate::validity::today_in_vietnam;

/// Options of `cccd mrz`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The lines: three of 30 characters (TD1), two of 36 (TD2) or of 44 (TD3); or all in one; `-` for standard input
    #[arg(required = true, num_args = 1..=3, value_name = "LINE")]
    lines: Vec<String>,
}

pub(super) fn run(arguments: &Arguments, json: bool) -> Result<Exit, Failure> {
    let text = match arguments.lines.as_slice() {
        [line] => secret::given(line)?,
        lines => lines.join("\n").into(),
    };
    let mrz = parse(&text, today_in_vietnam(clock::now()))?;
    if json {
        output::json(&value(&mrz));
    } else {
        output::text(&shown(&mrz, &Style::of_stdout()));
    }
    Ok(if mrz.problems().is_empty() { Exit::Done } else { Exit::Rejected })
}

/// Reads the lines as they are typed: line breaks may be written as `\n`.
pub(super) fn parse(text: &str, today: Date) -> Result<DocumentMrz, Failure> {
    DocumentMrz::parse(&text.replace("\\n", "\n"), today)
        .map_err(|error| Failure::new("bad_input", format!("the MRZ cannot be read: {error}")))
}

fn value(mrz: &DocumentMrz) -> Value {
    let problems: Vec<_> = mrz
        .problems()
        .iter()
        .map(|problem| {
            json!({
                "field": problem.field.to_string(), "line": problem.line, "column": problem.column,
                "message": problem.kind.to_string(),
            })
        })
        .collect();
    let suggestions: Vec<_> = mrz.mrz().suggestions().iter().map(suggestion).collect();
    json!({
        "schema": "cccd.mrz/1", "valid": problems.is_empty(), "lines": mrz.mrz().lines().collect::<Vec<_>>(),
        "fields": mrz, "problems": problems, "suggestions": suggestions,
        "warnings": mrz.remarks().iter().map(output::remark).collect::<Vec<_>>(),
    })
}

fn suggestion(suggestion: &Suggestion) -> Value {
    let changes: Vec<_> = suggestion
        .changes
        .iter()
        .map(|change| {
            json!({
                "line": change.line, "column": change.column, "found": change.found.to_string(),
                "meant": change.meant.to_string(),
            })
        })
        .collect();
    json!({ "field": suggestion.field.to_string(), "changes": changes, "composite_holds": suggestion.composite_holds })
}

/// What people call the fields of the JSON value; others go by their name there.
const LABELS: [(&str, &str); 13] = [
    ("format", "Kiểu · format"),
    ("document_code", "Loại giấy tờ · document code"),
    ("issuing_state", "Nước cấp · issuing state"),
    ("document_number", "Số tài liệu · document number"),
    ("id_number", "Số định danh · ID number"),
    ("full_name", "Họ và tên · name"),
    ("name_may_be_cut", "Tên có thể bị cắt · name may be cut"),
    ("date_of_birth", "Ngày sinh · born"),
    ("sex", "Giới tính · sex"),
    ("date_of_expiry", "Có giá trị đến · expires"),
    ("no_expiry", "Không thời hạn · no expiry"),
    ("nationality", "Quốc tịch · nationality"),
    ("optional_data", "Dữ liệu thêm · optional data"),
];

fn shown(mrz: &DocumentMrz, style: &Style) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        let written = writeln!(text, "{line}");
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    };
    for row in mrz.mrz().lines() {
        line(format!("  {}", style.paint(Paint::Strong, &clean(row))));
    }
    line(String::new());
    if let Value::Object(fields) = json!(mrz) {
        for (name, field) in fields
            .iter()
            .filter(|(_, field)| !matches!(field, Value::Null | Value::Bool(false)) && field.as_str() != Some(""))
        {
            let field = field.as_str().map_or_else(|| field.to_string(), str::to_owned);
            let label = LABELS.iter().find(|(key, _)| key == name).map_or(name.as_str(), |(_, label)| label);
            line(format!("  {}{}", style.paint(Paint::Faint, &padded(label, 38)), clean(&field)));
        }
    }
    line(String::new());
    if mrz.problems().is_empty() {
        line(format!("{} Mọi số kiểm tra đều đúng · all check digits are right", style.paint(Paint::Good, "✓")));
    }
    for problem in mrz.problems() {
        line(format!("{} {problem}", style.paint(Paint::Bad, "✗")));
    }
    for suggestion in mrz.mrz().suggestions() {
        let changes: Vec<_> = suggestion
            .changes
            .iter()
            .map(|change| {
                let (row, column) = (change.line, change.column);
                format!("dòng {row} cột {column} · line {row}, column {column}: {} → {}", change.found, change.meant)
            })
            .collect();
        let meant = format!("{} có lẽ đọc nhầm · perhaps misread: {}", suggestion.field, changes.join("; "));
        line(format!("{} {meant}", style.paint(Paint::Open, "?")));
    }
    for remark in mrz.remarks() {
        line(format!("{} {}", style.paint(Paint::Open, "!"), remark.message));
    }
    text
}
