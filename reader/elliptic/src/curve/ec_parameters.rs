//! `ECParameters` of X.962 §E.3 (RFC 3279 §2.3.5): the curve of a key by name or by its numbers.
//!
//! Doc 9303-12 §4.4.2 wants explicit numbers, RFC 5480 forbids them, and about a quarter of all issuers state them.
//! They are taken only when every one equals a known curve's: any freedom (another generator, a cofactor) would let an
//! attacker make a key fit a signature (CVE-2020-0601).

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, OctetStringRef, UintRef};
use der::{Decode, Sequence, Tag, Tagged};

use super::{Curve, KeyError};

const PRIME_FIELD: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.1.1");

impl Curve {
    /// The curve that the parameters of a key name (`false`) or spell out (`true`).
    pub fn from_ec_parameters(der: &[u8]) -> Result<(Self, bool), KeyError> {
        let parameters = AnyRef::from_der(der)?;
        match parameters.tag() {
            Tag::ObjectIdentifier => {
                let oid = parameters.decode_as::<ObjectIdentifier>()?;
                let curve = Self::from_oid(&oid).ok_or(KeyError::UnknownCurve { oid: Some(oid) })?;
                Ok((curve, false))
            }
            Tag::Sequence => {
                let domain = parameters.decode_as::<SpecifiedEcDomain<'_>>()?;
                let curve = Self::ALL.into_iter().find(|curve| domain.equals(*curve));
                Ok((curve.ok_or(KeyError::UnknownCurve { oid: None })?, true))
            }
            _ => Err(KeyError::UnknownCurve { oid: None }),
        }
    }
}

#[derive(Sequence)]
struct SpecifiedEcDomain<'a> {
    version: u8,
    field: FieldId<'a>,
    curve: Coefficients<'a>,
    base: &'a OctetStringRef,
    order: UintRef<'a>,
    #[asn1(optional = "true")]
    cofactor: Option<UintRef<'a>>,
    #[asn1(optional = "true")]
    hash: Option<AnyRef<'a>>,
}

#[derive(Sequence)]
struct FieldId<'a> {
    kind: ObjectIdentifier,
    parameters: AnyRef<'a>,
}

#[derive(Sequence)]
struct Coefficients<'a> {
    a: &'a OctetStringRef,
    b: &'a OctetStringRef,
    /// Says how a and b were found: no matter once they equal a known curve's.
    #[asn1(optional = "true")]
    seed: Option<BitStringRef<'a>>,
}

impl SpecifiedEcDomain<'_> {
    fn equals(&self, curve: Curve) -> bool {
        let known = curve.domain_parameters();
        let prime = self.field.parameters.decode_as::<UintRef<'_>>();
        self.field.kind == PRIME_FIELD
            && prime.is_ok_and(|prime| same_number(prime.as_bytes(), known.p))
            && same_number(self.curve.a.as_bytes(), known.a)
            && same_number(self.curve.b.as_bytes(), known.b)
            && is_generator(self.base.as_bytes(), curve)
            && same_number(self.order.as_bytes(), known.n)
            && self.cofactor.is_none_or(|cofactor| same_number(cofactor.as_bytes(), &[1]))
    }
}

fn is_generator(encoded: &[u8], curve: Curve) -> bool {
    let known = curve.domain_parameters();
    match encoded.split_first() {
        Some((4, coordinates)) => coordinates.strip_prefix(known.gx) == Some(known.gy),
        Some((sign @ (2 | 3), x)) => x == known.gx && known.gy.last().is_some_and(|last| last & 1 == sign & 1),
        _ => false,
    }
}

