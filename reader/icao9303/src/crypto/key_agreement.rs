//! Diffie-Hellman whichever group it is in, since PACE and Chip Authentication run alike on elliptic curves and modulo a
//! prime (Doc 9303-11 §9.5 and §9.6).
//!
//! [`StandardizedParameters`] are those that have a number, [`Domain`] any that a chip may use; keys are of the one kind
//! or the other.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, BitStringRef};
use der::{Decode, Encode, Tag, Tagged};
use rand_core::CryptoRng;
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfo};
use zeroize::Zeroizing;

use super::curve::{self, Curve, KeyError, Point};
use super::dh::{self, DhError, Group, ModpGroup};
use super::hash::HashAlgorithm;
use super::signature;
use crate::tlv;

/// An AlgorithmIdentifier whose parameter is the number of standardised domain parameters (BSI TR-03110-3 A.2.1.1).
const STANDARDIZED: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.1.2");
/// An AlgorithmIdentifier whose parameters are those of an elliptic curve.
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// Domain parameters that have a number (Doc 9303-11 §9.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StandardizedParameters {
    /// 0 to 2.
    Modp(ModpGroup),
    /// 8 to 18.
    Curve(Curve),
}

/// Domain parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Domain {
    /// Of an elliptic curve.
    Curve(Curve),
    /// Of a subgroup modulo a prime.
    Group(Group),
}

/// A public key, a mapped generator or a shared secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// A point.
    Ec(Point),
    /// A number.
    Dh(dh::PublicKey),
}

/// A private key. Wiped when dropped; `Debug` does not show it.
#[derive(Clone, Debug)]
pub enum PrivateKey {
    /// A scalar.
    Ec(curve::PrivateKey),
    /// An exponent.
    Dh(dh::PrivateKey),
}

/// Why a key cannot be used, or gives no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyAgreementError {
    /// On an elliptic curve.
    #[error(transparent)]
    Ec(#[from] KeyError),
    /// Modulo a prime.
    #[error(transparent)]
    Dh(#[from] DhError),
    /// A public key in another form than the protocol has: of an elliptic curve, only the uncompressed one (Doc 9303-11
    /// §9.4.5), since the authentication tokens are computed over it.
    #[error("a public key that is no uncompressed point")]
    NotUncompressed,
    /// Two keys of different kinds.
    #[error("an elliptic curve key and one modulo a prime")]
    Mixed,
    /// Of an algorithm that is no key agreement.
    #[error("a key of another kind: {0}")]
    Unsupported(String),
}

impl StandardizedParameters {
    /// The parameters of that number.
    #[must_use]
    pub fn from_id(id: u8) -> Option<Self> {
        ModpGroup::from_parameter_id(id).map(Self::Modp).or_else(|| Curve::from_parameter_id(id).map(Self::Curve))
    }

    /// The parameters that an AlgorithmIdentifier gives by number, by name or number for number.
    #[must_use]
    pub fn from_algorithm_identifier(der: &[u8]) -> Option<Self> {
        let algorithm = AlgorithmIdentifierRef::from_der(der).ok()?;
        match Domain::of(&algorithm).ok()? {
            Domain::Curve(curve) => Some(Self::Curve(curve)),
            Domain::Group(group) => group.as_standard().map(Self::Modp),
        }
    }

    /// Their number.
    #[must_use]
    pub const fn id(self) -> u8 {
        match self {
            Self::Modp(group) => group.parameter_id(),
            Self::Curve(curve) => curve.parameter_id(),
        }
    }

    /// `brainpoolP256r1`, `modp2048-256` …
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Modp(group) => group.name(),
            Self::Curve(curve) => curve.name(),
        }
    }
}

impl From<StandardizedParameters> for Domain {
    fn from(parameters: StandardizedParameters) -> Self {
        match parameters {
            StandardizedParameters::Modp(group) => Self::Group(Group::standard(group)),
            StandardizedParameters::Curve(curve) => Self::Curve(curve),
        }
    }
}

