//! What a page is told while its request is open: what is waited for, and how far it is. Nothing of the citizen.

use cccd::messages::Words;
use serde::Serialize;

use super::line::{Open, Stage};
use super::messages::{ProgressOf, ReaderOf, ReaderState};
use crate::desk::session::{CardState, Step as CardStep};
use crate::desk::state::{Inner, Readers};

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The officer decides.
    Consent,
    /// A card is to be put on the reader.
    PutCard,
    /// The officer types what opens the card, or scans it.
    KeyWanted,
    /// The card is read.
    Reading,
    /// The card was moved and is to be put back: what was read is kept.
    CardMoved,
    /// The card could not be read: `code` says why, the officer may try again.
    CardFailed,
    /// The answer is being made.
    Answering,
}

impl Step {
    /// All of them.
    #[cfg(test)]
    pub const ALL: [Self; 7] = [
        Self::Consent,
        Self::PutCard,
        Self::KeyWanted,
        Self::Reading,
        Self::CardMoved,
        Self::CardFailed,
        Self::Answering,
    ];

    fn words(self) -> Words {
        match self {
            Self::Consent => {
                Words::new("Chờ cán bộ đồng ý ở bàn đọc thẻ", "Waiting for the officer's consent at the desk")
            }
            Self::PutCard => Words::new("Đặt thẻ căn cước lên đầu đọc", "Put the ID card on the reader"),
            Self::KeyWanted => Words::new(
                "Cán bộ nhập 6 số cuối trên thẻ hoặc quét mã QR",
                "The officer types the last six digits or scans the QR code",
            ),
            Self::Reading => Words::new("Đang đọc thẻ, để yên thẻ", "Reading: leave the card where it is"),
            Self::CardMoved => Words::new("Thẻ bị nhấc ra: đặt lại", "The card was moved: put it back"),
            Self::CardFailed => Words::new("Chưa đọc được thẻ", "The card could not be read"),
            Self::Answering => Words::new("Đang gửi thông tin", "Sending the answer"),
        }
    }
}

/// How far an open request is.
pub fn of(id: &str, open: &Open, inner: &Inner) -> ProgressOf {
    let session = inner.session.as_ref();
    let (step, percent) = match (open.stage, session.map(|session| &session.card)) {
        (Stage::Consent, _) => (Step::Consent, 0),
        (Stage::Person(_), _) => (Step::Answering, 95),
        (Stage::Card, None | Some(CardState::None)) => (Step::PutCard, 5),
        (Stage::Card, Some(CardState::NeedsKey { .. })) => (Step::KeyWanted, 10),
        (Stage::Card, Some(CardState::Reading(reading))) => {
            let percent = reading.begun.iter().max().map_or(15, |step| percent_of(*step));
            (if reading.waiting { Step::CardMoved } else { Step::Reading }, percent)
        }
        (Stage::Card, Some(CardState::Failed { .. })) => (Step::CardFailed, 5),
    };
    let failed = match (open.stage, session.map(|session| &session.card)) {
        (Stage::Card, Some(CardState::Failed { problem, .. } | CardState::NeedsKey { problem: Some(problem), .. })) => {
            Some(problem)
        }
        _ => None,
    };
    let Words { vi, en } = step.words();
    let said = |own: String, (what, todo): &(Words, Words), say: fn(&Words) -> &str| {
        format!("{own}: {} {}", say(what), say(todo))
    };
    ProgressOf {
        id: id.to_owned(),
        step,
        percent,
        code: failed.and(session.and_then(|session| session.failed)),
        vi: failed.map_or(vi.clone(), |problem| said(vi, problem, |words| &words.vi)),
        en: failed.map_or(en.clone(), |problem| said(en, problem, |words| &words.en)),
    }
}

/// How much is done when a step has begun. Among the steps of a card the order is fixed, so it never goes back in one read.
const fn percent_of(step: CardStep) -> u8 {
    match step {
        CardStep::Access => 15,
        CardStep::Identity => 35,
        CardStep::Details => 50,
        CardStep::Portrait => 65,
        CardStep::Proofs => 85,
    }
}

/// The readers, as a page may know them: not by name.
pub fn readers(inner: &Inner) -> ReaderOf {
    match &inner.readers {
        Readers::NoService(_) => ReaderOf { state: ReaderState::NoService, count: 0 },
        Readers::Attached(names) if !names.is_empty() => ReaderOf { state: ReaderState::Attached, count: names.len() },
        Readers::Unknown | Readers::Attached(_) => ReaderOf { state: ReaderState::Detached, count: 0 },
    }
}
