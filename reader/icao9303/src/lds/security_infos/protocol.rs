//! The protocols that object identifiers of SecurityInfos name (Doc 9303-11, 9.2; BSI TR-03110-3, A.1.1).

use const_oid::ObjectIdentifier;

use crate::crypto::cipher::Cipher;

/// Everything about PACE is below this.
pub(super) const ID_PACE: Prefix = Prefix(&[0, 4, 0, 127, 0, 7, 2, 2, 4]);
const ID_CA: Prefix = Prefix(&[0, 4, 0, 127, 0, 7, 2, 2, 3]);
const ID_PK: Prefix = Prefix(&[0, 4, 0, 127, 0, 7, 2, 2, 1]);
const ID_TA: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.2");
const ID_AA: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.5");

/// How a secret is agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyAgreement {
    /// In the multiplicative group of a prime field.
    Dh,
    /// On an elliptic curve.
    Ecdh,
}

/// How PACE maps the nonce to a generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mapping {
    /// Generic mapping.
    Generic,
    /// Integrated mapping.
    Integrated,
    /// Chip authentication mapping.
    ChipAuthentication,
}

/// A variant of PACE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PaceProtocol {
    /// How secrets are agreed on.
    pub key_agreement: KeyAgreement,
    /// How the nonce is mapped.
    pub mapping: Mapping,
    /// The cipher of the nonce, the tokens and the channel.
    pub cipher: Cipher,
}

/// A variant of Chip Authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChipAuthenticationProtocol {
    /// How the secret is agreed on.
    pub key_agreement: KeyAgreement,
    /// The cipher of the new channel.
    pub cipher: Cipher,
}

/// What an object identifier of a SecurityInfo stands for.
pub(super) enum Named {
    Pace(PaceProtocol),
    PaceDomain(KeyAgreement, Mapping),
    ChipAuthentication(ChipAuthenticationProtocol),
    ChipAuthenticationKey(KeyAgreement),
    TerminalAuthentication,
    ActiveAuthentication,
}

impl Named {
    pub(super) fn from_oid(oid: &ObjectIdentifier) -> Option<Self> {
        if *oid == ID_TA {
            return Some(Self::TerminalAuthentication);
        }
        if *oid == ID_AA {
            return Some(Self::ActiveAuthentication);
        }
        if let Some((variant, cipher)) = ID_PACE.rest(oid) {
            let (key_agreement, mapping) = pace_variant(variant)?;
            return match cipher {
                None => Some(Self::PaceDomain(key_agreement, mapping)),
                Some(arc) => Some(Self::Pace(PaceProtocol { key_agreement, mapping, cipher: cipher_of(arc)? }))
                    .filter(|_| mapping != Mapping::ChipAuthentication || arc != 1),
            };
        }
        if let Some((variant, cipher)) = ID_CA.rest(oid) {
            let (key_agreement, cipher) = (agreement_of(variant)?, cipher_of(cipher?)?);
            return Some(Self::ChipAuthentication(ChipAuthenticationProtocol { key_agreement, cipher }));
        }
        match ID_PK.rest(oid)? {
            (variant, None) => Some(Self::ChipAuthenticationKey(agreement_of(variant)?)),
            _ => None,
        }
    }
}

impl PaceProtocol {
    /// `ECDH-GM`, `DH-IM`, `ECDH-CAM` …
    #[must_use]
    pub const fn mechanism(self) -> &'static str {
        match (self.key_agreement, self.mapping) {
            (KeyAgreement::Dh, Mapping::Generic) => "DH-GM",
            (KeyAgreement::Ecdh, Mapping::Generic) => "ECDH-GM",
            (KeyAgreement::Dh, Mapping::Integrated) => "DH-IM",
            (KeyAgreement::Ecdh, Mapping::Integrated) => "ECDH-IM",
            (KeyAgreement::Dh, Mapping::ChipAuthentication) => "DH-CAM",
            (KeyAgreement::Ecdh, Mapping::ChipAuthentication) => "ECDH-CAM",
        }
    }

    /// Its object identifier. There is none for chip authentication mapping with DH or 3DES, and [`SecurityInfos`] never
    /// yields one.
    ///
    /// [`SecurityInfos`]: super::SecurityInfos
    #[must_use]
    pub fn oid(self) -> Option<ObjectIdentifier> {
        let variant = match (self.key_agreement, self.mapping) {
            (KeyAgreement::Dh, Mapping::Generic) => 1,
            (KeyAgreement::Ecdh, Mapping::Generic) => 2,
            (KeyAgreement::Dh, Mapping::Integrated) => 3,
            (KeyAgreement::Ecdh, Mapping::Integrated) => 4,
            (KeyAgreement::Ecdh, Mapping::ChipAuthentication) if self.cipher != Cipher::TripleDes => 6,
            (_, Mapping::ChipAuthentication) => return None,
        };
        ID_PACE.with(variant, arc_of(self.cipher))
    }
}

