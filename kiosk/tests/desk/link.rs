//! The officer's computer: paired with the desk through its page, then used in the place of the desk's own screen.

use std::net::SocketAddr;
use std::path::Path;

use cccd_link::code::Code;
use cccd_link::computer::{self, LinkError, Tunnel};
use cccd_link::identity::Identity;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::browser::Browser;
use crate::desk::Desk;
use crate::http;
use crate::officer::{AN, Officer};
use crate::officers::{PASSWORD, log_in, look_at, make_first, status, text};

/// A desk that others of the office network may be paired with.
fn desk() -> Officer {
    Officer::at(Desk::start_with(&[("CCCD_DESK_LINK", Path::new("127.0.0.1:0"))]))
}

/// Has the desk show a code: the address and the code, as its page says them.
#[track_caller]
fn shown(browser: &Browser) -> (String, Code) {
    browser.press("#show-code", "");
    let command = text(browser, "#pair-command");
    let address = command.strip_prefix("cccd-link pair ").expect("the command").to_owned();
    (address, text(browser, "#pair-code").parse().expect("a code"))
}

/// Serves the desk's pages as the officer's computer does, and says where.
fn carry(network: &Runtime, tunnel: Tunnel) -> SocketAddr {
    network.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        tokio::spawn(tunnel.carry(listener));
        at
    })
}

#[test]
fn a_paired_computer_works_as_the_desk_does_after_login_and_no_more_once_it_is_removed() {
    let officer = desk();
    let browser = &officer.browser;
    browser.press("footer a", "Máy của cán bộ");
    browser.until_shown("[role=alert]", "Cần có tài khoản trước");
    look_at(browser, "link-before-accounts");
    officer.open();
    let (mut app, _) = make_first(&officer);
    browser.press("footer a", "Máy của cán bộ");
    let (address, code) = shown(browser);
    look_at(browser, "link-code");

    let network = Runtime::new().expect("a runtime");
    let (mine, strangers) = (Identity::make().expect("an identity"), Identity::make().expect("an identity"));
    let pinned = network.block_on(computer::pair(&address, &mine, &code, "Máy chị Hạnh")).expect("paired");
    let again = network.block_on(computer::pair(&address, &strangers, &code, "Kẻ lạ"));
    assert!(matches!(again, Err(LinkError::NotOpen)), "{again:?}");
    browser.press("#paired-yet", "");
    browser.until_shown("#computer", "Máy chị Hạnh");
    look_at(browser, "link-paired");

    let stranger = Tunnel::to(&address, &strangers, pinned).expect("a tunnel");
    assert!(matches!(network.block_on(stranger.check()), Err(LinkError::NotPaired)));
    let at = carry(&network, Tunnel::to(&address, &mine, pinned).expect("a tunnel"));

    // Under another name of the loopback: the browser keeps the two logins apart, as two machines do.
    let there = format!("http://localhost:{}", at.port());
    let desk_tab = browser.new_tab();
    let tab = browser.tab();
    browser.open(&format!("{there}/"));
    log_in(browser, "quantri", PASSWORD, &app.code());
    browser.until_shown("#card", "Đặt thẻ căn cước lên đầu đọc");
    officer.read(&AN);
    officer.choose("tam tru", "Đăng ký tạm trú");
    browser.until_shown("#work .field .origin", "");
    browser.picture("desk-from-the-officers-computer");
    assert_eq!(status(browser, "GET", "/portrait/1"), 200);
    let is_pdf = "const done = arguments[0]; const form = document.querySelector('#work a[href^=\"/form.pdf\"]'); \
                  fetch(form.href).then((answer) => done([answer.status, answer.headers.get('content-type')]))";
    assert_eq!(browser.script_async(is_pdf, &[]), json!([200, "application/pdf"]));
    assert_eq!(status(browser, "GET", "/link"), 403, "who may be paired is decided at the desk");
    assert_eq!(status(browser, "GET", "/citizen"), 403);
    assert_eq!(http::ask(at, "GET", "/", &[("Host", "evil.example")], &[]).status, 403);

    // One officer at a time: the login over there ended the one at the desk, and one at the desk ends that over there.
    browser.go_to_tab(&desk_tab);
    browser.open(&officer.desk.page("/link"));
    log_in(browser, "quantri", PASSWORD, &app.code());
    browser.open(&officer.desk.page("/link"));
    browser.go_to_tab(&tab);
    browser.until_shown("#log-in", "");
    browser.go_to_tab(&desk_tab);
    browser.press("summary", "Gỡ máy này");
    browser.press("#remove-computer", "");
    browser.until_shown("#show-code", "");
    browser.go_to_tab(&tab);
    browser.open(&format!("{there}/"));
    browser.until_shown("h1", "Chưa kết nối được bàn đọc thẻ");
    browser.picture("link-removed");

    let log = std::fs::read(officer.desk.folder().join("data/records.sqlite3")).expect("the log");
    let wal = std::fs::read(officer.desk.folder().join("data/records.sqlite3-wal")).unwrap_or_default();
    let log = String::from_utf8_lossy(&[log, wal].concat()).into_owned();
    for change in ["code_shown", "paired", "removed"] {
        assert!(log.contains(&format!("\"change\":\"{change}\"")), "{change} is not recorded");
    }
}
