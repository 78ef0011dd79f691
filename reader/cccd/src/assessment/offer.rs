//! The check `access_offer`: is what EF.CardAccess offers, unsigned, what the issuer signed in DG14 or EF.CardSecurity?
//!
//! Whoever stands between card and reader can take the strong mechanism out of EF.CardAccess, name weaker domain
//! parameters, or hide the file altogether so that BAC is used. A signed copy shows it. A difference is never a proof of a
//! forgery: some chips have no EF.CardAccess at all and offer PACE in DG14.

use icao9303::check::{Check, Reason};
use icao9303::lds::file::DataGroup;
use icao9303::lds::security_infos::{Mapping, SecurityInfos};
use icao9303::passive_authentication::PassiveAuthentication;

use super::card_security::CardSecurity;
use super::{Evidence, Session};

pub(super) fn judge(evidence: &Evidence<'_>, passive: &PassiveAuthentication, card_security: &CardSecurity) -> Check {
    let Some(session) = evidence.session else { return Check::skipped("the files were not read from a chip") };
    let dg14 = signed_infos(evidence, passive);
    // A copy that says nothing about PACE is none.
    let copies: Vec<_> = [dg14.as_ref(), card_security.infos()]
        .into_iter()
        .flatten()
        .map(SecurityInfos::pace_offer)
        .filter(|offer| !offer.is_empty())
        .collect();
    // Absent, or beyond understanding: an empty offer.
    let card_access = session.card_access.and_then(|bytes| SecurityInfos::parse(bytes).ok()).unwrap_or_default();
    // Compared as sets. One signed copy is as good as the other.
    let is_signed = copies.contains(&card_access.pace_offer());
    match (copies.is_empty(), is_signed, session.pace_failed) {
        (false, false, _) => {
            Check::unknown(Reason::TamperedOffer, "EF.CardAccess does not offer what the signed copy of the offer says")
        }
        (_, _, Some(why)) => Check::unknown(Reason::PaceFailed, format!("PACE failed and BAC was used: {why}")),
        (false, true, None) => Check::passed(),
        (true, _, None) => without_copy(&session, &card_access, card_security),
    }
}

/// What DG14 says, where the issuer signed it.
pub(super) fn signed_infos(evidence: &Evidence<'_>, passive: &PassiveAuthentication) -> Option<SecurityInfos> {
    let dg14 = evidence.group(DataGroup::DG14).filter(|_| passive.covers(DataGroup::DG14.number()))?;
    SecurityInfos::parse_dg14(dg14).ok()
}

/// No signed copy is known: the chip has none, or one that does not count, or hides it.
fn without_copy(session: &Session<'_>, card_access: &SecurityInfos, card_security: &CardSecurity) -> Check {
    // EF.CardSecurity goes with chip authentication mapping, and can be read once PACE was done (Doc 9303-11, 9.2.9).
    let has_card_security = card_access.pace().any(|info| info.protocol.mapping == Mapping::ChipAuthentication);
    match card_security {
        CardSecurity::Doubtful(check) => check.clone(),
        CardSecurity::NotRead if session.by_pace && has_card_security => {
            Check::unknown(Reason::FileMissing, "the chip does not give EF.CardSecurity, which signs its offer")
        }
        _ => Check::not_offered("the signed files hold no copy of the offer"),
    }
}
