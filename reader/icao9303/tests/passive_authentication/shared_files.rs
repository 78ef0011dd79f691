//! Every shared file that holds a certificate, a master list, an EF.SOD or a revocation list, with the result that it must
//! have: a row each. A file without a row, or a row without its file, fails. (There is no revocation list among them.)

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use icao9303::passive_authentication::{Certificate, EfSod, Imported, import};

use crate::vectors::vectors;

/// What a file must turn out to be.
#[derive(Clone, Copy, Debug)]
enum Expected {
    /// A certificate signed with that algorithm, whose signature verifies under its own key.
    OwnCertificate(&'static str),
    /// A certificate signed with that algorithm, whose signature verifies under the certificate in that file beside it.
    CertificateUnder(&'static str, &'static str),
    /// A certificate signed with that algorithm by somebody whose certificate is not there.
    OrphanedCertificate(&'static str),
    /// A master list of so many certificates, whose own signature is good, made with that algorithm.
    MasterList(usize, &'static str),
    /// An EF.SOD that lists these data groups. What comes of it is in `vectors.rs`.
    Sod(&'static [u8]),
}

const FILES: [(&str, Expected); 4] = [
    ("bsi-tr03105-5-specimen/EF_SOD.bin", Expected::Sod(&[1, 2, 3, 4, 14])),
    ("csca-vietnam/csca_vietnam_cccd_2021.pem", Expected::OwnCertificate("ECDSA-SHA384")),
    ("master-list/DE_ML_2024-08-07-07-38-24.ml", Expected::MasterList(541, "ECDSA-SHA256")),
    ("master-list/DE_ROOT_CA_CSCA07.cer", Expected::OwnCertificate("ECDSA-SHA512")),
];

/// Which certificates a folder of the mock PKI holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Holds {
    /// The authority's, and the document signer's that it issued.
    Both,
    /// A document signer's alone.
    Signer,
    /// An authority's alone.
    Authority,
}

use Holds::{Authority, Both, Signer};

/// Folder, algorithm of every certificate in it, and what it holds.
const MOCK_PKI: [(&str, &str, Holds); 41] = [
    ("sha1_ecdsa_brainpoolP224r1", "ECDSA-SHA1", Both),
    ("sha1_ecdsa_brainpoolP256r1", "ECDSA-SHA1", Both),
    ("sha1_ecdsa_secp256r1", "ECDSA-SHA1", Both),
    ("sha1_rsa_3_4096", "RSA-SHA1", Both),
    ("sha1_rsa_65537_2048", "RSA-SHA1", Signer),
    ("sha1_rsa_65537_4096", "RSA-SHA1", Both),
    ("sha224_ecdsa_brainpoolP224r1", "ECDSA-SHA224", Both),
    ("sha224_ecdsa_secp224r1", "ECDSA-SHA224", Both),
    ("sha256_ecdsa_brainpoolP224r1", "ECDSA-SHA256", Both),
    ("sha256_ecdsa_brainpoolP256r1", "ECDSA-SHA256", Both),
    ("sha256_ecdsa_brainpoolP384r1", "ECDSA-SHA256", Both),
    ("sha256_ecdsa_secp256r1", "ECDSA-SHA256", Both),
    ("sha256_ecdsa_secp384r1", "ECDSA-SHA256", Both),
    ("sha256_ecdsa_secp521r1", "ECDSA-SHA256", Both),
    ("sha256_rsa_3_2048", "RSA-SHA256", Signer),
    ("sha256_rsa_3_4096", "RSA-SHA256", Both),
    ("sha256_rsa_65537_2048", "RSA-SHA256", Signer),
    ("sha256_rsa_65537_3072", "RSA-SHA256", Signer),
    ("sha256_rsa_65537_4096", "RSA-SHA256", Both),
    ("sha256_rsapss_32_3_2048", "RSASSA-PSS-SHA256", Signer),
    ("sha256_rsapss_32_3_3072", "RSASSA-PSS-SHA256", Both),
    ("sha256_rsapss_32_3_4096", "RSASSA-PSS-SHA256", Both),
    ("sha256_rsapss_32_65537_2048", "RSASSA-PSS-SHA256", Both),
    ("sha256_rsapss_32_65537_3072", "RSASSA-PSS-SHA256", Both),
    ("sha256_rsapss_32_65537_4096", "RSASSA-PSS-SHA256", Both),
    ("sha384_ecdsa_brainpoolP256r1", "ECDSA-SHA384", Both),
    ("sha384_ecdsa_brainpoolP384r1", "ECDSA-SHA384", Both),
    ("sha384_ecdsa_brainpoolP512r1", "ECDSA-SHA384", Both),
    ("sha384_ecdsa_secp384r1", "ECDSA-SHA384", Both),
    ("sha384_rsa_65537_4096", "RSA-SHA384", Both),
    ("sha384_rsapss_48_65537_2048", "RSASSA-PSS-SHA384", Signer),
    ("sha384_rsapss_48_65537_3072", "RSASSA-PSS-SHA384", Both),
    ("sha384_rsapss_48_65537_4096", "RSASSA-PSS-SHA384", Authority),
    ("sha512_ecdsa_brainpoolP256r1", "ECDSA-SHA512", Both),
    ("sha512_ecdsa_brainpoolP384r1", "ECDSA-SHA512", Both),
    ("sha512_ecdsa_brainpoolP512r1", "ECDSA-SHA512", Both),
    ("sha512_ecdsa_secp521r1", "ECDSA-SHA512", Both),
    ("sha512_rsa_65537_2048", "RSA-SHA512", Signer),
    ("sha512_rsa_65537_4096", "RSA-SHA512", Both),
    ("sha512_rsapss_64_65537_2048", "RSASSA-PSS-SHA512", Signer),
    ("sha512_rsapss_64_65537_4096", "RSASSA-PSS-SHA512", Both),
];

fn table() -> BTreeMap<PathBuf, Expected> {
    let mut table: BTreeMap<PathBuf, Expected> =
        FILES.into_iter().map(|(path, expected)| (PathBuf::from(path), expected)).collect();
    for (folder, algorithm, holds) in MOCK_PKI {
        let folder = Path::new("mock-pki").join(folder);
        if holds != Signer {
            table.insert(folder.join("mock_csca.pem"), Expected::OwnCertificate(algorithm));
        }
        match holds {
            Both => table.insert(folder.join("mock_dsc.pem"), Expected::CertificateUnder(algorithm, "mock_csca.pem")),
            Signer => table.insert(folder.join("mock_dsc.pem"), Expected::OrphanedCertificate(algorithm)),
            Authority => None,
        };
    }
    table
}

#[test]
fn every_shared_file_gives_what_its_row_says() {
    let Some(root) = vectors("") else { return };
    let mut table = table();
    for path in files(&root) {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.strip_prefix(&root).unwrap();
        let imported = import(&bytes);
        if imported.is_err() && EfSod::parse(&bytes).is_err() {
            continue;
        }
        let expected = table.remove(name).unwrap_or_else(|| panic!("{} has no row", name.display()));
        hold(&path, &bytes, imported.ok(), expected);
    }
    assert!(table.is_empty(), "not found, or nothing in it: {:?}", table.keys());
}

fn hold(path: &Path, bytes: &[u8], imported: Option<Imported>, expected: Expected) {
    let name = path.display();
    let only = |imported: Option<Imported>| {
        let imported = imported.unwrap_or_else(|| panic!("{name} holds no certificate"));
        assert!(imported.refused.is_empty() && imported.certificates.len() == 1, "{name}");
        imported.certificates.into_iter().next().unwrap()
    };
    let signed_with = |certificate: &Certificate, algorithm: &str| {
        assert_eq!(certificate.signature_algorithm().as_deref(), Some(algorithm), "{name}");
    };
    match expected {
        Expected::OwnCertificate(algorithm) => {
            let own = only(imported);
            signed_with(&own, algorithm);
            assert!(own.is_self_issued(), "{name}");
            assert_eq!(own.verify_signature(&own), Ok(()), "{name}");
        }
        Expected::CertificateUnder(algorithm, authority) => {
            let (own, authority) = (only(imported), std::fs::read(path.with_file_name(authority)).unwrap());
            signed_with(&own, algorithm);
            assert_eq!(own.verify_signature(&only(import(&authority).ok())), Ok(()), "{name}");
            assert!(own.verify_signature(&own).is_err(), "{name}");
        }
        Expected::OrphanedCertificate(algorithm) => {
            let own = only(imported);
            signed_with(&own, algorithm);
            assert!(!own.is_self_issued() && own.verify_signature(&own).is_err(), "{name}");
        }
        Expected::MasterList(count, algorithm) => {
            let lists = imported.unwrap_or_else(|| panic!("{name} holds no list")).master_lists;
            let [list] = lists.as_slice() else { panic!("{name}: {} lists", lists.len()) };
            assert_eq!((list.certificates.len(), list.unreadable.len()), (count, 0), "{name}");
            assert_eq!(list.algorithm.as_deref(), Some(algorithm), "{name}");
        }
        Expected::Sod(groups) => {
            let sod = EfSod::parse(bytes).unwrap();
            assert_eq!(sod.data_groups().collect::<Vec<_>>(), groups, "{name}");
        }
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
