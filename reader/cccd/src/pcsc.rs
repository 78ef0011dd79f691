//! Cards in readers of the PC/SC service (pcsc-lite, or the service of the operating system).
//!
//! Read in this order: [`readers`] says which readers there are and waits for a card; [`watch`] reports readers and
//! cards that come and go; [`link`] is the [`icao9303::transport::Transport`] to one card, with the watchdog that a
//! silent chip makes necessary; [`atr`] takes an answer to reset apart; [`source`]
//! hands cards to [`crate::read`]; [`memory`] keeps what links carry; [`error`] is what can go wrong.

pub mod atr;
pub mod error;
pub mod link;
pub mod memory;
pub mod readers;
pub mod source;
pub mod watch;

pub use error::PcscError;
pub use link::PcscTransport;
pub use memory::LinkMemory;
pub use readers::{CardState, Reader, ReaderChoice};
pub use source::PcscCards;
