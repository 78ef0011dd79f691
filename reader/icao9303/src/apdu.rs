//! Command and response APDUs (ISO/IEC 7816-4, 5.1 to 5.4) and what carries them.
//!
//! Read in this order: [`command`] and [`response`] are the two messages, [`status_word`] what a response ends with,
//! [`link`] sends one and collects the whole of the other.

pub mod command;
pub mod link;
pub mod response;
#[cfg(test)]
pub(crate) mod script;
pub mod status_word;

pub use self::{
    command::{Command, LengthFields},
    link::{Link, LinkError},
    response::Response,
    status_word::StatusWord,
};

/// Why bytes are no APDU, or an APDU no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApduError {
    /// A response without its two status bytes. A link that loses the card may deliver one of zero bytes.
    #[error("a response of {0} bytes has no status word")]
    NoStatusWord(usize),
    /// A response longer than any length field can ask for.
    #[error("a response of {0} bytes is longer than any command can ask for")]
    ResponseTooLong(usize),
    /// A command that does not fit the length fields it should be encoded with.
    #[error("the command does not fit {0} length fields")]
    CommandTooLong(&'static str),
    /// Bytes that are no command of cases 1 to 4: the length fields and the length do not agree.
    #[error("the length fields of the command do not agree with its length")]
    LengthFields,
}
