//! Where records are kept: one SQLite file, to which is only added. What was added is on the disk before [`Log::append`]
//! returns.

use std::fs;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row, TransactionBehavior, params};
use serde_json::json;

use crate::head::Head;
use crate::key::{self, DeviceKey, KeyError};
use crate::record::{Entry, Hash, LARGEST_BODY, NONE_BEFORE, Record};

/// The name of the file in the folder of a device.
pub const FILE: &str = "records.sqlite3";

/// The name of the device's key beside it.
pub const KEY_FILE: &str = "device.key";

/// The name of the file that holds the last head beside it. Whoever copies this file elsewhere has a head to compare with.
pub const HEAD_FILE: &str = "records.head";

/// The act of the record that says that the log was found behind the head that was noted of it.
pub const FOUND_BEHIND: &str = "found_behind";

/// How long another program that writes is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// The steps from an empty database to the present one. A step is never changed once it was released.
///
/// `INSERT OR REPLACE` deletes without the trigger for that: so an insertion over an existing record is refused too.
const STEPS: &[&str] = &["
CREATE TABLE device (id TEXT PRIMARY KEY, public_key BLOB NOT NULL CHECK (length(public_key) = 32)) STRICT;
CREATE TABLE record (
    device TEXT NOT NULL REFERENCES device (id),
    stream TEXT NOT NULL,
    idx INTEGER NOT NULL CHECK (idx > 0),
    at INTEGER NOT NULL,
    act TEXT NOT NULL,
    body TEXT NOT NULL,
    before BLOB NOT NULL CHECK (length(before) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    signature BLOB NOT NULL CHECK (length(signature) = 64),
    PRIMARY KEY (device, stream, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_by_time ON record (device, stream, at);
CREATE TRIGGER record_is_not_changed BEFORE UPDATE ON record
    BEGIN SELECT RAISE(ABORT, 'records are never changed'); END;
CREATE TRIGGER record_is_not_removed BEFORE DELETE ON record
    BEGIN SELECT RAISE(ABORT, 'records are never removed'); END;
CREATE TRIGGER record_is_not_replaced BEFORE INSERT ON record
    WHEN EXISTS (SELECT 1 FROM record WHERE device = NEW.device AND stream = NEW.stream AND idx = NEW.idx)
    BEGIN SELECT RAISE(ABORT, 'records are never replaced'); END;
"];

/// What a record is read from.
const COLUMNS: &str = "device, stream, idx, at, act, body, before, hash, signature";

/// A log that is added to.
pub struct Log {
    connection: Mutex<Connection>,
    key: DeviceKey,
    stream: &'static str,
    folder: PathBuf,
}

/// Why nothing was added, or nothing can be read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The folder cannot be made.
    #[error("{0}")]
    Folder(#[from] std::io::Error),
    /// There is no key.
    #[error("{0}")]
    Key(#[from] KeyError),
    /// There is a log, and the key that signed it is gone.
    #[error(
        "{}: the key of this log is gone; put it back from a copy, or, to begin a new log, move records.sqlite3 and \
         records.head out of the folder and keep them",
        .0.display()
    )]
    KeyIsGone(PathBuf),
    /// The disk is full, or cannot be written.
    #[error("the disk is full, or cannot be written: {0}")]
    Full(rusqlite::Error),
    /// The database refuses.
    #[error("{0}")]
    Database(rusqlite::Error),
    /// It was written by a newer program.
    #[error("it was written by a newer version of this program")]
    Newer,
    /// A record would hold more than a record may.
    #[error("a record of {0} bytes is too large")]
    TooLarge(usize),
}

impl From<rusqlite::Error> for LogError {
    fn from(error: rusqlite::Error) -> Self {
        use ErrorCode::{CannotOpen, DiskFull, ReadOnly, SystemIoFailure};
        match error.sqlite_error_code() {
            Some(DiskFull | SystemIoFailure | ReadOnly | CannotOpen) => Self::Full(error),
            _ => Self::Database(error),
        }
    }
}

/// Which records are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// From this moment on, in milliseconds since 1970.
    pub from: Option<i64>,
    /// Before this moment.
    pub until: Option<i64>,
    /// Of this act.
    pub act: Option<String>,
    /// By this officer: the body's `officer`.
    pub officer: Option<String>,
    /// About this person: one of the body's `people`, a pseudonym.
    pub person: Option<String>,
    /// Before this place.
    pub before: Option<u64>,
}

impl Log {
    /// Opens the log of a device in its folder; makes folder, key and log where there are none. Where the log is not what its
    /// noted head says, that head is kept and a record says so.
    ///
    /// # Errors
    /// The disk is full or read-only, the key is broken or gone, or the file is no log.
    pub fn open(folder: &Path, stream: &'static str) -> Result<Self, LogError> {
        fs::create_dir_all(folder)?;
        let is_there = fs::metadata(folder.join(FILE)).is_ok_and(|file| file.len() > 0);
        // A new key would begin a second chain, as if the first had never been. The log was looked for first: whoever makes
        // both makes the key before it.
        if is_there && !folder.join(KEY_FILE).try_exists()? {
            return Err(LogError::KeyIsGone(folder.join(KEY_FILE)));
        }
        let key = DeviceKey::load_or_make(&folder.join(KEY_FILE))?;
        // Read before the log: another program may be adding to both.
        let noted = noted_in(&folder.join(HEAD_FILE));
        key::for_owner_alone(&folder.join(FILE))?;
        let mut connection = Connection::open(folder.join(FILE))?;
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        advance(&mut connection)?;
        connection.execute(
            "INSERT INTO device (id, public_key) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            params![key.device(), key.public().as_bytes()],
        )?;
        let log = Self { connection: Mutex::new(connection), key, stream, folder: folder.to_owned() };
        if let Some(noted) = noted {
            log.compare(&noted)?;
        }
        Ok(log)
    }

    /// Compares the log with the head that lay beside it. A head is written after its record is on the disk: it may be older
    /// than the log, never newer.
    fn compare(&self, noted: &Head) -> Result<(), LogError> {
        let (last, there) = {
            let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
            let own = params![self.key.device(), self.stream];
            let last = "SELECT coalesce(max(idx), 0) FROM record WHERE device = ?1 AND stream = ?2";
            let last: u64 = connection.query_row(last, own, |row| row.get(0))?;
            let there = "SELECT hash FROM record WHERE device = ?1 AND stream = ?2 AND idx = ?3";
            let place = params![self.key.device(), self.stream, noted.idx.min(i64::MAX as u64)];
            (last, connection.query_row(there, place, |row| row.get::<_, Hash>(0)).optional()?)
        };
        let by_another_key = noted.public_key.as_ref().is_some_and(|key| *key != self.public_key());
        if there == Some(noted.hash) && !by_another_key {
            return Ok(());
        }
        // The next record overwrites the head by another file, so this one stays.
        let kept = self.folder.join(format!("{HEAD_FILE}.{}", noted.idx));
        match fs::hard_link(self.folder.join(HEAD_FILE), kept) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error.into()),
            _ => {}
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let body = json!({"officer": null, "noted": noted.idx, "noted_head": noted.short(), "last": last});
        let entry = Entry { at: i64::try_from(now).unwrap_or(i64::MAX), act: FOUND_BEHIND.to_owned(), body };
        self.append(&entry).map(drop)
    }

    /// The device's key.
    pub fn key(&self) -> &DeviceKey {
        &self.key
    }

    /// Adds a record. It is on the disk when this returns; where it could not be written, nothing was added.
    ///
    /// # Errors
    /// The disk is full, or the record too large.
    pub fn append(&self, entry: &Entry) -> Result<Record, LogError> {
        let length = entry.body.to_string().len();
        if length > LARGEST_BODY {
            return Err(LogError::TooLarge(length));
        }
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        // Another program may add too, as the command that resets an officer's password: so the last record is looked at anew.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let last = transaction
            .query_row(
                "SELECT idx, hash FROM record WHERE device = ?1 AND stream = ?2 ORDER BY idx DESC LIMIT 1",
                params![self.key.device(), self.stream],
                |row| Ok((row.get::<_, u64>(0)?, row.get::<_, Hash>(1)?)),
            )
            .optional()?;
        let (idx, before) = last.unwrap_or((0, NONE_BEFORE));
        let record = Record::following(idx + 1, before, self.stream, entry, &self.key);
        transaction.execute(
            "INSERT INTO record VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                record.device,
                record.stream,
                record.idx,
                record.at,
                record.act,
                record.body,
                record.before,
                record.hash,
                record.signature
            ],
        )?;
        transaction.commit()?;
        self.note_head(&record);
        Ok(record)
    }

    /// Writes the head beside the log. It is for who copies it elsewhere: where it cannot be written, the record still stands,
    /// and an older head is true as well.
    fn note_head(&self, record: &Record) {
        let draft = self.folder.join(format!("{HEAD_FILE}.new"));
        let note = format!("{}\n", Head::note(record, &self.public_key()));
        let written = fs::File::create(&draft).and_then(|mut file| file.write_all(note.as_bytes()));
        let _ = written.and_then(|()| fs::rename(&draft, self.folder.join(HEAD_FILE)));
    }

    /// The heads that lie beside the log.
    pub fn noted_heads(&self) -> Vec<Head> {
        noted_heads(&self.folder)
    }

    /// The device's public key, in hexadecimal.
    pub fn public_key(&self) -> String {
        base16ct::lower::encode_string(self.key.public().as_bytes())
    }

    /// The same records, to be read while others are added.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn reader(&self) -> Result<Reader, LogError> {
        Reader::open(&self.folder.join(FILE))
    }

    #[cfg(test)]
    pub(crate) fn folder_for_tests(&self) -> &Path {
        &self.folder
    }

    /// The name of the device's log among others.
    pub fn stream(&self) -> &'static str {
        self.stream
    }
}

