//! For everybody: with a screen reader, with a keyboard alone, with large text, with a finger.
//!
//! The rules are those of axe-core (`tests/axe`), and a few more that this project promises and axe does not know.

use serde_json::{Value, json};

use crate::browser::{Browser, key};
use crate::officer::{AN, Officer};

const AXE: &str = include_str!("../axe/axe.min.js");

/// What axe finds wrong with the page as it is now: WCAG 2.2 up to AA, its best practices, and contrast of 7:1.
#[track_caller]
pub fn expect_no_violation(browser: &Browser, page: &str) {
    browser.script(AXE, &[]);
    let found = browser.script_async(
        "const done = arguments[0]; axe.run(document, { \
           runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], \
           rules: { 'color-contrast-enhanced': { enabled: true }, 'target-size': { enabled: true } }, \
           resultTypes: ['violations'] \
         }).then((result) => done(result.violations.map((rule) => [rule.id, rule.help, \
           rule.nodes.map((node) => node.html.slice(0, 200) + ' ' + node.failureSummary)])))",
        &[],
    );
    assert_eq!(found, json!([]), "{page}: {found:#}");
}

/// What can be pressed and is smaller than a finger.
#[track_caller]
pub fn expect_large_targets(browser: &Browser, page: &str) {
    let small = browser.script(
        "return [...document.querySelectorAll('button, a[href], summary, select, textarea, input:not([type=hidden])')]\
         .filter((element) => element.checkVisibility() && !element.classList.contains('skip'))\
         .map((element) => [element.outerHTML.slice(0, 120), element.getBoundingClientRect()])\
         .filter(([, box]) => box.height < 47.5 || box.width < 47.5)\
         .map(([html, box]) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${html}`)",
        &[],
    );
    assert_eq!(small, json!([]), "{page}: {small:#}");
}

/// How much wider than the window the page is.
#[track_caller]
pub fn expect_no_sideways_scrolling(browser: &Browser, page: &str) {
    let wide = browser.script(
        "const most = document.documentElement.clientWidth + 1; \
         return document.documentElement.scrollWidth <= most ? [] : [...document.querySelectorAll('body *')]\
         .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > most)\
         .map((element) => element.outerHTML.slice(0, 120))",
        &[],
    );
    assert_eq!(wide, json!([]), "{page}: {wide:#}");
}

/// The pages of a whole visit, each looked at in turn.
#[track_caller]
fn visit(look: impl Fn(&Browser, &str)) {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    look(browser, "first page");
    officer.put_down(AN.title);
    look(browser, "card waits");
    officer.open_with("654321");
    browser.until_shown("#card .problem", "");
    look(browser, "wrong number");
    officer.open_with(AN.can);
    browser.until_shown("#people .person h2", AN.name);
    browser.press("#people details summary", "Các phép kiểm tra");
    look(browser, "person");
    officer.choose("tam tru", "Đăng ký tạm trú");
    look(browser, "form");
    officer.put_down("Chip sao chép");
    officer.open_with("123456");
    browser.until_shown("#people .verdict.bad", "");
    look(browser, "rejected");
    officer.leave();
}

#[test]
fn no_rule_of_axe_is_violated_contrast_is_seven_to_one_and_targets_are_large() {
    visit(|browser, page| {
        expect_no_violation(browser, page);
        expect_large_targets(browser, page);
    });
}

#[test]
fn text_twice_as_large_and_a_window_half_as_wide_need_no_sideways_scrolling() {
    visit(|browser, page| {
        browser.script("document.documentElement.style.fontSize = '200%'", &[]);
        expect_no_sideways_scrolling(browser, page);
        browser.picture(&format!("large-{}", page.replace(' ', "-")));
        browser.script("document.documentElement.style.fontSize = ''", &[]);
        browser.resize(683, 900);
        expect_no_sideways_scrolling(browser, page);
        browser.resize(1366, 900);
    });
}

/// Goes on with the key that moves the focus until it is on an element of this selector with this text.
#[track_caller]
fn tab_to(browser: &Browser, selector: &str, text: &str) {
    for _ in 0..150 {
        browser.keys(key::TAB);
        let focus = browser.script(
            "const active = document.activeElement; const style = getComputedStyle(active); \
             return [active.matches(arguments[0]) && (active.textContent ?? '').includes(arguments[1]), \
             active === document.body || style.outlineStyle !== 'none', active.outerHTML.slice(0, 100)]",
            &[json!(selector), json!(text)],
        );
        assert_eq!(focus[1], Value::Bool(true), "where the focus is cannot be seen: {}", focus[2]);
        if focus[0] == Value::Bool(true) {
            return;
        }
    }
    panic!("the focus never came to {selector} «{text}»");
}

#[test]
fn a_keyboard_alone_is_enough_from_the_card_to_the_form() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    tab_to(browser, ".samples button", AN.title);
    browser.keys(key::ENTER);
    browser.until("the focus in the number", "return document.activeElement?.id === 'key'", &[]);
    browser.keys(AN.can);
    browser.keys(key::ENTER);
    browser.until_shown("#people .person h2", AN.name);
    tab_to(browser, "#search", "");
    browser.keys("tam tru");
    browser.until("few services", "return document.querySelectorAll('#services li').length <= 3", &[]);
    tab_to(browser, "button.service", "Đăng ký tạm trú");
    browser.keys(key::SPACE);
    browser.until_shown("#work h2", "Đăng ký tạm trú");
    tab_to(browser, "a#pdf", "");
    officer.leave();
}
