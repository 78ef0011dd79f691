//! Cards and people that make trouble: what went wrong is said, and what to do.

use crate::officer::{AN, Officer};

#[test]
fn a_wrong_number_is_said_to_be_wrong_and_the_right_one_opens_the_card() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    officer.put_down(AN.title);
    officer.open_with("654321");
    browser.until_shown("#card .problem", "");
    browser.picture("wrong-number");
    officer.open_with(AN.can);
    browser.until_shown("#people .person h2", AN.name);
    officer.leave();
}

#[test]
fn a_card_that_counts_says_how_many_tries_are_left_and_opens_by_its_mrz() {
    let officer = Officer::at_a_new_desk();
    officer.put_down("Số in trên thẻ không mở được chip");
    officer.open_with("123456");
    officer.browser.until_shown("#card .problem", "lần thử");
    officer.browser.press("#card button", "Quét MRZ");
    officer.browser.until_shown("#people .person h2", AN.name);
    officer.browser.until_shown("#people .verdict.good", "");
    officer.leave();
}

#[test]
fn a_card_that_is_lifted_and_put_back_is_read_on() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    officer.put_down("Thẻ bị nhấc ra giữa chừng rồi đặt lại");
    officer.open_with("123456");
    browser.until_shown("#card h2", "đặt lại");
    browser.until_shown("#people .person h2", AN.name);
    browser.until_shown("#people .verdict.good", "");
    officer.leave();
}

#[test]
fn a_card_that_is_not_put_back_shows_what_came_and_is_then_given_up() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    officer.put_down("Thẻ bị nhấc ra và không đặt lại");
    officer.open_with("123456");
    browser.until_shown("#card h2", "đặt lại");
    // What has come of the person is there before the read is done.
    browser.until_shown("#card .facts", AN.name);
    browser.until_shown("#card .steps", "Đọc ảnh chân dung");
    browser.picture("card-lifted");
    browser.until_shown("#card .problem", "");
    browser.picture("card-given-up");
    assert_eq!(browser.script("return document.querySelectorAll('#people .person').length", &[]), 0);
    officer.leave();
}

#[test]
fn each_fault_of_a_card_is_shown_with_what_to_do_next() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    let faults = [
        ("Thẻ hết hạn", "000789", "bad"),
        ("Chip sao chép", "123456", "bad"),
        ("Dữ liệu bị sửa", "123456", "bad"),
        ("Chip tự mâu thuẫn", "123456", "unsure"),
        ("Chưa biết cơ quan cấp", "123456", "unsure"),
        ("Chứng thư ký thẻ bị thu hồi", "123456", "bad"),
    ];
    for (title, can, verdict) in faults {
        officer.put_down(title);
        officer.open_with(can);
        browser.until_shown(&format!("#people .verdict.{verdict}"), "");
        browser.until_shown("#people .advice .finding", "");
        browser.until_shown("#people .advice li", "");
        browser.picture(&format!("fault-{}", title.replace(' ', "-")));
        officer.end_session();
    }
    officer.leave();
}

#[test]
fn a_printed_code_of_another_card_is_shown_field_by_field() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    officer.put_down("Mã QR in trên thẻ khác chip");
    browser.press("#card button", "Quét mã QR của thẻ mẫu");
    browser.until_shown("#people .verdict.bad", "");
    browser.until_shown("#people .differences", "031190123456");
    browser.until_shown("#people .differences", "001190123456");
    browser.picture("print-differs");
    officer.leave();
}

#[test]
fn a_desk_that_stops_is_said_to_be_gone() {
    let mut officer = Officer::at_a_new_desk();
    officer.desk.stop();
    officer.browser.until_shown("#offline", "");
    officer.browser.picture("desk-gone");
}
