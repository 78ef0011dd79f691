//! The sample page of the one-stop software in the real browser: served from another origin, paired, let, filled.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use crate::accessibility::{expect_large_targets, expect_no_violation};
use crate::browser::Browser;
use crate::officer::{AN, Officer};

/// Serves the files of a folder to the browser, as `python3 -m http.server` does.
fn serve(folder: PathBuf) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let folder = folder.clone();
            std::thread::spawn(move || answer(stream, &folder));
        }
    });
    address
}

fn answer(mut stream: TcpStream, folder: &Path) {
    let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let path = first.split(' ').nth(1).unwrap_or("/").trim_start_matches('/').to_owned();
    let path = if path.ends_with('/') { format!("{path}index.html") } else { path };
    let kind = match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        _ => "text/javascript",
    };
    let is_safe = !path.contains("..");
    let (status, body) = match std::fs::read(folder.join(&path)) {
        Ok(body) if is_safe => ("200 OK", body),
        _ => ("404 Not Found", Vec::new()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // The browser may have gone.
    let _ = stream.write_all(&[head.as_bytes(), &body].concat());
}

fn value(browser: &Browser, id: &str) -> String {
    let value = browser.script("return document.getElementById(arguments[0]).value", &[id.into()]);
    value.as_str().unwrap_or_default().to_owned()
}

#[test]
fn the_sample_page_is_paired_asks_and_fills_its_form_with_what_it_verified() {
    let address = serve(PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    let officer = Officer::at_a_new_desk();
    let browser = &officer.browser;
    // The officer makes a code for the page.
    browser.press("footer a", "Phần mềm kết nối");
    browser.type_anew("#origin", &format!("http://{address}/examples/one-stop/"));
    expect_no_violation(browser, "connected software");
    expect_large_targets(browser, "connected software");
    browser.press("#make-code", "");
    browser.until_shown("#pairing-code", "");
    browser.picture("software-pairing");
    let code = browser.script("return document.getElementById('pairing-code').innerText", &[]);
    // The clerk types it into the one-stop software.
    let officers_tab = browser.new_tab();
    browser.open(&format!("http://{address}/examples/one-stop/"));
    browser.until_shown("#origin", &address.to_string());
    browser.press("summary", "Địa chỉ bàn đọc thẻ");
    browser.type_anew("#desk", &format!("http://{}", officer.desk.address));
    browser.type_into("#code", code.as_str().unwrap_or_default());
    expect_no_violation(browser, "sample page");
    browser.press("#pair button", "Kết nối");
    browser.until_shown("#paired", "Đã kết nối");
    // It asks.
    browser.press("#read", "");
    browser.until_shown("#progress", "Chờ cán bộ đồng ý");
    browser.picture("one-stop-waits");
    let page_tab = browser.tab();
    browser.go_to_tab(&officers_tab);
    officer.open();
    browser.until_shown("#bridge", "Phần mềm đang kết nối");
    browser.until_shown("#ask-purpose", "Đăng ký tạm trú");
    expect_no_violation(browser, "request of connected software");
    expect_large_targets(browser, "request of connected software");
    browser.picture("software-asks");
    browser.press(".ask button[value=agree]", "");
    browser.until_shown("#bridge", "Đọc cho phần mềm");
    officer.read(&AN);
    // The form is filled, and the signature was verified in the page.
    browser.go_to_tab(&page_tab);
    browser.until_shown("#proof", "Chữ ký của thiết bị");
    browser.until_shown("#proof", "thẻ thật, còn hạn");
    browser.until_shown("#proof", "LUYỆN TẬP");
    assert_eq!(value(browser, "f-full_name"), AN.name);
    assert_eq!(value(browser, "f-id_number"), "001190123456");
    browser.until_shown("#f-full_name + .source", "chip, đã xác thực");
    expect_no_violation(browser, "sample page, filled");
    browser.picture("one-stop-filled");
    refuses_what_was_changed(browser);
    // As long as the clerk is at it, the officer sees who was read; then the desk wipes it.
    browser.press("#done", "");
    browser.go_to_tab(&officers_tab);
    browser.until_shown("#card", "Đặt thẻ căn cước lên đầu đọc");
    browser.until_gone("#people .person");
    browser.go_to_tab(&page_tab);
    // It gives its pairing up, and the officer sees nobody there.
    browser.press("#give-up", "");
    browser.until_shown("#pair", "Mã kết nối");
    browser.go_to_tab(&officers_tab);
    browser.open(&officer.desk.page("/software"));
    browser.until_shown("section", "Chưa có phần mềm nào được kết nối");
    officer.leave_with(address);
}

/// The client takes no answer that is another device's, another page's, another request's or of another time.
#[track_caller]
fn refuses_what_was_changed(browser: &Browser) {
    let body = "const done = arguments[0]; import('../../bridge/cccd-bridge.js').then(async ({ verify }) => { \
        const b64 = (data) => btoa(String.fromCharCode(...new Uint8Array(data))).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, ''); \
        const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']); \
        const { x } = await crypto.subtle.exportKey('jwk', pair.publicKey); \
        const key = { kty: 'OKP', crv: 'Ed25519', x, kid: 'd' }; \
        const now = Math.floor(Date.now() / 1000); \
        const claims = { iss: 'd', aud: 'https://a', nonce: 'n', iat: now, exp: now + 120, fields: {} }; \
        const header = { alg: 'EdDSA', typ: 'cccd-bridge-answer+jws', kid: 'd' }; \
        const signed = async (head, body) => { const text = [head, body].map((part) => b64(new TextEncoder().encode(JSON.stringify(part)))).join('.'); \
            return text + '.' + b64(await crypto.subtle.sign('Ed25519', pair.privateKey, new TextEncoder().encode(text))); }; \
        const taken = async (jws, more) => { try { await verify(jws, { key, nonce: 'n', audience: 'https://a', ...more }); return true; } catch (error) { return error.code; } }; \
        const good = await signed(header, claims); \
        const other = await crypto.subtle.exportKey('jwk', (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])).publicKey); \
        done([await taken(good), await taken(good, { nonce: 'm' }), await taken(good, { audience: 'https://b' }), \
            await taken(good, { now: now + 1000 }), await taken(good, { now: now - 1000 }), await taken(good, { key: { ...key, x: other.x } }), \
            await taken(good, { key: { ...key, kid: 'e' } }), await taken(await signed({ ...header, alg: 'none' }, claims)), \
            await taken(await signed({ ...header, typ: 'JWT' }, claims)), await taken(good.slice(0, -4) + 'AAAA'), await taken('a.b'), await taken(''), \
            await taken(await signed(header, { ...claims, practice: true }))]); })";
    let taken = browser.script_async(body, &[]);
    let taken = taken.as_array().expect("a list");
    assert_eq!(taken[0], true);
    let (practice, others) = taken[1..].split_last().expect("codes");
    assert_eq!(practice, "practice");
    assert!(others.iter().all(|code| code == "not_verified"), "{taken:?}");
}
