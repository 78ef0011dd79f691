//! One folder of the trust store: a DER file for each anchor and each revocation list, named for its SHA-256, and one
//! hidden file that remembers where each came from.
//!
//! Files get their names only once they are whole and on the disk, so that a power cut leaves each of them as it was or as
//! it was to become. Who changes the folder holds its [`lock`], so that of two commands at once none undoes the other's
//! work. Files put there by hand, in whatever format, are read too.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use icao9303::passive_authentication::{Added, Certificate, Crl, MasterList, TrustAnchors, UnixTime, import};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::location::Location;
use super::{read_at_most, read_bounded, visible_files};
use crate::messages::{self, Words};

/// The file that remembers sources.
const RECORD: &str = ".sources.json";
/// Longest such file taken: room for some ten thousand anchors.
const MOST_RECORD: u64 = 8 * 1024 * 1024;
/// The file that is locked by who changes the folder. It stays, empty: a lock belongs to a process and ends with it.
const LOCK: &str = ".lock";
/// How long to wait for another command. None holds the lock while it asks somebody.
const PATIENCE: Duration = Duration::from_secs(20);
/// What a file is called until it is whole.
const UNFINISHED: &str = ".unfinished-";

/// An anchor or a revocation list in the store.
#[derive(Clone, Debug)]
pub struct Held {
    /// Which folder it is in.
    pub location: Location,
    /// The file that holds it.
    pub path: PathBuf,
    /// Whether nothing else is in that file.
    pub alone: bool,
    /// What it is.
    pub item: Item,
}

/// What can be held.
#[derive(Clone, Debug)]
pub enum Item {
    /// An anchor.
    Authority(Box<Certificate>),
    /// A revocation list.
    RevocationList(Box<Crl>),
}

impl Item {
    /// SHA-256 of its bytes: its name.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        match self {
            Self::Authority(certificate) => base16ct::lower::encode_string(&certificate.sha256_fingerprint()),
            Self::RevocationList(list) => base16ct::lower::encode_string(&Sha256::digest(list.as_bytes())),
        }
    }

    fn file_name(&self) -> String {
        let kind = if matches!(self, Self::Authority(_)) { "cer" } else { "crl" };
        format!("{}.{kind}", self.fingerprint())
    }

    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Authority(certificate) => certificate.as_bytes(),
            Self::RevocationList(list) => list.as_bytes(),
        }
    }
}

/// Where something in the store came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The name of the file.
    pub file: String,
    /// When it was added, in seconds since 1970.
    pub added: UnixTime,
    /// The master list that it was in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<ListSource>,
}

/// A master list that anchors came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListSource {
    /// Whose list it is: see [`publisher`].
    pub publisher: String,
    /// Who signed it.
    pub signer: String,
    /// When.
    pub signing_time: Option<UnixTime>,
    /// Whether the signer chained to an anchor that was in the store before.
    pub chained: bool,
}

impl ListSource {
    /// Whether both are the same list, whatever was known of its signer at the time.
    #[must_use]
    pub fn is_same_list(&self, other: &Self) -> bool {
        (&self.publisher, &self.signer, self.signing_time) == (&other.publisher, &other.signer, other.signing_time)
    }
}

/// Whose list it is: the country of the signer, since signers and even authorities change their names from one list to the
/// next.
#[must_use]
pub fn publisher(list: &MasterList) -> String {
    list.signer.country().map_or_else(|| list.signer.issuer().to_string(), str::to_ascii_uppercase)
}

/// What a folder remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Where each item came from, by its fingerprint.
    #[serde(default)]
    pub sources: BTreeMap<String, Source>,
    /// The newest signing time of each publisher's lists.
    #[serde(default)]
    pub lists: BTreeMap<String, UnixTime>,
}

/// Everything in a folder, and what in it could not be used.
///
/// # Errors
/// The folder is there and cannot be read.
pub fn contents(location: &Location) -> io::Result<(Vec<Held>, Vec<Words>)> {
    let (mut held, mut notes) = (Vec::new(), Vec::new());
    let remembered = location.folder.join(RECORD);
    match read_record(&location.folder) {
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            notes.push(messages::trust::damaged_record(&remembered));
        }
        // A folder that is not there, or is none, is met below.
        Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            notes.push(messages::trust::unreadable(&remembered, &error));
        }
        _ => {}
    }
    let paths = match visible_files(&location.folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        paths => paths?,
    };
    for path in paths {
        let read = read_bounded(&path).map_err(|error| messages::trust::unreadable(&path, &error));
        let imported = read.and_then(|bytes| import(&bytes).map_err(|error| messages::trust::refused(&path, &error)));
        let imported = match imported {
            Ok(imported) => imported,
            Err(note) => {
                notes.push(note);
                continue;
            }
        };
        let refused = imported.refused.iter();
        notes.extend(refused.map(|(part, error)| messages::trust::part_refused(&path, *part, error)));
        let of_lists = imported.master_lists.into_iter().flat_map(|list| list.certificates);
        let certificates: Vec<_> = imported.certificates.into_iter().chain(of_lists).collect();
        let alone = certificates.len() + imported.revocation_lists.len() == 1;
        let mut hold = |item| held.push(Held { location: location.clone(), path: path.clone(), alone, item });
        for certificate in certificates {
            if TrustAnchors::new().add(certificate.clone()) == Added::NotAnAuthority {
                notes.push(messages::trust::not_an_authority(&path, &certificate.subject().to_string()));
            } else {
                hold(Item::Authority(Box::new(certificate)));
            }
        }
        imported.revocation_lists.into_iter().map(Box::new).map(Item::RevocationList).for_each(&mut hold);
    }
    Ok((held, notes))
}

