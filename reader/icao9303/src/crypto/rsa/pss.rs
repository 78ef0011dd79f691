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

#[cfg(test)]
mod tests {
    use super::super::tests::TestKey;
    use super::*;

    #[test]
    fn every_pair_of_hashes_and_any_salt_length_verify() {
        for key in [TestKey::of_1024_bits(), TestKey::of_1025_bits()] {
            for hash in HashAlgorithm::ALL {
                for mask_hash in HashAlgorithm::ALL {
                    for salt_len in [0, 1, 20, 62] {
                        let signature = sign(&key, hash, mask_hash, salt_len);
                        let verify = |mask_hash, salt_len| {
                            key.public.verify_pss(hash, mask_hash, salt_len, b"message", &signature)
                        };
                        assert_eq!(verify(mask_hash, Some(salt_len)), Ok(()), "{hash} {mask_hash} {salt_len}");
                        assert_eq!(verify(mask_hash, None), Ok(()), "{hash} {mask_hash} {salt_len}");
                        assert_eq!(verify(mask_hash, Some(salt_len + 1)), Err(SignatureError::Invalid));
                        let other = HashAlgorithm::ALL.into_iter().find(|other| *other != mask_hash).unwrap();
                        assert_eq!(verify(other, None), Err(SignatureError::Invalid));
                    }
                }
            }
        }
    }

    #[test]
    fn another_message_does_not_verify() {
        let key = TestKey::of_1024_bits();
        let signature = sign(&key, HashAlgorithm::Sha256, HashAlgorithm::Sha256, 32);
        let found = key.public.verify_pss(HashAlgorithm::Sha256, HashAlgorithm::Sha256, None, b"massage", &signature);
        assert_eq!(found, Err(SignatureError::Invalid));
    }

    #[test]
    fn a_modulus_too_short_for_the_hash_and_salt_is_invalid() {
        let key = TestKey::of_1024_bits();
        for last in [0xbc, 0xbd] {
            let opened = [&[0; 127], &[last][..]].concat();
            for hash in HashAlgorithm::ALL {
                let found = key.public.verify_pss(hash, hash, Some(9999), b"", &key.sign_raw(&opened));
                assert_eq!(found, Err(SignatureError::Invalid));
            }
        }
    }

    /// EMSA-PSS-ENCODE, RFC 8017 §9.1.1.
    fn sign(key: &TestKey, hash: HashAlgorithm, mask_hash: HashAlgorithm, salt_len: usize) -> Vec<u8> {
        let salt: Vec<u8> = (0..salt_len as u8).collect();
        let encoded_bits = key.public.modulus_bits() - 1;
        let proof = hash.digest_parts(&[&[0; 8], &hash.digest(b"message"), &salt]);
        let block_len = encoded_bits.div_ceil(8) - proof.len() - 1;
        let mut block = alloc::vec![0; block_len - salt_len - 1];
        block.push(1);
        block.extend_from_slice(&salt);
        for (byte, mask) in block.iter_mut().zip(mask(mask_hash, &proof, block_len)) {
            *byte ^= mask;
        }
        block[0] &= 0xff >> (8 * encoded_bits.div_ceil(8) - encoded_bits);
        key.sign_raw(&[block.as_slice(), &proof, &[0xbc]].concat())
    }
}
