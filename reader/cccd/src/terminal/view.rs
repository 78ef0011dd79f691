//! A card that was read, shown to a person: the portrait and the holder, each check in plain words, the verdict, and how
//! long it took. Vietnamese first, English beside it.
//!
//! [`holder`] are the fields with their sources, [`checks`] the states; [`labels`] the words for both. [`inspection`] shows any file.

use std::time::Duration;

use icao9303::check::Status;
use icao9303::terminal_authentication::TerminalAuthentication;

use super::portrait::{Drawing, NotDrawn, draw};
use super::rows::marked;
use super::style::{Paint, Style};
use super::text::{clean, wrapped};
use crate::assessment::Assessment;
use crate::assessment::identity::Identity;
use crate::holder::Holder;
use crate::messages;
use crate::read::{Reading, Statistics};
use crate::verdict::{self, Verdict};

mod checks;
mod holder;
pub mod inspection;
mod labels;

/// What a phase of a read is called in Vietnamese and in English.
pub(crate) fn phase(name: &str) -> (&str, &str) {
    labels::phase(name)
}

/// A live read.
#[must_use]
pub fn of_read(
    reading: &Reading,
    assessment: &Assessment,
    statistics: &Statistics,
    total: Duration,
    style: &Style,
) -> String {
    let mut page = Page::new(style);
    page.assessment(assessment, Some(reading));
    page.timing(statistics, total);
    page.text
}

/// Who it is, while the rest is still being read. The page of the whole read begins the same where no picture is drawn.
#[must_use]
pub fn of_identity(identity: &Identity, style: &Style) -> String {
    let mut page = Page::new(style);
    for line in page.fields(&identity.holder, style.width) {
        page.line(&line);
    }
    page.text
}

/// Files without a session.
#[must_use]
pub fn of_files(assessment: &Assessment, style: &Style) -> String {
    let mut page = Page::new(style);
    page.assessment(assessment, None);
    page.text
}

/// What is being written.
struct Page<'a> {
    style: &'a Style,
    text: String,
}

/// Columns between the portrait and the text beside it.
const GAP: usize = 2;
/// Fewer columns than this beside the portrait leave no room for labels in both languages: the text goes below it then.
const LEAST_BESIDE: usize = 68;

