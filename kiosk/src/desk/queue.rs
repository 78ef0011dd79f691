//! Who is next: numbers that citizens take, and the one that is called. An option of the desk; one queue for one desk.
//!
//! A number is taken by the code of the card, so that one card has one number, or by pressing a button. What is kept on the
//! disk is numbers alone. Which card has which is known in memory, as a hash under a key that is made anew at each start: when
//! that card is read at the desk, the officer sees its number.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

use getrandom::SysRng;
use getrandom::rand_core::TryRng as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::civil::Date;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::store::StoreError;

/// The highest number of a day.
const HIGHEST: u16 = 999;

/// How many pages are known that took a number by the button: one that is sent twice takes no second.
const PAGES: usize = 32;

/// Where the numbers of a day are kept.
pub trait Keeper {
    /// Those of this day; those of other days are forgotten.
    ///
    /// # Errors
    /// The database refuses.
    fn tickets(&self, day: Date) -> Result<Vec<Ticket>, StoreError>;
    /// Keeps one, in the place of what was kept under its number.
    ///
    /// # Errors
    /// The disk is full, or the database refuses.
    fn keep_ticket(&self, day: Date, ticket: &Ticket) -> Result<(), StoreError>;
}

/// A number that somebody took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The number.
    pub number: u16,
    /// An elderly or disabled person, a pregnant woman, somebody with a small child: called before the others.
    pub first: bool,
    /// What became of it.
    pub state: TicketState,
}

/// What became of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketState {
    /// It waits.
    Waiting,
    /// It is called now.
    Called,
    /// It was its turn.
    Served,
    /// It was called and nobody came.
    Absent,
}

/// The queue of a desk.
pub struct Queue {
    /// Held while something is written to the disk.
    line: Mutex<Line>,
    /// The same as it was last: who only looks does not wait for the disk.
    shown: Mutex<Line>,
    key: Zeroizing<[u8; 32]>,
    /// What prints the numbers.
    pub printer: Option<String>,
}

#[derive(Clone, Default)]
struct Line {
    day: Date,
    tickets: Vec<Ticket>,
    cards: Vec<([u8; 32], u16)>,
    pages: VecDeque<(u64, u16)>,
    /// How often something was called: a number that is called again is said again.
    calls: u64,
    /// The session in which the number was called: its citizen is the one before.
    called_in: u64,
    /// The session of the citizen who was called.
    theirs: Option<u64>,
}

/// What somebody got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The number.
    pub number: u16,
    /// How many are before it.
    pub ahead: usize,
    /// This card, or this page, had it already.
    pub again: bool,
}

/// How a number is taken.
pub enum By<'a> {
    /// By the ID number of a card.
    Card(&'a str),
    /// By a button of a page, which has this number itself.
    Page(u64),
}

/// What a page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The number that is called, and how often anything was called so far.
    pub called: Option<(u16, u64)>,
    /// The session in which it was called.
    pub called_in: u64,
    /// How many wait.
    pub waiting: usize,
}

/// Why nobody got a number.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// All numbers of the day are taken.
    #[error("all numbers of this day are taken")]
    Full,
    /// It could not be kept.
    #[error("{0}")]
    Store(#[from] StoreError),
}

impl Queue {
    /// The queue of today, as it was left.
    ///
    /// # Errors
    /// The system gives no random numbers, or the database refuses.
    pub fn open(keeper: &impl Keeper, today: Date, printer: Option<String>) -> Result<Self, StoreError> {
        let mut key = Zeroizing::new([0; 32]);
        SysRng.try_fill_bytes(&mut *key).map_err(std::io::Error::other)?;
        let line = Line { day: today, tickets: keeper.tickets(today)?, ..Line::default() };
        Ok(Self { shown: Mutex::new(line.clone()), line: Mutex::new(line), key, printer })
    }

    /// Takes a number, or finds the one that was taken.
    ///
    /// # Errors
    /// There is none left, or it could not be kept.
    pub fn take(&self, keeper: &impl Keeper, today: Date, by: &By<'_>, first: bool) -> Result<Taken, QueueError> {
        let mut line = self.line_of(keeper, today)?;
        let known = match by {
            By::Card(id_number) => line.of_card(&self.hash(id_number)),
            By::Page(page) => line.pages.iter().find(|(other, _)| other == page).map(|(_, number)| *number),
        };
        if let Some(known) =
            known.and_then(|number| line.tickets.iter().find(|ticket| ticket.number == number).copied())
        {
            match known.state {
                TicketState::Waiting | TicketState::Called => return Ok(line.taken(known, true)),
                // Who missed the call waits again, at the place of the number.
                TicketState::Absent => {
                    let ticket = line.set(keeper, Ticket { state: TicketState::Waiting, ..known })?;
                    return Ok(line.taken(ticket, true));
                }
                // Another matter on the same day: another number.
                TicketState::Served => {}
            }
        }
        let highest = line.tickets.iter().map(|ticket| ticket.number).max().unwrap_or(0);
        let number = highest.checked_add(1).filter(|number| *number <= HIGHEST).ok_or(QueueError::Full)?;
        let ticket = line.set(keeper, Ticket { number, first, state: TicketState::Waiting })?;
        match by {
            By::Card(id_number) => {
                let card = self.hash(id_number);
                line.cards.retain(|(other, _)| *other != card);
                line.cards.push((card, number));
            }
            By::Page(page) => {
                line.pages.push_back((*page, number));
                if line.pages.len() > PAGES {
                    line.pages.pop_front();
                }
            }
        }
        Ok(line.taken(ticket, false))
    }

