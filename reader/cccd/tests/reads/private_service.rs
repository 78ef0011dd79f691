//! The same through a real PC/SC service. Each test runs itself again beside a service of its own (see
//! `tests/private-pcscd`), so they go side by side and touch nothing of the machine.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use virtual_card::vpcd;

use crate::card::Folder;
use crate::output::{Run, cccd, cccd_remembering, root};

/// Runs a test's body beside a private service: the outer half starts the script, the inner half is the body.
#[track_caller]
fn beside_a_service(name: &str, body: impl FnOnce()) {
    if env::var("PRIVATE_PCSCD").is_ok_and(|value| value == "inside") {
        return body();
    }
    let output = Command::new(root().join("tests/private-pcscd"))
        .arg(env::current_exe().expect("a test has a file"))
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .output()
        .expect("the script is there");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("1 passed"), "no such test: {name}\n{}", text(&output.stdout));
}

/// Puts a card into the first slot.
fn insert(folder: &Folder) {
    let mut card = folder.card();
    thread::spawn(move || vpcd::serve(&mut card, "127.0.0.1", vpcd::PORT, |_| {}));
}

fn read(folder: &Folder, more: &[&str]) -> Run {
    let mut arguments = vec!["read".to_owned(), "--wait".into(), "10".into()];
    arguments.extend(folder.vouchers());
    arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
    cccd(&arguments)
}

#[test]
fn a_card_is_read_through_the_service_and_is_genuine() {
    beside_a_service("private_service::a_card_is_read_through_the_service_and_is_genuine", || {
        let folder = Folder::usual();
        insert(&folder);
        let run = read(&folder, &["--can", "123456"]).expect_exit(0);
        assert_eq!(run.json["reader"]["name"], "Virtual PCD 00 00");
        assert_eq!(run.json["verdict"], "genuine");
        assert!(run.json["timing"]["apdus"].as_u64().unwrap() <= 95);
        // And again: the card was reset, and nothing was left open.
        read(&folder, &["--can", "123456", "--reader", "0"]).expect_exit(0);
        read(&folder, &["--can", "000000"]).expect_error(5, "wrong_password");
        let run = cccd(&["readers"]).expect_exit(0);
        assert_eq!(run.json["readers"][0]["card"], "present");
        assert_eq!(run.json["readers"][1]["card"], "empty");
        cccd(&["read", "--can", "123456", "--reader", "1"]).expect_error(6, "no_card");
        cccd(&["read", "--can", "123456", "--reader", "omnikey"]).expect_error(6, "no_reader");
    });
}

#[test]
fn extended_length_goes_through_the_service() {
    beside_a_service("private_service::extended_length_goes_through_the_service", || {
        let folder = Folder::of("[files]\nextended_length = { command = 65535, response = 65535 }");
        insert(&folder);
        let run = read(&folder, &["--can", "123456"]).expect_exit(0);
        assert_eq!(run.json["reader"]["extended_length"], true);
        assert!(run.json["timing"]["apdus"].as_u64().unwrap() <= 24, "{:#}", run.json["timing"]);
    });
}

