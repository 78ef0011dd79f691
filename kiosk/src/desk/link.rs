//! The officer's computer: which one may reach this desk over the office network, and how it is paired. What is said over
//! the network is [`cccd_link`]'s matter; here is who decides.
//!
//! One computer at a time. Who uses it logs in as at the desk, and the rule that one operator works at a time holds for both.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::serve::Listener;
use cccd_link::code::{Code, Secret};
use cccd_link::desk::{Connections, Doorkeeper};
use cccd_link::identity::{Fingerprint, Identity};
use cccd_link::protocol::{Answer, Request};
use jiff::Timestamp;
use tokio::io::DuplexStream;
use tokio::sync::watch;

use super::audit::Act;
use super::audit::acts::LinkChange;
use super::notice::Notice;
use super::state::Desk;
use super::store::StoreError;

/// The file of the desk's certificate and key.
pub const IDENTITY: &str = "link.identity";

/// How long a code is taken: time to walk to the other computer and to type it.
const CODE_LIFE: Duration = Duration::from_secs(10 * 60);

/// How often a code may be tried. A slip in its first part is found out before the desk is asked.
const TRIES: u8 = 5;

/// The link of a desk.
pub struct Link {
    desk: Arc<Desk>,
    identity: Fingerprint,
    listen: SocketAddr,
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    paired: Option<Computer>,
    seen: Option<Timestamp>,
    open: Option<Opening>,
}

/// The computer that is paired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Computer {
    /// Its certificate.
    pub fingerprint: Fingerprint,
    /// What it calls itself.
    pub name: String,
    /// Since when.
    pub since: Timestamp,
}

/// A code is shown.
struct Opening {
    code: Code,
    until: Instant,
    tries: u8,
    /// Who had it shown.
    officer: Option<Arc<str>>,
}

/// What a page shows of it.
pub struct View {
    /// Where the computer finds the desk.
    pub address: String,
    /// The computer that is paired.
    pub paired: Option<Computer>,
    /// When it was last there, since the desk was started.
    pub seen: Option<Timestamp>,
    /// The code that is shown, and for how many minutes more it is taken.
    pub code: Option<(String, u64)>,
}

impl Link {
    /// The link of this desk, which listens there and has this identity.
    ///
    /// # Errors
    /// The database refuses.
    pub fn open(desk: Arc<Desk>, identity: &Identity, listen: SocketAddr) -> Result<Self, StoreError> {
        let state = State { paired: desk.store().computer()?, ..State::default() };
        Ok(Self {
            desk,
            identity: identity.fingerprint(),
            listen,
            state: Mutex::new(state),
            changed: watch::Sender::new(0),
        })
    }

    /// What there is to show.
    pub fn view(&self) -> View {
        let mut state = self.state();
        let left = |opening: &Opening| opening.until.saturating_duration_since(Instant::now());
        state.open.take_if(|opening| left(opening).is_zero());
        View {
            address: self.address(),
            paired: state.paired.clone(),
            seen: state.seen,
            code: state.open.as_ref().map(|open| (open.code.to_string(), left(open).as_secs().div_ceil(60))),
        }
    }

    /// Shows a code: a new one each time.
    ///
    /// # Errors
    /// It could not be recorded, or the system gives no random numbers.
    pub fn show_code(&self, officer: Option<Arc<str>>) -> Result<(), Notice> {
        let secret = Secret::make().map_err(|_| Notice::no_random_numbers())?;
        self.record(officer.as_deref(), LinkChange::CodeShown, None)?;
        let code = Code::new(&self.identity, secret);
        self.state().open = Some(Opening { code, until: Instant::now() + CODE_LIFE, tries: TRIES, officer });
        Ok(())
    }

    /// Takes the code back.
    pub fn hide_code(&self) {
        self.state().open = None;
    }

    /// The computer is let in no more, and what it has open is cut off. What protects is done also where it cannot be
    /// recorded.
    ///
    /// # Errors
    /// The database refuses: the computer is let in again after the next start.
    pub fn remove(&self, officer: Option<&str>) -> Result<(), Notice> {
        let Some(computer) = self.state().paired.take() else { return Ok(()) };
        self.tell();
        self.desk.audit.note_by(officer, &Act::Link { change: LinkChange::Removed, computer: Some(computer.name) });
        self.desk.store().set_computer(None).map_err(|error| Notice::is_removed_until_the_next_start(&error))
    }

