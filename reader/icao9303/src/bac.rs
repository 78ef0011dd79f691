//! Basic Access Control: a key from the MRZ opens a channel of 3DES (Doc 9303-11, 4.3 and Appendix D).

use alloc::vec::Vec;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{
    apdu::{Command, StatusWord},
    card::{AccessError, AccessStep, CardError, Instruction, channel::Channel},
    crypto::{
        cipher::{Cipher, CipherKey},
        hash::HashAlgorithm,
        kdf::{self, KeyUse},
        mac::{self, MAC_LEN},
    },
    mrz::MrzKey,
    secure_messaging::SecureMessaging,
    transport::Transport,
};

const NONCE_LEN: usize = 8;
const KEY_LEN: usize = 16;
const CRYPTOGRAM_LEN: usize = 2 * NONCE_LEN + KEY_LEN;

/// The keys that an MRZ gives (Doc 9303-11, 9.7.2). Wiped when dropped; `Debug` does not show them.
#[derive(Clone, Debug)]
pub struct BacKeys {
    encryption: CipherKey,
    authentication: CipherKey,
}

impl BacKeys {
    /// The keys of that MRZ.
    #[must_use]
    pub fn new(key: &MrzKey) -> Self {
        let seed = Zeroizing::new(HashAlgorithm::Sha1.digest(key.mrz_information().as_bytes()));
        let seed = &seed[..KEY_LEN]; // SHA-1 gives 20 bytes
        Self {
            encryption: kdf::derive(Cipher::TripleDes, seed, KeyUse::Encryption),
            authentication: kdf::derive(Cipher::TripleDes, seed, KeyUse::Authentication),
        }
    }
}

/// What the reader brings to one run.
struct Reader {
    nonce: [u8; NONCE_LEN],
    key: Zeroizing<[u8; KEY_LEN]>,
}

/// Runs BAC. The eMRTD application has to be selected.
pub(crate) fn establish<T: Transport>(
    channel: &mut Channel<T>,
    key: &MrzKey,
    rng: &mut dyn CryptoRng,
) -> Result<SecureMessaging, CardError> {
    let keys = BacKeys::new(key);
    let challenge = Command::new(0x00, 0x84, 0x00, 0x00).expecting(NONCE_LEN);
    let answer = channel.transmit(Instruction::GetChallenge, &challenge)?;
    if !answer.status.is_success() {
        return Err(failed(AccessError::Refused { step: AccessStep::Challenge, status: answer.status }));
    }
    let chip_nonce: [u8; NONCE_LEN] = answer.data[..].try_into().map_err(|_| malformed(AccessStep::Challenge))?;

    let mut reader = Reader { nonce: [0; NONCE_LEN], key: Zeroizing::new([0; KEY_LEN]) };
    rng.fill_bytes(&mut reader.nonce);
    rng.fill_bytes(&mut reader.key[..]);
    let command = Command::new(0x00, 0x82, 0x00, 0x00)
        .with_data(cryptogram(&keys, &reader, chip_nonce))
        .expecting(CRYPTOGRAM_LEN + MAC_LEN);
    let answer = channel.transmit(Instruction::ExternalAuthenticate, &command)?;
    if !answer.status.is_success() {
        return Err(failed(refusal(answer.status)));
    }
    session(&keys, &reader, chip_nonce, &answer.data).map_err(failed)
}

/// `E_IFD ‖ M_IFD` (Doc 9303-11, 4.3.3, step 2).
fn cryptogram(keys: &BacKeys, reader: &Reader, chip_nonce: [u8; NONCE_LEN]) -> Vec<u8> {
    let mut plain = Zeroizing::new(Vec::with_capacity(CRYPTOGRAM_LEN));
    plain.extend_from_slice(&reader.nonce);
    plain.extend_from_slice(&chip_nonce);
    plain.extend_from_slice(&reader.key[..]);
    // Invariant: 32 bytes are whole blocks.
    let mut out = keys.encryption.encrypt_cbc(None, &plain).expect("whole blocks");
    let code = mac::mac(&keys.authentication, &out);
    out.extend_from_slice(&code);
    out
}

/// Checks the chip's cryptogram and derives the session from it (Doc 9303-11, 4.3.3, step 4 and after).
fn session(
    keys: &BacKeys,
    reader: &Reader,
    chip_nonce: [u8; NONCE_LEN],
    answer: &[u8],
) -> Result<SecureMessaging, AccessError> {
    let malformed = AccessError::Malformed { step: AccessStep::MutualAuthentication };
    if answer.len() != CRYPTOGRAM_LEN + MAC_LEN {
        return Err(malformed);
    }
    let (enciphered, code) = answer.split_at(CRYPTOGRAM_LEN);
    if !mac::verify(&keys.authentication, enciphered, code) {
        return Err(AccessError::NotAuthentic);
    }
    let plain = Zeroizing::new(keys.encryption.decrypt_cbc(None, enciphered).map_err(|_| malformed)?);
    let (nonces, chip_key) = plain.split_at(2 * NONCE_LEN);
    if nonces != [chip_nonce, reader.nonce].concat() {
        return Err(AccessError::NotAuthentic);
    }
    let seed: Zeroizing<Vec<u8>> =
        Zeroizing::new(reader.key.iter().zip(chip_key).map(|(ours, its)| ours ^ its).collect());
    // The counter starts with the ends of both nonces (Doc 9303-11, 9.8.6.3).
    let counter = chip_nonce[4..].iter().chain(&reader.nonce[4..]).fold(0, |sum, byte| sum << 8 | u128::from(*byte));
    Ok(SecureMessaging::from_secret(Cipher::TripleDes, &seed, counter))
}

/// What a chip means that refuses the cryptogram. With another MRZ it finds the code over it wrong, and says so in one
/// of several ways.
fn refusal(status: StatusWord) -> AccessError {
    match status {
        StatusWord::AUTHENTICATION_METHOD_BLOCKED => AccessError::Blocked { status },
        StatusWord::SECURITY_STATUS_NOT_SATISFIED
        | StatusWord::SM_OBJECTS_INCORRECT
        | StatusWord::CONDITIONS_NOT_SATISFIED
        | StatusWord::INCORRECT_DATA => AccessError::WrongPassword { status },
        status if status.sw1() == 0x63 => AccessError::WrongPassword { status },
        status => AccessError::Refused { step: AccessStep::MutualAuthentication, status },
    }
}

fn failed(source: AccessError) -> CardError {
    CardError::Access { protocol: "BAC", source }
}

fn malformed(step: AccessStep) -> CardError {
    failed(AccessError::Malformed { step })
}
