//! The figures: a page with charts and tables, reports as PDF and workbook, and the sums for Prometheus.

use std::cmp::Reverse;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use cccd::messages::Words;
use serde::Deserialize;

use super::Web;
use super::access::Officer;
use super::documents::{failed, pdf_or_why_not};
use super::officers::Frame;
use super::regions::drawn;
use super::visitor::Visitor;
use crate::desk::clock;
use crate::desk::figures::metrics::{MEDIA_TYPE, Scrape};
use crate::desk::figures::period::{Choice, written};
use crate::desk::figures::report::workbook::workbook;
use crate::desk::figures::report::{self, Report, time};
use crate::desk::figures::standard::{Share, Standard, WANTED};
use crate::desk::figures::summary::{ServiceLine, Summary};
use crate::desk::figures::timeline::{self, Step};
use crate::desk::lang::Lang;
use crate::desk::notice::Notice;
use crate::desk::officers::role::Role;
use crate::desk::state::Desk;

mod charts;

/// Which days are asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    period: String,
    from: String,
    until: String,
    /// What stood on the page: the period that was chosen, and its days.
    was: String,
    shown: String,
}

impl Asked {
    /// Who leaves the period as it was and changes the days wants those days.
    fn choice(&self) -> Choice {
        let other_days = !self.shown.is_empty() && self.shown != format!("{}..{}", self.from, self.until);
        if other_days && self.period == self.was { Choice::Between } else { Choice::of_code(&self.period) }
    }
}

/// The report of the days that are asked for. It blocks.
fn report_of(desk: &Desk, asked: &Asked) -> Result<Report, Notice> {
    let office = desk.look().office.clone();
    let today = clock::today();
    let between = (asked.from.parse().ok(), asked.until.parse().ok());
    let period = asked.choice().period(office.cuts(), today, between);
    let counted = desk.figures.of(&period).map_err(|error| Notice::no_figures(&error.to_string()))?;
    let summary = Summary::of(counted, &desk.services);
    let steps = timeline::steps(&period, &summary.days);
    let standard = Standard::of(&desk.services, &desk.packs, today, &office.province);
    Ok(Report { office, period, summary, standard, steps, made: today })
}

/// The same from a page, without holding up others.
async fn report(web: &Web, asked: Asked) -> Result<Report, Notice> {
    let desk = Arc::clone(&web.desk);
    let made = tokio::task::spawn_blocking(move || report_of(&desk, &asked)).await;
    made.unwrap_or_else(|error| Err(Notice::no_figures(&error.to_string())))
}

#[derive(Template)]
#[template(path = "figures.html")]
struct FiguresPage {
    frame: Frame,
    /// The periods to choose from: stable name, what it is called, whether it is the chosen one.
    choices: Vec<(&'static str, &'static str, bool)>,
    from: String,
    until: String,
    /// What the period is called, and its days.
    name: String,
    days: String,
    /// When figures are closed: months, weeks.
    closed: [String; 2],
    /// The chosen period.
    code: &'static str,
    is_empty: bool,
    /// The few numbers that matter most: id, what it is called, how much, and what there is to add.
    headline: Vec<(&'static str, &'static str, String, String)>,
    timeline: Chart,
    busiest: Chart,
    /// Each service: number, name, and the columns.
    services: Vec<(String, String, Vec<String>)>,
    /// All services together.
    total: Vec<String>,
    charts: Vec<Chart>,
    /// What is standardised: essential services, all services, forms.
    standard: [String; 3],
    method: Vec<String>,
}

/// A chart with the table of its numbers.
struct Chart {
    id: &'static str,
    title: &'static str,
    svg: String,
    lines: Vec<(String, String)>,
}

impl Chart {
    fn of_lines(lang: Lang, id: &'static str, title: &'static str, lines: &[(String, u64)]) -> Self {
        let described: Vec<String> =
            lines.iter().map(|(name, count)| format!("{name}: {}", number(lang, *count))).collect();
        let svg = charts::bars(lang, id, title, &described.join("; "), lines);
        Self { id, title, svg, lines: lines.iter().map(|(name, count)| (name.clone(), number(lang, *count))).collect() }
    }

    fn of_steps(lang: Lang, id: &'static str, title: &'static str, steps: &[Step]) -> Self {
        let most = steps.iter().max_by_key(|step| step.visits);
        let described = most.map_or_else(String::new, |step| {
            format!("{}: {} ({})", lang.say("Nhiều nhất", "Most"), number(lang, step.visits), step.days)
        });
        let svg = charts::columns(lang, id, title, &described, steps);
        let lines = steps.iter().map(|step| (step.days.clone(), number(lang, step.visits))).collect();
        Self { id, title, svg, lines }
    }
}

