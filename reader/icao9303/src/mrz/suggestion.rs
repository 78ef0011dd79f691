//! Which usual reading mistakes (O for 0, I for 1 …) would explain what is wrong with an MRZ. Suggested, never applied.

use alloc::{vec, vec::Vec};
use core::fmt;

use super::{Field, Format, Mrz, check_digit, layout};

/// Changes of characters after which a field would be as the standard says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The field.
    pub field: Field,
    /// One or two changes; more only where each is a letter among digits or a digit among letters.
    pub changes: Vec<Change>,
    /// Whether the composite check digit would hold after these changes alone: a second witness.
    pub composite_holds: bool,
}

/// One character read as another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What stands there.
    pub found: char,
    /// What was probably meant.
    pub meant: char,
}

/// Without the characters, which are part of personal data.
impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Change(line {}, column {})", self.line, self.column)
    }
}

/// Pairs that OCR and people take for each other. `G` and `6` have the same check digit: only a field of digits or of
/// letters tells them apart.
const LOOK_ALIKES: [(u8, u8); 9] = [
    (b'O', b'0'),
    (b'I', b'1'),
    (b'Z', b'2'),
    (b'S', b'5'),
    (b'G', b'6'),
    (b'B', b'8'),
    (b'D', b'0'),
    (b'Q', b'0'),
    (b'L', b'1'),
];

/// More suggestions than these for one field help nobody.
const MOST_FOR_A_FIELD: usize = 8;

/// A replacement of the character at an index of the whole text.
type Swap = (usize, u8);

pub(super) fn suggest(mrz: &Mrz) -> Vec<Suggestion> {
    let mut all = Vec::new();
    for group in layout::check_groups(mrz.format, mrz.long_rest()) {
        let digit = mrz.check_digits.iter().find(|digit| digit.field == group.field);
        let bad_digit = digit.is_some_and(|digit| !digit.holds());
        let others_hold = mrz.check_digits.iter().all(|digit| digit.field == Field::Composite || digit.holds());
        let candidates = match group.field {
            // Fields with a check digit of their own have had their turn.
            Field::Composite if bad_digit && others_hold && all.is_empty() => {
                let only_here = [Field::OptionalData, Field::OptionalData2].map(|field| mrz.format.span(field));
                let ranges = only_here.into_iter().flatten().map(|span| span.range(mrz.format));
                let positions: Vec<usize> = ranges.flatten().chain([group.digit]).collect();
                explain(mrz, &group, &positions)
            }
            Field::Composite => continue,
            _ if bad_digit || !forced(mrz, group.covered.iter().cloned().flatten().chain([group.digit])).is_empty() => {
                let positions: Vec<usize> = group.covered.iter().cloned().flatten().chain([group.digit]).collect();
                explain(mrz, &group, &positions)
            }
            _ => continue,
        };
        all.extend(ranked(mrz, group.field, candidates));
    }
    for field in [Field::DocumentCode, Field::IssuingState, Field::Nationality, Field::Names] {
        let Some(span) = mrz.format.span(field) else { continue };
        let swaps = forced(mrz, span.range(mrz.format));
        if !swaps.is_empty() {
            all.extend(ranked(mrz, field, vec![swaps]));
        }
    }
    all
}

/// Sets of replacements at the positions that make the group's check digit hold: what the alphabets force alone, then
/// one more, then two more.
fn explain(mrz: &Mrz, group: &layout::CheckGroup, positions: &[usize]) -> Vec<Vec<Swap>> {
    let base = forced(mrz, positions.iter().copied());
    let fits = |swaps: &[Swap]| holds(mrz, group, swaps);
    if !base.is_empty() && fits(&base) {
        return vec![base];
    }
    let single: Vec<Swap> = positions
        .iter()
        .filter(|at| !base.iter().any(|(taken, _)| taken == *at))
        .flat_map(|at| alternatives(mrz, *at).map(|meant| (*at, meant)))
        .collect();
    let with = |more: &[Swap]| -> Vec<Swap> { base.iter().chain(more).copied().collect() };
    let one: Vec<_> = single.iter().map(|swap| with(&[*swap])).filter(|swaps| fits(swaps)).collect();
    if !one.is_empty() {
        return one;
    }
    let pairs = single.iter().enumerate().flat_map(|(index, first)| {
        single.iter().skip(index + 1).filter(|second| second.0 != first.0).map(|second| with(&[*first, *second]))
    });
    pairs.filter(|swaps| fits(swaps)).take(4 * MOST_FOR_A_FIELD).collect()
}

/// Look-alikes for characters that the alphabet of their field does not have.
fn forced(mrz: &Mrz, positions: impl Iterator<Item = usize>) -> Vec<Swap> {
    let misfit = |at: &usize| {
        let character = character(mrz, *at);
        field_at(mrz, *at).is_some_and(|field| !field.alphabet().allows(character))
    };
    positions.filter(misfit).filter_map(|at| alternatives(mrz, at).next().map(|meant| (at, meant))).collect()
}

/// Look-alikes of the character that the alphabet of its field has, the likeliest first.
fn alternatives(mrz: &Mrz, at: usize) -> impl Iterator<Item = u8> {
    let found = character(mrz, at);
    let field = field_at(mrz, at);
    LOOK_ALIKES
        .into_iter()
        .filter_map(move |(letter, digit)| match found {
            c if c == letter => Some(digit),
            c if c == digit => Some(letter),
            _ => None,
        })
        .filter(move |meant| field.is_some_and(|field| field.alphabet().allows(*meant)))
}

fn ranked(mrz: &Mrz, field: Field, candidates: Vec<Vec<Swap>>) -> Vec<Suggestion> {
    let composite = layout::check_groups(mrz.format, mrz.long_rest()).pop();
    let mut suggestions: Vec<Suggestion> = candidates
        .into_iter()
        .map(|swaps| Suggestion {
            field,
            composite_holds: composite.as_ref().is_some_and(|group| holds(mrz, group, &swaps)),
            changes: swaps.iter().map(|swap| change(mrz, *swap)).collect(),
        })
        .collect();
    suggestions.sort_by_key(|suggestion| !suggestion.composite_holds);
    suggestions.truncate(MOST_FOR_A_FIELD);
    suggestions
}

fn holds(mrz: &Mrz, group: &layout::CheckGroup, swaps: &[Swap]) -> bool {
    let read =
        |at: usize| swaps.iter().find(|(index, _)| *index == at).map_or_else(|| character(mrz, at), |swap| swap.1);
    check_digit::over(group.covered.iter().cloned().flatten().map(read)) == Some(char::from(read(group.digit)))
}

fn change(mrz: &Mrz, (at, meant): Swap) -> Change {
    let (line, column) = mrz.format.line_and_column(at);
    Change { line, column, found: char::from(character(mrz, at)), meant: char::from(meant) }
}

fn character(mrz: &Mrz, at: usize) -> u8 {
    mrz.text.as_bytes().get(at).copied().unwrap_or(b'<')
}

/// The field at an index. Inside the optional data the check digit of a long document number counts as one.
fn field_at(mrz: &Mrz, at: usize) -> Option<Field> {
    let format: Format = mrz.format;
    let field = Field::ALL
        .into_iter()
        .find(|field| format.span(*field).is_some_and(|span| span.range(format).contains(&at)))?;
    let long_digit =
        mrz.long_rest().zip(format.span(Field::OptionalData)).map(|(rest, span)| span.range(format).start + rest);
    if long_digit == Some(at) { Some(Field::DocumentNumberCheck) } else { Some(field) }
}
