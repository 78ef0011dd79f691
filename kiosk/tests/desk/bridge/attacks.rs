//! Whoever should get nothing: other pages, other names for this machine, old tokens, nonces and consents, and messages that
//! are too many, too large or none.

use serde_json::json;

use super::description;
use super::software::{
    FIELDS, PAGE, Software, between, code, connect, consent, give_code, json_of, officer, page, put_card, read,
    request_shown, until_page,
};
use crate::desk::Desk;
use crate::http;
use crate::officer::AN;

const PURPOSE: &str = "Đăng ký tạm trú";
const PATHS: [(&str, &str); 4] = [
    ("POST", "/bridge/v1/pairing"),
    ("GET", "/bridge/v1/grant"),
    ("DELETE", "/bridge/v1/grant"),
    ("GET", "/bridge/v1/socket"),
];

#[test]
fn a_foreign_origin_no_origin_and_a_name_pointed_at_this_machine_get_nothing() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    let bearer = format!("Bearer {}", software.token);
    let own = format!("http://{}", desk.address);
    let foreign = ["null", "https://evil.example", "https://motcua.example.evil", "http://motcua.example", &own];
    for (method, path) in PATHS {
        let ask = |headers: &[(&str, &str)]| {
            let all = [headers, &[("Authorization", bearer.as_str()), ("Content-Type", "application/json")]].concat();
            http::ask(desk.address, method, path, &all, b"{}")
        };
        for origin in foreign.into_iter().chain([
            "https://motcua.example:443",
            "https://motcua.example/",
            "HTTPS://MOTCUA.EXAMPLE",
        ]) {
            let answer = ask(&[("Origin", origin)]);
            assert_eq!((answer.status, answer.header("access-control-allow-origin")), (403, None), "{path} {origin}");
        }
        assert_eq!(ask(&[]).status, 403, "{path}: no origin");
        assert_eq!(ask(&[("Origin", PAGE), ("Origin", PAGE)]).status, 403, "{path}: two origins");
        for host in ["motcua.example", "127.0.0.1:1", "localhost.evil.example", &format!("{}.", desk.address)] {
            let answer = ask(&[("Origin", PAGE), ("Host", host)]);
            assert_eq!((answer.status, answer.header("access-control-allow-origin")), (403, None), "{path} {host}");
        }
    }
    assert_eq!(connect(&desk, &[], &software.token).err(), Some(403));
    assert_eq!(connect(&desk, &[("Origin", "https://evil.example")], &software.token).err(), Some(403));
    assert_eq!(connect(&desk, &[("Origin", PAGE), ("Host", "evil.example")], &software.token).err(), Some(403));
    assert!(software.connect(&desk).is_ok());
}

#[test]
fn a_paired_page_gets_to_the_bridge_and_to_nothing_else() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    put_card(&desk, "an", AN.can);
    until_page(&desk, "/portrait/1", true);
    let bearer = format!("Bearer {}", software.token);
    let headers = [("Origin", PAGE), ("Authorization", bearer.as_str())];
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/portrait/1"),
        ("GET", "/software"),
        ("GET", "/events"),
        ("POST", "/end"),
        ("POST", "/software/consent"),
        ("POST", "/software/pair"),
        ("GET", "/bridge/v2/grant"),
        ("GET", "/bridge"),
        ("OPTIONS", "/end"),
    ] {
        let answer = http::ask(desk.address, method, path, &headers, b"");
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (403, None), "{method} {path}");
    }
    for path in ["/bridge/v1/../../", "/bridge/v1/nothing", "/bridge/v1//portrait/1"] {
        assert_eq!(http::ask(desk.address, "GET", path, &headers, b"").status, 404, "{path}");
    }
}

#[test]
fn a_browser_is_told_what_just_the_paired_page_may_send() {
    let desk = Desk::start();
    Software::paired(&desk);
    let ask = |origin: &str| {
        let headers = [
            ("Origin", origin),
            ("Access-Control-Request-Method", "DELETE"),
            ("Access-Control-Request-Headers", "authorization"),
            ("Access-Control-Request-Private-Network", "true"),
        ];
        http::ask(desk.address, "OPTIONS", "/bridge/v1/grant", &headers, b"")
    };
    let answer = ask(PAGE);
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, Some(PAGE)));
    assert_eq!(answer.header("access-control-allow-private-network"), Some("true"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    assert_eq!(answer.header("vary"), Some("Origin"));
    assert!(answer.header("access-control-allow-methods").is_some_and(|methods| methods.contains("DELETE")));
    let foreign = ask("https://evil.example");
    assert_eq!((foreign.status, foreign.header("access-control-allow-private-network")), (403, None));
}

#[test]
fn a_token_works_from_its_own_page_alone() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    let other = Software::paired_as(&desk, "https://khac.example", &["full_name"]);
    let stolen = Software {
        origin: other.origin.clone(),
        token: software.token.clone(),
        device: json!({}),
        grant: String::new(),
    };
    assert_eq!(stolen.ask(&desk, "GET").status, 401);
    assert_eq!(stolen.connect(&desk).err(), Some(401));
    for token in ["", "x", &"A".repeat(43), &"A".repeat(3000)] {
        assert_eq!(connect(&desk, &[("Origin", PAGE)], token).err(), Some(401), "{token:.50}");
    }
    // What the file holds is no token.
    assert!(software.connect(&desk).is_ok());
}