impl FiguresPage {
    fn of(frame: Frame, asked: &Asked, report: &Report) -> Self {
        let lang = frame.lang;
        let choice = asked.choice();
        let choices = Choice::ALL.map(|(other, code, vi, en)| (code, lang.say(vi, en), other == choice));
        let code = choices.iter().find(|(.., chosen)| *chosen).map_or("", |(code, ..)| *code);
        let Report { office, period, summary, standard, .. } = report;
        let share = |share: Share| format!("{} / {} ({} %)", share.part, share.whole, share.percent());
        let closed = [office.cut_day.words(), office.cut_weekday.words()];
        Self {
            choices: choices.into(),
            from: period.from.to_string(),
            until: period.until.to_string(),
            name: lang.of(&period.name).to_owned(),
            days: format!("{} – {}", written(period.from), written(period.until)),
            closed: closed.map(|words| lang.of(&words).to_owned()),
            code,
            is_empty: summary.is_empty(),
            headline: headline(lang, report),
            timeline: Chart::of_steps(
                lang,
                "days",
                lang.say("Số lượt theo thời gian", "Visits over time"),
                &report.steps,
            ),
            busiest: Chart::of_lines(
                lang,
                "services",
                lang.say("Số lượt theo dịch vụ (nhiều nhất trước)", "Visits by service (most first)"),
                &busiest(lang, summary),
            ),
            services: summary.services.iter().map(|line| row(lang, line, report)).collect(),
            total: row(lang, &summary.total, report).2,
            charts: charts_of(lang, summary),
            standard: [standard.essential, standard.services, standard.forms].map(share),
            method: report::method(office.seconds_per_field).iter().map(|words| lang.of(words).to_owned()).collect(),
            frame,
        }
    }
}

fn headline(lang: Lang, report: &Report) -> Vec<(&'static str, &'static str, String, String)> {
    let total = &report.summary.total;
    let essential = report.standard.essential;
    let share = Share { part: total.served(), whole: total.visits }.percent();
    let (typed, mean) = (lang.say("gõ tay", "typed"), lang.say("trung bình", "mean"));
    vec![
        ("visits", lang.say("Số lượt", "Visits"), number(lang, total.visits), String::new()),
        (
            "served",
            lang.say("Hoàn thành tờ khai", "Form completed"),
            number(lang, total.served()),
            format!("{share} %"),
        ),
        (
            "saved",
            lang.say("Phút tiết kiệm (ước tính)", "Minutes saved (estimate)"),
            number(lang, total.minutes_saved(report.office.seconds_per_field)),
            String::new(),
        ),
        (
            "by-card",
            lang.say("Ô điền từ thẻ", "Fields filled by the card"),
            number(lang, total.fields.card),
            format!("{typed} {}", number(lang, total.fields.typed)),
        ),
        (
            "median",
            lang.say("Thời gian một lượt: trung vị", "Time of a visit: median"),
            time(total.times.median()),
            format!("{mean} {}", time(total.times.mean())),
        ),
        (
            "standard",
            lang.say("Dịch vụ thiết yếu có biểu mẫu chuẩn hóa", "Essential services with a standardised form"),
            format!("{} %", essential.percent()),
            format!("{} / {}; {} {WANTED} %", essential.part, essential.whole, lang.say("mục tiêu", "target")),
        ),
    ]
}

/// A number as it is written in the language of the page.
fn number(lang: Lang, number: u64) -> String {
    let text = report::number(number);
    match lang {
        Lang::Vi => text,
        Lang::En => text.replace('.', ","),
    }
}

/// Services with visits, the most first: as many as a chart can show.
fn busiest(lang: Lang, summary: &Summary) -> Vec<(String, u64)> {
    let lines = summary.services.iter().filter(|line| line.visits > 0);
    let mut lines: Vec<_> = lines.map(|line| (lang.of(&line.short).to_owned(), line.visits)).collect();
    lines.sort_by_key(|(_, visits)| Reverse(*visits));
    lines.truncate(12);
    lines
}

fn row(lang: Lang, line: &ServiceLine, report: &Report) -> (String, String, Vec<String>) {
    let minutes = line.minutes_saved(report.office.seconds_per_field);
    let counts = [line.visits, line.paper, line.data, line.unserved(), line.fields.card, line.fields.typed, minutes];
    let columns = counts.into_iter().map(|count| number(lang, count)).chain([time(line.times.median())]).collect();
    (if line.number == 0 { String::new() } else { line.number.to_string() }, line.name.clone(), columns)
}

