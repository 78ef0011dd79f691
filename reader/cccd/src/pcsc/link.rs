//! The link to one card through the PC/SC service.
//!
//! What was measured on a virtual reader with a misbehaving card, and what is done about it here:
//!
//! - *A silent chip blocks `SCardTransmit` for ever, and `SCardCancel` does not help*: it only ends a wait for status
//!   changes. So the card is owned by a thread of its own, commands go to it through a channel, and the answer is
//!   awaited with a time limit. When that passes, the thread is abandoned where it hangs and the link is dead. The
//!   thread has a context of its own (pcsc-lite locks a context while a call runs in it), so that everything else in
//!   the process, another reader included, goes on; what it holds is freed when the service gives up on the reader or
//!   the process ends. Connecting is bounded the same way: a reset of such a chip hangs too.
//! - *A card that vanishes during a transmit can give success with zero bytes*: taken as removed.
//! - *The answer to reset comes from `SCardStatus`*: the attribute call is unsupported on some readers.
//! - *A reconnect may win a race against the service's poller and fail once*: connecting is tried again for a while.
//! - *A removal of 0.1 s may go unseen while the chip has lost its channel*: the service's event counter is compared
//!   after every failure, and the secure channel's own errors say the rest.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use icao9303::transport::{Learnt, LinkLimits, Transport, TransportError};

use super::atr::{ExtendedLength, extended_length};
use super::error::PcscError;
use holder::{Answer, Opened};

mod holder;

/// A card in a reader, held in one exclusive transaction until this is dropped; then the card is reset, so that no
/// other program finds an open channel.
#[derive(Debug)]
pub struct PcscTransport {
    commands: Option<Sender<Vec<u8>>>,
    answers: Receiver<Answer>,
    opened: Opened,
    limits: LinkLimits,
    learnt: Option<Learnt>,
    deadline: Option<Instant>,
    answer_time: Duration,
    dead: Option<TransportError>,
}

/// The longest that one command may take. ISO/IEC 14443-4 lets a card ask for more time again and again; the slowest
/// key operation seen on a document takes under seven seconds.
pub const ANSWER_TIME: Duration = Duration::from_secs(15);

/// How long to wait while another program has the card to itself.
const OTHERS_TIME: Duration = Duration::from_secs(5);

impl PcscTransport {
    /// Connects to the card in a reader, resets it and begins a transaction, all before the deadline.
    ///
    /// The reset makes sure that no application is selected: the unsigned EF.CardAccess can only be read before
    /// (inside the eMRTD application its identifier means another file).
    ///
    /// # Errors
    /// No card, a mute card, a card that another program does not let go of, or no answer in time.
    pub fn connect(reader: &str, deadline: Instant) -> Result<Self, PcscError> {
        let (command_sender, command_receiver) = mpsc::channel();
        let (answer_sender, answers) = mpsc::channel();
        let name = std::ffi::CString::new(reader).map_err(|_| PcscError::NoReader)?;
        thread::Builder::new()
            .name("pcsc".into())
            .spawn(move || holder::hold(&name, deadline, &command_receiver, &answer_sender))
            .map_err(|error| PcscError::Other(error.to_string()))?;
        let left = || deadline.saturating_duration_since(Instant::now());
        let ended = || PcscError::Other("the thread that holds the card ended".into());
        let opened = match answers.recv_timeout(left()) {
            Ok(Answer::Opened(opened)) => opened?,
            Ok(_) | Err(RecvTimeoutError::Disconnected) => return Err(ended()),
            Err(RecvTimeoutError::Timeout) => return Err(PcscError::Timeout),
        };
        match answers.recv_timeout(left().min(OTHERS_TIME)) {
            Ok(Answer::Reserved(reserved)) => reserved?,
            Ok(_) | Err(RecvTimeoutError::Disconnected) => return Err(ended()),
            Err(RecvTimeoutError::Timeout) => return Err(PcscError::Busy),
        }
        let limits = carried(&opened);
        Ok(Self {
            commands: Some(command_sender),
            answers,
            opened,
            limits,
            learnt: None,
            deadline: Some(deadline),
            answer_time: ANSWER_TIME,
            dead: None,
        })
    }

    /// The card's answer to reset.
    #[must_use]
    pub fn atr(&self) -> &[u8] {
        &self.opened.atr
    }

    /// Sets when everything must be over; `None`: only the time for one answer counts.
    pub fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    /// Says what earlier sessions with such a card in this reader learnt.
    pub fn set_learnt(&mut self, learnt: Option<Learnt>) {
        self.learnt = learnt;
    }

    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let time = left.map_or(self.answer_time, |left| left.min(self.answer_time));
        if time.is_zero() {
            return Err(TransportError::Timeout);
        }
        let ended = || TransportError::Failed("the thread that holds the card ended".into());
        let commands = self.commands.as_ref().ok_or_else(ended)?;
        commands.send(command.to_vec()).map_err(|_| ended())?;
        match self.answers.recv_timeout(time) {
            Ok(Answer::Response(response)) => response,
            Ok(_) | Err(RecvTimeoutError::Disconnected) => Err(ended()),
            Err(RecvTimeoutError::Timeout) => Err(TransportError::Timeout),
        }
    }
}

impl Transport for PcscTransport {
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

impl Drop for PcscTransport {
    fn drop(&mut self) {
        // Without a sender the thread ends the transaction and resets the card. It is given a moment for that, so that
        // the next connection finds the card free; a thread that hangs is left behind.
        drop(self.commands.take());
        if self.dead != Some(TransportError::Timeout) {
            let _ = self.answers.recv_timeout(Duration::from_millis(500));
        }
    }
}

/// What to begin with. Extended length is ruled out where the card's capabilities leave it out, or the reader says that
/// it does not carry it. Where nobody says anything it is tried, with the first file, before any secure channel: a card or
/// reader that refuses it loses nothing. The card's own limits are learnt from its EF.ATR/INFO.
fn carried(opened: &Opened) -> LinkLimits {
    match (extended_length(&opened.atr), opened.max_apdu_data.map(limits_of_reader)) {
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

    fn opened(capabilities: u8, max_apdu_data: Option<u32>) -> Opened {
        let atr = vec![0x3B, 0x85, 0x80, 0x01, 0x80, 0x73, 0x96, 0x21, capabilities, 0x00];
        Opened { atr, max_apdu_data }
    }

    #[test]
    fn extended_length_is_ruled_out_by_card_or_reader_and_bounded_by_the_reader() {
        assert_eq!(carried(&opened(0x80, Some(65_536))), LinkLimits::SHORT);
        assert_eq!(carried(&opened(0xC0, Some(256))), LinkLimits::SHORT);
        assert_eq!(carried(&opened(0xC0, None)), LinkLimits::EXTENDED);
        assert_eq!(carried(&opened(0xC0, Some(2048))), LinkLimits { max_command: 2057, max_response: 2050 });
    }
}
