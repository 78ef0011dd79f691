//! What a read costs (`make bench`): commands, bytes and time through a real PC/SC service on a modelled contactless
//! link, beside the least that this link allows; and the host's own time, from a recorded read played again without a
//! card. Run it beside a private service (`tests/private-pcscd`).
//!
//! Times differ between machines: compare the ratios of one run.

use std::{
    fs,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use cccd::{
    assessment::{self, Evidence, Yardstick},
    read::{self, Event, Statistics},
    trace::{Trace, replay::Replay, settings::Settings, trust},
};
use icao9303::lds::content::Content;
use serde_json::Value;
use virtual_card::{card::Card, link::LinkModel, make, personalise, profile::Profile, vpcd};

const RUNS: usize = 10;
const REPLAYS: usize = 30;

fn main() {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let extended = "[files]\nextended_length = { command = 65535, response = 65535 }";
    through_the_service(folder.path(), 0, "short length", "");
    through_the_service(folder.path(), 1, "extended length", extended);
    on_the_host(folder.path());
}

/// Reads a card behind the modelled link, several times.
fn through_the_service(folder: &Path, slot: u16, name: &str, profile: &str) {
    let mut profile = Profile::from_toml(profile).expect("a profile");
    profile.seed = Some(1);
    profile.link = LinkModel::REFERENCE;
    let card = personalise::personalise(&profile).expect("a card");
    let folder = folder.join(slot.to_string());
    make::write(&profile, &card, &folder).expect("written");
    let (_, image) = make::read(&folder).expect("what was written");
    let mut chip = Card::new(image, profile.faults.clone(), profile.link, [7; 32]);
    thread::spawn(move || vpcd::serve(&mut chip, "127.0.0.1", vpcd::PORT + slot, |_| {}));
    let reads: Vec<Value> = (0..RUNS).map(|_| read(&folder, slot, None)).collect();
    let number = |key: &str| reads[0]["timing"][key].as_u64().expect("a number");
    let (apdus, sent, received) = (number("apdus"), number("bytes_sent"), number("bytes_received"));
    let total = median(reads.iter().map(|read| read["timing"]["total_ms"].as_f64().expect("a number")));
    let least = least(&profile.link, apdus, sent, received);
    println!(
        "{name:16} {apdus:3} APDUs, {sent} bytes sent, {received} received: {total:.0} ms, {:.2} x the link's {least:.0} ms",
        total / least
    );
}

/// The time that the link itself takes for an exchange, at the least: latency and bits, with frames as full as they go.
fn least(link: &LinkModel, apdus: u64, sent: u64, received: u64) -> f64 {
    let frames = apdus + apdus.max(received.div_ceil(253));
    let bits = (sent + received + 5 * frames) * 9;
    f64::from(link.ms_per_apdu) * apdus as f64 + bits as f64 * 1000.0 / f64::from(link.bits_per_second)
}

/// `cccd read`, as a user would.
fn read(folder: &Path, slot: u16, trace: Option<&Path>) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cccd"));
    command.args(["read", "--json", "--can", "123456", "--wait", "20", "--reader", &slot.to_string()]);
    command.arg("--trust").arg(folder.join("csca.der")).arg("--crl").arg(folder.join("csca.crl"));
    if let Some(trace) = trace {
        command.arg("--trace").arg(trace);
    }
    let output = command.output().expect("the command runs");
    let read: Value = serde_json::from_slice(&output.stdout).expect("one JSON value");
    assert_eq!(read["verdict"], "genuine", "{read:#}");
    read
}

/// The host's share: the recorded read again, with answers that cost nothing.
fn on_the_host(folder: &Path) {
    let path = folder.join("read.trace");
    read(&folder.join("0"), 0, Some(&path));
    let trace: Trace = fs::read_to_string(path).expect("a trace").parse().expect("a trace");
    let settings = Settings::of(&trace).expect("its settings");
    let trusted = trust::of(&trace).expect("its anchors");
    let (mut access, mut session, mut parsing, mut verifying) = (vec![], vec![], vec![], vec![]);
    for _ in 0..REPLAYS {
        let replay = Replay::new(&trace);
        let began = Instant::now();
        let mut opened = None;
        let mut observe = |event: Event<'_>| {
            if matches!(event, Event::Phase(name) if name != "access") {
                opened.get_or_insert_with(|| began.elapsed());
            }
        };
        let (mut source, mut rng) = (replay.clone(), replay.rng());
        let reading = read::read(&mut source, &settings.request, &mut Statistics::start(), &mut rng, &mut observe)
            .expect("the recorded read");
        session.push(began.elapsed());
        access.push(opened.expect("a channel"));
        let began = Instant::now();
        for (file, bytes) in &reading.files {
            Content::parse(*file, bytes).expect("a file");
        }
        parsing.push(began.elapsed());
        let began = Instant::now();
        let by = Yardstick { trusted: &trusted, at: settings.at, given: settings.given() };
        let asked = settings.request.goal.numbers();
        let _ = assessment::assess(&Evidence::of(&reading, asked.as_deref(), false), &by);
        verifying.push(began.elapsed());
    }
    let ms = |times: Vec<Duration>| median(times.iter().map(|time| time.as_secs_f64() * 1000.0));
    println!("host: PACE {:.2} ms, whole session {:.2} ms", ms(access), ms(session));
    println!(
        "host: parsing every file {:.2} ms, all checks with passive authentication {:.2} ms",
        ms(parsing),
        ms(verifying)
    );
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
