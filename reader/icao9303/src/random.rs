//! Random numbers for tests: the ones written down, and none besides.

use alloc::vec::Vec;
use core::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};

/// Gives these bytes, in order, and panics when they are used up.
pub(crate) struct Scripted {
    bytes: Vec<u8>,
}

impl Scripted {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }
}

impl TryRng for Scripted {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        let taken: Vec<u8> = self.bytes.drain(..out.len()).collect();
        out.copy_from_slice(&taken);
        Ok(())
    }
}

impl TryCryptoRng for Scripted {}
