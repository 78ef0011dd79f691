//! A portrait drawn for a fictitious person: head and shoulders before a plain background, the same for the same
//! person every time.

use std::collections::BTreeMap;
use std::sync::Mutex;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};
use sha2::{Digest as _, Sha256};

use crate::person::{Person, Sex};

/// Width of a drawn portrait.
pub const WIDTH: u16 = 480;
/// Height of a drawn portrait.
pub const HEIGHT: u16 = 640;

/// A JPEG of exactly so many bytes, or as short as it comes with good quality where `size` is 0. None where the room is
/// too small for any portrait.
#[must_use]
pub fn jpeg(person: &Person, face: u8, size: usize) -> Option<Vec<u8>> {
    // Drawn once in a process: tests make hundreds of cards for the same few persons.
    static DRAWN: Mutex<BTreeMap<(String, u8, usize), Vec<u8>>> = Mutex::new(BTreeMap::new());
    let key = (person.id_number.clone() + person.sex.vietnamese() + &person.date_of_birth.compact(), face, size);
    if let Some(jpeg) = DRAWN.lock().ok()?.get(&key) {
        return Some(jpeg.clone());
    }
    let jpeg = draw_jpeg(person, face, size)?;
    DRAWN.lock().ok()?.insert(key, jpeg.clone());
    Some(jpeg)
}

fn draw_jpeg(person: &Person, face: u8, size: usize) -> Option<Vec<u8>> {
    let picture = draw(person, face);
    if size == 0 {
        return encode(&picture, 80);
    }
    // The best quality that leaves room for a comment segment of at least its marker and length.
    let qualities = [1, 5, 15, 30, 45, 60, 75, 85, 92];
    let fits = |jpeg: &Vec<u8>| jpeg.len() == size || jpeg.len() + 4 <= size;
    let (mut best, mut low, mut high) = (None, 0, qualities.len());
    while low < high {
        let middle = (low + high) / 2;
        match encode(&picture, qualities[middle]).filter(fits) {
            Some(jpeg) => (best, low) = (Some(jpeg), middle + 1),
            None => high = middle,
        }
    }
    best.map(|jpeg| padded(&jpeg, size))
}

/// JPEG padded to a length by comment segments behind the start mark.
fn padded(jpeg: &[u8], size: usize) -> Vec<u8> {
    let (start, rest) = jpeg.split_at(2);
    let mut out = start.to_vec();
    let mut room = size.saturating_sub(jpeg.len());
    while room >= 4 {
        // A segment holds up to 65,533 bytes; what is left after it must be nothing, or room for another one.
        let segment = if room <= 65_537 { room } else { room.min(65_537).min(room - 4) };
        let text = segment - 4;
        out.extend_from_slice(&[0xFF, 0xFE]);
        out.extend_from_slice(&(text as u16 + 2).to_be_bytes());
        out.extend(b"Synthetic portrait of a fictitious person. ".iter().cycle().take(text));
        room -= segment;
    }
    out.extend_from_slice(rest);
    out
}

fn encode(picture: &[[u8; 3]], quality: u8) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (width, height) = (WIDTH.into(), HEIGHT.into());
    JpegEncoder::new_with_quality(&mut out, quality)
        .write_image(picture.as_flattened(), width, height, ExtendedColorType::Rgb8)
        .ok()?;
    Some(out)
}

/// What differs from person to person.
struct Look {
    background: [f32; 3],
    skin: [f32; 3],
    hair: [f32; 3],
    clothes: [f32; 3],
    long_hair: bool,
    face_width: f32,
    smile: f32,
}

impl Look {
    fn of(person: &Person, face: u8) -> Self {
        let digest = Sha256::digest([person.id_number.as_bytes(), &[face]].concat());
        // 0 to 1, one for each trait.
        let choice = |index: usize| f32::from(digest[index]) / 255.0;
        let old = person.date_of_birth.year < 1962;
        let shade = choice(0) * 0.12;
        let grey = if old { 0.55 + choice(1) * 0.15 } else { 0.07 + choice(1) * 0.07 };
        let clothes = [[0.16, 0.24, 0.42], [0.93, 0.93, 0.95], [0.45, 0.16, 0.20], [0.20, 0.36, 0.30]];
        Self {
            background: [0.80, 0.87, 0.94],
            skin: [0.93 - shade, 0.76 - shade, 0.64 - shade],
            hair: [grey, grey * 0.95, grey * 0.92],
            clothes: clothes[usize::from(digest[2]) % clothes.len()],
            long_hair: person.sex == Sex::Female,
            face_width: 0.92 + choice(3) * 0.14,
            smile: 6.0 + choice(4) * 10.0,
        }
    }
}

