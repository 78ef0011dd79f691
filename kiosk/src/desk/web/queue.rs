//! The queue: the page where citizens take a number, and what the officer does with it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use cccd::messages::Words;
use cccd_typeset::Request;
use getrandom::SysRng;
use getrandom::rand_core::TryRng as _;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::actions::done;
use super::regions::drawn;
use super::visitor::Visitor;
use super::{Web, assets};
use crate::desk::clock;
use crate::desk::exports::printing::{self, Paper};
use crate::desk::key;
use crate::desk::lang::Lang;
use crate::desk::notice::Notice;
use crate::desk::queue::{By, Queue, QueueError, Taken};
use crate::desk::state::Desk;

/// How often a ticket is tried to be printed: a form may be printed at this moment.
const PRINT_TRIES: usize = 8;

#[derive(Template)]
#[template(path = "ticket.html")]
struct TicketPage {
    lang: Lang,
    version: &'static str,
    page: String,
    taken: Option<Taken>,
    printed: bool,
    wrong: Option<(&'static str, &'static str)>,
    waiting: usize,
    called: Option<u16>,
}

fn page(
    visitor: Visitor,
    queue: &Queue,
    taken: Option<Taken>,
    wrong: Option<(&'static str, &'static str)>,
) -> Response {
    let view = queue.view(clock::today());
    let mut random = [0; 8];
    // Without it every page would be the same one.
    if SysRng.try_fill_bytes(&mut random).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let page = TicketPage {
        lang: visitor.lang,
        version: assets::VERSION.as_str(),
        page: u64::from_be_bytes(random).to_string(),
        taken,
        printed: queue.printer.is_some(),
        wrong,
        waiting: view.waiting,
        called: view.called.map(|(number, _)| number),
    };
    Html(drawn(&page)).into_response()
}

#[derive(Deserialize)]
pub struct Got {
    number: Option<u16>,
    ahead: Option<usize>,
    again: Option<bool>,
}

/// The page where a number is taken, and the number that was.
pub async fn ticket_page(State(web): State<Web>, visitor: Visitor, Query(got): Query<Got>) -> Response {
    let Some(queue) = &web.queue else { return StatusCode::NOT_FOUND.into_response() };
    let taken = got.number.map(|number| Taken {
        number,
        ahead: got.ahead.unwrap_or_default(),
        again: got.again.unwrap_or_default(),
    });
    page(visitor, queue, taken, None)
}

#[derive(Deserialize)]
pub struct TicketForm {
    /// The code of the card, as a scanner types it.
    #[serde(default)]
    card: Zeroizing<String>,
    #[serde(default)]
    first: Option<String>,
    #[serde(default)]
    page: u64,
}

