//! The forms in which SODs and certificates come, and that each verifies.

use icao9303::check::{Check, Status};
use icao9303::crypto::curve::Curve;
use icao9303::crypto::hash::HashAlgorithm;
use icao9303::passive_authentication::{
    Asked, CardSecurity, Certificate, DocumentIdentity, EfSod, Evidence, ImportError, MasterList, MasterListError,
    PassiveAuthentication, Trust, TrustAnchors, import, verify,
};

use crate::mint::{
    Authority, CertificateSpec, Key, NOW, SignerId, SodSpec, anchors, element, extension, indefinite, oid, sequence,
    set,
};

const DG1: &[u8] = b"\x61\x03one";
const VIETNAM: DocumentIdentity<'_> = DocumentIdentity { issuing_state: Some("VNM"), document_code: Some("ID") };

fn scene() -> (Authority, SodSpec) {
    let csca = Authority::new("VN", "CSCA Vietnam", 1);
    let key = Key::new(2);
    let signer = CertificateSpec::document_signer(&key, &csca).signed_by(&csca.key);
    (csca, SodSpec::new(&[(1, DG1)], &signer, &key))
}

fn check(sod: &[u8], anchors: &TrustAnchors) -> PassiveAuthentication {
    let evidence = Evidence { sod: Some(sod), files: &[(1, DG1)], cut: &[], asked: Asked::All, document: VIETNAM };
    verify(&evidence, &Trust { anchors, revocation_lists: &[], now: NOW })
}

fn assert_genuine(result: &PassiveAuthentication) {
    assert_eq!(result.data_group_hashes.check, Check::passed());
    assert_eq!(result.sod_signature.check, Check::passed());
    assert_eq!(result.issuer.check, Check::passed());
}

fn codes(result: &PassiveAuthentication) -> Vec<&str> {
    result.remarks.iter().map(|remark| remark.code).collect()
}

#[test]
fn every_form_of_a_sod_verifies() {
    let (csca, sod) = scene();
    let anchors = anchors(&[&csca.certificate]);
    for signer_id in [SignerId::Serial, SignerId::KeyIdentifier] {
        for ber in [false, true] {
            for with_attributes in [true, false] {
                for version in [0, 1] {
                    let spec = SodSpec { signer_id, ber, with_attributes, version, ..sod.clone() };
                    let result = check(&spec.build(), &anchors);
                    assert_genuine(&result);
                    assert_eq!(codes(&result).contains(&"sod_not_der"), ber);
                    assert_eq!(codes(&result).contains(&"no_signed_attributes"), !with_attributes);
                }
            }
        }
    }
}

#[test]
fn even_the_outer_element_may_have_indefinite_length() {
    let (csca, mut sod) = scene();
    sod.ber = true;
    let file = indefinite(0x77, &sod.signed_data(&sod.content()));
    assert_genuine(&check(&file, &anchors(&[&csca.certificate])));
}

#[test]
fn the_groups_of_a_sod_are_known_before_it_is_verified() {
    let (_, mut sod) = scene();
    sod.groups = [14, 2, 1, 13].map(|group| (group, vec![group])).to_vec();
    sod.version = 1;
    let sod = EfSod::parse(&sod.build()).unwrap();
    assert_eq!(sod.data_groups().collect::<Vec<_>>(), [1, 2, 13, 14]);
    let object = sod.security_object();
    assert_eq!(object.hash_algorithm, Ok(HashAlgorithm::Sha256));
    assert_eq!(object.lds_version, Some(("0108".into(), "040000".into())));
}

#[test]
fn a_group_listed_twice_is_refused() {
    let (_, mut sod) = scene();
    sod.groups.push((1, b"other".to_vec()));
    assert!(EfSod::parse(&sod.build()).is_err());
}

#[test]
fn attributes_sent_in_another_order_than_signed_verify() {
    let (csca, mut sod) = scene();
    sod.sorted = false;
    assert_genuine(&check(&sod.build(), &anchors(&[&csca.certificate])));
}

#[test]
fn the_signer_is_found_among_other_certificates() {
    let (csca, mut sod) = scene();
    let other_key = Key::new(5);
    let mut other = CertificateSpec::document_signer(&other_key, &csca);
    other.serial = vec![0x44];
    // One more with the very same issuer and serial number, and another key.
    let namesake = CertificateSpec::document_signer(&other_key, &csca);
    sod.certificates.insert(0, namesake.signed_by(&csca.key));
    sod.certificates.insert(0, other.signed_by(&csca.key));
    sod.certificates.push(csca.certificate.clone());
    assert_genuine(&check(&sod.build(), &anchors(&[&csca.certificate])));
}

