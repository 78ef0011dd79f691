//! Terminal Authentication, version 1: the terminal shows a chain of card-verifiable certificates and signs a challenge,
//! and the chip opens DG3 and DG4 as far as these certificates allow (Doc 9303-11, 7.1; BSI TR-03110-1, 3.5 of EACv1;
//! TR-03110-3, B.3).
//!
//! It comes after Chip Authentication, whose ephemeral key the signature covers: a chip that is somebody else's relay
//! gets no signature that another chip would take. Read in this order: [`TerminalSigner`] is who signs and
//! [`SoftwareKey`] one whose key lies in a file; `run` is the protocol, `trust_points` reads EF.CVCA. The chain is found
//! and verified by [`crate::cv_certificate::chain`] before anything is sent.

mod signer;
mod trust_points;

pub use self::signer::{PrivateKeyError, SigningError, SoftwareKey, TerminalSigner};

use alloc::{format, string::String, vec::Vec};

use rand_core::CryptoRng;

use crate::{
    apdu::{Command, StatusWord},
    card::{CardError, Instruction, channel::Channel},
    check::{Check, Reason},
    cv_certificate::{AccessRights, CertificateReference, ChainError, CvCertificate, CvDate, TerminalChain},
    lds::security_infos::SecurityInfos,
    tlv,
    transport::Transport,
};

/// The challenge has eight bytes (TR-03110-3, B.3.4).
const CHALLENGE_LEN: usize = 8;

/// A terminal: what it shows and who signs for it.
#[derive(Clone, Copy)]
pub struct Terminal<'a> {
    /// Its certificate, its document verifier's and the CVCA's, with all links between CVCAs; others do no harm.
    pub certificates: &'a [CvCertificate],
    /// Holds the private key.
    pub signer: &'a dyn TerminalSigner,
    /// The day at which certificates have to be in date, in universal time.
    pub today: CvDate,
}

/// What came of Terminal Authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalAuthentication {
    /// Passed: the chip took the signature. Never failed: it says nothing about the chip.
    pub check: Check,
    /// The trust points that EF.CVCA names, the current one first.
    pub trust_points: Vec<CertificateReference>,
    /// The chain that was shown, the terminal last. Empty where none was.
    pub chain: Vec<CertificateReference>,
    /// What the chain allows. It is in force where the check passed.
    pub rights: AccessRights,
}

/// What earlier protocols of the session leave for this one.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    /// ID_PICC: the document number with its check digit after BAC, the compressed ephemeral public key of the chip after
    /// PACE (TR-03110-1, 3.5).
    pub chip_identifier: Vec<u8>,
    /// The compressed ephemeral public key of the terminal in Chip Authentication, once that has succeeded.
    pub terminal_key: Option<Vec<u8>>,
}

impl Binding {
    pub(crate) const fn new() -> Self {
        Self { chip_identifier: Vec::new(), terminal_key: None }
    }
}

