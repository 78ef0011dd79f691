use alloc::{string::ToString, vec};

use super::{
    super::mint::{self, Party},
    *,
};
use crate::crypto::{curve::Curve, hash::HashAlgorithm};

const CURVE: Curve = Curve::BrainpoolP256r1;

struct Parties {
    cvca: Party,
    dv: Party,
    terminal: Party,
}

fn parties() -> Parties {
    Parties {
        cvca: Party::new("VNCVCA00001", CURVE, 1, mint::CVCA),
        dv: Party::new("VNDV0100001", CURVE, 2, mint::DV),
        terminal: Party::new("VNIS0100001", CURVE, 3, mint::TERMINAL),
    }
}

impl Parties {
    fn certificates(&self) -> Vec<CvCertificate> {
        let Self { cvca, dv, terminal } = self;
        // The order in which they are given is no matter.
        vec![dv.issue(terminal), cvca.issue(cvca), cvca.issue(dv)]
    }

    fn find(&self) -> Result<AccessRights, ChainError> {
        find(&self.certificates(), &["VNCVCA00001"], self).map(|(_, rights)| rights)
    }
}

fn today() -> CvDate {
    CvDate::new(2026, 11, 22).unwrap()
}

fn find(
    certificates: &[CvCertificate],
    chip: &[&str],
    parties: &Parties,
) -> Result<(Vec<String>, AccessRights), ChainError> {
    let trust_points: Vec<_> = chip.iter().map(|name| CertificateReference::new(name.as_bytes()).unwrap()).collect();
    let own = PublicKey::Ec { point: parties.terminal.key.public_key(), explicit_parameters: true };
    let chain = TerminalChain::find(certificates, &trust_points, &|key| *key == own, today())?;
    Ok((chain.certificates.iter().map(|found| found.holder.to_string()).collect(), chain.rights))
}

#[test]
fn the_chain_goes_from_the_trust_point_to_the_terminal() {
    let parties = parties();
    let (chain, rights) = find(&parties.certificates(), &["VNCVCA00002", "VNCVCA00001"], &parties).unwrap();
    assert_eq!(chain, ["VNDV0100001", "VNIS0100001"]);
    assert!(rights.fingerprints && rights.irises);
}

#[test]
fn a_right_counts_where_every_certificate_gives_it() {
    let mut without = parties();
    without.dv.authorization = 0b1000_0010;
    assert_eq!(without.find(), Ok(AccessRights { fingerprints: false, irises: true }));
    let mut without = parties();
    without.cvca.authorization = 0b1100_0001;
    assert_eq!(without.find(), Ok(AccessRights { fingerprints: true, irises: false }));
}

#[test]
fn a_link_leads_from_an_older_trust_point_whatever_its_dates_and_curve() {
    let parties = parties();
    let mut next = Party::new("VNCVCA00002", Curve::Secp384r1, 7, mint::CVCA);
    next.hash = HashAlgorithm::Sha384;
    next.dates = [CvDate::new(2020, 1, 1).unwrap(), CvDate::new(2021, 1, 1).unwrap()];
    let dv = Party::new("VNDV0100002", Curve::Secp384r1, 8, mint::DV);
    let terminal =
        Party { name: b"VNIS0100002".to_vec(), ..Party::new("VNIS0100002", Curve::Secp384r1, 3, mint::TERMINAL) };
    let parties = Parties { terminal, ..parties };
    let certificates = [
        parties.cvca.issue(&parties.cvca),
        parties.cvca.issue(&next),
        next.issue(&next),
        next.issue(&dv),
        dv.issue(&parties.terminal),
    ];
    let (old, _) = find(&certificates, &["VNCVCA00001"], &parties).unwrap();
    assert_eq!(old, ["VNCVCA00002", "VNDV0100002", "VNIS0100002"]);
    let (new, _) = find(&certificates, &["VNCVCA00002", "VNCVCA00001"], &parties).unwrap();
    assert_eq!(new, ["VNDV0100002", "VNIS0100002"]);
}

#[test]
fn a_chip_that_trusts_another_cvca_is_named_with_what_it_says() {
    let parties = parties();
    let error = find(&parties.certificates(), &["VNCVCA00009", "VNCVCA00008"], &parties).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the chain starts at another CVCA than this chip trusts: at VNCVCA00001, and the chip says VNCVCA00009, \
         VNCVCA00008"
    );
}

