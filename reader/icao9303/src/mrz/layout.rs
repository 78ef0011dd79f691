//! Which field of an MRZ is where (Doc 9303-4, 4.2.2 for TD3; Doc 9303-5, 4.2.2 for TD1; Doc 9303-6, 4.2.2 for TD2).

use alloc::{vec, vec::Vec};
use core::{fmt, ops::Range};

use super::{MrzError, MrzErrorKind};

/// The three sizes of travel documents with a chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Card of 85.6 × 54 mm: three lines of 30.
    Td1,
    /// 105 × 74 mm: two lines of 36.
    Td2,
    /// Passport booklet: two lines of 44.
    Td3,
}

impl Format {
    /// Number of lines.
    #[must_use]
    pub const fn lines(self) -> usize {
        match self {
            Self::Td1 => 3,
            Self::Td2 | Self::Td3 => 2,
        }
    }

    /// Characters in a line.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Self::Td1 => 30,
            Self::Td2 => 36,
            Self::Td3 => 44,
        }
    }

    /// `TD1`, `TD2` or `TD3`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Td1 => "TD1",
            Self::Td2 => "TD2",
            Self::Td3 => "TD3",
        }
    }

    /// Line and column, from 1, of an index into all characters.
    pub(crate) const fn line_and_column(self, index: usize) -> (usize, usize) {
        (index / self.width() + 1, index % self.width() + 1)
    }

    /// Where the field is.
    pub(crate) fn span(self, field: Field) -> Option<Span> {
        let at = |line, first, last| Some(Span { line, first, last });
        match (self, field) {
            (_, Field::DocumentCode) => at(1, 1, 2),
            (_, Field::IssuingState) => at(1, 3, 5),

            (Self::Td1, Field::DocumentNumber) => at(1, 6, 14),
            (Self::Td1, Field::DocumentNumberCheck) => at(1, 15, 15),
            (Self::Td1, Field::OptionalData) => at(1, 16, 30),
            (Self::Td1, Field::DateOfBirth) => at(2, 1, 6),
            (Self::Td1, Field::DateOfBirthCheck) => at(2, 7, 7),
            (Self::Td1, Field::Sex) => at(2, 8, 8),
            (Self::Td1, Field::DateOfExpiry) => at(2, 9, 14),
            (Self::Td1, Field::DateOfExpiryCheck) => at(2, 15, 15),
            (Self::Td1, Field::Nationality) => at(2, 16, 18),
            (Self::Td1, Field::OptionalData2) => at(2, 19, 29),
            (Self::Td1, Field::Composite) => at(2, 30, 30),
            (Self::Td1, Field::Names) => at(3, 1, 30),

            (Self::Td2 | Self::Td3, Field::DocumentNumber) => at(2, 1, 9),
            (Self::Td2 | Self::Td3, Field::DocumentNumberCheck) => at(2, 10, 10),
            (Self::Td2 | Self::Td3, Field::Nationality) => at(2, 11, 13),
            (Self::Td2 | Self::Td3, Field::DateOfBirth) => at(2, 14, 19),
            (Self::Td2 | Self::Td3, Field::DateOfBirthCheck) => at(2, 20, 20),
            (Self::Td2 | Self::Td3, Field::Sex) => at(2, 21, 21),
            (Self::Td2 | Self::Td3, Field::DateOfExpiry) => at(2, 22, 27),
            (Self::Td2 | Self::Td3, Field::DateOfExpiryCheck) => at(2, 28, 28),
            (Self::Td2, Field::Names) => at(1, 6, 36),
            (Self::Td2, Field::OptionalData) => at(2, 29, 35),
            (Self::Td2, Field::Composite) => at(2, 36, 36),
            (Self::Td3, Field::Names) => at(1, 6, 44),
            (Self::Td3, Field::OptionalData) => at(2, 29, 42),
            (Self::Td3, Field::OptionalDataCheck) => at(2, 43, 43),
            (Self::Td3, Field::Composite) => at(2, 44, 44),
            (Self::Td2 | Self::Td3, Field::OptionalData2) | (Self::Td1 | Self::Td2, Field::OptionalDataCheck) => None,
        }
    }

    fn range(self, field: Field) -> Range<usize> {
        self.span(field).map_or(0..0, |span| span.range(self))
    }
}

