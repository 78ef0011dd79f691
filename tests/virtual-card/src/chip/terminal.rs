//! The other end, for the chip's own tests: enough of a terminal to reach every state. It is no proof of anything that
//! both ends could get wrong alike; published vectors and the project's reader are.

use std::collections::BTreeMap;

use icao9303::crypto::curve::{self, Curve};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::{
    Chip,
    block_cipher::{self, BlockCipher},
    key_agreement::{Element, PrivateKey},
    key_derivation, modp,
    pace::{PasswordKind, integrated},
    randomness::{self, Randomness},
    secure_messaging::Session,
    tlv::{data_object, data_objects, single},
};
use crate::{
    faults::Faults,
    image::{
        ActiveAuthenticationKey, ChipAuthenticationKey, ChipImage, Cipher, Domain, Hash, Mapping, PaceOffer, Passwords,
    },
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
            ca_key(Some(1), Cipher::Aes128, Domain::Curve(Curve::BrainpoolP256r1)),
            ca_key(Some(2), Cipher::TripleDes, Domain::Curve(Curve::Secp256r1)),
            ca_key(Some(3), Cipher::Aes192, Domain::Group(modp::Group::Modp1024_160)),
            ca_key(Some(4), Cipher::TripleDes, Domain::Group(modp::Group::Modp1024_160)),
        ],
        mapping_keys: vec![mapping_key(Curve::BrainpoolP256r1), mapping_key(Curve::Secp521r1)],
        active_authentication: Some(ActiveAuthenticationKey::Ecdsa {
            key: curve::PrivateKey::from_bytes(Curve::Secp256r1, &[7; 32]).unwrap(),
            hash: Hash::Sha256,
            der: false,
        }),
        terminal_trust: None,
        extended_length: None,
    }
}

fn ca_key(key_id: Option<u32>, cipher: Cipher, domain: Domain) -> ChipAuthenticationKey {
    ChipAuthenticationKey { key_id, cipher, key: PrivateKey::from_bytes(domain, &[9; 20]).unwrap() }
}

/// The key that chip authentication mapping proves.
pub(crate) fn mapping_key(curve: Curve) -> curve::PrivateKey {
    curve::PrivateKey::from_bytes(curve, &[11; 24]).unwrap()
}

pub(crate) const DEFAULT_OFFER: PaceOffer = PaceOffer::on_curve(Cipher::Aes128, Curve::BrainpoolP256r1);

