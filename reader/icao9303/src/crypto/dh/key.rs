//! Public and private keys in a [`Group`].

use alloc::vec::Vec;
use core::fmt;

use crypto_bigint::BoxedUint;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{DhError, Group, number, trimmed};

/// Bytes of a private key where the order of the group is not stated: twice the strength of the largest group, and more
/// than the order of any subgroup in use.
const EXPONENT_LEN: usize = 64;

/// A number from 2 to p − 2, of the subgroup of order q where q is known: a public key, a mapped generator, or a shared
/// secret. Wiped when dropped, since it may be the last.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    group: Group,
    /// Big-endian, in the length of p.
    value: Zeroizing<Vec<u8>>,
}

/// An exponent. Wiped when dropped; `Debug` does not show it.
#[derive(Clone)]
pub struct PrivateKey {
    group: Group,
    exponent: Zeroizing<Vec<u8>>,
}

impl PublicKey {
    /// Reads a public key, a big-endian number with or without leading zeros (BSI TR-03110-3 D.2.1).
    ///
    /// # Errors
    /// [`DhError::OutOfRange`], [`DhError::NotInSubgroup`].
    pub fn from_bytes(group: &Group, bytes: &[u8]) -> Result<Self, DhError> {
        // Longer than p even with leading zeros is no encoding of a number modulo p.
        let value = Some(bytes).filter(|bytes| bytes.len() <= group.modulus_len());
        let value = value.and_then(|bytes| group.in_range(bytes)).ok_or(DhError::OutOfRange { length: bytes.len() })?;
        match &group.order {
            Some(order) if !group.is_one(&group.power(&value, order)) => Err(DhError::NotInSubgroup),
            _ => Ok(Self::new(group, bytes)),
        }
    }

    /// The group's own generator.
    #[must_use]
    pub fn generator(group: &Group) -> Self {
        Self::new(group, &group.generator.to_be_bytes())
    }

    /// A number that was checked, with or without leading zeros.
    pub(super) fn new(group: &Group, bytes: &[u8]) -> Self {
        let bytes = trimmed(bytes);
        let mut value = Zeroizing::new(alloc::vec![0; group.modulus_len()]);
        for (to, from) in value.iter_mut().rev().zip(bytes.iter().rev()) {
            *to = *from;
        }
        Self { group: group.clone(), value }
    }

    /// The group the key is of.
    #[must_use]
    pub const fn group(&self) -> &Group {
        &self.group
    }

    /// As public keys are sent: an unsigned integer in as few bytes as hold it (BSI TR-03110-3 D.2.1).
    #[must_use]
    pub fn as_unsigned(&self) -> &[u8] {
        trimmed(&self.value)
    }

    /// As shared secrets are hashed: in the length of p, leading zeros kept (RFC 2631 §2.1.2).
    #[must_use]
    pub fn as_padded(&self) -> &[u8] {
        &self.value
    }

    pub(super) fn number(&self) -> Zeroizing<BoxedUint> {
        Zeroizing::new(number(&self.value, self.group.field.bits_precision()))
    }
}

impl PrivateKey {
    /// A random key from 1 to q − 1, by rejection sampling (NIST SP 800-56A revision 3, 5.6.1.1.4); from 1 to 2^512 − 1
    /// where q is not stated.
    ///
    /// Takes as many bytes as q has from the generator for each candidate.
    pub fn generate(group: &Group, rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let len = group.order.as_ref().map_or(EXPONENT_LEN, Vec::len);
        // The first byte of an order is not 0.
        let unused_bits = group.order.as_ref().and_then(|order| order.first()).map_or(0, |first| first.leading_zeros());
        let mut exponent = Zeroizing::new(alloc::vec![0; len]);
        loop {
            rng.fill_bytes(&mut exponent);
            if let Some(first) = exponent.first_mut() {
                *first &= 0xff >> unused_bits;
            }
            let below_order = group.order.as_ref().is_none_or(|order| *exponent < *order);
            if below_order && exponent.iter().any(|byte| *byte != 0) {
                return Self { group: group.clone(), exponent };
            }
        }
    }

    /// Reads a big-endian number from 1 to p − 2.
    ///
    /// # Errors
    /// [`DhError::ExponentOutOfRange`].
    pub fn from_bytes(group: &Group, bytes: &[u8]) -> Result<Self, DhError> {
        let significant = trimmed(bytes);
        let one = [1];
        let in_range = significant == one.as_slice() || group.in_range(significant).is_some();
        if !in_range {
            return Err(DhError::ExponentOutOfRange);
        }
        Ok(Self { group: group.clone(), exponent: Zeroizing::new(significant.to_vec()) })
    }

    /// The key's group.
    #[must_use]
    pub const fn group(&self) -> &Group {
        &self.group
    }

    /// The public key for the group's own generator.
    ///
    /// # Errors
    /// [`DhError::Trivial`], which a generated key never gives.
    pub fn public_key(&self) -> Result<PublicKey, DhError> {
        self.group.checked(self.group.power(&self.group.generator, &self.exponent))
    }

    /// The shared secret with a peer's key; or the public key for another generator, the mapped one of PACE.
    ///
    /// # Errors
    /// [`DhError::Trivial`], [`DhError::GroupMismatch`].
    pub fn diffie_hellman(&self, peer: &PublicKey) -> Result<PublicKey, DhError> {
        self.group.expect_same(&peer.group)?;
        self.group.checked(self.group.power(&peer.number(), &self.exponent))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, ..)", self.group)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, ..)", self.group)
    }
}
