use cccd_forms::facts::Fact;
use serde_json::{Value, json};

use super::*;
use crate::desk::audit::EndedBy;
use crate::desk::bridge::line::From;
use crate::desk::bridge::tests::grant;
use crate::desk::state::tests::desk_at;

/// A desk, and a page that is connected to it; whether officers must log in.
fn connected(folder: &std::path::Path, accounts: bool) -> (Arc<Desk>, Conversation) {
    let desk = desk_at(folder);
    let bridge = Arc::new(Bridge::open(folder).unwrap());
    let officers = Arc::new(Officers::open(folder, accounts, Duration::from_secs(60)).unwrap());
    let grant = grant(&[Fact::FullName, Fact::Religion]);
    bridge.keep(grant.clone()).unwrap();
    let seat = desk.connect(&grant.id, &grant.origin).unwrap();
    let mut conversation = Conversation::begin(&desk, &bridge, &officers, grant, seat);
    conversation.greet();
    (desk, conversation)
}

fn read(id: &str, fields: &[&str]) -> String {
    let nonce = super::super::random_text::<16>().unwrap().to_string();
    json!({ "type": "read", "id": id, "fields": fields, "purpose": "Tạm trú", "nonce": nonce }).to_string()
}

fn said(told: &Told) -> Vec<Value> {
    told.messages.iter().map(|message| serde_json::to_value(message).unwrap()).collect()
}

fn code(told: &Told) -> String {
    said(told).last().map_or_else(String::new, |message| message["code"].as_str().unwrap_or_default().to_owned())
}

fn asked(desk: &Desk) -> u64 {
    desk.look().line.request.as_ref().unwrap().number
}

#[test]
fn whoever_ends_what_the_desk_does_the_page_is_told_by_whom() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, mut page) = connected(folder.path(), false);
    for (by, expected) in [
        (EndedBy::Officer, "session_ended"),
        (EndedBy::Idle, "idle"),
        (EndedBy::Logout, "officer_left"),
        (EndedBy::AnotherLogin, "officer_left"),
        (EndedBy::AccountChanged, "officer_left"),
    ] {
        assert_eq!(said(&page.hear(&read("1", &["full_name"])))[0]["step"], "consent");
        assert!(page.look().messages.is_empty(), "nothing new is nothing told");
        desk.end(by);
        assert_eq!(code(&page.look()), expected);
    }
    // The session that began for a request is over too, and the next one is not taken for it.
    page.hear(&read("2", &["full_name"]));
    assert!(desk.agree(asked(&desk), From::Card, Consent::Once));
    assert_eq!(said(&page.look())[0]["step"], "put_card");
    desk.end(EndedBy::Idle);
    assert_eq!(code(&page.look()), "idle");
    assert!(desk.look().session.is_none());
}

#[test]
fn where_officers_log_in_nobody_is_asked_before_one_has() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, mut page) = connected(folder.path(), true);
    assert_eq!(code(&page.hear(&read("1", &["full_name"]))), "nobody_at_desk");
    desk.audit.set_at_desk(Some("an".into()));
    assert_eq!(said(&page.hear(&read("2", &["full_name"])))[0]["step"], "consent");
}

#[test]
fn a_consent_counts_once_and_only_while_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, mut page) = connected(folder.path(), false);
    page.hear(&read("1", &["full_name"]));
    let number = asked(&desk);
    assert!(!desk.agree(number + 1, From::Card, Consent::Once), "another request");
    assert!(!desk.agree(number, From::Person { session: 0, number: 1 }, Consent::Once), "nobody is there");
    assert!(desk.agree(number, From::Card, Consent::Once));
    assert!(!desk.agree(number, From::Card, Consent::Once), "it was agreed to");
    desk.drop_open(number, Refusal::Refused);
    assert_eq!(code(&page.look()), "refused");
    assert!(!desk.agree(number, From::Card, Consent::Once), "it is over");
}

#[test]
fn what_is_sensitive_is_never_agreed_to_by_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, mut page) = connected(folder.path(), false);
    page.hear(&read("1", &["full_name", "religion"]));
    let asked_for = desk.look().line.request.as_ref().unwrap().asked.clone();
    page.bridge.grants().remember(&asked_for, i64::MAX, None).unwrap();
    desk.drop_open(asked(&desk), Refusal::Refused);
    page.look();
    assert_eq!(said(&page.hear(&read("2", &["full_name", "religion"])))[0]["step"], "consent");
    desk.drop_open(asked(&desk), Refusal::Refused);
    page.look();
    // The rest of it is.
    assert_eq!(said(&page.hear(&read("3", &["full_name"])))[0]["step"], "put_card");
}

#[test]
fn one_page_is_connected_and_its_place_is_free_when_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, mut page) = connected(folder.path(), false);
    let (id, origin) = (page.grant.id.clone(), page.grant.origin.clone());
    assert!(desk.connect(&id, &origin).is_none());
    page.hear(&read("1", &["full_name"]));
    assert!(desk.agree(asked(&desk), From::Card, Consent::Once));
    assert!(desk.look().session.is_some());
    drop(page);
    let inner = desk.look();
    assert!(inner.session.is_none() && inner.line.request.is_none() && inner.line.client.is_none());
    drop(inner);
    assert!(desk.connect(&id, &origin).is_some());
}
