//! Parsers of what an authority signed. Beyond ending, they must never take anything for signed that is not.

use base64ct::{Base64, Encoding};
use icao9303::check::Status;
use icao9303::cv_certificate::{CvCertificate, CvDate, TerminalChain};
use icao9303::lds::file::ElementaryFile;
use icao9303::passive_authentication::{
    self, Asked, CardSecurity, Certificate, Crl, DocumentIdentity, EfSod, Evidence, Trust, UnixTime, import,
};

use icao9303::terminal_authentication::SoftwareKey;

use crate::genuine::GENUINE;

fn trust() -> Trust<'static> {
    let trusted = &GENUINE.trusted;
    Trust { anchors: &trusted.anchors, revocation_lists: &trusted.revocation_lists, now: now() }
}

fn now() -> UnixTime {
    GENUINE.at.as_second()
}

const DOCUMENT: DocumentIdentity<'static> = DocumentIdentity { issuing_state: Some("VNM"), document_code: Some("ID") };

/// EF.SOD with the genuine data groups under it, and EF.CardSecurity, which is signed the same way.
pub fn security_object(input: &[u8]) {
    if let Ok(card_security) = CardSecurity::parse(input) {
        let _ = card_security.verify(DOCUMENT, &trust());
    }
    let groups = GENUINE.groups();
    let evidence = Evidence { sod: Some(input), files: &groups, cut: &[], asked: Asked::All, document: DOCUMENT };
    let result = passive_authentication::verify(&evidence, &trust());
    if [&result.sod_signature.check, &result.issuer.check].iter().all(|check| check.status == Status::Passed) {
        let genuine = EfSod::parse(&GENUINE.file(ElementaryFile::Sod)).expect("a genuine EF.SOD");
        let accepted = EfSod::parse(input).expect("it was verified");
        assert_eq!(accepted.security_object(), genuine.security_object(), "a forged EF.SOD passed");
    }
}

/// A genuine EF.SOD.
#[must_use]
pub fn security_object_seeds() -> Vec<Vec<u8>> {
    vec![GENUINE.file(ElementaryFile::Sod)]
}

/// Certificates, revocation lists, master lists, PEM and LDIF.
pub fn certificates(input: &[u8]) {
    if let Ok(certificate) = Certificate::parse(input) {
        forged_certificate(&certificate);
    }
    if let Ok(list) = Crl::parse(input) {
        forged_list(&list);
    }
    let Ok(imported) = import(input) else { return };
    imported.certificates.iter().for_each(forged_certificate);
    for list in &imported.master_lists {
        let _ = list.signer_check(&GENUINE.trusted.anchors, now());
    }
}

fn forged_certificate(certificate: &Certificate) {
    let _ = (certificate.key_identifier(), certificate.public_key().is_ok(), certificate.signature_algorithm());
    let _ = (certificate.subject().to_string(), certificate.country().map(str::len));
    for anchor in GENUINE.trusted.anchors.iter() {
        if certificate.verify_signature(anchor).is_ok() {
            let keys = [anchor, &document_signer()].map(|known| known.public_key_info().to_vec());
            assert!(keys.iter().any(|key| key == certificate.public_key_info()), "a forged certificate verified");
        }
    }
}

fn forged_list(list: &Crl) {
    let genuine = GENUINE.trusted.revocation_lists.first().expect("the card has one");
    for anchor in GENUINE.trusted.anchors.iter() {
        if list.verify_signature(anchor).is_ok() {
            assert_eq!(list.number(), genuine.number(), "a forged revocation list verified");
        }
    }
}

fn document_signer() -> Certificate {
    Certificate::parse(&GENUINE.card.issuer.document_signer.certificate.der).expect("a genuine certificate")
}

/// Genuine ones of each kind.
#[must_use]
pub fn certificate_seeds() -> Vec<Vec<u8>> {
    let issuer = &GENUINE.card.issuer;
    let mut seeds = vec![issuer.csca.certificate.der.clone(), issuer.document_signer.certificate.der.clone()];
    seeds.extend(issuer.revocation_list.clone());
    seeds.extend(issuer.master_list.clone());
    let line = |name: &str, bytes: &[u8]| format!("{name};binary:: {}\n", Base64::encode_string(bytes));
    let lists = issuer.revocation_list.iter().map(|list| line("certificateRevocationList", list)).collect::<String>();
    seeds.push(format!("dn: c=VN\n{}{lists}", line("cACertificate", &seeds[0])).into_bytes());
    seeds
}

/// The certificates of a terminal, and the private key beside them.
pub fn cv_certificates(input: &[u8]) {
    let _ = SoftwareKey::from_pkcs8_der(input);
    let Ok(certificates) = CvCertificate::parse_all(input) else { return };
    for certificate in &certificates {
        assert_eq!(
            CvCertificate::parse(&certificate.encode()).as_ref(),
            Ok(certificate),
            "written otherwise than read"
        );
    }
    let trusted = certificates.first().map(|first| first.authority.clone());
    let today = CvDate::of_unix_time(now());
    let _ = TerminalChain::find(&certificates, trusted.as_slice(), &|_| true, today);
}

/// A genuine chain, all in one file; the terminal's certificate alone; its private key.
#[must_use]
pub fn cv_certificate_seeds() -> Vec<Vec<u8>> {
    let Some(terminals) = &GENUINE.card.terminals else { return Vec::new() };
    vec![terminals.certificates(), terminals.terminal.clone(), terminals.private_key.clone()]
}
