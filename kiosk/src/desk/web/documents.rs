//! What is shown and printed as a file.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Web;
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
