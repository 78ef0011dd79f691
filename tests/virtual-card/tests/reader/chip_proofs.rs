//! Chip Authentication and Active Authentication.

use icao9303::{
    check::{Check, Reason, Status},
    crypto::curve::{Curve, PrivateKey},
    lds::security_infos::SecurityInfos,
    tlv::encode,
    transport::LinkLimits,
};
use virtual_card::{
    faults::{ActiveAuthenticationFault, ChipAuthenticationFault, CloneOf, Faults, StatusWord},
    image::{ActiveAuthenticationKey, ChipAuthenticationKey, ChipImage, Cipher, Hash},
};

use super::cards::*;

const CHALLENGE: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

fn key(curve: Curve, seed: u8) -> PrivateKey {
    PrivateKey::from_bytes(curve, &[seed; 20]).unwrap()
}

fn with_keys(keys: Vec<ChipAuthenticationKey>) -> (ChipImage, SecurityInfos) {
    let mut image = image();
    let file = dg14(&keys, &[]);
    let infos = SecurityInfos::parse_dg14(&file).unwrap();
    image.application_files.insert(0x010E, file);
    image.chip_authentication = keys;
    (image, infos)
}

fn one(cipher: Cipher, curve: Curve) -> ChipAuthenticationKey {
    ChipAuthenticationKey { key_id: None, cipher, key: key(curve, 5).into() }
}

fn chip_authentication(keys: Vec<ChipAuthenticationKey>, faults: Faults) -> Check {
    let (image, infos) = with_keys(keys);
    let mut card = opened(image, faults, LinkLimits::SHORT);
    assert!(card.read_file(dg(1)).is_ok());
    let check = card.chip_authentication(&infos, &mut rng()).unwrap();
    if check.status == Status::Passed {
        assert_eq!(card.read_file(dg(13)).unwrap().bytes.len(), 432);
    }
    check
}

#[test]
fn chip_authentication_passes_with_every_cipher_and_curve() {
    for cipher in [Cipher::TripleDes, Cipher::Aes128, Cipher::Aes192, Cipher::Aes256] {
        for curve in Curve::ALL {
            assert_eq!(
                chip_authentication(vec![one(cipher, curve)], Faults::default()),
                Check::passed(),
                "{cipher:?} {curve}"
            );
        }
    }
}

#[test]
fn the_strongest_of_several_keys_is_used_by_its_number() {
    let keys = vec![
        ChipAuthenticationKey { key_id: Some(1), cipher: Cipher::Aes128, key: key(Curve::Secp256r1, 5).into() },
        ChipAuthenticationKey { key_id: Some(200), cipher: Cipher::Aes256, key: key(Curve::BrainpoolP384r1, 6).into() },
        ChipAuthenticationKey { key_id: Some(3), cipher: Cipher::TripleDes, key: key(Curve::Secp521r1, 7).into() },
    ];
    let (image, infos) = with_keys(keys);
    let mut card = opened(image, Faults::default(), LinkLimits::SHORT);
    assert_eq!(card.chip_authentication(&infos, &mut rng()).unwrap(), Check::passed());
    assert_eq!(card.cipher().name(), "AES-256");
}

#[test]
fn a_copied_chip_fails_and_a_silent_one_proves_nothing() {
    for cipher in [Cipher::TripleDes, Cipher::Aes128] {
        let outcome = |faults| {
            let check = chip_authentication(vec![one(cipher, Curve::BrainpoolP256r1)], faults);
            (check.status, check.reason)
        };
        let clone = CloneOf { chip_authentication: true, ..CloneOf::default() };
        assert_eq!(outcome(Faults { clone, ..Faults::default() }), (Status::Failed, Some(Reason::Clone)));
        let keep = Some(ChipAuthenticationFault::KeepOldKeys);
        assert_eq!(
            outcome(Faults { chip_authentication: keep, ..Faults::default() }),
            (Status::Failed, Some(Reason::Clone))
        );
        for fault in [
            ChipAuthenticationFault::RefuseTemplate(StatusWord(0x6A80)),
            ChipAuthenticationFault::Refuse(StatusWord(0x6300)),
        ] {
            assert_eq!(
                outcome(Faults { chip_authentication: Some(fault), ..Faults::default() }),
                (Status::Unknown, Some(Reason::NoAnswer))
            );
        }
    }
    assert_eq!(chip_authentication(vec![], Faults::default()).status, Status::NotOffered);
}

/// DG14 with an ActiveAuthenticationInfo for ECDSA with that hash function (BSI TR-03111, 5.2.1).
fn signature_info(hash: Hash) -> Vec<u8> {
    let arc = match hash {
        Hash::Sha1 => 1,
        Hash::Sha224 => 2,
        Hash::Sha256 => 3,
        Hash::Sha384 => 4,
        Hash::Sha512 => 5,
    };
    let name = encode(0x06, &[0x67, 0x81, 0x08, 0x01, 0x01, 0x05]);
    let algorithm = encode(0x06, &[0x04, 0x00, 0x7F, 0x00, 0x07, 0x01, 0x01, 0x04, 0x01, arc]);
    dg14(&[], &encode(0x30, &[name, integer(1), algorithm].concat()))
}

