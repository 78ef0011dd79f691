//! Practice: sample cards of fictitious persons, good ones and ones with a fault to learn from. Nobody's card, reader or
//! trust store is involved: each card has an issuer of its own, trusted for its own reads alone.
//!
//! [`samples`] is the list. A card is made when it is put down ([`card`]), so that the list costs nothing.

use std::sync::Arc;
use std::time::Duration;

use cccd::simulated::{SimulatedCard, SimulatedCardError};
use cccd::trust_store::Trusted;
use virtual_card::link::LinkModel;
use virtual_card::profile::Profile;

pub mod samples;

pub use samples::{SAMPLES, Sample};

/// How long a card that was taken away is waited for: one that never comes back is soon given up.
const RETURN: Duration = Duration::from_secs(8);
/// How long a whole read may take.
const LIMIT: Duration = Duration::from_secs(45);
/// About a third of what a real card takes: long enough to see what happens, short enough to be done often.
const LINK: LinkModel = LinkModel { ms_per_apdu: 2, bits_per_second: 848_000, ms_per_key_operation: 60 };

/// A card of practice on a reader.
#[derive(Debug)]
pub struct PracticeCard {
    /// Which of the samples.
    pub sample: &'static Sample,
    profile: Profile,
    printed: Printed,
    wait: Duration,
}

/// What an officer sees printed on it.
struct Printed {
    number: String,
    qr_text: String,
    mrz: String,
}

/// Never prints what stands on the card.
impl std::fmt::Debug for Printed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Printed")
    }
}

/// The sample of that name, ready to be put down.
#[must_use]
pub fn card(id: &str) -> Option<Arc<PracticeCard>> {
    let sample = SAMPLES.iter().find(|sample| sample.id == id)?;
    // The samples are part of the program, and a test makes each of them.
    PracticeCard::new(sample, LINK, RETURN).ok().map(Arc::new)
}

impl PracticeCard {
    fn new(sample: &'static Sample, link: LinkModel, wait: Duration) -> Result<Self, SimulatedCardError> {
        let mut profile = sample.profile()?;
        profile.link = link;
        let card = SimulatedCard::new(&profile, wait, LIMIT)?;
        let number = card.qr_text().split('|').next().unwrap_or_default().to_owned();
        let printed = Printed { number, qr_text: card.qr_text().to_owned(), mrz: card.mrz().to_owned() };
        Ok(Self { sample, profile, printed, wait })
    }

    /// The ID number printed on it: its last six digits are what an officer types to open the chip.
    #[must_use]
    pub fn printed_number(&self) -> &str {
        &self.printed.number
    }

    /// It is a passport: it has no number that opens it and no QR code.
    #[must_use]
    pub fn is_passport(&self) -> bool {
        self.printed.qr_text.is_empty()
    }

    /// The text of its QR code.
    #[must_use]
    pub fn qr_text(&self) -> &str {
        &self.printed.qr_text
    }

    /// The lines of the machine readable zone on its back.
    #[must_use]
    pub fn mrz(&self) -> &str {
        &self.printed.mrz
    }

    /// The card as it lies on the reader now, and who is trusted for it. Each time it is asked it is the same card, put
    /// down anew.
    ///
    /// # Errors
    /// There are no random numbers.
    pub fn source(&self) -> Result<(SimulatedCard, Trusted), SimulatedCardError> {
        let card = SimulatedCard::new(&self.profile, self.wait, LIMIT)?;
        let mut trusted = Trusted::default();
        card.vouch(&mut trusted)?;
        Ok((card, trusted))
    }
}

#[cfg(test)]
mod tests;