/// Takes a number.
pub async fn take(State(web): State<Web>, visitor: Visitor, Form(form): Form<TicketForm>) -> Response {
    let Some(queue) = web.queue.clone() else { return StatusCode::NOT_FOUND.into_response() };
    let number = match id_number(&form.card) {
        Ok(number) => number,
        Err(wrong) => return page(visitor, &queue, None, Some(wrong)),
    };
    let (desk, line) = (Arc::clone(&web.desk), Arc::clone(&queue));
    let taken = tokio::task::spawn_blocking(move || {
        let by = number.as_ref().map_or(By::Page(form.page), |number| By::Card(number));
        line.take(desk.store(), clock::today(), &by, form.first.is_some())
    });
    match taken.await {
        Ok(Ok(taken)) => {
            web.desk.tell();
            if let Some(printer) = queue.printer.clone().filter(|_| !taken.again) {
                let desk = Arc::clone(&web.desk);
                drop(tokio::task::spawn_blocking(move || print(&desk, &printer, taken)));
            }
            let Taken { number, ahead, again } = taken;
            Redirect::to(&format!("/ticket?number={number}&ahead={ahead}&again={again}")).into_response()
        }
        Ok(Err(QueueError::Full)) => {
            page(visitor, &queue, None, Some(("Hôm nay đã hết số.", "There are no more numbers today.")))
        }
        Ok(Err(QueueError::Store(_))) => {
            let wrong = ("Máy chưa ghi được số, xin gặp cán bộ.", "No number could be kept: please ask the officer.");
            page(visitor, &queue, None, Some(wrong))
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The ID number that a scanner typed; none where it typed nothing.
fn id_number(scanned: &str) -> Result<Option<Zeroizing<String>>, (&'static str, &'static str)> {
    if scanned.trim().is_empty() {
        return Ok(None);
    }
    let key = key::understand(scanned, clock::today()).ok();
    let given = key.as_ref().map(|key| key.credentials.given());
    let number = given.and_then(|given| {
        let of_code = given.qr.map(|card| card.id_number.as_str());
        of_code.or(given.id_number.map(|number| number.as_str())).map(|number| Zeroizing::new(number.to_owned()))
    });
    number.map(Some).ok_or((
        "Chưa đọc được mã QR của thẻ: quét lại, hoặc bấm nút lấy số.",
        "That is not the code of a card: scan it again, or press the button.",
    ))
}

/// Prints a ticket. Whoever waits for it stands in front of the machine; what goes wrong is said to the officer.
fn print(desk: &Desk, printer: &str, taken: Taken) {
    let office = desk.look().office.clone();
    let data = json!({
        "authority": office.authority,
        "number": format!("{:03}", taken.number),
        "ahead": taken.ahead,
        "at": clock::written(jiff::Timestamp::now()),
    });
    let template = include_str!("../../../templates/ticket.typ");
    let request = Request::new(template, data, "Phiếu số thứ tự", clock::today());
    let mut said = None;
    for _ in 0..PRINT_TRIES {
        // A session that ends just now takes what is being made with it, and a form may be printed just now.
        let made = desk.printer.print(&request, desk.printer.now());
        match made.and_then(|pdf| printing::print(printer, &pdf, Paper::Ticket)) {
            Ok(()) => return,
            Err(notice) => {
                let passes = notice == printing::busy() || notice == Notice::session_is_over();
                said = Some(notice);
                if !passes {
                    break;
                }
            }
        }
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    let why = said.map_or_else(|| Words::new("", ""), |notice| notice.todo);
    desk.say(Notice::wrong(
        Words::new(
            format!("Chưa in được phiếu số {:03}.", taken.number),
            format!("The ticket {:03} was not printed.", taken.number),
        ),
        why,
    ));
}

#[derive(Deserialize)]
pub struct CallForm {
    /// The number that the page shows as called; 0 for none.
    #[serde(default)]
    after: u16,
}

/// Calls the next.
pub async fn call(state: State<Web>, headers: HeaderMap, Form(form): Form<CallForm>) -> Response {
    let after = Some(form.after).filter(|number| *number > 0);
    act(state, headers, move |queue, desk| {
        let session = desk.look().session_id();
        queue.call_next(desk.store(), clock::today(), after, session)
    })
    .await
}

/// Looks whether the citizen who was called has been at the desk and gone.
pub fn follow(web: &Web) {
    let Some(queue) = web.queue.clone() else { return };
    let desk = Arc::clone(&web.desk);
    drop(tokio::task::spawn_blocking(move || {
        let session = desk.look().session_id();
        // What cannot be kept now is tried again in a second.
        if queue.follow(desk.store(), session).unwrap_or(false) {
            desk.tell();
        }
    }));
}

/// Calls the same number again.
pub async fn call_again(state: State<Web>, headers: HeaderMap) -> Response {
    act(state, headers, |queue, _| {
        queue.call_again();
        Ok(())
    })
    .await
}

/// Nobody came.
pub async fn nobody_came(state: State<Web>, headers: HeaderMap) -> Response {
    act(state, headers, |queue, desk| queue.nobody_came(desk.store(), clock::today())).await
}

async fn act(
    State(web): State<Web>,
    headers: HeaderMap,
    what: impl FnOnce(&Queue, &Desk) -> Result<(), QueueError> + Send + 'static,
) -> Response {
    let Some(queue) = web.queue.clone() else { return StatusCode::NOT_FOUND.into_response() };
    let desk = Arc::clone(&web.desk);
    let acted = tokio::task::spawn_blocking(move || what(&queue, &desk)).await;
    match acted {
        Ok(Ok(())) => web.desk.tell(),
        Ok(Err(QueueError::Store(error))) => web.desk.say(Notice::is_not_kept(&error)),
        Ok(Err(QueueError::Full)) | Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
    done(&headers)
}
