//! The desk: a page on this machine where an officer reads cards and fills forms.
//!
//! Read in this order: [`settings`]; [`session`], what one session holds, with [`person`] for who is in it; [`state`],
//! what may happen to it; [`cards`] and [`reading`], which bring cards; [`practice`], cards for who has none; [`web`], the
//! pages; [`documents`], what is printed; [`exports`], what leaves as data; [`store`], the little that outlives a session;
//! [`audit`], what is kept of who did what; [`figures`], what is counted; [`officers`], who may use it; [`link`], the officer's
//! computer elsewhere in the office; [`queue`], who is next; [`bridge`], what other software may ask.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cccd_forms::packs::Packs;
use cccd_forms::services::Services;
use cccd_link::desk::Doorkeeper;
use cccd_link::identity::Identity;
use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{self, MissedTickBehavior};

use audit::{Act, Audit};
use bridge::Bridge;
use citizen_notice::OfficeTexts;
use documents::Printer;
use figures::metrics::ScrapeToken;
use link::{Link, LinkListener};
use officers::Officers;
use queue::Queue;
use settings::{Options, Settings};
use state::Desk;
use store::Store;

pub mod advice;
pub mod audit;
pub mod bridge;
pub mod cards;
pub mod citizen_notice;
pub mod clock;
pub mod documents;
pub mod exports;
pub mod figures;
pub mod key;
pub mod lang;
pub mod link;
pub mod notice;
pub mod office;
pub mod officers;
pub mod passport;
pub mod person;
pub mod portrait;
pub mod practice;
pub mod queue;
pub mod reading;
pub mod session;
pub mod settings;
pub mod state;
pub mod store;
pub mod web;

