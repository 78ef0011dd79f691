use cccd_forms::facts::{Known, Origin};
use cccd_forms::filling::Entry;
use cccd_forms::packs::Packs;
use jiff::Timestamp;
use jiff::civil::date;

use super::*;
use crate::desk::person::Way;

/// Somebody typed, with a number or without.
fn person(name: &str, number: &str, sex: &str) -> DeskPerson {
    let mut facts = Person::default();
    for (fact, text) in [(Fact::FullName, name), (Fact::IdNumber, number), (Fact::Sex, sex)] {
        if !text.is_empty() {
            facts.facts.insert(fact, Known { text: text.to_owned(), origin: Origin::Typed });
        }
    }
    DeskPerson::of_hand(Way::Card, facts, Vec::new(), Timestamp::now())
}

fn marriage() -> Packs {
    let packs = Packs::embedded();
    assert!(packs.for_day("ket-hon", date(2026, 11, 22), "").is_some());
    packs
}

#[test]
fn the_same_number_is_the_same_person_and_no_name_ever_is() {
    let mut session = Session::begin(1, Instant::now());
    assert_eq!(session.add(person("Nguyễn Thị An", "001190123456", "Nữ")), Some(1));
    assert_eq!(session.add(person("Nguyễn Thị An", "001190123457", "Nữ")), Some(2));
    assert_eq!(session.add(person("Nguyễn Thị An", "", "Nữ")), Some(3));
    assert_eq!(session.add(person("Nguyễn Thị An (sửa)", "001190123456", "Nữ")), Some(1));
    assert_eq!(session.people.len(), 3);
    assert_eq!(session.person(1).map(DeskPerson::name), Some("Nguyễn Thị An (sửa)"));
}

#[test]
fn what_was_read_off_a_chip_is_not_replaced_by_what_was_typed() {
    let mut session = Session::begin(1, Instant::now());
    let mut read = person("Nguyễn Thị An", "001190123456", "Nữ");
    read.verdict = Some(cccd::verdict::Verdict::Genuine);
    session.add(read);
    session.add(person("Somebody Else", "001190123456", "Nam"));
    assert_eq!(session.people.len(), 1);
    assert_eq!(session.people[0].name(), "Nguyễn Thị An");
}

#[test]
fn a_session_takes_no_more_people_than_there_is_room_for() {
    let mut session = Session::begin(1, Instant::now());
    for number in 0..MOST_PEOPLE {
        assert!(session.add(person("Khách", &format!("{number:012}"), "Nam")).is_some());
    }
    assert_eq!(session.add(person("Khách", "999999999999", "Nam")), None);
    assert_eq!(session.people.len(), MOST_PEOPLE);
}

#[test]
fn bride_and_groom_take_their_places_in_whatever_order_they_come() {
    let packs = marriage();
    let pack = packs.for_day("ket-hon", date(2026, 11, 22), "").unwrap();
    for order in [["Nữ", "Nam"], ["Nam", "Nữ"]] {
        let mut session = Session::begin(1, Instant::now());
        session.add(person("Một", "001190123456", order[0]));
        session.open(11, pack, Entries::default());
        let second = session.add(person("Hai", "001090123456", order[1])).unwrap();
        session.seat(second, pack);
        let subjects = session.subjects();
        assert_eq!(subjects.0.len(), 2);
        for (subject, people) in &subjects.0 {
            assert_eq!(people.len(), 1);
            assert_eq!(Some(people[0].text(Fact::Sex)), sex_of(pack, subject));
        }
    }
}

#[test]
fn a_rejected_card_goes_into_no_form_and_an_expired_one_may() {
    let packs = marriage();
    let pack = packs.for_day("ket-hon", date(2026, 11, 22), "").unwrap();
    let mut session = Session::begin(1, Instant::now());
    let mut rejected = person("Một", "001190123456", "Nữ");
    rejected.verdict = Some(cccd::verdict::Verdict::Rejected);
    let number = session.add(rejected).unwrap();
    session.open(11, pack, Entries::default());
    let subject = pack.subjects[0].id.clone();
    session.assign(&subject, number, true, pack);
    assert!(session.subjects().0.values().all(Vec::is_empty));
}

#[test]
fn whoever_leaves_the_session_leaves_the_form() {
    let packs = marriage();
    let pack = packs.for_day("ket-hon", date(2026, 11, 22), "").unwrap();
    let mut session = Session::begin(1, Instant::now());
    let number = session.add(person("Một", "001190123456", "Nữ")).unwrap();
    session.open(11, pack, Entries::default());
    assert!(session.subjects().0.values().any(|people| !people.is_empty()));
    session.remove(number, &packs);
    assert!(session.subjects().0.values().all(Vec::is_empty));
}

