//! PACE, version 2: a short password opens a strong channel (Doc 9303-11, 4.4 and 9.4; Appendix G).
//!
//! Generic mapping on elliptic curves, with all ciphers. Integrated mapping, chip authentication mapping and the groups
//! of prime fields are known by name and reported as not supported.
//!
//! [`Password`] is what the reader knows, [`PaceSelection`] what it picks from the chip's offer; `establish` runs the
//! protocol, `Agreement` has its computations.

mod password;
#[cfg(test)]
pub(crate) mod replay;
mod selection;

pub use self::{
    password::Password,
    selection::{PaceSelection, select},
};

use alloc::vec::Vec;

use const_oid::ObjectIdentifier;
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    apdu::{Command, LengthFields, StatusWord},
    card::{
        AccessError, AccessStep, CardError, Instruction,
        channel::{Answer, CHAIN, Channel},
    },
    crypto::{
        cipher::Cipher,
        curve::{Point, PrivateKey},
        kdf::{self, KeyUse},
        mac::{self, MAC_LEN},
    },
    lds::security_infos::SecurityInfos,
    secure_messaging::SecureMessaging,
    tlv,
    transport::Transport,
};

/// Dynamic authentication data, around everything in GENERAL AUTHENTICATE (Doc 9303-11, 4.4.4.2).
const DYNAMIC_DATA: u32 = 0x7C;
/// The longest nonce taken: four times the block of AES.
const MAX_NONCE: usize = 64;

/// Runs PACE with the strongest variant that both sides know.
pub(crate) fn establish<T: Transport>(
    channel: &mut Channel<T>,
    offer: &SecurityInfos,
    password: &Password,
    rng: &mut dyn CryptoRng,
) -> Result<(PaceSelection, SecureMessaging), CardError> {
    let selection = select(offer).map_err(failed)?;
    let security = Run { channel, selection, password }.run(rng)?;
    Ok((selection, security))
}

struct Run<'a, T> {
    channel: &'a mut Channel<T>,
    selection: PaceSelection,
    password: &'a Password,
}

impl<T: Transport> Run<'_, T> {
    fn run(mut self, rng: &mut dyn CryptoRng) -> Result<SecureMessaging, CardError> {
        let curve = self.selection.curve;
        self.set_up()?;
        let nonce = self.nonce()?;

        let mapping_key = PrivateKey::generate(curve, rng);
        let peer = self.exchange(AccessStep::Mapping, 0x81, 0x82, &mapping_key.public_key())?;
        let shared = mapping_key.diffie_hellman(&peer).map_err(key_fault(AccessStep::Mapping))?;
        let generator = curve.generic_mapping(&nonce, &shared).map_err(key_fault(AccessStep::Mapping))?;

        let key = PrivateKey::generate(curve, rng);
        let ours = key.public_key_on(&generator).map_err(key_fault(AccessStep::KeyAgreement))?;
        let theirs = self.exchange(AccessStep::KeyAgreement, 0x83, 0x84, &ours)?;
        let shared = key.diffie_hellman(&theirs).map_err(key_fault(AccessStep::KeyAgreement))?;

        let agreement =
            Agreement { protocol: self.selection.oid, cipher: self.selection.protocol.cipher, ours, theirs };
        let security = agreement.security(&shared);
        self.authenticate(&agreement, &security)?;
        Ok(security)
    }

    /// MSE:Set AT: which protocol, which password, which domain parameters (Doc 9303-11, 4.4.4.1). The last is sent
    /// always: chips with several sets need it, and all others know it from their own offer.
    fn set_up(&mut self) -> Result<(), CardError> {
        let mut data = tlv::encode(0x80, self.selection.oid.as_bytes());
        tlv::encode_into(&mut data, 0x83, &[self.password.reference()]);
        if let Some(id) = self.selection.parameter_id {
            tlv::encode_into(&mut data, 0x84, &unsigned(id));
        }
        let command = Command::new(0x00, 0x22, 0xC1, 0xA4).with_data(data);
        let status = self.channel.transmit(Instruction::ManageSecurityEnvironment, &command)?.status;
        // 63Cx here only tells how many tries are left after earlier failures.
        match status {
            status if status.is_blocked() => Err(failed(AccessError::Blocked { status })),
            status if status.is_success() || status.tries_left().is_some() => Ok(()),
            status => Err(failed(AccessError::Refused { step: AccessStep::Setup, status })),
        }
    }

    /// The nonce, deciphered with the password. A wrong password gives a wrong nonce, which shows only at the end.
    fn nonce(&mut self) -> Result<Zeroizing<Vec<u8>>, CardError> {
        let step = AccessStep::Nonce;
        let answer = self.general_authenticate(CHAIN, &[])?;
        let data = accepted(step, answer)?;
        let cryptogram = object(step, &data, 0x80)?;
        let cipher = self.selection.protocol.cipher;
        if cryptogram.is_empty() || cryptogram.len() > MAX_NONCE {
            return Err(malformed(step));
        }
        let key = kdf::derive(cipher, &self.password.secret(), KeyUse::Password);
        key.decrypt_cbc(None, &cryptogram).map(Zeroizing::new).map_err(|_| malformed(step))
    }

    /// Sends a public key and takes the chip's, which has to be another one.
    fn exchange(&mut self, step: AccessStep, send: u32, take: u32, ours: &Point) -> Result<Point, CardError> {
        let answer = self.general_authenticate(CHAIN, &tlv::encode(send, ours.as_sec1()))?;
        let data = accepted(step, answer)?;
        let theirs = object(step, &data, take)?;
        // Only the uncompressed form: it is what the token is computed over (Doc 9303-11, 9.4.4).
        if theirs.first() != Some(&0x04) {
            return Err(malformed(step));
        }
        let theirs = Point::from_sec1(self.selection.curve, &theirs).map_err(key_fault(step))?;
        if theirs == *ours {
            return Err(failed(AccessError::SameKey { step }));
        }
        Ok(theirs)
    }

    fn authenticate(&mut self, agreement: &Agreement, security: &SecureMessaging) -> Result<(), CardError> {
        let step = AccessStep::MutualAuthentication;
        let token = agreement.token(security, &agreement.theirs);
        let answer = self.general_authenticate(0, &tlv::encode(0x85, &token))?;
        if !answer.status.is_success() {
            return Err(failed(refusal(answer.status)));
        }
        let theirs = object(step, &answer.data, 0x86)?;
        let expected = agreement.token(security, &agreement.ours);
        if bool::from(expected.ct_eq(&theirs)) { Ok(()) } else { Err(failed(AccessError::NotAuthentic)) }
    }

    fn general_authenticate(&mut self, class: u8, objects: &[u8]) -> Result<Answer, CardError> {
        let command = Command::new(class, 0x86, 0x00, 0x00)
            .with_data(tlv::encode(DYNAMIC_DATA, objects))
            .expecting(LengthFields::Short.max_expected());
        self.channel.transmit(Instruction::GeneralAuthenticate, &command)
    }
}

