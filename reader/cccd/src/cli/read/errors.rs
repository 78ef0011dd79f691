//! The stable code of everything that can go wrong with a read.

use icao9303::card::{AccessError, CardError, FileError};
use icao9303::transport::TransportError;

use crate::cli::failure::Failure;
use crate::messages::Words;
use crate::read::ReadError;

/// The failure that an error is reported as.
pub(in crate::cli) fn failure_of(error: &ReadError) -> Failure {
    let failure = Failure::new(code_of(error), error.to_string());
    match error {
        ReadError::Card(CardError::Access { source, .. }) => match hint_of(source) {
            Some(Words { vi, en }) => failure.with_hint(vi, en),
            None => failure,
        },
        ReadError::OtherAccessNeeded(_) => failure.with_hint(
            "Thẻ này cần MRZ: dùng --mrz, hoặc --document cùng --birth và --expiry.",
            "Give the MRZ with --mrz, or --document, --birth and --expiry.",
        ),
        ReadError::UnclearOffer(_) => failure
            .with_hint("`--access bac` đọc thẻ mà không dùng PACE.", "`--access bac` reads the card without PACE."),
        _ => failure,
    }
}

fn code_of(error: &ReadError) -> &'static str {
    match error {
        ReadError::Link(error) => code_of_link(error),
        ReadError::NotAnEmrtd(_) => "not_an_emrtd",
        ReadError::OtherAccessNeeded(_) | ReadError::NothingGiven(_) => "access_denied",
        ReadError::UnclearOffer(_) => "card_error",
        ReadError::Card(error) => code_of_card(error),
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

fn hint_of(source: &AccessError) -> Option<Words> {
    let AccessError::WrongPassword { status } = source else { return None };
    let left = status.tries_left()?;
    Some(Words::new(
        format!("Kiểm tra lại số trước khi thử tiếp: còn {left} lần thử trước khi thẻ khóa."),
        format!("Check the number before you try again: {left} more before the card blocks it."),
    ))
}
