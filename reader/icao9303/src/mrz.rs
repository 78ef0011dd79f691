//! The machine readable zone: TD1, TD2 and TD3 (ICAO Doc 9303 parts 3 to 6).
//!
//! [`Mrz::parse`] refuses what has not the shape of an MRZ, and nothing else: what is wrong inside (a check digit, a
//! letter in a date) is listed in [`Mrz::problems`] with line and column, and [`Mrz::suggestions`] says which usual
//! reading mistakes would explain it. Nothing is corrected here; issuers print variants, and a person may look.
//!
//! - [`layout`]: which field is where;
//! - [`mod@check_digit`]: the 7-3-1 check digit;
//! - [`date`]: six-digit dates with unknown parts;
//! - [`key`]: what opens BAC and PACE;
//! - [`problem`]: what may be wrong;
//! - [`suggestion`]: reading mistakes.

pub mod check_digit;
pub mod date;
pub mod key;
pub mod layout;
pub mod problem;
pub mod suggestion;

use alloc::{string::String, vec::Vec};
use core::fmt;

use nom::{
    IResult, Parser,
    bytes::complete::take_while,
    character::complete::{line_ending, space0},
    multi::separated_list1,
    sequence::delimited,
};
use zeroize::{Zeroize, Zeroizing};

pub use self::{
    check_digit::check_digit,
    date::MrzDate,
    key::{MrzKey, MrzKeyError},
    layout::{Field, Format},
    problem::{CheckDigit, MrzError, MrzErrorKind, Problem, ProblemKind},
    suggestion::{Change, Suggestion},
};
use crate::check::Remark;

/// The longest input looked at, line ends and spaces included. An MRZ has at most 90 characters.
pub const MAX_INPUT: usize = 512;

/// A machine readable zone. The text is wiped from memory on drop.
#[derive(Clone, PartialEq, Eq)]
pub struct Mrz {
    format: Format,
    /// All lines, one after the other: characters of the MRZ alphabet only, `format.lines() * format.width()` of them.
    text: Zeroizing<String>,
    number: DocumentNumberForm,
    check_digits: Vec<CheckDigit>,
    problems: Vec<Problem>,
    remarks: Vec<Remark>,
}

/// Where the document number ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DocumentNumberForm {
    /// In its own field.
    Short,
    /// In the optional data, where it takes so many characters, the check digit not counted
    /// (Doc 9303-5, 4.2.2 note on character 15; Doc 9303-6, 4.2.2 note on character 10).
    Long(usize),
}

impl Mrz {
    /// Reads an MRZ given as two or three lines, or as all its characters in one. Spaces at the ends of lines and empty
    /// lines are passed over; lower case is read as upper case, with a remark.
    ///
    /// # Errors
    /// The input has not the lines and lengths of TD1, TD2 or TD3, or a character that no MRZ has.
    pub fn parse(input: impl AsRef<[u8]>) -> Result<Self, MrzError> {
        let input = input.as_ref();
        if input.len() > MAX_INPUT {
            return Err(MrzError { kind: MrzErrorKind::InputTooLong, line: 1, column: 1 });
        }
        let lines = split_lines(input)?;
        let format = layout::format_of(&lines)?;
        let mut text = Zeroizing::new(String::with_capacity(format.width() * format.lines()));
        text.extend(lines.iter().flat_map(|line| line.iter().map(|c| char::from(c.to_ascii_uppercase()))));
        if text.starts_with('V') {
            return Err(MrzError { kind: MrzErrorKind::Visa, line: 1, column: 1 });
        }
        let mut mrz = Self::read_fields(format, text);
        if lines.iter().any(|line| line.iter().any(u8::is_ascii_lowercase)) {
            mrz.remarks.push(Remark { code: "mrz_lower_case", message: "lower case read as upper case".into() });
        }
        Ok(mrz)
    }

    /// As [`Mrz::parse`], from lines.
    ///
    /// # Errors
    /// As [`Mrz::parse`].
    pub fn parse_lines<L: AsRef<str>>(lines: impl IntoIterator<Item = L>) -> Result<Self, MrzError> {
        let mut joined = Zeroizing::new(String::new());
        for line in lines {
            if joined.len() + line.as_ref().len() > MAX_INPUT {
                return Err(MrzError { kind: MrzErrorKind::InputTooLong, line: 1, column: 1 });
            }
            joined.push_str(line.as_ref());
            joined.push('\n');
        }
        Self::parse(joined.as_bytes())
    }

