//! Integrated mapping: from two nonces to a generator, with no public key exchanged (ICAO Doc 9303-11, 4.4.3.3.2 and
//! appendix B; BSI TR-03110-3, B.2.2).

use icao9303::crypto::curve::{Curve, Point};
use num_bigint::BigUint;

use crate::{
    chip::{block_cipher::BlockCipher, key_agreement::Element, modp},
    image::{Cipher, Domain},
};

/// c0 and c1 where the nonce has 128 bits.
const CONSTANTS_128: [&str; 2] = ["a668892a7c41e3ca739f40b057d85904", "a4e136ac725f738b01c1f60217c188ad"];
/// c0 and c1 where it has 256.
const CONSTANTS_256: [&str; 2] = [
    "d463d65234124ef7897054986dca0a174e28df758cbaa03f240616414d5a1676",
    "54bd7255f0aaf831bec3423fcf39d69b6cbf066677d0faae5aadd99df8e53517",
];

impl Cipher {
    /// Bytes of the chip's nonce s: a whole number of blocks, and no shorter than the key.
    #[must_use]
    pub const fn mapping_nonce_len(self) -> usize {
        self.key_len().next_multiple_of(16)
    }
}

/// The generator of two nonces: the chip's `s`, and the terminal's `t`, which is as long as a key of the cipher. Nothing
/// where the curve knows no such mapping (secp224r1), or for the one number in 2^128 that has no point.
#[must_use]
pub fn generator(domain: Domain, cipher: Cipher, s: &[u8], t: &[u8]) -> Option<Element> {
    match domain {
        Domain::Curve(curve) => {
            let p = BigUint::from_bytes_be(curve.domain_parameters().p);
            point(curve, &pseudo_random(cipher, s, t, &p)).map(Element::Point)
        }
        Domain::Group(group) => {
            let number = pseudo_random(cipher, s, t, &group.p());
            let cofactor = (group.p() - 1u8) / group.q();
            modp::Element::new(group, number.modpow(&cofactor, &group.p())).map(Element::Number)
        }
    }
}

/// R_p(s, t): output of the block cipher, 64 bits longer than the prime, modulo the prime.
fn pseudo_random(cipher: Cipher, s: &[u8], t: &[u8], p: &BigUint) -> BigUint {
    let [c0, c1] = if s.len() == 16 { CONSTANTS_128 } else { CONSTANTS_256 }.map(bytes);
    let encrypt = |key: &[u8], text: &[u8]| {
        BlockCipher::new(cipher, &key[..cipher.key_len()]).encrypt_cbc(&vec![0; cipher.block_len()], text)
    };
    let mut key = encrypt(t, s);
    let mut output = Vec::new();
    while (output.len() * 8) < p.bits() as usize + 64 {
        output.extend(encrypt(&key, &c1));
        key = encrypt(&key, &c0);
    }
    BigUint::from_bytes_be(&output) % p
}

/// The point of a number: the simplified Shallue-van de Woestijne-Ulas map for fields whose prime is 3 modulo 4 (ICAO
/// Doc 9303-11, appendix B.2, in affine coordinates; every curve here has cofactor 1).
fn point(curve: Curve, t: &BigUint) -> Option<Point> {
    let numbers = curve.domain_parameters();
    let [p, a, b] = [numbers.p, numbers.a, numbers.b].map(BigUint::from_bytes_be);
    let one = BigUint::from(1u8);
    if &p % 4u8 != BigUint::from(3u8) {
        return None;
    }
    let polynomial = |x: &BigUint| (x * x % &p * x + &a * x + &b) % &p;
    let negative = |x: &BigUint| (&p - x % &p) % &p;
    // 1 to 3: α = -t², x2 = -b/a · (1 + 1/(α + α²)), x3 = α · x2.
    let alpha = negative(&(t * t));
    let inverse = ((&alpha + &alpha * &alpha) % &p).modinv(&p)?;
    let x2 = negative(&b) * a.modinv(&p)? % &p * (one.clone() + inverse) % &p;
    let x3 = &alpha * &x2 % &p;
    // 4 to 6: the polynomial at x2, and u = t³ · h2.
    let h2 = polynomial(&x2);
    let u = t * t % &p * t % &p * &h2 % &p;
    // 7 and 8: one of the two is the square of a number.
    let exponent = &p - &one - (&p + &one) / 4u8;
    let root = h2.modpow(&exponent, &p);
    let (x, y) = if &root * &root % &p * &h2 % &p == one { (x2, root * h2 % &p) } else { (x3, root * u % &p) };
    let encoded = [vec![4], padded(&x, curve.field_len()), padded(&y, curve.field_len())].concat();
    Point::from_sec1(curve, &encoded).ok()
}

fn padded(number: &BigUint, length: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    [vec![0; length.saturating_sub(bytes.len())], bytes].concat()
}

fn bytes(hex: &str) -> Vec<u8> {
    base16ct::lower::decode_vec(hex).expect("the constants are hexadecimal")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chip::tests::vectors::{field, json};

    #[test]
    fn the_mapping_of_example_h1_gives_its_number_and_its_point() {
        let Some(example) = json("icao-worked-examples/icao_h1_ecdh_im_map2point.json") else { return };
        let value = |name: &str| field(&example["values"], name);
        let curve = Curve::BrainpoolP256r1;
        let p = BigUint::from_bytes_be(curve.domain_parameters().p);
        let number = pseudo_random(Cipher::Aes128, &value("decryptedNonceS"), &value("nonceT"), &p);
        assert_eq!(number.to_bytes_be(), value("pseudRandomFunctionResult"));
        let mapped = point(curve, &number).unwrap().to_sec1();
        assert_eq!(mapped[1..], [value("expectedMappedGeneratorX"), value("expectedMappedGeneratorY")].concat());
    }

    #[test]
    fn the_mapping_of_example_h2_gives_its_generator() {
        let Some(example) = json("icao-worked-examples/icao_h2_dh_im.json") else { return };
        let value = |name: &str| field(&example["values"], name);
        let group = modp::Group::Modp1024_160;
        let number = pseudo_random(Cipher::Aes128, &value("s"), &value("t"), &group.p());
        assert_eq!(number.to_bytes_be(), value("expectedX"));
        let mapped = generator(Domain::Group(group), Cipher::Aes128, &value("s"), &value("t")).unwrap();
        assert_eq!(mapped.to_bytes(), value("expectedMappedGenerator"));
    }

    #[test]
    fn every_cipher_finds_a_generator_in_every_domain_but_on_secp224r1() {
        let curves = Curve::ALL.map(Domain::Curve).into_iter();
        for domain in curves.chain(modp::Group::ALL.map(Domain::Group)) {
            for cipher in [Cipher::TripleDes, Cipher::Aes128, Cipher::Aes192, Cipher::Aes256] {
                let s = vec![0x5A; cipher.mapping_nonce_len()];
                for t in 0..4 {
                    let found = generator(domain, cipher, &s, &vec![t; cipher.key_len()]);
                    assert_eq!(found.is_some(), domain != Domain::Curve(Curve::Secp224r1), "{domain:?} {cipher:?}");
                }
            }
        }
    }
}
