//! Key derivation (ICAO Doc 9303-11, 9.7.1 to 9.7.4).

use sha1::{Digest, Sha1};
use sha2::Sha256;

use crate::image::Cipher;

/// Counter of the encryption key.
pub const ENCRYPTION: u32 = 1;
/// Counter of the MAC key.
pub const MAC: u32 = 2;
/// Counter of the PACE password key.
pub const PASSWORD: u32 = 3;

/// KDF(K, c): the key of a cipher from a shared secret and a counter.
#[must_use]
pub fn derive(cipher: Cipher, secret: &[u8], counter: u32) -> Vec<u8> {
    let input = [secret, &counter.to_be_bytes()[..]].concat();
    match cipher {
        // Parity bits of DES keys are left as they fall: they have no effect.
        Cipher::TripleDes | Cipher::Aes128 => Sha1::digest(input)[..16].to_vec(),
        Cipher::Aes192 => Sha256::digest(input)[..24].to_vec(),
        Cipher::Aes256 => Sha256::digest(input).to_vec(),
    }
}

/// SHA-1 of the MRZ information: PACE takes all of it, BAC its first 16 bytes.
#[must_use]
pub fn mrz_secret(mrz_information: &str) -> [u8; 20] {
    Sha1::digest(mrz_information.as_bytes()).into()
}
