#![allow(clippy::cloned_ref_to_slice_refs, reason = "rows of a table read better alike")]

use icao9303::tlv::encode;
use proptest::prelude::*;

use super::*;

const UTF8: u32 = 0x0C;
const PRINTABLE: u32 = 0x13;

fn string(tag: u32, text: &str) -> Vec<u8> {
    encode(tag, text.as_bytes())
}

fn item(number: u8, values: &[Vec<u8>]) -> Vec<u8> {
    encode(0x30, &[encode(2, &[number]), values.concat()].concat())
}

fn file(items: &[Vec<u8>]) -> Vec<u8> {
    let head = [encode(2, &[1]), encode(6, &OID_UTF8)].concat();
    encode(0x6D, &encode(0x30, &[head, encode(0x31, &items.concat())].concat()))
}

fn parse(items: &[Vec<u8>]) -> Dg13 {
    Dg13::parse(&file(items)).expect("a DG13")
}

/// A full card in the types seen, fictitious.
fn full() -> Vec<Vec<u8>> {
    vec![
        item(1, &[string(PRINTABLE, "001190123456")]),
        item(2, &[string(UTF8, "Nguyễn Thị An")]),
        item(3, &[string(PRINTABLE, "15/03/1990")]),
        item(4, &[string(UTF8, "Nữ")]),
        item(5, &[string(UTF8, "Việt Nam")]),
        item(6, &[string(UTF8, "Kinh")]),
        item(7, &[string(UTF8, "Không")]),
        item(8, &[string(UTF8, "Xã Mẫu, Huyện Thử, Hà Nội")]),
        item(9, &[string(UTF8, "Số 1, Phố Mẫu, Phường Thử, Hà Nội")]),
        item(10, &[string(UTF8, "Nốt ruồi C 1cm dưới mắt trái")]),
        item(11, &[string(PRINTABLE, "10/05/2021")]),
        item(12, &[string(UTF8, "15/03/2030")]),
        item(13, &[encode(0x30, &string(UTF8, "Nguyễn Văn Mẫu")), encode(0x30, &string(UTF8, "Trần Thị Thử"))]),
        item(14, &[encode(0x30, &string(UTF8, "Lê Văn Thử"))]),
        item(15, &[string(PRINTABLE, "012345678")]),
        item(16, &[string(PRINTABLE, "0123456789ABCDEF")]),
    ]
}

#[test]
fn every_known_item_is_read() {
    let dg13 = parse(&full());
    assert_eq!(dg13.text(ItemNumber::IdNumber), Some("001190123456"));
    assert_eq!(dg13.text(ItemNumber::FullName), Some("Nguyễn Thị An"));
    assert_eq!(dg13.text(ItemNumber::PlaceOfResidence), Some("Số 1, Phố Mẫu, Phường Thử, Hà Nội"));
    assert_eq!(dg13.text(ItemNumber::DateOfExpiry), Some("15/03/2030"));
    assert_eq!((dg13.father(), dg13.mother()), (Some("Nguyễn Văn Mẫu"), Some("Trần Thị Thử")));
    assert_eq!(dg13.spouse(), Some("Lê Văn Thử"));
    assert_eq!(dg13.text(ItemNumber::OldIdNumber), Some("012345678"));
    assert_eq!(dg13.items().len(), 16);
    assert_eq!(dg13.remarks(), []);
}

#[test]
fn items_are_told_apart_by_number_not_by_place() {
    let mut items = full();
    items.reverse();
    let dg13 = parse(&items);
    assert_eq!(dg13.text(ItemNumber::FullName), Some("Nguyễn Thị An"));
    assert_eq!(dg13.text(ItemNumber::DateOfBirth), Some("15/03/1990"));
    assert_eq!((dg13.father(), dg13.mother()), (Some("Nguyễn Văn Mẫu"), Some("Trần Thị Thử")));
}

