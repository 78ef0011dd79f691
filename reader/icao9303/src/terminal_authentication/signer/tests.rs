use std::{fs, println, string::String};

use super::*;
use crate::{crypto::signature, random::Scripted};

fn numbers() -> Scripted {
    Scripted::new((0..4096).map(|number: u32| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect())
}

fn ec_key(curve: Curve) -> SoftwareKey {
    SoftwareKey::from_ec_key(PrivateKey::from_bytes(curve, &[0x35; 20]).unwrap())
}

/// PKCS #8 with an ECPrivateKey that says no more than it must.
fn pkcs8(curve: Curve, number: &[u8]) -> Vec<u8> {
    let key = [tlv::encode(0x02, &[1]), tlv::encode(0x04, number)].concat();
    let algorithm = [tlv::encode(0x06, EC_PUBLIC_KEY.as_bytes()), tlv::encode(0x06, curve.oid().as_bytes())].concat();
    let fields = [tlv::encode(0x02, &[0]), tlv::encode(0x30, &algorithm), tlv::encode(0x04, &tlv::encode(0x30, &key))];
    tlv::encode(0x30, &fields.concat())
}

#[test]
fn every_algorithm_on_a_curve_gives_a_signature_that_verifies() {
    let mut rng = numbers();
    for curve in [Curve::Secp256r1, Curve::BrainpoolP512r1, Curve::Secp521r1] {
        let key = ec_key(curve);
        let public = PublicKey::Ec {
            point: PrivateKey::from_bytes(curve, &[0x35; 20]).unwrap().public_key(),
            explicit_parameters: true,
        };
        assert!(key.holds(&public));
        for algorithm in CvAlgorithm::all().filter(|algorithm| matches!(algorithm, CvAlgorithm::Ecdsa(_))) {
            let signature = key.sign(algorithm, b"message", &mut rng).unwrap();
            assert_eq!(signature::verify(&algorithm.scheme(), &public, b"message", &signature), Ok(()));
            assert_ne!(signature, key.sign(algorithm, b"message", &mut rng).unwrap(), "no two alike");
        }
        let other = CvAlgorithm::RsaV15(HashAlgorithm::Sha256);
        assert!(matches!(key.sign(other, b"message", &mut rng), Err(SigningError::OtherAlgorithm(_))));
    }
}

#[test]
fn a_key_of_pkcs_8_is_read_and_never_printed() {
    let key = SoftwareKey::from_pkcs8_der(&pkcs8(Curve::BrainpoolP256r1, &[0x35; 32])).unwrap();
    assert_eq!(std::format!("{key:?}"), "SoftwareKey(EC, ..)");
    let point = PrivateKey::from_bytes(Curve::BrainpoolP256r1, &[0x35; 32]).unwrap().public_key();
    assert!(key.holds(&PublicKey::Ec { point, explicit_parameters: false }));
}

#[test]
fn what_is_no_key_is_refused_without_a_word_about_it() {
    let good = pkcs8(Curve::BrainpoolP256r1, &[0x35; 32]);
    for cut in 0..good.len() {
        assert!(SoftwareKey::from_pkcs8_der(&good[..cut]).is_err(), "{cut}");
    }
    assert!(matches!(
        SoftwareKey::from_pkcs8_der(&pkcs8(Curve::BrainpoolP256r1, &[0xFF; 32])),
        Err(PrivateKeyError::Key(KeyError::ScalarOutOfRange { .. }))
    ));
    let mut other = good.clone();
    let at = other.windows(7).position(|bytes| bytes == EC_PUBLIC_KEY.as_bytes()).unwrap();
    other[at + 6] = 9;
    assert!(matches!(SoftwareKey::from_pkcs8_der(&other), Err(PrivateKeyError::Unsupported(_))));
}

#[cfg(feature = "rsa")]
#[test]
fn every_algorithm_of_rsa_gives_a_signature_that_verifies() {
    let shared = std::env::var("CCCD_SHARED")
        .unwrap_or_else(|_| String::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")));
    let Ok(der) = fs::read(std::format!("{shared}/vectors/bsi-tr03105-5-specimen/DG15_sk.pkcs8")) else {
        println!("skipped: shared vectors absent");
        return;
    };
    let key = SoftwareKey::from_pkcs8_der(&der).unwrap();
    let Key::Rsa(private) = &key.0 else { panic!("an RSA key") };
    let public = PublicKey::Rsa(RsaPublicKey::new(&private.n_bytes(), &private.e_bytes()).unwrap());
    assert!(key.holds(&public));
    let mut rng = numbers();
    for algorithm in CvAlgorithm::all().filter(|algorithm| !matches!(algorithm, CvAlgorithm::Ecdsa(_))) {
        match key.sign(algorithm, b"message", &mut rng) {
            Ok(signature) => {
                assert_eq!(signature::verify(&algorithm.scheme(), &public, b"message", &signature), Ok(()));
            }
            // 1024 bits hold no SHA-512 with a salt of its length.
            Err(error) => assert!(matches!(error, SigningError::TooShort(_)), "{}", algorithm.name()),
        }
    }
}
