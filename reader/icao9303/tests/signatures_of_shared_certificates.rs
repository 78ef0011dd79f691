//! The signatures and keys of the shared certificates: mock issuers of every algorithm, the CSCA of the Vietnamese
//! card, and the German master list.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use icao9303::crypto::curve::{Curve, Point, PrivateKey};
use icao9303::crypto::signature::{self, PublicKey, SignatureError, SignatureScheme};

use der::asn1::{AnyRef, BitStringRef};
use der::{Decode, Reader, SliceReader};

#[test]
fn every_mock_document_signer_verifies_under_its_issuer() {
    let Some(root) = shared() else { return };
    let mut schemes = BTreeMap::new();
    for folder in mock_folders(&root) {
        let (Some(issuer), Some(signer)) =
            (certificate(&folder, "mock_csca.pem"), certificate(&folder, "mock_dsc.pem"))
        else {
            continue;
        };
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let scheme = SignatureScheme::from_algorithm_identifier(&signer.algorithm, None).unwrap();
        assert_eq!(signer.verify_with(&issuer.spki), Ok(()), "{name} {}", scheme.name());
        assert_eq!(issuer.verify_with(&issuer.spki), Ok(()), "{name}: the issuer's own signature");
        assert_eq!(changed(signer).verify_with(&issuer.spki), Err(SignatureError::Invalid), "{name}");
        *schemes.entry(scheme.name()).or_insert(0) += 1;
        if let PublicKey::Ec { explicit_parameters, .. } = PublicKey::from_spki(&issuer.spki).unwrap() {
            assert!(explicit_parameters, "{name}");
        }
    }
    println!("{schemes:?}");
    assert_eq!(schemes.values().sum::<usize>(), 32);
}

#[test]
fn every_mock_private_key_belongs_to_its_certificate() {
    let Some(root) = shared() else { return };
    let mut curves = BTreeMap::new();
    for folder in mock_folders(&root) {
        for role in ["mock_csca", "mock_dsc"] {
            let Some(certificate) = certificate(&folder, &format!("{role}.pem")) else { continue };
            let PublicKey::Ec { point, .. } = PublicKey::from_spki(&certificate.spki).unwrap() else { continue };
            let key = private_key(&folder.join(format!("{role}.key")), point.curve());
            assert_eq!(key.public_key(), point, "{}/{role}", folder.display());
            let (r, s) = key.sign_prehash(&[0x5a; 32]);
            assert!(icao9303::crypto::ecdsa::verify_prehash(&point, &[0x5a; 32], &r, &s));
            *curves.entry(point.curve()).or_insert(0) += 1;
        }
    }
    println!("{curves:?}");
    assert!(curves.len() >= 8, "{curves:?}");
}

#[test]
fn the_issuer_of_the_vietnamese_card_signed_itself() {
    let Some(root) = shared() else { return };
    let issuer = certificate(&root.join("csca-vietnam"), "csca_vietnam_cccd_2021.pem").unwrap();
    let scheme = SignatureScheme::from_algorithm_identifier(&issuer.algorithm, None).unwrap();
    assert_eq!(scheme.name(), "ECDSA-SHA384");
    assert_eq!(PublicKey::from_spki(&issuer.spki).unwrap().name(), "EC secp384r1");
    assert_eq!(issuer.verify_with(&issuer.spki), Ok(()));
}

#[test]
fn recorded_pace_sessions_give_the_mapped_generator() {
    let Some(root) = shared() else { return };
    let index = fs::read_to_string(root.join("pace-transcripts/index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    let mut checked = 0;
    for session in index.as_array().unwrap() {
        let hex = |name: &str| base16ct::mixed::decode_vec(session[name].as_str().unwrap_or_default()).unwrap();
        let curve = Curve::from_parameter_id(u8::try_from(session["param_id"].as_u64().unwrap()).unwrap()).unwrap();
        // Integrated mapping has no public keys of a mapping; only its result must be a point.
        let mapped = Point::from_sec1(curve, &hex("mapped_generator")).unwrap();
        assert_eq!(mapped.to_sec1(), hex("mapped_generator"));
        checked += 1;
    }
    assert_eq!(checked, 10);
}

struct Certificate {
    tbs: Vec<u8>,
    spki: Vec<u8>,
    algorithm: Vec<u8>,
    signature: Vec<u8>,
}

impl Certificate {
    /// Only what a signature needs of RFC 5280 §4.1, and only for trusted test data.
    fn parse(der: &[u8]) -> Self {
        let whole = AnyRef::from_der(der).unwrap();
        let parts = children(whole.value());
        let mut fields = children(AnyRef::from_der(parts[0]).unwrap().value()).into_iter();
        // The version is optional; then serial number, signature, issuer, validity, subject, key.
        let first = fields.next().unwrap();
        let skipped = if first[0] == 0xa0 { 5 } else { 4 };
        let spki = fields.nth(skipped).unwrap();
        let signature = BitStringRef::from_der(parts[2]).unwrap();
        Self {
            tbs: parts[0].to_vec(),
            spki: spki.to_vec(),
            algorithm: parts[1].to_vec(),
            signature: signature.as_bytes().unwrap().to_vec(),
        }
    }

    fn verify_with(&self, spki: &[u8]) -> Result<(), SignatureError> {
        let scheme = SignatureScheme::from_algorithm_identifier(&self.algorithm, None)?;
        signature::verify(&scheme, &PublicKey::from_spki(spki).unwrap(), &self.tbs, &self.signature)
    }
}

fn changed(mut certificate: Certificate) -> Certificate {
    let middle = certificate.tbs.len() / 2;
    certificate.tbs[middle] ^= 1;
    certificate
}

fn children(content: &[u8]) -> Vec<&[u8]> {
    let mut reader = SliceReader::new(content).unwrap();
    let mut children = Vec::new();
    while !reader.is_finished() {
        children.push(reader.tlv_bytes().unwrap());
    }
    children
}

fn certificate(folder: &Path, name: &str) -> Option<Certificate> {
    let pem = fs::read_to_string(folder.join(name)).ok()?;
    Some(Certificate::parse(&pem_body(&pem)))
}

/// The content of a PEM file's last block (keys may have a block of parameters first).
fn pem_body(pem: &str) -> Vec<u8> {
    let start = pem.rfind("-----BEGIN").unwrap();
    let lines = pem[start..].lines().skip(1).take_while(|line| !line.starts_with("-----"));
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for symbol in lines.flat_map(str::bytes) {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

/// The scalar of an ECPrivateKey (RFC 5915), bare or in PKCS #8.
fn private_key(path: &Path, curve: Curve) -> PrivateKey {
    let der = pem_body(&fs::read_to_string(path).unwrap());
    let fields = |der: &[u8]| -> Vec<Vec<u8>> {
        children(AnyRef::from_der(der).unwrap().value()).into_iter().map(<[u8]>::to_vec).collect()
    };
    let mut key = fields(&der);
    if key[1][0] == 0x30 {
        key = fields(AnyRef::from_der(&key[2]).unwrap().value());
    }
    PrivateKey::from_bytes(curve, AnyRef::from_der(&key[1]).unwrap().value()).unwrap()
}

fn mock_folders(root: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<_> = fs::read_dir(root.join("mock-pki")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

fn shared() -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let root = PathBuf::from(env::var_os("CCCD_SHARED").unwrap_or_else(|| default.into())).join("vectors");
    if !root.is_dir() {
        println!("skipped: shared vectors absent");
        return None;
    }
    Some(root)
}
