//! The check `access_offer`: is what EF.CardAccess offers, unsigned, what the issuer signed in DG14?
//!
//! Whoever stands between card and reader can take the strong mechanism out of EF.CardAccess. The signed copy shows it.

use icao9303::check::{Check, Reason};
use icao9303::lds::file::DataGroup;
use icao9303::lds::security_infos::SecurityInfos;
use icao9303::passive_authentication::PassiveAuthentication;

use super::Evidence;

pub(super) fn judge(evidence: &Evidence<'_>, passive: &PassiveAuthentication) -> Check {
    let Some(session) = evidence.session else { return Check::skipped("the files were not read from a chip") };
    let signed = evidence.group(DataGroup::DG14).filter(|_| passive.covers(DataGroup::DG14.number()));
    let compared = signed.and_then(|dg14| compare(session.card_access, dg14));
    match (compared, session.pace_failed) {
        (Some(tampered), _) if tampered.reason.is_some() => tampered,
        (_, Some(why)) => Check::unknown(Reason::PaceFailed, format!("PACE failed and BAC was used: {why}")),
        (Some(same), None) => same,
        (None, None) => Check::not_offered("the signed files hold no copy of the offer"),
    }
}

/// Compares as sets. `None`: DG14 says nothing about PACE, so there is no signed copy.
fn compare(card_access: Option<&[u8]>, dg14: &[u8]) -> Option<Check> {
    let signed = SecurityInfos::parse_dg14(dg14).ok()?;
    let signed = signed.pace_offer();
    if signed.is_empty() {
        return None;
    }
    // Absent, or beyond understanding: an empty offer.
    let offered = card_access.and_then(|bytes| SecurityInfos::parse(bytes).ok());
    let offered = offered.as_ref().map(SecurityInfos::pace_offer).unwrap_or_default();
    Some(if offered == signed {
        Check::passed()
    } else {
        Check::unknown(Reason::TamperedOffer, "EF.CardAccess does not offer what the signed DG14 says")
    })
}
