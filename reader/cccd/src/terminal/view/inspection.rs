//! What is in a file, shown to a person: its kind, then its fields in the order in which they were found, tables for what
//! comes in numbers, and what is odd at the end.

use serde_json::{Map, Value};

use crate::inspection::{InspectError, Inspection, Kind};
use crate::messages;
use crate::terminal::portrait::{Drawing, draw};
use crate::terminal::rows::{Labels, marked};
use crate::terminal::style::{Paint, Style};
use crate::terminal::text::{clean, columns, padded, wrapped};

mod labels;

/// One file or folder with all in it.
#[must_use]
pub fn of_file(name: &str, inspection: &Inspection, style: &Style) -> String {
    let mut page = Page { style, text: String::new() };
    page.inspection(name, inspection, 0);
    page.line("", 0);
    page.text
}

/// Fields as they are in the JSON result.
#[must_use]
pub fn of_fields(fields: &Map<String, Value>, style: &Style) -> String {
    let mut page = Page { style, text: String::new() };
    page.fields(fields, 2);
    page.text
}

/// Fewer columns than this beside the short cells of a row are not enough for the long one.
const LEAST_BESIDE: usize = 40;

struct Page<'a> {
    style: &'a Style,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, line: &str, indent: usize) {
        self.text.push_str(format!("{}{line}", " ".repeat(indent)).trim_end());
        self.text.push('\n');
    }

    fn room(&self, indent: usize) -> usize {
        self.style.width.saturating_sub(indent).max(24)
    }

    fn inspection(&mut self, name: &str, inspection: &Inspection, indent: usize) {
        let style = self.style;
        let kind = style.paint(Paint::Strong, labels::kind(inspection.kind));
        let size = style.paint(Paint::Faint, &format!("{} B", inspection.size));
        self.line(&format!("{kind}  {}  {size}", clean(name)), indent);
        self.picture(inspection);
        if let (Some(sha256), Kind::File(_)) = (&inspection.sha256, inspection.kind) {
            let sha256 = Value::String(base16ct::upper::encode_string(sha256));
            self.fields(&Map::from_iter([("sha256".to_owned(), sha256)]), indent + 2);
        }
        self.fields(&inspection.fields, indent + 2);
        for remark in &inspection.deviations {
            let inside = Style { width: self.room(indent + 2), ..*style };
            for line in marked(("!", Paint::Open), &messages::of_remark(remark), &inside) {
                self.line(&line, indent + 2);
            }
        }
        for (name, found) in &inspection.files {
            self.line("", 0);
            match found {
                Ok(inspection) => self.inspection(name, inspection, indent + 2),
                Err(error) => self.failure(name, error, indent + 2),
            }
        }
    }

    fn failure(&mut self, name: &str, error: &InspectError, indent: usize) {
        let mark = self.style.paint(Paint::Bad, "✗");
        self.line(&format!("{mark} {}: {}", clean(name), clean(&error.to_string())), indent);
    }

    /// Only pictures that the terminal can draw: the size and format stand among the fields.
    fn picture(&mut self, inspection: &Inspection) {
        match inspection.picture.as_deref().map(|picture| draw(picture, self.style)) {
            Some(Ok(Drawing::Lines(lines, _))) => {
                for line in lines {
                    self.line(&line, 2);
                }
            }
            Some(Ok(Drawing::Sequence(sequence))) => self.text.push_str(&sequence),
            Some(Err(_)) | None => {}
        }
    }

    fn fields(&mut self, fields: &Map<String, Value>, indent: usize) {
        // Labels stand in a column that is as wide as the widest of the block.
        let labels = fields.keys().map(|name| labels::field(name)).map(|(vi, en)| (columns(&vi), columns(&en)));
        let widths = labels.fold((0, 0), |(one, both), (vi, en)| (one.max(vi), both.max(vi + 3 + en)));
        let column = Labels::fitting(widths.0 + 2, widths.1 + 2, self.room(indent));
        for (name, value) in fields {
            self.field(name, value, column, indent);
        }
    }

    fn field(&mut self, name: &str, value: &Value, column: Labels, indent: usize) {
        match value {
            Value::Null => {}
            Value::String(text) if text.is_empty() => {}
            Value::Array(rows) if rows.is_empty() => {}
            Value::Array(rows) if name == "structure" => self.structure(rows, indent),
            Value::Array(rows) if rows.iter().all(Value::is_object) => self.table(name, rows, indent),
            Value::Array(lines) if name == "mrz" => {
                self.heading(name, indent);
                for line in lines {
                    self.line(&self.style.paint(Paint::Strong, &clean(&scalar(line))), indent + 2);
                }
            }
            Value::Object(fields) if fields.values().all(|value| value.is_number()) => {
                let parts: Vec<_> = fields.iter().map(|(name, value)| format!("{name}\u{a0}{value}")).collect();
                self.row(name, &parts.join(", "), column, indent);
            }
            Value::Object(fields) if name == "recognised" => {
                let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
                self.row(name, &format!("{} · {}", text("name_vi"), text("name")), column, indent);
            }
            Value::Object(fields) => {
                self.heading(name, indent);
                self.fields(fields, indent + 2);
            }
            Value::Array(values) => {
                self.row(name, &values.iter().map(scalar).collect::<Vec<_>>().join(", "), column, indent);
            }
            value => self.row(name, &scalar(value), column, indent),
        }
    }

    fn heading(&mut self, name: &str, indent: usize) {
        let (vi, en) = labels::field(name);
        let en = if en.is_empty() { en } else { format!("· {en}") };
        self.line(&format!("{vi} {}", self.style.paint(Paint::Faint, &en)), indent);
    }

    fn row(&mut self, name: &str, text: &str, column: Labels, indent: usize) {
        let (vi, en) = labels::field(name);
        let paint = labels::paint(name, text);
        let shown =
            if name.contains("fingerprint") { text.to_ascii_uppercase() } else { labels::words(text).into_owned() };
        let label = (vi.as_str(), en.as_str());
        let width = self.room(indent);
        for line in column.row(label, &clean(&shown), "", paint, self.style, width) {
            self.line(&line, indent);
        }
    }

    /// The data objects, inset by their depth.
    fn structure(&mut self, rows: &[Value], indent: usize) {
        self.heading("structure", indent);
        for row in rows {
            let depth = row["depth"].as_u64().and_then(|depth| usize::try_from(depth).ok()).unwrap_or(0);
            let (tag, length) = (scalar(&row["tag"]), scalar(&row["length"]));
            let tag = padded(&tag, 6_usize.saturating_sub(depth * 2).max(4));
            let line = format!(
                "{}{} {}",
                "  ".repeat(depth),
                clean(&tag),
                self.style.paint(Paint::Faint, &format!("{length} B"))
            );
            self.line(&line, indent + 2);
        }
    }

    /// A line for each of many; a block for each where a line cannot hold it.
    fn table(&mut self, name: &str, rows: &[Value], indent: usize) {
        self.heading(name, indent);
        let rows: Vec<_> = rows.iter().filter_map(Value::as_object).collect();
        for row in rows {
            match labels::brief(row) {
                Some(cells) => self.cells(&cells, indent + 2),
                None => {
                    let cells = row.iter().filter(|(_, value)| !value.is_null());
                    let line: Vec<_> = cells.map(|(name, value)| cell(name, value)).collect();
                    self.cells(&[(line.join(" · "), 0)], indent + 2);
                }
            }
        }
    }

    /// Cells with the columns that each takes at least. The last one wraps.
    fn cells(&mut self, cells: &[(String, usize)], indent: usize) {
        let Some(((last, _), first)) = cells.split_last() else { return };
        let start: String = first.iter().map(|(cell, width)| padded(&clean(cell), *width) + "  ").collect();
        let inset = columns(&start);
        // Too little room beside them: the last goes below.
        if inset > 4 && inset + LEAST_BESIDE > self.room(indent) {
            for part in wrapped(&start, self.room(indent)) {
                self.line(&part, indent);
            }
            for part in wrapped(&clean(last), self.room(indent + 4)) {
                self.line(&part, indent + 4);
            }
            return;
        }
        let room = self.room(indent + inset);
        for (index, part) in wrapped(&clean(last), room).iter().enumerate() {
            let start = if index == 0 { start.clone() } else { " ".repeat(inset) };
            self.line(&format!("{start}{part}"), indent);
        }
    }
}

