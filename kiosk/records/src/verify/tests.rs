use rusqlite::Connection;
use serde_json::json;

use super::*;
use crate::key::DeviceKey;
use crate::log::{FILE, Log};
use crate::record::Entry;

/// A log of five records, what somebody does to its file, and what a walk says of it then.
fn found_after(sql: &str, expected: impl Fn(&Log) -> Expected) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::open(folder.path(), "desk").unwrap();
    for at in 1..=5 {
        let entry = Entry { at, act: "read".into(), body: json!({"officer": "an", "n": at}) };
        log.append(&entry).unwrap();
    }
    let expected = expected(&log);
    let connection = Connection::open(folder.path().join(FILE)).unwrap();
    connection.execute_batch("DROP TRIGGER record_is_not_changed; DROP TRIGGER record_is_not_removed;").unwrap();
    connection.execute_batch(sql).unwrap();
    let reader = log.reader().unwrap();
    let own = Chain {
        device: log.key().device().to_owned(),
        stream: "desk".to_owned(),
        public_key: *log.key().public().as_bytes(),
    };
    chain(&reader, &own, &expected).unwrap()
}

fn with_key(log: &Log) -> Expected {
    Expected { key: Some(*log.key().public()), heads: Vec::new() }
}

fn with_head(log: &Log) -> Expected {
    let text = std::fs::read_to_string(log_folder(log).join(crate::log::HEAD_FILE)).unwrap();
    Expected { heads: vec![Head::parse(&text).unwrap()], ..with_key(log) }
}

fn log_folder(log: &Log) -> std::path::PathBuf {
    log.folder_for_tests().to_owned()
}

#[test]
fn a_log_that_nobody_touched_is_whole() {
    let outcome = found_after("", with_head);
    assert_eq!((outcome.fault, outcome.records, outcome.span), (None, 5, Some((1, 5))));
    assert_eq!((outcome.clock_backwards, outcome.key_on_its_word), (None, false));
    assert_eq!(outcome.head.unwrap().idx, 5);
}

#[test]
fn each_way_to_change_a_log_is_told_with_its_place() {
    for (sql, fault) in [
        ("UPDATE record SET body = replace(body, 'an', 'em') WHERE idx = 3", Fault::Changed { idx: 3 }),
        ("UPDATE record SET at = 99 WHERE idx = 2", Fault::Changed { idx: 2 }),
        ("UPDATE record SET act = 'x' WHERE idx = 1", Fault::Changed { idx: 1 }),
        ("DELETE FROM record WHERE idx = 1", Fault::Removed { first: 1, last: 1 }),
        ("DELETE FROM record WHERE idx IN (2, 3)", Fault::Removed { first: 2, last: 3 }),
        (
            "UPDATE record SET idx = 9 WHERE idx = 2; UPDATE record SET idx = 2 WHERE idx = 3; \
             UPDATE record SET idx = 3 WHERE idx = 9",
            Fault::Reordered { idx: 2 },
        ),
        ("DELETE FROM record WHERE idx > 3", Fault::Truncated { last: 3, noted: 5 }),
        ("DELETE FROM record", Fault::Truncated { last: 0, noted: 5 }),
        ("UPDATE record SET signature = zeroblob(64) WHERE idx = 4", Fault::ForeignKey { idx: 4 }),
        ("UPDATE record SET before = zeroblob(32) WHERE idx = 4", Fault::Reordered { idx: 4 }),
    ] {
        assert_eq!(found_after(sql, with_head).fault, Some(fault), "{sql}");
    }
}

#[test]
fn an_end_that_was_cut_off_shows_only_to_who_noted_the_head() {
    let sql = "DELETE FROM record WHERE idx > 3";
    assert_eq!(found_after(sql, with_key).fault, None);
    assert_eq!(found_after(sql, with_head).fault, Some(Fault::Truncated { last: 3, noted: 5 }));
}

/// Records of another key, in a chain of their own.
fn chain_of(key: &DeviceKey, times: &[i64]) -> Vec<Record> {
    let mut last = (0, NONE_BEFORE);
    times
        .iter()
        .map(|at| {
            let entry = Entry { at: *at, act: "read".into(), body: json!({}) };
            let record = Record::following(last.0 + 1, last.1, "desk", &entry, key);
            last = (record.idx, record.hash);
            record
        })
        .collect()
}

fn walked(records: &[Record], expected: &Expected, own_word: Option<VerifyingKey>) -> Outcome {
    let mut walk = Walk::begin(expected, own_word, true);
    let _ = records.iter().try_for_each(|record| walk.step(record));
    walk.end(true)
}

#[test]
fn a_history_written_anew_by_another_key_is_foreign_and_by_the_same_key_is_told_by_the_head() {
    let (own, other) = (DeviceKey::of_seed([1; 32], [0; 32]), DeviceKey::of_seed([2; 32], [0; 32]));
    let truth = chain_of(&own, &[1, 2, 3]);
    let expected = Expected { key: Some(*own.public()), heads: Vec::new() };
    let foreign = walked(&chain_of(&other, &[1, 2, 3]), &expected, Some(*other.public()));
    assert_eq!(foreign.fault, Some(Fault::ForeignKey { idx: 1 }));
    let heads = vec![Head { idx: 2, hash: truth[1].hash, public_key: None }];
    let anew = walked(&chain_of(&own, &[1, 9, 10]), &Expected { heads, ..expected }, None);
    assert_eq!(anew.fault, Some(Fault::Rewritten { idx: 2 }));
    // Without a key to measure by, the chain's own word is taken, and that is said.
    let on_word = walked(&chain_of(&other, &[1]), &Expected::default(), Some(*other.public()));
    assert!(on_word.fault.is_none() && on_word.key_on_its_word);
}

#[test]
fn a_clock_that_goes_backwards_is_a_remark() {
    let key = DeviceKey::of_seed([1; 32], [0; 32]);
    let expected = Expected { key: Some(*key.public()), heads: Vec::new() };
    let outcome = walked(&chain_of(&key, &[5, 4, 6, 1]), &expected, None);
    assert_eq!((outcome.fault, outcome.clock_backwards), (None, Some((2, 2))));
}
