use jiff::civil::date;

use super::*;
use crate::desk::store::Store;

const TODAY: Date = date(2026, 11, 22);
const AN: By<'_> = By::Card("001190123456");

fn store(folder: &tempfile::TempDir) -> Store {
    Store::open(&folder.path().join("desk.sqlite3")).unwrap()
}

#[test]
fn those_who_come_first_are_called_first_and_the_others_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let queue = Queue::open(&store, TODAY, None).unwrap();
    let take = |page, first| queue.take(&store, TODAY, &By::Page(page), first).unwrap();
    assert_eq!(take(1, false), Taken { number: 1, ahead: 0, again: false });
    assert_eq!(take(2, false), Taken { number: 2, ahead: 1, again: false });
    assert_eq!(take(3, true), Taken { number: 3, ahead: 0, again: false });
    assert_eq!(take(2, false), Taken { number: 2, ahead: 2, again: true }, "a page that is sent twice");
    let seen = || queue.view(TODAY).called.map(|(number, _)| number);
    let called = || {
        let before = seen();
        queue.call_next(&store, TODAY, before, 0).unwrap();
        // Pressed twice.
        queue.call_next(&store, TODAY, before, 0).unwrap();
        seen()
    };
    assert_eq!([called(), called(), called(), called()], [Some(3), Some(1), Some(2), None]);
}

#[test]
fn a_card_has_one_number_until_its_turn_is_over_and_who_missed_the_call_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let queue = Queue::open(&store, TODAY, None).unwrap();
    let take = || queue.take(&store, TODAY, &AN, false).unwrap();
    assert!(!take().again && take().again);
    queue.call_next(&store, TODAY, None, 0).unwrap();
    assert_eq!(queue.of_card("001190123456").unwrap().state, TicketState::Called);
    queue.nobody_came(&store, TODAY).unwrap();
    assert_eq!(queue.view(TODAY), View::default());
    assert_eq!(take(), Taken { number: 1, ahead: 0, again: true });
    // Called while the one before is still at the desk (7); then theirs (8), and the turn is over when that ends.
    queue.call_next(&store, TODAY, None, 7).unwrap();
    for (session, over) in [(7, false), (0, false), (8, false), (8, false), (0, true), (0, false)] {
        assert_eq!(queue.follow(&store, session).unwrap(), over, "{session}");
    }
    assert_eq!(queue.view(TODAY).called, None);
    assert_eq!(queue.of_card("001190123456"), None);
    assert_eq!(take(), Taken { number: 2, ahead: 0, again: false });
}

#[test]
fn a_program_that_is_started_again_goes_on_and_a_new_day_begins_at_one() {
    let folder = tempfile::tempdir().unwrap();
    let first = Queue::open(&store(&folder), TODAY, None).unwrap();
    for page in 1..=3 {
        first.take(&store(&folder), TODAY, &By::Page(page), false).unwrap();
    }
    first.call_next(&store(&folder), TODAY, None, 0).unwrap();
    let store = store(&folder);
    let again = Queue::open(&store, TODAY, None).unwrap();
    assert_eq!(again.view(TODAY), View { called: Some((1, 0)), called_in: 0, waiting: 2 });
    assert_eq!(again.take(&store, TODAY, &AN, false).unwrap().number, 4);
    let tomorrow = TODAY.tomorrow().unwrap();
    assert_eq!(again.view(tomorrow), View::default());
    assert_eq!(again.take(&store, tomorrow, &AN, false).unwrap(), Taken { number: 1, ahead: 0, again: false });
    assert_eq!(store.tickets(TODAY).unwrap(), [], "other days are forgotten");
}

#[test]
fn nothing_of_a_card_is_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let queue = Queue::open(&store, TODAY, None).unwrap();
    queue.take(&store, TODAY, &AN, false).unwrap();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(12).any(|window| window == b"001190123456"));
    }
}
