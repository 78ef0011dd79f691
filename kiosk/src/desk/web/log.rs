//! The auditor's pages: the log, newest first; whether it is whole; a period of it as a file. Looking is recorded too.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

use askama::Template;
use axum::body::{Body, Bytes};
use axum::extract::{Form, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use cccd_records::head::Head;
use cccd_records::lines;
use cccd_records::log::{Chain, Log, LogError, Wanted};
use cccd_records::record::Record;
use cccd_records::verify::Outcome;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use tokio::sync::mpsc::{self, Sender};
use tokio_stream::wrappers::ReceiverStream;
use zeroize::Zeroizing;

use super::Web;
use super::access::Officer;
use super::officers::Frame;
use super::regions::drawn;
use super::visitor::Visitor;
use crate::desk::audit::{Act, acts, wording};
use crate::desk::clock;
use crate::desk::lang::Lang;
use crate::desk::officers::role::Role;

/// How many records stand on one page.
const ON_A_PAGE: usize = 50;

/// What is looked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filters {
    from: String,
    until: String,
    officer: String,
    act: String,
    person: String,
    before: String,
}

impl Filters {
    fn wanted(&self) -> Wanted {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Wanted {
            from: first_moment(&self.from),
            until: last_moment(&self.until),
            act: some(&self.act),
            officer: some(&self.officer),
            person: some(&self.person),
            before: self.before.parse().ok(),
        }
    }

    /// By what is looked for, as it is recorded: a person by pseudonym, never by number.
    fn act(&self) -> Act {
        let all = [
            ("from", &self.from),
            ("until", &self.until),
            ("officer", &self.officer),
            ("act", &self.act),
            ("person", &self.person),
        ];
        let by = all.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, _)| name).collect();
        Act::LogSearched { by, people: self.people() }
    }

    /// A pseudonym and nothing else: what somebody writes into an address does not come into the log.
    fn people(&self) -> Vec<String> {
        let is_one = self.person.len() == 32 && self.person.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_one.then(|| self.person.clone()).into_iter().collect()
    }

    /// The same search, from an older record on.
    fn older(&self, before: u64) -> String {
        let pairs = [
            ("from", self.from.as_str()),
            ("until", &self.until),
            ("officer", &self.officer),
            ("act", &self.act),
            ("person", &self.person),
        ];
        let text: String = pairs.iter().map(|(name, value)| format!("{name}={}&", escaped(value))).collect();
        format!("/log?{text}before={before}")
    }
}

/// A value as it stands in an address (RFC 3986, section 2.1).
fn escaped(value: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    value.bytes().map(byte).collect()
}

/// The first moment of a day in Vietnam, in milliseconds since 1970.
pub fn first_moment(day: &str) -> Option<i64> {
    clock::midnight(day.parse::<Date>().ok()?).map(Timestamp::as_millisecond)
}

/// The first moment after it.
pub fn last_moment(day: &str) -> Option<i64> {
    clock::midnight(day.parse::<Date>().ok()?.tomorrow().ok()?).map(Timestamp::as_millisecond)
}

#[derive(Template)]
#[template(path = "log.html")]
struct LogPage {
    frame: Frame,
    problem: Option<(String, String)>,
    filters: Filters,
    officers: Vec<String>,
    records: Vec<Shown>,
    older: Option<String>,
    verified: Option<Verified>,
}

/// A record in words.
struct Shown {
    idx: u64,
    at: String,
    officer: Option<String>,
    act: String,
    details: Vec<String>,
    /// Pseudonyms, each with its short form.
    people: Vec<(String, String)>,
    practice: bool,
}

/// What a verification found, in words.
struct Verified {
    whole: bool,
    lines: Vec<String>,
    head: Option<String>,
}

impl LogPage {
    fn acts(&self) -> Vec<&'static (&'static str, &'static str, &'static str)> {
        acts::all_names().collect()
    }
}

/// The log.
pub async fn log(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
    Query(filters): Query<Filters>,
) -> Response {
    // What cannot be recorded is not shown.
    if let Err(notice) = web.desk.audit.record_by(officer.name(), &filters.act()) {
        return super::documents::failed(visitor.lang, StatusCode::INSUFFICIENT_STORAGE, &notice);
    }
    let frame = Frame::of(&web, visitor, officer);
    shown(web, frame, filters, None, None).await
}

async fn shown(
    web: Web,
    frame: Frame,
    filters: Filters,
    problem: Option<(String, String)>,
    verified: Option<Verified>,
) -> Response {
    let lang = frame.lang;
    let find = move || {
        let found = found(&web.desk.audit.log, &filters);
        (web, filters, found)
    };
    let Ok((web, filters, found)) = tokio::task::spawn_blocking(find).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let (mut records, failed) = match found {
        Ok(records) => (records, None),
        Err(error) => {
            (Vec::new(), Some((format!("Không đọc được nhật ký: {error}"), format!("The log cannot be read: {error}"))))
        }
    };
    let more = records.len() > ON_A_PAGE;
    records.truncate(ON_A_PAGE);
    let older = records.last().filter(|_| more).map(|last| filters.older(last.idx));
    let records = records.iter().map(|record| in_words(&web, record, lang)).collect();
    let accounts = web.officers.accounts().all().unwrap_or_default();
    let officers = accounts.into_iter().map(|account| account.name).collect();
    let page = LogPage { frame, problem: problem.or(failed), filters, officers, records, older, verified };
    Html(drawn(&page)).into_response()
}

