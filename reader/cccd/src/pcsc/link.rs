//! The link to one card through the PC/SC service.
//!
//! What was measured on a virtual reader with a misbehaving card, and what is done about it here:
//!
//! - *A silent chip blocks `SCardTransmit` for ever, and `SCardCancel` does not help*: it only ends a wait for status
//!   changes. So every call that may hang tells the [`Watchdog`] until when it has to be back, and whoever waits for the
//!   read on another thread ([`crate::live`]) gives it up then, and the thread with it. To hand each command to a thread
//!   that may hang costs as much processor time as the rest of an exchange. Each connection has a context of its own
//!   (pcsc-lite locks a context while a call runs in it), so that everything else in the process, another reader
//!   included, goes on; what a hanging thread holds is freed when the service gives up on the reader or the process ends.
//! - *A card that vanishes during a transmit can give success with zero bytes*: taken as removed.
//! - *The answer to reset comes from `SCardStatus`*: the attribute call is unsupported on some readers.
//! - *A reconnect may win a race against the service's poller and fail once*: connecting is tried again for a while.
//! - *A removal of 0.1 s may go unseen while the chip has lost its channel*: the service's event counter is compared
//!   after every failure, and the secure channel's own errors say the rest.

use std::mem::ManuallyDrop;
use std::time::{Duration, Instant};

use ::pcsc::{Error, MAX_BUFFER_SIZE_EXTENDED, Transaction};
use icao9303::transport::{Learnt, LinkLimits, Transport, TransportError};

use super::atr::{ExtendedLength, extended_length};
use super::error::PcscError;
use crate::read::Watchdog;
pub use connection::Connection;
use connection::Service;

mod connection;

/// A card in a reader, held in one exclusive transaction. What ends that, and resets the card, is dropping the
/// [`Connection`].
pub struct PcscTransport<'a> {
    /// Never ended by itself: between its end and the reset another program could find the channel open.
    transaction: ManuallyDrop<Transaction<'a>>,
    service: &'a Service,
    watchdog: Watchdog,
    deadline: Instant,
    limits: LinkLimits,
    learnt: Option<Learnt>,
    buffer: Vec<u8>,
    dead: Option<TransportError>,
}

/// The longest that one command may take. ISO/IEC 14443-4 lets a card ask for more time again and again; the slowest
/// key operation seen on a document takes under seven seconds.
pub const ANSWER_TIME: Duration = Duration::from_secs(15);

/// How long to wait while another program has the card to itself.
pub(super) const OTHERS_TIME: Duration = Duration::from_secs(5);

impl<'a> PcscTransport<'a> {
    /// Begins a transaction with the card of a connection; everything has to be over by the deadline.
    ///
    /// # Errors
    /// The card has gone. While another program has it to itself this does not come back: the watchdog says so.
    pub fn begin(connection: &'a mut Connection, deadline: Instant, watchdog: &Watchdog) -> Result<Self, PcscError> {
        let limits = carried(&connection.atr, connection.max_apdu_data);
        let Connection { card, service, .. } = connection;
        let until = deadline.min(Instant::now() + OTHERS_TIME);
        let busy = || TransportError::from(PcscError::Busy);
        watchdog.watch(until, busy(), || service.note_insertions()).map_err(|_| PcscError::Busy)?;
        let transaction = watchdog.watch(until, busy(), || card.transaction()).map_err(|_| PcscError::Busy)??;
        Ok(Self {
            transaction: ManuallyDrop::new(transaction),
            service,
            watchdog: watchdog.clone(),
            deadline,
            limits,
            learnt: None,
            buffer: vec![0; MAX_BUFFER_SIZE_EXTENDED],
            dead: None,
        })
    }

    /// Says what earlier sessions with such a card in this reader learnt.
    pub fn set_learnt(&mut self, learnt: Option<Learnt>) {
        self.learnt = learnt;
    }

    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let now = Instant::now();
        if now >= self.deadline {
            return Err(TransportError::Timeout);
        }
        let until = self.deadline.min(now + ANSWER_TIME);
        let Self { transaction, service, buffer, .. } = self;
        self.watchdog.watch(until, TransportError::Timeout, || {
            transmit(transaction, command, buffer).map_err(|failure| match failure {
                Failure::Certain(error) => error,
                Failure::Unclear(error) => service.cause(transaction).unwrap_or(error),
            })
        })?
    }
}

