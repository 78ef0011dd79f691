//! The accounts there are: a file of their own, readable by its owner alone.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::password::Hashed;
use super::role::{Role, Roles};
use super::totp::Secret;
use crate::desk::notice::Notice;

/// The name of the file in the folder of a desk.
pub const FILE: &str = "officers.sqlite3";

/// How many recovery codes somebody gets.
const RECOVERY_CODES: usize = 8;

/// The most accounts of a desk.
const MOST: u32 = 200;

/// The steps from an empty database to the present one. A step is never changed once it was released.
const STEPS: &[&str] = &[
    "
CREATE TABLE account (
    name TEXT PRIMARY KEY,
    full_name TEXT NOT NULL,
    roles TEXT NOT NULL,
    salt BLOB NOT NULL, memory INTEGER NOT NULL, passes INTEGER NOT NULL, lanes INTEGER NOT NULL, hash BLOB NOT NULL,
    password_was_given INTEGER NOT NULL,
    secret BLOB,
    last_step INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE recovery_code (
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    hash BLOB NOT NULL,
    PRIMARY KEY (account, hash)
) STRICT;
CREATE TABLE try (name TEXT PRIMARY KEY, failures INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;
",
    "
ALTER TABLE account ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE try ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
",
];

/// The accounts.
pub struct Accounts {
    pub(super) connection: Connection,
}

/// An account.
#[derive(Clone, Debug)]
pub struct Account {
    /// The name it logs in with.
    pub name: String,
    /// The officer's name.
    pub full_name: String,
    /// What the officer may do.
    pub roles: Roles,
    /// The password.
    pub password: Hashed,
    /// Somebody else knows the password: it must be changed.
    pub password_was_given: bool,
    /// The second factor, once it is set up.
    pub secret: Option<Secret>,
    /// Another one after each change: a login that began before it holds no more.
    pub generation: i64,
}

/// Why an account is not made, changed or found.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The folder or file cannot be made.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// The database refuses.
    #[error("{0}")]
    Database(rusqlite::Error),
    /// It was written by a newer program.
    #[error("it was written by a newer version of this program")]
    Newer,
    /// There is no such account.
    #[error("there is no account of that name")]
    Unknown,
    /// There is one already.
    #[error("there is an account of that name already")]
    Taken,
    /// The name is none.
    #[error("a name has 2 to 32 small letters a-z, digits, dots and dashes")]
    Name,
    /// Nobody could make accounts any more.
    #[error("this is the last administrator")]
    LastAdministrator,
    /// There are accounts already, or too many.
    #[error("there are accounts already")]
    NotFirst,
    /// So many are logged in that nobody else can be.
    #[error("too many are logged in")]
    Full,
    /// It could not be recorded, so it was not done.
    #[error("the log could not be written")]
    NotRecorded(Box<Notice>),
    /// The system gives no random numbers, or no memory.
    #[error("this system gives no random numbers, or no memory")]
    Random,
}

impl From<rusqlite::Error> for AccountsError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => Self::Taken,
            _ => Self::Database(error),
        }
    }
}

impl Accounts {
    /// Opens the accounts in the folder of a desk.
    ///
    /// # Errors
    /// The disk is full or read-only, or the file is not what it should be.
    pub fn open(folder: &Path) -> Result<Self, AccountsError> {
        fs::create_dir_all(folder)?;
        let path = folder.join(FILE);
        // Made before SQLite does, which would let others read it; SQLite gives its own files beside it the same rights.
        OpenOptions::new().create(true).append(true).mode(0o600).open(&path)?;
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        connection.pragma_update(None, "secure_delete", "ON")?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if (1..).zip(STEPS).all(|(number, _)| number < done) {
            return Err(AccountsError::Newer);
        }
        for (number, step) in (1_u32..).zip(STEPS).filter(|(number, _)| *number > done) {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", number)?;
        }
        transaction.commit()?;
        Ok(Self { connection })
    }

    /// Whether there is none.
    ///
    /// # Errors
    /// The database refuses.
    pub fn is_empty(&self) -> Result<bool, AccountsError> {
        Ok(self.connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM account)", [], |row| row.get(0))?)
    }

    /// All, by name.
    ///
    /// # Errors
    /// The database refuses.
    pub fn all(&self) -> Result<Vec<Account>, AccountsError> {
        let mut statement = self.connection.prepare(&format!("SELECT {COLUMNS} FROM account ORDER BY name"))?;
        let accounts = statement.query_map([], account)?;
        Ok(accounts.collect::<Result<_, _>>()?)
    }

