//! OpenSSL, which knows nothing of this project, accepts what the issuer signs and refuses what was tampered with.
//! Where it is not installed these tests say so and pass.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use virtual_card::chip::key_agreement::PrivateKey;
use virtual_card::make;
use virtual_card::personalise::{IssuedCard, personalise};
use virtual_card::pki::key::dh_public_key_info;
use virtual_card::profile::Profile;
use virtual_card::profile::chip_keys::Parameters;

/// A folder with a card's public files, as PEM and DER, and its SOD without the outer tag.
struct Bench {
    dir: tempfile::TempDir,
    card: IssuedCard,
}

impl Bench {
    /// None where OpenSSL is not installed.
    fn new(profile: &str) -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_err() {
            println!("skipped: openssl is not installed");
            return None;
        }
        let mut profile = Profile::from_toml(profile).unwrap_or_else(|error| panic!("{profile}: {error}"));
        profile.seed = Some(1);
        // Pictures take longer than signatures, and are not what is looked at here.
        profile.portrait.present = Some(false);
        let card = personalise(&profile).unwrap_or_else(|error| panic!("{error}"));
        let dir = tempfile::tempdir().expect("a folder");
        make::write_issuer(&card.issuer, dir.path()).expect("written");
        let sod = &card.image.application_files[&0x011D];
        fs::write(dir.path().join("sod.der"), without_outer_tag(sod)).expect("written");
        Some(Self { dir, card })
    }

    fn openssl(&self, arguments: &[&str]) -> Output {
        Command::new("openssl").args(arguments).current_dir(self.dir.path()).output().expect("openssl runs")
    }

    fn accepts(&self, arguments: &[&str]) -> bool {
        let output = self.openssl(arguments);
        if !output.status.success() {
            println!("openssl {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
        }
        output.status.success()
    }

    /// The content that the CMS signature covers, where it verifies up to the CSCA.
    fn verified_content(&self, file: &str) -> Option<Vec<u8>> {
        let verified = self.accepts(&[
            "cms",
            "-verify",
            "-inform",
            "DER",
            "-in",
            file,
            "-CAfile",
            "csca.pem",
            "-purpose",
            "any",
            "-auth_level",
            "0",
            "-binary",
            "-out",
            "content",
        ]);
        verified.then(|| fs::read(self.dir.path().join("content")).expect("written by openssl"))
    }
}

fn without_outer_tag(file: &[u8]) -> &[u8] {
    let length_bytes = match file[1] {
        0x82 => 3,
        0x81 => 2,
        _ => 1,
    };
    &file[1 + length_bytes..]
}