#[test]
fn what_a_chip_carries_is_asked_once_and_kept() {
    beside_a_service("private_service::what_a_chip_carries_is_asked_once_and_kept", || {
        let cache = tempfile::tempdir().expect("a folder");
        let read = |folder: &Folder| {
            let arguments = [&["read", "--wait", "10", "--can", "123456"].map(str::to_owned), &folder.vouchers()[..]];
            cccd_remembering(&arguments.concat(), cache.path()).expect_exit(0)
        };
        let apdus = |run: &Run| run.json["timing"]["apdus"].as_u64().expect("a number");
        // One that refuses extended length: asked once, then believed for three reads. The portrait comes in as many
        // blocks each time.
        let short = Folder::usual();
        insert(&short);
        let reads: Vec<_> = (0..5).map(|_| apdus(&read(&short))).collect();
        assert_eq!(reads, [reads[0], reads[0] - 1, reads[0] - 1, reads[0] - 1, reads[0]]);
        // One that has it, of the same kind by its answer to reset, in another reader: EF.ATR/INFO is read once.
        let extended = Folder::of("[files]\nextended_length = { command = 65535, response = 65535 }");
        let mut card = extended.card();
        thread::spawn(move || vpcd::serve(&mut card, "127.0.0.1", vpcd::PORT + 1, |_| {}));
        let read = |folder: &Folder| {
            let arguments = ["read", "--wait", "10", "--can", "123456", "--reader", "1"].map(str::to_owned);
            cccd_remembering(&[&arguments[..], &folder.vouchers()[..]].concat(), cache.path()).expect_exit(0)
        };
        let (first, second) = (read(&extended), read(&extended));
        assert_eq!(second.json["reader"], first.json["reader"]);
        assert!(apdus(&second) < apdus(&first));
        // A damaged file costs no more than that, and is mended.
        std::fs::write(cache.path().join("cccd/links"), [0xFF; 5000]).expect("written");
        assert_eq!(apdus(&read(&extended)), apdus(&first));
        assert_eq!(apdus(&read(&extended)), apdus(&second));
    });
}

#[test]
fn a_card_pulled_in_the_middle_is_said_to_be_removed_and_read_when_it_comes_back() {
    let name = "private_service::a_card_pulled_in_the_middle_is_said_to_be_removed_and_read_when_it_comes_back";
    beside_a_service(name, || {
        for (after, during) in [(1, false), (3, true), (12, false), (40, true)] {
            let folder = Folder::of(&format!("[faults]\nremovals = [{{ after = {after}, during_next = {during} }}]"));
            insert(&folder);
            wait_until_present();
            let began = Instant::now();
            cccd(&["read", "--can", "123456", "--timeout", "20"]).expect_error(6, "card_removed");
            assert!(began.elapsed() < Duration::from_secs(10));
            wait_until_absent();
        }
        let folder = Folder::of("[faults]\nremovals = [{ after = 40, back_after_ms = 1500 }]");
        insert(&folder);
        read(&folder, &["--can", "123456"]).expect_exit(0);
    });
}

#[test]
fn a_removal_too_short_to_be_seen_is_survived() {
    beside_a_service("private_service::a_removal_too_short_to_be_seen_is_survived", || {
        let folder = Folder::of("[faults]\nremovals = [{ after = 30, back_after_ms = 100 }]");
        insert(&folder);
        read(&folder, &["--can", "123456"]).expect_exit(0);
    });
}

#[test]
fn a_silent_chip_is_given_up_in_time() {
    beside_a_service("private_service::a_silent_chip_is_given_up_in_time", || {
        let folder = Folder::of("[faults]\nanswers = [{ session = 1, skip = 9, what = \"silent\" }]");
        insert(&folder);
        wait_until_present();
        let began = Instant::now();
        read(&folder, &["--can", "123456", "--timeout", "2"]).expect_error(6, "timeout");
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    });
}

#[test]
fn files_without_an_end_take_neither_memory_nor_time() {
    beside_a_service("private_service::files_without_an_end_take_neither_memory_nor_time", || {
        let folder = Folder::of(
            "[faults]\nlengths = [{ file = \"DG2\", length = 2147483647, endless = true }, \
             { file = \"DG13\", length = 400000, endless = true }]",
        );
        insert(&folder);
        // All that is not the program itself: 32 MiB with it.
        let limited = "ulimit -d 20480 && exec \"$0\" \"$@\"";
        let mut arguments = vec!["-c", limited, env!("CARGO_BIN_EXE_cccd"), "read", "--json", "--can", "123456"];
        arguments.extend(["--wait", "10"]);
        let output = Command::new("sh").args(arguments).args(folder.vouchers()).output().expect("a shell");
        let run = Run::of(&output).expect_exit(4);
        assert_eq!(run.json["files"]["DG13"], 400_000 + 6);
        assert!(run.json["files"]["DG2"].is_null());
    });
}

