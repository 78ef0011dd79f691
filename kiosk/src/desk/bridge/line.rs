//! What becomes of a request at the desk: it waits for the officer's consent, then for somebody to be in the session, then it
//! is answered. There is one connection and one request at a time.
//!
//! A session that began for a request ends with the connection, unless the officer works on in it; one that the officer had
//! open never does. Who was read for a request is taken out again when it is dropped, and with the connection at the latest,
//! unless the officer gave them a place in a form or read them again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::origin::Origin;
use super::refusal::Refusal;
use super::request::Asked;
use crate::desk::audit::EndedBy;
use crate::desk::person::DeskPerson;
use crate::desk::session::{CardState, Session};
use crate::desk::state::{Desk, Inner, PRACTICE_READER};

/// How long a request must have been shown before it can be agreed to: nobody agrees to what came under the finger.
const SHOWN: Duration = Duration::from_secs(1);

/// The line to other software, as the desk holds it.
#[derive(Default)]
pub struct Line {
    /// Who is connected.
    pub client: Option<Client>,
    /// What is asked at this moment.
    pub request: Option<Open>,
    /// How the request before ended, where its page did not end it.
    over: Option<(u64, Refusal)>,
    /// The session that began for this connection, and who was given of it.
    began: Option<(u64, BTreeSet<u32>)>,
    /// Who came into this session by a card that was read for other software, and by nothing else.
    came: BTreeSet<u32>,
    /// Who was given of this session by each consent that was remembered: once is enough.
    by_memory: BTreeMap<String, BTreeSet<u32>>,
}

/// Who is connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Tells this connection from others.
    pub number: u64,
    /// Under which grant.
    pub grant: String,
    /// From where.
    pub origin: Origin,
}

/// A request that is open.
pub struct Open {
    /// Tells it from others: a consent is for this one alone.
    pub number: u64,
    /// What is asked.
    pub asked: Asked,
    /// How far it is.
    pub stage: Stage,
    /// When it was asked.
    pub since: Instant,
    /// Nobody was asked: the desk remembered this consent.
    pub memory: Option<String>,
    /// The officer wants this remembered, once it was answered: until when, in milliseconds since 1970.
    pub remember: Option<i64>,
    /// Who was in the session when the card was asked for.
    before: BTreeSet<u32>,
    /// The read that went on already when the card was asked for: it is the officer's.
    reading: Option<u64>,
}

impl Open {
    /// Whether it has been shown for long enough to be agreed to.
    pub fn may_be_agreed_to(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.since) >= SHOWN
    }

    /// Whether nobody was asked.
    pub fn by_memory(&self) -> bool {
        self.memory.is_some()
    }
}

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The officer is asked.
    Consent,
    /// Whoever comes next is given.
    Card,
    /// This person is given.
    Person(u32),
}

/// Whose data are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// Somebody who is in this session.
    Person {
        /// The session.
        session: u64,
        /// The person.
        number: u32,
    },
    /// Whoever is read next.
    Card,
}

/// What an officer agrees to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    /// This read.
    Once,
    /// This read, and the same again until then, in milliseconds since 1970.
    Until(i64),
    /// It was agreed to before: the name of what is remembered.
    Memory(String),
}

impl Line {
    /// The open request of that number.
    pub fn open(&self, number: u64) -> Option<&Open> {
        self.request.as_ref().filter(|request| request.number == number)
    }

    /// Why a request is open no more.
    pub fn why_over(&self, number: u64) -> Refusal {
        self.over.filter(|(other, _)| *other == number).map_or(Refusal::SessionEnded, |(_, why)| why)
    }

    /// The service that the request is for, once the officer agreed.
    pub fn service(&self) -> Option<u16> {
        self.request.as_ref().filter(|request| request.stage != Stage::Consent)?.asked.service
    }

    /// Whether a card that is read is for other software: then nobody takes a place in the officer's form by it.
    pub fn waits_for_card(&self, ticket: u64) -> bool {
        let waits = |open: &Open| open.stage == Stage::Card && open.reading != Some(ticket);
        self.request.as_ref().is_some_and(waits)
    }

    /// A card was read, and this is who came by it: the one that is waited for, where one is. What was remembered is asked for
    /// anew where it does not reach so far.
    pub fn read(&mut self, ticket: u64, number: u32, was_there: bool, session: &Session) {
        let is_for_it = self.waits_for_card(ticket);
        if is_for_it && !was_there {
            self.came.insert(number);
        } else if !is_for_it {
            self.came.remove(&number);
        }
        let Some(request) = self.request.as_mut().filter(|request| request.stage == Stage::Card) else { return };
        if !is_for_it {
            request.before.insert(number);
        }
        if let Some(memory) = &request.memory {
            let given = self.by_memory.entry(memory.clone()).or_default();
            if !is_same_service(session, &request.asked) || !given.insert(number) {
                (request.stage, request.memory, request.since) = (Stage::Consent, None, Instant::now());
                return;
            }
        }
        request.stage = Stage::Person(number);
    }