    /// The account of that name.
    ///
    /// # Errors
    /// The database refuses.
    pub fn account(&self, name: &str) -> Result<Option<Account>, AccountsError> {
        let sql = format!("SELECT {COLUMNS} FROM account WHERE name = ?1");
        Ok(self.connection.query_row(&sql, [name.trim().to_lowercase()], account).optional()?)
    }

    /// Adds an account.
    ///
    /// # Errors
    /// The name is none or taken, or the disk is full.
    pub fn add(
        &self,
        name: &str,
        full_name: &str,
        roles: Roles,
        password: &Hashed,
        was_given: bool,
    ) -> Result<(), AccountsError> {
        let name = parse_name(name)?;
        let [memory, passes, lanes] = password.cost;
        let added = self.connection.execute(
            "INSERT INTO account (name, full_name, roles, salt, memory, passes, lanes, hash, password_was_given,
                                  generation)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, random() WHERE (SELECT count(*) FROM account) < ?10",
            params![
                name,
                full_name.trim(),
                roles.codes().join(","),
                password.salt,
                memory,
                passes,
                lanes,
                password.hash,
                was_given,
                MOST
            ],
        )?;
        if added == 0 { Err(AccountsError::NotFirst) } else { Ok(()) }
    }

    /// Adds the first account.
    ///
    /// # Errors
    /// There is one already; or as [`Accounts::add`].
    pub fn add_first(&self, name: &str, full_name: &str, roles: Roles, password: &Hashed) -> Result<(), AccountsError> {
        self.all_or_nothing(|accounts| {
            if !accounts.is_empty()? || !roles.has(Role::Administrator) {
                return Err(AccountsError::NotFirst);
            }
            accounts.add(name, full_name, roles, password, false)
        })
    }

    /// Takes an account away.
    ///
    /// # Errors
    /// It is the last administrator's, or there is none of that name.
    pub fn remove(&self, name: &str) -> Result<(), AccountsError> {
        self.all_or_nothing(|accounts| {
            accounts.expect_another_administrator(name)?;
            accounts.changed_one("DELETE FROM account WHERE name = ?1", params![name])
        })
    }

    /// Gives an account other roles.
    ///
    /// # Errors
    /// It is the last administrator's and would be none any more, or there is none of that name.
    pub fn set_roles(&self, name: &str, roles: Roles) -> Result<(), AccountsError> {
        self.all_or_nothing(|accounts| {
            if !roles.has(Role::Administrator) {
                accounts.expect_another_administrator(name)?;
            }
            let sql = "UPDATE account SET roles = ?2, generation = random() WHERE name = ?1";
            accounts.changed_one(sql, params![name, roles.codes().join(",")])
        })
    }

    /// Takes password and second factor back; the recovery codes hold no more.
    ///
    /// # Errors
    /// There is no such account.
    pub fn reset(&self, name: &str, password: &Hashed) -> Result<(), AccountsError> {
        self.all_or_nothing(|accounts| {
            accounts.set_password(name, password, true, None)?;
            accounts.connection.execute("DELETE FROM recovery_code WHERE account = ?1", [name])?;
            accounts.changed_one("UPDATE account SET secret = NULL, last_step = 0 WHERE name = ?1", params![name])
        })
    }

    /// Keeps a new password; of one generation of the account alone, where that is said.
    ///
    /// # Errors
    /// There is no such account, or it was changed meanwhile.
    pub fn set_password(
        &self,
        name: &str,
        password: &Hashed,
        was_given: bool,
        generation: Option<i64>,
    ) -> Result<(), AccountsError> {
        let [memory, passes, lanes] = password.cost;
        self.changed_one(
            "UPDATE account SET salt = ?2, memory = ?3, passes = ?4, lanes = ?5, hash = ?6, password_was_given = ?7,
                                generation = random()
             WHERE name = ?1 AND (?8 IS NULL OR generation = ?8)",
            params![name, password.salt, memory, passes, lanes, password.hash, was_given, generation],
        )
    }

    /// Keeps a second factor whose first code was of this step, and makes recovery codes: they are said once. As with the
    /// password, of one generation.
    ///
    /// # Errors
    /// There is no such account, or it was changed meanwhile.
    pub fn set_secret(
        &self,
        name: &str,
        secret: &Secret,
        step: i64,
        generation: Option<i64>,
    ) -> Result<Vec<Zeroizing<String>>, AccountsError> {
        let codes = (0..RECOVERY_CODES).map(|_| super::password::made()).collect::<Result<Vec<_>, _>>()?;
        self.all_or_nothing(|accounts| {
            let sql = "UPDATE account SET secret = ?2, last_step = ?3, generation = random()
                       WHERE name = ?1 AND (?4 IS NULL OR generation = ?4)";
            accounts.changed_one(sql, params![name, secret.bytes(), step, generation])?;
            accounts.connection.execute("DELETE FROM recovery_code WHERE account = ?1", [name])?;
            for code in &codes {
                let sql = "INSERT INTO recovery_code (account, hash) VALUES (?1, ?2)";
                accounts.connection.execute(sql, params![name, recovery_hash(code)])?;
            }
            Ok(())
        })?;
        Ok(codes)
    }

    /// Uses a step of the second factor up: whether it was not used before.
    ///
    /// # Errors
    /// The disk is full.
    pub fn use_step(&self, name: &str, step: i64) -> Result<bool, AccountsError> {
        let sql = "UPDATE account SET last_step = ?2 WHERE name = ?1 AND last_step < ?2";
        Ok(self.connection.execute(sql, params![name, step])? == 1)
    }

    /// Uses a recovery code up: whether it was one.
    ///
    /// # Errors
    /// The disk is full.
    pub fn use_recovery_code(&self, name: &str, code: &str) -> Result<bool, AccountsError> {
        let sql = "DELETE FROM recovery_code WHERE account = ?1 AND hash = ?2";
        Ok(self.connection.execute(sql, params![name, recovery_hash(code)])? == 1)
    }

    /// The generation of an account.
    ///
    /// # Errors
    /// The database refuses.
    pub fn generation(&self, name: &str) -> Result<Option<i64>, AccountsError> {
        let sql = "SELECT generation FROM account WHERE name = ?1";
        Ok(self.connection.query_row(sql, [name], |row| row.get(0)).optional()?)
    }

    /// Does several things at once, or none of them. One such act may stand within another, whose error is then its own.
    ///
    /// # Errors
    /// The act's own, or the disk is full: then nothing is changed.
    pub fn all_or_nothing<T>(&self, act: impl FnOnce(&Self) -> Result<T, AccountsError>) -> Result<T, AccountsError> {
        if !self.connection.is_autocommit() {
            // Within another one, which undoes this with it.
            return act(self);
        }
        // It takes the right to write at once: what it looks at first is not changed by another program then.
        let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        let result = act(self)?;
        transaction.commit()?;
        Ok(result)
    }

    fn expect_another_administrator(&self, name: &str) -> Result<(), AccountsError> {
        let others = self.all()?.into_iter().filter(|account| account.name != name);
        let another = others.into_iter().any(|account| account.roles.has(Role::Administrator));
        let is_one = self.account(name)?.ok_or(AccountsError::Unknown)?.roles.has(Role::Administrator);
        if is_one && !another { Err(AccountsError::LastAdministrator) } else { Ok(()) }
    }

    fn changed_one(&self, sql: &str, params: impl rusqlite::Params) -> Result<(), AccountsError> {
        match self.connection.execute(sql, params)? {
            1 => Ok(()),
            _ => Err(AccountsError::Unknown),
        }
    }
}

