//! Authorities that are recognised by their fingerprint. **Recognised is not trusted**: none is built in as an anchor.

use icao9303::passive_authentication::Certificate;

use crate::messages::Words;

/// Fingerprints (SHA-256 of the certificate) and names, in Vietnamese and in English.
const KNOWN: &[([u8; 32], &str, &str)] = &[(
    // As shipped in a vendor's public kit; self-signed, valid from 2021.
    [
        0x6F, 0x0A, 0x20, 0xD6, 0x3A, 0x43, 0xFC, 0x58, 0x9E, 0xAF, 0x0D, 0x8C, 0x52, 0x11, 0x3A, 0x2A, 0x8B, 0xFA,
        0x34, 0x1C, 0x6F, 0x2F, 0xAB, 0x04, 0x12, 0x12, 0x38, 0xAA, 0x0C, 0x22, 0xB1, 0xA9,
    ],
    "CSCA đầu tiên của thẻ căn cước gắn chip (CCCD)",
    "the first CSCA of the Vietnamese chip ID card (CCCD)",
)];

/// What a certificate is known as.
#[must_use]
pub fn name_of(certificate: &Certificate) -> Option<&'static str> {
    find(&certificate.sha256_fingerprint()).map(|(_, en)| en)
}

/// The same in both languages.
#[must_use]
pub fn words_of(certificate: &Certificate) -> Option<Words> {
    words_of_fingerprint(&certificate.sha256_fingerprint())
}

/// What the certificate of that SHA-256 fingerprint is known as, in both languages.
#[must_use]
pub fn words_of_fingerprint(fingerprint: &[u8; 32]) -> Option<Words> {
    find(fingerprint).map(|(vi, en)| Words::new(vi, en))
}

fn find(fingerprint: &[u8; 32]) -> Option<(&'static str, &'static str)> {
    KNOWN.iter().find(|(known, ..)| known == fingerprint).map(|(_, vi, en)| (*vi, *en))
}
