//! The form as data, for other programs: files to take along, and what the desk sends, prints or types itself.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cccd::messages::Words;
use cccd_forms::filling::{Form as FilledForm, Problem};
use cccd_forms::finding::Severity;
use cccd_forms::packs::Pack;
use cccd_ooxml::docx;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::Web;
use super::access::Officer;
use super::actions::done;
use super::documents::{Of, failed, form_to_print};
use super::guard::Way;
use super::visitor::Visitor;
use crate::desk::audit::{self, Act, ExportKind};
use crate::desk::exports::delivery::{self, Delivery, DeliveryState};
use crate::desk::exports::printing::Paper;
use crate::desk::exports::record::Record;
use crate::desk::exports::{printing, tables, typing};
use crate::desk::notice::Notice;
use crate::desk::session::Session;
use crate::desk::state::Inner;

/// A file that is made, and how it is called.
struct Made {
    media_type: &'static str,
    ending: &'static str,
    bytes: Vec<u8>,
}

/// What a file is made of, taken from the desk at one moment: making it may take its time.
struct Material {
    pack: String,
    form: FilledForm,
    practice: bool,
    record: Result<Record, Notice>,
    act: Option<Act>,
}

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The open form as a document of a word processor.
pub async fn docx(State(web): State<Web>, visitor: Visitor, Query(of): Query<Of>) -> Response {
    file(web, visitor, of, ExportKind::Docx, |pack, material| {
        let broken = |error: cccd_ooxml::OoxmlError| Notice::not_made(&format!("form.docx: {error}"));
        let document = pack.word(&material.form, material.practice).map_err(broken)?;
        // A paper may be made of somebody without a number: it is only that the document then says less of its sources.
        let provenance = material.record.map(|record| record.provenance()).unwrap_or_default();
        let bytes = docx::with_description(&document, &pack.title, &provenance).map_err(broken)?;
        Ok(Made { media_type: DOCX, ending: "docx", bytes })
    })
    .await
}

/// The open form as JSON.
pub async fn json(State(web): State<Web>, visitor: Visitor, Query(of): Query<Of>) -> Response {
    file(web, visitor, of, ExportKind::Json, |_, material| {
        Ok(Made { media_type: "application/json", ending: "json", bytes: material.record?.json()? })
    })
    .await
}

/// The open form as CSV.
pub async fn csv(State(web): State<Web>, visitor: Visitor, Query(of): Query<Of>) -> Response {
    file(web, visitor, of, ExportKind::Csv, |_, material| {
        Ok(Made { media_type: "text/csv; charset=utf-8", ending: "csv", bytes: tables::csv(&material.record?)? })
    })
    .await
}

/// The open form as a workbook.
pub async fn xlsx(State(web): State<Web>, visitor: Visitor, Query(of): Query<Of>) -> Response {
    file(web, visitor, of, ExportKind::Xlsx, |_, material| {
        Ok(Made { media_type: XLSX, ending: "xlsx", bytes: tables::workbook(&material.record?)? })
    })
    .await
}

/// The people of the open form as the rows that another system takes.
pub async fn list(State(web): State<Web>, visitor: Visitor, Query(of): Query<Of>) -> Response {
    file(web, visitor, of, ExportKind::Batch, |pack, material| {
        let list = pack.list.as_ref().ok_or_else(Notice::session_is_over)?;
        // The rule of every export: nobody without a number.
        let record = material.record?;
        let listed = material.form.list(list);
        let wrong = material.form.problems().into_iter().filter(|problem| problem.severity == Severity::Error);
        let wrong: Vec<Problem> = wrong.chain(listed.problems.clone()).collect();
        if !wrong.is_empty() {
            return Err(Notice::list_is_not_ready(&wrong));
        }
        let ending = if record.practice { "luyen-tap.xlsx" } else { "list.xlsx" };
        Ok(Made { media_type: XLSX, ending, bytes: tables::list(list, &listed, pack.workbook.as_deref())? })
    })
    .await
}

