//! What a newcomer does in the first minute.

use virtual_card::profile::Profile;

use crate::browser::key;
use crate::officer::{AN, Officer};

#[test]
fn a_newcomer_comes_from_a_sample_card_to_the_form_in_hand() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    browser.picture("first-page");
    officer.put_down(AN.title);
    browser.picture("card-waits-for-its-number");
    officer.open_with(AN.can);
    browser.until_shown("#people .person h2", AN.name);
    browser.until_shown("#people .verdict.good", "");
    browser.until("the portrait", "return document.querySelector('#people img')?.naturalWidth > 100", &[]);
    browser.picture("person-read");
    // Accents are not needed, and the services that do not fit go away.
    browser.type_into("#search", "tam tru");
    browser.until("few services", "return document.querySelectorAll('#services li').length <= 3", &[]);
    browser.picture("service-found");
    officer.choose("tam tru", "Đăng ký tạm trú");
    assert_eq!(officer.field("Họ, chữ đệm và tên"), AN.name);
    browser.picture("form-filled");
    browser.until("a link to the PDF", "return document.getElementById('pdf')?.href.includes('/form.pdf?s=')", &[]);
    let (kind, length, start) = officer.fetch("/form.pdf");
    assert_eq!((kind.as_str(), start.get(..5)), ("application/pdf", Some("%PDF-")));
    assert!(length > 10_000, "{length}");
    // So is the record of how the person was read.
    let (kind, _, start) = officer.fetch("/record/1");
    assert_eq!((kind.as_str(), start.get(..5)), ("application/pdf", Some("%PDF-")));
    officer.leave();
}

#[test]
fn a_code_that_was_scanned_opens_the_card_that_is_put_down_next() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    // A scanner types what the code says, and a line end.
    let code = Profile::default().person().expect("a person").qr_text();
    browser.type_into("#key", &format!("{code}{}", key::ENTER));
    browser.until_shown("#card h2", AN.name);
    browser.press(".samples button strong", AN.title);
    browser.until_shown("#people .person h2", AN.name);
    browser.until_shown("#people .verdict.good", "");
    officer.end_session();
    // A portrait in JPEG 2000, which no browser shows, is shown all the same.
    officer.put_down("ảnh JPEG 2000");
    officer.open_with(AN.can);
    browser.until("the portrait", "return document.querySelector('#people img')?.naturalWidth > 100", &[]);
    officer.leave();
}

#[test]
fn the_page_speaks_english_too_and_stays_with_it() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    browser.press("header .language button", "English");
    browser.until_shown("#card", "Put the ID card on the reader");
    browser.picture("first-page-english");
    browser.reload();
    browser.until_shown("#card", "Put the ID card on the reader");
    assert_eq!(browser.script("return document.documentElement.lang", &[]), "en");
    officer.leave();
}
