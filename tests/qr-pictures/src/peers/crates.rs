//! Decoders that are crates.

use std::panic::{self, AssertUnwindSafe};
use std::time::Instant;

use qr_pictures::score::{Answer, Reader};
use qr_pictures::sensor::Grey;
use rxing::helpers::detect_in_luma_slice_with_hints;
use rxing::{BarcodeFormat, DecodeHints};

/// All of them.
pub(super) fn readers() -> Vec<Box<dyn Reader>> {
    vec![Box::new(Rxing), Box::new(Rqrr)]
}

struct Rxing;

impl Reader for Rxing {
    fn name(&self) -> &str {
        "rxing"
    }

    fn read(&mut self, picture: &Grey) -> Answer {
        let (width, height) = (picture.width as u32, picture.height as u32);
        let mut hints = DecodeHints { TryHarder: Some(true), AlsoInverted: Some(true), ..DecodeHints::default() };
        let start = Instant::now();
        let format = Some(BarcodeFormat::QR_CODE);
        let read = detect_in_luma_slice_with_hints(&picture.pixels, width, height, format, &mut hints);
        let payloads = read.into_iter().map(|code| code.getText().as_bytes().to_vec()).collect();
        Answer { time: start.elapsed(), payloads }
    }
}

struct Rqrr;

impl Reader for Rqrr {
    fn name(&self) -> &str {
        "rqrr"
    }

    fn read(&mut self, picture: &Grey) -> Answer {
        let start = Instant::now();
        let (width, pixels) = (picture.width, &picture.pixels);
        // It panics on some pictures: that counts as not read.
        let payloads = panic::catch_unwind(AssertUnwindSafe(|| {
            let mut image =
                rqrr::PreparedImage::prepare_from_greyscale(width, picture.height, |x, y| pixels[y * width + x]);
            let mut payloads = Vec::new();
            for grid in image.detect_grids() {
                let mut payload = Vec::new();
                if grid.decode_to(&mut payload).is_ok() {
                    payloads.push(payload);
                }
            }
            payloads
        }));
        Answer { time: start.elapsed(), payloads: payloads.unwrap_or_default() }
    }
}
