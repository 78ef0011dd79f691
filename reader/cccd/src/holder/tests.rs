use icao9303::tlv::encode;
use jiff::civil::date;
use serde_json::json;

use super::*;
use crate::qr_text::{QrContent, read_str};

const AN: &str = "IDVNM1901234569001190123456<<0\n9003152F3003150VNM<<<<<<<<<<<2\nNGUYEN<<THI<AN<<<<<<<<<<<<<<<<";
const BINH: &str = "IDVNM0581234568079058123456<<8\n5801028M9912315VNM<<<<<<<<<<<6\nTRAN<<VAN<BINH<<<<<<<<<<<<<<<<";
const QR: &str = "001190123456|012345678|Nguyễn Thị An|15031990|Nữ|Số 1, Phố Mẫu, Hà Nội|10052021";

fn mrz(text: &str) -> DocumentMrz {
    DocumentMrz::parse(text, date(2026, 11, 21)).expect("an MRZ")
}

fn dg13(items: &[(u8, &str)]) -> Dg13 {
    let items: Vec<u8> = items
        .iter()
        .flat_map(|(n, text)| encode(0x30, &[encode(2, &[*n]), encode(0x0C, text.as_bytes())].concat()))
        .collect();
    Dg13::parse(&encode(0x6D, &encode(0x30, &encode(0x31, &items)))).expect("a DG13")
}

fn qr(text: &str) -> QrCard {
    match read_str(text) {
        Ok(QrContent::Card(card)) => *card,
        other => panic!("no card: {other:?}"),
    }
}

fn json_of(chip: Chip<'_>, given: Given<'_>) -> serde_json::Value {
    serde_json::to_value(Holder::from_sources(&chip, &given)).expect("serialises")
}

#[test]
fn dg13_comes_first_and_dg1_adds_what_it_has_not() {
    let (dg1, dg13) = (
        mrz(AN),
        dg13(&[
            (1, "001190123456"),
            (2, "Nguyễn Thị An"),
            (3, "15/03/1990"),
            (4, "Nữ"),
            (5, "Việt Nam"),
            (12, "15/03/2030"),
        ]),
    );
    let holder = json_of(Chip { dg1: Some(&dg1), dg13: Some(&dg13), ..Chip::default() }, Given::default());
    assert_eq!(
        holder,
        json!({
            "id_number": {"value": "001190123456", "source": "DG13"},
            "full_name": {"value": "Nguyễn Thị An", "source": "DG13"},
            "date_of_birth": {"value": "1990-03-15", "source": "DG13"},
            "sex": {"value": "female", "source": "DG13", "text": "Nữ"},
            "nationality": {"value": "Việt Nam", "source": "DG13"},
            "date_of_expiry": {"value": "2030-03-15", "source": "DG13"},
            "document_number": {"value": "190123456", "source": "DG1"},
            "issuing_state": {"value": "VNM", "source": "DG1"},
        })
    );
}

#[test]
fn without_dg13_names_and_dates_come_from_dg1_and_the_rest_from_the_qr_code() {
    let (dg1, qr) = (mrz(AN), qr(QR));
    let holder = json_of(Chip { dg1: Some(&dg1), ..Chip::default() }, Given { qr: Some(&qr), ..Given::default() });
    assert_eq!(
        holder,
        json!({
            "id_number": {"value": "001190123456", "source": "DG1"},
            "old_id_number": {"value": "012345678", "source": "QR"},
            "full_name": {"value": "NGUYEN THI AN", "source": "DG1"},
            "date_of_birth": {"value": "1990-03-15", "source": "DG1"},
            "sex": {"value": "female", "source": "DG1"},
            "nationality": {"value": "VNM", "source": "DG1"},
            "place_of_residence": {"value": "Số 1, Phố Mẫu, Hà Nội", "source": "QR"},
            "date_of_issue": {"value": "2021-05-10", "source": "QR"},
            "date_of_expiry": {"value": "2030-03-15", "source": "DG1"},
            "document_number": {"value": "190123456", "source": "DG1"},
            "issuing_state": {"value": "VNM", "source": "DG1"},
        })
    );
}

