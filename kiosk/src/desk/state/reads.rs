//! A card that lies there, from its turn to the end of its read.

use std::sync::Arc;
use std::time::Instant;

use cccd::credentials::Credentials;
use cccd::messages::Words;
use cccd::read::Watchdog;

use super::{Desk, Inner, PRACTICE_READER};
use crate::desk::person::DeskPerson;
use crate::desk::session::{CardState, Reading, Step};
use crate::desk::{advice, reading};

impl Desk {
    /// Turns to a card that lies there and was not dealt with: with the code that was scanned for it, or asking for its key.
    /// The read that waits for a card takes it up by itself, and a second card waits its turn.
    pub(in crate::desk) fn next_card(self: &Arc<Self>, inner: &mut Inner) {
        let Some(session) = &mut inner.session else { return };
        if matches!(session.card, CardState::Reading(_) | CardState::NeedsKey { .. }) {
            return;
        }
        let waiting = inner.slots.iter().find(|(_, slot)| !slot.done).map(|(reader, _)| reader.clone());
        let Some(reader) = waiting else { return };
        match session.code.take() {
            Some(code) => self.read(inner, &reader, code),
            None => session.card = CardState::NeedsKey { reader, problem: None },
        }
    }

    pub(super) fn read(self: &Arc<Self>, inner: &mut Inner, reader: &str, credentials: Credentials) {
        let ticket = inner.next();
        let slot = inner.slots.get(reader);
        let insertion = slot.map_or(0, |slot| slot.insertion);
        let practice = slot.and_then(|slot| slot.practice.clone());
        let by_code = credentials.given().qr.is_some();
        let begun = reading::begin(Arc::clone(self), ticket, reader.to_owned(), practice, credentials);
        let Some(session) = &mut inner.session else { return };
        let reader = reader.to_owned();
        session.failed = None;
        session.card = match begun {
            Ok(()) => CardState::Reading(Reading {
                ticket,
                reader,
                begun: [Step::Access].into(),
                early: None,
                waiting: false,
                by_code,
                since: Instant::now(),
                insertion,
                watchdog: Watchdog::default(),
            }),
            Err(_) => CardState::Failed { reader, problem: advice::for_error("internal") },
        };
    }

    /// Something about the read of that ticket; late ones are nobody's. Whether it was somebody's.
    pub fn in_reading(&self, ticket: u64, act: impl FnOnce(&mut Reading)) -> bool {
        self.change(|inner| match inner.session.as_mut().map(|session| &mut session.card) {
            Some(CardState::Reading(reading)) if reading.ticket == ticket => {
                act(reading);
                true
            }
            _ => false,
        })
    }

    /// The read of that ticket ended: with a person, or with the code of what went wrong and what more there is to say.
    pub fn read_ended(self: &Arc<Self>, ticket: u64, result: Result<DeskPerson, (&'static str, Option<Words>)>) {
        self.change(|inner| {
            let Some(session) = &mut inner.session else { return };
            let (reader, by_code, insertion) = match &session.card {
                CardState::Reading(reading) if reading.ticket == ticket => {
                    (reading.reader.clone(), reading.by_code, reading.insertion)
                }
                _ => return,
            };
            session.touch(Instant::now());
            // A card that was laid down meanwhile is another one.
            if let Some(slot) = inner.slots.get_mut(&reader).filter(|slot| slot.insertion == insertion) {
                slot.done = true;
            }
            match result {
                Ok(person) => {
                    session.card = CardState::None;
                    if reader == PRACTICE_READER {
                        inner.slots.remove(PRACTICE_READER);
                    }
                    let there: Vec<u32> = session.people.iter().map(|person| person.number).collect();
                    // Who is read for other software takes no place in the officer's form.
                    let with_form = !inner.line.waits_for_card(ticket);
                    let seated = self.seat_new(inner, person, with_form);
                    if let Some((number, session)) = seated.zip(inner.session.as_ref()) {
                        inner.line.read(ticket, number, there.contains(&number), session);
                    }
                    self.next_card(inner);
                }
                Err((code, more)) => {
                    if reader != PRACTICE_READER {
                        session.tally.read_failed(code);
                    }
                    session.failed = Some(code);
                    let (what, todo) = if code == "wrong_password" && by_code {
                        advice::code_of_another()
                    } else {
                        advice::for_error(code)
                    };
                    let todo = more.map_or_else(|| todo.clone(), |more| advice::joined(&todo, &more));
                    let there = inner.slots.contains_key(&reader);
                    session.card = if code == "wrong_password" && there {
                        CardState::NeedsKey { reader, problem: Some((what, todo)) }
                    } else {
                        CardState::Failed { reader, problem: (what, todo) }
                    };
                }
            }
        });
    }
}
