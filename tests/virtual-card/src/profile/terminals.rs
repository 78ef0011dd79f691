//! Whom the chip lets read DG3 and DG4: Terminal Authentication version 1, and the certificates of a terminal that the
//! personaliser makes beside the card.

use icao9303::crypto::curve::Curve;
use serde::{Deserialize, Serialize};

use crate::calendar::Date;

use super::algorithms::{Digest, KeyKind};
use super::signatures::Scheme;

/// Terminal Authentication (BSI TR-03110-1, 3.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TerminalAuthentication {
    /// Whether the chip has it, and EF.CVCA.
    pub offered: bool,
    /// The keys of CVCA, document verifier and terminal: a curve, or `rsa-` and a number of bits.
    pub key: KeyKind,
    /// What they hash with. RSA has no SHA-224 and SHA-384.
    pub digest: Digest,
    /// `default` is ECDSA or RSA PKCS #1 v1.5; `pss` for RSA.
    pub scheme: Scheme,
    /// What the terminal's certificate allows.
    pub rights: Rights,
    /// The document verifier is another state's.
    pub foreign_verifier: bool,
    /// The chip trusts an older key of the CVCA, and a link certificate leads from it to the one that is in use.
    pub linked: bool,
    /// The chip trusts another CVCA, which issued nothing.
    pub other_cvca: bool,
    /// Days before today on which the terminal's certificate expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expired_days_ago: Option<u16>,
    /// The terminal's certificate has a signature with one bit changed.
    pub bad_signature: bool,
    /// The private key beside the certificates belongs to none of them.
    pub other_key: bool,
    /// The day that the chip takes for today. Default: the day it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chip_date: Option<Date>,
    /// EF.CVCA has this file identifier and no short one, and DG14 says so. Default: `011C`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_identifier: Option<u16>,
}

/// What a terminal's certificate allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rights {
    /// DG3.
    pub fingerprints: bool,
    /// DG4.
    pub irises: bool,
}

impl Default for Rights {
    fn default() -> Self {
        Self { fingerprints: true, irises: true }
    }
}

impl Default for TerminalAuthentication {
    fn default() -> Self {
        Self {
            offered: true,
            key: KeyKind::Ec(Curve::BrainpoolP256r1),
            digest: Digest::Sha256,
            scheme: Scheme::Default,
            rights: Rights::default(),
            foreign_verifier: false,
            linked: false,
            other_cvca: false,
            expired_days_ago: None,
            bad_signature: false,
            other_key: false,
            chip_date: None,
            file_identifier: None,
        }
    }
}
