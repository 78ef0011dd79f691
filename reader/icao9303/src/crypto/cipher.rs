//! The block ciphers of BAC, PACE, Chip Authentication and secure messaging: 3DES with two keys and AES, in CBC mode
//! (Doc 9303-11, 4.3, 4.4, 6.2 and 9.8), and the padding they share.

use alloc::vec::Vec;

use aes::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, BlockSizeUser, KeyInit, KeyIvInit,
};
use zeroize::{Zeroize, Zeroizing};

/// A block cipher and its key length. Ordered by strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cipher {
    /// 3DES with two keys (112 bits).
    TripleDes,
    /// AES with a key of 128 bits.
    Aes128,
    /// AES with a key of 192 bits.
    Aes192,
    /// AES with a key of 256 bits.
    Aes256,
}

/// A key of a [`Cipher`]. Wiped when dropped; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct CipherKey {
    cipher: Cipher,
    bytes: Zeroizing<Vec<u8>>,
}

/// Why a cipher did not take its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CipherError {
    /// The key has not the length of the cipher's keys.
    #[error("a key of {found} bytes where {expected} are needed")]
    KeyLength {
        /// Bytes given.
        found: usize,
        /// Bytes needed.
        expected: usize,
    },
    /// The data are no whole number of blocks.
    #[error("{0} bytes are no whole number of blocks")]
    PartialBlock(usize),
    /// The bytes do not end in the padding of ISO/IEC 9797-1, method 2.
    #[error("the padding is malformed")]
    Padding,
}

impl Cipher {
    /// All, weakest first.
    pub const ALL: [Self; 4] = [Self::TripleDes, Self::Aes128, Self::Aes192, Self::Aes256];

    /// `3DES`, `AES-128` …
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TripleDes => "3DES",
            Self::Aes128 => "AES-128",
            Self::Aes192 => "AES-192",
            Self::Aes256 => "AES-256",
        }
    }

    /// Security in bits, as NIST SP 800-57 part 1 table 2 and SP 800-131A have it.
    #[must_use]
    pub const fn strength(self) -> usize {
        match self {
            Self::TripleDes => 80,
            Self::Aes128 => 128,
            Self::Aes192 => 192,
            Self::Aes256 => 256,
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

    /// Bytes of a block.
    #[must_use]
    pub const fn block_len(self) -> usize {
        match self {
            Self::TripleDes => 8,
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
        }
    }
}

impl core::fmt::Display for Cipher {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.name())
    }
}

/// Runs an expression with `$cipher` standing for the RustCrypto type of the cipher.
macro_rules! with_cipher {
    ($value:expr, $cipher:ident => $body:expr) => {
        match $value {
            Cipher::TripleDes => {
                type $cipher = des::TdesEde2;
                $body
            }
            Cipher::Aes128 => {
                type $cipher = aes::Aes128;
                $body
            }
            Cipher::Aes192 => {
                type $cipher = aes::Aes192;
                $body
            }
            Cipher::Aes256 => {
                type $cipher = aes::Aes256;
                $body
            }
        }
    };
}

impl CipherKey {
    /// A key of that cipher.
    ///
    /// # Errors
    /// [`CipherError::KeyLength`].
    pub fn new(cipher: Cipher, bytes: &[u8]) -> Result<Self, CipherError> {
        if bytes.len() != cipher.key_len() {
            return Err(CipherError::KeyLength { found: bytes.len(), expected: cipher.key_len() });
        }
        Ok(Self { cipher, bytes: Zeroizing::new(bytes.to_vec()) })
    }

    /// The cipher that the key is for.
    #[must_use]
    pub const fn cipher(&self) -> Cipher {
        self.cipher
    }

    /// The key itself.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// One block enciphered on its own.
    ///
    /// # Errors
    /// [`CipherError::PartialBlock`]: not exactly one block.
    pub fn encrypt_block(&self, block: &[u8]) -> Result<Vec<u8>, CipherError> {
        with_cipher!(self.cipher, C => {
            let mut block = block.try_into().map_err(|_| CipherError::PartialBlock(block.len()))?;
            self.keyed::<C>().encrypt_block(&mut block);
            Ok(block.to_vec())
        })
    }

    /// Whole blocks enciphered in CBC mode; no initialisation vector means one of zeros.
    ///
    /// # Errors
    /// [`CipherError::PartialBlock`]: data or vector are no whole blocks.
    pub fn encrypt_cbc(&self, iv: Option<&[u8]>, data: &[u8]) -> Result<Vec<u8>, CipherError> {
        let data_len = data.len();
        self.cbc(iv, data, |key, iv, data| {
            with_cipher!(key.cipher, C => {
                let mut mode = cbc::Encryptor::<C>::new_from_slices(&key.bytes, iv).map_err(|_| key.length_fault())?;
                for block in data.chunks_exact_mut(C::block_size()) {
                    mode.encrypt_block(block.try_into().map_err(|_| CipherError::PartialBlock(data_len))?);
                }
            });
            Ok(())
        })
    }

    /// Whole blocks deciphered in CBC mode; no initialisation vector means one of zeros.
    ///
    /// # Errors
    /// [`CipherError::PartialBlock`]: data or vector are no whole blocks.
    pub fn decrypt_cbc(&self, iv: Option<&[u8]>, data: &[u8]) -> Result<Vec<u8>, CipherError> {
        let data_len = data.len();
        self.cbc(iv, data, |key, iv, data| {
            with_cipher!(key.cipher, C => {
                let mut mode = cbc::Decryptor::<C>::new_from_slices(&key.bytes, iv).map_err(|_| key.length_fault())?;
                for block in data.chunks_exact_mut(C::block_size()) {
                    mode.decrypt_block(block.try_into().map_err(|_| CipherError::PartialBlock(data_len))?);
                }
            });
            Ok(())
        })
    }

