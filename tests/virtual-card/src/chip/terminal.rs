//! The other end, for the chip's own tests: enough of a terminal to reach every state. It is no proof of anything that
//! both ends could get wrong alike; published vectors and the project's reader are.

use std::collections::BTreeMap;

use icao9303::crypto::curve::{Curve, Point, PrivateKey};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::{
    Chip,
    block_cipher::{self, BlockCipher},
    key_derivation,
    pace::PasswordKind,
    secure_messaging::Session,
    tlv::{data_object, data_objects, single},
};
use crate::{
    faults::Faults,
    image::{ActiveAuthenticationKey, ChipAuthenticationKey, ChipImage, Cipher, Hash, PaceOffer, Passwords},
};

/// The MRZ information of the first person of the card's notes.
pub(crate) const MRZ: &str = "190123456990031523003150";

/// A chip with everything, small made-up files, and known passwords.
pub(crate) fn image(pace: Vec<PaceOffer>) -> ChipImage {
    let file = |tag: u8, length: usize| data_object(u16::from(tag), &vec![tag; length]);
    ChipImage {
        atr: vec![0x3B, 0x80, 0x80, 0x01, 0x01],
        master_files: BTreeMap::from([(0x011C, file(0x31, 52))]),
        application_files: BTreeMap::from([
            (0x011E, file(0x60, 20)),
            (0x011D, file(0x77, 900)),
            (0x0101, file(0x61, 93)),
            (0x0102, file(0x75, 40_000)),
            (0x0103, file(0x63, 100)),
            (0x010D, file(0x6D, 300)),
        ]),
        passwords: Passwords {
            mrz_information: MRZ.into(),
            can: Some("123456".into()),
            pin: Some("271828".into()),
            puk: Some("3141592653".into()),
        },
        bac: true,
        pace,
        chip_authentication: vec![
            ca_key(Some(1), Cipher::Aes128, Curve::BrainpoolP256r1),
            ca_key(Some(2), Cipher::TripleDes, Curve::Secp256r1),
        ],
        active_authentication: Some(ActiveAuthenticationKey::Ecdsa {
            key: PrivateKey::from_bytes(Curve::Secp256r1, &[7; 32]).unwrap(),
            hash: Hash::Sha256,
            der: false,
        }),
        extended_length: None,
    }
}

fn ca_key(key_id: Option<u32>, cipher: Cipher, curve: Curve) -> ChipAuthenticationKey {
    ChipAuthenticationKey { key_id, cipher, key: PrivateKey::from_bytes(curve, &[9; 32]).unwrap() }
}

pub(crate) const DEFAULT_OFFER: PaceOffer = PaceOffer { cipher: Cipher::Aes128, curve: Curve::BrainpoolP256r1 };

/// A terminal in front of a chip.
pub(crate) struct Terminal {
    pub(crate) chip: Chip,
    pub(crate) session: Option<TerminalSession>,
    random: ChaCha20Rng,
}

/// The terminal's end of a secure channel.
pub(crate) struct TerminalSession {
    cipher: Cipher,
    encryption: Vec<u8>,
    mac: Vec<u8>,
    counter: u128,
}

impl Terminal {
    pub(crate) fn new(faults: Faults) -> Self {
        Self::facing(image(vec![DEFAULT_OFFER]), faults)
    }

    pub(crate) fn facing(image: ChipImage, faults: Faults) -> Self {
        let chip = Chip::new(image, faults, Box::new(ChaCha20Rng::from_seed([1; 32])));
        Self { chip, session: None, random: ChaCha20Rng::from_seed([2; 32]) }
    }

    /// Sends bytes as they are.
    pub(crate) fn plain(&mut self, hex: &str) -> (Vec<u8>, u16) {
        let command = base16ct::mixed::decode_vec(hex).unwrap();
        split(&self.chip.answer(&command, None))
    }

    /// Sends a command through the channel where there is one; the answer must be protected rightly, or is given bare.
    pub(crate) fn send(&mut self, header: [u8; 4], data: &[u8], le: Option<u8>) -> (Vec<u8>, u16) {
        let Some(session) = &mut self.session else {
            let mut command = header.to_vec();
            if !data.is_empty() {
                command.push(data.len() as u8);
                command.extend_from_slice(data);
            }
            command.extend(le);
            return split(&self.chip.answer(&command, None));
        };
        let command = session.protect(header, data, le);
        let (mut body, mut status) = split(&self.chip.answer(&command, None));
        while status >> 8 == 0x61 {
            let (more, next) = split(&self.chip.answer(&[0, 0xC0, 0, 0, status as u8], None));
            body.extend(more);
            status = next;
        }
        if body.is_empty() {
            return (body, status);
        }
        self.session.as_mut().unwrap().unprotect(&body, status)
    }