fn draw(person: &Person, face: u8) -> Vec<[u8; 3]> {
    let look = Look::of(person, face);
    let mut canvas = Canvas::new(look.background);
    let darker = |color: [f32; 3], by: f32| color.map(|value| value * by);
    let middle = f32::from(WIDTH) / 2.0;
    let width = look.face_width;
    if look.long_hair {
        canvas.lay(Ellipse::new(middle, 320.0, 142.0 * width, 205.0), look.hair, 1.0);
    }
    canvas.lay(Ellipse::new(middle, 690.0, 225.0, 190.0), look.clothes, 1.0);
    // Neck, in the shadow of the chin; ears; hair over the crown, the face in front of it, and hair over the forehead.
    canvas.lay(Ellipse::new(middle, 470.0, 58.0, 95.0), darker(look.skin, 0.86), 1.0);
    for side in [-1.0, 1.0] {
        canvas.lay(Ellipse::new(middle + side * 112.0 * width, 300.0, 18.0, 32.0), darker(look.skin, 0.9), 1.0);
    }
    canvas.lay(Ellipse::new(middle, 235.0, 126.0 * width, 142.0), look.hair, 1.0);
    canvas.lay(Ellipse::new(middle, 300.0, 110.0 * width, 148.0), look.skin, 1.0);
    canvas.lay(Ellipse::new(middle, 160.0, 104.0 * width, 62.0), look.hair, 1.0);
    for side in [-1.0, 1.0] {
        let eye = middle + side * 45.0 * width;
        canvas.lay(Ellipse::new(eye, 252.0, 25.0, 5.0), darker(look.hair, 0.8), 1.0);
        canvas.lay(Ellipse::new(eye, 285.0, 20.0, 10.5), [0.97, 0.97, 0.97], 1.0);
        canvas.lay(Ellipse::new(eye, 285.0, 9.0, 9.5), [0.16, 0.10, 0.07], 1.0);
        canvas.lay(Ellipse::new(eye + 3.0, 282.0, 2.5, 2.5), [1.0, 1.0, 1.0], 1.0);
        canvas.lay(Ellipse::new(eye + side * 18.0, 345.0, 22.0, 16.0), [0.95, 0.45, 0.42], 0.22);
    }
    canvas.lay(Ellipse::new(middle, 335.0, 11.0, 26.0), darker(look.skin, 0.78), 0.35);
    // The mouth: an ellipse whose upper part is skin again.
    canvas.lay(Ellipse::new(middle, 384.0, 38.0, look.smile), [0.74, 0.36, 0.36], 1.0);
    canvas.lay(Ellipse::new(middle, 384.0 - look.smile, 46.0, look.smile + 1.0), look.skin, 1.0);
    canvas.points
}

/// A picture in the making: shapes are laid over each other from back to front.
struct Canvas {
    points: Vec<[u8; 3]>,
}

impl Canvas {
    fn new(background: [f32; 3]) -> Self {
        let row = |y: u16| {
            let light = 1.0 - f32::from(y) / f32::from(HEIGHT) * 0.08;
            [bytes(background.map(|value| value * light)); WIDTH as usize]
        };
        Self { points: (0..HEIGHT).map(row).collect::<Vec<_>>().concat() }
    }

    /// Each row is filled at once but for its ends, where points are blended one by one: a debug build draws too.
    fn lay(&mut self, shape: Ellipse, paint: [f32; 3], opacity: f32) {
        let first = (shape.y - shape.radius_y - 2.0).max(0.0) as usize;
        let last = ((shape.y + shape.radius_y + 2.0) as usize).min(HEIGHT.into());
        for (y, row) in self.points.chunks_exact_mut(WIDTH.into()).enumerate().take(last).skip(first) {
            let middle = y as f32 + 0.5;
            let (left, right) = shape.span(middle, 2.0);
            let inside = shape.span(middle, -2.0);
            let inside = if opacity < 1.0 { (right, right) } else { (inside.0.max(left), inside.1.min(right)) };
            let mut blend = |x: usize| {
                let coverage = shape.covers(x as f32 + 0.5, middle) * opacity;
                let mixed = |under: u8, over: f32| f32::from(under) / 255.0 * (1.0 - coverage) + over * coverage;
                let [r, g, b] = row[x];
                row[x] = bytes([mixed(r, paint[0]), mixed(g, paint[1]), mixed(b, paint[2])]);
            };
            if inside.0 < inside.1 {
                (left..inside.0).chain(inside.1..right).for_each(&mut blend);
                row[inside.0..inside.1].fill(bytes(paint));
            } else {
                (left..right).for_each(&mut blend);
            }
        }
    }
}

