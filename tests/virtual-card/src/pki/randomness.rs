//! Where the keys of synthetic cards come from: one stream of random numbers for each purpose, so that asking for one
//! key more changes no other.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use sha2::{Digest as _, Sha256};

/// The source of all keys, serial numbers and salts of one card.
pub struct Randomness {
    seed: [u8; 32],
}

impl Randomness {
    /// New each time, or the same for the same seed.
    ///
    /// # Errors
    /// Where the operating system has no random numbers to give.
    pub fn new(seed: Option<u64>) -> Result<Self, getrandom::Error> {
        let seed = match seed {
            Some(number) => Sha256::digest(number.to_be_bytes()).into(),
            None => {
                let mut bytes = [0; 32];
                getrandom::fill(&mut bytes)?;
                bytes
            }
        };
        Ok(Self { seed })
    }

    /// The stream for one purpose.
    #[must_use]
    pub fn stream(&self, purpose: &str) -> ChaCha20Rng {
        let seed = Sha256::new().chain_update(self.seed).chain_update(purpose).finalize();
        ChaCha20Rng::from_seed(seed.into())
    }

    /// A certificate's serial number: 16 bytes, positive.
    #[must_use]
    pub fn serial(&self, purpose: &str) -> Vec<u8> {
        let mut serial = self.bytes::<16>(&format!("serial number of {purpose}"));
        serial[0] = serial[0] & 0x3F | 0x40;
        serial.to_vec()
    }

    /// Some bytes for one purpose.
    #[must_use]
    pub fn bytes<const N: usize>(&self, purpose: &str) -> [u8; N] {
        let mut bytes = [0; N];
        self.stream(purpose).fill_bytes(&mut bytes);
        bytes
    }
}
