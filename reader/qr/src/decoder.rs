//! Reads pictures, one after another.

use std::time::Duration;

use crate::{Code, Picture};

/// How much a decoder may try.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The time for one picture. Attempts are ordered by what they are likely to gain; when it is over, what was read is
    /// the answer. `None`: every attempt is made.
    pub budget: Option<Duration>,
    /// How many codes to look for.
    pub most_codes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { budget: None, most_codes: 8 }
    }
}

/// Reads the pictures of one camera, or single ones.
#[derive(Debug, Default)]
pub struct Decoder {
    settings: Settings,
}

impl Decoder {
    /// A decoder that has seen nothing yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    /// The codes of one picture.
    pub fn read(&mut self, picture: &Picture<'_>) -> Vec<Code> {
        let _ = (self.settings, picture);
        Vec::new()
    }
}
