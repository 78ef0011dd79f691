//! Names of certificate holders: country code, mnemonic and sequence number (BSI TR-03110-3, A.6.1).

use alloc::vec::Vec;
use core::fmt;

use super::{CvCertificateError, CvCertificateErrorKind};
use crate::tlv::Tlv;

/// Country code of two letters, one to nine characters, sequence number of five.
const LENGTHS: core::ops::RangeInclusive<usize> = 8..=16;

/// A Certification Authority Reference or a Certificate Holder Reference: the name of a public key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateReference(Vec<u8>);

impl CertificateReference {
    /// Reads the characters, which are those of ISO/IEC 8859-1.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let printable = |byte: &u8| matches!(byte, 0x20..=0x7E | 0xA0..);
        let (country, rest) = bytes.split_at_checked(2)?;
        let named = country.iter().all(u8::is_ascii_alphabetic) && rest.iter().all(printable);
        (named && LENGTHS.contains(&bytes.len())).then(|| Self(bytes.to_vec()))
    }

    /// The bytes as certificates and commands hold them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn from_object(object: &Tlv<'_>) -> Result<Self, CvCertificateError> {
        Self::new(object.value).ok_or_else(|| CvCertificateErrorKind::Reference.at(object.value_position()))
    }
}

impl fmt::Display for CertificateReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // ISO/IEC 8859-1 is the beginning of Unicode.
        self.0.iter().try_for_each(|byte| write!(f, "{}", char::from(*byte)))
    }
}

impl fmt::Debug for CertificateReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn a_name_has_a_country_a_mnemonic_and_a_sequence_number() {
        let name = CertificateReference::new(b"VNCVCA00001").unwrap();
        assert_eq!((name.to_string().as_str(), name.as_bytes()), ("VNCVCA00001", &b"VNCVCA00001"[..]));
        for wrong in [&b""[..], b"V", b"VN00001", b"V1CVCA00001", b"VNCVCAABCDEF00001", b"VNCV\nA00001"] {
            assert_eq!(CertificateReference::new(wrong), None, "{wrong:?}");
        }
    }
}
