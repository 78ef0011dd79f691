//! How often somebody may guess. After a few tries each further one makes the next wait longer. It stands in the database: a
//! program that is started anew has not forgotten.

use rusqlite::{OptionalExtension, params};

use super::accounts::{Accounts, AccountsError};

/// So many tries are free.
const FREE: u32 = 5;

/// How long the wait after them is, in seconds; it doubles with each further try.
const FIRST_WAIT: i64 = 30;

/// The longest wait.
const LONGEST_WAIT: i64 = 3600;

/// The most names that are kept: also those that nobody has, so that who guesses does not learn which there are.
const MOST_NAMES: u32 = 1000;

/// How long somebody must wait before they may try, in seconds.
///
/// # Errors
/// The database refuses.
pub fn wait(accounts: &Accounts, name: &str, now: i64) -> Result<Option<u64>, AccountsError> {
    let sql = "SELECT until FROM try WHERE name = ?1";
    let until: Option<i64> = accounts.connection.query_row(sql, [key(name)], |row| row.get(0)).optional()?;
    // A clock that was set back makes nobody wait longer than the longest wait.
    let wait = until.map_or(0, |until| until.saturating_sub(now).min(LONGEST_WAIT));
    Ok(u64::try_from(wait).ok().filter(|wait| *wait > 0))
}

/// A try was begun; it counts as failed until it is known to be right.
///
/// # Errors
/// The disk is full.
pub fn failed(accounts: &Accounts, name: &str, now: i64) -> Result<(), AccountsError> {
    let connection = &accounts.connection;
    connection.execute(
        "DELETE FROM try WHERE (SELECT count(*) FROM try) >= ?1 AND until < ?2",
        params![MOST_NAMES, now.saturating_sub(LONGEST_WAIT)],
    )?;
    let count = "INSERT INTO try (name, failures, until) VALUES (?1, 1, 0)
                 ON CONFLICT (name) DO UPDATE SET failures = min(failures + 1, 100) RETURNING failures";
    let failures: u32 = connection.query_row(count, [key(name)], |row| row.get(0))?;
    let until = failures.checked_sub(FREE).map_or(0, |more| now + (FIRST_WAIT << more.min(16)).min(LONGEST_WAIT));
    connection.execute("UPDATE try SET until = ?2 WHERE name = ?1", params![key(name), until])?;
    Ok(())
}

/// Whether nobody was refused in this wait before: the log says that once, however often somebody tries.
///
/// # Errors
/// The disk is full.
pub fn is_first_refusal(accounts: &Accounts, name: &str) -> Result<bool, AccountsError> {
    let sql = "UPDATE try SET told = until WHERE name = ?1 AND told <> until";
    Ok(accounts.connection.execute(sql, [key(name)])? == 1)
}

/// The tries of a name are forgotten: it was right, or an administrator helped.
///
/// # Errors
/// The disk is full.
pub fn forgotten(accounts: &Accounts, name: &str) -> Result<(), AccountsError> {
    accounts.connection.execute("DELETE FROM try WHERE name = ?1", [key(name)])?;
    Ok(())
}

/// A name as it is counted.
fn key(name: &str) -> String {
    name.trim().to_lowercase().chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_try_after_the_free_ones_waits_twice_as_long_also_after_a_new_start() {
        let folder = tempfile::tempdir().unwrap();
        let mut waits = Vec::new();
        for _ in 0..14 {
            let accounts = Accounts::open(folder.path()).unwrap();
            failed(&accounts, "An", 1000).unwrap();
            waits.push(wait(&accounts, "an ", 1000).unwrap().unwrap_or(0));
        }
        assert_eq!(waits, [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
        let accounts = Accounts::open(folder.path()).unwrap();
        assert!(is_first_refusal(&accounts, "an").unwrap() && !is_first_refusal(&accounts, "an").unwrap());
        assert_eq!(wait(&accounts, "an", 4601).unwrap(), None);
        assert_eq!(wait(&accounts, "an", 0).unwrap(), Some(3600), "a clock that was set back");
        assert_eq!(wait(&accounts, "bình", 1000).unwrap(), None);
        forgotten(&accounts, "an").unwrap();
        assert_eq!(wait(&accounts, "an", 1000).unwrap(), None);
    }
}