    fn cbc(
        &self,
        iv: Option<&[u8]>,
        data: &[u8],
        run: impl FnOnce(&Self, &[u8], &mut [u8]) -> Result<(), CipherError>,
    ) -> Result<Vec<u8>, CipherError> {
        let block_len = self.cipher.block_len();
        let zeros = [0; 16];
        let iv = iv.unwrap_or(&zeros[..block_len]);
        if iv.len() != block_len || data.len() % block_len != 0 {
            return Err(CipherError::PartialBlock(if iv.len() == block_len { data.len() } else { iv.len() }));
        }
        let mut out = data.to_vec();
        run(self, iv, &mut out)?;
        Ok(out)
    }

    fn keyed<C: KeyInit>(&self) -> C {
        // Invariant: `new` took a key of the cipher's length, and `with_cipher` names the type of this cipher.
        C::new_from_slice(&self.bytes).expect("the length of the key was checked")
    }

    fn length_fault(&self) -> CipherError {
        CipherError::KeyLength { found: self.bytes.len(), expected: self.cipher.key_len() }
    }
}

impl core::fmt::Debug for CipherKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "CipherKey({})", self.cipher)
    }
}

/// Single DES, which only the retail MAC needs.
pub(super) fn des_cbc_last_block(key: &[u8; 8], data: &[u8]) -> [u8; 8] {
    let cipher = des::Des::new(key.into());
    let mut state = [0; 8];
    for block in data.chunks_exact(8) {
        for (state, byte) in state.iter_mut().zip(block) {
            *state ^= byte;
        }
        let mut buffer = state.into();
        cipher.encrypt_block(&mut buffer);
        state = buffer.into();
    }
    state
}

/// Single DES the other way, for the last steps of the retail MAC.
pub(super) fn des_decrypt(key: &[u8; 8], block: [u8; 8]) -> [u8; 8] {
    let mut buffer = block.into();
    des::Des::new(key.into()).decrypt_block(&mut buffer);
    buffer.into()
}

/// Appends `80` and as many zeros as make whole blocks (ISO/IEC 9797-1, padding method 2).
#[must_use]
pub fn pad(data: &[u8], block_len: usize) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(data.len() + block_len));
    out.extend_from_slice(data);
    out.push(0x80);
    let whole = out.len().next_multiple_of(block_len);
    out.resize(whole, 0);
    out
}

/// Takes away what [`pad`] appended.
///
/// # Errors
/// [`CipherError::Padding`]: the last block does not end in `80` and zeros.
pub fn unpad(mut data: Vec<u8>, block_len: usize) -> Result<Vec<u8>, CipherError> {
    let zeros = data.iter().rev().take_while(|byte| **byte == 0).count();
    let end = data.len().checked_sub(zeros + 1).ok_or(CipherError::Padding)?;
    if data.get(end) == Some(&0x80) && zeros < block_len {
        data.truncate(end);
        Ok(data)
    } else {
        data.zeroize();
        Err(CipherError::Padding)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(cipher: Cipher) -> CipherKey {
        let bytes: Vec<u8> = (0..cipher.key_len() as u8).collect();
        CipherKey::new(cipher, &bytes).unwrap()
    }

    #[test]
    fn aes_blocks_are_those_of_fips_197() {
        let plain = base16ct::lower::decode_vec("00112233445566778899aabbccddeeff").unwrap();
        for (cipher, expected) in [
            (Cipher::Aes128, "69c4e0d86a7b0430d8cdb78070b4c55a"),
            (Cipher::Aes192, "dda97ca4864cdfe06eaf70a0ec0d7191"),
            (Cipher::Aes256, "8ea2b7ca516745bfeafc49904b496089"),
        ] {
            let out = key(cipher).encrypt_block(&plain).unwrap();
            assert_eq!(base16ct::lower::encode_string(&out), expected);
        }
    }

    #[test]
    fn lengths_are_checked() {
        assert_eq!(CipherKey::new(Cipher::Aes192, &[0; 16]), Err(CipherError::KeyLength { found: 16, expected: 24 }));
        assert_eq!(key(Cipher::Aes128).encrypt_cbc(None, &[0; 15]), Err(CipherError::PartialBlock(15)));
        assert_eq!(key(Cipher::Aes128).decrypt_cbc(Some(&[0; 8]), &[0; 16]), Err(CipherError::PartialBlock(8)));
        assert_eq!(key(Cipher::TripleDes).encrypt_block(&[0; 16]), Err(CipherError::PartialBlock(16)));
    }

    #[test]
    fn padding_that_is_none_is_refused() {
        for bytes in [&[][..], &[0; 8], &[1; 8], &[0x80, 0, 0, 0, 0, 0, 0, 0, 0], &[0x81, 0, 0, 0, 0, 0, 0, 0]] {
            assert_eq!(unpad(bytes.to_vec(), 8), Err(CipherError::Padding), "{bytes:02x?}");
        }
    }

    #[test]
    fn debug_does_not_show_the_key() {
        assert_eq!(alloc::format!("{:?}", key(Cipher::Aes256)), "CipherKey(AES-256)");
    }

    proptest! {
        #[test]
        fn deciphering_undoes_enciphering(
            which in 0_usize..4, data in prop::collection::vec(any::<u8>(), 0..100), iv: [u8; 16],
        ) {
            let key = key(Cipher::ALL[which]);
            let block_len = key.cipher().block_len();
            let iv = Some(&iv[..block_len]);
            let out = key.encrypt_cbc(iv, &pad(&data, block_len)).unwrap();
            prop_assert_eq!(unpad(key.decrypt_cbc(iv, &out).unwrap(), block_len).unwrap(), data);
        }
    }
}