#[test]
fn what_is_missing_is_named() {
    let parties = parties();
    let all = parties.certificates();
    let missing = |certificates: &[CvCertificate]| find(certificates, &["VNCVCA00001"], &parties).unwrap_err();
    assert_eq!(missing(&all[1..]), ChainError::NoTerminal);
    let error = missing(&[all[0].clone(), all[1].clone()]).to_string();
    assert!(error.contains("certificate of VNDV0100001, which issued VNIS0100001"), "{error}");
    let error = missing(&[all[0].clone(), all[2].clone()]).to_string();
    assert!(error.contains("certificate of VNCVCA00001, which issued VNDV0100001"), "{error}");
}

#[test]
fn dates_of_verifier_and_terminal_count_and_their_last_day_too() {
    let on = |from: (u16, u8, u8), to: (u16, u8, u8)| {
        [CvDate::new(from.0, from.1, from.2).unwrap(), CvDate::new(to.0, to.1, to.2).unwrap()]
    };
    let mut parties = parties();
    parties.terminal.dates = on((2026, 11, 22), (2026, 11, 22));
    assert!(parties.find().is_ok());
    parties.terminal.dates = on((2026, 1, 1), (2026, 11, 21));
    assert!(matches!(parties.find(), Err(ChainError::Expired { .. })));
    parties.terminal.dates = on((2026, 11, 23), (2027, 1, 1));
    assert!(matches!(parties.find(), Err(ChainError::NotYetValid { .. })));
    parties.terminal.dates = parties.cvca.dates;
    parties.dv.dates = on((2025, 1, 1), (2025, 2, 1));
    let error = parties.find().unwrap_err().to_string();
    assert_eq!(error, "the certificate of VNDV0100001 expired on 2025-02-01");
}

#[test]
fn a_signature_by_another_key_breaks_the_chain() {
    let parties = parties();
    let forger = Party { key: Party::new("VNCVCA00001", CURVE, 66, mint::CVCA).key, ..parties.cvca.clone() };
    let certificates =
        [parties.cvca.issue(&parties.cvca), forger.issue(&parties.dv), parties.dv.issue(&parties.terminal)];
    let error = find(&certificates, &["VNCVCA00001"], &parties).unwrap_err();
    assert!(matches!(error, ChainError::Signature { .. }), "{error}");
    // The right one beside it is found.
    let both = [certificates.as_slice(), &[parties.cvca.issue(&parties.dv)]].concat();
    assert!(find(&both, &["VNCVCA00001"], &parties).is_ok());
}

#[test]
fn roles_come_in_their_order() {
    let mut parties = parties();
    parties.dv.authorization = mint::CVCA;
    assert!(matches!(parties.find(), Err(ChainError::Role { .. })), "a terminal under a CVCA");
    parties.dv.authorization = mint::TERMINAL;
    assert!(matches!(parties.find(), Err(ChainError::Role { .. })), "a terminal under a terminal");
    parties.dv.authorization = mint::DV;
    // id-AT: an authentication terminal of the German identity card.
    parties.terminal.terminal_type = &[0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x01, 0x02, 0x02];
    assert!(matches!(parties.find(), Err(ChainError::OtherTerminalType { .. })));
}

#[test]
fn a_private_key_of_somebody_else_is_told_before_anything_is_sent() {
    let mut parties = parties();
    let certificates = parties.certificates();
    parties.terminal.key = parties.dv.key.clone();
    let error = find(&certificates, &["VNCVCA00001"], &parties).unwrap_err();
    assert_eq!(error.to_string(), "the private key is not that of VNIS0100001");
}

#[test]
fn circles_and_crowds_come_to_an_end() {
    let parties = parties();
    let a = Party::new("VNDVAA00001", CURVE, 2, mint::DV);
    let b = Party::new("VNDVBB00001", CURVE, 2, mint::DV);
    let circle = [a.issue(&parties.terminal), b.issue(&a), a.issue(&b)];
    assert_eq!(find(&circle, &["VNCVCA00001"], &parties), Err(ChainError::TooLong));
    // Sixty-four certificates of the same two names each way.
    let crowd: Vec<_> = (0..32).flat_map(|_| [b.issue(&a), a.issue(&b), parties.cvca.issue(&a)]).collect();
    let crowd = [crowd.as_slice(), &[a.issue(&parties.terminal)]].concat();
    assert!(find(&crowd, &["VNCVCA00001"], &parties).is_err());
}

#[test]
fn a_key_on_another_curve_than_its_issuers_is_refused() {
    let mut parties = parties();
    parties.terminal = Party::new("VNIS0100001", Curve::Secp256r1, 3, mint::TERMINAL);
    assert!(matches!(parties.find(), Err(ChainError::Key { .. })), "a point that is not on the curve");
    parties.terminal.parameters = true;
    assert!(matches!(parties.find(), Err(ChainError::Key { source: CvKeyError::OtherCurve { .. }, .. })));
}
