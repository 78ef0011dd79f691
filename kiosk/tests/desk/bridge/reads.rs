//! How it goes well: paired, asked, agreed to, answered. And what an officer decides otherwise.

use std::fs;

use serde_json::{Value, json};

use super::software::{
    FIELDS, PAGE, Software, between, code, consent, give_code, json_of, officer, page, put_card, read, until_page,
};
use super::{description, software};
use crate::desk::Desk;
use crate::officer::{AN, VIET};

const PURPOSE: &str = "Đăng ký tạm trú";

/// The records of the log, newest first.
#[track_caller]
fn log(desk: &Desk) -> String {
    between(&page(desk, "/log"), "<tbody", "</tbody>")
}

#[test]
fn a_card_is_asked_for_read_and_answered_signed_with_the_source_of_each_value() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    let mut socket = software.connected(&desk);
    until_page(&desk, PAGE, true);
    let mut asked = read("r1", &["full_name", "date_of_birth", "id_number"], PURPOSE);
    asked["service"] = json!(1);
    socket.say(&asked);
    assert_eq!(socket.until("type", "progress")["step"], "consent");
    let shown = until_page(&desk, "ask-agree", true);
    assert!(shown.contains(PURPOSE) && shown.contains("Số định danh cá nhân"), "{shown}");
    consent(&desk, "agree", &[("person", "")]);
    socket.until("step", "put_card");
    officer(&desk, "/practice/an", &[]);
    socket.until("step", "key_wanted");
    // A wrong number is told, and the request goes on.
    officer(&desk, "/key", &[("key", "654321")]);
    assert_eq!(socket.until("code", "wrong_password")["step"], "key_wanted");
    officer(&desk, "/key", &[("key", AN.can)]);
    let mut percent = 0;
    let done = loop {
        let message = socket.next();
        if message["type"] == "done" {
            break message;
        }
        let now = message["percent"].as_u64().expect("progress");
        assert!(now >= percent, "{message}");
        percent = now;
    };
    assert_eq!(done["id"], "r1");
    let claims = software.verified(&done);
    assert_eq!((&claims["nonce"], &claims["purpose"]), (&asked["nonce"], &json!(PURPOSE)));
    assert_eq!(claims["service"]["number"], 1);
    assert_eq!((&claims["practice"], &claims["person"]["verdict"]), (&json!(true), &json!("genuine")));
    assert_eq!(claims["person"]["way"], 5);
    let fields = claims["fields"].as_object().expect("fields");
    assert_eq!(fields.keys().collect::<Vec<_>>().len(), 3, "{fields:?}");
    assert_eq!(fields["full_name"]["value"], AN.name);
    assert_eq!(fields["id_number"]["origin"], "chip_verified");
    // The session began for the page, and ends with it.
    until_page(&desk, "/portrait/1", true);
    socket.leave();
    until_page(&desk, "id=\"end\"", false);
    let log = log(&desk);
    for act in
        ["Cho phép phần mềm kết nối", "Phần mềm kết nối hỏi", "Đồng ý cho phần mềm", "Chuyển thông tin", PURPOSE, PAGE]
    {
        assert!(log.contains(act), "{act}");
    }
    for file in fs::read_dir(desk.folder().join("data")).expect("a folder").map_while(Result::ok) {
        let bytes = fs::read(file.path()).expect("a file");
        for secret in [AN.name, "001190123456", "15/03/1990", &software.token] {
            let there = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!there, "{}: {secret}", file.path().display());
        }
    }
}

#[test]
fn who_is_in_the_session_is_given_and_a_session_of_the_officers_own_outlives_the_page() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    put_card(&desk, "an", AN.can);
    until_page(&desk, "/portrait/1", true);
    put_card(&desk, "viet", VIET.can);
    until_page(&desk, "/portrait/2", true);
    let mut socket = software.connected(&desk);
    socket.say(&read("1", &["full_name"], PURPOSE));
    socket.until("step", "consent");
    // Which of the two is for the officer to say.
    let shown = until_page(&desk, "ask-person", true);
    let person = between(&shown, "name=\"person\"><option value=\"", "\"");
    consent(&desk, "agree", &[("person", &person)]);
    let claims = software.verified(&socket.until("type", "done"));
    assert_eq!(claims["fields"]["full_name"]["value"], AN.name);
    assert_eq!(claims["fields"].as_object().map(serde_json::Map::len), Some(1));
    socket.leave();
    until_page(&desk, PAGE, false);
    assert!(page(&desk, "/").contains("/portrait/2"), "the officer's session is still there");
}

#[test]
fn a_consent_that_is_remembered_is_for_these_fields_and_this_purpose_alone() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    put_card(&desk, "an", AN.can);
    until_page(&desk, "/portrait/1", true);
    let mut socket = software.connected(&desk);
    socket.say(&read("1", &["full_name", "date_of_birth"], PURPOSE));
    socket.until("step", "consent");
    consent(&desk, "remember", &[("person", "1"), ("days", "7")]);
    socket.until("type", "done");
    socket.say(&read("2", &["full_name"], PURPOSE));
    let claims = software.verified(&socket.until("type", "done"));
    assert_eq!(claims["fields"].as_object().map(serde_json::Map::len), Some(1));
    // Another purpose, another field, another service: the officer is asked.
    let mut other_service = read("5", &["full_name"], PURPOSE);
    other_service["service"] = json!(2);
    let others =
        [read("3", &["full_name"], "Mục đích khác"), read("4", &["full_name", "id_number"], PURPOSE), other_service];
    for asked in others {
        socket.say(&asked);
        socket.until("step", "consent");
        consent(&desk, "refuse", &[]);
        assert_eq!(socket.failure(), "refused");
    }
    let shown = page(&desk, "/software");
    let consent_id = between(&shown, "name=\"consent\" value=\"", "\"");
    officer(&desk, "/software/forget", &[("consent", &consent_id)]);
    socket.say(&read("6", &["full_name"], PURPOSE));
    socket.until("step", "consent");
}