fn bytes(color: [f32; 3]) -> [u8; 3] {
    color.map(|value| (value.clamp(0.0, 1.0) * 255.0) as u8)
}

struct Ellipse {
    x: f32,
    y: f32,
    radius_x: f32,
    radius_y: f32,
}

impl Ellipse {
    const fn new(x: f32, y: f32, radius_x: f32, radius_y: f32) -> Self {
        Self { x, y, radius_x, radius_y }
    }

    /// How much of a point lies inside, blended over about a pixel at the edge.
    fn covers(&self, x: f32, y: f32) -> f32 {
        let (across, down) = ((x - self.x) / self.radius_x, (y - self.y) / self.radius_y);
        let distance = (across * across + down * down).sqrt();
        ((1.0 - distance) * self.radius_x.min(self.radius_y) / 1.5 + 0.5).clamp(0.0, 1.0)
    }

    /// From where to where a row runs through this ellipse, made so much larger, within the picture.
    fn span(&self, y: f32, larger: f32) -> (usize, usize) {
        let (radius_x, radius_y) = ((self.radius_x + larger).max(0.0), (self.radius_y + larger).max(0.1));
        let down = (y - self.y) / radius_y;
        let half = radius_x * (1.0 - down * down).max(0.0).sqrt();
        let at = |x: f32| (x.max(0.0) as usize).min(WIDTH.into());
        (at(self.x - half), at(self.x + half))
    }
}

/// The shortest valid JPEG 2000 code stream of this size: one tile, three components, no decomposition, and packets
/// that hold nothing, which is a plain grey picture (ISO/IEC 15444-1, annexes A and B).
#[must_use]
pub fn jpeg2000_codestream() -> Vec<u8> {
    let (width, height) = (u32::from(WIDTH), u32::from(HEIGHT));
    let mut size = vec![0xFF, 0x51, 0, 47, 0, 0];
    for number in [width, height, 0, 0, width, height, 0, 0] {
        size.extend_from_slice(&number.to_be_bytes());
    }
    // Three components of eight bits, each sampled at every point.
    size.extend_from_slice(&[0, 3, 7, 1, 1, 7, 1, 1, 7, 1, 1]);
    // Style: no precincts; layer progression, one layer, no component transform; no decomposition level, code blocks of
    // 64 by 64, the reversible 5-3 filter.
    let coding = [0xFF, 0x52, 0, 12, 0, 0, 0, 1, 0, 0, 4, 4, 0, 1];
    // No quantisation, two guard bits, one exponent for the only subband.
    let quantization = [0xFF, 0x5C, 0, 4, 0x40, 8 << 3];
    // Each packet is one byte whose first bit says that it is empty.
    let packets = [0, 0, 0];
    let tile_length = 12 + 2 + packets.len() as u32;
    let mut tile = vec![0xFF, 0x90, 0, 10, 0, 0];
    tile.extend_from_slice(&tile_length.to_be_bytes());
    tile.extend_from_slice(&[0, 1, 0xFF, 0x93]);
    [&[0xFF, 0x4F][..], &size, &coding, &quantization, &tile, &packets, &[0xFF, 0xD9]].concat()
}

/// The same in the JP2 file format (ISO/IEC 15444-1, annex I), of exactly so many bytes where `size` is not 0. None
/// where the room is too small.
#[must_use]
pub fn jpeg2000(size: usize) -> Option<Vec<u8>> {
    let mut header = u32::from(HEIGHT).to_be_bytes().to_vec();
    header.extend_from_slice(&u32::from(WIDTH).to_be_bytes());
    // Three components, eight bits, wavelet compression, colour space known, no rights.
    header.extend_from_slice(&[0, 3, 7, 7, 0, 0]);
    // Enumerated colour space: sRGB.
    let colour = [1, 0, 0, 0, 0, 0, 16];
    let mut picture = [
        boxed(b"jP  ", &[0x0D, 0x0A, 0x87, 0x0A]),
        boxed(b"ftyp", b"jp2 \0\0\0\0jp2 "),
        boxed(b"jp2h", &[boxed(b"ihdr", &header), boxed(b"colr", &colour)].concat()),
        boxed(b"jp2c", &jpeg2000_codestream()),
    ]
    .concat();
    match size.checked_sub(picture.len()) {
        _ if size == 0 => {}
        Some(0) => {}
        // A box that readers skip fills what is left.
        Some(room) if room >= 8 => picture.extend(boxed(b"free", &vec![0; room - 8])),
        _ => return None,
    }
    Some(picture)
}

fn boxed(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut out = (content.len() as u32 + 8).to_be_bytes().to_vec();
    out.extend_from_slice(name);
    out.extend_from_slice(content);
    out
}
