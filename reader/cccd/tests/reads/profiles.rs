//! Every profile that comes with `virtual-card`, read with `cccd read`: the verdict, and why.

use std::fs;
use std::path::{Path, PathBuf};

use icao9303::check::Check;

use crate::card::Folder;
use crate::output::cccd;

/// A profile, what the read exits with, and the checks that did not pass, each with its status or its reason.
type Expectation = (&'static str, i32, &'static [(&'static str, &'static str)]);

const EXPECTATIONS: &[Expectation] = &[
    ("active-authentication-only", 0, &[("chip_authentication", "not_offered")]),
    (
        "active-key-not-protected",
        3,
        &[("chip_authentication", "not_offered"), ("active_authentication", "not_offered")],
    ),
    ("bac-only", 0, &[("access_offer", "not_offered")]),
    ("card-expired", 4, &[("validity", "expired")]),
    ("card-without-expiry", 0, &[]),
    ("child-without-portrait", 0, &[]),
    ("chip-contradicts-itself", 3, &[("agreement", "chip_data_differs")]),
    ("chip-without-proof", 3, &[("chip_authentication", "not_offered"), ("active_authentication", "not_offered")]),
    ("clone", 4, &[("chip_authentication", "clone"), ("active_authentication", "clone")]),
    ("contactless-link", 0, &[]),
    ("dg13-opaque", 0, &[("agreement", "skipped")]),
    ("everything-modp", 0, &[]),
    ("everything-rsa", 0, &[]),
    ("hashes-made-to-fit", 4, &[("sod_signature", "signature_invalid")]),
    ("issuer-forged", 4, &[("issuer", "signature_invalid")]),
    ("issuer-linked", 0, &[]),
    ("issuer-unknown", 3, &[("issuer", "unknown_issuer")]),
    ("list-out-of-date", 0, &[("revocation", "crl_out_of_date")]),
    ("offer-stripped", 3, &[("access_offer", "tampered_offer")]),
    ("pace-chip-authentication", 0, &[]),
    ("pace-integrated", 0, &[]),
    ("pace-only", 0, &[]),
    ("passport-foreign", 0, &[]),
    ("portrait-jpeg2000", 0, &[]),
    ("portrait-length-wrong", 0, &[]),
    ("portrait-swapped", 4, &[("data_group_hashes", "hash_mismatch")]),
    ("print-of-another-card", 4, &[("agreement", "print_differs")]),
    (
        "proofs-hidden",
        3,
        &[
            ("data_group_hashes", "file_missing"),
            ("chip_authentication", "file_missing"),
            ("active_authentication", "file_missing"),
        ],
    ),
    ("signer-dsa", 3, &[("sod_signature", "unsupported_algorithm")]),
    ("signer-expired", 3, &[("issuer", "expired")]),
    ("signer-is-a-ca", 3, &[("issuer", "wrong_issuer")]),
    ("signer-not-in-sod", 3, &[("sod_signature", "ds_missing")]),
    ("signer-of-another-country", 3, &[("issuer", "wrong_issuer")]),
    ("signer-revoked", 4, &[("revocation", "revoked")]),
    ("signer-revoked-stale-list", 4, &[("revocation", "revoked")]),
];

fn profiles() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/virtual-card/profiles")
}

#[test]
fn every_profile_of_an_issuer_is_judged_as_its_readme_says() {
    read_all(is_about_the_issuer);
}

#[test]
fn every_profile_of_a_chip_is_judged_as_its_readme_says() {
    read_all(|name| !is_about_the_issuer(name));
}

fn is_about_the_issuer(name: &str) -> bool {
    ["issuer-", "signer-", "list-", "everything-"].iter().any(|start| name.starts_with(start))
}

fn read_all(wanted: impl Fn(&str) -> bool) {
    for (name, exit, checks) in EXPECTATIONS.iter().filter(|(name, ..)| wanted(name)) {
        let text = fs::read_to_string(profiles().join(name).with_extension("toml")).expect(name);
        // Shorter keys of the same kind are made faster.
        let folder = Folder::of(&text.replace("rsa-3072", "rsa-2048").replace("rsa-2048", "rsa-1536"));
        let printed: toml::Table =
            fs::read_to_string(folder.path("card.toml")).expect("written").parse().expect("what was written");
        let mut arguments =
            vec!["read".to_owned(), "--virtual".into(), folder.path("profile.toml").display().to_string()];
        arguments.extend(folder.vouchers());
        if folder.path("link.der").exists() {
            arguments.extend(["--trust".into(), folder.path("link.der").display().to_string()]);
        }
        if *name == "print-of-another-card" {
            arguments.extend(["--qr-text".into(), printed["qr_text"].as_str().expect("a text").into()]);
        }
        println!("{name}");
        let run = cccd(&arguments).expect_exit(*exit);
        for (check, expected) in *checks {
            let (status, reason) = run.check(check);
            assert_eq!(reason.unwrap_or(status), *expected, "{name}: {check}");
        }
        for (check, value) in run.json["checks"].as_object().expect("checks") {
            let said = value["message"].as_str().unwrap_or_default();
            let words = cccd::messages::of_detail(&Check::skipped(said));
            assert!(said.is_empty() || !words.vi.is_empty(), "{name}: {check}: {said} is not in messages/details.rs");
        }
        if *exit == 0 {
            assert_eq!(run.json["verdict"], "genuine", "{name}");
        }
    }
}

#[test]
fn no_profile_is_forgotten() {
    for entry in fs::read_dir(profiles()).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
            assert!(EXPECTATIONS.iter().any(|(known, ..)| *known == name), "{name}");
        }
    }
}