fn hash_of(card: &IssuedCard, identifier: u16) -> Vec<u8> {
    use virtual_card::profile::algorithms::Digest;
    virtual_card::pki::key::digest(Digest::Sha256, &card.image.application_files[&identifier])
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn the_default_issuer_is_as_the_cards_first_one() {
    let Some(bench) = Bench::new("") else { return };
    let text = bench.openssl(&["x509", "-in", "csca.pem", "-noout", "-text"]);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    for line in [
        "Signature Algorithm: ecdsa-with-SHA384",
        "Issuer: C = VN, O = Synthetic test cards, serialNumber = 001, CN = CSCA Vietnam (synthetic)",
        "ASN1 OID: secp384r1",
        "CA:TRUE, pathlen:0",
        "Certificate Sign, CRL Sign",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let text = bench.openssl(&["x509", "-inform", "DER", "-in", "ds.der", "-noout", "-text"]);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    for line in ["ASN1 OID: brainpoolP384r1", "Digital Signature", "CSCA Vietnam (synthetic)"] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn the_security_object_verifies_with_every_algorithm_that_openssl_knows() {
    let ec =
        |curve: &str, digest: &str| format!("[document_signer.signing]\nkey = \"{curve}\"\ndigest = \"{digest}\"\n");
    let mut profiles = vec![String::new()];
    for (curve, digest) in [
        ("secp192r1", "sha-1"),
        ("brainpoolP192r1", "sha-224"),
        ("secp224r1", "sha-224"),
        ("brainpoolP224r1", "sha-512"),
        ("secp256r1", "sha-256"),
        ("brainpoolP256r1", "sha-384"),
        ("brainpoolP320r1", "sha-256"),
        ("secp384r1", "sha-384"),
        ("brainpoolP512r1", "sha-512"),
        ("secp521r1", "sha-1"),
    ] {
        profiles.push(ec(curve, digest));
    }
    for tail in [
        "[document_signer.signing]\nkey = \"rsa-1024\"\ndigest = \"sha-1\"\n[sod]\nidentifiers = \"key_only\"",
        "[document_signer.signing]\nkey = \"rsa-2048\"\ndigest = \"sha-256\"",
        "[document_signer.signing]\nkey = \"rsa-1536\"\ndigest = \"sha-512\"\n[sod]\nidentifiers = \"key_only\"",
        "[document_signer.signing]\nkey = \"rsa-1536\"\ndigest = \"sha-256\"\nscheme = \"pss\"",
        "[document_signer.signing]\nkey = \"rsa-1537\"\ndigest = \"sha-256\"\nscheme = \"pss\"\nsalt_length = 20",
        "[document_signer.signing]\nkey = \"rsa-1536\"\ndigest = \"sha-384\"\nscheme = \"pss\"\nmask_digest = \"sha-1\"",
        "[csca.signing]\nkey = \"rsa-2048\"\ndigest = \"sha-256\"\nscheme = \"pss\"",
        "[csca.signing]\nkey = \"rsa-2048\"\ndigest = \"sha-512\"",
        "[csca.signing]\nkey = \"brainpoolP512r1\"\ndigest = \"sha-512\"",
        "[csca]\nkey_identifiers = false",
        "[csca.name]\ncommon_name = \"CSCA\"\nstrings = \"printable\"\n[document_signer]\nissuer_strings = \"utf8\"",
        "[csca.name]\ncommon_name = \"CSCA\"\nstrings = \"bmp\"",
        "[csca.name]\ncommon_name = \"CSCA\"\nstrings = \"teletex\"",
        "[sod]\nversion = 1\ndigest = \"sha-512\"",
        "[sod]\nencoding = \"ber\"",
        "[sod]\nsigned_attributes = false",
        "[sod]\nsigning_time = false",
        "[sod]\nsigner = \"key_identifier\"",
        "[sod]\nidentifiers = \"key_only\"",
        "[sod]\ncontent_type = \"1.3.27.1.1.1\"",
        "[document_signer]\ndocument_types = [\"I\", \"ID\"]",
    ] {
        // 1537 bits: a modulus whose length is no multiple of eight.
        profiles.push(tail.replace("rsa-1537", "rsa-1544"));
    }
    for profile in profiles {
        let Some(bench) = Bench::new(&profile) else { return };
        let content = bench.verified_content("sod.der").unwrap_or_else(|| panic!("refused by openssl: {profile}"));
        if !profile.contains("digest = \"sha-512\"") || profile.contains("signing") {
            assert!(contains(&content, &hash_of(&bench.card, 0x0101)), "{profile}");
        }
    }
}

#[test]
fn what_was_changed_after_signing_does_not_verify() {
    for profile in [
        "[sod]\ntampered = \"hashes\"",
        "[sod]\ntampered = \"hashes_and_message_digest\"",
        "[sod]\ntampered = \"signature\"",
        "[sod]\ntampered = \"certificate\"",
        "[document_signer]\nissued_by = \"forger\"",
        "[document_signer]\nissued_by = \"stranger\"",
        "[document_signer]\nissued_by = \"itself\"",
        "[document_signer]\nnot_after = \"2025-01-01\"",
        "[document_signer]\nnot_before = \"2035-01-01\"",
        "[csca]\nnot_after = \"2025-01-01\"",
        "[csca]\nexported = false",
    ] {
        let Some(bench) = Bench::new(profile) else { return };
        assert_eq!(bench.verified_content("sod.der"), None, "{profile}");
    }
}

#[test]
fn a_forged_list_of_hashes_fits_the_tampered_file() {
    let Some(bench) = Bench::new("[files]\ntampered = [\"DG1\"]\n[sod]\ntampered = \"hashes\"") else { return };
    assert!(contains(&bench.card.image.application_files[&0x011D], &hash_of(&bench.card, 0x0101)));
    assert_eq!(bench.verified_content("sod.der"), None);
}

#[test]
fn the_revocation_list_verifies_and_names_a_revoked_signer_only() {
    let verify = ["crl", "-inform", "DER", "-in", "csca.crl", "-CAfile", "csca.pem", "-noout"];
    let Some(bench) = Bench::new("") else { return };
    let verified = |bench: &Bench| {
        let output = bench.openssl(&verify);
        String::from_utf8_lossy(&output.stderr).contains("verify OK")
    };
    let serial = |bench: &Bench| bench.card.issuer.document_signer.certificate.serial.clone();
    let list = |bench: &Bench| fs::read(bench.dir.path().join("csca.crl")).expect("a list");
    assert!(verified(&bench) && !contains(&list(&bench), &serial(&bench)));

    let bench = Bench::new("[document_signer]\nrevoked = true").expect("openssl is there");
    assert!(verified(&bench) && contains(&list(&bench), &serial(&bench)));
    let bench = Bench::new("[crl]\ntampered = true").expect("openssl is there");
    assert!(!verified(&bench));
    let bench = Bench::new("[crl]\nissued_by = \"stranger\"").expect("openssl is there");
    assert!(!verified(&bench) && contains(&list(&bench), &serial(&bench)), "another issuer's equal serial number");
    let bench =
        Bench::new("[crl]\nnext_update = \"2026-01-01\"\nthis_update = \"2025-12-01\"").expect("openssl is there");
    let dates = bench.openssl(&["crl", "-inform", "DER", "-in", "csca.crl", "-noout", "-nextupdate"]);
    assert!(String::from_utf8_lossy(&dates.stdout).contains("Jan  1 23:59:59 2026"));
    let bench = Bench::new("[crl]\npresent = false").expect("openssl is there");
    assert!(!bench.dir.path().join("csca.crl").exists());
}

#[test]
fn the_master_list_holds_the_csca_and_verifies_under_it() {
    let Some(bench) = Bench::new("") else { return };
    let content = bench.verified_content("master-list.ml").expect("accepted");
    assert!(contains(&content, &bench.card.issuer.csca.certificate.der));
    for profile in ["[master_list]\nchained = false", "[master_list]\ntampered = true"] {
        let bench = Bench::new(profile).expect("openssl is there");
        assert_eq!(bench.verified_content("master-list.ml"), None, "{profile}");
    }
    let bench = Bench::new("[master_list]\npresent = false").expect("openssl is there");
    assert!(!bench.dir.path().join("master-list.ml").exists());
}

#[test]
fn a_link_certificate_leads_from_the_earlier_csca_to_the_later_one() {
    let Some(bench) = Bench::new("[csca]\nlink = true") else { return };
    let pem = |name: &str| {
        let input = format!("{name}.der");
        let output = bench.openssl(&["x509", "-inform", "DER", "-in", &input, "-out", &format!("{name}.pem")]);
        assert!(output.status.success(), "{name}");
    };
    pem("link");
    pem("ds");
    assert!(bench.accepts(&["verify", "-auth_level", "0", "-CAfile", "csca.pem", "link.pem"]));
    assert_eq!(bench.verified_content("sod.der"), None, "the earlier CSCA alone does not reach the document signer");
    assert!(bench.accepts(&[
        "verify",
        "-auth_level",
        "0",
        "-partial_chain",
        "-trusted",
        "link.pem",
        "-trusted",
        "csca.pem",
        "ds.pem"
    ]));
}

#[test]
fn card_security_is_signed_by_the_document_signer() {
    let Some(bench) = Bench::new("[access]\ncard_security = true") else { return };
    let path: &Path = bench.dir.path();
    fs::write(path.join("security.der"), &bench.card.image.master_files[&0x011D]).expect("written");
    let content = bench.verified_content("security.der").expect("accepted");
    let key = bench.card.image.chip_authentication[0].key.public_key().to_bytes();
    assert!(contains(&content, &key), "the signed SecurityInfos hold the Chip Authentication key");
}

#[test]
fn a_chip_authentication_key_in_a_group_is_one_that_openssl_reads() {
    for group in ["modp1024_160", "modp2048_224", "modp2048_256"] {
        let Some(bench) = Bench::new(&format!("[chip_authentication]\nkeys = [{{ group = \"{group}\" }}]")) else {
            return;
        };
        let PrivateKey::Group(key) = &bench.card.image.chip_authentication[0].key else { panic!("{group}") };
        let info = dh_public_key_info(key, Parameters::Explicit);
        assert!(contains(&bench.card.image.application_files[&0x010E], &info), "{group}: DG14 holds the key");
        fs::write(bench.dir.path().join("key.der"), info).expect("written");
        let text = bench.openssl(&["pkey", "-pubin", "-inform", "DER", "-in", "key.der", "-noout", "-text"]);
        let text: String = String::from_utf8_lossy(&text.stdout).split_whitespace().collect();
        let name = group.replace("modp", "dh_");
        assert!(text.contains("DHPublic-Key:") && text.contains(&format!("GROUP:{name}")), "{text}");
    }
}
