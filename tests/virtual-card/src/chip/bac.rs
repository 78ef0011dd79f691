//! The chip's end of Basic Access Control (ICAO Doc 9303-11, 4.3).

use super::{
    block_cipher::{self, BlockCipher},
    key_derivation,
    randomness::{self, Randomness},
    secure_messaging::Session,
    status,
};
use crate::image::Cipher;

/// Answers EXTERNAL AUTHENTICATE: the cryptogram of the terminal against the challenge given out before.
///
/// Gives the answer's data and the session that starts after it.
///
/// # Errors
/// The status word of the refusal: `6300` when the terminal does not know the MRZ.
pub fn authenticate(
    mrz_information: &str,
    challenge: [u8; 8],
    data: &[u8],
    randomness: &mut Randomness,
) -> Result<(Vec<u8>, Session), u16> {
    let Some((cryptogram, mac)) = data.split_at_checked(32).filter(|(_, mac)| mac.len() == 8) else {
        return Err(status::WRONG_LENGTH);
    };
    let seed = &key_derivation::mrz_secret(mrz_information)[..16];
    let encryption = BlockCipher::new(CIPHER, &key_derivation::derive(CIPHER, seed, key_derivation::ENCRYPTION));
    let mac_key = key_derivation::derive(CIPHER, seed, key_derivation::MAC);
    if block_cipher::mac(CIPHER, &mac_key, cryptogram)[..] != *mac {
        return Err(status::AUTHENTICATION_FAILED);
    }
    let plain = encryption.decrypt_cbc(&[0; 8], cryptogram);
    let (terminal_challenge, echoed, terminal_share) = (&plain[..8], &plain[8..16], &plain[16..32]);
    if echoed != challenge {
        return Err(status::AUTHENTICATION_FAILED);
    }
    let share = randomness::bytes::<16>(randomness);
    let mut answer = encryption.encrypt_cbc(&[0; 8], &[&challenge[..], terminal_challenge, &share].concat());
    answer.extend(block_cipher::mac(CIPHER, &mac_key, &answer));

    let secret: Vec<u8> = terminal_share.iter().zip(share).map(|(terminal, chip)| terminal ^ chip).collect();
    let session = Session::new(
        CIPHER,
        &key_derivation::derive(CIPHER, &secret, key_derivation::ENCRYPTION),
        key_derivation::derive(CIPHER, &secret, key_derivation::MAC),
        [&challenge[4..], &terminal_challenge[4..]].concat(),
    );
    Ok((answer, session))
}

/// Basic Access Control knows no other cipher.
const CIPHER: Cipher = Cipher::TripleDes;
