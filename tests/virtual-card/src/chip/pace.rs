//! The chip's end of PACE version 2 with elliptic curves and generic mapping (ICAO Doc 9303-11, 4.4).
//!
//! [`PaceOffer::oid`] names the mechanism, [`Pace`] is one run: chosen by MSE:Set AT, then four GENERAL AUTHENTICATE
//! steps, each of which moves it on or ends it.

use icao9303::crypto::curve::{Point, PrivateKey};

use super::{
    block_cipher::{self, BlockCipher},
    key_derivation,
    randomness::{self, Randomness},
    secure_messaging::Session,
    status,
    tlv::{data_object, data_objects, single},
};
use crate::image::{Cipher, PaceOffer, Passwords};

/// id-PACE-ECDH-GM without its last arc (BSI TR-03110-3, A.1.1.1): 0.4.0.127.0.7.2.2.4.2.
const PACE_ECDH_GM: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02];

impl PaceOffer {
    /// The value of the mechanism's object identifier.
    #[must_use]
    pub fn oid(&self) -> Vec<u8> {
        [&PACE_ECDH_GM[..], &[self.cipher.last_arc()]].concat()
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
                .find(|offer| id == [offer.curve.parameter_id()])
                .ok_or(status::REFERENCE_NOT_FOUND)?,
        };
        let password = PasswordKind::from_reference(reference).ok_or(status::REFERENCE_NOT_FOUND)?;
        password.secret(passwords).ok_or(status::REFERENCE_NOT_FOUND)?;
        Ok(Self { offer, password })
    }
}

/// Where a run stands.
enum Step {
    Nonce,
    Map { nonce: Vec<u8> },
    Agree { generator: Point },
    Confirm { session_secret: Vec<u8>, own: Point, peer: Point },
}

/// One run of the protocol.
pub struct Pace {
    choice: Choice,
    secret: Vec<u8>,
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
    /// A run for what MSE:Set AT chose.
    ///
    /// # Errors
    /// `6A88`: the chip does not hold that password.
    pub fn new(choice: Choice, passwords: &Passwords) -> Result<Self, u16> {
        let secret = choice.password.secret(passwords).ok_or(status::REFERENCE_NOT_FOUND)?;
        Ok(Self { choice, secret, step: Step::Nonce })
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

    /// Operations with a key that the expected step takes: two for the mapping, two for the agreement.
    #[must_use]
    pub const fn key_operations(&self) -> u32 {
        match self.step {
            Step::Map { .. } | Step::Agree { .. } => 2,
            Step::Nonce | Step::Confirm { .. } => 0,
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
            Step::Map { nonce } => self.map(nonce, self.point(dynamic, 0x81)?, randomness)?,
            Step::Agree { generator } => self.agree(generator, self.point(dynamic, 0x83)?, randomness)?,
            Step::Confirm { session_secret, own, peer } => {
                let token = single(dynamic, 0x85).ok_or(status::WRONG_DATA)?;
                let (answer, session) = self.confirm(session_secret, own, peer, token)?;
                return Ok(Progress::Done(data_object(0x7C, &answer), Box::new(session)));
            }
        };
        self.step = step;
        Ok(Progress::Continue(data_object(0x7C, &answer)))
    }

    /// Step 1: the encrypted nonce.
    fn nonce(&self, randomness: &mut Randomness) -> (Step, Vec<u8>) {
        let nonce = randomness::bytes::<16>(randomness).to_vec();
        let cipher = self.choice.offer.cipher;
        let key = key_derivation::derive(cipher, &self.secret, key_derivation::PASSWORD);
        let encrypted = BlockCipher::new(cipher, &key).encrypt_cbc(&vec![0; cipher.block_len()], &nonce);
        (Step::Map { nonce }, data_object(0x80, &encrypted))
    }

    /// Step 2: the generator that only those who know the nonce find.
    fn map(&self, nonce: &[u8], peer: Point, randomness: &mut Randomness) -> Result<(Step, Vec<u8>), u16> {
        let curve = self.choice.offer.curve;
        let key = randomness::private_key(randomness, curve);
        let shared = key.diffie_hellman(&peer).map_err(|_| status::WRONG_DATA)?;
        let generator = curve.generic_mapping(nonce, &shared).map_err(|_| status::WRONG_DATA)?;
        Ok((Step::Agree { generator }, data_object(0x82, &key.public_key().to_sec1())))
    }

    /// Step 3: key agreement over that generator.
    fn agree(&self, generator: &Point, peer: Point, randomness: &mut Randomness) -> Result<(Step, Vec<u8>), u16> {
        let key: PrivateKey = randomness::private_key(randomness, self.choice.offer.curve);
        let own = key.public_key_on(generator).map_err(|_| status::WRONG_DATA)?;
        if own == peer {
            return Err(status::AUTHENTICATION_FAILED);
        }
        let session_secret = key.diffie_hellman(&peer).map_err(|_| status::WRONG_DATA)?.x();
        let answer = data_object(0x84, &own.to_sec1());
        Ok((Step::Confirm { session_secret, own, peer }, answer))
    }

    /// Step 4: mutual authentication.
    fn confirm(&self, secret: &[u8], own: &Point, peer: &Point, token: &[u8]) -> Result<(Vec<u8>, Session), u16> {
        let cipher = self.choice.offer.cipher;
        let mac_key = key_derivation::derive(cipher, secret, key_derivation::MAC);
        if self.token(&mac_key, own)[..] != *token {
            return Err(status::AUTHENTICATION_FAILED);
        }
        Ok((data_object(0x86, &self.token(&mac_key, peer)), Session::from_secret(cipher, secret)))
    }

    /// The authentication token over the public key that the token's receiver sent (ICAO Doc 9303-11, 4.4.3.4).
    fn token(&self, mac_key: &[u8], public_key: &Point) -> [u8; 8] {
        let cipher = self.choice.offer.cipher;
        let content = [data_object(0x06, &self.choice.offer.oid()), data_object(0x86, &public_key.to_sec1())].concat();
        block_cipher::mac(cipher, mac_key, &data_object(0x7F49, &content))
    }

    fn point(&self, dynamic: &[u8], tag: u16) -> Result<Point, u16> {
        let encoded = single(dynamic, tag).ok_or(status::WRONG_DATA)?;
        // Only the uncompressed form is allowed (ICAO Doc 9303-11, 9.4.5).
        if encoded.first() != Some(&0x04) {
            return Err(status::WRONG_DATA);
        }
        Point::from_sec1(self.choice.offer.curve, encoded).map_err(|_| status::WRONG_DATA)
    }
}
