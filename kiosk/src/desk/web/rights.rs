//! What citizens may ask for: the notice, what is stored of them, that it be deleted, and a way to complain (Law
//! 91/2025/QH15, art. 4 and 19; Decree 356/2025/NĐ-CP, art. 5). What is stored is the log alone, and it names nobody: so an
//! answer is the records under the person's pseudonym, and deleting is forgetting whose pseudonym that is.

use std::ops::ControlFlow;

use askama::Template;
use axum::extract::{Form, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use cccd_records::log::Wanted;
use cccd_typeset::Request;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::Web;
use super::access::Officer;
use super::documents::{failed, pdf_or_why_not};
use super::log::{nobody, own_chain, pseudonym};
use super::officers::Frame;
use super::regions::drawn;
use super::visitor::Visitor;
use crate::desk::audit::{Act, acts, wording};
use crate::desk::citizen_notice::{CitizenNotice, Text};
use crate::desk::clock;
use crate::desk::lang::Lang;
use crate::desk::notice::Notice;
use crate::desk::office::Office;
use crate::desk::officers::role::Role;

/// The most records that are handed out on paper: somebody who comes daily for years.
const MOST_RECORDS: usize = 2000;

// The notice.

#[derive(Template)]
#[template(path = "citizen_notice.html")]
struct NoticePage<'a> {
    frame: Frame,
    notice: &'a CitizenNotice,
    office: Office,
    /// It is read on the citizen's screen: nothing there leads to an officer's page.
    by_citizen: bool,
}

impl NoticePage<'_> {
    fn words<'t>(&self, text: &'t Text) -> &'t str {
        text.say(self.frame.lang)
    }

    fn filled(&self, text: &Text) -> String {
        text.filled(self.frame.lang, &self.office)
    }
}

/// The notice, for whoever wants to read it.
pub async fn notice(State(web): State<Web>, visitor: Visitor, officer: Officer) -> Html<String> {
    shown_notice(&web, visitor, officer, false)
}

/// The notice on the citizen's screen.
pub async fn notice_of_citizen(State(web): State<Web>, visitor: Visitor) -> Html<String> {
    shown_notice(&web, visitor, Officer::default(), true)
}

fn shown_notice(web: &Web, visitor: Visitor, officer: Officer, by_citizen: bool) -> Html<String> {
    let frame = Frame::of(web, visitor, officer);
    let office = web.desk.look().office.clone();
    Html(drawn(&NoticePage { frame, notice: &web.desk.texts.notice, office, by_citizen }))
}

/// The notice on paper, to be put up at the desk.
pub async fn notice_pdf(State(web): State<Web>, visitor: Visitor) -> Response {
    let office = web.desk.look().office.clone();
    let notice = &web.desk.texts.notice;
    let sections: Vec<Value> = notice
        .sections
        .iter()
        .map(|section| {
            let text: Vec<String> = section.text.iter().map(|text| text.filled(Lang::Vi, &office)).collect();
            json!({"heading": section.heading.vi, "text": text})
        })
        .collect();
    let data = json!({"authority": office.authority, "title": notice.title.vi, "version": notice.version, "sections": sections});
    let request = Request::new(
        include_str!("../../../templates/citizen_notice.typ"),
        data,
        notice.title.vi.clone(),
        clock::today(),
    );
    printed(web, visitor, request, "thong-bao").await
}

async fn printed(web: Web, visitor: Visitor, request: Request, name: &str) -> Response {
    let asked = web.desk.printer.now();
    let made = tokio::task::spawn_blocking(move || web.desk.printer.print(&request, asked)).await;
    pdf_or_why_not(visitor.lang, name, made)
}

// What is stored of somebody.

#[derive(Template)]
#[template(path = "rights.html")]
struct RightsPage {
    frame: Frame,
    problem: Option<(String, String)>,
    said: Option<(String, String)>,
    /// Who was looked for, and how many records there are.
    found: Option<(String, usize)>,
    today: String,
}

fn page(web: &Web, visitor: Visitor, officer: Officer) -> RightsPage {
    let frame = Frame::of(web, visitor, officer);
    RightsPage { frame, problem: None, said: None, found: None, today: clock::today().to_string() }
}

/// The page of citizens' requests.
pub async fn rights(State(web): State<Web>, visitor: Visitor, officer: Officer) -> Html<String> {
    Html(drawn(&page(&web, visitor, officer)))
}

#[derive(Deserialize)]
pub struct NumberForm {
    number: Zeroizing<String>,
}

