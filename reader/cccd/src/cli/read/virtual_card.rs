//! A simulated card in this process, for who has none at hand: `cccd read --virtual`.

use std::path::Path;
use std::time::Duration;

use icao9303::passive_authentication::import;
use icao9303::transport::{LinkLimits, TransportError};
use jiff::Timestamp;
use virtual_card::card::Card;
use virtual_card::in_process::Slot;
use virtual_card::personalise::{self, IssuedCard};
use virtual_card::profile::Profile;

use super::credentials::Credentials;
use crate::cli::failure::Failure;
use crate::cli::mrz;
use crate::messages;
use crate::read::CardSource;
use crate::trust_store::Trusted;
use crate::validity::today_in_vietnam;

/// What the result calls its reader.
pub(super) const READER: &str = "simulated card, no reader";

/// A card that was made for this read alone.
pub(super) struct Made {
    slot: Slot,
    issued: Issued,
    wait: Duration,
}

/// What a person would see of it, and who vouches for it.
struct Issued {
    can: Option<String>,
    mrz: String,
    anchor: Vec<u8>,
    link: Option<Vec<u8>>,
    revocation_list: Option<Vec<u8>>,
}

impl Made {
    /// The card of a profile, or as it is known from the field.
    pub(super) fn new(profile: Option<&Path>, wait: Duration, limit: Duration) -> Result<Self, Failure> {
        let bad = |error: &dyn std::fmt::Display| {
            let shown = profile.map(|path| path.display().to_string()).unwrap_or_default();
            let words = messages::of_file("not_a_profile");
            Failure::new("bad_file", format!("--virtual {shown}: {error}")).in_words(words).about(shown)
        };
        let profile = match profile {
            Some(path) => Profile::from_file(path).map_err(|error| bad(&error))?,
            None => Profile::default(),
        };
        let IssuedCard { image, issuer, printed, .. } =
            personalise::personalise(&profile).map_err(|error| bad(&error))?;
        let limits = if image.extended_length.is_some() { LinkLimits::EXTENDED } else { LinkLimits::SHORT };
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| Failure::new("internal", format!("no random numbers: {error}")))?;
        let issued = Issued {
            // A chip without PACE is opened by the MRZ.
            can: printed.can.filter(|_| !image.pace.is_empty()),
            mrz: printed.mrz.join("\n"),
            anchor: issuer.anchor().der.clone(),
            link: issuer.link.as_ref().map(|link| link.certificate.der.clone()),
            revocation_list: issuer.revocation_list.clone(),
        };
        let card = Card::new(image, profile.faults, profile.link, seed);
        // A silent chip is given up when the read would be.
        let patience = limit.min(crate::pcsc::link::ANSWER_TIME);
        Ok(Self { slot: Slot::new(card).with_limits(limits).with_patience(patience), issued, wait })
    }

    /// What opens it: what is printed on it.
    pub(super) fn credentials(&self, at: Timestamp) -> Result<Credentials, Failure> {
        match &self.issued.can {
            Some(can) => Credentials::of_can(can),
            None => Credentials::of_mrz(mrz::parse(&self.issued.mrz, today_in_vietnam(at))?),
        }
    }

    /// Trusts its issuer, for this read alone.
    pub(super) fn vouch(&self, trusted: &mut Trusted) -> Result<(), Failure> {
        let internal =
            |error: &dyn std::fmt::Display| Failure::new("internal", format!("the simulated issuer: {error}"));
        let Issued { anchor, link, revocation_list, .. } = &self.issued;
        for bytes in [Some(anchor), link.as_ref(), revocation_list.as_ref()].into_iter().flatten() {
            let imported = import(bytes).map_err(|error| internal(&error))?;
            for certificate in imported.certificates {
                trusted.anchors.add(certificate);
            }
            trusted.revocation_lists.extend(imported.revocation_lists);
        }
        Ok(())
    }
}

impl CardSource for Made {
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
