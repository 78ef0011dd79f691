//! PACE, version 2: a short password opens a strong channel (Doc 9303-11, 4.4 and 9.4; Appendix G).
//!
//! Generic, integrated and chip authentication mapping, on elliptic curves and in the groups of prime fields, with all
//! ciphers.
//!
//! [`Password`] is what the reader knows, [`PaceSelection`] what it picks from the chip's offer; `establish` runs the
//! protocol, `Agreement` has its computations. `integrated_mapping` has the pseudo-random function of that mapping;
//! [`ChipAuthenticationMapping`] is the proof that chip authentication mapping leaves for later, when the chip's static
//! key is known to be genuine.

mod chip_authentication_mapping;
#[cfg(test)]
mod hostile;
mod integrated_mapping;
mod password;
#[cfg(test)]
pub(crate) mod replay;
mod selection;

pub use self::{
    chip_authentication_mapping::ChipAuthenticationMapping,
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
        kdf::{self, KeyUse},
        key_agreement::{Domain, KeyAgreementError, PublicKey},
        mac::{self, MAC_LEN},
    },
    lds::security_infos::{Mapping, SecurityInfos},
    secure_messaging::SecureMessaging,
    tlv,
    transport::Transport,
};

/// Dynamic authentication data, around everything in GENERAL AUTHENTICATE (Doc 9303-11, 4.4.4.2).
const DYNAMIC_DATA: u32 = 0x7C;
/// The longest nonce taken: four times the block of AES.
const MAX_NONCE: usize = 64;

/// What PACE has come to.
pub(crate) struct Established {
    pub selection: PaceSelection,
    pub security: SecureMessaging,
    /// With chip authentication mapping: the chip's proof, yet to be verified.
    pub mapping_proof: Option<ChipAuthenticationMapping>,
}

/// Runs PACE with the best variant that both sides know.
pub(crate) fn establish<T: Transport>(
    channel: &mut Channel<T>,
    offer: &SecurityInfos,
    password: &Password,
    rng: &mut dyn CryptoRng,
) -> Result<Established, CardError> {
    let selection = select(offer).map_err(failed)?;
    let domain = selection.domain.into();
    Run { channel, selection, domain, password }.run(rng)
}

struct Run<'a, T> {
    channel: &'a mut Channel<T>,
    selection: PaceSelection,
    domain: Domain,
    password: &'a Password,
}

/// The generator that the nonce was mapped to, and the chip's key of the mapping where it has one.
struct Mapped {
    generator: PublicKey,
    chip_key: Option<PublicKey>,
}

