//! Cards in readers, for [`crate::read`]: waiting for the first one, and for one that was taken away.

use std::thread;
use std::time::{Duration, Instant};

use icao9303::transport::{Learnt, TransportError};

use super::error::PcscError;
use super::link::{Connection, PcscTransport};
use super::memory::{Link, LinkMemory};
use super::readers::{self, Reader, ReaderChoice};
use crate::read::{CardSource, Watchdog};

/// How often pcsc-lite looks at a slot. For so long it may report a card that is gone.
const SERVICE_POLL: Duration = Duration::from_millis(400);

/// How long a card may take to be reset once it is done with.
const RESET_TIME: Duration = Duration::from_secs(5);

/// The cards that are put on a reader.
#[derive(Debug)]
pub struct PcscCards {
    choice: ReaderChoice,
    wait: Duration,
    limit: Duration,
    deadline: Option<Instant>,
    reader: Option<Reader>,
    atr: Option<Vec<u8>>,
    memory: Option<LinkMemory>,
    connection: Option<Connection>,
    watchdog: Watchdog,
}

impl PcscCards {
    /// Cards on a reader: `wait` is how long to wait for one, and for a removed one; `limit` bounds the read once a card
    /// is there.
    #[must_use]
    pub fn new(choice: ReaderChoice, wait: Duration, limit: Duration) -> Self {
        Self {
            choice,
            wait,
            limit,
            deadline: None,
            reader: None,
            atr: None,
            memory: None,
            connection: None,
            watchdog: Watchdog::default(),
        }
    }

    /// The same, keeping what readers and kinds of cards carry from one read to the next.
    #[must_use]
    pub fn remembering(mut self, memory: Option<LinkMemory>) -> Self {
        self.memory = memory;
        self
    }

    /// Waits for the first card, and starts the time limit when it is there.
    ///
    /// # Errors
    /// No service, no reader, or no card in time.
    pub fn wait_for_first(&mut self) -> Result<&Reader, PcscError> {
        let reader = readers::wait_for_card(&self.choice, self.wait)?;
        self.deadline = Some(Instant::now() + self.limit);
        Ok(self.reader.insert(reader))
    }

    /// The reader that the card lies on.
    #[must_use]
    pub fn reader(&self) -> Option<&Reader> {
        self.reader.as_ref()
    }

    fn connect(&mut self) -> Result<PcscTransport<'_>, PcscError> {
        if self.reader.is_none() {
            self.wait_for_first()?;
        }
        let deadline = *self.deadline.get_or_insert_with(|| Instant::now() + self.limit);
        self.disconnect();
        let reader = self.reader.as_ref().ok_or(PcscError::NoReader)?;
        let connection = Connection::open(reader, deadline, &self.watchdog)?;
        self.atr = Some(connection.atr.clone());
        let learnt = self.kept().and_then(|(memory, link)| memory.recall(link));
        let keep = self.kept().map(|(memory, link)| (memory.clone(), link));
        self.watchdog.set_learn(keep.map(|(memory, link)| -> Box<dyn FnOnce(Option<Learnt>) + Send> {
            Box::new(move |learnt| memory.keep(link, learnt))
        }));
        let connection = self.connection.insert(connection);
        let mut link = PcscTransport::begin(connection, deadline, &self.watchdog)?;
        link.set_learnt(learnt);
        Ok(link)
    }

    /// Resets the card and lets go of it.
    fn disconnect(&mut self) {
        let until = Instant::now() + RESET_TIME;
        // Nobody waits for it any more, or it is done: either way there is nothing left to do.
        let _ = self.watchdog.watch(until, TransportError::Timeout, || drop(self.connection.take()));
    }

    /// Where it is kept what the present reader carries with such a card.
    fn kept(&self) -> Option<(&LinkMemory, Link)> {
        let link = Link::of(&self.reader.as_ref()?.name, self.atr.as_deref()?);
        Some((self.memory.as_ref()?, link))
    }
}

impl CardSource for PcscCards {
    type Link<'a> = PcscTransport<'a>;

    fn open(&mut self) -> Result<PcscTransport<'_>, TransportError> {
        self.connect().map_err(TransportError::from)
    }

    fn atr(&self) -> Option<Vec<u8>> {
        self.atr.clone()
    }

    fn watchdog(&self) -> Watchdog {
        self.watchdog.clone()
    }

    fn wait_for_return(&mut self) -> Result<bool, TransportError> {
        if self.wait.is_zero() {
            return Ok(false);
        }
        self.disconnect();
        // The time in which nobody has a card to read does not count against the reading.
        let began = Instant::now();
        thread::sleep(SERVICE_POLL);
        let name = self.reader.as_ref().map(|reader| reader.name.clone());
        let choice = name.map_or_else(|| self.choice.clone(), ReaderChoice::Name);
        match readers::wait_for_card(&choice, self.wait) {
            Ok(reader) => {
                self.reader = Some(reader);
                self.deadline = self.deadline.map(|deadline| deadline + began.elapsed());
                Ok(true)
            }
            Err(PcscError::NoCard | PcscError::Unresponsive) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn learn(&mut self, learnt: Option<Learnt>) {
        if let Some((memory, link)) = self.kept() {
            memory.keep(link, learnt);
        }
    }
}
