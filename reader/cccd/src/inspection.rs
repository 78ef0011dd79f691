//! What a file is and what is in it, offline and without judging who made it: the files of a chip, certificates,
//! revocation lists, master lists, LDIF, and folders of these.
//!
//! A file is known by its content, never by its name: [`detection`] looks at the first bytes, [`chip_file`] reads the
//! files of a chip, [`security`] those that hold protocols, [`signed`] those that are signed, [`pki`] certificates and
//! lists, [`folder`] a dump. [`known`] are authorities recognised by their fingerprint. Values are JSON throughout, so that
//! programs and people see the same.

use std::io::ErrorKind;

use icao9303::check::Remark;
use icao9303::lds::file::ElementaryFile;
use icao9303::passive_authentication::{MasterListError, UnixTime};
use icao9303::tlv;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

mod chip_file;
mod detection;
mod folder;
pub mod known;
pub mod pki;
mod security;
mod signed;

pub use folder::inspect_folder;

use detection::Detected;

/// A file longer than this is refused.
pub const MAX_LEN: u64 = 64 * 1024 * 1024;
/// The most data objects shown of a file's structure, and how deep.
const MOST_OBJECTS: usize = 40;
const DEEPEST: usize = 3;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// An elementary file of a chip.
    File(ElementaryFile),
    /// One X.509 certificate.
    Certificate,
    /// One certificate revocation list.
    RevocationList,
    /// One CSCA master list.
    MasterList,
    /// Several of the three, as PEM or LDIF.
    Collection,
    /// A folder with the files of a chip.
    Dump,
    /// Another folder.
    Folder,
}

impl Kind {
    /// The name used in machine-readable results.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File(file) => file.name(),
            Self::Certificate => "certificate",
            Self::RevocationList => "crl",
            Self::MasterList => "master_list",
            Self::Collection => "collection",
            Self::Dump => "dump",
            Self::Folder => "folder",
        }
    }
}

/// What was found in one file or folder.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// What it is.
    pub kind: Kind,
    /// Bytes, of all its files where it is a folder.
    pub size: usize,
    /// SHA-256 of the file. None of a folder.
    pub sha256: Option<[u8; 32]>,
    /// What it says, by stable names.
    pub fields: Map<String, Value>,
    /// What is otherwise than the standards say.
    pub deviations: Vec<Remark>,
    /// The first picture in it, as it stands there.
    pub picture: Option<Vec<u8>>,
    /// The files of a folder by name.
    pub files: Vec<(String, Result<Inspection, InspectError>)>,
}

/// Why a file is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// Nothing known begins like this.
    #[error("not a kind of file that is known here")]
    Unknown,
    /// More than [`MAX_LEN`] bytes, or an empty file.
    #[error("{0} bytes: empty, or longer than the 64 MiB that are taken")]
    Length(u64),
    /// It begins like one and is none.
    #[error("begins like {kind} and cannot be read as one: {why}")]
    Malformed {
        /// What it begins like.
        kind: &'static str,
        /// Why it is none.
        why: String,
    },
    /// A master list that is refused.
    #[error("{0}")]
    MasterList(MasterListError),
    /// The file or folder cannot be read.
    #[error("{1}")]
    Unreadable(ErrorKind, String),
}

impl InspectError {
    /// What the system says of a file.
    #[must_use]
    pub fn unreadable(error: &std::io::Error) -> Self {
        Self::Unreadable(error.kind(), error.to_string())
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MasterList(MasterListError::Signature(_) | MasterListError::SignerMissing) => "bad_master_list",
            _ => "bad_file",
        }
    }
}

/// Reads a file of any kind. `now` is what validity is compared with.
///
/// # Errors
/// It is none of the kinds known, or damaged.
pub fn inspect(bytes: &[u8], now: UnixTime) -> Result<Inspection, InspectError> {
    let length = bytes.len() as u64;
    if bytes.is_empty() || length > MAX_LEN {
        return Err(InspectError::Length(length));
    }
    let mut inspection = match detection::detect(bytes) {
        Some(Detected::File(file)) => chip_file::inspect(file, bytes, now)?,
        Some(Detected::Pki) => pki::inspect(bytes, now)?,
        None => return Err(InspectError::Unknown),
    };
    inspection.size = bytes.len();
    inspection.sha256 = Some(Sha256::digest(bytes).into());
    if matches!(inspection.kind, Kind::File(_)) {
        inspection.fields.insert("structure".into(), Value::Array(outline(bytes)));
    }
    Ok(inspection)
}

