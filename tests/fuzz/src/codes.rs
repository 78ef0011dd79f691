//! Printed codes: pictures of anything, pictures of a code that was damaged, grids of modules, and picture files.

use std::io::Cursor;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use cccd::picture_file::GreyPicture;
use image::{DynamicImage, GrayImage, ImageFormat};
use qr::grid::Grid;
use qr::{Decoder, Picture, Segment, Settings};
use qr_pictures::dice::Dice;
use qr_pictures::person::Person;
use qr_pictures::printed::PrintedCode;
use qr_pictures::sensor::Grey;
use qr_pictures::storage::{self, Storage};
use qrcode::types::EcLevel;

/// The time that a decoder is given for a picture.
const BUDGET: Duration = Duration::from_millis(100);
/// What it may take at most, on a slow machine that does other things besides: far beyond what a decoder takes that looks
/// at its clock.
const PATIENCE: Duration = Duration::from_secs(4);
/// Most pixels of a picture file: so that the fuzzer gets through many.
const MOST_PIXELS: u64 = 1 << 20;

/// Codes whose blocks all have 20 correction codewords or more. Damage beyond repair is then taken for another text less
/// often than once in a million times, where the decoder believes every block as soon as it can be made to fit; with
/// [`Grid::decode`] demanding more than that, never while this runs.
static CODES: LazyLock<Vec<PrintedCode>> = LazyLock::new(|| {
    let wanted = [(EcLevel::M, 8), (EcLevel::Q, 9), (EcLevel::Q, 10), (EcLevel::M, 9)];
    let code = |(level, version)| {
        let text = |index| Person::draw(&mut Dice::new(3, 7, index)).text_2024();
        let drawn = (0..200).map(|index| PrintedCode::new(&text(index), Storage::Bytes, level, 0));
        drawn.into_iter().find(|code| code.version == version)
    };
    wanted.into_iter().filter_map(code).collect()
});

/// A picture of any pixels: the first two bytes say its width and how much longer its stride is.
pub fn pictures(input: &[u8]) {
    let [width, more, pixels @ ..] = input else { return };
    let (width, stride) = (usize::from(*width), usize::from(*width) + usize::from(more % 4));
    let height = pixels.len().checked_div(stride).unwrap_or(0);
    let picture = Picture::new(pixels, width, height, stride).expect("the rows are there");
    let _ = read(&picture);
}

/// Codes, drawn small.
#[must_use]
pub fn picture_seeds() -> Vec<Vec<u8>> {
    let small = PrintedCode::new("001190123456", Storage::DigitsFirst, EcLevel::Q, 0).drawn(3);
    let usual = CODES[0].drawn(3);
    let seed = |grey: &Grey| [&[grey.width as u8, 0][..], &grey.pixels].concat();
    vec![seed(&small), seed(&usual)]
}

/// A code, and damage to its picture: it is read as what it is, or not at all.
pub fn damaged(input: &[u8]) {
    let [which, scale, light, damages @ ..] = input else { return };
    let code = &CODES[usize::from(*which) % CODES.len()];
    let mut grey = code.drawn(2 + usize::from(scale % 3));
    // Contrast, and light modules on a dark ground.
    for pixel in &mut grey.pixels {
        *pixel = if (*pixel == 0) == (light & 1 == 0) { 20 } else { 40 + (light & 0xfe) / 2 };
    }
    for damage in damages.chunks_exact(6) {
        hurt(&mut grey, damage);
    }
    let picture = Picture::new(&grey.pixels, grey.width, grey.height, grey.width).expect("as it was drawn");
    for payload in read(&picture) {
        assert!(payload == code.payload, "another text than the code's");
    }
}

/// A box of another grey, or of noise; or blur over all.
fn hurt(grey: &mut Grey, damage: &[u8]) {
    let &[x, y, width, height, kind, value] = damage else { return };
    let at = |part: u8, size: usize| usize::from(part) * size / 256;
    let (left, top) = (at(x, grey.width), at(y, grey.height));
    let right = (left + 2 + usize::from(width % 32)).min(grey.width);
    let bottom = (top + 2 + usize::from(height % 32)).min(grey.height);
    let mut dice = Dice::new(u64::from(value), u64::from(x), u64::from(y));
    for row in grey.pixels.chunks_exact_mut(grey.width).take(bottom).skip(top) {
        for pixel in &mut row[left..right] {
            *pixel = match kind % 4 {
                0 => value,
                1 => dice.below(256) as u8,
                2 => pixel.saturating_add(value), // a reflection
                _ => pixel.saturating_sub(value), // a shadow
            };
        }
    }
    if kind & 0x80 != 0 {
        let stride = grey.width;
        let mean = |pixels: &mut [u8], step: usize| {
            for index in step..pixels.len() {
                pixels[index] = ((u16::from(pixels[index - step]) + u16::from(pixels[index])) / 2) as u8;
            }
        };
        mean(&mut grey.pixels, 1);
        mean(&mut grey.pixels, stride);
    }
}

