//! The thread that holds the card.

use std::ffi::CStr;
use std::sync::mpsc::{Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use ::pcsc::{
    Card, Context, Disposition, Error, MAX_BUFFER_SIZE_EXTENDED, Protocols, ReaderState, Scope, ShareMode, State,
    Status, Transaction,
};
use icao9303::transport::TransportError;

use crate::pcsc::error::PcscError;
use crate::pcsc::readers;

/// What the thread reports.
#[derive(Debug)]
pub(super) enum Answer {
    /// First, once: how connecting went.
    Opened(Result<Opened, PcscError>),
    /// Then, once: whether the card is for nobody else now. It waits while another program has it.
    Reserved(Result<(), PcscError>),
    /// Then, for each command: its response.
    Response(Result<Vec<u8>, TransportError>),
}

/// A connection that stands.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    /// The answer to reset.
    pub atr: Vec<u8>,
    /// dwMaxAPDUDataSize of the reader.
    pub max_apdu_data: Option<u32>,
}

/// Connects, then answers commands until nobody sends any more; then resets the card.
pub(super) fn hold(reader: &CStr, deadline: Instant, commands: &Receiver<Vec<u8>>, answers: &Sender<Answer>) {
    let (context, mut card, opened) = match open(reader, deadline) {
        Ok(open) => open,
        Err(error) => {
            // Whoever asked may have given up already.
            let _ = answers.send(Answer::Opened(Err(error)));
            return;
        }
    };
    let insertions = event_count(&context, reader);
    // A failure to send shows again below.
    let _ = answers.send(Answer::Opened(Ok(opened)));
    let transaction = match card.transaction() {
        Ok(transaction) => transaction,
        Err(error) => {
            let _ = answers.send(Answer::Reserved(Err(error.into())));
            return;
        }
    };
    if answers.send(Answer::Reserved(Ok(()))).is_ok() {
        let mut buffer = vec![0; MAX_BUFFER_SIZE_EXTENDED];
        while let Ok(command) = commands.recv() {
            let response = transmit(&transaction, &command, &mut buffer).map_err(|failure| match failure {
                Failure::Certain(error) => error,
                Failure::Unclear(error) => {
                    cause(&context, reader, &transaction, insertions.as_ref().ok().copied()).unwrap_or(error)
                }
            });
            if answers.send(Answer::Response(response)).is_err() {
                break;
            }
        }
    }
    let _ = transaction.end(Disposition::ResetCard);
    let _ = card.disconnect(Disposition::ResetCard);
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

/// Whether the card has gone, or was exchanged, since the connection was opened, or the service or the reader is gone. The
/// service notices a removal with its next poll, so it is asked for a while.
fn cause(
    context: &Context,
    reader: &CStr,
    transaction: &Transaction<'_>,
    insertions: Option<u32>,
) -> Option<TransportError> {
    for _ in 0..12 {
        match transaction.status2_owned() {
            Err(Error::RemovedCard | Error::NoSmartcard | Error::ResetCard) => {
                return Some(TransportError::CardRemoved);
            }
            Ok(status) if status.status().contains(Status::ABSENT) => return Some(TransportError::CardRemoved),
            _ => {}
        }
        match event_count(context, reader) {
            Ok(count) if Some(count) != insertions => return Some(TransportError::CardRemoved),
            Ok(_) => thread::sleep(Duration::from_millis(50)),
            // Asking touches no card: that it fails is the service's or the reader's doing.
            Err(error) => return Some(TransportError::ReaderUnavailable(error.to_string())),
        }
    }
    None
}

/// How many times a card came to or went from the reader, as the service counts.
fn event_count(context: &Context, reader: &CStr) -> Result<u32, Error> {
    let mut states = [ReaderState::new(reader, State::UNAWARE)];
    match context.get_status_change(Duration::ZERO, &mut states) {
        Ok(()) | Err(Error::Timeout) => Ok(states[0].event_count()),
        Err(error) => Err(error),
    }
}

/// Connects and resets. Tries again while another program holds the card, and where a card just put down is not yet
/// seen or powered.
fn open(reader: &CStr, deadline: Instant) -> Result<(Context, Card, Opened), PcscError> {
    let context = Context::establish(Scope::User)?;
    let began = Instant::now();
    loop {
        match connect(&context, reader) {
            Ok((card, opened)) => return Ok((context, card, opened)),
            Err(error) => {
                let patience = match error {
                    Error::SharingViolation => Duration::from_secs(3),
                    Error::NoSmartcard
                    | Error::RemovedCard
                    | Error::ResetCard
                    | Error::UnpoweredCard
                    | Error::UnresponsiveCard
                    | Error::NotTransacted
                    | Error::CommError => Duration::from_millis(700),
                    _ => Duration::ZERO,
                };
                if began.elapsed() >= patience || Instant::now() >= deadline {
                    return Err(error.into());
                }
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

fn connect(context: &Context, reader: &CStr) -> Result<(Card, Opened), Error> {
    let mut card = context.connect(reader, ShareMode::Shared, Protocols::ANY)?;
    card.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::ResetCard)?;
    let atr = card.status2_owned()?.atr().to_vec();
    let max_apdu_data = readers::ask(&card).max_apdu_data;
    Ok((card, Opened { atr, max_apdu_data }))
}