/// One page of records, and one more where there are more.
fn found(log: &Log, filters: &Filters) -> Result<Vec<Record>, LogError> {
    let mut records = Vec::new();
    log.reader()?.each(&own_chain(log), &filters.wanted(), true, |record| {
        records.push(record);
        if records.len() > ON_A_PAGE { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(records)
}

/// The desk's own chain.
pub fn own_chain(log: &Log) -> Chain {
    Chain {
        device: log.key().device().to_owned(),
        stream: log.stream().to_owned(),
        public_key: *log.key().public().as_bytes(),
    }
}

fn in_words(web: &Web, record: &Record, lang: Lang) -> Shown {
    let said = record.said();
    let text = |name: &str| said.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    let people = said.get("people").and_then(|value| value.as_array()).into_iter().flatten();
    let people = people.filter_map(|person| person.as_str());
    Shown {
        idx: record.idx,
        at: clock::written_exactly(record.at),
        officer: text("officer"),
        act: lang.of(&acts::words(&record.act)).to_owned(),
        details: wording::details(&said, &web.desk.services, &web.desk.texts, lang),
        people: people.map(|person| (person.to_owned(), person.chars().take(8).collect())).collect(),
        practice: said.get("practice").is_some(),
    }
}

#[derive(Deserialize)]
pub struct PersonForm {
    number: Zeroizing<String>,
}

/// Looks for the records about somebody, by the ID number that is typed or by the code that is scanned.
pub async fn person(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
    Form(form): Form<PersonForm>,
) -> Response {
    let problem = match pseudonym(&web, &form.number) {
        Ok(Some(person)) => return Redirect::to(&format!("/log?person={person}")).into_response(),
        Ok(None) => nobody(),
        Err(problem) => problem,
    };
    // The newest records are shown beside the problem: that is a look too.
    let act = Act::LogSearched { by: vec!["person"], people: Vec::new() };
    if let Err(notice) = web.desk.audit.record_by(officer.name(), &act) {
        return super::documents::failed(visitor.lang, StatusCode::INSUFFICIENT_STORAGE, &notice);
    }
    let frame = Frame::of(&web, visitor, officer);
    shown(web, frame, Filters::default(), Some(problem), None).await
}

/// There is nothing about that number.
pub fn nobody() -> (String, String) {
    ("Không có bản ghi nào gắn với số này.".to_owned(), "No record is linked to this number.".to_owned())
}

/// Who the ID number is in the log: typed, or the text of a card's code, which begins with it.
///
/// # Errors
/// It is no number, or the pseudonyms cannot be read.
pub fn pseudonym(web: &Web, text: &str) -> Result<Option<String>, (String, String)> {
    let first = text.split('|').next().unwrap_or_default();
    let digits: Zeroizing<String> = Zeroizing::new(first.chars().filter(|c| !c.is_whitespace()).collect());
    if cccd::id_number::IdNumber::parse(&digits).is_err() {
        return Err((
            "Số định danh phải có đúng 12 chữ số; hoặc quét mã QR trên thẻ.".to_owned(),
            "An ID number has twelve digits; or scan the card's QR code.".to_owned(),
        ));
    }
    let found = web.desk.audit.people.find(&digits);
    found.map_err(|error| (format!("Không đọc được: {error}"), format!("It cannot be read: {error}")))
}

#[derive(Deserialize)]
pub struct VerifyForm {
    #[serde(default)]
    head: String,
}

/// Verifies the whole log, against the head beside it and one that was noted before.
pub async fn verify(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
    Form(form): Form<VerifyForm>,
) -> Response {
    let frame = Frame::of(&web, visitor, officer.clone());
    let lang = frame.lang;
    let noted = form.head.trim().to_owned();
    let head = Head::parse(&noted);
    // The newest records are shown beside the result: that is a look, whatever was typed.
    let look = Act::LogSearched { by: Vec::new(), people: Vec::new() };
    if let Err(notice) = web.desk.audit.record_by(officer.name(), &look) {
        return super::documents::failed(lang, StatusCode::INSUFFICIENT_STORAGE, &notice);
    }
    if !noted.is_empty() && head.is_none() {
        let vi = "Đầu nhật ký đã ghi lại không đúng dạng «số:mã».";
        let problem = Some((vi.to_owned(), "The noted head is not of the form 'number:hash'.".to_owned()));
        return shown(web, frame, Filters::default(), problem, None).await;
    }
    let log = Arc::clone(&web.desk.audit.log);
    let walked = tokio::task::spawn_blocking(move || crate::desk::audit::verified(&log, head)).await;
    let verified = match walked {
        Ok(Ok(outcome)) => {
            let result = outcome.fault.as_ref().map_or("whole", |fault| fault.code());
            web.desk.audit.note_by(officer.name(), &Act::LogVerified { result, records: outcome.records });
            in_short(&outcome, lang)
        }
        Ok(Err(error)) => Verified { whole: false, lines: vec![error.to_string()], head: None },
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    shown(web, frame, Filters::default(), None, Some(verified)).await
}

fn in_short(outcome: &Outcome, lang: Lang) -> Verified {
    let words = wording::outcome(outcome);
    Verified {
        whole: outcome.fault.is_none() && outcome.records > 0,
        lines: words.iter().map(|words| lang.of(words).to_owned()).collect(),
        head: outcome.head.as_ref().map(Head::short),
    }
}

#[derive(Deserialize)]
pub struct ExportForm {
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    format: String,
}

/// A period of the log as a file.
pub async fn export(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
    Form(form): Form<ExportForm>,
) -> Response {
    let csv = form.format == "csv";
    let (format, kind) = if csv { ("csv", "text/csv; charset=utf-8") } else { ("jsonl", "application/jsonl") };
    let log = Arc::clone(&web.desk.audit.log);
    let (from, until) = (first_moment(&form.from), last_moment(&form.until));
    let find = move || log.reader()?.span(&own_chain(&log), from, until);
    let span = match tokio::task::spawn_blocking(find).await {
        Ok(Ok(span)) => span,
        _ => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    if let Err(notice) = web.desk.audit.record_by(officer.name(), &Act::LogExported { format, span }) {
        return super::documents::failed(visitor.lang, StatusCode::INSUFFICIENT_STORAGE, &notice);
    }
    let (sender, receiver) = mpsc::channel(4);
    tokio::task::spawn_blocking(move || {
        let mut out = Outgoing { sender, buffer: Vec::new() };
        // Who asked may have gone.
        let _ = written(&web, span, csv, &mut out).and_then(|()| out.flush());
    });
    let name = format!("attachment; filename=\"nhat-ky-{}.{format}\"", clock::today());
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)];
    (headers, Body::from_stream(ReceiverStream::new(receiver))).into_response()
}

fn written(web: &Web, span: Option<(u64, u64)>, csv: bool, out: &mut Outgoing) -> io::Result<()> {
    let log = &web.desk.audit.log;
    let reader = log.reader().map_err(io::Error::other)?;
    if !csv {
        return lines::write(&reader, &own_chain(log), span, out).map_err(io::Error::other);
    }
    // The mark tells a spreadsheet program that these are not the letters of Windows.
    writeln!(out, "\u{feff}idx,time,officer,act,act_vi,details_vi,people,practice,hash\r")?;
    let Some(span) = span else { return Ok(()) };
    let mut result = Ok(());
    let each = |record: Record| {
        let shown = in_words(web, &record, Lang::Vi);
        let people: Vec<String> = shown.people.into_iter().map(|(person, _)| person).collect();
        let cells = [
            shown.idx.to_string(),
            shown.at,
            shown.officer.unwrap_or_default(),
            record.act.clone(),
            shown.act,
            shown.details.join("; "),
            people.join(" "),
            if shown.practice { "1".to_owned() } else { String::new() },
            record.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        ];
        let line: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
        result = writeln!(out, "{}\r", line.join(","));
        if result.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    reader.between(&own_chain(log), span, each).map_err(io::Error::other)?;
    result
}

/// A cell of CSV (RFC 4180), which no spreadsheet program takes for a formula.
fn csv_cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, text.replace('"', "\"\""))
}

/// What is written goes out in pieces: no more than a few are in memory.
struct Outgoing {
    sender: Sender<io::Result<Bytes>>,
    buffer: Vec<u8>,
}

impl Write for Outgoing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= 32 * 1024 {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let piece = Bytes::from(std::mem::take(&mut self.buffer));
        self.sender.blocking_send(Ok(piece)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_in_vietnam_and_its_last_moment_belongs_to_it() {
        // 22 November 2026, 00:00 at +07:00.
        assert_eq!(first_moment("2026-11-22"), Some(1_795_280_400_000));
        assert_eq!(last_moment("2026-11-22"), Some(1_795_280_400_000 + 86_400_000));
        for none in ["", "22/11/2026", "2026-13-01", "x"] {
            assert_eq!(first_moment(none), None, "{none}");
        }
    }

    #[test]
    fn a_cell_is_neither_a_formula_nor_the_end_of_its_line() {
        assert_eq!(csv_cell("=1+1"), "\"'=1+1\"");
        assert_eq!(csv_cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
    }

    #[test]
    fn what_somebody_writes_into_the_address_does_not_come_into_the_log() {
        let filters = Filters { person: "001190123456".into(), officer: "Nguyễn".into(), ..Filters::default() };
        let Act::LogSearched { by, people } = filters.act() else { panic!() };
        assert_eq!((by, people), (vec!["officer", "person"], Vec::new()));
        assert_eq!(filters.older(7), "/log?from=&until=&officer=Nguy%E1%BB%85n&act=&person=001190123456&before=7");
    }
}