/// A field of an MRZ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Document code.
    DocumentCode,
    /// Issuing state or organisation.
    IssuingState,
    /// The first nine characters of the document number.
    DocumentNumber,
    /// Its check digit, or a filler where the number goes on in the optional data.
    DocumentNumberCheck,
    /// Optional data; on TD3 the personal number.
    OptionalData,
    /// The check digit of the personal number on TD3.
    OptionalDataCheck,
    /// Date of birth.
    DateOfBirth,
    /// Its check digit.
    DateOfBirthCheck,
    /// Sex.
    Sex,
    /// Date of expiry.
    DateOfExpiry,
    /// Its check digit.
    DateOfExpiryCheck,
    /// Nationality.
    Nationality,
    /// The second optional data of TD1.
    OptionalData2,
    /// The check digit over several fields.
    Composite,
    /// Names.
    Names,
}

impl Field {
    /// All, in the order of TD1.
    pub const ALL: [Self; 15] = [
        Self::DocumentCode,
        Self::IssuingState,
        Self::DocumentNumber,
        Self::DocumentNumberCheck,
        Self::OptionalData,
        Self::OptionalDataCheck,
        Self::DateOfBirth,
        Self::DateOfBirthCheck,
        Self::Sex,
        Self::DateOfExpiry,
        Self::DateOfExpiryCheck,
        Self::Nationality,
        Self::OptionalData2,
        Self::Composite,
        Self::Names,
    ];

