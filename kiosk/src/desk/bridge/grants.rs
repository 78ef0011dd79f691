//! What other software was let do: for each paired page its origin, the fields it may ask for and until when, and what
//! consent the desk remembers. Of the token only a hash is kept. No citizen's data are ever here.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use cccd_forms::facts::Fact;
use rusqlite::{Connection, TransactionBehavior, params};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::origin::Origin;
use super::pairing::Pairing;
use super::random_text;
use super::refusal::Refusal;
use super::request::Asked;
use crate::desk::person::{fact_name, fact_of_name};

/// The name of the file in the folder of a desk.
pub const FILE: &str = "bridge.sqlite3";

/// The most grants of a desk.
pub const MOST: usize = 16;

/// The most consents that are remembered.
pub const MOST_REMEMBERED: usize = 100;

/// How often a last use is written at most, in milliseconds.
const USE_STEP: i64 = 60_000;

/// The steps from an empty database to the present one. A step is never changed once it was released.
const STEPS: &[&str] = &["
CREATE TABLE grant_ (
    id TEXT PRIMARY KEY,
    origin TEXT NOT NULL,
    fields TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    made_by TEXT,
    until INTEGER NOT NULL,
    last_used INTEGER,
    token BLOB NOT NULL UNIQUE
) STRICT;
CREATE TABLE consent (
    id TEXT PRIMARY KEY,
    grant_ TEXT NOT NULL REFERENCES grant_ (id) ON DELETE CASCADE,
    fields TEXT NOT NULL,
    purpose TEXT NOT NULL,
    service INTEGER,
    until INTEGER NOT NULL,
    made_by TEXT
) STRICT;
"];

/// Deletes the consents whose time is over.
const FORGET_OVER: &str = "DELETE FROM consent WHERE until <= ?1";

/// What a page was let do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its name in records and answers.
    pub id: String,
    /// The only page that may use it.
    pub origin: Origin,
    /// What it may ever ask for.
    pub fields: BTreeSet<Fact>,
    /// When it was made, in milliseconds since 1970.
    pub made_at: i64,
    /// Who made it.
    pub made_by: Option<String>,
    /// Until when it holds.
    pub until: i64,
    /// When it was last used.
    pub last_used: Option<i64>,
    token: [u8; 32],
}

/// A consent that holds for more than one read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Its name.
    pub id: String,
    /// Of which grant.
    pub grant: String,
    /// For these fields, and any of them.
    pub fields: BTreeSet<Fact>,
    /// For this purpose, letter by letter.
    pub purpose: String,
    /// For this service; none where the request named none.
    pub service: Option<u16>,
    /// Until when, in milliseconds since 1970.
    pub until: i64,
    /// Who agreed.
    pub made_by: Option<String>,
}

/// The token of a grant: given out once, never kept.
pub struct Token(Zeroizing<String>);

impl Token {
    /// Its 256 bits as 43 letters.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Why nothing is kept, or found.
#[derive(Debug, thiserror::Error)]
pub enum GrantsError {
    /// The folder or file cannot be made.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// The database refuses.
    #[error("{0}")]
    Database(#[from] rusqlite::Error),
    /// It was written by a newer program.
    #[error("it was written by a newer version of this program")]
    Newer,
    /// There are too many.
    #[error("there are too many; take one back first")]
    Full,
    /// The system gives no random numbers.
    #[error("this system gives no random numbers")]
    Random,
}

impl Grant {
    /// The grant that a pairing ends in, and its token.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn of(pairing: &Pairing, now: i64) -> Result<(Self, Token), GrantsError> {
        let token = random_text::<32>()?;
        let grant = Self {
            id: random_text::<9>()?.to_string(),
            origin: pairing.origin.clone(),
            fields: pairing.fields.clone(),
            made_at: now,
            made_by: pairing.by.clone(),
            until: pairing.until,
            last_used: None,
            token: hash_of(&token),
        };
        Ok((grant, Token(token)))
    }

