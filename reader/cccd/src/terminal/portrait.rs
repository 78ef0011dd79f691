//! The portrait in the terminal.
//!
//! [`blocks`] draws with characters and fits beside text; [`graphics`] speaks the picture protocols of terminals that
//! have one. The picture comes from a chip, so decoding is bounded: in pixels and in memory.

use std::io::Cursor;

use image::imageops::FilterType;
use image::{ImageFormat, ImageReader, Limits, RgbImage};

use super::style::{Pictures, Style};

mod blocks;
mod graphics;

/// A portrait, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drawing {
    /// Lines of equal width to put beside the text, and that width.
    Lines(Vec<String>, usize),
    /// A sequence to write as it is, on lines of its own.
    Sequence(String),
}

/// Why a portrait is not drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDrawn {
    /// The terminal shows no pictures, or is none.
    #[error("the terminal shows no pictures")]
    Terminal,
    /// JPEG 2000: no light decoder in Rust builds with the Rust version this program supports.
    #[error("JPEG 2000 pictures are not drawn here; --photo FILE saves it for a viewer")]
    Jpeg2000,
    /// The picture cannot be decoded.
    #[error("the picture cannot be decoded: {0}")]
    Undecodable(String),
}

/// Most pixels across and down: ISO/IEC 19794-5 portraits have a few hundred. What a progressive JPEG of this size takes,
/// nine bytes a pixel, leaves a whole read below 32 MiB.
const MOST_PIXELS: (u32, u32) = (1280, 1600);
/// Most memory for the picture.
const MOST_MEMORY: u64 = 8 * 1024 * 1024;
/// Characters that a portrait made of blocks is wide.
const BLOCK_COLUMNS: u32 = 30;

/// Draws a JPEG.
///
/// # Errors
/// The terminal has no way, or the picture is none.
pub fn draw(picture: &[u8], style: &Style) -> Result<Drawing, NotDrawn> {
    if style.pictures == Pictures::None {
        return Err(NotDrawn::Terminal);
    }
    if is_jpeg2000(picture) {
        return Err(NotDrawn::Jpeg2000);
    }
    let image = decode(picture)?;
    let columns = BLOCK_COLUMNS.min(u32::try_from(style.width / 2).unwrap_or(BLOCK_COLUMNS));
    Ok(match style.pictures {
        Pictures::None => return Err(NotDrawn::Terminal),
        Pictures::Blocks => Drawing::Lines(blocks::lines(&fitted(&image, columns, 40), true), columns as usize),
        Pictures::Blocks256 => Drawing::Lines(blocks::lines(&fitted(&image, columns, 40), false), columns as usize),
        Pictures::Kitty => Drawing::Sequence(graphics::kitty(&fitted(&image, 240, 320))),
        Pictures::Iterm => Drawing::Sequence(graphics::iterm(picture)),
        Pictures::Sixel => Drawing::Sequence(graphics::sixel(&fitted(&image, 240, 320))),
    })
}

/// JP2 signature box, or a code stream (ISO/IEC 15444-1, I.5.1 and A.2).
fn is_jpeg2000(picture: &[u8]) -> bool {
    picture.starts_with(&[0, 0, 0, 0x0C, b'j', b'P']) || picture.starts_with(&[0xFF, 0x4F, 0xFF, 0x51])
}

fn decode(picture: &[u8]) -> Result<RgbImage, NotDrawn> {
    let mut reader = ImageReader::with_format(Cursor::new(picture), ImageFormat::Jpeg);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_PIXELS.0);
    limits.max_image_height = Some(MOST_PIXELS.1);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let image = reader.decode().map_err(|error| NotDrawn::Undecodable(error.to_string()))?;
    Ok(image.into_rgb8())
}

/// The picture made as wide as asked, as high as that makes it, within limits.
fn fitted(image: &RgbImage, width: u32, most_height: u32) -> RgbImage {
    let height = u64::from(image.height()) * u64::from(width) / u64::from(image.width().max(1));
    let height = u32::try_from(height).unwrap_or(most_height).clamp(2, most_height);
    image::imageops::resize(image, width, height & !1, FilterType::Triangle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg() -> Vec<u8> {
        let picture = RgbImage::from_fn(48, 64, |x, y| image::Rgb([(x * 5) as u8, (y * 4) as u8, 90]));
        let mut bytes = Vec::new();
        image::codecs::jpeg::JpegEncoder::new(&mut bytes).encode_image(&picture).unwrap();
        bytes
    }

    fn style(pictures: Pictures) -> Style {
        Style { width: 80, colour: true, pictures }
    }

    #[test]
    fn blocks_are_as_wide_as_they_say_and_end_without_colour() {
        for pictures in [Pictures::Blocks, Pictures::Blocks256] {
            let Ok(Drawing::Lines(lines, width)) = draw(&jpeg(), &style(pictures)) else { panic!("{pictures:?}") };
            assert_eq!(lines.len(), 20);
            for line in lines {
                assert_eq!(line.matches('▀').count(), width);
                assert!(line.ends_with("\x1b[0m"));
            }
        }
    }

    #[test]
    fn each_picture_protocol_opens_and_closes_its_sequence() {
        let ends = [
            (Pictures::Kitty, "\x1b_G", "\x1b\\"),
            (Pictures::Iterm, "\x1b]1337;File=", "\x07"),
            (Pictures::Sixel, "\x1bP", "\x1b\\"),
        ];
        for (pictures, start, end) in ends {
            let Ok(Drawing::Sequence(sequence)) = draw(&jpeg(), &style(pictures)) else { panic!("{pictures:?}") };
            assert!(sequence.starts_with(start) && sequence.trim_end().ends_with(end), "{pictures:?}");
        }
    }

    #[test]
    fn what_is_no_picture_is_said_and_not_drawn() {
        assert_eq!(draw(&jpeg(), &Style::PLAIN), Err(NotDrawn::Terminal));
        assert_eq!(draw(&[0xFF, 0x4F, 0xFF, 0x51, 0], &style(Pictures::Blocks)), Err(NotDrawn::Jpeg2000));
        assert!(matches!(draw(b"\xFF\xD8\xFFnothing", &style(Pictures::Blocks)), Err(NotDrawn::Undecodable(_))));
    }
}
