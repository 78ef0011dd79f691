//! The log of what was done: nothing of a citizen stands in it, and nothing in it can be changed unseen.

use std::fs;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::accessibility::{expect_large_targets, expect_no_violation};
use crate::officer::{AN, Officer};

/// `cccd-kiosk audit verify` on the desk's log.
fn verify(officer: &Officer, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cccd-kiosk"));
    command.args(["audit", "verify", "--json"]).args(more);
    // The first that is no option is a file of its own.
    if more.first().is_none_or(|word| word.starts_with("--")) {
        command.arg(officer.desk.folder().join("data"));
    }
    command.output().expect("the program is there")
}

fn said(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

/// A whole visit: a card is read, a form opened and printed, the session ended.
#[track_caller]
fn visit(officer: &Officer) {
    officer.read(&AN);
    officer.choose("tam tru", "Đăng ký tạm trú");
    officer.browser.until_shown("#pdf", "");
    assert_eq!(officer.fetch("/form.pdf").0, "application/pdf");
    assert_eq!(officer.fetch("/record/1").0, "application/pdf");
    officer.end_session();
}

#[test]
fn a_visit_is_recorded_and_nothing_of_the_citizen_stands_in_any_file() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    visit(&officer);
    browser.press("footer a", "Nhật ký");
    for act in ["Bắt đầu phiên", "Đọc thông tin công dân", "Chọn dịch vụ", "In, xuất dữ liệu", "Kết thúc phiên"]
    {
        browser.until_shown(".log", act);
    }
    browser.until_shown(".log", "không có tài khoản");
    expect_no_violation(browser, "log");
    expect_large_targets(browser, "log");
    browser.picture("log");
    for file in fs::read_dir(officer.desk.folder().join("data")).expect("a folder").map_while(Result::ok) {
        let bytes = fs::read(file.path()).expect("a file");
        for secret in [AN.name, "001190123456", "123456", "15/03/1990", "Ngọc Hà", "1990"] {
            let there = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            // Six digits of the number could stand in a hash by chance; nothing longer can.
            assert!(!there || secret.len() <= 6, "{}: {secret}", file.path().display());
        }
    }
    // The citizen is found by number, and only these records are shown.
    browser.type_anew("#number", "001190123456");
    browser.press("#find-person", "");
    browser.until_shown(".notice", "bí danh");
    assert!(!browser.page_source().contains("001190123456"));
    let others =
        "return [...document.querySelectorAll('.log tbody tr')].filter((row) => !row.querySelector('a')).length";
    assert_eq!(browser.script(others, &[]), 0);
    browser.picture("log-of-a-person");
    browser.type_anew("#number", "001190123457");
    browser.press("#find-person", "");
    browser.until_shown(".problem", "Không có bản ghi nào");
    browser.press("#verify", "");
    browser.until_shown("#verified.good", "Nguyên vẹn");
    browser.picture("log-whole");
    assert_eq!(verify(&officer, &[]).status.code(), Some(0));
    officer.leave();
}

