//! Charts, drawn here as SVG within the page: no script, no style of their own. Lengths across are shares of the page and lengths
//! down are in letters, so that a chart grows with the text; values stand as text beside their bars, so that no colour is needed.
//! Each has a title and a description for who hears the page, and a table with the same numbers beside it.

use askama::Template;

use crate::desk::figures::timeline::Step;
use crate::desk::lang::Lang;
use crate::desk::web::figures::number;
use crate::desk::web::regions::drawn;

/// How high one bar with its label is, in letters (rem).
const BAR: f64 = 3.25;
/// How high the highest column is.
const HIGHEST: f64 = 10.0;
/// What is above it, for the number.
const TOP: f64 = 1.75;
/// More columns than this have labels only here and there.
const LABELS: usize = 8;

#[derive(Template)]
#[template(path = "bars.html")]
struct Bars<'a> {
    id: &'a str,
    title: &'a str,
    described: &'a str,
    height: String,
    bars: Vec<Bar<'a>>,
}

/// A bar that lies below its label.
struct Bar<'a> {
    label: &'a str,
    value: String,
    label_at: String,
    bar_at: String,
    value_at: String,
    width: String,
    after: String,
}

#[derive(Template)]
#[template(path = "columns.html")]
struct Columns<'a> {
    id: &'a str,
    title: &'a str,
    described: &'a str,
    most: String,
    columns: Vec<Column<'a>>,
}

/// A column that stands on its label.
struct Column<'a> {
    label: Option<&'a str>,
    left: String,
    width: String,
    middle: String,
    top: String,
    height: String,
}

/// Bars that lie, one for each line.
pub fn bars(lang: Lang, id: &str, title: &str, described: &str, lines: &[(String, u64)]) -> String {
    let most = lines.iter().map(|(_, value)| *value).max().unwrap_or(0).max(1);
    let mut bars = Vec::new();
    for (place, (label, value)) in lines.iter().enumerate() {
        let top = place as f64 * BAR;
        // What is left on the right is for the number.
        let width = *value as f64 / most as f64 * 84.0;
        bars.push(Bar {
            label,
            value: number(lang, *value),
            label_at: rem(top + 1.1),
            bar_at: rem(top + 1.45),
            value_at: rem(top + 2.35),
            width: percent(width),
            after: percent(width + 1.0),
        });
    }
    let height = rem(lines.len() as f64 * BAR);
    drawn(&Bars { id, title, described, height, bars })
}

/// Columns that stand, one for each step.
pub fn columns(lang: Lang, id: &str, title: &str, described: &str, steps: &[Step]) -> String {
    let most = steps.iter().map(|step| step.visits).max().unwrap_or(0).max(1);
    let each = 100.0 / steps.len().max(1) as f64;
    let every = steps.len().div_ceil(LABELS).max(1);
    let mut columns = Vec::new();
    for (place, step) in steps.iter().enumerate() {
        let left = place as f64 * each;
        let height = step.visits as f64 / most as f64 * HIGHEST;
        columns.push(Column {
            label: (place % every == 0).then_some(step.label.as_str()),
            left: percent(left + each * 0.12),
            width: percent(each * 0.76),
            middle: percent(left + each / 2.0),
            top: rem(TOP + HIGHEST - height),
            height: rem(height),
        });
    }
    drawn(&Columns { id, title, described, most: number(lang, most), columns })
}

fn rem(length: f64) -> String {
    format!("{length:.2}rem")
}

fn percent(length: f64) -> String {
    format!("{length:.2}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_says_what_it_shows_and_its_longest_bar_leaves_room_for_its_number() {
        let lines = [("Chip <5>".to_owned(), 1200), ("QR".to_owned(), 0)];
        let svg = bars(Lang::Vi, "ways", "Phương thức", "Chip: 1.200", &lines);
        assert!(svg.contains("role=\"img\"") && svg.contains("<title id=\"ways-title\">Phương thức</title>"), "{svg}");
        assert!(svg.contains("width=\"84.00%\"") && svg.contains("width=\"0.00%\""), "{svg}");
        assert!(svg.contains(">1.200</text>"), "{svg}");
        assert!(!svg.contains("<5>") && !svg.contains("style="), "{svg}");
    }

    #[test]
    fn a_chart_of_nothing_can_be_drawn() {
        assert!(bars(Lang::Vi, "x", "x", "x", &[]).contains("height=\"0.00rem\""));
        assert!(columns(Lang::Vi, "x", "x", "x", &[]).contains("<svg"));
        let steps = [Step { label: "05/11".into(), days: String::new(), visits: 0 }];
        assert!(columns(Lang::Vi, "x", "x", "x", &steps).contains("height=\"0.00rem\""));
    }
}