/// Looks for what is stored of the person with this number.
pub async fn person(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
    Form(form): Form<NumberForm>,
) -> Response {
    let found = pseudonym(&web, &form.number);
    let people = found.as_ref().ok().cloned().flatten().into_iter().collect();
    let act = Act::LogSearched { by: vec!["person"], people };
    if let Err(notice) = web.desk.audit.record_by(officer.name(), &act) {
        return failed(visitor.lang, StatusCode::INSUFFICIENT_STORAGE, &notice);
    }
    let mut page = page(&web, visitor, officer);
    match found {
        Ok(Some(person)) => match records(&web, &person).await {
            Some(records) => page.found = Some((person, records.len())),
            None => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
        Ok(None) => page.problem = Some(nobody()),
        Err(problem) => page.problem = Some(problem),
    }
    Html(drawn(&page)).into_response()
}

/// The records about a person, oldest first.
async fn records(web: &Web, person: &str) -> Option<Vec<Value>> {
    let (web, wanted) = (web.clone(), Wanted { person: Some(person.to_owned()), ..Wanted::default() });
    let find = move || {
        let mut records = Vec::new();
        let log = &web.desk.audit.log;
        log.reader()?.each(&own_chain(log), &wanted, false, |record| {
            let said = record.said();
            records.push(json!({
                "idx": record.idx,
                "at": clock::written_exactly(record.at),
                "act": record.act,
                "act_vi": acts::words(&record.act).vi,
                "details_vi": wording::details(&said, &web.desk.services, &web.desk.texts, Lang::Vi).join(" · "),
                "officer": said.get("officer"),
            }));
            if records.len() < MOST_RECORDS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok::<_, cccd_records::log::LogError>(records)
    };
    tokio::task::spawn_blocking(find).await.ok()?.ok()
}

#[derive(Deserialize)]
pub struct AnswerForm {
    person: String,
    #[serde(default)]
    format: String,
}

impl AnswerForm {
    /// A pseudonym, and nothing else that somebody might send.
    fn is_pseudonym(&self) -> bool {
        self.person.len() == 32 && self.person.bytes().all(|byte| byte.is_ascii_hexdigit())
    }
}

/// Hands out what is stored of somebody.
pub async fn export(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
    Form(form): Form<AnswerForm>,
) -> Response {
    if !form.is_pseudonym() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let format = if form.format == "json" { "json" } else { "pdf" };
    let act = Act::CitizenExport { people: vec![form.person.clone()], format };
    if let Err(notice) = web.desk.audit.record_by(officer.name(), &act) {
        return failed(visitor.lang, StatusCode::INSUFFICIENT_STORAGE, &notice);
    }
    let Some(records) = records(&web, &form.person).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let office = web.desk.look().office.clone();
    let data = json!({
        "schema": "cccd.citizen/1",
        "authority": office.authority,
        "place": office.place,
        "at": clock::written(Timestamp::now()),
        "today": clock::today().strftime("%d/%m/%Y").to_string(),
        "records": records,
    });
    if format == "json" {
        let headers = [
            (header::CONTENT_TYPE, "application/json"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"du-lieu-cua-toi.json\""),
        ];
        return (headers, data.to_string()).into_response();
    }
    let title = "Bản cung cấp dữ liệu cá nhân";
    let request = Request::new(include_str!("../../../templates/citizen_data.typ"), data, title, clock::today());
    printed(web, visitor, request, "du-lieu-cua-toi").await
}

/// Forgets who somebody is in the log, and prints a paper that says so. The number is put in again: who only copies a
/// pseudonym out of the log has nobody who asks.
pub async fn forget(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
    Form(form): Form<NumberForm>,
) -> Response {
    let person = match pseudonym(&web, &form.number) {
        Ok(Some(person)) => person,
        other => {
            let mut page = page(&web, visitor, officer);
            page.problem = Some(other.err().unwrap_or_else(nobody));
            return Html(drawn(&page)).into_response();
        }
    };
    let Some(records) = records(&web, &person).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let office = web.desk.look().office.clone();
    let data = json!({
        "authority": office.authority,
        "place": office.place,
        "at": clock::written(Timestamp::now()),
        "today": clock::today().strftime("%d/%m/%Y").to_string(),
        "count": records.len(),
    });
    let title = "Giấy xác nhận xóa dữ liệu cá nhân";
    let request = Request::new(include_str!("../../../templates/citizen_forgotten.typ"), data, title, clock::today());
    // The paper first: where it cannot be made nothing is deleted, and who is forgotten has it in hand.
    let paper = printed(web.clone(), visitor, request, "xac-nhan-xoa").await;
    if !paper.status().is_success() {
        return paper;
    }
    let act = Act::CitizenForgotten { people: vec![person.clone()] };
    if let Err(notice) = web.desk.audit.record_by(officer.name(), &act) {
        return failed(visitor.lang, StatusCode::INSUFFICIENT_STORAGE, &notice);
    }
    match web.desk.audit.people.forget(&person) {
        Ok(true) => paper,
        Ok(false) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::INSUFFICIENT_STORAGE.into_response(),
    }
}

// Complaints.

#[derive(Deserialize)]
pub struct ComplaintForm {
    number: String,
    day: String,
}

/// Records that a complaint was received: its number and its day, and nothing of what it says or of whom.
pub async fn complaint(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
    Form(form): Form<ComplaintForm>,
) -> Response {
    let number: String = form.number.trim().chars().take(40).collect();
    // A number of twelve digits would be a citizen's.
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let plain = number.chars().all(|letter| letter.is_alphanumeric() || "/.-".contains(letter));
    let day = form.day.parse::<Date>();
    let mut page = page(&web, visitor, officer.clone());
    match day {
        Ok(day) if !number.is_empty() && digits < 9 && plain => {
            let act = Act::Complaint { number, day: day.to_string() };
            match web.desk.audit.record_by(officer.name(), &act) {
                Ok(()) => {
                    page.said = Some(("Đã ghi nhận khiếu nại, phản ánh.".into(), "The complaint is recorded.".into()));
                }
                Err(Notice { what, todo, .. }) => {
                    page.problem = Some((format!("{} {}", what.vi, todo.vi), format!("{} {}", what.en, todo.en)));
                }
            }
        }
        _ => {
            page.problem = Some((
                "Nhập số tiếp nhận (chữ, số, dấu / . -; không phải số định danh) và ngày.".into(),
                "Type the number of receipt (letters, digits, / . -; not an ID number) and the day.".into(),
            ));
        }
    }
    Html(drawn(&page)).into_response()
}

#[derive(Deserialize)]
pub struct PurposeForm {
    purpose: String,
}

/// What the next card is read for.
pub async fn purpose(State(web): State<Web>, Form(form): Form<PurposeForm>) -> Response {
    web.desk.set_purpose(&form.purpose);
    Redirect::to("/").into_response()
}