    /// Somebody was typed or scanned by the officer: whom the officer works with is not taken out with a page.
    pub fn is_the_officers(&mut self, number: u32) {
        self.came.remove(&number);
    }

    /// Whose data a remembered consent gives, where it reaches so far: not beside the work that the officer is at, not where
    /// somebody must say who is meant, and of nobody twice.
    fn of_memory(&self, request: u64, memory: &str, session: Option<&Session>) -> Option<From> {
        let open = self.open(request).filter(|open| open.stage == Stage::Consent)?;
        let Some(session) = session else { return Some(From::Card) };
        if !is_same_service(session, &open.asked) || matches!(session.card, CardState::Reading(_)) {
            return None;
        }
        match session.people.as_slice() {
            [] => Some(From::Card),
            [person] if !person.is_usable() => Some(From::Card),
            [person] => {
                let given = self.by_memory.get(memory).is_some_and(|given| given.contains(&person.number));
                (!given).then_some(From::Person { session: session.id, number: person.number })
            }
            _ => None,
        }
    }

    /// The session ends, or the officer goes: what was asked is over.
    pub fn ended(&mut self, by: EndedBy) {
        let why = match by {
            EndedBy::Officer | EndedBy::Disconnected => Refusal::SessionEnded,
            EndedBy::Idle => Refusal::Idle,
            EndedBy::Logout | EndedBy::AnotherLogin | EndedBy::AccountChanged => Refusal::OfficerLeft,
        };
        if let Some(request) = self.request.take() {
            self.over = Some((request.number, why));
        }
        self.began = None;
        self.came.clear();
        self.by_memory.clear();
    }
}

/// Whether the officer is at nothing else than what is asked for.
fn is_same_service(session: &Session, asked: &Asked) -> bool {
    session.service.is_none() || session.service == asked.service
}

/// A connection: while it lives nobody else is connected, and with it goes what was gathered for it.
pub struct Seat {
    desk: Arc<Desk>,
    /// Tells it from others.
    pub number: u64,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.desk.disconnect(self.number);
    }
}

impl Desk {
    /// Connects a page, where none is.
    pub fn connect(self: &Arc<Self>, grant: &str, origin: &Origin) -> Option<Seat> {
        let number = self.change(|inner| {
            if inner.line.client.is_some() {
                return None;
            }
            let number = inner.next();
            inner.line.client = Some(Client { number, grant: grant.to_owned(), origin: origin.clone() });
            Some(number)
        })?;
        Some(Seat { desk: Arc::clone(self), number })
    }

    fn disconnect(&self, number: u64) {
        self.change(|inner| {
            if inner.line.client.as_ref().is_none_or(|client| client.number != number) {
                return;
            }
            inner.line.client = None;
            self.drop_request(inner);
            let began = inner.line.began.take();
            let is_its_own = began.zip(inner.session.as_ref()).is_some_and(|((id, given), session)| {
                // Once the officer works on in it, it is the officer's.
                let untouched = session.service.is_none() && session.form.is_none() && session.left.is_empty();
                let no_card = matches!(session.card, CardState::None) && session.code.is_none();
                let given = |number: &u32| given.contains(number);
                session.id == id && untouched && no_card && session.people.iter().all(|person| given(&person.number))
            });
            for number in std::mem::take(&mut inner.line.came) {
                if let Some(session) = inner.session.as_mut().filter(|session| !session.is_in_a_form(number)) {
                    session.remove(number, &self.packs);
                }
            }
            if is_its_own {
                self.end_in(inner, EndedBy::Disconnected);
            }
        });
    }

    /// Something is asked. The number of the request.
    ///
    /// # Errors
    /// The desk is busy.
    pub fn ask(&self, asked: Asked) -> Result<u64, Refusal> {
        self.change(|inner| {
            let reading = inner.session.as_ref().is_some_and(|session| matches!(session.card, CardState::Reading(_)));
            if inner.line.request.is_some() || reading {
                return Err(Refusal::Busy);
            }
            let number = inner.next();
            let (stage, since) = (Stage::Consent, Instant::now());
            let (before, reading) = (BTreeSet::new(), None);
            inner.line.request =
                Some(Open { number, asked, stage, since, memory: None, remember: None, before, reading });
            Ok(number)
        })
    }

