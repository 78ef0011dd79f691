//! Key agreement over what PACE and Chip Authentication compute on: a curve or a group of integers (ICAO Doc 9303-11,
//! 9.4 and 9.5; BSI TR-03110-3, A.2).
//!
//! [`Element`] is a public key, a generator or what two sides share, [`PrivateKey`] the secret number that goes with it.

use icao9303::crypto::curve::{self, Point};

use super::{
    modp,
    randomness::{self, Randomness},
};
use crate::image::Domain;

impl Domain {
    /// The number among the standardised domain parameters (ICAO Doc 9303-11, 9.5.1).
    #[must_use]
    pub const fn parameter_id(self) -> u8 {
        match self {
            Self::Curve(curve) => curve.parameter_id(),
            Self::Group(group) => group.parameter_id(),
        }
    }

    /// The name in a profile.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Curve(curve) => curve.name(),
            Self::Group(group) => group.name(),
        }
    }

    /// The generator that the domain parameters name.
    #[must_use]
    pub fn generator(self) -> Element {
        match self {
            Self::Curve(curve) => Element::Point(Point::generator(curve)),
            Self::Group(group) => Element::Number(modp::Element::generator(group)),
        }
    }
}

/// A point of a curve, or a number of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Element {
    /// A point.
    Point(Point),
    /// A number.
    Number(modp::Element),
}

impl Element {
    /// The element that a peer sent; nothing where it is none, or one that gives the shared secret away.
    #[must_use]
    pub fn from_bytes(domain: Domain, bytes: &[u8]) -> Option<Self> {
        match domain {
            // Only the uncompressed form is allowed (ICAO Doc 9303-11, 9.4.5).
            Domain::Curve(curve) => {
                bytes.first().filter(|form| **form == 0x04)?;
                Point::from_sec1(curve, bytes).ok().map(Self::Point)
            }
            Domain::Group(group) => modp::Element::from_bytes(group, bytes).map(Self::Number),
        }
    }

    /// The element as it is sent: an uncompressed point, or an unsigned number.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Point(point) => point.to_sec1(),
            Self::Number(number) => number.to_bytes(),
        }
    }

    /// What keys are derived from when this is what two sides share: the x coordinate, or the number, leading zeros and
    /// all (ICAO Doc 9303-11, 9.7.1).
    #[must_use]
    pub fn to_secret(&self) -> Vec<u8> {
        match self {
            Self::Point(point) => point.x(),
            Self::Number(number) => number.to_padded_bytes(),
        }
    }

    /// The tag of the element in a public key data object (ICAO Doc 9303-11, 9.4.2 and 9.4.3).
    #[must_use]
    pub const fn public_key_tag(&self) -> u16 {
        match self {
            Self::Point(_) => 0x86,
            Self::Number(_) => 0x84,
        }
    }

    /// Generic mapping (ICAO Doc 9303-11, 4.4.3.3.1): the generator to the nonce, combined with this shared element.
    #[must_use]
    pub fn generic_mapping(&self, nonce: &[u8]) -> Option<Self> {
        match self {
            Self::Point(point) => point.curve().generic_mapping(nonce, point).ok().map(Self::Point),
            Self::Number(number) => number.times_generator_to(nonce).map(Self::Number),
        }
    }
}

/// A secret number.
#[derive(Clone, Debug)]
pub enum PrivateKey {
    /// Of a curve.
    Curve(curve::PrivateKey),
    /// Of a group.
    Group(modp::PrivateKey),
}

impl From<curve::PrivateKey> for PrivateKey {
    fn from(key: curve::PrivateKey) -> Self {
        Self::Curve(key)
    }
}

impl PrivateKey {
    /// A random key.
    pub fn generate(domain: Domain, randomness: &mut Randomness) -> Self {
        match domain {
            Domain::Curve(curve) => Self::Curve(randomness::private_key(randomness, curve)),
            Domain::Group(group) => Self::Group(modp::PrivateKey::generate(group, randomness)),
        }
    }

    /// The key that is this number; nothing where it is too large, or zero.
    #[must_use]
    pub fn from_bytes(domain: Domain, bytes: &[u8]) -> Option<Self> {
        match domain {
            Domain::Curve(curve) => curve::PrivateKey::from_bytes(curve, bytes).ok().map(Self::Curve),
            Domain::Group(group) => modp::PrivateKey::from_bytes(group, bytes).map(Self::Group),
        }
    }

    /// The number.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Curve(key) => key.to_bytes().to_vec(),
            Self::Group(key) => key.to_bytes(),
        }
    }

    /// What it computes on.
    #[must_use]
    pub const fn domain(&self) -> Domain {
        match self {
            Self::Curve(key) => Domain::Curve(key.curve()),
            Self::Group(key) => Domain::Group(key.group()),
        }
    }

    /// The public key for the generator of the domain parameters.
    #[must_use]
    pub fn public_key(&self) -> Element {
        match self {
            Self::Curve(key) => Element::Point(key.public_key()),
            Self::Group(key) => Element::Number(key.raise(&modp::Element::generator(key.group()))),
        }
    }

    /// The public key for another generator, or what is shared with the owner of that public key; nothing where the
    /// element is of another domain.
    #[must_use]
    pub fn agree(&self, element: &Element) -> Option<Element> {
        match (self, element) {
            (Self::Curve(key), Element::Point(point)) => key.diffie_hellman(point).ok().map(Element::Point),
            (Self::Group(key), Element::Number(number)) if key.group() == number.group() => {
                Some(Element::Number(key.raise(number)))
            }
            _ => None,
        }
    }
}