/// What the folder remembers. A record that is damaged is as good as none, and [`contents`] says so: it decides only what
/// is shown, and whether a list is older than the last.
#[must_use]
pub fn record(folder: &Path) -> Record {
    read_record(folder).unwrap_or_default()
}

fn read_record(folder: &Path) -> io::Result<Record> {
    let bytes = read_at_most(&folder.join(RECORD), MOST_RECORD)?;
    serde_json::from_slice(&bytes).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
}

/// A folder that nobody else changes meanwhile.
#[derive(Debug)]
pub struct Locked {
    folder: PathBuf,
    /// The lock ends when this is closed, however the process ends.
    _file: File,
}

/// Waits until no other command changes the folder, which is made where there is none.
///
/// # Errors
/// The folder cannot be written, or somebody holds the lock for longer than any command takes.
pub fn lock(folder: &Path) -> io::Result<Locked> {
    make(folder)?;
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create(true).truncate(false).mode(0o644).open(folder.join(LOCK))?;
    let began = Instant::now();
    loop {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) if began.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(20)),
            Err(Errno::INTR) => {}
            Err(Errno::WOULDBLOCK) => {
                return Err(io::Error::new(ErrorKind::ResourceBusy, "another command is changing the trust store"));
            }
            // A file system without locks: each change is whole all the same.
            Ok(()) | Err(Errno::NOTSUP | Errno::NOLCK | Errno::NOSYS | Errno::INVAL) => {
                return Ok(Locked { folder: folder.to_owned(), _file: file });
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// The folder with those that it is in, each known to the disk before something is put into it.
fn make(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        make(parent)?;
    }
    match fs::DirBuilder::new().mode(0o755).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        Err(_) if !folder.is_dir() => return Err(ErrorKind::NotADirectory.into()),
        _ => {}
    }
    match folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

impl Locked {
    /// What the folder remembers. Nobody else changes it while the lock is held.
    #[must_use]
    pub fn record(&self) -> Record {
        record(&self.folder)
    }

    /// Puts items into the folder, takes others out, and remembers.
    ///
    /// # Errors
    /// The folder cannot be written. What was done by then is whole.
    pub fn change(&self, put: &[Item], take: &[PathBuf], record: &Record) -> io::Result<()> {
        let folder = self.folder.as_path();
        forget_unfinished(folder)?;
        for item in put {
            replace(folder, &item.file_name(), item.as_bytes())?;
        }
        // What is added is on the disk before anything is remembered of it or removed for it.
        File::open(folder)?.sync_all()?;
        for path in take {
            match fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        let text = serde_json::to_vec_pretty(record).map_err(io::Error::other)?;
        replace(folder, RECORD, &text)?;
        File::open(folder)?.sync_all()
    }
}

/// Writes a file beside, brings it to the disk, and only then gives it its name.
fn replace(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let target = folder.join(name);
    if fs::read(&target).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    let unfinished = folder.join(format!("{UNFINISHED}{}-{name}", std::process::id()));
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o644)
        .open(&unfinished)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&unfinished, &target));
    if written.is_err() {
        // The error of writing is the one that matters.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// Removes what a power cut left behind. What is younger than a minute may be another process's.
fn forget_unfinished(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let left = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
        let age = entry.metadata().and_then(|metadata| metadata.modified()).ok().and_then(|at| at.elapsed().ok());
        if left && age.is_some_and(|age| age.as_secs() > 60) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust_store::location::Level;

    fn location(folder: &Path) -> Location {
        Location { level: Level::Named, folder: folder.to_owned() }
    }

    #[test]
    fn what_a_power_cut_left_is_not_read_and_a_damaged_record_is_none() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".unfinished-1-x.cer"), b"half").unwrap();
        fs::write(folder.path().join(RECORD), b"{\"sources\": {\"a").unwrap();
        let (held, notes) = contents(&location(folder.path())).unwrap();
        assert!(held.is_empty());
        assert!(notes.len() == 1 && notes[0].en.contains("damaged"), "{notes:?}");
        assert_eq!(record(folder.path()), Record::default());
        // The next change makes it good again, and clears away what the power cut left, once it is old enough.
        lock(folder.path()).unwrap().change(&[], &[], &Record::default()).unwrap();
        assert!(contents(&location(folder.path())).unwrap().1.is_empty());
    }

    #[test]
    fn a_folder_that_does_not_exist_holds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (held, notes) = contents(&location(&folder.path().join("missing"))).unwrap();
        assert!(held.is_empty() && notes.is_empty());
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        let mut written = Record::default();
        let list = ListSource { publisher: "DE".into(), signer: "CN=x".into(), signing_time: Some(5), chained: false };
        written.sources.insert("00".into(), Source { file: "x.ml".into(), added: 7, list: Some(list) });
        written.lists.insert("DE".into(), 5);
        lock(&inner).unwrap().change(&[], &[], &written).unwrap();
        assert_eq!(record(&inner), written);
        let mut names: Vec<_> = fs::read_dir(&inner).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, [LOCK, RECORD]);
    }

    #[test]
    fn of_many_changes_at_once_none_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let remember = |number: usize| {
            let locked = lock(folder.path()).unwrap();
            let mut record = locked.record();
            let source = Source { file: number.to_string(), added: 0, list: None };
            record.sources.insert(number.to_string(), source);
            locked.change(&[], &[], &record).unwrap();
        };
        thread::scope(|scope| {
            for number in 0..12 {
                scope.spawn(move || remember(number));
            }
        });
        assert_eq!(record(folder.path()).sources.len(), 12);
    }

    #[test]
    fn a_lock_file_that_was_left_locks_nobody_out() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(LOCK), b"").unwrap();
        drop(lock(folder.path()).unwrap());
        drop(lock(folder.path()).unwrap());
    }
}
