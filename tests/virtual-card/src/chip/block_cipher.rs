//! Block ciphers, their modes and their MACs as the chip uses them (ICAO Doc 9303-11, 9.8.6 and 4.4.3.3).

use aes::{
    Aes128, Aes192, Aes256,
    cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit},
};
use cmac::{Cmac, Mac};
use des::{Des, TdesEde2};

use crate::image::Cipher;

impl Cipher {
    /// Bytes of a block.
    #[must_use]
    pub const fn block_len(self) -> usize {
        match self {
            Self::TripleDes => 8,
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
        }
    }

    /// Bytes of a key.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self {
            Self::TripleDes | Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }
}

/// An encryption key, ready to use.
#[derive(Clone)]
pub enum BlockCipher {
    /// Two-key triple DES.
    TripleDes(Box<TdesEde2>),
    /// AES with a 128-bit key.
    Aes128(Box<Aes128>),
    /// AES with a 192-bit key.
    Aes192(Box<Aes192>),
    /// AES with a 256-bit key.
    Aes256(Box<Aes256>),
}

impl BlockCipher {
    /// The cipher under a key of [`Cipher::key_len`] bytes.
    ///
    /// # Panics
    /// The key has another length: keys come from [`super::key_derivation`], which makes the right one.
    #[must_use]
    pub fn new(cipher: Cipher, key: &[u8]) -> Self {
        const FITS: &str = "key derivation gives the cipher's key length";
        match cipher {
            Cipher::TripleDes => Self::TripleDes(Box::new(TdesEde2::new_from_slice(key).expect(FITS))),
            Cipher::Aes128 => Self::Aes128(Box::new(Aes128::new_from_slice(key).expect(FITS))),
            Cipher::Aes192 => Self::Aes192(Box::new(Aes192::new_from_slice(key).expect(FITS))),
            Cipher::Aes256 => Self::Aes256(Box::new(Aes256::new_from_slice(key).expect(FITS))),
        }
    }

    /// Encrypts one block in place.
    ///
    /// # Panics
    /// `block` is not one block long; every caller cuts its input into blocks.
    pub fn encrypt_block(&self, block: &mut [u8]) {
        const ONE_BLOCK: &str = "callers pass one block";
        match self {
            Self::TripleDes(cipher) => cipher.encrypt_block(<&mut Array<_, _>>::try_from(block).expect(ONE_BLOCK)),
            Self::Aes128(cipher) => cipher.encrypt_block(<&mut Array<_, _>>::try_from(block).expect(ONE_BLOCK)),
            Self::Aes192(cipher) => cipher.encrypt_block(<&mut Array<_, _>>::try_from(block).expect(ONE_BLOCK)),
            Self::Aes256(cipher) => cipher.encrypt_block(<&mut Array<_, _>>::try_from(block).expect(ONE_BLOCK)),
        }
    }

    fn decrypt_block(&self, block: &mut [u8]) {
        const ONE_BLOCK: &str = "callers pass one block";
        match self {
            Self::TripleDes(cipher) => cipher.decrypt_block(<&mut Array<_, _>>::try_from(block).expect(ONE_BLOCK)),
            Self::Aes128(cipher) => cipher.decrypt_block(<&mut Array<_, _>>::try_from(block).expect(ONE_BLOCK)),
            Self::Aes192(cipher) => cipher.decrypt_block(<&mut Array<_, _>>::try_from(block).expect(ONE_BLOCK)),
            Self::Aes256(cipher) => cipher.decrypt_block(<&mut Array<_, _>>::try_from(block).expect(ONE_BLOCK)),
        }
    }

    const fn block_len(&self) -> usize {
        match self {
            Self::TripleDes(_) => 8,
            _ => 16,
        }
    }

    /// Encrypts whole blocks in cipher block chaining mode.
    #[must_use]
    pub fn encrypt_cbc(&self, iv: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut previous = iv.to_vec();
        let mut out = Vec::with_capacity(plain.len());
        for block in plain.chunks_exact(self.block_len()) {
            previous.iter_mut().zip(block).for_each(|(p, b)| *p ^= b);
            self.encrypt_block(&mut previous);
            out.extend_from_slice(&previous);
        }
        out
    }

    /// Decrypts whole blocks in cipher block chaining mode.
    #[must_use]
    pub fn decrypt_cbc(&self, iv: &[u8], cryptogram: &[u8]) -> Vec<u8> {
        let mut previous = iv;
        let mut out = Vec::with_capacity(cryptogram.len());
        for block in cryptogram.chunks_exact(self.block_len()) {
            let mut plain = block.to_vec();
            self.decrypt_block(&mut plain);
            out.extend(plain.iter().zip(previous).map(|(p, c)| p ^ c));
            previous = block;
        }
        out
    }
}

/// The 8-byte MAC of a message: retail MAC (ISO/IEC 9797-1 MAC algorithm 3, padding method 2) for triple DES, CMAC
/// (NIST SP 800-38B) cut to its first 8 bytes for AES.
#[must_use]
pub fn mac(cipher: Cipher, key: &[u8], message: &[u8]) -> [u8; 8] {
    fn leftmost<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> [u8; 8] {
        let mut mac = <M as KeyInit>::new_from_slice(key).expect("key derivation gives the cipher's key length");
        mac.update(message);
        let tag = mac.finalize().into_bytes();
        let mut out = [0; 8];
        out.copy_from_slice(&tag[..8]);
        out
    }
    match cipher {
        Cipher::TripleDes => retail_mac(key, message),
        Cipher::Aes128 => leftmost::<Cmac<Aes128>>(key, message),
        Cipher::Aes192 => leftmost::<Cmac<Aes192>>(key, message),
        Cipher::Aes256 => leftmost::<Cmac<Aes256>>(key, message),
    }
}

fn retail_mac(key: &[u8], message: &[u8]) -> [u8; 8] {
    let des = |half: &[u8]| Des::new_from_slice(half).expect("half of a 16-byte key");
    let (first, second) = (des(&key[..8]), des(&key[8..16]));
    let mut state = [0; 8];
    for block in pad(message, 8).chunks_exact(8) {
        state.iter_mut().zip(block).for_each(|(s, b)| *s ^= b);
        first.encrypt_block((&mut state).into());
    }
    second.decrypt_block((&mut state).into());
    first.encrypt_block((&mut state).into());
    state
}

/// Padding method 2 of ISO/IEC 9797-1: a bit 1, then zeros up to a whole block.
#[must_use]
pub fn pad(message: &[u8], block_len: usize) -> Vec<u8> {
    let mut padded = message.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(block_len), 0);
    padded
}

/// Takes padding method 2 off; nothing where there is none.
#[must_use]
pub fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let end = padded.iter().rposition(|byte| *byte != 0)?;
    (padded[end] == 0x80).then(|| &padded[..end])
}
