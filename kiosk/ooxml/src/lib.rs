//! Fills files of word processors and spreadsheets (Office Open XML, ECMA-376 part 1) that an office made: what is asked for is
//! written into them, and everything else stays byte for byte as the office's program wrote it.
//!
//! Read in this order: [`docx`], placeholders in a document; [`xlsx`], rows of a sheet; [`Package`], the ZIP file that both
//! are; `xml`, the tree that both change. The files come from disks of offices: everything is bounded, and nothing is
//! fetched, whatever a file refers to.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod docx;
mod error;
mod package;
pub mod xlsx;
mod xml;

pub use error::OoxmlError;
pub use package::Package;
