//! RSA signatures (RFC 8017) and message recovery (ISO/IEC 9796-2), public-key operations only.
//!
//! [`RsaPublicKey`] checks a key's limits and verifies PKCS #1 v1.5; `pss` adds RSASSA-PSS, `message_recovery` the
//! scheme of Active Authentication. All three stand on the raw operation of the `rsa` crate. That crate's open timing
//! advisory (RUSTSEC-2023-0071) concerns private keys, which never come here.

mod message_recovery;
mod pss;

use alloc::vec::Vec;
use core::fmt;

use ::rsa::traits::PublicKeyParts;
use ::rsa::{BoxedUint, Pkcs1v15Sign};
use der::asn1::UintRef;
use der::{Decode, Sequence};

use super::curve::KeyError;
use super::hash::HashAlgorithm;
use super::signature::SignatureError;

pub use self::message_recovery::RecoveredMessage;

/// Bits of a modulus: below, a signature proves nothing; above, a hostile key costs too much time.
const MODULUS_BITS: core::ops::RangeInclusive<u32> = 1024..=8192;

/// An RSA public key: modulus of 1024 to 8192 bits, odd exponent from 3 to 2^33 − 1 (the `rsa` crate's limit, so that a
/// hostile key cannot burn time).
#[derive(Clone, PartialEq, Eq)]
pub struct RsaPublicKey(::rsa::RsaPublicKey);

impl RsaPublicKey {
    /// A key from its big-endian modulus and exponent.
    pub fn new(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyError> {
        let modulus = without_leading_zeros(modulus);
        let exponent = without_leading_zeros(exponent);
        let bits = modulus.first().map_or(0, |first| modulus.len() * 8 - first.leading_zeros() as usize);
        if !u32::try_from(bits).is_ok_and(|bits| MODULUS_BITS.contains(&bits)) {
            return Err(KeyError::UnusableRsaKey { reason: "a modulus of less than 1024 or more than 8192 bits" });
        }
        if exponent.len() > 5 || exponent <= [1].as_slice() {
            return Err(KeyError::UnusableRsaKey { reason: "an exponent of 1 or of more than 33 bits" });
        }
        let key = ::rsa::RsaPublicKey::new(
            BoxedUint::from_be_slice_vartime(modulus),
            BoxedUint::from_be_slice_vartime(exponent),
        );
        key.map(Self).map_err(|_| KeyError::UnusableRsaKey { reason: "an even number, or an exponent of 34 bits" })
    }

    /// Reads `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }` (RFC 8017 appendix A.1.1).
    pub fn from_pkcs1_der(der: &[u8]) -> Result<Self, KeyError> {
        let key = Pkcs1PublicKey::from_der(der)?;
        Self::new(key.modulus.as_bytes(), key.exponent.as_bytes())
    }

    /// Length of the modulus in bits.
    pub fn modulus_bits(&self) -> usize {
        self.0.n().bits_vartime() as usize
    }

    /// Length of the modulus, and so of a signature, in bytes.
    pub fn modulus_len(&self) -> usize {
        self.modulus_bits().div_ceil(8)
    }

    /// Verifies RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2) over a hash.
    ///
    /// The hash's identifier may come with or without its NULL parameter, as RFC 8017 §9.2 note 2 asks of verifiers.
    pub fn verify_pkcs1v15_prehash(
        &self,
        hash: HashAlgorithm,
        prehash: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        self.number_below_modulus(signature)?;
        let verified = [true, false].into_iter().any(|null| {
            let padding = Pkcs1v15Sign {
                hash_len: Some(hash.output_len()),
                prefix: digest_info_prefix(hash, null).into_boxed_slice(),
            };
            self.0.verify(padding, prehash, signature).is_ok()
        });
        if verified { Ok(()) } else { Err(SignatureError::Invalid) }
    }

    /// Verifies RSASSA-PKCS1-v1_5 over a message.
    pub fn verify_pkcs1v15(&self, hash: HashAlgorithm, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        self.verify_pkcs1v15_prehash(hash, &hash.digest(message), signature)
    }

    /// `signature ^ e mod n` (RSAVP1, RFC 8017 §5.2.2), in the modulus' length.
    fn open(&self, signature: &[u8]) -> Result<Vec<u8>, SignatureError> {
        let number = self.number_below_modulus(signature)?;
        let opened = ::rsa::hazmat::rsa_encrypt(&self.0, &number).map_err(|_| SignatureError::Invalid)?;
        Ok(self.to_modulus_len(&opened))
    }

    /// A signature has the modulus' length and is below it (RFC 8017 §5.2.2 step 1, §8.1.2 step 1).
    fn number_below_modulus(&self, signature: &[u8]) -> Result<BoxedUint, SignatureError> {
        if signature.len() != self.modulus_len() {
            return Err(SignatureError::Malformed { reason: "not as long as the modulus" });
        }
        let modulus = self.0.n().as_ref();
        let number = BoxedUint::from_be_slice(signature, modulus.bits_precision())
            .map_err(|_| SignatureError::Malformed { reason: "not as long as the modulus" })?;
        if number >= *modulus {
            return Err(SignatureError::Malformed { reason: "not below the modulus" });
        }
        Ok(number)
    }

    fn to_modulus_len(&self, number: &BoxedUint) -> Vec<u8> {
        let bytes = number.to_be_bytes();
        let excess = bytes.len().saturating_sub(self.modulus_len());
        bytes.iter().copied().skip(excess).collect()
    }
}

impl fmt::Debug for RsaPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaPublicKey({} bits, e = {})", self.modulus_bits(), self.0.e())
    }
}

#[derive(Sequence)]
struct Pkcs1PublicKey<'a> {
    modulus: UintRef<'a>,
    exponent: UintRef<'a>,
}

/// The DER of `DigestInfo` up to the hash itself (RFC 8017 §9.2).
fn digest_info_prefix(hash: HashAlgorithm, null: bool) -> Vec<u8> {
    let oid = hash.oid();
    let parameters: &[u8] = if null { &[5, 0] } else { &[] };
    // All lengths are below 128: an identifier of at most 9 bytes and a hash of at most 64.
    let hash_len = hash.output_len() as u8;
    let oid_len = oid.as_bytes().len() as u8;
    let algorithm_len = 2 + oid_len + parameters.len() as u8;
    let mut prefix = alloc::vec![0x30, 2 + algorithm_len + 2 + hash_len, 0x30, algorithm_len, 0x06, oid_len];
    prefix.extend_from_slice(oid.as_bytes());
    prefix.extend_from_slice(parameters);
    prefix.extend_from_slice(&[0x04, hash_len]);
    prefix
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    number.split_at(start).1
}
