//! A country signer, document signers and what they sign, for tests.

use std::rc::Rc;

use icao9303::crypto::curve::{Curve, PrivateKey};
use icao9303::crypto::ecdsa::EcdsaSignature;
use icao9303::crypto::hash::HashAlgorithm;
use icao9303::passive_authentication::{Certificate, Crl, TrustAnchors};

/// The time of checking: 2026-11-21T12:00:00Z.
pub const NOW: i64 = 1_795_262_400;

pub fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = match contents.len() {
        length @ 0..=0x7F => vec![length as u8],
        length @ 0x80..=0xFF => vec![0x81, length as u8],
        length @ 0x100..=0xFFFF => vec![0x82, (length >> 8) as u8, length as u8],
        length => vec![0x83, (length >> 16) as u8, (length >> 8) as u8, length as u8],
    };
    [&[tag], &length[..], contents].concat()
}

/// The same with indefinite length.
pub fn indefinite(tag: u8, contents: &[u8]) -> Vec<u8> {
    [&[tag, 0x80], contents, &[0, 0]].concat()
}

pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

pub fn set(parts: &[&[u8]]) -> Vec<u8> {
    element(0x31, &parts.concat())
}

pub fn oid(text: &str) -> Vec<u8> {
    let arcs: Vec<u64> = text.split('.').map(|arc| arc.parse().unwrap()).collect();
    let mut bytes = Vec::new();
    for arc in std::iter::once(arcs[0] * 40 + arcs[1]).chain(arcs[2..].iter().copied()) {
        let mut groups = vec![(arc & 0x7F) as u8];
        let mut rest = arc >> 7;
        while rest > 0 {
            groups.push(0x80 | (rest & 0x7F) as u8);
            rest >>= 7;
        }
        bytes.extend(groups.into_iter().rev());
    }
    element(0x06, &bytes)
}

pub fn name(country: &str, common: &str) -> Vec<u8> {
    let attribute = |kind, tag, text: &str| set(&[&sequence(&[&oid(kind), &element(tag, text.as_bytes())])]);
    sequence(&[&attribute("2.5.4.6", 0x13, country), &attribute("2.5.4.3", 0x0C, common)])
}

pub fn extension(kind: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let flag: &[u8] = if critical { &[0x01, 0x01, 0xFF] } else { &[] };
    sequence(&[&oid(kind), flag, &element(0x04, value)])
}

/// A key pair on a curve, and the hash it signs with.
#[derive(Clone)]
pub struct Key {
    pub private: PrivateKey,
    pub hash: HashAlgorithm,
}

impl Key {
    pub fn new(number: u8) -> Self {
        Self::on(Curve::Secp256r1, HashAlgorithm::Sha256, number)
    }

    pub fn on(curve: Curve, hash: HashAlgorithm, number: u8) -> Self {
        let mut bytes = vec![0; curve.order_len()];
        *bytes.last_mut().unwrap() = number;
        bytes[curve.order_len() / 2] = 0x5A;
        Self { private: PrivateKey::from_bytes(curve, &bytes).unwrap(), hash }
    }

    pub fn point(&self) -> Vec<u8> {
        self.private.public_key().to_sec1()
    }

    pub fn spki(&self) -> Vec<u8> {
        let curve = oid(&self.private.curve().oid().to_string());
        let bits = [&[0][..], &self.point()].concat();
        sequence(&[&sequence(&[&oid("1.2.840.10045.2.1"), &curve]), &element(0x03, &bits)])
    }

    /// What subjectKeyIdentifier says here: the hash of the key.
    pub fn identifier(&self) -> Vec<u8> {
        HashAlgorithm::Sha1.digest(&self.point())
    }

    pub fn algorithm(&self) -> Vec<u8> {
        sequence(&[&oid(match self.hash {
            HashAlgorithm::Sha1 => "1.2.840.10045.4.1",
            HashAlgorithm::Sha224 => "1.2.840.10045.4.3.1",
            HashAlgorithm::Sha256 => "1.2.840.10045.4.3.2",
            HashAlgorithm::Sha384 => "1.2.840.10045.4.3.3",
            HashAlgorithm::Sha512 => "1.2.840.10045.4.3.4",
        })])
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let (r, s) = self.private.sign_prehash(&self.hash.digest(message));
        EcdsaSignature { r, s }.to_der().unwrap()
    }

