//! The check `revocation`.

use super::*;

#[test]
fn without_a_list_of_that_authority_revocation_is_unknown() {
    let scene = Scene::new();
    let other = Authority::new("VN", "CSCA ePassport Vietnam", 3);
    let same_name = Authority::new("VN", "CSCA Vietnam", 3);
    let trusted: [&[u8]; 3] = [&scene.csca.certificate, &other.certificate, &same_name.certificate];
    assert_eq!(state(&scene.check_with(&trusted, &[]).revocation), unknown("no_crl"));
    // The same serial number, revoked by somebody else.
    let theirs = other.revocation_list(&[&[0x11]], "270101000000Z").signed_by(&other.key);
    assert_eq!(state(&scene.check_with(&trusted, &[theirs]).revocation), unknown("no_crl"));
    let namesake = same_name.revocation_list(&[&[0x11]], "270101000000Z").signed_by(&same_name.key);
    assert_eq!(state(&scene.check_with(&trusted, &[namesake]).revocation), unknown("no_crl"));
}

#[test]
fn a_list_whose_signature_is_bad_does_not_count() {
    let scene = Scene::new();
    let forged = scene.csca.revocation_list(&[&[0x11]], "270101000000Z").signed_by(&Key::new(66));
    assert_eq!(state(&scene.check_with(&[&scene.csca.certificate], &[forged]).revocation), unknown("no_crl"));
}

#[test]
fn a_listed_signer_is_revoked_whether_the_list_is_fresh_or_not() {
    let scene = Scene::new();
    for until in ["270101000000Z", "250201000000Z", ""] {
        let list = scene.csca.revocation_list(&[&[0x10], &[0x11]], until).signed_by(&scene.csca.key);
        let result = scene.check_with(&[&scene.csca.certificate], &[list]);
        assert_eq!(state(&result.revocation), failed("revoked"));
        assert_eq!(state(&result.issuer.check), PASSED);
    }
    // A newer list without the entry does not take it back.
    let old = scene.csca.revocation_list(&[&[0x11]], "250201000000Z").signed_by(&scene.csca.key);
    let new = scene.csca.revocation_list(&[], "270101000000Z").signed_by(&scene.csca.key);
    assert_eq!(state(&scene.check_with(&[&scene.csca.certificate], &[new, old]).revocation), failed("revoked"));
}

#[test]
fn a_list_that_verifies_counts_even_where_it_names_its_key_otherwise() {
    let scene = Scene::new();
    let mut list = scene.csca.revocation_list(&[&[0x11]], "270101000000Z");
    list.authority_key = Some(vec![0xAB; 20]);
    let list = list.signed_by(&scene.csca.key);
    assert_eq!(state(&scene.check_with(&[&scene.csca.certificate], &[list]).revocation), failed("revoked"));
}

#[test]
fn a_list_past_its_next_update_is_out_of_date() {
    let scene = Scene::new();
    let old = scene.csca.revocation_list(&[&[0x12]], "261121115959Z").signed_by(&scene.csca.key);
    let result = scene.check_with(&[&scene.csca.certificate], std::slice::from_ref(&old));
    assert_eq!(state(&result.revocation), unknown("crl_out_of_date"));
    let new = scene.csca.revocation_list(&[&[0x12]], "261121120000Z").signed_by(&scene.csca.key);
    assert_eq!(state(&scene.check_with(&[&scene.csca.certificate], &[old, new]).revocation), PASSED);
}

#[test]
fn a_list_of_a_linked_authority_counts_in_both_directions() {
    let mut scene = Scene::new();
    let (first, next) = (Authority::new("VN", "CSCA Vietnam 001", 11), Authority::new("VN", "CSCA Vietnam 002", 12));
    let link = first.link_to(&next).signed_by(&first.key);
    let trusted: [&[u8]; 3] = [&first.certificate, &next.certificate, &link];

    // The new key revokes what the old one signed,
    scene.csca = first.clone();
    scene.signer = CertificateSpec::document_signer(&scene.signer_key, &first);
    let list = next.revocation_list(&[&[0x11]], "270101000000Z").signed_by(&next.key);
    assert_eq!(state(&scene.check_with(&trusted, std::slice::from_ref(&list)).revocation), failed("revoked"));
    // but not where nothing links the two.
    assert_eq!(state(&scene.check_with(&trusted[..2], &[list]).revocation), unknown("no_crl"));

    scene.csca = next.clone();
    scene.signer = CertificateSpec::document_signer(&scene.signer_key, &next);
    let list = first.revocation_list(&[&[0x11]], "270101000000Z").signed_by(&first.key);
    assert_eq!(state(&scene.check_with(&trusted, &[list]).revocation), failed("revoked"));
}

