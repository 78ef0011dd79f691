//! The reader of `icao9303` against the simulated chip: every protocol, and every fault that concerns the session.
//!
//! The chip side is written on its own, so that what both agree on is what the standard says. Whole reads with signed
//! contents are elsewhere; here files are dummies.

#[path = "reader/cards.rs"]
mod cards;
#[path = "reader/chip_proofs.rs"]
mod chip_proofs;
#[path = "reader/files.rs"]
mod files;
#[path = "reader/mechanisms.rs"]
mod mechanisms;
#[path = "reader/opening.rs"]
mod opening;
#[path = "reader/terminals.rs"]
mod terminals;
