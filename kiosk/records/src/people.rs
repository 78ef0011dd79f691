//! Whose records are whose. A person has a random pseudonym in the log; which one is found by a keyed hash of the ID number
//! (HMAC-SHA256 with the device's secret, RFC 2104), in a file apart from the log. Who has the file without the secret learns
//! no number; whose row is deleted has no records any more.
//!
//! Deleting overwrites (`secure_delete`), and no write-ahead log keeps an older page. What a disk's own controller keeps is
//! beyond this program: an encrypted disk is the answer to that.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use getrandom::SysRng;
use getrandom::rand_core::TryRng as _;
use hmac::{Hmac, KeyInit, Mac};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::Sha256;

use crate::key::{self, DeviceKey};
use crate::log::LogError;

/// The name of the file in the folder of a device.
pub const FILE: &str = "people.sqlite3";

/// What is hashed begins with this.
const DOMAIN: &[u8] = b"cccd-person/1\0";

/// A day, in milliseconds. No finer time is kept of who was seen when.
const DAY: i64 = 86_400_000;

/// The pseudonyms.
pub struct People {
    connection: Mutex<Connection>,
    secret: zeroize::Zeroizing<[u8; 32]>,
}

impl People {
    /// Opens the pseudonyms of a device, or makes them.
    ///
    /// # Errors
    /// The disk is full, or the file is not what it should be.
    pub fn open(folder: &Path, key: &DeviceKey) -> Result<Self, LogError> {
        key::for_owner_alone(&folder.join(FILE))?;
        let connection = Connection::open(folder.join(FILE))?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "TRUNCATE")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "secure_delete", "ON")?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS person (
                tag BLOB PRIMARY KEY CHECK (length(tag) = 32),
                pseudonym TEXT NOT NULL UNIQUE,
                last_day INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID",
        )?;
        Ok(Self { connection: Mutex::new(connection), secret: zeroize::Zeroizing::new(*key.people_secret()) })
    }

    /// The pseudonym of the person with this ID number, who is here now.
    ///
    /// # Errors
    /// The disk is full.
    pub fn pseudonym(&self, number: &str, now: i64) -> Result<String, LogError> {
        let tag = self.tag(number);
        let mut fresh = [0; 16];
        SysRng.try_fill_bytes(&mut fresh).map_err(|_| LogError::Key(key::KeyError::Random))?;
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let pseudonym = connection.query_row(
            "INSERT INTO person (tag, pseudonym, last_day) VALUES (?1, ?2, ?3)
             ON CONFLICT (tag) DO UPDATE SET last_day = max(last_day, excluded.last_day) RETURNING pseudonym",
            params![tag, base16ct::lower::encode_string(&fresh), now.div_euclid(DAY)],
            |row| row.get(0),
        )?;
        Ok(pseudonym)
    }

    /// The pseudonym of the person with this ID number, if there is one.
    ///
    /// # Errors
    /// The database refuses.
    pub fn find(&self, number: &str) -> Result<Option<String>, LogError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let sql = "SELECT pseudonym FROM person WHERE tag = ?1";
        Ok(connection.query_row(sql, [self.tag(number)], |row| row.get(0)).optional()?)
    }

    /// Forgets whose pseudonym this is. Whether it was anybody's.
    ///
    /// # Errors
    /// The disk cannot be written.
    pub fn forget(&self, pseudonym: &str) -> Result<bool, LogError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(connection.execute("DELETE FROM person WHERE pseudonym = ?1", [pseudonym])? > 0)
    }

    /// Forgets everybody who was not here since that moment. How many that were.
    ///
    /// # Errors
    /// The disk cannot be written.
    pub fn forget_all_before(&self, moment: i64) -> Result<usize, LogError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(connection.execute("DELETE FROM person WHERE last_day < ?1", [moment.div_euclid(DAY)])?)
    }

    fn tag(&self, number: &str) -> [u8; 32] {
        // HMAC takes keys of every length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*self.secret) else { return [0; 32] };
        mac.update(DOMAIN);
        mac.update(number.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(folder: &Path) -> People {
        People::open(folder, &DeviceKey::of_seed([1; 32], [2; 32])).unwrap()
    }

    #[test]
    fn a_person_has_the_same_pseudonym_every_time_and_another_person_another() {
        let folder = tempfile::tempdir().unwrap();
        let first = people(folder.path()).pseudonym("001190123456", 0).unwrap();
        let people = people(folder.path());
        assert_eq!(people.pseudonym("001190123456", DAY).unwrap(), first);
        assert_eq!(people.find("001190123456").unwrap(), Some(first.clone()));
        assert_ne!(people.pseudonym("001190123457", 0).unwrap(), first);
    }

    #[test]
    fn a_person_who_was_forgotten_is_another_one_when_they_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let people = people(folder.path());
        let first = people.pseudonym("001190123456", 0).unwrap();
        assert!(people.forget(&first).unwrap());
        assert!(!people.forget(&first).unwrap());
        assert_eq!(people.find("001190123456").unwrap(), None);
        let bytes = std::fs::read(folder.path().join(FILE)).unwrap();
        assert!(!bytes.windows(first.len()).any(|part| part == first.as_bytes()), "the deleted row is overwritten");
        assert_ne!(people.pseudonym("001190123456", 0).unwrap(), first);
    }

    #[test]
    fn nobody_is_known_for_longer_than_was_said() {
        let folder = tempfile::tempdir().unwrap();
        let people = people(folder.path());
        people.pseudonym("001190123456", 10 * DAY).unwrap();
        people.pseudonym("001190123457", 20 * DAY).unwrap();
        assert_eq!(people.forget_all_before(15 * DAY).unwrap(), 1);
        assert_eq!(people.find("001190123456").unwrap(), None);
        assert!(people.find("001190123457").unwrap().is_some());
    }

    #[test]
    fn no_number_stands_in_the_file_and_another_secret_finds_nobody() {
        let folder = tempfile::tempdir().unwrap();
        people(folder.path()).pseudonym("001190123456", 0).unwrap();
        let bytes = std::fs::read(folder.path().join(FILE)).unwrap();
        assert!(!bytes.windows(12).any(|part| part == b"001190123456"));
        let other = People::open(folder.path(), &DeviceKey::of_seed([1; 32], [3; 32])).unwrap();
        assert_eq!(other.find("001190123456").unwrap(), None);
    }
}