#[test]
fn serial_numbers_are_compared_exactly() {
    let mut scene = Scene::new();
    scene.signer.serial = vec![0x11, 0x22];
    for other in [&[0x22][..], &[0x11], &[0x11, 0x22, 0x00], &[0x00, 0x11, 0x22]] {
        let list = scene.csca.revocation_list(&[other], "270101000000Z").signed_by(&scene.csca.key);
        assert_eq!(state(&scene.check_with(&[&scene.csca.certificate], &[list]).revocation), PASSED);
    }
    scene.signer.serial = vec![0x91, 0x22];
    let list = scene.csca.revocation_list(&[&[0x91, 0x22]], "270101000000Z").signed_by(&scene.csca.key);
    let result = scene.check_with(&[&scene.csca.certificate], &[list]);
    assert_eq!(state(&result.revocation), failed("revoked"));
    assert!(result.remarks.iter().any(|remark| remark.code == "negative_serial"));
}

#[test]
fn a_list_of_a_part_revokes_and_clears_nobody() {
    let scene = Scene::new();
    let idp = |fields: &[u8]| extension("2.5.29.28", true, &element(0x30, fields));
    let address = |uri: &[u8]| element(0xA0, &element(0xA0, &element(0x86, uri)));
    let partial = [
        idp(&element(0x82, &[0xFF])),                      // authorities only
        idp(&element(0x83, &[0x06, 0x40])),                // some reasons only
        idp(&element(0x85, &[0xFF])),                      // attribute certificates only
        extension("2.5.29.27", true, &[0x02, 0x01, 0x01]), // a delta list
        extension("1.2.3.4", true, b"\x05\x00"),           // something else
    ];
    for extension in partial {
        let mut list = scene.csca.revocation_list(&[&[0x12]], "270101000000Z");
        list.extensions.push(extension);
        let clear = list.signed_by(&scene.csca.key);
        assert!(clear.limitation().is_some());
        let revocation = scene.check_with(&[&scene.csca.certificate], &[clear]).revocation;
        assert_eq!(state(&revocation), unknown("no_crl"));
        assert!(revocation.message.contains("does not cover the Document Signer: it "), "{}", revocation.message);
        list.entries.push((vec![0x11], Vec::new()));
        let revoked = list.signed_by(&scene.csca.key);
        assert_eq!(state(&scene.check_with(&[&scene.csca.certificate], &[revoked]).revocation), failed("revoked"));
    }
    // The whole of what users have, or the part that the signer is in.
    let mut scene = Scene::new();
    let point = sequence(&[&sequence(&[&address(b"http://a/vn.crl")])]);
    scene.signer.more = vec![extension("2.5.29.31", false, &point)];
    for (fields, expected) in [
        (element(0x81, &[0xFF]), PASSED),
        (address(b"http://a/vn.crl"), PASSED),
        (address(b"http://b/vn.crl"), unknown("no_crl")),
    ] {
        let mut list = scene.csca.revocation_list(&[], "270101000000Z");
        list.extensions.push(idp(&fields));
        let list = list.signed_by(&scene.csca.key);
        assert_eq!(state(&scene.check_with(&[&scene.csca.certificate], &[list]).revocation), expected);
    }
}

#[test]
fn entries_of_an_indirect_list_hold_for_the_issuer_they_name() {
    let scene = Scene::new();
    let indirect = extension("2.5.29.28", true, &element(0x30, &element(0x84, &[0xFF])));
    let of = |name: &[u8]| extension("2.5.29.29", true, &sequence(&[&element(0xA4, name)]));
    let other = name("VN", "CSCA ePassport Vietnam");
    // It clears nobody: whom it is about shows in every entry anew.
    for (issuer, expected) in [(&other, unknown("no_crl")), (&scene.csca.name, failed("revoked"))] {
        let mut list = scene.csca.revocation_list(&[], "270101000000Z");
        list.extensions.push(indirect.clone());
        // The issuer named in one entry holds for the next.
        list.entries = vec![(vec![0x01], of(issuer)), (vec![0x11], Vec::new())];
        let list = list.signed_by(&scene.csca.key);
        assert_eq!(state(&scene.check_with(&[&scene.csca.certificate], &[list]).revocation), expected);
    }
}

#[test]
fn an_unknown_issuer_has_no_list() {
    let scene = Scene::new();
    let list = scene.csca.revocation_list(&[&[0x11]], "270101000000Z").signed_by(&scene.csca.key);
    assert_eq!(state(&scene.check_with(&[], &[list]).revocation), unknown("no_crl"));
}
