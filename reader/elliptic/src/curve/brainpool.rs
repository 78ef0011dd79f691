//! brainpoolP192r1, P224r1, P320r1 and P512r1 (RFC 5639 §3), which have no crate of their own, on `primeorder`.
//!
//! Only parameters and the choice of a container are stated here; field and point arithmetic are `primefield`'s and
//! `primeorder`'s.

use elliptic_curve::bigint::{Odd, U192, U256, U384, U512};
use elliptic_curve::consts::{U24, U28, U40, U64};

use super::parameters;

/// Defines a curve from its parameters: `$uint` is an integer type of at least the field's size that can be read from
/// and written to bytes (`U224` and `U320` cannot on every platform), `$bytes` the field's size.
///
/// The two non-residues are the least quadratic non-residues modulo p and n. `ff` asks for a generator of the whole
/// multiplicative group but uses it for square roots only, where a non-residue is enough.
macro_rules! brainpool_curve {
    ($curve:ident, $module:ident, $parameters:ident, $uint:ident, $bytes:ty, $field_non_residue:expr, $order_non_residue:expr) => {
        pub(super) use self::$module::$curve;

        mod $module {
            use elliptic_curve::bigint::Reduce;
            use elliptic_curve::ops::BatchInvert;
            use elliptic_curve::scalar::{FromUintUnchecked, IsHigh};
            use elliptic_curve::subtle::{Choice, ConstantTimeGreater};
            use elliptic_curve::{CurveArithmetic, PrimeCurveArithmetic, ff::PrimeField, hazmat::FieldArithmetic};
            use primeorder::{PrimeCurveParams, mul_backend, point_arithmetic, wnaf};

            use super::*;

            const DIGITS: usize = $uint::BITS as usize / 4;
            const P: &str = text(&hex::<DIGITS>(parameters::$parameters.p));
            const N: &str = text(&hex::<DIGITS>(parameters::$parameters.n));

            #[derive(Copy, Clone, Debug, Default, Eq, PartialEq, PartialOrd, Ord)]
            pub struct $curve;

            prime_field!(field, FieldElement, P, $uint, $field_non_residue, "An integer modulo p");
            prime_field!(scalar, Scalar, N, $uint, $order_non_residue, "An integer modulo n");

            pub use self::{field::FieldElement, scalar::Scalar};

            impl BatchInvert for FieldElement {}

            elliptic_curve::scalar_impls!($curve, Scalar);
            wnaf::impl_wnaf_size_for_scalar!(Scalar);

            impl AsRef<Self> for Scalar {
                fn as_ref(&self) -> &Self {
                    self
                }
            }

            impl FromUintUnchecked for Scalar {
                type Uint = $uint;

                fn from_uint_unchecked(uint: $uint) -> Self {
                    Self::from_uint_unchecked(uint)
                }
            }

            impl IsHigh for Scalar {
                fn is_high(&self) -> Choice {
                    const HALF: $uint = $curve::ORDER.as_ref().shr_vartime(1);
                    self.to_canonical().ct_gt(&HALF)
                }
            }

            impl Reduce<$uint> for Scalar {
                fn reduce(number: &$uint) -> Self {
                    Self::from_uint_unchecked(*number)
                }
            }

            // `primefield` has this only for an integer type of exactly the field's size.
            impl Reduce<elliptic_curve::FieldBytes<$curve>> for Scalar {
                fn reduce(bytes: &elliptic_curve::FieldBytes<$curve>) -> Self {
                    let mut padded = [0; $uint::BYTES];
                    padded[$uint::BYTES - bytes.len()..].copy_from_slice(bytes);
                    Self::reduce(&$uint::from_be_slice(&padded))
                }
            }

            impl $curve {
                const ORDER: Odd<$uint> = Odd::<$uint>::from_be_hex(N);
            }

            impl elliptic_curve::Curve for $curve {
                type FieldBytesSize = $bytes;
                type Uint = $uint;
                const ORDER: Odd<$uint> = Self::ORDER;
            }

            impl elliptic_curve::PrimeCurve for $curve {}

            impl CurveArithmetic for $curve {
                type AffinePoint = primeorder::AffinePoint<Self>;
                type ProjectivePoint = primeorder::ProjectivePoint<Self>;
                type Scalar = Scalar;
            }

            impl FieldArithmetic for $curve {
                type FieldElement = FieldElement;
            }

            impl PrimeCurveArithmetic for $curve {
                type CurveGroup = primeorder::ProjectivePoint<Self>;
            }

            impl PrimeCurveParams for $curve {
                type PointArithmetic = point_arithmetic::EquationAIsGeneric;
                type Backend = mul_backend::VariableOnly;

                const EQUATION_A: FieldElement = element(parameters::$parameters.a);
                const EQUATION_B: FieldElement = element(parameters::$parameters.b);
                const GENERATOR: (FieldElement, FieldElement) =
                    (element(parameters::$parameters.gx), element(parameters::$parameters.gy));
            }

            const fn element(bytes: &[u8]) -> FieldElement {
                FieldElement::from_uint_unchecked($uint::from_be_hex(text(&hex::<DIGITS>(bytes))))
            }
        }
    };
}

/// The integers modulo `$modulus`, in a module of their own because `primefield`'s macros import names.
macro_rules! prime_field {
    ($module:ident, $element:ident, $modulus:ident, $uint:ident, $non_residue:expr, $doc:expr) => {
        pub mod $module {
            use elliptic_curve::bigint::$uint;
            use elliptic_curve::ff::PrimeField;
            use elliptic_curve::subtle::{Choice, ConstantTimeEq, CtOption};

            primefield::monty_field_params! {
                name: Params,
                modulus: super::$modulus,
                uint: $uint,
                byte_order: primefield::ByteOrder::BigEndian,
                multiplicative_generator: $non_residue,
                doc: "The modulus"
            }

            primefield::monty_field_element! {
                name: $element,
                params: Params,
                uint: $uint,
                doc: $doc
            }

            primefield::monty_field_arithmetic! {
                name: $element,
                params: Params,
                uint: $uint
            }
        }
    };
}

brainpool_curve!(BrainpoolP192r1, p192r1, BRAINPOOL_P192R1, U192, U24, 3, 7);
brainpool_curve!(BrainpoolP224r1, p224r1, BRAINPOOL_P224R1, U256, U28, 3, 3);
brainpool_curve!(BrainpoolP320r1, p320r1, BRAINPOOL_P320R1, U384, U40, 5, 3);
brainpool_curve!(BrainpoolP512r1, p512r1, BRAINPOOL_P512R1, U512, U64, 2, 7);

/// Hexadecimal digits of a number, with leading zeros to fill `DIGITS`: `primefield` takes its constants as text.
const fn hex<const DIGITS: usize>(bytes: &[u8]) -> [u8; DIGITS] {
    const ALPHABET: &[u8; 16] = b"0123456789abcdef";
    let mut digits = [b'0'; DIGITS];
    let start = DIGITS - 2 * bytes.len();
    let mut i = 0;
    while i < bytes.len() {
        digits[start + 2 * i] = ALPHABET[(bytes[i] >> 4) as usize];
        digits[start + 2 * i + 1] = ALPHABET[(bytes[i] & 15) as usize];
        i += 1;
    }
    digits
}

const fn text(digits: &[u8]) -> &str {
    match core::str::from_utf8(digits) {
        Ok(text) => text,
        Err(_) => panic!("hexadecimal digits are ASCII"),
    }
}
