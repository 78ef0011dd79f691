//! What the chip's own proofs are worth.
//!
//! A proof shows that the chip holds a private key. It shows a genuine chip only where the public key is one that the
//! issuer signed: where DG14 or DG15 is covered by EF.SOD and its signature.

use icao9303::check::{Check, Reason, Status};
use icao9303::lds::file::DataGroup;
use icao9303::lds::security_infos::{Mapping, SecurityInfos};
use icao9303::pace::ChipAuthenticationMapping;
use icao9303::passive_authentication::PassiveAuthentication;

use super::card_security::CardSecurity;
use super::{Evidence, offer, unsigned};

/// The checks `chip_authentication` and `active_authentication`.
pub(super) fn judge(
    evidence: &Evidence<'_>,
    passive: &PassiveAuthentication,
    card_security: &CardSecurity,
) -> (Check, Check) {
    let Some(session) = evidence.session else {
        let skipped = Check::skipped("the files were not read from a chip");
        return (skipped.clone(), skipped);
    };
    let by_dg14 = judge_one(evidence, passive, DataGroup::DG14, session.chip_authentication);
    let by_dg14 = if session.mapping_proof.is_none() && by_dg14.status == Status::NotOffered {
        offered_by_mapping(evidence, passive, card_security).unwrap_or(by_dg14)
    } else {
        by_dg14
    };
    (
        or_by_mapping(by_dg14, session.mapping_proof, card_security),
        judge_one(evidence, passive, DataGroup::DG15, session.active_authentication),
    )
}

/// PACE with chip authentication mapping is Chip Authentication too, where EF.CardSecurity, which has its key, is known to
/// be the issuer's. What the protocol of DG14 has decided stands: it ran last, and under the channel of the mapping. A
/// proof by mapping that fails beside one that passed may have been changed on its way, where nothing protects it yet.
fn or_by_mapping(by_dg14: Check, proof: Option<&ChipAuthenticationMapping>, card_security: &CardSecurity) -> Check {
    let Some(proof) = proof else { return by_dg14 };
    if matches!(by_dg14.status, Status::Passed | Status::Failed) {
        return by_dg14;
    }
    let by_mapping = match card_security {
        CardSecurity::Trusted(infos) => proof.verify(infos),
        CardSecurity::Doubtful(check) => check.clone(),
        CardSecurity::NotRead => Check::unknown(
            Reason::FileMissing,
            "the chip does not give EF.CardSecurity, which has the key of its proof",
        ),
    };
    let decided = matches!(by_mapping.status, Status::Passed | Status::Failed);
    if decided || by_dg14.status == Status::NotOffered { by_mapping } else { by_dg14 }
}

/// A chip that offers PACE with chip authentication mapping offers Chip Authentication: where the channel was opened in
/// another way, perhaps because somebody between card and reader refused this one, there is no proof.
fn offered_by_mapping(
    evidence: &Evidence<'_>,
    passive: &PassiveAuthentication,
    card_security: &CardSecurity,
) -> Option<Check> {
    let dg14 = offer::signed_infos(evidence, passive);
    let mut offers = dg14.iter().chain(card_security.infos()).flat_map(SecurityInfos::pace);
    let offered = offers.any(|info| info.protocol.mapping == Mapping::ChipAuthentication);
    let message = "the chip offers chip authentication mapping, and was opened in another way";
    offered.then(|| Check::unknown(Reason::NoAnswer, message))
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
