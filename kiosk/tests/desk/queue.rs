//! Who is next: citizens take numbers, the officer calls them, the citizens' screen shows and says them.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::accessibility::{expect_large_targets, expect_no_violation};
use crate::browser::Browser;
use crate::cups::Cups;
use crate::desk::Desk;
use crate::officer::{AN, Officer};

/// What is printed on the sample card of Nguyễn Thị An, as a scanner types it.
const CODE_OF_AN: &str = "001190123456|123456789|Nguyễn Thị An|15031990|Nữ|Hà Nội|20042021";

#[track_caller]
fn look_at(browser: &Browser, page: &str) {
    expect_no_violation(browser, page);
    expect_large_targets(browser, page);
    browser.picture(page);
}

#[test]
fn citizens_take_numbers_by_card_or_button_and_the_officer_calls_them() {
    let printer = Cups::start();
    let variables = [
        ("CCCD_DESK_QUEUE", Path::new("true")),
        ("CCCD_DESK_QUEUE_PRINTER", Path::new("may-in-tang-1")),
        ("CUPS_SERVER", &printer.socket()),
    ];
    let officer = Officer::at(Desk::start_with(&variables));
    let browser = &officer.browser;
    let desk = browser.new_tab();
    let ticket = browser.tab();
    browser.open(&officer.desk.page("/ticket"));
    look_at(browser, "ticket-page");
    browser.press("#take", "");
    browser.until_shown("#number", "001");
    look_at(browser, "ticket-taken");
    let paper = officer.desk.folder().join("ticket.pdf");
    fs::write(&paper, printer.printed()).expect("written");
    let text = Command::new("pdftotext").args([&paper, Path::new("-")]).output().expect("pdftotext").stdout;
    assert!(String::from_utf8_lossy(&text).contains("001"), "{}", String::from_utf8_lossy(&text));
    // By card: one number, however often it is scanned.
    for _ in 0..2 {
        browser.type_anew("#card", CODE_OF_AN);
        browser.press(".scan button", "");
        browser.until_shown("#number", "002");
    }
    browser.until_shown("#taken", "Ông/bà đã có số");
    browser.type_anew("#card", "https://example.vn/|x");
    browser.press(".scan button", "");
    browser.until_shown(".problem", "Chưa đọc được mã QR");
    browser.press("#take-first", "");
    browser.until_shown("#number", "003");
    browser.until_shown("#taken", "Sắp đến lượt");

    browser.go_to_tab(&desk);
    browser.until_shown("#queue h2", "3 người");
    browser.press("#call", "");
    browser.until_shown("#queue #called", "003");
    browser.press("#absent", "");
    browser.until_gone("#queue #called");
    browser.press("#call", "");
    browser.until_shown("#queue #called", "001");

    // The other screen: what it shows is said where somebody wants that, and again when it is called again.
    browser.go_to_tab(&ticket);
    browser.open(&officer.desk.page("/citizen"));
    browser.until_shown("h1", "Mời số 001 đến bàn");
    look_at(browser, "citizen-called");
    // No voice is installed here: one that notes what it is to say.
    browser.script(
        "window.spoken = []; speechSynthesis.getVoices = () => [{ lang: 'vi-VN' }]; speechSynthesis.cancel = () => {}; \
         speechSynthesis.speak = (words) => spoken.push(words.text); \
         window.SpeechSynthesisUtterance = function (text) { this.text = text; }; \
         speechSynthesis.dispatchEvent(new Event('voiceschanged'));",
        &[],
    );
    browser.press("#speech", "");
    let call_again = "fetch('/queue/again', { method: 'POST', headers: { 'X-Desk': '1' } })";
    browser.script(call_again, &[]);
    let said_twice = "return window.spoken.length >= 2 && spoken.every((text) => text === arguments[0])";
    browser.until("the call, twice", said_twice, &[json!("Mời số 1 đến bàn")]);

    browser.go_to_tab(&desk);
    officer.read(&AN);
    browser.until_shown("#queue .warning", "Nguyễn Thị An: số 002");
    browser.picture("queue-not-yet");
    browser.press("#call", "");
    browser.until_shown("#queue #called", "002");
    browser.until_gone("#queue .warning");
    browser.go_to_tab(&ticket);
    browser.until_shown("h1", "Mời số 002 đến bàn");
    // Whoever was called has been there when the next session ends: nobody is called any more.
    browser.go_to_tab(&desk);
    browser.press("#end", "");
    browser.until_gone("#people .person");
    officer.read(&AN);
    browser.go_to_tab(&ticket);
    browser.until_shown("h1", "Đã đọc xong");
    browser.go_to_tab(&desk);
    browser.press("#end", "");
    browser.until_gone("#queue #called");
    browser.go_to_tab(&ticket);
    browser.until_shown("h1", "Mời đặt thẻ");
}
