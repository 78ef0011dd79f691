use cccd_forms::facts::Fact;
use serde_json::{Value, json};

use super::*;
use crate::desk::audit::EndedBy;
use crate::desk::bridge::line::{Consent, From};
use crate::desk::bridge::tests::{grant, person};
use crate::desk::person::DeskPerson;
use crate::desk::session::{CardState, OpenForm, Reading, Session};
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
    page.bridge.remember(&asked_for, i64::MAX, None).unwrap();
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

fn step(told: &Told) -> Value {
    said(told).last().map_or(Value::Null, |message| message["step"].clone())
}

fn is_done(told: &Told) -> bool {
    said(told).iter().any(|message| message["type"] == "done")
}

/// The officer looks at the page's request and has it remembered; the request itself is refused.
fn remembered(desk: &Desk, page: &mut Conversation) {
    page.hear(&read("r", &["full_name"]));
    let asked_for = desk.look().line.request.as_ref().unwrap().asked.clone();
    page.bridge.remember(&asked_for, i64::MAX, None).unwrap();
    desk.drop_open(asked(desk), Refusal::Refused);
    page.look();
}

fn in_session(desk: &Desk, act: impl FnOnce(&mut Session)) {
    desk.change(|inner| act(inner.session.as_mut().unwrap()));
}

/// A read begins; its ticket.
fn begin_read(desk: &Desk) -> u64 {
    desk.change(|inner| {
        let ticket = inner.next();
        inner.session.as_mut().unwrap().card = CardState::Reading(Reading {
            ticket,
            reader: "r".into(),
            begun: std::collections::BTreeSet::new(),
            early: None,
            waiting: false,
            by_code: false,
            since: Instant::now(),
            insertion: 0,
            watchdog: cccd::read::Watchdog::default(),
        });
        ticket
    })
}

fn read_card(desk: &Arc<Desk>, person: DeskPerson) {
    let ticket = begin_read(desk);
    desk.read_ended(ticket, Ok(person));
}

fn people(desk: &Desk) -> Vec<String> {
    desk.look().session.iter().flat_map(|session| &session.people).map(|person| person.name().to_owned()).collect()
}

fn an() -> DeskPerson {
    person("Nguyễn Thị An", "001190123456")
}

fn binh() -> DeskPerson {
    person("Trần Văn Bình", "001190123457")
}

#[test]
fn a_remembered_consent_gives_each_person_once_and_the_officer_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, mut page) = connected(folder.path(), false);
    remembered(&desk, &mut page);
    desk.add_person(an());
    assert!(is_done(&page.hear(&read("1", &["full_name"]))));
    let notice = desk.look().notice.clone().unwrap();
    assert!(notice.what.vi.contains("https://motcua.example") && notice.what.vi.contains("Họ"), "{notice:?}");
    assert_eq!(step(&page.hear(&read("2", &["full_name"]))), "consent", "of her it was given");
    desk.drop_open(asked(&desk), Refusal::Refused);
    page.look();
    // The next citizen's session.
    desk.end(EndedBy::Officer);
    assert_eq!(step(&page.hear(&read("3", &["full_name"]))), "put_card");
    read_card(&desk, binh());
    assert!(is_done(&page.look()));
    // A second person: the officer says who is meant.
    desk.add_person(an());
    assert_eq!(step(&page.hear(&read("4", &["full_name"]))), "consent");
}

#[test]
fn a_remembered_consent_gives_nobody_who_came_for_another_service() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, mut page) = connected(folder.path(), false);
    remembered(&desk, &mut page);
    desk.add_person(an());
    in_session(&desk, |session| session.service = Some(5));
    assert_eq!(step(&page.hear(&read("1", &["full_name"]))), "consent");
    desk.drop_open(asked(&desk), Refusal::Refused);
    page.look();
    desk.end(EndedBy::Officer);
    // The officer turns to the service while the card is waited for.
    assert_eq!(step(&page.hear(&read("2", &["full_name"]))), "put_card");
    in_session(&desk, |session| session.service = Some(5));
    read_card(&desk, an());
    assert_eq!(step(&page.look()), "consent");
}

#[test]
fn a_page_that_asks_by_memory_does_not_keep_a_session_from_ending() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, mut page) = connected(folder.path(), false);
    remembered(&desk, &mut page);
    desk.add_person(an());
    let touched = Instant::now();
    in_session(&desk, |session| session.touch(touched));
    assert!(is_done(&page.hear(&read("1", &["full_name"]))));
    let later = touched + Duration::from_secs(100);
    assert_eq!(desk.look().session.as_ref().unwrap().idle(later), Duration::from_secs(100));
}

#[test]
fn a_request_cannot_be_agreed_to_in_the_moment_it_appears() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, mut page) = connected(folder.path(), false);
    page.hear(&read("1", &["full_name"]));
    let inner = desk.look();
    let open = inner.line.request.as_ref().unwrap();
    assert!(!open.may_be_agreed_to(open.since));
    assert!(!open.may_be_agreed_to(open.since + Duration::from_millis(999)));
    assert!(open.may_be_agreed_to(open.since + Duration::from_secs(1)));
}

#[test]
fn what_the_officer_began_goes_on_when_the_page_goes() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, mut page) = connected(folder.path(), false);
    // A card that lies there and was not asked for.
    page.hear(&read("1", &["full_name"]));
    assert!(desk.agree(asked(&desk), From::Card, Consent::Once));
    in_session(&desk, |session| session.card = CardState::NeedsKey { reader: "r".into(), problem: None });
    let (id, origin) = (page.grant.id.clone(), page.grant.origin.clone());
    drop(page);
    assert!(desk.look().session.is_some());
    // A read that began before the officer agreed.
    let seat = desk.connect(&id, &origin).unwrap();
    let asked_for = super::super::tests::asked_by(&grant(&[Fact::FullName]));
    let number = desk.ask(asked_for).unwrap();
    let ticket = begin_read(&desk);
    assert!(desk.agree(number, From::Card, Consent::Once));
    drop(seat);
    assert!(desk.in_reading(ticket, |_| {}), "it is still read");
}

#[test]
fn who_was_read_for_a_page_goes_with_it_unless_the_officer_works_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, mut page) = connected(folder.path(), false);
    desk.add_person(an());
    let mut read_for_it = |id: &str, person: DeskPerson| {
        page.hear(&read(id, &["full_name"]));
        assert!(desk.agree(asked(&desk), From::Card, Consent::Once));
        desk.add_person(super::super::tests::person("Lê Thị Cúc", "001190123458"));
        assert!(!is_done(&page.look()), "who is typed is not who is read");
        read_card(&desk, person);
        assert!(is_done(&page.look()));
    };
    read_for_it("1", binh());
    read_for_it("2", person("Phạm Văn Dũng", "001190123459"));
    in_session(&desk, |session| {
        let roles = [("x".to_owned(), vec![session.people[3].number])].into();
        session.form = Some(OpenForm {
            pack: String::new(),
            roles,
            entries: cccd_forms::filling::Entries::default(),
            copied: None,
        });
    });
    drop(page);
    assert_eq!(people(&desk), ["Nguyễn Thị An", "Lê Thị Cúc", "Phạm Văn Dũng"]);
}
