//! The record of a form for a spreadsheet: CSV, a workbook of its own, and the rows that another system takes.

use cccd_forms::filling::Listed;
use cccd_forms::packs::List;
use cccd_ooxml::xlsx;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::record::{PersonOf, Record};
use crate::desk::notice::Notice;

/// What stands above the columns of a CSV file.
const CSV_HEADS: [&str; 19] = [
    "record",
    "made_at",
    "practice",
    "service",
    "procedure_codes",
    "document_code",
    "form",
    "key",
    "label",
    "row",
    "subject",
    "value",
    "origin",
    "on_card",
    "id_number",
    "way",
    "read_at",
    "verdict",
    "passport",
];
/// What stands above the columns of fields.
const FIELD_HEADS: [&str; 8] = ["key", "label", "row", "subject", "value", "origin", "on_card", "required"];
/// What stands above the columns of people.
const PEOPLE_HEADS: [&str; 9] =
    ["places", "id_number", "full_name", "way", "at", "verdict", "checks", "practice", "passport"];

/// What stands in a form, a line for each field, and in each line whose it is, how that person was read and what came of it.
/// UTF-8 with its mark, which spreadsheets need to show Vietnamese letters; lines as RFC 4180 has them.
///
/// # Errors
/// None that a record can cause.
pub fn csv(record: &Record) -> Result<Vec<u8>, Notice> {
    let broken = |error: csv::Error| Notice::not_made(&error.to_string());
    let start = "\u{feff}".as_bytes().to_vec();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(start);
    writer.write_record(CSV_HEADS).map_err(broken)?;
    let service = record.service.as_ref().map(|service| service.number.to_string()).unwrap_or_default();
    let codes = record.form.procedure_codes.join("; ");
    for field in &record.fields {
        let person = record.person_of(field);
        let line: [&str; 19] = [
            &record.id,
            &record.made_at,
            &yes(record.practice),
            &service,
            &codes,
            &record.form.document_code,
            &record.form.id,
            &field.key,
            &field.label,
            &field.row.map(|row| row.to_string()).unwrap_or_default(),
            field.subject.as_deref().unwrap_or_default(),
            field.value.as_str(),
            field.origin.unwrap_or_default(),
            field.on_card.as_ref().map_or("", |on_card| on_card.as_str()),
            person.and_then(|person| person.id_number.as_ref()).map_or("", |number| number.as_str()),
            &person.map(|person| person.way.to_string()).unwrap_or_default(),
            person.map_or("", |person| person.at.as_str()),
            person.and_then(|person| person.verdict).unwrap_or_default(),
            &person.map(PersonOf::passport_text).unwrap_or_default(),
        ];
        writer.write_record(line.map(harmless)).map_err(broken)?;
    }
    writer.into_inner().map_err(|error| Notice::not_made(&error.to_string()))
}

/// The same as a workbook: the fields, the people, and what it is.
///
/// # Errors
/// None that a record can cause.
pub fn workbook(record: &Record) -> Result<Vec<u8>, Notice> {
    let mut workbook = Workbook::new();
    let sheets: [(&str, Vec<Vec<String>>); 3] = [
        ("Tờ khai", with_head(&FIELD_HEADS, field_lines(record))),
        ("Người", with_head(&PEOPLE_HEADS, people_lines(record))),
        ("Nguồn", head_lines(record)),
    ];
    for (name, lines) in sheets {
        let sheet = workbook.add_worksheet().set_name(name).map_err(broken)?;
        write(sheet, 0, &lines)?;
    }
    workbook.save_to_buffer().map_err(broken)
}

/// The rows that another system takes: in its own workbook where the office has one, else in one like it.
///
/// # Errors
/// The office's workbook is broken.
pub fn list(list: &List, rows: &Listed, template: Option<&[u8]>) -> Result<Vec<u8>, Notice> {
    if let Some(template) = template {
        return xlsx::fill_rows(template, &list.sheet, list.first_row, &rows.rows)
            .map_err(|error| Notice::not_made(&format!("list.xlsx: {error}")));
    }
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name(&list.sheet).map_err(broken)?;
    let head = list.columns.iter().map(|column| (column.column.clone(), column.title.clone())).collect();
    let above = list.first_row.saturating_sub(2);
    for (number, row) in (above..).zip(std::iter::once(&head).chain(&rows.rows)) {
        for (column, text) in row {
            sheet.write_string(number, column_number(column), text).map_err(broken)?;
        }
    }
    sheet.autofit();
    workbook.save_to_buffer().map_err(broken)
}

