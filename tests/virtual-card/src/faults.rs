//! Everything a chip may do otherwise than the default one: what the standard leaves open, what chips in the wild do,
//! and what broken or hostile ones do.
//!
//! A profile's `[faults]` table sets them; every switch is off unless named. Contents that are tampered with are not
//! here: the personaliser makes those.
//!
//! ```toml
//! [faults]
//! end_of_file = "6282"
//! clone = { chip_authentication = true }
//! hidden = [{ file = "DG14", status = "6A82" }]
//! answers = [{ at = 12, what = "truncate", bytes = 3 }, { ins = "B0", what = "flip_bit", bit = 40, times = 1 }]
//! removals = [{ after = 30, back_after_ms = 800 }]
//! ```

mod answer;
mod value;

use serde::{Deserialize, Serialize};

pub use self::{
    answer::{AnswerFault, Effect},
    value::{FileName, Ins, StatusWord},
};

/// The switches of one chip.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// The chip is a copy: it does not hold the private keys of DG14 or DG15 and uses others.
    pub clone: CloneOf,
    /// Files that are there, and listed in EF.SOD, but not given out.
    pub hidden: Vec<HiddenFile>,
    /// Files whose outer length field lies.
    pub lengths: Vec<LengthLie>,
    /// How the application's files can be reached.
    pub addressing: Addressing,
    /// What reading up to the end of a file with a larger Le gives: `9000` (default) or `6282` with the rest of the file.
    pub end_of_file: Option<StatusWord>,
    /// Answers READ BINARY with an Le beyond the end of the file by this status word alone (often `6700` or `6B00`).
    pub read_beyond_end: Option<StatusWord>,
    /// READ BINARY gives at most this many bytes, with `9000`.
    pub read_at_most: Option<usize>,
    /// READ BINARY that asks for more than this many bytes is answered `6700`.
    pub max_le: Option<usize>,
    /// READ BINARY that asks for more than this many bytes is answered `6Cxx` with this number as xx.
    pub wrong_le_hint: Option<u8>,
    /// READ BINARY gives as much as one answer holds, however little was asked for.
    pub ignores_le: bool,
    /// A command with more data than this many bytes is answered `6700`.
    pub max_lc: Option<usize>,
    /// The link carries extended length and the chip announces it, but answers it `6700`.
    pub extended_length_refused: bool,
    /// READ BINARY with the odd instruction byte B1 is answered `6D00`.
    pub odd_read_refused: bool,
    /// SELECT and MSE with an Le field are answered `6700`.
    pub select_with_le_refused: bool,
    /// SELECT by application identifier gives file control information where the standard asks for none.
    pub select_gives_fci: bool,
    /// What SELECT of the master file is answered. Without it: `9000` before the application is selected, `6D00` after.
    pub select_master_file: Option<StatusWord>,
    /// EF.CardAccess cannot be read by short file identifier, only selected.
    pub card_access_by_selection_only: bool,
    /// PACE is refused (`6985`) once the application is selected.
    pub pace_in_master_file_only: bool,
    /// PACE is refused (`6985`) as long as the application is not selected.
    pub pace_in_application_only: bool,
    /// Of several parameter sets or mechanisms offered, PACE takes the first only and refuses the others (`6A88`).
    pub pace_first_offer_only: bool,
    /// PACE fails.
    pub pace: Option<PaceFault>,
    /// EXTERNAL AUTHENTICATE is answered by this status word, whatever the terminal proves.
    pub bac_status: Option<StatusWord>,
    /// Chip Authentication goes wrong.
    pub chip_authentication: Option<ChipAuthenticationFault>,
    /// Active Authentication goes wrong.
    pub active_authentication: Option<ActiveAuthenticationFault>,
    /// An answer that is too long for one response comes in pieces that are protected one by one, with `61xx` under the
    /// protection. Without it the protected answer itself is cut.
    pub pieces_under_protection: bool,
    /// Status words that report an error come unprotected although secure messaging is on.
    pub unprotected_errors: Option<UnprotectedErrors>,
    /// The PIN is blocked from the start.
    pub pin_blocked: bool,
    /// Wrong passwords of PACE and wrong BAC are counted down and reported as `63Cx`, from this number of tries on.
    pub tries: Option<u8>,
    /// Faults of single answers.
    pub answers: Vec<AnswerFault>,
    /// Times at which the card is taken away.
    pub removals: Vec<Removal>,
}

