//! One field: its value, its source, and the words of the source where the value does not say the same.

use std::fmt;

use serde::Serialize;

use crate::transliteration::composed;

/// A field of the holder.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Field<T> {
    /// The value; `None` where the source has words that are none.
    pub value: Option<T>,
    /// Where the value, or else the words, came from.
    pub source: Source,
    /// The words of the source, where the value does not say the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl<T> Field<T> {
    /// A value that says all there is.
    #[must_use]
    pub fn new(source: Source, value: T) -> Self {
        Self { value: Some(value), source, text: None }
    }

    /// Words that could not be read as a value.
    #[must_use]
    pub fn unread(source: Source, text: &str) -> Self {
        Self { value: None, source, text: Some(text.to_owned()) }
    }
}

impl Field<String> {
    /// Text, composed (NFC) and without the space around it; the original beside it if that differs. `None` if empty.
    #[must_use]
    pub fn of_text(source: Source, original: &str) -> Option<Self> {
        let value = composed(original);
        if value.is_empty() {
            return None;
        }
        let text = (value != original).then(|| original.to_owned());
        Some(Self { value: Some(value), source, text })
    }
}

/// The value is personal: only the source is shown.
impl<T> fmt::Debug for Field<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({}{})", self.source.as_str(), if self.value.is_none() { ", no value" } else { "" })
    }
}

/// Where a field came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Source {
    /// The MRZ in the chip.
    #[serde(rename = "DG1")]
    Dg1,
    /// Additional personal details in the chip.
    #[serde(rename = "DG11")]
    Dg11,
    /// Additional document details in the chip.
    #[serde(rename = "DG12")]
    Dg12,
    /// The card's own data group in the chip.
    #[serde(rename = "DG13")]
    Dg13,
    /// An MRZ that was given.
    #[serde(rename = "MRZ")]
    Mrz,
    /// The printed QR code.
    #[serde(rename = "QR")]
    Qr,
    /// Typed by somebody.
    #[serde(rename = "typed")]
    Typed,
}

impl Source {
    /// The name in machine-readable results.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dg1 => "DG1",
            Self::Dg11 => "DG11",
            Self::Dg12 => "DG12",
            Self::Dg13 => "DG13",
            Self::Mrz => "MRZ",
            Self::Qr => "QR",
            Self::Typed => "typed",
        }
    }

    /// Whether it was read off the chip.
    #[must_use]
    pub const fn is_chip(self) -> bool {
        matches!(self, Self::Dg1 | Self::Dg11 | Self::Dg12 | Self::Dg13)
    }
}
