//! Why a card could not be read, its stable code, and what to do beyond what goes with the code.

use icao9303::card::{AccessError, CardError, FileError};
use icao9303::transport::TransportError;

use crate::messages::Words;

/// Why a card could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The chip, the channel or the link failed.
    #[error("{0}")]
    Card(#[from] CardError),
    /// No link to a card.
    #[error("{0}")]
    Link(#[from] TransportError),
    /// The card has no eMRTD application.
    #[error("the card has no travel document application: {0}")]
    NotAnEmrtd(CardError),
    /// PACE is not offered and BAC needs the MRZ, or PACE was asked for and is not offered.
    #[error("{0}")]
    OtherAccessNeeded(&'static str),
    /// EF.CardAccess is there and cannot be read, so it is unknown what the chip offers.
    #[error("EF.CardAccess cannot be understood: {0}")]
    UnclearOffer(String),
    /// The chip lets nothing be read after access control: neither EF.SOD nor any data group.
    #[error("the card gives no file: {0}")]
    NothingGiven(String),
}

impl ReadError {
    /// What failed below, if the link did.
    #[must_use]
    pub fn transport(&self) -> Option<&TransportError> {
        match self {
            Self::Link(error) => Some(error),
            Self::Card(error) | Self::NotAnEmrtd(error) => error.transport(),
            _ => None,
        }
    }

    /// The stable code, under which [`crate::messages::of`] has its lines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Link(error) => code_of_link(error),
            Self::NotAnEmrtd(_) => "not_an_emrtd",
            Self::OtherAccessNeeded(_) | Self::NothingGiven(_) => "access_denied",
            Self::UnclearOffer(_) => "card_error",
            Self::Card(error) => code_of_card(error),
        }
    }

    /// What to do, where the chip said more than the code does: how many tries are left.
    #[must_use]
    pub fn hint(&self) -> Option<Words> {
        let Self::Card(CardError::Access { source: AccessError::WrongPassword { status }, .. }) = self else {
            return None;
        };
        let left = status.tries_left()?;
        Some(Words::new(
            format!("Kiểm tra lại số trước khi thử tiếp: còn {left} lần thử trước khi thẻ khóa."),
            format!("Check the number before you try again: {left} more before the card blocks it."),
        ))
    }
}

fn code_of_card(error: &CardError) -> &'static str {
    if let Some(link) = error.transport() {
        return code_of_link(link);
    }
    if error.is_blocked() {
        return "card_blocked";
    }
    match error {
        CardError::Access { protocol, source } => match source {
            AccessError::NotOffered => "access_denied",
            AccessError::Unsupported(_) => "unsupported",
            AccessError::WrongPassword { .. } => "wrong_password",
            _ if *protocol == "PACE" => "pace_failed",
            _ => "access_denied",
        },
        CardError::SecureMessaging { .. } => "secure_messaging",
        CardError::Status { .. } if error.is_access_denied() => "access_denied",
        CardError::Link { .. } => "transmission",
        CardError::File { source: FileError::TooLong { .. }, .. } => "card_error",
        _ => "card_error",
    }
}

fn code_of_link(error: &TransportError) -> &'static str {
    match error {
        TransportError::CardRemoved => "card_removed",
        TransportError::Timeout => "timeout",
        TransportError::ReaderUnavailable(_) => "reader_unavailable",
        _ => "transmission",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages;

    #[test]
    fn every_code_has_its_lines() {
        let errors = [
            ReadError::Link(TransportError::CardRemoved),
            ReadError::Link(TransportError::Timeout),
            ReadError::Link(TransportError::ReaderUnavailable("unplugged".into())),
            ReadError::Link(TransportError::Failed("noise".into())),
            ReadError::OtherAccessNeeded("the card does not offer PACE"),
            ReadError::UnclearOffer("noise".into()),
            ReadError::NothingGiven("6982".into()),
        ];
        for error in errors {
            assert!(messages::of(error.code()).is_some(), "{error}: {}", error.code());
            assert_eq!(error.hint(), None, "{error}");
        }
    }
}