/// What becomes of secure messaging after an error that was reported without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnprotectedErrors {
    /// It goes on, and the answer counted.
    Counted,
    /// It goes on, and the answer did not count.
    Uncounted,
    /// It goes on, and neither command nor answer counted.
    NothingCounted,
    /// It is over.
    EndSession,
}

/// Which private keys a copied chip does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct CloneOf {
    /// Chip Authentication uses another key than DG14's.
    pub chip_authentication: bool,
    /// Active Authentication uses another key than DG15's.
    pub active_authentication: bool,
    /// Chip authentication mapping uses another key than EF.CardSecurity's.
    pub chip_authentication_mapping: bool,
}

/// A file that is not given out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HiddenFile {
    /// Which one.
    pub file: FileName,
    /// What SELECT and READ BINARY are answered; `6A82` unless given.
    #[serde(default = "StatusWord::not_found")]
    pub status: StatusWord,
}

/// A file that says it is longer (or shorter) than it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LengthLie {
    /// Which one.
    pub file: FileName,
    /// The length written into its outer length field, in four bytes (`84`) when it needs them: 2147483647 is 2 GB.
    pub length: u32,
    /// The file never ends: reading beyond what is stored gives zeros.
    #[serde(default)]
    pub endless: bool,
}

/// How the application's files can be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Addressing {
    /// By SELECT and by short file identifier.
    #[default]
    Both,
    /// By short file identifier only: SELECT of a file is answered `6A82`.
    ShortIdentifier,
    /// By SELECT only: READ BINARY with a short file identifier is answered `6A82`.
    Selection,
}

/// Where and how PACE fails.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PaceFault {
    /// 0 for MSE:Set AT, 1 to 4 for the GENERAL AUTHENTICATE steps.
    pub step: u8,
    /// The answer: a status word, or nothing for an answer that is wrong but well formed (another nonce, another point,
    /// another token).
    #[serde(default)]
    pub status: Option<StatusWord>,
}

/// How Chip Authentication goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChipAuthenticationFault {
    /// MSE:Set AT or MSE:Set KAT is answered so.
    RefuseTemplate(StatusWord),
    /// GENERAL AUTHENTICATE is answered so (MSE:Set KAT too).
    Refuse(StatusWord),
    /// The chip says 9000 and goes on with the old keys.
    KeepOldKeys,
}

/// How Active Authentication goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActiveAuthenticationFault {
    /// Refused with this status word.
    Refuse(StatusWord),
    /// 9000 without data.
    Empty,
    /// Only the first so many bytes of the signature.
    Truncate(usize),
    /// The signature is over another challenge: recorded earlier and played back.
    OtherChallenge,
    /// Answered only to extended length, otherwise this status word.
    ExtendedLengthOnly(StatusWord),
    /// Answered only to short length, otherwise no data.
    ShortLengthOnly,
}

/// The card is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Removal {
    /// The number of commands answered before, counted over all sessions from the start.
    pub after: u64,
    /// Taken away while the next command runs: the chip takes it and its answer never arrives.
    #[serde(default)]
    pub during_next: bool,
    /// Put back after so many milliseconds; never where absent.
    #[serde(default)]
    pub back_after_ms: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_documentation_is_read() {
        #[derive(Deserialize)]
        struct Profile {
            faults: Faults,
        }
        let text = r#"
            [faults]
            end_of_file = "6282"
            clone = { chip_authentication = true }
            hidden = [{ file = "DG14", status = "6A82" }, { file = "EF.CardAccess" }]
            lengths = [{ file = "DG2", length = 2147483647, endless = true }]
            addressing = "short_identifier"
            chip_authentication = { refuse_template = "6A80" }
            active_authentication = "empty"
            answers = [{ at = 12, what = "truncate", bytes = 3 }, { ins = "B0", what = "flip_bit", bit = 40, times = 1 }]
            removals = [{ after = 30, back_after_ms = 800 }]
        "#;
        let faults = toml::from_str::<Profile>(text).expect("the example is valid").faults;
        assert_eq!(faults.end_of_file, Some(StatusWord(0x6282)));
        assert_eq!(faults.hidden[1], HiddenFile { file: FileName::CARD_ACCESS, status: StatusWord(0x6A82) });
        assert_eq!(faults.answers[0].what, Effect::Truncate { bytes: 3 });
        assert_eq!(faults.removals[0].back_after_ms, Some(800));
        let again =
            toml::from_str::<Faults>(&toml::to_string(&faults).expect("switches can be written")).expect("read");
        assert_eq!(again, faults);
    }
}
