//! The check `data_group_hashes`.

use super::*;

#[test]
fn a_changed_data_group_fails_and_names_the_group() {
    let scene = Scene::new();
    let sod = scene.sod_spec().build();
    let files: &[(u8, &[u8])] = &[(1, b"\x61\x03onE"), (2, DG2), (14, DG14)];
    let result = read(&sod, files, Asked::All, &anchors(&[&scene.csca.certificate]), &[], VIETNAM);
    assert_eq!(state(&result.data_group_hashes.check), failed("hash_mismatch"));
    assert_eq!(result.data_group_hashes.groups[&1], GroupState::Mismatch);
    assert_eq!(result.data_group_hashes.groups[&2], GroupState::Match);
    assert_eq!(state(&result.sod_signature.check), PASSED);
    assert!(!result.covers(1) && result.covers(2));
}

#[test]
fn a_byte_after_the_outer_element_is_a_mismatch() {
    let scene = Scene::new();
    let files: &[(u8, &[u8])] = &[(1, b"\x61\x03one\0"), (2, DG2), (14, DG14)];
    let result = read(&scene.sod_spec().build(), files, Asked::All, &TrustAnchors::new(), &[], VIETNAM);
    assert_eq!(state(&result.data_group_hashes.check), failed("hash_mismatch"));
}

#[test]
fn a_listed_group_that_the_chip_hides_is_unknown() {
    let scene = Scene::new();
    let files: &[(u8, &[u8])] = &[(1, DG1), (14, DG14)];
    let result = read(&scene.sod_spec().build(), files, Asked::All, &TrustAnchors::new(), &[], VIETNAM);
    assert_eq!(state(&result.data_group_hashes.check), unknown("file_missing"));
    assert_eq!(result.data_group_hashes.groups[&2], GroupState::Missing);
}

/// What came of these files, of which the second was cut short.
fn cut_short(files: &[(u8, &[u8])], trusted: &[&[u8]]) -> PassiveAuthentication {
    let sod = Scene::new().sod_spec().build();
    let evidence = Evidence { sod: Some(&sod), files, cut: &[files[1].0], asked: Asked::All, document: VIETNAM };
    verify(&evidence, &Trust { anchors: &anchors(trusted), revocation_lists: &[], now: NOW })
}

#[test]
fn a_group_that_was_cut_short_counts_as_not_given_unless_its_hash_is_the_listed_one() {
    let result = cut_short(&[(14, DG14), (2, b"\x75\x03t"), (1, DG1)], &[]);
    assert_eq!(state(&result.data_group_hashes.check), unknown("file_missing"));
    assert_eq!(result.data_group_hashes.groups[&2], GroupState::Missing);
    assert_eq!(result.data_group_hashes.given, [1, 14].into());
    let result = cut_short(&[(14, DG14), (2, DG2), (1, DG1)], &[]);
    assert_eq!(state(&result.data_group_hashes.check), PASSED);
    assert_eq!(result.data_group_hashes.given, [1, 2, 14].into());
    let result = cut_short(&[(14, b"\x6E\x03keY"), (2, b"\x75\x03t"), (1, DG1)], &[]);
    assert_eq!(state(&result.data_group_hashes.check), failed("hash_mismatch"));
}

#[test]
fn a_dg1_that_was_cut_short_or_is_not_listed_does_not_name_the_issuing_state() {
    let scene = Scene::new();
    let trusted: &[&[u8]] = &[&scene.csca.certificate];
    let result = cut_short(&[(14, DG14), (1, b"\x61\x03o"), (2, DG2)], trusted);
    assert_eq!(state(&result.issuer.check), unknown("not_read"));
    let sod = SodSpec::new(&[(2, DG2)], &scene.signer.signed_by(&scene.csca.key), &scene.signer_key).build();
    let result = read(&sod, &[(1, DG1), (2, DG2)], Asked::All, &anchors(trusted), &[], VIETNAM);
    assert_eq!(state(&result.issuer.check), unknown("not_read"));
}

