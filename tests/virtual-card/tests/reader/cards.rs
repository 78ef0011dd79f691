//! Chips with dummy contents, and the reader's way to them.

use std::collections::BTreeMap;

use icao9303::{
    card::{Card, Connected, Refused, Secured},
    crypto::curve::{Curve, PrivateKey},
    lds::{
        file::ElementaryFile,
        security_infos::{ChipAuthenticationProtocol, KeyAgreement, Mapping, PaceProtocol, SecurityInfos},
    },
    mrz::MrzKey,
    pace::Password,
    tlv::encode,
    transport::{LinkLimits, Transport, TransportError},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use virtual_card::{
    card::Card as Chip,
    chip::{key_agreement, modp::Group},
    faults::Faults,
    image::{self, ChipAuthenticationKey, ChipImage, Cipher, Domain, ExtendedLength, PaceOffer, Passwords},
    in_process::Slot,
    link::LinkModel,
};

pub const AES_128: PaceOffer = PaceOffer::on_curve(Cipher::Aes128, Curve::BrainpoolP256r1);

pub fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([7; 32])
}

pub fn mrz_key() -> MrzKey {
    MrzKey::new("190123456", "900315", "300315").unwrap()
}

pub fn reader_cipher(cipher: Cipher) -> icao9303::crypto::cipher::Cipher {
    use icao9303::crypto::cipher::Cipher as Reader;
    match cipher {
        Cipher::TripleDes => Reader::TripleDes,
        Cipher::Aes128 => Reader::Aes128,
        Cipher::Aes192 => Reader::Aes192,
        Cipher::Aes256 => Reader::Aes256,
    }
}

/// A file of that tag and so many bytes in all.
pub fn dummy(tag: u32, length: usize) -> Vec<u8> {
    let header = if length < 130 {
        2
    } else if length < 259 {
        3
    } else {
        4
    };
    let content: Vec<u8> = (0..length - header).map(|at| (at % 251) as u8).collect();
    encode(tag, &content)
}

pub fn integer(number: u64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(7);
    let sign: &[u8] = if bytes[start] >= 0x80 { &[0] } else { &[] };
    encode(0x02, &[sign, &bytes[start..]].concat())
}

/// EF.CardAccess with these offers.
pub fn card_access(offers: &[PaceOffer]) -> Vec<u8> {
    let infos = offers.iter().map(|offer| {
        let protocol = PaceProtocol {
            key_agreement: match offer.domain {
                Domain::Curve(_) => KeyAgreement::Ecdh,
                Domain::Group(_) => KeyAgreement::Dh,
            },
            mapping: match offer.mapping {
                image::Mapping::Generic => Mapping::Generic,
                image::Mapping::Integrated => Mapping::Integrated,
                image::Mapping::ChipAuthentication => Mapping::ChipAuthentication,
            },
            cipher: reader_cipher(offer.cipher),
        };
        let oid = encode(0x06, protocol.oid().unwrap().as_bytes());
        encode(0x30, &[oid, integer(2), integer(offer.domain.parameter_id().into())].concat())
    });
    encode(0x31, &infos.collect::<Vec<_>>().concat())
}

/// A SubjectPublicKeyInfo with a named curve.
pub fn spki(key: &PrivateKey) -> Vec<u8> {
    let ec = encode(0x06, &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]);
    let algorithm = encode(0x30, &[ec, encode(0x06, key.curve().oid().as_bytes())].concat());
    let bits = encode(0x03, &[&[0], key.public_key().as_sec1()].concat());
    encode(0x30, &[algorithm, bits].concat())
}

/// A SubjectPublicKeyInfo as PKCS #3 has it: with p and g.
fn dh_spki(group: Group, public: &[u8]) -> Vec<u8> {
    let unsigned = |bytes: &[u8]| {
        let sign: &[u8] = if bytes[0] >= 0x80 { &[0] } else { &[] };
        encode(0x02, &[sign, bytes].concat())
    };
    let dh = encode(0x06, &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x03, 0x01]);
    let numbers = [group.p(), group.g()].map(|number| unsigned(&number.to_bytes_be())).concat();
    let algorithm = encode(0x30, &[dh, encode(0x30, &numbers)].concat());
    encode(0x30, &[algorithm, encode(0x03, &[&[0], &unsigned(public)[..]].concat())].concat())
}