    fn signed(&self, tbs: &[u8]) -> Vec<u8> {
        let bits = [&[0][..], &self.sign(tbs)].concat();
        sequence(&[tbs, &self.algorithm(), &element(0x03, &bits)])
    }
}

/// What a certificate is to say.
#[derive(Clone)]
pub struct CertificateSpec {
    pub serial: Vec<u8>,
    pub issuer: Vec<u8>,
    pub subject: Vec<u8>,
    pub from: &'static str,
    pub until: &'static str,
    pub spki: Vec<u8>,
    pub ca: Option<bool>,
    pub usage: Option<u8>,
    pub subject_key: Option<Vec<u8>>,
    pub authority_key: Option<Vec<u8>>,
    pub more: Vec<Vec<u8>>,
}

impl CertificateSpec {
    /// A document signer's, issued by that authority.
    pub fn document_signer(key: &Key, issuer: &Authority) -> Self {
        Self {
            serial: vec![0x11],
            issuer: issuer.name.clone(),
            subject: name("VN", "Document Signer 1"),
            from: "240101000000Z",
            until: "350101000000Z",
            spki: key.spki(),
            ca: None,
            usage: Some(0x80),
            subject_key: Some(key.identifier()),
            authority_key: Some(issuer.key.identifier()),
            more: Vec::new(),
        }
    }

    /// An authority's, issued by another or by itself.
    pub fn authority(name: &[u8], key: &Key, issuer: &[u8], issuer_key: &Key) -> Self {
        Self {
            serial: vec![0x01],
            issuer: issuer.to_vec(),
            subject: name.to_vec(),
            from: "210101000000Z",
            until: "460101000000Z",
            spki: key.spki(),
            ca: Some(true),
            usage: Some(0x06),
            subject_key: Some(key.identifier()),
            authority_key: Some(issuer_key.identifier()),
            more: Vec::new(),
        }
    }

    pub fn signed_by(&self, key: &Key) -> Vec<u8> {
        let mut extensions = Vec::new();
        if let Some(ca) = self.ca {
            let value = if ca { sequence(&[&[0x01, 0x01, 0xFF], &[0x02, 0x01, 0x00]]) } else { sequence(&[]) };
            extensions.push(extension("2.5.29.19", true, &value));
        }
        if let Some(usage) = self.usage {
            extensions.push(extension("2.5.29.15", true, &element(0x03, &[usage.trailing_zeros() as u8, usage])));
        }
        if let Some(identifier) = &self.subject_key {
            extensions.push(extension("2.5.29.14", false, &element(0x04, identifier)));
        }
        if let Some(identifier) = &self.authority_key {
            extensions.push(extension("2.5.29.35", false, &sequence(&[&element(0x80, identifier)])));
        }
        extensions.extend(self.more.iter().cloned());
        let extensions = match extensions.concat() {
            none if none.is_empty() => none,
            all => element(0xA3, &element(0x30, &all)),
        };
        let tbs = sequence(&[
            &element(0xA0, &[0x02, 0x01, 0x02]),
            &element(0x02, &self.serial),
            &key.algorithm(),
            &self.issuer,
            &sequence(&[&element(0x17, self.from.as_bytes()), &element(0x17, self.until.as_bytes())]),
            &self.subject,
            &self.spki,
            &extensions,
        ]);
        key.signed(&tbs)
    }
}

/// A country signing authority.
#[derive(Clone)]
pub struct Authority {
    pub name: Vec<u8>,
    pub key: Key,
    pub certificate: Vec<u8>,
}

impl Authority {
    pub fn new(country: &str, common: &str, number: u8) -> Self {
        let (name, key) = (name(country, common), Key::new(number));
        let certificate = CertificateSpec::authority(&name, &key, &name, &key).signed_by(&key);
        Self { name, key, certificate }
    }

    /// The link certificate by which this authority vouches for another key.
    pub fn link_to(&self, next: &Self) -> CertificateSpec {
        CertificateSpec::authority(&next.name, &next.key, &self.name, &self.key)
    }

    /// The revocation list with these serial numbers.
    pub fn revocation_list(&self, serials: &[&[u8]], until: &str) -> CrlSpec {
        CrlSpec {
            issuer: self.name.clone(),
            authority_key: Some(self.key.identifier()),
            from: "250101000000Z".into(),
            until: until.into(),
            entries: serials.iter().map(|serial| (serial.to_vec(), Vec::new())).collect(),
            extensions: Vec::new(),
        }
    }
}

