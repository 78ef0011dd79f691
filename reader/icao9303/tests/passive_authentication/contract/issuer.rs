//! The check `issuer`: which anchors and signers fit.

use super::*;

#[test]
fn without_an_anchor_of_that_name_the_issuer_is_unknown() {
    let scene = Scene::new();
    let other = Authority::new("VN", "CSCA ePassport Vietnam", 3);
    assert_eq!(state(&scene.check_with(&[], &[]).issuer.check), unknown("unknown_issuer"));
    assert_eq!(state(&scene.check_with(&[&other.certificate], &[]).issuer.check), unknown("unknown_issuer"));
}

#[test]
fn an_anchor_of_the_same_name_with_another_key_identifier_leaves_the_issuer_unknown() {
    let scene = Scene::new();
    let other = Authority::new("VN", "CSCA Vietnam", 3);
    assert_eq!(state(&scene.check_with(&[&other.certificate], &[]).issuer.check), unknown("unknown_issuer"));
    let both = scene.check_with(&[&other.certificate, &scene.csca.certificate], &[]);
    assert_eq!(state(&both.issuer.check), PASSED);
}

#[test]
fn a_signer_that_names_an_anchor_and_its_key_and_is_not_signed_by_it_is_a_forgery() {
    let mut scene = Scene::new();
    let genuine = scene.csca.clone();
    // Signed with another key, under the name and key identifier of the genuine authority.
    scene.csca.key = Key::new(7);
    scene.signer.authority_key = Some(genuine.key.identifier());
    let result = scene.check_with(&[&genuine.certificate], &[]);
    assert_eq!(state(&result.sod_signature.check), PASSED);
    assert_eq!(state(&result.issuer.check), failed("signature_invalid"));
    assert_eq!(result.issuer.path, Vec::<String>::new());
}

#[test]
fn without_a_key_identifier_every_anchor_of_that_name_is_tried() {
    let mut scene = Scene::new();
    scene.signer.authority_key = None;
    let other = Authority::new("VN", "CSCA Vietnam", 3);
    let both = scene.check_with(&[&other.certificate, &scene.csca.certificate], &[]);
    assert_eq!(state(&both.issuer.check), PASSED);
    assert!(both.remarks.iter().any(|remark| remark.code == "no_authority_key_identifier"));
    // None of them signed it: it cannot be told from one of a key that is not loaded.
    assert_eq!(state(&scene.check_with(&[&other.certificate], &[]).issuer.check), unknown("unknown_issuer"));
}

#[test]
fn names_that_differ_by_case_and_string_type_are_the_same() {
    let mut scene = Scene::new();
    let attribute = |kind, tag, text: &str| set(&[&sequence(&[&oid(kind), &element(tag, text.as_bytes())])]);
    scene.signer.issuer = sequence(&[&attribute("2.5.4.6", 0x0C, "vn"), &attribute("2.5.4.3", 0x13, "CSCA  vietnam")]);
    let result = scene.check();
    assert_eq!(state(&result.issuer.check), PASSED);
    assert!(result.remarks.iter().any(|remark| remark.code == "country_string_type"));
    assert!(result.remarks.iter().all(|remark| remark.code != "name_string_type"));
    // TeletexString, which names have no longer.
    scene.signer.issuer = sequence(&[&attribute("2.5.4.6", 0x13, "VN"), &attribute("2.5.4.3", 0x14, "CSCA Vietnam")]);
    let result = scene.check();
    assert_eq!(state(&result.issuer.check), PASSED);
    assert!(result.remarks.iter().any(|remark| remark.code == "name_string_type"));
}

#[test]
fn a_signer_of_another_state_is_the_wrong_issuer() {
    let scene = Scene::new();
    let sod = scene.sod_spec().build();
    let anchors = anchors(&[&scene.csca.certificate]);
    for state_code in ["D<<", "VAT", "UTO", "<<<"] {
        let document = DocumentIdentity { issuing_state: Some(state_code), document_code: Some("ID") };
        assert_eq!(state(&check(&sod, &anchors, &[], document).issuer.check), unknown("wrong_issuer"));
    }
    let mut scene = Scene::new();
    scene.signer.subject = name("DE", "Document Signer 1");
    assert_eq!(state(&scene.check().issuer.check), unknown("wrong_issuer"));
}

#[test]
fn an_anchor_of_another_state_is_the_wrong_issuer() {
    let mut scene = Scene::new();
    scene.csca = Authority::new("LA", "CSCA", 1);
    scene.signer = CertificateSpec::document_signer(&scene.signer_key, &scene.csca);
    assert_eq!(state(&scene.check().issuer.check), unknown("wrong_issuer"));
}

#[test]
fn without_dg1_the_issuer_is_not_decided() {
    let scene = Scene::new();
    let anchors = anchors(&[&scene.csca.certificate]);
    let result = check(&scene.sod_spec().build(), &anchors, &[], DocumentIdentity::default());
    assert_eq!(state(&result.issuer.check), unknown("not_read"));
}

