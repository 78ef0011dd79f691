//! The page: all regions at once, for a browser that comes, and for one without script.

use askama::Template;
use axum::extract::{FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Html;
use std::convert::Infallible;

use super::regions::{self, Region};
use super::{Web, assets};
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

#[derive(Template)]
#[template(path = "page.html")]
struct Page {
    lang: Lang,
    version: &'static str,
    regions: Vec<(Region, String, String)>,
}

impl Page {
    /// The digest and the content of a region.
    fn region(&self, name: &str) -> (&str, &str) {
        let found = self.regions.iter().find(|(region, ..)| region.name() == name);
        found.map_or(("", ""), |(_, digest, html)| (digest, html))
    }
}

/// The page of the citizen's screen.
#[derive(Template)]
#[template(path = "citizen.html")]
struct CitizenPage {
    lang: Lang,
    version: &'static str,
    digest: String,
    html: String,
}

/// The page of the screen that the citizen sees.
pub async fn citizen(State(web): State<Web>, visitor: Visitor) -> Html<String> {
    let html: String = regions::of_citizen(&web, visitor).into_iter().map(|(_, html)| html).collect();
    let version = assets::VERSION.as_str();
    Html(regions::drawn(&CitizenPage { lang: visitor.lang, version, digest: regions::digest(&html), html }))
}

/// The page.
pub async fn page(State(web): State<Web>, visitor: Visitor) -> Html<String> {
    let regions = regions::all(&web, visitor).into_iter();
    let regions = regions.map(|(region, html)| (region, regions::digest(&html), html)).collect();
    let page = Page { lang: visitor.lang, version: assets::VERSION.as_str(), regions };
    Html(regions::drawn(&page))
}
