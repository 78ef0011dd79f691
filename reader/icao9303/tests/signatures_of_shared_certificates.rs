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
            let key =
                private_key(&pem_body(&fs::read_to_string(folder.join(format!("{role}.key"))).unwrap()), point.curve());
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
fn every_key_of_the_german_master_list_is_read_and_nearly_every_signature_verifies() {
    let Some(root) = shared() else { return };
    let list = fs::read(root.join("master-list/DE_ML_2024-08-07-07-38-24.ml")).unwrap();
    let certificates: Vec<_> = master_list_certificates(&list).iter().map(|der| Certificate::parse(der)).collect();
    assert_eq!(certificates.len(), 541);
    let explicit = certificates.iter().filter(|certificate| {
        let key = PublicKey::from_spki(&certificate.spki).unwrap();
        assert!(!matches!(key, PublicKey::Unsupported { .. }), "{}", key.name());
        matches!(key, PublicKey::Ec { explicit_parameters: true, .. })
    });
    assert_eq!(explicit.count(), 126);

    // Self-signed, or (link certificates) signed by an older key of the same issuer.
    let verified = certificates.iter().filter(|certificate| {
        let issuers = certificates.iter().filter(|issuer| issuer.subject == certificate.issuer);
        issuers.into_iter().any(|issuer| certificate.verify_with(&issuer.spki).is_ok())
    });
    // The other 11 are link certificates whose older key is not in the list.
    assert_eq!(verified.count(), 530);
}

#[test]
fn the_worked_example_of_pace_generic_mapping_comes_out() {
    let Some(root) = shared() else { return };
    let example = fs::read_to_string(root.join("icao-worked-examples/icao_g1_ecdh_gm.json")).unwrap();
    let example: serde_json::Value = serde_json::from_str(&example).unwrap();
    let hex = |name: &str| base16ct::lower::decode_vec(example["values"][name].as_str().unwrap()).unwrap();
    let key = |name: &str| PrivateKey::from_bytes(Curve::BrainpoolP256r1, &hex(name)).unwrap();

    let chip = key("piccMappingPrivateKeyFieldElement").public_key();
    assert_eq!(chip.x(), hex("piccMappingPublicKeyECPoint"));
    let h = key("pcdMappingPrivateKeyFieldElement").diffie_hellman(&chip).unwrap();
    assert_eq!(h.x(), hex("expectedSharedSecretECPointH"));
    let generator = Curve::BrainpoolP256r1.generic_mapping(&hex("nonceS"), &h).unwrap();
    let expected = [vec![4], hex("expectedEphemeralGeneratorX"), hex("expectedEphemeralGeneratorY")].concat();
    assert_eq!(generator.to_sec1(), expected);

    let reader = key("pcdPrivateKeyFieldElement");
    assert_eq!(reader.public_key_on(&generator).unwrap().x(), hex("pcdPublicKeyPoint"));
    // The reader's token is over the chip's key, the last 65 bytes of its input.
    let token_input = hex("expectedInputDataForPCDToken");
    let chip = Point::from_sec1(Curve::BrainpoolP256r1, &token_input[token_input.len() - 65..]).unwrap();
    assert_eq!(chip.x(), hex("piccPublicKeyPoint"));
    assert_eq!(reader.diffie_hellman(&chip).unwrap().x(), hex("expectedSharedSecret"));
}

#[test]
fn the_keys_of_the_specimens_chip_are_read() {
    let Some(root) = shared() else { return };
    let folder = root.join("bsi-tr03105-5-specimen");
    let key = |name: &str| PublicKey::from_spki(&fs::read(folder.join(name)).unwrap()).unwrap();
    assert_eq!(key("DG15_pk.bin").name(), "RSA 1024");
    let PublicKey::Ec { point, .. } = key("DG14_pk.bin") else { panic!("an EC key") };
    assert_eq!(point.curve(), Curve::BrainpoolP224r1);
    let private = fs::read(folder.join("DG14_sk.pkcs8")).unwrap();
    assert_eq!(private_key(&private, point.curve()).public_key(), point);
}

struct Certificate {
    tbs: Vec<u8>,
    issuer: Vec<u8>,
    subject: Vec<u8>,
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
        if fields.next().unwrap()[0] == 0xa0 {
            fields.next();
        }
        let issuer = fields.nth(1).unwrap();
        let subject = fields.nth(1).unwrap();
        let spki = fields.next().unwrap();
        let signature = BitStringRef::from_der(parts[2]).unwrap();
        Self {
            tbs: parts[0].to_vec(),
            issuer: issuer.to_vec(),
            subject: subject.to_vec(),
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

/// The certificates of a master list: ContentInfo, SignedData, eContent, CscaMasterList (Doc 9303-12 §8).
fn master_list_certificates(list: &[u8]) -> Vec<Vec<u8>> {
    let descend = |der: &[u8], index: usize| children(AnyRef::from_der(der).unwrap().value())[index].to_vec();
    let signed_data = descend(&descend(list, 1), 0);
    let octets = descend(&descend(&descend(&signed_data, 2), 1), 0);
    let certificates = descend(AnyRef::from_der(&octets).unwrap().value(), 1);
    children(AnyRef::from_der(&certificates).unwrap().value()).into_iter().map(<[u8]>::to_vec).collect()
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
fn private_key(der: &[u8], curve: Curve) -> PrivateKey {
    let fields = |der: &[u8]| -> Vec<Vec<u8>> {
        children(AnyRef::from_der(der).unwrap().value()).into_iter().map(<[u8]>::to_vec).collect()
    };
    let mut key = fields(der);
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
