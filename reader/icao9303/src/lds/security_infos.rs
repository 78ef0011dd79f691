//! SecurityInfos: the protocols that a chip offers and their keys, in EF.CardAccess, EF.CardSecurity and DG14
//! (Doc 9303-11, 9.2; BSI TR-03110-3, A.1).
//!
//! One SecurityInfo that is malformed or unknown does not spoil the others: it is kept as it was read. The ones that
//! describe a protocol name it with types of [`protocol`].

pub mod protocol;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use const_oid::ObjectIdentifier;

pub use self::protocol::{ChipAuthenticationProtocol, KeyAgreement, Mapping, PaceProtocol};
use crate::tlv::{self, Tlv, TlvError};

/// More SecurityInfos than any chip has reason for.
const MAX_INFOS: usize = 128;

const SET: u32 = 0x31;
const SEQUENCE: u32 = 0x30;
const INTEGER: u32 = 0x02;
const OCTET_STRING: u32 = 0x04;
const OBJECT_IDENTIFIER: u32 = 0x06;
const DG14: u32 = 0x6E;

/// A set of SecurityInfos, in the order read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecurityInfos {
    infos: Vec<SecurityInfo>,
}

/// One SecurityInfo.
#[derive(Clone, PartialEq, Eq)]
pub struct SecurityInfo {
    /// The object identifier that names the protocol.
    pub protocol: ObjectIdentifier,
    /// What it says.
    pub content: SecurityInfoContent,
    /// The whole SEQUENCE as read.
    pub raw: Vec<u8>,
}

/// What a SecurityInfo says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecurityInfoContent {
    /// PACEInfo.
    Pace(PaceInfo),
    /// PACEDomainParameterInfo.
    PaceDomainParameters(PaceDomainParameterInfo),
    /// ChipAuthenticationInfo.
    ChipAuthentication(ChipAuthenticationInfo),
    /// ChipAuthenticationPublicKeyInfo.
    ChipAuthenticationPublicKey(ChipAuthenticationPublicKeyInfo),
    /// TerminalAuthenticationInfo.
    TerminalAuthentication {
        /// The version of Terminal Authentication: 1 or 2.
        version: u64,
        /// Where EF.CVCA is, if not in its usual place.
        trust_points: Option<FileId>,
    },
    /// ActiveAuthenticationInfo.
    ActiveAuthentication {
        /// The signature algorithm: an ECDSA one, which also tells the hash function.
        signature_algorithm: ObjectIdentifier,
    },
    /// A protocol not known here.
    Other,
    /// A protocol known here, in a form that it does not have.
    Malformed,
}

/// PACEInfo: a way to do PACE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceInfo {
    /// Key agreement, mapping and cipher.
    pub protocol: PaceProtocol,
    /// The version of PACE. Only 2 is in use.
    pub version: u64,
    /// Which domain parameters: below 32 the standardised ones, else a [`PaceDomainParameterInfo`] has them.
    pub parameter_id: Option<u64>,
}

/// PACEDomainParameterInfo: domain parameters of the chip's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaceDomainParameterInfo {
    /// The key agreement that they are for.
    pub key_agreement: KeyAgreement,
    /// The mapping that they are for.
    pub mapping: Mapping,
    /// The AlgorithmIdentifier, as read.
    pub domain_parameter: Vec<u8>,
    /// How a PACEInfo refers to them.
    pub parameter_id: Option<u64>,
}

/// ChipAuthenticationInfo: a way to do Chip Authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChipAuthenticationInfo {
    /// Key agreement and cipher.
    pub protocol: ChipAuthenticationProtocol,
    /// The version of Chip Authentication: 1 for eMRTDs.
    pub version: u64,
    /// Which key, where the chip has several.
    pub key_id: Option<u64>,
}

/// ChipAuthenticationPublicKeyInfo: a static public key of the chip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChipAuthenticationPublicKeyInfo {
    /// The key agreement that the key is for.
    pub key_agreement: KeyAgreement,
    /// The SubjectPublicKeyInfo, as read.
    pub public_key: Vec<u8>,
    /// How a [`ChipAuthenticationInfo`] refers to the key.
    pub key_id: Option<u64>,
}

/// FileID: a file by its identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId {
    /// File identifier.
    pub identifier: u16,
    /// Short file identifier, 1 to 30, where the file has one.
    pub short_identifier: Option<u8>,
}

/// Why bytes are no SecurityInfos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecurityInfosError {
    /// The bytes are no SET of SEQUENCEs.
    #[error("malformed SecurityInfos: {0}")]
    Tlv(#[from] TlvError),
    /// An entry does not start with an object identifier.
    #[error("the SecurityInfo at byte {0} names no protocol")]
    NoProtocol(usize),
    /// More entries than any chip has reason for.
    #[error("more than {MAX_INFOS} SecurityInfos")]
    TooMany,
}

