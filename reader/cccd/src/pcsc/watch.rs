//! Readers and cards that come and go.

use std::collections::{BTreeMap, VecDeque};
use std::thread;
use std::time::{Duration, Instant};

use ::pcsc::{Context, PNP_NOTIFICATION, ReaderState, Scope, State};

use super::error::PcscError;
use super::readers::{CardState, Reader, display_name, states};

/// Something that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A reader was attached.
    ReaderAttached(String),
    /// A reader was detached.
    ReaderDetached(String),
    /// A card was put on a reader. Also reported, after [`Change::CardRemoved`], where the counter of the service
    /// says that a card went and came between two looks.
    CardInserted {
        /// The reader.
        reader: String,
        /// The answer to reset; empty where the card is mute.
        atr: Vec<u8>,
    },
    /// The card was taken from a reader.
    CardRemoved(String),
}

/// Watches all readers. The first changes reported are those from nothing to what is there.
pub struct Watch {
    context: Context,
    known: BTreeMap<String, Known>,
    pending: VecDeque<Change>,
}

#[derive(Clone, PartialEq, Eq)]
struct Known {
    card: bool,
    events: u32,
}

impl Watch {
    /// Starts to watch.
    ///
    /// # Errors
    /// The service does not run or lets nobody in.
    pub fn start() -> Result<Self, PcscError> {
        let context = Context::establish(Scope::User)?;
        let mut watch = Self { context, known: BTreeMap::new(), pending: VecDeque::new() };
        watch.look(Duration::ZERO)?;
        Ok(watch)
    }

    /// The next change, or `None` when there was none in the time given.
    ///
    /// # Errors
    /// The service stopped.
    pub fn next_change(&mut self, wait: Duration) -> Result<Option<Change>, PcscError> {
        let deadline = Instant::now() + wait;
        loop {
            if let Some(change) = self.pending.pop_front() {
                return Ok(Some(change));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            self.look(left.min(SLICE))?;
        }
    }

    /// Waits for the service to report anything, then compares what is there with what was known.
    fn look(&mut self, wait: Duration) -> Result<(), PcscError> {
        self.wait_for_service(wait)?;
        let states = states(&self.context)?;
        let now = states.iter().map(|state| (display_name(state.name()), Reader::from(state), state.event_count()));
        self.compare(now.collect());
        Ok(())
    }

    /// Blocks until a reader's state differs from the one last seen, a reader comes or goes, or the time is over.
    fn wait_for_service(&self, wait: Duration) -> Result<(), PcscError> {
        if wait.is_zero() {
            return Ok(());
        }
        let names = match self.context.list_readers_owned() {
            Ok(names) => names,
            Err(::pcsc::Error::NoReadersAvailable) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let mut states = vec![ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE)];
        states.extend(names.into_iter().map(|name| ReaderState::new(name, State::UNAWARE)));
        // The first call fills in the states there are; the second waits for another.
        match self.context.get_status_change(Duration::ZERO, &mut states) {
            Ok(()) | Err(::pcsc::Error::Timeout | ::pcsc::Error::UnknownReader) => {}
            Err(error) => return Err(error.into()),
        }
        for state in &mut states {
            state.sync_current_state();
        }
        if states.iter().skip(1).any(|state| self.differs(state)) {
            return Ok(());
        }
        match self.context.get_status_change(wait, &mut states) {
            Ok(()) | Err(::pcsc::Error::Timeout) => Ok(()),
            Err(::pcsc::Error::UnknownReader | ::pcsc::Error::NoReadersAvailable) => {
                thread::sleep(wait.min(Duration::from_millis(50)));
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn differs(&self, state: &ReaderState) -> bool {
        let card = state.event_state().intersects(State::PRESENT | State::MUTE);
        self.known
            .get(&display_name(state.name()))
            .is_none_or(|known| *known != Known { card, events: state.event_count() })
    }

    fn compare(&mut self, now: Vec<(String, Reader, u32)>) {
        let gone: Vec<_> =
            self.known.keys().filter(|name| now.iter().all(|(other, ..)| other != *name)).cloned().collect();
        for name in gone {
            if self.known.remove(&name).is_some_and(|known| known.card) {
                self.pending.push_back(Change::CardRemoved(name.clone()));
            }
            self.pending.push_back(Change::ReaderDetached(name));
        }
        for (name, reader, events) in now {
            let known = self.known.get(&name);
            if known.is_none() {
                self.pending.push_back(Change::ReaderAttached(name.clone()));
            }
            let atr = match &reader.card {
                CardState::Present(atr) => Some(atr.clone()),
                CardState::Mute => Some(Vec::new()),
                CardState::Empty | CardState::Unknown => None,
            };
            let had_card = known.is_some_and(|known| known.card);
            // The counter rises by one when a card comes and when it goes.
            let exchanged = known.is_some_and(|known| events.wrapping_sub(known.events) >= 2);
            if had_card && (atr.is_none() || exchanged) {
                self.pending.push_back(Change::CardRemoved(name.clone()));
            }
            let card = atr.is_some();
            if let Some(atr) = atr.filter(|_| !had_card || exchanged) {
                self.pending.push_back(Change::CardInserted { reader: name.clone(), atr });
            }
            self.known.insert(name, Known { card, events });
        }
    }
}

/// The longest single wait: a service that stops is noticed within it.
const SLICE: Duration = Duration::from_millis(500);
