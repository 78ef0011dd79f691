//! The pages: [`routes`] says where everything is, [`guard`] lets only this machine's own pages in, [`page`] and
//! [`regions`] draw, [`events`] tells the pages what changed, [`actions`] is what the officer does, [`documents`] what
//! is printed.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use tokio::sync::Semaphore;

use super::state::Desk;

mod actions;
mod assets;
mod documents;
mod events;
pub mod guard;
mod page;
mod regions;
mod visitor;

/// The largest picture of a code that is taken, in bytes: a photograph of a telephone.
const LARGEST_PICTURE: usize = 12 * 1024 * 1024;

/// The largest form that is taken: text typed by hand.
const LARGEST_ENTRY: usize = 64 * 1024;

/// What every route has at hand.
#[derive(Clone)]
pub struct Web {
    /// The desk.
    pub desk: Arc<Desk>,
    /// Whether there are cards of practice.
    pub practice: bool,
    /// Who has it looks for a code in a picture.
    pub one_picture: Arc<Semaphore>,
}

/// All routes.
pub fn routes(web: Web, own: guard::Own) -> Router {
    let pictures =
        Router::new().route("/code-picture", post(actions::code_picture)).layer(DefaultBodyLimit::max(LARGEST_PICTURE));
    Router::new()
        .route("/", get(page::page))
        .route("/services", get(regions::services))
        .route("/events", get(events::events))
        .route("/citizen", get(page::citizen))
        .route("/citizen/events", get(events::of_citizen))
        .route("/assets/{name}", get(assets::asset))
        .route("/portrait/{number}", get(documents::portrait))
        .route("/form.pdf", get(documents::form))
        .route("/record/{number}", get(documents::record))
        .route("/key", post(actions::key))
        .route("/code/alone", post(actions::use_code_alone))
        .route("/again", post(actions::again))
        .route("/practice/{card}", post(actions::put_practice_card))
        .route("/practice/scan", post(actions::scan_practice_card))
        .route("/practice/scan-mrz", post(actions::scan_practice_mrz))
        .route("/service", post(actions::service))
        .route("/service/leave", post(actions::leave_service))
        .route("/entry", post(actions::entry))
        .route("/role", post(actions::role))
        .route("/person", post(actions::person))
        .route("/person/remove", post(actions::remove_person))
        .route("/office", post(actions::office))
        .route("/language", post(actions::language))
        .route("/touch", post(actions::touch))
        .route("/dismiss", post(actions::dismiss))
        .route("/end", post(actions::end))
        .layer(DefaultBodyLimit::max(LARGEST_ENTRY))
        .merge(pictures)
        .layer(middleware::from_fn_with_state(Arc::new(own), guard::guard))
        .with_state(web)
}