impl Inspection {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            size: 0,
            sha256: None,
            fields: Map::new(),
            deviations: Vec::new(),
            picture: None,
            files: Vec::new(),
        }
    }

    /// Adds what is there: an absent value leaves no trace.
    fn set(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        if !value.is_null() {
            self.fields.insert(name.to_owned(), value);
        }
    }

    /// The same as JSON, without the name of the file.
    #[must_use]
    pub fn value(&self) -> Map<String, Value> {
        let mut value = Map::new();
        value.insert("kind".into(), self.kind.as_str().into());
        value.insert("bytes".into(), self.size.into());
        if let Some(sha256) = &self.sha256 {
            value.insert("sha256".into(), base16ct::lower::encode_string(sha256).into());
        }
        value.extend(self.fields.clone());
        let deviations = self.deviations.iter();
        let deviations = deviations.map(|remark| json!({ "code": remark.code, "message": remark.message })).collect();
        value.insert("deviations".into(), deviations);
        if matches!(self.kind, Kind::Dump | Kind::Folder) {
            let files = self.files.iter().map(|(name, file)| entry(name, file)).collect();
            value.insert("files".into(), files);
        }
        value
    }

    /// Whether all its files could be read. A folder may hold files of other kinds, such as pictures.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.files.iter().all(|(_, file)| match file {
            Ok(file) => file.is_complete(),
            Err(error) => *error == InspectError::Unknown,
        })
    }
}

/// One file of a result: its name and what is in it, or why that is not known.
#[must_use]
pub fn entry(name: &str, inspected: &Result<Inspection, InspectError>) -> Value {
    let mut value = Map::new();
    value.insert("file".into(), name.into());
    match inspected {
        Ok(inspection) => value.extend(inspection.value()),
        Err(error) => {
            value.insert("kind".into(), Value::Null);
            value.insert("error".into(), json!({ "code": error.code(), "message": error.to_string() }));
        }
    }
    Value::Object(value)
}

/// The data objects with their sizes, in order, as deep as is of use.
fn outline(bytes: &[u8]) -> Vec<Value> {
    let mut rows = Vec::new();
    walk(tlv::Reader::new(bytes), 0, &mut rows);
    rows
}

fn walk(objects: tlv::Reader<'_>, depth: usize, rows: &mut Vec<Value>) {
    for object in objects {
        let Ok(object) = object else { return };
        if rows.len() == MOST_OBJECTS {
            return;
        }
        rows.push(json!({
            "depth": depth, "tag": format!("{:02X}", object.tag), "offset": object.position, "length": object.value.len(),
        }));
        if object.is_constructed() && depth + 1 < DEEPEST {
            walk(object.children(), depth + 1, rows);
        }
    }
}

#[cfg(test)]
mod tests {
    use icao9303::tlv::encode;

    use super::*;

    #[test]
    fn what_is_nothing_known_is_refused_and_so_is_nothing_at_all() {
        assert_eq!(inspect(b"\x00\x01\x02", 0).unwrap_err(), InspectError::Unknown);
        assert_eq!(inspect(b"", 0).unwrap_err(), InspectError::Length(0));
        assert!(matches!(inspect(&[0x30, 0x03, 1, 1, 0xFF], 0), Err(InspectError::Malformed { .. })));
    }

    #[test]
    fn the_structure_shows_tags_depths_and_lengths() {
        let file = encode(0x60, &[encode(0x5F01, b"0107"), encode(0x5C, &[0x61])].concat());
        let inspection = inspect(&file, 0).unwrap();
        assert_eq!(inspection.kind.as_str(), "EF.COM");
        let tags: Vec<_> = inspection.fields["structure"].as_array().unwrap().iter().map(|row| &row["tag"]).collect();
        assert_eq!(tags, ["60", "5F01", "5C"]);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let _ = inspect(&bytes, 0);
            for tag in [0x30, 0x31, 0x60, 0x61, 0x6D, 0x6E, 0x6F, 0x75, 0x77] {
                let _ = inspect(&encode(tag, &bytes), 0);
            }
        }
    }
}
