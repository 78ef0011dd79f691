use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

use super::*;

const OF_2021: &str = "001190123456|012345678|Nguyễn Thị An|15031990|Nữ|Số 1, Phố Mẫu, Phường Thử, Hà Nội|10052021";

fn card_of(text: &str) -> QrCard {
    match read_str(text) {
        Ok(QrContent::Card(card)) => *card,
        other => panic!("no card: {other:?}"),
    }
}

fn other(text: &str) -> SeemsToBe {
    match read_str(text) {
        Ok(QrContent::Other(kind)) => kind,
        other => panic!("not something else: {other:?}"),
    }
}

#[test]
fn the_seven_fields_of_the_2021_card_are_read() {
    let card = card_of(OF_2021);
    let json = serde_json::to_value(&card).expect("serialises");
    assert_eq!(
        json,
        serde_json::json!({
            "id_number": "001190123456",
            "old_id_number": "012345678",
            "full_name": "Nguyễn Thị An",
            "date_of_birth": "1990-03-15",
            "sex": "female",
            "address": "Số 1, Phố Mẫu, Phường Thử, Hà Nội",
            "date_of_issue": "2021-05-10",
            "extra": [],
        })
    );
    assert_eq!(card.warnings(), []);
    assert_eq!(card.id_number.can().as_str(), "123456");
}

#[test]
fn the_eleven_fields_of_the_2024_card_are_read_and_the_tail_is_kept() {
    let card = card_of("048205000777||Lê Minh Châu|31122005|Nam|Phường Mẫu, Đà Nẵng|01082024||||");
    assert_eq!(card.extra, ["", "", "", ""]);
    assert_eq!(card.old_id_number, None);
    assert_eq!(card.warnings(), [], "an empty old number is not odd");
    let filled = card_of("048205000777||Lê Minh Châu|31122005|Nam|Đà Nẵng|01082024|a||b|c|d");
    assert_eq!(filled.extra, ["a", "", "b", "c", "d"]);
}

#[test]
fn an_empty_old_number_is_never_taken_for_a_missing_field() {
    assert_eq!(
        read_str("048205000777|Lê Minh Châu|31122005|Nam|Đà Nẵng|01082024"),
        Err(QrTextError::FieldCount { found: 6 })
    );
}

#[test]
fn marks_of_the_scanner_around_the_text_are_passed_over() {
    for text in [format!("\u{feff}{OF_2021}"), format!("]Q1{OF_2021}\r\n"), format!("{OF_2021}\t")] {
        assert_eq!(card_of(&text).full_name, "Nguyễn Thị An");
    }
}

#[test]
fn bytes_that_are_not_utf_8_are_refused_with_their_place() {
    let mut bytes = OF_2021.as_bytes().to_vec();
    bytes[26] = 0xC3;
    assert!(matches!(read(&bytes), Err(QrTextError::NotUtf8 { position: 26 })));
    // TCVN3 and Latin-1 are not guessed at.
    assert!(matches!(
        read(b"001190123456||Nguy\xD4n|15031990|Nam|x|10052021"),
        Err(QrTextError::NotUtf8 { position: 18 })
    ));
    assert!(read(OF_2021.as_bytes()).is_ok());
}

#[test]
fn control_characters_are_refused_with_their_place() {
    assert_eq!(
        read_str("001190123456||Ng\u{1b}[2Ja|15031990|Nam|x|10052021"),
        Err(QrTextError::ControlCharacter { position: 16 })
    );
    assert_eq!(
        read_str("]Q1001190123456||A\nB|15031990|Nam|x|10052021"),
        Err(QrTextError::ControlCharacter { position: 18 })
    );
    assert!(read_str("001190123456||A\u{202e}B|15031990|Nam|x|10052021").is_err());
}

#[test]
fn the_length_is_bounded() {
    let long = format!("{OF_2021}|{}", "x".repeat(MAX_LENGTH));
    assert!(matches!(read_str(&long), Err(QrTextError::TooLong { .. })));
    assert!(matches!(read(long.as_bytes()), Err(QrTextError::TooLong { .. })));
    assert_eq!(read_str(&format!("{OF_2021}{}", "|".repeat(100))), Err(QrTextError::FieldCount { found: 107 }));
}

#[test]
fn a_decomposed_name_is_composed_and_the_original_kept() {
    let decomposed: String = OF_2021.nfd().collect();
    let card = card_of(&decomposed);
    assert_eq!(card.full_name, "Nguyễn Thị An");
    assert_eq!(card.original(2), Some("Nguyễn Thị An".nfd().collect::<String>().as_str()));
    assert_eq!(card.sex, Some(Sex::Female));
}

#[test]
fn what_is_odd_in_a_field_is_a_warning_and_costs_only_that_field() {
    let card = card_of("001190123456|12345|Nguyá»…n Thá»‹ An|31021990|?|Hà Nội|sớm");
    assert_eq!(
        (card.old_id_number.is_none(), card.date_of_birth, card.sex, card.date_of_issue),
        (true, None, None, None)
    );
    let codes: Vec<_> = card.warnings().iter().map(|w| w.code).collect();
    assert_eq!(
        codes,
        [
            "qr_old_id_number_unusual",
            "qr_date_of_birth_unreadable",
            "qr_date_of_issue_unreadable",
            "qr_sex_unreadable",
            "qr_name_unusual"
        ]
    );
    assert_eq!(card.original(3), Some("31021990"));
}

