//! A picture of nobody: random grey squares, as large in pixels and in bytes as the portrait it stands for.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::substitutes::random;

/// Squares in a row of the picture.
const SQUARES: usize = 12;
/// Wider or higher pictures are not drawn.
const MOST: u32 = 4096;

/// A JPEG of exactly so many bytes; nothing where that is too few.
pub(super) fn jpeg(width: u32, height: u32, size: usize) -> Option<Vec<u8>> {
    if width == 0 || height == 0 || width > MOST || height > MOST {
        return None;
    }
    let side = (width as usize).div_ceil(SQUARES);
    let shades = random(SQUARES * (height as usize).div_ceil(side));
    let shade = |x: usize, y: usize| shades.get(y / side * SQUARES + x / side).copied().unwrap_or(0x80);
    let pixels: Vec<u8> =
        (0..height as usize).flat_map(|y| (0..width as usize).map(move |x| (x, y))).map(|(x, y)| shade(x, y)).collect();
    [75, 40, 10, 1].into_iter().find_map(|quality| {
        let mut picture = Vec::new();
        JpegEncoder::new_with_quality(&mut picture, quality)
            .write_image(&pixels, width, height, ExtendedColorType::L8)
            .ok()?;
        padded(&picture, size)
    })
}

/// Comment segments behind the start mark fill it up (ISO/IEC 10918-1, B.2.4.5).
fn padded(picture: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut left = size.checked_sub(picture.len())?;
    let (start, rest) = picture.split_at_checked(2)?;
    let mut whole = start.to_vec();
    while left > 0 {
        // Never so that fewer than the four bytes of a segment are left over.
        let segment = if left > 0xFFFF + 2 { (0xFFFF + 2).min(left - 4) } else { left };
        let stated = u16::try_from(segment.checked_sub(2)?).ok().filter(|stated| *stated >= 2)?;
        whole.extend([0xFF, 0xFE]);
        whole.extend(stated.to_be_bytes());
        whole.extend(std::iter::repeat_n(b' ', segment - 4));
        left -= segment;
    }
    whole.extend_from_slice(rest);
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mosaic_has_the_size_asked_for_and_can_be_seen() {
        for (width, height, size) in [(480, 640, 15_000), (240, 320, 9_001), (413, 531, 200_000)] {
            let picture = jpeg(width, height, size).unwrap();
            assert_eq!(picture.len(), size);
            let seen = image::load_from_memory(&picture).unwrap();
            assert_eq!((seen.width(), seen.height()), (width, height));
        }
        assert_eq!(jpeg(480, 640, 100), None);
    }
}
