//! Response APDUs: data and a status word (ISO/IEC 7816-4, 5.1).

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::{ApduError, LengthFields, StatusWord};

/// A response APDU. Its data may be personal: they are wiped, and `Debug` shows their length.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The data field, empty where there is none.
    pub data: Zeroizing<Vec<u8>>,
    /// SW1 SW2.
    pub status: StatusWord,
}

impl Response {
    /// A response with that data and status word.
    #[must_use]
    pub fn new(data: impl Into<Vec<u8>>, status: StatusWord) -> Self {
        Self { data: Zeroizing::new(data.into()), status }
    }

    /// The response that the bytes are.
    ///
    /// # Errors
    /// Fewer than two bytes, or more than the largest Le can ask for.
    pub fn parse(bytes: &[u8]) -> Result<Self, ApduError> {
        let Some((data, status)) = bytes.split_last_chunk::<2>() else {
            return Err(ApduError::NoStatusWord(bytes.len()));
        };
        if data.len() > LengthFields::Extended.max_expected() {
            return Err(ApduError::ResponseTooLong(bytes.len()));
        }
        Ok(Self::new(data, StatusWord::from_bytes(*status)))
    }
}

impl core::fmt::Debug for Response {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Response({} bytes, {:04X})", self.data.len(), self.status.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_ends_with_its_status_word() {
        let response = Response::parse(&[1, 2, 0x62, 0x82]).unwrap();
        assert_eq!((&response.data[..], response.status), (&[1, 2][..], StatusWord::END_OF_FILE));
        assert_eq!(Response::parse(&[0x90]), Err(ApduError::NoStatusWord(1)));
        assert_eq!(Response::parse(&[]), Err(ApduError::NoStatusWord(0)));
        assert!(Response::parse(&[0; 65_538]).is_ok());
        assert_eq!(Response::parse(&[0; 65_539]), Err(ApduError::ResponseTooLong(65_539)));
    }
}
