//! What a chip holds once it is personalised: its files, its keys and what it offers. The personaliser makes it, the
//! chip plays it.

use std::collections::BTreeMap;

use icao9303::crypto::curve::{self, Curve};

use crate::chip::{key_agreement, modp::Group};

/// The contents of one chip.
#[derive(Default)]
pub struct ChipImage {
    /// Answer to reset, as a reader sees it.
    pub atr: Vec<u8>,
    /// Files outside any application, by file identifier: EF.CardAccess 011C, EF.CardSecurity 011D, EF.DIR 2F00,
    /// EF.ATR/INFO 2F01.
    pub master_files: BTreeMap<u16, Vec<u8>>,
    /// Files of the eMRTD application, by file identifier: EF.COM 011E, EF.SOD 011D, DGn 01nn (hexadecimal n).
    pub application_files: BTreeMap<u16, Vec<u8>>,
    /// The secrets that open the chip.
    pub passwords: Passwords,
    /// Whether Basic Access Control is offered.
    pub bac: bool,
    /// What PACE offers, in the order of EF.CardAccess. Empty: no PACE.
    pub pace: Vec<PaceOffer>,
    /// The static keys of chip authentication mapping, one for each curve that PACE offers it on. Their public halves are
    /// in EF.CardSecurity.
    pub mapping_keys: Vec<curve::PrivateKey>,
    /// Chip Authentication keys. Empty: not offered.
    pub chip_authentication: Vec<ChipAuthenticationKey>,
    /// The Active Authentication key, where offered.
    pub active_authentication: Option<ActiveAuthenticationKey>,
    /// Whom the chip lets show terminals to it. None: no Terminal Authentication.
    pub terminal_trust: Option<TerminalTrust>,
    /// The limits of extended length, where the chip knows it. The chip announces them in EF.ATR/INFO, unless
    /// [`Self::master_files`] holds one already.
    pub extended_length: Option<ExtendedLength>,
}

/// Where Terminal Authentication starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalTrust {
    /// Certificates of the trust points, the current one first.
    pub certificates: Vec<Vec<u8>>,
    /// The day that the chip takes for today, YYMMDD, a digit to a byte.
    pub date: [u8; 6],
    /// The file identifier of EF.CVCA.
    pub file_identifier: u16,
}

/// The longest APDUs that a chip takes and gives, headers and status bytes included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendedLength {
    /// Longest command APDU.
    pub max_command: u16,
    /// Longest response APDU.
    pub max_response: u16,
}

/// The secrets that open a chip.
#[derive(Clone, Default)]
pub struct Passwords {
    /// The MRZ information of BAC and PACE-MRZ: document number, birth and expiry, each with its check digit
    /// (ICAO Doc 9303-11, 4.3.2).
    pub mrz_information: String,
    /// Card Access Number.
    pub can: Option<String>,
    /// Personal identification number.
    pub pin: Option<String>,
    /// PIN unblock key.
    pub puk: Option<String>,
}

/// The block cipher of a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cipher {
    /// Triple DES with two keys, CBC and retail MAC.
    TripleDes,
    /// AES-128, CBC and CMAC.
    Aes128,
    /// AES-192, CBC and CMAC.
    Aes192,
    /// AES-256, CBC and CMAC.
    Aes256,
}

/// One PACEInfo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceOffer {
    /// The cipher of the mechanism.
    pub cipher: Cipher,
    /// How the mechanism maps the nonce.
    pub mapping: Mapping,
    /// The standardised domain parameters.
    pub domain: Domain,
}

impl PaceOffer {
    /// Generic mapping on a curve, as the card has it.
    #[must_use]
    pub const fn on_curve(cipher: Cipher, curve: Curve) -> Self {
        Self { cipher, mapping: Mapping::Generic, domain: Domain::Curve(curve) }
    }
}

/// How PACE makes a generator of the nonce (ICAO Doc 9303-11, 4.4.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapping {
    /// Generic mapping, by an exchange of public keys.
    Generic,
    /// Integrated mapping, by hashing to a point or a number.
    Integrated,
    /// Chip authentication mapping: generic mapping, and a proof of the chip's own key at the end. Curves and AES only.
    ChipAuthentication,
}

/// What a protocol computes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// A curve.
    Curve(Curve),
    /// A group of integers.
    Group(Group),
}

/// A static Chip Authentication key pair and the variant it is used with.
pub struct ChipAuthenticationKey {
    /// keyId, where DG14 gives one.
    pub key_id: Option<u32>,
    /// The cipher of the channel it opens. Triple DES is the MSE:Set KAT variant, AES the MSE:Set AT one.
    pub cipher: Cipher,
    /// The private key.
    pub key: key_agreement::PrivateKey,
}

/// An Active Authentication key pair.
pub enum ActiveAuthenticationKey {
    /// ECDSA; the hash is the one that DG14 names.
    Ecdsa {
        /// The private key.
        key: curve::PrivateKey,
        /// The hash.
        hash: Hash,
        /// Answers a DER SEQUENCE where the standard asks for r and s side by side (some chips do).
        der: bool,
    },
    /// RSA, ISO/IEC 9796-2 digital signature scheme 1.
    Rsa {
        /// The private key.
        key: Box<rsa::RsaPrivateKey>,
        /// The hash, which the trailer names.
        hash: Hash,
        /// SHA-1 with the one-byte trailer BC; otherwise two bytes ending in CC.
        one_byte_trailer: bool,
    },
}

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-1.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}
