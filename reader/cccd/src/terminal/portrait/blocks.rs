//! Pictures made of half blocks: the upper half of `▀` is the foreground colour, the lower half the background.

use std::fmt::Write as _;

use image::{Rgb, RgbImage};

/// One line of text for each two rows of pixels.
pub(super) fn lines(image: &RgbImage, truecolour: bool) -> Vec<String> {
    (0..image.height() / 2)
        .map(|row| {
            let mut line = String::new();
            for x in 0..image.width() {
                let (upper, lower) = (image.get_pixel(x, row * 2), image.get_pixel(x, row * 2 + 1));
                let written = if truecolour {
                    let (Rgb([r, g, b]), Rgb([s, h, c])) = (upper, lower);
                    write!(line, "\x1b[38;2;{r};{g};{b};48;2;{s};{h};{c}m▀")
                } else {
                    write!(line, "\x1b[38;5;{};48;5;{}m▀", palette(*upper), palette(*lower))
                };
                debug_assert!(written.is_ok(), "writing to a string does not fail");
            }
            line.push_str("\x1b[0m");
            line
        })
        .collect()
}

/// The nearest colour of the usual 256: the 6×6×6 cube from 16, or the 24 greys from 232.
fn palette(Rgb([r, g, b]): Rgb<u8>) -> u8 {
    let (least, most) = (r.min(g).min(b), r.max(g).max(b));
    if most - least < 12 {
        let grey = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
        return match grey {
            0..4 => 16,
            247.. => 231,
            _ => 232 + u8::try_from((grey - 4) * 23 / 242).unwrap_or(23),
        };
    }
    let level = |value: u8| match value {
        0..48 => 0,
        48..115 => 1,
        _ => (value - 35) / 40,
    };
    16 + 36 * level(r) + 6 * level(g) + level(b)
}