impl<T: Transport> Run<'_, T> {
    fn run(mut self, rng: &mut dyn CryptoRng) -> Result<Established, CardError> {
        self.set_up()?;
        let nonce = self.nonce()?;
        let Mapped { generator, chip_key } = match self.selection.protocol.mapping {
            Mapping::Integrated => self.map_integrated(&nonce, rng)?,
            Mapping::Generic | Mapping::ChipAuthentication => self.map_generic(&nonce, rng)?,
        };

        let step = AccessStep::KeyAgreement;
        let key = self.domain.generate(rng);
        let ours = key.agree(&generator).map_err(key_fault(step))?;
        let theirs = self.exchange(step, 0x83, 0x84, &ours)?;
        let shared = key.agree(&theirs).map_err(key_fault(step))?;

        let agreement =
            Agreement { protocol: self.selection.oid, cipher: self.selection.protocol.cipher, ours, theirs };
        let security = agreement.security(&shared);
        let cryptogram = self.authenticate(&agreement, &security)?;
        self.channel.binding_mut().chip_identifier = agreement.theirs.compressed();
        let mapping_proof = match (self.selection.protocol.mapping, chip_key) {
            (Mapping::ChipAuthentication, Some(PublicKey::Ec(chip_key))) => Some(ChipAuthenticationMapping::decipher(
                chip_key,
                cryptogram.as_ref().map(|cryptogram| cryptogram.as_slice()),
                security.encryption_key(),
            )),
            _ => None,
        };
        Ok(Established { selection: self.selection, security, mapping_proof })
    }

    /// Generic mapping: a key agreement of its own gives the point or number that the nonce is added to (Doc 9303-11,
    /// 4.4.3.3.1). Chip authentication mapping begins the same way (4.4.3.3.3).
    fn map_generic(&mut self, nonce: &[u8], rng: &mut dyn CryptoRng) -> Result<Mapped, CardError> {
        let step = AccessStep::Mapping;
        let key = self.domain.generate(rng);
        let ours = key.public_key().map_err(key_fault(step))?;
        let theirs = self.exchange(step, 0x81, 0x82, &ours)?;
        let shared = key.agree(&theirs).map_err(key_fault(step))?;
        let generator = self.domain.generic_mapping(nonce, &shared).map_err(key_fault(step))?;
        Ok(Mapped { generator, chip_key: Some(theirs) })
    }

    /// Integrated mapping: a nonce of ours joins the chip's, and the chip has nothing to say (Doc 9303-11, 4.4.3.3.2).
    fn map_integrated(&mut self, nonce: &[u8], rng: &mut dyn CryptoRng) -> Result<Mapped, CardError> {
        let step = AccessStep::Mapping;
        let cipher = self.selection.protocol.cipher;
        let mut ours = alloc::vec![0; cipher.key_len()];
        rng.fill_bytes(&mut ours);
        let answer = self.general_authenticate(CHAIN, &tlv::encode(0x81, &ours))?;
        let data = accepted(step, answer)?;
        // Either an empty data object 82, as the worked examples have it, or none at all.
        let empty = tlv::parse_exact(&data).and_then(|outer| outer.expect(DYNAMIC_DATA));
        if !empty.is_ok_and(|outer| matches!(outer.value, [] | [0x82, 0x00])) {
            return Err(malformed(step));
        }
        let random = integrated_mapping::pseudo_random(cipher, nonce, &ours, self.domain.field_bits());
        let random = random.map_err(|_| malformed(AccessStep::Nonce))?;
        let generator = self.domain.integrated_mapping(&random).map_err(key_fault(step))?;
        Ok(Mapped { generator, chip_key: None })
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
    fn exchange(&mut self, step: AccessStep, send: u32, take: u32, ours: &PublicKey) -> Result<PublicKey, CardError> {
        let answer = self.general_authenticate(CHAIN, &tlv::encode(send, ours.as_bytes()))?;
        let data = accepted(step, answer)?;
        let theirs = object(step, &data, take)?;
        let theirs = self.domain.public_key(&theirs).map_err(key_fault(step))?;
        if theirs == *ours {
            return Err(failed(AccessError::SameKey { step }));
        }
        Ok(theirs)
    }

    /// Exchanges the tokens. With chip authentication mapping, gives what the chip says besides its own, if anything.
    fn authenticate(
        &mut self,
        agreement: &Agreement,
        security: &SecureMessaging,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, CardError> {
        let step = AccessStep::MutualAuthentication;
        let token = agreement.token(security, &agreement.theirs);
        let answer = self.general_authenticate(0, &tlv::encode(0x85, &token))?;
        if !answer.status.is_success() {
            return Err(failed(refusal(answer.status)));
        }
        let (theirs, cryptogram) = match self.selection.protocol.mapping {
            Mapping::ChipAuthentication => token_and_cryptogram(step, &answer.data)?,
            Mapping::Generic | Mapping::Integrated => (object(step, &answer.data, 0x86)?, None),
        };
        let expected = agreement.token(security, &agreement.ours);
        if bool::from(expected.ct_eq(&theirs)) { Ok(cryptogram) } else { Err(failed(AccessError::NotAuthentic)) }
    }

    fn general_authenticate(&mut self, class: u8, objects: &[u8]) -> Result<Answer, CardError> {
        let command = Command::new(class, 0x86, 0x00, 0x00).with_data(tlv::encode(DYNAMIC_DATA, objects));
        // Only keys of 2048 bits have answers that are longer, and only then are their commands.
        let fields = if command.data().len() > LengthFields::Short.max_data() {
            LengthFields::Extended
        } else {
            LengthFields::Short
        };
        self.channel.transmit(Instruction::GeneralAuthenticate, &command.expecting(fields.max_expected()))
    }
}

/// What follows from both ephemeral public keys and the shared secret.
struct Agreement {
    protocol: ObjectIdentifier,
    cipher: Cipher,
    ours: PublicKey,
    theirs: PublicKey,
}

impl Agreement {
    /// The channel: its keys come from the shared secret, its counter starts at zero.
    fn security(&self, shared: &PublicKey) -> SecureMessaging {
        SecureMessaging::from_secret(self.cipher, &shared.secret(), 0)
    }

    /// The authentication token over a public key (Doc 9303-11, 4.4.3.4): a code over the data object that holds the
    /// protocol and the ephemeral key *of the other side*.
    fn token(&self, security: &SecureMessaging, key: &PublicKey) -> [u8; MAC_LEN] {
        mac::mac(security.authentication_key(), &key.data_object(&self.protocol))
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

type TokenAndCryptogram = (Zeroizing<Vec<u8>>, Option<Zeroizing<Vec<u8>>>);

/// The chip's token, and after it the encrypted chip authentication data where the chip gives some. Without them, or
/// with bytes in their place that are no data object, PACE itself still holds: what is missing is the proof.
fn token_and_cryptogram(step: AccessStep, answer: &[u8]) -> Result<TokenAndCryptogram, CardError> {
    let dynamic = tlv::parse_exact(answer).and_then(|outer| outer.expect(DYNAMIC_DATA));
    let dynamic = dynamic.map_err(|_| malformed(step))?;
    let (token, rest) = tlv::parse_one(dynamic.value).map_err(|_| malformed(step))?;
    let token = token.expect(0x86).map_err(|_| malformed(step))?;
    let cryptogram = tlv::parse_exact(rest).and_then(|object| object.expect(0x8A));
    let copy = |object: tlv::Tlv<'_>| Zeroizing::new(object.value.to_vec());
    Ok((copy(token), cryptogram.ok().map(copy)))
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

fn key_fault(step: AccessStep) -> impl FnOnce(KeyAgreementError) -> CardError {
    move |source| match source {
        KeyAgreementError::NotUncompressed => malformed(step),
        source => failed(AccessError::Key { step, source }),
    }
}
