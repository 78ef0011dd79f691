//! What is shown and printed as a file.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use cccd::messages::Words;
use cccd_typeset::Request;

use super::regions::drawn;
use super::visitor::Visitor;
use super::{Web, assets};
use crate::desk::documents;
use crate::desk::lang::Lang;
use crate::desk::notice::Notice;
use crate::desk::portrait::Picture;

/// The portrait of a person in the session.
pub async fn portrait(State(web): State<Web>, Path(number): Path<u32>) -> Response {
    let inner = web.desk.look();
    let person = inner.session.as_ref().and_then(|session| session.person(number));
    match person.and_then(|person| person.portrait.as_ref()) {
        Some(picture) => ([(header::CONTENT_TYPE, Picture::MEDIA_TYPE)], picture.bytes().to_vec()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The open form as a PDF.
pub async fn form(State(web): State<Web>, visitor: Visitor) -> Response {
    let request = {
        let inner = web.desk.look();
        let people = inner.session.iter().flat_map(|session| &session.people);
        let practice = people.into_iter().any(|person| person.practice);
        web.desk.filled(&inner).map(|(pack, form)| (pack.id.clone(), documents::of_form(pack, &form, practice)))
    };
    printed(web, visitor, request).await
}

/// The record of how a person was read, as a PDF.
pub async fn record(State(web): State<Web>, visitor: Visitor, Path(number): Path<u32>) -> Response {
    let request = {
        let inner = web.desk.look();
        let person = inner.session.as_ref().and_then(|session| session.person(number));
        person.map(|person| (format!("phieu-doc-{number}"), documents::of_record(person, &inner.office)))
    };
    printed(web, visitor, request).await
}

async fn printed(web: Web, visitor: Visitor, request: Option<(String, Request)>) -> Response {
    let Some((name, request)) = request else {
        let notice = Notice::wrong(
            Words::new("Phiên đã kết thúc hoặc tờ khai đã đóng.", "The session has ended, or the form was closed."),
            Words::new(
                "Đóng thẻ trình duyệt này và quay lại trang bàn một cửa.",
                "Close this tab and go back to the desk.",
            ),
        );
        return failed(visitor.lang, StatusCode::NOT_FOUND, &notice);
    };
    web.desk.touch();
    let made = tokio::task::spawn_blocking(move || web.desk.printer.print(&request)).await;
    match made {
        Ok(Ok(pdf)) => {
            let shown = format!("inline; filename=\"{name}.pdf\"");
            ([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, shown)], pdf)
                .into_response()
        }
        Ok(Err(notice)) => failed(visitor.lang, StatusCode::INTERNAL_SERVER_ERROR, &notice),
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

fn failed(lang: Lang, status: StatusCode, notice: &Notice) -> Response {
    (status, Html(drawn(&Failed { lang, version: assets::VERSION.as_str(), notice }))).into_response()
}
