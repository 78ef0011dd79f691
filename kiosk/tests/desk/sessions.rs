//! Sessions with several people, several pages, and their end.

use std::fs;
use std::path::Path;

use crate::accessibility::expect_no_violation;
use crate::officer::{AN, JUN, Officer, VIET};

#[test]
fn a_couple_puts_both_cards_down_and_both_stand_in_the_form_of_marriage() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    officer.read(&VIET);
    officer.choose("ket hon", "Đăng ký kết hôn");
    officer.read(&JUN);
    browser.until_shown("#people .person h2", VIET.name);
    browser.picture("marriage");
    // The form, once there is one, holds both.
    if browser.script("return document.querySelector('#work .field') !== null", &[]) == true {
        for name in [VIET.name, JUN.name] {
            let body = "return [...document.querySelectorAll('#work .field input, #work .field textarea')]\
                        .some((field) => field.value === arguments[0])";
            browser.until(name, body, &[name.into()]);
        }
        assert_eq!(officer.fetch("/form.pdf").0, "application/pdf");
    }
    officer.leave();
}

#[test]
fn a_page_that_is_reloaded_or_opened_twice_shows_the_same_and_loses_nothing_typed() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    officer.read(&AN);
    officer.choose("tam tru", "Đăng ký tạm trú");
    let field = "#work .field input:not([type=hidden]):not([type=checkbox])";
    let typed = "Công an xã Thử Nghiệm";
    let holds = |text: &str| {
        let body = "return document.querySelector(arguments[0])?.value === arguments[1]";
        browser.until(text, body, &[field.into(), text.into()]);
    };
    browser.type_anew(field, typed);
    browser.press("#work .chosen h2", "");
    browser.until_shown("#work .field .origin.typed", "nhập tay");
    let first = browser.new_tab();
    browser.open(&officer.desk.page("/"));
    browser.until_shown("#people .person h2", AN.name);
    holds(typed);
    let changed = "Công an phường Thử Nghiệm";
    browser.type_anew(field, changed);
    browser.press("#work .chosen h2", "");
    browser.go_to_tab(&first);
    holds(changed);
    browser.reload();
    browser.until_shown("#people .person h2", AN.name);
    holds(changed);
    officer.leave();
}

#[test]
fn the_end_of_a_session_leaves_nothing_of_the_citizen_behind() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    officer.read(&AN);
    officer.choose("tam tru", "Đăng ký tạm trú");
    assert_eq!(officer.fetch("/portrait/1").0, "image/jpeg");
    assert!(browser.page_source().contains("001190123456"));
    officer.end_session();
    browser.until_gone("#people .person");
    browser.picture("session-ended");
    let told = [AN.name, "001190123456", "Ngọc Hà", "15/03/1990", "Phạm Thị Dung"];
    // What the sample cards' list says of itself is no citizen's.
    let without_samples = "document.querySelectorAll('.samples').forEach((list) => list.remove());\
                           return document.documentElement.outerHTML + JSON.stringify([...Object.entries(localStorage), \
                           ...Object.entries(sessionStorage)]) + document.cookie";
    let page = browser.script(without_samples, &[]);
    for text in told {
        assert!(!page.as_str().unwrap_or_default().contains(text), "the page still says {text}");
        assert_eq!(found_in(officer.desk.folder(), text), None, "a file still says {text}");
    }
    for path in ["/portrait/1", "/form.pdf", "/record/1"] {
        assert_eq!(officer.desk.get(path).status, 404, "{path}");
    }
    // A new session begins with nobody.
    browser.reload();
    officer.read(&VIET);
    let page = browser.script(without_samples, &[]);
    assert!(told.iter().all(|text| !page.as_str().unwrap_or_default().contains(text)));
    officer.leave();
}

#[test]
fn the_citizens_screen_follows_says_no_whole_number_and_forgets() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    let officers = browser.new_tab();
    let citizens = browser.tab();
    browser.open(&officer.desk.page("/citizen"));
    browser.until_shown("#citizen h1", "Mời đặt thẻ");
    browser.go_to_tab(&officers);
    officer.read(&AN);
    browser.go_to_tab(&citizens);
    browser.until_shown("#citizen li", AN.name);
    expect_no_violation(browser, "citizen's screen");
    browser.picture("citizen");
    for text in ["001190123456", "123456", "15/03/1990", "Ngọc Hà"] {
        assert!(!browser.page_source().contains(text), "the citizen's screen says {text}");
    }
    browser.go_to_tab(&officers);
    officer.end_session();
    browser.go_to_tab(&citizens);
    browser.until_gone("#citizen li");
    assert!(!browser.page_source().contains(AN.name));
    officer.leave();
}

/// A file below a folder that holds this text.
fn found_in(folder: &Path, text: &str) -> Option<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map_while(Result::ok);
    entries.map(|entry| entry.path()).find_map(|path| {
        if path.is_dir() {
            return found_in(&path, text);
        }
        let bytes = fs::read(&path).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes()).then_some(path)
    })
}
