//! The link between one officer's computer and the desk: the desk stands where the cards are put down, the officer works at
//! a computer of the same office network, and nobody between them reads or changes anything.
//!
//! Read in this order: [`identity`], what either side shows the other; [`code`], what is carried from the desk's screen to the
//! computer by hand, once; [`desk`], the side that listens; [`computer`], the side that connects; [`protocol`], what is said
//! before the pages' own bytes.
//!
//! # What it promises, and how
//!
//! Both sides have a self-signed certificate and know the other's: TLS 1.3 alone (RFC 8446), mutual authentication, and a
//! certificate is taken only where its SHA-256 hash is the one that was pinned at pairing. No authority is asked, so none can
//! be deceived, and nothing needs the internet. On the computer the pages are reached at its own loopback address, so the
//! browser sees the very origin that it sees at the desk.
//!
//! At pairing the officer types a code that the desk's screen shows. Its first part is a prefix of the hash of the desk's
//! certificate (80 bits: the computer knows that it talks to that desk before it says anything), its second a secret that is
//! taken once (40 bits: the desk knows that this computer is the one in front of which somebody read the screen).

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod code;
pub mod computer;
pub mod desk;
pub mod identity;
pub mod protocol;

mod tls;
