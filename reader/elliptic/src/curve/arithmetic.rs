//! The operations of this crate on one curve, written once for every curve of `primeorder`, and the choice of the curve.
//!
//! Points go in and out as uncompressed SEC 1 bytes (checked again on the way in, which costs little next to a scalar
//! multiplication), scalars as big-endian bytes. `None` stands for the point at infinity or a value out of range.

use alloc::vec::Vec;

use elliptic_curve::ff::{Field, PrimeField};
use elliptic_curve::group::Group;
use elliptic_curve::ops::{Invert, MulByGeneratorVartime};
use elliptic_curve::point::AffineCoordinates;
use elliptic_curve::sec1::{FromSec1Point, Sec1Point, ToSec1Point};
use elliptic_curve::{FieldBytes, Scalar};
use primeorder::{AffinePoint, PrimeCurveParams, ProjectivePoint};
use rfc6979::KGenerator;
use sha2::digest::{Digest, block_api::BlockSizeUser};
use zeroize::Zeroizing;

use crate::hash::HashAlgorithm;

/// Calls a generic function of this file with the type that belongs to a [`Curve`](super::Curve).
macro_rules! on_curve {
    ($curve:expr, $function:ident($($argument:expr),* $(,)?)) => {{
        use $crate::curve::{Curve, arithmetic, brainpool};
        match $curve {
            Curve::Secp192r1 => arithmetic::$function::<p192::NistP192>($($argument),*),
            Curve::BrainpoolP192r1 => arithmetic::$function::<brainpool::BrainpoolP192r1>($($argument),*),
            Curve::Secp224r1 => arithmetic::$function::<p224::NistP224>($($argument),*),
            Curve::BrainpoolP224r1 => arithmetic::$function::<brainpool::BrainpoolP224r1>($($argument),*),
            Curve::Secp256r1 => arithmetic::$function::<p256::NistP256>($($argument),*),
            Curve::BrainpoolP256r1 => arithmetic::$function::<bp256::BrainpoolP256r1>($($argument),*),
            Curve::BrainpoolP320r1 => arithmetic::$function::<brainpool::BrainpoolP320r1>($($argument),*),
            Curve::Secp384r1 => arithmetic::$function::<p384::NistP384>($($argument),*),
            Curve::BrainpoolP384r1 => arithmetic::$function::<bp384::BrainpoolP384r1>($($argument),*),
            Curve::BrainpoolP512r1 => arithmetic::$function::<brainpool::BrainpoolP512r1>($($argument),*),
            Curve::Secp521r1 => arithmetic::$function::<p521::NistP521>($($argument),*),
        }
    }};
}
pub(super) use on_curve;

pub(super) use super::point_encoding::encode_as_point;

/// The uncompressed form of a compressed or uncompressed point, when it is on the curve and not at infinity.
pub(super) fn uncompress<C: PrimeCurveParams>(sec1: &[u8]) -> Option<Vec<u8>> {
    // SEC 1 §2.3.3 knows 02, 03 and 04; RustCrypto also reads its own compact form, which no document uses.
    if !matches!(sec1.first(), Some(2..=4)) {
        return None;
    }
    encode(ProjectivePoint::<C>::from(decode::<C>(sec1)?))
}

/// `scalar · point`, in constant time.
pub(super) fn multiply<C: PrimeCurveParams>(scalar: &[u8], point: &[u8]) -> Option<Vec<u8>> {
    let scalar = Zeroizing::new(canonical_scalar::<C>(scalar)?);
    encode(ProjectivePoint::<C>::from(decode::<C>(point)?) * *scalar)
}

/// `scalar · G`, in constant time.
pub(super) fn multiply_generator<C: PrimeCurveParams>(scalar: &[u8]) -> Option<Vec<u8>> {
    let scalar = Zeroizing::new(canonical_scalar::<C>(scalar)?);
    encode(ProjectivePoint::<C>::mul_by_generator(&scalar))
}

/// `number · G + point`, in constant time, for a number of any length.
pub(super) fn add_to_multiple_of_generator<C: PrimeCurveParams>(number: &[u8], point: &[u8]) -> Option<Vec<u8>> {
    let scalar = Zeroizing::new(reduced_scalar::<C>(number));
    encode(ProjectivePoint::<C>::mul_by_generator(&scalar) + decode::<C>(point)?)
}

/// Whether `bytes` is a scalar from 1 to n − 1.
pub(super) fn is_canonical_scalar<C: PrimeCurveParams>(bytes: &[u8]) -> bool {
    canonical_scalar::<C>(bytes).is_some()
}

/// The signature equation of ECDSA (SEC 1 §4.1.4) over the leftmost bits of `prehash`.
pub(super) fn verify<C: PrimeCurveParams>(public: &[u8], prehash: &[u8], r: &[u8], s: &[u8]) -> bool {
    let (Some(public), Some(r), Some(s)) = (decode::<C>(public), canonical_scalar::<C>(r), canonical_scalar::<C>(s))
    else {
        return false;
    };
    let Some(s_inverse) = Option::<Scalar<C>>::from(Invert::invert_vartime(&s)) else { return false };
    let u1 = leftmost_bits::<C>(prehash) * s_inverse;
    let u2 = r * s_inverse;
    let point = ProjectivePoint::<C>::mul_by_generator_and_mul_add_vartime(&u1, &u2, &public.into());
    !bool::from(point.is_identity()) && reduced_scalar::<C>(&point.to_affine().x()) == r
}

