//! The ten checks of a read, each with its own state, as the command line's contract names them.

use std::collections::BTreeMap;

use icao9303::check::{Check, Reason, Status};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::agreement::Agreement;
use crate::messages::Words;
use crate::validity::Validity;

/// All checks. Serialised, it is the contract's `checks`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checks {
    /// Read over a channel that PACE or BAC opened.
    #[serde(serialize_with = "plain")]
    pub secure_channel: Check,
    /// Every data group read has the hash of EF.SOD.
    pub data_group_hashes: DataGroupHashes,
    /// The Document Signer signed EF.SOD.
    pub sod_signature: SodSignature,
    /// The Document Signer chains to a trusted anchor that fits the document.
    pub issuer: Issuer,
    /// The Document Signer is on no revocation list.
    #[serde(serialize_with = "with_null_reason")]
    pub revocation: Check,
    /// The chip holds the key of Chip Authentication. `not_offered` only where the *signed* files offer none.
    #[serde(serialize_with = "plain")]
    pub chip_authentication: Check,
    /// The chip holds the key of Active Authentication.
    #[serde(serialize_with = "plain")]
    pub active_authentication: Check,
    /// The unsigned offer of protocols is the signed one.
    #[serde(serialize_with = "plain")]
    pub access_offer: Check,
    /// The sources say the same person.
    pub agreement: Agreement,
    /// The card is in date.
    pub validity: Validity,
}

/// The names of the ten checks, in the order they are shown.
pub const NAMES: [&str; 10] = [
    "secure_channel",
    "data_group_hashes",
    "sod_signature",
    "issuer",
    "revocation",
    "chip_authentication",
    "active_authentication",
    "access_offer",
    "agreement",
    "validity",
];

impl Checks {
    /// All checks with their names, in the order they are shown.
    #[must_use]
    pub fn named(&self) -> [(&'static str, &Check); 10] {
        let checks = [
            &self.secure_channel,
            &self.data_group_hashes.check,
            &self.sod_signature.check,
            &self.issuer.check,
            &self.revocation,
            &self.chip_authentication,
            &self.active_authentication,
            &self.access_offer,
            &self.agreement.check,
            &self.validity.check,
        ];
        let mut index = 0;
        checks.map(|check| {
            index += 1;
            (NAMES[index - 1], check)
        })
    }

    /// The check of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Check> {
        self.named().into_iter().find(|(n, _)| *n == name).map(|(_, check)| check)
    }
}

/// The check of hashes, and each data group's own result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataGroupHashes {
    /// The state.
    pub check: Check,
    /// The hash function of EF.SOD, as `SHA-256`.
    pub algorithm: Option<String>,
    /// By number of the data group.
    pub groups: BTreeMap<u8, GroupState>,
}

/// How one data group stands to EF.SOD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupState {
    /// Its hash is the one listed.
    Match,
    /// Its hash is another.
    Mismatch,
    /// Listed, and the chip does not give it, or not all of it.
    Missing,
    /// Listed, and not asked for.
    NotRead,
    /// Listed, and behind terminal authentication (DG3, DG4).
    Denied,
    /// Given by the chip, and not listed.
    NotInSod,
}

/// The check of EF.SOD's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SodSignature {
    /// The state.
    pub check: Check,
    /// The signature algorithm, as `ECDSA-SHA256`.
    pub algorithm: Option<String>,
    /// The subject of the Document Signer's certificate.
    pub signer: Option<String>,
}

/// The check of the chain from the Document Signer to an anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// The state.
    pub check: Check,
    /// The subject of the anchor.
    pub anchor: Option<String>,
    /// What the anchor is known as, where its fingerprint is one that is recognised. That decides nothing.
    pub known_as: Option<Words>,
    /// The subjects from the Document Signer's issuer to the anchor.
    pub path: Vec<String>,
}

/// Writes the state, the reason (null, or left out, where there is none) and the message (left out where empty).
fn entries<M: SerializeMap>(map: &mut M, check: &Check, null_reason: bool) -> Result<(), M::Error> {
    map.serialize_entry("status", check.status.as_str())?;
    if check.reason.is_some() || null_reason {
        map.serialize_entry("reason", &check.reason.map(Reason::as_str))?;
    }
    if !check.message.is_empty() {
        map.serialize_entry("message", &check.message)?;
    }
    Ok(())
}

fn plain<S: Serializer>(check: &Check, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    entries(&mut map, check, false)?;
    map.end()
}

fn with_null_reason<S: Serializer>(check: &Check, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    entries(&mut map, check, true)?;
    map.end()
}

impl Serialize for DataGroupHashes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        entries(&mut map, &self.check, false)?;
        if let Some(algorithm) = &self.algorithm {
            map.serialize_entry("algorithm", algorithm)?;
        }
        let groups: Vec<(String, GroupState)> =
            self.groups.iter().map(|(n, state)| (format!("DG{n}"), *state)).collect();
        map.serialize_entry("groups", &InOrder(&groups))?;
        map.end()
    }
}

/// A map whose entries keep their order: DG2 before DG13.
struct InOrder<'a>(&'a [(String, GroupState)]);

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, state)| (name, state)))
    }
}

impl Serialize for SodSignature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        entries(&mut map, &self.check, false)?;
        if let Some(algorithm) = &self.algorithm {
            map.serialize_entry("algorithm", algorithm)?;
        }
        if let Some(signer) = &self.signer {
            map.serialize_entry("signer", signer)?;
        }
        map.end()
    }
}

impl Serialize for Issuer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        entries(&mut map, &self.check, true)?;
        if let Some(anchor) = &self.anchor {
            map.serialize_entry("anchor", anchor)?;
        }
        if let Some(name) = &self.known_as {
            map.serialize_entry("known_as", &name.en)?;
        }
        if !self.path.is_empty() {
            map.serialize_entry("path", &self.path)?;
        }
        map.end()
    }
}

impl Serialize for Agreement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        entries(&mut map, &self.check, false)?;
        map.serialize_entry("differences", &self.differences)?;
        map.end()
    }
}

impl Serialize for Validity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        entries(&mut map, &self.check, false)?;
        map.serialize_entry("expires", &self.expires)?;
        map.end()
    }
}

impl Checks {
    /// Checks that were not made, for an offline look or a test to fill in.
    #[must_use]
    pub fn skipped(message: &str) -> Self {
        let skipped = || Check::skipped(message);
        Self {
            secure_channel: skipped(),
            data_group_hashes: DataGroupHashes { check: skipped(), algorithm: None, groups: BTreeMap::new() },
            sod_signature: SodSignature { check: skipped(), algorithm: None, signer: None },
            issuer: Issuer { check: skipped(), anchor: None, known_as: None, path: Vec::new() },
            revocation: skipped(),
            chip_authentication: skipped(),
            active_authentication: skipped(),
            access_offer: skipped(),
            agreement: Agreement { check: skipped(), differences: Vec::new() },
            validity: Validity { check: skipped(), expires: None, source: None },
        }
    }

    /// Whether any check found something wrong.
    #[must_use]
    pub fn any_failed(&self) -> bool {
        self.named().iter().any(|(_, check)| check.status == Status::Failed)
    }
}

#[cfg(test)]
mod tests;
