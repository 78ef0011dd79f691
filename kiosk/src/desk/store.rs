//! The little that outlives a session: what the office calls itself, the computer that is paired, the numbers of the queue
//! ([`tickets`]), and figures ([`figures`]). No citizen's data are ever in it.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use cccd_link::identity::Fingerprint;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::figures::period::{CutDay, CutWeekday};
use super::figures::summary::SecondsPerField;
use super::link::Computer;
use super::office::Office;

mod figures;
mod tickets;

/// The database of the desk.
pub struct Store {
    connection: Mutex<Connection>,
}

/// Why nothing can be kept, or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder cannot be made.
    #[error("{0}")]
    Folder(#[from] std::io::Error),
    /// The database refuses.
    #[error("{0}")]
    Database(#[from] rusqlite::Error),
    /// It was written by a newer program.
    #[error("it was written by a newer version of this program")]
    Newer,
}

/// The steps from an empty database to the present one. A step is never changed once it was released.
const STEPS: &[&str] = &[
    "CREATE TABLE office (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    authority TEXT NOT NULL,
    place TEXT NOT NULL,
    province TEXT NOT NULL
) STRICT",
    "ALTER TABLE office ADD COLUMN phone TEXT NOT NULL DEFAULT '';
     ALTER TABLE office ADD COLUMN email TEXT NOT NULL DEFAULT '';
     ALTER TABLE office ADD COLUMN address TEXT NOT NULL DEFAULT '';",
    "ALTER TABLE office ADD COLUMN police TEXT NOT NULL DEFAULT '';",
    "CREATE TABLE computer (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    name TEXT NOT NULL,
    since INTEGER NOT NULL
) STRICT",
    figures::STEP,
    "CREATE TABLE ticket (
    day TEXT NOT NULL,
    number INTEGER NOT NULL,
    first INTEGER NOT NULL,
    state INTEGER NOT NULL,
    PRIMARY KEY (day, number)
) STRICT, WITHOUT ROWID",
];

impl Store {
    /// Opens the database, or makes it.
    ///
    /// # Errors
    /// The disk is full or read-only, or the file is no database of the desk.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Self::of(Connection::open(path)?)
    }

    fn of(mut connection: Connection) -> Result<Self, StoreError> {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let done: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if (1..).zip(STEPS).all(|(number, _)| number < done) {
            return Err(StoreError::Newer);
        }
        for (number, step) in (1_u32..).zip(STEPS).filter(|(number, _)| *number > done) {
            let transaction = connection.transaction()?;
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", number)?;
            transaction.commit()?;
        }
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// What the office calls itself; empty where nobody has said.
    ///
    /// # Errors
    /// The database refuses.
    pub fn office(&self) -> Result<Office, StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let row = connection.query_row(
            "SELECT authority, place, province, phone, email, address, police, cut_day, cut_weekday, seconds_per_field
             FROM office",
            [],
            |row| {
                Ok(Office {
                    authority: row.get(0)?,
                    place: row.get(1)?,
                    province: row.get(2)?,
                    phone: row.get(3)?,
                    email: row.get(4)?,
                    address: row.get(5)?,
                    police: row.get(6)?,
                    // Another version's choices are not known here.
                    cut_day: CutDay::try_from(row.get::<_, i8>(7)?).unwrap_or_default(),
                    cut_weekday: CutWeekday::try_from(row.get::<_, i8>(8)?).unwrap_or_default(),
                    seconds_per_field: SecondsPerField::try_from(row.get::<_, u16>(9)?).unwrap_or_default(),
                })
            },
        );
        Ok(row.optional()?.unwrap_or_default())
    }

    /// Keeps what the office calls itself.
    ///
    /// # Errors
    /// The disk is full, or the database refuses.
    pub fn set_office(&self, office: &Office) -> Result<(), StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        connection.execute(
            "INSERT OR REPLACE INTO office
             (only, authority, place, province, phone, email, address, police, cut_day, cut_weekday, seconds_per_field)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                office.authority,
                office.place,
                office.province,
                office.phone,
                office.email,
                office.address,
                office.police,
                office.cut_day.number(),
                office.cut_weekday.number(),
                u16::from(office.seconds_per_field)
            ],
        )?;
        Ok(())
    }

    /// The officer's computer that is paired.
    ///
    /// # Errors
    /// The database refuses.
    pub fn computer(&self) -> Result<Option<Computer>, StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let row = connection.query_row("SELECT fingerprint, name, since FROM computer", [], |row| {
            let since: i64 = row.get(2)?;
            Ok(Computer {
                fingerprint: Fingerprint(row.get(0)?),
                name: row.get(1)?,
                since: Timestamp::from_millisecond(since).unwrap_or_default(),
            })
        });
        Ok(row.optional()?)
    }

    /// Keeps which computer is paired, in the place of another; or that none is.
    ///
    /// # Errors
    /// The disk is full, or the database refuses.
    pub fn set_computer(&self, computer: Option<&Computer>) -> Result<(), StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        match computer {
            Some(Computer { fingerprint, name, since }) => connection.execute(
                "INSERT OR REPLACE INTO computer (only, fingerprint, name, since) VALUES (1, ?1, ?2, ?3)",
                params![fingerprint.0, name, since.as_millisecond()],
            )?,
            None => connection.execute("DELETE FROM computer", [])?,
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_office_calls_itself_is_there_after_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/desk.sqlite3");
        let office = Office {
            authority: "UBND xã Lâm Hợp".into(),
            place: "Lâm Hợp".into(),
            province: "Nghệ An".into(),
            phone: "0238".into(),
            police: "Công an xã Lâm Hợp".into(),
            cut_day: CutDay::try_from(14).unwrap(),
            cut_weekday: CutWeekday::try_from(4).unwrap(),
            seconds_per_field: SecondsPerField::try_from(10).unwrap(),
            ..Office::default()
        };
        {
            let store = Store::open(&path).unwrap();
            assert_eq!(store.office().unwrap(), Office::default());
            store.set_office(&Office::default()).unwrap();
            store.set_office(&office).unwrap();
        }
        assert_eq!(Store::open(&path).unwrap().office().unwrap(), office);
    }

    #[test]
    fn a_database_of_a_newer_program_is_left_alone() {
        let connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(Store::of(connection), Err(StoreError::Newer)));
    }
}
