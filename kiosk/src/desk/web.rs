//! The pages: [`routes`] says where everything is, [`guard`] lets only this machine's own pages in, [`access`] decides which
//! page is for whom, [`page`] and [`regions`] draw, [`events`] tells the pages what changed, [`actions`] is what the officer
//! does, [`documents`] what is printed, [`exports`] what leaves as data, [`officers`] who may log in, [`log`] what the auditor
//! sees, [`rights`] what citizens may ask for, [`figures`] what was counted, [`link`] the officer's computer, [`queue`] who is
//! next, [`bridge`] what pages of other software may, and [`software`] which those are.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use tokio::sync::Semaphore;

use super::audit::EndedBy;
use super::bridge::Bridge;
use super::exports::delivery::Webhook;
use super::figures::metrics::ScrapeToken;
use super::link::Link;
use super::officers::Officers;
use super::queue::Queue;
use super::state::Desk;
use access::{ACCOUNTS, ANYBODY, Access, DESK, LOG, OFFICE, Routes};

pub mod access;
mod actions;
mod assets;
mod bridge;
mod documents;
mod events;
mod exports;
mod figures;
pub mod guard;
mod link;
mod log;
mod officers;
mod page;
mod queue;
mod regions;
mod rights;
mod software;
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
    /// Who may use it.
    pub officers: Arc<Officers>,
    /// Whether there are cards of practice.
    pub practice: bool,
    /// Who has it looks for a code in a picture.
    pub one_picture: Arc<Semaphore>,
    /// Which other software may ask the desk.
    pub bridge: Arc<Bridge>,
    /// Where forms are sent to as data, where the office has such a place.
    pub webhook: Option<Arc<Webhook>>,
    /// Who is next, where the office has numbers.
    pub queue: Option<Arc<Queue>>,
    /// The officer's computer elsewhere in the office, where that is switched on.
    pub link: Option<Arc<Link>>,
    /// What a program shows that scrapes figures, where the office lets one.
    pub scrape_token: Option<ScrapeToken>,
}

/// All routes, ready to be served.
pub fn routes(web: Web, own: guard::Own) -> Router {
    let at_the_door = guard::Guard { own: Arc::new(own), web: web.clone() };
    declared().guarded(web).layer(middleware::from_fn_with_state(at_the_door, guard::guard))
}

/// Logs out who is idle, and whose account was changed by another program.
pub fn end_idle_logins(web: &Web) {
    let ended = web.officers.logins().end_idle(Instant::now());
    ended.iter().for_each(|who| officers::left(web, who, EndedBy::Idle));
    let ended = web.officers.end_stale();
    ended.iter().for_each(|who| officers::left(web, who, EndedBy::AccountChanged));
}

/// Looks whether the citizen whose number was called has had their turn.
pub fn follow_queue(web: &Web) {
    queue::follow(web);
}

