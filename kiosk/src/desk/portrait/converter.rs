//! The process that decodes a portrait: one picture on standard input, a JPEG on standard output, and that is all.
//!
//! It limits itself before it reads a byte, so that the kernel ends it where the picture asks for too much: no check of a
//! header has to foresee everything that a decoder makes of what stands behind it. `hayro-jpeg2000` for one allocates by
//! the number of tiles, precincts, layers and components that a few bytes can claim, not by what is there.

use std::io::{Cursor, Read as _, Write as _};

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, GrayAlphaImage, GrayImage, ImageFormat, ImageReader, Limits, RgbImage, RgbaImage};

use rustix::process::{Resource, Rlimit, setrlimit};

/// How the program is called for this. Not for people, so it stands in no help.
pub const COMMAND: &str = "convert-portrait";

/// Longest picture that comes out, in bytes.
pub const MOST_BYTES: usize = 60_000;

/// Longest picture that is taken: no file of a chip is longer than its length field and short identifier let it be read.
const MOST_INPUT: u64 = 256 * 1024;
/// Most pixels across and down. ISO/IEC 19794-5 portraits have a few hundred.
const MOST_PIXELS: (u32, u32) = (1280, 1600);
/// The size that is shown: the full frontal portrait of ISO/IEC 19794-5, 9.2.4, at twice its least resolution.
const SHOWN: (u32, u32) = (480, 640);
/// Most memory that a decoder of JPEG may take: nine bytes a pixel of a progressive one.
const MOST_DECODING: u64 = 24 * 1024 * 1024;
/// Most address space of the process, the program itself included.
const MOST_MEMORY: u64 = 512 * 1024 * 1024;
/// Most processor time, in seconds. A portrait takes milliseconds.
const MOST_SECONDS: u64 = 3;
/// JPEG qualities, best first.
const QUALITIES: [u8; 5] = [90, 80, 65, 45, 20];

/// A picture that is not converted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecodable {
    /// It is longer than any file of a chip.
    #[error("longer than a chip's file")]
    TooLong,
    /// It has more pixels than a portrait.
    #[error("{0} x {1} pixels are more than a portrait has")]
    TooLarge(u32, u32),
    /// It is neither JPEG nor JPEG 2000.
    #[error("neither JPEG nor JPEG 2000")]
    OtherFormat,
    /// The decoder refuses it.
    #[error("{0}")]
    Damaged(String),
    /// Its colours are neither grey nor red, green and blue.
    #[error("{0} channels are neither grey nor colours")]
    Channels(usize),
    /// It does not get small enough.
    #[error("not to be written in {MOST_BYTES} bytes")]
    TooDetailed,
}

/// Runs as this process, and says whether it went well.
#[must_use]
pub fn run() -> bool {
    if confine().is_err() {
        return false;
    }
    let mut picture = Vec::new();
    let read = std::io::stdin().lock().take(MOST_INPUT + 1).read_to_end(&mut picture);
    if read.is_err() {
        return false;
    }
    let Ok(jpeg) = convert(&picture) else { return false };
    std::io::stdout().lock().write_all(&jpeg).is_ok()
}

/// Limits what this process may take, from now on and for good.
fn confine() -> rustix::io::Result<()> {
    let at_most = |limit| Rlimit { current: Some(limit), maximum: Some(limit) };
    setrlimit(Resource::As, at_most(MOST_MEMORY))?;
    setrlimit(Resource::Cpu, at_most(MOST_SECONDS))?;
    // What it holds is a face: that goes into no file, not even where it crashes.
    setrlimit(Resource::Core, at_most(0))?;
    setrlimit(Resource::Fsize, at_most(0))
}

/// The picture as a JPEG of [`MOST_BYTES`] at most.
///
/// # Errors
/// It is no portrait that can be decoded. What it asks of memory and time is bounded by the process alone.
pub fn convert(picture: &[u8]) -> Result<Vec<u8>, Undecodable> {
    if picture.len() as u64 > MOST_INPUT {
        return Err(Undecodable::TooLong);
    }
    let image = match picture {
        [0xFF, 0xD8, 0xFF, ..] => jpeg(picture)?,
        // The signature box of JP2, or the start of a code stream (ISO/IEC 15444-1, I.5.1 and A.2).
        [0, 0, 0, 0x0C, b'j', b'P', ..] | [0xFF, 0x4F, 0xFF, 0x51, ..] => jpeg2000(picture)?,
        _ => return Err(Undecodable::OtherFormat),
    };
    let shown = if image.width() > SHOWN.0 || image.height() > SHOWN.1 {
        image.resize(SHOWN.0, SHOWN.1, FilterType::Triangle)
    } else {
        image
    };
    QUALITIES.iter().find_map(|quality| encoded(&shown, *quality)).ok_or(Undecodable::TooDetailed)
}

fn jpeg(picture: &[u8]) -> Result<DynamicImage, Undecodable> {
    let mut reader = ImageReader::with_format(Cursor::new(picture), ImageFormat::Jpeg);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_PIXELS.0);
    limits.max_image_height = Some(MOST_PIXELS.1);
    limits.max_alloc = Some(MOST_DECODING);
    reader.limits(limits);
    let image = reader.decode().map_err(|error| Undecodable::Damaged(error.to_string()))?;
    Ok(DynamicImage::ImageRgb8(image.into_rgb8()))
}

fn jpeg2000(picture: &[u8]) -> Result<DynamicImage, Undecodable> {
    let damaged = |error: hayro_jpeg2000::DecodeError| Undecodable::Damaged(error.to_string());
    let image = Image::new(picture, &DecodeSettings::default()).map_err(damaged)?;
    let (width, height) = (image.width(), image.height());
    if width > MOST_PIXELS.0 || height > MOST_PIXELS.1 {
        return Err(Undecodable::TooLarge(width, height));
    }
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(damaged)?;
    let (samples, channels) = (decoded.data_u8(), decoded.components().len());
    let drawn = match (channels, image.has_alpha()) {
        (1, _) => GrayImage::from_raw(width, height, samples).map(DynamicImage::ImageLuma8),
        (2, true) => GrayAlphaImage::from_raw(width, height, samples).map(DynamicImage::ImageLumaA8),
        (3, _) => RgbImage::from_raw(width, height, samples).map(DynamicImage::ImageRgb8),
        (4, true) => RgbaImage::from_raw(width, height, samples).map(DynamicImage::ImageRgba8),
        (other, _) => return Err(Undecodable::Channels(other)),
    };
    drawn
        .map(|image| DynamicImage::ImageRgb8(image.into_rgb8()))
        .ok_or_else(|| Undecodable::Damaged("too few samples".into()))
}

/// The picture as JPEG, where that is short enough.
fn encoded(image: &DynamicImage, quality: u8) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(image).ok()?;
    (bytes.len() <= MOST_BYTES).then_some(bytes)
}

#[cfg(test)]
mod tests;
