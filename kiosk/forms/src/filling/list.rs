//! A filled form as rows of a sheet.

use super::{FilledField, Form, Problem, problems};
use crate::finding::Severity;
use crate::packs::{Column, List};
use crate::search_key;

/// The rows, and what the other system would not take.
#[derive(Debug, Clone)]
pub struct Listed {
    /// For each row its cells: the column and the text. They hold personal data: drop them as soon as the sheet is made.
    pub rows: Vec<Vec<(String, String)>>,
    /// What is missing, or has no code.
    pub problems: Vec<Problem>,
}

impl Form {
    /// The form as a list: one row for each row of its table in which somebody stands.
    pub fn list(&self, list: &List) -> Listed {
        let mut listed = Listed { rows: Vec::new(), problems: Vec::new() };
        let table = self.sections.iter().find(|section| section.rows.as_deref() == Some(list.subject.as_str()));
        let rows = table.map_or(&[][..], |table| table.fields.as_slice()).chunk_by(|one, next| one.row == next.row);
        for row in rows.filter(|row| row.iter().any(|field| !field.value.is_empty())) {
            let number = listed.rows.len() + 1;
            let cells = list
                .columns
                .iter()
                .map(|column| (column.column.clone(), self.cell(column, row, number, &mut listed.problems)));
            let cells = cells.collect();
            listed.rows.push(cells);
        }
        listed
    }

    /// The text of a cell: of the row, else of the form.
    fn cell(&self, column: &Column, row: &[FilledField], number: usize, problems: &mut Vec<Problem>) -> String {
        let Some(id) = &column.field else { return number.to_string() };
        let Some(field) = row.iter().find(|field| field.id == *id).or_else(|| self.field(id)) else {
            return String::new();
        };
        let mut tell = |vi: String, en: String| {
            problems.push(Problem { key: field.key.clone(), vi, en, severity: Severity::Error });
        };
        let (name, name_en) = (problems::bare(&field.label), problems::bare(&field.label_en));
        if field.value.is_empty() {
            if column.required {
                tell(
                    format!("Danh sách, dòng {number}: còn thiếu {name}"),
                    format!("List, row {number}: {name_en} is missing"),
                );
            }
            return String::new();
        }
        if column.codes.is_empty() {
            return field.value.clone();
        }
        let asked = search_key::key(&field.value);
        let code = column.codes.iter().find(|(text, _)| search_key::key(text) == asked);
        match code {
            Some((_, code)) => code.clone(),
            None => {
                tell(
                    format!("Danh sách, dòng {number}: {name} không có trong danh mục của hệ thống kia"),
                    format!("List, row {number}: {name_en} has no code in the other system"),
                );
                field.value.clone()
            }
        }
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        use zeroize::Zeroize as _;
        self.rows.iter_mut().flatten().for_each(|(_, text)| text.zeroize());
    }
}
