//! Makes pictures of printed QR codes, each harm with its physical size, and scores decoders on them.
//!
//! The text of a fictitious [`person`] is stored in one of several ways and becomes a [`printed`] code; a [`category`] says
//! which harms there are and how large; a [`scene`] draws the sizes, puts the code on a [`card`] and the card before
//! a [`camera`]; [`render`] makes the picture of it: reflectance sampled finer than pixels, blurred by [`optics`],
//! integrated over pixels, lit, and turned into grey levels by a [`sensor`]. [`codeless`] are frames without a code.
//! Everything follows from a seed.
#![deny(missing_docs)]

pub mod camera;
pub mod card;
pub mod category;
pub mod codeless;
pub mod dice;
pub mod optics;
pub mod person;
pub mod printed;
pub mod raster;
pub mod render;
pub mod scene;
pub mod score;
pub mod sensor;
pub mod storage;
