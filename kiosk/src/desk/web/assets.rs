//! The style and the script of the pages, carried in the program.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::sync::LazyLock;

/// Name, type and content of each.
const ASSETS: [(&str, &str, &str); 3] = [
    ("desk.css", "text/css; charset=utf-8", include_str!("../../../assets/desk.css")),
    ("desk.js", "text/javascript; charset=utf-8", include_str!("../../../assets/desk.js")),
    ("icon.svg", "image/svg+xml", include_str!("../../../assets/icon.svg")),
];

/// Changes with any of them, so that a browser never shows an old one.
pub static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    ASSETS.iter().for_each(|(_, _, content)| hash.update(content));
    hash.finalize().iter().take(6).fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
});

/// One of them.
pub async fn asset(Path(name): Path<String>) -> Response {
    let Some((_, kind, content)) = ASSETS.iter().find(|(other, ..)| *other == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, *content).into_response()
}
