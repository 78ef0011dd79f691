//! A foreigner at the desk: a passport, opened by its two lines.

use crate::accessibility::{expect_large_targets, expect_no_violation};
use crate::officer::{AN, Officer};

#[test]
fn a_foreigners_passport_is_read_by_its_two_lines_and_goes_into_the_forms_of_a_marriage() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    officer.put_down("Hộ chiếu nước ngoài");
    browser.until_shown("#card .sample-face", "HỘ CHIẾU MẪU");
    browser.until_shown("#key-passport", "hai dòng MRZ");
    browser.picture("passport-waits");
    browser.press("#card button", "Quét hai dòng MRZ của hộ chiếu mẫu");
    browser.until_shown("#people .person h2", "LINDQVIST ELSA MARIA");
    browser.until_shown("#people .verdict.good", "Hộ chiếu thật");
    browser.until_shown("#people .person", "không thuộc bảy phương thức");
    for fact in ["UT4821907", "Utopia", "12/08/1991", "Nữ"] {
        browser.until_shown("#people .facts", fact);
    }
    assert!(!browser.page_text().contains("Số định danh cá nhân\n"), "{}", browser.page_text());
    browser.picture("passport-read");
    for look in [expect_no_violation, expect_large_targets] {
        look(browser, "passport");
    }
    officer.choose("ket hon", "Đăng ký kết hôn");
    assert_eq!(officer.field("Giấy tờ tùy thân"), "Hộ chiếu số UT4821907 do Utopia cấp");
    browser.picture("passport-in-a-form");
    let (kind, _, start) = officer.fetch("/record/1");
    assert_eq!((kind.as_str(), start.get(..5)), ("application/pdf", Some("%PDF-")));
    officer.leave();
}

#[test]
fn the_two_lines_may_be_typed_and_a_card_is_another_person() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    officer.put_down("Hộ chiếu nước ngoài");
    // With a wrong digit first: it is said, and nothing is tried on the chip.
    // A scanner ends each line with Enter: the first alone is kept until the second is there.
    let (first, second) =
        ("P<UTOLINDQVIST<<ELSA<MARIA<<<<<<<<<<<<<<<<<<", "UT48219070UTO9108125F3405314<<<<<<<<<<<<<<<0");
    officer.open_with(first);
    browser.type_into("#key", second);
    browser.press("#open-card", "");
    browser.until_shown("#notice", "hai dòng dưới trang ảnh");
    browser.press("#card button", "Quét hai dòng MRZ của hộ chiếu mẫu");
    browser.until_shown("#people .verdict.good", "Hộ chiếu thật");
    officer.read(&AN);
    browser.until("two people", "return document.querySelectorAll('#people .person').length === 2", &[]);
    officer.leave();
}
