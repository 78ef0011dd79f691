//! PACE against a chip that answers anything: every step, in every mechanism.

use alloc::{collections::VecDeque, string::ToString, vec, vec::Vec};

use super::*;
use crate::{
    card::{Card, Connected},
    crypto::{curve::Curve, dh::ModpGroup, key_agreement::StandardizedParameters},
    lds::security_infos::{KeyAgreement, PaceProtocol},
    random::Scripted,
    transport::{LinkLimits, TransportError},
};

/// Gives these answers in turn, whatever it is asked.
struct Answers(VecDeque<Vec<u8>>);

impl Transport for Answers {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.0.pop_front().ok_or(TransportError::CardRemoved)
    }

    fn limits(&self) -> LinkLimits {
        LinkLimits::EXTENDED
    }
}

/// How PACE with these parameters ends where the chip gives these objects, each in an answer, after a good nonce.
fn end(mechanism: (KeyAgreement, Mapping), domain: StandardizedParameters, objects: &[Vec<u8>]) -> AccessError {
    let protocol = PaceProtocol { key_agreement: mechanism.0, mapping: mechanism.1, cipher: Cipher::Aes128 };
    let oid = tlv::encode(0x06, protocol.oid().unwrap().as_bytes());
    let info = [oid, tlv::encode(0x02, &[2]), tlv::encode(0x02, &[domain.id()])].concat();
    let offer = SecurityInfos::parse(&tlv::encode(0x31, &tlv::encode(0x30, &info))).unwrap();
    let mut answers = VecDeque::from([vec![0x90, 0x00], answer(&tlv::encode(0x80, &[7; 16]))]);
    answers.extend(objects.iter().map(|object| answer(object)));
    // Small private keys: 9, 9, 9 … in the length that each candidate takes.
    let mut rng = Scripted::new(vec![9; 1000]);
    let refused = Card::<_, Connected>::new(Answers(answers)).pace(&offer, &Password::can("123456"), &mut rng);
    match refused.unwrap_err().error {
        CardError::Access { source, .. } => source,
        other => panic!("{other}"),
    }
}

fn answer(object: &[u8]) -> Vec<u8> {
    [tlv::encode(DYNAMIC_DATA, object), vec![0x90, 0x00]].concat()
}

const CURVE: StandardizedParameters = StandardizedParameters::Curve(Curve::BrainpoolP256r1);
const GENERIC: (KeyAgreement, Mapping) = (KeyAgreement::Ecdh, Mapping::Generic);
const INTEGRATED: (KeyAgreement, Mapping) = (KeyAgreement::Ecdh, Mapping::Integrated);

/// Keys that a peer must not send, on the curve and in each group.
fn hostile_points() -> Vec<Vec<u8>> {
    let parameters = Curve::BrainpoolP256r1.domain_parameters();
    let good = [&[4], parameters.gx, parameters.gy].concat();
    let mut off_curve = good.clone();
    *off_curve.last_mut().unwrap() ^= 1;
    let compressed = [&[2 + (parameters.gy.last().unwrap() & 1)], parameters.gx].concat();
    vec![
        vec![],
        vec![0],
        vec![4],
        vec![0; 65],
        [&[4][..], &[0; 64]].concat(),
        [&[4], parameters.p, parameters.p].concat(),
        good[..64].to_vec(),
        [&good[..], &[0]].concat(),
        off_curve,
        compressed,
    ]
}

fn hostile_numbers(group: ModpGroup) -> Vec<Vec<u8>> {
    let [p, g, _] = group.p_g_q();
    let mut below = p.to_vec();
    *below.last_mut().unwrap() -= 1;
    vec![vec![], vec![0], vec![1], below, p.to_vec(), vec![2], vec![0; p.len()], [&[0], p].concat(), [g, &[0]].concat()]
}

fn refuses_key(error: &AccessError, expected: AccessStep) -> bool {
    matches!(error, AccessError::Key { step, .. } | AccessError::Malformed { step } if *step == expected)
}

#[test]
fn hostile_points_are_refused_in_both_key_agreements() {
    let good = Curve::BrainpoolP256r1.domain_parameters();
    let good = [&[4], good.gx, good.gy].concat();
    for key in hostile_points() {
        for mapping in [GENERIC, (KeyAgreement::Ecdh, Mapping::ChipAuthentication)] {
            let error = end(mapping, CURVE, &[tlv::encode(0x82, &key)]);
            assert!(refuses_key(&error, AccessStep::Mapping), "{error} {key:02x?}");
            let error = end(mapping, CURVE, &[tlv::encode(0x82, &good), tlv::encode(0x84, &key)]);
            assert!(refuses_key(&error, AccessStep::KeyAgreement), "{error} {key:02x?}");
        }
        let error = end(INTEGRATED, CURVE, &[vec![0x82, 0x00], tlv::encode(0x84, &key)]);
        assert!(refuses_key(&error, AccessStep::KeyAgreement), "{error} {key:02x?}");
    }
}