    /// Its name in snake case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DocumentCode => "document_code",
            Self::IssuingState => "issuing_state",
            Self::DocumentNumber => "document_number",
            Self::DocumentNumberCheck => "document_number_check",
            Self::OptionalData => "optional_data",
            Self::OptionalDataCheck => "optional_data_check",
            Self::DateOfBirth => "date_of_birth",
            Self::DateOfBirthCheck => "date_of_birth_check",
            Self::Sex => "sex",
            Self::DateOfExpiry => "date_of_expiry",
            Self::DateOfExpiryCheck => "date_of_expiry_check",
            Self::Nationality => "nationality",
            Self::OptionalData2 => "optional_data_2",
            Self::Composite => "composite",
            Self::Names => "names",
        }
    }

    pub(crate) const fn is_date(self) -> bool {
        matches!(self, Self::DateOfBirth | Self::DateOfExpiry)
    }

    pub(crate) const fn alphabet(self) -> Alphabet {
        match self {
            Self::DocumentCode | Self::IssuingState | Self::Nationality | Self::Names => Alphabet::Letters,
            Self::DocumentNumberCheck
            | Self::OptionalDataCheck
            | Self::DateOfBirth
            | Self::DateOfBirthCheck
            | Self::DateOfExpiry
            | Self::DateOfExpiryCheck
            | Self::Composite => Alphabet::Digits,
            Self::Sex => Alphabet::Sex,
            Self::DocumentNumber | Self::OptionalData | Self::OptionalData2 => Alphabet::Any,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The characters that a field may have besides the filler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alphabet {
    Letters,
    Digits,
    Sex,
    Any,
}

impl Alphabet {
    pub(crate) fn allows(self, character: u8) -> bool {
        character == b'<'
            || match self {
                Self::Letters => character.is_ascii_uppercase(),
                Self::Digits => character.is_ascii_digit(),
                Self::Sex => matches!(character, b'M' | b'F'),
                Self::Any => true,
            }
    }
}

/// A field's line and first and last column, from 1 as the standard counts them.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    line: usize,
    first: usize,
    last: usize,
}

impl Span {
    /// The same as a range of all characters.
    pub(crate) fn range(self, format: Format) -> Range<usize> {
        let start = (self.line - 1) * format.width();
        start + self.first - 1..start + self.last
    }
}

/// A check digit and what it covers, as indices of all characters.
pub(crate) struct CheckGroup {
    pub(crate) field: Field,
    pub(crate) covered: Vec<Range<usize>>,
    pub(crate) digit: usize,
}

/// The check digits of the format, the composite one last. `long_rest`: how many characters of the document number are in
/// the optional data.
pub(crate) fn check_groups(format: Format, long_rest: Option<usize>) -> Vec<CheckGroup> {
    let group =
        |field, check| CheckGroup { field, covered: vec![format.range(field)], digit: format.range(check).start };
    let mut number = group(Field::DocumentNumber, Field::DocumentNumberCheck);
    if let Some(rest) = long_rest {
        let start = format.range(Field::OptionalData).start;
        number.covered.push(start..start + rest);
        number.digit = start + rest;
    }
    let mut groups = vec![
        number,
        group(Field::DateOfBirth, Field::DateOfBirthCheck),
        group(Field::DateOfExpiry, Field::DateOfExpiryCheck),
    ];
    if format == Format::Td3 {
        groups.push(group(Field::OptionalData, Field::OptionalDataCheck));
    }
    let line = |number: usize, first, last| Span { line: number, first, last }.range(format);
    let covered = match format {
        Format::Td1 => vec![line(1, 6, 30), line(2, 1, 7), line(2, 9, 15), line(2, 19, 29)],
        Format::Td2 => vec![line(2, 1, 10), line(2, 14, 20), line(2, 22, 35)],
        Format::Td3 => vec![line(2, 1, 10), line(2, 14, 20), line(2, 22, 43)],
    };
    groups.push(CheckGroup { field: Field::Composite, covered, digit: format.range(Field::Composite).start });
    groups
}

/// The format that the lines have.
pub(crate) fn format_of(lines: &[&[u8]]) -> Result<Format, MrzError> {
    let format = match lines {
        [all] => {
            let formats = [Format::Td1, Format::Td2, Format::Td3];
            let found = all.len();
            return formats.into_iter().find(|format| format.lines() * format.width() == found).ok_or(MrzError {
                kind: MrzErrorKind::TotalLength { found },
                line: 1,
                column: 1,
            });
        }
        [first, second] if first.len().max(second.len()) <= 40 => Format::Td2,
        [_, _] => Format::Td3,
        [_, _, _] => Format::Td1,
        _ => return Err(MrzError { kind: MrzErrorKind::LineCount { found: lines.len() }, line: 4, column: 1 }),
    };
    let expected = format.width();
    match lines.iter().enumerate().find(|(_, line)| line.len() != expected) {
        None => Ok(format),
        Some((index, line)) => Err(MrzError {
            kind: MrzErrorKind::LineLength { found: line.len(), expected },
            line: index + 1,
            column: line.len().min(expected) + 1,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_belongs_to_one_field() {
        for format in [Format::Td1, Format::Td2, Format::Td3] {
            let mut seen = vec![0; format.lines() * format.width()];
            for field in Field::ALL {
                seen[format.range(field)].iter_mut().for_each(|count| *count += 1);
            }
            assert!(seen.iter().all(|count| *count == 1), "{format:?}");
        }
    }

    #[test]
    fn the_wrong_line_and_column_are_named() {
        let (l30, l29, l44, l36) = ([b'<'; 30], [b'<'; 29], [b'<'; 44], [b'<'; 36]);
        let error = format_of(&[&l30, &l29, &l30]).unwrap_err();
        assert_eq!((error.line, error.column), (2, 30));
        assert_eq!(error.kind, MrzErrorKind::LineLength { found: 29, expected: 30 });
        assert_eq!(format_of(&[&l44, &l36]).unwrap_err().line, 2);
        assert_eq!(format_of(&[&l44, &l44]), Ok(Format::Td3));
        assert_eq!(format_of(&[&l36, &l36]), Ok(Format::Td2));
        assert_eq!(format_of(&[&l30, &l30, &l30]), Ok(Format::Td1));
        assert_eq!(format_of(&[&l36, &l29]).unwrap_err().line, 2);
    }
}
