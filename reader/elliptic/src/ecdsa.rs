//! ECDSA signatures (BSI TR-03111 §4.2.1, SEC 1 §4.1) in both encodings: plain `r ‖ s` (Active Authentication, BSI
//! TR-03111 §5.2.1) and DER (certificates and EF.SOD, RFC 3279 §2.2.3).

use alloc::vec::Vec;

use der::asn1::UintRef;
use der::{Decode, Encode, Sequence};

use super::curve::{Curve, Point};

/// The two numbers of a signature, big-endian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcdsaSignature {
    /// The x coordinate of the ephemeral key, modulo n.
    pub r: Vec<u8>,
    /// The proof of the private key.
    pub s: Vec<u8>,
}

impl EcdsaSignature {
    /// Reads plain `r ‖ s`, each in the order's length.
    pub fn from_plain(curve: Curve, bytes: &[u8]) -> Option<Self> {
        if bytes.len() != 2 * curve.order_len() {
            return None;
        }
        let (r, s) = bytes.split_at(curve.order_len());
        Some(Self { r: r.to_vec(), s: s.to_vec() })
    }

    /// Reads `SEQUENCE { r INTEGER, s INTEGER }` in DER, with nothing after it.
    pub fn from_der(bytes: &[u8]) -> Option<Self> {
        let value = EcdsaSigValue::from_der(bytes).ok()?;
        Some(Self { r: value.r.as_bytes().to_vec(), s: value.s.as_bytes().to_vec() })
    }

    /// Plain `r ‖ s`, each in the order's length; none when a number is longer.
    pub fn to_plain(&self, curve: Curve) -> Option<Vec<u8>> {
        let length = curve.order_len();
        let mut plain = Vec::with_capacity(2 * length);
        for number in [without_leading_zeros(&self.r), without_leading_zeros(&self.s)] {
            plain.resize(plain.len() + length.checked_sub(number.len())?, 0);
            plain.extend_from_slice(number);
        }
        Some(plain)
    }

    /// `SEQUENCE { r INTEGER, s INTEGER }`; none when a number is absurdly long.
    pub fn to_der(&self) -> Option<Vec<u8>> {
        EcdsaSigValue { r: UintRef::new(&self.r).ok()?, s: UintRef::new(&self.s).ok()? }.to_der().ok()
    }

    /// Whether this is the signature over a hash by the holder of the private key.
    pub fn verify_prehash(&self, public: &Point, prehash: &[u8]) -> bool {
        verify_prehash(public, prehash, &self.r, &self.s)
    }
}

/// Whether (r, s) is the signature over `prehash` by the holder of the private key.
///
/// The hash may be longer than the order (its leftmost bits count) or shorter; r and s must be from 1 to n − 1.
pub fn verify_prehash(public: &Point, prehash: &[u8], r: &[u8], s: &[u8]) -> bool {
    public.verifies(prehash, r, s)
}

/// Whether `signature` is one over `prehash` in either encoding: Doc 9303-11 §6.1.2 wants plain `r ‖ s` of Active
/// Authentication, and some chips answer in DER.
pub fn verify_prehash_in_either_encoding(public: &Point, prehash: &[u8], signature: &[u8]) -> bool {
    let plain = EcdsaSignature::from_plain(public.curve(), signature);
    let der = EcdsaSignature::from_der(signature);
    plain.into_iter().chain(der).any(|signature| signature.verify_prehash(public, prehash))
}