    /// Which of the three layouts it has.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The lines, in upper case.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        let width = self.format.width();
        (0..self.format.lines()).map(move |line| self.text.get(line * width..(line + 1) * width).unwrap_or_default())
    }

    /// The field as it stands, fillers included; empty where the layout has no such field.
    #[must_use]
    pub fn field(&self, field: Field) -> &str {
        self.format.span(field).and_then(|span| self.text.get(span.range(self.format))).unwrap_or_default()
    }

    /// Document code: `P`, `ID`, `I` …
    #[must_use]
    pub fn document_code(&self) -> &str {
        self.trimmed(Field::DocumentCode)
    }

    /// Issuing state or organisation: `VNM`, `UTO`, and `D` for Germany.
    #[must_use]
    pub fn issuing_state(&self) -> &str {
        self.trimmed(Field::IssuingState)
    }

    /// Nationality, written as the issuing state is.
    #[must_use]
    pub fn nationality(&self) -> &str {
        self.trimmed(Field::Nationality)
    }

    /// The whole document number without fillers at its end, joined where it goes on in the optional data.
    #[must_use]
    pub fn document_number(&self) -> Zeroizing<String> {
        let mut number = Zeroizing::new(String::from(self.field(Field::DocumentNumber)));
        if let DocumentNumberForm::Long(rest) = self.number {
            number.push_str(self.field(Field::OptionalData).get(..rest).unwrap_or_default());
        }
        let end = number.trim_end_matches('<').len();
        number.truncate(end);
        number
    }

    /// Whether the document number goes on in the optional data.
    #[must_use]
    pub fn document_number_is_long(&self) -> bool {
        self.number != DocumentNumberForm::Short
    }

    /// Date of birth.
    #[must_use]
    pub fn date_of_birth(&self) -> MrzDate {
        MrzDate::from_field(self.field(Field::DateOfBirth))
    }

    /// Date of expiry.
    #[must_use]
    pub fn date_of_expiry(&self) -> MrzDate {
        MrzDate::from_field(self.field(Field::DateOfExpiry))
    }

    /// Sex as printed; [`Sex::Unspecified`] also for a character that means nothing, which is a problem.
    #[must_use]
    pub fn sex(&self) -> Sex {
        match self.field(Field::Sex) {
            "M" => Sex::Male,
            "F" => Sex::Female,
            _ => Sex::Unspecified,
        }
    }

    /// The holder's names.
    #[must_use]
    pub fn names(&self) -> Names {
        let field = self.field(Field::Names);
        let (primary, secondary) = field.split_once("<<").unwrap_or((field, ""));
        Names { primary: spaced(primary), secondary: spaced(secondary), may_be_truncated: !field.ends_with('<') }
    }

    /// Optional data without fillers at its end, and without what of it is document number. The personal number on TD3.
    #[must_use]
    pub fn optional_data(&self) -> &str {
        let taken = match self.number {
            DocumentNumberForm::Short => 0,
            // The rest of the number, its check digit and a filler.
            DocumentNumberForm::Long(rest) => rest + 2,
        };
        self.field(Field::OptionalData).get(taken..).unwrap_or_default().trim_end_matches('<')
    }

    /// The second field of optional data, which only TD1 has, without fillers at its end.
    #[must_use]
    pub fn optional_data_2(&self) -> &str {
        self.trimmed(Field::OptionalData2)
    }

    /// Every check digit: what stands there and what it should be. The composite one is last.
    #[must_use]
    pub fn check_digits(&self) -> &[CheckDigit] {
        &self.check_digits
    }

    /// What is wrong, in the order of the fields. Empty: the MRZ is as the standard says.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What is odd about how the input was written.
    #[must_use]
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// The usual reading mistakes that would explain the problems, the likeliest first for each field.
    #[must_use]
    pub fn suggestions(&self) -> Vec<Suggestion> {
        suggestion::suggest(self)
    }

    /// What opens BAC and PACE, from the fields as they stand; its check digits are computed, not copied.
    ///
    /// # Errors
    /// The document number is empty or a date is no date.
    pub fn key(&self) -> Result<MrzKey, MrzKeyError> {
        MrzKey::new(&self.document_number(), self.field(Field::DateOfBirth), self.field(Field::DateOfExpiry))
    }

    fn trimmed(&self, field: Field) -> &str {
        self.field(field).trim_end_matches('<')
    }

    fn read_fields(format: Format, text: Zeroizing<String>) -> Self {
        let (check_digits, problems, remarks) = (Vec::new(), Vec::new(), Vec::new());
        let mut mrz = Self { format, text, number: DocumentNumberForm::Short, check_digits, problems, remarks };
        mrz.number = mrz.document_number_form();
        mrz.check_digits = mrz.compute_check_digits();
        mrz.problems = mrz.find_problems();
        mrz
    }

    /// A long number fills its field, has a filler for a check digit, and at least one character and the check digit at
    /// the start of the optional data.
    fn document_number_form(&self) -> DocumentNumberForm {
        let may_be_long = self.format != Format::Td3
            && self.field(Field::DocumentNumberCheck) == "<"
            && !self.field(Field::DocumentNumber).ends_with('<');
        match self.field(Field::OptionalData).split('<').next().map_or(0, str::len) {
            length @ 2.. if may_be_long => DocumentNumberForm::Long(length - 1),
            _ => DocumentNumberForm::Short,
        }
    }

    fn compute_check_digits(&self) -> Vec<CheckDigit> {
        let mut all = Vec::with_capacity(5);
        for group in layout::check_groups(self.format, self.long_rest()) {
            let covered = || group.covered.iter().filter_map(|range| self.text.get(range.clone())).flat_map(str::bytes);
            let found = self.text.as_bytes().get(group.digit).map_or('<', |b| char::from(*b));
            let (line, column) = self.format.line_and_column(group.digit);
            // Every character is of the MRZ alphabet, so there always is a check digit.
            let computed = check_digit::over(covered()).unwrap_or('<');
            let only_fillers = covered().all(|b| b == b'<');
            all.push(CheckDigit { field: group.field, line, column, found, computed, only_fillers });
        }
        all
    }

    fn long_rest(&self) -> Option<usize> {
        match self.number {
            DocumentNumberForm::Short => None,
            DocumentNumberForm::Long(rest) => Some(rest),
        }
    }

    fn find_problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for field in Field::ALL {
            let Some(span) = self.format.span(field) else { continue };
            let range = span.range(self.format);
            let value = self.field(field);
            if let Some(at) = value.bytes().position(|c| !field.alphabet().allows(c)) {
                let kind = match field.alphabet() {
                    layout::Alphabet::Digits => ProblemKind::NotADigit,
                    layout::Alphabet::Letters => ProblemKind::NotALetter,
                    _ => ProblemKind::UnknownSex,
                };
                problems.push(self.problem(field, kind, range.start + at));
            } else if field.is_date() && !MrzDate::from_field(value).is_plausible() {
                problems.push(self.problem(field, ProblemKind::InvalidDate, range.start));
            }
            let digit = self.check_digits.iter().find(|digit| digit.field == field && !digit.holds());
            problems.extend(digit.map(|digit| {
                let kind = ProblemKind::CheckDigit { computed: digit.computed };
                Problem { field, kind, line: digit.line, column: digit.column }
            }));
        }
        problems
    }

    fn problem(&self, field: Field, kind: ProblemKind, at: usize) -> Problem {
        let (line, column) = self.format.line_and_column(at);
        Problem { field, kind, line, column }
    }
}

