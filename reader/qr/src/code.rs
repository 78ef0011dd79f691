//! A code that was read.

/// A point of a picture in pixels, from the outer corner of the top left pixel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

impl Point {
    pub(crate) fn distance(self, to: Self) -> f32 {
        (to.x - self.x).hypot(to.y - self.y)
    }

    /// The direction to another point, as long as a pixel.
    pub(crate) fn toward(self, to: Self) -> Self {
        let length = self.distance(to).max(1e-3);
        Self { x: (to.x - self.x) / length, y: (to.y - self.y) / length }
    }
}

/// The error correction level (ISO/IEC 18004:2015, 6.5.1): the share of codewords that can be restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorCorrection {
    /// About 7 %.
    L,
    /// About 15 %.
    M,
    /// About 25 %.
    Q,
    /// About 30 %.
    H,
}

/// How a segment stores its characters (ISO/IEC 18004:2015, 7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Digits.
    Numeric,
    /// Digits, capital letters and nine signs.
    Alphanumeric,
    /// Bytes.
    Byte,
    /// Shift JIS double bytes.
    Kanji,
}

/// A run of characters stored in one mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// How it is stored.
    pub mode: Mode,
    /// The Extended Channel Interpretation in force (ISO/IEC 18004:2015, 7.4.2), where one was stated: 26 is UTF-8.
    pub eci: Option<u32>,
    /// Which bytes of the payload it gave.
    pub range: core::ops::Range<usize>,
}

/// A code that was read. Its payload passed the Reed–Solomon check of every block.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Code {
    /// The bytes of all segments joined, as stored: no charset is guessed, and a character may be split over two segments.
    pub payload: Vec<u8>,
    /// The segments of the payload.
    pub segments: Vec<Segment>,
    /// The outer corners: where no mirror stands between code and camera top left, top right, bottom right, bottom left
    /// as the code is printed.
    pub corners: [Point; 4],
    /// The version, 1 to 40: 4 × version + 17 modules a side.
    pub version: u8,
    /// The error correction level.
    pub error_correction: ErrorCorrection,
    /// The data mask pattern reference, 0 to 7.
    pub mask: u8,
    /// Codewords that were restored: wrong ones found, and unreadable ones.
    pub errors_corrected: u16,
    /// Light modules on a dark ground.
    pub inverted: bool,
    /// Seen in a mirror, or from behind.
    pub mirrored: bool,
}