impl SecurityInfos {
    /// Reads the content of EF.CardAccess, or the signed content of EF.CardSecurity: a SET. Bytes after it are passed
    /// over, as some chips fill their files up.
    ///
    /// # Errors
    /// It is no SET of SecurityInfos.
    pub fn parse(bytes: &[u8]) -> Result<Self, SecurityInfosError> {
        let (set, _) = tlv::parse_one(bytes)?;
        Self::from_set(&set.expect(SET)?)
    }

    /// Reads the content of DG14: the same SET wrapped in tag `6E`.
    ///
    /// # Errors
    /// It is no SET of SecurityInfos in tag `6E`.
    pub fn parse_dg14(bytes: &[u8]) -> Result<Self, SecurityInfosError> {
        let (file, _) = tlv::parse_one(bytes)?;
        Self::from_set(&file.expect(DG14)?.require(SET)?)
    }

    fn from_set(set: &Tlv<'_>) -> Result<Self, SecurityInfosError> {
        let mut infos = Vec::new();
        for entry in set.children() {
            if infos.len() == MAX_INFOS {
                return Err(SecurityInfosError::TooMany);
            }
            infos.push(SecurityInfo::from_sequence(&entry?.expect(SEQUENCE)?)?);
        }
        Ok(Self { infos })
    }

    /// All, in the order read.
    pub fn iter(&self) -> impl Iterator<Item = &SecurityInfo> {
        self.infos.iter()
    }

    /// The ways to do PACE.
    pub fn pace(&self) -> impl Iterator<Item = &PaceInfo> {
        self.infos.iter().filter_map(|info| match &info.content {
            SecurityInfoContent::Pace(pace) => Some(pace),
            _ => None,
        })
    }

    /// The same without one way to do PACE: for a chip that does not have what it offers.
    #[must_use]
    pub fn without_pace(&self, protocol: PaceProtocol, parameter_id: Option<u64>) -> Self {
        let is_it = |info: &&SecurityInfo| match info.content {
            SecurityInfoContent::Pace(pace) => pace.protocol == protocol && pace.parameter_id == parameter_id,
            _ => false,
        };
        Self { infos: self.infos.iter().filter(|info| !is_it(info)).cloned().collect() }
    }

    /// The chip's own domain parameters for PACE.
    pub fn pace_domain_parameters(&self) -> impl Iterator<Item = &PaceDomainParameterInfo> {
        self.infos.iter().filter_map(|info| match &info.content {
            SecurityInfoContent::PaceDomainParameters(parameters) => Some(parameters),
            _ => None,
        })
    }

    /// The ways to do Chip Authentication.
    pub fn chip_authentication(&self) -> impl Iterator<Item = &ChipAuthenticationInfo> {
        self.infos.iter().filter_map(|info| match &info.content {
            SecurityInfoContent::ChipAuthentication(found) => Some(found),
            _ => None,
        })
    }

    /// The static public keys of the chip.
    pub fn chip_authentication_keys(&self) -> impl Iterator<Item = &ChipAuthenticationPublicKeyInfo> {
        self.infos.iter().filter_map(|info| match &info.content {
            SecurityInfoContent::ChipAuthenticationPublicKey(key) => Some(key),
            _ => None,
        })
    }

    /// Where EF.CVCA is, if DG14 puts it elsewhere than usual.
    #[must_use]
    pub fn trust_points_file(&self) -> Option<FileId> {
        self.infos.iter().find_map(|info| match info.content {
            SecurityInfoContent::TerminalAuthentication { trust_points, .. } => trust_points,
            _ => None,
        })
    }

    /// The signature algorithm of Active Authentication with ECDSA.
    #[must_use]
    pub fn active_authentication_algorithm(&self) -> Option<ObjectIdentifier> {
        self.infos.iter().find_map(|info| match info.content {
            SecurityInfoContent::ActiveAuthentication { signature_algorithm } => Some(signature_algorithm),
            _ => None,
        })
    }

    /// Whether Chip Authentication is offered: by a ChipAuthenticationInfo, or by a public key alone, which stands for
    /// 3DES (Doc 9303-11, 9.2.5).
    #[must_use]
    pub fn offers_chip_authentication(&self) -> bool {
        self.chip_authentication().next().is_some() || self.chip_authentication_keys().next().is_some()
    }

    /// Everything said about PACE, for comparing an unsigned copy with a signed one: the encodings of all PACEInfos and
    /// PACEDomainParameterInfos (malformed ones too), sorted and without doubles.
    #[must_use]
    pub fn pace_offer(&self) -> Vec<&[u8]> {
        let mut offer: Vec<&[u8]> = self
            .infos
            .iter()
            .filter(|info| protocol::ID_PACE.is_prefix_of(&info.protocol))
            .map(|info| info.raw.as_slice())
            .collect();
        offer.sort_unstable();
        offer.dedup();
        offer
    }
}

