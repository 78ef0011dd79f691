//! A simulated CCCD for developers who have no card in hand.
//!
//! The chip side of every protocol is written here on its own, from the standard, and shares no protocol code with the
//! reader in `icao9303`: a misreading of the standard cannot cancel itself out. What is shared is elliptic curve
//! arithmetic, which published vectors check.
//!
//! [`image`] is what a chip holds, [`chip`] plays it, [`faults`] and [`link`] say what goes wrong and how long it takes,
//! [`card`] puts these together; [`vpcd`] plugs a card into the real PC/SC service and [`in_process`] into a reader of the
//! same process.
//!
//! [`profile`] says what card to make and [`personalise`] makes it: for a [`person`], with files of its own encoders
//! ([`asn1`], [`calendar`]), signed by an issuer of its own ([`pki`]); [`make`] writes all of it into a folder.
#![deny(missing_docs)]

pub mod asn1;
pub mod calendar;
pub mod card;
pub mod chip;
pub mod faults;
pub mod image;
pub mod in_process;
pub mod link;
pub mod make;
pub mod passport;
pub mod person;
pub mod personalise;
pub mod pki;
pub mod profile;
pub mod vpcd;
