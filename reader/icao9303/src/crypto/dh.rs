//! Diffie-Hellman in a subgroup of the integers modulo a prime (Doc 9303-11 §9.6; RFC 2631, PKCS #3).
//!
//! [`Group`] has the domain parameters: one of the three of Doc 9303-11 §9.5.1 ([`ModpGroup`]), or others that a chip
//! states with its Chip Authentication key (`encoding`). [`PublicKey`] is a number that was found to be in the group,
//! [`PrivateKey`] an exponent. All arithmetic is that of `crypto-bigint`'s Montgomery forms, in constant time where a
//! secret goes in.

mod encoding;
mod key;
mod standard;

use alloc::vec::Vec;
use core::fmt;

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, NonZero, Odd};
use zeroize::Zeroizing;

pub use self::key::{PrivateKey, PublicKey};
pub use self::standard::ModpGroup;

/// Bits of p. Less is broken; more has no chip, and would cost time that a hostile one must not take.
const MODULUS_BITS: core::ops::RangeInclusive<usize> = 1024..=4096;
/// The fewest bits of q.
const MIN_ORDER_BITS: usize = 160;

/// Domain parameters: a prime p, a generator g, and the prime order q of the subgroup that g generates.
#[derive(Clone, PartialEq, Eq)]
pub struct Group {
    field: BoxedMontyParams,
    generator: BoxedUint,
    /// Big-endian, without leading zeros. PKCS #3 does not state it.
    order: Option<Vec<u8>>,
    standard: Option<ModpGroup>,
}

/// Why numbers are no group, or bytes no key in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DhError {
    /// Domain parameters outside the limits, or that contradict each other.
    #[error("domain parameters that are not used: {0}")]
    UnusableParameters(&'static str),
    /// A public key that is not from 2 to p − 2.
    #[error("a public key of {length} bytes that is not from 2 to p - 2")]
    OutOfRange {
        /// How many bytes were given.
        length: usize,
    },
    /// A public key outside the subgroup: a peer tries to learn something of ours, or to force a weak secret.
    #[error("the public key is not in the subgroup of order q")]
    NotInSubgroup,
    /// The result is 1 or p − 1: a peer chose its key against us.
    #[error("the result is trivial")]
    Trivial,
    /// A private key outside 1 to p − 2.
    #[error("the private key is out of range")]
    ExponentOutOfRange,
    /// Two keys that do not belong together.
    #[error("keys of different groups")]
    GroupMismatch,
    /// Integrated mapping in a group whose order is not stated.
    #[error("the order of the group is not stated")]
    NoOrder,
    /// An encoding that is not the DER structure it should be.
    #[error("not the DER of a Diffie-Hellman key")]
    Malformed,
}

impl Group {
    /// One of the groups of Doc 9303-11 §9.5.1.
    #[must_use]
    pub fn standard(group: ModpGroup) -> Self {
        let numbers = group.numbers();
        // Invariant: the primes of RFC 5114 are odd.
        let modulus = Odd::new(number(numbers.p, bit_len(numbers.p))).into_option().expect("an odd prime");
        let field = BoxedMontyParams::new_vartime(modulus);
        let generator = number(numbers.g, field.bits_precision());
        Self { field, generator, order: Some(numbers.q.to_vec()), standard: Some(group) }
    }

    /// The group of these numbers, big-endian: p, g, and q where it is stated. With p and g of a standardised group it is
    /// that one, and q is known.
    ///
    /// That p and q are primes is taken from whoever signed them.
    ///
    /// # Errors
    /// [`DhError::UnusableParameters`].
    pub fn from_numbers(p: &[u8], g: &[u8], q: Option<&[u8]>) -> Result<Self, DhError> {
        let (p, g, q) = (trimmed(p), trimmed(g), q.map(trimmed));
        if let Some(known) = ModpGroup::ALL.into_iter().find(|known| known.numbers().p == p) {
            let numbers = known.numbers();
            return if trimmed(numbers.g) == g && q.is_none_or(|q| q == numbers.q) {
                Ok(Self::standard(known))
            } else {
                Err(DhError::UnusableParameters("another generator or order than the known group has"))
            };
        }
        if !MODULUS_BITS.contains(&bits(p)) {
            return Err(DhError::UnusableParameters("p has less than 1024 or more than 4096 bits"));
        }
        let modulus = Odd::new(number(p, bit_len(p))).into_option();
        let modulus = modulus.ok_or(DhError::UnusableParameters("p is even"))?;
        let field = BoxedMontyParams::new_vartime(modulus);
        let mut group = Self { field, generator: BoxedUint::one(), order: None, standard: None };
        group.generator = group.in_range(g).ok_or(DhError::UnusableParameters("g is not from 2 to p - 2"))?;
        if let Some(q) = q {
            if !(MIN_ORDER_BITS..bits(p)).contains(&bits(q)) {
                return Err(DhError::UnusableParameters("q has less than 160 bits or as many as p"));
            }
            if !group.is_one(&group.power(&group.generator, q)) {
                return Err(DhError::UnusableParameters("q is not the order of g"));
            }
            group.order = Some(q.to_vec());
        }
        Ok(group)
    }

