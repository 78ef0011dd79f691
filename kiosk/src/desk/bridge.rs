//! The bridge: how a page of the one-stop software asks this desk for what a card says, and how an officer decides.
//!
//! Read in this order: [`origin`], who a page is; [`pairing`], the code by which it is let in; [`grants`], what it was let
//! do; [`refusal`], every way in which it is not; [`request`], what it asks; [`mod@line`], what becomes of that at the desk;
//! [`progress`], what it is told meanwhile; [`answer`], what it gets; [`messages`], all that goes over the wire;
//! [`conversation`], one connection from its first message to its last; [`acts`], what is recorded of it all.
//!
//! The bridge gives nothing of its own: what an officer did not agree to, or had the desk remember for this software, these
//! fields and this purpose, does not leave.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use cccd_forms::facts::Fact;
use jiff::Timestamp;
use zeroize::Zeroizing;

use grants::{Grant, Grants, GrantsError, Remembered, Token};
use nonces::Nonces;
use origin::Origin;
use pairing::{Pairing, Tried};
use rate::Budget;
use refusal::Refusal;

pub mod acts;
pub mod answer;
pub mod conversation;
pub mod grants;
pub mod line;
pub mod messages;
pub mod nonces;
pub mod origin;
pub mod pairing;
pub mod progress;
pub mod rate;
pub mod refusal;
pub mod request;

/// The path below which a page of other software may ask. Nothing else of the desk is for it.
pub const PATH: &str = "/bridge/v1/";

/// What the bridge keeps. What is open at this moment is the desk's ([`mod@line`]).
pub struct Bridge {
    grants: Mutex<Grants>,
    moment: Mutex<Moment>,
}

/// What is forgotten when the program stops.
struct Moment {
    pairing: Option<Pairing>,
    nonces: Nonces,
    /// Of each origin. Only those that may ask at all come here: they are few.
    budgets: BTreeMap<String, Budget>,
}