/// What follows from both ephemeral public keys and the shared secret.
struct Agreement {
    protocol: ObjectIdentifier,
    cipher: Cipher,
    ours: Point,
    theirs: Point,
}

impl Agreement {
    /// The channel: its keys come from the x coordinate of the shared point, its counter starts at zero.
    fn security(&self, shared: &Point) -> SecureMessaging {
        SecureMessaging::from_secret(self.cipher, &Zeroizing::new(shared.x()), 0)
    }

    /// The authentication token over a public key (Doc 9303-11, 9.4.4): a code over the data object that holds the
    /// protocol and the ephemeral key *of the other side*.
    fn token(&self, security: &SecureMessaging, key: &Point) -> [u8; MAC_LEN] {
        let mut public_key = tlv::encode(0x06, self.protocol.as_bytes());
        tlv::encode_into(&mut public_key, 0x86, key.as_sec1());
        mac::mac(security.authentication_key(), &tlv::encode(0x7F49, &public_key))
    }
}

/// What a chip means that refuses our token: the password was wrong, since every step before went through.
fn refusal(status: StatusWord) -> AccessError {
    match status {
        StatusWord::AUTHENTICATION_METHOD_BLOCKED => AccessError::Blocked { status },
        StatusWord::SECURITY_STATUS_NOT_SATISFIED | StatusWord::SM_OBJECTS_INCORRECT => {
            AccessError::WrongPassword { status }
        }
        status if status.sw1() == 0x63 => AccessError::WrongPassword { status },
        status => AccessError::Refused { step: AccessStep::MutualAuthentication, status },
    }
}

fn accepted(step: AccessStep, answer: Answer) -> Result<Zeroizing<Vec<u8>>, CardError> {
    match answer.status {
        status if status.is_success() => Ok(answer.data),
        status if status.is_blocked() => Err(failed(AccessError::Blocked { status })),
        status => Err(failed(AccessError::Refused { step, status })),
    }
}

/// The data object sought, alone in the dynamic authentication data.
fn object(step: AccessStep, answer: &[u8], tag: u32) -> Result<Zeroizing<Vec<u8>>, CardError> {
    let dynamic = tlv::parse_exact(answer).and_then(|outer| outer.expect(DYNAMIC_DATA));
    let inner = dynamic.and_then(|outer| tlv::parse_exact(outer.value)).and_then(|inner| inner.expect(tag));
    inner.map(|inner| Zeroizing::new(inner.value.to_vec())).map_err(|_| malformed(step))
}

/// A number in as few bytes as hold it, at least one.
pub(crate) fn unsigned(number: u64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count().min(7);
    bytes[zeros..].to_vec()
}

fn failed(source: AccessError) -> CardError {
    CardError::Access { protocol: "PACE", source }
}

fn malformed(step: AccessStep) -> CardError {
    failed(AccessError::Malformed { step })
}

fn key_fault(step: AccessStep) -> impl FnOnce(crate::crypto::curve::KeyError) -> CardError {
    move |source| failed(AccessError::Key { step, source })
}
