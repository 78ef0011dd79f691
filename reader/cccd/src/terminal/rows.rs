//! What all views for people are made of: rows of a label and a value, and remarks with a mark before them. Vietnamese
//! first, English beside it where there is room.

use super::style::{Paint, Style};
use super::text::{clean, columns, padded, wrapped};
use crate::messages::Words;

/// Labels in both languages with their values, in lines. The column of the labels is as wide as the widest.
pub(crate) fn labelled(rows: &[((&str, &str), String)], style: &Style, indent: usize) -> Vec<String> {
    let widths = rows.iter().map(|((vi, en), _)| (columns(vi), columns(en)));
    let (vi, both) = widths.fold((0, 0), |(one, both), (vi, en)| (one.max(vi), both.max(vi + 3 + en)));
    let width = style.width.saturating_sub(indent);
    let labels = Labels::fitting(vi + 2, both + 2, width);
    let start = " ".repeat(indent);
    let of_row = |(label, text): &((&str, &str), String)| labels.row(*label, &clean(text), "", None, style, width);
    rows.iter().flat_map(of_row).map(|line| format!("{start}{line}")).collect()
}

/// Something said, with a mark before it: in one line where both languages fit, else each in its own.
pub(crate) fn marked(mark: (&str, Paint), words: &Words, style: &Style) -> Vec<String> {
    let (vi, en) = (clean(&words.vi), clean(&words.en));
    let room = style.width.saturating_sub(2);
    let mut lines = match (vi.is_empty(), en.is_empty()) {
        (false, false) if columns(&vi) + 3 + columns(&en) <= room => {
            // What is said to follow stands on the next line.
            vec![format!("{} {}", vi.trim_end_matches(':'), style.paint(Paint::Faint, &format!("· {en}")))]
        }
        _ => {
            let faint = |line: String| style.paint(if vi.is_empty() { Paint::Plain } else { Paint::Faint }, &line);
            let vietnamese = wrapped(&vi, room).into_iter().filter(|line| !line.is_empty());
            let english = wrapped(&en, room).into_iter().filter(|line| !line.is_empty()).map(faint);
            vietnamese.chain(english).collect()
        }
    };
    for (index, line) in lines.iter_mut().enumerate() {
        *line = if index == 0 { format!("{} {line}", style.paint(mark.1, mark.0)) } else { format!("  {line}") };
    }
    lines
}

/// A column of labels, Vietnamese alone or with English beside it.
#[derive(Clone, Copy)]
pub(crate) struct Labels {
    columns: usize,
    english: bool,
}

impl Labels {
    /// With English where at least as many columns are left for the text as the labels take.
    pub(crate) fn fitting(vietnamese: usize, both: usize, width: usize) -> Self {
        let english = width >= both + LEAST_TEXT;
        Self { columns: if english { both } else { vietnamese }, english }
    }

    /// A label and a text beside it, in lines; further lines of the text stay in its column. The note ends the first.
    pub(crate) fn row(
        self,
        label: (&str, &str),
        text: &str,
        note: &str,
        paint: Option<Paint>,
        style: &Style,
        width: usize,
    ) -> Vec<String> {
        let (vi, en) = label;
        let note_width = columns(note) + usize::from(!note.is_empty());
        let room = width.saturating_sub(self.columns + note_width).max(12);
        let (label, shown) = if self.english && !en.is_empty() {
            (format!("{vi} {}", style.paint(Paint::Faint, &format!("· {en}"))), columns(vi) + 3 + columns(en))
        } else {
            (vi.to_owned(), columns(vi))
        };
        let label = format!("{label}{}", " ".repeat(self.columns.saturating_sub(shown).max(1)));
        let painted = |text: &str| paint.map_or_else(|| text.to_owned(), |paint| style.paint(paint, text));
        let note = style.paint(Paint::Faint, note);
        wrapped(text, room)
            .into_iter()
            .enumerate()
            .map(|(index, part)| match (index, note.is_empty()) {
                (0, true) => format!("{label}{}", painted(&part)),
                (0, false) => format!("{label}{} {note}", painted(&padded(&part, room))),
                _ => format!("{}{}", " ".repeat(self.columns), painted(&part)),
            })
            .collect()
    }
}

/// Columns for the text, below which labels go without English.
const LEAST_TEXT: usize = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_stands_in_one_line_where_it_fits_and_in_two_where_not() {
        let words = Words::new("Kho tin cậy trống", "the trust store is empty");
        assert_eq!(
            marked(("!", Paint::Open), &words, &Style::PLAIN),
            ["! Kho tin cậy trống · the trust store is empty"]
        );
        let narrow = Style { width: 30, ..Style::PLAIN };
        assert_eq!(marked(("!", Paint::Open), &words, &narrow), ["! Kho tin cậy trống", "  the trust store is empty"]);
    }

    #[test]
    fn values_stand_in_one_column() {
        let rows = [(("Ngày sinh", "born"), "15/03/1990".to_owned()), (("Giới tính", "sex"), "Nữ".to_owned())];
        assert_eq!(labelled(&rows, &Style::PLAIN, 2), ["  Ngày sinh · born  15/03/1990", "  Giới tính · sex   Nữ"]);
    }
}
