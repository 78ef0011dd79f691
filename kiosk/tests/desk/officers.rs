//! Officers: the first account, logins with a second factor, and what each role may do.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha1::Sha1;

use crate::accessibility::{expect_large_targets, expect_no_violation};
use crate::browser::{Browser, until};
use crate::desk::Desk;
use crate::officer::{AN, Officer};

pub const PASSWORD: &str = "bốn từ không liên quan";

/// What an authenticator app knows.
pub struct App {
    secret: Vec<u8>,
    last: u64,
}

impl App {
    /// The app, after the key was typed into it.
    pub fn with_key(key: &str) -> Self {
        let value = |letter: char| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).expect("a letter of Base32");
        let bits: Vec<usize> = key
            .chars()
            .filter(|letter| *letter != '-')
            .flat_map(|letter| (0..5).rev().map(move |bit| value(letter) >> bit & 1))
            .collect();
        let secret = bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |byte, bit| byte << 1 | *bit as u8)).collect();
        Self { secret, last: 0 }
    }

    /// The next code that was not used. Those of the step before and of the step to come are good too; the step before is
    /// left out where it may be over until the code is typed.
    pub fn code(&mut self) -> String {
        let seconds = || SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
        let first = if seconds() % 30 < 15 { seconds() / 30 - 1 } else { seconds() / 30 };
        self.last = first.max(self.last + 1);
        until("the step of the code", || seconds() / 30 + 1 >= self.last);
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.secret).expect("any length");
        mac.update(&self.last.to_be_bytes());
        let hash: [u8; 20] = mac.finalize().into_bytes().into();
        let start = usize::from(hash[19] & 15);
        let word = u32::from_be_bytes(hash[start..start + 4].try_into().expect("four")) & 0x7fff_ffff;
        format!("{:06}", word % 1_000_000)
    }
}

/// The text of an element.
#[track_caller]
pub fn text(browser: &Browser, selector: &str) -> String {
    browser.until_shown(selector, "");
    let text = browser.script("return document.querySelector(arguments[0]).innerText", &[json!(selector)]);
    text.as_str().unwrap_or_default().to_owned()
}

/// Fills fields by their id, then presses a button.
#[track_caller]
fn fill(browser: &Browser, fields: &[(&str, &str)], button: &str) {
    // Pages have fields of one name: the button tells which page it is.
    browser.until_shown(button, "");
    for (id, value) in fields {
        browser.until_shown(&format!("#{id}"), "");
        browser.script(
            "const field = document.getElementById(arguments[0]); field.value = arguments[1];",
            &[json!(id), json!(value)],
        );
    }
    browser.press(button, "");
}

/// Makes the first administrator through the page: an officer who reads cards too. The app, and a recovery code.
#[track_caller]
pub fn make_first(officer: &Officer) -> (App, String) {
    let browser = &officer.browser;
    browser.press("footer a", "Tạo người quản trị đầu tiên");
    browser.until_shown("#make-first", "");
    look_at(browser, "first-administrator");
    let fields = [("name", "quantri"), ("full_name", "Trần Quản Trị"), ("password", PASSWORD), ("again", PASSWORD)];
    fill(browser, &fields, "#make-first");
    set_up(browser)
}

/// Sets the second factor up, and goes on.
#[track_caller]
fn set_up(browser: &Browser) -> (App, String) {
    let mut app = App::with_key(&text(browser, "#secret"));
    look_at(browser, "second-factor");
    fill(browser, &[("code", &app.code())], "#save-code");
    let recovery = text(browser, ".codes li");
    look_at(browser, "recovery-codes");
    browser.press("#go-on", "");
    (app, recovery)
}

#[track_caller]
pub fn look_at(browser: &Browser, page: &str) {
    expect_no_violation(browser, page);
    expect_large_targets(browser, page);
    browser.picture(page);
}

/// Makes an account, logs it in, and sets it up. Whoever was logged in is out then.
#[track_caller]
fn make_and_enter(officer: &Officer, name: &str, roles: &str) -> App {
    let browser = &officer.browser;
    browser.open(&officer.desk.page("/officers"));
    fill(browser, &[("name", name), ("full_name", "Cán Bộ Khác"), ("roles", roles)], "#make");
    let given = text(browser, "#given");
    look_at(browser, "accounts");
    browser.press("#logout", "");
    log_in(browser, name, &given, "");
    fill(browser, &[("password", PASSWORD), ("again", PASSWORD)], "#save-password");
    set_up(browser).0
}

#[track_caller]
pub fn log_in(browser: &Browser, name: &str, password: &str, code: &str) {
    browser.until_shown("#log-in", "");
    fill(browser, &[("name", name), ("password", password), ("code", code)], "#log-in");
}

/// The status of a page, asked for from within the browser.
#[track_caller]
pub fn status(browser: &Browser, method: &str, path: &str) -> u64 {
    let body = "const done = arguments[2]; fetch(arguments[1], { method: arguments[0], redirect: 'manual' })\
                .then((answer) => done(answer.type === 'opaqueredirect' ? 303 : answer.status))";
    browser.script_async(body, &[json!(method), json!(path)]).as_u64().unwrap_or_default()
}

