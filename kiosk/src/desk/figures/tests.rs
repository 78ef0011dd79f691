//! The figures of a whole desk: what officers do, and what is then in the database.

use cccd_forms::facts::{Fact, Known, Origin, Person};
use jiff::Timestamp;
use sums::Quantity;

use super::*;
use crate::desk::audit::{self, EndedBy, ExportKind};
use crate::desk::person::{DeskPerson, Way};
use crate::desk::state::tests::desk_at;

const SECRETS: [&str; 5] = ["Nguyễn Thị Bình", "Bình", "001190123456", "15/03/1990", "Ngọc Hà"];

/// Somebody of whom everything is known.
fn person(practice: bool) -> DeskPerson {
    let mut facts = Person::default();
    let mut add = |fact, text: &str| facts.facts.insert(fact, Known { text: text.to_owned(), origin: Origin::Qr });
    add(Fact::FullName, SECRETS[0]);
    add(Fact::IdNumber, SECRETS[2]);
    add(Fact::DateOfBirth, SECRETS[3]);
    add(Fact::Sex, "Nữ");
    add(Fact::PlaceOfResidence, "Số 1 phố Ngọc Hà, Ba Đình, Hà Nội");
    let mut person = DeskPerson::of_hand(Way::Vneid, facts, Vec::new(), Timestamp::now());
    person.practice = practice;
    person
}

/// The open form leaves.
fn leaves(desk: &Desk, kind: ExportKind) {
    let act = audit::export_of(&desk.look(), kind).expect("a form is open");
    desk.count_export(&act);
}

/// All sums of a quantity.
fn total(desk: &Desk, of: Quantity) -> u64 {
    let sums = desk.figures.of_all_days().unwrap();
    sums.iter().filter(|sum| sum.key.of == of).map(|sum| sum.total).sum()
}

#[test]
fn a_visit_is_counted_when_it_ends_and_nothing_of_the_citizen_is_in_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_at(folder.path());
    desk.add_person(person(false));
    desk.choose_service(4);
    leaves(&desk, ExportKind::Pdf);
    leaves(&desk, ExportKind::Print);
    assert_eq!(total(&desk, Quantity::Visits), 0, "not before it ended");
    desk.choose_service(1);
    leaves(&desk, ExportKind::Json);
    desk.end(EndedBy::Officer);
    assert_eq!((total(&desk, Quantity::Visits), total(&desk, Quantity::Times)), (2, 2), "two services, three exports");
    assert_eq!(total(&desk, Quantity::Reads), 1);
    let sums = desk.figures.of_all_days().unwrap();
    let visits: Vec<_> = sums.iter().filter(|sum| sum.key.of == Quantity::Visits).collect();
    assert!(visits.iter().all(|sum| sum.key.way == Way::Vneid.number()), "{visits:?}");
    let by_card = sums.iter().find(|sum| sum.key.of == Quantity::Fields && sum.key.detail == "card");
    assert!(by_card.is_some_and(|sum| sum.total >= 4), "{sums:?}");
    let mut looked_at = 0;
    for file in std::fs::read_dir(folder.path()).unwrap().map_while(Result::ok) {
        if file.file_name().to_string_lossy().starts_with("desk.sqlite3") {
            looked_at += 1;
            let bytes = std::fs::read(file.path()).unwrap();
            for secret in SECRETS {
                assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret}: {file:?}");
            }
        }
    }
    assert!(looked_at > 0);
}

#[test]
fn practice_leaves_no_figures_behind() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_at(folder.path());
    desk.add_person(person(true));
    desk.choose_service(4);
    leaves(&desk, ExportKind::Pdf);
    desk.end(EndedBy::Officer);
    assert_eq!(desk.figures.of_all_days().unwrap(), []);
}

#[test]
fn an_empty_form_that_is_printed_for_nobody_is_no_visit() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk_at(folder.path());
    desk.add_person(person(false));
    desk.remove_person(1);
    desk.choose_service(11);
    leaves(&desk, ExportKind::Pdf);
    desk.end(EndedBy::Idle);
    assert_eq!((total(&desk, Quantity::Visits), total(&desk, Quantity::Reads)), (0, 1));
}

#[test]
fn what_the_disk_did_not_take_is_written_with_what_comes_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.sqlite3");
    let figures = Figures::begin(Arc::new(Store::open(&path).unwrap()));
    let mut sums = Sums::default();
    sums.add(Quantity::Visits, 4, 5, "paper", 1);
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("ALTER TABLE figure RENAME TO away").unwrap();
    figures.add(clock::today(), sums.clone());
    figures.flush();
    other.execute_batch("ALTER TABLE away RENAME TO figure").unwrap();
    figures.add(clock::today(), sums);
    let found = figures.of_all_days().unwrap();
    assert_eq!(found.iter().map(|sum| sum.total).collect::<Vec<_>>(), [2]);
}
