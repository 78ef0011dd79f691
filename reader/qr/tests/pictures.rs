//! Whole pictures: codes drawn at known places are read, and nothing is read where none is.

use proptest::prelude::*;
use qr::{Code, Decoder, Picture, Point, Settings};
use qrcode::{Color, EcLevel, QrCode};

const TEXT: &str = "038090001234|123456789|Nguyễn Thị An|15031990|Nữ|Số 1, Hà Nội|01012021";

/// A code as drawn: where a place in modules lies, and what is dark.
struct Drawing {
    side: usize,
    modules: Vec<bool>,
    dark: u8,
    light: u8,
}

impl Drawing {
    fn of(code: &QrCode) -> Self {
        let modules = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        Self { side: code.width(), modules, dark: 30, light: 220 }
    }

    fn mirrored(mut self) -> Self {
        for row in self.modules.chunks_mut(self.side) {
            row.reverse();
        }
        self
    }

    fn grey(&self, x: f32, y: f32) -> u8 {
        let inside = x >= 0.0 && y >= 0.0 && (x as usize) < self.side && (y as usize) < self.side;
        if inside && self.modules[y as usize * self.side + x as usize] { self.dark } else { self.light }
    }

    /// Draws into a picture, four by four samples a pixel; `place` maps pixels to modules.
    fn draw(&self, width: usize, height: usize, place: impl Fn(f32, f32) -> (f32, f32)) -> Vec<u8> {
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let mut sum = 0_u32;
                for i in 0..16 {
                    let at = place(x as f32 + (i % 4) as f32 / 4.0 + 0.125, y as f32 + (i / 4) as f32 / 4.0 + 0.125);
                    sum += u32::from(self.grey(at.0, at.1));
                }
                pixels.push((sum / 16) as u8);
            }
        }
        pixels
    }
}

fn read(pixels: &[u8], width: usize, height: usize) -> Vec<Code> {
    Decoder::new(Settings::default()).read(&Picture::new(pixels, width, height, width).unwrap())
}

fn turned(by: f32, module: f32, side: usize) -> impl Fn(f32, f32) -> (f32, f32) {
    let (sine, cosine) = by.to_radians().sin_cos();
    let half = side as f32 / 2.0;
    move |x, y| {
        let (x, y) = ((x - 320.0) / module, (y - 240.0) / module);
        (x * cosine + y * sine + half, y * cosine - x * sine + half)
    }
}

#[test]
fn every_version_is_read_from_a_picture() {
    for version in 1..=40_i16 {
        let text = format!("version {version}");
        let code = QrCode::with_version(&text, qrcode::Version::Normal(version), EcLevel::M).unwrap();
        let drawing = Drawing::of(&code);
        let size = drawing.side * 4 + 40;
        let pixels = drawing.draw(size, size, |x, y| ((x - 20.3) / 4.0, (y - 19.6) / 4.0));
        let codes = read(&pixels, size, size);
        assert_eq!(codes.len(), 1, "version {version}");
        assert_eq!(codes[0].payload, text.as_bytes());
        assert_eq!(i16::from(codes[0].version), version);
    }
}

#[test]
fn a_turned_code_is_read_and_its_corners_are_told() {
    let drawing = Drawing::of(&QrCode::with_error_correction_level(TEXT, EcLevel::M).unwrap());
    for degrees in (0..360).step_by(17) {
        let place = turned(degrees as f32, 5.2, drawing.side);
        let codes = read(&drawing.draw(640, 480, &place), 640, 480);
        assert_eq!(codes.len(), 1, "{degrees}°");
        assert_eq!(codes[0].payload, TEXT.as_bytes());
        let side = drawing.side as f32;
        let corners = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)];
        for (Point { x, y }, expected) in codes[0].corners.into_iter().zip(corners) {
            let (x, y) = place(x, y);
            assert!((x - expected.0).abs() < 0.5 && (y - expected.1).abs() < 0.5, "{degrees}°: {x} {y}");
        }
    }
}

#[test]
fn inverted_and_mirrored_codes_are_read_and_said_to_be() {
    let code = QrCode::with_error_correction_level(TEXT, EcLevel::M).unwrap();
    for (inverted, mirrored) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut drawing = Drawing::of(&code);
        if mirrored {
            drawing = drawing.mirrored();
        }
        if inverted {
            (drawing.dark, drawing.light) = (220, 30);
        }
        let codes = read(&drawing.draw(640, 480, turned(10.0, 6.0, drawing.side)), 640, 480);
        assert_eq!(codes.len(), 1);
        assert_eq!(codes[0].payload, TEXT.as_bytes());
        assert_eq!((codes[0].inverted, codes[0].mirrored), (inverted, mirrored));
    }
}