#[test]
fn the_first_account_closes_the_desk_and_a_login_with_a_code_opens_it() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    let (mut app, recovery) = make_first(&officer);
    browser.until_shown("footer", "Trần Quản Trị");
    browser.picture("desk-with-account");
    officer.read(&AN);
    // Who logs out, in another tab too, ends the citizen's session; the page that stayed open leaves by itself.
    browser.script("fetch('/logout', { method: 'POST', redirect: 'manual' })", &[]);
    browser.until_shown("#log-in", "");
    look_at(browser, "login");
    for path in ["/", "/portrait/1", "/form.pdf", "/events", "/log", "/officers"] {
        assert!(matches!(officer.desk.get(path).status, 303 | 401), "{path}");
    }
    assert_eq!(officer.desk.get("/citizen").status, 200);
    log_in(browser, "quantri", PASSWORD, "000000");
    browser.until_shown(".problem", "không đúng");
    browser.picture("login-wrong");
    log_in(browser, "quantri", PASSWORD, &app.code());
    browser.until_shown("#card", "Đặt thẻ căn cước lên đầu đọc");
    assert_eq!(browser.script("return document.querySelectorAll('#people .person').length", &[]), 0);
    // A recovery code is good once.
    browser.press("#logout", "");
    log_in(browser, "quantri", PASSWORD, &recovery);
    browser.until_shown("footer", "Trần Quản Trị");
    browser.press("#logout", "");
    log_in(browser, "quantri", PASSWORD, &recovery);
    browser.until_shown(".problem", "không đúng");
    // A touch that is told just after the logout is refused, and the console says so: it is not looked at here.
}

#[test]
fn who_guesses_must_wait_and_who_has_the_machine_can_help() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    let (mut app, _) = make_first(&officer);
    browser.press("#logout", "");
    // On a slow machine the first waits pass by themselves.
    for _ in 0..12 {
        log_in(browser, "quantri", "sai mật khẩu", "000000");
        if text(browser, ".problem").contains("thử lại sau") {
            break;
        }
    }
    log_in(browser, "quantri", PASSWORD, &app.code());
    browser.until_shown(".problem", "thử lại sau");
    browser.picture("login-locked");
    let output = Command::new(env!("CARGO_BIN_EXE_cccd-kiosk"))
        .args(["officers", "reset", "quantri", "--data"])
        .arg(officer.desk.folder().join("data"))
        .output()
        .expect("the program is there");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let given = said.split_whitespace().last().unwrap_or_default();
    log_in(browser, "quantri", given, "");
    fill(browser, &[("password", PASSWORD), ("again", PASSWORD)], "#save-password");
    set_up(browser);
    browser.until_shown("#card", "Đặt thẻ căn cước lên đầu đọc");
}

#[test]
fn an_operator_sees_no_log_and_an_auditor_reads_no_card() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    let (mut admin, _) = make_first(&officer);
    browser.until_shown("footer", "Trần Quản Trị");
    let mut auditor = make_and_enter(&officer, "kiemtra", "auditor");
    browser.until_shown("h2", "Nhật ký");
    for (method, path) in [("GET", "/"), ("POST", "/practice/nguyen-thi-an"), ("POST", "/key"), ("GET", "/officers")] {
        let refused = status(browser, method, path);
        assert!(matches!(refused, 403 | 303), "{method} {path}: {refused}");
    }
    assert_eq!(status(browser, "GET", "/events"), 403);
    browser.press("#logout", "");
    log_in(browser, "quantri", PASSWORD, &admin.code());
    browser.until_shown("footer", "Trần Quản Trị");
    make_and_enter(&officer, "tiepnhan", "operator");
    browser.until_shown("#card", "Đặt thẻ căn cước lên đầu đọc");
    assert!(!text(browser, "footer").contains("Nhật ký"));
    for (method, path) in [("GET", "/log"), ("POST", "/log/verify"), ("GET", "/officers"), ("POST", "/officers/make")] {
        assert_eq!(status(browser, method, path), 403, "{method} {path}");
    }
    officer.read(&AN);
    browser.press("#logout", "");
    log_in(browser, "kiemtra", PASSWORD, &auditor.code());
    browser.until_shown("h2", "Nhật ký");
    browser.until_shown(".log", "tiepnhan");
    // The browser's console tells of what was refused: it is not silent, as it is after other visits.
}

#[test]
fn a_desk_may_demand_accounts_from_the_start() {
    let desk = Desk::start_with(&[("CCCD_DESK_ACCOUNTS", std::path::Path::new("true"))]);
    for path in ["/", "/form.pdf", "/log", "/events"] {
        assert!(matches!(desk.get(path).status, 303 | 401), "{path}");
    }
    assert_eq!(desk.get("/officers").status, 200);
    assert_eq!(desk.get("/login").status, 200);
}