impl SecurityInfo {
    fn from_sequence(sequence: &Tlv<'_>) -> Result<Self, SecurityInfosError> {
        let mut fields = sequence.children();
        let no_protocol = SecurityInfosError::NoProtocol(sequence.position);
        let name = fields.next().ok_or(no_protocol)??.expect(OBJECT_IDENTIFIER)?;
        let protocol = ObjectIdentifier::from_bytes(name.value).map_err(|_| no_protocol)?;
        let fields: Result<Vec<Tlv<'_>>, TlvError> = fields.take(3).collect();
        let content = fields.map_or(SecurityInfoContent::Malformed, |fields| content_of(&protocol, &fields));
        Ok(Self { protocol, content, raw: sequence.raw.to_vec() })
    }
}

/// The content of a SecurityInfo from what follows its object identifier: required data, and optional ones.
fn content_of(protocol: &ObjectIdentifier, fields: &[Tlv<'_>]) -> SecurityInfoContent {
    let (required, optional) = match fields {
        [required] => (required, None),
        [required, optional] => (required, Some(optional)),
        _ => return SecurityInfoContent::Malformed,
    };
    let known = protocol::Named::from_oid(protocol);
    let parsed = match known {
        None => return SecurityInfoContent::Other,
        Some(protocol::Named::Pace(protocol)) => integers(required, optional)
            .map(|(version, parameter_id)| SecurityInfoContent::Pace(PaceInfo { protocol, version, parameter_id })),
        Some(protocol::Named::PaceDomain(key_agreement, mapping)) => {
            key_and_id(required, optional).map(|(domain_parameter, parameter_id)| {
                SecurityInfoContent::PaceDomainParameters(PaceDomainParameterInfo {
                    key_agreement,
                    mapping,
                    domain_parameter,
                    parameter_id,
                })
            })
        }
        Some(protocol::Named::ChipAuthentication(protocol)) => integers(required, optional).map(|(version, key_id)| {
            SecurityInfoContent::ChipAuthentication(ChipAuthenticationInfo { protocol, version, key_id })
        }),
        Some(protocol::Named::ChipAuthenticationKey(key_agreement)) => {
            key_and_id(required, optional).map(|(public_key, key_id)| {
                SecurityInfoContent::ChipAuthenticationPublicKey(ChipAuthenticationPublicKeyInfo {
                    key_agreement,
                    public_key,
                    key_id,
                })
            })
        }
        Some(protocol::Named::TerminalAuthentication) => integer(required).map(|version| {
            // An identifier in another form does not change that the protocol is offered: the usual place is tried.
            let trust_points = optional.and_then(file_id);
            SecurityInfoContent::TerminalAuthentication { version, trust_points }
        }),
        Some(protocol::Named::ActiveAuthentication) => optional
            .filter(|field| field.tag == OBJECT_IDENTIFIER)
            .and_then(|field| ObjectIdentifier::from_bytes(field.value).ok())
            .map(|signature_algorithm| SecurityInfoContent::ActiveAuthentication { signature_algorithm }),
    };
    parsed.unwrap_or(SecurityInfoContent::Malformed)
}

fn integers(required: &Tlv<'_>, optional: Option<&Tlv<'_>>) -> Option<(u64, Option<u64>)> {
    Some((integer(required)?, optional_integer(optional)?))
}

fn key_and_id(required: &Tlv<'_>, optional: Option<&Tlv<'_>>) -> Option<(Vec<u8>, Option<u64>)> {
    (required.tag == SEQUENCE).then_some(())?;
    Some((required.raw.to_vec(), optional_integer(optional)?))
}

fn optional_integer(field: Option<&Tlv<'_>>) -> Option<Option<u64>> {
    field.map_or(Some(None), |field| integer(field).map(Some))
}

/// FileID ::= SEQUENCE { fid OCTET STRING (SIZE(2)), sfid OCTET STRING (SIZE(1)) OPTIONAL } (BSI TR-03110-3, A.1.1.3).
fn file_id(field: &Tlv<'_>) -> Option<FileId> {
    let mut parts = field.expect(SEQUENCE).ok()?.children();
    let identifier = <[u8; 2]>::try_from(parts.expect(OCTET_STRING).ok()?.value).ok()?;
    let short_identifier = match parts.next() {
        None => None,
        Some(part) => match part.ok()?.expect(OCTET_STRING).ok()?.value {
            [short @ 1..=30] => Some(*short),
            _ => None,
        },
    };
    Some(FileId { identifier: u16::from_be_bytes(identifier), short_identifier })
}

/// An INTEGER that is not negative and fits eight bytes.
fn integer(field: &Tlv<'_>) -> Option<u64> {
    let value = field.value;
    let significant = value.iter().position(|byte| *byte != 0).map_or(&[][..], |start| &value[start..]);
    let negative = value.first().is_none_or(|byte| byte & 0x80 != 0);
    if field.tag != INTEGER || negative || significant.len() > 8 {
        return None;
    }
    Some(significant.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

impl core::fmt::Debug for SecurityInfo {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SecurityInfo({}, {:?})", self.protocol, self.content)
    }
}