/// Signs the leftmost bits of `prehash` (SEC 1 §4.1.3) with the nonce of RFC 6979, `additional` being its
/// additional data (§3.6), in constant time.
pub(super) fn sign<C: PrimeCurveParams>(
    private: &[u8],
    prehash: &[u8],
    additional: &[u8],
    hash: HashAlgorithm,
) -> Option<(Vec<u8>, Vec<u8>)> {
    match hash {
        HashAlgorithm::Sha1 => sign_with::<C, sha1::Sha1>(private, prehash, additional),
        HashAlgorithm::Sha224 => sign_with::<C, sha2::Sha224>(private, prehash, additional),
        HashAlgorithm::Sha256 => sign_with::<C, sha2::Sha256>(private, prehash, additional),
        HashAlgorithm::Sha384 => sign_with::<C, sha2::Sha384>(private, prehash, additional),
        HashAlgorithm::Sha512 => sign_with::<C, sha2::Sha512>(private, prehash, additional),
    }
}

fn sign_with<C: PrimeCurveParams, D: Digest + BlockSizeUser>(
    private: &[u8],
    prehash: &[u8],
    additional: &[u8],
) -> Option<(Vec<u8>, Vec<u8>)> {
    let key = Zeroizing::new(canonical_scalar::<C>(private)?);
    let key_bytes = Zeroizing::new(key.to_repr());
    let z = leftmost_bits::<C>(prehash);
    let order = C::ORDER;
    let mut nonces = KGenerator::<D, C::Uint>::new(&key_bytes, prehash, additional, &order);
    loop {
        let mut nonce_bytes = Zeroizing::new(FieldBytes::<C>::default());
        nonces.fill_next_k(&mut nonce_bytes);
        let nonce = Zeroizing::new(canonical_scalar::<C>(&nonce_bytes)?);
        let r = reduced_scalar::<C>(&ProjectivePoint::<C>::mul_by_generator(&nonce).to_affine().x());
        let inverse = Zeroizing::new(Option::<Scalar<C>>::from(Invert::invert(&*nonce))?);
        let s = *inverse * (z + r * *key);
        // Either being zero has a chance below 2^-190; RFC 6979 §3.2 then takes the next nonce.
        if !bool::from(r.is_zero() | s.is_zero()) {
            return Some((r.to_repr().to_vec(), s.to_repr().to_vec()));
        }
    }
}

fn decode<C: PrimeCurveParams>(sec1: &[u8]) -> Option<AffinePoint<C>> {
    let point = AffinePoint::<C>::from_sec1_point(&Sec1Point::<C>::from_bytes(sec1).ok()?).into_option()?;
    (!bool::from(point.is_identity())).then_some(point)
}

fn encode<C: PrimeCurveParams>(point: ProjectivePoint<C>) -> Option<Vec<u8>> {
    (!bool::from(point.is_identity())).then(|| point.to_sec1_point(false).as_bytes().to_vec())
}

/// A scalar from 1 to n − 1, in at most the order's length once leading zeros are gone.
fn canonical_scalar<C: PrimeCurveParams>(bytes: &[u8]) -> Option<Scalar<C>> {
    let mut padded = Zeroizing::new(FieldBytes::<C>::default());
    let excess = bytes.len().saturating_sub(padded.len());
    let (leading, significant) = bytes.split_at(excess);
    if leading.iter().any(|byte| *byte != 0) {
        return None;
    }
    let start = padded.len() - significant.len();
    padded[start..].copy_from_slice(significant);
    let scalar = Option::<Scalar<C>>::from(Scalar::<C>::from_repr(*padded))?;
    (!bool::from(scalar.is_zero())).then_some(scalar)
}

/// A big-endian number of any length modulo n.
fn reduced_scalar<C: PrimeCurveParams>(number: &[u8]) -> Scalar<C> {
    let base = Scalar::<C>::from(256);
    number.iter().fold(Scalar::<C>::ZERO, |sum, byte| sum * base + Scalar::<C>::from(u64::from(*byte)))
}

/// The leftmost bits of a hash, as many as the order has, as a number modulo n (SEC 1 §4.1.3 step 5).
fn leftmost_bits<C: PrimeCurveParams>(prehash: &[u8]) -> Scalar<C> {
    let order_bits = Scalar::<C>::NUM_BITS as usize;
    let kept = prehash.get(..order_bits.div_ceil(8)).unwrap_or(prehash);
    let excess_bits = (kept.len() * 8).saturating_sub(order_bits);
    if excess_bits == 0 {
        return reduced_scalar::<C>(kept);
    }
    // Fewer than 8 by the slice above: every byte takes the low bits of the one before it.
    let mut previous = 0;
    let mut shifted = Vec::with_capacity(kept.len());
    for byte in kept {
        shifted.push(previous << (8 - excess_bits) | byte >> excess_bits);
        previous = *byte;
    }
    reduced_scalar::<C>(&shifted)
}
