use alloc::vec;

use proptest::prelude::*;

use super::*;
use crate::{
    lds::picture::tests::{codestream, jp2, jpeg},
    tlv::{self, encode},
};

/// One face of ISO/IEC 19794-5, its lengths right.
fn face_block(picture: &[u8], data_type: u8, feature_points: u16, size: (u16, u16)) -> Vec<u8> {
    let mut rest = feature_points.to_be_bytes().to_vec();
    rest.extend([0; 14]);
    rest.extend(vec![9; 8 * usize::from(feature_points)]);
    rest.extend([1, data_type]);
    rest.extend([size.0.to_be_bytes(), size.1.to_be_bytes()].concat());
    rest.extend([0; 6]);
    rest.extend(picture);
    [&(rest.len() as u32 + 4).to_be_bytes()[..], &rest].concat()
}

fn facial_record(blocks: &[Vec<u8>]) -> Vec<u8> {
    let body = blocks.concat();
    let length = (body.len() as u32 + 14).to_be_bytes();
    [b"FAC\x00010\0", &length[..], &(blocks.len() as u16).to_be_bytes(), &body].concat()
}

fn template(record: &[u8]) -> Vec<u8> {
    let header = [encode(0x87, &[1, 1]), encode(0x88, &[0, 8])].concat();
    let tag = if record.starts_with(b"FAC") { 0x5F2E } else { 0x7F2E };
    encode(0x7F60, &[encode(0xA1, &header), encode(tag, record)].concat())
}

fn dg2(records: &[Vec<u8>]) -> Vec<u8> {
    let templates: Vec<_> = records.iter().flat_map(|record| template(record)).collect();
    encode(0x75, &encode(0x7F61, &[encode(2, &[records.len() as u8]), templates].concat()))
}

fn one_face(picture: &[u8]) -> Vec<u8> {
    dg2(&[facial_record(&[face_block(picture, 0, 0, (413, 531))])])
}

/// FaceImageDataBlock of ISO/IEC 39794-5, with what the profile makes mandatory.
fn record_39794(picture: &[u8]) -> Vec<u8> {
    let size = encode(0xA7, &[encode(0x80, &[0x01, 0x9D]), encode(0x81, &[0x02, 0x13])].concat());
    let information = encode(0xA1, &[encode(0xA0, &encode(0x80, &[2])), size].concat());
    let image = encode(0xA0, &[encode(0x80, picture), information].concat());
    let representation = [encode(0x80, &[0]), encode(0xA1, &encode(0xA0, &image))].concat();
    let version = encode(0xA0, &[encode(0x80, &[3]), encode(0x81, &[0x07, 0xE3])].concat());
    let blocks = encode(0xA1, &encode(0x30, &representation));
    encode(0xA1, &encode(0x65, &[version, blocks].concat()))
}

