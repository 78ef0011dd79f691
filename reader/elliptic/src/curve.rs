//! Elliptic curves of Doc 9303-11 §9.5.1 (standardised domain parameters 8 to 18), their points and private keys.
//!
//! [`Curve`] names one of the eleven curves, [`Point`] is a public key or a shared secret on it, [`PrivateKey`] a secret
//! scalar. The curve is known only when a document is read, so all three are values and not types. Behind them
//! `arithmetic` picks the curve's type and leaves all arithmetic to RustCrypto's `primeorder`; `brainpool` defines on
//! it the four curves nobody published a crate for; `parameters` has the numbers, `ec_parameters` finds the curve of a
//! key in its encoding; `point_encoding` makes points of numbers.

mod arithmetic;
mod brainpool;
mod ec_parameters;
mod parameters;
mod point;
mod point_encoding;
mod private_key;

use core::fmt;

use der::asn1::ObjectIdentifier;

pub use self::parameters::DomainParameters;
pub use self::point::Point;
pub use self::private_key::PrivateKey;

/// One of the elliptic curves that Doc 9303-11 §9.5.1 allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Curve {
    /// NIST P-192 (FIPS 186-2).
    Secp192r1,
    /// brainpoolP192r1 (RFC 5639 §3.2).
    BrainpoolP192r1,
    /// NIST P-224 (FIPS 186-4).
    Secp224r1,
    /// brainpoolP224r1 (RFC 5639 §3.3).
    BrainpoolP224r1,
    /// NIST P-256 (FIPS 186-4).
    Secp256r1,
    /// brainpoolP256r1 (RFC 5639 §3.4).
    BrainpoolP256r1,
    /// brainpoolP320r1 (RFC 5639 §3.5).
    BrainpoolP320r1,
    /// NIST P-384 (FIPS 186-4).
    Secp384r1,
    /// brainpoolP384r1 (RFC 5639 §3.6).
    BrainpoolP384r1,
    /// brainpoolP512r1 (RFC 5639 §3.7).
    BrainpoolP512r1,
    /// NIST P-521 (FIPS 186-4).
    Secp521r1,
}

impl Curve {
    /// Every curve, in the order of [`Curve::parameter_id`].
    pub const ALL: [Self; 11] = [
        Self::Secp192r1,
        Self::BrainpoolP192r1,
        Self::Secp224r1,
        Self::BrainpoolP224r1,
        Self::Secp256r1,
        Self::BrainpoolP256r1,
        Self::BrainpoolP320r1,
        Self::Secp384r1,
        Self::BrainpoolP384r1,
        Self::BrainpoolP512r1,
        Self::Secp521r1,
    ];

