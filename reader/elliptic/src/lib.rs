//! The elliptic curves of travel documents, ECDSA on them, and the hash functions they are used with, on top of
//! RustCrypto: no field or hash arithmetic of its own.
//!
//! It is a crate of its own because the arithmetic of eleven curves takes a compiler longer than all the rest of the
//! reader: nothing that changes often has to wait for it. Use it through `icao9303::crypto`.
#![no_std]
#![deny(missing_docs)]

extern crate alloc;

pub mod curve;
pub mod ecdsa;
pub mod hash;
pub mod hexadecimal;
