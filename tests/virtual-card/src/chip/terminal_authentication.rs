//! The chip's end of Terminal Authentication version 1 (BSI TR-03110-1, 3.5; TR-03110-3, A.6 and B.3): it takes a chain of
//! card-verifiable certificates from one of its trust points on, challenges the terminal that the chain ends with, and
//! opens DG3 and DG4 as far as every certificate of the chain allows.
//!
//! [`TrustMemory`] is what the chip keeps without power: its trust points and its idea of the date. [`Run`] is what it
//! knows of the terminal before it. [`certificate`] takes certificates apart.

pub mod certificate;

use sha1::{Digest as _, Sha1};

use self::certificate::{Certificate, Key};
use super::{
    Chip,
    apdu::Command,
    randomness, status,
    tlv::{data_object, data_objects, single},
};
use crate::image::TerminalTrust;

/// Bits of the role in a certificate's authorization.
const ROLE: u8 = 0b1100_0000;
const CVCA: u8 = 0b1100_0000;
const DOMESTIC_VERIFIER: u8 = 0b1000_0000;
const FOREIGN_VERIFIER: u8 = 0b0100_0000;
const TERMINAL: u8 = 0;
/// Bits of the rights: DG3 and DG4.
const RIGHTS: u8 = 0b0000_0011;
/// EF.CVCA has a fixed length (TR-03110-3, A.1.2).
const TRUST_POINTS_LENGTH: usize = 36;

/// A public key that the chip has come to know, and by what right.
#[derive(Clone)]
struct Known {
    name: Vec<u8>,
    key: Key,
    role: u8,
    rights: u8,
    /// Whether the date of a certificate that its holder issued can be believed.
    believed: bool,
}

/// What outlives a loss of power.
pub struct TrustMemory {
    /// The current one first; at most two.
    trust_points: Vec<Known>,
    /// YYMMDD, a digit to a byte: the latest day that a believed certificate told of.
    date: [u8; 6],
    file_identifier: u16,
}

/// What a loss of power erases.
#[derive(Default)]
pub struct Run {
    /// ID_PICC: the document number with its check digit, or the compressed key of PACE.
    pub chip_identifier: Vec<u8>,
    /// The terminal's compressed key of Chip Authentication.
    pub terminal_key: Option<Vec<u8>>,
    /// The certificate that was verified last.
    imported: Option<Known>,
    /// The key that MSE:Set DST chose for the next certificate.
    verifier: Option<Known>,
    /// The key that MSE:Set AT chose, and the challenge given out for it.
    terminal: Option<Known>,
    challenge: Option<[u8; 8]>,
    /// What is open: bit 0 for DG3, bit 1 for DG4.
    rights: u8,
}

impl TrustMemory {
    /// The trust points of a chip that was personalised with these certificates; nothing where they are none.
    #[must_use]
    pub fn new(trust: &TerminalTrust) -> Option<Self> {
        let known = |bytes: &Vec<u8>| {
            let certificate = Certificate::parse(single(bytes, 0x7F21)?)?;
            Some(Known {
                name: certificate.holder.to_vec(),
                key: certificate.key(None)?,
                role: CVCA,
                rights: certificate.authorization & RIGHTS,
                believed: true,
            })
        };
        let trust_points = trust.certificates.iter().map(known).collect::<Option<Vec<_>>>()?;
        Some(Self { trust_points, date: trust.date, file_identifier: trust.file_identifier })
    }

    /// EF.CVCA.
    #[must_use]
    pub fn file(&self) -> Vec<u8> {
        let mut file: Vec<u8> =
            self.trust_points.iter().take(2).flat_map(|known| data_object(0x42, &known.name)).collect();
        file.resize(TRUST_POINTS_LENGTH, 0);
        file
    }
}

impl Run {
    /// BAC opened the chip: ID_PICC is the document number with its check digit, as the MRZ has it.
    pub(super) fn opened_by_bac(&mut self, mrz_information: &str) {
        // Birth and expiry with their check digits stand behind it.
        let number = mrz_information.len().saturating_sub(14);
        *self = Self { chip_identifier: mrz_information.as_bytes()[..number].to_vec(), ..Self::default() };
    }

    /// An answer of PACE: where it holds the chip's ephemeral key, ID_PICC is that key, compressed.
    pub(super) fn answered_in_pace(&mut self, answer: &[u8]) {
        if let Some(key) = single(answer, 0x7C).and_then(|dynamic| single(dynamic, 0x84)) {
            *self = Self { chip_identifier: compressed(key), ..Self::default() };
        }
    }

    /// The data of the command with which Chip Authentication succeeded: the terminal's key is in it.
    pub(super) fn chip_authenticated(&mut self, data: &[u8]) {
        let in_template = data_objects(data)
            .and_then(|objects| objects.iter().find(|object| object.tag == 0x91).map(|object| object.value));
        let key = in_template.or_else(|| single(single(data, 0x7C)?, 0x80));
        self.terminal_key = key.map(compressed);
    }

    /// Whether a data group may be read.
    #[must_use]
    pub const fn opens(&self, data_group: u8) -> bool {
        match data_group {
            3 => self.rights & 1 != 0,
            4 => self.rights & 2 != 0,
            _ => false,
        }
    }

    /// Whether GET CHALLENGE and EXTERNAL AUTHENTICATE are about a terminal now, and not about BAC.
    #[must_use]
    pub const fn is_under_way(&self) -> bool {
        self.terminal.is_some()
    }
}

