//! What opens the chip, and what EF.CardAccess and DG14 say about it.

use icao9303::crypto::curve::Curve;
use serde::{Deserialize, Serialize};

use super::algorithms::{CipherName, CurveName};

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
    /// Whether EF.CardAccess lists TerminalAuthenticationInfo. The card's EF.CardAccess does; this chip does
    /// not play terminal authentication.
    pub terminal_authentication_in_card_access: bool,
    /// Whether EF.CardAccess announces Chip Authentication where the chip has it, as the card's does.
    pub chip_authentication_in_card_access: bool,
    /// Whether DG14 holds the signed copy of the PACE offer.
    pub pace_in_dg14: bool,
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
            bac: true,
            can: None,
            has_can: true,
            pin: None,
            puk: None,
        }
    }
}

/// One PACE mechanism: ECDH with generic mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Offer {
    /// The cipher.
    pub cipher: CipherName,
    /// The standardised domain parameters.
    pub curve: CurveName,
    /// Whether the PACEInfo names the domain parameters (it may leave them out where there is one set only).
    pub parameter_id: bool,
}

impl Default for Offer {
    fn default() -> Self {
        Self { cipher: CipherName::Aes128, curve: CurveName(Curve::BrainpoolP256r1), parameter_id: true }
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