#[test]
fn a_mismatch_weighs_more_than_a_missing_file() {
    let scene = Scene::new();
    let files: &[(u8, &[u8])] = &[(1, b"other"), (14, DG14)];
    let result = read(&scene.sod_spec().build(), files, Asked::All, &TrustAnchors::new(), &[], VIETNAM);
    assert_eq!(state(&result.data_group_hashes.check), failed("hash_mismatch"));
}

#[test]
fn groups_that_need_terminal_authentication_have_no_effect() {
    let scene = Scene::new();
    let mut sod = scene.sod_spec();
    sod.groups.extend([(3, b"finger".to_vec()), (4, b"iris".to_vec())]);
    let result = check(&sod.build(), &anchors(&[&scene.csca.certificate]), &[], VIETNAM);
    assert_eq!(state(&result.data_group_hashes.check), PASSED);
    assert_eq!(result.data_group_hashes.groups[&3], GroupState::Denied);
    assert_eq!(result.data_group_hashes.groups[&4], GroupState::Denied);
}

#[test]
fn a_group_that_is_not_in_the_sod_is_vouched_for_by_nobody() {
    let scene = Scene::new();
    let files: &[(u8, &[u8])] = &[(1, DG1), (2, DG2), (14, DG14), (13, b"m\x00")];
    let result = read(&scene.sod_spec().build(), files, Asked::All, &TrustAnchors::new(), &[], VIETNAM);
    assert_eq!(state(&result.data_group_hashes.check), PASSED);
    assert_eq!(result.data_group_hashes.groups[&13], GroupState::NotInSod);
    assert!(!result.covers(13));
}

#[test]
fn groups_that_were_not_asked_for_have_no_effect() {
    let scene = Scene::new();
    let files: &[(u8, &[u8])] = &[(1, DG1), (14, DG14)];
    let result = read(&scene.sod_spec().build(), files, Asked::Only(&[1]), &TrustAnchors::new(), &[], VIETNAM);
    assert_eq!(state(&result.data_group_hashes.check), PASSED);
    assert_eq!(result.data_group_hashes.groups[&2], GroupState::NotRead);
}

#[test]
fn hiding_the_keys_of_chip_proofs_is_seen_even_when_they_were_not_asked_for() {
    let scene = Scene::new();
    let result = read(&scene.sod_spec().build(), &[(1, DG1)], Asked::Only(&[1]), &TrustAnchors::new(), &[], VIETNAM);
    assert_eq!(state(&result.data_group_hashes.check), unknown("file_missing"));
    assert_eq!(result.data_group_hashes.groups[&14], GroupState::Missing);
}

#[test]
fn a_hash_that_is_not_supported_is_named() {
    let scene = Scene::new();
    let spec = scene.sod_spec();
    let md5 = sequence(&[&[0x02, 0x01, 0x00], &sequence(&[&oid("1.2.840.113549.2.5")]), &sequence(&[])]);
    let sod = element(0x77, &spec.signed_data(&md5));
    let result = check(&sod, &anchors(&[&scene.csca.certificate]), &[], VIETNAM);
    assert_eq!(state(&result.data_group_hashes.check), unknown("unsupported_algorithm"));
    assert_eq!(result.data_group_hashes.algorithm.as_deref(), Some("MD5"));
    assert!(!result.covers(1));
}

#[test]
fn without_a_sod_nothing_is_decided() {
    let anchors = TrustAnchors::new();
    let evidence = Evidence { sod: None, files: &[(1, DG1)], cut: &[], asked: Asked::All, document: VIETNAM };
    let result = verify(&evidence, &Trust { anchors: &anchors, revocation_lists: &[], now: NOW });
    for check in
        [&result.data_group_hashes.check, &result.sod_signature.check, &result.issuer.check, &result.revocation]
    {
        assert_eq!(state(check), unknown("file_missing"));
    }
    assert_eq!(result.data_group_hashes.groups[&1], GroupState::NotInSod);
}
