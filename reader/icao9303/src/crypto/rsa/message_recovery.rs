//! Digital signature scheme 1 of ISO/IEC 9796-2 with partial message recovery: RSA Active Authentication, Doc 9303-11
//! §6.1.2.
//!
//! The opened signature is `6A ‖ M1 ‖ H(M1 ‖ M2) ‖ trailer`, where M1 is the chip's own random number, which only the
//! signature carries, and M2 the reader's challenge. A trailer of one byte, `BC`, stands for SHA-1; one of two bytes,
//! `33CC` and others, names its hash (ISO/IEC 10118).

use alloc::format;
use alloc::vec::Vec;

use ::rsa::BoxedUint;
use ::rsa::traits::PublicKeyParts;

use super::RsaPublicKey;
use crate::crypto::hash::HashAlgorithm;
use crate::crypto::signature::SignatureError;

/// What a valid signature with message recovery says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveredMessage {
    /// The hash the trailer names.
    pub hash: HashAlgorithm,
    /// Whether the hash was named by a trailer of two bytes; by one byte it is understood.
    pub explicit_trailer: bool,
    /// M1, the part of the message that came in the signature.
    pub recovered: Vec<u8>,
}

impl RsaPublicKey {
    /// Verifies a signature over `M1 ‖ challenge`, where M1 comes out of the signature.
    pub fn verify_message_recovery(
        &self,
        challenge: &[u8],
        signature: &[u8],
    ) -> Result<RecoveredMessage, SignatureError> {
        let opened = self.open(signature)?;
        // ISO/IEC 9796-2 lets the signer take the smaller of s and n - s; the last four bits tell (always 1100).
        if opened.last().is_some_and(|last| last & 0x0f == 0x0c) {
            recover(&opened, challenge)
        } else {
            recover(&self.subtracted_from_modulus(&opened), challenge)
        }
    }

    fn subtracted_from_modulus(&self, opened: &[u8]) -> Vec<u8> {
        let modulus = self.0.n().as_ref();
        let opened = BoxedUint::from_be_slice(opened, modulus.bits_precision());
        // Opened numbers are below the modulus and have its length.
        opened.map(|opened| self.to_modulus_len(&modulus.wrapping_sub(&opened))).unwrap_or_default()
    }
}

fn recover(opened: &[u8], challenge: &[u8]) -> Result<RecoveredMessage, SignatureError> {
    let (hash, trailer_len) = match opened {
        [.., 0xbc] => (HashAlgorithm::Sha1, 1),
        [.., id, 0xcc] => (hash_of_trailer(*id)?, 2),
        _ => return Err(SignatureError::Invalid),
    };
    let message_and_hash = opened.get(..opened.len() - trailer_len).and_then(without_header);
    let message_and_hash = message_and_hash.ok_or(SignatureError::Invalid)?;
    let message_len = message_and_hash.len().checked_sub(hash.output_len()).ok_or(SignatureError::Invalid)?;
    let (recovered, expected) = message_and_hash.split_at(message_len);
    if hash.digest_parts(&[recovered, challenge]) != expected {
        return Err(SignatureError::Invalid);
    }
    Ok(RecoveredMessage { hash, explicit_trailer: trailer_len == 2, recovered: recovered.to_vec() })
}

/// Hash identifiers of ISO/IEC 10118-3.
fn hash_of_trailer(id: u8) -> Result<HashAlgorithm, SignatureError> {
    match id {
        0x33 => Ok(HashAlgorithm::Sha1),
        0x34 => Ok(HashAlgorithm::Sha256),
        0x35 => Ok(HashAlgorithm::Sha512),
        0x36 => Ok(HashAlgorithm::Sha384),
        0x38 => Ok(HashAlgorithm::Sha224),
        // RIPEMD-160, RIPEMD-128 and Whirlpool, which Doc 9303-11 does not allow.
        0x31 | 0x32 | 0x37 => Err(SignatureError::Unsupported { name: format!("ISO 9796-2 trailer {id:02X}CC") }),
        _ => Err(SignatureError::Invalid),
    }
}