    /// Whether its time is not over.
    pub fn is_live(&self, now: i64) -> bool {
        now < self.until
    }
}

/// A token is random: one hash is enough, and nothing can be tried out on it.
fn hash_of(token: &str) -> [u8; 32] {
    Sha256::new().chain_update(b"cccd-bridge-token/1\0").chain_update(token).finalize().into()
}

/// The grants. They are few, and held in memory beside the file.
pub struct Grants {
    connection: Connection,
    grants: Vec<Grant>,
    remembered: Vec<Remembered>,
}

impl Grants {
    /// Opens those in the folder of a desk. A consent whose time is over is deleted.
    ///
    /// # Errors
    /// The disk is full or read-only, or the file is not what it should be.
    pub fn open(folder: &Path, now: i64) -> Result<Self, GrantsError> {
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
            return Err(GrantsError::Newer);
        }
        for (number, step) in (1_u32..).zip(STEPS).filter(|(number, _)| *number > done) {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", number)?;
        }
        transaction.execute(FORGET_OVER, [now])?;
        transaction.commit()?;
        let (grants, remembered) = (grants_of(&connection)?, remembered_of(&connection)?);
        Ok(Self { connection, grants, remembered })
    }

    /// All, also those whose time is over, the newest last.
    pub fn all(&self) -> &[Grant] {
        &self.grants
    }

    /// Those whose time is not over.
    pub fn live(&self, now: i64) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(move |grant| grant.is_live(now))
    }

    /// What is remembered of a grant.
    pub fn remembered_of<'a>(&'a self, grant: &'a str) -> impl Iterator<Item = &'a Remembered> + use<'a> {
        self.remembered.iter().filter(move |consent| consent.grant == grant)
    }

    /// Adds one.
    ///
    /// # Errors
    /// The disk is full, or there are too many.
    pub fn add(&mut self, grant: Grant) -> Result<(), GrantsError> {
        if self.grants.len() >= MOST {
            return Err(GrantsError::Full);
        }
        self.connection.execute(
            "INSERT INTO grant_ (id, origin, fields, made_at, made_by, until, last_used, token)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                grant.id,
                grant.origin.as_str(),
                names(&grant.fields),
                grant.made_at,
                grant.made_by,
                grant.until,
                grant.last_used,
                grant.token
            ],
        )?;
        self.grants.push(grant);
        Ok(())
    }

    /// The grant of a token that a page of that origin shows; this is its last use.
    ///
    /// # Errors
    /// There is none, or its time is over.
    pub fn authorise(&mut self, token: &str, origin: &str, now: i64) -> Result<Grant, Refusal> {
        let hash = hash_of(token);
        let found = self.grants.iter_mut().find(|grant| grant.token == hash && grant.origin.as_str() == origin);
        let grant = found.ok_or(Refusal::WrongToken)?;
        if !grant.is_live(now) {
            return Err(Refusal::Expired);
        }
        if grant.last_used.is_none_or(|last| now.saturating_sub(last) >= USE_STEP) {
            grant.last_used = Some(now);
            // It is shown to the officer and decides nothing: where the disk is full, the next use writes it.
            let _ = self.connection.execute("UPDATE grant_ SET last_used = ?2 WHERE id = ?1", params![grant.id, now]);
        }
        Ok(grant.clone())
    }

    /// Whether a grant still holds.
    ///
    /// # Errors
    /// It was taken back, or its time is over.
    pub fn holds(&self, id: &str, now: i64) -> Result<(), Refusal> {
        match self.grants.iter().find(|grant| grant.id == id) {
            None => Err(Refusal::Revoked),
            Some(grant) if !grant.is_live(now) => Err(Refusal::Expired),
            Some(_) => Ok(()),
        }
    }

    /// Takes a grant back, with all that is remembered of it. Whether there was one.
    ///
    /// # Errors
    /// The database refuses: then it holds no more for this program, and must be taken back again after the next start.
    pub fn revoke(&mut self, id: &str) -> Result<bool, GrantsError> {
        let before = self.grants.len();
        self.grants.retain(|grant| grant.id != id);
        self.remembered.retain(|consent| consent.grant != id);
        self.connection.execute("DELETE FROM grant_ WHERE id = ?1", [id])?;
        Ok(self.grants.len() < before)
    }

    /// Remembers that an officer agreed to just that, until then, in the place of what was remembered of it.
    /// What is over is deleted first.
    ///
    /// # Errors
    /// The disk is full, or there are too many.
    pub fn remember(&mut self, asked: &Asked, until: i64, by: Option<&str>, now: i64) -> Result<(), GrantsError> {
        self.remembered.retain(|consent| now < consent.until);
        self.connection.execute(FORGET_OVER, [now])?;
        let consent = Remembered {
            id: random_text::<9>()?.to_string(),
            grant: asked.grant.clone(),
            fields: asked.fields.clone(),
            purpose: asked.purpose.clone(),
            service: asked.service,
            until,
            made_by: by.map(str::to_owned),
        };
        let same = |other: &Remembered| {
            (&other.grant, &other.fields, &other.purpose, other.service)
                == (&consent.grant, &consent.fields, &consent.purpose, consent.service)
        };
        if let Some(before) = self.remembered.iter().find(|other| same(other)).map(|other| other.id.clone()) {
            self.forget(&before)?;
        }
        if self.remembered.len() >= MOST_REMEMBERED {
            return Err(GrantsError::Full);
        }
        self.connection.execute(
            "INSERT INTO consent (id, grant_, fields, purpose, service, until, made_by)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                consent.id,
                consent.grant,
                names(&consent.fields),
                consent.purpose,
                consent.service,
                consent.until,
                consent.made_by
            ],
        )?;
        self.remembered.push(consent);
        Ok(())
    }

    /// What is remembered that covers this: the same grant, purpose and service, and no field beyond it.
    pub fn remembered(&self, asked: &Asked, now: i64) -> Option<&Remembered> {
        self.remembered.iter().find(|consent| {
            now < consent.until
                && consent.grant == asked.grant
                && consent.purpose == asked.purpose
                && consent.service == asked.service
                && asked.fields.is_subset(&consent.fields)
        })
    }

    /// Remembers it no more. Of which grant it was.
    ///
    /// # Errors
    /// The database refuses.
    pub fn forget(&mut self, id: &str) -> Result<Option<String>, GrantsError> {
        let grant = self.remembered.iter().find(|consent| consent.id == id).map(|consent| consent.grant.clone());
        self.remembered.retain(|consent| consent.id != id);
        self.connection.execute("DELETE FROM consent WHERE id = ?1", [id])?;
        Ok(grant)
    }
}

