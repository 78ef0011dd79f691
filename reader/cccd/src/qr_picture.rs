//! The codes of a picture, and what each says.

use std::time::Duration;

use qr::{Code, Decoder, Settings};

use crate::picture_file::GreyPicture;
use crate::qr_text::{self, QrCard, QrContent, QrTextError};

/// How long one picture may take: a person waits for the answer.
const BUDGET: Duration = Duration::from_secs(3);

/// A code and what it says.
#[derive(Clone, Debug)]
pub struct PictureCode {
    /// The code, with its bytes as stored.
    pub code: Code,
    /// What they say.
    pub content: Result<QrContent, QrTextError>,
}

impl PictureCode {
    /// The text, where the bytes are UTF-8: no other charset is tried.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.code.payload).ok()
    }

    /// The text of an ID card.
    #[must_use]
    pub fn card(&self) -> Option<&QrCard> {
        match &self.content {
            Ok(QrContent::Card(card)) => Some(card),
            _ => None,
        }
    }
}

/// The codes of a picture.
#[must_use]
pub fn codes(picture: &GreyPicture) -> Vec<PictureCode> {
    let settings = Settings { budget: Some(BUDGET), ..Settings::default() };
    let found = Decoder::new(settings).read(&picture.view());
    found.into_iter().map(|code| PictureCode { content: qr_text::read(&code.payload), code }).collect()
}
