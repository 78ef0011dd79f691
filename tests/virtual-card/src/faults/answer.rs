//! Faults of single answers: which answer, and what happens to it.

use serde::{Deserialize, Serialize};

use super::value::{Ins, StatusWord};

/// A fault of the answers it selects. All conditions given must hold; with none given, every answer is meant.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct AnswerFault {
    /// The n-th command, the first being 1, counted over all sessions from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<u64>,
    /// Commands with this instruction byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ins: Option<Ins>,
    /// Only while secure messaging is on (or, when false, off).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protected: Option<bool>,
    /// Only after so many sessions have started since the chip was powered: 1 is that of PACE or BAC, 2 that of Chip
    /// Authentication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<u32>,
    /// The first so many of the commands selected pass unharmed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skip: u64,
    /// How often it happens; always where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// What happens.
    #[serde(flatten)]
    pub what: Effect,
}

impl AnswerFault {
    /// A fault of every answer, to be narrowed by the conditions.
    #[must_use]
    pub const fn every(what: Effect) -> Self {
        Self { at: None, ins: None, protected: None, session: None, skip: 0, times: None, what }
    }
}

// serde asks for this shape.
#[allow(clippy::trivially_copy_pass_by_ref)]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What happens to an answer. The chip carries the command out, so that counters go on, unless said otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Effect {
    /// No answer, ever.
    Silent,
    /// The answer comes so many milliseconds late.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// No bytes at all, not even a status word. vpcd cannot carry that: there it is the same as silence.
    Nothing,
    /// The last so many bytes are missing.
    Truncate {
        /// Bytes cut off.
        bytes: usize,
    },
    /// So many bytes of zeros follow the answer.
    Append {
        /// Bytes added.
        bytes: usize,
    },
    /// One bit is turned, counted from the first bit of the answer, modulo its length.
    FlipBit {
        /// The bit.
        bit: usize,
    },
    /// The answer before this one comes once more.
    Replay,
    /// A bare status word in place of the answer.
    Status {
        /// The status word.
        status: StatusWord,
    },
    /// A bare status word; the command is not carried out and not counted by secure messaging.
    Refuse {
        /// The status word.
        status: StatusWord,
    },
    /// The command is refused with this status word, protected where secure messaging is on.
    Fail {
        /// The status word.
        status: StatusWord,
    },
    /// The answer comes without secure messaging.
    Unprotected,
    /// The MAC data object is missing.
    WithoutMac,
    /// The status data object is missing.
    WithoutStatus,
    /// The status word outside is this one, the protected one stays.
    OuterStatus {
        /// The status word.
        status: StatusWord,
    },
    /// The answer is protected under the counter of the command.
    CounterStandsStill,
    /// The padding inside the cryptogram is spoiled, under a right MAC.
    BadPadding,
    /// Secure messaging is given up: the session is deleted before the command, which is answered `6988`.
    DropSession,
}
