//! What is shown and printed as a file.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use cccd_typeset::Request;
use serde::Deserialize;
use tokio::task::JoinError;

use super::regions::drawn;
use super::visitor::Visitor;
use super::{Web, assets};
use crate::desk::audit::{self, Act, ExportKind};
use crate::desk::documents::{self, Asked};
use crate::desk::lang::Lang;
use crate::desk::notice::Notice;
use crate::desk::portrait::Picture;
use crate::desk::session::Session;
use crate::desk::state::Inner;

/// The portrait of a person in the session.
pub async fn portrait(State(web): State<Web>, Path(number): Path<u32>) -> Response {
    let inner = web.desk.look();
    let person = inner.session.as_ref().and_then(|session| session.person(number));
    match person.and_then(|person| person.portrait.as_ref()) {
        Some(picture) => ([(header::CONTENT_TYPE, Picture::MEDIA_TYPE)], picture.bytes().to_vec()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Whose document is asked for.
#[derive(Deserialize)]
pub struct Of {
    /// The session; another one's is not shown.
    #[serde(rename = "s")]
    session: Option<u64>,
}

/// The open form as a PDF.
pub async fn form(State(web): State<Web>, visitor: Visitor, Query(of): Query<Of>) -> Response {
    let request = {
        let inner = web.desk.look();
        form_to_print(&web, &inner, ExportKind::Pdf).filter(|_| of.is(&inner))
    };
    printed(web, visitor, request).await
}

/// Something to be printed: how it is called, what it is, when it was asked for, and what there is to record of it.
pub type ToPrint = (String, Request, Asked, Act);

/// The open form, where one is open.
pub fn form_to_print(web: &Web, inner: &Inner, kind: ExportKind) -> Option<ToPrint> {
    let practice = inner.session.as_ref().is_some_and(Session::is_of_practice);
    let (pack, form) = web.desk.filled(inner)?;
    let act = audit::export_of(inner, kind)?;
    Some((pack.id.clone(), documents::of_form(pack, &form, practice), web.desk.printer.now(), act))
}

/// The record of how a person was read, as a PDF.
pub async fn record(
    State(web): State<Web>,
    visitor: Visitor,
    Path(number): Path<u32>,
    Query(of): Query<Of>,
) -> Response {
    let request = {
        let inner = web.desk.look();
        let person = inner.session.as_ref().and_then(|session| session.person(number)).filter(|_| of.is(&inner));
        let request = person.map(|person| {
            (documents::of_record(person, &inner.office), audit::export_of_person(person, ExportKind::ReadRecord))
        });
        request.map(|(request, act)| (format!("phieu-doc-{number}"), request, web.desk.printer.now(), act))
    };
    printed(web, visitor, request).await
}

impl Of {
    /// Whether it is of the session that there is.
    pub fn is(&self, inner: &Inner) -> bool {
        self.session.is_none_or(|session| session == inner.session_id())
    }
}

async fn printed(web: Web, visitor: Visitor, request: Option<ToPrint>) -> Response {
    let Some((name, request, asked, act)) = request else {
        return failed(visitor.lang, StatusCode::NOT_FOUND, &Notice::session_is_over());
    };
    web.desk.touch();
    // What cannot be recorded does not leave the desk.
    let make = move || {
        web.desk.audit.record(&act)?;
        let pdf = web.desk.printer.print(&request, asked)?;
        web.desk.count_export(&act);
        Ok(pdf)
    };
    let made = tokio::task::spawn_blocking(make).await;
    pdf_or_why_not(visitor.lang, &name, made)
}

/// A PDF to look at and print, or a page that says why there is none.
pub fn pdf_or_why_not(lang: Lang, name: &str, made: Result<Result<Vec<u8>, Notice>, JoinError>) -> Response {
    match made {
        Ok(Ok(pdf)) => {
            let shown = format!("inline; filename=\"{name}.pdf\"");
            ([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, shown)], pdf)
                .into_response()
        }
        Ok(Err(notice)) => failed(lang, StatusCode::INTERNAL_SERVER_ERROR, &notice),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[derive(Template)]
#[template(path = "failed.html")]
struct Failed<'a> {
    lang: Lang,
    version: &'static str,
    notice: &'a Notice,
}

/// A page that says what went wrong.
pub fn failed(lang: Lang, status: StatusCode, notice: &Notice) -> Response {
    (status, Html(drawn(&Failed { lang, version: assets::VERSION.as_str(), notice }))).into_response()
}