#[test]
fn a_gap_in_the_numbers_does_not_end_the_reading() {
    let items: Vec<_> =
        full().into_iter().enumerate().filter(|(i, _)| ![2, 9, 13].contains(i)).map(|(_, x)| x).collect();
    let dg13 = parse(&items);
    assert_eq!(dg13.text(ItemNumber::DateOfBirth), None);
    assert_eq!(dg13.spouse(), None);
    assert_eq!(dg13.text(ItemNumber::OldIdNumber), Some("012345678"));
}

#[test]
fn values_over_127_and_over_255_bytes_are_read_whole() {
    for letters in [60, 128, 300] {
        let long = "ế".repeat(letters);
        let dg13 = parse(&[item(9, &[string(UTF8, &long)]), item(15, &[string(PRINTABLE, "012345678")])]);
        assert_eq!(dg13.text(ItemNumber::PlaceOfResidence), Some(long.as_str()));
        assert_eq!(dg13.text(ItemNumber::OldIdNumber), Some("012345678"));
    }
}

#[test]
fn bytes_that_look_like_an_item_inside_a_value_are_not_one() {
    let trap = String::from_utf8(item(1, &[string(PRINTABLE, "079058123456")])).expect("ASCII bytes");
    let dg13 = parse(&[item(10, &[string(UTF8, &trap)]), item(1, &[string(PRINTABLE, "001190123456")])]);
    assert_eq!(dg13.text(ItemNumber::IdNumber), Some("001190123456"));
    assert_eq!(dg13.text(ItemNumber::IdentifyingFeatures), Some(trap.as_str()));
}

#[test]
fn parents_in_two_sequences_in_one_or_in_none_are_father_and_mother() {
    let (father, mother) = (string(UTF8, "Nguyễn Văn Mẫu"), string(UTF8, "Trần Thị Thử"));
    let seq = |parts: &[Vec<u8>]| encode(0x30, &parts.concat());
    for values in [
        vec![seq(&[father.clone()]), seq(&[mother.clone()])],
        vec![seq(&[father.clone(), mother.clone()])],
        vec![father.clone(), mother.clone()],
        vec![seq(&[seq(&[father.clone()]), seq(&[mother.clone()])])],
        vec![encode(0x31, &[father.clone(), mother.clone()].concat())],
        vec![father.clone(), seq(&[mother.clone()])],
    ] {
        let dg13 = parse(&[item(13, &values)]);
        assert_eq!((dg13.father(), dg13.mother()), (Some("Nguyễn Văn Mẫu"), Some("Trần Thị Thử")));
    }
    let split = parse(&[item(13, &[seq(&[father])]), item(13, &[seq(&[mother])])]);
    assert_eq!((split.father(), split.mother()), (Some("Nguyễn Văn Mẫu"), Some("Trần Thị Thử")));
    assert_eq!(split.remarks(), []);
}

#[test]
fn parents_of_the_same_name_are_both_read() {
    // A parser that looks for the mother behind the father's bytes finds the wrong place.
    let same = string(UTF8, "Lê An");
    let dg13 = parse(&[item(2, std::slice::from_ref(&same)), item(13, &[encode(0x30, &same), encode(0x30, &same)])]);
    assert_eq!((dg13.father(), dg13.mother()), (Some("Lê An"), Some("Lê An")));
}

#[test]
fn a_mother_without_a_father_stays_the_mother() {
    let mother = string(UTF8, "Trần Thị Thử");
    let seq = |parts: &[u8]| encode(0x30, parts);
    for values in [
        vec![seq(&string(UTF8, "")), seq(&mother)],
        vec![seq(&[]), seq(&mother)],
        vec![seq(&[string(UTF8, ""), mother.clone()].concat())],
        vec![seq(&[encode(5, &[]), mother.clone()].concat())],
    ] {
        let dg13 = parse(&[item(13, &values)]);
        assert_eq!((dg13.father(), dg13.mother()), (None, Some("Trần Thị Thử")));
    }
}