/// Runs Terminal Authentication, as far as the chip goes along.
pub(crate) fn run<T: Transport>(
    channel: &mut Channel<T>,
    infos: Option<&SecurityInfos>,
    terminal: &Terminal<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<TerminalAuthentication, CardError> {
    let binding = channel.binding().clone();
    let mut outcome = TerminalAuthentication {
        check: Check::unknown(Reason::NoAnswer, "Chip Authentication has to succeed before"),
        trust_points: Vec::new(),
        chain: Vec::new(),
        rights: AccessRights::default(),
    };
    let Some(terminal_key) = binding.terminal_key else { return Ok(outcome) };
    match trust_points::read(channel, infos)? {
        Ok(found) => outcome.trust_points = found,
        Err(check) => return Ok(TerminalAuthentication { check, ..outcome }),
    }
    let holds = |key: &_| terminal.signer.holds(key);
    let chain = match TerminalChain::find(terminal.certificates, &outcome.trust_points, &holds, terminal.today) {
        Ok(chain) if chain.rights.is_none() => {
            let check = Check::unknown(Reason::NoReadRight, "the certificates give no right to DG3 or DG4");
            return Ok(TerminalAuthentication { check, ..outcome });
        }
        Ok(chain) => chain,
        Err(error) => {
            let check = Check::unknown(reason_of(&error), format!("{error}"));
            return Ok(TerminalAuthentication { check, ..outcome });
        }
    };
    outcome.chain = chain.certificates.iter().map(|certificate| certificate.holder.clone()).collect();
    outcome.rights = chain.rights;
    outcome.check = match show(channel, &chain)? {
        Ok(()) => prove(channel, &chain, terminal.signer, [&binding.chip_identifier, &terminal_key], rng)?,
        Err(check) => check,
    };
    Ok(outcome)
}

/// Shows the chain, each certificate with the name of the key that verifies it: MSE:Set DST and PSO:Verify Certificate
/// (TR-03110-3, B.3.1 and B.3.2).
fn show<T: Transport>(channel: &mut Channel<T>, chain: &TerminalChain<'_>) -> Result<Result<(), Check>, CardError> {
    for certificate in &chain.certificates {
        let name = tlv::encode(0x83, certificate.authority.as_bytes());
        let select = Command::new(0x00, 0x22, 0x81, 0xB6).with_data(name);
        let verify = Command::new(0x00, 0x2A, 0x00, 0xBE).with_data(certificate.content());
        for (name, command) in
            [(Instruction::ManageSecurityEnvironment, select), (Instruction::PerformSecurityOperation, verify)]
        {
            let status = channel.transmit(name, &command)?.status;
            if !status.is_success() {
                return Ok(Err(refused(&format!("the certificate of {}", certificate.holder), name, status)));
            }
        }
    }
    Ok(Ok(()))
}

/// MSE:Set AT, GET CHALLENGE and EXTERNAL AUTHENTICATE (TR-03110-3, B.3.3 to B.3.5).
fn prove<T: Transport>(
    channel: &mut Channel<T>,
    chain: &TerminalChain<'_>,
    signer: &dyn TerminalSigner,
    [chip_identifier, terminal_key]: [&[u8]; 2],
    rng: &mut dyn CryptoRng,
) -> Result<Check, CardError> {
    let what = "the terminal";
    // Invariant: a chain ends with the terminal it was found for.
    let Some(holder) = chain.terminal().map(|certificate| &certificate.holder) else {
        return Ok(Check::unknown(Reason::Malformed, "a chain without certificates"));
    };
    let select = Command::new(0x00, 0x22, 0x81, 0xA4).with_data(tlv::encode(0x83, holder.as_bytes()));
    let status = channel.transmit(Instruction::ManageSecurityEnvironment, &select)?.status;
    if !status.is_success() {
        return Ok(refused(what, Instruction::ManageSecurityEnvironment, status));
    }
    let ask = Command::new(0x00, 0x84, 0x00, 0x00).expecting(CHALLENGE_LEN);
    let challenge = channel.transmit(Instruction::GetChallenge, &ask)?;
    if !challenge.status.is_success() {
        return Ok(refused(what, Instruction::GetChallenge, challenge.status));
    }
    if challenge.data.len() != CHALLENGE_LEN {
        return Ok(Check::unknown(Reason::Malformed, format!("a challenge of {} bytes", challenge.data.len())));
    }
    let message = [chip_identifier, &challenge.data, terminal_key].concat();
    let signature = match signer.sign(chain.algorithm, &message, rng) {
        Ok(signature) => signature,
        Err(error) => return Ok(Check::unknown(Reason::NoAnswer, format!("the terminal cannot sign: {error}"))),
    };
    let answer = Command::new(0x00, 0x82, 0x00, 0x00).with_data(signature);
    let status = channel.transmit(Instruction::ExternalAuthenticate, &answer)?.status;
    Ok(if status.is_success() {
        Check::passed()
    } else {
        refused("the terminal's signature", Instruction::ExternalAuthenticate, status)
    })
}

fn refused(what: &str, command: Instruction, status: StatusWord) -> Check {
    Check::unknown(Reason::TerminalRefused, format!("the chip refused {what}: {command}: {status}"))
}

fn reason_of(error: &ChainError) -> Reason {
    match error {
        ChainError::OtherTrustPoint { .. } | ChainError::MissingIssuer { .. } => Reason::UnknownIssuer,
        ChainError::Expired { .. } => Reason::Expired,
        ChainError::NotYetValid { .. } => Reason::NotYetValid,
        ChainError::Signature { .. } | ChainError::OtherKey { .. } => Reason::SignatureInvalid,
        ChainError::Role { .. } | ChainError::OtherTerminalType { .. } => Reason::WrongIssuer,
        _ => Reason::Malformed,
    }
}

/// Only names: who signs is nobody's business.
impl core::fmt::Debug for Terminal<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let holders: Vec<String> =
            self.certificates.iter().map(|certificate| format!("{}", certificate.holder)).collect();
        write!(f, "Terminal({holders:?})")
    }
}