#[test]
fn names_of_every_people_are_usual() {
    for name in ["Nguyễn Thị Ánh-Tuyết", "H'Hen Niê", "Y\u{2019}Thuột Êban", "K'Sor Ŏ", "Đỗ Ỷ Ưng", "John Wójcik"]
    {
        let usual = card_of(&format!("001190123456||{name}|1990|Nam|x|2021")).warnings().is_empty();
        assert!(usual, "{name}");
    }
}

#[test]
fn a_birth_year_alone_is_a_date() {
    let card = card_of("001150123456||Nguyễn Thị An|1950|Nữ|Hà Nội|10052021");
    assert_eq!(card.date_of_birth.map(|date| date.to_string()).as_deref(), Some("1950"));
}

#[test]
fn a_code_without_a_name_is_not_a_card() {
    assert_eq!(read_str("001190123456|||15031990|Nữ|x|10052021"), Err(QrTextError::NoName));
}

#[test]
fn codes_of_another_kind_are_recognised() {
    for (text, kind) in [
        ("", SeemsToBe::Empty),
        ("https://dichvucong.gov.vn/x?y=1|2", SeemsToBe::Url),
        ("vneid://login?x=1", SeemsToBe::VneidLike),
        ("eyJhbGciOiJSUzI1NiJ9.eyJpZCI6MX0.c2lnbmF0dXJl", SeemsToBe::VneidLike),
        ("{\"a\": 1}", SeemsToBe::Json),
        ("00020101021138570010A00000072701270006970436", SeemsToBe::Payment),
        ("DN4010123456789|4e677579c3aa6e|01/01/1990|1", SeemsToBe::HealthInsurance),
        ("0123456789|4e677579c3aa6e|01/01/1990|1", SeemsToBe::HealthInsurance),
        ("BEGIN:VCARD\nFN:An\nEND:VCARD", SeemsToBe::ContactCard),
        ("WIFI:S:mang;T:WPA;P:x;;", SeemsToBe::Wifi),
        (
            "IDVNM1901234569001190123456<<0\n9003152F3003150VNM<<<<<<<<<<<2\nNGUYEN<<THI<AN<<<<<<<<<<<<<<<<",
            SeemsToBe::Mrz,
        ),
        ("001190123456", SeemsToBe::Number),
        ("Xin chào", SeemsToBe::Text),
        ("123|456|789", SeemsToBe::Text),
        ("00119012345O|x|y|z|a|b|c", SeemsToBe::Text),
    ] {
        assert_eq!(other(text), kind, "{text}");
    }
}

#[test]
fn what_is_no_card_and_what_cannot_be_read_can_be_told_as_a_warning() {
    assert_eq!(other("https://example.org").remark().code, "not_a_card_code");
    assert_eq!(read(&[0xFF]).unwrap_err().remark().code, "qr_not_utf8");
}

#[test]
fn debug_output_holds_no_personal_data() {
    assert_eq!(format!("{:?}", read_str(OF_2021)), "Ok(Card(QrCard(redacted, 7 fields)))");
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
        let _ = read(&[b"001190123456|".as_slice(), &bytes].concat());
    }

    #[test]
    fn arbitrary_fields_never_panic(fields in proptest::collection::vec("[^|]{0,20}", 0..15)) {
        let _ = read_str(&format!("001190123456|{}", fields.join("|")));
    }

    #[test]
    fn what_is_joined_is_read_back(
        id in "[0-9]{12}", old in "([0-9]{9})?", name in "[A-Za-zÀ-ỹĐđ]{1,10}( [A-Za-zÀ-ỹĐđ]{1,10}){0,4}",
        year in 1900_i16..2100, month in 1_i8..=12, day in 1_i8..=28, female: bool, address in "[A-Za-zÀ-ỹ0-9, ]{0,60}", tail in 0_usize..6,
    ) {
        let sex = if female { "Nữ" } else { "Nam" };
        let text = format!("{id}|{old}|{name}|{day:02}{month:02}{year}|{sex}|{address}|01012022{}", "|".repeat(tail));
        let QrContent::Card(card) = read_str(&text).expect("well-formed") else { panic!("no card") };
        prop_assert_eq!(card.id_number.as_str(), id);
        prop_assert_eq!(card.old_id_number.as_ref().map_or("", OldIdNumber::as_str), old);
        prop_assert_eq!(&card.full_name, &composed(&name));
        prop_assert_eq!(card.date_of_birth.map(|d| d.to_string()), Some(format!("{year}-{month:02}-{day:02}")));
        prop_assert_eq!(card.sex, Some(if female { Sex::Female } else { Sex::Male }));
        prop_assert_eq!(card.extra.len(), tail);
    }
}