/// Takes off the header: bits 01, 1 for partial recovery, 0, then the nibbles B … B A of the padding, of which the last
/// may stand alone.
///
/// Total recovery (`4A`) is refused: its hash does not cover the challenge, so that any old signature would do.
fn without_header(opened: &[u8]) -> Option<&[u8]> {
    let (first, rest) = opened.split_first()?;
    match first {
        0x6a => Some(rest),
        0x6b => {
            let end = rest.iter().position(|byte| *byte != 0xbb)?;
            let (0xba, message) = rest.split_at(end).1.split_first()? else { return None };
            Some(message)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::TestKey;
    use super::*;

    const CHALLENGE: &[u8] = &[1, 2, 3, 4, 5, 6, 7, 8];
    const TRAILERS: [(HashAlgorithm, &[u8]); 6] = [
        (HashAlgorithm::Sha1, &[0xbc]),
        (HashAlgorithm::Sha1, &[0x33, 0xcc]),
        (HashAlgorithm::Sha224, &[0x38, 0xcc]),
        (HashAlgorithm::Sha256, &[0x34, 0xcc]),
        (HashAlgorithm::Sha384, &[0x36, 0xcc]),
        (HashAlgorithm::Sha512, &[0x35, 0xcc]),
    ];

    #[test]
    fn every_trailer_verifies_and_gives_the_chips_part_of_the_message() {
        let key = TestKey::of_1024_bits();
        for (hash, trailer) in TRAILERS {
            let (signature, message) = sign(&key, &[0x6a], hash, trailer);
            let recovered = key.public.verify_message_recovery(CHALLENGE, &signature).unwrap();
            assert_eq!(recovered, RecoveredMessage { hash, explicit_trailer: trailer.len() == 2, recovered: message });
            let other = key.public.verify_message_recovery(&[0; 8], &signature);
            assert_eq!(other, Err(SignatureError::Invalid), "{hash}");
        }
    }

    #[test]
    fn the_smaller_of_both_roots_verifies_too() {
        let key = TestKey::of_1024_bits();
        let (signature, message) = sign(&key, &[0x6a], HashAlgorithm::Sha256, &[0x34, 0xcc]);
        let other_root = key.public.subtracted_from_modulus(&signature);
        let recovered = key.public.verify_message_recovery(CHALLENGE, &other_root).unwrap();
        assert_eq!(recovered.recovered, message);
    }

    #[test]
    fn padding_before_a_short_message_is_taken_off() {
        let key = TestKey::of_1024_bits();
        for header in [&[0x6b, 0xba][..], &[0x6b, 0xbb, 0xba], &[0x6b, 0xbb, 0xbb, 0xbb, 0xba]] {
            let (signature, message) = sign(&key, header, HashAlgorithm::Sha1, &[0xbc]);
            let recovered = key.public.verify_message_recovery(CHALLENGE, &signature).unwrap();
            assert_eq!(recovered.recovered, message);
        }
    }

    #[test]
    fn total_recovery_is_refused_since_it_does_not_cover_the_challenge() {
        let key = TestKey::of_1024_bits();
        for header in [&[0x4a][..], &[0x4b, 0xba], &[0x6b, 0xbb, 0xaa], &[0x60], &[0]] {
            let (signature, _) = sign(&key, header, HashAlgorithm::Sha1, &[0xbc]);
            assert_eq!(key.public.verify_message_recovery(CHALLENGE, &signature), Err(SignatureError::Invalid));
        }
    }

    #[test]
    fn an_unknown_trailer_is_invalid_and_a_forgotten_hash_is_named() {
        let key = TestKey::of_1024_bits();
        let (signature, _) = sign(&key, &[0x6a], HashAlgorithm::Sha1, &[0x31, 0xcc]);
        let unsupported = SignatureError::Unsupported { name: "ISO 9796-2 trailer 31CC".into() };
        assert_eq!(key.public.verify_message_recovery(CHALLENGE, &signature), Err(unsupported));
        for trailer in [&[0x99, 0xcc][..], &[0xac], &[0x33, 0x3c]] {
            let (signature, _) = sign(&key, &[0x6a], HashAlgorithm::Sha1, trailer);
            assert_eq!(key.public.verify_message_recovery(CHALLENGE, &signature), Err(SignatureError::Invalid));
        }
    }

    fn sign(key: &TestKey, header: &[u8], hash: HashAlgorithm, trailer: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let message_len = key.public.modulus_len() - header.len() - hash.output_len() - trailer.len();
        let message: Vec<u8> = (0..message_len).map(|i| i as u8).collect();
        let proof = hash.digest_parts(&[&message, CHALLENGE]);
        (key.sign_raw(&[header, &message, &proof, trailer].concat()), message)
    }
}
