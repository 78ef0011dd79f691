//! The cryptography that travel documents use, on top of RustCrypto: no field or hash arithmetic of its own.
//!
//! Read in this order: [`curve`] has the elliptic curves with their points and private keys, [`hash`] the hash
//! functions, [`ecdsa`] signatures on the curves.

pub mod curve;
pub mod ecdsa;
pub mod hash;
