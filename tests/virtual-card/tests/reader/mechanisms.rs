//! Every mechanism of PACE and Chip Authentication, with every cipher and all domain parameters that it is defined for.

use icao9303::{
    card::{Access, AccessError, CardError},
    check::{Check, Reason, Status},
    crypto::{
        curve::{Curve, PrivateKey},
        key_agreement::StandardizedParameters,
    },
    lds::security_infos::SecurityInfos,
    pace::Password,
    tlv::encode,
    transport::LinkLimits,
};
use virtual_card::{
    chip::{key_agreement, modp::Group},
    faults::{CloneOf, Faults},
    image::{ChipAuthenticationKey, ChipImage, Cipher, Domain, Mapping, PaceOffer},
};

use super::cards::*;

const CIPHERS: [Cipher; 4] = [Cipher::TripleDes, Cipher::Aes128, Cipher::Aes192, Cipher::Aes256];
const MAPPINGS: [Mapping; 3] = [Mapping::Generic, Mapping::Integrated, Mapping::ChipAuthentication];

fn domains() -> impl Iterator<Item = Domain> {
    Curve::ALL.into_iter().map(Domain::Curve).chain(Group::ALL.into_iter().map(Domain::Group))
}

/// Whether the standard defines it (Doc 9303-11, 4.4.3.1, 4.4.3.2 and 9.5.1).
fn is_defined(offer: PaceOffer) -> bool {
    match (offer.mapping, offer.domain) {
        (Mapping::Generic, _) | (Mapping::Integrated, Domain::Group(_)) => true,
        (Mapping::Integrated, Domain::Curve(curve)) => curve != Curve::Secp224r1,
        (Mapping::ChipAuthentication, Domain::Curve(_)) => offer.cipher != Cipher::TripleDes,
        (Mapping::ChipAuthentication, Domain::Group(_)) => false,
    }
}

fn name(offer: PaceOffer) -> &'static str {
    match (offer.domain, offer.mapping) {
        (Domain::Curve(_), Mapping::Generic) => "ECDH-GM",
        (Domain::Curve(_), Mapping::Integrated) => "ECDH-IM",
        (_, Mapping::ChipAuthentication) => "ECDH-CAM",
        (Domain::Group(_), Mapping::Generic) => "DH-GM",
        (Domain::Group(_), Mapping::Integrated) => "DH-IM",
    }
}

/// Numbers of 2048 bits need extended length (Doc 9303-11, 4.4.4.3 keeps command chaining for the steps of PACE).
const fn link(domain: Domain) -> LinkLimits {
    match domain {
        Domain::Curve(_) => LinkLimits::SHORT,
        Domain::Group(_) => LinkLimits::EXTENDED,
    }
}

fn mapping_key(curve: Curve) -> PrivateKey {
    PrivateKey::from_bytes(curve, &[3; 20]).unwrap()
}

fn offering(offers: Vec<PaceOffer>) -> ChipImage {
    let mut image = image();
    image.master_files.insert(0x011C, card_access(&offers));
    for offer in &offers {
        if let (Mapping::ChipAuthentication, Domain::Curve(curve)) = (offer.mapping, offer.domain) {
            image.mapping_keys.push(mapping_key(curve));
        }
    }
    image.pace = offers;
    image
}

/// The content of an EF.CardSecurity with that key.
fn card_security(key: &PrivateKey) -> SecurityInfos {
    let protocol = encode(0x06, &[0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x01, 0x02]);
    SecurityInfos::parse(&encode(0x31, &encode(0x30, &[protocol, spki(key)].concat()))).unwrap()
}

