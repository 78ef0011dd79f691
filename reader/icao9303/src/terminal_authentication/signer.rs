//! Who signs for a terminal. An office keeps its private key in a security module, which implements [`TerminalSigner`];
//! [`SoftwareKey`] is for a key in a file.
//!
//! RSA keys in software sign with base blinding: the `rsa` crate's private-key operations leak through timing
//! (RUSTSEC-2023-0071), and a hostile chip chooses part of what is signed and can measure how long that takes. Blinding
//! makes the time independent of what the chip chose. Whoever will not rest on that uses ECDSA, or a module.

#[cfg(feature = "rsa")]
use alloc::boxed::Box;
use alloc::{string::String, vec::Vec};
use core::fmt;

use const_oid::ObjectIdentifier;
use rand_core::CryptoRng;
#[cfg(feature = "rsa")]
use rsa::{RsaPrivateKey, pkcs8::DecodePrivateKey, traits::PublicKeyParts};
use zeroize::Zeroizing;

#[cfg(feature = "rsa")]
use crate::crypto::{hash::HashAlgorithm, rsa::RsaPublicKey};
use crate::{
    crypto::{
        curve::{Curve, KeyError, PrivateKey},
        signature::PublicKey,
    },
    cv_certificate::CvAlgorithm,
    tlv::{self, TlvError},
};

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// Additional data for the nonce of ECDSA (RFC 6979, 3.6): no two signatures alike, and none weaker than the generator.
const NONCE_DATA: usize = 32;

/// Holds a terminal's private key and signs with it.
pub trait TerminalSigner {
    /// Whether the private key is the one that belongs to this public key.
    fn holds(&self, key: &PublicKey) -> bool;

    /// Signs a message. ECDSA as `r ‖ s`, each as long as the order of the curve (BSI TR-03111, 5.2.1); RSA as long as
    /// the modulus, with PSS a salt as long as the hash (TR-03110-3, A.6.3 and A.6.4).
    ///
    /// # Errors
    /// The key is not one for the algorithm, or cannot be used now.
    fn sign(&self, algorithm: CvAlgorithm, message: &[u8], rng: &mut dyn CryptoRng) -> Result<Vec<u8>, SigningError>;
}

/// Why there is no signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
    /// The key is of another kind.
    #[error("the private key is not one for {0}")]
    OtherAlgorithm(String),
    /// The modulus is too short for the hash and the padding.
    #[error("the private key is too short for {0}")]
    TooShort(String),
    /// What holds the key does not answer.
    #[error("{0}")]
    Unavailable(String),
}

/// A private key in memory, wiped when dropped.
pub struct SoftwareKey(Key);

enum Key {
    Ec(PrivateKey),
    #[cfg(feature = "rsa")]
    Rsa(Box<RsaPrivateKey>),
}

impl SoftwareKey {
    /// Reads a key that is not encrypted, in PKCS #8 (RFC 5208) and DER.
    ///
    /// # Errors
    /// It is none, or not one for RSA or a known curve.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, PrivateKeyError> {
        let info = tlv::parse_exact(der)?.expect(0x30)?;
        let mut fields = info.children();
        fields.expect(0x02)?;
        let algorithm = fields.expect(0x30)?;
        let key = fields.expect(0x04)?;
        let mut algorithm = algorithm.children();
        let name =
            ObjectIdentifier::from_bytes(algorithm.expect(0x06)?.value).map_err(|_| PrivateKeyError::Malformed)?;
        match name {
            EC_PUBLIC_KEY => {
                let parameters = algorithm.next().ok_or(PrivateKeyError::Malformed)??;
                Self::from_ec(parameters.raw, key.value)
            }
            #[cfg(feature = "rsa")]
            RSA_ENCRYPTION => {
                let key = RsaPrivateKey::from_pkcs8_der(der).map_err(|_| PrivateKeyError::Malformed)?;
                // The limits of the public key are those of what a chip takes.
                RsaPublicKey::new(&key.n_bytes(), &key.e_bytes())?;
                Ok(Self(Key::Rsa(Box::new(key))))
            }
            #[cfg(not(feature = "rsa"))]
            RSA_ENCRYPTION => Err(PrivateKeyError::Unsupported(name)),
            name => Err(PrivateKeyError::Unsupported(name)),
        }
    }

    /// A private key on a curve.
    #[must_use]
    pub const fn from_ec_key(key: PrivateKey) -> Self {
        Self(Key::Ec(key))
    }

    /// ECPrivateKey (RFC 5915): the number is its second field.
    fn from_ec(parameters: &[u8], key: &[u8]) -> Result<Self, PrivateKeyError> {
        let (curve, _) = Curve::from_ec_parameters(parameters)?;
        let sequence = tlv::parse_exact(key)?.expect(0x30)?;
        let mut fields = sequence.children();
        fields.expect(0x02)?;
        let number = fields.expect(0x04)?;
        Ok(Self::from_ec_key(PrivateKey::from_bytes(curve, number.value)?))
    }
}

