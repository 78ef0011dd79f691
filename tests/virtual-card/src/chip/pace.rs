//! The chip's end of PACE version 2 (ICAO Doc 9303-11, 4.4): generic, integrated and chip authentication mapping, on curves
//! and in groups of integers.
//!
//! [`PaceOffer::oid`] names the mechanism, [`Pace`] is one run: chosen by MSE:Set AT, then four GENERAL AUTHENTICATE
//! steps, each of which moves it on or ends it. [`chip_authentication`] makes the proof that the last one may carry,
//! [`integrated`] finds the generator of integrated mapping.

pub mod chip_authentication;
pub mod integrated;

use icao9303::crypto::curve;

use super::{
    block_cipher::{self, BlockCipher},
    key_agreement::{Element, PrivateKey},
    key_derivation,
    randomness::{self, Randomness},
    secure_messaging::Session,
    status,
    tlv::{data_object, data_objects, single},
};
use crate::image::{Cipher, Domain, Mapping, PaceOffer, Passwords};

/// id-PACE (BSI TR-03110-3, A.1.1.1): 0.4.0.127.0.7.2.2.4.
const PACE: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04];

impl PaceOffer {
    /// The value of the mechanism's object identifier.
    #[must_use]
    pub fn oid(&self) -> Vec<u8> {
        [&PACE[..], &[self.mechanism_arc(), self.cipher.last_arc()]].concat()
    }

    /// The arc of key agreement and mapping. Chip authentication mapping is defined for curves alone.
    #[must_use]
    pub const fn mechanism_arc(&self) -> u8 {
        match (self.domain, self.mapping) {
            (Domain::Group(_), Mapping::Generic) => 1,
            (Domain::Curve(_), Mapping::Generic) => 2,
            (Domain::Group(_), Mapping::Integrated) => 3,
            (Domain::Curve(_), Mapping::Integrated) => 4,
            (_, Mapping::ChipAuthentication) => 6,
        }
    }

    /// The authentication token over the public key that the token's receiver sent (ICAO Doc 9303-11, 4.4.3.4).
    #[must_use]
    pub fn token(&self, mac_key: &[u8], public_key: &Element) -> [u8; 8] {
        block_cipher::mac(self.cipher, mac_key, &self.token_input(public_key))
    }

    /// What the token is computed over: the public key data object.
    #[must_use]
    pub fn token_input(&self, public_key: &Element) -> Vec<u8> {
        let key = data_object(public_key.public_key_tag(), &public_key.to_bytes());
        data_object(0x7F49, &[data_object(0x06, &self.oid()), key].concat())
    }
}

impl Cipher {
    /// The last arc of the object identifiers of PACE and of Chip Authentication.
    #[must_use]
    pub const fn last_arc(self) -> u8 {
        match self {
            Self::TripleDes => 1,
            Self::Aes128 => 2,
            Self::Aes192 => 3,
            Self::Aes256 => 4,
        }
    }
}

/// The password that a run proves knowledge of (ICAO Doc 9303-11, 4.4.4.1, data object 83).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordKind {
    /// From the machine readable zone.
    Mrz,
    /// The card access number.
    Can,
    /// The personal identification number; wrong tries are counted.
    Pin,
    /// The PIN unblock key.
    Puk,
}

impl PasswordKind {
    /// The password of a reference.
    #[must_use]
    pub const fn from_reference(reference: u8) -> Option<Self> {
        match reference {
            1 => Some(Self::Mrz),
            2 => Some(Self::Can),
            3 => Some(Self::Pin),
            4 => Some(Self::Puk),
            _ => None,
        }
    }

    /// f(π), where the chip holds that password (ICAO Doc 9303-11, 9.7.3).
    #[must_use]
    pub fn secret(self, passwords: &Passwords) -> Option<Vec<u8>> {
        let characters = |text: &Option<String>| text.as_ref().map(|text| text.as_bytes().to_vec());
        match self {
            Self::Mrz => Some(key_derivation::mrz_secret(&passwords.mrz_information).to_vec()),
            Self::Can => characters(&passwords.can),
            Self::Pin => characters(&passwords.pin),
            Self::Puk => characters(&passwords.puk),
        }
    }
}

/// What MSE:Set AT asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Mechanism and domain parameters.
    pub offer: PaceOffer,
    /// The password.
    pub password: PasswordKind,
}