#[test]
fn a_code_is_for_one_page_one_use_and_few_tries() {
    let desk = Desk::start();
    let first = code(&desk, PAGE, FIELDS);
    assert_eq!(give_code(&desk, "https://evil.example", &first).status, 403);
    assert_eq!(give_code(&desk, PAGE, &first).status, 200);
    assert_eq!(give_code(&desk, PAGE, &first).status, 410, "it was used");
    let second = code(&desk, PAGE, FIELDS);
    let digits: String = second.chars().filter(char::is_ascii_digit).collect();
    let wrong = if digits == "00000000" { "00000001" } else { "00000000" };
    for _ in 0..5 {
        let answer = give_code(&desk, PAGE, wrong);
        assert_eq!(answer.status, 401);
        description::expect("Failed", &json_of(&answer));
    }
    assert_eq!(give_code(&desk, PAGE, &second).status, 410, "too many were tried");
    // A code that the officer dropped, and bodies that are none.
    let third = code(&desk, PAGE, FIELDS);
    for body in ["", "{}", "[1]", "{\"code\":12345678}", "{\"code\":\"1\",\"more\":1}"] {
        let headers = [("Origin", PAGE), ("Content-Type", "application/json")];
        assert_eq!(
            http::ask(desk.address, "POST", "/bridge/v1/pairing", &headers, body.as_bytes()).status,
            400,
            "{body}"
        );
    }
    let headers = [("Origin", PAGE), ("Content-Type", "text/plain")];
    let body = json!({ "code": third }).to_string();
    assert_eq!(http::ask(desk.address, "POST", "/bridge/v1/pairing", &headers, body.as_bytes()).status, 400);
    let large = json!({ "code": "1".repeat(5000) }).to_string();
    let headers = [("Origin", PAGE), ("Content-Type", "application/json")];
    assert_eq!(http::ask(desk.address, "POST", "/bridge/v1/pairing", &headers, large.as_bytes()).status, 413);
    officer(&desk, "/software/pair/end", &[]);
    assert_eq!(give_code(&desk, PAGE, &third).status, 410);
}

#[test]
fn one_page_is_connected_at_a_time_and_one_request_is_open() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    let other = Software::paired_as(&desk, "https://khac.example", &["full_name"]);
    let mut socket = software.connected(&desk);
    assert_eq!(software.connect(&desk).err(), Some(429));
    assert_eq!(other.connect(&desk).err(), Some(429));
    assert_eq!(json_of(&other.ask(&desk, "GET"))["connected"], true);
    socket.say(&read("1", &["full_name"], PURPOSE));
    socket.until("step", "consent");
    socket.say(&read("2", &["full_name"], PURPOSE));
    assert_eq!(socket.failure(), "busy");
    socket.leave();
    until_page(&desk, PAGE, false);
    // Now the other is let in: and finds a desk that reads a card for something else.
    let mut socket = other.connected(&desk);
    officer(&desk, "/practice/gone", &[]);
    officer(&desk, "/key", &[("key", "123456")]);
    until_page(&desk, "class=\"steps\"", true);
    socket.say(&read("1", &["full_name"], PURPOSE));
    let failed = socket.until_failed();
    assert_eq!((&failed["code"], &failed["status"]), (&json!("busy"), &json!(409)));
}

#[test]
fn a_nonce_is_taken_once() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    let mut socket = software.connected(&desk);
    let mut asked = read("1", &["full_name"], PURPOSE);
    socket.say(&asked);
    socket.until("step", "consent");
    consent(&desk, "refuse", &[]);
    assert_eq!(socket.failure(), "refused");
    asked["id"] = json!("2");
    socket.say(&asked);
    assert_eq!(socket.failure(), "nonce_used");
    // Nor over another connection.
    socket.leave();
    until_page(&desk, PAGE, false);
    let mut socket = software.connected(&desk);
    socket.say(&asked);
    assert_eq!(socket.failure(), "nonce_used");
}

