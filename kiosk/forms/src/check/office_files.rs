//! Whether the office's document and workbook fit the pack.

use std::path::Path;

use cccd_ooxml::{docx, xlsx};

use super::Report;
use crate::facts::Subjects;
use crate::filling::Entries;
use crate::finding::Finding;
use crate::packs::{Pack, TypingOrder};

/// The rows that another system takes.
pub(super) fn check_list(pack: &Pack, report: &mut Report<'_>) {
    let Some(list) = &pack.list else { return };
    report.unique("[[list.column]]", list.columns.iter().map(|column| column.column.as_str()));
    let section =
        pack.sections.iter().find(|section| section.rows.as_ref().is_some_and(|rows| rows.subject == list.subject));
    if section.is_none() {
        report.error(
            format!("[list]: không có bảng nào của \"{}\". Sửa subject.", list.subject),
            format!("[list]: there is no table of \"{}\". Correct subject.", list.subject),
        );
    }
    // Excel has 1,048,576 rows, columns to XFD, and names of sheets up to 31 letters. The heads stand above the first row.
    if !(2..=1_000_000).contains(&list.first_row) {
        report.error("[list]: first_row phải từ 2.", "[list]: first_row must be 2 or more.");
    }
    let sheet = &list.sheet;
    if sheet.is_empty() || sheet.chars().count() > 31 || sheet.contains(['[', ']', ':', '*', '?', '/', '\\']) {
        report.error(
            format!("[list]: sheet \"{sheet}\": tối đa 31 ký tự, không có [ ] : * ? / \\."),
            format!("[list]: sheet \"{sheet}\": 31 characters at most, none of [ ] : * ? / \\."),
        );
    }
    let own = |id: &str| section.is_some_and(|section| section.fields.iter().any(|field| field.id == id));
    let general = |id: &str| {
        pack.sections
            .iter()
            .filter(|section| section.rows.is_none())
            .flat_map(|section| &section.fields)
            .any(|field| field.id == id)
    };
    for column in &list.columns {
        let letters = &column.column;
        let beyond = letters.len() == 3 && letters.as_str() > "XFD";
        if letters.is_empty()
            || letters.len() > 3
            || beyond
            || !letters.bytes().all(|letter| letter.is_ascii_uppercase())
        {
            report.error(
                format!("[[list.column]] \"{letters}\": viết như A, B, AA."),
                format!("[[list.column]] \"{letters}\": write A, B, AA."),
            );
        }
        if let Some(id) = column.field.as_deref().filter(|id| !own(id) && !general(id)) {
            report.error(
                format!("[[list.column]] {letters}: không có trường \"{id}\" trong bảng hay trong phần chung."),
                format!("[[list.column]] {letters}: there is no field \"{id}\" in the table or outside of tables."),
            );
        }
    }
}

/// What is typed into other programs.
pub(super) fn check_typing(pack: &Pack, report: &mut Report<'_>) {
    for order in &pack.typing {
        for key in order.keys.iter().filter(|key| ![TypingOrder::TAB, TypingOrder::ENTER].contains(&key.as_str())) {
            let id = key.split_once('.').map_or(key.as_str(), |(id, _)| id);
            if !pack.fields().any(|field| field.id == id) {
                report.error(
                    format!("[[typing]] {}: không có trường \"{key}\". Dùng tên trường, Tab hoặc Enter.", order.title),
                    format!(
                        "[[typing]] {}: there is no field \"{key}\". Use a field's name, Tab or Enter.",
                        order.title
                    ),
                );
            }
        }
    }
}

/// `form.docx` and `list.xlsx`.
pub(super) fn check_files(folder: &Path, pack: &Pack, found: &mut Vec<Finding>) {
    if let Some(document) = &pack.document {
        let empty = pack.fill(&Subjects::default(), &super::nowhere(), &Entries::default());
        let file = folder.join("form.docx");
        if let Err(error) = docx::fill(document, &empty.data(), None) {
            found.push(Finding::error(
                &file,
                format!("Không điền được: {error}."),
                format!("Cannot be filled: {error}."),
            ));
        }
        let named = docx::placeholders(document).unwrap_or_default();
        let names = |id: &str| named.iter().any(|name| name.split([':', '=', '.']).any(|part| part.trim() == id));
        for field in pack.fields().filter(|field| !names(&field.id)) {
            let id = &field.id;
            found.push(Finding::warning(
                &file,
                format!("Tệp không có trường \"{id}\": thêm {{{{{id}}}}} vào chỗ của nó."),
                format!("The file does not show field \"{id}\": put {{{{{id}}}}} where it belongs."),
            ));
        }
    }
    let Some(workbook) = &pack.workbook else { return };
    let file = folder.join("list.xlsx");
    match &pack.list {
        None => found.push(Finding::warning(
            &file,
            "pack.toml không có [list]: tệp này không được dùng.",
            "pack.toml has no [list]: this file is not used.",
        )),
        Some(list) => {
            if let Err(error) = xlsx::fill_rows(workbook, &list.sheet, list.first_row, &[]) {
                found.push(Finding::error(
                    &file,
                    format!("Không điền được: {error}."),
                    format!("Cannot be filled: {error}."),
                ));
            }
        }
    }
}
