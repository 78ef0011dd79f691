//! Finds and reads QR codes (ISO/IEC 18004) in grey pictures: payload bytes, never guessed text.
//!
//! A [`Picture`] goes into a [`Decoder`], [`Code`]s come out. One decoder per camera: what one frame taught helps the next.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod attempt;
mod code;
mod decoder;
mod fit;
pub mod grid;
mod locate;
mod picture;
mod symbol;
mod votes;

pub use code::{Code, ErrorCorrection, Mode, Point, Segment};
pub use decoder::{Decoder, Settings};
pub use picture::{Picture, PictureError};