    /// Calls the next: those who come first, then in the order of their numbers. Whoever was called has had their turn. `after`
    /// is the number that the officer saw called, and `session` the one at the desk: pressed twice, it calls once.
    ///
    /// # Errors
    /// It could not be kept.
    pub fn call_next(
        &self,
        keeper: &impl Keeper,
        today: Date,
        after: Option<u16>,
        session: u64,
    ) -> Result<(), QueueError> {
        let mut line = self.line_of(keeper, today)?;
        if line.called() != after {
            return Ok(());
        }
        (line.called_in, line.theirs) = (session, None);
        line.end_call(keeper, TicketState::Served)?;
        let waiting = line.tickets.iter().filter(|ticket| ticket.state == TicketState::Waiting);
        if let Some(next) = waiting.min_by_key(|ticket| (!ticket.first, ticket.number)).copied() {
            line.set(keeper, Ticket { state: TicketState::Called, ..next })?;
            line.calls += 1;
        }
        Ok(())
    }

    /// Calls the same number again.
    pub fn call_again(&self) {
        self.changed().calls += 1;
    }

    /// The session that is at the desk now, 0 for none. Where the citizen who was called has been there and gone, that was
    /// their turn. Whether something changed.
    ///
    /// # Errors
    /// It could not be kept.
    pub fn follow(&self, keeper: &impl Keeper, session: u64) -> Result<bool, QueueError> {
        let shown = self.looked_at().clone();
        let arrived = session != 0 && session != shown.called_in && shown.called().is_some();
        let gone = shown.theirs.is_some_and(|theirs| theirs != session);
        if !gone && (!arrived || shown.theirs == Some(session)) {
            return Ok(false);
        }
        let mut line = self.changed();
        line.theirs = arrived.then_some(session).filter(|_| !gone);
        if gone {
            line.end_call(keeper, TicketState::Served)?;
        }
        Ok(gone)
    }

    /// Nobody came.
    ///
    /// # Errors
    /// It could not be kept.
    pub fn nobody_came(&self, keeper: &impl Keeper, today: Date) -> Result<(), QueueError> {
        self.line_of(keeper, today)?.end_call(keeper, TicketState::Absent)
    }

    /// What there is to show.
    pub fn view(&self, today: Date) -> View {
        let line = self.looked_at();
        if line.day != today {
            return View::default();
        }
        let of = |state| line.tickets.iter().filter(move |ticket| ticket.state == state);
        View {
            called: of(TicketState::Called).next().map(|ticket| (ticket.number, line.calls)),
            called_in: line.called_in,
            waiting: of(TicketState::Waiting).count(),
        }
    }

    /// The number of a card, where it has one that waits or is called.
    pub fn of_card(&self, id_number: &str) -> Option<Ticket> {
        let line = self.looked_at();
        let number = line.of_card(&self.hash(id_number))?;
        line.tickets.iter().find(|ticket| ticket.number == number && ticket.state != TicketState::Served).copied()
    }

    fn hash(&self, id_number: &str) -> [u8; 32] {
        // HMAC takes a key of any length.
        Hmac::<Sha256>::new_from_slice(&*self.key)
            .map(|mac| mac.chain_update(id_number).finalize().into_bytes().into())
            .unwrap_or_default()
    }

    fn looked_at(&self) -> MutexGuard<'_, Line> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The line, to be changed; what it is then is shown.
    fn changed(&self) -> Changed<'_> {
        Changed { line: self.line.lock().unwrap_or_else(PoisonError::into_inner), shown: &self.shown }
    }

    /// The line of today: each day begins at one.
    fn line_of(&self, keeper: &impl Keeper, today: Date) -> Result<Changed<'_>, QueueError> {
        let mut line = self.changed();
        if line.day != today {
            *line = Line { day: today, tickets: keeper.tickets(today)?, ..Line::default() };
        }
        Ok(line)
    }
}

/// The line while it is changed.
struct Changed<'a> {
    line: MutexGuard<'a, Line>,
    shown: &'a Mutex<Line>,
}

impl Deref for Changed<'_> {
    type Target = Line;

    fn deref(&self) -> &Line {
        &self.line
    }
}

impl DerefMut for Changed<'_> {
    fn deref_mut(&mut self) -> &mut Line {
        &mut self.line
    }
}

impl Drop for Changed<'_> {
    fn drop(&mut self) {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = self.line.clone();
    }
}

impl Line {
    fn called(&self) -> Option<u16> {
        self.tickets.iter().find(|ticket| ticket.state == TicketState::Called).map(|ticket| ticket.number)
    }

    fn of_card(&self, card: &[u8; 32]) -> Option<u16> {
        self.cards.iter().find(|(other, _)| other == card).map(|(_, number)| *number)
    }

    fn taken(&self, ticket: Ticket, again: bool) -> Taken {
        let rank = |ticket: &Ticket| (!ticket.first, ticket.number);
        let waits = |other: &&Ticket| other.state == TicketState::Waiting && rank(other) < rank(&ticket);
        let ahead = if ticket.state == TicketState::Called { 0 } else { self.tickets.iter().filter(waits).count() };
        Taken { number: ticket.number, ahead, again }
    }

    /// Keeps it on the disk, then in memory.
    fn set(&mut self, keeper: &impl Keeper, ticket: Ticket) -> Result<Ticket, QueueError> {
        keeper.keep_ticket(self.day, &ticket)?;
        match self.tickets.iter_mut().find(|other| other.number == ticket.number) {
            Some(known) => *known = ticket,
            None => self.tickets.push(ticket),
        }
        Ok(ticket)
    }

    fn end_call(&mut self, keeper: &impl Keeper, state: TicketState) -> Result<(), QueueError> {
        let called = self.tickets.iter().find(|ticket| ticket.state == TicketState::Called).copied();
        called.map_or(Ok(()), |called| self.set(keeper, Ticket { state, ..called }).map(drop))
    }
}

#[cfg(test)]
mod tests;
