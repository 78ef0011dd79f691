//! The one word that the checks add up to.

use icao9303::check::{Check, Reason, Status};
use serde::Serialize;

use crate::checks::Checks;

/// What a read says of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything that tells a genuine card was checked and holds.
    Genuine,
    /// Nothing is wrong, but not everything could be checked.
    Unconfirmed,
    /// Something is wrong.
    Rejected,
}

impl Verdict {
    /// The name in machine-readable results.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Genuine => "genuine",
            Self::Unconfirmed => "unconfirmed",
            Self::Rejected => "rejected",
        }
    }
}

/// What stands between a card and the word genuine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The check, by its name; `live` where the session was none.
    pub check: &'static str,
    /// Its state.
    pub status: Status,
    /// Its reason, where it has one.
    pub reason: Option<Reason>,
}

/// The verdict. Any check that failed: rejected. No obstacle: genuine. Otherwise unconfirmed.
///
/// `live`: the chip itself answered, just now. A dump or a recording is at best unconfirmed.
#[must_use]
pub fn of(checks: &Checks, live: bool) -> Verdict {
    if checks.any_failed() {
        Verdict::Rejected
    } else if obstacles(checks, live).is_empty() {
        Verdict::Genuine
    } else {
        Verdict::Unconfirmed
    }
}

/// Everything that stands in the way of the word genuine, in the order of the checks.
#[must_use]
pub fn obstacles(checks: &Checks, live: bool) -> Vec<Obstacle> {
    let unsettled = checks.named().into_iter().filter(|(name, check)| !is_settled(name, check, checks));
    let mut obstacles: Vec<Obstacle> =
        unsettled.map(|(name, check)| Obstacle { check: name, status: check.status, reason: check.reason }).collect();
    if !live {
        obstacles.push(Obstacle { check: "live", status: Status::Unknown, reason: Some(Reason::NotLive) });
    }
    obstacles
}

/// Whether a check leaves the way to the word genuine open.
fn is_settled(name: &str, check: &Check, checks: &Checks) -> bool {
    use Status::{NotOffered, Passed, Skipped, Unknown};
    match (name, check.status) {
        (_, Passed) => true,
        (_, Status::Failed) => false,
        // Lists are often out of reach where cards are read; a listed signer would have failed.
        ("revocation", Unknown) => matches!(check.reason, Some(Reason::NoCrl | Reason::CrlOutOfDate)),
        ("access_offer", NotOffered) | ("agreement", Skipped) => true,
        // A device that refuses Chip Authentication can relay Active Authentication to a genuine chip elsewhere. So the
        // latter serves only where the signed files offer no Chip Authentication.
        ("chip_authentication", NotOffered) => checks.active_authentication.status == Passed,
        // It is not needed beside Chip Authentication; alone it is what the line above asks for.
        ("active_authentication", _) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [Status; 5] = [Status::Passed, Status::Failed, Status::Unknown, Status::NotOffered, Status::Skipped];

    fn check(status: Status) -> Check {
        let reason = matches!(status, Status::Failed | Status::Unknown).then_some(Reason::NotRead);
        Check { status, reason, message: String::new() }
    }

    /// Checks in these states, in the order of their names.
    fn checks(states: [Status; 10]) -> Checks {
        let [channel, hashes, sod, issuer, revocation, chip, active, offer, agreement, validity] = states.map(check);
        let mut checks = Checks::skipped("");
        checks.secure_channel = channel;
        checks.data_group_hashes.check = hashes;
        checks.sod_signature.check = sod;
        checks.issuer.check = issuer;
        checks.revocation = revocation;
        checks.chip_authentication = chip;
        checks.active_authentication = active;
        checks.access_offer = offer;
        checks.agreement.check = agreement;
        checks.validity.check = validity;
        checks
    }

    /// The contract's rule, word by word, over states alone (an unknown revocation here is one of another reason).
    fn rule(states: [Status; 10]) -> Verdict {
        use Status::{Failed, NotOffered, Passed, Skipped};
        let [channel, hashes, sod, issuer, revocation, chip, active, offer, agreement, validity] = states;
        if states.contains(&Failed) {
            return Verdict::Rejected;
        }
        let five = [channel, hashes, sod, issuer, validity].iter().all(|status| *status == Passed);
        let chip_proof = chip == Passed || (active == Passed && chip == NotOffered);
        let rest = revocation == Passed
            && (offer == Passed || offer == NotOffered)
            && (agreement == Passed || agreement == Skipped);
        if five && chip_proof && rest { Verdict::Genuine } else { Verdict::Unconfirmed }
    }

    #[test]
    fn every_combination_of_states_follows_the_rule_of_the_contract() {
        let mut genuine = 0;
        for combination in 0..5_usize.pow(10) {
            let mut rest = combination;
            let states = [(); 10].map(|()| {
                let state = STATES[rest % 5];
                rest /= 5;
                state
            });
            // The five that must pass are alike: of their combinations, those with at most one other state are enough.
            let alike = [0, 1, 2, 3, 9].iter().filter(|index| states[**index] != Status::Passed).count();
            if alike <= 1 {
                let verdict = of(&checks(states), true);
                assert_eq!(verdict, rule(states), "{states:?}");
                genuine += usize::from(verdict == Verdict::Genuine);
            }
        }
        // Chip Authentication passed beside four states of Active Authentication, or the latter alone; two states of the
        // offer; two of the agreement.
        assert_eq!(genuine, (4 + 1) * 2 * 2);
    }

    #[test]
    fn a_revocation_list_that_is_missing_or_old_does_not_stand_in_the_way() {
        for (reason, verdict) in [
            (Reason::NoCrl, Verdict::Genuine),
            (Reason::CrlOutOfDate, Verdict::Genuine),
            (Reason::Malformed, Verdict::Unconfirmed),
        ] {
            let mut checks = checks([Status::Passed; 10]);
            checks.revocation = Check::unknown(reason, "");
            assert_eq!(of(&checks, true), verdict);
        }
    }

    #[test]
    fn a_recording_is_never_genuine_but_may_be_rejected() {
        let all = checks([Status::Passed; 10]);
        assert_eq!(of(&all, false), Verdict::Unconfirmed);
        let live = obstacles(&all, false);
        assert_eq!(live.iter().map(|o| (o.check, o.reason)).collect::<Vec<_>>(), [("live", Some(Reason::NotLive))]);
        let mut failed = all;
        failed.validity.check = Check::failed(Reason::Expired, "");
        assert_eq!(of(&failed, false), Verdict::Rejected);
    }

    #[test]
    fn active_authentication_does_not_serve_where_chip_authentication_was_refused() {
        let mut checks = checks([Status::Passed; 10]);
        checks.chip_authentication = Check::unknown(Reason::NoAnswer, "");
        assert_eq!(of(&checks, true), Verdict::Unconfirmed);
        assert_eq!(obstacles(&checks, true).first().map(|o| o.check), Some("chip_authentication"));
        checks.chip_authentication = Check::skipped("");
        assert_eq!(of(&checks, true), Verdict::Unconfirmed);
        checks.chip_authentication = Check::not_offered("");
        assert_eq!(of(&checks, true), Verdict::Genuine);
    }
}
