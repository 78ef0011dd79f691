//! What changed, told to every page that is open: each region of the page that looks otherwise now, as a server-sent
//! event with the region's name. So two tabs, or one that was loaded anew, show the same.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;

use super::Web;
use super::access::Officer;
use super::regions::{self, Region};
use super::visitor::Visitor;

/// What draws the regions of a page.
type Draw = fn(&Web, Visitor) -> Vec<(Region, String)>;

/// The stream of the officer's page.
pub async fn events(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let still_in = move |web: &Web| match &officer.token {
        // A login that has ended sees nothing more; nor does a page without one, once login is demanded.
        Some(token) if officer.who.is_some() => web.officers.who(token, false).is_some(),
        _ => !web.officers.is_demanded(),
    };
    stream(web, visitor, regions::all, still_in)
}

/// The stream of the citizen's screen.
pub async fn of_citizen(
    State(web): State<Web>,
    visitor: Visitor,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    stream(web, visitor, regions::of_citizen, |_| true)
}

fn stream(
    web: Web,
    visitor: Visitor,
    draw: Draw,
    still_in: impl Fn(&Web) -> bool + Send + 'static,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let (sender, receiver) = mpsc::channel(16);
    tokio::spawn(async move {
        let mut changes = web.desk.changes();
        let mut shown: BTreeMap<Region, String> = BTreeMap::new();
        loop {
            changes.mark_unchanged();
            if !still_in(&web) {
                // The page leaves by itself.
                let _ = sender.send(Ok(Event::default().event("login").data("\n"))).await;
                return;
            }
            for (region, html) in draw(&web, visitor) {
                let digest = regions::digest(&html);
                if shown.get(&region) == Some(&digest) {
                    continue;
                }
                // Browsers drop an event without data: a region that is empty now is told as an empty line.
                let data = if html.is_empty() { "\n" } else { &html };
                let event = Event::default().event(region.name()).id(digest.clone()).data(data);
                shown.insert(region, digest);
                if sender.send(Ok(event)).await.is_err() {
                    return;
                }
            }
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return },
                () = sender.closed() => return,
            }
        }
    });
    Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::new().interval(Duration::from_secs(10)))
}
