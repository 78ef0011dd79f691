//! Showing things to a person at a terminal.
//!
//! [`text`] makes strings from outside harmless and measures them; [`style`] knows what the terminal can do and paints;
//! [`portrait`] draws pictures; [`rows`] lays out labels and values; [`view`] puts a whole card together.

pub mod portrait;
pub(crate) mod rows;
pub mod style;
pub mod text;
pub mod view;

pub use style::Style;
