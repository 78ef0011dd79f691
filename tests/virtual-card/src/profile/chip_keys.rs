//! The keys that prove a chip genuine.

use icao9303::crypto::curve::Curve;
use serde::{Deserialize, Serialize};

use super::algorithms::{CipherName, CurveName, Digest, GroupName, KeyKind, domain, domain_keys};
use crate::image::Domain;

/// Chip Authentication (TR-03110, Doc 9303-11, 6.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChipAuthentication {
    /// The keys. Empty: not offered.
    pub keys: Vec<ChipKey>,
    /// Whether DG14 has ChipAuthenticationInfo for them, besides the public keys: some chips leave it out.
    pub info: bool,
}

impl Default for ChipAuthentication {
    fn default() -> Self {
        Self { keys: vec![ChipKey::default()], info: true }
    }
}

/// One key of Chip Authentication, written as `{ curve or group, cipher, key_id, parameters }`, each of which has a
/// default: brainpoolP256r1, AES-128, none, named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenChipKey", into = "WrittenChipKey")]
pub struct ChipKey {
    /// Its curve or group.
    pub domain: Domain,
    /// The cipher of the channel it opens.
    pub cipher: CipherName,
    /// Its keyId. Needed where there are several.
    pub key_id: Option<u32>,
    /// How DG14 states the curve. A group has no name of its own: there, `named` is as good as `explicit`.
    pub parameters: Parameters,
}

impl Default for ChipKey {
    fn default() -> Self {
        Self {
            domain: Domain::Curve(Curve::BrainpoolP256r1),
            cipher: CipherName::Aes128,
            key_id: None,
            parameters: Parameters::Named,
        }
    }
}

/// A key as its table has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenChipKey {
    #[serde(skip_serializing_if = "Option::is_none")]
    curve: Option<CurveName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<GroupName>,
    cipher: CipherName,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<u32>,
    parameters: Parameters,
}

impl Default for WrittenChipKey {
    fn default() -> Self {
        let ChipKey { cipher, key_id, parameters, .. } = ChipKey::default();
        Self { curve: None, group: None, cipher, key_id, parameters }
    }
}

impl From<ChipKey> for WrittenChipKey {
    fn from(key: ChipKey) -> Self {
        let ChipKey { domain, cipher, key_id, parameters } = key;
        let (curve, group) = domain_keys(domain);
        Self { curve, group, cipher, key_id, parameters }
    }
}

impl TryFrom<WrittenChipKey> for ChipKey {
    type Error = String;

    fn try_from(written: WrittenChipKey) -> Result<Self, String> {
        let WrittenChipKey { curve, group, cipher, key_id, parameters } = written;
        Ok(Self { domain: domain(curve, group)?, cipher, key_id, parameters })
    }
}

/// How a public key states its curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameters {
    /// By the curve's object identifier.
    Named,
    /// By all its numbers (X9.62 ECParameters).
    Explicit,
    /// By its number among the standardised domain parameters (TR-03110-3, A.2.1.1).
    Standardized,
}

/// Active Authentication (Doc 9303-11, 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ActiveAuthentication {
    /// Whether the chip has it, and DG15.
    pub offered: bool,
    /// The key: a curve, or `rsa-` and a number of bits.
    pub key: KeyKind,
    /// The hash.
    pub digest: Digest,
    /// How DG15 states the curve.
    pub parameters: Parameters,
    /// Whether DG14 has ActiveAuthenticationInfo. Default: for ECDSA, as the standard says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub info: Option<bool>,
    /// Answers an ECDSA signature as DER instead of r and s side by side.
    pub der: bool,
    /// RSA with SHA-1: the one-byte trailer BC instead of 33CC.
    pub one_byte_trailer: bool,
}

impl Default for ActiveAuthentication {
    fn default() -> Self {
        Self {
            offered: true,
            key: KeyKind::Ec(Curve::Secp256r1),
            digest: Digest::Sha256,
            parameters: Parameters::Named,
            info: None,
            der: false,
            one_byte_trailer: false,
        }
    }
}