fn active_authentication(
    active: ActiveAuthenticationKey,
    info: Option<&[u8]>,
    faults: Faults,
    limits: LinkLimits,
) -> (Check, Option<String>) {
    let public = match &active {
        ActiveAuthenticationKey::Ecdsa { key, .. } => spki(key),
        ActiveAuthenticationKey::Rsa { key, .. } => {
            use spki::EncodePublicKey;
            key.to_public_key().to_public_key_der().unwrap().as_bytes().to_vec()
        }
    };
    let file = encode(0x6F, &public);
    let mut image = image();
    image.application_files.insert(0x010F, file.clone());
    image.active_authentication = Some(active);
    let infos = info.map(|info| SecurityInfos::parse_dg14(info).unwrap());
    let mut card = opened(image, faults, limits);
    let result = card.active_authentication(&file, infos.as_ref(), CHALLENGE).unwrap();
    // Whatever came of it, the session goes on.
    assert_eq!(card.read_file(dg(13)).unwrap().bytes.len(), 432, "{:?}", result.check);
    (result.check, result.algorithm)
}

const HASHES: [(Hash, &str); 5] = [
    (Hash::Sha1, "SHA1"),
    (Hash::Sha224, "SHA224"),
    (Hash::Sha256, "SHA256"),
    (Hash::Sha384, "SHA384"),
    (Hash::Sha512, "SHA512"),
];

#[test]
fn ecdsa_passes_plain_and_in_der_with_every_curve_and_hash() {
    for curve in Curve::ALL {
        for (hash, name) in HASHES {
            for der in [false, true] {
                let info = signature_info(hash);
                for info in [Some(&info[..]), None] {
                    let active = ActiveAuthenticationKey::Ecdsa { key: key(curve, 3), hash, der };
                    let passed = active_authentication(active, info, Faults::default(), LinkLimits::SHORT);
                    assert_eq!(passed, (Check::passed(), Some(format!("ECDSA-{name}"))), "{curve} {der}");
                }
            }
        }
    }
}

fn ecdsa() -> ActiveAuthenticationKey {
    ActiveAuthenticationKey::Ecdsa { key: key(Curve::Secp256r1, 3), hash: Hash::Sha256, der: false }
}

#[test]
fn a_copied_chip_fails_and_an_incomplete_answer_proves_nothing() {
    let outcome = |faults| {
        let (check, _) = active_authentication(ecdsa(), None, faults, LinkLimits::SHORT);
        (check.status, check.reason)
    };
    let clone = CloneOf { active_authentication: true, ..CloneOf::default() };
    assert_eq!(outcome(Faults { clone, ..Faults::default() }), (Status::Failed, Some(Reason::Clone)));
    let with = |fault| outcome(Faults { active_authentication: Some(fault), ..Faults::default() });
    assert_eq!(with(ActiveAuthenticationFault::OtherChallenge), (Status::Failed, Some(Reason::Clone)));
    for fault in [
        ActiveAuthenticationFault::Refuse(StatusWord(0x6985)),
        ActiveAuthenticationFault::Empty,
        ActiveAuthenticationFault::Truncate(40),
    ] {
        assert_eq!(with(fault), (Status::Unknown, Some(Reason::NoAnswer)));
    }
}

#[test]
fn rsa_passes_with_every_trailer_over_short_and_extended_length() {
    use rand_chacha::rand_core::SeedableRng;
    let mut rng = rand_chacha::ChaCha20Rng::from_seed([1; 32]);
    for bits in [1024, 2048] {
        let key = rsa::RsaPrivateKey::new(&mut rng, bits).unwrap();
        for (hash, name) in HASHES {
            for one_byte_trailer in [false, true] {
                if one_byte_trailer && hash != Hash::Sha1 {
                    continue;
                }
                for limits in [LinkLimits::SHORT, LinkLimits::EXTENDED] {
                    let active = ActiveAuthenticationKey::Rsa { key: Box::new(key.clone()), hash, one_byte_trailer };
                    let passed = active_authentication(active, None, Faults::default(), limits);
                    assert_eq!(passed, (Check::passed(), Some(format!("RSA-ISO9796-2-{name}"))), "{bits} {limits:?}");
                }
            }
        }
        for fault in [
            ActiveAuthenticationFault::ExtendedLengthOnly(StatusWord(0x6700)),
            ActiveAuthenticationFault::ShortLengthOnly,
        ] {
            let faults = Faults { active_authentication: Some(fault), ..Faults::default() };
            let active = ActiveAuthenticationKey::Rsa {
                key: Box::new(key.clone()),
                hash: Hash::Sha256,
                one_byte_trailer: false,
            };
            let passed = active_authentication(active, None, faults, LinkLimits::EXTENDED);
            assert_eq!(passed.0, Check::passed(), "{bits}");
        }
    }
}
