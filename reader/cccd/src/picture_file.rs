//! Picture files as the reader of codes takes them: grey and upright, bounded in pixels and in memory.
//!
//! Files come from cameras, telephones and strangers. JPEG, PNG, WebP and BMP are known by their content; the orientation
//! that a camera notes (EXIF) is applied, so that corners are where a viewer shows them.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek};
use std::path::Path;

use image::error::ImageError;
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, GrayImage, ImageDecoder, ImageReader, Limits};
use qr::Picture;
use thiserror::Error;

/// Most memory that decoding takes: 50 megapixels of four colours.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;

/// A grey picture, row by row from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct GreyPicture(GrayImage);

/// Why a file gives no picture.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PictureFileError {
    /// The system does not give the file.
    #[error("{0}")]
    Unreadable(#[from] io::Error),
    /// The content is of no known kind.
    #[error("not a picture of a known kind (JPEG, PNG, WebP, BMP)")]
    UnknownKind,
    /// Begins as a picture and goes on otherwise.
    #[error("the picture is damaged: {0}")]
    Damaged(String),
    /// More pixels than [`Picture::MAX_PIXELS`], or more memory than decoding may take.
    #[error("the picture has more than {} megapixels, or takes too much memory", Picture::MAX_PIXELS / 1_000_000)]
    TooLarge,
}

impl PictureFileError {
    /// The row of the messages that goes with it.
    #[must_use]
    pub fn why(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::UnknownKind => "picture_kind",
            Self::Damaged(_) => "picture_damaged",
            Self::TooLarge => "picture_too_large",
        }
    }
}

impl GreyPicture {
    /// The picture in a file.
    ///
    /// # Errors
    /// The file cannot be read, is no picture, or is too large.
    pub fn open(path: &Path) -> Result<Self, PictureFileError> {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
        }
        Self::read(BufReader::new(file))
    }

    /// The picture in the bytes of a file.
    ///
    /// # Errors
    /// They cannot be read, are no picture, or one too large.
    pub fn read(source: impl BufRead + Seek) -> Result<Self, PictureFileError> {
        Self::read_within(source, Picture::MAX_PIXELS as u64)
    }

    /// The same with a limit of one's own: for machines with little memory.
    ///
    /// # Errors
    /// As [`GreyPicture::read`].
    pub fn read_within(source: impl BufRead + Seek, most_pixels: u64) -> Result<Self, PictureFileError> {
        let mut reader = ImageReader::new(source).with_guessed_format()?;
        if reader.format().is_none() {
            return Err(PictureFileError::UnknownKind);
        }
        let mut limits = Limits::default();
        limits.max_alloc = Some(MOST_MEMORY);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(refused)?;
        let (width, height) = decoder.dimensions();
        let pixels = u64::from(width) * u64::from(height);
        if pixels > most_pixels.min(Picture::MAX_PIXELS as u64) || decoder.total_bytes() > MOST_MEMORY {
            return Err(PictureFileError::TooLarge);
        }
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let layout = Layout::of(decoder.color_type()).ok_or(PictureFileError::UnknownKind)?;
        let size = usize::try_from(decoder.total_bytes()).map_err(|_| PictureFileError::TooLarge)?;
        let mut bytes = vec![0; size];
        decoder.read_image(&mut bytes).map_err(refused)?;
        let grey = GrayImage::from_raw(width, height, layout.grey(bytes))
            .ok_or_else(|| PictureFileError::Damaged("it ends early".to_owned()))?;
        Ok(Self(upright(grey, orientation)))
    }

    /// As the reader of codes takes it.
    ///
    /// # Panics
    /// Never: what [`GreyPicture::read`] gives is within the limits.
    #[must_use]
    pub fn view(&self) -> Picture<'_> {
        let (width, height) = (self.0.width() as usize, self.0.height() as usize);
        Picture::new(self.0.as_raw(), width, height, width).expect("the size was checked when it was read")
    }
}

impl std::fmt::Debug for GreyPicture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GreyPicture({} x {})", self.0.width(), self.0.height())
    }
}

fn refused(error: ImageError) -> PictureFileError {
    match error {
        ImageError::IoError(error) if error.kind() != io::ErrorKind::UnexpectedEof => error.into(),
        ImageError::Limits(_) => PictureFileError::TooLarge,
        ImageError::Unsupported(_) => PictureFileError::UnknownKind,
        error => PictureFileError::Damaged(error.to_string()),
    }
}

