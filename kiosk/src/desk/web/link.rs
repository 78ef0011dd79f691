//! The page of the officer's computer: pairing it, and taking it away.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use jiff::Timestamp;

use super::Web;
use super::access::Officer;
use super::documents::failed;
use super::officers::Frame;
use super::regions::drawn;
use super::visitor::Visitor;
use crate::desk::clock;
use crate::desk::link::{Link, View};
use crate::desk::notice::Notice;
use crate::desk::officers::role::Role;

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage {
    frame: Frame,
    view: Option<View>,
}

impl LinkPage {
    fn written(&self, at: &Timestamp) -> String {
        clock::written(*at)
    }
}

/// The page.
pub async fn page(State(web): State<Web>, visitor: Visitor, officer: Officer) -> Html<String> {
    let view = web.link.as_ref().map(|link| link.view());
    Html(drawn(&LinkPage { frame: Frame::of(&web, visitor, officer), view }))
}

/// Shows a code.
pub async fn show_code(State(web): State<Web>, visitor: Visitor, officer: Officer) -> Response {
    let name = officer.who.map(|who| who.name.clone());
    act(web, visitor, move |link| link.show_code(name)).await
}

/// Takes the code back.
pub async fn hide_code(State(web): State<Web>, visitor: Visitor) -> Response {
    act(web, visitor, |link| {
        link.hide_code();
        Ok(())
    })
    .await
}

/// Takes the computer away.
pub async fn remove(State(web): State<Web>, visitor: Visitor, officer: Officer) -> Response {
    act(web, visitor, move |link| link.remove(officer.name())).await
}

/// Waits for the disk where nobody else has to.
async fn act(web: Web, visitor: Visitor, what: impl FnOnce(&Link) -> Result<(), Notice> + Send + 'static) -> Response {
    let Some(link) = web.link else { return StatusCode::NOT_FOUND.into_response() };
    match tokio::task::spawn_blocking(move || what(&link)).await {
        Ok(Ok(())) => Redirect::to("/link").into_response(),
        Ok(Err(notice)) => failed(visitor.lang, StatusCode::INTERNAL_SERVER_ERROR, &notice),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
