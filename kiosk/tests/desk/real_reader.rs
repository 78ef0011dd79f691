//! The desk through the real PC/SC service: a simulated card is plugged into a virtual reader of a private `pcscd`.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use virtual_card::card::Card;
use virtual_card::personalise;
use virtual_card::profile::Profile;
use virtual_card::vpcd;

use crate::desk::Desk;
use crate::officer::{AN, JUN, Officer, Sample};

#[test]
fn cards_in_a_real_reader_are_read_and_a_service_that_stops_takes_nothing_with_it() {
    let name = "real_reader::cards_in_a_real_reader_are_read_and_a_service_that_stops_takes_nothing_with_it";
    beside_a_service(name, || {
        let trusted = tempfile::tempdir().expect("a folder");
        let officer = Officer::at(Desk::start_with(&[("CCCD_TRUST_STORE", trusted.path())]));
        let browser = &officer.browser;
        browser.until_shown("#status .reader.on", "Virtual PCD");
        insert(0, "link.ms_per_apdu = 10", trusted.path());
        read(&officer, &AN);
        browser.until_shown("#people .verdict.good", "");
        // In the other reader one that is lifted and put back meanwhile.
        insert(
            1,
            "person = \"zo-ram-thi-jun\"\nfaults.removals = [{ after = 40, back_after_ms = 1500 }]",
            trusted.path(),
        );
        read(&officer, &JUN);
        browser.until_shown("#people .person h2", AN.name);
        browser.picture("two-real-cards");
        officer.choose("tam tru", "Đăng ký tạm trú");
        let field = "#work .field input:not([type=hidden]):not([type=checkbox])";
        browser.type_anew(field, "Công an xã Thử Nghiệm");
        browser.press("#work .chosen h2", "");
        browser.until_shown("#work .field .origin.typed", "nhập tay");
        stop_the_service();
        browser.until_shown("#status .reader.off", "pcscd");
        browser.picture("service-stopped");
        browser.until_shown("#people .person h2", AN.name);
        let kept = "return document.querySelector(arguments[0])?.value === arguments[1]";
        browser.until("what was typed", kept, &[field.into(), "Công an xã Thử Nghiệm".into()]);
        officer.leave();
    });
}

#[test]
fn a_service_that_stops_in_the_middle_of_a_read_is_named() {
    beside_a_service("real_reader::a_service_that_stops_in_the_middle_of_a_read_is_named", || {
        let trusted = tempfile::tempdir().expect("a folder");
        let officer = Officer::at(Desk::start_with(&[("CCCD_TRUST_STORE", trusted.path())]));
        let browser = &officer.browser;
        insert(0, "link.ms_per_apdu = 150", trusted.path());
        browser.until_shown("#card h2", "Thẻ đã nằm trên đầu đọc");
        officer.open_with(AN.can);
        browser.until_shown("#card .steps .now", "");
        stop_the_service();
        browser.until_shown("#card .problem", "");
        browser.picture("service-stopped-while-reading");
        assert_eq!(browser.script("return document.querySelectorAll('#people .person').length", &[]), 0);
        officer.leave();
    });
}

#[test]
fn a_card_swapped_in_the_middle_of_a_read_never_mixes_two_people() {
    beside_a_service("real_reader::a_card_swapped_in_the_middle_of_a_read_never_mixes_two_people", || {
        let trusted = tempfile::tempdir().expect("a folder");
        let officer = Officer::at(Desk::start_with(&[("CCCD_TRUST_STORE", trusted.path())]));
        let browser = &officer.browser;
        let first = made("faults.removals = [{ after = 40 }]", &trusted.path().join("first"));
        let second = made("person = \"zo-ram-thi-jun\"", &trusted.path().join("second"));
        serve(0, first);
        browser.until_shown("#card h2", "Thẻ đã nằm trên đầu đọc");
        officer.open_with(AN.can);
        // The virtual reader may lose a card that comes within the moment in which the other goes: hands are slower.
        browser.until_shown("#card h2", "Thẻ bị nhấc ra");
        serve(0, second);
        browser.until_shown("#card .problem", "");
        browser.picture("card-swapped");
        assert_eq!(browser.script("return document.querySelectorAll('#people .person').length", &[]), 0);
        assert!(!browser.page_text().contains("001190123456"));
        if browser.script("return !document.querySelector('#open-card')", &[]) == true {
            browser.press("#card button", "Đọc lại thẻ");
        }
        officer.open_with(JUN.can);
        browser.until_shown("#people .person h2", JUN.name);
        browser.until_shown("#people .verdict.good", "");
        assert!(
            !browser.script("return document.getElementById('people').innerText", &[]).to_string().contains(AN.name)
        );
        officer.leave();
    });
}

/// Reads the card that lies there.
#[track_caller]
fn read(officer: &Officer, sample: &Sample) {
    officer.browser.until_shown("#card h2", "Thẻ đã nằm trên đầu đọc");
    officer.open_with(sample.can);
    officer.browser.until_shown("#people .person h2", sample.name);
}

/// Puts the card of a profile into a slot, and its issuer into the trust store.
fn insert(slot: u16, profile: &str, trusted: &Path) {
    let card = made(profile, &trusted.join(slot.to_string()));
    serve(slot, card);
}

/// The card of a profile. Its issuer is trusted by files of this name.
fn made(profile: &str, issuer: &Path) -> Card {
    let profile = Profile::from_toml(profile).expect("a profile");
    let issued = personalise::personalise(&profile).expect("a card");
    fs::write(issuer.with_extension("der"), &issued.issuer.anchor().der).expect("written");
    if let Some(list) = &issued.issuer.revocation_list {
        fs::write(issuer.with_extension("crl"), list).expect("written");
    }
    Card::new(issued.image, profile.faults, profile.link, [7; 32])
}

/// Puts a card into a slot.
fn serve(slot: u16, mut card: Card) {
    thread::spawn(move || vpcd::serve(&mut card, "127.0.0.1", vpcd::PORT + slot, |_| {}).expect("a slot"));
}

fn stop_the_service() {
    let service = env::var("PCSCD_PID").expect("the script says");
    Command::new("kill").args(["-KILL", &service]).status().expect("a service to end");
}

/// Runs a test's body beside a private service: the outer half starts the script, the inner half is the body.
#[track_caller]
fn beside_a_service(name: &str, body: impl FnOnce()) {
    if env::var("PRIVATE_PCSCD").is_ok_and(|value| value == "inside") {
        return body();
    }
    let output = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/private-pcscd"))
        .arg(env::current_exe().expect("a test has a file"))
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .output()
        .expect("the script is there");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("1 passed"), "no such test: {name}\n{}", text(&output.stdout));
}
