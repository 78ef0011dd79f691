//! What stands between two pairs of braces.

use std::ops::Range;

use serde_json::Value;

/// Dots where somebody will write with a pen.
const DOTS: &str = "……………………";

/// Where the placeholders of a text are, with their braces.
pub fn all(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(begin) = text.get(from..).and_then(|rest| rest.find("{{")).map(|at| at + from) {
        let Some(end) = text.get(begin..).and_then(|rest| rest.find("}}")).map(|at| at + begin + 2) else { break };
        found.push(begin..end);
        from = end;
    }
    found
}

/// What stands between the braces.
pub fn inner<'t>(text: &'t str, range: &Range<usize>) -> &'t str {
    let whole = text.get(range.clone()).unwrap_or_default();
    whole.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or_default().trim()
}

/// What is known where a placeholder stands.
#[derive(Clone, Copy)]
pub struct Scope<'d> {
    data: &'d Value,
    row: Option<(&'d str, usize, &'d Value)>,
}

impl<'d> Scope<'d> {
    /// In no row.
    pub fn of(data: &'d Value) -> Self {
        Self { data, row: None }
    }

    /// In a row of a subject, counted from 1.
    pub fn in_row(self, subject: &'d str, number: usize, fields: &'d Value) -> Self {
        Self { row: Some((subject, number, fields)), ..self }
    }

    /// The subject whose persons a text speaks of, with what is known of each.
    pub fn rows_of(&self, text: &str) -> Option<(&'d str, &'d [Value])> {
        if self.row.is_some() {
            return None;
        }
        let names: Vec<&str> = all(text)
            .iter()
            .filter_map(|range| Placeholder::parse(inner(text, range)).name().split_once('.'))
            .map(|(subject, _)| subject)
            .collect();
        let tables = self.data.get("rows")?.as_object()?;
        let (subject, rows) = tables.iter().find(|(subject, _)| names.contains(&subject.as_str()))?;
        Some((subject, rows.as_array()?))
    }

    /// What a name stands for.
    fn value(&self, name: &str) -> Option<Value> {
        let Some((first, rest)) = name.split_once('.') else {
            return self.data.get("fields")?.get(name).cloned();
        };
        if matches!(first, "desk" | "pack") {
            return self.data.get(first)?.get(rest).cloned();
        }
        let (subject, number, fields) = self.row?;
        match rest {
            _ if subject != first => None,
            "#" => Some(Value::String(number.to_string())),
            _ => fields.get(rest).cloned(),
        }
    }
}

/// A placeholder.
pub enum Placeholder<'t> {
    Value(&'t str),
    Tick(&'t str),
    TickIf(&'t str, &'t str),
    Digit(&'t str, usize),
    PartOfDate(&'t str, usize),
}

impl<'t> Placeholder<'t> {
    /// What the text between the braces means. Whatever is nothing else is a name.
    pub fn parse(text: &'t str) -> Self {
        let Some((kind, rest)) = text.split_once(':') else { return Self::Value(text) };
        let rest = rest.trim();
        match (kind.trim(), rest.rsplit_once(':')) {
            ("tick", _) => match rest.split_once('=') {
                Some((field, option)) => Self::TickIf(field.trim(), option.trim()),
                None => Self::Tick(rest),
            },
            ("digit", Some((field, place))) => match place.trim().parse() {
                Ok(place) if place > 0 => Self::Digit(field.trim(), place),
                _ => Self::Value(text),
            },
            ("day", _) => Self::PartOfDate(rest, 0),
            ("month", _) => Self::PartOfDate(rest, 1),
            ("year", _) => Self::PartOfDate(rest, 2),
            _ => Self::Value(text),
        }
    }

    /// What it names.
    fn name(&self) -> &'t str {
        match self {
            Self::Value(name)
            | Self::Tick(name)
            | Self::TickIf(name, _)
            | Self::Digit(name, _)
            | Self::PartOfDate(name, _) => name,
        }
    }

    /// What is written in its place; nothing where its name is unknown.
    pub fn value(&self, scope: &Scope<'_>) -> Option<String> {
        let text = |name: &str| scope.value(name).map(|value| written(&value));
        let or_dots = |text: &str, dots: &str| if text.trim().is_empty() { dots.to_owned() } else { text.to_owned() };
        let boxed = |ticked: bool| if ticked { "☒" } else { "☐" }.to_owned();
        Some(match self {
            Self::Value(name) => match scope.value(name)? {
                Value::Bool(ticked) => boxed(ticked),
                // An empty cell is room enough to write in.
                value if scope.row.is_some() => written(&value),
                value => or_dots(&written(&value), DOTS),
            },
            Self::Tick(name) => boxed(match scope.value(name)? {
                Value::Bool(ticked) => ticked,
                value => !written(&value).is_empty(),
            }),
            Self::TickIf(name, option) => boxed(text(name)? == *option),
            Self::Digit(name, place) => text(name)?.chars().nth(place - 1).map(String::from).unwrap_or_default(),
            Self::PartOfDate(name, part) => {
                let text = text(name)?;
                let parts: Vec<&str> = text.split('/').collect();
                match (parts.get(*part), parts.len()) {
                    (Some(found), 3) => or_dots(found, "……"),
                    // A date that is none as yet stands where its day would.
                    (Some(found), _) if *part == 0 => or_dots(found, "……"),
                    _ => "……".to_owned(),
                }
            }
        })
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "x".to_owned(),
        Value::Null | Value::Bool(false) => String::new(),
        other => other.to_string(),
    }
}