impl Choice {
    /// Reads the data field of MSE:Set AT against what the chip offers.
    ///
    /// # Errors
    /// The status word of the refusal: `6A80` where the data does not fit, `6A88` where the password or the domain
    /// parameters are not there.
    pub fn from_data(data: &[u8], offers: &[PaceOffer], passwords: &Passwords) -> Result<Self, u16> {
        let objects = data_objects(data).ok_or(status::WRONG_DATA)?;
        let find = |tag: u16| objects.iter().find(|object| object.tag == tag).map(|object| object.value);
        let oid = find(0x80).ok_or(status::WRONG_DATA)?;
        let [reference] = *find(0x83).ok_or(status::WRONG_DATA)? else { return Err(status::WRONG_DATA) };
        let mechanism: Vec<&PaceOffer> = offers.iter().filter(|offer| offer.oid() == oid).collect();
        let offer = match (find(0x84), &mechanism[..]) {
            (_, []) => return Err(status::WRONG_DATA),
            (None, [only]) => **only,
            // Several parameter sets: the choice is ambiguous without data object 84.
            (None, _) => return Err(status::WRONG_DATA),
            (Some(id), _) => **mechanism
                .iter()
                .find(|offer| same_number(id, offer.domain.parameter_id()))
                .ok_or(status::REFERENCE_NOT_FOUND)?,
        };
        let password = PasswordKind::from_reference(reference).ok_or(status::REFERENCE_NOT_FOUND)?;
        password.secret(passwords).ok_or(status::REFERENCE_NOT_FOUND)?;
        Ok(Self { offer, password })
    }
}

/// Whether an unsigned number, leading zeros or not, is this one.
fn same_number(bytes: &[u8], number: u8) -> bool {
    bytes.split_last().is_some_and(|(last, zeros)| *last == number && zeros.iter().all(|byte| *byte == 0))
}

/// Where a run stands.
enum Step {
    Nonce,
    Map { nonce: Vec<u8> },
    Agree { generator: Element, mapping: Option<PrivateKey> },
    Confirm { session_secret: Vec<u8>, own: Element, peer: Element, mapping: Option<PrivateKey> },
}

/// One run of the protocol.
pub struct Pace {
    choice: Choice,
    secret: Vec<u8>,
    /// The chip's own key, which chip authentication mapping proves.
    chip_key: Option<curve::PrivateKey>,
    step: Step,
}

/// What a step gives.
pub enum Progress {
    /// Data of the answer; the protocol goes on.
    Continue(Vec<u8>),
    /// Data of the last answer, and the session that starts after it.
    Done(Vec<u8>, Box<Session>),
}

impl Pace {
    /// A run for what MSE:Set AT chose. Chip authentication mapping proves one of `mapping_keys`.
    ///
    /// # Errors
    /// `6A88`: the chip does not hold that password or that key.
    pub fn new(choice: Choice, passwords: &Passwords, mapping_keys: &[curve::PrivateKey]) -> Result<Self, u16> {
        let secret = choice.password.secret(passwords).ok_or(status::REFERENCE_NOT_FOUND)?;
        let PaceOffer { mapping, domain, .. } = choice.offer;
        let chip_key = mapping_keys.iter().find(|key| Domain::Curve(key.curve()) == domain).cloned();
        if mapping == Mapping::ChipAuthentication && chip_key.is_none() {
            return Err(status::REFERENCE_NOT_FOUND);
        }
        Ok(Self { choice, secret, chip_key, step: Step::Nonce })
    }

    /// What was chosen.
    #[must_use]
    pub const fn choice(&self) -> Choice {
        self.choice
    }

    /// The number of the GENERAL AUTHENTICATE command that is expected, 1 to 4.
    #[must_use]
    pub const fn step_number(&self) -> u8 {
        match self.step {
            Step::Nonce => 1,
            Step::Map { .. } => 2,
            Step::Agree { .. } => 3,
            Step::Confirm { .. } => 4,
        }
    }

    /// Operations with a key that the expected step takes: two for the mapping (one where it is integrated), two for the
    /// agreement.
    #[must_use]
    pub const fn key_operations(&self) -> u32 {
        match (&self.step, self.choice.offer.mapping) {
            (Step::Map { .. }, Mapping::Integrated) => 1,
            (Step::Map { .. } | Step::Agree { .. }, _) => 2,
            (Step::Nonce | Step::Confirm { .. }, _) => 0,
        }
    }

    /// Takes the data field of the next GENERAL AUTHENTICATE.
    ///
    /// # Errors
    /// The status word of the refusal; the run is over then. `6300` when the terminal does not know the password.
    pub fn advance(&mut self, data: &[u8], randomness: &mut Randomness) -> Result<Progress, u16> {
        let dynamic = single(data, 0x7C).ok_or(status::WRONG_DATA)?;
        let (step, answer) = match &self.step {
            Step::Nonce if dynamic.is_empty() => self.nonce(randomness),
            Step::Nonce => return Err(status::WRONG_DATA),
            Step::Map { nonce } => {
                let sent = single(dynamic, 0x81).ok_or(status::WRONG_DATA)?;
                match self.choice.offer.mapping {
                    Mapping::Integrated => self.map_integrated(nonce, sent)?,
                    Mapping::Generic | Mapping::ChipAuthentication => self.map(nonce, sent, randomness)?,
                }
            }
            Step::Agree { generator, mapping } => {
                let sent = single(dynamic, 0x83).ok_or(status::WRONG_DATA)?;
                self.agree(generator, mapping.as_ref(), sent, randomness)?
            }
            Step::Confirm { session_secret, own, peer, mapping } => {
                let token = single(dynamic, 0x85).ok_or(status::WRONG_DATA)?;
                let (answer, session) = self.confirm(session_secret, own, peer, mapping.as_ref(), token)?;
                return Ok(Progress::Done(data_object(0x7C, &answer), Box::new(session)));
            }
        };
        self.step = step;
        Ok(Progress::Continue(data_object(0x7C, &answer)))
    }