#[test]
fn a_group_that_the_sod_does_not_list_never_feeds_the_holder() {
    let (dg1, dg13) = (mrz(AN), dg13(&[(2, "Người Khác")]));
    let chip = Chip { dg1: Some(&dg1), dg13: Some(&dg13), ..Chip::default() };
    let holder = json_of(chip.only(&[1, 2].into()), Given::default());
    assert_eq!(holder["full_name"], json!({"value": "NGUYEN THI AN", "source": "DG1"}));
    assert_eq!(json_of(chip.only(&[].into()), Given::default()), json!({}));
}

#[test]
fn no_expiry_is_a_null_with_the_words_of_the_card() {
    let dg13 = dg13(&[(12, "Không thời hạn")]);
    let holder = json_of(Chip { dg13: Some(&dg13), ..Chip::default() }, Given::default());
    assert_eq!(holder["date_of_expiry"], json!({"value": null, "source": "DG13", "text": "Không thời hạn"}));
    let dg1 = mrz(BINH);
    let holder = json_of(Chip { dg1: Some(&dg1), ..Chip::default() }, Given::default());
    assert_eq!(holder["date_of_expiry"], json!({"value": null, "source": "DG1", "text": "Không thời hạn"}));
}

#[test]
fn a_date_in_free_text_is_kept_as_text_and_the_value_comes_from_dg1() {
    let (dg1, free) = (mrz(AN), dg13(&[(3, "khoảng 1990"), (11, "chưa rõ")]));
    let alone = json_of(Chip { dg13: Some(&free), ..Chip::default() }, Given::default());
    assert_eq!(alone["date_of_birth"], json!({"value": null, "source": "DG13", "text": "khoảng 1990"}));
    assert_eq!(alone["date_of_issue"], json!({"value": null, "source": "DG13", "text": "chưa rõ"}));
    let both = json_of(Chip { dg1: Some(&dg1), dg13: Some(&free), ..Chip::default() }, Given::default());
    assert_eq!(both["date_of_birth"], json!({"value": "1990-03-15", "source": "DG1", "text": "khoảng 1990"}));
}

#[test]
fn text_is_composed_and_the_original_kept_where_it_differs() {
    let dg13 = dg13(&[(2, "Nguye\u{302}\u{303}n Thi\u{323} An "), (7, " "), (9, "Số 1\u{7}")]);
    let holder = json_of(Chip { dg13: Some(&dg13), ..Chip::default() }, Given::default());
    assert_eq!(holder["full_name"]["value"], "Nguyễn Thị An");
    assert_eq!(holder["full_name"]["text"], "Nguye\u{302}\u{303}n Thi\u{323} An ");
    assert_eq!(holder.get("religion"), None);
    assert_eq!(holder["place_of_residence"]["value"], "Số 1");
}

#[test]
fn an_id_number_of_another_shape_is_shown_but_is_no_vietnamese_one() {
    for (text, value) in [("12345", json!("12345")), ("số 1", json!(null))] {
        let dg13 = dg13(&[(1, text)]);
        let chip = Chip { dg13: Some(&dg13), ..Chip::default() };
        assert_eq!(json_of(chip, Given::default())["id_number"]["value"], value);
        assert!(Holder::from_sources(&chip, &Given::default()).vietnamese_id_number().is_none());
    }
}

