//! A simulated CCCD for developers who have no card in hand.
//!
//! The chip side of every protocol is written here on its own, from the standard, and shares no protocol code with the
//! reader in `icao9303`: a misreading of the standard cannot cancel itself out. What is shared is elliptic curve
//! arithmetic, which published vectors check.
#![deny(missing_docs)]
