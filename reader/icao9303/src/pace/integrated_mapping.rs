//! The pseudo-random function R_p(s, t) of integrated mapping (Doc 9303-11, 4.4.3.3.2): the chip's nonce s and the
//! reader's t become a number, which is then mapped to a generator.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::crypto::cipher::{Cipher, CipherError, CipherKey};

/// c0 and c1 where s has 128 bits: with 3DES and AES-128.
static CONSTANTS_128: [[u8; 16]; 2] = [
    0xA668_892A_7C41_E3CA_739F_40B0_57D8_5904_u128.to_be_bytes(),
    0xA4E1_36AC_725F_738B_01C1_F602_17C1_88AD_u128.to_be_bytes(),
];

/// c0 and c1 where s has 256 bits: with AES-192 and AES-256.
static CONSTANTS_256: [[[u8; 16]; 2]; 2] = [
    [
        0xD463_D652_3412_4EF7_8970_5498_6DCA_0A17_u128.to_be_bytes(),
        0x4E28_DF75_8CBA_A03F_2406_1641_4D5A_1676_u128.to_be_bytes(),
    ],
    [
        0x54BD_7255_F0AA_F831_BEC3_423F_CF39_D69B_u128.to_be_bytes(),
        0x6CBF_0666_77D0_FAAE_5AAD_D99D_F8E5_3517_u128.to_be_bytes(),
    ],
];

/// A big-endian number of at least 64 bits more than the field's prime has, to be taken modulo that prime.
///
/// # Errors
/// A nonce has not the length that the cipher demands: s the smallest number of whole blocks that holds a key, t that of
/// a key.
pub(super) fn pseudo_random(
    cipher: Cipher,
    s: &[u8],
    t: &[u8],
    field_bits: usize,
) -> Result<Zeroizing<Vec<u8>>, CipherError> {
    let [c0, c1] = match cipher {
        Cipher::TripleDes | Cipher::Aes128 => CONSTANTS_128.each_ref().map(|constant| constant.as_slice()),
        Cipher::Aes192 | Cipher::Aes256 => CONSTANTS_256.each_ref().map(|constant| constant.as_flattened()),
    };
    if s.len() != c0.len() {
        return Err(CipherError::PartialBlock(s.len()));
    }
    let mut state = Zeroizing::new(CipherKey::new(cipher, t)?.encrypt_cbc(None, s)?);
    let mut random = Zeroizing::new(Vec::new());
    while random.len() * 8 < field_bits + 64 {
        // Of 256 bits AES-192 takes the first 192 as its key.
        state.truncate(cipher.key_len());
        let key = CipherKey::new(cipher, &state)?;
        random.extend_from_slice(&key.encrypt_cbc(None, c1)?);
        state = Zeroizing::new(key.encrypt_cbc(None, c0)?);
    }
    Ok(random)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_has_64_bits_more_than_the_prime() {
        for (cipher, s, t) in
            [(Cipher::TripleDes, 16, 16), (Cipher::Aes128, 16, 16), (Cipher::Aes192, 32, 24), (Cipher::Aes256, 32, 32)]
        {
            for bits in [192, 256, 320, 521, 1024, 2048] {
                let random = pseudo_random(cipher, &[5; 32][..s], &[6; 32][..t], bits).unwrap();
                assert!(random.len() * 8 >= bits + 64 && random.len() * 8 < bits + 64 + 8 * s, "{cipher} {bits}");
            }
        }
    }

    #[test]
    fn nonces_of_another_length_are_refused() {
        for cipher in Cipher::ALL {
            let s = if cipher > Cipher::Aes128 { 32 } else { 16 };
            for (s, t) in [(s - 1, cipher.key_len()), (48 - s, cipher.key_len()), (s, cipher.key_len() - 1), (0, 0)] {
                assert!(pseudo_random(cipher, &[5; 48][..s], &[6; 48][..t], 256).is_err(), "{cipher} {s} {t}");
            }
        }
    }
}
