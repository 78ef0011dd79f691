//! Pictures through the protocols that some terminals have.

use std::fmt::Write as _;

use base64ct::{Base64, Encoding};
use image::RgbImage;

/// The kitty graphics protocol: raw 24-bit pixels, base64, in chunks of at most 4096 characters.
pub(super) fn kitty(image: &RgbImage) -> String {
    let data = Base64::encode_string(image.as_raw());
    let mut sequence = String::new();
    let mut rest = data.as_str();
    let mut first = true;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(rest.len().min(4096));
        let more = u8::from(!after.is_empty());
        if first {
            let (width, height) = image.dimensions();
            push(&mut sequence, format_args!("\x1b_Ga=T,q=2,f=24,s={width},v={height},m={more};{chunk}\x1b\\"));
        } else {
            push(&mut sequence, format_args!("\x1b_Gm={more};{chunk}\x1b\\"));
        }
        first = false;
        rest = after;
    }
    sequence.push('\n');
    sequence
}

/// The inline images of iTerm2: the file as it is; the terminal decodes it.
pub(super) fn iterm(picture: &[u8]) -> String {
    let data = Base64::encode_string(picture);
    format!("\x1b]1337;File=inline=1;size={};height=16;preserveAspectRatio=1:{data}\x07\n", picture.len())
}

/// DEC sixels: six rows a band, one colour at a time, in a palette of 6×6×6 colours.
pub(super) fn sixel(image: &RgbImage) -> String {
    let (width, height) = image.dimensions();
    let mut sequence = format!("\x1bPq\"1;1;{width};{height}");
    for index in 0..216u32 {
        let percent = |level: u32| level * 20;
        let (r, g, b) = (percent(index / 36), percent(index / 6 % 6), percent(index % 6));
        push(&mut sequence, format_args!("#{index};2;{r};{g};{b}"));
    }
    for top in (0..height).step_by(6) {
        let mut band = vec![[0u8; 216]; width as usize];
        let mut used = [false; 216];
        for (x, column) in band.iter_mut().enumerate() {
            for y in top..(top + 6).min(height) {
                let colour = usize::from(nearest(image, x as u32, y));
                column[colour] |= 1 << (y - top);
                used[colour] = true;
            }
        }
        for colour in (0..216).filter(|&colour| used[colour]) {
            push(&mut sequence, format_args!("#{colour}"));
            let mut columns = band.iter().map(|column| char::from(63 + column[colour])).peekable();
            while let Some(sixel) = columns.next() {
                let mut times = 1;
                while columns.next_if_eq(&sixel).is_some() {
                    times += 1;
                }
                push(&mut sequence, format_args!("!{times}{sixel}"));
            }
            sequence.push('$');
        }
        sequence.push('-');
    }
    sequence.push_str("\x1b\\\n");
    sequence
}

/// The colour of the 6×6×6 cube for a pixel, with an ordered dither that hides the steps.
fn nearest(image: &RgbImage, x: u32, y: u32) -> u8 {
    const THRESHOLDS: [[u16; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];
    let threshold = THRESHOLDS[(y % 4) as usize][(x % 4) as usize] * 51 / 16;
    let level = |value: u8| u8::try_from((u16::from(value) + threshold) / 51).unwrap_or(5).min(5);
    let [r, g, b] = image.get_pixel(x, y).0;
    36 * level(r) + 6 * level(g) + level(b)
}

fn push(sequence: &mut String, arguments: std::fmt::Arguments<'_>) {
    let written = sequence.write_fmt(arguments);
    debug_assert!(written.is_ok(), "writing to a string does not fail");
}