/// A terminal in front of a chip.
pub(crate) struct Terminal {
    pub(crate) chip: Chip,
    pub(crate) session: Option<TerminalSession>,
    random: Randomness,
    extended: bool,
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
        let random: Randomness = Box::new(ChaCha20Rng::from_seed([2; 32]));
        Self { chip, session: None, random, extended: false }
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
            if self.extended {
                command.extend([0, (data.len() >> 8) as u8, data.len() as u8]);
                command.extend_from_slice(data);
                command.extend([0, 0]);
            } else {
                if !data.is_empty() {
                    command.push(data.len() as u8);
                    command.extend_from_slice(data);
                }
                command.extend(le);
            }
            return split(&self.chip.answer(&command, None));
        };
        let command = session.protect(header, data, le);
        let (mut body, mut status) = split(&self.chip.answer(&command, None));
        while status >> 8 == 0x61 && data_objects(&body).is_none() {
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
            data_object(0x84, &[offer.domain.parameter_id()]),
        ];
        self.expect([0, 0x22, 0xC1, 0xA4], &template.concat(), None)?;
        let encrypted = self.step(0x10, &[], 0x80)?;
        let key = key_derivation::derive(offer.cipher, secret, key_derivation::PASSWORD);
        let nonce = BlockCipher::new(offer.cipher, &key).decrypt_cbc(&vec![0; offer.cipher.block_len()], &encrypted);
        let (generator, chip_mapping) = self.mapped(offer, &nonce)?;
        let own = PrivateKey::generate(offer.domain, &mut self.random);
        let own_public = own.agree(&generator).unwrap();
        let answer = self.step(0x10, &data_object(0x83, &own_public.to_bytes()), 0x84)?;
        let peer = Element::from_bytes(offer.domain, &answer).unwrap();
        let secret = own.agree(&peer).unwrap().to_secret();
        let mac = key_derivation::derive(offer.cipher, &secret, key_derivation::MAC);
        let token = |key: &Element| offer.token(&mac, key);
        let dynamic = data_object(0x7C, &data_object(0x85, &token(&peer)));
        let answer = self.general_authenticate(0x00, &dynamic)?;
        let objects = data_objects(single(&answer, 0x7C).unwrap()).unwrap();
        assert_eq!((objects[0].tag, objects[0].value), (0x86, &token(&own_public)[..]), "the chip's token");
        match (offer.mapping, objects.get(1), chip_mapping) {
            (Mapping::ChipAuthentication, Some(proof), Some(Element::Point(point))) => {
                assert_eq!(proof.tag, 0x8A);
                let key = key_derivation::derive(offer.cipher, &secret, key_derivation::ENCRYPTION);
                check_proof(offer.cipher, &key, proof.value, &point)?;
            }
            (mapping, proof, _) => assert!(proof.is_none() && mapping != Mapping::ChipAuthentication),
        }
        self.session = Some(TerminalSession::from_secret(offer.cipher, &secret));
        Ok(())
    }

    /// The mapped generator, and the public key of the chip's mapping where there is one.
    fn mapped(&mut self, offer: PaceOffer, nonce: &[u8]) -> Result<(Element, Option<Element>), u16> {
        if offer.mapping == Mapping::Integrated {
            let own = randomness::some_bytes(&mut self.random, offer.cipher.key_len());
            assert!(self.step(0x10, &data_object(0x81, &own), 0x82)?.is_empty());
            return Ok((integrated::generator(offer.domain, offer.cipher, nonce, &own).unwrap(), None));
        }
        let mapping = PrivateKey::generate(offer.domain, &mut self.random);
        let answer = self.step(0x10, &data_object(0x81, &mapping.public_key().to_bytes()), 0x82)?;
        let peer = Element::from_bytes(offer.domain, &answer).unwrap();
        Ok((mapping.agree(&peer).unwrap().generic_mapping(nonce).unwrap(), Some(peer)))
    }

    fn step(&mut self, cla: u8, dynamic: &[u8], tag: u16) -> Result<Vec<u8>, u16> {
        let answer = self.general_authenticate(cla, &data_object(0x7C, dynamic))?;
        Ok(single(single(&answer, 0x7C).unwrap(), tag).unwrap().to_vec())
    }

    /// In extended length where the data needs it: a 2048-bit number does.
    fn general_authenticate(&mut self, cla: u8, data: &[u8]) -> Result<Vec<u8>, u16> {
        self.extended = data.len() > 255;
        let answer = self.expect([cla, 0x86, 0, 0], data, Some(0));
        self.extended = false;
        answer
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

    /// Chip Authentication in the variant of the key's cipher, with a key of [`image`].
    pub(crate) fn chip_authentication(&mut self, key_id: u8, cipher: Cipher, domain: Domain) -> Result<(), u16> {
        let own = PrivateKey::generate(domain, &mut self.random);
        let own_public = own.public_key().to_bytes();
        if cipher == Cipher::TripleDes {
            let template = [data_object(0x91, &own_public), data_object(0x84, &[key_id])].concat();
            self.expect([0, 0x22, 0x41, 0xA6], &template, None)?;
        } else {
            let oid = ca_key(None, cipher, domain).oid();
            let template = [data_object(0x80, &oid), data_object(0x84, &[key_id])].concat();
            self.expect([0, 0x22, 0x41, 0xA4], &template, None)?;
            let data = data_object(0x7C, &data_object(0x80, &own_public));
            assert_eq!(self.expect([0, 0x86, 0, 0], &data, Some(0))?, [0x7C, 0]);
        }
        let shared = own.agree(&ca_key(None, cipher, domain).key.public_key()).unwrap();
        self.session = Some(TerminalSession::from_secret(cipher, &shared.to_secret()));
        Ok(())
    }

    fn expect(&mut self, header: [u8; 4], data: &[u8], le: Option<u8>) -> Result<Vec<u8>, u16> {
        match self.send(header, data, le) {
            (answer, 0x9000) => Ok(answer),
            (_, status) => Err(status),
        }
    }
}

/// Whether the proof of chip authentication mapping is that of the key that the chip should have.
fn check_proof(cipher: Cipher, key: &[u8], encrypted: &[u8], mapping: &curve::Point) -> Result<(), u16> {
    let cipher = BlockCipher::new(cipher, key);
    let iv = cipher.encrypt_cbc(&[0; 16], &[0xFF; 16]);
    let plain = cipher.decrypt_cbc(&iv, encrypted);
    let curve = mapping.curve();
    let data = curve::PrivateKey::from_bytes(curve, block_cipher::unpad(&plain).unwrap()).unwrap();
    let found = data.diffie_hellman(&mapping_key(curve).public_key()).unwrap();
    if found == *mapping { Ok(()) } else { Err(0) }
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

    /// Goes back to a counter seen before.
    pub(crate) fn set_counter(&mut self, counter: &[u8]) {
        self.counter = counter.iter().fold(0, |number, byte| number << 8 | u128::from(*byte));
    }

    pub(crate) fn counter(&self) -> Vec<u8> {
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