/// Makes a file of the open form, once it is recorded that it leaves the desk.
async fn file(
    web: Web,
    visitor: Visitor,
    of: Of,
    kind: ExportKind,
    make: impl FnOnce(&Pack, Material) -> Result<Made, Notice> + Send + 'static,
) -> Response {
    let material = {
        let inner = web.desk.look();
        let filled = web.desk.filled(&inner).filter(|_| of.is(&inner));
        filled.map(|(pack, form)| Material {
            pack: pack.id.clone(),
            form,
            practice: inner.session.as_ref().is_some_and(Session::is_of_practice),
            record: Record::of(&web.desk, &inner),
            act: audit::export_of(&inner, kind),
        })
    };
    let Some(material) = material else {
        return failed(visitor.lang, StatusCode::NOT_FOUND, &Notice::session_is_over());
    };
    web.desk.touch();
    let made = tokio::task::spawn_blocking(move || {
        let pack = web.desk.packs.get(&material.pack).ok_or_else(Notice::session_is_over)?;
        let act = material.act.clone().ok_or_else(Notice::session_is_over)?;
        let made = make(pack, material)?;
        web.desk.audit.record(&act)?;
        web.desk.count_export(&act);
        Ok((pack.id.clone(), made))
    });
    match made.await.unwrap_or_else(|error| Err(Notice::not_made(&error.to_string()))) {
        Ok((name, made)) => {
            let shown = format!("attachment; filename=\"{name}.{}\"", made.ending);
            let headers = [(header::CONTENT_TYPE, made.media_type.to_owned()), (header::CONTENT_DISPOSITION, shown)];
            (headers, made.bytes).into_response()
        }
        Err(notice) => failed(visitor.lang, StatusCode::CONFLICT, &notice),
    }
}

/// Waits until it is on the disk that data leave the desk.
async fn recorded(web: &Web, act: Option<Act>) -> Result<(), Notice> {
    let act = act.ok_or_else(Notice::session_is_over)?;
    let desk = Arc::clone(&web.desk);
    let record = move || desk.audit.record(&act).map(|()| desk.count_export(&act));
    let waited = tokio::task::spawn_blocking(record).await;
    waited.unwrap_or_else(|error| Err(Notice::not_made(&error.to_string())))
}

/// What a button of the page is pressed for: the session and the form that stood there.
#[derive(Deserialize)]
pub struct Pressed {
    s: u64,
    pack: String,
}

impl Pressed {
    /// Whether that is what is open.
    fn is(&self, inner: &Inner) -> bool {
        let form = inner.session.as_ref().and_then(|session| session.form.as_ref());
        inner.session_id() == self.s && form.is_some_and(|form| form.pack == self.pack)
    }
}

#[derive(Deserialize)]
pub struct PrinterForm {
    s: u64,
    pack: String,
    printer: String,
}

/// Prints the open form.
pub async fn print(State(web): State<Web>, headers: HeaderMap, Form(chosen): Form<PrinterForm>) -> Response {
    let PrinterForm { s, pack, printer } = chosen;
    let pressed = Pressed { s, pack };
    let to_print = {
        let inner = web.desk.look();
        form_to_print(&web, &inner, ExportKind::Print).filter(|_| pressed.is(&inner))
    };
    let Some((_, request, asked, act)) = to_print else { return over(&web, &headers) };
    web.desk.touch();
    if let Err(notice) = recorded(&web, Some(act)).await {
        web.desk.say(notice);
        return done(&headers);
    }
    web.desk.say(Notice::printing(&printer));
    let desk = Arc::clone(&web.desk);
    tokio::task::spawn_blocking(move || {
        let printed = desk.printer.print(&request, asked).and_then(|pdf| printing::print(&printer, &pdf, Paper::Form));
        let said = printed.map_or_else(|notice| notice, |()| Notice::printed(&printer));
        // The next citizen's page does not speak of this one's papers, unless one of them may still lie there.
        if said.wrong || desk.look().session_id() == pressed.s {
            desk.say(said);
        }
    });
    done(&headers)
}

/// The button belonged to another session or form.
fn over(web: &Web, headers: &HeaderMap) -> Response {
    web.desk.say(Notice::session_is_over());
    done(headers)
}

