use alloc::{vec, vec::Vec};

use proptest::prelude::*;

use super::*;

fn kind(input: &[u8]) -> (TlvErrorKind, usize) {
    let error = parse_one(input).expect_err("malformed");
    (error.kind, error.position)
}

#[test]
fn multi_byte_tags_keep_their_encoding() {
    for (bytes, tag) in [
        (&[0x60, 0][..], 0x60),
        (&[0x7F, 0x61, 0], 0x7F61),
        (&[0x5F, 0x2E, 0], 0x5F2E),
        (&[0x5F, 0x0E, 0], 0x5F0E),
        (&[0x7F, 0x81, 0x01, 0], 0x7F_8101),
    ] {
        assert_eq!(parse_exact(bytes).unwrap().tag, tag);
        assert_eq!(encode(tag, &[]), bytes);
    }
}

#[test]
fn every_length_form_is_read_and_the_shortest_is_written() {
    let value = vec![7; 200];
    for header in [&[4, 0x81, 200][..], &[4, 0x82, 0, 200], &[4, 0x83, 0, 0, 200], &[4, 0x84, 0, 0, 0, 200]] {
        let bytes = [header, &value].concat();
        let tlv = parse_exact(&bytes).unwrap();
        assert_eq!(tlv.value, value);
        assert_eq!(tlv.value_position(), header.len());
        assert_eq!(length_of_file(header).unwrap(), bytes.len());
    }
    assert_eq!(encode(4, &value)[..3], [4, 0x81, 200]);
    assert_eq!(encode(4, &[0; 127])[..2], [4, 127]);
    assert_eq!(encode(4, &[0; 128])[..3], [4, 0x81, 128]);
    assert_eq!(encode(4, &[0; 256])[..4], [4, 0x82, 1, 0]);
}

#[test]
fn errors_say_what_and_where() {
    assert_eq!(kind(&[]), (TlvErrorKind::Truncated, 0));
    assert_eq!(kind(&[0x5F]), (TlvErrorKind::Truncated, 1));
    assert_eq!(kind(&[0x04]), (TlvErrorKind::Truncated, 1));
    assert_eq!(kind(&[0x04, 0x82, 1]), (TlvErrorKind::Truncated, 2));
    assert_eq!(kind(&[0x04, 2, 1]), (TlvErrorKind::Truncated, 2));
    assert_eq!(kind(&[0x30, 0x80, 0, 0]), (TlvErrorKind::IndefiniteLength, 1));
    assert_eq!(kind(&[0x04, 0x85, 0, 0, 0, 0, 0]), (TlvErrorKind::LengthTooLong, 1));
    assert_eq!(kind(&[0x04, 0xFF]), (TlvErrorKind::LengthTooLong, 1));
    assert_eq!(kind(&[0x00, 0x00]), (TlvErrorKind::InvalidTag, 0));
    assert_eq!(kind(&[0x7F, 0x81, 0x81, 0x01, 0]), (TlvErrorKind::InvalidTag, 0));
    assert_eq!(kind(&[0x04, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]), (TlvErrorKind::Truncated, 6));
    assert_eq!(parse_exact(&[4, 0, 9]), Err(TlvError::new(TlvErrorKind::TrailingData, 2)));
}

#[test]
fn positions_of_nested_objects_count_from_the_start_of_the_file() {
    let file = encode(0x7F60, &[encode(0xA1, &encode(0x87, &[1, 2])), vec![0x5F, 0x2E, 5, 0]].concat());
    let outer = parse_exact(&file).unwrap();
    let inner = outer.require(0xA1).unwrap();
    assert_eq!(inner.position, 3);
    assert_eq!(inner.require(0x87).unwrap().position, 5);
    assert!(inner.is_constructed());
    let error = outer.find(0x5F2E).unwrap_err();
    assert_eq!(error, TlvError::new(TlvErrorKind::Truncated, 12));
    assert_eq!(outer.require(0xA1).unwrap().require(0x88).unwrap_err().kind, TlvErrorKind::Missing { tag: 0x88 });
}

#[test]
fn zero_bytes_between_objects_are_passed_over() {
    let all: Vec<_> = Reader::new(&[0, 0, 4, 1, 9, 0, 2, 1, 7, 0]).collect::<Result<_, _>>().unwrap();
    assert_eq!(all.iter().map(|tlv| (tlv.tag, tlv.position)).collect::<Vec<_>>(), [(4, 2), (2, 6)]);
}

#[test]
fn a_reader_ends_after_its_first_error() {
    let mut reader = Reader::new(&[4, 0, 4, 9, 9]);
    assert!(reader.next().unwrap().is_ok());
    assert!(reader.next().unwrap().is_err());
    assert!(reader.next().is_none());
}

#[test]
fn nesting_is_bounded() {
    let mut file = vec![];
    for _ in 0..40 {
        file = encode(0x30, &file);
    }
    let mut tlv = parse_exact(&file).unwrap();
    let error = loop {
        match tlv.children().next() {
            Some(Ok(inner)) => tlv = inner,
            Some(Err(error)) => break error,
            None => unreachable!("40 levels"),
        }
    };
    assert_eq!(error.kind, TlvErrorKind::TooDeep);
}

#[test]
fn debug_does_not_show_values() {
    let file = encode(0x5F1F, b"SECRET");
    let shown = alloc::format!("{:?}", parse_exact(&file).unwrap());
    assert_eq!(shown, "Tlv(5F1F at 0, 6 bytes)");
}

fn any_tag() -> impl Strategy<Value = u32> {
    prop_oneof![
        (1_u32..=0xFF).prop_filter("one byte", |tag| tag & 0x1F != 0x1F),
        (0_u32..8, 0_u32..0x80).prop_map(|(class, low)| (class << 5 | 0x1F) << 8 | low),
        (0_u32..8, 0x80_u32..=0xFF, 0_u32..0x80)
            .prop_map(|(class, mid, low)| (class << 5 | 0x1F) << 16 | mid << 8 | low),
    ]
}

proptest! {
    #[test]
    fn what_is_encoded_is_read_back(tag in any_tag(), value in proptest::collection::vec(any::<u8>(), 0..70_000), tail in any::<[u8; 3]>()) {
        let encoded = encode(tag, &value);
        let input = [&encoded[..], &tail].concat();
        let (tlv, rest) = parse_one(&input).unwrap();
        prop_assert_eq!((tlv.tag, tlv.value, tlv.raw, rest), (tag, &value[..], &encoded[..], &tail[..]));
        prop_assert_eq!(length_of_file(&input[..input.len().min(MAX_HEADER)]).unwrap(), encoded.len());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut covered = 0;
        for tlv in Reader::new(&bytes).flatten() {
            prop_assert!(tlv.position >= covered);
            covered = tlv.position + tlv.raw.len();
        }
        prop_assert!(covered <= bytes.len());
        let _ = length_of_file(&bytes);
    }
}