    pub(crate) fn select_application(&mut self) {
        assert_eq!(self.send([0, 0xA4, 4, 0x0C], &super::files::APPLICATION, None).1, 0x9000);
    }

    pub(crate) fn pace(&mut self, offer: PaceOffer, password: PasswordKind, secret: &[u8]) -> Result<(), u16> {
        let reference = match password {
            PasswordKind::Mrz => 1,
            PasswordKind::Can => 2,
            PasswordKind::Pin => 3,
            PasswordKind::Puk => 4,
        };
        let template = [
            data_object(0x80, &offer.oid()),
            data_object(0x83, &[reference]),
            data_object(0x84, &[offer.curve.parameter_id()]),
        ];
        self.expect([0, 0x22, 0xC1, 0xA4], &template.concat(), None)?;
        let encrypted = self.step(0x10, &[], 0x80)?;
        let key = key_derivation::derive(offer.cipher, secret, key_derivation::PASSWORD);
        let nonce = BlockCipher::new(offer.cipher, &key).decrypt_cbc(&vec![0; offer.cipher.block_len()], &encrypted);
        let mapping = PrivateKey::generate(offer.curve, &mut self.random);
        let answer = self.step(0x10, &data_object(0x81, &mapping.public_key().to_sec1()), 0x82)?;
        let shared = mapping.diffie_hellman(&Point::from_sec1(offer.curve, &answer).unwrap()).unwrap();
        let generator = offer.curve.generic_mapping(&nonce, &shared).unwrap();
        let own = PrivateKey::generate(offer.curve, &mut self.random);
        let own_point = own.public_key_on(&generator).unwrap();
        let answer = self.step(0x10, &data_object(0x83, &own_point.to_sec1()), 0x84)?;
        let peer = Point::from_sec1(offer.curve, &answer).unwrap();
        let secret = own.diffie_hellman(&peer).unwrap().x();
        let mac = key_derivation::derive(offer.cipher, &secret, key_derivation::MAC);
        let token = |point: &Point| {
            let content = [data_object(6, &offer.oid()), data_object(0x86, &point.to_sec1())].concat();
            block_cipher::mac(offer.cipher, &mac, &data_object(0x7F49, &content))
        };
        let answer = self.step(0x00, &data_object(0x85, &token(&peer)), 0x86)?;
        assert_eq!(answer, token(&own_point), "the chip's token");
        self.session = Some(TerminalSession::from_secret(offer.cipher, &secret));
        Ok(())
    }

    fn step(&mut self, cla: u8, dynamic: &[u8], tag: u16) -> Result<Vec<u8>, u16> {
        let answer = self.expect([cla, 0x86, 0, 0], &data_object(0x7C, dynamic), Some(0))?;
        Ok(single(single(&answer, 0x7C).unwrap(), tag).unwrap().to_vec())
    }

    pub(crate) fn bac(&mut self, mrz_information: &str) -> Result<(), u16> {
        let seed = key_derivation::mrz_secret(mrz_information)[..16].to_vec();
        let cipher = Cipher::TripleDes;
        let encryption = BlockCipher::new(cipher, &key_derivation::derive(cipher, &seed, 1));
        let mac = key_derivation::derive(cipher, &seed, 2);
        let challenge = self.expect([0, 0x84, 0, 0], &[], Some(8))?;
        let own_challenge = [0x11; 8];
        let mut proof = encryption.encrypt_cbc(&[0; 8], &[&own_challenge[..], &challenge, &[0x22; 16]].concat());
        proof.extend(block_cipher::mac(cipher, &mac, &proof));
        let answer = self.expect([0, 0x82, 0, 0], &proof, Some(0x28))?;
        let plain = encryption.decrypt_cbc(&[0; 8], &answer[..32]);
        let secret: Vec<u8> = plain[16..].iter().map(|byte| byte ^ 0x22).collect();
        let counter = [&challenge[4..], &own_challenge[4..]].concat();
        self.session = Some(TerminalSession {
            counter: u128::from(u64::from_be_bytes(counter.try_into().unwrap())),
            ..TerminalSession::from_secret(cipher, &secret)
        });
        Ok(())
    }