/// Sends the open form to the office's other software.
pub async fn send(State(web): State<Web>, headers: HeaderMap, Form(pressed): Form<Pressed>) -> Response {
    let Some(webhook) = web.webhook.clone() else { return StatusCode::NOT_FOUND.into_response() };
    let (record, act) = {
        let inner = web.desk.look();
        if !pressed.is(&inner) {
            drop(inner);
            return over(&web, &headers);
        }
        (Record::of(&web.desk, &inner), audit::export_of(&inner, ExportKind::Webhook))
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
    let delivery = Delivery { pack: pressed.pack, content, id: id.clone(), state: DeliveryState::Sending };
    // What is on its way, or has arrived, is not sent twice.
    if !web.desk.begin_delivery(pressed.s, delivery) {
        web.desk.say(Notice::already_sent());
    } else if let Err(notice) = recorded(&web, act).await {
        web.desk.delivery(pressed.s, &id, DeliveryState::NotRecorded);
        web.desk.say(notice);
    } else {
        tokio::spawn(delivery::deliver(Arc::clone(&web.desk), webhook, pressed.s, id, body));
    }
    done(&headers)
}

/// What a record says, without its number and its time.
pub fn content(record: &Record) -> Result<[u8; 32], Notice> {
    let content = Zeroizing::new(
        serde_json::to_vec(&(&record.form, &record.fields, &record.service))
            .map_err(|error| Notice::not_made(&error.to_string()))?,
    );
    Ok(Sha256::digest(&*content).into())
}

#[derive(Deserialize)]
pub struct TypingForm {
    s: u64,
    pack: String,
    /// Which of the pack's orders, from 0; none: every field.
    #[serde(default)]
    order: Option<usize>,
}

/// Types the open form into the window that comes to the front next.
pub async fn type_out(
    State(web): State<Web>,
    officer: Officer,
    headers: HeaderMap,
    Form(asked): Form<TypingForm>,
) -> Response {
    if officer.way == Way::Link {
        web.desk.say(Notice::typed_at_the_desk_alone());
        return done(&headers);
    }
    let TypingForm { s, pack, order } = asked;
    let pressed = Pressed { s, pack };
    let prepared = {
        let inner = web.desk.look();
        let filled = web.desk.filled(&inner).filter(|_| pressed.is(&inner));
        let text = filled.map(|(pack, form)| typing::text_of(&form, order.and_then(|order| pack.typing.get(order))));
        // The rule of every export: nobody without a number.
        text.map(|text| Record::of(&web.desk, &inner).map(|_| (text, audit::export_of(&inner, ExportKind::TypedOut))))
    };
    let Some(prepared) = prepared else { return over(&web, &headers) };
    web.desk.touch();
    let recorded = match prepared {
        Ok((text, act)) => recorded(&web, act).await.map(|()| text),
        Err(notice) => Err(notice),
    };
    match recorded {
        Err(notice) => web.desk.say(notice),
        Ok(text) => {
            web.desk.say(Notice::go_to_the_other_program());
            let desk = Arc::clone(&web.desk);
            tokio::task::spawn_blocking(move || {
                let is_there = || desk.look().session_id() == pressed.s;
                let typed = typing::type_out(&text, is_there);
                // The next citizen's page does not speak of this one's form.
                if is_there() {
                    desk.say(typed.map_or_else(Notice::from, |()| Notice::typed_out()));
                }
            });
        }
    }
    done(&headers)
}

#[derive(Deserialize)]
pub struct CopiedForm {
    person: u32,
}

/// Something that a card says was copied, where no form is open.
pub async fn fact_copied(State(web): State<Web>, headers: HeaderMap, Form(copied): Form<CopiedForm>) -> Response {
    let act = {
        let inner = web.desk.look();
        let person = inner.session.as_ref().and_then(|session| session.person(copied.person));
        person.map(|person| audit::export_of_person(person, ExportKind::Copied))
    };
    act.iter().for_each(|act| web.desk.audit.note(act));
    web.desk.touch();
    done(&headers)
}

/// A field was copied. It is recorded once for the people who stand in the form.
pub async fn copied(State(web): State<Web>, headers: HeaderMap) -> Response {
    if web.desk.is_new_copy() {
        let act = audit::export_of(&web.desk.look(), ExportKind::Copied);
        if let Some(act) = act {
            web.desk.audit.note(&act);
            web.desk.count_export(&act);
        }
    }
    done(&headers)
}

impl Notice {
    fn list_is_not_ready(wrong: &[Problem]) -> Self {
        let said = |words: fn(&Problem) -> &str| wrong.iter().map(words).collect::<Vec<_>>().join("; ");
        Self::wrong(
            Words::new("Danh sách chưa đủ để nộp.", "The list is not ready to be handed in."),
            Words::new(said(|problem| &problem.vi), said(|problem| &problem.en)),
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
