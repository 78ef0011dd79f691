//! One test for every rule of the contract's table on `data_group_hashes`, `sod_signature`, `issuer` and `revocation`: a
//! file for each check, three for the issuer.

use icao9303::check::{Check, Reason, Status};
use icao9303::passive_authentication::{
    Added, Asked, Certificate, Crl, DocumentIdentity, Evidence, GroupState, PassiveAuthentication, Trust, TrustAnchors,
    verify,
};

use crate::mint::{
    Authority, CertificateSpec, Key, LDS_SECURITY_OBJECT, NOW, SignerId, SodSpec, anchors, element, extension, name,
    oid, sequence, set,
};

mod data_group_hashes;
mod issuer;
mod links;
mod revocation;
mod sod_signature;
mod validity;

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
    verify(
        &Evidence { sod: Some(sod), files, cut: &[], asked, document },
        &Trust { anchors, revocation_lists, now: NOW },
    )
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
