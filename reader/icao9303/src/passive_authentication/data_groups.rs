//! The hash of every data group against EF.SOD.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::check::{Check, Reason};

use super::Evidence;
use super::sod::LdsSecurityObject;

/// DG3 and DG4 need terminal authentication: a reader without it does not ask for them.
const NEED_TERMINAL_AUTHENTICATION: [u8; 2] = [3, 4];
/// The keys of the chip's own proofs are always asked for: hiding one must not go unseen.
const ALWAYS_ASKED: [u8; 2] = [14, 15];

/// Which data groups the reader set out to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked<'a> {
    /// All that EF.SOD lists.
    All,
    /// These, and DG14 and DG15.
    Only(&'a [u8]),
}

/// What is known of one data group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GroupState {
    /// Read, and its hash is the one in EF.SOD.
    Match,
    /// Read, and its hash is another.
    Mismatch,
    /// In EF.SOD, asked for, and the chip did not give it, or not all of it.
    Missing,
    /// In EF.SOD and not asked for.
    NotRead,
    /// In EF.SOD, and not to be read without terminal authentication.
    Denied,
    /// Read, and not in EF.SOD: nobody vouches for it.
    NotInSod,
}

impl GroupState {
    /// The name used in machine-readable results.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Mismatch => "mismatch",
            Self::Missing => "missing",
            Self::NotRead => "not_read",
            Self::Denied => "denied",
            Self::NotInSod => "not_in_sod",
        }
    }
}

/// Result of the check `data_group_hashes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataGroupHashes {
    /// The check.
    pub check: Check,
    /// The hash function, or the name of one that is not supported.
    pub algorithm: Option<String>,
    /// The state of every data group that was read or is in EF.SOD, by its number.
    pub groups: BTreeMap<u8, GroupState>,
    /// The data groups that EF.SOD lists and the chip gave whole: only these are the document's own word, and that only as
    /// far as the checks say so. Of any other nothing may be shown as what the document says.
    pub given: BTreeSet<u8>,
}

/// Compares exactly the bytes read, from outer tag to end.
pub(crate) fn check(object: &LdsSecurityObject, evidence: &Evidence<'_>) -> DataGroupHashes {
    let Evidence { files, asked, cut, .. } = *evidence;
    let hash = match &object.hash_algorithm {
        Ok(hash) => *hash,
        Err(name) => {
            let message = format!("the data groups are hashed with {name}, which is not supported");
            let check = Check::unknown(Reason::UnsupportedAlgorithm, message);
            let whole = files.iter().map(|(group, _)| *group).filter(|group| !cut.contains(group));
            let given = whole.filter(|group| object.hashes.contains_key(group)).collect();
            return DataGroupHashes { check, algorithm: Some(name.clone()), groups: BTreeMap::new(), given };
        }
    };
    let mut groups = BTreeMap::new();
    for (&group, expected) in &object.hashes {
        groups.insert(group, absent(group, asked));
        for (_, file) in files.iter().filter(|(number, _)| *number == group) {
            let state = match hash.digest(file) == *expected {
                true => GroupState::Match,
                false if cut.contains(&group) => absent(group, asked),
                false => GroupState::Mismatch,
            };
            // The same file given twice must match both times.
            groups.entry(group).and_modify(|known| {
                if *known != GroupState::Mismatch {
                    *known = state;
                }
            });
        }
    }
    for (group, _) in files {
        groups.entry(*group).or_insert(GroupState::NotInSod);
    }
    let is_given = |state: &GroupState| matches!(state, GroupState::Match | GroupState::Mismatch);
    let given = groups.iter().filter(|(_, state)| is_given(state)).map(|(group, _)| *group).collect();
    DataGroupHashes { check: decide(&groups, cut), algorithm: Some(hash.name().into()), groups, given }
}

/// The result where there is no EF.SOD to compare with.
pub(crate) fn without_sod(check: Check, files: &[(u8, &[u8])]) -> DataGroupHashes {
    let groups = files.iter().map(|(group, _)| (*group, GroupState::NotInSod)).collect();
    DataGroupHashes { check, algorithm: None, groups, given: BTreeSet::new() }
}

/// The state of a listed group that the chip did not give.
fn absent(group: u8, asked: Asked<'_>) -> GroupState {
    let asked = match asked {
        Asked::All => true,
        Asked::Only(groups) => groups.contains(&group) || ALWAYS_ASKED.contains(&group),
    };
    match (NEED_TERMINAL_AUTHENTICATION.contains(&group), asked) {
        (true, _) => GroupState::Denied,
        (false, true) => GroupState::Missing,
        (false, false) => GroupState::NotRead,
    }
}

fn decide(groups: &BTreeMap<u8, GroupState>, cut: &[u8]) -> Check {
    let with = |state: GroupState| {
        let named = groups.iter().filter(|(_, other)| **other == state).map(|(group, _)| match cut.contains(group) {
            true => format!("DG{group} (cut short)"),
            false => format!("DG{group}"),
        });
        named.collect::<Vec<String>>().join(", ")
    };
    let (mismatch, missing) = (with(GroupState::Mismatch), with(GroupState::Missing));
    if !mismatch.is_empty() {
        Check::failed(Reason::HashMismatch, format!("not what was signed: {mismatch}"))
    } else if !missing.is_empty() {
        Check::unknown(Reason::FileMissing, format!("signed, and the chip does not give it: {missing}"))
    } else {
        Check::passed()
    }
}
