//! `cccd inspect`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::run::{CCCD_CSCA, Made, cccd, done, raw, refused, vectors};

const NO_STORE: &str = "/nonexistent";

/// File, kind, and some of what must be found in it: JSON pointers and values.
type Row = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const PUBLISHED: &[Row] = &[
    ("bsi-tr03105-5-specimen/EF_COM.bin", "EF.COM", &[("/lds_version", "1.7"), ("/data_groups/4", "DG14")]),
    (
        "bsi-tr03105-5-specimen/EF_SOD.bin",
        "EF.SOD",
        &[
            ("/hash_algorithm", "SHA-256"),
            ("/signature/status", "passed"),
            ("/signature_algorithm", "RSASSA-PSS-SHA256"),
            ("/signer/role", "signer"),
            ("/hashes/DG1", "4170ca879fce6a22ffef1567ff88079f415c66ead250ab5f23781ac2cdbf42b6"),
        ],
    ),
    (
        "bsi-tr03105-5-specimen/Datagroup1.bin",
        "DG1",
        &[("/mrz/0", "P<D<<MUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<"), ("/holder/document_number", "C11T002JM")],
    ),
    ("bsi-tr03105-5-specimen/Datagroup2.bin", "DG2", &[("/faces/0/format", "jpeg2000")]),
    ("bsi-tr03105-5-specimen/Datagroup3.bin", "DG3", &[]),
    ("bsi-tr03105-5-specimen/Datagroup4.bin", "DG4", &[]),
    (
        "bsi-tr03105-5-specimen/Datagroup14.bin",
        "DG14",
        &[("/security_infos/0/public_key", "EC brainpoolP224r1"), ("/security_infos/1/protocol", "CA-ECDH with 3DES")],
    ),
    ("bsi-tr03105-5-specimen/Datagroup15.bin", "DG15", &[("/public_key", "RSA 1024")]),
    (
        "csca-vietnam/csca_vietnam_cccd_2021.pem",
        "certificate",
        &[
            ("/sha256_fingerprint", CCCD_CSCA),
            ("/recognised/name", "the first CSCA of the Vietnamese chip ID card (CCCD)"),
            ("/self_signature", "valid"),
            ("/public_key", "EC secp384r1"),
            ("/role", "authority"),
        ],
    ),
    (
        "master-list/DE_ML_2024-08-07-07-38-24.ml",
        "master_list",
        &[("/signature", "valid"), ("/signing_time", "2024-08-07T05:38:24Z")],
    ),
    ("master-list/DE_ROOT_CA_CSCA07.cer", "certificate", &[("/self_signature", "valid")]),
];

#[test]
fn every_published_file_is_known_by_its_content() {
    let Some(vectors) = vectors() else { return };
    let folder = tempfile::tempdir().unwrap();
    for (index, (name, kind, expected)) in PUBLISHED.iter().enumerate() {
        // Under a name that says nothing.
        let file = folder.path().join(index.to_string());
        fs::copy(vectors.join(name), &file).unwrap();
        let json = done(Path::new(NO_STORE), &["inspect".as_ref(), file.as_os_str()]);
        assert_eq!(json["schema"], "cccd.inspect/1");
        let found = &json["files"][0];
        assert_eq!(found["kind"], *kind, "{name}");
        assert_eq!(found["bytes"], fs::metadata(&file).unwrap().len(), "{name}");
        for (pointer, value) in *expected {
            assert_eq!(found.pointer(pointer), Some(&Value::from(*value)), "{name} {pointer}");
        }
    }
}

#[test]
fn a_recognised_authority_is_not_thereby_trusted() {
    let Some(vectors) = vectors() else { return };
    let file = vectors.join("csca-vietnam/csca_vietnam_cccd_2021.pem");
    let json = done(Path::new(NO_STORE), &["inspect".as_ref(), file.as_os_str()]);
    assert_eq!(json["files"][0]["recognised"]["trusted"], false);
    assert_eq!(done(Path::new(NO_STORE), &["trust", "list"])["anchors"], Value::Array(Vec::new()));
}

#[test]
fn all_certificates_of_a_master_list_are_listed() {
    let Some(vectors) = vectors() else { return };
    let file = vectors.join("master-list/DE_ML_2024-08-07-07-38-24.ml");
    let json = done(Path::new(NO_STORE), &["inspect".as_ref(), file.as_os_str()]);
    let list = &json["files"][0];
    assert_eq!((&list["certificate_count"], list["certificates"].as_array().unwrap().len()), (&541.into(), 541));
    assert_eq!(list["countries"]["VN"], 1);
}

#[test]
fn every_synthetic_certificate_of_the_public_mock_issuers_is_read() {
    let Some(vectors) = vectors() else { return };
    let mut files = Vec::new();
    for folder in fs::read_dir(vectors.join("mock-pki")).unwrap() {
        let folder = folder.unwrap().path();
        files.extend(
            ["mock_csca.pem", "mock_dsc.pem"].map(|name| folder.join(name)).into_iter().filter(|file| file.exists()),
        );
    }
    let mut arguments = vec!["inspect".into()];
    arguments.extend(files.iter().map(|file| file.as_os_str().to_owned()));
    let json = done(Path::new(NO_STORE), &arguments);
    let found = json["files"].as_array().unwrap();
    assert!(found.len() == files.len() && found.len() > 60);
    for certificate in found {
        assert_eq!(certificate["kind"], "certificate", "{certificate:#}");
        let name = certificate["file"].as_str().unwrap();
        // The keys are named in the folders: `sha256_ecdsa_brainpoolP384r1`, `sha1_rsa_65537_4096`.
        let key = Path::new(name).parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let expected = key.rsplit('_').next().unwrap();
        let shown = certificate["public_key"].as_str().unwrap();
        assert!(shown.ends_with(expected) || name.ends_with("mock_csca.pem"), "{name}: {shown}");
    }
}

