//! Public keys of card-verifiable certificates and the algorithms they are for (BSI TR-03110-3, A.6.4 and D.3).

use alloc::{format, string::String, vec::Vec};
use core::fmt;

use const_oid::ObjectIdentifier;

use super::{CvCertificateError, CvCertificateErrorKind};
#[cfg(feature = "rsa")]
use crate::crypto::rsa::RsaPublicKey;
use crate::{
    crypto::{
        curve::{Curve, KeyError, Point},
        hash::HashAlgorithm,
        signature::{EcdsaEncoding, PublicKey, SignatureScheme},
    },
    tlv::{Reader, Tlv},
};

/// The longest encoded point: two coordinates of 521 bits and a byte.
const MAX_POINT: usize = 133;

/// A signature algorithm of Terminal Authentication: what `id-TA-…` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CvAlgorithm {
    /// RSASSA-PKCS1-v1_5.
    RsaV15(HashAlgorithm),
    /// RSASSA-PSS, the mask with the same hash, the salt as long as that.
    RsaPss(HashAlgorithm),
    /// ECDSA, the signature as `r ‖ s`.
    Ecdsa(HashAlgorithm),
}

/// Every algorithm with the last two arcs of its identifier (TR-03110-3, A.1.1.3).
const ALGORITHMS: [(CvAlgorithm, &str); 11] = [
    (CvAlgorithm::RsaV15(HashAlgorithm::Sha1), "0.4.0.127.0.7.2.2.2.1.1"),
    (CvAlgorithm::RsaV15(HashAlgorithm::Sha256), "0.4.0.127.0.7.2.2.2.1.2"),
    (CvAlgorithm::RsaPss(HashAlgorithm::Sha1), "0.4.0.127.0.7.2.2.2.1.3"),
    (CvAlgorithm::RsaPss(HashAlgorithm::Sha256), "0.4.0.127.0.7.2.2.2.1.4"),
    (CvAlgorithm::RsaV15(HashAlgorithm::Sha512), "0.4.0.127.0.7.2.2.2.1.5"),
    (CvAlgorithm::RsaPss(HashAlgorithm::Sha512), "0.4.0.127.0.7.2.2.2.1.6"),
    (CvAlgorithm::Ecdsa(HashAlgorithm::Sha1), "0.4.0.127.0.7.2.2.2.2.1"),
    (CvAlgorithm::Ecdsa(HashAlgorithm::Sha224), "0.4.0.127.0.7.2.2.2.2.2"),
    (CvAlgorithm::Ecdsa(HashAlgorithm::Sha256), "0.4.0.127.0.7.2.2.2.2.3"),
    (CvAlgorithm::Ecdsa(HashAlgorithm::Sha384), "0.4.0.127.0.7.2.2.2.2.4"),
    (CvAlgorithm::Ecdsa(HashAlgorithm::Sha512), "0.4.0.127.0.7.2.2.2.2.5"),
];

impl CvAlgorithm {
    /// Every algorithm there is.
    pub fn all() -> impl Iterator<Item = Self> {
        ALGORITHMS.iter().map(|(algorithm, _)| *algorithm)
    }

    /// The algorithm of that identifier.
    #[must_use]
    pub fn from_oid(oid: &ObjectIdentifier) -> Option<Self> {
        Self::all().find(|algorithm| algorithm.oid() == *oid)
    }

    /// Its object identifier.
    #[must_use]
    pub fn oid(self) -> ObjectIdentifier {
        let text =
            ALGORITHMS.iter().find(|(algorithm, _)| *algorithm == self).map_or("0.4.0.127.0.7.2.2.2", |(_, t)| t);
        ObjectIdentifier::new_unwrap(text)
    }

    /// The hash of the message.
    #[must_use]
    pub const fn hash(self) -> HashAlgorithm {
        match self {
            Self::RsaV15(hash) | Self::RsaPss(hash) | Self::Ecdsa(hash) => hash,
        }
    }

    /// How its signatures are verified.
    #[must_use]
    pub fn scheme(self) -> SignatureScheme {
        match self {
            Self::RsaV15(hash) => SignatureScheme::RsaPkcs1v15 { hash },
            Self::RsaPss(hash) => SignatureScheme::RsaPss { hash, mask_hash: hash, salt_len: Some(hash.output_len()) },
            Self::Ecdsa(hash) => SignatureScheme::Ecdsa { hash, encoding: EcdsaEncoding::Plain },
        }
    }

    /// `ECDSA-SHA256`, `RSASSA-PSS-SHA1` …
    #[must_use]
    pub fn name(self) -> String {
        self.scheme().name()
    }
}

/// The public key of a certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct CvPublicKey {
    /// What the key signs with.
    pub algorithm: CvAlgorithm,
    numbers: Numbers,
}

#[derive(Clone, PartialEq, Eq)]
enum Numbers {
    #[cfg(feature = "rsa")]
    Rsa(RsaPublicKey),
    /// A point, and the curve where the certificate spells it out. A certificate of a DV or terminal does not: its key is
    /// on the curve of the CVCA.
    Ec { point: Vec<u8>, curve: Option<Curve> },
}