/// The heads that lie in the folder of a log: the last one, and those that were kept because the log was found behind them.
pub fn noted_heads(folder: &Path) -> Vec<Head> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let kept = entries.map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix(HEAD_FILE));
        name.and_then(|rest| rest.strip_prefix('.')).is_some_and(|place| place.parse::<u64>().is_ok())
    });
    kept.take(64).chain([folder.join(HEAD_FILE)]).filter_map(|path| noted_in(&path)).collect()
}

fn noted_in(path: &Path) -> Option<Head> {
    Head::parse(&fs::read_to_string(path).ok()?)
}

fn advance(connection: &mut Connection) -> Result<(), LogError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if (1..).zip(STEPS).all(|(number, _)| number < done) {
        return Err(LogError::Newer);
    }
    for (number, step) in (1_u32..).zip(STEPS).filter(|(number, _)| *number > done) {
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", number)?;
    }
    Ok(transaction.commit()?)
}

/// A log that is only read.
pub struct Reader {
    connection: Connection,
}

/// One chain in a log: a device's log of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The device.
    pub device: String,
    /// Its log.
    pub stream: String,
    /// The public key that the file says is the device's.
    pub public_key: [u8; 32],
}

impl Reader {
    /// Opens a log to read it, also one that lies where nothing can be written.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(PATIENCE)?;
        Ok(Self { connection })
    }

    /// The chains that the file holds: the first few, where somebody put many there.
    ///
    /// # Errors
    /// The database refuses.
    pub fn chains(&self) -> Result<Vec<Chain>, LogError> {
        // By the index alone, from one chain to the next: there may be millions of records.
        let mut chains: Vec<Chain> = Vec::new();
        while chains.len() < 64 {
            let (device, stream) = chains.last().map_or(("", ""), |last| (&last.device, &last.stream));
            let next = self
                .connection
                .query_row(
                    "SELECT device, stream FROM record WHERE (device, stream) > (?1, ?2) ORDER BY device, stream LIMIT 1",
                    params![device, stream],
                    |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)),
                )
                .optional()?;
            let Some((device, stream)) = next else { break };
            let key = "SELECT public_key FROM device WHERE id = ?1";
            let public_key = self.connection.query_row(key, [&device], |row| row.get(0)).optional()?;
            chains.push(Chain { device, stream, public_key: public_key.unwrap_or_default() });
        }
        Ok(chains)
    }

    /// Shows the wanted records of a chain one after another: never more than one is in memory. Newest first, or in the order
    /// of the chain.
    ///
    /// # Errors
    /// The database refuses, or holds what is no record.
    pub fn each(
        &self,
        chain: &Chain,
        wanted: &Wanted,
        newest_first: bool,
        mut show: impl FnMut(Record) -> ControlFlow<()>,
    ) -> Result<(), LogError> {
        let order = if newest_first { "DESC" } else { "ASC" };
        let officer = "CASE WHEN json_valid(body) THEN body ->> '$.officer' END";
        let mut statement = self.connection.prepare(&format!(
            "SELECT {COLUMNS} FROM record WHERE device = ?1 AND stream = ?2
                AND (?3 IS NULL OR at >= ?3) AND (?4 IS NULL OR at < ?4) AND (?5 IS NULL OR act = ?5)
                AND (?6 IS NULL OR {officer} = ?6) AND (?7 IS NULL OR instr(body, ?7) > 0) AND (?8 IS NULL OR idx < ?8)
             ORDER BY idx {order}"
        ))?;
        // A pseudonym is random, and stands in quotes: it is found as a word in the text.
        let person = wanted.person.as_ref().map(|person| format!("\"{person}\""));
        let mut rows = statement.query(params![
            chain.device,
            chain.stream,
            wanted.from,
            wanted.until,
            wanted.act,
            wanted.officer,
            person,
            wanted.before
        ])?;
        while let Some(row) = rows.next()? {
            if show(record(row)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The first and the last place in the chain that the wanted records have.
    ///
    /// # Errors
    /// The database refuses.
    pub fn span(&self, chain: &Chain, from: Option<i64>, until: Option<i64>) -> Result<Option<(u64, u64)>, LogError> {
        let sql = "SELECT min(idx), max(idx) FROM record WHERE device = ?1 AND stream = ?2
                      AND (?3 IS NULL OR at >= ?3) AND (?4 IS NULL OR at < ?4)";
        let span = self.connection.query_row(sql, params![chain.device, chain.stream, from, until], |row| {
            Ok((row.get::<_, Option<u64>>(0)?, row.get::<_, Option<u64>>(1)?))
        })?;
        Ok(span.0.zip(span.1))
    }

    /// The records of the chain from one place to another, both with it, one after another.
    ///
    /// # Errors
    /// The database refuses, or holds what is no record.
    pub fn between(
        &self,
        chain: &Chain,
        (first, last): (u64, u64),
        mut show: impl FnMut(Record) -> ControlFlow<()>,
    ) -> Result<(), LogError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM record WHERE device = ?1 AND stream = ?2 AND idx BETWEEN ?3 AND ?4 ORDER BY idx"
        );
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query(params![chain.device, chain.stream, first, last.min(i64::MAX as u64)])?;
        while let Some(row) = rows.next()? {
            if show(record(row)?).is_break() {
                break;
            }
        }
        Ok(())
    }
}

fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        device: row.get(0)?,
        stream: row.get(1)?,
        idx: row.get(2)?,
        at: row.get(3)?,
        act: row.get(4)?,
        body: row.get(5)?,
        before: row.get(6)?,
        hash: row.get(7)?,
        signature: row.get(8)?,
    })
}

#[cfg(test)]
mod tests;
