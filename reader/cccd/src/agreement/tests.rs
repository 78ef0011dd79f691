use icao9303::tlv::encode;
use jiff::civil::date;

use super::*;
use crate::qr_text::{QrContent, read_str};

const AN: &str = "IDVNM1901234569001190123456<<0\n9003152F3003150VNM<<<<<<<<<<<2\nNGUYEN<<THI<AN<<<<<<<<<<<<<<<<";
const ITEMS: [(u8, &str); 9] = [
    (1, "001190123456"),
    (2, "Nguyễn Thị An"),
    (3, "15/03/1990"),
    (4, "Nữ"),
    (9, "Số 1, Phố Mẫu, Phường Thử, Hà Nội"),
    (11, "10/05/2021"),
    (12, "15/03/2030"),
    (15, "012345678"),
    (16, "0123456789ABCDEF"),
];
const QR: &str = "001190123456|012345678|Nguyễn Thị An|15031990|Nữ|Số 1, Phố Mẫu, Phường Thử, Hà Nội|10052021";

fn mrz(text: &str) -> DocumentMrz {
    DocumentMrz::parse(text, date(2026, 11, 21)).expect("an MRZ")
}

fn dg13_with(changes: &[(u8, &str)]) -> Dg13 {
    let items: Vec<u8> = ITEMS
        .iter()
        .map(|(n, text)| changes.iter().find(|(m, _)| m == n).unwrap_or(&(*n, text)).to_owned())
        .flat_map(|(n, text)| encode(0x30, &[encode(2, &[n]), encode(0x0C, text.as_bytes())].concat()))
        .collect();
    Dg13::parse(&encode(0x6D, &encode(0x30, &encode(0x31, &items)))).expect("a DG13")
}

fn qr(text: &str) -> QrCard {
    match read_str(text) {
        Ok(QrContent::Card(card)) => *card,
        other => panic!("no card: {other:?}"),
    }
}

