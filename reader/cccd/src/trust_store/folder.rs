//! One folder of the trust store: a DER file for each anchor and each revocation list, named for its SHA-256, and one
//! hidden file that remembers where each came from.
//!
//! Files get their names only once they are whole and on the disk, so that a power cut leaves each of them as it was or as
//! it was to become. Files put there by hand, in whatever format, are read too.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use icao9303::passive_authentication::{Added, Certificate, Crl, MasterList, TrustAnchors, UnixTime, import};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::location::Location;
use super::{read_at_most, read_bounded, visible_files};

/// The file that remembers sources.
const RECORD: &str = ".sources.json";
/// Longest such file taken: room for some ten thousand anchors.
const MOST_RECORD: u64 = 8 * 1024 * 1024;
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
pub fn contents(location: &Location) -> io::Result<(Vec<Held>, Vec<String>)> {
    let (mut held, mut notes) = (Vec::new(), Vec::new());
    let paths = match visible_files(&location.folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        paths => paths?,
    };
    for path in paths {
        let imported = match read_bounded(&path)
            .map_err(|error| error.to_string())
            .and_then(|bytes| import(&bytes).map_err(|error| error.to_string()))
        {
            Ok(imported) => imported,
            Err(error) => {
                notes.push(format!("{}: {error}", path.display()));
                continue;
            }
        };
        let of_lists = imported.master_lists.into_iter().flat_map(|list| list.certificates);
        let certificates: Vec<_> = imported.certificates.into_iter().chain(of_lists).collect();
        let alone = certificates.len() + imported.revocation_lists.len() == 1;
        let mut hold = |item| held.push(Held { location: location.clone(), path: path.clone(), alone, item });
        for certificate in certificates {
            if TrustAnchors::new().add(certificate.clone()) == Added::NotAnAuthority {
                notes.push(format!("{}: {} is no authority and not trusted", path.display(), certificate.subject()));
            } else {
                hold(Item::Authority(Box::new(certificate)));
            }
        }
        imported.revocation_lists.into_iter().map(Box::new).map(Item::RevocationList).for_each(&mut hold);
    }
    Ok((held, notes))
}

/// What the folder remembers. A record that is damaged is as good as none: it decides only what is shown, and whether a
/// list is older than the last.
#[must_use]
pub fn record(folder: &Path) -> Record {
    let bytes = read_at_most(&folder.join(RECORD), MOST_RECORD).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// Puts items into the folder, takes others out, and remembers. The folder is made where there is none.
///
/// # Errors
/// The folder cannot be written. What was done by then is whole.
pub fn change(folder: &Path, put: &[Item], take: &[PathBuf], record: &Record) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o755).create(folder)?;
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
        assert!(held.is_empty() && notes.is_empty());
        assert_eq!(record(folder.path()), Record::default());
    }

    #[test]
    fn a_folder_that_does_not_exist_holds_nothing() {
        let (held, notes) = contents(&location(Path::new("/nonexistent/cccd"))).unwrap();
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
        change(&inner, &[], &[], &written).unwrap();
        assert_eq!(record(&inner), written);
        let names: Vec<_> = fs::read_dir(&inner).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [RECORD]);
    }
}
