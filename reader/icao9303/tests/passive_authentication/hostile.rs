//! Bytes that somebody made to break the reader: none makes it panic, and none passes that was not signed.

use icao9303::check::Status;
use icao9303::passive_authentication::{
    Asked, CardSecurity, Certificate, Crl, DocumentIdentity, EfSod, Evidence, MasterList, Trust, TrustAnchors, import,
    verify,
};
use proptest::prelude::*;

use crate::mint::{Authority, CertificateSpec, Key, NOW, SodSpec, anchors};

const DG1: &[u8] = b"\x61\x03one";
const VIETNAM: DocumentIdentity<'_> = DocumentIdentity { issuing_state: Some("VNM"), document_code: Some("ID") };

struct Scene {
    csca: Authority,
    anchors: TrustAnchors,
    lists: Vec<Crl>,
    sod: Vec<u8>,
    signer: Vec<u8>,
}

fn scene(ber: bool) -> Scene {
    let csca = Authority::new("VN", "CSCA Vietnam", 1);
    let key = Key::new(2);
    let signer = CertificateSpec::document_signer(&key, &csca).signed_by(&csca.key);
    let mut spec = SodSpec::new(&[(1, DG1)], &signer, &key);
    spec.ber = ber;
    let lists = vec![csca.revocation_list(&[&[0x12]], "270101000000Z").signed_by(&csca.key)];
    Scene { anchors: anchors(&[&csca.certificate]), lists, sod: spec.build(), signer, csca }
}

/// Whether hashes, signature and issuer all pass, and over what: content, signer's certificate and signing time.
fn passes(scene: &Scene, sod: &[u8]) -> bool {
    let evidence = Evidence { sod: Some(sod), files: &[(1, DG1)], cut: &[], asked: Asked::All, document: VIETNAM };
    let trust = Trust { anchors: &scene.anchors, revocation_lists: &scene.lists, now: NOW };
    let result = verify(&evidence, &trust);
    let checks = [&result.data_group_hashes.check, &result.sod_signature.check, &result.issuer.check];
    let passed = checks.iter().all(|check| check.status == Status::Passed);
    if passed {
        // What passed is what was signed, however its wrapping was changed.
        let signer = result.document_signer.unwrap();
        assert_eq!(signer, Certificate::parse(&scene.signer).unwrap());
        assert_eq!(result.signing_time.unwrap_or(1_748_736_000), 1_748_736_000);
    }
    passed
}

#[test]
fn a_sod_cut_short_anywhere_never_passes() {
    for ber in [false, true] {
        let scene = scene(ber);
        assert!(passes(&scene, &scene.sod));
        for length in 0..scene.sod.len() {
            assert!(!passes(&scene, &scene.sod[..length]), "cut at {length}");
        }
    }
}

/// A flipped bit can stand where nothing depends on it (a version, the list of digest algorithms, a serial number that
/// then fits by no name): it must never make other content, another signer or another signature pass.
#[test]
fn no_flipped_bit_makes_anything_pass_that_was_not_signed() {
    let scene = Scene { lists: Vec::new(), ..scene(false) };
    let signed_parts = {
        let content = icao9303::crypto::hash::HashAlgorithm::Sha256.digest(DG1);
        [content, scene.signer.clone()].map(|part| {
            let at = scene.sod.windows(part.len()).position(|window| window == part).unwrap();
            at..at + part.len()
        })
    };
    let mut tolerated = Vec::new();
    for at in 0..scene.sod.len() {
        for bit in 0..8 {
            let mut changed = scene.sod.clone();
            changed[at] ^= 1 << bit;
            if passes(&scene, &changed) {
                assert!(!signed_parts.iter().any(|part| part.contains(&at)), "bit {bit} of byte {at}");
                tolerated.push(at);
            }
        }
    }
    tolerated.dedup();
    // Versions, the list of digest algorithms, and capitals and string types in the signer's issuer name.
    assert!(tolerated.len() < 32, "{tolerated:?}");
}

#[test]
fn a_certificate_cut_short_or_changed_never_verifies() {
    let scene = scene(false);
    let issuer = Certificate::parse(&scene.csca.certificate).unwrap();
    for length in 0..scene.signer.len() {
        assert!(Certificate::parse(&scene.signer[..length]).is_err());
    }
    for at in 0..scene.signer.len() {
        for bit in [at % 8, (at + 3) % 8] {
            let mut changed = scene.signer.clone();
            changed[at] ^= 1 << bit;
            if let Ok(certificate) = Certificate::parse(&changed) {
                assert!(certificate.verify_signature(&issuer).is_err(), "bit {bit} of byte {at}");
            }
        }
    }
}

#[test]
fn a_revocation_list_cut_short_or_changed_never_verifies() {
    let scene = scene(false);
    let issuer = Certificate::parse(&scene.csca.certificate).unwrap();
    let list = scene.lists[0].as_bytes();
    for length in 0..list.len() {
        assert!(Crl::parse(&list[..length]).is_err());
    }
    for at in 0..list.len() {
        let mut changed = list.to_vec();
        changed[at] ^= 0x01;
        if let Ok(list) = Crl::parse(&changed) {
            assert!(list.verify_signature(&issuer).is_err(), "byte {at}");
        }
    }
}

#[test]
fn a_sod_full_of_certificates_takes_bounded_time() {
    let csca = Authority::new("VN", "CSCA Vietnam", 1);
    let key = Key::new(2);
    let signer = CertificateSpec::document_signer(&key, &csca).signed_by(&csca.key);
    let mut spec = SodSpec::new(&[(1, DG1)], &signer, &key);
    // Authorities that all bear the same name and seem to vouch for each other.
    for number in 0..60 {
        let mut link = CertificateSpec::authority(&csca.name, &Key::new(number + 100), &csca.name, &csca.key);
        link.authority_key = None;
        spec.certificates.push(link.signed_by(&Key::new(99)));
    }
    let mut scene = scene(false);
    scene.anchors = TrustAnchors::new();
    let start = std::time::Instant::now();
    assert!(!passes(&scene, &spec.build()));
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

proptest! {
    #[test]
    fn no_bytes_make_a_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        try_all(&bytes);
    }

    #[test]
    fn no_mutation_of_a_sod_makes_a_parser_panic(
        at in any::<prop::sample::Index>(), with in prop::collection::vec(any::<u8>(), 0..8), ber in any::<bool>(),
    ) {
        let mut bytes = scene(ber).sod;
        let at = at.index(bytes.len());
        let end = (at + with.len()).min(bytes.len());
        bytes.splice(at..end, with);
        try_all(&bytes);
    }
}

fn try_all(bytes: &[u8]) {
    let _ = EfSod::parse(bytes);
    let _ = CardSecurity::parse(bytes);
    let _ = Crl::parse(bytes);
    let _ = MasterList::parse(bytes);
    let _ = import(bytes);
    if let Ok(certificate) = Certificate::parse(bytes) {
        let _ = certificate.deviations();
        let _ = certificate.verify_signature(&certificate);
    }
}
