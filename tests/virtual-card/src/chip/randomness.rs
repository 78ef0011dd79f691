//! Where a chip's random numbers come from: injected, so that a test repeats.

use icao9303::crypto::curve::{Curve, PrivateKey};
use rand_core::CryptoRng;

/// A source of random numbers.
pub type Randomness = Box<dyn CryptoRng + Send>;

/// Random bytes.
pub fn bytes<const N: usize>(randomness: &mut Randomness) -> [u8; N] {
    let mut bytes = [0; N];
    randomness.fill_bytes(&mut bytes);
    bytes
}

/// So many random bytes.
pub fn some_bytes(randomness: &mut Randomness, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    randomness.fill_bytes(&mut bytes);
    bytes
}

/// A private key: bytes as long as the order, drawn until they are a scalar of the curve.
pub fn private_key(randomness: &mut Randomness, curve: Curve) -> PrivateKey {
    PrivateKey::generate(curve, &mut **randomness)
}

#[cfg(test)]
pub(crate) mod scripted {
    //! Random numbers that a published example used.

    use std::{collections::VecDeque, convert::Infallible};

    use rand_core::{TryCryptoRng, TryRng};

    /// Gives the bytes it was made with, and panics when they run out.
    pub(crate) struct Scripted(pub(crate) VecDeque<u8>);

    impl Scripted {
        pub(crate) fn new(parts: &[&[u8]]) -> Box<Self> {
            Box::new(Self(parts.concat().into()))
        }
    }

    impl TryRng for Scripted {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            unreachable!("chips draw bytes")
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            unreachable!("chips draw bytes")
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
            bytes.iter_mut().for_each(|byte| *byte = self.0.pop_front().expect("the script is long enough"));
            Ok(())
        }
    }

    impl TryCryptoRng for Scripted {}
}