/// Equal numbers, whatever leading zeros: some issuers leave them out of a and b.
fn same_number(a: &[u8], b: &[u8]) -> bool {
    fn trimmed(number: &[u8]) -> impl Iterator<Item = &u8> {
        number.iter().skip_while(|byte| **byte == 0)
    }
    trimmed(a).eq(trimmed(b))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use der::Encode;
    use der::asn1::OctetStringRef;

    use super::*;

    #[test]
    fn a_named_curve_is_found_by_its_identifier() {
        for curve in Curve::ALL {
            assert_eq!(Curve::from_ec_parameters(&curve.oid().to_der().unwrap()), Ok((curve, false)));
        }
        let secp256k1 = ObjectIdentifier::new_unwrap("1.3.132.0.10");
        let unknown = Curve::from_ec_parameters(&secp256k1.to_der().unwrap());
        assert_eq!(unknown, Err(KeyError::UnknownCurve { oid: Some(secp256k1) }));
        assert_eq!(Curve::from_ec_parameters(&[5, 0]), Err(KeyError::UnknownCurve { oid: None }));
    }

    #[test]
    fn explicit_numbers_of_every_known_curve_are_accepted() {
        for curve in Curve::ALL {
            assert_eq!(Curve::from_ec_parameters(&explicit(curve, |_| ())), Ok((curve, true)), "{curve}");
            let without_cofactor = explicit(curve, |parameters| parameters.cofactor = None);
            assert_eq!(Curve::from_ec_parameters(&without_cofactor), Ok((curve, true)), "{curve}");
            let known = curve.domain_parameters();
            let compressed = explicit(curve, |parameters| {
                parameters.base = [&[2 + (known.gy[known.gy.len() - 1] & 1)], known.gx].concat();
            });
            assert_eq!(Curve::from_ec_parameters(&compressed), Ok((curve, true)), "{curve}");
            let mirrored = explicit(curve, |parameters| {
                parameters.base = [&[3 - (known.gy[known.gy.len() - 1] & 1)], known.gx].concat();
            });
            assert_eq!(Curve::from_ec_parameters(&mirrored), Err(KeyError::UnknownCurve { oid: None }), "{curve}");
        }
    }

    #[test]
    fn one_changed_number_is_no_known_curve() {
        for curve in Curve::ALL {
            let changes: [fn(&mut Explicit); 6] = [
                |parameters| *parameters.p.last_mut().unwrap() ^= 2,
                |parameters| *parameters.a.last_mut().unwrap() ^= 1,
                |parameters| *parameters.b.last_mut().unwrap() ^= 1,
                |parameters| *parameters.base.last_mut().unwrap() ^= 1,
                |parameters| *parameters.n.last_mut().unwrap() ^= 2,
                |parameters| parameters.cofactor = Some(2),
            ];
            for change in changes {
                let found = Curve::from_ec_parameters(&explicit(curve, change));
                assert_eq!(found, Err(KeyError::UnknownCurve { oid: None }), "{curve}");
            }
        }
    }

    #[test]
    fn cut_parameters_are_malformed() {
        let whole = explicit(Curve::BrainpoolP256r1, |_| ());
        for end in 0..whole.len() {
            assert!(Curve::from_ec_parameters(&whole[..end]).is_err());
        }
    }

    struct Explicit {
        p: Vec<u8>,
        a: Vec<u8>,
        b: Vec<u8>,
        base: Vec<u8>,
        n: Vec<u8>,
        cofactor: Option<u8>,
    }

    fn explicit(curve: Curve, change: impl Fn(&mut Explicit)) -> Vec<u8> {
        let known = curve.domain_parameters();
        let mut parameters = Explicit {
            p: known.p.to_vec(),
            a: known.a.to_vec(),
            b: known.b.to_vec(),
            base: [&[4], known.gx, known.gy].concat(),
            n: known.n.to_vec(),
            cofactor: Some(1),
        };
        change(&mut parameters);
        let prime = UintRef::new(&parameters.p).unwrap().to_der().unwrap();
        SpecifiedEcDomain {
            version: 1,
            field: FieldId { kind: PRIME_FIELD, parameters: AnyRef::from_der(&prime).unwrap() },
            curve: Coefficients {
                a: OctetStringRef::new(&parameters.a).unwrap(),
                b: OctetStringRef::new(&parameters.b).unwrap(),
                seed: None,
            },
            base: OctetStringRef::new(&parameters.base).unwrap(),
            order: UintRef::new(&parameters.n).unwrap(),
            cofactor: parameters.cofactor.as_ref().map(|byte| UintRef::new(core::slice::from_ref(byte)).unwrap()),
            hash: None,
        }
        .to_der()
        .unwrap()
    }
}