    /// Step 1: the encrypted nonce.
    fn nonce(&self, randomness: &mut Randomness) -> (Step, Vec<u8>) {
        let PaceOffer { cipher, mapping, .. } = self.choice.offer;
        let length = if mapping == Mapping::Integrated { cipher.mapping_nonce_len() } else { 16 };
        let nonce = randomness::some_bytes(randomness, length);
        let key = key_derivation::derive(cipher, &self.secret, key_derivation::PASSWORD);
        let encrypted = BlockCipher::new(cipher, &key).encrypt_cbc(&vec![0; cipher.block_len()], &nonce);
        (Step::Map { nonce }, data_object(0x80, &encrypted))
    }

    /// Step 2: the generator that only those who know the nonce find, by an exchange of public keys.
    fn map(&self, nonce: &[u8], sent: &[u8], randomness: &mut Randomness) -> Result<(Step, Vec<u8>), u16> {
        let domain = self.choice.offer.domain;
        let peer = Element::from_bytes(domain, sent).ok_or(status::WRONG_DATA)?;
        let key = PrivateKey::generate(domain, randomness);
        let generator = key.agree(&peer).and_then(|shared| shared.generic_mapping(nonce)).ok_or(status::WRONG_DATA)?;
        let answer = data_object(0x82, &key.public_key().to_bytes());
        Ok((Step::Agree { generator, mapping: Some(key) }, answer))
    }

    /// Step 2 of integrated mapping: the terminal's nonce, to which the chip says nothing.
    fn map_integrated(&self, nonce: &[u8], sent: &[u8]) -> Result<(Step, Vec<u8>), u16> {
        let PaceOffer { cipher, domain, .. } = self.choice.offer;
        if sent.len() != cipher.key_len() {
            return Err(status::WRONG_DATA);
        }
        let generator = integrated::generator(domain, cipher, nonce, sent).ok_or(status::WRONG_DATA)?;
        Ok((Step::Agree { generator, mapping: None }, data_object(0x82, &[])))
    }

    /// Step 3: key agreement over that generator.
    fn agree(
        &self,
        generator: &Element,
        mapping: Option<&PrivateKey>,
        sent: &[u8],
        randomness: &mut Randomness,
    ) -> Result<(Step, Vec<u8>), u16> {
        let domain = self.choice.offer.domain;
        let peer = Element::from_bytes(domain, sent).ok_or(status::WRONG_DATA)?;
        let key = PrivateKey::generate(domain, randomness);
        let own = key.agree(generator).ok_or(status::WRONG_DATA)?;
        if own == peer {
            return Err(status::AUTHENTICATION_FAILED);
        }
        let session_secret = key.agree(&peer).ok_or(status::WRONG_DATA)?.to_secret();
        let answer = data_object(0x84, &own.to_bytes());
        Ok((Step::Confirm { session_secret, own, peer, mapping: mapping.cloned() }, answer))
    }

    /// Step 4: mutual authentication, and the chip's own proof.
    fn confirm(
        &self,
        secret: &[u8],
        own: &Element,
        peer: &Element,
        mapping: Option<&PrivateKey>,
        token: &[u8],
    ) -> Result<(Vec<u8>, Session), u16> {
        let cipher = self.choice.offer.cipher;
        let mac_key = key_derivation::derive(cipher, secret, key_derivation::MAC);
        if self.choice.offer.token(&mac_key, own)[..] != *token {
            return Err(status::AUTHENTICATION_FAILED);
        }
        let mut answer = data_object(0x86, &self.choice.offer.token(&mac_key, peer));
        if let (Mapping::ChipAuthentication, Some(chip_key), Some(PrivateKey::Curve(mapping))) =
            (self.choice.offer.mapping, &self.chip_key, mapping)
        {
            let key = key_derivation::derive(cipher, secret, key_derivation::ENCRYPTION);
            answer.extend(data_object(0x8A, &chip_authentication::encrypted_data(cipher, &key, chip_key, mapping)));
        }
        Ok((answer, Session::from_secret(cipher, secret)))
    }
}
