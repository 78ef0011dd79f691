use virtual_card::personalise::portrait;
use virtual_card::profile::Profile;

use super::*;

fn drawn_jpeg() -> Vec<u8> {
    portrait::jpeg(&Profile::default().person().unwrap(), 0, 15_000).unwrap()
}

fn jpeg_of(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 90]));
    JpegEncoder::new_with_quality(&mut bytes, 20).encode_image(&picture).unwrap();
    bytes
}

fn size_of(jpeg: &[u8]) -> (u32, u32) {
    let reader = ImageReader::with_format(Cursor::new(jpeg), ImageFormat::Jpeg);
    reader.into_dimensions().unwrap()
}

#[test]
fn portraits_of_both_formats_come_out_as_small_jpegs_of_the_same_shape() {
    let (file, stream) = (portrait::jpeg2000(15_000).unwrap(), portrait::jpeg2000_codestream());
    for picture in [drawn_jpeg(), file, stream] {
        let jpeg = convert(&picture).unwrap();
        assert!(jpeg.starts_with(&[0xFF, 0xD8, 0xFF]) && jpeg.len() <= MOST_BYTES);
        assert_eq!(size_of(&jpeg), (480, 640));
    }
}

#[test]
fn a_plain_grey_picture_of_jpeg_2000_is_still_plain_and_grey() {
    let jpeg = convert(&portrait::jpeg2000_codestream()).unwrap();
    let image = ImageReader::with_format(Cursor::new(jpeg), ImageFormat::Jpeg).decode().unwrap().into_rgb8();
    assert!(image.pixels().all(|point| point.0.iter().all(|value| value.abs_diff(128) <= 2)));
}

#[test]
fn a_large_picture_is_made_smaller_and_one_that_is_too_large_refused() {
    assert_eq!(size_of(&convert(&jpeg_of(1280, 1600)).unwrap()), (480, 600));
    assert_eq!(size_of(&convert(&jpeg_of(60, 80)).unwrap()), (60, 80));
    assert!(matches!(convert(&jpeg_of(1281, 16)), Err(Undecodable::Damaged(_))));
    let mut wide = portrait::jpeg2000_codestream();
    // Width of the image and of the tile: bytes 8 to 11 and 24 to 27 of the code stream.
    for at in [8, 24] {
        wide[at..at + 4].copy_from_slice(&100_000_u32.to_be_bytes());
    }
    assert_eq!(convert(&wide), Err(Undecodable::TooLarge(100_000, 640)));
}

#[test]
fn nothing_of_the_chip_but_the_picture_is_passed_on() {
    let jpeg = drawn_jpeg();
    let comment = b"Synthetic portrait";
    let holds = |bytes: &[u8]| bytes.windows(comment.len()).any(|window| window == comment);
    assert!(holds(&jpeg) && !holds(&convert(&jpeg).unwrap()));
}

#[test]
fn what_is_no_picture_is_refused() {
    for bytes in [&b""[..], b"GIF89a", b"\xFF\xD8", b"\xFF\xD8\xFF", b"\xFF\x4F\xFF\x51", b"\0\0\0\x0CjP  \r\n\x87\n"] {
        assert!(convert(bytes).is_err(), "{bytes:?}");
    }
    assert_eq!(convert(&vec![0xFF; MOST_INPUT as usize + 1]), Err(Undecodable::TooLong));
}

#[test]
fn a_picture_full_of_detail_is_written_worse_rather_than_not() {
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        96 + (state >> 27) as u8
    };
    let picture = RgbImage::from_fn(480, 640, |_, _| image::Rgb([noise(), noise(), noise()]));
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 90).encode_image(&picture).unwrap();
    assert!(convert(&jpeg).unwrap().len() <= MOST_BYTES);
}