impl<'a> Page<'a> {
    fn new(style: &'a Style) -> Self {
        Self { style, text: String::new() }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn heading(&mut self, vi: &str, en: &str) {
        let style = self.style;
        self.line("");
        self.line(&format!("{} {}", style.paint(Paint::Strong, vi), style.paint(Paint::Faint, &format!("· {en}"))));
    }

    fn assessment(&mut self, assessment: &Assessment, reading: Option<&Reading>) {
        self.person(assessment);
        self.heading("KIỂM TRA", "CHECKS");
        for line in checks::lines(&assessment.checks, reading, self.style) {
            self.line(&line);
        }
        if let Some(done) = reading.and_then(|reading| reading.terminal_authentication.as_ref()) {
            self.terminal(done);
        }
        self.remarks(assessment);
        self.verdict(assessment);
    }

    /// The portrait with the fields beside it, or above them where there is no room.
    fn person(&mut self, assessment: &Assessment) {
        let drawn = assessment.portrait.as_ref().map(|portrait| draw(&portrait.bytes, self.style));
        let (picture, width) = match &drawn {
            Some(Ok(Drawing::Lines(lines, width))) if width + GAP + LEAST_BESIDE <= self.style.width => {
                (lines.as_slice(), width + GAP)
            }
            Some(Ok(Drawing::Lines(lines, _))) => {
                self.text.push_str(&lines.join("\n"));
                self.text.push('\n');
                (&[][..], 0)
            }
            Some(Ok(Drawing::Sequence(sequence))) => {
                self.text.push_str(sequence);
                (&[][..], 0)
            }
            Some(Err(_)) | None => (&[][..], 0),
        };
        let mut beside = self.fields(&assessment.holder, self.style.width - width);
        let said = assessment.portrait.as_ref().map(|portrait| {
            let size = portrait.size.map_or_else(String::new, |(width, height)| format!(", {width}×{height}"));
            let picture = format!("{}{size}, {} B", portrait.format, portrait.bytes.len());
            match &drawn {
                Some(Err(why @ (NotDrawn::Jpeg2000 | NotDrawn::Undecodable(_)))) => format!("{picture}: {why}"),
                _ => picture,
            }
        });
        beside.extend(holder::extra(
            "Ảnh chân dung",
            "portrait",
            said.as_deref(),
            "DG2",
            self.style,
            self.style.width - width,
        ));
        let blank = " ".repeat(width);
        for row in 0..beside.len().max(picture.len()) {
            let left = picture.get(row).map_or_else(|| blank.clone(), |line| format!("{line}{}", " ".repeat(GAP)));
            self.line(&format!("{left}{}", beside.get(row).map_or("", String::as_str)));
        }
    }

    fn fields(&self, holder: &Holder, width: usize) -> Vec<String> {
        let (vi, en) = (Paint::Strong, Paint::Faint);
        let mut lines = vec![format!("{} {}", self.style.paint(vi, "THẺ CĂN CƯỚC"), self.style.paint(en, "· ID CARD"))];
        lines.extend(holder::lines(holder, self.style, width));
        lines
    }

    /// How far the office's terminal came. What it opened is never shown: fingerprints are nobody's to look at.
    fn terminal(&mut self, done: &TerminalAuthentication) {
        let passed = done.check.status == Status::Passed;
        let (paint, mark, vi, en) = if passed {
            (Paint::Good, "✓", "Chip chấp nhận chứng thư đầu cuối", "the chip accepts the terminal")
        } else {
            (Paint::Open, "?", "Chưa mở được dữ liệu vân tay, mống mắt", "fingerprints and irises stay closed")
        };
        self.line(&format!("{} {vi} {}", self.style.paint(paint, mark), self.style.paint(Paint::Faint, en)));
        for part in wrapped(&clean(&done.check.message), self.style.width - 4) {
            self.line(&format!("    {}", self.style.paint(Paint::Faint, &part)));
        }
    }

    fn remarks(&mut self, assessment: &Assessment) {
        if !assessment.absent.is_empty() {
            let absent = assessment.absent.join(", ");
            self.line(&self.style.paint(Paint::Faint, &format!("  Không đọc · not read: {absent}")));
        }
        let warnings = assessment.warnings.iter().map(|remark| (Paint::Open, remark));
        let deviations = assessment.deviations.iter().map(|remark| (Paint::Faint, remark));
        for (paint, remark) in warnings.chain(deviations) {
            for line in marked(("!", paint), &messages::of_remark(remark), self.style) {
                self.line(&line);
            }
        }
    }

    fn verdict(&mut self, assessment: &Assessment) {
        let (paint, mark) = match assessment.verdict {
            Verdict::Genuine => (Paint::Good, "✓"),
            Verdict::Unconfirmed => (Paint::Open, "?"),
            Verdict::Rejected => (Paint::Bad, "✗"),
        };
        let (vi, en) = labels::verdict(assessment.verdict);
        self.line("");
        self.line(&format!(
            "{} {}",
            self.style.paint(paint, &format!("{mark} {vi}")),
            self.style.paint(Paint::Faint, &format!("· {en}"))
        ));
        if assessment.verdict != Verdict::Genuine {
            // Beside a check that failed, what is open does not matter.
            let rejected = assessment.verdict == Verdict::Rejected;
            let obstacles = verdict::obstacles(&assessment.checks, assessment.live).into_iter();
            for obstacle in obstacles.filter(|obstacle| !rejected || obstacle.status == Status::Failed) {
                let (vi, en) = labels::obstacle(&obstacle);
                for (paint, text) in [(paint, vi), (Paint::Faint, en)] {
                    for part in wrapped(&text, self.style.width - 4) {
                        self.line(&format!("    {}", self.style.paint(paint, &part)));
                    }
                }
            }
        }
    }

    fn timing(&mut self, statistics: &Statistics, total: Duration) {
        let milliseconds = |duration: Duration| format!("{:.0} ms", duration.as_secs_f64() * 1000.0);
        let mut parts = vec![format!(
            "Thời gian · time: {}, {} APDU, {} B ↑ {} B ↓",
            milliseconds(total),
            statistics.apdus(),
            statistics.bytes_sent(),
            statistics.bytes_received(),
        )];
        let phases = statistics.phases().into_iter().map(|(name, spent)| {
            format!("{} {}", clean(labels::phase(&name).0), milliseconds(spent)).replace(' ', "\u{a0}")
        });
        parts.push(phases.collect::<Vec<_>>().join(" · "));
        self.line("");
        for part in parts {
            for line in wrapped(&part, self.style.width) {
                self.line(&self.style.paint(Paint::Faint, &line));
            }
        }
    }
}

#[cfg(test)]
mod tests;
