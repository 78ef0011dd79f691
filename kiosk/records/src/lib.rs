//! A log of what was done, to which records are only ever added, and in which every later change shows.
//!
//! Read in this order: [`record`], what one record is and what its hash covers; [`log`], where records are kept and added;
//! [`verify`], how a walk over them finds the first place that is wrong; [`head`], what somebody notes elsewhere so that a
//! cut-off end shows too; [`lines`], the file that a period is handed over in; [`key`], whose signature stands on it;
//! [`people`], why no record names a person.
//!
//! # What it shows, and to whom
//!
//! Each record holds the hash of the one before it, and the device signs each hash (Ed25519, RFC 8032). Who changes,
//! removes, inserts or reorders records without the device's key is found out by [`verify`]. Who has the key (the machine's
//! administrator can read it) could write another history from some point on: that is found out by a [`head::Head`] that
//! was noted before and kept elsewhere. An auditor who exports a period keeps one by doing so.
//!
//! # Why a person can be forgotten
//!
//! A record holds a random pseudonym in the place of a person. Which pseudonym is whose stands in another file alone
//! ([`people`]), under a keyed hash of the ID number. Deleting that one row leaves the chain as it was, and nobody can say
//! any more whose records these are: so deletion (Law 91/2025/QH15, art. 14; Decree 356/2025/NĐ-CP, art. 5) and a log that is
//! kept whole do not contradict each other.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod head;
pub mod key;
pub mod lines;
pub mod log;
pub mod people;
pub mod record;
pub mod verify;