fn with_head(head: &[&str], lines: Vec<Vec<String>>) -> Vec<Vec<String>> {
    std::iter::once(head.iter().map(|text| (*text).to_owned()).collect()).chain(lines).collect()
}

/// Every cell is text: a number keeps its leading zero, and nothing is a formula.
fn write(sheet: &mut Worksheet, first: u32, lines: &[Vec<String>]) -> Result<(), Notice> {
    let bold = Format::new().set_bold();
    for (row, line) in (first..).zip(lines) {
        for (column, text) in (0..).zip(line) {
            let written = match row {
                0 => sheet.write_string_with_format(row, column, text, &bold),
                _ => sheet.write_string(row, column, text),
            };
            written.map_err(broken)?;
        }
    }
    sheet.autofit();
    Ok(())
}

fn field_lines(record: &Record) -> Vec<Vec<String>> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let lines = record.fields.iter().map(|field| {
        vec![
            field.key.clone(),
            field.label.clone(),
            field.row.map(|row| row.to_string()).unwrap_or_default(),
            text(field.subject.as_deref()),
            field.value.to_string(),
            text(field.origin),
            text(field.on_card.as_ref().map(|on_card| on_card.as_str())),
            yes(field.required),
        ]
    });
    lines.collect()
}

fn people_lines(record: &Record) -> Vec<Vec<String>> {
    let lines = record.people.iter().map(|person| {
        let checks = person.checks.iter().map(|check| format!("{}: {}", check.name, check.status));
        let text =
            |text: &Option<zeroize::Zeroizing<String>>| text.as_ref().map(|text| text.to_string()).unwrap_or_default();
        vec![
            person.places_text(),
            text(&person.id_number),
            text(&person.full_name),
            person.way.to_string(),
            person.at.clone(),
            person.verdict.unwrap_or_default().to_owned(),
            checks.collect::<Vec<_>>().join("; "),
            yes(person.practice),
            person.passport_text(),
        ]
    });
    lines.collect()
}

fn head_lines(record: &Record) -> Vec<Vec<String>> {
    let service = record.service.as_ref();
    let lines = [
        ("format", record.format.to_owned()),
        ("id", record.id.clone()),
        ("made_at", record.made_at.clone()),
        ("practice", yes(record.practice)),
        ("authority", record.desk.authority.clone()),
        ("place", record.desk.place.clone()),
        ("province", record.desk.province.clone()),
        ("software", record.desk.software.to_owned()),
        ("service", service.map(|service| service.number.to_string()).unwrap_or_default()),
        ("service_name", service.map(|service| service.name.clone()).unwrap_or_default()),
        ("form", record.form.id.clone()),
        ("title", record.form.title.clone()),
        ("document_code", record.form.document_code.clone()),
        ("procedure_codes", record.form.procedure_codes.join("; ")),
        ("basis", record.form.basis.clone()),
        ("draft", yes(record.form.draft)),
    ];
    lines.into_iter().map(|(name, text)| vec![name.to_owned(), text]).collect()
}

fn yes(it_is: bool) -> String {
    if it_is { "yes" } else { "no" }.to_owned()
}

/// A text that no spreadsheet takes for a formula (CSV has no types): what begins like one gets a quote before it.
fn harmless(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

/// The number of a column from its letters, A being 0. The pack was checked.
fn column_number(letters: &str) -> u16 {
    let number = |number: u16, letter: u8| {
        number.saturating_mul(26).saturating_add(u16::from(letter.saturating_sub(b'A')).saturating_add(1))
    };
    letters.bytes().fold(0, number).saturating_sub(1)
}

fn broken(error: XlsxError) -> Notice {
    Notice::not_made(&error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_as_spreadsheets_do() {
        assert_eq!(["A", "B", "Z", "AA", "XFD"].map(column_number), [0, 1, 25, 26, 16383]);
    }

    #[test]
    fn nothing_in_csv_is_a_formula() {
        assert_eq!(harmless("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(harmless("Nguyễn = An"), "Nguyễn = An");
        assert_eq!(harmless(""), "");
    }
}
