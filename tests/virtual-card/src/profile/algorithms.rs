//! Names of algorithms in a profile.

use core::fmt;

use icao9303::crypto::curve::Curve;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::chip::modp::Group;
use crate::image::{Cipher, Domain, Hash};

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Digest {
    /// SHA-1.
    #[serde(rename = "sha-1")]
    Sha1,
    /// SHA-224.
    #[serde(rename = "sha-224")]
    Sha224,
    /// SHA-256.
    #[serde(rename = "sha-256")]
    Sha256,
    /// SHA-384.
    #[serde(rename = "sha-384")]
    Sha384,
    /// SHA-512.
    #[serde(rename = "sha-512")]
    Sha512,
}

impl From<Digest> for Hash {
    fn from(digest: Digest) -> Self {
        match digest {
            Digest::Sha1 => Self::Sha1,
            Digest::Sha224 => Self::Sha224,
            Digest::Sha256 => Self::Sha256,
            Digest::Sha384 => Self::Sha384,
            Digest::Sha512 => Self::Sha512,
        }
    }
}

impl From<Hash> for Digest {
    fn from(hash: Hash) -> Self {
        match hash {
            Hash::Sha1 => Self::Sha1,
            Hash::Sha224 => Self::Sha224,
            Hash::Sha256 => Self::Sha256,
            Hash::Sha384 => Self::Sha384,
            Hash::Sha512 => Self::Sha512,
        }
    }
}

/// A block cipher of secure messaging.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CipherName {
    /// Triple DES with two keys.
    #[serde(rename = "3des")]
    TripleDes,
    /// AES-128.
    #[serde(rename = "aes-128")]
    Aes128,
    /// AES-192.
    #[serde(rename = "aes-192")]
    Aes192,
    /// AES-256.
    #[serde(rename = "aes-256")]
    Aes256,
}

impl From<CipherName> for Cipher {
    fn from(name: CipherName) -> Self {
        match name {
            CipherName::TripleDes => Self::TripleDes,
            CipherName::Aes128 => Self::Aes128,
            CipherName::Aes192 => Self::Aes192,
            CipherName::Aes256 => Self::Aes256,
        }
    }
}

impl From<Cipher> for CipherName {
    fn from(cipher: Cipher) -> Self {
        match cipher {
            Cipher::TripleDes => Self::TripleDes,
            Cipher::Aes128 => Self::Aes128,
            Cipher::Aes192 => Self::Aes192,
            Cipher::Aes256 => Self::Aes256,
        }
    }
}

/// A curve, by the name of its standard: `secp256r1`, `brainpoolP256r1` …
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurveName(pub Curve);

impl Serialize for CurveName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

impl<'de> Deserialize<'de> for CurveName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let wrong = || D::Error::custom(format!("no curve `{name}`, expected one of {}", curve_names()));
        curve_named(&name).map(CurveName).ok_or_else(wrong)
    }
}

/// A group of integers, by its name: `modp1024_160`, `modp2048_224`, `modp2048_256` (RFC 5114).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupName(pub Group);

impl Serialize for GroupName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

impl<'de> Deserialize<'de> for GroupName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let names = || Group::ALL.map(Group::name).join(", ");
        let found = Group::ALL.into_iter().find(|group| group.name() == name).map(GroupName);
        found.ok_or_else(|| D::Error::custom(format!("no group `{name}`, expected one of {}", names())))
    }
}

/// What a key agreement computes on, from the two keys of a table that may name it: `curve = "brainpoolP256r1"` or
/// `group = "modp2048_256"`. With neither it is brainpoolP256r1.
///
/// # Errors
/// Where both are there.
pub fn domain(curve: Option<CurveName>, group: Option<GroupName>) -> Result<Domain, String> {
    match (curve, group) {
        (Some(CurveName(curve)), None) => Ok(Domain::Curve(curve)),
        (None, Some(GroupName(group))) => Ok(Domain::Group(group)),
        (None, None) => Ok(Domain::Curve(Curve::BrainpoolP256r1)),
        (Some(_), Some(_)) => Err("a key agreement has a `curve` or a `group`, not both".into()),
    }
}

/// The two keys again.
#[must_use]
pub const fn domain_keys(domain: Domain) -> (Option<CurveName>, Option<GroupName>) {
    match domain {
        Domain::Curve(curve) => (Some(CurveName(curve)), None),
        Domain::Group(group) => (None, Some(GroupName(group))),
    }
}

/// What kind of key to make: a curve's name, `rsa-2048`, or `dsa-1024`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// On this curve.
    Ec(Curve),
    /// RSA with a modulus of so many bits.
    Rsa(usize),
    /// DSA by name only: the identifiers are right, key and signatures are random bytes. No reader accepts DSA any
    /// more; what matters is that it says so.
    Dsa(usize),
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ec(curve) => f.write_str(curve.name()),
            Self::Rsa(bits) => write!(f, "rsa-{bits}"),
            Self::Dsa(bits) => write!(f, "dsa-{bits}"),
        }
    }
}

impl KeyKind {
    fn parse(name: &str) -> Option<Self> {
        let bits = |text: &str| text.parse().ok().filter(|bits| (512..=8192).contains(bits) && bits % 8 == 0);
        if let Some(text) = name.strip_prefix("rsa-") {
            return bits(text).map(Self::Rsa);
        }
        if let Some(text) = name.strip_prefix("dsa-") {
            return bits(text).map(Self::Dsa);
        }
        curve_named(name).map(Self::Ec)
    }
}

impl Serialize for KeyKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let wrong = || {
            let curves = curve_names();
            D::Error::custom(format!(
                "no key `{name}`, expected `rsa-` or `dsa-` and a number of bits, or one of {curves}"
            ))
        };
        Self::parse(&name).ok_or_else(wrong)
    }
}

/// Bytes written in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hexadecimal(pub Vec<u8>);

impl Serialize for Hexadecimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base16ct::lower::encode_string(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hexadecimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = |_| D::Error::custom(format!("`{text}` is not bytes in hexadecimal"));
        base16ct::mixed::decode_vec(&text).map(Hexadecimal).map_err(wrong)
    }
}

fn curve_named(name: &str) -> Option<Curve> {
    Curve::ALL.into_iter().find(|curve| curve.name() == name)
}

fn curve_names() -> String {
    Curve::ALL.map(Curve::name).join(", ")
}
