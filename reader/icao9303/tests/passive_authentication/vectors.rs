//! Public vectors: what others made must verify, and give the result that it is known to have.

use std::path::PathBuf;
use std::rc::Rc;

use icao9303::check::{Check, Reason, Status};
use icao9303::passive_authentication::{
    Added, Asked, Certificate, DocumentIdentity, Evidence, GroupState, MasterList, PassiveAuthentication, Trust,
    TrustAnchors, import, verify,
};

use crate::mint::{Key, NOW, Sign, SodSpec, element, oid, sequence};

const GERMANY: DocumentIdentity<'_> = DocumentIdentity { issuing_state: Some("D<<"), document_code: Some("P<") };

/// The shared vectors, or a note that they are absent.
pub fn vectors(folder: &str) -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let shared = std::env::var_os("CCCD_SHARED").map_or_else(|| PathBuf::from(default), PathBuf::from);
    let path = shared.join("vectors").join(folder);
    if !path.is_dir() {
        println!("skipped: shared vectors absent");
        return None;
    }
    Some(path)
}

fn read(path: PathBuf) -> Vec<u8> {
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn only_certificate(path: PathBuf) -> Certificate {
    let mut imported = import(&read(path)).unwrap();
    assert_eq!(imported.certificates.len(), 1);
    imported.certificates.remove(0)
}

fn specimen(change: impl Fn(&mut Vec<u8>)) -> Option<PassiveAuthentication> {
    let folder = vectors("bsi-tr03105-5-specimen")?;
    let mut sod = read(folder.join("EF_SOD.bin"));
    change(&mut sod);
    let files: Vec<(u8, Vec<u8>)> = [1, 2, 3, 4, 14, 15]
        .into_iter()
        .map(|group| (group, read(folder.join(format!("Datagroup{group}.bin")))))
        .collect();
    let files: Vec<(u8, &[u8])> = files.iter().map(|(group, file)| (*group, file.as_slice())).collect();
    let evidence = Evidence { sod: Some(&sod), files: &files, cut: &[], asked: Asked::All, document: GERMANY };
    let trust = Trust { anchors: &TrustAnchors::new(), revocation_lists: &[], now: NOW };
    Some(verify(&evidence, &trust))
}

#[test]
#[cfg(feature = "rsa")]
fn the_specimen_is_intact_and_of_an_unknown_issuer() {
    let Some(result) = specimen(|_| ()) else { return };
    assert_eq!(result.data_group_hashes.check, Check::passed());
    assert_eq!(result.data_group_hashes.algorithm.as_deref(), Some("SHA-256"));
    for group in [1, 2, 3, 4, 14] {
        assert_eq!(result.data_group_hashes.groups[&group], GroupState::Match, "DG{group}");
    }
    assert_eq!(result.data_group_hashes.groups[&15], GroupState::NotInSod);
    assert_eq!(result.sod_signature.check, Check::passed());
    assert_eq!(result.sod_signature.algorithm.as_deref(), Some("RSASSA-PSS-SHA256"));
    assert_eq!(
        result.sod_signature.signer.as_deref(),
        Some("C=DE, O=HJP Consulting, OU=Document Signer, CN=HJP PB DS")
    );
    assert_eq!(result.issuer.check.reason, Some(Reason::UnknownIssuer));
    assert_eq!(result.revocation.reason, Some(Reason::NoCrl));
    assert!(result.covers(14) && !result.covers(15));
    assert_eq!(result.remarks, []);
}

#[test]
fn the_specimen_cut_short_or_changed_never_passes() {
    let Some(folder) = vectors("bsi-tr03105-5-specimen") else { return };
    let length = read(folder.join("EF_SOD.bin")).len();
    let passes = |result: &PassiveAuthentication| {
        result.data_group_hashes.check.status == Status::Passed && result.sod_signature.check.status == Status::Passed
    };
    let anchors = TrustAnchors::new();
    let check = |sod: &[u8]| {
        let evidence = Evidence { sod: Some(sod), files: &[], cut: &[], asked: Asked::Only(&[]), document: GERMANY };
        verify(&evidence, &Trust { anchors: &anchors, revocation_lists: &[], now: NOW })
    };
    let whole = read(folder.join("EF_SOD.bin"));
    for cut in 0..length {
        assert!(!passes(&check(&whole[..cut])), "cut at {cut}");
    }
    // The content, 81 bytes in, and the signature at the end.
    for at in (60..279).chain(1670 + 8..length) {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        assert!(!passes(&check(&changed)), "byte {at}");
    }
}

#[test]
#[cfg(feature = "rsa")]
fn the_german_master_list_verifies_and_every_certificate_in_it_is_read() {
    let Some(folder) = vectors("master-list") else { return };
    let root = only_certificate(folder.join("DE_ROOT_CA_CSCA07.cer"));
    let imported = import(&read(folder.join("DE_ML_2024-08-07-07-38-24.ml"))).unwrap();
    let [list] = imported.master_lists.as_slice() else { panic!("{imported:?}") };
    assert_eq!(list.certificates.len(), 541);
    assert!(list.unreadable.is_empty());
    assert_eq!(list.algorithm.as_deref(), Some("ECDSA-SHA256"));
    assert_eq!(list.signing_time, Some(1_723_009_104));

    // The root beside the list is of October 2024, with a key of its own; the list's signer is of the one before, which
    // stands in the list.
    let now = 1_723_100_000;
    let mut trusted = TrustAnchors::new();
    assert_eq!(trusted.add(root), Added::New);
    assert_eq!(list.signer_check(&trusted, now).reason, Some(Reason::UnknownIssuer));
    let german = |serial: &'static [u8]| {
        list.certificates
            .iter()
            .find(|certificate| certificate.country() == Some("DE") && certificate.serial_number() == serial)
            .unwrap()
    };
    let mut trusted = TrustAnchors::new();
    trusted.add(german(&[0x04, 0x8B]).clone());
    assert_eq!(list.signer_check(&trusted, now), Check::passed());
    // Or from the key before that, by the link certificate between the two.
    let mut trusted = TrustAnchors::new();
    trusted.extend([german(&[0x04, 0x4D]), german(&[0x04, 0x8D])].map(Certificate::clone));
    assert_eq!(list.signer_check(&trusted, now), Check::passed());

    let mut all = TrustAnchors::new();
    let added: Vec<Added> = list.certificates.iter().map(|certificate| all.add(certificate.clone())).collect();
    let count = |wanted| added.iter().filter(|added| **added == wanted).count();
    // Eight link certificates say that they are no authority's, or that their keys sign no certificates.
    assert_eq!((count(Added::New), count(Added::Duplicate), count(Added::NotAnAuthority)), (533, 0, 8));

    let (own, links): (Vec<_>, Vec<_>) = list.certificates.iter().partition(|certificate| certificate.is_self_issued());
    assert_eq!((own.len(), links.len()), (358, 183));
    for certificate in own {
        assert_eq!(certificate.verify_signature(certificate), Ok(()), "{}", certificate.subject());
    }
    let explicit = |certificate: &&Certificate| {
        certificate.deviations().iter().any(|remark| remark.code == "explicit_ec_parameters")
    };
    assert_eq!(list.certificates.iter().filter(explicit).count(), 126);
}