/// State, reason, and the fields that differ.
type Outcome = (Status, Option<Reason>, Vec<&'static str>);

const PASSED: Outcome = (Status::Passed, None, Vec::new());

fn outcome(chip: &Chip<'_>, given: &Given<'_>) -> Outcome {
    let agreement = compare(chip, given);
    let fields = agreement.differences.iter().map(|difference| difference.field).collect();
    (agreement.check.status, agreement.check.reason, fields)
}

fn chip_outcome(dg1: &str, changes: &[(u8, &str)]) -> Outcome {
    let (dg1, dg13) = (mrz(dg1), dg13_with(changes));
    outcome(&Chip { dg1: Some(&dg1), dg13: Some(&dg13), ..Chip::default() }, &Given::default())
}

/// A chip of AN with both groups, and the QR text.
fn qr_outcome(text: &str) -> Outcome {
    let (dg1, dg13, qr) = (mrz(AN), dg13_with(&[]), qr(text));
    outcome(
        &Chip { dg1: Some(&dg1), dg13: Some(&dg13), ..Chip::default() },
        &Given { qr: Some(&qr), ..Given::default() },
    )
}

fn mrz_outcome(text: &str) -> Outcome {
    let (dg1, dg13, given) = (mrz(AN), dg13_with(&[]), mrz(text));
    let given = Given { mrz: Some(&given), ..Given::default() };
    outcome(&Chip { dg1: Some(&dg1), dg13: Some(&dg13), ..Chip::default() }, &given)
}

#[test]
fn dg1_and_dg13_of_one_card_agree() {
    assert_eq!(chip_outcome(AN, &[]), PASSED);
}

#[test]
fn nothing_to_compare_is_skipped() {
    let (dg1, dg13) = (mrz(AN), dg13_with(&[]));
    for chip in
        [Chip::default(), Chip { dg1: Some(&dg1), ..Chip::default() }, Chip { dg13: Some(&dg13), ..Chip::default() }]
    {
        assert_eq!(outcome(&chip, &Given::default()).0, Status::Skipped);
    }
}

#[test]
fn dg1_and_dg13_at_odds_are_for_a_person_to_look_at() {
    for (item, text, field) in [
        (1, "001190123457", "id_number"),
        (1, "079190123456", "id_number"),
        (2, "Nguyễn Thị Anh", "full_name"),
        (3, "16/03/1990", "date_of_birth"),
        (4, "Nam", "sex"),
        (12, "15/03/2031", "date_of_expiry"),
        (12, "Không thời hạn", "date_of_expiry"),
    ] {
        let expected = (Status::Unknown, Some(Reason::ChipDataDiffers), vec![field]);
        assert_eq!(chip_outcome(AN, &[(item, text)]), expected, "{text}");
    }
}

#[test]
fn what_is_written_otherwise_is_no_difference() {
    for (item, text) in [
        (2, "NGUYỄN  THỊ AN"),
        (2, "Nguye\u{302}\u{303}n Thi\u{323} An"),
        (3, "1990-03-15"),
        (3, "1990"),
        (3, "khoảng 1990"),
        (4, "NỮ"),
        (12, "20300315"),
        (1, " 001190123456 "),
    ] {
        assert_eq!(chip_outcome(AN, &[(item, text)]), PASSED, "{text}");
    }
}

#[test]
fn the_century_of_an_mrz_date_is_no_contradiction() {
    // Born 1924, with an ID number whose digits say otherwise: two digits read as 2024.
    let dg1 = AN.replace("900315", "240315");
    assert_eq!(chip_outcome(&dg1, &[(3, "15/03/1924")]), PASSED);
}

#[test]
fn no_expiry_agrees_with_the_mrz_of_the_card() {
    let dg1 = AN.replace("300315", "991231");
    assert_eq!(chip_outcome(&dg1, &[(12, "Không thời hạn")]), PASSED);
    assert_eq!(chip_outcome(&dg1, &[(12, "31/12/2099")]), PASSED);
}

#[test]
fn a_name_cut_in_dg1_agrees_with_the_whole_one() {
    let dg1 = AN.replace("NGUYEN<<THI<AN<<<<<<<<<<<<<<<<", "CONG<<TANG<TON<NU<HOANG<PHUONG");
    assert_eq!(chip_outcome(&dg1, &[(2, "Công Tằng Tôn Nữ Hoàng Phương Thảo")]), PASSED);
}

#[test]
fn the_printed_code_of_the_card_agrees() {
    assert_eq!(qr_outcome(QR), PASSED);
    assert_eq!(qr_outcome(&QR.replace("Nguyễn Thị An", "NGUYEN THI AN").replace(", ", ",")), PASSED);
    assert_eq!(qr_outcome(&format!("{QR}||||")), PASSED);
    assert_eq!(qr_outcome(&QR.replace("|012345678|", "||")), PASSED, "absent is no contradiction");
}

#[test]
fn another_number_on_the_printed_code_is_another_card() {
    let (status, reason, fields) = qr_outcome(&QR.replace("001190123456", "079190123456"));
    assert_eq!((status, reason, fields), (Status::Failed, Some(Reason::PrintDiffers), vec!["id_number"]));
}

#[test]
fn another_printed_field_is_not_decided() {
    for (from, to, field) in [
        ("Nguyễn Thị An", "Nguyễn Thị Ba", "full_name"),
        ("15031990", "16031990", "date_of_birth"),
        ("|Nữ|", "|Nam|", "sex"),
        ("Phố Mẫu", "Phố Khác", "place_of_residence"),
        ("10052021", "11052021", "date_of_issue"),
        ("012345678", "112345678", "old_id_number"),
    ] {
        let expected = (Status::Unknown, Some(Reason::PrintDiffers), vec![field]);
        assert_eq!(qr_outcome(&QR.replace(from, to)), expected, "{to}");
    }
}

#[test]
fn without_dg13_the_code_is_compared_with_dg1() {
    let (dg1, code) = (mrz(AN), qr(QR));
    let chip = Chip { dg1: Some(&dg1), ..Chip::default() };
    assert_eq!(outcome(&chip, &Given { qr: Some(&code), ..Given::default() }), PASSED);
    let other = qr(&QR.replace("001190", "001191").replace("Thị An", "Thị Ba"));
    let (status, _, fields) = outcome(&chip, &Given { qr: Some(&other), ..Given::default() });
    assert_eq!((status, fields), (Status::Failed, vec!["id_number", "full_name"]));
}

#[test]
fn nine_digits_in_dg1_are_enough_to_tell_another_card() {
    // A first line without the twelve digits.
    let dg1 = mrz(&AN.replace("001190123456<<0", "<<<<<<<<<<<<<<<"));
    let chip = Chip { dg1: Some(&dg1), ..Chip::default() };
    let (right, wrong) = (qr(QR), qr(&QR.replace("001190123456", "001190999456")));
    assert_eq!(outcome(&chip, &Given { qr: Some(&right), ..Given::default() }), PASSED);
    assert_eq!(outcome(&chip, &Given { qr: Some(&wrong), ..Given::default() }).0, Status::Failed);
}

#[test]
fn nine_digits_in_dg1_do_not_outweigh_the_whole_number_in_dg13() {
    let (dg1, dg13) = (mrz(&AN.replace("001190123456<<0", "<<<<<<<<<<<<<<<")), dg13_with(&[]));
    let chip = Chip { dg1: Some(&dg1), dg13: Some(&dg13), ..Chip::default() };
    let other_place = qr(&QR.replace("001190123456", "079190123456"));
    assert_eq!(outcome(&chip, &Given { qr: Some(&other_place), ..Given::default() }).0, Status::Failed);
    assert_eq!(outcome(&chip, &Given::default()), PASSED);
}

#[test]
fn the_mrz_given_is_compared_line_for_line() {
    assert_eq!(mrz_outcome(AN), PASSED);
    let (status, reason, _) = mrz_outcome(&AN.replace("001190123456", "079190123456"));
    assert_eq!((status, reason), (Status::Failed, Some(Reason::PrintDiffers)));
    let (status, reason, fields) = mrz_outcome(&AN.replace("THI<AN", "THI<BA"));
    assert_eq!((status, reason, fields), (Status::Unknown, Some(Reason::PrintDiffers), vec!["full_name"]));
    let (status, reason, fields) = mrz_outcome(&AN.replace("2F300315", "2M310315"));
    assert_eq!((status, reason, fields), (Status::Unknown, Some(Reason::PrintDiffers), vec!["sex", "date_of_expiry"]));
}

#[test]
fn without_dg1_the_mrz_given_is_compared_with_dg13() {
    let (dg13, given) = (dg13_with(&[]), mrz(AN));
    let chip = Chip { dg13: Some(&dg13), ..Chip::default() };
    assert_eq!(outcome(&chip, &Given { mrz: Some(&given), ..Given::default() }), PASSED);
    let given = mrz(&AN.replace("THI<AN", "THI<BA"));
    assert_eq!(outcome(&chip, &Given { mrz: Some(&given), ..Given::default() }).2, ["full_name"]);
}

#[test]
fn a_typed_number_that_differs_is_not_decided() {
    let (dg1, dg13) = (mrz(AN), dg13_with(&[]));
    let chip = Chip { dg1: Some(&dg1), dg13: Some(&dg13), ..Chip::default() };
    let typed = |text| {
        let number = IdNumber::parse(text).expect("twelve digits");
        outcome(&chip, &Given { id_number: Some(&number), ..Given::default() })
    };
    assert_eq!(typed("001190123456"), PASSED);
    assert_eq!(typed("079190123456"), (Status::Unknown, Some(Reason::PrintDiffers), vec!["id_number"]));
}

#[test]
fn another_card_outweighs_every_other_difference() {
    let (dg1, dg13, code) = (mrz(AN), dg13_with(&[(4, "Nam")]), qr(&QR.replace("001190123456", "079190123456")));
    let chip = Chip { dg1: Some(&dg1), dg13: Some(&dg13), ..Chip::default() };
    let (status, reason, _) = outcome(&chip, &Given { qr: Some(&code), ..Given::default() });
    assert_eq!((status, reason), (Status::Failed, Some(Reason::PrintDiffers)));
}

#[test]
fn a_code_that_fits_one_of_two_numbers_in_the_chip_is_of_this_card() {
    let (dg1, dg13, code) = (mrz(AN), dg13_with(&[(1, "079190123456")]), qr(QR));
    let chip = Chip { dg1: Some(&dg1), dg13: Some(&dg13), ..Chip::default() };
    let (status, reason, _) = outcome(&chip, &Given { qr: Some(&code), ..Given::default() });
    assert_eq!((status, reason), (Status::Unknown, Some(Reason::ChipDataDiffers)));
}

#[test]
fn a_difference_says_what_each_source_has_but_its_debug_output_does_not() {
    let (dg1, dg13) = (mrz(AN), dg13_with(&[(3, "16/03/1990")]));
    let agreement = compare(&Chip { dg1: Some(&dg1), dg13: Some(&dg13), ..Chip::default() }, &Given::default());
    assert_eq!(
        serde_json::to_value(&agreement.differences).expect("serialises"),
        serde_json::json!([{
            "field": "date_of_birth",
            "between": [{"source": "DG13", "value": "1990-03-16"}, {"source": "DG1", "value": "1990-03-15"}],
        }])
    );
    assert!(!format!("{agreement:?}").contains("1990") && !agreement.check.message.contains("1990"));
}
