//! `cccd-kiosk audit verify`: whether a log, or an exported period of it, is as it was written. It looks at files alone: no
//! desk need run, and an exported file can be looked at on any machine.

use std::fs::{self, File};
use std::io::{BufReader, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cccd_records::head::Head;
use cccd_records::key;
use cccd_records::lines;
use cccd_records::log::{self, FILE, KEY_FILE, Reader};
use cccd_records::verify::{self, Expected, Outcome};
use serde_json::json;

use crate::desk::audit::wording;
use crate::desk::settings;

/// Options of `cccd-kiosk audit`.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Say whether a log is whole: nothing changed, removed, reordered, or cut off
    ///
    /// Exit code 0: whole. 2: wrong usage, or a file that cannot be read. 3: nothing is wrong, but there is
    /// no record, or whose key signed it could not be confirmed. 4: something is wrong.
    Verify {
        /// The log (records.sqlite3), an exported file, or a desk's folder [default: the log of the desk on this machine]
        file: Option<PathBuf>,
        /// A head that was noted before: a file that holds one (records.head, or an earlier export), or `number:hash`
        #[arg(long = "head", value_name = "HEAD")]
        heads: Vec<String>,
        /// The device's public key, in hexadecimal
        #[arg(long, value_name = "HEX")]
        key: Option<String>,
        /// Print one JSON object instead of words
        #[arg(long)]
        json: bool,
    },
}

/// Verifies, and says what it found on standard output.
pub fn run(command: &Command) -> ExitCode {
    let Command::Verify { file, heads, key, json } = command;
    match verified(file.as_deref(), heads, key.as_deref()) {
        Ok(outcome) => {
            say(&outcome, *json);
            match &outcome {
                Outcome { fault: Some(_), .. } => ExitCode::from(4),
                Outcome { key_on_its_word: true, .. } | Outcome { records: 0, .. } => ExitCode::from(3),
                _ => ExitCode::SUCCESS,
            }
        }
        Err(why) => {
            if *json {
                let error = json!({"code": "unreadable", "message": why});
                println!("{}", json!({"schema": "cccd.error/1", "error": error}));
            }
            eprintln!("cccd-kiosk: {why}");
            ExitCode::from(2)
        }
    }
}

fn verified(file: Option<&Path>, heads: &[String], key: Option<&str>) -> Result<Outcome, String> {
    let path = match file {
        Some(path) => path.to_owned(),
        None => settings::data_folder().ok_or("no folder for the desk's data is known: name the file")?,
    };
    let path = if path.is_dir() { path.join(FILE) } else { path };
    if heads.iter().any(|head| is_the_same(&path, Path::new(head))) {
        return Err("--head: that is the very file that is looked at; name one that was kept elsewhere".to_owned());
    }
    let mut expected = Expected { key: None, heads: heads.iter().map(|text| head(text)).collect::<Result<_, _>>()? };
    if let Some(hex) = key {
        expected.key = Some(key::public_of_hex(hex).ok_or("--key: that is no public key of 64 hexadecimal digits")?);
    } else if let Some(hex) = expected.heads.iter().find_map(|head| head.public_key.as_deref()) {
        // Whoever noted the head noted the key with it.
        expected.key = key::public_of_hex(hex);
    }
    let said = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut file = File::open(&path).map_err(|error| said(&error))?;
    let mut start = [0; 16];
    let is_database = file.read_exact(&mut start).is_ok() && start.starts_with(b"SQLite format 3");
    if !is_database {
        let file = File::open(&path).map_err(|error| said(&error))?;
        return lines::verify(BufReader::new(file), &expected).map_err(|error| said(&error));
    }
    beside(&path, &mut expected);
    let reader = Reader::open(&path).map_err(|error| said(&error))?;
    let chains = reader.chains().map_err(|error| said(&error))?;
    let own = expected.key.as_ref().map(key::device_of);
    // The chain of the key, or else the first: another device's chain beside it is nobody's here.
    let chain = match &own {
        Some(device) => chains.iter().find(|chain| chain.device == *device),
        None => chains.first(),
    };
    match chain {
        Some(chain) => verify::chain(&reader, chain, &expected).map_err(|error| said(&error)),
        // Nothing is there of this device: whether something should be, the heads know.
        None => Ok(verify::Walk::begin(&expected, None, true).end(true)),
    }
}

/// What lies beside the log: the device's key where it may be read, and the heads.
fn beside(file: &Path, expected: &mut Expected) {
    let folder = file.parent().unwrap_or(Path::new("."));
    if expected.key.is_none() {
        expected.key = key::DeviceKey::load(&folder.join(KEY_FILE)).ok().map(|key| *key.public());
    }
    expected.heads.extend(log::noted_heads(folder));
}

/// Whether both paths lead to one file: a file compared with itself is always what it says.
fn is_the_same(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| fs::metadata(path).ok().map(|file| (file.dev(), file.ino()));
    place(one).is_some_and(|one| place(other) == Some(one))
}

/// A head: its short form, or a file that holds one.
fn head(text: &str) -> Result<Head, String> {
    if let Some(head) = Head::parse(text) {
        return Ok(head);
    }
    let mut content = String::new();
    let read = File::open(text).and_then(|file| last_part(file, &mut content));
    read.map_err(|error| format!("--head {text}: {error}"))?;
    Head::parse(&content).ok_or_else(|| format!("--head {text}: there is no head in this file"))
}

/// The end of a file: an export may be large, and its head is its last line.
fn last_part(mut file: File, content: &mut String) -> std::io::Result<()> {
    use std::io::{Seek as _, SeekFrom};
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(64 * 1024)))?;
    let mut bytes = Vec::new();
    file.take(64 * 1024).read_to_end(&mut bytes)?;
    content.push_str(&String::from_utf8_lossy(&bytes));
    Ok(())
}

fn say(outcome: &Outcome, json: bool) {
    if !json {
        for words in wording::outcome(outcome) {
            println!("{}\n{}", words.vi, words.en);
        }
        if let Some(head) = &outcome.head {
            println!("{}", head.short());
        }
        return;
    }
    let result = match outcome {
        Outcome { fault: Some(_), .. } => "faulty",
        Outcome { key_on_its_word: true, .. } | Outcome { records: 0, .. } => "unconfirmed",
        _ => "whole",
    };
    let fault = outcome.fault.as_ref().map(|fault| json!({"code": fault.code(), "idx": fault.idx()}));
    println!(
        "{}",
        json!({
            "schema": "cccd.audit/1",
            "result": result,
            "records": outcome.records,
            "first": outcome.span.map(|(first, _)| first),
            "last": outcome.span.map(|(_, last)| last),
            "fault": fault,
            "clock_backwards": outcome.clock_backwards.map(|(times, first)| json!({"times": times, "idx": first})),
            "end_compared": !outcome.end_not_compared,
            "head": outcome.head.as_ref().map(Head::short),
        })
    );
}