#[test]
fn a_list_of_document_types_must_hold_the_documents() {
    let mut scene = Scene::new();
    let list = |types: &[&str]| {
        let types: Vec<Vec<u8>> = types.iter().map(|kind| element(0x13, kind.as_bytes())).collect();
        let value = sequence(&[&[0x02, 0x01, 0x00], &element(0x31, &types.concat())]);
        extension("2.23.136.1.1.6.2", false, &value)
    };
    for (types, code, expected) in [
        (&["ID"][..], "ID", PASSED),
        (&["P", "I"], "ID", PASSED),
        (&["P", "ID"], "ID", PASSED),
        (&["I"], "I<", PASSED),
        (&["P"], "ID", unknown("wrong_issuer")),
        (&["IP"], "ID", unknown("wrong_issuer")),
        (&["ID"], "I<", unknown("wrong_issuer")),
        (&[], "ID", unknown("wrong_issuer")),
    ] {
        scene.signer.more = vec![list(types)];
        let document = DocumentIdentity { issuing_state: Some("VNM"), document_code: Some(code) };
        let result = check(&scene.sod_spec().build(), &anchors(&[&scene.csca.certificate]), &[], document);
        assert_eq!(state(&result.issuer.check), expected, "{types:?} {code}");
    }
}

#[test]
fn a_document_types_list_that_cannot_be_read_does_not_count_as_absent() {
    let mut scene = Scene::new();
    scene.signer.more = vec![extension("2.23.136.1.1.6.2", false, b"\x04\x00")];
    assert_eq!(state(&scene.check().issuer.check), unknown("wrong_issuer"));
}

#[test]
fn a_certification_authority_signs_no_documents() {
    let mut scene = Scene::new();
    scene.signer.ca = Some(true);
    scene.signer.usage = Some(0x80 | 0x06);
    assert_eq!(state(&scene.check().issuer.check), unknown("wrong_issuer"));

    // The anchor itself.
    let csca = Authority::new("VN", "CSCA Vietnam", 1);
    let sod = SodSpec::new(&[(1, DG1)], &csca.certificate, &csca.key).build();
    let result = check(&sod, &anchors(&[&csca.certificate]), &[], VIETNAM);
    assert_eq!(state(&result.sod_signature.check), PASSED);
    assert_eq!(state(&result.issuer.check), unknown("wrong_issuer"));
}

#[test]
fn a_key_for_other_things_signs_no_documents() {
    let mut scene = Scene::new();
    let master_list_key = sequence(&[&oid("2.23.136.1.1.3")]);
    scene.signer.more = vec![extension("2.5.29.37", true, &master_list_key)];
    assert_eq!(state(&scene.check().issuer.check), unknown("wrong_issuer"));

    let mut scene = Scene::new();
    scene.signer.usage = Some(0x20);
    assert_eq!(state(&scene.check().issuer.check), unknown("wrong_issuer"));

    let mut scene = Scene::new();
    scene.signer.more = vec![extension("1.2.3.4", true, b"\x05\x00")];
    assert_eq!(state(&scene.check().issuer.check), unknown("wrong_issuer"));
}

#[test]
fn a_document_signer_is_never_an_anchor() {
    let scene = Scene::new();
    let signer = scene.signer.signed_by(&scene.csca.key);
    let mut anchors = TrustAnchors::new();
    assert_eq!(anchors.add(Certificate::parse(&signer).unwrap()), Added::NotAnAuthority);
    assert_eq!(state(&scene.check_with(&[&signer], &[]).issuer.check), unknown("unknown_issuer"));

    // Not even one that signs itself.
    let mut own = scene.signer.clone();
    (own.issuer, own.authority_key, own.usage) = (own.subject.clone(), None, Some(0x80));
    let own = own.signed_by(&scene.signer_key);
    assert_eq!(anchors.add(Certificate::parse(&own).unwrap()), Added::NotAnAuthority);
}

#[test]
fn an_authority_that_signs_itself_inside_the_sod_is_trusted_by_nobody() {
    let scene = Scene::new();
    let mut sod = scene.sod_spec();
    sod.certificates.push(scene.csca.certificate.clone());
    let result = check(&sod.build(), &TrustAnchors::new(), &[], VIETNAM);
    assert_eq!(state(&result.sod_signature.check), PASSED);
    assert_eq!(state(&result.issuer.check), unknown("unknown_issuer"));
}

#[test]
fn of_several_authorities_with_the_same_name_the_one_whose_key_signed_is_found() {
    let mut scene = Scene::new();
    let namesakes: Vec<_> = (21..26).map(|number| Authority::new("VN", "CSCA Vietnam", number)).collect();
    let trusted: Vec<&[u8]> = namesakes.iter().map(|other| other.certificate.as_slice()).collect();
    for issuer in &namesakes {
        for authority_key in [Some(issuer.key.identifier()), None] {
            scene.csca = issuer.clone();
            scene.signer = CertificateSpec::document_signer(&scene.signer_key, issuer);
            scene.signer.authority_key = authority_key;
            let result = scene.check_with(&trusted, &[]);
            assert_eq!(state(&result.issuer.check), PASSED);
            let own = Certificate::parse(&issuer.certificate).unwrap().sha256_fingerprint();
            assert_eq!(result.issuer.anchor_fingerprint, Some(own));
        }
    }
}