/// SODs signed with RSA keys of the mock PKI, in every way that CMS names such a signature.
#[test]
#[cfg(feature = "rsa")]
fn a_sod_signed_with_rsa_verifies_in_every_form() {
    use icao9303::crypto::hash::HashAlgorithm;
    use rsa::pkcs8::DecodePrivateKey;
    use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};
    use sha2::Sha256;

    let Some(folder) = vectors("mock-pki") else { return };
    let folder = folder.join("sha256_rsa_65537_3072");
    let signer = only_certificate(folder.join("mock_dsc.pem"));
    let pem = String::from_utf8(read(folder.join("mock_dsc.key"))).unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = <base64ct::Base64 as base64ct::Encoding>::decode_vec(&body).unwrap();
    let key = Rc::new(RsaPrivateKey::from_pkcs8_der(&der).unwrap());

    let sha256 = HashAlgorithm::Sha256;
    let hash = || sequence(&[&oid("2.16.840.1.101.3.4.2.1"), &[0x05, 0x00]]);
    let mask = sequence(&[&oid("1.2.840.113549.1.1.8"), &hash()]);
    let pss = |salt: u8| {
        let parameters = [element(0xA0, &hash()), element(0xA1, &mask), element(0xA2, &[0x02, 0x01, salt])].concat();
        sequence(&[&oid("1.2.840.113549.1.1.10"), &element(0x30, &parameters)])
    };
    let pkcs1: Sign = {
        let key = key.clone();
        Rc::new(move |message| key.sign(Pkcs1v15Sign::new::<Sha256>(), &sha256.digest(message)).unwrap())
    };
    let with_salt = |salt: usize| -> Sign {
        let key = key.clone();
        Rc::new(move |message| {
            let scheme = Pss::<Sha256>::new_with_salt(salt);
            key.sign_with_rng(&mut Counter(0), scheme, &sha256.digest(message)).unwrap()
        })
    };
    for (algorithm, sign, name, good) in [
        (sequence(&[&oid("1.2.840.113549.1.1.11"), &[0x05, 0x00]]), pkcs1.clone(), "RSA-SHA256", true),
        (sequence(&[&oid("1.2.840.113549.1.1.1"), &[0x05, 0x00]]), pkcs1.clone(), "RSA-SHA256", true),
        (pss(32), with_salt(32), "RSASSA-PSS-SHA256", true),
        (pss(20), with_salt(20), "RSASSA-PSS-SHA256", true),
        (pss(32), with_salt(20), "RSASSA-PSS-SHA256", false),
        (pss(32), pkcs1, "RSASSA-PSS-SHA256", false),
    ] {
        let mut spec = SodSpec::new(&[(1, b"one")], signer.as_bytes(), &Key::new(2));
        (spec.signature_algorithm, spec.sign) = (Some(algorithm), Some(sign));
        let sod = spec.build();
        let document = DocumentIdentity { issuing_state: Some("FRA"), document_code: Some("ID") };
        let evidence = Evidence { sod: Some(&sod), files: &[(1, b"one")], cut: &[], asked: Asked::All, document };
        let trust = Trust { anchors: &TrustAnchors::new(), revocation_lists: &[], now: NOW };
        let result = verify(&evidence, &trust);
        let expected = if good { Status::Passed } else { Status::Failed };
        assert_eq!(result.sod_signature.check.status, expected, "{name}");
        assert_eq!(result.sod_signature.algorithm.as_deref(), Some(name));
    }
}

