//! Figures: sums of what the desk did, in which nobody is (R66–R70 of the plans).
//!
//! Read in this order: [`tally`], what one session comes to; [`outcome`], how a visit ends; [`sums`], what is kept; [`period`],
//! the days that a report is of; [`summary`], what they add up to, with [`times`], [`timeline`] and [`standard`]; [`report`] and [`metrics`],
//! how they leave the desk. The page is in `web/figures.rs`.
//!
//! # What is counted
//!
//! A **visit** is one service in one session. Its time begins with the session, or, for a second service, when that is chosen,
//! runs as long as the service is the one that is open, and ends when its form last left the desk; what comes after, such as two
//! minutes in which nobody touches anything, is not in it. A visit is **served** when its form left the desk, on paper or as
//! data, or when software that asked for somebody got an answer; however often and in however many ways, that is one visit. A
//! session in which nothing left is one visit that came to something else ([`outcome::Outcome`]), of the service that was chosen
//! last; one in which nobody was read, nothing was typed and no card failed is none. Whatever has a sample card in it is practice
//! and is never counted.
//!
//! A visit is counted when its session ends. A session that a power cut takes is not counted, unless its citizen is served again.
//!
//! # What is kept
//!
//! Sums for each day: no name, no number, no pseudonym, no officer, and no time of day. (Whoever scrapes `/metrics` sees when a
//! sum rises, and so when a visit ends.) Where a commune has one visit of a kind on a
//! day, the sum says that there was one, and how long it took, and nothing that leads to a person. The rows are bounded by days
//! × services × ways × outcomes, some hundred bytes a visit at most, and are kept for years.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use jiff::civil::Date;

use super::audit::Act;
use super::clock;
use super::session::Session;
use super::state::Desk;
use super::store::{Store, StoreError};
use period::Period;
use sums::{Counted, Sum, Sums};
use tally::{Fields, best_way};

pub mod metrics;
pub mod outcome;
pub mod period;
pub mod report;
pub mod standard;
pub mod summary;
pub mod sums;
pub mod tally;
pub mod timeline;
pub mod times;

/// The figures of a desk. What is added is written by a thread of its own: no card and no form waits for the disk.
pub struct Figures {
    queue: Sender<Job>,
    store: Arc<Store>,
}

enum Job {
    Add(Date, Sums),
    /// Says when everything before it is on the disk, or could not be written.
    Flush(Sender<()>),
}

impl Figures {
    /// Figures that are kept in this database. Where no thread can be started nothing is counted, and the desk serves all the
    /// same.
    pub fn begin(store: Arc<Store>) -> Self {
        let (queue, jobs) = mpsc::channel();
        let writer = Arc::clone(&store);
        let begun = thread::Builder::new().name("figures".into()).spawn(move || write(&writer, &jobs));
        if let Err(error) = begun {
            eprintln!("cccd-kiosk: figures are not kept: {error}");
        }
        Self { queue, store }
    }

    /// Adds to a day, without waiting for the disk.
    pub fn add(&self, day: Date, sums: Sums) {
        if !sums.is_empty() {
            // The thread ends with the program alone.
            let _ = self.queue.send(Job::Add(day, sums));
        }
    }

    /// Waits until everything that was added is written. It blocks.
    pub fn flush(&self) {
        let (answer, answered) = mpsc::channel();
        if self.queue.send(Job::Flush(answer)).is_ok() {
            let _ = answered.recv();
        }
    }

    /// What was counted in a period, with what was added last. It blocks.
    ///
    /// # Errors
    /// The database refuses.
    pub fn of(&self, period: &Period) -> Result<Counted, StoreError> {
        self.flush();
        let sums = self.store.figures(period.from, period.until)?;
        Ok(Counted { sums, days: self.store.visits_by_day(period.from, period.until)? })
    }

    /// The sums of all days. It blocks.
    ///
    /// # Errors
    /// The database refuses.
    pub fn of_all_days(&self) -> Result<Vec<Sum>, StoreError> {
        self.flush();
        self.store.figures(Date::MIN, Date::MAX)
    }
}

/// Writes what comes. What the disk does not take is kept, added up, and tried again with what comes next.
fn write(store: &Store, jobs: &Receiver<Job>) {
    let mut waiting: Vec<(Date, Sums)> = Vec::new();
    for job in jobs {
        let answer = match job {
            Job::Add(day, sums) => {
                match waiting.iter_mut().find(|(other, _)| *other == day) {
                    Some((_, before)) => before.add_all(&sums),
                    None => waiting.push((day, sums)),
                }
                None
            }
            Job::Flush(answer) => Some(answer),
        };
        waiting.retain(|(day, sums)| match store.add_figures(*day, sums) {
            Ok(()) => false,
            Err(error) => {
                eprintln!("cccd-kiosk: figures were not written yet: {error}");
                true
            }
        });
        if let Some(answer) = answer {
            // Who asked may have gone.
            let _ = answer.send(());
        }
    }
}

impl Desk {
    /// Something left the desk, and that is recorded: the visit is served. Practice is not counted.
    pub fn count_export(&self, act: &Act) {
        let Act::Export { service, form, practice, kind, .. } = act else { return };
        let inner = &mut *self.look();
        let filled = self.filled(inner);
        let Some(session) = inner.session.as_mut().filter(|session| !practice && !session.is_of_practice()) else {
            return;
        };
        match (form, filled) {
            (None, _) => session.tally.recorded(),
            // The session may have ended meanwhile: what is open now is another's.
            (Some(id), Some((pack, form))) if pack.id == *id && session.service == *service => {
                let seated = session.seated();
                let fields = Fields::of(&form);
                if !seated.is_empty() || fields.typed > 0 {
                    let way = best_way(seated.into_iter());
                    session.tally.left(kind.is_paper(), fields, way);
                }
            }
            _ => {}
        }
    }

    /// The person of that request of other software is given, and that is recorded: the visit is served.
    pub fn count_answer(&self, request: u64) {
        let counted = self.given(request, |open, person, inner| {
            let practice = inner.session.as_ref().is_none_or(Session::is_of_practice);
            let fields = Fields::of_person(&person.facts, open.asked.fields.iter());
            (!practice).then_some((inner.session_id(), open.asked.service, fields, person.way.number()))
        });
        let Some((id, service, fields, way)) = counted.flatten() else { return };
        if let Some(session) = self.look().session.as_mut().filter(|session| session.id == id) {
            session.tally.answered(service, fields, way);
        }
    }

    /// A session ended: it is counted.
    pub fn count_session(&self, session: &Session) {
        self.figures.add(clock::today(), session.tally.sums(session));
    }

    /// The program ends in order: what is open is counted, and all is written. It blocks.
    pub fn count_what_is_open(&self) {
        if let Some(session) = &self.look().session {
            self.count_session(session);
        }
        self.figures.flush();
    }
}

#[cfg(test)]
mod tests;
