//! Reads through the service, on the link that the project measures with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use cccd::trace::Trace;
use icao9303::crypto::cipher::Cipher;
use icao9303::secure_messaging::max_content;
use serde_json::Value;
use virtual_card::card::Card;
use virtual_card::link::LinkModel;
use virtual_card::profile::Profile;
use virtual_card::{make, personalise, vpcd};

use crate::{cache, median};

/// What is measured.
pub const CONDITIONS: &str = "PACE-CAN, Chip Authentication, ECDSA Active Authentication, passive authentication; DG2 of \
15,000 bytes; 5 ms an APDU, 424 kbit/s, 80 ms a key operation; medians of 10 reads, limits learnt before";

const RUNS: usize = 10;

/// Operations with a key: four of PACE, one each of Chip and Active Authentication.
const KEY_OPERATIONS: u32 = 6;

/// A slot of the service with a card in it.
pub struct Slot {
    folder: PathBuf,
    cache: PathBuf,
    number: u16,
}

impl Slot {
    pub fn at(folder: &Path, number: u16) -> Self {
        Self { folder: folder.join(number.to_string()), cache: cache(folder), number }
    }

    /// Puts a card behind the modelled link into a slot.
    pub fn insert(folder: &Path, number: u16, profile: &str) -> Self {
        let slot = Self::at(folder, number);
        let mut profile = Profile::from_toml(profile).expect("a profile");
        profile.seed = Some(1);
        profile.link = LinkModel::REFERENCE;
        let card = personalise::personalise(&profile).expect("a card");
        make::write(&profile, &card, &slot.folder).expect("written");
        let (_, image) = make::read(&slot.folder).expect("what was written");
        let mut chip = Card::new(image, profile.faults.clone(), profile.link, [7; 32]);
        thread::spawn(move || vpcd::serve(&mut chip, "127.0.0.1", vpcd::PORT + number, |_| {}));
        slot
    }

    /// `cccd read`, as a user would.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cccd"));
        self.complete(&mut command);
        command
    }

    /// The same, run by another program.
    pub fn complete(&self, command: &mut Command) {
        command.args(["read", "--json", "--can", "123456", "--wait", "20", "--reader", &self.number.to_string()]);
        command.arg("--trust").arg(self.folder.join("csca.der")).arg("--crl").arg(self.folder.join("csca.crl"));
        command.env("XDG_CACHE_HOME", &self.cache);
    }

    /// Records a read.
    pub fn record(&self, path: &Path) -> Trace {
        run(self.command().arg("--trace").arg(path));
        fs::read_to_string(path).expect("a trace").parse().expect("a trace")
    }

    /// Reads the card several times, and prints what that took beside the least that the link allows.
    pub fn measure(&self, name: &str) {
        run(&mut self.command());
        let before = cpu_of_children();
        let reads: Vec<Value> = (0..RUNS).map(|_| run(&mut self.command())).collect();
        let cpu = (cpu_of_children() - before) / RUNS as f64;
        let timing = |key: &str| median(reads.iter().map(|read| read["timing"][key].as_f64().unwrap_or(f64::NAN)));
        let (total, identity) = (timing("exchange_ms"), timing("identity_ms"));
        let least = least(&reads[0]);
        println!("{name}:");
        println!(
            "  {} APDUs (fewest {}), {} bytes sent, {} received",
            timing("apdus"),
            fewest(&reads[0]),
            timing("bytes_sent"),
            timing("bytes_received")
        );
        println!("  first to last APDU: {:.3} x the link's least ({least:.0} ms)", total / least);
        println!("  DG1 and DG13 proven and handed over: after {:.0} % of it", 100.0 * identity / total);
        let phases = reads[0]["timing"]["phases"].as_object().expect("phases");
        let shares = phases.keys().map(|phase| {
            let spent = median(reads.iter().map(|read| read["timing"]["phases"][phase].as_f64().unwrap_or(f64::NAN)));
            format!("{phase} {:.1} %", 100.0 * spent / total)
        });
        println!("  {}", shares.collect::<Vec<_>>().join(", "));
        println!("  own CPU time of the whole command: {cpu:.1} ms");
    }
}

/// Runs a read to its end.
pub fn run(command: &mut Command) -> Value {
    let output = command.output().expect("the command runs");
    let read: Value = serde_json::from_slice(&output.stdout).expect("one JSON value");
    assert_eq!(read["verdict"], "genuine", "{read:#}");
    read
}

/// The fewest commands that read these files: EF.CardAccess, five for PACE, SELECT, two for Chip and one for Active
/// Authentication, and as many blocks of each file as the longest answers make.
fn fewest(read: &Value) -> u64 {
    let number = |value: &Value| value.as_u64().expect("a number");
    let response = usize::try_from(number(&read["reader"]["max_response"])).expect("a length");
    let block = max_content(Cipher::Aes128, response - 2) as u64;
    let files = read["files"].as_object().expect("files").iter().filter(|(name, _)| *name != "EF.CardAccess");
    10 + files.map(|(_, length)| number(length).div_ceil(block)).sum::<u64>()
}

/// The time that the link and the chip themselves take, at the least: latency, bits in frames as full as they go, and key
/// operations.
fn least(read: &Value) -> f64 {
    let link = LinkModel::REFERENCE;
    let number = |key: &str| read["timing"][key].as_u64().expect("a number");
    let (sent, received, apdus) = (number("bytes_sent"), number("bytes_received"), fewest(read));
    let frames = apdus + apdus.max(received.div_ceil(253));
    let bits = (sent + received + 5 * frames) * 9;
    f64::from(link.ms_per_apdu) * apdus as f64
        + f64::from(link.ms_per_key_operation * KEY_OPERATIONS)
        + bits as f64 * 1000.0 / f64::from(link.bits_per_second)
}

/// Milliseconds of CPU time of all children that have ended, user and system.
fn cpu_of_children() -> f64 {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux says");
    let fields = stat.rsplit_once(") ").expect("a name in brackets").1.split(' ');
    // Behind the name: state is field 3, cutime and cstime are 16 and 17 (proc(5)).
    fields.skip(13).take(2).map(|ticks| ticks.parse::<f64>().expect("a number")).sum::<f64>() * 1000.0
        / TICKS_PER_SECOND
}
