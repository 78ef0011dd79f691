//! `cccd mrz`: reads and checks the lines of a machine readable zone.

use icao9303::mrz::{Change, MrzError, Suggestion};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::failure::{Exit, Failure};
use super::{clock, output, secret};
use crate::card_date::{CardDate, Expiry};
use crate::messages::{self, Words};
use crate::mrz::DocumentMrz;
use crate::sex::Sex;
use crate::terminal::Style;
use crate::terminal::rows::{labelled, marked};
use crate::terminal::style::Paint;
use crate::terminal::text::clean;
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
    DocumentMrz::parse(&text.replace("\\n", "\n"), today).map_err(|error| failure_of(&error))
}

/// Why an input is no MRZ.
pub(super) fn failure_of(error: &MrzError) -> Failure {
    let words = messages::of_mrz_error(error);
    Failure::input("mrz", format!("the MRZ cannot be read: {}", words.en)).about(words.vi)
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
const LABELS: [(&str, (&str, &str)); 14] = [
    ("format", ("Kiểu", "format")),
    ("document_code", ("Loại giấy tờ", "document code")),
    ("issuing_state", ("Nước cấp", "issuing state")),
    ("document_number", ("Số tài liệu", "document number")),
    ("id_number", ("Số định danh", "ID number")),
    ("full_name", ("Họ và tên", "name")),
    ("name_may_be_cut", ("Tên có thể bị cắt", "name may be cut")),
    ("date_of_birth", ("Ngày sinh", "date of birth")),
    ("sex", ("Giới tính", "sex")),
    ("date_of_expiry", ("Có giá trị đến", "date of expiry")),
    ("no_expiry", ("Có giá trị đến", "date of expiry")),
    ("nationality", ("Quốc tịch", "nationality")),
    ("optional_data", ("Dữ liệu thêm", "optional data")),
    ("optional_data_2", ("Dữ liệu thêm 2", "optional data 2")),
];

fn shown(mrz: &DocumentMrz, style: &Style) -> String {
    let mut lines: Vec<String> =
        mrz.mrz().lines().map(|row| format!("  {}", style.paint(Paint::Strong, &clean(row)))).collect();
    lines.push(String::new());
    lines.extend(labelled(&rows(mrz), style, 2));
    lines.push(String::new());
    if mrz.problems().is_empty() {
        let words = Words::new("Mọi số kiểm tra đều đúng", "all check digits are right");
        lines.extend(marked(("✓", Paint::Good), &words, style));
    }
    for problem in mrz.problems() {
        lines.extend(marked(("✗", Paint::Bad), &messages::of_mrz_problem(problem), style));
    }
    for suggestion in mrz.mrz().suggestions() {
        lines.extend(marked(("?", Paint::Open), &suggested(&suggestion), style));
    }
    for remark in mrz.remarks() {
        lines.extend(marked(("!", Paint::Open), &messages::of_remark(remark), style));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// The fields that the document has, as Vietnam writes them.
fn rows(mrz: &DocumentMrz) -> Vec<((&'static str, &'static str), String)> {
    let Value::Object(fields) = json!(mrz) else { return Vec::new() };
    let mut rows = Vec::new();
    for (name, label) in LABELS {
        let text = match (name, &fields[name]) {
            (_, Value::Null | Value::Bool(false)) => continue,
            ("date_of_birth", _) => mrz.date_of_birth().map(CardDate::vietnamese).unwrap_or_default(),
            ("date_of_expiry", _) => mrz.expiry().and_then(Expiry::date).map(CardDate::vietnamese).unwrap_or_default(),
            ("no_expiry", _) => "Không thời hạn".to_owned(),
            ("sex", _) => mrz.sex().map(Sex::vietnamese).unwrap_or_default().to_owned(),
            (_, Value::Bool(true)) => "có".to_owned(),
            (_, Value::String(text)) => text.clone(),
            (_, value) => value.to_string(),
        };
        if !text.is_empty() {
            rows.push((label, text));
        }
    }
    rows
}

fn suggested(suggestion: &Suggestion) -> Words {
    let places = |line: &str, column: &str, and: &str| {
        let place = |change: &Change| {
            format!("{line} {}, {column} {}: {} → {}", change.line, change.column, change.found, change.meant)
        };
        suggestion.changes.iter().map(place).collect::<Vec<_>>().join(and)
    };
    let field = messages::of_mrz_field(suggestion.field);
    Words::new(
        format!("{field} có lẽ đọc nhầm: {}", places("dòng", "cột", "; ")),
        format!("{} perhaps misread: {}", suggestion.field, places("line", "column", "; ")),
    )
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn view(lines: &str) -> String {
        shown(&parse(lines, date(2026, 1, 1)).unwrap(), &Style::PLAIN)
    }

    #[test]
    fn people_see_dates_and_sex_as_vietnam_writes_them() {
        let text =
            view("IDVNM1901234569001190123456<<0\n9003152F3003150VNM<<<<<<<<<<<2\nNGUYEN<<THI<AN<<<<<<<<<<<<<<<<");
        for part in ["15/03/1990", "15/03/2030", "Nữ", "Mọi số kiểm tra đều đúng"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("1990-") && !text.contains("female"), "{text}");
        let never =
            view("IDVNM0581234568079058123456<<8\n5801028M9912315VNM<<<<<<<<<<<6\nTRAN<<VAN<BINH<<<<<<<<<<<<<<<<");
        assert!(never.contains("Không thời hạn") && never.contains("Nam") && !never.contains("31/12"), "{never}");
    }

    #[test]
    fn a_wrong_check_digit_is_said_in_both_languages_with_its_place() {
        let text =
            view("IDVNM1901234569001190123456<<0\n9003152F3003151VNM<<<<<<<<<<<2\nNGUYEN<<THI<AN<<<<<<<<<<<<<<<<");
        assert!(text.contains("✗ dòng 2, cột 15, ngày hết hạn: số kiểm tra phải là 0"), "{text}");
        assert!(text.contains("(line 2, column 15)"), "{text}");
    }
}
