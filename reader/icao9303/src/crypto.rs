//! The cryptography that travel documents use, on top of RustCrypto: no field or hash arithmetic of its own.
//!
//! Read in this order: [`hash`] has the hash functions, [`curve`] the elliptic curves with their points and private
//! keys, [`ecdsa`] signatures on them, [`rsa`] signatures and message recovery; [`signature`] reads keys and algorithms
//! as certificates state them and verifies either kind. Secure channels need [`key_agreement`] (which
//! is on curves or, with [`dh`], modulo a prime), [`cipher`], [`mac`] and [`kdf`].

pub use icao9303_elliptic::{curve, ecdsa, hash};

pub mod cipher;
pub mod dh;
pub mod kdf;
pub mod key_agreement;
pub mod mac;
#[cfg(feature = "rsa")]
pub mod rsa;
pub mod signature;
