//! What `pack.toml` may hold. Every key is named here; any other is refused.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer};

use super::{List, Source};
use crate::facts::Fact;
use crate::finding::Severity;

/// One edition of one form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Names this edition, and its folder.
    pub id: String,
    /// Names the form: editions of one form share it.
    pub form: String,
    /// The title as printed.
    pub title: String,
    /// What the form is, in English.
    pub title_en: String,
    /// Codes of the procedures (mã thủ tục hành chính) that use it, where they are known.
    #[serde(default)]
    pub procedure_codes: Vec<String>,
    /// The code printed on it, as "CT01".
    #[serde(default)]
    pub document_code: String,
    /// The circular or decree that brings it.
    pub basis: String,
    /// First day in force.
    #[serde(deserialize_with = "date")]
    pub effective_from: Date,
    /// Last day in force.
    #[serde(default, deserialize_with = "some_date")]
    pub effective_until: Option<Date>,
    /// The province whose own edition this is.
    #[serde(default)]
    pub province: Option<String>,
    /// Whether it may be handed out; a draft says so on every page.
    pub release: bool,
    /// How sure its text is, and from where it was taken.
    pub confidence: String,
    /// The persons of the form.
    #[serde(default, rename = "subject")]
    pub subjects: Vec<Subject>,
    /// What it asks.
    #[serde(rename = "section")]
    pub sections: Vec<PackSection>,
    /// What must agree.
    #[serde(default, rename = "check")]
    pub checks: Vec<CrossCheck>,
    /// How it becomes a list of rows for another system, where it does.
    #[serde(default)]
    pub list: Option<List>,
    /// In which order other programs want it typed into them.
    #[serde(default)]
    pub typing: Vec<TypingOrder>,
    /// The template, `form.typ`.
    #[serde(skip)]
    pub template: String,
    /// The office's own document with placeholders, `form.docx`, where there is one.
    #[serde(skip)]
    pub document: Option<Vec<u8>>,
    /// The workbook that the list is filled into, `list.xlsx`, where there is one.
    #[serde(skip)]
    pub workbook: Option<Vec<u8>>,
}

/// How a form is typed into another program.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypingOrder {
    /// Which program, for the officer.
    pub title: String,
    /// Field keys (in a table with the row after a dot), [`TypingOrder::TAB`] and [`TypingOrder::ENTER`].
    pub keys: Vec<String>,
}

impl TypingOrder {
    /// To the next field of the other program.
    pub const TAB: &str = "Tab";
    /// What its main button is.
    pub const ENTER: &str = "Enter";
}

/// A person, or several of one kind, whose facts the form asks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Names the subject in fields and checks.
    pub id: String,
    /// For the officer.
    pub label: String,
    /// The same in English.
    pub label_en: String,
    /// Whether the form makes no sense without.
    #[serde(default)]
    pub required: bool,
    /// Whether there may be more than one.
    #[serde(default)]
    pub several: bool,
}

/// A part of the form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackSection {
    /// Heading for the officer.
    pub title: String,
    /// The same in English.
    pub title_en: String,
    /// Where set, the fields are the columns of a table, with one row for each person of a subject or for each thing.
    #[serde(default)]
    pub rows: Option<Rows>,
    /// In the order of the form.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
}

/// A table: of the persons of a subject (`subject = "member"`), or of things that are typed (`table = "line"`).
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RowsAsWritten")]
pub struct Rows {
    /// The subject with one row each, or the name of a table of things. It names the table for the template.
    pub subject: String,
    /// Whether its rows are persons.
    pub of_persons: bool,
    /// No more rows than this.
    pub most: usize,
    /// The paper shows at least so many, empty ones to write on.
    pub printed: usize,
}

/// The keys of [`Rows`] in a pack.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowsAsWritten {
    subject: Option<String>,
    table: Option<String>,
    most: usize,
    printed: usize,
}

impl TryFrom<RowsAsWritten> for Rows {
    type Error = &'static str;

    fn try_from(rows: RowsAsWritten) -> Result<Rows, Self::Error> {
        let (subject, of_persons) = match (rows.subject, rows.table) {
            (Some(subject), None) => (subject, true),
            (None, Some(table)) => (table, false),
            _ => return Err("rows needs either subject (a table of persons) or table (a table of things)"),
        };
        Ok(Rows { subject, of_persons, most: rows.most, printed: rows.printed })
    }
}

