//! Recorded sessions with a chip: text, one event a line, in time order, so that a person can read and compare them and
//! Git can store them.
//!
//! Read in this order: the events here, their text in [`text`], how a live session is recorded in [`record`], with what
//! decided it in [`settings`] and whom it trusted in [`trust`]; how a recorded one is played again in [`replay`], read
//! anew in [`rerun`] and shown in [`show`]; and how the
//! person and all keys are taken out of one in [`anonymise`].
//!
//! ```text
//! format cccd.trace/1
//! time 2026-11-21T08:30:00Z
//! reader Virtual PCD 00 00
//! atr 3b88800149534349434343441e
//! limits 261 258
//! option access auto
//! password can 123456
//! anchor 308202e5…
//! > 0.412 00b09c0000
//! < 5.890 3134…9000
//! random 7f4ef07b…
//! ! 812.004 card_removed
//! ```
//!
//! `limits 65544 65538 learnt 4096 2048 223`: an earlier session had learnt what such a chip takes, and that it gives at most
//! 223 bytes of a file at once.
//!
//! Times are milliseconds since the session began. A trace holds everything that decided the session's result: the
//! password, the options, the trust anchors and CRLs, the time of checking, and each random number that the terminal
//! drew. It is therefore personal data, and more: with it the recorded session can be decrypted.

use std::time::Duration;

use icao9303::transport::{Learnt, LinkLimits, TransportError};
use zeroize::Zeroizing;

pub mod anonymise;
pub mod record;
pub mod replay;
pub mod rerun;
pub mod settings;
pub mod show;
pub mod text;
pub mod trust;

/// One recorded session.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// What happened, in time order.
    pub events: Vec<Event>,
}

/// One line of a trace.
#[derive(Clone)]
pub enum Event {
    /// The time that validity was checked against.
    Time(jiff::Timestamp),
    /// The reader's name.
    Reader(String),
    /// The card's answer to reset.
    Atr(Vec<u8>),
    /// What the link could carry, and what earlier sessions with such a chip had learnt of it.
    Limits(LinkLimits, Option<Learnt>),
    /// An option of the read, by its long name on the command line. A flag has an empty value.
    Option(String, String),
    /// The secret that opened the chip: its kind (`can`, `mrz`, `pin`, `puk`) and value.
    Password(String, Zeroizing<String>),
    /// A certificate that was trusted, in DER.
    Anchor(Vec<u8>),
    /// A certificate revocation list that was used, in DER.
    Crl(Vec<u8>),
    /// Random bytes that the terminal drew.
    Random(Zeroizing<Vec<u8>>),
    /// A command APDU left.
    Command(Duration, Vec<u8>),
    /// A response APDU came.
    Response(Duration, Vec<u8>),
    /// The link failed.
    LinkError(Duration, TransportError),
    /// A card was put back after a removal.
    CardReturned(Duration),
}

/// Never prints what an event holds: traces are personal data.
impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} …", text::keyword(self))
    }
}

impl Event {
    /// Whether it happened between terminal and chip, and is not something that frames the session.
    const fn is_of_the_session(&self) -> bool {
        matches!(
            self,
            Self::Limits(..)
                | Self::Random(_)
                | Self::Command(..)
                | Self::Response(..)
                | Self::LinkError(..)
                | Self::CardReturned(_)
        )
    }
}

impl Trace {
    /// The value of the option of that name.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&str> {
        self.events.iter().find_map(|event| match event {
            Event::Option(found, value) if found == name => Some(value.as_str()),
            _ => None,
        })
    }
}
