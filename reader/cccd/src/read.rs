//! Reading a card: from what is wanted to what the chip gave and how it proved itself. What that is worth is decided
//! later, in [`crate::assessment`].
//!
//! Read in this order: the request and the result here; [`plan`] picks the files; [`session`] is one session with a
//! chip, `access` how it is opened, `proofs` what the chip proves; [`source`] says where cards come from, and what
//! happens when one is taken away, `resumption` how a read goes on when it is put back; [`statistics`] counts, and
//! [`watchdog`] says whether a call hangs; `error` gives every failure its code.

use std::collections::{BTreeMap, BTreeSet};

use icao9303::card::Access;
use icao9303::check::Check;
use icao9303::crypto::cipher::Cipher;
use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::mrz::MrzKey;
use icao9303::pace::ChipAuthenticationMapping;
use icao9303::terminal_authentication::TerminalAuthentication;
use icao9303::transport::Learnt;

use crate::can::Can;

mod access;
mod error;
pub mod plan;
mod proofs;
mod resumption;
pub mod session;
pub mod source;
pub mod statistics;
pub mod terminal;
pub mod watchdog;

pub use error::ReadError;
pub use plan::Goal;
pub use source::{CardSource, read};
pub use statistics::Statistics;
pub use watchdog::Watchdog;

/// What to read, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// What opens the chip.
    pub keys: Keys,
    /// Which protocol may open it.
    pub access: AccessChoice,
    /// After a failed PACE, BAC may be tried. It hides an attack on PACE, so it is asked for and reported.
    pub bac_fallback: bool,
    /// What is wanted.
    pub goal: Goal,
    /// The challenge of Active Authentication; drawn where there is none.
    pub challenge: Option<[u8; 8]>,
    /// The terminal, where the user named one: only then are DG3 and DG4 asked for.
    pub terminal: Option<terminal::Terminal>,
}

/// What opens the chip. With both, PACE uses the CAN and BAC the MRZ.
#[derive(Clone, Default)]
pub struct Keys {
    /// Card access number.
    pub can: Option<Can>,
    /// Document number, birth and expiry.
    pub mrz: Option<MrzKey>,
}

/// Never prints the keys.
impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("can", &self.can.is_some()).field("mrz", &self.mrz.is_some()).finish()
    }
}

/// Which protocol may open the chip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccessChoice {
    /// PACE where the chip offers it, BAC only where it does not.
    #[default]
    Auto,
    /// PACE.
    Pace,
    /// BAC.
    Bac,
}

/// What a chip gave.
#[derive(Clone, Debug)]
pub struct Reading {
    /// How it was opened.
    pub access: Access,
    /// The cipher of the channel that access control opened.
    pub cipher: Cipher,
    /// Why PACE failed, where it did and BAC was used instead.
    pub pace_failed: Option<String>,
    /// EF.CardAccess, where there is one.
    pub card_access: Option<Vec<u8>>,
    /// The files, each exactly its outer element.
    pub files: BTreeMap<ElementaryFile, Vec<u8>>,
    /// The files that the chip did not give, and why.
    pub refused: BTreeMap<ElementaryFile, String>,
    /// The data groups that EF.SOD lists; `None` where it is missing or cannot be read.
    pub listed: Option<BTreeSet<DataGroup>>,
    /// What PACE with chip authentication mapping left to be verified against the key in EF.CardSecurity.
    pub mapping_proof: Option<ChipAuthenticationMapping>,
    /// Chip Authentication, where the files that were read offer it. Whether the key is the card's own is another
    /// question, which passive authentication answers.
    pub chip_authentication: Option<Check>,
    /// Active Authentication, likewise.
    pub active_authentication: Option<Check>,
    /// Terminal Authentication, where a terminal was named. It decides nothing about the card.
    pub terminal_authentication: Option<TerminalAuthentication>,
    /// What the link carried in the end, and in what blocks.
    pub learnt: Learnt,
    /// How many times the card was removed and put back.
    pub restarts: u32,
    /// Files of the session before the last removal were taken over: the chip proved to be the same.
    pub resumed: bool,
    /// The answer to reset, where the link has one.
    pub atr: Option<Vec<u8>>,
}

/// Something that happened during a read, for progress and for callers who want the first data early.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A phase begins: `access`, a file's name, `chip_authentication`, `active_authentication`,
    /// `terminal_authentication`.
    Phase(&'a str),
    /// A file came, whole.
    File(ElementaryFile, &'a [u8]),
    /// The card is gone and is waited for.
    WaitingForCard,
    /// The card put back is the same, and the read goes on where it was.
    Resumed,
    /// The read starts over with the card put back.
    StartedOver,
}