#[test]
fn pace_opens_with_every_mechanism_cipher_and_domain_parameters() {
    let mut opened_ways = 0;
    for domain in domains() {
        for mapping in MAPPINGS {
            for cipher in CIPHERS {
                let offer = PaceOffer { cipher, mapping, domain };
                if !is_defined(offer) {
                    continue;
                }
                let mut card = opened(offering(vec![offer]), Faults::default(), link(domain));
                let Access::Pace { selection, .. } = *card.access() else { panic!() };
                let expected = StandardizedParameters::from_id(domain.parameter_id()).unwrap();
                assert_eq!((selection.protocol.mechanism(), selection.domain), (name(offer), expected));
                assert_eq!(selection.protocol.cipher, reader_cipher(cipher));
                let proof = card.chip_authentication_mapping().cloned();
                assert_eq!(proof.is_some(), mapping == Mapping::ChipAuthentication);
                if let (Some(proof), Domain::Curve(curve)) = (proof, domain) {
                    assert_eq!(proof.verify(&card_security(&mapping_key(curve))), Check::passed(), "{offer:?}");
                }
                assert_eq!(card.read_file(dg(13)).unwrap().bytes, dummy(0x6D, 432), "{offer:?}");
                opened_ways += 1;
            }
        }
    }
    assert_eq!(opened_ways, 11 * 4 + 10 * 4 + 11 * 3 + 2 * 3 * 4);
}

#[test]
fn what_is_not_defined_is_not_tried() {
    let offer =
        PaceOffer { cipher: Cipher::Aes128, mapping: Mapping::Integrated, domain: Domain::Curve(Curve::Secp224r1) };
    let refused = open(slot(offering(vec![offer]), Faults::default(), LinkLimits::SHORT), &Password::can("123456"));
    let CardError::Access { source, .. } = refused.unwrap_err().error else { panic!() };
    let AccessError::Unsupported(names) = source else { panic!("{source}") };
    assert_eq!(names, "PACE-ECDH-IM with AES-128 version 2, secp224r1");
}

#[test]
fn a_wrong_password_is_refused_in_every_mapping() {
    for mapping in MAPPINGS {
        let domain = Domain::Curve(Curve::Secp256r1);
        let image = offering(vec![PaceOffer { cipher: Cipher::Aes128, mapping, domain }]);
        let refused = open(slot(image, Faults::default(), LinkLimits::SHORT), &Password::can("654321"));
        assert!(refused.unwrap_err().error.is_wrong_password(), "{mapping:?}");
    }
}

#[test]
fn a_chip_without_the_key_of_card_security_is_a_clone_and_open_all_the_same() {
    let curve = Curve::BrainpoolP256r1;
    let offer =
        PaceOffer { cipher: Cipher::Aes128, mapping: Mapping::ChipAuthentication, domain: Domain::Curve(curve) };
    let clone = CloneOf { chip_authentication_mapping: true, ..CloneOf::default() };
    let mut card = opened(offering(vec![offer]), Faults { clone, ..Faults::default() }, LinkLimits::SHORT);
    let proof = card.chip_authentication_mapping().unwrap().clone();
    let check = proof.verify(&card_security(&mapping_key(curve)));
    assert_eq!((check.status, check.reason), (Status::Failed, Some(Reason::Clone)));
    assert!(card.read_file(dg(13)).is_ok(), "PACE itself holds");
}

#[test]
fn chip_authentication_passes_in_every_group_with_every_cipher() {
    for group in Group::ALL {
        for cipher in CIPHERS {
            let own = key_agreement::PrivateKey::from_bytes(Domain::Group(group), &[5; 16]).unwrap();
            let key = ChipAuthenticationKey { key_id: Some(1), cipher, key: own };
            let mut image = image();
            let file = dg14(std::slice::from_ref(&key), &[]);
            let infos = SecurityInfos::parse_dg14(&file).unwrap();
            image.application_files.insert(0x010E, file);
            image.chip_authentication = vec![key];
            let mut card = opened(image, Faults::default(), LinkLimits::EXTENDED);
            let check = card.chip_authentication(&infos, &mut rng()).unwrap();
            assert_eq!(check, Check::passed(), "{group:?} {cipher:?}");
            assert_eq!(card.cipher(), reader_cipher(cipher));
            assert_eq!(card.read_file(dg(13)).unwrap().bytes.len(), 432);
        }
    }
}