#[test]
fn hostile_numbers_are_refused_in_both_key_agreements() {
    for group in ModpGroup::ALL {
        let domain = StandardizedParameters::Modp(group);
        let good = group.p_g_q()[1];
        for key in hostile_numbers(group) {
            let mechanism = (KeyAgreement::Dh, Mapping::Generic);
            let error = end(mechanism, domain, &[tlv::encode(0x82, &key)]);
            assert!(refuses_key(&error, AccessStep::Mapping), "{group} {error} {key:02x?}");
            let error = end(mechanism, domain, &[tlv::encode(0x82, good), tlv::encode(0x84, &key)]);
            assert!(refuses_key(&error, AccessStep::KeyAgreement), "{group} {error} {key:02x?}");
            let mechanism = (KeyAgreement::Dh, Mapping::Integrated);
            let error = end(mechanism, domain, &[vec![0x82, 0x00], tlv::encode(0x84, &key)]);
            assert!(refuses_key(&error, AccessStep::KeyAgreement), "{group} {error} {key:02x?}");
        }
    }
}

#[test]
fn a_small_subgroup_is_named() {
    let domain = StandardizedParameters::Modp(ModpGroup::Modp2048Order256);
    let error = end((KeyAgreement::Dh, Mapping::Generic), domain, &[vec![0x82, 0x01, 0x02]]);
    assert!(error.to_string().contains("not in the subgroup"), "{error}");
}

#[test]
fn the_readers_own_key_sent_back_is_refused() {
    let ours = crate::crypto::curve::PrivateKey::from_bytes(Curve::BrainpoolP256r1, &[9; 32]).unwrap().public_key();
    let error = end(GENERIC, CURVE, &[tlv::encode(0x82, ours.as_sec1())]);
    assert_eq!(error, AccessError::SameKey { step: AccessStep::Mapping });
}

#[test]
fn integrated_mapping_takes_an_empty_answer_only() {
    let theirs = [&[4], Curve::BrainpoolP256r1.domain_parameters().gx, Curve::BrainpoolP256r1.domain_parameters().gy];
    let theirs = tlv::encode(0x84, &theirs.concat());
    for object in [&[0x82, 0x01, 0x00][..], &[0x84, 0x00], &[0x82], &[0x82, 0x00, 0x82, 0x00]] {
        let error = end(INTEGRATED, CURVE, &[object.to_vec(), theirs.clone()]);
        assert_eq!(error, AccessError::Malformed { step: AccessStep::Mapping });
    }
    for object in [&[0x82, 0x00][..], &[]] {
        let error = end(INTEGRATED, CURVE, &[object.to_vec(), theirs.clone(), vec![0x86, 0x00]]);
        assert_eq!(error, AccessError::NotAuthentic, "the mapping went well");
    }
}

#[test]
fn a_wrong_token_is_no_authentication_whatever_follows_it() {
    let good = Curve::BrainpoolP256r1.domain_parameters();
    let good = [&[4], good.gx, good.gy].concat();
    let keys = [tlv::encode(0x82, &good), tlv::encode(0x84, &good)];
    let token = tlv::encode(0x86, &[0; 8]);
    let proof = tlv::encode(0x8A, &[0; 48]);
    let with = |mapping, last: &[u8]| {
        end((KeyAgreement::Ecdh, mapping), CURVE, &[keys[0].clone(), keys[1].clone(), last.to_vec()])
    };
    let malformed = AccessError::Malformed { step: AccessStep::MutualAuthentication };
    let both = [&token[..], &proof].concat();
    assert_eq!(with(Mapping::ChipAuthentication, &both), AccessError::NotAuthentic);
    assert_eq!(with(Mapping::ChipAuthentication, &token), AccessError::NotAuthentic);
    assert_eq!(with(Mapping::ChipAuthentication, &proof), malformed);
    assert_eq!(with(Mapping::ChipAuthentication, &[]), malformed);
    assert_eq!(with(Mapping::Generic, &token), AccessError::NotAuthentic);
    assert_eq!(with(Mapping::Generic, &both), malformed);
}
