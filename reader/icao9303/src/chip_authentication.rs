//! Chip Authentication, version 1: the chip proves that it holds the private key belonging to the public key in DG14, by
//! going on under keys that only its holder can derive (Doc 9303-11, 6.2; BSI TR-03110-3, B.2).
//!
//! On elliptic curves, with all ciphers, in both forms: MSE:Set KAT for 3DES, MSE:Set AT with GENERAL AUTHENTICATE for
//! AES. That a chip *accepts* our key proves nothing: the check passes when an answer under the new keys verifies.

use alloc::{format, string::String, vec::Vec};

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{
    apdu::{Command, LengthFields, StatusWord},
    card::{CardError, Instruction, channel::Channel},
    check::{Check, Reason},
    crypto::{
        cipher::Cipher,
        curve::{Point, PrivateKey},
        signature::PublicKey,
    },
    lds::{
        file::DataGroup,
        security_infos::{ChipAuthenticationProtocol, ChipAuthenticationPublicKeyInfo, KeyAgreement, SecurityInfos},
    },
    pace::unsigned,
    secure_messaging::{SecureMessaging, SecureMessagingError},
    tlv,
    transport::Transport,
};

/// Chip Authentication with one key.
#[derive(Clone, Debug)]
struct Candidate {
    protocol: ChipAuthenticationProtocol,
    /// Whether a ChipAuthenticationInfo says so; without one a key stands for 3DES (Doc 9303-11, 9.2.5).
    stated: bool,
    key_id: Option<u64>,
    key: Point,
}

/// Runs Chip Authentication with the strongest key and cipher offered.
pub(crate) fn run<T: Transport>(
    channel: &mut Channel<T>,
    infos: &SecurityInfos,
    rng: &mut dyn CryptoRng,
) -> Result<Check, CardError> {
    let candidate = match choose(infos) {
        Ok(candidate) => candidate,
        Err(check) => return Ok(check),
    };
    let ephemeral = PrivateKey::generate(candidate.key.curve(), rng);
    if let Err(status) = send_key(channel, &candidate, &ephemeral.public_key())? {
        return Ok(Check::unknown(Reason::NoAnswer, format!("the chip refused Chip Authentication with {status}")));
    }
    let Ok(shared) = ephemeral.diffie_hellman(&candidate.key) else {
        return Ok(Check::unknown(Reason::Malformed, "the key of DG14 gives no shared secret"));
    };
    let secret = Zeroizing::new(shared.x());
    channel.secure(SecureMessaging::from_secret(candidate.protocol.cipher, &secret, 0));
    prove(channel)
}

/// The strongest way that is offered and supported, or what the check comes to without any.
fn choose(infos: &SecurityInfos) -> Result<Candidate, Check> {
    if !infos.offers_chip_authentication() {
        return Err(Check::not_offered("DG14 offers no Chip Authentication"));
    }
    let mut best: Option<Candidate> = None;
    let mut problem = Check::unknown(Reason::Malformed, "DG14 offers Chip Authentication without a key for it");
    for (protocol, key, stated) in offers(infos) {
        if protocol.key_agreement != KeyAgreement::Ecdh {
            problem = unsupported("Diffie-Hellman over a prime field");
            continue;
        }
        let point = match PublicKey::from_spki(&key.public_key) {
            Ok(PublicKey::Ec { point, .. }) => point,
            Ok(other) => {
                problem = unsupported(&other.name());
                continue;
            }
            Err(error) => {
                problem = Check::unknown(Reason::Malformed, format!("the key of DG14: {error}"));
                continue;
            }
        };
        let strength = |protocol: ChipAuthenticationProtocol, key: &Point| (protocol.cipher, key.curve().order_bits());
        if best.as_ref().is_none_or(|best| strength(protocol, &point) > strength(best.protocol, &best.key)) {
            best = Some(Candidate { protocol, stated, key_id: key.key_id, key: point });
        }
    }
    best.ok_or(problem)
}

/// Every protocol with every key that it may mean.
fn offers(infos: &SecurityInfos) -> Vec<(ChipAuthenticationProtocol, &ChipAuthenticationPublicKeyInfo, bool)> {
    let mut offers = Vec::new();
    for key in infos.chip_authentication_keys() {
        let fits = |info: &&crate::lds::security_infos::ChipAuthenticationInfo| {
            info.protocol.key_agreement == key.key_agreement
        };
        // An info without a number means whichever key there is; one with a number, only the key that has it.
        let stated = infos.chip_authentication().filter(fits).filter(|info| {
            info.version == 1 && (info.key_id.is_none() || key.key_id.is_none() || info.key_id == key.key_id)
        });
        offers.extend(stated.map(|info| (info.protocol, key, true)));
        if infos.chip_authentication().find(fits).is_none() {
            let implied = ChipAuthenticationProtocol { key_agreement: key.key_agreement, cipher: Cipher::TripleDes };
            offers.push((implied, key, false));
        }
    }
    offers
}

