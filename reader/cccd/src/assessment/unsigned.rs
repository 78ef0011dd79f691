//! Data groups that nobody vouches for: what was read and does not count.
//!
//! Three kinds, each with a warning, because a person has to see why something is missing or is not to be relied on:
//!
//! - not in EF.SOD (or there is none): nothing of it is shown. It stays in the list of files, and in a dump.
//! - not given whole, and what was given is not what was signed: the same. Whoever stands between card and reader can end
//!   a file with a status word that nothing protects; he must not make a good card look like a fake by that.
//! - given whole and not what was signed: shown, for whoever has to look into it. The verdict says that the card is not
//!   to be accepted.

use icao9303::check::Remark;
use icao9303::lds::file::DataGroup;
use icao9303::passive_authentication::{GroupState, PassiveAuthentication};

use super::Evidence;

/// Whether a group that was read counts as not given.
pub(super) fn is_withheld(group: DataGroup, passive: &PassiveAuthentication) -> bool {
    let state = passive.data_group_hashes.groups.get(&group.number());
    matches!(state, Some(GroupState::Missing | GroupState::NotRead | GroupState::Denied))
}

/// One for every group that was read and does not count.
pub(super) fn warnings(evidence: &Evidence<'_>, passive: &PassiveAuthentication) -> Vec<Remark> {
    let groups = DataGroup::all().filter(|group| evidence.group(*group).is_some());
    groups.filter_map(|group| warning(group, passive)).collect()
}

fn warning(group: DataGroup, passive: &PassiveAuthentication) -> Option<Remark> {
    let (code, message) = match passive.data_group_hashes.groups.get(&group.number())? {
        GroupState::Match => return None,
        GroupState::Mismatch => {
            ("not_as_signed", format!("{group} is not what was signed: do not rely on what it says"))
        }
        GroupState::NotInSod => ("not_in_sod", format!("nobody has signed {group}: nothing of it is shown")),
        GroupState::Missing | GroupState::NotRead | GroupState::Denied => {
            ("cut_short", format!("the chip did not give all of {group}: nothing of it is shown"))
        }
    };
    Some(Remark { code, message })
}
