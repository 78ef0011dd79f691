//! SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).

use alloc::format;
use alloc::string::{String, ToString};

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier};
use der::{Decode, Encode};
use spki::SubjectPublicKeyInfo;

use super::identifiers;
use crate::crypto::curve::{Curve, KeyError, Point};
#[cfg(feature = "rsa")]
use crate::crypto::rsa::RsaPublicKey;

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const EC_DH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.1.12");
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");

/// The public key of a certificate, of DG14 or of DG15.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKey {
    /// A point on one of the curves.
    Ec {
        /// The point.
        point: Point,
        /// Whether the key spells out the curve's numbers instead of naming it.
        explicit_parameters: bool,
    },
    /// An RSA key.
    #[cfg(feature = "rsa")]
    Rsa(RsaPublicKey),
    /// A well-formed key of another kind.
    Unsupported {
        /// Its algorithm, by name where one is known.
        name: String,
    },
}

impl PublicKey {
    /// Reads a DER-encoded SubjectPublicKeyInfo.
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let spki = SubjectPublicKeyInfo::<AnyRef<'_>, BitStringRef<'_>>::from_der(der)?;
        let key = spki
            .subject_public_key
            .as_bytes()
            .ok_or_else(|| der::Error::from(der::ErrorKind::Noncanonical { tag: der::Tag::BitString }))?;
        match spki.algorithm.oid {
            EC_PUBLIC_KEY | EC_DH => Self::from_ec_key(spki.algorithm.parameters, key),
            RSA_ENCRYPTION | RSASSA_PSS => Self::from_rsa_key(key),
            oid => {
                let oid = oid.to_string();
                let name = identifiers::meaning_of(&oid).map(|(name, _)| name.into());
                Ok(Self::Unsupported { name: name.unwrap_or(oid) })
            }
        }
    }

    /// What the key is: `EC secp384r1`, `RSA 4096`.
    pub fn name(&self) -> String {
        match self {
            Self::Ec { point, .. } => format!("EC {}", point.curve()),
            #[cfg(feature = "rsa")]
            Self::Rsa(key) => format!("RSA {}", key.modulus_bits()),
            Self::Unsupported { name } => name.clone(),
        }
    }

    fn from_ec_key(parameters: Option<AnyRef<'_>>, key: &[u8]) -> Result<Self, KeyError> {
        let Some(parameters) = parameters else { return Ok(unsupported("EC key without a curve")) };
        match Curve::from_ec_parameters(&parameters.to_der()?) {
            Ok((curve, explicit_parameters)) => {
                Ok(Self::Ec { point: Point::from_sec1(curve, key)?, explicit_parameters })
            }
            Err(KeyError::UnknownCurve { oid: Some(oid) }) => {
                Ok(Self::Unsupported { name: format!("EC key on curve {oid}") })
            }
            Err(KeyError::UnknownCurve { oid: None }) => Ok(unsupported("EC key on an unknown explicit curve")),
            Err(error) => Err(error),
        }
    }

    #[cfg(feature = "rsa")]
    fn from_rsa_key(key: &[u8]) -> Result<Self, KeyError> {
        match RsaPublicKey::from_pkcs1_der(key) {
            Ok(key) => Ok(Self::Rsa(key)),
            Err(KeyError::UnusableRsaKey { reason }) => {
                Ok(Self::Unsupported { name: format!("RSA key with {reason}") })
            }
            Err(error) => Err(error),
        }
    }

    #[cfg(not(feature = "rsa"))]
    fn from_rsa_key(_: &[u8]) -> Result<Self, KeyError> {
        Ok(unsupported("RSA"))
    }
}

fn unsupported(name: &str) -> PublicKey {
    PublicKey::Unsupported { name: name.into() }
}
