//! A connection to the card in a reader: made, asked what became of the card, and ended with a reset.

use std::ffi::{CStr, CString};
use std::thread;
use std::time::{Duration, Instant};

use ::pcsc::{Card, Context, Disposition, Error, Protocols, ReaderState, Scope, ShareMode, State, Status, Transaction};
use icao9303::transport::TransportError;

use super::OTHERS_TIME;
use crate::pcsc::error::PcscError;
use crate::pcsc::readers::{self, Reader};
use crate::read::Watchdog;

/// A card in a reader. Dropping it ends the transaction, if there is one, and resets the card, so that no other program
/// finds an open channel: this is what dropping a [`Card`] does.
pub struct Connection {
    pub(super) card: Card,
    pub(super) service: Service,
    /// The answer to reset.
    pub atr: Vec<u8>,
    /// dwMaxAPDUDataSize of the reader.
    pub(super) max_apdu_data: Option<u32>,
}

impl Connection {
    /// Connects to the card and resets it. The reset makes sure that no application is selected: the unsigned
    /// EF.CardAccess can only be read before (inside the eMRTD application its identifier means another file).
    ///
    /// Tries again while another program holds the card, and where a card just put down is not yet seen or powered.
    ///
    /// # Errors
    /// No card, a mute card, or a card that another program does not let go of.
    pub fn open(reader: &Reader, deadline: Instant, watchdog: &Watchdog) -> Result<Self, PcscError> {
        let name = CString::new(reader.name.as_str()).map_err(|_| PcscError::NoReader)?;
        // pcsc-lite lets a connection wait as long as another program has a transaction.
        let (until, error) = match reader.in_use {
            true => (deadline.min(Instant::now() + OTHERS_TIME), PcscError::Busy),
            false => (deadline, PcscError::Timeout),
        };
        let connected = watchdog.watch(until, error.clone().into(), || {
            let context = Context::establish(Scope::User)?;
            let began = Instant::now();
            loop {
                match connect(&context, &name) {
                    Ok((card, atr, max_apdu_data)) => {
                        let service = Service { insertions: None, reader: name, context };
                        return Ok(Self { card, service, atr, max_apdu_data });
                    }
                    Err(error) if began.elapsed() >= patience(error) || Instant::now() >= deadline => {
                        return Err(error.into());
                    }
                    Err(_) => thread::sleep(Duration::from_millis(50)),
                }
            }
        });
        connected.map_err(|_| error)?
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("reader", &self.service.reader).finish_non_exhaustive()
    }
}

fn connect(context: &Context, reader: &CStr) -> Result<(Card, Vec<u8>, Option<u32>), Error> {
    let mut card = context.connect(reader, ShareMode::Shared, Protocols::ANY)?;
    card.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::ResetCard)?;
    let atr = card.status2_owned()?.atr().to_vec();
    let max_apdu_data = readers::ask(&card).max_apdu_data;
    Ok((card, atr, max_apdu_data))
}

/// How long to try again after that.
const fn patience(error: Error) -> Duration {
    match error {
        Error::SharingViolation => Duration::from_secs(3),
        Error::NoSmartcard
        | Error::RemovedCard
        | Error::ResetCard
        | Error::UnpoweredCard
        | Error::UnresponsiveCard
        | Error::NotTransacted
        | Error::CommError => Duration::from_millis(700),
        _ => Duration::ZERO,
    }
}

/// The service, asked about the card beside the connection to it.
pub(super) struct Service {
    context: Context,
    reader: CString,
    /// How many times a card had come or gone when the session began, as the service counts.
    insertions: Option<u32>,
}

impl Service {
    /// Takes note of the card that is there.
    pub(super) fn note_insertions(&mut self) {
        self.insertions = self.event_count().ok();
    }

    /// Whether the card has gone, or was exchanged, since the session began, or the service or the reader is gone. The
    /// service notices a removal with its next poll, so it is asked for a while.
    pub(super) fn cause(&self, transaction: &Transaction<'_>) -> Option<TransportError> {
        for _ in 0..12 {
            match transaction.status2_owned() {
                Err(Error::RemovedCard | Error::NoSmartcard | Error::ResetCard) => {
                    return Some(TransportError::CardRemoved);
                }
                Ok(status) if status.status().contains(Status::ABSENT) => return Some(TransportError::CardRemoved),
                _ => {}
            }
            match self.event_count() {
                Ok(count) if Some(count) != self.insertions => return Some(TransportError::CardRemoved),
                Ok(_) => thread::sleep(Duration::from_millis(50)),
                // Asking touches no card: that it fails is the service's or the reader's doing.
                Err(error) => return Some(TransportError::ReaderUnavailable(error.to_string())),
            }
        }
        None
    }

    fn event_count(&self) -> Result<u32, Error> {
        let mut states = [ReaderState::new(self.reader.clone(), State::UNAWARE)];
        match self.context.get_status_change(Duration::ZERO, &mut states) {
            Ok(()) | Err(Error::Timeout) => Ok(states[0].event_count()),
            Err(error) => Err(error),
        }
    }
}
