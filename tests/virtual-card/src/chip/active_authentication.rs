//! The chip's end of Active Authentication (ICAO Doc 9303-11, 6.1).

use rsa::{BoxedUint, traits::PublicKeyParts};
use sha1::{Digest, Sha1};
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::randomness::Randomness;
use crate::image::{ActiveAuthenticationKey, Hash};

impl Hash {
    /// The hash of a message.
    #[must_use]
    pub fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(message).to_vec(),
            Self::Sha224 => Sha224::digest(message).to_vec(),
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha384 => Sha384::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }

    /// The two-byte trailer that names the hash (ISO/IEC 10118-3 identifier, then CC).
    const fn trailer(self) -> [u8; 2] {
        match self {
            Self::Sha1 => [0x33, 0xCC],
            Self::Sha224 => [0x38, 0xCC],
            Self::Sha256 => [0x34, 0xCC],
            Self::Sha384 => [0x36, 0xCC],
            Self::Sha512 => [0x35, 0xCC],
        }
    }
}

/// The signature over a terminal's challenge.
#[must_use]
pub fn sign(key: &ActiveAuthenticationKey, challenge: &[u8], randomness: &mut Randomness) -> Vec<u8> {
    match key {
        ActiveAuthenticationKey::Ecdsa { key, hash, der } => {
            let (r, s) = key.sign_prehash(&hash.digest(challenge));
            if *der { der_signature(&r, &s) } else { [r, s].concat() }
        }
        ActiveAuthenticationKey::Rsa { key, hash, one_byte_trailer } => {
            let trailer = if *one_byte_trailer { vec![0xBC] } else { hash.trailer().to_vec() };
            let message = recoverable_message(key.size(), *hash, &trailer, challenge, randomness);
            private_operation(key, &message)
        }
    }
}

/// The message representative of ISO/IEC 9796-2, digital signature scheme 1, with partial recovery: header 6A, a random
/// part M1 that fills the key, the hash of M1 and the challenge, the trailer.
fn recoverable_message(
    key_len: usize,
    hash: Hash,
    trailer: &[u8],
    challenge: &[u8],
    randomness: &mut Randomness,
) -> Vec<u8> {
    let hash_len = hash.digest(&[]).len();
    let mut recoverable = vec![0; key_len.saturating_sub(1 + hash_len + trailer.len())];
    rand_core::Rng::fill_bytes(randomness, &mut recoverable);
    let digest = hash.digest(&[&recoverable[..], challenge].concat());
    [&[0x6A], &recoverable[..], &digest, trailer].concat()
}

/// The bare RSA private operation.
///
/// # Panics
/// The key's size is not a whole number of bytes or the message is longer than the key; the personaliser makes no such
/// key, and the message begins with a zero bit.
fn private_operation(key: &rsa::RsaPrivateKey, message: &[u8]) -> Vec<u8> {
    let bits = key.n().bits_precision();
    let message = BoxedUint::from_be_slice(message, bits).expect("the message is as long as the key");
    let signature = rsa::hazmat::rsa_decrypt(None::<&mut rand_chacha::ChaCha20Rng>, key, &message)
        .expect("the message is smaller than the modulus");
    let bytes = signature.to_be_bytes();
    bytes[bytes.len().saturating_sub(key.size())..].to_vec()
}

/// SEQUENCE of two INTEGERs.
fn der_signature(r: &[u8], s: &[u8]) -> Vec<u8> {
    fn integer(number: &[u8]) -> Vec<u8> {
        let mut bytes: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
        if bytes.first().is_none_or(|first| first & 0x80 != 0) {
            bytes.insert(0, 0);
        }
        super::tlv::data_object(0x02, &bytes)
    }
    super::tlv::data_object(0x30, &[integer(r), integer(s)].concat())
}
