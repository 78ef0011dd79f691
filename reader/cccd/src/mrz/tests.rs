use jiff::civil::date;
use proptest::prelude::*;

use super::*;

pub(crate) const AN: &str =
    "IDVNM1901234569001190123456<<0\n9003152F3003150VNM<<<<<<<<<<<2\nNGUYEN<<THI<AN<<<<<<<<<<<<<<<<";
const BINH: &str = "IDVNM0581234568079058123456<<8\n5801028M9912315VNM<<<<<<<<<<<6\nTRAN<<VAN<BINH<<<<<<<<<<<<<<<<";
const CHAU: &str = "IDVNM2050007776048205000777<<6\n0512310M3012316VNM<<<<<<<<<<<4\nLE<<MINH<CHAU<<<<<<<<<<<<<<<<<";

fn read(text: &str) -> DocumentMrz {
    DocumentMrz::parse(text, date(2026, 11, 21)).expect("an MRZ")
}

#[test]
fn the_three_example_cards_read_in_full() {
    for (text, id, birth, expiry, sex, name, key) in [
        (
            AN,
            "001190123456",
            "1990-03-15",
            Some("2030-03-15"),
            Sex::Female,
            "NGUYEN THI AN",
            "190123456990031523003150",
        ),
        (BINH, "079058123456", "1958-01-02", None, Sex::Male, "TRAN VAN BINH", "058123456858010289912315"),
        (CHAU, "048205000777", "2005-12-31", Some("2030-12-31"), Sex::Male, "LE MINH CHAU", "205000777605123103012316"),
    ] {
        let mrz = read(text);
        assert_eq!(mrz.problems(), []);
        assert_eq!(mrz.remarks(), []);
        assert!(mrz.is_vietnamese_id_card());
        let id_number = mrz.id_number().expect("an ID number");
        assert_eq!(id_number.as_str(), id);
        assert_eq!(mrz.document_number().as_str(), &id[3..]);
        assert_eq!(mrz.date_of_birth().map(|d| d.to_string()).as_deref(), Some(birth));
        assert_eq!(mrz.expiry().and_then(Expiry::date).map(|d| d.to_string()).as_deref(), expiry);
        assert_eq!(mrz.expiry() == Some(Expiry::Never), expiry.is_none());
        assert_eq!(mrz.sex(), Some(sex));
        assert_eq!(mrz.full_name().as_deref(), Some(name));
        assert_eq!(mrz.key().expect("a key").mrz_information().as_str(), key);
        let birth = key_date(mrz.date_of_birth().expect("a date"));
        let typed = key_of_card(id_number, &birth, &key_expiry(mrz.expiry().expect("an expiry"))).expect("a key");
        assert_eq!(typed.mrz_information().as_str(), key);
    }
}

#[test]
fn no_expiry_is_never_taken_for_the_year_1999_nor_2099() {
    assert_eq!(read(BINH).expiry(), Some(Expiry::Never));
}

#[test]
fn a_wrong_digit_in_the_long_number_is_a_problem_of_the_last_column() {
    // The composite check digit covers the line too, so both speak.
    let text = AN.replace("001190123456<<0", "001190123457<<0");
    let mrz = read(&text);
    let places: Vec<_> = mrz.problems().iter().map(|p| (p.field, p.line, p.column)).collect();
    assert!(places.contains(&(Field::OptionalData, 1, 30)), "{places:?}");
    assert!(places.contains(&(Field::Composite, 2, 30)), "{places:?}");
    assert_eq!(mrz.remarks().first().map(|r| r.code), Some("mrz_document_number_differs"));
}

#[test]
fn the_birth_century_is_that_of_the_id_number_where_its_digits_fit() {
    // Born 1926, a hundred years old: two digits alone would say 2026.
    let old =
        AN.replace("IDVNM1901234569001190123456<<0", "IDVNM126123456?001126123456<<?").replace("900315", "260315");
    let mrz = read(&old.replace('?', "0"));
    assert_eq!(mrz.date_of_birth().map(CardDate::year), Some(1926));
    // Digits that do not fit are no guide.
    let other = read(&AN.replace("900315", "270315"));
    assert_eq!(other.date_of_birth().map(CardDate::year), Some(1927));
    let child = read(&AN.replace("900315", "260315"));
    assert_eq!(child.date_of_birth().map(CardDate::year), Some(2026));
}

#[test]
fn a_card_of_another_country_is_read_as_the_standard_says() {
    // Doc 9303-5, appendix B.
    let mrz = read("I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<");
    assert_eq!(mrz.problems(), []);
    assert!(!mrz.is_vietnamese_id_card() && mrz.id_number().is_none());
    assert_eq!(mrz.document_number().as_str(), "D23145890");
    assert_eq!(mrz.expiry().and_then(Expiry::date).map(|d| d.to_string()).as_deref(), Some("2012-04-15"));
    assert_eq!(mrz.full_name().as_deref(), Some("ERIKSSON ANNA MARIA"));
}

#[test]
fn the_last_day_of_2099_is_a_date_on_any_other_document() {
    let mrz = read("I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F9912315UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<");
    assert_eq!(mrz.expiry().and_then(Expiry::date).map(CardDate::year), Some(2099));
}

#[test]
fn a_vietnamese_passport_gives_the_id_number_in_its_personal_number() {
    let mrz = read("P<VNMNGUYEN<<THI<AN<<<<<<<<<<<<<<<<<<<<<<<<<\nC1234567<2VNM9003152F3003150001190123456<<00");
    assert_eq!(mrz.id_number().map(IdNumber::as_str), Some("001190123456"));
    assert!(!mrz.is_vietnamese_id_card());
}

#[test]
fn debug_output_holds_no_personal_data() {
    let text = format!("{:?}", read(AN));
    assert!(!text.contains("NGUYEN") && !text.contains("190123456"));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_panic(text in "[A-Z0-9<]{88,92}|.*") {
        if let Ok(mrz) = DocumentMrz::parse(&text, date(2026, 11, 21)) {
            let _ = (mrz.full_name(), mrz.key());
        }
    }

    #[test]
    fn any_card_line_gives_its_id_number(text in "IDVNM[0-9]{22}<<[0-9]", rest in "[0-9]{7}[MF<][0-9]{7}VNM<{11}[0-9][A-Z<]{30}") {
        let mrz = DocumentMrz::parse(&format!("{text}{rest}"), date(2026, 11, 21)).expect("an MRZ");
        prop_assert_eq!(mrz.id_number().map(IdNumber::as_str), Some(&text[15..27]));
    }
}