fn upright(grey: GrayImage, orientation: Orientation) -> GrayImage {
    if orientation == Orientation::NoTransforms {
        return grey;
    }
    let mut image = DynamicImage::ImageLuma8(grey);
    image.apply_orientation(orientation);
    image.into_luma8()
}

/// How pixels lie in what a decoder gives.
#[derive(Clone, Copy)]
struct Layout {
    channels: usize,
    /// Two bytes a channel, in the machine's order.
    wide: bool,
}

impl Layout {
    fn of(color: ColorType) -> Option<Self> {
        let wide = match color {
            ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8 => false,
            ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16 => true,
            _ => return None,
        };
        Some(Self { channels: usize::from(color.channel_count()), wide })
    }

    /// Makes pixels grey, in the memory they are in. What is transparent lies on white, as viewers show it: codes are
    /// also drawn as black on nothing.
    fn grey(self, mut bytes: Vec<u8>) -> Vec<u8> {
        if self.channels == 1 && !self.wide {
            return bytes;
        }
        let step = self.channels * if self.wide { 2 } else { 1 };
        let count = bytes.len() / step;
        for index in 0..count {
            let Some(pixel) = bytes.get(index * step..(index + 1) * step) else { break };
            let channel = |at: usize| u32::from(self.channel(pixel, at));
            let grey = match self.channels {
                1 | 2 => channel(0),
                // ITU-R BT.709, as the `image` crate weighs colours.
                _ => (2126 * channel(0) + 7152 * channel(1) + 722 * channel(2)) / 10_000,
            };
            let cover = if self.channels % 2 == 0 { channel(self.channels - 1) } else { 255 };
            bytes[index] = ((grey * cover + 255 * (255 - cover)) / 255) as u8; // index ≤ index × step, within
        }
        bytes.truncate(count);
        bytes
    }

    fn channel(self, pixel: &[u8], at: usize) -> u8 {
        if !self.wide {
            return pixel.get(at).copied().unwrap_or(255);
        }
        let pair = pixel.get(2 * at..2 * at + 2).and_then(|pair| pair.try_into().ok());
        pair.map_or(255, |pair| (u16::from_ne_bytes(pair) >> 8) as u8)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{ImageFormat, Rgba};

    use super::*;

    fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        image.write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    #[test]
    fn every_layout_of_pixels_becomes_grey_as_the_image_crate_makes_it() {
        let colours = image::RgbaImage::from_fn(7, 5, |x, y| Rgba([(x * 30) as u8, (y * 40) as u8, 200, 255]));
        let colours = DynamicImage::ImageRgba8(colours);
        let same = [
            DynamicImage::ImageLuma8(colours.to_luma8()),
            DynamicImage::ImageLumaA8(colours.to_luma_alpha8()),
            DynamicImage::ImageRgb8(colours.to_rgb8()),
            DynamicImage::ImageLuma16(colours.to_luma16()),
            DynamicImage::ImageRgba16(colours.to_rgba16()),
            colours.clone(),
        ];
        for image in same {
            let read = GreyPicture::read(Cursor::new(file(&image, ImageFormat::Png))).unwrap();
            for (ours, theirs) in read.0.as_raw().iter().zip(image.to_luma8().as_raw()) {
                assert!(ours.abs_diff(*theirs) <= 1, "{:?}: {ours} {theirs}", image.color());
            }
        }
    }

    #[test]
    fn what_is_transparent_is_white() {
        let image = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(4, 4, Rgba([0, 0, 0, 0])));
        let read = GreyPicture::read(Cursor::new(file(&image, ImageFormat::Png))).unwrap();
        assert!(read.0.as_raw().iter().all(|&pixel| pixel == 255));
    }

    #[test]
    fn what_is_no_picture_is_refused_by_why() {
        let why = |bytes: &[u8]| GreyPicture::read(Cursor::new(bytes)).unwrap_err().why();
        assert_eq!(why(b"no picture"), "picture_kind");
        assert_eq!(why(b""), "picture_kind");
        let png = file(&DynamicImage::new_luma8(40, 40), ImageFormat::Png);
        assert_eq!(why(&png[..png.len() / 2]), "picture_damaged");
        let mut huge = file(&DynamicImage::new_rgb8(1, 1), ImageFormat::Bmp);
        huge[18..22].copy_from_slice(&60_000u32.to_le_bytes());
        huge[22..26].copy_from_slice(&60_000u32.to_le_bytes());
        assert_eq!(why(&huge), "picture_too_large");
    }
}