/// The smaller charts.
fn charts_of(lang: Lang, summary: &Summary) -> Vec<Chart> {
    let named = |words: &Words, count: u64| (lang.of(words).to_owned(), count);
    let some = |lines: Vec<(String, u64)>| lines.into_iter().filter(|(_, count)| *count > 0).collect::<Vec<_>>();
    let ways = some(summary.ways.iter().map(|(_, words, count)| named(words, *count)).collect());
    let outcomes = some(summary.outcomes.iter().map(|(_, words, count)| named(words, *count)).collect());
    let reads = some(summary.reads.iter().map(|(words, count)| named(words, *count)).collect());
    // An empty bucket between two others says something.
    let times: Vec<Step> = report::buckets(summary)
        .into_iter()
        .map(|(bound, words, visits)| Step { label: bound, days: lang.of(&words).to_owned(), visits })
        .collect();
    vec![
        Chart::of_lines(
            lang,
            "ways",
            lang.say("Phương thức khai thác thông tin", "Ways in which people were read"),
            &ways,
        ),
        Chart::of_lines(lang, "outcomes", lang.say("Kết quả các lượt", "What visits came to"), &outcomes),
        Chart::of_steps(
            lang,
            "times",
            lang.say("Thời gian một lượt (phút:giây)", "Time of a visit (minutes:seconds)"),
            &times,
        ),
        Chart::of_lines(lang, "reads", lang.say("Kết quả các lần đọc", "What reads came to"), &reads),
    ]
}

/// The page.
pub async fn figures(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
    Query(asked): Query<Asked>,
) -> Response {
    match report(&web, asked.clone()).await {
        Ok(report) => {
            let frame = Frame::of(&web, visitor, officer);
            Html(drawn(&FiguresPage::of(frame, &asked, &report))).into_response()
        }
        Err(notice) => failed(visitor.lang, StatusCode::INTERNAL_SERVER_ERROR, &notice),
    }
}

/// The report as a PDF.
pub async fn pdf(State(web): State<Web>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    let report = match report(&web, asked).await {
        Ok(report) => report,
        Err(notice) => return failed(visitor.lang, StatusCode::INTERNAL_SERVER_ERROR, &notice),
    };
    let name = report.file_name();
    let make = move || {
        let (request, printer) = (report.request(), &web.desk.printer);
        // A session that ends meanwhile wipes the printer: nobody's data are in figures, so they are simply asked for again.
        printer.print(&request, printer.now()).or_else(|_| printer.print(&request, printer.now()))
    };
    pdf_or_why_not(visitor.lang, &name, tokio::task::spawn_blocking(make).await)
}

/// The report as a workbook.
pub async fn xlsx(State(web): State<Web>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let made = report(&web, asked).await.and_then(|report| Ok((report.file_name(), workbook(&report)?)));
    match made {
        Ok((name, bytes)) => {
            let shown = format!("attachment; filename=\"{name}.xlsx\"");
            ([(header::CONTENT_TYPE, XLSX.to_owned()), (header::CONTENT_DISPOSITION, shown)], bytes).into_response()
        }
        Err(notice) => failed(visitor.lang, StatusCode::INTERNAL_SERVER_ERROR, &notice),
    }
}

/// The sums of all days, for Prometheus. Who may is decided before ([`super::access::Access::Scraper`]).
pub async fn metrics(State(web): State<Web>) -> Response {
    let scrape = move || {
        let desk = &web.desk;
        let (province, seconds_per_field) = {
            let inner = desk.look();
            (inner.office.province.clone(), inner.office.seconds_per_field)
        };
        let sums = desk.figures.of_all_days().ok()?;
        let standard = Standard::of(&desk.services, &desk.packs, clock::today(), &province);
        Scrape { sums, standard, seconds_per_field }.text().ok()
    };
    match tokio::task::spawn_blocking(scrape).await {
        Ok(Some(text)) => ([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response(),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

impl Notice {
    fn no_figures(why: &str) -> Self {
        Self::wrong(
            Words::new("Không đọc được số liệu.", "The figures cannot be read."),
            Words::new(format!("Báo người quản trị: {why}"), format!("Tell the administrator: {why}")),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(period: &str, from: &str, was: &str) -> Choice {
        let (period, from, was) = (period.to_owned(), from.to_owned(), was.to_owned());
        Asked { period, from, until: "2026-11-30".into(), was, shown: "2026-11-01..2026-11-30".into() }.choice()
    }

    #[test]
    fn days_that_are_changed_on_the_page_are_wanted_unless_another_period_is_chosen() {
        assert_eq!(asked("this-month", "2026-11-01", "this-month"), Choice::ThisMonth);
        assert_eq!(asked("this-month", "2026-11-05", "this-month"), Choice::Between);
        assert_eq!(asked("last-year", "2026-11-05", "this-month"), Choice::LastYear);
        let link = Asked { period: "last-week".into(), ..Asked::default() };
        assert_eq!(link.choice(), Choice::LastWeek);
        assert_eq!(Asked { period: "x".into(), ..Asked::default() }.choice(), Choice::ThisMonth);
    }
}
