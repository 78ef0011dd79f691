//! Showing things to a person at a terminal.
//!
//! [`text`] makes strings from outside harmless and measures them; [`style`] knows what the terminal can do and paints;
//! [`portrait`] draws pictures.

pub mod portrait;
pub mod style;
pub mod text;

pub use style::Style;