/// All routes, each with whom it is for.
fn declared() -> Routes {
    let pictures = Routes::new()
        .route("/code-picture", DESK, post(actions::code_picture))
        .layered(|router| router.layer(DefaultBodyLimit::max(LARGEST_PICTURE)));
    Routes::new()
        .route("/", DESK, get(page::page))
        .route("/services", DESK, get(regions::services))
        .route("/events", DESK, get(events::events))
        .route("/citizen", Access::Everyone, get(page::citizen))
        .route("/citizen/notice", Access::Everyone, get(rights::notice_of_citizen))
        .route("/citizen/events", Access::Everyone, get(events::of_citizen))
        .route("/assets/{name}", Access::Everyone, get(assets::asset))
        .route("/language", Access::Everyone, post(actions::language))
        .route("/portrait/{number}", DESK, get(documents::portrait))
        .route("/form.pdf", DESK, get(documents::form))
        .route("/form.docx", DESK, get(exports::docx))
        .route("/form.json", DESK, get(exports::json))
        .route("/form.csv", DESK, get(exports::csv))
        .route("/form.xlsx", DESK, get(exports::xlsx))
        .route("/form/list.xlsx", DESK, get(exports::list))
        .route("/form/print", DESK, post(exports::print))
        .route("/form/send", DESK, post(exports::send))
        .route("/form/type", DESK, post(exports::type_out))
        .route("/form/copied", DESK, post(exports::copied))
        .route("/record/{number}", DESK, get(documents::record))
        .route("/key", DESK, post(actions::key))
        .route("/code/alone", DESK, post(actions::use_code_alone))
        .route("/again", DESK, post(actions::again))
        .route("/card/aside", DESK, post(actions::aside))
        .route("/practice/{card}", DESK, post(actions::put_practice_card))
        .route("/practice/scan", DESK, post(actions::scan_practice_card))
        .route("/practice/scan-mrz", DESK, post(actions::scan_practice_mrz))
        .route("/service", DESK, post(actions::service))
        .route("/service/leave", DESK, post(actions::leave_service))
        .route("/service/form", DESK, post(actions::service_form))
        .route("/entry", DESK, post(actions::entry))
        .route("/role", DESK, post(actions::role))
        .route("/person", DESK, post(actions::person))
        .route("/person/copied", DESK, post(exports::fact_copied))
        .route("/person/remove", DESK, post(actions::remove_person))
        .route("/office", OFFICE, post(actions::office))
        .route("/touch", DESK, post(actions::touch))
        .route("/dismiss", DESK, post(actions::dismiss))
        .route("/end", DESK, post(actions::end))
        .route("/login", Access::Everyone, get(officers::login_page).post(officers::login))
        .route("/logout", Access::Everyone, post(officers::logout))
        .route("/officers", Access::FirstAccount, get(officers::officers))
        .route("/officers/first", Access::FirstAccount, post(officers::make_first))
        .route("/officers/make", ACCOUNTS, post(officers::make))
        .route("/officers/roles", ACCOUNTS, post(officers::set_roles))
        .route("/officers/reset", ACCOUNTS, post(officers::reset))
        .route("/officers/remove", ACCOUNTS, post(officers::remove))
        .route("/officers/setup", Access::Setup, get(officers::setup_page))
        .route("/officers/setup/password", Access::Setup, post(officers::own_password))
        .route("/officers/setup/code", Access::Setup, post(officers::own_code))
        .route("/software", OFFICE, get(software::software))
        .route("/software/pair", ACCOUNTS, post(software::pair))
        .route("/software/pair/end", ACCOUNTS, post(software::end_pairing))
        .route("/software/revoke", OFFICE, post(software::revoke))
        .route("/software/forget", OFFICE, post(software::forget))
        .route("/software/consent", DESK, post(software::consent))
        .route("/notice", Access::Everyone, get(rights::notice))
        .route("/notice.pdf", Access::Everyone, get(rights::notice_pdf))
        .route("/purpose", DESK, post(rights::purpose))
        .route("/rights", ANYBODY, get(rights::rights))
        .route("/rights/person", LOG, post(rights::person))
        .route("/rights/export", LOG, post(rights::export))
        .route("/rights/forget", LOG, post(rights::forget))
        .route("/complaint", ANYBODY, post(rights::complaint))
        .route("/figures", ANYBODY, get(figures::figures))
        .route("/figures/report.pdf", ANYBODY, get(figures::pdf))
        .route("/figures/report.xlsx", ANYBODY, get(figures::xlsx))
        .route("/metrics", Access::Scraper, get(figures::metrics))
        .route("/log", LOG, get(log::log))
        .route("/log/person", LOG, post(log::person))
        .route("/log/verify", LOG, post(log::verify))
        .route("/log/export", LOG, post(log::export))
        .route("/ticket", Access::Everyone, get(queue::ticket_page).post(queue::take))
        .route("/queue/call", DESK, post(queue::call))
        .route("/queue/again", DESK, post(queue::call_again))
        .route("/queue/absent", DESK, post(queue::nobody_came))
        .route("/link", ACCOUNTS, get(link::page))
        .route("/link/show", ACCOUNTS, post(link::show_code))
        .route("/link/hide", ACCOUNTS, post(link::hide_code))
        .route("/link/remove", ACCOUNTS, post(link::remove))
        .layered(|router| router.layer(DefaultBodyLimit::max(LARGEST_ENTRY)))
        .merge(pictures)
        .merge(bridge::routes())
}
