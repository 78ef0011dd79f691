//! The page: all regions at once, for a browser that comes, and for one without script.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::access::Officer;
use super::officers::Frame;
use super::regions::{self, Region};
use super::visitor::Visitor;
use super::{Web, assets};
use crate::desk::lang::Lang;
use crate::desk::officers::role::Role;

#[derive(Template)]
#[template(path = "page.html")]
struct Page {
    lang: Lang,
    frame: Frame,
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
pub async fn page(State(web): State<Web>, visitor: Visitor, officer: Officer) -> Html<String> {
    let regions = regions::all(&web, visitor).into_iter();
    let regions = regions.map(|(region, html)| (region, regions::digest(&html), html)).collect();
    let frame = Frame::of(&web, visitor, officer);
    let page = Page { lang: visitor.lang, frame, version: assets::VERSION.as_str(), regions };
    Html(regions::drawn(&page))
}