/// Each code, whole and with damage of each kind.
#[must_use]
pub fn damaged_seeds() -> Vec<Vec<u8>> {
    (0..8u8)
        .map(|n| [&[n, n, 0x80 | n][..], &[60 + n, 80, 5, 6, n, 0xa0], &[100, 90 + n, 9, 2, n / 2, 7]].concat())
        .collect()
}

/// Grids of modules: of any values; and of a code with modules turned over, which is restored as long as the error
/// correction reaches.
pub fn grids(input: &[u8]) {
    let Some((&kind, rest)) = input.split_first() else { return };
    if kind & 1 == 0 {
        let side = 17 + 4 * usize::from(kind >> 1);
        let value = |index: usize| rest.get(index % rest.len().max(1)).map_or(0.0, |&byte| f32::from(byte as i8));
        let Some(grid) = Grid::new(side, (0..side * side).map(value).collect()) else { return };
        if let Some(content) = grid.decode() {
            check(&content.payload, &content.segments);
            assert_eq!(usize::from(content.version) * 4 + 17, side);
        }
        return;
    }
    let code = &CODES[usize::from(kind >> 1) % CODES.len()];
    let side = code.side;
    let mut modules: Vec<bool> =
        (0..side * side).map(|at| code.is_dark((at % side) as i32, (at / side) as i32)).collect();
    let mut lost = vec![false; side * side];
    for turned in rest.chunks_exact(2) {
        let at = usize::from(u16::from_le_bytes([turned[0], turned[1]])) % (side * side);
        if code.is_of_a_codeword(at % side, at / side) && !lost[at] {
            modules[at] = !modules[at];
            lost[at] = true;
        }
    }
    let within = code.share_of_repair(|x, y| lost[y * side + x]) <= 1.0;
    let content = Grid::of_modules(side, &modules).expect("the side of a version").decode();
    if within {
        let content = content.expect("what can be restored is restored");
        assert!(content.payload == code.payload, "restored to something else");
    }
}

/// A code without and with modules turned over, and values of others.
#[must_use]
pub fn grid_seeds() -> Vec<Vec<u8>> {
    let turned: Vec<u8> = (0..40u16).flat_map(|n| (n * 61).to_le_bytes()).collect();
    let mut seeds = vec![vec![1], [&[3][..], &turned].concat(), [&[0x12][..], &turned].concat()];
    for storage in storage::ALL {
        let code = PrintedCode::new("001190123456||Trần Văn Bình|02011958|Nam||20042021", storage, EcLevel::L, 0);
        let side = code.side as i32;
        let module = |at: i32| if code.is_dark(at % side, at / side) { 90 } else { 0xa0 };
        seeds.push([&[2 * code.version as u8][..], &(0..side * side).map(module).collect::<Vec<_>>()].concat());
    }
    seeds
}

/// Picture files, as `cccd qr` opens them.
pub fn files(input: &[u8]) {
    if let Ok(picture) = GreyPicture::read_within(Cursor::new(input), MOST_PIXELS) {
        let view = picture.view();
        assert!((view.width() * view.height()) as u64 <= MOST_PIXELS, "larger than allowed");
    }
}

/// One of each kind.
#[must_use]
pub fn file_seeds() -> Vec<Vec<u8>> {
    let drawn = CODES[0].drawn(2);
    let grey = GrayImage::from_raw(drawn.width as u32, drawn.height as u32, drawn.pixels).expect("as it was drawn");
    let grey = DynamicImage::ImageLuma8(grey);
    let colours = DynamicImage::ImageRgba8(grey.to_rgba8());
    let kinds = [(&grey, ImageFormat::Png), (&colours, ImageFormat::Png), (&grey, ImageFormat::Jpeg)];
    let more = [(&colours, ImageFormat::WebP), (&colours, ImageFormat::Bmp)];
    let seed = |(image, format): (&DynamicImage, ImageFormat)| {
        let mut file = Cursor::new(Vec::new());
        image.write_to(&mut file, format).ok().map(|()| file.into_inner())
    };
    kinds.into_iter().chain(more).filter_map(seed).collect()
}

/// The payloads of a picture, after what holds of every code.
fn read(picture: &Picture<'_>) -> Vec<Vec<u8>> {
    let settings = Settings { budget: Some(BUDGET), ..Settings::default() };
    let start = Instant::now();
    let codes = Decoder::new(settings).read(picture);
    assert!(start.elapsed() < PATIENCE, "far over the time it was given");
    assert!(codes.len() <= settings.most_codes, "more codes than asked for");
    for code in &codes {
        assert!((1..=40).contains(&code.version) && code.mask < 8, "no such code");
        assert!(code.corners.iter().all(|corner| corner.x.is_finite() && corner.y.is_finite()), "corners nowhere");
        check(&code.payload, &code.segments);
    }
    codes.into_iter().map(|code| code.payload).collect()
}

/// The segments give the payload, one after the other. A code holds 7,089 characters at most (ISO/IEC 18004:2015, table 7).
fn check(payload: &[u8], segments: &[Segment]) {
    assert!(payload.len() <= 7_089, "more than a code holds");
    let mut end = 0;
    for segment in segments {
        assert_eq!(segment.range.start, end, "a gap between segments");
        end = segment.range.end;
    }
    assert_eq!(end, payload.len(), "bytes of no segment");
}