#[test]
fn fields_beyond_the_grant_long_purposes_and_unknown_commands_are_refused_by_name() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    let mut socket = software.connected(&desk);
    socket.say(&read("1", &["full_name", "ethnicity", "spouse_name"], PURPOSE));
    let failed = socket.until_failed();
    assert_eq!(
        (&failed["code"], &failed["fields"]),
        (&json!("field_not_granted"), &json!(["ethnicity", "spouse_name"]))
    );
    let with = |name: &str, value: serde_json::Value| {
        let mut asked = read("1", &["full_name"], PURPOSE);
        asked[name] = value;
        asked
    };
    for (asked, code) in [
        (with("purpose", json!("a".repeat(500))), "bad_purpose"),
        (with("purpose", json!("Cho 001190123456")), "bad_purpose"),
        (with("nonce", json!("AAAA")), "bad_nonce"),
        (with("service", json!(9999)), "unknown_service"),
        (with("fields", json!(["portrait"])), "unknown_field"),
        (with("fields", json!([])), "no_fields"),
        (json!({ "type": "portrait" }), "unknown_command"),
    ] {
        socket.say(&asked);
        assert_eq!(socket.failure(), code, "{asked}");
    }
    // A purpose that names the citizen stands nowhere.
    put_card(&desk, "an", AN.can);
    until_page(&desk, "/portrait/1", true);
    socket.say(&read("9", &["full_name"], &format!("Tạm trú của {}", AN.name)));
    socket.until("step", "consent");
    consent(&desk, "remember", &[("person", "1"), ("days", "7")]);
    assert_eq!(socket.failure(), "purpose_names_person");
    assert!(!page(&desk, "/log").contains(AN.name) && !page(&desk, "/software").contains(AN.name));
}

#[test]
fn what_is_no_message_too_large_or_too_much_ends_the_connection() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    for text in ["", "{", "[]", "\u{0}", "{\"type\":\"read\"}", "{\"type\":\"cancel\",\"id\":7}"] {
        let mut socket = software.connected(&desk);
        socket.say_text(text);
        assert_eq!(socket.failure(), "malformed", "{text:?}");
        assert_eq!(socket.next_or_end(), None);
        until_page(&desk, PAGE, false);
    }
    let mut socket = software.connected(&desk);
    socket.say(&json!({ "type": "cancel", "id": "x".repeat(5000) }));
    assert_eq!(socket.next_or_end(), None);
    until_page(&desk, PAGE, false);
    let mut socket = software.connected(&desk);
    for _ in 0..41 {
        socket.say(&json!({ "type": "cancel", "id": "none" }));
    }
    assert_eq!(socket.failure(), "too_fast");
    assert_eq!(socket.next_or_end(), None);
}

#[test]
fn a_consent_is_for_the_request_that_was_shown_and_for_no_other() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    put_card(&desk, "an", AN.can);
    until_page(&desk, "/portrait/1", true);
    let mut socket = software.connected(&desk);
    socket.say(&read("1", &["full_name"], PURPOSE));
    socket.until("step", "consent");
    let shown = until_page(&desk, "ask-agree", true);
    let (before, session) = (request_shown(&shown), between(&shown, "name=\"s\" value=\"", "\""));
    socket.say(&json!({ "type": "cancel", "id": "1" }));
    assert_eq!(socket.failure(), "cancelled");
    socket.say(&read("2", &["full_name", "id_number"], PURPOSE));
    socket.until("step", "consent");
    let agreed = [("request", before.as_str()), ("s", &session), ("answer", "agree"), ("person", "1")];
    officer(&desk, "/software/consent", &agreed);
    // The one that is open still waits.
    let shown = until_page(&desk, "Yêu cầu này đã kết thúc", true);
    let now = request_shown(&shown);
    assert_ne!(now, before);
    // A person of another session is nobody here.
    officer(&desk, "/software/consent", &[("request", &now), ("s", "1"), ("answer", "agree"), ("person", "1")]);
    assert!(page(&desk, "/").contains("ask-agree"));
    consent(&desk, "agree", &[("person", "1")]);
    assert_eq!(socket.until("type", "done")["id"], "2");
}

#[test]
fn a_grant_that_is_taken_back_ends_the_connection_at_once() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    let mut socket = software.connected(&desk);
    socket.say(&read("1", &["full_name"], PURPOSE));
    socket.until("step", "consent");
    officer(&desk, "/software/revoke", &[("grant", &software.grant)]);
    assert_eq!(socket.failure(), "revoked");
    assert_eq!(socket.next_or_end(), None);
    until_page(&desk, PAGE, false);
    assert_eq!(software.connect(&desk).err(), Some(403));
}

#[test]
fn a_page_that_goes_in_the_middle_of_a_read_leaves_nothing_behind() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    let mut socket = software.connected(&desk);
    socket.say(&read("1", &["full_name"], PURPOSE));
    socket.until("step", "consent");
    consent(&desk, "agree", &[("person", "")]);
    socket.until("step", "put_card");
    put_card(&desk, "gone", "123456");
    socket.until("step", "card_moved");
    socket.leave();
    // The session began for it: it ends.
    until_page(&desk, "id=\"end\"", false);
    // In a session of the officer's own, the read stops and whoever was there stays.
    put_card(&desk, "an", AN.can);
    until_page(&desk, "/portrait/1", true);
    let mut socket = software.connected(&desk);
    socket.say(&read("2", &["full_name"], PURPOSE));
    socket.until("step", "consent");
    consent(&desk, "agree", &[("person", "")]);
    socket.until("step", "put_card");
    put_card(&desk, "gone", "123456");
    socket.until("step", "card_moved");
    socket.leave();
    let shown = until_page(&desk, "class=\"steps\"", false);
    assert!(shown.contains("/portrait/1") && shown.contains("id=\"end\""), "{shown}");
}