    /// The curve with this standardised domain parameter identifier (Doc 9303-11 §9.5.1, 8 to 18).
    pub fn from_parameter_id(id: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.parameter_id() == id)
    }

    /// The standardised domain parameter identifier (Doc 9303-11 §9.5.1).
    pub const fn parameter_id(self) -> u8 {
        match self {
            Self::Secp192r1 => 8,
            Self::BrainpoolP192r1 => 9,
            Self::Secp224r1 => 10,
            Self::BrainpoolP224r1 => 11,
            Self::Secp256r1 => 12,
            Self::BrainpoolP256r1 => 13,
            Self::BrainpoolP320r1 => 14,
            Self::Secp384r1 => 15,
            Self::BrainpoolP384r1 => 16,
            Self::BrainpoolP512r1 => 17,
            Self::Secp521r1 => 18,
        }
    }

    /// The curve an object identifier names.
    pub fn from_oid(oid: &ObjectIdentifier) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.oid() == *oid)
    }

    /// The object identifier of RFC 5480 §2.1.1.1 or RFC 5639 §4.1.
    pub const fn oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::Secp192r1 => "1.2.840.10045.3.1.1",
            Self::BrainpoolP192r1 => "1.3.36.3.3.2.8.1.1.3",
            Self::Secp224r1 => "1.3.132.0.33",
            Self::BrainpoolP224r1 => "1.3.36.3.3.2.8.1.1.5",
            Self::Secp256r1 => "1.2.840.10045.3.1.7",
            Self::BrainpoolP256r1 => "1.3.36.3.3.2.8.1.1.7",
            Self::BrainpoolP320r1 => "1.3.36.3.3.2.8.1.1.9",
            Self::Secp384r1 => "1.3.132.0.34",
            Self::BrainpoolP384r1 => "1.3.36.3.3.2.8.1.1.11",
            Self::BrainpoolP512r1 => "1.3.36.3.3.2.8.1.1.13",
            Self::Secp521r1 => "1.3.132.0.35",
        })
    }

    /// The name as people write it: `secp256r1`, `brainpoolP256r1`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Secp192r1 => "secp192r1",
            Self::BrainpoolP192r1 => "brainpoolP192r1",
            Self::Secp224r1 => "secp224r1",
            Self::BrainpoolP224r1 => "brainpoolP224r1",
            Self::Secp256r1 => "secp256r1",
            Self::BrainpoolP256r1 => "brainpoolP256r1",
            Self::BrainpoolP320r1 => "brainpoolP320r1",
            Self::Secp384r1 => "secp384r1",
            Self::BrainpoolP384r1 => "brainpoolP384r1",
            Self::BrainpoolP512r1 => "brainpoolP512r1",
            Self::Secp521r1 => "secp521r1",
        }
    }

    /// Length of a coordinate in bytes.
    pub const fn field_len(self) -> usize {
        self.domain_parameters().p.len()
    }

    /// Length of a scalar (a private key, half a plain signature) in bytes.
    pub const fn order_len(self) -> usize {
        self.domain_parameters().n.len()
    }

    /// Length of the group order in bits: as many leftmost bits of a hash go into an ECDSA signature.
    pub const fn order_bits(self) -> usize {
        match self {
            Self::Secp521r1 => 521,
            _ => self.order_len() * 8,
        }
    }

    /// The numbers that define the curve.
    pub const fn domain_parameters(self) -> &'static DomainParameters {
        match self {
            Self::Secp192r1 => &parameters::SECP192R1,
            Self::BrainpoolP192r1 => &parameters::BRAINPOOL_P192R1,
            Self::Secp224r1 => &parameters::SECP224R1,
            Self::BrainpoolP224r1 => &parameters::BRAINPOOL_P224R1,
            Self::Secp256r1 => &parameters::SECP256R1,
            Self::BrainpoolP256r1 => &parameters::BRAINPOOL_P256R1,
            Self::BrainpoolP320r1 => &parameters::BRAINPOOL_P320R1,
            Self::Secp384r1 => &parameters::SECP384R1,
            Self::BrainpoolP384r1 => &parameters::BRAINPOOL_P384R1,
            Self::BrainpoolP512r1 => &parameters::BRAINPOOL_P512R1,
            Self::Secp521r1 => &parameters::SECP521R1,
        }
    }

    /// Generic mapping of PACE (Doc 9303-11 §4.4.3.3.1): `nonce · G + h`, the generator of the ephemeral keys.
    ///
    /// The nonce is read as a big-endian number of any length.
    pub fn generic_mapping(self, nonce: &[u8], h: &Point) -> Result<Point, KeyError> {
        self.expect_same(h.curve())?;
        let mapped = arithmetic::on_curve!(self, add_to_multiple_of_generator(nonce, h.as_sec1()));
        Point::from_arithmetic(self, mapped)
    }

    fn expect_same(self, found: Self) -> Result<(), KeyError> {
        if self == found { Ok(()) } else { Err(KeyError::CurveMismatch { expected: self, found }) }
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why bytes are not a key, a point or the parameters of a curve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The encoding is none of SEC 1 §2.3.3, has the wrong length for the curve, or the point is not on the curve.
    #[error("{length} bytes that are not a point on {curve}")]
    NotAPoint {
        /// The curve the point should be on.
        curve: Curve,
        /// How many bytes were given.
        length: usize,
    },
    /// The result is the point at infinity: a peer chose its point against us.
    #[error("the result is the point at infinity of {curve}")]
    Identity {
        /// The curve computed on.
        curve: Curve,
    },
    /// A private key outside 1 to n − 1.
    #[error("the private key is outside 1 to n - 1 of {curve}")]
    ScalarOutOfRange {
        /// The key's curve.
        curve: Curve,
    },
    /// A curve that is none of [`Curve::ALL`], by name or (`None`) by numbers.
    #[error("a curve that travel documents do not use{}", oid.map(|oid| alloc::format!(": {oid}")).unwrap_or_default())]
    UnknownCurve {
        /// The name, when there is one.
        oid: Option<ObjectIdentifier>,
    },
    /// An encoding that is not the DER structure it should be.
    #[error("not the DER of a key: {error}")]
    Malformed {
        /// What is wrong, and where.
        error: der::Error,
    },
    /// An RSA modulus or exponent outside the limits, or even.
    #[error("an RSA key that is not used: {reason}")]
    UnusableRsaKey {
        /// Which limit it breaks.
        reason: &'static str,
    },
    /// Integrated mapping on a curve whose field it is not defined for.
    #[error("integrated mapping is not defined on {curve}: its p is 1 modulo 4")]
    NoPointEncoding {
        /// The curve.
        curve: Curve,
    },
    /// Two keys that do not belong together.
    #[error("a key on {found} where one on {expected} is needed")]
    CurveMismatch {
        /// The curve of the key at hand.
        expected: Curve,
        /// The curve of the other one.
        found: Curve,
    },
}

impl From<der::Error> for KeyError {
    fn from(error: der::Error) -> Self {
        Self::Malformed { error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_curve_has_its_own_identifiers() {
        for curve in Curve::ALL {
            assert_eq!(Curve::from_parameter_id(curve.parameter_id()), Some(curve));
            assert_eq!(Curve::from_oid(&curve.oid()), Some(curve));
        }
        assert_eq!(Curve::from_parameter_id(7), None);
        assert_eq!(Curve::from_parameter_id(19), None);
        assert_eq!(Curve::from_oid(&ObjectIdentifier::new_unwrap("1.3.132.0.10")), None, "secp256k1 is not allowed");
    }

    #[test]
    fn the_stated_bits_are_those_of_the_order() {
        for curve in Curve::ALL {
            let first = curve.domain_parameters().n[0];
            assert_eq!(curve.order_bits(), curve.order_len() * 8 - first.leading_zeros() as usize, "{curve}");
        }
    }
}
