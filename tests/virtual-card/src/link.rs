//! The time a contactless link takes, so that a read through a virtual card lasts as long as a real one would.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Bits on the air for a byte: eight and one of parity (ISO/IEC 14443-3, type A).
const BITS_PER_BYTE: u64 = 9;
/// Bytes of data in a frame of 256 bytes, and what each frame adds: prologue, CRC, start and end.
const BYTES_PER_FRAME: usize = 253;
/// See [`BYTES_PER_FRAME`].
const FRAME_OVERHEAD: u64 = 5;

/// What each part of an exchange costs. Everything is zero, thus off, unless set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinkModel {
    /// Milliseconds for every APDU: reader, turnaround, the chip's own work.
    pub ms_per_apdu: u32,
    /// Bits per second on the air; 0 for no limit.
    pub bits_per_second: u32,
    /// Milliseconds for each operation with a key: four in PACE, one each in Chip and Active Authentication.
    pub ms_per_key_operation: u32,
}

impl LinkModel {
    /// The link and chip that the project measures with: 5 ms per APDU, 424 kbit/s, 80 ms per operation with a key.
    pub const REFERENCE: Self = Self { ms_per_apdu: 5, bits_per_second: 424_000, ms_per_key_operation: 80 };

    /// How long one exchange takes.
    #[must_use]
    pub fn duration(&self, command_len: usize, response_len: usize, key_operations: u32) -> Duration {
        let on_air = |length: usize| length as u64 + FRAME_OVERHEAD * length.div_ceil(BYTES_PER_FRAME).max(1) as u64;
        let bits = (on_air(command_len) + on_air(response_len)) * BITS_PER_BYTE;
        let air = match self.bits_per_second {
            0 => Duration::ZERO,
            rate => Duration::from_nanos(bits.saturating_mul(1_000_000_000) / u64::from(rate)),
        };
        let work = u64::from(self.ms_per_apdu) + u64::from(self.ms_per_key_operation) * u64::from(key_operations);
        Duration::from_millis(work) + air
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_link_takes_5_ms_and_the_bits_on_the_air() {
        // 13 + 5 and 255 + 10 bytes of nine bits at 424 kbit/s: 6007 µs.
        let time = LinkModel::REFERENCE.duration(13, 255, 0);
        assert_eq!(time, Duration::from_millis(5) + Duration::from_nanos((18 + 265) * 9 * 1_000_000_000 / 424_000));
    }

    #[test]
    fn key_operations_are_counted_and_an_unset_model_takes_no_time() {
        let model = LinkModel { ms_per_key_operation: 30, ..LinkModel::default() };
        assert_eq!(model.duration(100, 100, 2), Duration::from_millis(60));
        assert_eq!(LinkModel::default().duration(300, 300, 4), Duration::ZERO);
    }
}