#[test]
fn a_dump_is_compared_with_its_sod() {
    let card = Made::of("");
    let dump = card.path("dump");
    let json = done(Path::new(NO_STORE), &["inspect", &dump]);
    let found = &json["files"][0];
    assert_eq!(found["kind"], "dump");
    for group in ["DG1", "DG2", "DG13", "DG14", "DG15"] {
        assert_eq!(found["data_group_hashes"][group], "match", "{group}");
    }
    let dg13 = found["files"].as_array().unwrap().iter().find(|file| file["kind"] == "DG13").unwrap();
    assert_eq!(dg13["items"][0]["name"], "id_number");
}

#[test]
fn a_dump_that_was_changed_is_seen_in_the_hashes() {
    let card = Made::of("");
    let dg1 = card.path("dump/DG1.bin");
    let mut bytes = fs::read(&dg1).unwrap();
    // The composite check digit of the MRZ: still a character, and another one.
    let last = bytes.last_mut().unwrap();
    *last = if *last == b'0' { b'1' } else { b'0' };
    fs::write(&dg1, bytes).unwrap();
    let json = done(Path::new(NO_STORE), &["inspect", &card.path("dump")]);
    assert_eq!(json["files"][0]["data_group_hashes"]["DG1"], "mismatch");
    assert_eq!(json["files"][0]["data_group_hashes"]["DG2"], "match");
}

#[test]
fn the_issuers_files_of_a_synthetic_card_are_told_apart() {
    let card = Made::of("");
    let names = ["csca.der", "csca.pem", "ds.der", "csca.crl", "master-list.ml"];
    let mut arguments = vec!["inspect".to_owned()];
    arguments.extend(names.map(|name| card.path(name)));
    let json = done(Path::new(NO_STORE), &arguments);
    let kinds: Vec<_> = json["files"].as_array().unwrap().iter().map(|file| file["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["certificate", "certificate", "certificate", "crl", "master_list"]);
    let roles: Vec<_> = (0..3).map(|index| json["files"][index]["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["authority", "authority", "signer"]);
}

#[test]
fn ldif_is_a_collection_of_what_is_in_it() {
    let card = Made::of("");
    let value = |name: &str| {
        let mut text = base64(&fs::read(card.path(name)).unwrap());
        text.push('\n');
        text
    };
    let text = format!(
        "version: 1\n\ndn: c=VN\ncACertificate;binary:: {}\ndn: c=VN\ncertificateRevocationList;binary:: {}",
        value("csca.der"),
        value("csca.crl")
    );
    let file = card.beside("pkd");
    fs::write(&file, text).unwrap();
    let json = done(Path::new(NO_STORE), &["inspect".as_ref(), file.as_os_str()]);
    let found = &json["files"][0];
    assert_eq!((&found["kind"], &found["certificate_count"]), (&"collection".into(), &1.into()));
    assert_eq!(found["revocation_lists"].as_array().unwrap().len(), 1);
}

pub fn base64(bytes: &[u8]) -> String {
    use base64ct::{Base64, Encoding};
    Base64::encode_string(bytes)
}

#[test]
fn what_cannot_be_read_stands_beside_what_can() {
    let card = Made::of("");
    let odd = card.beside("odd");
    fs::write(&odd, b"\x00\x01\x02\x03").unwrap();
    let odd = odd.display().to_string();
    let missing = card.beside("missing").display().to_string();
    let (exit, json) = cccd(Path::new(NO_STORE), &["inspect", &card.path("csca.der"), &odd, &missing]);
    assert_eq!(exit, 2);
    assert_eq!(json["schema"], "cccd.inspect/1");
    assert_eq!(json["files"][0]["kind"], "certificate");
    for index in [1, 2] {
        assert_eq!(json["files"][index]["kind"], Value::Null);
        assert_eq!(json["files"][index]["error"]["code"], "bad_file");
    }
    assert_eq!(json["error"]["code"], "bad_file");
    refused(Path::new(NO_STORE), &["inspect", &odd], "bad_file");
    refused(Path::new(NO_STORE), &["inspect", &missing], "bad_file");
    refused(Path::new(NO_STORE), &["inspect"], "usage");
}

#[test]
fn a_master_list_whose_own_signature_is_bad_is_not_shown_as_one() {
    let card = Made::of("[master_list]\ntampered = true");
    refused(Path::new(NO_STORE), &["inspect", &card.path("master-list.ml")], "bad_master_list");
}

#[test]
fn people_get_a_page_without_colours_in_a_pipe() {
    let card = Made::of("");
    let output = raw(Path::new(NO_STORE), &["inspect", &card.path("dump"), &card.path("csca.crl")]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    for expected in ["EF.SOD", "DG13", "EF.CardAccess", "PACEInfo", "khớp · match", "Danh sách thu hồi · CRL"] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
    assert!(!text.contains('\x1b') && text.lines().all(|line| line == line.trim_end()));
}