#[test]
fn each_string_type_seen_is_read() {
    let name = "Nguyễn Thị An";
    let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for value in [string(0x0C, name), string(0x13, name), string(0x14, name), string(0x16, name), encode(0x1E, &wide)] {
        assert_eq!(parse(&[item(2, &[value])]).text(ItemNumber::FullName), Some(name));
    }
    assert_eq!(parse(&[item(2, &[encode(0x14, b"Hu\xEA")])]).text(ItemNumber::FullName), Some("Huê"));
}

#[test]
fn an_item_that_cannot_be_decoded_costs_only_itself() {
    for value in [encode(0x0C, &[0xC3]), encode(0x1E, &[0x00]), encode(0x04, &[1, 2, 3]), vec![0x0C, 0x7F, 0x41]] {
        let dg13 = parse(&[item(6, &[value]), item(2, &[string(UTF8, "Nguyễn Thị An")])]);
        assert_eq!(dg13.text(ItemNumber::Ethnicity), None);
        assert_eq!(dg13.text(ItemNumber::FullName), Some("Nguyễn Thị An"));
        assert_eq!(dg13.remarks().iter().map(|r| r.code).collect::<Vec<_>>(), ["dg13_item_without_text"]);
        assert!(dg13.item(6).is_some(), "kept with its raw bytes");
    }
}

#[test]
fn unknown_items_are_kept() {
    let dg13 = parse(&[item(42, &[string(UTF8, "mới")]), item(2, &[string(UTF8, "An")])]);
    assert_eq!(dg13.item(42).map(|item| item.strings.clone()), Some(vec!["mới".to_owned()]));
    let numbered_in_two_bytes = encode(0x30, &[encode(2, &[0x01, 0x00]), string(UTF8, "x")].concat());
    assert!(parse(&[numbered_in_two_bytes]).item(256).is_some());
}

#[test]
fn an_item_without_a_number_is_kept_and_remarked_upon() {
    let dg13 = parse(&[encode(0x30, &string(UTF8, "x")), string(UTF8, "y"), item(2, &[string(UTF8, "An")])]);
    assert_eq!(dg13.items().len(), 3);
    assert_eq!(dg13.text(ItemNumber::FullName), Some("An"));
    assert!(dg13.remarks().iter().all(|r| r.code == "dg13_item_without_number"));
}

#[test]
fn of_a_repeated_item_the_first_counts() {
    let dg13 = parse(&[item(2, &[string(UTF8, "An")]), item(2, &[string(UTF8, "Bình")])]);
    assert_eq!(dg13.text(ItemNumber::FullName), Some("An"));
    assert_eq!(dg13.remarks().first().map(|r| r.code), Some("dg13_item_repeated"));
}

#[test]
fn empty_items_have_no_text() {
    let dg13 = parse(&[item(7, &[string(UTF8, "")]), item(14, &[]), item(15, &[string(PRINTABLE, "  ")])]);
    assert_eq!(dg13.text(ItemNumber::Religion), None);
    assert_eq!(dg13.spouse(), None);
    assert_eq!(dg13.text(ItemNumber::OldIdNumber), None);
}

#[test]
fn another_version_or_identifier_is_remarked_upon_and_read() {
    let head = [encode(2, &[2]), encode(6, &[0x2A]), encode(0x80, &[])].concat();
    let items = encode(0x30, &item(2, &[string(UTF8, "An")]));
    let dg13 = Dg13::parse(&encode(0x6D, &encode(0x30, &[head, items].concat()))).expect("a DG13");
    assert_eq!(dg13.text(ItemNumber::FullName), Some("An"));
    let codes: Vec<_> = dg13.remarks().iter().map(|r| r.code).collect();
    assert_eq!(codes, ["dg13_version", "dg13_object_identifier", "dg13_unknown_object"]);
}

