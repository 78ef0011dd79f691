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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pkcs1_signatures_verify_with_and_without_the_null_of_the_hash() {
        for key in [TestKey::of_1024_bits(), TestKey::of_1025_bits()] {
            for hash in HashAlgorithm::ALL {
                for null in [true, false] {
                    let signature = key.sign_pkcs1v15(hash, null, b"message");
                    assert_eq!(key.public.verify_pkcs1v15(hash, b"message", &signature), Ok(()), "{hash}");
                    let other = key.public.verify_pkcs1v15(hash, b"massage", &signature);
                    assert_eq!(other, Err(SignatureError::Invalid), "{hash}");
                }
            }
        }
    }

    #[test]
    fn a_signature_of_another_length_or_above_the_modulus_is_malformed() {
        let key = TestKey::of_1024_bits();
        let signature = key.sign_pkcs1v15(HashAlgorithm::Sha256, true, b"message");
        let longer = [&[0], signature.as_slice()].concat();
        let modulus = key.public.to_modulus_len(key.public.0.n().as_ref());
        for bytes in [&[][..], &signature[1..], &longer, &modulus, &[0xff; 128]] {
            let found = key.public.verify_pkcs1v15(HashAlgorithm::Sha256, b"message", bytes);
            assert!(matches!(found, Err(SignatureError::Malformed { .. })), "{found:?}");
        }
    }

    #[test]
    fn keys_outside_the_limits_are_refused() {
        let odd = |bits: usize| {
            let mut number = alloc::vec![0xff; bits / 8];
            number[0] = 0x80;
            number
        };
        for (modulus, exponent, usable) in [
            (odd(1016), &[3][..], false),
            (odd(1024), &[3], true),
            (odd(8192), &[3], true),
            (odd(8200), &[3], false),
            (odd(2048), &[], false),
            (odd(2048), &[1], false),
            (odd(2048), &[2], false),
            (odd(2048), &[1, 0, 0, 0, 1], true),
            (odd(2048), &[2, 0, 0, 0, 1], false),
            (odd(2048), &[1, 0, 0, 0, 0, 1], false),
            (alloc::vec![0x80; 256], &[3], false),
        ] {
            let key = RsaPublicKey::new(&modulus, exponent);
            assert_eq!(key.is_ok(), usable, "{} bytes, e = {exponent:02x?}", modulus.len());
        }
    }

    /// A key for the tests of this module and its children: signing is the public operation with the private exponent.
    pub(super) struct TestKey {
        pub public: RsaPublicKey,
        private: ::rsa::RsaPublicKey,
    }

    impl TestKey {
        pub fn of_1024_bits() -> Self {
            Self::new(
                "c6d9b93abb5e51725b6f80585006735f74539900d3b7ecec98e399069d0b5339695c334013000c2a6821e32b325427da\
             85abdaba667d0f8e54c71ec482517e789caf152b68d99e2f433126552d42f53ee86d2349744daa91603e3f280281e5e9\
             ac4622c938d68b2fea43e70231c0264e9fde43f7bf86dccbf1ad478a58d59ae1",
                "53b4eb6871df6e61b963e29f4a70acb88dfb72f90a26eeb15a5ad4dc17d7e09cd6615da1a75de9c1203cc3a837737da3\
             5b89d0758f172e29383eea10c6db0f656f83351b4bbece18fbc777d3cda0f850107086f90fb88d3151a679ce6f50094f\
             ad6df9d9bd120892e81f7c93e91d2c02a7003db98c082524ffa3e1d02f5b0951",
            )
        }

        /// One bit more than a whole number of bytes.
        pub fn of_1025_bits() -> Self {
            Self::new(
                "01d471ed31b4fe451fc5caaf101a93587aa844bc540dac9fb381d317a0b102f7d386691f0ebe4466fb968c81221077b9\
             db3e1791d96b303ac15c63eae8ae17234a7120eaeff8b030a70a2f83a879a9adaf1fce03bf4e4d9ea4dbec50eaeba268\
             0e4e1cdcf46487171274e77a938ad18c6a0213af2f68345cf318375ee90295ea01",
                "01263b58ccbbee69e4870bc3e1cd8f7727b3c158b942cd8691ed9d755dcd511bf094a03a8dbc1ca2c2abd11cdb1494de\
             fc4287f36828d766504583ccecd14c5f307c4389db57b5ece53ae5ed5e4f3872058d2361f5503d8d0902d83cd85b04fe\
             d3f7d056cc2c015e05be435003ad04b3f7e3933801fc467bfb5437dbf13ef4a2f1",
            )
        }

        pub fn sign_raw(&self, encoded: &[u8]) -> Vec<u8> {
            let number = BoxedUint::from_be_slice(encoded, self.public.0.n().bits_precision()).unwrap();
            let signature = ::rsa::hazmat::rsa_encrypt(&self.private, &number).unwrap();
            self.public.to_modulus_len(&signature)
        }

        fn new(modulus: &str, private_exponent: &str) -> Self {
            let [modulus, exponent] =
                [modulus, private_exponent].map(|digits| base16ct::lower::decode_vec(digits).unwrap());
            let public = RsaPublicKey::new(&modulus, &[1, 0, 1]).unwrap();
            let private = ::rsa::RsaPublicKey::new_unchecked(
                public.0.n().as_ref().clone(),
                BoxedUint::from_be_slice_vartime(&exponent),
            );
            Self { public, private }
        }

        fn sign_pkcs1v15(&self, hash: HashAlgorithm, null: bool, message: &[u8]) -> Vec<u8> {
            let info = [digest_info_prefix(hash, null), hash.digest(message)].concat();
            let padding = alloc::vec![0xff; self.public.modulus_len() - info.len() - 3];
            self.sign_raw(&[&[0, 1], padding.as_slice(), &[0], &info].concat())
        }
    }
}
