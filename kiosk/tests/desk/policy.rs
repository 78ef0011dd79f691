//! What holds for every page: nothing from outside, nothing inline, nothing heavy.

use serde_json::Value;

use crate::desk::Desk;
use crate::http;
use crate::officer::{AN, Officer};

#[test]
fn no_answer_allows_inline_scripts_other_hosts_or_copies() {
    let desk = Desk::start();
    for path in ["/", "/assets/desk.css", "/form.pdf", "/nothing/here"] {
        let answer = desk.get(path);
        let policy = answer.header("content-security-policy").unwrap_or_default().to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
    assert_eq!(desk.get("/").header("cache-control"), Some("no-store"));
}

#[test]
fn another_page_and_another_name_for_this_machine_get_nothing() {
    let desk = Desk::start();
    let own = format!("http://{}", desk.address);
    let asked =
        |method: &str, path: &str, headers: &[(&str, &str)]| http::ask(desk.address, method, path, headers, b"");
    assert_eq!(asked("GET", "/", &[("Host", "evil.example")]).status, 403);
    assert_eq!(asked("POST", "/end", &[("Origin", "http://evil.example")]).status, 403);
    assert_eq!(asked("POST", "/end", &[("Origin", "null")]).status, 403);
    assert_eq!(asked("POST", "/end", &[]).status, 403);
    assert_eq!(asked("GET", "/events", &[("Sec-Fetch-Site", "cross-site")]).status, 403);
    assert!(asked("POST", "/end", &[("Origin", &own)]).status < 400);
}

#[test]
fn all_that_a_page_loads_is_less_than_150_kb() {
    let officer = Officer::at_a_new_desk();
    officer.read(&AN);
    officer.choose("tam tru", "Đăng ký tạm trú");
    officer.browser.reload();
    officer.browser.until_shown("#people .person h2", AN.name);
    let sizes = officer.browser.script(
        "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]\
         .map((entry) => [entry.name, entry.transferSize, entry.decodedBodySize])",
        &[],
    );
    let bytes = |entry: &Value| entry[1].as_u64().unwrap_or_default().max(entry[2].as_u64().unwrap_or_default());
    let total: u64 = sizes.as_array().into_iter().flatten().map(bytes).sum();
    assert!(total > 10_000 && total < 150_000, "{total}: {sizes:#}");
    officer.leave();
}
