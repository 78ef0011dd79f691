//! Passive authentication from outside: every rule of the contract, the public vectors, and hostile bytes.
//!
//! `mint` makes certificates, SODs and revocation lists with an encoder of its own, so that a misreading of the standard
//! in the library cannot cancel itself out.

mod contract;
mod encodings;
mod hostile;
mod mint;
#[cfg(feature = "rsa")]
mod shared_files;
mod vectors;
