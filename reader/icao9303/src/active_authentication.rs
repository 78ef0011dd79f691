//! Active Authentication: the chip signs a challenge with the private key belonging to the public key in DG15
//! (Doc 9303-11, 6.1). RSA with message recovery (ISO/IEC 9796-2, scheme 1) and ECDSA, plain and in DER.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use const_oid::ObjectIdentifier;

#[cfg(feature = "rsa")]
use crate::crypto::{rsa::RsaPublicKey, signature::SignatureError};
use crate::{
    apdu::{Command, LengthFields, StatusWord},
    card::{CardError, Instruction, channel::Channel},
    check::{Check, Reason},
    crypto::{
        curve::Point,
        ecdsa::EcdsaSignature,
        hash::HashAlgorithm,
        signature::{PublicKey, SignatureScheme},
    },
    lds::{dg15::public_key_of_dg15, security_infos::SecurityInfos},
    tlv,
    transport::Transport,
};

/// The challenge has eight bytes (Doc 9303-11, 6.1.2).
pub const CHALLENGE_LEN: usize = 8;

/// What came of Active Authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveAuthentication {
    /// The check.
    pub check: Check,
    /// How the chip signed, where that was found out: `ECDSA-SHA256`, `RSA-ISO9796-2-SHA1`.
    pub algorithm: Option<String>,
    /// The answer to INTERNAL AUTHENTICATE, as far as one came.
    pub response: Vec<u8>,
}

/// Verifies an answer: `dg15` and `infos` are the contents of DG15 and DG14.
///
/// Without an ActiveAuthenticationInfo, or where it names another hash function than the chip used, the other ones are
/// tried too: whichever it is, only the holder of the private key can make the signature fit.
#[must_use]
pub fn verify(
    dg15: &[u8],
    infos: Option<&SecurityInfos>,
    challenge: [u8; CHALLENGE_LEN],
    response: &[u8],
) -> ActiveAuthentication {
    let (check, algorithm) = match key_of(dg15) {
        Ok(key) => verify_with(&key, infos, challenge, response),
        Err(check) => (check, None),
    };
    ActiveAuthentication { check, algorithm, response: response.to_vec() }
}

/// Asks the chip and verifies its answer.
pub(crate) fn run<T: Transport>(
    channel: &mut Channel<T>,
    dg15: &[u8],
    infos: Option<&SecurityInfos>,
    challenge: [u8; CHALLENGE_LEN],
) -> Result<ActiveAuthentication, CardError> {
    let key = match key_of(dg15) {
        Ok(key) => key,
        Err(check) => return Ok(ActiveAuthentication { check, algorithm: None, response: Vec::new() }),
    };
    let (response, status) = ask(channel, signature_len(&key), challenge)?;
    let (check, algorithm) = if response.is_empty() {
        let why = match status {
            Some(status) => format!("the chip answered Active Authentication with {status}"),
            None => "the chip's answer to Active Authentication is cut short".into(),
        };
        (Check::unknown(Reason::NoAnswer, why), None)
    } else {
        verify_with(&key, infos, challenge, &response)
    };
    Ok(ActiveAuthentication { check, algorithm, response })
}

/// INTERNAL AUTHENTICATE, in the length fields that the signature needs; where these bring nothing usable, in the others
/// if the link carries them. One chip cuts an answer of 256 bytes off with short ones, another gives none with long ones.
fn ask<T: Transport>(
    channel: &mut Channel<T>,
    needed: usize,
    challenge: [u8; CHALLENGE_LEN],
) -> Result<(Vec<u8>, Option<StatusWord>), CardError> {
    let command = Command::new(0x00, 0x88, 0x00, 0x00).with_data(challenge).expecting(256);
    let mut order = [LengthFields::Short, LengthFields::Extended];
    if channel.max_content_with(LengthFields::Short) < needed {
        order.reverse();
    }
    let mut best: (Vec<u8>, Option<StatusWord>) = (Vec::new(), None);
    for fields in order {
        if fields == LengthFields::Extended && channel.longest_fields() == LengthFields::Short {
            continue;
        }
        let answer = channel.transmit_tolerant(Instruction::InternalAuthenticate, &command, fields)?;
        let Some(answer) = answer else { continue };
        best.1 = Some(answer.status);
        if (answer.status.is_success() || answer.status.is_warning()) && answer.data.len() > best.0.len() {
            best.0 = answer.data.to_vec();
        }
        if best.0.len() >= needed {
            break;
        }
    }
    Ok(best)
}