/// Comp of TR-03110-3, A.2.2.3: of a point its x coordinate, of a number of a prime field its SHA-1.
fn compressed(public_key: &[u8]) -> Vec<u8> {
    // An uncompressed point has an odd number of bytes, a number of a group of 1024 or 2048 bits an even one.
    match public_key {
        [0x04, coordinates @ ..] if coordinates.len() % 2 == 0 => coordinates[..coordinates.len() / 2].to_vec(),
        number => Sha1::digest(number).to_vec(),
    }
}

impl Chip {
    /// MSE:Set DST: the key that verifies the next certificate.
    pub(super) fn set_digital_signature_template(&mut self, data: &[u8]) -> Result<Vec<u8>, u16> {
        self.demand_secured()?;
        let name = reference(data)?;
        self.state.terminal.verifier = Some(self.known(name).ok_or(status::REFERENCE_NOT_FOUND)?);
        Ok(Vec::new())
    }

    /// PSO:Verify Certificate: a certificate that verifies gives its key for the next step.
    pub(super) fn perform_security_operation(&mut self, command: &Command) -> Result<Vec<u8>, u16> {
        self.demand_secured()?;
        if command.parameters() != 0x00BE {
            return Err(status::WRONG_PARAMETERS);
        }
        let issuer = self.state.terminal.verifier.take().ok_or(status::CONDITIONS)?;
        let certificate = Certificate::parse(&command.data).ok_or(status::WRONG_DATA)?;
        if certificate.authority != issuer.name {
            return Err(status::WRONG_DATA);
        }
        self.key_operations += 1;
        if !issuer.key.verifies(certificate.body, certificate.signature) {
            return Err(status::AUTHENTICATION_FAILED);
        }
        let memory = self.trust.as_mut().ok_or(status::UNKNOWN_INSTRUCTION)?;
        let role = certificate.authorization & ROLE;
        let may_issue = match role {
            TERMINAL => matches!(issuer.role, DOMESTIC_VERIFIER | FOREIGN_VERIFIER),
            _ => issuer.role == CVCA,
        };
        // Links never expire: a chip that lay in a drawer must be able to catch up.
        if !may_issue || (role != CVCA && certificate.expiration < memory.date) {
            return Err(status::AUTHENTICATION_FAILED);
        }
        let key = certificate.key(issuer.key.curve()).ok_or(status::WRONG_DATA)?;
        let believed = matches!(role, CVCA | DOMESTIC_VERIFIER) || (role == TERMINAL && issuer.believed);
        if believed && certificate.effective > memory.date {
            memory.date = certificate.effective;
        }
        let rights = if role == CVCA { certificate.authorization } else { issuer.rights & certificate.authorization };
        let known = Known { name: certificate.holder.to_vec(), key, role, rights: rights & RIGHTS, believed };
        if role == CVCA {
            memory.trust_points.insert(0, known.clone());
            memory.trust_points.truncate(2);
            let file = memory.file();
            self.files.replace_trust_points(&file, memory.file_identifier);
        }
        self.state.terminal.imported = Some(known);
        Ok(Vec::new())
    }

    /// MSE:Set AT for a terminal: the key that the signature will be verified with.
    pub(super) fn set_terminal(&mut self, data: &[u8]) -> Result<Vec<u8>, u16> {
        self.demand_secured()?;
        let name = reference(data)?;
        let found = self.state.terminal.imported.clone().filter(|known| known.name == name);
        let known = found.ok_or(status::REFERENCE_NOT_FOUND)?;
        if known.role != TERMINAL {
            return Err(status::CONDITIONS);
        }
        self.state.terminal.terminal = Some(known);
        Ok(Vec::new())
    }

    /// GET CHALLENGE for a terminal.
    pub(super) fn challenge_terminal(&mut self) -> Vec<u8> {
        let challenge = randomness::bytes::<8>(&mut self.randomness);
        self.state.terminal.challenge = Some(challenge);
        challenge.to_vec()
    }

    /// EXTERNAL AUTHENTICATE of a terminal: its signature over ID_PICC, the challenge and its key of Chip Authentication.
    pub(super) fn authenticate_terminal(&mut self, signature: &[u8]) -> Result<Vec<u8>, u16> {
        self.demand_secured()?;
        let run = &mut self.state.terminal;
        let (known, challenge) = (run.terminal.take(), run.challenge.take());
        let (Some(known), Some(challenge), Some(terminal_key)) = (known, challenge, &run.terminal_key) else {
            return Err(status::CONDITIONS);
        };
        self.key_operations += 1;
        let message = [&run.chip_identifier[..], &challenge, terminal_key].concat();
        if !known.key.verifies(&message, signature) {
            return Err(status::AUTHENTICATION_FAILED);
        }
        run.rights = known.rights;
        Ok(Vec::new())
    }

    /// A key that is at hand by its name: a trust point's, or the one of the last certificate.
    fn known(&self, name: &[u8]) -> Option<Known> {
        let imported = self.state.terminal.imported.as_ref().filter(|known| known.name == name);
        let trusted = || self.trust.as_ref()?.trust_points.iter().find(|known| known.name == name);
        imported.or_else(trusted).cloned()
    }

    const fn demand_secured(&self) -> Result<(), u16> {
        match (&self.trust, &self.state.session) {
            (None, _) => Err(status::UNKNOWN_INSTRUCTION),
            (Some(_), None) => Err(status::SECURITY_STATUS),
            (Some(_), Some(_)) => Ok(()),
        }
    }
}

/// Data object 83, the name of a key.
fn reference(data: &[u8]) -> Result<&[u8], u16> {
    let objects = data_objects(data).ok_or(status::WRONG_DATA)?;
    objects.iter().find(|object| object.tag == 0x83).map(|object| object.value).ok_or(status::WRONG_DATA)
}

#[cfg(test)]
mod tests;
