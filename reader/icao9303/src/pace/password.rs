//! The passwords of PACE (Doc 9303-11, 4.4.4.1 and 9.7.3).

use alloc::{string::String, vec::Vec};

use zeroize::Zeroizing;

use crate::{crypto::hash::HashAlgorithm, mrz::MrzKey};

/// What a reader knows of the card. Wiped when dropped; `Debug` does not show it.
#[derive(Clone)]
pub enum Password {
    /// Document number, date of birth and date of expiry.
    Mrz(MrzKey),
    /// Card access number.
    Can(Zeroizing<String>),
    /// Personal identification number.
    Pin(Zeroizing<String>),
    /// PIN unblock key.
    Puk(Zeroizing<String>),
}

impl Password {
    /// A card access number.
    pub fn can(number: impl Into<String>) -> Self {
        Self::Can(Zeroizing::new(number.into()))
    }

    /// A personal identification number.
    pub fn pin(number: impl Into<String>) -> Self {
        Self::Pin(Zeroizing::new(number.into()))
    }

    /// A PIN unblock key.
    pub fn puk(number: impl Into<String>) -> Self {
        Self::Puk(Zeroizing::new(number.into()))
    }

    /// `MRZ`, `CAN`, `PIN` or `PUK`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Mrz(_) => "MRZ",
            Self::Can(_) => "CAN",
            Self::Pin(_) => "PIN",
            Self::Puk(_) => "PUK",
        }
    }

    /// How data object `83` refers to it.
    pub(super) const fn reference(&self) -> u8 {
        match self {
            Self::Mrz(_) => 1,
            Self::Can(_) => 2,
            Self::Pin(_) => 3,
            Self::Puk(_) => 4,
        }
    }

    /// The bytes that the key of the nonce is derived from: a hash of the MRZ, the characters of the others.
    pub(super) fn secret(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::Mrz(key) => HashAlgorithm::Sha1.digest(key.mrz_information().as_bytes()),
            Self::Can(number) | Self::Pin(number) | Self::Puk(number) => number.as_bytes().to_vec(),
        })
    }
}

impl core::fmt::Debug for Password {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Password({})", self.name())
    }
}