/// Why the desk does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The settings are wrong.
    #[error("{0}")]
    Settings(#[from] settings::SettingsError),
    /// The database cannot be opened.
    #[error("cannot open the database {}: {source}; free some space or choose another folder with --data", path.display())]
    Store {
        /// Where it is.
        path: std::path::PathBuf,
        /// Why not.
        source: store::StoreError,
    },
    /// The log cannot be opened: nothing may be done that is not recorded.
    #[error("cannot open the log in {}: {source}; {}", path.display(), audit::advice(source))]
    Log {
        /// Where it is.
        path: std::path::PathBuf,
        /// Why not.
        source: cccd_records::log::LogError,
    },
    /// The accounts cannot be opened.
    #[error("cannot open the accounts in {}: {source}", path.display())]
    Officers {
        /// Where they are.
        path: std::path::PathBuf,
        /// Why not.
        source: officers::accounts::AccountsError,
    },
    /// What other software may do cannot be opened.
    #[error("cannot open what connected software may do in {}: {source}", path.display())]
    Bridge {
        /// Where it is.
        path: std::path::PathBuf,
        /// Why not.
        source: bridge::grants::GrantsError,
    },
    /// Where forms are to be sent is not right.
    #[error("{0}")]
    Webhook(#[from] exports::delivery::WebhookError),
    /// The queue cannot be opened.
    #[error("cannot open the queue: {0}")]
    Queue(store::StoreError),
    /// The link to the officer's computer cannot be opened.
    #[error("cannot open the link to the officer's computer: {0}")]
    Link(String),
    /// Figures cannot be scraped as the settings say.
    #[error("{0}")]
    Metrics(#[from] figures::metrics::TokenError),
    /// The address is taken.
    #[error("cannot listen on {address}: {source}; another desk may be running, or choose another with --listen")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// A form, a list or a text of the office is broken.
    #[error("{0}")]
    Forms(String),
    /// The system refuses something.
    #[error("{0}")]
    System(#[from] io::Error),
}

/// Serves the desk until it is told to stop.
///
/// # Errors
/// It cannot start.
pub fn run(options: Options) -> Result<(), StartError> {
    let settings = Settings::of(options)?;
    // Where the desk dies, no picture of its memory is left on the disk.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(serve(settings))
}

async fn serve(settings: Settings) -> Result<(), StartError> {
    let path = settings.data.join("desk.sqlite3");
    let store = Store::open(&path).map_err(|source| StartError::Store { path, source })?;
    let (services, packs) = offered(&settings)?;
    let texts = OfficeTexts::of(settings.notice.as_deref(), settings.purposes.as_deref()).map_err(StartError::Forms)?;
    let webhook = exports::delivery::Webhook::of(&settings.webhook)?.map(Arc::new);
    let scrape_token = settings.metrics_token.as_deref().map(ScrapeToken::of_file).transpose()?;
    let path = settings.data.clone();
    let audit = Audit::open(&path).map_err(|source| StartError::Log { path: path.clone(), source })?;
    let officers = Officers::open(&path, settings.accounts, settings.login_idle)
        .map_err(|source| StartError::Officers { path: path.clone(), source })?;
    let bridge = Bridge::open(&path).map_err(|source| StartError::Bridge { path, source })?;
    let officers = Arc::new(officers);
    audit.note(&Act::Started);
    audit.forget_old();
    let desk = Desk::new(services, packs, store, audit, texts, Printer::new()?);
    let listener = TcpListener::bind(settings.listen)
        .await
        .map_err(|source| StartError::Listen { address: settings.listen, source })?;
    let address = listener.local_addr()?;
    cards::watch(Arc::clone(&desk))?;
    let kept = Arc::clone(&desk);
    let one_picture = Arc::new(Semaphore::new(1));
    let (link, linked) = match settings.link {
        Some(listen) => {
            open_link(&desk, &settings.data, listen).await.map(|(link, listener)| (Some(link), Some(listener)))?
        }
        None => (None, None),
    };
    let queue = settings.queue.then(|| Queue::open(desk.store(), clock::today(), settings.queue_printer)).transpose();
    let queue = queue.map_err(StartError::Queue)?.map(Arc::new);
    let (practice, bridge) = (settings.practice, Arc::new(bridge));
    let web = web::Web { desk, officers, practice, one_picture, bridge, webhook, queue, link, scrape_token };
    tokio::spawn(tick(web.clone()));
    println!("Bàn một cửa: http://{address}/  (Ctrl+C để dừng / to stop)");
    if let Some(listener) = linked {
        println!("Máy của cán bộ / officer's computer: {} (TLS)", listener.at);
        let routes = web::routes(web.clone(), web::guard::Own::through_the_link());
        tokio::spawn(async move { axum::serve(listener, routes).await });
    }
    let routes = web::routes(web, web::guard::Own::at(address));
    if settings.open {
        open_page(address);
    }
    // Pages that follow events never end by themselves: what is open is let go of.
    tokio::select! {
        served = axum::serve(listener, routes) => served?,
        () = stopped() => {}
    }
    // Whatever was noted before is written before this is.
    let stop = move || {
        kept.count_what_is_open();
        kept.audit.record(&Act::Stopped)
    };
    let _ = tokio::task::spawn_blocking(stop).await;
    Ok(())
}

/// Listens for the officer's computer.
async fn open_link(desk: &Arc<Desk>, data: &Path, listen: SocketAddr) -> Result<(Arc<Link>, LinkListener), StartError> {
    let said = |error: &dyn std::fmt::Display| StartError::Link(error.to_string());
    let identity = Identity::load_or_make(&data.join(link::IDENTITY)).map_err(|error| said(&error))?;
    let listener = TcpListener::bind(listen).await.map_err(|source| StartError::Listen { address: listen, source })?;
    let at = listener.local_addr()?;
    let link = Arc::new(Link::open(Arc::clone(desk), &identity, at).map_err(|error| said(&error))?);
    let keeper = Arc::clone(&link) as Arc<dyn Doorkeeper>;
    let connections = cccd_link::desk::listen(listener, &identity, keeper).map_err(|error| said(&error))?;
    Ok((link, LinkListener { connections, at }))
}

/// The services and forms: embedded, and the office's own.
fn offered(settings: &Settings) -> Result<(Services, Packs), StartError> {
    let services = match &settings.services {
        Some(path) => Services::with_file(path).map_err(|finding| StartError::Forms(finding.to_string()))?,
        None => Services::embedded(),
    };
    let packs = match &settings.forms {
        Some(path) => {
            let (packs, findings) = Packs::with_folder(path);
            // One broken form does not take the others away; the office reads about it here.
            findings.iter().for_each(|finding| eprintln!("cccd-kiosk: {finding}"));
            packs
        }
        None => Packs::embedded(),
    };
    Ok((services, packs))
}

/// Lets the desk look at the clock.
async fn tick(web: web::Web) {
    let mut seconds = time::interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut day = clock::today();
    loop {
        seconds.tick().await;
        if day != clock::today() {
            day = clock::today();
            let desk = Arc::clone(&web.desk);
            drop(tokio::task::spawn_blocking(move || desk.audit.forget_old()));
        }
        web.desk.tick();
        web::follow_queue(&web);
        web::end_idle_logins(&web);
    }
}

/// Ctrl+C, or the service manager.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminated) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}

/// Opens the page in the browser of who is logged in, if there is one.
fn open_page(address: SocketAddr) {
    let page = format!("http://{address}/");
    let quiet = std::process::Stdio::null;
    // Without a browser the address above is enough.
    let _ = std::process::Command::new("xdg-open").arg(page).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn();
}
