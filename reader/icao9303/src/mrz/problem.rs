//! What may be wrong with an MRZ, and where.

use super::Field;

/// One check digit: what stands there and what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckDigit {
    /// The field that it protects; [`Field::Composite`] for the one over several.
    pub field: Field,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What stands there.
    pub found: char,
    /// What the standard says.
    pub computed: char,
    /// Everything that it protects is fillers.
    pub(super) only_fillers: bool,
}

impl CheckDigit {
    /// Whether it is right. A filler stands for `0` where the field is empty (Doc 9303-4, 4.2.2.2 on character 43).
    #[must_use]
    pub fn holds(&self) -> bool {
        self.found == self.computed || (self.found == '<' && self.only_fillers && self.field != Field::Composite)
    }
}

/// Something in an MRZ that is not as the standard says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {kind} (line {line}, column {column})")]
pub struct Problem {
    /// The field.
    pub field: Field,
    /// What is wrong.
    pub kind: ProblemKind,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1: of the check digit, or of the character.
    pub column: usize,
}

/// What is not as the standard says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The check digit is not the one of the characters it protects.
    #[error("the check digit should be {computed}")]
    CheckDigit {
        /// What it should be.
        computed: char,
    },
    /// A letter where only digits and fillers may be.
    #[error("not a digit")]
    NotADigit,
    /// A digit where only letters and fillers may be.
    #[error("not a letter")]
    NotALetter,
    /// No such month or day.
    #[error("no such date")]
    InvalidDate,
    /// Neither `M`, `F` nor a filler.
    #[error("not M, F or a filler")]
    UnknownSex,
}

/// Why an input is no MRZ, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (line {line}, column {column})")]
pub struct MrzError {
    /// What is wrong.
    pub kind: MrzErrorKind,
    /// Line, from 1, empty ones not counted.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

/// Why an input is no MRZ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MrzErrorKind {
    /// Nothing there.
    #[error("no MRZ")]
    Empty,
    /// More than [`MAX_INPUT`](super::MAX_INPUT) bytes.
    #[error("too long for an MRZ")]
    InputTooLong,
    /// Another character than A to Z, 0 to 9 and `<`.
    #[error("character {found:?} is not of an MRZ")]
    InvalidCharacter {
        /// The character.
        found: char,
    },
    /// A line too long or too short; the column is the first that is missing or too much.
    #[error("{found} characters where {expected} are expected")]
    LineLength {
        /// How many it has.
        found: usize,
        /// How many it should have.
        expected: usize,
    },
    /// As many characters in one line as no MRZ has.
    #[error("{found} characters: neither TD1 (90), TD2 (72) nor TD3 (88)")]
    TotalLength {
        /// How many there are.
        found: usize,
    },
    /// More than three lines.
    #[error("{found} lines: an MRZ has two or three")]
    LineCount {
        /// How many there are.
        found: usize,
    },
    /// A visa, which has no chip and another layout (Doc 9303-7).
    #[error("the MRZ of a visa")]
    Visa,
}
