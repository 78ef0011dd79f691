//! Computes what recorded runs of PACE and the worked examples must have computed.

use alloc::{string::ToString, vec::Vec};

use serde_json::Value;

use super::{Agreement, Password, object, select};
use crate::{
    card::AccessStep,
    crypto::{
        cipher::{Cipher, CipherKey},
        curve, dh,
        kdf::{self, KeyUse},
        key_agreement::{Domain, PrivateKey},
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

    let domain = Domain::from(selection.domain);
    let Domain::Curve(curve) = domain else { panic!() };
    let point = |bytes: &[u8]| domain.public_key(bytes).unwrap();
    let generator = point(&hex(&entry["mapped_generator"]));
    let private = private_key_of(&hex(&vector["pcd_ephemeral_private_pkcs8"]));
    let private = PrivateKey::Ec(curve::PrivateKey::from_bytes(curve, &private).unwrap());
    let ours = private.agree(&generator).unwrap();
    let sent = hex(&vector["apdus"][3][0]);
    assert!(sent.windows(ours.as_bytes().len()).any(|window| window == ours.as_bytes()));

    let theirs = point(&object(AccessStep::KeyAgreement, &answer(3), 0x84).unwrap());
    let shared = private.agree(&theirs).unwrap();
    assert_eq!(shared.secret()[..], hex(&entry["shared_x"]));
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

/// The worked example of generic mapping in a prime field (Doc 9303-11, Appendix G.2), from the mapping's shared secret on.
pub(crate) fn generic_mapping_in_a_prime_field(values: &Value) {
    let hex = |name: &str| base16ct::mixed::decode_vec(values[name].as_str().unwrap()).unwrap();
    let offer = SecurityInfos::parse(&tlv::encode(0x31, &hex("paceInfoBytes"))).unwrap();
    let selection = select(&offer).unwrap();
    assert_eq!((selection.protocol.mechanism(), selection.domain.name()), ("DH-GM", "modp1024-160"));
    let domain = Domain::from(selection.domain);
    let Domain::Group(group) = &domain else { panic!() };

    let mapped = domain.public_key(&hex("sharedSecretHBytes")).unwrap();
    let generator = domain.generic_mapping(&hex("nonceSBytes"), &mapped).unwrap();
    assert_eq!(generator.as_bytes(), hex("expectedEphemeralGeneratorBytes"));
    let private = dh::PrivateKey::from_bytes(group, &hex("pcdPrivateKeyFieldElement")).unwrap();
    let private = PrivateKey::Dh(private);
    let ours = private.agree(&generator).unwrap();
    assert_eq!(ours.as_bytes(), &hex("pcdPublicKeyFieldElement")[1..]);
    let theirs = domain.public_key(&hex("piccPublicKeyFieldElement")).unwrap();
    let shared = private.agree(&theirs).unwrap();
    assert_eq!(shared.secret()[..], hex("expectedSharedSecret"));

    let agreement = Agreement { protocol: selection.oid, cipher: selection.protocol.cipher, ours, theirs };
    assert_eq!(agreement.theirs.data_object(&selection.oid), hex("expectedInputDataForPCDToken"));
    assert_eq!(agreement.ours.data_object(&selection.oid), hex("expectedInputDataForPICCToken"));
    let security = agreement.security(&shared);
    let keys = [hex("expectedEncKeyBytes"), hex("expectedMacKeyBytes")];
    let expected = crate::secure_messaging::SecureMessaging::new(security.cipher(), &keys[0], &keys[1], 0);
    assert!(security.is_same(&expected.unwrap()));
    assert_eq!(agreement.token(&security, &agreement.theirs).to_vec(), hex("expectedPCDAuthenticationToken"));
    assert_eq!(agreement.token(&security, &agreement.ours).to_vec(), hex("expectedPICCAuthenticationToken"));
}

/// The worked examples of integrated mapping (Doc 9303-11, Appendix H): the pseudo-random number, modulo p, and the
/// generator that it is mapped to.
pub(crate) fn integrated_mapping(domain: &Domain, s: &[u8], t: &[u8], number: &[u8], generator: &[u8]) {
    use crypto_bigint::{BoxedUint, NonZero};
    let random = super::integrated_mapping::pseudo_random(Cipher::Aes128, s, t, domain.field_bits()).unwrap();
    let modulus = match domain {
        Domain::Curve(curve) => curve.domain_parameters().p,
        Domain::Group(group) => group.as_standard().unwrap().p_g_q()[0],
    };
    let modulus = NonZero::new(BoxedUint::from_be_slice_vartime(modulus)).unwrap();
    let reduced = BoxedUint::from_be_slice_vartime(&random).rem(&modulus);
    assert_eq!(reduced.to_be_bytes()[..], *number);
    assert_eq!(domain.integrated_mapping(&random).unwrap().as_bytes(), generator);
}

/// The number in a PKCS #8 structure around an ECPrivateKey.
pub(crate) fn private_key_of(pkcs8: &[u8]) -> Vec<u8> {
    let outer = tlv::parse_exact(pkcs8).unwrap();
    let inner = outer.find(0x04).unwrap().unwrap();
    tlv::parse_exact(inner.value).unwrap().find(0x04).unwrap().unwrap().value.to_vec()
}