#[test]
fn a_certificate_that_cannot_be_read_does_not_hide_the_others() {
    let (csca, mut sod) = scene();
    sod.certificates.insert(0, sequence(&[&[0x05, 0x00]]));
    let result = check(&sod.build(), &anchors(&[&csca.certificate]));
    assert_genuine(&result);
    assert!(codes(&result).contains(&"unreadable_certificate"));
}

#[test]
fn every_curve_and_hash_verifies() {
    for curve in Curve::ALL {
        for hash in [HashAlgorithm::Sha1, HashAlgorithm::Sha256, HashAlgorithm::Sha512] {
            let csca = Authority::new("VN", "CSCA Vietnam", 1);
            let key = Key::on(curve, hash, 2);
            let signer = CertificateSpec::document_signer(&key, &csca).signed_by(&csca.key);
            let mut sod = SodSpec::new(&[(1, DG1)], &signer, &key);
            sod.hash = hash;
            let result = check(&sod.build(), &anchors(&[&csca.certificate]));
            assert_genuine(&result);
            assert_eq!(result.data_group_hashes.algorithm.as_deref(), Some(hash.name()));
        }
    }
}

#[test]
fn the_hash_may_be_named_apart_from_the_signature() {
    let (csca, mut sod) = scene();
    sod.signature_algorithm = Some(sequence(&[&oid("1.2.840.10045.2.1")]));
    let result = check(&sod.build(), &anchors(&[&csca.certificate]));
    assert_genuine(&result);
    assert_eq!(result.sod_signature.algorithm.as_deref(), Some("ECDSA-SHA256"));
}

#[test]
fn a_certificate_whose_two_algorithms_differ_is_not_verified() {
    let (csca, sod) = scene();
    // The outer identifier, which nobody signed, turned from SHA-256 into SHA-384.
    let mut signer = sod.signer.clone();
    let outer = sequence(&[&oid("1.2.840.10045.4.3.2")]);
    let at = signer.windows(outer.len()).rposition(|window| window == outer).unwrap();
    signer[at + outer.len() - 1] = 3;
    let sod = SodSpec { certificates: vec![signer.clone()], signer, ..sod };
    let result = check(&sod.build(), &anchors(&[&csca.certificate]));
    assert_eq!(result.issuer.check.status, Status::Failed);
}

#[test]
fn deviations_of_certificates_are_named_and_tolerated() {
    let (csca, sod) = scene();
    let mut signer = CertificateSpec::document_signer(&sod.signer_key, &csca);
    signer.serial = vec![0xFF; 21];
    signer.usage = None;
    signer.more = vec![extension("2.5.29.16", false, b"\x02\x01\x05")];
    let signer = signer.signed_by(&csca.key);
    let sod = SodSpec { certificates: vec![signer.clone()], signer, ..sod };
    let result = check(&sod.build(), &anchors(&[&csca.certificate]));
    assert_genuine(&result);
    assert_eq!(
        codes(&result),
        ["negative_serial", "padded_serial", "long_serial", "no_key_usage", "malformed_extension"]
    );
}

#[test]
fn a_signing_time_outside_the_use_of_the_key_is_named() {
    let (csca, sod) = scene();
    let mut signer = CertificateSpec::document_signer(&sod.signer_key, &csca);
    let until = |moment: &[u8]| extension("2.5.29.16", false, &sequence(&[&element(0x81, moment)]));
    signer.more = vec![until(b"20250531235959Z")];
    let certificate = signer.signed_by(&csca.key);
    let late = SodSpec { certificates: vec![certificate.clone()], signer: certificate, ..sod.clone() };
    let result = check(&late.build(), &anchors(&[&csca.certificate]));
    assert_genuine(&result);
    assert_eq!(codes(&result), ["signed_outside_key_usage"]);
    signer.more = vec![until(b"20250601000000Z")];
    let certificate = signer.signed_by(&csca.key);
    let good = SodSpec { certificates: vec![certificate.clone()], signer: certificate, ..sod };
    assert_eq!(codes(&check(&good.build(), &anchors(&[&csca.certificate]))), [""; 0]);
}

#[test]
fn card_security_verifies_as_a_sod_does() {
    let (csca, mut sod) = scene();
    const SECURITY_OBJECT: &str = "0.4.0.127.0.7.3.2.1";
    (sod.content_type, sod.signed_content_type) = (SECURITY_OBJECT, Some(SECURITY_OBJECT));
    let infos = set(&[&sequence(&[&oid("0.4.0.127.0.7.2.2.2"), &[0x02, 0x01, 0x01]])]);
    let trusted = anchors(&[&csca.certificate]);
    let trust = Trust { anchors: &trusted, revocation_lists: &[], now: NOW };

    let file = CardSecurity::parse(&sod.signed_data(&infos)).unwrap();
    assert_eq!(file.security_infos(), infos);
    let result = file.verify(VIETNAM, &trust).unwrap();
    assert_eq!((&result.signature.check, &result.issuer.check), (&Check::passed(), &Check::passed()));

    // A SOD is not EF.CardSecurity.
    let sod = SodSpec { content_type: "2.23.136.1.1.1", signed_content_type: Some("2.23.136.1.1.1"), ..sod };
    let result = CardSecurity::parse(&sod.signed_data(&infos)).unwrap().verify(VIETNAM, &trust).unwrap();
    assert_eq!(result.signature.check.status, Status::Failed);
}

