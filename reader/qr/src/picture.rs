//! A grey picture, as cameras and image files deliver it.

use thiserror::Error;

/// A grey picture: one byte a pixel, 0 black, rows from the top, `stride` bytes from one row to the next.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    pixels: &'a [u8],
    width: usize,
    height: usize,
    stride: usize,
}

/// Why pixels are no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PictureError {
    /// A row does not fit into the stride.
    #[error("rows of {width} pixels do not fit into a stride of {stride} bytes")]
    StrideTooShort {
        /// Pixels in a row.
        width: usize,
        /// Bytes from one row to the next.
        stride: usize,
    },
    /// There are fewer bytes than rows need.
    #[error("{given} bytes given, {needed} needed")]
    TooFewPixels {
        /// Bytes given.
        given: usize,
        /// Bytes that the rows need.
        needed: usize,
    },
    /// More pixels than [`Picture::MAX_PIXELS`].
    #[error("a picture of more than {} pixels", Picture::MAX_PIXELS)]
    TooLarge,
}

impl<'a> Picture<'a> {
    /// The most pixels of a picture: 50 megapixels.
    pub const MAX_PIXELS: usize = 50_000_000;

    /// A picture without pixels.
    pub(crate) const EMPTY: Self = Self { pixels: &[], width: 0, height: 0, stride: 0 };

    /// A picture over these bytes. A picture without pixels is allowed and holds no code.
    ///
    /// # Errors
    /// The bytes do not hold `height` rows of `width` pixels `stride` bytes apart, or there are too many pixels.
    pub fn new(pixels: &'a [u8], width: usize, height: usize, stride: usize) -> Result<Self, PictureError> {
        if width > stride {
            return Err(PictureError::StrideTooShort { width, stride });
        }
        if width.checked_mul(height).is_none_or(|count| count > Self::MAX_PIXELS) {
            return Err(PictureError::TooLarge);
        }
        // The last row may end with its last pixel.
        let needed = match height {
            0 => Some(0),
            rows => (rows - 1).checked_mul(stride).and_then(|before| before.checked_add(width)),
        };
        match needed {
            Some(needed) if needed <= pixels.len() => Ok(Self { pixels, width, height, stride }),
            needed => Err(PictureError::TooFewPixels { given: pixels.len(), needed: needed.unwrap_or(usize::MAX) }),
        }
    }

    /// Pixels in a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// One row; empty below the last.
    #[must_use]
    pub fn row(&self, y: usize) -> &'a [u8] {
        if y >= self.height {
            return &[];
        }
        let start = y * self.stride; // within the pixels, as `new` checked
        self.pixels.get(start..start + self.width).unwrap_or(&[])
    }

    /// The pixels from one corner to, but without, another, as far as there are any.
    pub(crate) fn part(&self, left: usize, top: usize, right: usize, bottom: usize) -> Option<Self> {
        let (right, bottom) = (right.min(self.width), bottom.min(self.height));
        let start = top.checked_mul(self.stride)?.checked_add(left)?;
        let (width, height) = (right.checked_sub(left)?, bottom.checked_sub(top)?);
        Self::new(self.pixels.get(start..)?, width, height, self.stride).ok()
    }

    /// One pixel; black where there is none.
    pub(crate) fn pixel(&self, x: usize, y: usize) -> u8 {
        self.pixels.get(y * self.stride + x).copied().unwrap_or(0)
    }

    /// Four neighbouring pixels, in two rows, of which this is the upper left one; black where there are none.
    pub(crate) fn square(&self, x: usize, y: usize) -> ([u8; 2], [u8; 2]) {
        let start = y * self.stride + x;
        let pair = |from: usize| match self.pixels.get(from..from + 2) {
            Some(pair) => [pair[0], pair[1]],
            None => [0; 2],
        };
        (pair(start), pair(start + self.stride))
    }
}
