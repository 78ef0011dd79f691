//! The answer to reset: what it says about extended length.
//!
//! A contactless reader makes the answer to reset up from what the card sent when it was activated (PC/SC part 3,
//! 3.1.3.2.3): `3B 8n 80 01`, the historical bytes of the ATS, and a check byte. The historical bytes are laid out as
//! ISO/IEC 7816-4, 8.1.1 says.

use icao9303::lds::atr_info::CardCapabilities;

/// Whether the card says that it takes extended length fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtendedLength {
    /// Card capabilities are there and say so.
    Yes,
    /// Card capabilities are there and do not say so.
    No,
    /// There are no card capabilities.
    Unsaid,
}

/// What the card capabilities in an answer to reset say about extended length.
#[must_use]
pub fn extended_length(atr: &[u8]) -> ExtendedLength {
    match historical_bytes(atr).and_then(CardCapabilities::in_historical_bytes) {
        Some(capabilities) if capabilities.extended_length() => ExtendedLength::Yes,
        Some(_) => ExtendedLength::No,
        None => ExtendedLength::Unsaid,
    }
}

/// The historical bytes of an answer to reset (ISO/IEC 7816-3, 8.2). `None` where the interface bytes run past the end.
#[must_use]
pub fn historical_bytes(atr: &[u8]) -> Option<&[u8]> {
    let t0 = *atr.get(1)?;
    let count = usize::from(t0 & 0x0F);
    let mut position = 2usize;
    let mut present = t0 >> 4;
    loop {
        // TA, TB, TC and TD follow where their bit is set; TD says which come next.
        position += (present & 0b0111).count_ones() as usize;
        if present & 0b1000 == 0 {
            break;
        }
        present = *atr.get(position)? >> 4;
        position += 1;
    }
    atr.get(position..position.checked_add(count)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_without_card_capabilities_says_nothing() {
        let atr = [0x3B, 0x88, 0x80, 0x01, 0x49, 0x53, 0x43, 0x49, 0x43, 0x43, 0x43, 0x44, 0x1E];
        assert_eq!(historical_bytes(&atr), Some(&atr[4..12]));
        assert_eq!(extended_length(&atr), ExtendedLength::Unsaid);
    }

    #[test]
    fn card_capabilities_are_found_behind_other_objects() {
        let with = [0x3B, 0x87, 0x80, 0x01, 0x80, 0x31, 0x80, 0x73, 0x96, 0x21, 0xC0, 0x00];
        assert_eq!(extended_length(&with), ExtendedLength::Yes);
        let without = [0x3B, 0x87, 0x80, 0x01, 0x80, 0x31, 0x80, 0x73, 0x96, 0x21, 0x80, 0x00];
        assert_eq!(extended_length(&without), ExtendedLength::No);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..40)) {
            let _ = extended_length(&bytes);
        }
    }
}
