//! Diffie-Hellman keys as certificates and DG14 state them: X9.42 `dhpublicnumber` (RFC 3279 §2.3.3), PKCS #3
//! `dhKeyAgreement`, whose parameters differ in whether they state the order.

use der::asn1::{AnyRef, ObjectIdentifier, UintRef};
use der::{Decode, Reader, SliceReader, Tag, Tagged};

use super::{DhError, Group, PublicKey, bits, trimmed};

const DH_PUBLIC_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10046.2.1");
const DH_KEY_AGREEMENT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.3.1");

impl Group {
    /// Whether an AlgorithmIdentifier of that name holds Diffie-Hellman parameters.
    pub(in crate::crypto) fn is_named_by(algorithm: &ObjectIdentifier) -> bool {
        [DH_PUBLIC_NUMBER, DH_KEY_AGREEMENT].contains(algorithm)
    }

    /// Reads the parameters of an AlgorithmIdentifier: p, g, and then q (RFC 3279 §2.3.3, DomainParameters) or the length
    /// of private keys (PKCS #3 §9, DHParameter), told apart by their size, since issuers mix the two up.
    ///
    /// # Errors
    /// [`DhError::Malformed`], [`DhError::UnusableParameters`].
    pub fn from_parameters(der: &[u8]) -> Result<Self, DhError> {
        let outer = AnyRef::from_der(der).map_err(malformed)?;
        if outer.tag() != Tag::Sequence {
            return Err(DhError::Malformed);
        }
        let mut fields = SliceReader::new(outer.value()).map_err(malformed)?;
        let p = UintRef::decode(&mut fields).map_err(malformed)?;
        let g = UintRef::decode(&mut fields).map_err(malformed)?;
        let third = if fields.is_finished() { None } else { Some(UintRef::decode(&mut fields).map_err(malformed)?) };
        // A cofactor and how p and q were found may follow: nothing that is not known by now.
        let order = third.map(|third| third.as_bytes()).filter(|third| bits(trimmed(third)) > 32);
        Self::from_numbers(p.as_bytes(), g.as_bytes(), order)
    }
}

impl PublicKey {
    /// Reads the content of a SubjectPublicKeyInfo's BIT STRING: an INTEGER.
    ///
    /// # Errors
    /// [`DhError::Malformed`], or the number is no key of the group.
    pub fn from_der(group: &Group, der: &[u8]) -> Result<Self, DhError> {
        let value = UintRef::from_der(der).map_err(malformed)?;
        Self::from_bytes(group, value.as_bytes())
    }
}

fn malformed(_: der::Error) -> DhError {
    DhError::Malformed
}