/// What a revocation list is to say.
pub struct CrlSpec {
    pub issuer: Vec<u8>,
    pub authority_key: Option<Vec<u8>>,
    pub from: String,
    pub until: String,
    /// Serial numbers, and the extensions of each entry.
    pub entries: Vec<(Vec<u8>, Vec<u8>)>,
    pub extensions: Vec<Vec<u8>>,
}

impl CrlSpec {
    pub fn signed_by(&self, key: &Key) -> Crl {
        Crl::parse(&self.bytes(key)).unwrap()
    }

    pub fn bytes(&self, key: &Key) -> Vec<u8> {
        let entries: Vec<u8> = self
            .entries
            .iter()
            .flat_map(|(serial, extensions)| {
                let extensions = if extensions.is_empty() { Vec::new() } else { element(0x30, extensions) };
                sequence(&[&element(0x02, serial), &element(0x17, b"250101000000Z"), &extensions])
            })
            .collect();
        let entries = if entries.is_empty() { Vec::new() } else { element(0x30, &entries) };
        let mut extensions = vec![extension("2.5.29.20", false, &[0x02, 0x01, 0x07])];
        if let Some(identifier) = &self.authority_key {
            extensions.push(extension("2.5.29.35", false, &sequence(&[&element(0x80, identifier)])));
        }
        extensions.extend(self.extensions.iter().cloned());
        let next = if self.until.is_empty() { Vec::new() } else { element(0x17, self.until.as_bytes()) };
        let tbs = sequence(&[
            &[0x02, 0x01, 0x01],
            &key.algorithm(),
            &self.issuer,
            &element(0x17, self.from.as_bytes()),
            &next,
            &entries,
            &element(0xA0, &element(0x30, &extensions.concat())),
        ]);
        key.signed(&tbs)
    }
}

/// How the signer is named in a SOD.
#[derive(Clone, Copy, PartialEq)]
pub enum SignerId {
    Serial,
    KeyIdentifier,
}

/// What a SOD is to be.
#[derive(Clone)]
pub struct SodSpec {
    pub groups: Vec<(u8, Vec<u8>)>,
    pub hash: HashAlgorithm,
    pub version: u8,
    pub content_type: &'static str,
    pub signed_content_type: Option<&'static str>,
    pub with_attributes: bool,
    pub message_digest: bool,
    pub signer_id: SignerId,
    pub certificates: Vec<Vec<u8>>,
    pub signer: Vec<u8>,
    pub signer_key: Key,
    pub ber: bool,
    pub sorted: bool,
    pub more_attributes: Vec<Vec<u8>>,
    /// Instead of what the key says.
    pub digest_algorithm: Option<&'static str>,
    pub signature_algorithm: Option<Vec<u8>>,
    pub sign: Option<Sign>,
}

/// Signs a message otherwise than with a key on a curve.
pub type Sign = Rc<dyn Fn(&[u8]) -> Vec<u8>>;

pub const LDS_SECURITY_OBJECT: &str = "2.23.136.1.1.1";

impl SodSpec {
    pub fn new(groups: &[(u8, &[u8])], signer: &[u8], signer_key: &Key) -> Self {
        Self {
            groups: groups.iter().map(|(group, file)| (*group, file.to_vec())).collect(),
            hash: HashAlgorithm::Sha256,
            version: 0,
            content_type: LDS_SECURITY_OBJECT,
            signed_content_type: Some(LDS_SECURITY_OBJECT),
            with_attributes: true,
            message_digest: true,
            signer_id: SignerId::Serial,
            certificates: vec![signer.to_vec()],
            signer: signer.to_vec(),
            signer_key: signer_key.clone(),
            ber: false,
            sorted: true,
            more_attributes: Vec::new(),
            digest_algorithm: None,
            signature_algorithm: None,
            sign: None,
        }
    }

    pub fn content(&self) -> Vec<u8> {
        let hashes: Vec<u8> = self
            .groups
            .iter()
            .flat_map(|(group, file)| sequence(&[&[0x02, 0x01, *group], &element(0x04, &self.hash.digest(file))]))
            .collect();
        let info = match self.version {
            0 => Vec::new(),
            _ => sequence(&[&element(0x13, b"0108"), &element(0x13, b"040000")]),
        };
        let algorithm = sequence(&[&oid(&self.hash.oid().to_string())]);
        sequence(&[&[0x02, 0x01, self.version], &algorithm, &element(0x30, &hashes), &info])
    }