fn codes(dg2: &Dg2<'_>) -> Vec<&'static str> {
    dg2.remarks.iter().map(|remark| remark.code).collect()
}

#[test]
fn a_face_of_either_picture_format_is_read() {
    for (picture, data_type) in [(jpeg(413, 531), 0), (jp2(413, 531, true), 1), (codestream(413, 531), 1)] {
        let file = dg2(&[facial_record(&[face_block(&picture, data_type, 0, (413, 531))])]);
        let read = Dg2::parse(&file).unwrap();
        assert_eq!(codes(&read), [] as [&str; 0]);
        let face = read.faces[0];
        assert_eq!((face.picture.bytes, face.picture.size), (&picture[..], Some((413, 531))));
        assert_eq!(face.encoding, FaceEncoding::Iso19794);
        assert_eq!(read.templates[0].header.format_type, Some(8));
    }
}

#[test]
fn several_faces_in_one_record_and_several_records_are_read() {
    let record =
        |width| facial_record(&[face_block(&jpeg(width, 9), 0, 3, (0, 0)), face_block(&jpeg(width, 8), 0, 0, (0, 0))]);
    let file = dg2(&[record(1), record(2)]);
    let read = Dg2::parse(&file).unwrap();
    let sizes: Vec<_> = read.faces.iter().filter_map(|face| face.picture.size).collect();
    assert_eq!(sizes, [(1, 9), (1, 8), (2, 9), (2, 8)]);
    assert_eq!(read.faces[0].feature_points, 3);
    assert_eq!(codes(&read), [] as [&str; 0]);
}

#[test]
fn a_face_of_iso_39794_is_read() {
    let picture = jp2(413, 531, true);
    let wrapped = record_39794(&picture);
    let alone = tlv::parse_exact(&wrapped).unwrap().value.to_vec();
    for record in [wrapped, alone] {
        let file = dg2(&[record]);
        let read = Dg2::parse(&file).unwrap();
        assert_eq!(codes(&read), [] as [&str; 0]);
        let face = read.faces[0];
        assert_eq!((face.encoding, face.picture.bytes), (FaceEncoding::Iso39794, &picture[..]));
        assert_eq!(face.stated_size, Some((413, 531)));
    }
}

#[test]
fn a_record_at_odds_with_its_picture_is_remarked() {
    let file = dg2(&[facial_record(&[face_block(&jp2(413, 531, true), 0, 0, (400, 500))])]);
    assert_eq!(codes(&Dg2::parse(&file).unwrap()), ["picture_format_differs", "picture_size_differs"]);
}

/// Every length field of a file in turn is made too long, too short and absurd.
#[test]
fn no_wrong_inner_length_loses_the_picture() {
    let mut picture = jpeg(413, 531);
    // So long that every length around it takes two bytes.
    picture.splice(20..20, vec![0x55; 1000]);
    let good = one_face(&picture);
    let lengths: Vec<usize> = good.windows(2).enumerate().filter(|(_, w)| w[0] == 0x82).map(|(at, _)| at + 1).collect();
    assert_eq!(lengths.len(), 4, "75, 7F61, 7F60, 5F2E");
    let fac = good.windows(4).position(|window| window == b"FAC\0").unwrap();
    // The two high bytes of lengths are zero in the facial record; its low ones are as good as those of objects.
    let lengths = lengths.into_iter().skip(1).chain([fac + 10, fac + 16]);
    for at in lengths {
        for wrong in [[0xFF, 0xFF], [0x00, 0x00], [0x00, 0x30], [0x03, 0x00], [good[at], good[at + 1].wrapping_add(1)]]
        {
            let mut file = good.clone();
            file[at..at + 2].copy_from_slice(&wrong);
            let read = Dg2::parse(&file).unwrap_or_else(|error| panic!("byte {at} as {wrong:02X?}: {error}"));
            let face = read.faces[0];
            assert!(face.picture.bytes.starts_with(&picture), "byte {at} as {wrong:02X?}");
            assert_eq!(face.picture.size, Some((413, 531)));
            assert!(!read.remarks.is_empty());
        }
    }
}

#[test]
fn a_file_cut_short_or_with_another_record_still_gives_its_picture() {
    let picture = jpeg(413, 531);
    let good = one_face(&picture);
    let read = Dg2::parse(&good[..good.len() - 3]).unwrap();
    assert_eq!(read.faces[0].encoding, FaceEncoding::Salvaged);
    let other = dg2(&[[&b"\x30\x05FACE?"[..], &picture].concat()]);
    assert_eq!(Dg2::parse(&other).unwrap().faces[0].picture.bytes, picture);
}

#[test]
fn a_file_without_picture_says_so() {
    assert_eq!(Dg2::parse(&dg2(&[facial_record(&[])])).unwrap_err().kind, LdsErrorKind::NoPicture);
    assert_eq!(Dg2::parse(&dg2(&[])).unwrap().faces, []);
    assert!(Dg2::parse(&encode(0x61, &jpeg(1, 1))).is_err());
    assert!(Dg2::parse(&[]).is_err());
}

#[test]
fn debug_does_not_show_the_picture() {
    let file = one_face(&jpeg(413, 531));
    let shown = format!("{:?}", Dg2::parse(&file).unwrap());
    assert!(shown.contains("Picture(jpeg, Some((413, 531)), 27 bytes)"), "{shown}");
    assert!(shown.contains("constructed false, 73 bytes"), "{shown}");
}

proptest! {
    #[test]
    fn any_bytes_in_a_record_are_read_or_refused(start in 0_usize..4, bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let start = [&b""[..], b"FAC\x00010\0", b"\xA1\x40\x65\x30\xA1\x20", b"FAC\x00010\0\0\0\0\xFF\0\x03\0\0\0\x60"][start];
        let _ = Dg2::parse(&dg2(&[[start, &bytes].concat()]));
        let _ = Dg2::parse(&[&[0x75, 0x81, 0x80], start, &bytes].concat());
    }

    #[test]
    fn a_changed_byte_of_the_structure_panics_nothing(at in 0_usize..90, by in 1_u8..) {
        let mut file = one_face(&jpeg(413, 531));
        let at = at % file.len();
        file[at] = file[at].wrapping_add(by);
        let _ = Dg2::parse(&file);
    }
}
