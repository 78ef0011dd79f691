//! Terminal Authentication, with signers and orders of commands that the command line does not have.

use icao9303::{
    card::{Card, Secured},
    check::{Reason, Status},
    crypto::signature::PublicKey,
    cv_certificate::{CvAlgorithm, CvCertificate, CvDate},
    lds::security_infos::SecurityInfos,
    terminal_authentication::{SigningError, SoftwareKey, Terminal, TerminalAuthentication, TerminalSigner},
    transport::{LinkLimits, Transport},
};
use rand_chacha::rand_core::CryptoRng;
use virtual_card::{
    faults::Faults,
    personalise::{self, IssuedCard},
    pki::terminals::TerminalIssuer,
    profile::Profile,
};

use super::cards::*;

/// Signs, and changes one bit of the signature.
struct Forger(SoftwareKey);

impl TerminalSigner for Forger {
    fn holds(&self, key: &PublicKey) -> bool {
        self.0.holds(key)
    }

    fn sign(&self, algorithm: CvAlgorithm, message: &[u8], rng: &mut dyn CryptoRng) -> Result<Vec<u8>, SigningError> {
        let mut signature = self.0.sign(algorithm, message, rng)?;
        signature.iter_mut().for_each(|byte| *byte ^= 1);
        Ok(signature)
    }
}

/// A security module that is not there.
struct Absent(SoftwareKey);

impl TerminalSigner for Absent {
    fn holds(&self, key: &PublicKey) -> bool {
        self.0.holds(key)
    }

    fn sign(&self, _: CvAlgorithm, _: &[u8], _: &mut dyn CryptoRng) -> Result<Vec<u8>, SigningError> {
        Err(SigningError::Unavailable("the module does not answer".into()))
    }
}

fn card(profile: &str) -> (Card<impl Transport, Secured>, TerminalIssuer) {
    let mut profile = Profile::from_toml(profile).unwrap();
    profile.seed = Some(3);
    let IssuedCard { image, terminals, .. } = personalise::personalise(&profile).unwrap();
    (opened(image, Faults::default(), LinkLimits::SHORT), terminals.unwrap())
}

fn key(terminals: &TerminalIssuer) -> SoftwareKey {
    SoftwareKey::from_pkcs8_der(&terminals.private_key).unwrap()
}

fn infos(card: &mut Card<impl Transport, Secured>) -> SecurityInfos {
    SecurityInfos::parse_dg14(&card.read_file(dg(14)).unwrap().bytes).unwrap()
}

fn authenticate(
    card: &mut Card<impl Transport, Secured>,
    terminals: &TerminalIssuer,
    signer: &dyn TerminalSigner,
) -> TerminalAuthentication {
    let certificates = CvCertificate::parse_all(&terminals.certificates()).unwrap();
    // The certificates are made around this day.
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let today = CvDate::of_unix_time(i64::try_from(seconds).unwrap());
    let infos = infos(card);
    card.terminal_authentication(Some(&infos), &Terminal { certificates: &certificates, signer, today }, &mut rng())
        .unwrap()
}

fn authenticate_chip(card: &mut Card<impl Transport, Secured>) {
    let infos = infos(card);
    assert_eq!(card.chip_authentication(&infos, &mut rng()).unwrap().status, Status::Passed);
}

#[test]
fn the_right_signature_opens_what_the_certificates_allow_and_no_more() {
    let (mut card, terminals) =
        card("[files]\noptional = [\"DG4\"]\n[terminal_authentication]\nrights = { irises = false }");
    authenticate_chip(&mut card);
    assert!(card.read_file(dg(3)).unwrap_err().is_access_denied());
    let done = authenticate(&mut card, &terminals, &key(&terminals));
    assert_eq!(done.check.status, Status::Passed, "{done:?}");
    assert!(card.read_file(dg(3)).unwrap().is_complete());
    assert!(card.read_file(dg(4)).unwrap_err().is_access_denied());
}

#[test]
fn a_wrong_signature_opens_nothing_and_the_session_goes_on() {
    let (mut card, terminals) = card("");
    authenticate_chip(&mut card);
    let done = authenticate(&mut card, &terminals, &Forger(key(&terminals)));
    assert_eq!((done.check.status, done.check.reason), (Status::Unknown, Some(Reason::TerminalRefused)));
    assert!(done.check.message.contains("EXTERNAL AUTHENTICATE"), "{}", done.check.message);
    assert!(card.read_file(dg(3)).unwrap_err().is_access_denied());
    let done = authenticate(&mut card, &terminals, &Absent(key(&terminals)));
    assert_eq!(done.check.reason, Some(Reason::NoAnswer));
    assert!(card.read_file(dg(1)).is_ok());
    let done = authenticate(&mut card, &terminals, &key(&terminals));
    assert_eq!(done.check.status, Status::Passed, "{done:?}");
}

#[test]
fn without_chip_authentication_nothing_is_shown_to_the_chip() {
    let (mut card, terminals) = card("");
    let done = authenticate(&mut card, &terminals, &key(&terminals));
    assert_eq!(done.check.reason, Some(Reason::NoAnswer));
    assert!(done.chain.is_empty() && done.trust_points.is_empty());
}

#[test]
fn a_link_changes_what_the_chip_trusts() {
    let (mut card, terminals) = card("[terminal_authentication]\nlinked = true");
    authenticate_chip(&mut card);
    let names = |done: &TerminalAuthentication| {
        [&done.trust_points, &done.chain].map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let first = authenticate(&mut card, &terminals, &key(&terminals));
    assert_eq!(first.check.status, Status::Passed, "{first:?}");
    assert_eq!(names(&first), [vec!["VNCVCA00001"], vec!["VNCVCA00002", "VNDV0100001", "VNIS0100001"]]);
    let second = authenticate(&mut card, &terminals, &key(&terminals));
    assert_eq!(second.check.status, Status::Passed, "{second:?}");
    assert_eq!(names(&second), [vec!["VNCVCA00002", "VNCVCA00001"], vec!["VNDV0100001", "VNIS0100001"]]);
}