    fn record(&self, officer: Option<&str>, change: LinkChange, computer: Option<String>) -> Result<(), Notice> {
        self.desk.audit.record_by(officer, &Act::Link { change, computer })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Where others find this desk: the address of its network, where it listens at all of them.
    fn address(&self) -> String {
        if !self.listen.ip().is_unspecified() {
            return self.listen.to_string();
        }
        own_address().map_or_else(|| self.listen.to_string(), |ip| SocketAddr::new(ip, self.listen.port()).to_string())
    }
}

/// The address that this machine speaks to others from. Nothing is sent: the system only looks at its routes.
fn own_address() -> Option<std::net::IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // TEST-NET-1 (RFC 5737): nobody is there.
    socket.connect("192.0.2.1:9").ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_unspecified())
}

impl Doorkeeper for Link {
    fn is_paired(&self, computer: &Fingerprint) -> bool {
        self.state().paired.as_ref().is_some_and(|paired| paired.fingerprint == *computer)
    }

    fn pair(&self, computer: &Fingerprint, request: &Request) -> Answer {
        let mut state = self.state();
        let Some(open) = state.open.as_mut().filter(|open| Instant::now() < open.until) else { return Answer::NotOpen };
        let name = request.name.clone();
        if !request.secret.fits(&open.code.secret) {
            open.tries = open.tries.saturating_sub(1);
            if open.tries == 0 {
                state.open = None;
            }
            self.desk.audit.note_by(None, &Act::Link { change: LinkChange::Refused, computer: Some(name) });
            return Answer::No;
        }
        let officer = open.officer.clone();
        if self.record(officer.as_deref(), LinkChange::Paired, Some(name.clone())).is_err() {
            return Answer::NotNow;
        }
        let paired = Computer { fingerprint: *computer, name, since: Timestamp::now() };
        if self.desk.store().set_computer(Some(&paired)).is_err() {
            return Answer::NotNow;
        }
        *state = State { paired: Some(paired), ..State::default() };
        self.tell();
        Answer::Yes
    }

    fn came(&self, _: &Fingerprint) {
        self.state().seen = Some(Timestamp::now());
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

/// The paired computer's connections, as the pages are served to them.
pub struct LinkListener {
    /// They.
    pub connections: Connections,
    /// Where they come to.
    pub at: SocketAddr,
}

impl Listener for LinkListener {
    type Io = DuplexStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (DuplexStream, SocketAddr) {
        match self.connections.next().await {
            Some(connection) => connection,
            // The listener ends with the program alone.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::state::tests::desk_at;

    fn request(code: &str) -> Request {
        Request { secret: code.parse::<Code>().unwrap().secret, name: "Máy 2".to_owned() }
    }

    fn link(folder: &std::path::Path) -> Link {
        let identity = Identity::load_or_make(&folder.join(IDENTITY)).unwrap();
        Link::open(desk_at(folder), &identity, "127.0.0.1:8631".parse().unwrap()).unwrap()
    }

    #[test]
    fn a_code_pairs_one_computer_once_and_the_pairing_outlives_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (Fingerprint([1; 32]), Fingerprint([2; 32]));
        {
            let link = link(folder.path());
            assert_eq!(link.pair(&first, &request(&"0".repeat(24))), Answer::NotOpen);
            link.show_code(None).unwrap();
            let (code, minutes) = link.view().code.unwrap();
            assert_eq!(minutes, 10);
            assert_eq!(link.pair(&first, &request(&code)), Answer::Yes);
            assert_eq!(link.pair(&second, &request(&code)), Answer::NotOpen, "a code is taken once");
            assert!(link.is_paired(&first) && !link.is_paired(&second) && link.view().code.is_none());
        }
        let link = link(folder.path());
        assert_eq!(link.view().paired.unwrap().name, "Máy 2");
        let mut changes = link.changes();
        changes.mark_unchanged();
        link.remove(None).unwrap();
        assert!(!link.is_paired(&first) && changes.has_changed().unwrap());
        assert!(self::link(folder.path()).view().paired.is_none());
    }

    #[test]
    fn guessing_closes_the_pairing() {
        let folder = tempfile::tempdir().unwrap();
        let link = link(folder.path());
        link.show_code(None).unwrap();
        let code = link.view().code.unwrap().0;
        let wrong = format!("{}0000-0001", &code[..20]);
        for _ in 0..TRIES {
            assert_eq!(link.pair(&Fingerprint([1; 32]), &request(&wrong)), Answer::No);
        }
        assert_eq!(link.pair(&Fingerprint([1; 32]), &request(&code)), Answer::NotOpen);
        assert!(link.view().paired.is_none());
    }
}