impl TerminalSigner for SoftwareKey {
    fn holds(&self, key: &PublicKey) -> bool {
        match (&self.0, key) {
            (Key::Ec(own), PublicKey::Ec { point, .. }) => own.public_key() == *point,
            #[cfg(feature = "rsa")]
            (Key::Rsa(own), PublicKey::Rsa(key)) => {
                RsaPublicKey::new(&own.n_bytes(), &own.e_bytes()).is_ok_and(|own| own == *key)
            }
            _ => false,
        }
    }

    fn sign(&self, algorithm: CvAlgorithm, message: &[u8], rng: &mut dyn CryptoRng) -> Result<Vec<u8>, SigningError> {
        let digest = Zeroizing::new(algorithm.hash().digest(message));
        match (&self.0, algorithm) {
            (Key::Ec(key), CvAlgorithm::Ecdsa(_)) => {
                let mut additional = Zeroizing::new([0; NONCE_DATA]);
                rng.fill_bytes(&mut *additional);
                let (mut signature, s) = key.sign_prehash_with(&digest, &*additional);
                signature.extend_from_slice(&s);
                Ok(signature)
            }
            #[cfg(feature = "rsa")]
            (Key::Rsa(key), CvAlgorithm::RsaV15(hash)) => {
                sign_v15(key, hash, &digest, rng).map_err(|_| SigningError::TooShort(algorithm.name()))
            }
            #[cfg(feature = "rsa")]
            (Key::Rsa(key), CvAlgorithm::RsaPss(hash)) => {
                sign_pss(key, hash, &digest, rng).map_err(|_| SigningError::TooShort(algorithm.name()))
            }
            _ => Err(SigningError::OtherAlgorithm(algorithm.name())),
        }
    }
}

/// With a generator the crate blinds the base; without one it would not.
#[cfg(feature = "rsa")]
fn sign_v15(
    key: &RsaPrivateKey,
    hash: HashAlgorithm,
    digest: &[u8],
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, rsa::Error> {
    use rsa::Pkcs1v15Sign;
    let padding = match hash {
        HashAlgorithm::Sha1 => Pkcs1v15Sign::new::<sha1::Sha1>(),
        HashAlgorithm::Sha224 => Pkcs1v15Sign::new::<sha2::Sha224>(),
        HashAlgorithm::Sha256 => Pkcs1v15Sign::new::<sha2::Sha256>(),
        HashAlgorithm::Sha384 => Pkcs1v15Sign::new::<sha2::Sha384>(),
        HashAlgorithm::Sha512 => Pkcs1v15Sign::new::<sha2::Sha512>(),
    };
    key.sign_with_rng(rng, padding, digest)
}

#[cfg(feature = "rsa")]
fn sign_pss(
    key: &RsaPrivateKey,
    hash: HashAlgorithm,
    digest: &[u8],
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, rsa::Error> {
    use rsa::Pss;
    match hash {
        HashAlgorithm::Sha1 => key.sign_with_rng(rng, Pss::<sha1::Sha1>::new_blinded(), digest),
        HashAlgorithm::Sha224 => key.sign_with_rng(rng, Pss::<sha2::Sha224>::new_blinded(), digest),
        HashAlgorithm::Sha256 => key.sign_with_rng(rng, Pss::<sha2::Sha256>::new_blinded(), digest),
        HashAlgorithm::Sha384 => key.sign_with_rng(rng, Pss::<sha2::Sha384>::new_blinded(), digest),
        HashAlgorithm::Sha512 => key.sign_with_rng(rng, Pss::<sha2::Sha512>::new_blinded(), digest),
    }
}

/// Why bytes are not a private key that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrivateKeyError {
    /// Not the structure of PKCS #8. No detail: it would be one of the key.
    #[error("not a private key in PKCS #8 that is not encrypted")]
    Malformed,
    /// Of an algorithm that is not known here.
    #[error("a private key for {0}, neither RSA nor on an elliptic curve")]
    Unsupported(ObjectIdentifier),
    /// A curve or a number that cannot be used.
    #[error("{0}")]
    Key(#[from] KeyError),
}

impl From<TlvError> for PrivateKeyError {
    fn from(_: TlvError) -> Self {
        Self::Malformed
    }
}

/// Never the key.
impl fmt::Debug for SoftwareKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Key::Ec(_) => "SoftwareKey(EC, ..)",
            #[cfg(feature = "rsa")]
            Key::Rsa(_) => "SoftwareKey(RSA, ..)",
        })
    }
}

#[cfg(test)]
mod tests;