/// `PACE-ECDH-GM with AES-128`.
impl core::fmt::Display for PaceProtocol {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "PACE-{} with {}", self.mechanism(), self.cipher)
    }
}

impl ChipAuthenticationProtocol {
    /// Its object identifier.
    #[must_use]
    pub fn oid(self) -> ObjectIdentifier {
        let variant = if self.key_agreement == KeyAgreement::Dh { 1 } else { 2 };
        // Invariant: two small arcs more than the prefix always fit.
        ID_CA.with(variant, arc_of(self.cipher)).expect("a short object identifier")
    }
}

const fn pace_variant(arc: u32) -> Option<(KeyAgreement, Mapping)> {
    match arc {
        1 => Some((KeyAgreement::Dh, Mapping::Generic)),
        2 => Some((KeyAgreement::Ecdh, Mapping::Generic)),
        3 => Some((KeyAgreement::Dh, Mapping::Integrated)),
        4 => Some((KeyAgreement::Ecdh, Mapping::Integrated)),
        6 => Some((KeyAgreement::Ecdh, Mapping::ChipAuthentication)),
        _ => None,
    }
}

const fn agreement_of(arc: u32) -> Option<KeyAgreement> {
    match arc {
        1 => Some(KeyAgreement::Dh),
        2 => Some(KeyAgreement::Ecdh),
        _ => None,
    }
}

const fn cipher_of(arc: u32) -> Option<Cipher> {
    match arc {
        1 => Some(Cipher::TripleDes),
        2 => Some(Cipher::Aes128),
        3 => Some(Cipher::Aes192),
        4 => Some(Cipher::Aes256),
        _ => None,
    }
}

const fn arc_of(cipher: Cipher) -> u32 {
    match cipher {
        Cipher::TripleDes => 1,
        Cipher::Aes128 => 2,
        Cipher::Aes192 => 3,
        Cipher::Aes256 => 4,
    }
}

/// The start of an object identifier, arc by arc.
pub(super) struct Prefix(&'static [u32]);

impl Prefix {
    pub(super) fn is_prefix_of(&self, oid: &ObjectIdentifier) -> bool {
        oid.arcs().count() > self.0.len() && oid.arcs().zip(self.0).all(|(arc, wanted)| arc == *wanted)
    }

    /// The one or two arcs behind the prefix.
    fn rest(&self, oid: &ObjectIdentifier) -> Option<(u32, Option<u32>)> {
        if !self.is_prefix_of(oid) {
            return None;
        }
        let mut rest = oid.arcs().skip(self.0.len());
        let found = (rest.next()?, rest.next());
        rest.next().is_none().then_some(found)
    }

    fn with(&self, first: u32, second: u32) -> Option<ObjectIdentifier> {
        let mut arcs = [0; 11];
        let len = self.0.len() + 2;
        let all = arcs.get_mut(..len)?;
        all[..self.0.len()].copy_from_slice(self.0);
        all[len - 2..].copy_from_slice(&[first, second]);
        ObjectIdentifier::from_arcs(all.iter().copied()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_of_pace_has_a_name_and_leads_back() {
        let mut known = 0;
        for variant in 0..8 {
            for cipher in 0..6 {
                let Some(oid) = ID_PACE.with(variant, cipher) else { continue };
                if let Some(Named::Pace(protocol)) = Named::from_oid(&oid) {
                    assert_eq!(protocol.oid(), Some(oid));
                    known += 1;
                }
            }
        }
        assert_eq!(known, 4 * 4 + 3);
    }

    #[test]
    fn every_variant_of_chip_authentication_leads_back() {
        for cipher in Cipher::ALL {
            for key_agreement in [KeyAgreement::Dh, KeyAgreement::Ecdh] {
                let protocol = ChipAuthenticationProtocol { key_agreement, cipher };
                let Some(Named::ChipAuthentication(found)) = Named::from_oid(&protocol.oid()) else { panic!() };
                assert_eq!(found, protocol);
            }
        }
    }

    #[test]
    fn an_identifier_that_is_too_long_or_too_short_is_none() {
        for text in ["0.4.0.127.0.7.2.2.4", "0.4.0.127.0.7.2.2.4.2.2.1", "0.4.0.127.0.7.2.2.3.2", "1.2.840.10045.2.1"] {
            assert!(Named::from_oid(&ObjectIdentifier::new_unwrap(text)).is_none(), "{text}");
        }
    }
}
