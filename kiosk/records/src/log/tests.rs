use serde_json::json;

use super::*;

fn entry(at: i64, act: &str) -> Entry {
    Entry { at, act: act.into(), body: json!({"officer": "an", "people": ["p1"]}) }
}

fn chain(log: &Log) -> Chain {
    log.reader().unwrap().chains().unwrap().remove(0)
}

#[test]
fn what_was_added_is_there_after_the_next_start_and_the_chain_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let first = Log::open(folder.path(), "desk").unwrap().append(&entry(1, "read")).unwrap();
    let log = Log::open(folder.path(), "desk").unwrap();
    let second = log.append(&entry(2, "read")).unwrap();
    assert_eq!((first.idx, second.idx, second.before), (1, 2, first.hash));
    let head = Head::parse(&fs::read_to_string(folder.path().join(HEAD_FILE)).unwrap()).unwrap();
    assert_eq!((head.idx, head.hash), (2, second.hash));
}

#[test]
fn a_log_that_is_behind_its_noted_head_says_so_and_keeps_the_head() {
    let folder = tempfile::tempdir().unwrap();
    let copy = tempfile::tempdir().unwrap();
    let log = Log::open(folder.path(), "desk").unwrap();
    log.append(&entry(1, "read")).unwrap();
    drop(log);
    // Somebody puts an older copy of the log back.
    fs::copy(folder.path().join(FILE), copy.path().join(FILE)).unwrap();
    let log = Log::open(folder.path(), "desk").unwrap();
    for at in 2..=4 {
        log.append(&entry(at, "read")).unwrap();
    }
    let noted = log.noted_heads();
    drop(log);
    fs::copy(copy.path().join(FILE), folder.path().join(FILE)).unwrap();
    for _ in 0..2 {
        // Once: the second time the head is the one of this record.
        let log = Log::open(folder.path(), "desk").unwrap();
        let mut acts = Vec::new();
        let show = |record: Record| {
            acts.push((record.act.clone(), record.said()["noted"].as_u64()));
            ControlFlow::Continue(())
        };
        log.reader().unwrap().each(&chain(&log), &Wanted::default(), false, show).unwrap();
        assert_eq!(acts, [("read".to_owned(), None), (FOUND_BEHIND.to_owned(), Some(4))]);
        let heads: Vec<u64> = log.noted_heads().iter().map(|head| head.idx).collect();
        assert_eq!(heads, [4, 2]);
        assert_eq!(log.noted_heads()[0].hash, noted[0].hash);
    }
}

#[test]
fn no_new_key_is_made_beside_a_log() {
    let folder = tempfile::tempdir().unwrap();
    Log::open(folder.path(), "desk").unwrap().append(&entry(1, "read")).unwrap();
    fs::remove_file(folder.path().join(KEY_FILE)).unwrap();
    let refused = Log::open(folder.path(), "desk").err().unwrap();
    assert!(matches!(refused, LogError::KeyIsGone(_)) && refused.to_string().contains("put it back"), "{refused}");
    assert!(!folder.path().join(KEY_FILE).exists());
}

#[test]
fn two_programs_that_add_at_the_same_time_make_one_chain() {
    let folder = tempfile::tempdir().unwrap();
    let logs = [0, 1].map(|_| Log::open(folder.path(), "desk").unwrap());
    std::thread::scope(|scope| {
        for log in &logs {
            scope.spawn(move || (0..20).for_each(|at| drop(log.append(&entry(at, "read")).unwrap())));
        }
    });
    let mut places = Vec::new();
    let reader = logs[0].reader().unwrap();
    let each = |record: Record| {
        places.push(record.idx);
        ControlFlow::Continue(())
    };
    reader.each(&chain(&logs[0]), &Wanted::default(), false, each).unwrap();
    assert_eq!(places, (1..=40).collect::<Vec<_>>());
}

#[test]
fn a_record_can_neither_be_changed_nor_removed_nor_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::open(folder.path(), "desk").unwrap();
    log.append(&entry(1, "read")).unwrap();
    let connection = Connection::open(folder.path().join(FILE)).unwrap();
    for sql in [
        "UPDATE record SET body = '{}'",
        "DELETE FROM record",
        "INSERT OR REPLACE INTO record SELECT device, stream, idx, at, 'x', body, before, hash, signature FROM record",
    ] {
        let refused = connection.execute(sql, []).unwrap_err().to_string();
        assert!(refused.contains("records are never"), "{sql}: {refused}");
    }
}

#[test]
fn where_the_disk_is_full_nothing_is_added_and_it_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::open(folder.path(), "desk").unwrap();
    log.append(&entry(1, "read")).unwrap();
    {
        let connection = log.connection.lock().unwrap();
        let pages: u32 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        connection.pragma_update(None, "max_page_count", pages).unwrap();
    }
    let large = Entry { at: 2, act: "read".into(), body: json!({"x": "y".repeat(12_000)}) };
    assert!(matches!(log.append(&large), Err(LogError::Full(_))));
    log.connection.lock().unwrap().pragma_update(None, "max_page_count", 1_000_000).unwrap();
    assert_eq!(log.append(&entry(3, "read")).unwrap().idx, 2);
}

#[test]
fn records_are_found_by_day_act_officer_and_person() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::open(folder.path(), "desk").unwrap();
    for (at, act) in [(10, "read"), (20, "export"), (30, "read")] {
        log.append(&entry(at, act)).unwrap();
    }
    log.append(&Entry { at: 40, act: "login".into(), body: json!({"officer": "bình"}) }).unwrap();
    let found = |wanted: Wanted| {
        let mut found = Vec::new();
        let show = |record: Record| {
            found.push(record.idx);
            ControlFlow::Continue(())
        };
        log.reader().unwrap().each(&chain(&log), &wanted, true, show).unwrap();
        found
    };
    assert_eq!(found(Wanted::default()), [4, 3, 2, 1]);
    assert_eq!(found(Wanted { from: Some(20), until: Some(40), ..Wanted::default() }), [3, 2]);
    assert_eq!(found(Wanted { act: Some("read".into()), before: Some(3), ..Wanted::default() }), [1]);
    assert_eq!(found(Wanted { officer: Some("bình".into()), ..Wanted::default() }), [4]);
    assert_eq!(found(Wanted { person: Some("p1".into()), ..Wanted::default() }), [3, 2, 1]);
    assert_eq!(found(Wanted { person: Some("p".into()), ..Wanted::default() }), [0; 0]);
    assert_eq!(log.reader().unwrap().span(&chain(&log), Some(15), Some(35)).unwrap(), Some((2, 3)));
}