impl Transport for PcscTransport<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if let Some(dead) = &self.dead {
            return Err(dead.clone());
        }
        let answer = self.exchange(command);
        // After another failure the chip may still be there: a reader that refuses a long command, say.
        match &answer {
            Ok(_) | Err(TransportError::Failed(_)) => {}
            Err(error) => self.dead = Some(error.clone()),
        }
        answer
    }

    fn limits(&self) -> LinkLimits {
        self.limits
    }

    fn learnt(&self) -> Option<Learnt> {
        self.learnt
    }
}

/// Why a transmission failed, as far as its own error says.
enum Failure {
    /// For this reason.
    Certain(TransportError),
    /// Perhaps because the card or the service went away; if not, for this reason.
    Unclear(TransportError),
}

fn transmit(transaction: &Transaction<'_>, command: &[u8], buffer: &mut [u8]) -> Result<Vec<u8>, Failure> {
    match transaction.transmit(command, buffer) {
        Ok(response) if response.len() >= 2 => Ok(response.to_vec()),
        Ok([]) => Err(Failure::Certain(TransportError::CardRemoved)),
        Ok(_) => Err(Failure::Unclear(TransportError::Failed("an answer without a status word".into()))),
        Err(error) => Err(match error {
            // A reset by somebody else ends the channel like a removal does.
            Error::RemovedCard
            | Error::NoSmartcard
            | Error::ResetCard
            | Error::UnpoweredCard
            | Error::InvalidHandle => Failure::Certain(TransportError::CardRemoved),
            Error::NoService | Error::ServiceStopped | Error::ReaderUnavailable | Error::UnknownReader => {
                Failure::Certain(TransportError::ReaderUnavailable(error.to_string()))
            }
            other => Failure::Unclear(TransportError::Failed(other.to_string())),
        }),
    }
}

/// What to begin with. Extended length is ruled out where the card's capabilities leave it out, or the reader says that
/// it does not carry it. Where nobody says anything it is tried, with the first file, before any secure channel: a card or
/// reader that refuses it loses nothing. The card's own limits are learnt from its EF.ATR/INFO.
fn carried(atr: &[u8], max_apdu_data: Option<u32>) -> LinkLimits {
    match (extended_length(atr), max_apdu_data.map(limits_of_reader)) {
        (ExtendedLength::No, _) => LinkLimits::SHORT,
        (ExtendedLength::Yes | ExtendedLength::Unsaid, Some(limits)) => limits,
        (ExtendedLength::Yes | ExtendedLength::Unsaid, None) => LinkLimits::EXTENDED,
    }
}

/// The limits that dwMaxAPDUDataSize stands for: header 4, Lc 3 and Le 2 around a command's data, SW1 SW2 behind a
/// response's.
fn limits_of_reader(max_apdu_data: u32) -> LinkLimits {
    let data = usize::try_from(max_apdu_data).unwrap_or(usize::MAX).min(65_535);
    if data <= 256 {
        return LinkLimits::SHORT;
    }
    LinkLimits { max_command: data + 9, max_response: data + 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is carried by a card with these capabilities in such a reader.
    fn with(capabilities: u8, max_apdu_data: Option<u32>) -> LinkLimits {
        carried(&[0x3B, 0x85, 0x80, 0x01, 0x80, 0x73, 0x96, 0x21, capabilities, 0x00], max_apdu_data)
    }

    #[test]
    fn extended_length_is_ruled_out_by_card_or_reader_and_bounded_by_the_reader() {
        assert_eq!(with(0x80, Some(65_536)), LinkLimits::SHORT);
        assert_eq!(with(0xC0, Some(256)), LinkLimits::SHORT);
        assert_eq!(with(0xC0, None), LinkLimits::EXTENDED);
        assert_eq!(with(0xC0, Some(2048)), LinkLimits { max_command: 2057, max_response: 2050 });
    }
}
