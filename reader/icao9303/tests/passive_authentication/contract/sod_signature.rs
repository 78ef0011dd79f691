//! The check `sod_signature`.

use super::*;

#[test]
fn a_changed_content_fails() {
    let scene = Scene::new();
    let sod = scene.sod_spec().build();
    let hash = icao9303::crypto::hash::HashAlgorithm::Sha256.digest(DG1);
    let at = sod.windows(32).position(|window| window == hash).unwrap();
    let mut changed = sod.clone();
    changed[at] ^= 1;
    let result = check(&changed, &anchors(&[&scene.csca.certificate]), &[], VIETNAM);
    assert_eq!(state(&result.sod_signature.check), failed("signature_invalid"));
    assert!(!result.covers(2));
}

#[test]
fn a_signature_by_another_key_fails() {
    let scene = Scene::new();
    let mut sod = scene.sod_spec();
    sod.signer_key = Key::new(9);
    let result = check(&sod.build(), &anchors(&[&scene.csca.certificate]), &[], VIETNAM);
    assert_eq!(state(&result.sod_signature.check), failed("signature_invalid"));
    // The certificate is genuine all the same.
    assert_eq!(state(&result.issuer.check), PASSED);
}

#[test]
fn signed_attributes_without_a_message_digest_prove_nothing() {
    let scene = Scene::new();
    let mut sod = scene.sod_spec();
    sod.message_digest = false;
    let result = check(&sod.build(), &anchors(&[&scene.csca.certificate]), &[], VIETNAM);
    assert_eq!(state(&result.sod_signature.check), failed("signature_invalid"));
}

#[test]
fn signed_attributes_without_a_content_type_prove_nothing() {
    let scene = Scene::new();
    let mut sod = scene.sod_spec();
    sod.signed_content_type = None;
    let result = check(&sod.build(), &anchors(&[&scene.csca.certificate]), &[], VIETNAM);
    assert_eq!(state(&result.sod_signature.check), failed("signature_invalid"));
}

#[test]
fn two_message_digests_prove_nothing() {
    let scene = Scene::new();
    let mut sod = scene.sod_spec();
    sod.more_attributes.push(sequence(&[&oid("1.2.840.113549.1.9.4"), &set(&[&element(0x04, &[0; 32])])]));
    let result = check(&sod.build(), &anchors(&[&scene.csca.certificate]), &[], VIETNAM);
    assert_eq!(state(&result.sod_signature.check), failed("signature_invalid"));
}

#[test]
fn a_signed_object_of_another_kind_is_no_sod() {
    let scene = Scene::new();
    let mut sod = scene.sod_spec();
    (sod.content_type, sod.signed_content_type) = ("2.23.136.1.1.2", Some("2.23.136.1.1.2"));
    let result = check(&sod.build(), &anchors(&[&scene.csca.certificate]), &[], VIETNAM);
    assert_eq!(state(&result.sod_signature.check), failed("signature_invalid"));
}

#[test]
fn an_object_relabelled_as_a_sod_is_no_sod() {
    let scene = Scene::new();
    let mut sod = scene.sod_spec();
    sod.signed_content_type = Some("0.4.0.127.0.7.3.2.1");
    let result = check(&sod.build(), &anchors(&[&scene.csca.certificate]), &[], VIETNAM);
    assert_eq!(state(&result.sod_signature.check), failed("signature_invalid"));
}

#[test]
fn content_that_does_not_say_what_it_is_stays_unknown() {
    let scene = Scene::new();
    let mut sod = scene.sod_spec();
    (sod.content_type, sod.signed_content_type) = ("1.2.840.113549.1.7.1", Some("1.2.840.113549.1.7.1"));
    let result = check(&sod.build(), &anchors(&[&scene.csca.certificate]), &[], VIETNAM);
    assert_eq!(state(&result.sod_signature.check), unknown("malformed"));
}

#[test]
fn a_sod_without_its_signers_certificate_is_unknown() {
    let scene = Scene::new();
    for signer_id in [SignerId::Serial, SignerId::KeyIdentifier] {
        let mut sod = scene.sod_spec();
        sod.signer_id = signer_id;
        sod.certificates.clear();
        let result = check(&sod.build(), &anchors(&[&scene.csca.certificate]), &[], VIETNAM);
        assert_eq!(state(&result.sod_signature.check), unknown("ds_missing"));
        assert_eq!(state(&result.issuer.check), unknown("ds_missing"));

        sod.certificates.push(scene.csca.certificate.clone());
        let result = check(&sod.build(), &anchors(&[&scene.csca.certificate]), &[], VIETNAM);
        assert_eq!(state(&result.sod_signature.check), unknown("ds_missing"));
    }
}

#[test]
fn algorithms_that_are_not_supported_are_unknown_and_named() {
    let scene = Scene::new();
    let anchors = anchors(&[&scene.csca.certificate]);
    let mut sod = scene.sod_spec();
    sod.digest_algorithm = Some("1.2.840.113549.2.5");
    let result = check(&sod.build(), &anchors, &[], VIETNAM);
    assert_eq!(state(&result.sod_signature.check), unknown("unsupported_algorithm"));
    assert!(result.sod_signature.check.message.contains("MD5"));

    let mut sod = scene.sod_spec();
    // dsa-with-sha256
    sod.signature_algorithm = Some(sequence(&[&oid("2.16.840.1.101.3.4.3.2")]));
    let result = check(&sod.build(), &anchors, &[], VIETNAM);
    assert_eq!(state(&result.sod_signature.check), unknown("unsupported_algorithm"));
    assert!(result.sod_signature.check.message.contains("DSA"), "{}", result.sod_signature.check.message);
}

#[test]
fn bytes_that_are_no_sod_are_unknown() {
    for bytes in [&b""[..], b"\x77", b"\x77\x00", b"\x60\x00", b"\x77\x02\x30\x00"] {
        let result = check(bytes, &TrustAnchors::new(), &[], VIETNAM);
        assert_eq!(state(&result.sod_signature.check), unknown("malformed"));
        assert_eq!(state(&result.data_group_hashes.check), unknown("malformed"));
    }
}

#[test]
fn old_content_types_are_taken_and_named() {
    let scene = Scene::new();
    for kind in ["1.3.27.1.1.1", "1.2.528.1.1006.1.20.1"] {
        let mut sod = scene.sod_spec();
        (sod.content_type, sod.signed_content_type) = (kind, Some(kind));
        let result = check(&sod.build(), &anchors(&[&scene.csca.certificate]), &[], VIETNAM);
        assert_eq!(state(&result.sod_signature.check), PASSED);
        assert!(result.remarks.iter().any(|remark| remark.code == "old_content_type"));
        sod.signed_content_type = Some(LDS_SECURITY_OBJECT);
        let result = check(&sod.build(), &anchors(&[&scene.csca.certificate]), &[], VIETNAM);
        assert_eq!(state(&result.sod_signature.check), PASSED);
        assert!(result.remarks.iter().any(|remark| remark.code == "content_type_differs"));
    }
}
