//! A simulated card in this process, for who has no card or no reader at hand. It is made for one purpose, and its issuer
//! is trusted for that alone: nothing of it is ever installed.

use std::fmt;
use std::time::Duration;

use icao9303::mrz::MrzError;
use icao9303::passive_authentication::{ImportError, import};
use icao9303::transport::{LinkLimits, TransportError};
use jiff::Timestamp;
use virtual_card::card::Card;
use virtual_card::in_process::Slot;
use virtual_card::personalise::{self, IssuedCard, PersonaliseError};
use virtual_card::profile::Profile;

use crate::can::{Can, CanError};
use crate::credentials::{Credentials, UnfitMrz};
use crate::mrz::DocumentMrz;
use crate::read::CardSource;
use crate::trust_store::Trusted;
use crate::validity::today_in_vietnam;

/// What a result calls its reader.
pub const READER: &str = "simulated card, no reader";

/// A simulated card in a slot of its own.
pub struct SimulatedCard {
    slot: Slot,
    issued: Issued,
    wait: Duration,
}

/// What a person would see of it, and who vouches for it.
struct Issued {
    can: Option<String>,
    mrz: String,
    qr_text: String,
    anchor: Vec<u8>,
    link: Option<Vec<u8>>,
    revocation_list: Option<Vec<u8>>,
}

/// A simulated card cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum SimulatedCardError {
    /// The profile is wrong, or a key cannot be made.
    #[error(transparent)]
    Profile(#[from] PersonaliseError),
    /// No random numbers.
    #[error("no random numbers: {0}")]
    Randomness(#[from] getrandom::Error),
    /// What the profile prints as access number is none.
    #[error(transparent)]
    Can(#[from] CanError),
    /// What is printed as machine readable zone is none.
    #[error(transparent)]
    Mrz(#[from] MrzError),
    /// The machine readable zone opens no chip.
    #[error(transparent)]
    UnfitMrz(#[from] UnfitMrz),
    /// What its issuer publishes cannot be read.
    #[error("the simulated issuer: {0}")]
    Issuer(#[from] ImportError),
}

impl SimulatedCard {
    /// The card of a profile. It is put back within `wait` when it was taken away, or not at all; a chip that keeps silent
    /// is given up after `limit`, or when a real reader's would be.
    ///
    /// # Errors
    /// Where the profile contradicts itself, or a key cannot be made.
    pub fn new(profile: &Profile, wait: Duration, limit: Duration) -> Result<Self, SimulatedCardError> {
        let IssuedCard { image, issuer, printed, .. } = personalise::personalise(profile)?;
        let limits = if image.extended_length.is_some() { LinkLimits::EXTENDED } else { LinkLimits::SHORT };
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        let issued = Issued {
            // A chip without PACE is opened by the MRZ.
            can: printed.can.filter(|_| !image.pace.is_empty()),
            mrz: printed.mrz.join("\n"),
            qr_text: printed.qr_text,
            anchor: issuer.anchor().der.clone(),
            link: issuer.link.as_ref().map(|link| link.certificate.der.clone()),
            revocation_list: issuer.revocation_list.clone(),
        };
        let card = Card::new(image, profile.faults.clone(), profile.link, seed);
        let patience = limit.min(crate::pcsc::link::ANSWER_TIME);
        Ok(Self { slot: Slot::new(card).with_limits(limits).with_patience(patience), issued, wait })
    }

    /// The access number printed on it, where the chip takes one.
    #[must_use]
    pub fn can(&self) -> Option<&str> {
        self.issued.can.as_deref()
    }

    /// The lines of the machine readable zone printed on it.
    #[must_use]
    pub fn mrz(&self) -> &str {
        &self.issued.mrz
    }

    /// The text of the QR code printed on it.
    #[must_use]
    pub fn qr_text(&self) -> &str {
        &self.issued.qr_text
    }

    /// What opens it, of what is printed on it.
    ///
    /// # Errors
    /// Where the profile prints what is no access number or no machine readable zone.
    pub fn credentials(&self, at: Timestamp) -> Result<Credentials, SimulatedCardError> {
        match &self.issued.can {
            Some(can) => Ok(Credentials::of_can(&Can::parse(can)?)),
            None => Ok(Credentials::of_mrz(DocumentMrz::parse(&self.issued.mrz, today_in_vietnam(at))?)?),
        }
    }

    /// Adds its issuer to who is trusted.
    ///
    /// # Errors
    /// Where what the issuer publishes cannot be read.
    pub fn vouch(&self, trusted: &mut Trusted) -> Result<(), SimulatedCardError> {
        let Issued { anchor, link, revocation_list, .. } = &self.issued;
        for bytes in [Some(anchor), link.as_ref(), revocation_list.as_ref()].into_iter().flatten() {
            let imported = import(bytes)?;
            for certificate in imported.certificates {
                trusted.anchors.add(certificate);
            }
            trusted.revocation_lists.extend(imported.revocation_lists);
        }
        Ok(())
    }
}

/// Never prints what stands on the card.
impl fmt::Debug for SimulatedCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatedCard").field("wait", &self.wait).finish_non_exhaustive()
    }
}

impl CardSource for SimulatedCard {
    type Link<'a> = &'a mut Slot;

    fn open(&mut self) -> Result<&mut Slot, TransportError> {
        self.slot.reconnect(Duration::ZERO)?;
        Ok(&mut self.slot)
    }

    fn atr(&self) -> Option<Vec<u8>> {
        Some(self.slot.atr().to_vec())
    }

    fn wait_for_return(&mut self) -> Result<bool, TransportError> {
        if self.wait.is_zero() {
            return Ok(false);
        }
        Ok(self.slot.reconnect(self.wait).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qr_text::{self, QrContent};

    fn card(profile: &str) -> SimulatedCard {
        let profile = Profile::from_toml(profile).unwrap();
        SimulatedCard::new(&profile, Duration::ZERO, Duration::ZERO).unwrap()
    }

    #[test]
    fn what_is_printed_on_it_opens_it() {
        let at = "2026-11-22T03:00:00Z".parse().unwrap();
        let card_2021 = card("");
        let QrContent::Card(code) = qr_text::read_str(card_2021.qr_text()).unwrap() else { panic!("a card's") };
        assert_eq!(card_2021.can(), Some(code.id_number.can().as_str()));
        assert!(card_2021.credentials(at).unwrap().keys.can.is_some());
        let without_pace = card("[access]\npace = []");
        assert_eq!(without_pace.can(), None);
        assert!(without_pace.credentials(at).unwrap().keys.mrz.is_some());
    }

    #[test]
    fn its_issuer_is_trusted_where_it_vouches_and_nowhere_else() {
        let mut trusted = Trusted::default();
        card("").vouch(&mut trusted).unwrap();
        assert_eq!((trusted.anchors.len(), trusted.revocation_lists.len()), (1, 1));
    }

    #[test]
    fn nothing_on_it_is_ever_shown() {
        assert!(!format!("{:?}", card("")).contains("123456"));
    }
}
