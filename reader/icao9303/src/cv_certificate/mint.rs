//! Makes certificates for tests.

use alloc::vec::Vec;

use super::{CvAlgorithm, CvCertificate, CvDate};
use crate::{
    crypto::{
        curve::{Curve, Point, PrivateKey},
        hash::HashAlgorithm,
    },
    tlv,
};

/// `11` in front, rights to DG3 and DG4.
pub(crate) const CVCA: u8 = 0b1100_0011;
/// A domestic document verifier.
pub(crate) const DV: u8 = 0b1000_0011;
/// A terminal with the right to DG3 and DG4.
pub(crate) const TERMINAL: u8 = 0b0000_0011;

/// A holder: name, key, and what its certificates say.
#[derive(Clone)]
pub(crate) struct Party {
    pub name: Vec<u8>,
    pub key: PrivateKey,
    pub hash: HashAlgorithm,
    pub authorization: u8,
    pub terminal_type: &'static [u8],
    /// Effective and expiration date.
    pub dates: [CvDate; 2],
    pub parameters: bool,
    pub extensions: Option<Vec<u8>>,
}

/// id-IS.
pub(crate) const ID_IS: &[u8] = &[0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x01, 0x02, 0x01];

impl Party {
    pub(crate) fn new(name: &str, curve: Curve, seed: u8, authorization: u8) -> Self {
        Self {
            name: name.as_bytes().to_vec(),
            key: PrivateKey::from_bytes(curve, &[seed; 16]).unwrap(),
            hash: HashAlgorithm::Sha256,
            authorization,
            terminal_type: ID_IS,
            dates: [CvDate::new(2026, 1, 1).unwrap(), CvDate::new(2026, 12, 31).unwrap()],
            parameters: authorization >> 6 == 0b11,
            extensions: None,
        }
    }

    /// A certificate for a subject.
    pub(crate) fn certify(&self, subject: &Self) -> Vec<u8> {
        let body = self.body(subject);
        let (r, s) = self.key.sign_prehash(&self.hash.digest(&body));
        tlv::encode(0x7F21, &[body, tlv::encode(0x5F37, &[r, s].concat())].concat())
    }

    pub(crate) fn issue(&self, subject: &Self) -> CvCertificate {
        CvCertificate::parse(&self.certify(subject)).unwrap()
    }

    pub(crate) fn body(&self, subject: &Self) -> Vec<u8> {
        let template = [tlv::encode(0x06, subject.terminal_type), tlv::encode(0x53, &[subject.authorization])].concat();
        let fields = [
            tlv::encode(0x5F29, &[0]),
            tlv::encode(0x42, &self.name),
            tlv::encode(0x7F49, &subject.public_key()),
            tlv::encode(0x5F20, &subject.name),
            tlv::encode(0x7F4C, &template),
            tlv::encode(0x5F25, &subject.dates[0].digits()),
            tlv::encode(0x5F24, &subject.dates[1].digits()),
            subject.extensions.as_ref().map_or(Vec::new(), |content| tlv::encode(0x65, content)),
        ];
        tlv::encode(0x7F4E, &fields.concat())
    }

    fn public_key(&self) -> Vec<u8> {
        let curve = self.key.curve();
        let known = curve.domain_parameters();
        let point = self.key.public_key().to_sec1();
        let mut objects = tlv::encode(0x06, CvAlgorithm::Ecdsa(self.hash).oid().as_bytes());
        if self.parameters {
            for (tag, value) in [(0x81, known.p), (0x82, known.a), (0x83, known.b)] {
                tlv::encode_into(&mut objects, tag, value);
            }
            tlv::encode_into(&mut objects, 0x84, Point::generator(curve).as_sec1());
            tlv::encode_into(&mut objects, 0x85, known.n);
        }
        tlv::encode_into(&mut objects, 0x86, &point);
        if self.parameters {
            tlv::encode_into(&mut objects, 0x87, &[1]);
        }
        objects
    }
}
