//! How a read that failed is reported: its code, and what to do on a command line.

use crate::cli::failure::Failure;
use crate::messages::Words;
use crate::read::ReadError;

/// The failure that an error is reported as.
pub(in crate::cli) fn failure_of(error: &ReadError) -> Failure {
    let failure = Failure::new(error.code(), error.to_string());
    match error {
        ReadError::OtherAccessNeeded(_) => failure.with_hint(
            "Thẻ này cần MRZ: dùng --mrz, hoặc --document cùng --birth và --expiry.",
            "Give the MRZ with --mrz, or --document, --birth and --expiry.",
        ),
        ReadError::UnclearOffer(_) => failure
            .with_hint("`--access bac` đọc thẻ mà không dùng PACE.", "`--access bac` reads the card without PACE."),
        error => match error.hint() {
            Some(Words { vi, en }) => failure.with_hint(vi, en),
            None => failure,
        },
    }
}