/// One thing that the form asks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Names it, in the template too.
    pub id: String,
    /// As printed, with its note numbers.
    pub label: String,
    /// In English.
    pub label_en: String,
    /// What is written there.
    #[serde(default)]
    pub kind: Kind,
    /// Whose fact it is.
    #[serde(default)]
    pub subject: Option<String>,
    /// In the place of [`Field::subject`]: the fact may be any of theirs, as a child's place of origin is the father's or the
    /// mother's. What they agree on, or the only one known, is offered; where they differ, each is an option.
    #[serde(default)]
    pub subjects: Vec<String>,
    /// Where the value comes from; nothing: by hand.
    #[serde(default)]
    pub source: Option<Source>,
    /// The value is offered and stays empty until the officer confirms it: residence, and what the form asks only of those who
    /// give no ID number.
    #[serde(default)]
    pub offer: bool,
    /// Whether the form is incomplete without.
    #[serde(default)]
    pub required: bool,
    /// Sensitive personal data.
    #[serde(default)]
    pub sensitive: bool,
    /// Usual answers.
    #[serde(default)]
    pub options: Vec<String>,
    /// Whether only [`Field::options`] are allowed.
    #[serde(default)]
    pub closed: bool,
    /// What stands there if nobody says otherwise.
    #[serde(default)]
    pub default: String,
    /// The same as an earlier field, where nothing else is known.
    #[serde(default)]
    pub copy_of: Option<String>,
    /// Copy only when another field has a value.
    #[serde(default)]
    pub copy_when: Option<When>,
    /// The date or the number of an earlier field, in words.
    #[serde(default)]
    pub in_words_of: Option<String>,
    /// An ID number stands there, or of who has none the passport, in this way.
    #[serde(default)]
    pub passport: Option<PassportAs>,
    /// More characters than this do not fit.
    #[serde(default)]
    pub max_length: Option<usize>,
    /// What the officer should know.
    #[serde(default)]
    pub note: String,
}

/// How a field for an ID number takes a passport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PassportAs {
    /// Its number.
    Number,
    /// What it is, its number, and who issued it, as `id_paper` writes it.
    Paper,
}

impl Field {
    /// Whether it shows a fact of this subject, or may.
    pub fn is_of(&self, subject: &str) -> bool {
        self.subject.as_deref() == Some(subject) || self.subjects.iter().any(|one| one == subject)
    }
}

/// A condition of [`Field::copy_of`] or of a [`CrossCheck`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// This field …
    pub field: String,
    /// … says this, accents and case aside.
    pub is: String,
}

/// What is written in a field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One line of text.
    #[default]
    Text,
    /// Several lines.
    Multiline,
    /// dd/mm/yyyy.
    Date,
    /// One of the options, or other text unless closed.
    Choice,
    /// A box to tick: value "x" or nothing.
    Tick,
    /// Twelve boxes, one digit each.
    IdBoxes,
}

impl Kind {
    /// How many characters fit where the pack says nothing: generous, the page wraps and shrinks.
    pub fn usual_length(self) -> usize {
        match self {
            Kind::Text | Kind::Choice => 200,
            Kind::Multiline => 1000,
            Kind::Date => 10,
            Kind::Tick => 1,
            Kind::IdBoxes => 12,
        }
    }
}

/// Something that must hold, with what to say if it does not.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrossCheck {
    /// What must hold.
    pub must: Must,
    /// Only then; nothing: always.
    #[serde(default)]
    pub when: Option<When>,
    /// Shown when it does not hold.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// Whether the form may still be handed out.
    #[serde(default = "error")]
    pub severity: Severity,
}

/// What a cross-check demands. Where a person has a field of its own on the form, what stands there is what counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Must {
    /// No ID number stands twice among these subjects.
    DifferentPersons {
        /// Subjects.
        subjects: Vec<String>,
    },
    /// All ID numbers known among these subjects are the same.
    SamePerson {
        /// Subjects.
        subjects: Vec<String>,
    },
    /// The person has reached an age today.
    AgeAtLeast {
        /// Whose.
        subject: String,
        /// Whole years.
        years: i16,
    },
    /// The person has not yet reached an age today.
    AgeBelow {
        /// Whose.
        subject: String,
        /// Whole years.
        years: i16,
    },
    /// The person is of a sex, as the card writes it.
    Sex {
        /// Whose.
        subject: String,
        /// Nam or Nữ.
        is: String,
    },
    /// At least one is ticked.
    OneTickOf {
        /// Fields of kind tick; of a column, any row.
        fields: Vec<String>,
    },
    /// Where the tick stands, the other field says something.
    TickNeeds {
        /// Field of kind tick.
        tick: String,
        /// The other.
        field: String,
    },
    /// Where a field says this, the other field (a column: one of its rows) says something.
    AnswerNeeds {
        /// The field that decides.
        field: String,
        /// What it says, accents and case aside.
        is: String,
        /// The other.
        needs: String,
    },
    /// The date is not after today.
    NotAfterToday {
        /// Field of kind date.
        field: String,
    },
    /// One date is not after another.
    InOrder {
        /// Field of kind date.
        first: String,
        /// Field of kind date: the problem is shown here.
        then: String,
    },
    /// What stands there is a whole number within bounds.
    WholeNumber {
        /// Field of text.
        field: String,
        /// At least.
        from: u16,
        /// At most.
        to: u16,
    },
}

impl Must {
    /// The facts of a person that it looks at.
    pub fn needs(&self) -> &[Fact] {
        match self {
            Must::DifferentPersons { .. } | Must::SamePerson { .. } => &[Fact::IdNumber],
            Must::AgeAtLeast { .. } | Must::AgeBelow { .. } => &[Fact::DateOfBirth],
            Must::Sex { .. } => &[Fact::Sex],
            Must::OneTickOf { .. }
            | Must::TickNeeds { .. }
            | Must::AnswerNeeds { .. }
            | Must::NotAfterToday { .. }
            | Must::InOrder { .. }
            | Must::WholeNumber { .. } => &[],
        }
    }
}

fn error() -> Severity {
    Severity::Error
}

fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| serde::de::Error::custom(format!("\"{text}\" is not a day as \"2026-07-01\"")))
}

fn some_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    date(deserializer).map(Some)
}