#[test]
fn items_in_a_sequence_or_in_none_are_read_as_those_in_a_set() {
    let (head, items) = ([encode(2, &[1]), encode(6, &OID_UTF8)].concat(), full().concat());
    for body in [encode(0x30, &items), items] {
        let bytes = encode(0x6D, &encode(0x30, &[head.clone(), body].concat()));
        let dg13 = Dg13::parse(&bytes).expect("a DG13");
        assert_eq!((dg13.items().len(), dg13.text(ItemNumber::FullName)), (16, Some("Nguyễn Thị An")));
        assert_eq!(dg13.remarks(), []);
    }
}

#[test]
fn damage_between_items_keeps_the_items_before_it() {
    let damaged = [item(2, &[string(UTF8, "An")]), vec![0x30, 0x80]];
    let dg13 = parse(&damaged);
    assert_eq!(dg13.text(ItemNumber::FullName), Some("An"));
    assert_eq!(dg13.remarks().first().map(|r| r.code), Some("dg13_cut_short"));
}

#[test]
fn what_is_no_dg13_is_refused_with_its_place() {
    let structure = |bytes: &[u8]| Dg13::parse(bytes).unwrap_err();
    assert_eq!(structure(&encode(0x61, &[])).position, 0);
    assert!(matches!(structure(&[]).kind, Dg13ErrorKind::Structure(_)));
    assert!(matches!(structure(&encode(0x6D, &encode(4, &[1, 2, 3]))).kind, Dg13ErrorKind::Structure(_)));
    assert_eq!(structure(&file(&[])).kind, Dg13ErrorKind::NoItems);
    assert_eq!(structure(&vec![0x6D; MAX_LENGTH + 1]).kind, Dg13ErrorKind::TooLong);
    let whole = file(&full());
    assert!(Dg13::parse(&whole[..whole.len() - 1]).is_err());
}

#[test]
fn many_items_and_deep_nesting_are_bounded() {
    let many: Vec<_> = (0..1000).map(|_| item(99, &[])).collect();
    let dg13 = parse(&many);
    assert_eq!(dg13.items().len(), MAX_ITEMS);
    let mut deep = string(UTF8, "x");
    for _ in 0..200 {
        deep = encode(0x30, &deep);
    }
    assert_eq!(parse(&[item(13, &[deep])]).father(), None);
    let strings: Vec<_> = (0..500).map(|_| string(UTF8, "x")).collect();
    assert!(parse(&[item(13, &strings)]).item(13).is_some_and(|item| item.strings.len() == 64));
}

#[test]
fn debug_output_holds_no_text() {
    assert!(!format!("{:?}", parse(&full())).contains("An"));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Dg13::parse(&bytes);
        let _ = Dg13::parse(&encode(0x6D, &encode(0x30, &bytes)));
        let _ = Dg13::parse(&file(&[bytes.clone()]));
        let _ = Dg13::parse(&file(&[item(13, &[bytes])]));
    }

    #[test]
    fn a_flipped_byte_never_panics(index in 0_usize..700, flip in 1_u8..) {
        let mut bytes = file(&full());
        let index = index % bytes.len();
        bytes[index] ^= flip;
        if let Ok(dg13) = Dg13::parse(&bytes) {
            let _ = (dg13.father(), dg13.mother(), dg13.spouse());
        }
    }

    #[test]
    fn what_is_encoded_is_read_back(texts in proptest::collection::vec("[^\0]{1,200}", 1..15)) {
        let items: Vec<_> = (1_u8..).zip(&texts).map(|(n, text)| item(n, &[string(UTF8, text)])).collect();
        let dg13 = Dg13::parse(&file(&items)).expect("well-formed");
        for (n, text) in (1_u32..).zip(&texts) {
            prop_assert_eq!(&dg13.item(n).expect("there").strings, &vec![text.clone()]);
        }
    }
}