#[derive(Sequence)]
struct EcdsaSigValue<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    number.split_at(start).1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::curve::PrivateKey;
    use crate::hash::HashAlgorithm;

    #[test]
    fn every_hash_signs_on_every_curve_and_one_flipped_bit_does_not_verify() {
        for curve in Curve::ALL {
            let key = PrivateKey::from_bytes(curve, &[0x35; 20]).unwrap();
            for hash in HashAlgorithm::ALL {
                let prehash = hash.digest(b"a message");
                let (r, s) = key.sign_prehash(&prehash);
                assert!(verify_prehash(&key.public_key(), &prehash, &r, &s), "{curve} {hash}");
                let mut other = prehash.clone();
                other[0] ^= 0x80;
                assert!(!verify_prehash(&key.public_key(), &other, &r, &s), "{curve} {hash}");
            }
        }
    }

    #[test]
    fn the_nonce_of_rfc_6979_appendix_a_2_5_gives_its_signature() {
        let private = hex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
        let key = PrivateKey::from_bytes(Curve::Secp256r1, &private).unwrap();
        for (hash, r, s) in [
            (
                HashAlgorithm::Sha1,
                "61340C88C3AAEBEB4F6D667F672CA9759A6CCAA9FA8811313039EE4A35471D32",
                "6D7F147DAC089441BB2E2FE8F7A3FA264B9C475098FDCF6E00D7C996E1B8B7EB",
            ),
            (
                HashAlgorithm::Sha256,
                "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
                "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
            ),
        ] {
            assert_eq!(key.sign_prehash(&hash.digest(b"sample")), (hex(r), hex(s)), "{hash}");
        }
    }

    #[test]
    fn zero_and_the_order_are_refused_as_r_and_as_s() {
        for curve in Curve::ALL {
            let key = PrivateKey::from_bytes(curve, &[2]).unwrap();
            let (r, s) = key.sign_prehash(&[1; 32]);
            let n = curve.domain_parameters().n;
            for (r, s) in [(&[][..], &s[..]), (&[0], &s), (n, &s), (&r, &[]), (&r, &[0]), (&r, n)] {
                assert!(!verify_prehash(&key.public_key(), &[1; 32], r, s), "{curve}");
            }
            // s + n is the same number modulo n, but not below n.
            let s_plus_n = add(&s, n);
            assert!(!verify_prehash(&key.public_key(), &[1; 32], &r, &s_plus_n), "{curve}");
        }
    }

    #[test]
    fn both_encodings_are_read_back() {
        for curve in Curve::ALL {
            let key = PrivateKey::from_bytes(curve, &[3; 16]).unwrap();
            let (r, s) = key.sign_prehash(&[0x5a; 20]);
            let signature = EcdsaSignature { r, s };
            let plain = signature.to_plain(curve).unwrap();
            assert_eq!(EcdsaSignature::from_plain(curve, &plain), Some(signature.clone()));
            let der = EcdsaSignature::from_der(&signature.to_der().unwrap()).unwrap();
            assert_eq!(der.to_plain(curve), Some(plain));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_signature_verifies_until_one_bit_flips(
            curve in prop::sample::select(&Curve::ALL[..]),
            seed in any::<[u8; 16]>(),
            prehash in prop::collection::vec(any::<u8>(), 0..80),
            bit in any::<prop::sample::Index>(),
        ) {
            let key = PrivateKey::from_bytes(curve, &[&[1], seed.as_slice()].concat()).unwrap();
            let public = key.public_key();
            let (r, s) = key.sign_prehash(&prehash);
            let plain = [r.as_slice(), &s].concat();
            prop_assert!(verify_prehash_in_either_encoding(&public, &prehash, &plain));
            let der = EcdsaSignature { r, s }.to_der().unwrap();
            prop_assert!(verify_prehash_in_either_encoding(&public, &prehash, &der));

            for signature in [plain, der] {
                let mut flipped = signature;
                let bit = bit.index(flipped.len() * 8);
                flipped[bit / 8] ^= 1 << (bit % 8);
                prop_assert!(!verify_prehash_in_either_encoding(&public, &prehash, &flipped));
            }
        }
    }

    #[test]
    fn malformed_encodings_are_refused() {
        assert_eq!(EcdsaSignature::from_plain(Curve::Secp256r1, &[1; 63]), None);
        assert_eq!(EcdsaSignature::from_plain(Curve::Secp256r1, &[1; 66]), None);
        for der in ["", "3000", "3003020101", "300602010102010100", "30060201810201ff", "300702020001020101"] {
            assert_eq!(EcdsaSignature::from_der(&hex(der)), None, "{der}");
        }
    }

    fn add(a: &[u8], b: &[u8]) -> Vec<u8> {
        let mut carry = 0;
        let mut sum: Vec<u8> = Vec::new();
        for (a, b) in a.iter().rev().zip(b.iter().rev()) {
            let total = u16::from(*a) + u16::from(*b) + carry;
            sum.push(total as u8);
            carry = total >> 8;
        }
        sum.push(carry as u8);
        sum.reverse();
        sum
    }

    fn hex(digits: &str) -> Vec<u8> {
        base16ct::mixed::decode_vec(digits).unwrap()
    }
}
