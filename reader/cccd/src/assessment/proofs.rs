//! What the chip's own proofs are worth.
//!
//! A proof shows that the chip holds a private key. It shows a genuine chip only where the public key is one that the
//! issuer signed: where DG14 or DG15 is covered by EF.SOD and its signature.

use icao9303::check::{Check, Reason};
use icao9303::lds::file::DataGroup;
use icao9303::passive_authentication::PassiveAuthentication;

use super::{Evidence, unsigned};

/// The checks `chip_authentication` and `active_authentication`.
pub(super) fn judge(evidence: &Evidence<'_>, passive: &PassiveAuthentication) -> (Check, Check) {
    let Some(session) = evidence.session else {
        let skipped = Check::skipped("the files were not read from a chip");
        return (skipped.clone(), skipped);
    };
    (
        judge_one(evidence, passive, DataGroup::DG14, session.chip_authentication),
        judge_one(evidence, passive, DataGroup::DG15, session.active_authentication),
    )
}

fn judge_one(
    evidence: &Evidence<'_>,
    passive: &PassiveAuthentication,
    group: DataGroup,
    done: Option<&Check>,
) -> Check {
    let given = evidence.group(group).is_some() && !unsigned::is_withheld(group, passive);
    match evidence.listed {
        None => Check::unknown(Reason::FileMissing, format!("no EF.SOD says whether there is a {group}")),
        Some(listed) if !listed.contains(&group) && !given => {
            Check::not_offered(format!("the signed files list no {group}"))
        }
        Some(_) if !given => {
            Check::unknown(Reason::FileMissing, format!("EF.SOD lists {group} and the chip does not give it"))
        }
        Some(_) if !passive.covers(group.number()) => {
            Check::unknown(Reason::KeyNotProtected, format!("{group} is not covered by passive authentication"))
        }
        Some(_) => {
            done.cloned().unwrap_or_else(|| Check::unknown(Reason::NoAnswer, "the chip was not asked for a proof"))
        }
    }
}