#[test]
fn what_was_typed_comes_last() {
    let (id, given_mrz, qr) = (IdNumber::parse("001190123456").expect("twelve digits"), mrz(AN), qr(QR));
    let source = |given| json_of(Chip::default(), given)["id_number"]["source"].clone();
    assert_eq!(source(Given { id_number: Some(&id), ..Given::default() }), "typed");
    assert_eq!(source(Given { id_number: Some(&id), mrz: Some(&given_mrz), qr: None }), "MRZ");
    assert_eq!(source(Given { id_number: Some(&id), mrz: Some(&given_mrz), qr: Some(&qr) }), "QR");
    assert_eq!(json_of(Chip::default(), Given::default()), json!({}));
}

#[test]
fn debug_output_holds_no_personal_data() {
    let dg1 = mrz(AN);
    let holder = Holder::from_sources(&Chip { dg1: Some(&dg1), ..Chip::default() }, &Given::default());
    let text = format!("{holder:?}");
    assert!(text.contains("DG1") && !text.contains("NGUYEN") && !text.contains("1990"), "{text}");
}

#[test]
fn every_holder_fits_the_schema_of_the_contract() {
    let shared =
        std::env::var("CCCD_SHARED").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into());
    let Ok(text) = std::fs::read_to_string(format!("{shared}/contract-read.schema.json")) else {
        println!("skipped: shared vectors absent");
        return;
    };
    let mut schema: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let defs = schema["$defs"].take();
    let validator = jsonschema::validator_for(&json!({"$defs": defs, "$ref": "#/$defs/read/properties/holder"}));
    let validator = validator.expect("a schema");
    let (an, binh, code) = (mrz(AN), mrz(BINH), qr(QR));
    let odd =
        dg13(&[(1, "số 1"), (3, "1990"), (4, "?"), (11, "03/2021"), (12, "Không thời hạn"), (13, "A"), (15, "x")]);
    for chip in [
        Chip { dg1: Some(&an), dg13: Some(&odd), ..Chip::default() },
        Chip { dg1: Some(&binh), ..Chip::default() },
        Chip { dg13: Some(&odd), ..Chip::default() },
        Chip::default(),
    ] {
        for given in [Given::default(), Given { qr: Some(&code), mrz: Some(&an), id_number: None }] {
            let value = json_of(chip, given);
            let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}");
        }
    }
}

#[test]
fn a_document_with_dg11_and_dg12_has_its_fields_from_there() {
    use icao9303::lds::{dg11::Dg11, dg12::Dg12};

    let objects = [
        encode(0x5C, &[0x5F, 0x0E, 0x5F, 0x2B, 0x5F, 0x42]),
        encode(0x5F0E, "Nguyễn<<Thị<An".as_bytes()),
        encode(0x5F2B, &[0x19, 0x90, 0x03, 0x15]),
        encode(0x5F42, "Số 1 Phố Mẫu<Hà Nội".as_bytes()),
    ];
    let file = encode(0x6B, &objects.concat());
    let dg11 = Dg11Fields::from(&Dg11::parse(&file).expect("a DG11"));
    let file = encode(0x6C, &[encode(0x5C, &[0x5F, 0x26]), encode(0x5F26, b"20210510")].concat());
    let dg12 = Dg12Fields::from(&Dg12::parse(&file).expect("a DG12"));
    let dg1 = mrz(AN);
    let chip = Chip { dg1: Some(&dg1), dg11: Some(&dg11), dg12: Some(&dg12), dg13: None };
    let holder = json_of(chip, Given::default());
    assert_eq!(holder["full_name"], json!({"value": "Nguyễn Thị An", "source": "DG11"}));
    assert_eq!(holder["date_of_birth"], json!({"value": "1990-03-15", "source": "DG11"}));
    assert_eq!(holder["place_of_residence"], json!({"value": "Số 1 Phố Mẫu, Hà Nội", "source": "DG11"}));
    assert_eq!(holder["date_of_issue"], json!({"value": "2021-05-10", "source": "DG12"}));
    let unlisted = json_of(chip.only(&[1].into()), Given::default());
    assert_eq!(unlisted["full_name"]["source"], "DG1");
    assert_eq!(unlisted.get("date_of_issue"), None);
}
