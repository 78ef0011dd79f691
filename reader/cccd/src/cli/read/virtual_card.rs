//! A simulated card in this process, for who has none at hand: `cccd read --virtual`.

use std::path::Path;
use std::time::Duration;

use virtual_card::profile::Profile;

use super::credentials;
use crate::cli::failure::Failure;
use crate::cli::mrz;
use crate::messages;
use crate::simulated::{SimulatedCard, SimulatedCardError};

/// The card of a profile, or as it is known from the field, made for this read alone.
pub(super) fn make(profile: Option<&Path>, wait: Duration, limit: Duration) -> Result<SimulatedCard, Failure> {
    let shown = profile.map(|path| path.display().to_string()).unwrap_or_default();
    let bad = |error: &dyn std::fmt::Display| {
        let words = messages::of_file("not_a_profile");
        Failure::new("bad_file", format!("--virtual {shown}: {error}")).in_words(words).about(&shown)
    };
    let profile = match profile {
        Some(path) => Profile::from_file(path).map_err(|error| bad(&error))?,
        None => Profile::default(),
    };
    SimulatedCard::new(&profile, wait, limit).map_err(|error| match error {
        SimulatedCardError::Profile(error) => bad(&error),
        other => other.into(),
    })
}

impl From<SimulatedCardError> for Failure {
    fn from(error: SimulatedCardError) -> Self {
        match error {
            SimulatedCardError::Can(error) => Self::input("can", format!("--can: {error}")),
            SimulatedCardError::Mrz(error) => mrz::failure_of(&error),
            SimulatedCardError::UnfitMrz(error) => credentials::failure_of(&error),
            other => Self::new("internal", other.to_string()),
        }
    }
}
