//! Who looks at the page: what a browser says of them.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use crate::desk::lang::Lang;

/// The cookie that keeps the language.
pub const LANGUAGE_COOKIE: &str = "language";

/// What is known of who asks.
#[derive(Clone, Copy, Debug)]
pub struct Visitor {
    /// The language of the page.
    pub lang: Lang,
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let cookies = parts.headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        let code = pairs.find(|(name, _)| *name == LANGUAGE_COOKIE).map_or("", |(_, value)| value);
        Ok(Self { lang: Lang::of_code(code) })
    }
}