impl Bridge {
    /// The bridge that keeps its grants in this folder.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn open(folder: &Path) -> Result<Self, GrantsError> {
        let moment = Moment { pairing: None, nonces: Nonces::default(), budgets: BTreeMap::new() };
        Ok(Self {
            grants: Mutex::new(Grants::open(folder, Timestamp::now().as_millisecond())?),
            moment: Mutex::new(moment),
        })
    }

    /// The grants, for one moment.
    pub fn grants(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn moment(&self) -> MutexGuard<'_, Moment> {
        self.moment.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a page of that origin may ask at all: one that was paired and whose time is not over, or that is being paired.
    /// The origin is compared letter by letter with what a browser sends.
    pub fn allows(&self, origin: &str) -> bool {
        let now = Timestamp::now().as_millisecond();
        self.grants().live(now).any(|grant| grant.origin.as_str() == origin)
            || self.pairing(|pairing| pairing.origin.as_str() == origin).unwrap_or(false)
    }

    /// Whether one more request of a page is taken. It counts.
    pub fn takes_request(&self, origin: &str) -> bool {
        self.budget(origin, |budget, now| budget.requests.take(now))
    }

    /// Whether one more read may be asked for by a page. It counts.
    pub fn takes_read(&self, origin: &str) -> bool {
        self.budget(origin, |budget, now| budget.reads.take(now))
    }

    /// Whether one more senseless message of a page is recorded. It counts.
    pub fn takes_note(&self, origin: &str) -> bool {
        self.budget(origin, |budget, now| budget.notes.take(now))
    }

    fn budget(&self, origin: &str, take: impl FnOnce(&mut Budget, Instant) -> bool) -> bool {
        let (moment, now) = (&mut *self.moment(), Instant::now());
        // Pages come and go over a long day; those that are here begin anew.
        if moment.budgets.len() > 2 * grants::MOST && !moment.budgets.contains_key(origin) {
            moment.budgets.clear();
        }
        take(moment.budgets.entry(origin.to_owned()).or_insert_with(|| Budget::begin(now)), now)
    }

    /// Begins a pairing, in the place of the one that was open.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn begin_pairing(
        &self,
        origin: Origin,
        fields: BTreeSet<Fact>,
        until: i64,
        by: Option<String>,
    ) -> Result<(), GrantsError> {
        let pairing = Pairing::begin(origin, fields, until, by, Instant::now())?;
        self.moment().pairing = Some(pairing);
        Ok(())
    }

    /// Ends the pairing that is open.
    pub fn end_pairing(&self) {
        self.moment().pairing = None;
    }

    /// Something of the pairing that is open.
    pub fn pairing<R>(&self, look: impl FnOnce(&Pairing) -> R) -> Option<R> {
        let moment = &mut *self.moment();
        if moment.pairing.as_ref().is_some_and(|pairing| pairing.is_over(Instant::now())) {
            moment.pairing = None;
        }
        moment.pairing.as_ref().map(look)
    }

    /// A page of that origin gives the code. The grant that it will have, with its token, once [`Bridge::keep`] is called.
    ///
    /// # Errors
    /// No pairing is open for it, or the code is another one. After too many of these no pairing is open any more.
    pub fn try_code(&self, origin: &str, code: &str) -> Result<(Grant, Token), Refusal> {
        let moment = &mut *self.moment();
        let open = moment.pairing.as_mut().filter(|pairing| pairing.origin.as_str() == origin);
        let tried = open.ok_or(Refusal::NoPairing)?.try_code(code, Instant::now());
        if matches!(tried, Tried::Wrong) {
            return Err(Refusal::WrongCode);
        }
        let Some(pairing) = moment.pairing.take() else { return Err(Refusal::NoPairing) };
        match tried {
            Tried::Right => Grant::of(&pairing, Timestamp::now().as_millisecond()).map_err(|_| Refusal::Internal),
            Tried::LastWrong => Err(Refusal::WrongCode),
            Tried::Over | Tried::Wrong => Err(Refusal::NoPairing),
        }
    }

    /// Keeps a grant. Its token opens the bridge from now on.
    ///
    /// # Errors
    /// The disk is full, or there are too many.
    pub fn keep(&self, grant: Grant) -> Result<(), GrantsError> {
        self.grants().add(grant)
    }

    /// The grant whose token a page of that origin shows, where it still holds. That is noted as its last use.
    ///
    /// # Errors
    /// There is none.
    pub fn authorise(&self, token: &str, origin: &str) -> Result<Grant, Refusal> {
        self.grants().authorise(token, origin, Timestamp::now().as_millisecond())
    }

    /// Whether a grant still holds.
    ///
    /// # Errors
    /// It was taken back, or its time is over.
    pub fn holds(&self, grant: &str) -> Result<(), Refusal> {
        self.grants().holds(grant, Timestamp::now().as_millisecond())
    }

    /// Takes a grant back, with all that is remembered of it.
    ///
    /// # Errors
    /// As [`Grants::revoke`].
    pub fn revoke(&self, grant: &str) -> Result<bool, GrantsError> {
        self.moment().nonces.forget(grant);
        self.grants().revoke(grant)
    }

    /// Takes a nonce of a grant: once.
    pub fn takes_nonce(&self, grant: &str, nonce: &str) -> bool {
        self.moment().nonces.take(grant, nonce)
    }

    /// Remembers that an officer agreed to just that, until then.
    ///
    /// # Errors
    /// The disk is full, or there are too many.
    pub fn remember(&self, asked: &request::Asked, until: i64, by: Option<&str>) -> Result<(), GrantsError> {
        self.grants().remember(asked, until, by, Timestamp::now().as_millisecond())
    }

    /// What the desk remembers of an officer's consent to just that.
    pub fn remembered(&self, asked: &request::Asked) -> Option<Remembered> {
        self.grants().remembered(asked, Timestamp::now().as_millisecond()).cloned()
    }
}

/// Random letters that nobody guesses, of so many bytes: base64url without padding (RFC 4648, section 5).
fn random_text<const BYTES: usize>() -> Result<Zeroizing<String>, GrantsError> {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    let mut bytes = Zeroizing::new([0; BYTES]);
    getrandom::fill(&mut *bytes).map_err(|_| GrantsError::Random)?;
    Ok(Zeroizing::new(Base64UrlUnpadded::encode_string(&*bytes)))
}

#[cfg(test)]
mod tests;
