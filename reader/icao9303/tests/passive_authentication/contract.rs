//! One test for every rule of the contract's table on `data_group_hashes`, `sod_signature`, `issuer` and `revocation`.

use icao9303::check::{Check, Reason, Status};
use icao9303::passive_authentication::{
    Added, Asked, Certificate, Crl, DocumentIdentity, Evidence, GroupState, PassiveAuthentication, Trust, TrustAnchors,
    verify,
};

use crate::mint::{
    Authority, CertificateSpec, Key, LDS_SECURITY_OBJECT, NOW, SignerId, SodSpec, anchors, element, extension, name,
    oid, sequence, set,
};

const DG1: &[u8] = b"\x61\x03one";
const DG2: &[u8] = b"\x75\x03two";
const DG14: &[u8] = b"\x6E\x03key";
const VIETNAM: DocumentIdentity<'_> = DocumentIdentity { issuing_state: Some("VNM"), document_code: Some("ID") };

/// A country signer, a document signer, and a SOD of three data groups.
struct Scene {
    csca: Authority,
    signer_key: Key,
    signer: CertificateSpec,
}

impl Scene {
    fn new() -> Self {
        let csca = Authority::new("VN", "CSCA Vietnam", 1);
        let signer_key = Key::new(2);
        let signer = CertificateSpec::document_signer(&signer_key, &csca);
        Self { csca, signer_key, signer }
    }

    fn sod_spec(&self) -> SodSpec {
        let signer = self.signer.signed_by(&self.csca.key);
        SodSpec::new(&[(1, DG1), (2, DG2), (14, DG14)], &signer, &self.signer_key)
    }

    fn check(&self) -> PassiveAuthentication {
        self.check_with(&[&self.csca.certificate], &[])
    }

    fn check_with(&self, trusted: &[&[u8]], lists: &[Crl]) -> PassiveAuthentication {
        check(&self.sod_spec().build(), &anchors(trusted), lists, VIETNAM)
    }
}

fn check(sod: &[u8], anchors: &TrustAnchors, lists: &[Crl], document: DocumentIdentity<'_>) -> PassiveAuthentication {
    read(sod, &[(1, DG1), (2, DG2), (14, DG14)], Asked::All, anchors, lists, document)
}

fn read(
    sod: &[u8],
    files: &[(u8, &[u8])],
    asked: Asked<'_>,
    anchors: &TrustAnchors,
    revocation_lists: &[Crl],
    document: DocumentIdentity<'_>,
) -> PassiveAuthentication {
    verify(&Evidence { sod: Some(sod), files, asked, document }, &Trust { anchors, revocation_lists, now: NOW })
}

fn state(check: &Check) -> (Status, Option<&'static str>) {
    (check.status, check.reason.map(Reason::as_str))
}

const PASSED: (Status, Option<&str>) = (Status::Passed, None);

fn failed(reason: &'static str) -> (Status, Option<&'static str>) {
    (Status::Failed, Some(reason))
}

fn unknown(reason: &'static str) -> (Status, Option<&'static str>) {
    (Status::Unknown, Some(reason))
}

#[test]
fn a_genuine_document_passes_every_check() {
    let scene = Scene::new();
    let list = scene.csca.revocation_list(&[&[0x12]], "270101000000Z").signed_by(&scene.csca.key);
    let result = scene.check_with(&[&scene.csca.certificate], &[list]);
    assert_eq!(state(&result.data_group_hashes.check), PASSED);
    assert_eq!(state(&result.sod_signature.check), PASSED);
    assert_eq!(state(&result.issuer.check), PASSED);
    assert_eq!(state(&result.revocation), PASSED);
    assert_eq!(result.data_group_hashes.algorithm.as_deref(), Some("SHA-256"));
    assert_eq!(result.sod_signature.algorithm.as_deref(), Some("ECDSA-SHA256"));
    assert_eq!(result.sod_signature.signer.as_deref(), Some("C=VN, CN=Document Signer 1"));
    assert_eq!(result.issuer.anchor.as_deref(), Some("C=VN, CN=CSCA Vietnam"));
    assert_eq!(result.issuer.path, ["C=VN, CN=Document Signer 1", "C=VN, CN=CSCA Vietnam"]);
    assert_eq!(result.signing_time, Some(1_748_736_000));
    assert_eq!(result.remarks, []);
    assert!(result.covers(14) && !result.covers(15));
}

// data_group_hashes

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
    let evidence = Evidence { sod: None, files: &[(1, DG1)], asked: Asked::All, document: VIETNAM };
    let result = verify(&evidence, &Trust { anchors: &anchors, revocation_lists: &[], now: NOW });
    for check in
        [&result.data_group_hashes.check, &result.sod_signature.check, &result.issuer.check, &result.revocation]
    {
        assert_eq!(state(check), unknown("file_missing"));
    }
    assert_eq!(result.data_group_hashes.groups[&1], GroupState::NotInSod);
}

// sod_signature

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

// issuer

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
fn validity_is_that_of_the_time_of_checking() {
    let mut scene = Scene::new();
    scene.signer.until = "261121115959Z";
    assert_eq!(state(&scene.check().issuer.check), unknown("expired"));
    scene.signer.until = "261121120000Z";
    assert_eq!(state(&scene.check().issuer.check), PASSED);
    scene.signer.from = "261121120001Z";
    assert_eq!(state(&scene.check().issuer.check), unknown("not_yet_valid"));
    scene.signer.from = "261121120000Z";
    assert_eq!(state(&scene.check().issuer.check), PASSED);
}

#[test]
fn an_anchor_outside_its_validity_is_reported_and_another_of_the_same_key_is_taken() {
    let scene = Scene::new();
    let csca = &scene.csca;
    let mut old = CertificateSpec::authority(&csca.name, &csca.key, &csca.name, &csca.key);
    old.until = "260101000000Z";
    let old = old.signed_by(&csca.key);
    let mut future = CertificateSpec::authority(&csca.name, &csca.key, &csca.name, &csca.key);
    future.from = "270101000000Z";
    let future = future.signed_by(&csca.key);
    assert_eq!(state(&scene.check_with(&[&old], &[]).issuer.check), unknown("expired"));
    assert_eq!(state(&scene.check_with(&[&future], &[]).issuer.check), unknown("not_yet_valid"));
    assert_eq!(state(&scene.check_with(&[&old, &future, &csca.certificate], &[]).issuer.check), PASSED);
}

#[test]
fn what_does_not_fit_weighs_more_than_what_has_expired() {
    let mut scene = Scene::new();
    scene.signer.until = "250101000000Z";
    let document = DocumentIdentity { issuing_state: Some("LAO"), document_code: Some("ID") };
    let result = check(&scene.sod_spec().build(), &anchors(&[&scene.csca.certificate]), &[], document);
    assert_eq!(state(&result.issuer.check), unknown("wrong_issuer"));
}

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

// revocation

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
        assert_eq!(state(&scene.check_with(&[&scene.csca.certificate], &[clear]).revocation), unknown("no_crl"));
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
    for (issuer, expected) in [(&other, PASSED), (&scene.csca.name, failed("revoked"))] {
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