#[test]
fn a_card_of_another_kind_is_said_to_be_one() {
    beside_a_service("private_service::a_card_of_another_kind_is_said_to_be_one", || {
        thread::spawn(|| {
            let mut stream = loop {
                match TcpStream::connect(("127.0.0.1", vpcd::PORT)) {
                    Ok(stream) => break stream,
                    Err(_) => thread::sleep(Duration::from_millis(20)),
                }
            };
            let mut length = [0; 2];
            while stream.read_exact(&mut length).is_ok() {
                let mut message = vec![0; u16::from_be_bytes(length).into()];
                stream.read_exact(&mut message).unwrap();
                let answer: &[u8] = match message[..] {
                    [0x04] => &[0x3B, 0x80, 0x80, 0x01, 0x01],
                    [_] => continue,
                    _ => &[0x6A, 0x82],
                };
                let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
                stream.write_all(&[&length, answer].concat()).unwrap();
            }
        });
        cccd(&["read", "--can", "123456", "--wait", "10"]).expect_error(6, "not_an_emrtd");
    });
}

#[test]
fn a_service_that_stops_or_never_ran_is_named() {
    beside_a_service("private_service::a_service_that_stops_or_never_ran_is_named", || {
        let folder = Folder::of("[link]\nms_per_apdu = 60");
        insert(&folder);
        wait_until_present();
        let service = env::var("PCSCD_PID").expect("the script says");
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(1500));
            Command::new("kill").args(["-KILL", &service]).status().expect("a service to end");
        });
        let run = cccd(&["read", "--can", "123456"]);
        let code = run.json["error"]["code"].as_str().unwrap_or_default().to_owned();
        assert!(run.exit == 6 && code == "reader_unavailable", "{:#}", run.json);
        cccd(&["read", "--can", "123456"]).expect_error(6, "no_service");
        cccd(&["readers"]).expect_error(6, "no_service");
        let doctor = cccd(&["doctor"]).expect_exit(3);
        assert_eq!(doctor.json["checks"][0]["status"], "problem");
    });
}

#[test]
fn cards_that_come_and_go_are_watched() {
    beside_a_service("private_service::cards_that_come_and_go_are_watched", || {
        let mut watch = Command::new(env!("CARGO_BIN_EXE_cccd"))
            .args(["readers", "--watch", "--json"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command was built with the test");
        let mut lines = BufReader::new(watch.stdout.take().expect("piped")).lines();
        let mut next = || -> serde_json::Value {
            serde_json::from_str(&lines.next().expect("another line").expect("text")).expect("JSON")
        };
        assert_eq!(next()["event"], "reader_attached");
        assert_eq!(next()["event"], "reader_attached");
        let folder = Folder::of("[faults]\nremovals = [{ after = 1 }]");
        insert(&folder);
        let inserted = next();
        assert_eq!((&inserted["event"], &inserted["reader"]), (&"card_inserted".into(), &"Virtual PCD 00 00".into()));
        cccd(&["read", "--can", "123456"]).expect_exit(6);
        assert_eq!(next()["event"], "card_removed");
        watch.kill().expect("it runs");
        watch.wait().expect("it ends");
    });
}

#[track_caller]
fn wait_until_present() {
    wait_for_card("present");
}

#[track_caller]
fn wait_until_absent() {
    wait_for_card("empty");
    // The service looks at a slot every 0.4 s. It would not notice a card that comes back before.
    thread::sleep(Duration::from_secs(1));
}

#[track_caller]
fn wait_for_card(state: &str) {
    for _ in 0..100 {
        if cccd(&["readers"]).json["readers"][0]["card"] == state {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("the first slot is never {state}: {:#}", cccd(&["readers"]).json["readers"][0]);
}