fn names(fields: &BTreeSet<Fact>) -> String {
    fields.iter().map(|fact| fact_name(*fact)).collect::<Vec<_>>().join(",")
}

fn facts(names: &str) -> BTreeSet<Fact> {
    names.split(',').filter_map(fact_of_name).collect()
}

/// A row that is not what this program wrote gives nothing away: it is left out.
fn grants_of(connection: &Connection) -> Result<Vec<Grant>, GrantsError> {
    let mut statement = connection.prepare(
        "SELECT id, origin, fields, made_at, made_by, until, last_used, token FROM grant_ ORDER BY made_at, id",
    )?;
    let rows = statement.query_map([], |row| {
        let origin: String = row.get(1)?;
        Ok(Origin::parse(&origin).ok().map(|origin| {
            Ok(Grant {
                id: row.get(0)?,
                origin,
                fields: facts(&row.get::<_, String>(2)?),
                made_at: row.get(3)?,
                made_by: row.get(4)?,
                until: row.get(5)?,
                last_used: row.get(6)?,
                token: row.get(7)?,
            })
        }))
    })?;
    let rows: Vec<Option<rusqlite::Result<Grant>>> = rows.collect::<Result<_, _>>()?;
    Ok(rows.into_iter().flatten().filter_map(Result::ok).collect())
}

fn remembered_of(connection: &Connection) -> Result<Vec<Remembered>, GrantsError> {
    let mut statement = connection
        .prepare("SELECT id, grant_, fields, purpose, service, until, made_by FROM consent ORDER BY until")?;
    let rows = statement.query_map([], |row| {
        Ok(Remembered {
            id: row.get(0)?,
            grant: row.get(1)?,
            fields: facts(&row.get::<_, String>(2)?),
            purpose: row.get(3)?,
            service: row.get(4)?,
            until: row.get(5)?,
            made_by: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