/// The public key of DG15, or what the check comes to without one.
fn key_of(dg15: &[u8]) -> Result<PublicKey, Check> {
    let malformed = |error: String| Check::unknown(Reason::Malformed, format!("the key of DG15: {error}"));
    let spki = public_key_of_dg15(dg15).map_err(|error| malformed(error.to_string()))?;
    match PublicKey::from_spki(spki).map_err(|error| malformed(error.to_string()))? {
        PublicKey::Unsupported { name } => {
            Err(Check::unknown(Reason::UnsupportedAlgorithm, format!("Active Authentication with {name}")))
        }
        key => Ok(key),
    }
}

/// The fewest bytes that a signature by the key has.
fn signature_len(key: &PublicKey) -> usize {
    match key {
        // In DER, 30 L 02 L r 02 L s, with numbers that may be short by chance: eight bytes of leeway.
        PublicKey::Ec { point, .. } => (2 * point.curve().order_len()).saturating_sub(8),
        #[cfg(feature = "rsa")]
        PublicKey::Rsa(key) => key.modulus_len(),
        _ => 0,
    }
}

fn verify_with(
    key: &PublicKey,
    infos: Option<&SecurityInfos>,
    challenge: [u8; CHALLENGE_LEN],
    response: &[u8],
) -> (Check, Option<String>) {
    match key {
        PublicKey::Ec { point, .. } => verify_ecdsa(point, infos, challenge, response),
        #[cfg(feature = "rsa")]
        PublicKey::Rsa(key) => verify_rsa(key, challenge, response),
        other => (Check::unknown(Reason::UnsupportedAlgorithm, other.name()), None),
    }
}

fn verify_ecdsa(
    key: &Point,
    infos: Option<&SecurityInfos>,
    challenge: [u8; CHALLENGE_LEN],
    response: &[u8],
) -> (Check, Option<String>) {
    let readings: Vec<EcdsaSignature> =
        [EcdsaSignature::from_plain(key.curve(), response), EcdsaSignature::from_der(response)]
            .into_iter()
            .flatten()
            .collect();
    if readings.is_empty() {
        return (no_signature(response), None);
    }
    let stated = infos.and_then(SecurityInfos::active_authentication_algorithm).and_then(|oid| hash_of(&oid));
    let others = HashAlgorithm::ALL.into_iter().filter(|hash| Some(*hash) != stated);
    for hash in stated.into_iter().chain(others) {
        let digest = hash.digest(&challenge);
        if readings.iter().any(|signature| signature.verify_prehash(key, &digest)) {
            return (Check::passed(), Some(format!("ECDSA-{}", hash.name().replace('-', ""))));
        }
    }
    (wrong_signature(), None)
}

/// The hash function of a signature algorithm with ECDSA.
fn hash_of(signature_algorithm: &ObjectIdentifier) -> Option<HashAlgorithm> {
    let identifier = tlv::encode(0x30, &tlv::encode(0x06, signature_algorithm.as_bytes()));
    SignatureScheme::from_algorithm_identifier(&identifier, None).ok()?.hash()
}

#[cfg(feature = "rsa")]
fn verify_rsa(key: &RsaPublicKey, challenge: [u8; CHALLENGE_LEN], response: &[u8]) -> (Check, Option<String>) {
    if response.len() != key.modulus_len() {
        return (no_signature(response), None);
    }
    match key.verify_message_recovery(&challenge, response) {
        Ok(message) => (Check::passed(), Some(format!("RSA-ISO9796-2-{}", message.hash.name().replace('-', "")))),
        Err(SignatureError::Unsupported { name }) => (Check::unknown(Reason::UnsupportedAlgorithm, name), None),
        Err(_) => (wrong_signature(), None),
    }
}

fn no_signature(response: &[u8]) -> Check {
    Check::unknown(
        Reason::NoAnswer,
        format!("an answer of {} bytes is no signature by the key of DG15", response.len()),
    )
}

fn wrong_signature() -> Check {
    Check::failed(Reason::Clone, "the signature over the challenge does not verify under the key of DG15")
}
