//! The files of the Logical Data Structure (ICAO Doc 9303-10): which there are, and what is in them.
//!
//! Read [`file`] first: it names the elementary files.

pub mod file;