#[test]
fn what_is_sensitive_is_asked_each_time_and_given_where_it_was_granted() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    put_card(&desk, "an", AN.can);
    until_page(&desk, "/portrait/1", true);
    let mut socket = software.connected(&desk);
    for id in ["1", "2"] {
        socket.say(&read(id, &["full_name", "religion"], PURPOSE));
        socket.until("step", "consent");
        let shown = until_page(&desk, "ask-agree", true);
        assert!(shown.contains("nhạy cảm") && !shown.contains("ask-agree-remember"), "{shown}");
        // Whoever sends that all the same only agrees this once.
        consent(&desk, "remember", &[("person", "1"), ("days", "7")]);
        let claims = software.verified(&socket.until("type", "done"));
        assert_eq!(claims["fields"]["religion"]["sensitive"], true);
    }
}

#[test]
fn a_card_that_is_rejected_and_a_person_without_a_number_are_not_given() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    let mut socket = software.connected(&desk);
    socket.say(&read("1", &["full_name"], PURPOSE));
    socket.until("step", "consent");
    consent(&desk, "agree", &[("person", "")]);
    socket.until("step", "put_card");
    put_card(&desk, "clone", "123456");
    assert_eq!(socket.failure(), "card_rejected");
    officer(&desk, "/end", &[]);
    officer(&desk, "/person", &[("way", "1"), ("full_name", "Phạm Gia Hân")]);
    until_page(&desk, "class=\"verdict typed", true);
    socket.say(&read("2", &["full_name"], PURPOSE));
    socket.until("step", "consent");
    consent(&desk, "agree", &[("person", "1")]);
    assert_eq!(socket.failure(), "no_id_number");
}

#[test]
fn an_answer_about_somebody_is_a_visit_in_the_figures_and_one_about_a_sample_is_not() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    let given = |service: u16| {
        let mut socket = software.connected(&desk);
        let mut asked = read(&service.to_string(), &["full_name"], PURPOSE);
        asked["service"] = json!(service);
        socket.say(&asked);
        socket.until("step", "consent");
        consent(&desk, "agree", &[("person", "1")]);
        socket.until("type", "done");
        socket.leave();
        officer(&desk, "/end", &[]);
        between(&page(&desk, "/figures?period=this-year"), "<main>", "</main>")
    };
    put_card(&desk, "an", AN.can);
    until_page(&desk, "/portrait/1", true);
    assert!(given(4).contains("id=\"empty\""));
    officer(&desk, "/person", &[("way", "4"), ("full_name", "Phạm Gia Hân"), ("id_number", "001190000019")]);
    until_page(&desk, "class=\"verdict typed", true);
    let shown = given(11);
    assert_eq!(between(&shown, "id=\"served\">", "<").trim(), "1", "{shown}");
    assert!(shown.contains("VNeID") && !shown.contains("Gia Hân"), "{shown}");
}

#[test]
fn ending_the_session_answers_the_open_request() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    let mut socket = software.connected(&desk);
    socket.say(&read("1", &["full_name"], PURPOSE));
    socket.until("step", "consent");
    consent(&desk, "agree", &[("person", "")]);
    socket.until("step", "put_card");
    officer(&desk, "/end", &[]);
    assert_eq!(socket.failure(), "session_ended");
    // The page takes back what it asked.
    socket.say(&read("2", &["full_name"], PURPOSE));
    socket.until("step", "consent");
    socket.say(&json!({ "type": "cancel", "id": "2" }));
    assert_eq!(socket.failure(), "cancelled");
    until_page(&desk, "ask-agree", false);
}

#[test]
fn the_software_sees_its_grant_and_gives_it_up() {
    let desk = Desk::start();
    let software = Software::paired(&desk);
    let state = json_of(&software.ask(&desk, "GET"));
    description::expect("State", &state);
    let names: Vec<&str> =
        state["grant"]["fields"].as_array().into_iter().flatten().filter_map(|field| field["name"].as_str()).collect();
    assert_eq!((names.len(), state["connected"] == Value::Bool(false)), (FIELDS.len(), true));
    assert_eq!(software.ask(&desk, "DELETE").status, 204);
    assert_eq!(software.ask(&desk, "GET").status, 403, "its page is no longer known");
    // Paired anew, the old token opens nothing.
    assert_eq!(give_code(&desk, PAGE, &code(&desk, PAGE, FIELDS)).status, 200);
    assert_eq!(software.ask(&desk, "GET").status, 401);
    assert_eq!(software::connect(&desk, &[("Origin", PAGE)], &software.token).err(), Some(401));
}
