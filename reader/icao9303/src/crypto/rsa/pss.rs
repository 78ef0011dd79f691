//! RSASSA-PSS (RFC 8017 §8.1.2 and §9.1.2), with a mask hash of its own and any salt length: both are parameters of the
//! signature, and some issuers choose a mask hash that differs from the message's.

use alloc::vec::Vec;

use super::RsaPublicKey;
use crate::crypto::hash::HashAlgorithm;
use crate::crypto::signature::SignatureError;

impl RsaPublicKey {
    /// Verifies RSASSA-PSS over a message. Without a salt length any is taken, as nothing else depends on it.
    pub fn verify_pss(
        &self,
        hash: HashAlgorithm,
        mask_hash: HashAlgorithm,
        salt_len: Option<usize>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        self.verify_pss_prehash(hash, mask_hash, salt_len, &hash.digest(message), signature)
    }

    /// Verifies RSASSA-PSS over a hash.
    pub fn verify_pss_prehash(
        &self,
        hash: HashAlgorithm,
        mask_hash: HashAlgorithm,
        salt_len: Option<usize>,
        prehash: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        let opened = self.open(signature)?;
        // One bit less than the modulus: where that starts a new byte, the opened number must not reach into it.
        let encoded_bits = self.modulus_bits() - 1;
        let excess_bytes = opened.len() - encoded_bits.div_ceil(8);
        let (excess, encoded) = opened.split_at(excess_bytes);
        let fits = excess.iter().all(|byte| *byte == 0);
        let unused_bits = encoded.len() * 8 - encoded_bits;
        if fits && is_encoding_of(prehash, encoded, unused_bits, hash, mask_hash, salt_len) == Some(true) {
            Ok(())
        } else {
            Err(SignatureError::Invalid)
        }
    }
}

/// EMSA-PSS-VERIFY, RFC 8017 §9.1.2; `None` where a length does not fit.
fn is_encoding_of(
    prehash: &[u8],
    encoded: &[u8],
    unused_bits: usize,
    hash: HashAlgorithm,
    mask_hash: HashAlgorithm,
    salt_len: Option<usize>,
) -> Option<bool> {
    let (0xbc, encoded) = encoded.split_last()? else { return Some(false) };
    let (masked, proof) = encoded.split_at_checked(encoded.len().checked_sub(hash.output_len())?)?;
    let unused_mask = 0xff_u8.checked_shl(8 - unused_bits as u32).unwrap_or(0);
    if masked.first()? & unused_mask != 0 {
        return Some(false);
    }
    let mut block: Vec<u8> = masked.iter().zip(mask(mask_hash, proof, masked.len())).map(|(a, b)| a ^ b).collect();
    *block.first_mut()? &= !unused_mask;

    let padding_len = block.iter().position(|byte| *byte != 0)?;
    let (0x01, salt) = block.split_at(padding_len).1.split_first()? else { return Some(false) };
    if salt_len.is_some_and(|expected| expected != salt.len()) {
        return Some(false);
    }
    Some(prehash.len() == hash.output_len() && hash.digest_parts(&[&[0; 8], prehash, salt]) == proof)
}

/// MGF1, RFC 8017 appendix B.2.1.
fn mask(hash: HashAlgorithm, seed: &[u8], length: usize) -> impl Iterator<Item = u8> {
    (0_u32..).flat_map(move |counter| hash.digest_parts(&[seed, &counter.to_be_bytes()])).take(length)
}
