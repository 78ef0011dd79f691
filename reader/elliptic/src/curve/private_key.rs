//! A secret scalar: the ephemeral key of PACE and of Chip Authentication, the keys of simulated chips and test issuers.

use alloc::vec::Vec;
use core::fmt;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::arithmetic::on_curve;
use super::{Curve, KeyError, Point};
use crate::hash::HashAlgorithm;

/// A number from 1 to n − 1, wiped from memory when dropped.
#[derive(Clone)]
pub struct PrivateKey {
    curve: Curve,
    /// Exactly the order's length.
    scalar: Zeroizing<Vec<u8>>,
}

impl PrivateKey {
    /// A random key, by rejection sampling (FIPS 186-5 appendix A.2.2).
    ///
    /// Takes the order's length in bytes from the generator for each candidate, so that a scripted generator yields
    /// the key it holds.
    pub fn generate(curve: Curve, rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut scalar = Zeroizing::new(alloc::vec![0; curve.order_len()]);
        let unused_bits = curve.order_len() * 8 - curve.order_bits();
        loop {
            rng.fill_bytes(&mut scalar);
            if let Some(first) = scalar.first_mut() {
                *first &= 0xff >> unused_bits;
            }
            if is_canonical(curve, &scalar) {
                return Self { curve, scalar };
            }
        }
    }

    /// Reads a big-endian number from 1 to n − 1 of any length.
    pub fn from_bytes(curve: Curve, bytes: &[u8]) -> Result<Self, KeyError> {
        if !is_canonical(curve, bytes) {
            return Err(KeyError::ScalarOutOfRange { curve });
        }
        let mut scalar = Zeroizing::new(alloc::vec![0; curve.order_len()]);
        for (to, from) in scalar.iter_mut().rev().zip(bytes.iter().rev()) {
            *to = *from;
        }
        Ok(Self { curve, scalar })
    }

    /// The number, big-endian, in the order's length.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        self.scalar.clone()
    }

    /// The key's curve.
    pub const fn curve(&self) -> Curve {
        self.curve
    }

    /// The public key for the curve's own generator.
    pub fn public_key(&self) -> Point {
        let point = on_curve!(self.curve, multiply_generator(&self.scalar));
        // The scalar is from 1 to n - 1 and the group has prime order n.
        Point::from_arithmetic(self.curve, point).expect("a multiple below the order is never the point at infinity")
    }

    /// The public key for another generator: the mapped one of PACE.
    pub fn public_key_on(&self, generator: &Point) -> Result<Point, KeyError> {
        self.diffie_hellman(generator)
    }

    /// The shared point of a key agreement (BSI TR-03111 §4.3.1); its [`Point::x`] is the shared secret.
    pub fn diffie_hellman(&self, peer: &Point) -> Result<Point, KeyError> {
        self.curve.expect_same(peer.curve())?;
        let shared = on_curve!(self.curve, multiply(&self.scalar, peer.as_sec1()));
        Point::from_arithmetic(self.curve, shared)
    }

    /// An ECDSA signature (r, s) over a hash, each in the order's length, with the nonce of RFC 6979.
    ///
    /// For Terminal Authentication, simulated chips and test issuers. The hash that drives RFC 6979 is told by
    /// the length of `prehash`.
    pub fn sign_prehash(&self, prehash: &[u8]) -> (Vec<u8>, Vec<u8>) {
        self.sign_prehash_with(prehash, &[])
    }

    /// The same with additional data for the nonce (RFC 6979 §3.6): each gives another signature of the same hash.
    pub fn sign_prehash_with(&self, prehash: &[u8], additional: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let hash = HashAlgorithm::ALL.into_iter().find(|hash| hash.output_len() == prehash.len());
        // RFC 6979 needs at least one byte; an empty hash is the number 0 either way.
        let prehash = if prehash.is_empty() { &[0] } else { prehash };
        let signature =
            on_curve!(self.curve, sign(&self.scalar, prehash, additional, hash.unwrap_or(HashAlgorithm::Sha256)));
        signature.expect("the scalar and every nonce of RFC 6979 are from 1 to n - 1")
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, ..)", self.curve)
    }
}

