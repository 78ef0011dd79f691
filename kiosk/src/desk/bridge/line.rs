//! What becomes of a request at the desk: it waits for the officer's consent, then for somebody to be in the session, then it
//! is answered. There is one connection and one request at a time.
//!
//! A session that began for a request ends with the connection; one that the officer had open never does. What was gathered
//! for a request that is dropped is wiped.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use super::origin::Origin;
use super::refusal::Refusal;
use super::request::Asked;
use crate::desk::audit::EndedBy;
use crate::desk::person::DeskPerson;
use crate::desk::session::CardState;
use crate::desk::state::{Desk, Inner, PRACTICE_READER};

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
    /// Nobody was asked: the desk remembered.
    pub by_memory: bool,
    /// The officer wants this remembered, once it was answered: until when, in milliseconds since 1970.
    pub remember: Option<i64>,
    /// Who was in the session when the card was asked for.
    before: BTreeSet<u32>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// This read.
    Once,
    /// This read, and the same again until then, in milliseconds since 1970.
    Until(i64),
    /// It was agreed to before.
    Memory,
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

    /// Somebody came into the session: the one that is waited for, where one is.
    pub fn seated(&mut self, number: u32) {
        if let Some(request) = self.request.as_mut().filter(|request| request.stage == Stage::Card) {
            request.stage = Stage::Person(number);
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
    }
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
                session.id == id && untouched && session.people.iter().all(|person| given.contains(&person.number))
            });
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
            let before = BTreeSet::new();
            inner.line.request = Some(Open { number, asked, stage, since, by_memory: false, remember: None, before });
            Ok(number)
        })
    }

    /// The officer agreed, or the desk remembered it: to this request, and to nothing else. Whether it was still open.
    pub fn agree(self: &Arc<Self>, request: u64, from: From, by: Consent) -> bool {
        self.change(|inner| {
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
            let session = self.present(inner);
            let before = session.people.iter().map(|person| person.number).collect();
            if is_new {
                inner.line.began = Some((inner.session_id(), BTreeSet::new()));
            }
            if let Some(open) = &mut inner.line.request {
                (open.stage, open.before) = (stage, before);
                (open.by_memory, open.remember) = match by {
                    Consent::Memory => (true, None),
                    Consent::Once => (false, None),
                    Consent::Until(until) => (false, Some(until)),
                };
                // The card has its own time from now on.
                open.since = Instant::now();
            }
            self.next_card(inner);
            true
        })
    }

    /// Somebody is there who is alone in the session and may be given without a choice.
    pub fn only_person(&self) -> From {
        let inner = self.look();
        let session = inner.session.as_ref();
        match session.map(|session| session.people.as_slice()) {
            Some([person]) if person.is_usable() => From::Person { session: inner.session_id(), number: person.number },
            _ => From::Card,
        }
    }

    /// Whether an officer must say whose data are meant.
    pub fn is_choice_needed(&self) -> bool {
        self.look().session.as_ref().is_some_and(|session| session.people.len() > 1)
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
        if let (Stage::Card, CardState::Reading(reading)) = (open.stage, &session.card) {
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
