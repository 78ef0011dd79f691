//! The process that decodes portraits, run as the desk runs it, with pictures that nobody should have made. Whatever it
//! makes of them, it ends, and what it answers is a small JPEG or nothing.

use std::io::Write as _;
use std::process::{Command, Stdio};

use virtual_card::personalise::portrait;
use virtual_card::profile::Profile;

/// What the process answers; nothing where it failed.
fn converted(picture: &[u8]) -> Option<Vec<u8>> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cccd-kiosk"))
        .arg("convert-portrait")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // One that gives the picture up before it has read it all is right to.
    let _ = child.stdin.take().unwrap().write_all(picture);
    let output = child.wait_with_output().unwrap();
    output.status.success().then_some(output.stdout)
}

fn pictures() -> [Vec<u8>; 3] {
    let person = Profile::default().person().unwrap();
    let jpeg = portrait::jpeg(&person, 0, 15_000).unwrap();
    [jpeg, portrait::jpeg2000(400).unwrap(), portrait::jpeg2000_codestream()]
}

#[test]
fn portraits_of_both_formats_are_converted() {
    for picture in pictures() {
        let jpeg = converted(&picture).unwrap();
        assert!(jpeg.starts_with(&[0xFF, 0xD8, 0xFF]) && jpeg.len() <= 60_000);
    }
}

#[test]
fn a_damaged_picture_gives_a_small_jpeg_or_nothing() {
    let mut state = 20_261_122_u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for picture in pictures() {
        // What a decoder goes by stands in front; behind it there is mostly entropy.
        let head = picture.len().min(700);
        let mut damaged: Vec<Vec<u8>> = (0..8).map(|_| picture[..random(picture.len())].to_vec()).collect();
        damaged.extend((0..24).map(|_| {
            let mut bytes = picture.clone();
            for _ in 0..=random(3) {
                bytes[random(head)] = [0, 1, 0x7F, 0x80, 0xFF, random(256) as u8][random(6)];
            }
            bytes
        }));
        for bytes in damaged {
            if let Some(jpeg) = converted(&bytes) {
                assert!(jpeg.starts_with(&[0xFF, 0xD8, 0xFF]) && jpeg.len() <= 60_000);
            }
        }
    }
}

/// A code stream of one tile of 1280 by 1600 points that claims all that a decoder allocates by: 255 layers of the
/// smallest code blocks in the smallest precincts.
#[test]
fn a_picture_that_asks_for_gigabytes_gets_none() {
    let mut picture = portrait::jpeg2000_codestream();
    for (at, number) in [(8, 1280_u32), (12, 1600), (24, 1280), (28, 1600)] {
        picture[at..at + 4].copy_from_slice(&number.to_be_bytes());
    }
    let style = picture.windows(2).position(|marker| marker == [0xFF, 0x52]).unwrap();
    // Length and precincts, then order, layers, transform; levels, code block exponents less two, and a precinct of 1 by 1.
    let claims = [0xFF, 0x52, 0, 13, 1, 0, 0, 255, 0, 0, 0, 0, 0, 1, 0];
    picture.splice(style..style + 14, claims);
    assert_eq!(converted(&picture), None);
}

#[test]
fn a_picture_longer_than_any_file_of_a_chip_is_not_looked_at() {
    let mut picture = pictures()[0].clone();
    picture.resize(300_000, 0);
    assert_eq!(converted(&picture), None);
}
