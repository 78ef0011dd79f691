//! The link to one chip: a trait that PC/SC, a front end on SPI, a recorded trace and a simulated chip all implement.

use alloc::{string::String, vec::Vec};

/// Carries APDUs to one chip and back.
pub trait Transport {
    /// Sends one encoded command APDU and returns the response APDU: data followed by the two status bytes.
    ///
    /// # Errors
    /// The link failed. A status word that reports an error is an answer, not a failure.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError>;

    /// What the link can carry, as far as it is known now.
    fn limits(&self) -> LinkLimits;

    /// What earlier sessions with such chips over this link taught, where somebody has kept it.
    fn learnt(&self) -> Option<Learnt> {
        None
    }
}

impl<T: Transport + ?Sized> Transport for &mut T {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        (**self).transmit(command)
    }

    fn limits(&self) -> LinkLimits {
        (**self).limits()
    }

    fn learnt(&self) -> Option<Learnt> {
        (**self).learnt()
    }
}

/// What one session finds out and the next one with the same kind of chip over the same link need not: what both carry,
/// and how long a block of a file may be. Nothing about one card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Learnt {
    /// What link and chip carry.
    pub limits: LinkLimits,
    /// The chip refused to give more bytes of a file than these at once.
    pub block: Option<usize>,
}

/// The longest APDUs that a link carries, in bytes, headers and status bytes included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkLimits {
    /// Longest command APDU: 261 for short length (ISO/IEC 7816-4, 5.2: header 4, Lc 1, data 255, Le 1).
    pub max_command: usize,
    /// Longest response APDU: 258 for short length (data 256, SW1 SW2).
    pub max_response: usize,
}

impl LinkLimits {
    /// What every reader and chip can do: short length fields.
    pub const SHORT: Self = Self { max_command: 261, max_response: 258 };
    /// The most that extended length fields can express (ISO/IEC 7816-4, 5.2).
    pub const EXTENDED: Self = Self { max_command: 65_544, max_response: 65_538 };

    /// Whether extended length fields may be used on the link.
    #[must_use]
    pub const fn extended_length(&self) -> bool {
        self.max_command > Self::SHORT.max_command && self.max_response > Self::SHORT.max_response
    }
}

/// Why a link did not bring an answer. All of these end the session with the chip.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The card left the field or the slot. It may have come back since: its secure channel is lost all the same.
    #[error("the card was removed")]
    CardRemoved,
    /// No answer came within the time allowed.
    #[error("the card did not answer in time")]
    Timeout,
    /// The reader went away: unplugged, or its service stopped.
    #[error("the reader went away: {0}")]
    ReaderUnavailable(String),
    /// The link failed in another way.
    #[error("transmission failed: {0}")]
    Failed(String),
}
