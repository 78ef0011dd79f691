//! The time of the machine. Everything below takes the time as an argument.

use jiff::Timestamp;

/// Now.
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}