/// DG14 with these Chip Authentication keys, and more SecurityInfos.
pub fn dg14(keys: &[ChipAuthenticationKey], more: &[u8]) -> Vec<u8> {
    let mut infos = Vec::new();
    for key in keys {
        let id = key.key_id.map_or(Vec::new(), |id| integer(id.into()));
        let (key_agreement, arc, public) = match &key.key {
            key_agreement::PrivateKey::Curve(own) => (KeyAgreement::Ecdh, 2, spki(own)),
            own @ key_agreement::PrivateKey::Group(inner) => {
                (KeyAgreement::Dh, 1, dh_spki(inner.group(), &own.public_key().to_bytes()))
            }
        };
        let protocol = ChipAuthenticationProtocol { key_agreement, cipher: reader_cipher(key.cipher) };
        let oid = encode(0x06, protocol.oid().as_bytes());
        infos.push(encode(0x30, &[oid, integer(1), id.clone()].concat()));
        let pk = encode(0x06, &[0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x01, arc]);
        infos.push(encode(0x30, &[pk, public, id].concat()));
    }
    infos.push(more.to_vec());
    encode(0x6E, &encode(0x31, &infos.concat()))
}

/// A chip with PACE and BAC, EF.COM, EF.SOD, DG1, DG2, DG3, DG13, DG14 and DG15 of the usual sizes.
pub fn image() -> ChipImage {
    let application_files = BTreeMap::from([
        (0x011E, dummy(0x60, 24)),
        (0x011D, dummy(0x77, 1900)),
        (0x0101, dummy(0x61, 95)),
        (0x0102, dummy(0x75, 15_000)),
        (0x0103, dummy(0x63, 400)),
        (0x010D, dummy(0x6D, 432)),
        (0x010E, dg14(&[], &[])),
        (0x010F, dummy(0x6F, 100)),
    ]);
    ChipImage {
        atr: vec![0x3B, 0x80, 0x80, 0x01, 0x01],
        master_files: BTreeMap::from([(0x011C, card_access(&[AES_128]))]),
        application_files,
        passwords: Passwords {
            mrz_information: mrz_key().mrz_information().to_string(),
            can: Some("123456".into()),
            pin: Some("271828".into()),
            puk: Some("3141592653".into()),
        },
        bac: true,
        pace: vec![AES_128],
        extended_length: Some(ExtendedLength { max_command: 65_535, max_response: 65_535 }),
        ..ChipImage::default()
    }
}

/// The slot that a chip lies in, which keeps count.
pub struct Counting {
    slot: Slot,
    limits: LinkLimits,
    pub apdus: usize,
}

impl Transport for Counting {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.apdus += 1;
        assert!(self.apdus < 20_000, "no end");
        self.slot.transmit(command)
    }

    fn limits(&self) -> LinkLimits {
        self.limits
    }
}

pub fn slot(image: ChipImage, faults: Faults, limits: LinkLimits) -> Counting {
    let chip = Chip::new(image, faults, LinkModel::default(), [9; 32]);
    Counting { slot: Slot::new(chip).with_limits(limits), limits, apdus: 0 }
}

// The card comes back with the error, and with it the whole simulated chip.
#[expect(clippy::result_large_err)]
pub fn open(slot: Counting, password: &Password) -> Result<Card<Counting, Secured>, Refused<Counting>> {
    let mut card = Card::<_, Connected>::new(slot);
    let offer = card.card_access().unwrap().expect("PACE is offered");
    card.pace(&SecurityInfos::parse(&offer.bytes).unwrap(), password, &mut rng())
}

/// A chip with these faults, opened by PACE with the CAN over a link with these limits.
pub fn opened(image: ChipImage, faults: Faults, limits: LinkLimits) -> Card<Counting, Secured> {
    open(slot(image, faults, limits), &Password::can("123456")).unwrap()
}

pub fn dg(number: u8) -> ElementaryFile {
    ElementaryFile::dg(number).unwrap()
}