/// A master list of one certificate.
fn master_list(csca: &Authority, listed: &[&[u8]], signed_by: &Key) -> Vec<u8> {
    const MASTER_LIST: &str = "2.23.136.1.1.2";
    let key = Key::new(4);
    let mut signer = CertificateSpec::document_signer(&key, csca);
    signer.more = vec![extension("2.5.29.37", true, &sequence(&[&oid("2.23.136.1.1.3")]))];
    let signer = signer.signed_by(&csca.key);
    let mut spec = SodSpec::new(&[], &signer, signed_by);
    (spec.content_type, spec.signed_content_type) = (MASTER_LIST, Some(MASTER_LIST));
    spec.signed_data(&sequence(&[&[0x02, 0x01, 0x00], &set(listed)]))
}

#[test]
fn a_master_list_says_by_whom_it_is_signed_and_whether_that_chains() {
    let csca = Authority::new("DE", "CSCA", 1);
    let listed = Authority::new("VN", "CSCA Vietnam", 3);
    let list = MasterList::parse(&master_list(&csca, &[&listed.certificate], &Key::new(4))).unwrap();
    assert_eq!(list.certificates, [Certificate::parse(&listed.certificate).unwrap()]);
    assert_eq!(list.signer_check(&anchors(&[&csca.certificate]), NOW), Check::passed());
    let check = list.signer_check(&anchors(&[&listed.certificate]), NOW);
    assert_eq!(check.reason.map(|reason| reason.as_str()), Some("unknown_issuer"));
    let check = list.signer_check(&anchors(&[&csca.certificate]), NOW + 100 * 365 * 86_400);
    assert_eq!(check.reason.map(|reason| reason.as_str()), Some("expired"));
}

#[test]
fn a_master_list_with_a_bad_signature_is_refused() {
    let csca = Authority::new("DE", "CSCA", 1);
    let forged = master_list(&csca, &[&csca.certificate], &Key::new(66));
    assert!(matches!(MasterList::parse(&forged), Err(MasterListError::Signature(_))));
    assert!(matches!(import(&forged), Err(ImportError::MasterList(MasterListError::Signature(_)))));
}

#[test]
fn files_are_told_apart_by_their_bytes() {
    let csca = Authority::new("VN", "CSCA Vietnam", 1);
    let list = csca.revocation_list(&[&[0x01]], "270101000000Z").bytes(&csca.key);
    let masters = master_list(&csca, &[&csca.certificate], &Key::new(4));
    let base64 = |bytes: &[u8]| {
        let text = <base64ct::Base64 as base64ct::Encoding>::encode_string(bytes);
        text.as_bytes().chunks(64).map(|line| String::from_utf8(line.to_vec()).unwrap()).collect::<Vec<_>>()
    };
    let pem = |label: &str, bytes| {
        format!("text\r\n-----BEGIN {label}-----\r\n{}\r\n-----END {label}-----\r\n", base64(bytes).join("\r\n"))
    };
    let ldif = |attribute: &str, bytes| format!("dn: c=VN\n{attribute}:: {}\n", base64(bytes).join("\n "));

    let counts = |file: &[u8]| {
        let imported = import(file).unwrap();
        (
            imported.certificates.len(),
            imported.revocation_lists.len(),
            imported.master_lists.len(),
            imported.refused.len(),
        )
    };
    assert_eq!(counts(&csca.certificate), (1, 0, 0, 0));
    assert_eq!(counts(&list), (0, 1, 0, 0));
    assert_eq!(counts(&masters), (0, 0, 1, 0));
    let all = [
        pem("CERTIFICATE", &csca.certificate),
        pem("PRIVATE KEY", b"secret"),
        pem("X509 CRL", &list),
        pem("CERTIFICATE", b"none"),
    ];
    assert_eq!(counts(all.concat().as_bytes()), (1, 1, 0, 1));
    let all = [
        ldif("cACertificate;binary", &csca.certificate),
        ldif("pkdMasterListContent", &masters),
        ldif("certificateRevocationList;binary", &list),
    ];
    assert_eq!(counts(all.concat().as_bytes()), (1, 1, 1, 0));
    for nothing in [&b""[..], b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA", b"dn: c=VN\n"] {
        assert!(import(nothing).is_err());
    }
}