#[test]
fn nobody_being_there_is_counted_from_the_last_touch_and_never_during_a_read() {
    let start = Instant::now();
    let mut session = Session::begin(1, start);
    let later = start + IDLE_LIMIT;
    assert_eq!(session.idle(later), IDLE_LIMIT);
    session.card = CardState::Reading(Reading {
        ticket: 1,
        reader: String::new(),
        begun: BTreeSet::new(),
        early: None,
        waiting: false,
        by_code: false,
        since: start,
        insertion: 1,
        watchdog: Watchdog::default(),
    });
    assert_eq!(session.idle(later), Duration::ZERO);
    assert!(session.idle(start + LONGEST_READ) >= IDLE_LIMIT, "a read that hangs is nobody");
    session.card = CardState::None;
    session.touch(later);
    assert_eq!(session.idle(later + IDLE_WARNING), IDLE_WARNING);
}

#[test]
fn what_was_typed_for_one_person_is_never_anothers() {
    let packs = marriage();
    let pack = packs.for_day("ket-hon", date(2026, 11, 22), "").unwrap();
    let field = pack.fields().find(|field| field.subject.is_some() && field.offer).unwrap();
    let subject = field.subject.clone().unwrap();
    let sex = sex_of(pack, &subject).unwrap().to_owned();
    let mut session = Session::begin(1, Instant::now());
    let one = session.add(person("Một", "001190123456", &sex)).unwrap();
    session.open(11, pack, Entries::default());
    session.form.as_mut().unwrap().entries.0.insert(field.id.clone(), Entry::Confirmed);
    let other = session.add(person("Hai", "001190123457", &sex)).unwrap();
    session.assign(&subject, other, true, pack);
    let form = session.form.as_ref().unwrap();
    assert_eq!(form.roles.get(&subject), Some(&vec![other]));
    assert!(form.entries.0.is_empty(), "{one}'s answer is gone");
}

#[test]
fn rows_that_were_typed_stay_with_whom_they_were_typed_for() {
    let packs = Packs::embedded();
    let pack = packs.for_day("ct01", date(2026, 11, 22), "").unwrap();
    let table = pack.sections.iter().find(|section| section.rows.is_some()).unwrap();
    let subject = table.rows.as_ref().unwrap().subject.clone();
    let column = table.fields[0].id.clone();
    let mut session = Session::begin(1, Instant::now());
    session.open(3, pack, Entries::default());
    let typed = |row: usize, text: &str| (format!("{column}.{row}"), Entry::Text(text.into()));
    session.form.as_mut().unwrap().entries.0.extend([typed(1, "Con")]);
    // A card comes: it takes the first row, and the child typed before moves on.
    let one = session.add(person("Một", "001190123456", "Nữ")).unwrap();
    session.assign(&subject, one, true, pack);
    let two = session.add(person("Hai", "001190123457", "Nữ")).unwrap();
    session.assign(&subject, two, true, pack);
    let entries = |session: &Session| session.form.as_ref().unwrap().entries.0.keys().cloned().collect::<Vec<_>>();
    assert_eq!(entries(&session), [format!("{column}.3")]);
    session.form.as_mut().unwrap().entries.0.extend([typed(1, "của Một"), typed(2, "của Hai")]);
    session.remove(one, &packs);
    let form = session.form.as_ref().unwrap();
    assert_eq!(form.entries.0.get(&format!("{column}.1")), Some(&Entry::Text("của Hai".into())));
    assert_eq!(entries(&session), [format!("{column}.1"), format!("{column}.2")]);
}

#[test]
fn a_rejected_card_stands_beside_the_good_one_of_the_same_number() {
    let mut session = Session::begin(1, Instant::now());
    let good = session.add(person("Một", "001190123456", "Nữ")).unwrap();
    let mut rejected = person("Một", "001190123456", "Nữ");
    rejected.verdict = Some(cccd::verdict::Verdict::Rejected);
    let bad = session.add(rejected).unwrap();
    assert_ne!(good, bad);
    assert!(session.person(good).unwrap().is_usable() && !session.person(bad).unwrap().is_usable());
}

#[test]
fn a_form_that_was_left_is_as_it_was() {
    let packs = marriage();
    let pack = packs.for_day("ket-hon", date(2026, 11, 22), "").unwrap();
    let mut session = Session::begin(1, Instant::now());
    session.service = Some(11);
    session.open(11, pack, Entries::default());
    session.form.as_mut().unwrap().entries.0.insert("x".into(), Entry::Text("y".into()));
    session.leave();
    assert!(session.form.is_none());
    session.open(11, pack, Entries::default());
    assert!(session.form.as_ref().unwrap().entries.0.contains_key("x"));
}
