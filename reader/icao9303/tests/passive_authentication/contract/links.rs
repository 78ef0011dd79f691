//! The check `issuer`: link certificates.

use super::*;

#[test]
fn a_valid_link_certificate_makes_its_subject_an_anchor_whatever_the_path_length() {
    let mut scene = Scene::new();
    let (first, next) = (Authority::new("VN", "CSCA Vietnam 001", 11), Authority::new("VN", "CSCA Vietnam 002", 12));
    let last = Authority::new("VN", "CSCA Vietnam 003", 13);
    let (one, two) = (first.link_to(&next).signed_by(&first.key), next.link_to(&last).signed_by(&next.key));
    scene.csca = last.clone();
    scene.signer = CertificateSpec::document_signer(&scene.signer_key, &last);
    let result = scene.check_with(&[&first.certificate, &two, &one], &[]);
    assert_eq!(state(&result.issuer.check), PASSED);
    assert_eq!(result.issuer.anchor.as_deref(), Some("C=VN, CN=CSCA Vietnam 001"));
    assert_eq!(result.issuer.path.len(), 4);
    // Without the anchor, links hang in the air.
    assert_eq!(state(&scene.check_with(&[&one, &two], &[]).issuer.check), unknown("unknown_issuer"));
    assert_eq!(state(&scene.check_with(&[&first.certificate, &two], &[]).issuer.check), unknown("unknown_issuer"));
}

#[test]
fn a_link_certificate_may_keep_the_name() {
    let mut scene = Scene::new();
    let (first, next) = (Authority::new("VN", "CSCA Vietnam", 11), Authority::new("VN", "CSCA Vietnam", 12));
    let link = first.link_to(&next).signed_by(&first.key);
    scene.csca = next.clone();
    scene.signer = CertificateSpec::document_signer(&scene.signer_key, &next);
    assert_eq!(state(&scene.check_with(&[&first.certificate, &link], &[]).issuer.check), PASSED);
}

#[test]
fn a_link_certificate_with_a_bad_signature_makes_nobody_an_anchor() {
    let mut scene = Scene::new();
    let (first, next) = (Authority::new("VN", "CSCA Vietnam 001", 11), Authority::new("VN", "CSCA Vietnam 002", 12));
    scene.csca = next.clone();
    scene.signer = CertificateSpec::document_signer(&scene.signer_key, &next);
    let forged = first.link_to(&next).signed_by(&Key::new(66));
    assert_eq!(state(&scene.check_with(&[&first.certificate, &forged], &[]).issuer.check), unknown("unknown_issuer"));

    // Nor one that passes itself off as signed by itself.
    let mut own = CertificateSpec::authority(&next.name, &next.key, &next.name, &next.key);
    own.authority_key = None;
    let own = own.signed_by(&Key::new(66));
    assert_eq!(state(&scene.check_with(&[&own], &[]).issuer.check), unknown("unknown_issuer"));
}

#[test]
fn an_expired_link_does_not_hide_the_anchor_it_leads_to() {
    let mut scene = Scene::new();
    let (first, next) = (Authority::new("VN", "CSCA Vietnam 001", 11), Authority::new("VN", "CSCA Vietnam 002", 12));
    let mut link = first.link_to(&next);
    link.until = "260101000000Z";
    let link = link.signed_by(&first.key);
    scene.csca = next.clone();
    scene.signer = CertificateSpec::document_signer(&scene.signer_key, &next);
    assert_eq!(state(&scene.check_with(&[&first.certificate, &link], &[]).issuer.check), unknown("expired"));
    let all = scene.check_with(&[&first.certificate, &link, &next.certificate], &[]);
    assert_eq!(state(&all.issuer.check), PASSED);
}

#[test]
fn links_in_a_circle_come_to_an_end() {
    let mut scene = Scene::new();
    let (first, next) = (Authority::new("VN", "CSCA Vietnam 001", 11), Authority::new("VN", "CSCA Vietnam 002", 12));
    let (there, back) = (first.link_to(&next).signed_by(&first.key), next.link_to(&first).signed_by(&next.key));
    scene.csca = next.clone();
    scene.signer = CertificateSpec::document_signer(&scene.signer_key, &next);
    assert_eq!(state(&scene.check_with(&[&there, &back], &[]).issuer.check), unknown("unknown_issuer"));
}

/// As the first CSCA of the CCCD: its number stands in its name, so that the next one has another name, and the link
/// between the two is not issued to itself; and it says that no authority may follow.
#[test]
fn a_link_to_an_authority_with_the_next_number_in_its_name_makes_it_an_anchor() {
    let attribute = |kind, text: &str| set(&[&sequence(&[&oid(kind), &element(0x13, text.as_bytes())])]);
    let numbered = |number: &str| {
        sequence(&[&attribute("2.5.4.6", "VN"), &attribute("2.5.4.5", number), &attribute("2.5.4.3", "CSCA Vietnam")])
    };
    let authority = |number, key| {
        let (name, key) = (numbered(number), Key::new(key));
        let certificate = CertificateSpec::authority(&name, &key, &name, &key).signed_by(&key);
        Authority { name, key, certificate }
    };
    let (first, second) = (authority("001", 11), authority("002", 12));
    let link = first.link_to(&second).signed_by(&first.key);
    let parsed = Certificate::parse(&link).unwrap();
    assert!(!parsed.is_self_issued() && parsed.issuer() != parsed.subject());
    let path_length =
        |bytes: &[u8]| Certificate::parse(bytes).unwrap().extensions().basic_constraints.unwrap().path_length;
    assert_eq!((path_length(&first.certificate), path_length(&link)), (Some(0), Some(0)));
    let mut scene = Scene::new();
    scene.csca = second.clone();
    scene.signer = CertificateSpec::document_signer(&scene.signer_key, &second);
    let result = scene.check_with(&[&first.certificate, &link], &[]);
    assert_eq!(state(&result.issuer.check), PASSED);
    assert_eq!(result.issuer.anchor.as_deref(), Some("C=VN, serialNumber=001, CN=CSCA Vietnam"));
}
