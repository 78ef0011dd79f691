//! The form as data, for other programs: files to take along, and what the desk sends, prints or types itself.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cccd::messages::Words;
use cccd_ooxml::docx;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::Web;
use super::actions::done;
use super::documents::{Of, failed, form_to_print};
use super::visitor::Visitor;
use crate::desk::audit::{self, Act, ExportKind};
use crate::desk::exports::delivery::{self, Delivery, DeliveryState};
use crate::desk::exports::record::Record;
use crate::desk::exports::{printing, tables, typing};
use crate::desk::notice::Notice;
use crate::desk::session::Session;
use crate::desk::state::Inner;

/// A file that is made, and how it is called.
struct Made {
    media_type: &'static str,
    name: String,
    bytes: Vec<u8>,
    act: Option<Act>,
}

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The open form as a document of a word processor.
pub async fn docx(State(web): State<Web>, visitor: Visitor, Query(of): Query<Of>) -> Response {
    file(web, visitor, of, ExportKind::Docx, |web, inner| {
        let (pack, form) = web.desk.filled(inner).ok_or_else(Notice::session_is_over)?;
        let broken = |error: cccd_ooxml::OoxmlError| Notice::not_made(&format!("form.docx: {error}"));
        let practice = inner.session.as_ref().is_some_and(Session::is_of_practice);
        let document = pack.word(&form, practice).map_err(broken)?;
        // A paper may be made of somebody without a number: it is only that the document then says less of its sources.
        let provenance = Record::of(&web.desk, inner).map(|record| record.provenance()).unwrap_or_default();
        let bytes = docx::with_description(&document, &pack.title, &provenance).map_err(broken)?;
        Ok((DOCX, "docx", bytes))
    })
    .await
}

/// The open form as JSON.
pub async fn json(State(web): State<Web>, visitor: Visitor, Query(of): Query<Of>) -> Response {
    file(web, visitor, of, ExportKind::Json, |web, inner| {
        Ok(("application/json", "json", Record::of(&web.desk, inner)?.json()?))
    })
    .await
}

/// The open form as CSV.
pub async fn csv(State(web): State<Web>, visitor: Visitor, Query(of): Query<Of>) -> Response {
    file(web, visitor, of, ExportKind::Csv, |web, inner| {
        Ok(("text/csv; charset=utf-8", "csv", tables::csv(&Record::of(&web.desk, inner)?)?))
    })
    .await
}

/// The open form as a workbook.
pub async fn xlsx(State(web): State<Web>, visitor: Visitor, Query(of): Query<Of>) -> Response {
    file(web, visitor, of, ExportKind::Xlsx, |web, inner| {
        Ok((XLSX, "xlsx", tables::workbook(&Record::of(&web.desk, inner)?)?))
    })
    .await
}

/// The people of the open form as the rows that another system takes.
pub async fn list(State(web): State<Web>, visitor: Visitor, Query(of): Query<Of>) -> Response {
    file(web, visitor, of, ExportKind::Batch, |web, inner| {
        let (pack, form) = web.desk.filled(inner).ok_or_else(Notice::session_is_over)?;
        let list = pack.list.as_ref().ok_or_else(Notice::session_is_over)?;
        // The rule of every export: nobody without a number.
        let record = Record::of(&web.desk, inner)?;
        let listed = form.list(list);
        if let Some(problem) = listed.problems.first() {
            return Err(Notice::list_is_not_ready(&problem.vi, &problem.en));
        }
        let name = if record.practice { "luyen-tap.xlsx" } else { "list.xlsx" };
        Ok((XLSX, name, tables::list(list, &listed, pack.workbook.as_deref())?))
    })
    .await
}

/// Makes a file of the open form, once it is recorded that it leaves the desk.
async fn file(
    web: Web,
    visitor: Visitor,
    of: Of,
    kind: ExportKind,
    make: impl FnOnce(&Web, &Inner) -> Result<(&'static str, &'static str, Vec<u8>), Notice>,
) -> Response {
    let made = {
        let inner = web.desk.look();
        let name = inner.session.as_ref().and_then(|session| session.form.as_ref()).map(|form| form.pack.clone());
        match name.filter(|_| of.is(&inner)) {
            None => Err((StatusCode::NOT_FOUND, Notice::session_is_over())),
            Some(name) => make(&web, &inner).map_err(|notice| (StatusCode::CONFLICT, notice)).map(
                |(media_type, ending, bytes)| Made {
                    media_type,
                    name: format!("{name}.{ending}"),
                    bytes,
                    act: audit::export_of(&inner, kind),
                },
            ),
        }
    };
    let made = match made {
        Ok(made) => made,
        Err((status, notice)) => return failed(visitor.lang, status, &notice),
    };
    web.desk.touch();
    let Made { media_type, name, bytes, act } = made;
    match recorded(&web, act).await {
        Ok(()) => {
            let shown = format!("attachment; filename=\"{name}\"");
            ([(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, shown)], bytes)
                .into_response()
        }
        Err(notice) => failed(visitor.lang, StatusCode::INTERNAL_SERVER_ERROR, &notice),
    }
}

/// Waits until it is on the disk that data leave the desk.
async fn recorded(web: &Web, act: Option<Act>) -> Result<(), Notice> {
    let act = act.ok_or_else(Notice::session_is_over)?;
    let desk = Arc::clone(&web.desk);
    let waited = tokio::task::spawn_blocking(move || desk.audit.record(&act)).await;
    waited.unwrap_or_else(|error| Err(Notice::not_made(&error.to_string())))
}

