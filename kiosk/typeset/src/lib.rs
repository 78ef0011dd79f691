//! From a Typst template and data to a PDF, in memory: no file is opened, no package fetched, no clock asked, no font looked
//! for but the embedded one. The same request gives the same bytes.
//!
//! Typst is heavy (some 300 crates), so it stands in this crate alone, and at run time in a process of its own: see [`worker`].
#![deny(missing_docs)]

pub mod diagnostic;
pub mod request;
pub mod typesetter;
pub mod worker;
mod world;

pub use diagnostic::{Diagnostic, TypesetError};
pub use request::Request;
pub use typesetter::Typesetter;