impl Domain {
    /// The domain parameters that the algorithm of a key names or states.
    fn of(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<Self, KeyAgreementError> {
        let unsupported = || KeyAgreementError::Unsupported(algorithm.oid.to_string());
        let parameters = algorithm.parameters.ok_or_else(unsupported)?;
        match algorithm.oid {
            STANDARDIZED => match (parameters.tag(), parameters.value()) {
                (Tag::Integer, [id]) => StandardizedParameters::from_id(*id).map(Self::from).ok_or_else(unsupported),
                _ => Err(unsupported()),
            },
            EC_PUBLIC_KEY => {
                let parameters = parameters.to_der().map_err(KeyError::from)?;
                Ok(Self::Curve(Curve::from_ec_parameters(&parameters)?.0))
            }
            oid if Group::is_named_by(&oid) => {
                let parameters = parameters.to_der().map_err(KeyError::from)?;
                Ok(Self::Group(Group::from_parameters(&parameters)?))
            }
            _ => Err(unsupported()),
        }
    }

    /// Security in bits, as NIST SP 800-57 part 1 table 2 has it.
    #[must_use]
    pub fn strength(&self) -> usize {
        match self {
            Self::Curve(curve) => curve.order_bits() / 2,
            Self::Group(group) => group.strength(),
        }
    }

    /// Bytes of a public key at most.
    #[must_use]
    pub fn public_key_len(&self) -> usize {
        match self {
            Self::Curve(curve) => 1 + 2 * curve.field_len(),
            Self::Group(group) => group.modulus_len(),
        }
    }

    /// A random private key.
    pub fn generate(&self, rng: &mut (impl CryptoRng + ?Sized)) -> PrivateKey {
        match self {
            Self::Curve(curve) => PrivateKey::Ec(curve::PrivateKey::generate(*curve, rng)),
            Self::Group(group) => PrivateKey::Dh(dh::PrivateKey::generate(group, rng)),
        }
    }

    /// Reads a public key as protocols send it (Doc 9303-11 §9.4.5), and checks that it is in the group.
    ///
    /// # Errors
    /// It is not.
    pub fn public_key(&self, bytes: &[u8]) -> Result<PublicKey, KeyAgreementError> {
        match self {
            Self::Curve(_) if bytes.first() != Some(&0x04) => Err(KeyAgreementError::NotUncompressed),
            Self::Curve(curve) => Ok(PublicKey::Ec(Point::from_sec1(*curve, bytes)?)),
            Self::Group(group) => Ok(PublicKey::Dh(dh::PublicKey::from_bytes(group, bytes)?)),
        }
    }

    /// Generic mapping of PACE (Doc 9303-11 §4.4.3.3.1).
    ///
    /// # Errors
    /// The result is no generator, or the shared secret is of another domain.
    pub fn generic_mapping(&self, nonce: &[u8], shared: &PublicKey) -> Result<PublicKey, KeyAgreementError> {
        match (self, shared) {
            (Self::Curve(curve), PublicKey::Ec(shared)) => Ok(PublicKey::Ec(curve.generic_mapping(nonce, shared)?)),
            (Self::Group(group), PublicKey::Dh(shared)) => Ok(PublicKey::Dh(group.generic_mapping(nonce, shared)?)),
            _ => Err(KeyAgreementError::Mixed),
        }
    }

    /// Integrated mapping of PACE (Doc 9303-11 §4.4.3.3.2), from what the pseudo-random function gave.
    ///
    /// # Errors
    /// The result is no generator, or the mapping is not defined there.
    pub fn integrated_mapping(&self, random: &[u8]) -> Result<PublicKey, KeyAgreementError> {
        match self {
            Self::Curve(curve) => Ok(PublicKey::Ec(curve.integrated_mapping(random)?)),
            Self::Group(group) => Ok(PublicKey::Dh(group.integrated_mapping(random)?)),
        }
    }

    /// Bits of the field's prime.
    #[must_use]
    pub fn field_bits(&self) -> usize {
        match self {
            // Every curve here has an order as long as its prime.
            Self::Curve(curve) => curve.order_bits(),
            Self::Group(group) => group.modulus_bits(),
        }
    }

    /// The key in the BIT STRING of a SubjectPublicKeyInfo.
    fn key_in_spki(&self, key: &[u8]) -> Result<PublicKey, KeyAgreementError> {
        match self {
            Self::Curve(curve) => Ok(PublicKey::Ec(Point::from_sec1(*curve, key)?)),
            Self::Group(group) => Ok(PublicKey::Dh(dh::PublicKey::from_der(group, key)?)),
        }
    }
}

impl PublicKey {
    /// Reads a DER-encoded SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) with a key of a key agreement.
    ///
    /// # Errors
    /// It is none, or the key is not in its group.
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyAgreementError> {
        let info = SubjectPublicKeyInfo::<AnyRef<'_>, BitStringRef<'_>>::from_der(der).map_err(KeyError::from)?;
        let key = info.subject_public_key.as_bytes().ok_or(DhError::Malformed)?;
        match info.algorithm.oid {
            STANDARDIZED => Domain::of(&info.algorithm)?.key_in_spki(key),
            oid if Group::is_named_by(&oid) => Domain::of(&info.algorithm)?.key_in_spki(key),
            _ => match signature::PublicKey::from_spki(der)? {
                signature::PublicKey::Ec { point, .. } => Ok(Self::Ec(point)),
                other => Err(KeyAgreementError::Unsupported(other.name())),
            },
        }
    }