#[test]
fn a_citizen_reads_the_notice_gets_what_is_stored_and_is_forgotten() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    officer.put_down(AN.title);
    // The purpose stands beside the number, and is chosen already.
    let chosen = browser.script("return document.getElementById('purpose').value", &[]);
    assert_eq!(chosen, "procedure");
    browser.script("document.getElementById('purpose').value = 'result'", &[]);
    browser.picture("purpose");
    officer.open_with(AN.can);
    browser.until_shown("#people .person h2", AN.name);
    officer.end_session();
    browser.open(&officer.desk.page("/notice"));
    browser.until_shown("h2", "Thông báo xử lý dữ liệu cá nhân");
    expect_no_violation(browser, "notice");
    expect_large_targets(browser, "notice");
    browser.picture("notice");
    assert_eq!(officer.fetch("/notice.pdf").0, "application/pdf");
    browser.press("footer a", "Yêu cầu của công dân");
    expect_no_violation(browser, "citizens' requests");
    browser.type_anew("#number", "001190123456");
    browser.press("#find-person", "");
    browser.until_shown("#found", "bản ghi về người này");
    expect_large_targets(browser, "citizens' requests");
    browser.picture("rights");
    let person = browser.script("return document.querySelector('#found ~ .buttons input[name=person]').value", &[]);
    let ask = |path: &str, who: &Value, format: &str| {
        let body = "const done = arguments[3]; fetch(arguments[0], { method: 'POST', body: new URLSearchParams(\
                    { person: arguments[1], number: arguments[1], format: arguments[2] }) }).then(async (answer) => \
                    done([answer.headers.get('content-type'), (await answer.text()).slice(0, 20000)]))";
        browser.script_async(body, &[json!(path), who.clone(), json!(format)])
    };
    let data = ask("/rights/export", &person, "json");
    let text = data[1].as_str().unwrap_or_default();
    // What the card was read for stands in the record, and the version of the notice.
    assert!(text.contains("cccd.citizen/1") && text.contains("Trả kết quả hồ sơ"), "{text}");
    assert_eq!(ask("/rights/export", &person, "pdf")[0], "application/pdf");
    // A pseudonym alone deletes nothing: the number must be put in.
    assert_ne!(ask("/rights/forget", &person, "")[0], "application/pdf");
    assert_eq!(ask("/rights/forget", &json!("001190123456"), "")[0], "application/pdf");
    browser.open(&officer.desk.page("/rights"));
    browser.type_anew("#number", "001190123456");
    browser.press("#find-person", "");
    browser.until_shown(".problem", "Không có bản ghi nào");
    // The records are still there, and the chain is whole.
    browser.type_anew("#complaint", "12/PA-2026");
    browser.press("#receive", "");
    browser.until_shown(".notice", "Đã ghi nhận");
    browser.press("footer a", "Nhật ký");
    for act in ["Xóa dữ liệu theo yêu cầu công dân", "Tiếp nhận khiếu nại", "Đọc thông tin công dân"]
    {
        browser.until_shown(".log", act);
    }
    assert_eq!(verify(&officer, &[]).status.code(), Some(0));
    officer.leave();
}

#[test]
fn a_record_that_is_changed_behind_the_desk_is_found_by_page_and_command() {
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    visit(&officer);
    browser.press("footer a", "Nhật ký");
    let whole = said(&verify(&officer, &[]));
    assert_eq!((&whole["result"], &whole["fault"]), (&json!("whole"), &Value::Null));
    // Exported before, kept elsewhere.
    let body = "const done = arguments[0]; fetch('/log/export', { method: 'POST', \
                body: new URLSearchParams({ format: 'jsonl' }) }).then(async (answer) => done(await answer.text()))";
    let exported = browser.script_async(body, &[]);
    let file = officer.desk.folder().join("kept.jsonl");
    fs::write(&file, exported.as_str().unwrap_or_default()).expect("written");
    let file = file.to_str().expect("a path");
    assert_eq!(verify(&officer, &[file]).status.code(), Some(3), "whose key it is, is the file's own word");
    assert_eq!(verify(&officer, &[file, "--head", file]).status.code(), Some(2), "compared with itself");
    let head = officer.desk.folder().join("kept.head");
    fs::copy(officer.desk.folder().join("data/records.head"), &head).expect("the head beside the log");
    let head = head.to_str().expect("a path");
    assert_eq!(verify(&officer, &[file, "--head", head]).status.code(), Some(0));
    let log = rusqlite::Connection::open(officer.desk.folder().join("data/records.sqlite3")).expect("the log");
    assert!(log.execute("UPDATE record SET body = '{}'", []).is_err(), "the triggers refuse");
    log.execute_batch(
        "DROP TRIGGER record_is_not_changed; UPDATE record SET body = replace(body, '\"way\":5', '\"way\":1') \
         WHERE act = 'read'",
    )
    .expect("who drops the triggers can");
    let found = verify(&officer, &[]);
    assert_eq!((found.status.code(), &said(&found)["fault"]["code"]), (Some(4), &json!("changed")));
    browser.press("#verify", "");
    browser.until_shown("#verified.bad", "đã bị sửa");
    browser.picture("log-tampered");
    // Cut off: told by what was kept.
    log.execute_batch(
        "DROP TRIGGER record_is_not_removed; UPDATE record SET body = replace(body, '\"way\":1', '\"way\":5') \
         WHERE act = 'read'; DELETE FROM record WHERE idx > 3",
    )
    .expect("who drops the triggers can");
    fs::remove_file(officer.desk.folder().join("data/records.head")).expect("the head beside it");
    assert_eq!(verify(&officer, &[]).status.code(), Some(0), "nothing left on the machine shows it");
    let found = verify(&officer, &["--head", file]);
    assert_eq!((found.status.code(), &said(&found)["fault"]["code"]), (Some(4), &json!("truncated")));
    officer.leave();
}
