//! The key derivation function: keys from a shared secret (Doc 9303-11, 9.7.1).

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::{
    cipher::{Cipher, CipherKey},
    hash::HashAlgorithm,
};

/// What a key is for: the 32-bit counter hashed behind the shared secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// Encryption.
    Encryption = 1,
    /// Message authentication.
    Authentication = 2,
    /// The nonce of PACE, from a password.
    Password = 3,
}

/// The key of that cipher and use. Keys of 3DES get their parity adjusted.
#[must_use]
pub fn derive(cipher: Cipher, secret: &[u8], usage: KeyUse) -> CipherKey {
    let hash = match cipher {
        Cipher::TripleDes | Cipher::Aes128 => HashAlgorithm::Sha1,
        Cipher::Aes192 | Cipher::Aes256 => HashAlgorithm::Sha256,
    };
    let mut input = Zeroizing::new(Vec::with_capacity(secret.len() + 4));
    input.extend_from_slice(secret);
    input.extend_from_slice(&(usage as u32).to_be_bytes());
    let mut output = Zeroizing::new(hash.digest(&input));
    output.truncate(cipher.key_len());
    if cipher == Cipher::TripleDes {
        output.iter_mut().for_each(|byte| *byte = with_odd_parity(*byte));
    }
    // Invariant: SHA-1 gives 20 bytes and SHA-256 32, at least as many as the keys of these ciphers have.
    CipherKey::new(cipher, &output).expect("a hash is as long as the key")
}

/// DES keys have an odd number of ones in each byte; the lowest bit makes it so and counts for nothing else.
const fn with_odd_parity(byte: u8) -> u8 {
    let seven = byte & 0xFE;
    seven | (seven.count_ones() as u8 & 1 ^ 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        base16ct::mixed::decode_vec(text).unwrap()
    }

    #[test]
    fn keys_of_basic_access_control_are_those_of_appendix_d() {
        let seed = hex("239AB9CB282DAF66231DC5A4DF6BFBAE");
        let key = derive(Cipher::TripleDes, &seed, KeyUse::Encryption);
        assert_eq!(key.expose(), hex("AB94FDECF2674FDFB9B391F85D7F76F2"));
        let key = derive(Cipher::TripleDes, &seed, KeyUse::Authentication);
        assert_eq!(key.expose(), hex("7962D9ECE03D1ACD4C76089DCE131543"));
    }

    #[test]
    fn keys_of_pace_are_those_of_appendix_g() {
        let secret = hex("28768D20701247DAE81804C9E780EDE582A9996DB4A315020B2733197DB84925");
        let key = derive(Cipher::Aes128, &secret, KeyUse::Encryption);
        assert_eq!(key.expose(), hex("F5F0E35C0D7161EE6724EE513A0D9A7F"));
        let key = derive(Cipher::Aes128, &secret, KeyUse::Authentication);
        assert_eq!(key.expose(), hex("FE251C7858B356B24514B3BD5F4297D1"));
        let password = hex("7E2D2A41C74EA0B38CD36F863939BFA8E9032AAD");
        let key = derive(Cipher::Aes128, &password, KeyUse::Password);
        assert_eq!(key.expose(), hex("89DED1B26624EC1E634C1989302849DD"));
    }
}