    /// The domain parameters of the key.
    #[must_use]
    pub fn domain(&self) -> Domain {
        match self {
            Self::Ec(point) => Domain::Curve(point.curve()),
            Self::Dh(key) => Domain::Group(key.group().clone()),
        }
    }

    /// As protocols send it (Doc 9303-11 §9.4.5): an uncompressed point, or an unsigned integer.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Ec(point) => point.as_sec1(),
            Self::Dh(key) => key.as_unsigned(),
        }
    }

    /// The public key data object `7F49` of a protocol, without domain parameters (Doc 9303-11 §9.4.3 and §9.4.4).
    #[must_use]
    pub fn data_object(&self, protocol: &ObjectIdentifier) -> Vec<u8> {
        let mut content = tlv::encode(0x06, protocol.as_bytes());
        let tag = match self {
            Self::Ec(_) => 0x86,
            Self::Dh(_) => 0x84,
        };
        tlv::encode_into(&mut content, tag, self.as_bytes());
        tlv::encode(0x7F49, &content)
    }

    /// The key in short, as Terminal Authentication refers to it: the x coordinate, or the SHA-1 of the number (BSI
    /// TR-03110-3 A.2.2.3).
    #[must_use]
    pub fn compressed(&self) -> Vec<u8> {
        match self {
            Self::Ec(point) => point.x(),
            Self::Dh(key) => HashAlgorithm::Sha1.digest(key.as_unsigned()),
        }
    }

    /// What session keys are derived from, where this is a shared secret (Doc 9303-11 §9.6): the x coordinate (BSI
    /// TR-03111 §4.3.1), or the number in the length of p (RFC 2631 §2.1.2).
    #[must_use]
    pub fn secret(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match self {
            Self::Ec(point) => point.x(),
            Self::Dh(key) => key.as_padded().to_vec(),
        })
    }
}

impl PrivateKey {
    /// The public key for the domain's own generator.
    ///
    /// # Errors
    /// Never for a generated key.
    pub fn public_key(&self) -> Result<PublicKey, KeyAgreementError> {
        match self {
            Self::Ec(key) => Ok(PublicKey::Ec(key.public_key())),
            Self::Dh(key) => Ok(PublicKey::Dh(key.public_key()?)),
        }
    }

    /// The shared secret with a peer's public key; or the public key for another generator, the mapped one of PACE.
    ///
    /// # Errors
    /// The keys do not belong together, or the result is trivial.
    pub fn agree(&self, peer: &PublicKey) -> Result<PublicKey, KeyAgreementError> {
        match (self, peer) {
            (Self::Ec(key), PublicKey::Ec(peer)) => Ok(PublicKey::Ec(key.diffie_hellman(peer)?)),
            (Self::Dh(key), PublicKey::Dh(peer)) => Ok(PublicKey::Dh(key.diffie_hellman(peer)?)),
            _ => Err(KeyAgreementError::Mixed),
        }
    }
}

/// `brainpoolP256r1`, `modp2048-256`, `3072-bit MODP` …
impl core::fmt::Display for Domain {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Curve(curve) => write!(f, "{curve}"),
            Self::Group(group) => write!(f, "{group}"),
        }
    }
}
