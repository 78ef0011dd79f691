//! Machine readable travel documents as ICAO Doc 9303 (8th edition) and the ISO and BSI documents it refers to describe
//! them: any document, any country.
//!
//! The crate is `no_std` with `alloc`. It does no input or output (a [`transport::Transport`] carries bytes to the
//! chip), has no clock and no random numbers of its own (both are arguments), so that a recorded session replays, a
//! test repeats and the code fits a microcontroller.
//!
//! Bytes from a chip are hostile: every parser here is bounded in memory, time and depth, and never panics.
#![no_std]
#![deny(missing_docs)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod active_authentication;
pub mod apdu;
pub mod bac;
pub mod card;
pub mod check;
pub mod chip_authentication;
pub mod crypto;
pub mod cv_certificate;
pub mod lds;
pub mod mrz;
pub mod pace;
pub mod passive_authentication;
#[cfg(test)]
mod random;
pub mod secure_messaging;
pub mod terminal_authentication;
pub mod tlv;
pub mod transport;
