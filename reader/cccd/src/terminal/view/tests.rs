use icao9303::check::{Check, Reason};

use super::*;
use crate::messages::Words;
use crate::terminal::rows::Labels;
use crate::terminal::style::Pictures;
use crate::terminal::text::{columns, padded};

const PLAIN: Style = Style { width: 100, colour: false, pictures: Pictures::None };

#[test]
fn labels_go_without_english_where_there_is_no_room() {
    let label = ("Họ và tên", "full name");
    let wide = Labels::fitting(20, 36, 80).row(label, "Nguyễn Thị An", "DG13", None, &PLAIN, 80);
    assert_eq!(wide, [format!("{}{}DG13", padded("Họ và tên · full name", 36), padded("Nguyễn Thị An", 40))]);
    let narrow = Labels::fitting(20, 36, 50).row(label, "Nguyễn Thị An", "DG13", None, &PLAIN, 50);
    assert!(narrow[0].starts_with("Họ và tên           Nguyễn") && narrow[0].ends_with("DG13"));
}

#[test]
fn no_line_is_wider_than_the_terminal_and_values_stay_in_their_column() {
    let address = "Số 12, ngõ 34 phố Đội Cấn, Phường Ngọc Hà, Quận Ba Đình, Thành phố Hà Nội";
    for width in [40, 66, 80, 120] {
        let rows =
            Labels::fitting(20, 36, width).row(("Nơi thường trú", "residence"), address, "DG13", None, &PLAIN, width);
        assert!(rows.iter().all(|row| columns(row) <= width), "{width}: {rows:#?}");
        let indent = if width >= 66 { 36 } else { 20 };
        assert!(rows.iter().skip(1).all(|row| row.starts_with(&" ".repeat(indent))), "{width}");
    }
}

#[test]
fn a_state_says_its_reason_in_both_languages() {
    assert_eq!(labels::state(&Check::passed()), Words::new("đạt · passed", ""));
    let failed = labels::state(&Check::failed(Reason::HashMismatch, ""));
    assert!(failed.vi.starts_with("không đạt: Dữ liệu") && failed.en.starts_with("failed: Data"), "{failed:?}");
}