/// Numbers that are anything but random: enough for a salt in a test.
#[cfg(feature = "rsa")]
struct Counter(u8);

#[cfg(feature = "rsa")]
impl rand_core::TryRng for Counter {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.0 = self.0.wrapping_add(1);
        Ok(u32::from(self.0))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.try_next_u32().map(u64::from)
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        for byte in out {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
        Ok(())
    }
}

#[cfg(feature = "rsa")]
impl rand_core::TryCryptoRng for Counter {}

/// The parser here and the one of the `x509-cert` crate must read the same from every certificate that both can read.
#[test]
fn certificates_say_what_another_parser_reads_in_them() {
    use der::{Decode, Encode};
    use x509_cert::certificate::{CertificateInner, Raw};

    let Some(folder) = vectors("master-list") else { return };
    let Ok(list) = MasterList::parse(&read(folder.join("DE_ML_2024-08-07-07-38-24.ml"))) else { panic!() };
    let mut compared = 0;
    let mut encoded_otherwise = 0;
    for certificate in &list.certificates {
        let Ok(other) = CertificateInner::<Raw>::from_der(certificate.as_bytes()) else { continue };
        let tbs = other.tbs_certificate();
        assert_eq!(tbs.serial_number().as_bytes(), certificate.serial_number());
        assert_eq!(tbs.validity().not_before.to_unix_duration().as_secs() as i64, certificate.not_before());
        assert_eq!(tbs.validity().not_after.to_unix_duration().as_secs() as i64, certificate.not_after());
        assert_eq!(tbs.subject_public_key_info().to_der().unwrap(), certificate.public_key_info());
        let identifier = tbs.get_extension::<x509_cert::ext::pkix::SubjectKeyIdentifier>();
        if let Ok(Some((_, identifier))) = identifier {
            assert_eq!(identifier.0.as_bytes(), certificate.key_identifier());
        }
        if let Ok(Some((_, constraints))) = tbs.get_extension::<x509_cert::ext::pkix::BasicConstraints>() {
            assert_eq!(Some(constraints.ca), certificate.extensions().basic_constraints.map(|found| found.ca));
        }
        if let Ok(Some((_, usage))) = tbs.get_extension::<x509_cert::ext::pkix::KeyUsage>() {
            let found = certificate.extensions().key_usage.unwrap();
            assert_eq!(usage.key_cert_sign(), found.key_cert_sign());
            assert_eq!(usage.digital_signature(), found.digital_signature());
        }
        compared += 1;
        encoded_otherwise += usize::from(other.to_der().unwrap() != certificate.as_bytes());
    }
    println!("{compared} compared, {encoded_otherwise} encode otherwise");
    assert!(compared > 500, "{compared}");
}

#[test]
fn the_first_csca_of_the_id_card_has_the_known_fingerprint_and_signs_itself() {
    let Some(folder) = vectors("csca-vietnam") else { return };
    let csca = only_certificate(folder.join("csca_vietnam_cccd_2021.pem"));
    let fingerprint: String = csca.sha256_fingerprint().iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(fingerprint, "6F0A20D63A43FC589EAF0D8C52113A2A8BFA341C6F2FAB04121238AA0C22B1A9");
    assert_eq!(
        csca.subject().to_string(),
        "C=VN, O=Vietnam Government Information Security Commission, serialNumber=001, CN=CSCA Vietnam"
    );
    assert_eq!(csca.verify_signature(&csca), Ok(()));
    assert_eq!(csca.signature_algorithm().as_deref(), Some("ECDSA-SHA384"));
    assert_eq!(csca.deviations(), []);
    let extensions = csca.extensions();
    assert_eq!(extensions.crl_distribution_points, ["http://ca.gov.vn/csca-vietnam.crl"]);
    assert_eq!(extensions.private_key_usage, Some((Some(1_611_079_896), Some(1_769_019_096))));
    assert_eq!(extensions.basic_constraints.and_then(|constraints| constraints.path_length), Some(0));
}