/// A value in a line of several: named where it does not speak for itself.
fn cell(name: &str, value: &Value) -> String {
    let text = match value {
        Value::Array(values) => values.iter().map(scalar).collect::<Vec<_>>().join(" / "),
        value => scalar(value),
    };
    match name {
        "type" | "protocol" | "name" | "number" | "strings" | "format" | "encoding" | "domain" | "label" => text,
        "bytes" | "length" => format!("{text} B"),
        name => format!("{} {text}", labels::field(name).0),
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "có · yes".into(),
        Value::Bool(false) => "không · no".into(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use icao9303::tlv::encode;

    use super::*;
    use crate::inspection::inspect;

    #[test]
    fn a_hostile_text_in_a_file_cannot_act_on_the_terminal() {
        let person = encode(0xA1, &[encode(0x5F51, b"NAME\x1b[2J"), encode(0x5F52, b"1")].concat());
        let file = encode(0x70, &[encode(0x02, &[1]), person].concat());
        let inspection = inspect(&file, 0).unwrap();
        let shown = of_file("na\x1bme", &inspection, &Style::PLAIN);
        assert!(!shown.contains('\x1b'), "{shown}");
        assert!(shown.starts_with("DG16"), "{shown}");
    }

    #[test]
    fn no_line_of_a_plain_view_ends_in_space() {
        let file = encode(0x60, &[encode(0x5F01, b"0107"), encode(0x5C, &[0x61, 0x75])].concat());
        let shown = of_file("EF.COM.bin", &inspect(&file, 0).unwrap(), &Style::PLAIN);
        assert!(shown.lines().all(|line| line == line.trim_end()), "{shown}");
        assert!(shown.contains("DG1, DG2"), "{shown}");
    }
}