const COLUMNS: &str =
    "name, full_name, roles, salt, memory, passes, lanes, hash, password_was_given, secret, generation";

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let roles: String = row.get(2)?;
    let secret: Option<[u8; 20]> = row.get(9)?;
    Ok(Account {
        name: row.get(0)?,
        full_name: row.get(1)?,
        // Who has none that may be one officer's may do nothing.
        roles: Roles::parse(&roles).unwrap_or_default(),
        password: Hashed { salt: row.get(3)?, cost: [row.get(4)?, row.get(5)?, row.get(6)?], hash: row.get(7)? },
        password_was_given: row.get(8)?,
        secret: secret.map(Secret::of),
        generation: row.get(10)?,
    })
}

/// A name to log in with.
fn parse_name(name: &str) -> Result<String, AccountsError> {
    let name = name.trim().to_lowercase();
    let well = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    if (2..=32).contains(&name.len()) && name.bytes().all(well) { Ok(name) } else { Err(AccountsError::Name) }
}

/// A recovery code has 80 random bits: a plain hash keeps it.
fn recovery_hash(code: &str) -> [u8; 32] {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let hash = Sha256::new().chain_update(b"cccd-recovery/1\0").chain_update(letters.to_lowercase());
    hash.finalize().into()
}

impl Account {
    /// Whether the officer must set something up before anything else.
    pub fn is_unfinished(&self) -> bool {
        self.password_was_given || self.secret.is_none()
    }
}