    /// The officer agreed: to this request, and to nothing else. Whether it was still open.
    pub fn agree(self: &Arc<Self>, request: u64, from: From, by: Consent) -> bool {
        self.change(|inner| self.agree_in(inner, request, from, by))
    }

    /// Whether a remembered consent reaches so far.
    pub fn is_remembered(&self, request: u64, memory: &str) -> bool {
        let inner = self.look();
        inner.line.of_memory(request, memory, inner.session.as_ref()).is_some()
    }

    /// The desk remembered it: whose data are given is chosen in the same moment. Whether it still reaches so far.
    pub fn agree_by_memory(self: &Arc<Self>, request: u64, memory: &str) -> bool {
        self.change(|inner| {
            let from = inner.line.of_memory(request, memory, inner.session.as_ref());
            from.is_some_and(|from| self.agree_in(inner, request, from, Consent::Memory(memory.to_owned())))
        })
    }

    fn agree_in(self: &Arc<Self>, inner: &mut Inner, request: u64, from: From, by: Consent) -> bool {
        let waits = |open: &&Open| open.stage == Stage::Consent;
        if inner.line.open(request).filter(waits).is_none() {
            return false;
        }
        let stage = match from {
            From::Person { session, number } => {
                let there = inner.session.as_ref().filter(|open| open.id == session);
                if there.and_then(|session| session.person(number)).is_none() {
                    return false;
                }
                Stage::Person(number)
            }
            From::Card => Stage::Card,
        };
        let is_new = inner.session.is_none();
        // A page that asks is nobody at the desk: the time of a session that is there runs on.
        if is_new || !matches!(by, Consent::Memory(_)) {
            self.present(inner);
        }
        let Some(session) = &inner.session else { return false };
        let before = session.people.iter().map(|person| person.number).collect();
        let reading = match &session.card {
            CardState::Reading(reading) => Some(reading.ticket),
            _ => None,
        };
        if is_new {
            inner.line.began = Some((inner.session_id(), BTreeSet::new()));
        }
        if let (Stage::Person(number), Consent::Memory(memory)) = (stage, &by) {
            inner.line.by_memory.entry(memory.clone()).or_default().insert(number);
        }
        if let Some(open) = &mut inner.line.request {
            (open.stage, open.before, open.reading) = (stage, before, reading);
            (open.memory, open.remember) = match by {
                Consent::Memory(memory) => (Some(memory), None),
                Consent::Once => (None, None),
                Consent::Until(until) => (None, Some(until)),
            };
            // The card has its own time from now on.
            open.since = Instant::now();
        }
        self.next_card(inner);
        true
    }

    /// The request is over: its page is told why. What was gathered for it is wiped.
    pub fn drop_open(&self, request: u64, why: Refusal) {
        self.change(|inner| {
            if inner.line.open(request).is_some() {
                inner.line.over = Some((request, why));
                self.drop_request(inner);
            }
        });
    }

    /// The request was answered, or refused with that person's data at hand. Where the session began for it, whoever was
    /// given goes with the connection.
    pub fn close_open(&self, request: u64) {
        self.change(|inner| {
            let Some(open) = inner.line.request.take_if(|open| open.number == request) else { return };
            if let (Stage::Person(person), Some((_, given))) = (open.stage, &mut inner.line.began) {
                given.insert(person);
            }
        });
    }

    /// Drops the open request. A read that began for it is stopped, and who came by it goes again.
    fn drop_request(&self, inner: &mut Inner) {
        let Some(open) = inner.line.request.take() else { return };
        let Some(session) = inner.session.as_mut().filter(|_| open.stage != Stage::Consent) else { return };
        if let (Stage::Card, CardState::Reading(reading)) = (open.stage, &session.card)
            && open.reading != Some(reading.ticket)
        {
            reading.watchdog.cancel();
            let reader = reading.reader.clone();
            session.card = CardState::None;
            // It is given back; nobody reads it unasked.
            if reader == PRACTICE_READER {
                inner.slots.remove(&reader);
            } else if let Some(slot) = inner.slots.get_mut(&reader) {
                slot.leave();
            }
        }
        if let Stage::Person(person) = open.stage
            && !open.before.contains(&person)
        {
            session.remove(person, &self.packs);
        }
    }

    /// The person that a request is about to be answered with.
    pub fn given<R>(&self, request: u64, look: impl FnOnce(&Open, &DeskPerson, &Inner) -> R) -> Option<R> {
        let inner = self.look();
        let open = inner.line.open(request)?;
        let Stage::Person(number) = open.stage else { return None };
        let person = inner.session.as_ref()?.person(number)?;
        Some(look(open, person, &inner))
    }
}