    /// Which of the standardised groups it is, if any.
    #[must_use]
    pub const fn as_standard(&self) -> Option<ModpGroup> {
        self.standard
    }

    /// Length of p in bytes: of a shared secret, and of a public key at most.
    #[must_use]
    pub fn modulus_len(&self) -> usize {
        self.modulus_bits().div_ceil(8)
    }

    /// Length of p in bits.
    #[must_use]
    pub fn modulus_bits(&self) -> usize {
        self.field.modulus().as_ref().bits_vartime() as usize
    }

    /// Security in bits as NIST SP 800-57 part 1 table 2 has it, by the size of p.
    #[must_use]
    pub fn strength(&self) -> usize {
        match self.modulus_bits() {
            ..2048 => 80,
            2048..3072 => 112,
            _ => 128,
        }
    }

    /// Generic mapping of PACE (Doc 9303-11 §4.4.3.3.1): `g^nonce · h`, the generator of the ephemeral keys.
    ///
    /// # Errors
    /// [`DhError::Trivial`], [`DhError::GroupMismatch`].
    pub fn generic_mapping(&self, nonce: &[u8], h: &PublicKey) -> Result<PublicKey, DhError> {
        self.expect_same(h.group())?;
        let power = Zeroizing::new(self.power(&self.generator, nonce));
        let form = |number: &BoxedUint| Zeroizing::new(BoxedMontyForm::new(number.clone(), &self.field));
        let mapped = Zeroizing::new(&*form(&power) * &*form(&h.number()));
        self.checked(mapped.retrieve())
    }

    /// Integrated mapping of PACE (Doc 9303-11 §4.4.3.3.2): `random^((p-1)/q)`, the generator of the ephemeral keys. The
    /// number is of any length and taken modulo p.
    ///
    /// # Errors
    /// [`DhError::Trivial`], [`DhError::NoOrder`].
    pub fn integrated_mapping(&self, random: &[u8]) -> Result<PublicKey, DhError> {
        let order = self.order.as_deref().ok_or(DhError::NoOrder)?;
        let order = NonZero::new(number(order, bit_len(order))).into_option().ok_or(DhError::NoOrder)?;
        let (cofactor, _) = self.below_modulus().div_rem_vartime(&order);
        let random = Zeroizing::new(number(random, bit_len(random)));
        let random = Zeroizing::new(random.rem(self.field.modulus().as_nz_ref()));
        self.checked(self.power(&random, &cofactor.to_be_bytes()))
    }

    /// `base^exponent`, in constant time; the length of the exponent shows.
    fn power(&self, base: &BoxedUint, exponent: &[u8]) -> BoxedUint {
        let bits = bit_len(exponent);
        let exponent = Zeroizing::new(number(exponent, bits));
        let base = Zeroizing::new(BoxedMontyForm::new(base.clone(), &self.field));
        Zeroizing::new(base.pow_bounded_exp(&exponent, bits)).retrieve()
    }

    /// A result of ours as a key: never 0, 1 or p − 1.
    fn checked(&self, result: BoxedUint) -> Result<PublicKey, DhError> {
        let bytes = Zeroizing::new(result.to_be_bytes().to_vec());
        self.in_range(&bytes).ok_or(DhError::Trivial)?;
        Ok(PublicKey::new(self, &bytes))
    }

    /// A number from 2 to p − 2.
    fn in_range(&self, bytes: &[u8]) -> Option<BoxedUint> {
        let bytes = trimmed(bytes);
        if bytes.len() > self.modulus_len() {
            return None;
        }
        let number = number(bytes, self.field.bits_precision());
        (number > self.small(1) && number < self.below_modulus()).then_some(number)
    }

    fn is_one(&self, number: &BoxedUint) -> bool {
        *number == self.small(1)
    }

    fn small(&self, value: u8) -> BoxedUint {
        number(&[value], self.field.bits_precision())
    }

    /// p − 1.
    fn below_modulus(&self) -> BoxedUint {
        self.field.modulus().as_ref().wrapping_sub(self.small(1))
    }

    fn expect_same(&self, other: &Self) -> Result<(), DhError> {
        if self == other { Ok(()) } else { Err(DhError::GroupMismatch) }
    }
}

/// The name of a standardised group, else its size: `modp2048-256`, `3072-bit MODP`.
impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.standard {
            Some(group) => f.write_str(group.name()),
            None => write!(f, "{}-bit MODP", self.modulus_bits()),
        }
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Group({self})")
    }
}

/// A number of so many bits at least, from big-endian bytes that fit them.
fn number(bytes: &[u8], bits: u32) -> BoxedUint {
    BoxedUint::from_be_slice_truncated(bytes, bits.max(8))
}

/// A number's bytes without leading zeros.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

/// How many bits a number without leading zero bytes has.
fn bits(number: &[u8]) -> usize {
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// How many bits there are in bytes: every number here is far below 2^32 bits long.
fn bit_len(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len() * 8).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