impl CvPublicKey {
    /// The key, on the curve of the issuer where it names none of its own.
    ///
    /// # Errors
    /// The point is not on that curve, there is no curve, or the two are not the same.
    pub fn with_parameters_of(&self, issuer: Option<Curve>) -> Result<PublicKey, CvKeyError> {
        match &self.numbers {
            #[cfg(feature = "rsa")]
            Numbers::Rsa(key) => Ok(PublicKey::Rsa(key.clone())),
            Numbers::Ec { point, curve } => {
                let curve = match (*curve, issuer) {
                    (Some(own), Some(issuer)) if own != issuer => return Err(CvKeyError::OtherCurve { own, issuer }),
                    (own, issuer) => own.or(issuer).ok_or(CvKeyError::NoCurve)?,
                };
                Ok(PublicKey::Ec { point: Point::from_sec1(curve, point)?, explicit_parameters: true })
            }
        }
    }

    pub(super) fn from_object(object: &Tlv<'_>) -> Result<Self, CvCertificateError> {
        let mut parts = object.children();
        let name = parts.expect(0x06)?;
        let at = name.value_position();
        let oid = ObjectIdentifier::from_bytes(name.value).map_err(|_| CvCertificateErrorKind::Identifier.at(at))?;
        let algorithm = CvAlgorithm::from_oid(&oid).ok_or_else(|| CvCertificateErrorKind::Algorithm(oid).at(at))?;
        let numbers = match algorithm {
            CvAlgorithm::Ecdsa(_) => ec(object, parts)?,
            CvAlgorithm::RsaV15(_) | CvAlgorithm::RsaPss(_) => rsa(object, parts)?,
        };
        Ok(Self { algorithm, numbers })
    }
}

#[cfg(feature = "rsa")]
fn rsa(object: &Tlv<'_>, mut parts: Reader<'_>) -> Result<Numbers, CvCertificateError> {
    let modulus = parts.expect(0x81)?;
    let exponent = parts.expect(0x82)?;
    super::ends(&mut parts)?;
    let key = RsaPublicKey::new(modulus.value, exponent.value);
    key.map(Numbers::Rsa).map_err(|error| CvCertificateErrorKind::Key(error).at(object.position))
}

#[cfg(not(feature = "rsa"))]
fn rsa(object: &Tlv<'_>, _: Reader<'_>) -> Result<Numbers, CvCertificateError> {
    Err(CvCertificateErrorKind::Unsupported.at(object.position))
}

fn ec(object: &Tlv<'_>, parts: Reader<'_>) -> Result<Numbers, CvCertificateError> {
    let mut values: [Option<Tlv<'_>>; 7] = [None; 7];
    let mut last = 0;
    for part in parts {
        let part = part?;
        // 81 p, 82 a, 83 b, 84 G, 85 n, 86 the public point, 87 f: in this order, each once.
        let place = part.tag.checked_sub(0x81).map_or(usize::MAX, |place| place as usize);
        let (Some(value), true) = (values.get_mut(place), part.tag > last) else {
            return Err(CvCertificateErrorKind::DomainParameters.at(part.position));
        };
        (*value, last) = (Some(part), part.tag);
    }
    let [p, a, b, g, n, point, cofactor] = values;
    let point = match point {
        Some(point) if point.value.len() <= MAX_POINT => point.value.to_vec(),
        _ => return Err(CvCertificateErrorKind::DomainParameters.at(object.position)),
    };
    let curve = match (p, a, b, g, n, cofactor) {
        (None, None, None, None, None, None) => None,
        (Some(p), Some(a), Some(b), Some(g), Some(n), cofactor) => {
            let stated = [p, a, b, n].map(|number| number.value);
            let found = Curve::ALL.into_iter().find(|curve| {
                is_curve(*curve, stated, g.value) && cofactor.is_none_or(|cofactor| same_number(cofactor.value, &[1]))
            });
            Some(found.ok_or_else(|| CvCertificateErrorKind::DomainParameters.at(p.position))?)
        }
        _ => return Err(CvCertificateErrorKind::DomainParameters.at(object.position)),
    };
    Ok(Numbers::Ec { point, curve })
}

/// Whether every number is the curve's: any freedom would let somebody make a key fit a signature.
fn is_curve(curve: Curve, [p, a, b, n]: [&[u8]; 4], generator: &[u8]) -> bool {
    let known = curve.domain_parameters();
    same_number(p, known.p)
        && same_number(a, known.a)
        && same_number(b, known.b)
        && same_number(n, known.n)
        && generator == Point::generator(curve).as_sec1()
}

fn same_number(a: &[u8], b: &[u8]) -> bool {
    a.iter().skip_while(|byte| **byte == 0).eq(b.iter().skip_while(|byte| **byte == 0))
}

/// Why the key of a certificate cannot be used under its issuer's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CvKeyError {
    /// The point is not on the curve.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Neither the certificate nor its issuer names a curve.
    #[error("a key on no known curve: neither it nor its issuer has domain parameters")]
    NoCurve,
    /// The certificate spells out another curve than its issuer's.
    #[error("a key on {own} under an issuer on {issuer}")]
    OtherCurve {
        /// The certificate's.
        own: Curve,
        /// The issuer's.
        issuer: Curve,
    },
}

impl fmt::Debug for CvPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format!("CvPublicKey({})", self.algorithm.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_has_its_own_identifier() {
        for algorithm in CvAlgorithm::all() {
            assert_eq!(CvAlgorithm::from_oid(&algorithm.oid()), Some(algorithm));
        }
        assert_eq!(CvAlgorithm::from_oid(&ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.2")), None);
        assert_eq!(CvAlgorithm::Ecdsa(HashAlgorithm::Sha384).name(), "ECDSA-SHA384");
    }
}