/// Not generic, so that the arithmetic is compiled once, here, and not in each crate that generates keys.
fn is_canonical(curve: Curve, bytes: &[u8]) -> bool {
    on_curve!(curve, is_canonical_scalar(bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn key_agreement_gives_the_known_answer_on_every_curve() {
        let vectors = include_str!("../../tests/vectors/ecdh.txt");
        let mut curves = Vec::new();
        for line in vectors.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<_> = line.split(' ').collect();
            let curve = Curve::ALL.into_iter().find(|curve| curve.name() == words[0]).unwrap();
            let [a, b] = [1, 2].map(|i| PrivateKey::from_bytes(curve, &hex(words[i])).unwrap());
            assert_eq!(a.diffie_hellman(&b.public_key()).unwrap().x(), hex(words[3]), "{curve}");
            assert_eq!(b.diffie_hellman(&a.public_key()).unwrap().x(), hex(words[3]), "{curve}");
            curves.push(curve);
        }
        assert_eq!(curves, Curve::ALL);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn both_sides_agree_on_a_mapped_generator(
            curve in prop::sample::select(&Curve::ALL[..]),
            seeds in any::<[[u8; 16]; 4]>(),
            nonce in prop::collection::vec(any::<u8>(), 0..80),
        ) {
            let [map_a, map_b, a, b] = seeds.map(|seed| {
                PrivateKey::from_bytes(curve, &[&[1], seed.as_slice()].concat()).unwrap()
            });
            let h = map_a.diffie_hellman(&map_b.public_key()).unwrap();
            prop_assert_eq!(&h, &map_b.diffie_hellman(&map_a.public_key()).unwrap());
            let generator = curve.generic_mapping(&nonce, &h).unwrap();
            prop_assert_eq!(Point::from_sec1(curve, generator.as_sec1()), Ok(generator.clone()));
            let shared = a.diffie_hellman(&b.public_key_on(&generator).unwrap()).unwrap();
            prop_assert_eq!(shared, b.diffie_hellman(&a.public_key_on(&generator).unwrap()).unwrap());
        }

        #[test]
        fn a_key_is_made_of_any_random_numbers(curve in prop::sample::select(&Curve::ALL[..]), seed in any::<u64>()) {
            let key = PrivateKey::generate(curve, &mut Counter(seed));
            prop_assert_eq!(PrivateKey::from_bytes(curve, &key.to_bytes()).unwrap().to_bytes(), key.to_bytes());
            prop_assert_eq!(Point::from_sec1(curve, key.public_key().as_sec1()), Ok(key.public_key()));
        }
    }

    /// Not random at all (a linear congruence), which tests may be.
    struct Counter(u64);

    impl rand_core::TryRng for Counter {
        type Error = core::convert::Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            Ok((self.try_next_u64()? >> 32) as u32)
        }

        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            Ok(self.0)
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
            for byte in bytes {
                *byte = (self.try_next_u64()? >> 56) as u8;
            }
            Ok(())
        }
    }

    impl rand_core::TryCryptoRng for Counter {}

    fn hex(digits: &str) -> Vec<u8> {
        base16ct::lower::decode_vec(digits).unwrap()
    }

    #[test]
    fn one_less_than_the_order_gives_the_generator_mirrored() {
        for curve in Curve::ALL {
            let mut below_order = curve.domain_parameters().n.to_vec();
            *below_order.last_mut().unwrap() -= 1;
            let point = PrivateKey::from_bytes(curve, &below_order).unwrap().public_key();
            assert_eq!(point.x(), curve.domain_parameters().gx, "{curve}");
            assert_ne!(point, Point::generator(curve), "{curve}");
            let one = PrivateKey::from_bytes(curve, &[1]).unwrap();
            assert_eq!(one.public_key(), Point::generator(curve), "{curve}");
            // (n - 1) G + G is the point at infinity, so n G is.
            assert_eq!(curve.generic_mapping(&below_order, &one.public_key()), Err(KeyError::Identity { curve }));
        }
    }

    #[test]
    fn zero_and_the_order_are_no_private_keys() {
        for curve in Curve::ALL {
            let order = curve.domain_parameters().n;
            for bytes in [&[][..], &[0], &[0; 80], order, &[1; 67]] {
                let key = PrivateKey::from_bytes(curve, bytes);
                assert_eq!(key.err(), Some(KeyError::ScalarOutOfRange { curve }));
            }
        }
    }

    #[test]
    fn leading_zeros_do_not_change_a_private_key() {
        for curve in Curve::ALL {
            let key = PrivateKey::from_bytes(curve, &[[0; 80].as_slice(), &[7]].concat()).unwrap();
            assert_eq!(key.to_bytes(), PrivateKey::from_bytes(curve, &[7]).unwrap().to_bytes());
            assert_eq!(key.to_bytes().len(), curve.order_len());
        }
    }
}
