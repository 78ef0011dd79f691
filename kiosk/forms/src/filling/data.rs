//! What a template reads: one JSON object, the same shape for every form.
//!
//! ```json
//! { "pack":   { "id", "form", "title", "document_code", "basis", "draft": true or false, "practice": true or false },
//!   "desk":   { "authority", "police", "place", "province", "today": "dd/mm/yyyy" },
//!   "labels": { "FIELD": "as printed", … },
//!   "fields": { "FIELD": "value, empty where nothing is known", "TICK": true or false, … },
//!   "rows":   { "SUBJECT": [ { "FIELD": "value", … }, … ] } }
//! ```

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Desk, FilledField, Form};
use crate::clean;
use crate::date;
use crate::packs::{Kind, Pack};

/// What does not depend on the fields.
pub(super) fn head(pack: &Pack, desk: &Desk) -> Value {
    let labels: Map<String, Value> = pack.fields().map(|field| (field.id.clone(), json!(field.label))).collect();
    json!({
        "pack": {
            "id": pack.id,
            "form": pack.form,
            "title": pack.title,
            "document_code": pack.document_code,
            "basis": pack.basis,
            "draft": !pack.release,
            // Whoever knows that somebody on the form is fictitious says so.
            "practice": false,
        },
        "desk": {
            "authority": clean::line(&desk.authority),
            "police": clean::line(&desk.police),
            "place": clean::line(&desk.place),
            "province": clean::line(&desk.province),
            "today": date::show(desk.today),
        },
        "labels": labels,
    })
}

/// How many rows each table shows at least.
pub(super) fn rows(pack: &Pack) -> BTreeMap<String, usize> {
    let tables = pack.sections.iter().filter_map(|section| section.rows.as_ref());
    tables.map(|rows| (rows.subject.clone(), rows.printed.min(rows.most))).collect()
}

impl Form {
    /// What the template reads (see the top of `filling/data.rs`): labels, values, tables padded with empty rows to write on.
    /// It holds personal data in plain strings: drop it as soon as the page is made.
    pub fn data(&self) -> Value {
        let mut fields = Map::new();
        let mut tables = Map::new();
        for section in &self.sections {
            match &section.rows {
                None => fields.extend(section.fields.iter().map(|field| (field.id.clone(), value(field)))),
                Some(subject) => {
                    let printed = self.printed_rows.get(subject).copied().unwrap_or(0);
                    tables.insert(subject.clone(), table(&section.fields, printed));
                }
            }
        }
        let mut data = self.head.clone();
        if let Value::Object(data) = &mut data {
            data.insert("fields".into(), Value::Object(fields));
            data.insert("rows".into(), Value::Object(tables));
        }
        data
    }
}

/// The rows with something in them, and empty ones up to `printed`.
fn table(fields: &[FilledField], printed: usize) -> Value {
    let mut rows: Vec<&[FilledField]> = fields.chunk_by(|one, next| one.row == next.row).collect();
    while rows.len() > printed.max(1) && rows.last().is_some_and(|row| row.iter().all(|field| field.value.is_empty())) {
        rows.pop();
    }
    let shown = |row: &&[FilledField]| row.iter().map(|field| (field.id.clone(), value(field))).collect::<Map<_, _>>();
    let mut shown: Vec<Map<String, Value>> = rows.iter().map(shown).collect();
    if let Some(first) = shown.first() {
        let empty: Map<String, Value> = first.iter().map(|(id, value)| (id.clone(), empty_like(value))).collect();
        while shown.len() < printed {
            shown.push(empty.clone());
        }
    }
    json!(shown)
}

fn value(field: &FilledField) -> Value {
    match field.kind {
        Kind::Tick => json!(!field.value.is_empty()),
        _ => json!(field.value),
    }
}

fn empty_like(value: &Value) -> Value {
    if value.is_boolean() { json!(false) } else { json!("") }
}
