//! What a printed symbol is made of, from its modules to its bytes: no picture here.
//!
//! In the order of reading: [`version`] (sizes and block structure), [`layout`] (which modules are fixed, in which order the
//! others are read), [`format`] (error correction level and mask), [`codewords`] (modules to blocks), [`reed_solomon`] over
//! [`galois`] (blocks restored), [`segments`] (bits to bytes).

pub(crate) mod codewords;
pub(crate) mod format;
pub(crate) mod galois;
pub(crate) mod layout;
pub(crate) mod reed_solomon;
pub(crate) mod segments;
pub(crate) mod version;
