//! Where cards come from, and what happens when one is taken away.

use std::collections::BTreeMap;

use icao9303::card::CardError;
use icao9303::transport::{Learnt, Transport, TransportError};
use rand_core::CryptoRng;

use super::resumption::Kept;
use super::session::{self, Ended, Lessons, Observer};
use super::{Event, ReadError, Reading, Request, Statistics, Watchdog};

/// Opens links to cards.
pub trait CardSource {
    /// A link to one card.
    type Link<'a>: Transport
    where
        Self: 'a;

    /// The card that is there, just reset.
    ///
    /// # Errors
    /// It cannot be reached.
    fn open(&mut self) -> Result<Self::Link<'_>, TransportError>;

    /// Waits for a removed card to come back, or another to come. `false`: nobody waits, or not any longer.
    ///
    /// # Errors
    /// The reader went away.
    fn wait_for_return(&mut self) -> Result<bool, TransportError>;

    /// The answer to reset of the card that was opened last, where there is one.
    fn atr(&self) -> Option<Vec<u8>> {
        None
    }

    /// Says, on another thread, whether this one hangs. Without it nothing here ever does.
    fn watchdog(&self) -> Watchdog {
        Watchdog::default()
    }

    /// Keeps what a session learnt of its link, for [`Transport::learnt`] of the next one with such a chip. `None`: what
    /// was known is not to be relied on.
    fn learn(&mut self, _learnt: Option<Learnt>) {}
}

impl<S: CardSource> CardSource for &mut S {
    type Link<'a>
        = S::Link<'a>
    where
        Self: 'a;

    fn open(&mut self) -> Result<S::Link<'_>, TransportError> {
        (**self).open()
    }

    fn wait_for_return(&mut self) -> Result<bool, TransportError> {
        (**self).wait_for_return()
    }

    fn atr(&self) -> Option<Vec<u8>> {
        (**self).atr()
    }

    fn watchdog(&self) -> Watchdog {
        (**self).watchdog()
    }

    fn learn(&mut self, learnt: Option<Learnt>) {
        (**self).learn(learnt);
    }
}

/// How often a read starts over, however long the wait: a card that is taken away at the same place again and again is
/// not going to be read.
const MOST_RESTARTS: u32 = 10;

/// How often a file may cost the channel before it is not asked for again: the card may have been lifted for a moment that
/// nobody saw, and there are three ideas of what a chip counts that refuses it without protection.
const MOST_LOSSES_AT_A_FILE: u32 = 3;

/// How many files may do so before the read is given up.
const MOST_UNREADABLE_FILES: usize = 3;

/// Reads a card. One that is removed and comes back in time is read on where it was, if it proves to be the same chip, and
/// anew where it does not: nothing of two cards is ever mixed.
///
/// # Errors
/// Why it could not be read. What was counted until then is in `statistics`.
pub fn read<S: CardSource>(
    source: &mut S,
    request: &Request,
    statistics: &Statistics,
    rng: &mut dyn CryptoRng,
    observer: Observer<'_>,
) -> Result<Reading, ReadError> {
    let mut restarts = 0;
    let mut lessons = Lessons::default();
    let mut kept = Kept::default();
    let mut losses = BTreeMap::new();
    loop {
        let ended = match source.open() {
            Ok(link) => session::run(link, statistics, request, &lessons, &mut kept, rng, observer),
            Err(error) => Err(Ended::Failed(ReadError::Link(error))),
        };
        statistics.end_phase();
        match ended {
            Ok(reading) => {
                source.learn(Some(reading.learnt));
                return Ok(Reading { restarts, atr: source.atr(), ..reading });
            }
            // Once only: the next session does not ask for the proof.
            Err(Ended::ChannelLostInProof(proof)) => {
                lessons.proof = Some(proof);
                kept.forget();
            }
            Err(Ended::AnotherChip) => {
                lessons = Lessons::default();
                kept.forget();
                observer(Event::StartedOver);
            }
            Err(Ended::ChannelLostAt(file, error)) => {
                lessons.losses = lessons.losses.wrapping_add(1);
                let losses = losses.entry(file).or_insert(0);
                *losses += 1;
                if *losses >= MOST_LOSSES_AT_A_FILE {
                    if lessons.unreadable.len() >= MOST_UNREADABLE_FILES {
                        return Err(error.into());
                    }
                    lessons.unreadable.insert(file, error.to_string());
                }
                going_on(&kept, observer);
            }
            Err(Ended::Failed(error)) => {
                if error.transport().is_some() {
                    source.learn(statistics.learnt_of_failure());
                }
                if restarts >= MOST_RESTARTS || !may_be_removal(&error) {
                    return Err(error);
                }
                observer(Event::WaitingForCard);
                if !source.wait_for_return()? {
                    return Err(error);
                }
                restarts += 1;
                // Perhaps it is another card.
                lessons = Lessons::default();
                going_on(&kept, observer);
            }
        }
    }
}

/// Says that the read starts over, where nothing is left to go on with.
fn going_on(kept: &Kept, observer: Observer<'_>) {
    if !kept.is_worth_a_proof() {
        observer(Event::StartedOver);
    }
}

/// Whether the card was lifted. A short removal may go unseen: then only the chip shows it, having lost its channel, or
/// one transmission that failed.
fn may_be_removal(error: &ReadError) -> bool {
    matches!(error, ReadError::Card(CardError::SecureMessaging { .. }))
        || matches!(error.transport(), Some(TransportError::CardRemoved | TransportError::Failed(_)))
}
