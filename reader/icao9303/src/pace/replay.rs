//! Computes what a recorded run of PACE must have computed, from the recorded generator on.

use alloc::{string::ToString, vec::Vec};

use serde_json::Value;

use super::{Agreement, Password, object, select};
use crate::{
    card::AccessStep,
    crypto::{
        cipher::CipherKey,
        curve::{Point, PrivateKey},
        kdf::{self, KeyUse},
    },
    lds::security_infos::SecurityInfos,
    tlv,
};

/// Compares nonce, ephemeral key, shared secret, keys and both tokens.
pub(crate) fn tokens_and_keys(entry: &Value, vector: &Value) {
    let hex = |value: &Value| base16ct::mixed::decode_vec(value.as_str().unwrap()).unwrap();
    let answer = |index: usize| {
        let mut bytes = hex(&vector["apdus"][index][1]);
        bytes.truncate(bytes.len() - 2);
        bytes
    };
    let selection = select(&SecurityInfos::parse(&hex(&vector["ef_cardaccess"])).unwrap()).unwrap();
    assert_eq!(vector["oid"], selection.oid.to_string());

    let password = Password::can(vector["can"].as_str().unwrap());
    let cryptogram = object(AccessStep::Nonce, &answer(1), 0x80).unwrap();
    let key: CipherKey = kdf::derive(selection.protocol.cipher, &password.secret(), KeyUse::Password);
    assert_eq!(key.decrypt_cbc(None, &cryptogram).unwrap(), hex(&entry["nonce"]));

    let point = |bytes: &[u8]| Point::from_sec1(selection.curve, bytes).unwrap();
    let generator = point(&hex(&entry["mapped_generator"]));
    let private = private_key_of(&hex(&vector["pcd_ephemeral_private_pkcs8"]));
    let private = PrivateKey::from_bytes(selection.curve, &private).unwrap();
    let ours = private.public_key_on(&generator).unwrap();
    let sent = hex(&vector["apdus"][3][0]);
    assert!(sent.windows(ours.as_sec1().len()).any(|window| window == ours.as_sec1()));

    let theirs = point(&object(AccessStep::KeyAgreement, &answer(3), 0x84).unwrap());
    let shared = private.diffie_hellman(&theirs).unwrap();
    assert_eq!(shared.x(), hex(&entry["shared_x"]));
    let agreement = Agreement { protocol: selection.oid, cipher: selection.protocol.cipher, ours, theirs };
    let security = agreement.security(&shared);
    assert_eq!(agreement.token(&security, &agreement.theirs).to_vec(), hex(&entry["token_pcd"]));
    assert_eq!(agreement.token(&security, &agreement.ours).to_vec(), hex(&entry["token_ic"]));
    assert_eq!(object(AccessStep::MutualAuthentication, &answer(4), 0x86).unwrap()[..], hex(&entry["token_ic"]));
    if entry["check"]["keys"] == true {
        let expected = [hex(&entry["ks_enc"]), hex(&entry["ks_mac"])];
        let expected = crate::secure_messaging::SecureMessaging::new(security.cipher(), &expected[0], &expected[1], 0);
        assert!(security.is_same(&expected.unwrap()));
    }
}

/// The number in a PKCS #8 structure around an ECPrivateKey.
fn private_key_of(pkcs8: &[u8]) -> Vec<u8> {
    let outer = tlv::parse_exact(pkcs8).unwrap();
    let inner = outer.find(0x04).unwrap().unwrap();
    tlv::parse_exact(inner.value).unwrap().find(0x04).unwrap().unwrap().value.to_vec()
}
