//! A public key, a mapped generator or a shared secret.

use alloc::vec::Vec;
use core::fmt;

use super::arithmetic::on_curve;
use super::{Curve, KeyError};

/// A point on a curve, never the point at infinity.
///
/// Every curve here has cofactor 1, so a point on it is in the right group.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Point {
    curve: Curve,
    /// `04 ‖ x ‖ y`.
    sec1: Vec<u8>,
}

impl Point {
    /// Reads the encoding of SEC 1 §2.3.4, uncompressed (`04 ‖ x ‖ y`, the one Doc 9303-11 §9.4.5 wants) or compressed.
    pub fn from_sec1(curve: Curve, bytes: &[u8]) -> Result<Self, KeyError> {
        let sec1 = on_curve!(curve, uncompress(bytes));
        let sec1 = sec1.ok_or(KeyError::NotAPoint { curve, length: bytes.len() })?;
        Ok(Self { curve, sec1 })
    }

    /// The uncompressed encoding `04 ‖ x ‖ y`.
    pub fn to_sec1(&self) -> Vec<u8> {
        self.sec1.clone()
    }

    /// The uncompressed encoding, borrowed.
    pub fn as_sec1(&self) -> &[u8] {
        &self.sec1
    }

    /// The x coordinate: the shared secret of a key agreement (BSI TR-03111 §4.3.1).
    pub fn x(&self) -> Vec<u8> {
        self.sec1.iter().copied().skip(1).take(self.curve.field_len()).collect()
    }

    /// The curve the point is on.
    pub const fn curve(&self) -> Curve {
        self.curve
    }

    /// The curve's base point.
    pub fn generator(curve: Curve) -> Self {
        let parameters = curve.domain_parameters();
        Self { curve, sec1: [&[4], parameters.gx, parameters.gy].concat() }
    }

    /// The signature equation of ECDSA with this point as the public key.
    pub(crate) fn verifies(&self, prehash: &[u8], r: &[u8], s: &[u8]) -> bool {
        on_curve!(self.curve, verify(&self.sec1, prehash, r, s))
    }

    pub(super) fn from_arithmetic(curve: Curve, sec1: Option<Vec<u8>>) -> Result<Self, KeyError> {
        sec1.map(|sec1| Self { curve, sec1 }).ok_or(KeyError::Identity { curve })
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Point({}, ", self.curve)?;
        self.sec1.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_of_the_generator_are_read_on_every_curve() {
        for curve in Curve::ALL {
            let generator = Point::generator(curve);
            assert_eq!(Point::from_sec1(curve, generator.as_sec1()).as_ref(), Ok(&generator), "{curve}");
            let sign = 2 + (generator.as_sec1().last().unwrap() & 1);
            let compressed = [&[sign], generator.x().as_slice()].concat();
            assert_eq!(Point::from_sec1(curve, &compressed).as_ref(), Ok(&generator), "{curve}");
        }
    }

    #[test]
    fn bytes_that_are_no_point_are_refused() {
        for curve in Curve::ALL {
            let good = Point::generator(curve).to_sec1();
            let mut off_curve = good.clone();
            *off_curve.last_mut().unwrap() ^= 1;
            let field = curve.domain_parameters().p;
            let unreduced = [&[4], field, field].concat();
            let compact = [&[5], &good[1..=curve.field_len()]].concat();
            let longer = [good.as_slice(), &[0]].concat();
            for bytes in [&[][..], &[0], &good[..good.len() - 1], &longer, &off_curve, &unreduced, &compact] {
                let length = bytes.len();
                assert_eq!(Point::from_sec1(curve, bytes), Err(KeyError::NotAPoint { curve, length }), "{bytes:02x?}");
            }
        }
    }
}