    /// Chip Authentication in the variant of the key's cipher, with a key of which the public half is known.
    pub(crate) fn chip_authentication(&mut self, key_id: u8, cipher: Cipher, public: &Point) -> Result<(), u16> {
        let own = PrivateKey::generate(public.curve(), &mut self.random);
        let own_point = own.public_key().to_sec1();
        if cipher == Cipher::TripleDes {
            let template = [data_object(0x91, &own_point), data_object(0x84, &[key_id])].concat();
            self.expect([0, 0x22, 0x41, 0xA6], &template, None)?;
        } else {
            let oid = ca_key(None, cipher, public.curve()).oid();
            let template = [data_object(0x80, &oid), data_object(0x84, &[key_id])].concat();
            self.expect([0, 0x22, 0x41, 0xA4], &template, None)?;
            let data = data_object(0x7C, &data_object(0x80, &own_point));
            assert_eq!(self.expect([0, 0x86, 0, 0], &data, Some(0))?, [0x7C, 0]);
        }
        self.session = Some(TerminalSession::from_secret(cipher, &own.diffie_hellman(public).unwrap().x()));
        Ok(())
    }

    fn expect(&mut self, header: [u8; 4], data: &[u8], le: Option<u8>) -> Result<Vec<u8>, u16> {
        match self.send(header, data, le) {
            (answer, 0x9000) => Ok(answer),
            (_, status) => Err(status),
        }
    }
}

impl TerminalSession {
    pub(crate) fn from_secret(cipher: Cipher, secret: &[u8]) -> Self {
        let key = |counter| key_derivation::derive(cipher, secret, counter);
        Self { cipher, encryption: key(1), mac: key(2), counter: 0 }
    }

    pub(crate) fn protect(&mut self, [cla, ins, p1, p2]: [u8; 4], data: &[u8], le: Option<u8>) -> Vec<u8> {
        self.counter += 1;
        let header = [cla | 0x0C, ins, p1, p2];
        let mut body = Vec::new();
        if !data.is_empty() {
            let padded = block_cipher::pad(data, self.cipher.block_len());
            let cryptogram = self.cipher().encrypt_cbc(&self.iv(), &padded);
            body = match ins & 1 {
                0 => data_object(0x87, &[&[1], &cryptogram[..]].concat()),
                _ => data_object(0x85, &cryptogram),
            };
        }
        body.extend(le.into_iter().flat_map(|le| [0x97, 1, le]));
        let padded_header = block_cipher::pad(&header, self.cipher.block_len());
        let message = if body.is_empty() { header.to_vec() } else { [&padded_header[..], &body].concat() };
        body.extend(data_object(0x8E, &self.mac(&message)));
        [&header[..], &[body.len() as u8], &body, &[0]].concat()
    }

    fn unprotect(&mut self, body: &[u8], outer: u16) -> (Vec<u8>, u16) {
        self.counter += 1;
        let objects = data_objects(body).expect("data objects");
        let (mac, authenticated) = objects.split_last().expect("a MAC");
        let message: Vec<u8> = authenticated.iter().flat_map(|object| object.raw.to_vec()).collect();
        assert_eq!((mac.tag, mac.value), (0x8E, &self.mac(&message)[..]), "the answer's MAC");
        let status = objects.iter().find(|object| object.tag == 0x99).expect("a status").value;
        assert_eq!(status, outer.to_be_bytes());
        let data = objects.iter().find(|object| object.tag == 0x87 || object.tag == 0x85).map(|object| {
            let cryptogram = if object.tag == 0x87 { &object.value[1..] } else { object.value };
            let padded = self.cipher().decrypt_cbc(&self.iv(), cryptogram);
            block_cipher::unpad(&padded).expect("padding").to_vec()
        });
        (data.unwrap_or_default(), outer)
    }

    /// Counts an answer that came bare.
    pub(crate) fn count(&mut self) {
        self.counter += 1;
    }

    fn cipher(&self) -> BlockCipher {
        BlockCipher::new(self.cipher, &self.encryption)
    }

    fn counter(&self) -> Vec<u8> {
        self.counter.to_be_bytes()[16 - self.cipher.block_len()..].to_vec()
    }

    fn iv(&self) -> Vec<u8> {
        if self.cipher == Cipher::TripleDes {
            return vec![0; 8];
        }
        let mut iv = self.counter();
        self.cipher().encrypt_block(&mut iv);
        iv
    }

    fn mac(&self, message: &[u8]) -> [u8; 8] {
        let message = [self.counter(), message.to_vec()].concat();
        let message = if self.cipher == Cipher::TripleDes { message } else { block_cipher::pad(&message, 16) };
        block_cipher::mac(self.cipher, &self.mac, &message)
    }
}

/// The chip's session under the same keys, for answers recorded elsewhere.
pub(crate) fn chip_session(cipher: Cipher, encryption: &[u8], mac: &[u8], counter: Vec<u8>) -> Session {
    Session::new(cipher, encryption, mac.to_vec(), counter)
}

fn split(answer: &[u8]) -> (Vec<u8>, u16) {
    let (body, status) = answer.split_at(answer.len() - 2);
    (body.to_vec(), u16::from_be_bytes([status[0], status[1]]))
}