#[derive(Deserialize)]
pub struct PrinterForm {
    printer: String,
}

/// Prints the open form.
pub async fn print(State(web): State<Web>, headers: HeaderMap, Form(chosen): Form<PrinterForm>) -> Response {
    let (to_print, session) = {
        let inner = web.desk.look();
        (form_to_print(&web, &inner, ExportKind::Print), inner.session_id())
    };
    let Some((_, request, asked, act)) = to_print else { return done(&headers) };
    web.desk.touch();
    if let Err(notice) = recorded(&web, Some(act)).await {
        web.desk.say(notice);
        return done(&headers);
    }
    web.desk.say(Notice::printing(&chosen.printer));
    let desk = Arc::clone(&web.desk);
    tokio::task::spawn_blocking(move || {
        let printed = desk.printer.print(&request, asked).and_then(|pdf| printing::print(&chosen.printer, &pdf));
        let said = printed.map_or_else(|notice| notice, |()| Notice::printed(&chosen.printer));
        // The next citizen's page does not speak of this one's papers, unless one of them may still lie there.
        if said.wrong || desk.look().session_id() == session {
            desk.say(said);
        }
    });
    done(&headers)
}

/// Sends the open form to the office's other software.
pub async fn send(State(web): State<Web>, headers: HeaderMap) -> Response {
    let Some(webhook) = web.webhook.clone() else { return StatusCode::NOT_FOUND.into_response() };
    let (record, act, session) = {
        let inner = web.desk.look();
        (Record::of(&web.desk, &inner), audit::export_of(&inner, ExportKind::Webhook), inner.session_id())
    };
    web.desk.touch();
    let made = record.and_then(|record| Ok((content(&record)?, record.id.clone(), Zeroizing::new(record.json()?))));
    let (content, id, body) = match made {
        Ok(made) => made,
        Err(notice) => {
            web.desk.say(notice);
            return done(&headers);
        }
    };
    let delivery = Delivery { content, id: id.clone(), state: DeliveryState::Sending };
    // What is on its way, or has arrived, is not sent twice.
    if !web.desk.begin_delivery(session, delivery) {
        web.desk.say(Notice::already_sent());
    } else if let Err(notice) = recorded(&web, act).await {
        web.desk.delivery(session, &id, DeliveryState::GivenUp { why: notice.what.vi.clone() });
        web.desk.say(notice);
    } else {
        tokio::spawn(delivery::deliver(Arc::clone(&web.desk), webhook, session, id, body));
    }
    done(&headers)
}

/// What a record says, without its number and its time.
fn content(record: &Record) -> Result<[u8; 32], Notice> {
    let content = Zeroizing::new(
        serde_json::to_vec(&(&record.form, &record.fields, &record.service))
            .map_err(|error| Notice::not_made(&error.to_string()))?,
    );
    Ok(Sha256::digest(&*content).into())
}

#[derive(Deserialize)]
pub struct TypingForm {
    /// Which of the pack's orders, from 0; none: every field.
    #[serde(default)]
    order: Option<usize>,
}

/// Types the open form into the window that is in front.
pub async fn type_out(State(web): State<Web>, headers: HeaderMap, Form(asked): Form<TypingForm>) -> Response {
    let (text, act) = {
        let inner = web.desk.look();
        let text = web
            .desk
            .filled(&inner)
            .map(|(pack, form)| typing::text_of(&form, asked.order.and_then(|order| pack.typing.get(order))));
        (text, audit::export_of(&inner, ExportKind::TypedOut))
    };
    let Some(text) = text else { return done(&headers) };
    web.desk.touch();
    if let Err(notice) = recorded(&web, act).await {
        web.desk.say(notice);
        return done(&headers);
    }
    let desk = Arc::clone(&web.desk);
    tokio::task::spawn_blocking(move || match typing::type_out(&text) {
        Ok(()) => desk.say(Notice::info("Đã gõ xong vào phần mềm kia.", "Everything is typed into the other program.")),
        Err(notice) => desk.say(notice),
    });
    done(&headers)
}

/// A field was copied. It is recorded once for each form.
pub async fn copied(State(web): State<Web>, headers: HeaderMap) -> Response {
    if web.desk.first_copy() {
        let act = audit::export_of(&web.desk.look(), ExportKind::Copied);
        if let Some(act) = act {
            web.desk.audit.note(&act);
        }
    }
    done(&headers)
}

impl Notice {
    fn list_is_not_ready(vi: &str, en: &str) -> Self {
        Self::wrong(
            Words::new("Danh sách chưa đủ để nộp.", "The list is not ready to be handed in."),
            Words::new(vi, en),
        )
    }

    fn printing(printer: &str) -> Self {
        Self::info(&format!("Đang in ra {printer}…"), &format!("Printing on {printer}…"))
    }

    fn printed(printer: &str) -> Self {
        Self::info(&format!("Đã in ra {printer}."), &format!("Printed on {printer}."))
    }

    fn already_sent() -> Self {
        Self::info(
            "Tờ khai này, với đúng nội dung này, đã gửi hoặc đang gửi: không gửi hai lần.",
            "This form, with just these answers, has been sent or is on its way: it is not sent twice.",
        )
    }
}
