//! Message authentication codes of eight bytes: the retail MAC with 3DES (ISO/IEC 9797-1, algorithm 3, padding method 2)
//! and CMAC with AES, truncated (NIST SP 800-38B), as Doc 9303-11, 4.4.3.4 and 9.8.6 use them.

use alloc::vec::Vec;

use cmac::{Cmac, KeyInit, Mac};
use subtle::ConstantTimeEq;

use super::cipher::{Cipher, CipherKey, des_cbc_last_block, des_decrypt, pad};

/// Bytes of every code here.
pub const MAC_LEN: usize = 8;

/// The code of a message under a key.
#[must_use]
pub fn mac(key: &CipherKey, message: &[u8]) -> [u8; MAC_LEN] {
    match key.cipher() {
        Cipher::TripleDes => retail_mac(key.expose(), message),
        Cipher::Aes128 => truncated(Cmac::<aes::Aes128>::new_from_slice(key.expose()), message),
        Cipher::Aes192 => truncated(Cmac::<aes::Aes192>::new_from_slice(key.expose()), message),
        Cipher::Aes256 => truncated(Cmac::<aes::Aes256>::new_from_slice(key.expose()), message),
    }
}

/// Compares a code in constant time. One of another length is wrong.
#[must_use]
pub fn verify(key: &CipherKey, message: &[u8], code: &[u8]) -> bool {
    mac(key, message).ct_eq(code).into()
}

/// The code of an APDU or a cryptogram, which Doc 9303-11 wants padded to whole blocks first with either cipher.
/// (The retail MAC pads in any case; CMAC would do without.)
#[must_use]
pub fn mac_padded(key: &CipherKey, message: &[u8]) -> [u8; MAC_LEN] {
    match key.cipher() {
        Cipher::TripleDes => mac(key, message),
        cipher => mac(key, &pad(message, cipher.block_len())),
    }
}

/// Compares a code of [`mac_padded`] in constant time.
#[must_use]
pub fn verify_padded(key: &CipherKey, message: &[u8], code: &[u8]) -> bool {
    mac_padded(key, message).ct_eq(code).into()
}

fn retail_mac(key: &[u8], message: &[u8]) -> [u8; MAC_LEN] {
    // Invariant: a CipherKey for 3DES has 16 bytes.
    let (first, second) = key.split_at(8);
    let (first, second) = (first.try_into().expect("8 bytes"), second.try_into().expect("8 bytes"));
    let chained = des_cbc_last_block(first, &pad(message, 8));
    des_cbc_last_block(first, &des_decrypt(second, chained))
}

fn truncated<M: Mac>(keyed: Result<M, impl Sized>, message: &[u8]) -> [u8; MAC_LEN] {
    // Invariant: a CipherKey has the length of its cipher's keys.
    let Ok(mut cmac) = keyed else { unreachable!("the length of the key was checked") };
    cmac.update(message);
    let code: Vec<u8> = cmac.finalize().into_bytes().to_vec();
    core::array::from_fn(|i| code[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        base16ct::mixed::decode_vec(text).unwrap()
    }

    #[test]
    fn the_retail_mac_is_that_of_appendix_d() {
        // Doc 9303-11, Appendix D.3: MAC over E_IFD with K_MAC.
        let key = CipherKey::new(Cipher::TripleDes, &hex("7962D9ECE03D1ACD4C76089DCE131543")).unwrap();
        let e_ifd = hex("72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2");
        assert_eq!(mac(&key, &e_ifd).to_vec(), hex("5F1448EEA8AD90A7"));
        assert!(verify(&key, &e_ifd, &hex("5F1448EEA8AD90A7")));
        assert!(!verify(&key, &e_ifd, &hex("5F1448EEA8AD90A6")));
        assert!(!verify(&key, &e_ifd, &hex("5F1448EEA8AD90")));
    }

    #[test]
    fn cmac_is_that_of_sp_800_38b() {
        let key = CipherKey::new(Cipher::Aes128, &hex("2b7e151628aed2a6abf7158809cf4f3c")).unwrap();
        assert_eq!(mac(&key, &[]).to_vec(), hex("bb1d6929e9593728"));
        assert_eq!(mac(&key, &hex("6bc1bee22e409f96e93d7e117393172a")).to_vec(), hex("070a16b46b4d4144"));
        let key = CipherKey::new(Cipher::Aes192, &hex("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b")).unwrap();
        assert_eq!(mac(&key, &[]).to_vec(), hex("d17ddf46adaacde5"));
        let key = hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
        let key = CipherKey::new(Cipher::Aes256, &key).unwrap();
        assert_eq!(mac(&key, &[]).to_vec(), hex("028962f61b7bf89e"));
    }
}