#[test]
fn several_codes_of_one_picture_are_read() {
    let drawings: Vec<Drawing> =
        ["first", "second", "third", "fourth"].iter().map(|text| Drawing::of(&QrCode::new(text).unwrap())).collect();
    let mut pixels = vec![220_u8; 640 * 480];
    for (index, drawing) in drawings.iter().enumerate() {
        let (left, top) = (40.0 + 300.0 * (index % 2) as f32, 30.0 + 220.0 * (index / 2) as f32);
        let drawn = drawing.draw(640, 480, |x, y| ((x - left) / 7.0, (y - top) / 7.0));
        pixels.iter_mut().zip(drawn).for_each(|(pixel, drawn)| *pixel = (*pixel).min(drawn));
    }
    let mut texts: Vec<_> = read(&pixels, 640, 480).into_iter().map(|code| code.payload).collect();
    texts.sort();
    assert_eq!(texts, [b"first".to_vec(), b"fourth".to_vec(), b"second".to_vec(), b"third".to_vec()]);
}

#[test]
fn a_code_that_moves_is_found_again_and_one_elsewhere_too() {
    let drawing = Drawing::of(&QrCode::new(TEXT).unwrap());
    let mut decoder = Decoder::new(Settings { most_codes: 1, ..Settings::default() });
    for (left, top) in [(30.0, 40.0), (38.5, 47.0), (60.0, 20.0), (400.0, 250.0), (0.0, 0.0)] {
        let pixels = drawing.draw(640, 480, |x, y| ((x - left - 20.0) / 4.4, (y - top - 20.0) / 4.4));
        let codes = decoder.read(&Picture::new(&pixels, 640, 480, 640).unwrap());
        assert_eq!(codes.len(), 1, "at {left}, {top}");
        let corner = codes[0].corners[0];
        assert!((corner.x - left - 20.0).abs() < 0.5 && (corner.y - top - 20.0).abs() < 0.5, "{corner:?}");
    }
    assert_eq!(decoder.read(&Picture::new(&[200; 640 * 480], 640, 480, 640).unwrap()), []);
}

#[test]
fn no_time_is_no_code_and_no_panic() {
    let drawing = Drawing::of(&QrCode::new(TEXT).unwrap());
    let pixels = drawing.draw(640, 480, turned(0.0, 4.0, drawing.side));
    let settings = Settings { budget: Some(std::time::Duration::ZERO), ..Settings::default() };
    assert_eq!(Decoder::new(settings).read(&Picture::new(&pixels, 640, 480, 640).unwrap()), []);
}

#[test]
fn rows_may_be_farther_apart_than_they_are_long() {
    let drawing = Drawing::of(&QrCode::new(TEXT).unwrap());
    let pixels = drawing.draw(400, 300, |x, y| ((x - 50.0) / 5.0, (y - 50.0) / 5.0));
    let spread: Vec<u8> = pixels.chunks(400).flat_map(|row| [row, &[0xa5; 13]].concat()).collect();
    let picture = Picture::new(&spread, 400, 300, 413).unwrap();
    assert_eq!(Decoder::default().read(&picture)[0].payload, TEXT.as_bytes());
}

#[test]
fn pictures_of_any_shape_are_taken() {
    let pixels: Vec<u8> = (0..70_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for width in [0, 1, 2, 3, 7, 8, 9, 16, 33, 100, 1000] {
        for height in [0, 1, 2, 3, 7, 8, 9, 16, 33, 65] {
            assert_eq!(read(&pixels, width, height), []);
        }
    }
}

#[test]
fn very_long_and_very_high_pictures_are_taken() {
    let pixels: Vec<u8> = (0..2_400_000_u32).map(|i| if i % 7 == 0 { 40 } else { 250 }).collect();
    assert_eq!(read(&pixels, 1_200_000, 2), []);
    assert_eq!(read(&pixels, 2, 1_200_000), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn noise_is_no_code(pixels in proptest::collection::vec(any::<u8>(), 200 * 150)) {
        prop_assert_eq!(read(&pixels, 200, 150), vec![]);
    }

    #[test]
    fn blocks_of_noise_are_no_code(blocks in proptest::collection::vec(any::<bool>(), 50 * 40), size in 2..6_usize) {
        let (width, height) = (50 * size, 40 * size);
        let pixels: Vec<u8> = (0..width * height)
            .map(|i| if blocks[i / width / size * 50 + i % width / size] { 20 } else { 230 })
            .collect();
        prop_assert_eq!(read(&pixels, width, height), vec![]);
    }
}