/// Sends the ephemeral public key, in the form that the cipher demands.
fn send_key<T: Transport>(
    channel: &mut Channel<T>,
    candidate: &Candidate,
    ephemeral: &Point,
) -> Result<Result<(), StatusWord>, CardError> {
    if candidate.protocol.cipher != Cipher::TripleDes {
        return by_general_authenticate(channel, candidate, ephemeral);
    }
    match by_set_kat(channel, candidate, ephemeral)? {
        // Newer chips know the form of AES only, for 3DES too.
        Err(_) if candidate.stated => by_general_authenticate(channel, candidate, ephemeral),
        done => Ok(done),
    }
}

/// MSE:Set KAT (Doc 9303-11, 6.2.4.1).
fn by_set_kat<T: Transport>(
    channel: &mut Channel<T>,
    candidate: &Candidate,
    ephemeral: &Point,
) -> Result<Result<(), StatusWord>, CardError> {
    let mut data = tlv::encode(0x91, ephemeral.as_sec1());
    add_key_id(&mut data, candidate);
    let command = Command::new(0x00, 0x22, 0x41, 0xA6).with_data(data);
    let answer = channel.transmit(Instruction::ManageSecurityEnvironment, &command)?;
    Ok(success(answer.status))
}

/// MSE:Set AT and GENERAL AUTHENTICATE (Doc 9303-11, 6.2.4.2).
fn by_general_authenticate<T: Transport>(
    channel: &mut Channel<T>,
    candidate: &Candidate,
    ephemeral: &Point,
) -> Result<Result<(), StatusWord>, CardError> {
    let mut data = tlv::encode(0x80, candidate.protocol.oid().as_bytes());
    add_key_id(&mut data, candidate);
    let set = Command::new(0x00, 0x22, 0x41, 0xA4).with_data(data);
    let answer = channel.transmit(Instruction::ManageSecurityEnvironment, &set)?;
    if let Err(status) = success(answer.status) {
        return Ok(Err(status));
    }
    let command = Command::new(0x00, 0x86, 0x00, 0x00)
        .with_data(tlv::encode(0x7C, &tlv::encode(0x80, ephemeral.as_sec1())))
        .expecting(LengthFields::Short.max_expected());
    let answer = channel.transmit(Instruction::GeneralAuthenticate, &command)?;
    Ok(success(answer.status))
}

fn add_key_id(data: &mut Vec<u8>, candidate: &Candidate) {
    if let Some(id) = candidate.key_id {
        tlv::encode_into(data, 0x84, &unsigned(id));
    }
}

const fn success(status: StatusWord) -> Result<(), StatusWord> {
    if status.is_success() { Ok(()) } else { Err(status) }
}

/// One command under the new keys: the beginning of DG14, which is there. Whatever a protected answer says, its
/// authentication code is the proof.
fn prove<T: Transport>(channel: &mut Channel<T>) -> Result<Check, CardError> {
    let command = Command::new(0x00, 0xB0, 0x80 | DataGroup::DG14.number(), 0x00).expecting(8);
    match channel.transmit_with(Instruction::ReadBinary, &command, LengthFields::Short) {
        Ok(answer) if answer.protected => Ok(Check::passed()),
        Ok(answer) => Ok(Check::unknown(
            Reason::NoAnswer,
            format!("the chip answered {} without protection after Chip Authentication", answer.status),
        )),
        Err(CardError::SecureMessaging { source, .. }) => Ok(match source {
            SecureMessagingError::Mac => {
                Check::failed(Reason::Clone, "the answer under the new keys has a wrong authentication code")
            }
            SecureMessagingError::Unprotected(status) => {
                Check::failed(Reason::Clone, format!("the chip does not know the new keys: {status}"))
            }
            other => Check::unknown(Reason::NoAnswer, format!("no proof under the new keys: {other}")),
        }),
        Err(error) => Err(error),
    }
}

fn unsupported(what: &str) -> Check {
    Check::unknown(Reason::UnsupportedAlgorithm, String::from("Chip Authentication with ") + what)
}