/// Only the format and what is wrong: the rest is personal.
impl fmt::Debug for Mrz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mrz").field("format", &self.format).field("problems", &self.problems).finish_non_exhaustive()
    }
}

/// Sex in an MRZ (Doc 9303-4, 4.2.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sex {
    /// `M`
    Male,
    /// `F`
    Female,
    /// `<`
    Unspecified,
}

/// The names of an MRZ, with spaces for fillers (Doc 9303-3, 4.6). Wiped from memory on drop.
#[derive(Clone, PartialEq, Eq)]
pub struct Names {
    /// Primary identifier: mostly the surname.
    pub primary: String,
    /// Secondary identifier: mostly the given names. Empty where there is none.
    pub secondary: String,
    /// The field is full up to its last character, so the names may go on (Doc 9303-3, 4.6.2).
    pub may_be_truncated: bool,
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names").field("may_be_truncated", &self.may_be_truncated).finish_non_exhaustive()
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        self.primary.zeroize();
        self.secondary.zeroize();
    }
}

/// Lines without the spaces around them, empty ones left out.
fn split_lines(input: &[u8]) -> Result<Vec<&[u8]>, MrzError> {
    let of_mrz = |c: u8| c.is_ascii_alphanumeric() || c == b'<';
    let line = delimited(space0, take_while(of_mrz), space0);
    // Lines with nothing in them are matched too, so the list fails on no input and stops at the first other character.
    let parsed: IResult<&[u8], Vec<&[u8]>> = separated_list1(line_ending, line).parse(input);
    let (rest, mut lines) = parsed.unwrap_or((input, Vec::new()));
    let begun = lines.last().is_some_and(|line| !line.is_empty());
    lines.retain(|line| !line.is_empty());
    if let Some(found) = first_character(rest) {
        let read = input.get(..input.len() - rest.len()).unwrap_or_default();
        let column = read.iter().rev().take_while(|c| **c != b'\n').count() + 1;
        let line = lines.len() + usize::from(!begun);
        // What stops the list after a space inside a line may be a good character: the space is not.
        let spaces = read.iter().rev().take_while(|c| matches!(**c, b' ' | b'\t')).count();
        let (found, column) = if begun && spaces > 0 { (' ', column - spaces) } else { (found, column) };
        return Err(MrzError { kind: MrzErrorKind::InvalidCharacter { found }, line, column });
    }
    if lines.is_empty() {
        return Err(MrzError { kind: MrzErrorKind::Empty, line: 1, column: 1 });
    }
    Ok(lines)
}

fn first_character(bytes: &[u8]) -> Option<char> {
    let chunk = bytes.utf8_chunks().next()?;
    Some(chunk.valid().chars().next().unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// Names with one space for each run of fillers.
fn spaced(field: &str) -> String {
    let mut out = String::with_capacity(field.len());
    for part in field.split('<').filter(|part| !part.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests;
