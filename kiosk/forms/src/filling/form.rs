//! A filled form: what the page shows, what is wrong with it, and what a template reads.

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroize;

use crate::facts::Origin;
use crate::finding::Severity;
use crate::packs::{Kind, PassportAs, Source};

/// A filled form. Made by [`crate::packs::Pack::fill`].
#[derive(Clone)]
pub struct Form {
    /// Its parts, in order.
    pub sections: Vec<Section>,
    pub(super) problems: Vec<Problem>,
    pub(super) head: serde_json::Value,
    pub(super) printed_rows: BTreeMap<String, usize>,
}

/// A part of a form.
#[derive(Debug, Clone)]
pub struct Section {
    /// Heading for the officer.
    pub title: String,
    /// The same in English.
    pub title_en: String,
    /// Where set, a table: the fields of one row follow those of the row before, and this subject has one person a row.
    pub rows: Option<String>,
    /// In order. A table has one empty row at its end to type in.
    pub fields: Vec<FilledField>,
}

/// One field with its value.
#[derive(Clone)]
pub struct FilledField {
    /// Names it in [`super::Entries`].
    pub key: String,
    /// The pack's field id, without the row.
    pub id: String,
    /// Row of a table, from 1.
    pub row: Option<usize>,
    /// As printed.
    pub label: String,
    /// In English.
    pub label_en: String,
    /// What is written there.
    pub kind: Kind,
    /// What is printed; empty: a dotted line to write on. A ticked box is "x".
    pub value: String,
    /// Where the value comes from.
    pub origin: Option<Origin>,
    /// Where the pack takes it from.
    pub source: Option<Source>,
    /// How it takes a passport, of who has no ID number.
    pub passport: Option<PassportAs>,
    /// Whether it is filled, or a value is offered.
    pub state: State,
    /// Whether the form is incomplete without.
    pub required: bool,
    /// Usual answers.
    pub options: Vec<String>,
    /// Whether only these answers are allowed.
    pub closed: bool,
    /// Whose fact it is.
    pub subject: Option<String>,
    /// Sensitive personal data.
    pub sensitive: bool,
    /// What the officer should know.
    pub note: String,
    /// What the card says, where the officer typed something else.
    pub on_card: Option<String>,
}

/// What became of a field.
#[derive(Clone, PartialEq, Eq)]
pub enum State {
    /// Nothing there.
    Empty,
    /// There is a value.
    Filled,
    /// Nothing there yet; this would be filled in on confirmation.
    Offered(String),
}

/// Something to look at before the form is handed out. Its texts hold no values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field's key.
    pub key: String,
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
    /// A warning leaves a line for the pen; an error says that the form is wrong.
    pub severity: Severity,
}

impl Form {
    /// What is missing, too long, or does not agree.
    pub fn problems(&self) -> Vec<Problem> {
        self.problems.clone()
    }

    /// The field of a key.
    pub fn field(&self, key: &str) -> Option<&FilledField> {
        self.sections.iter().flat_map(|section| &section.fields).find(|field| field.key == key)
    }
}

impl Drop for FilledField {
    fn drop(&mut self) {
        self.value.zeroize();
        self.on_card.zeroize();
        // What a card says may be among them.
        self.options.zeroize();
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if let State::Offered(text) = self {
            text.zeroize();
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Empty => "Empty",
            State::Filled => "Filled",
            State::Offered(_) => "Offered",
        })
    }
}

impl fmt::Debug for FilledField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:?}, {:?}, {:?})", self.key, self.kind, self.state, self.origin)
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form")
            .field("sections", &self.sections)
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}
