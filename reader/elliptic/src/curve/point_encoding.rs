//! Point encoding of PACE's integrated mapping (Doc 9303-11 Appendix B; Brier et al., *Efficient Indifferentiable
//! Hashing into Ordinary Elliptic Curves*): a number becomes a point, in constant time and without trying.

use alloc::vec::Vec;

use elliptic_curve::ff::{Field, PrimeField};
use elliptic_curve::hazmat::FieldArithmetic;
use elliptic_curve::subtle::{ConditionallySelectable, ConstantTimeEq};
use primeorder::PrimeCurveParams;

use super::arithmetic::on_curve;
use super::{Curve, KeyError, Point, arithmetic};

impl Curve {
    /// Whether integrated mapping is defined on the curve: p ≡ 3 mod 4, which all but NIST P-224 have
    /// (Doc 9303-11 §4.4.3.3.2 and Appendix B).
    pub const fn has_point_encoding(self) -> bool {
        let p = self.domain_parameters().p;
        p[p.len() - 1] & 3 == 3
    }

    /// Integrated mapping of PACE (Doc 9303-11 §4.4.3.3.2): the point that a pseudo-random number stands for, the
    /// generator of the ephemeral keys.
    ///
    /// The number is big-endian, of any length, and taken modulo p.
    pub fn integrated_mapping(self, random: &[u8]) -> Result<Point, KeyError> {
        if !self.has_point_encoding() {
            return Err(KeyError::NoPointEncoding { curve: self });
        }
        let parameters = self.domain_parameters();
        Point::from_arithmetic(self, on_curve!(self, encode_as_point(random, parameters.p)))
    }
}

type Element<C> = <C as FieldArithmetic>::FieldElement;

/// The encoding for affine coordinates (Appendix B.2), the steps by their numbers there. `None` where the number is 0 or
/// ±1, which have no point and a chance of 2^-190 at most.
pub(super) fn encode_as_point<C: PrimeCurveParams>(number: &[u8], p: &[u8]) -> Option<Vec<u8>> {
    let (a, b) = (C::EQUATION_A, C::EQUATION_B);
    let one = Element::<C>::ONE;
    let curve_equation = |x: Element<C>| x.square() * x + a * x + b;

    let t = reduced_element::<C>(number);
    let alpha = -t.square(); // 1
    let inverse = (a * (alpha + alpha.square())).invert(); // 2: both of its inversions in one
    let x2 = -b * (one + alpha + alpha.square()) * Option::<Element<C>>::from(inverse)?;
    let x3 = alpha * x2; // 3
    let h2 = curve_equation(x2); // 4
    // 6 to 9: with r = h2^((p+1)/4) the exponent p-1-(p+1)/4 gives A·h2 = r where h2 is a square, and A·U = -t³·r
    // where it is none, since h2^((p-1)/2) is then -1.
    let r = h2.pow_vartime(quarter::<9>(p)) * h2;
    let is_square = r.square().ct_eq(&h2);
    let x = Element::<C>::conditional_select(&x3, &x2, is_square);
    let y = Element::<C>::conditional_select(&(-(t.square() * t) * r), &r, is_square);
    // 10: every curve here has cofactor 1.
    let (x, y) = (x.to_repr(), y.to_repr());
    arithmetic::uncompress::<C>(&[&[4], x.as_slice(), y.as_slice()].concat())
}

/// A big-endian number of any length modulo p.
fn reduced_element<C: PrimeCurveParams>(number: &[u8]) -> Element<C> {
    let base = Element::<C>::from(256);
    number.iter().fold(Element::<C>::ZERO, |sum, byte| sum * base + Element::<C>::from(u64::from(*byte)))
}

/// (p - 3) / 4 of a prime p ≡ 3 mod 4, as little-endian words: an exponent, public and the same for a curve.
fn quarter<const WORDS: usize>(p: &[u8]) -> [u64; WORDS] {
    let mut words = [0; WORDS];
    for (word, bytes) in words.iter_mut().zip(p.rchunks(8)) {
        *word = bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    }
    let mut carried = 0;
    for word in words.iter_mut().rev() {
        (*word, carried) = (*word >> 2 | carried << 62, *word & 3);
    }
    words
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use proptest::prelude::*;

    use super::*;

    fn hex(digits: &str) -> Vec<u8> {
        base16ct::mixed::decode_vec(digits).unwrap()
    }

    #[test]
    fn the_point_is_that_of_appendix_h() {
        let random = hex("A2F8FF2DF50E52C6599F386ADCB595D229F6A167ADE2BE5F2C3296ADD5B7430E");
        let point = Curve::BrainpoolP256r1.integrated_mapping(&random).unwrap();
        let expected = "048E82D31559ED0FDE92A4D0498ADD3C23BABA94FB77691E31E90AEA77FB17D427\
                        4C1AE14BD0C3DBAC0C871B7F3608169364437CA30AC243A089D3F266C1E60FAD";
        assert_eq!(point.to_sec1(), hex(expected));
    }

    #[test]
    fn nist_p_224_has_no_encoding_and_every_other_curve_has() {
        for curve in Curve::ALL {
            let mapped = curve.integrated_mapping(&[2]);
            if curve == Curve::Secp224r1 {
                assert_eq!(mapped, Err(KeyError::NoPointEncoding { curve }));
                assert!(mapped.unwrap_err().to_string().contains("secp224r1"));
            } else {
                assert!(mapped.is_ok(), "{curve}");
            }
        }
    }

    #[test]
    fn the_numbers_without_a_point_give_none() {
        for curve in Curve::ALL.into_iter().filter(|curve| curve.has_point_encoding()) {
            let p = curve.domain_parameters().p;
            let mut minus_one = p.to_vec();
            *minus_one.last_mut().unwrap() -= 1;
            for number in [&[][..], &[0], &[1], &minus_one, p, &[0; 80]] {
                assert_eq!(curve.integrated_mapping(number), Err(KeyError::Identity { curve }), "{number:02x?}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn any_number_gives_a_point_on_the_curve_and_always_the_same(
            curve in prop::sample::select(&Curve::ALL[..]),
            number in prop::collection::vec(any::<u8>(), 8..100),
        ) {
            prop_assume!(curve.has_point_encoding());
            let point = curve.integrated_mapping(&number).unwrap();
            prop_assert_eq!(Point::from_sec1(curve, point.as_sec1()), Ok(point.clone()));
            let same = [&[0, 0], number.as_slice()].concat();
            prop_assert_eq!(curve.integrated_mapping(&same), Ok(point));
        }
    }
}
