//! How a form becomes rows of a sheet that another system takes: one row for each person.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The rows that another system takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The subject with one row each.
    pub subject: String,
    /// The sheet's name.
    pub sheet: String,
    /// The first row to be filled, from 1.
    pub first_row: u32,
    /// In any order.
    #[serde(rename = "column")]
    pub columns: Vec<Column>,
}

/// A column.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its letters.
    pub column: String,
    /// Its heading.
    pub title: String,
    /// The field, of the table or of the form; nothing: the number of the row.
    #[serde(default)]
    pub field: Option<String>,
    /// Whether the other system refuses a row without.
    #[serde(default)]
    pub required: bool,
    /// What the other system calls a value, accents and case aside. Where a list is given, other values are told of.
    #[serde(default)]
    pub codes: BTreeMap<String, String>,
}
