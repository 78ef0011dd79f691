//! A card that a reader of the same process reaches without any PC/SC service.

use std::time::{Duration, Instant};

use icao9303::transport::{LinkLimits, Transport, TransportError};

use crate::card::{Away, Card, Outcome};

/// A card and the slot it lies in.
pub struct Slot {
    card: Card,
    limits: LinkLimits,
    /// How long a reader waits for a silent chip.
    patience: Duration,
    absence: Option<Absence>,
}

/// When the card is back.
#[derive(Clone, Copy)]
struct Absence {
    until: Option<Instant>,
}

impl Slot {
    /// A card in a slot that carries short length, whose reader gives a silent chip up at once.
    #[must_use]
    pub const fn new(card: Card) -> Self {
        Self { card, limits: LinkLimits::SHORT, patience: Duration::ZERO, absence: None }
    }

    /// The same slot, carrying APDUs up to these limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: LinkLimits) -> Self {
        self.limits = limits;
        self
    }

    /// The same slot, waiting so long for a silent chip before [`TransportError::Timeout`].
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The card's answer to reset.
    #[must_use]
    pub fn atr(&self) -> &[u8] {
        self.card.atr()
    }

    /// Whether a card is in the slot.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.absence.is_none_or(|absence| absence.until.is_some_and(|until| Instant::now() >= until))
    }

    /// Connects again, as a reader must after a removal: powers the card up, if it is there within the time given.
    ///
    /// # Errors
    /// [`TransportError::CardRemoved`]: it is not.
    pub fn reconnect(&mut self, patience: Duration) -> Result<(), TransportError> {
        if let Some(absence) = self.absence {
            let back = absence.until.filter(|until| *until <= Instant::now() + patience);
            let Some(back) = back else {
                std::thread::sleep(patience);
                return Err(TransportError::CardRemoved);
            };
            std::thread::sleep(back.saturating_duration_since(Instant::now()));
        }
        self.absence = None;
        self.card.reset();
        Ok(())
    }

    /// The card, to look at.
    #[must_use]
    pub const fn card(&self) -> &Card {
        &self.card
    }

    fn take_away(&mut self, away: Away) {
        self.absence = Some(Absence { until: away.until() });
    }
}

impl Transport for Slot {
    /// A removed card stays removed for this connection even when it is back: [`Slot::reconnect`] is needed.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if self.absence.is_some() {
            return Err(TransportError::CardRemoved);
        }
        if command.len() > self.limits.max_command {
            return Err(TransportError::Failed("the command is longer than the link carries".into()));
        }
        match self.card.exchange(command) {
            Outcome::Answer(answer, away) => {
                if let Some(away) = away {
                    self.take_away(away);
                }
                Ok(answer)
            }
            Outcome::Removed(away) => {
                self.take_away(away);
                Err(TransportError::CardRemoved)
            }
            Outcome::Silent => {
                std::thread::sleep(self.patience);
                Err(TransportError::Timeout)
            }
        }
    }

    fn limits(&self) -> LinkLimits {
        self.limits
    }
}
