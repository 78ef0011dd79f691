//! What opens the chip, and what EF.CardAccess, DG14 and EF.CardSecurity say about it.

use icao9303::crypto::curve::Curve;
use serde::{Deserialize, Serialize};

use super::algorithms::{CipherName, CurveName, GroupName, domain, domain_keys};
use crate::image::{Domain, Mapping, PaceOffer};

/// Passwords and access control protocols.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Access {
    /// What PACE offers, in this order. Empty: a chip without PACE (and without EF.CardAccess).
    pub pace: Vec<Offer>,
    /// What the unsigned EF.CardAccess says instead, as someone between card and reader might have it. DG14 keeps
    /// saying what [`Access::pace`] says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_access: Option<Vec<Offer>>,
    /// Further PACE mechanisms in EF.CardAccess and DG14, by object identifier, which this chip does not have: a
    /// reader that knows only integrated mapping, or does not know it, shows what it does.
    pub other_mechanisms: Vec<OtherMechanism>,
    /// Whether EF.CardAccess has PACEDomainParameterInfo for every offer, which standardised parameters do not need.
    pub domain_parameters_in_card_access: bool,
    /// Whether DG14 has it.
    pub domain_parameters_in_dg14: bool,
    /// Whether EF.CardAccess lists TerminalAuthenticationInfo, as the card's does.
    pub terminal_authentication_in_card_access: bool,
    /// Whether EF.CardAccess announces Chip Authentication where the chip has it, as the card's does.
    pub chip_authentication_in_card_access: bool,
    /// Whether DG14 holds the signed copy of the PACE offer.
    pub pace_in_dg14: bool,
    /// Whether there is EF.CardSecurity, signed by the document signer. Default: where PACE offers chip authentication
    /// mapping, whose public key is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_security: Option<bool>,
    /// What was changed in EF.CardSecurity after it was signed.
    pub card_security_tampered: CardSecurityTampering,
    /// Whether Basic Access Control opens the chip too.
    pub bac: bool,
    /// Card Access Number. Default: the last six digits of the ID number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub can: Option<String>,
    /// Whether the chip has a Card Access Number at all.
    pub has_can: bool,
    /// Personal identification number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
    /// PIN unblock key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub puk: Option<String>,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            pace: vec![Offer::default()],
            card_access: None,
            other_mechanisms: Vec::new(),
            domain_parameters_in_card_access: false,
            domain_parameters_in_dg14: false,
            terminal_authentication_in_card_access: true,
            chip_authentication_in_card_access: true,
            pace_in_dg14: true,
            card_security: None,
            card_security_tampered: CardSecurityTampering::Nothing,
            bac: true,
            can: None,
            has_can: true,
            pin: None,
            puk: None,
        }
    }
}

impl Access {
    /// Whether there is EF.CardSecurity.
    #[must_use]
    pub fn has_card_security(&self) -> bool {
        let mapping = |offer: &Offer| offer.mapping == MappingName::ChipAuthentication;
        self.card_security.unwrap_or_else(|| self.pace.iter().any(mapping))
    }
}

/// What someone changed in EF.CardSecurity after it was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardSecurityTampering {
    /// Nothing.
    Nothing,
    /// Its SecurityInfos: what EF.CardAccess offers, and the public key of another chip for chip authentication mapping.
    Content,
    /// A bit of the signature.
    Signature,
}

/// One PACE mechanism, written as `{ cipher, mapping, curve or group, parameter_id }`, each of which has a default: AES-128,
/// generic mapping, brainpoolP256r1, named.
///
/// ```toml
/// [[access.pace]]
/// cipher = "aes-256"
/// mapping = "integrated"          # or "generic", or "chip_authentication" (on a curve, with AES)
/// group = "modp2048_256"          # or curve = "secp384r1"
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenOffer", into = "WrittenOffer")]
pub struct Offer {
    /// The cipher.
    pub cipher: CipherName,
    /// How the nonce is mapped.
    pub mapping: MappingName,
    /// The standardised domain parameters.
    pub domain: Domain,
    /// Whether the PACEInfo names the domain parameters (it may leave them out where there is one set only).
    pub parameter_id: bool,
}

impl Default for Offer {
    fn default() -> Self {
        Self {
            cipher: CipherName::Aes128,
            mapping: MappingName::Generic,
            domain: Domain::Curve(Curve::BrainpoolP256r1),
            parameter_id: true,
        }
    }
}

impl From<Offer> for PaceOffer {
    fn from(offer: Offer) -> Self {
        Self { cipher: offer.cipher.into(), mapping: offer.mapping.into(), domain: offer.domain }
    }
}

impl From<PaceOffer> for Offer {
    fn from(offer: PaceOffer) -> Self {
        let mapping = match offer.mapping {
            Mapping::Generic => MappingName::Generic,
            Mapping::Integrated => MappingName::Integrated,
            Mapping::ChipAuthentication => MappingName::ChipAuthentication,
        };
        Self { cipher: offer.cipher.into(), mapping, domain: offer.domain, parameter_id: true }
    }
}

/// How a nonce is mapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MappingName {
    /// By an exchange of public keys.
    #[default]
    Generic,
    /// By hashing.
    Integrated,
    /// As generic mapping, with a proof of the chip's own key. The key's public half is in EF.CardSecurity.
    ChipAuthentication,
}

impl From<MappingName> for Mapping {
    fn from(name: MappingName) -> Self {
        match name {
            MappingName::Generic => Self::Generic,
            MappingName::Integrated => Self::Integrated,
            MappingName::ChipAuthentication => Self::ChipAuthentication,
        }
    }
}

/// An offer as its table has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenOffer {
    cipher: CipherName,
    mapping: MappingName,
    #[serde(skip_serializing_if = "Option::is_none")]
    curve: Option<CurveName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<GroupName>,
    parameter_id: bool,
}

impl Default for WrittenOffer {
    fn default() -> Self {
        let Offer { cipher, mapping, parameter_id, .. } = Offer::default();
        Self { cipher, mapping, curve: None, group: None, parameter_id }
    }
}

impl From<Offer> for WrittenOffer {
    fn from(offer: Offer) -> Self {
        let Offer { cipher, mapping, domain, parameter_id } = offer;
        let (curve, group) = domain_keys(domain);
        Self { cipher, mapping, curve, group, parameter_id }
    }
}

impl TryFrom<WrittenOffer> for Offer {
    type Error = String;

    fn try_from(written: WrittenOffer) -> Result<Self, String> {
        let WrittenOffer { cipher, mapping, curve, group, parameter_id } = written;
        let domain = domain(curve, group)?;
        match (mapping, domain, cipher) {
            (MappingName::ChipAuthentication, Domain::Group(_), _)
            | (MappingName::ChipAuthentication, _, CipherName::TripleDes) => {
                Err("chip authentication mapping is defined on curves and with AES only".into())
            }
            (MappingName::Integrated, Domain::Curve(Curve::Secp224r1), _) => {
                Err("there is no integrated mapping on secp224r1: its prime is not 3 modulo 4".into())
            }
            _ => Ok(Self { cipher, mapping, domain, parameter_id }),
        }
    }
}

/// A PACE mechanism that the chip announces and does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherMechanism {
    /// Object identifier in dotted form, `0.4.0.127.0.7.2.2.4.4.2` for ECDH, integrated mapping, AES-128.
    pub protocol: String,
    /// Domain parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter_id: Option<u8>,
}