    pub fn build(&self) -> Vec<u8> {
        element(0x77, &self.signed_data(&self.content()))
    }

    /// SignedData around any content.
    pub fn signed_data(&self, content: &[u8]) -> Vec<u8> {
        let wrap = if self.ber { indefinite } else { element };
        let octets = if self.ber {
            let (one, two) = content.split_at(content.len() / 3);
            indefinite(0x24, &[element(0x04, one), element(0x04, two)].concat())
        } else {
            element(0x04, content)
        };
        let certificate = Certificate::parse(&self.signer).unwrap();
        let digest = self.signer_key.hash;
        let digest_oid = digest.oid().to_string();
        let digest_algorithm = sequence(&[&oid(self.digest_algorithm.unwrap_or(&digest_oid))]);

        let mut attributes = Vec::new();
        if let Some(kind) = self.signed_content_type {
            attributes.push(sequence(&[&oid("1.2.840.113549.1.9.3"), &set(&[&oid(kind)])]));
        }
        if self.message_digest {
            let value = element(0x04, &digest.digest(content));
            attributes.push(sequence(&[&oid("1.2.840.113549.1.9.4"), &set(&[&value])]));
        }
        attributes.push(sequence(&[&oid("1.2.840.113549.1.9.5"), &set(&[&element(0x17, b"250601000000Z")])]));
        attributes.extend(self.more_attributes.iter().cloned());
        attributes.sort();
        let signed = if self.with_attributes { element(0x31, &attributes.concat()) } else { content.to_vec() };
        if !self.sorted {
            attributes.reverse();
        }
        let attributes = if self.with_attributes { wrap(0xA0, &attributes.concat()) } else { Vec::new() };

        let identifier = match self.signer_id {
            SignerId::Serial => {
                let issuer = issuer_of(&self.signer);
                sequence(&[&issuer, &element(0x02, certificate.serial_number())])
            }
            SignerId::KeyIdentifier => element(0x80, &certificate.key_identifier()),
        };
        let signer_info = wrap(
            0x30,
            &[
                &[0x02, 0x01, if self.signer_id == SignerId::Serial { 1 } else { 3 }][..],
                &identifier,
                &digest_algorithm,
                &attributes,
                &self.signature_algorithm.clone().unwrap_or_else(|| self.signer_key.algorithm()),
                &element(0x04, &self.sign.as_ref().map_or_else(|| self.signer_key.sign(&signed), |sign| sign(&signed))),
            ]
            .concat(),
        );
        let encapsulated = wrap(0x30, &[oid(self.content_type), wrap(0xA0, &octets)].concat());
        let certificates = match self.certificates.concat() {
            none if none.is_empty() => none,
            all => wrap(0xA0, &all),
        };
        let signed_data = wrap(
            0x30,
            &[
                &[0x02, 0x01, 0x03][..],
                &set(&[&digest_algorithm]),
                &encapsulated,
                &certificates,
                &wrap(0x31, &signer_info),
            ]
            .concat(),
        );
        wrap(0x30, &[oid("1.2.840.113549.1.7.2"), wrap(0xA0, &signed_data)].concat())
    }
}

/// The issuer's name in a certificate, as encoded: after version, serial number and algorithm.
fn issuer_of(certificate: &[u8]) -> Vec<u8> {
    let inside = |bytes: &[u8]| {
        let (header, length) = lengths(bytes);
        bytes[header..header + length].to_vec()
    };
    let mut rest = inside(&inside(certificate));
    for _ in 0..3 {
        let (header, length) = lengths(&rest);
        rest.drain(..header + length);
    }
    let (header, length) = lengths(&rest);
    rest[..header + length].to_vec()
}

fn lengths(bytes: &[u8]) -> (usize, usize) {
    match bytes[1] {
        length @ 0..=0x7F => (2, usize::from(length)),
        count => {
            let count = usize::from(count & 0x7F);
            (2 + count, bytes[2..2 + count].iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
        }
    }
}

pub fn anchors(certificates: &[&[u8]]) -> TrustAnchors {
    certificates.iter().map(|certificate| Certificate::parse(certificate).unwrap()).collect()
}
