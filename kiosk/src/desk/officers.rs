//! Who may use the desk. Read in this order: [`role`], what somebody may do; [`accounts`], who there is; [`password`] and
//! [`totp`], the two things that prove it; [`tries`], how often may be guessed; [`logins`], who is logged in now.
//!
//! Where there is no account the desk is open to whoever is at the machine, so that it can be tried at once; every record
//! then says so. With the first account, login is demanded (the setting `accounts` demands it from the start).

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use accounts::{Account, Accounts, AccountsError};
use logins::{Logins, Token, TokenHash, Who};
use role::Roles;
use totp::Secret;

pub mod accounts;
pub mod logins;
pub mod password;
pub mod role;
pub mod totp;
pub mod tries;

/// The officers of a desk.
pub struct Officers {
    accounts: Mutex<Accounts>,
    logins: Mutex<Logins>,
    demanded_from_the_start: bool,
    /// Who may have a password computed: the others are not left to wait in ever more threads.
    computing: Arc<Semaphore>,
}

/// How many passwords may be waited for at the same time.
const COMPUTED: usize = 4;

/// What came of a login.
pub enum LoginResult {
    /// The officer is in; by a recovery code, where that was given.
    In(Token, Arc<Who>, bool),
    /// Something was wrong, and it is not said what. The account, where there is one of that name.
    Wrong(Option<String>),
    /// There were too many tries: wait for so many seconds.
    Locked {
        /// How long.
        seconds: u64,
        /// The account, where there is one of that name.
        account: Option<String>,
        /// It is the first refusal of this wait.
        first: bool,
    },
}

impl Officers {
    /// Opens the accounts in the folder of the desk. Who is idle for so long is logged out.
    ///
    /// # Errors
    /// The disk is full, or the file is not what it should be.
    pub fn open(folder: &Path, demanded_from_the_start: bool, idle: Duration) -> Result<Self, AccountsError> {
        Ok(Self {
            accounts: Mutex::new(Accounts::open(folder)?),
            logins: Mutex::new(Logins::new(idle)),
            demanded_from_the_start,
            computing: Arc::new(Semaphore::new(COMPUTED)),
        })
    }

    /// The accounts, for one moment.
    pub fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is logged in, for one moment.
    pub fn logins(&self) -> MutexGuard<'_, Logins> {
        self.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The right to have a password computed, where not too many have it.
    pub fn may_compute(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.computing).try_acquire_owned().ok()
    }

    /// Who shows this token, and whose account is still what it was when they came in: another program may have changed it.
    pub fn who(&self, token: &TokenHash, acts: bool) -> Option<Arc<Who>> {
        let who = self.logins().who(token, acts, Instant::now())?;
        let now = self.accounts().generation(&who.name).ok()?;
        (now == Some(who.generation)).then_some(who)
    }

    /// Logs out whose account was changed.
    pub fn end_stale(&self) -> Vec<Arc<Who>> {
        let accounts = self.accounts();
        self.logins().end_stale(|name| accounts.generation(name).ok())
    }

    /// Whether nobody has an account yet. Where that cannot be found out, somebody has.
    pub fn is_new(&self) -> bool {
        self.accounts().is_empty().unwrap_or(false)
    }

    /// Whether login is demanded.
    pub fn is_demanded(&self) -> bool {
        self.demanded_from_the_start || !self.is_new()
    }

    /// Logs somebody in. It computes for a moment, and waits for the disk.
    ///
    /// # Errors
    /// The accounts cannot be read or written.
    pub fn login(&self, name: &str, password: &str, code: &str) -> Result<LoginResult, AccountsError> {
        let now = Timestamp::now().as_second();
        let account = {
            let accounts = self.accounts();
            let account = accounts.account(name)?;
            if let Some(seconds) = tries::wait(&accounts, name, now)? {
                let first = tries::is_first_refusal(&accounts, name)?;
                return Ok(LoginResult::Locked { seconds, account: account.map(|account| account.name), first });
            }
            // Before anything is computed: tries made at the same time are counted too.
            tries::failed(&accounts, name, now)?;
            account
        };
        // The same work for a name that nobody has.
        let known = account.as_ref().map(|account| &account.password);
        let password_fits = password::fits(known, password);
        let Some(account) = account else { return Ok(LoginResult::Wrong(None)) };
        let accounts = self.accounts();
        // It may have been changed while that was computed.
        if accounts.generation(&account.name)? != Some(account.generation) {
            return Ok(LoginResult::Wrong(Some(account.name)));
        }
        let second = match &account.secret {
            // It is set up after this login, before anything else can be done.
            None => Some(false),
            Some(_) if !password_fits => None,
            Some(secret) => second_factor(&accounts, &account, secret, code, now)?,
        };
        match second {
            Some(by_recovery_code) if password_fits => {
                tries::forgotten(&accounts, name)?;
                let (token, who) = self.logins().begin(&account, Instant::now())?;
                Ok(LoginResult::In(token, who, by_recovery_code))
            }
            _ => Ok(LoginResult::Wrong(Some(account.name))),
        }
    }

    /// Makes an account with a password that its owner changes at the first login. That password, said once.
    ///
    /// # Errors
    /// There is one of that name, or the accounts cannot be written.
    #[cfg(test)]
    pub fn make(&self, name: &str, full_name: &str, roles: Roles) -> Result<Zeroizing<String>, AccountsError> {
        let given = password::made()?;
        let hashed = password::hashed(&given)?;
        self.accounts().add(name, full_name, roles, &hashed, true)?;
        Ok(given)
    }

    /// Makes the first account, of an administrator with a password of their own choice, if that can be recorded.
    ///
    /// # Errors
    /// There is an account already, or the accounts cannot be written.
    pub fn make_first(
        &self,
        name: &str,
        full_name: &str,
        roles: Roles,
        password: &str,
        record: impl FnOnce(&Account) -> Result<(), AccountsError>,
    ) -> Result<(Token, Arc<Who>), AccountsError> {
        let hashed = password::hashed(password)?;
        let account = self.accounts().all_or_nothing(|accounts| {
            accounts.add_first(name, full_name, roles, &hashed)?;
            let account = accounts.account(name)?.ok_or(AccountsError::Unknown)?;
            record(&account)?;
            Ok(account)
        })?;
        self.logins().begin(&account, Instant::now())
    }

    /// Takes password and second factor back. The new password, said once.
    ///
    /// # Errors
    /// There is no such account, or the accounts cannot be written.
    pub fn reset(&self, name: &str) -> Result<Zeroizing<String>, AccountsError> {
        let given = password::made()?;
        let hashed = password::hashed(&given)?;
        let accounts = self.accounts();
        accounts.reset(name, &hashed)?;
        tries::forgotten(&accounts, name)?;
        Ok(given)
    }
}

/// Whether the code is the second factor's, or a recovery code that is used up by this. `Some(true)` for the latter.
fn second_factor(
    accounts: &Accounts,
    account: &Account,
    secret: &Secret,
    code: &str,
    now: i64,
) -> Result<Option<bool>, AccountsError> {
    if let Some(step) = secret.step_of(code, now) {
        // A code is taken once (RFC 6238, section 5.2), also where two ask at the same time.
        return Ok(accounts.use_step(&account.name, step)?.then_some(false));
    }
    Ok(accounts.use_recovery_code(&account.name, code)?.then_some(true))
}

#[cfg(test)]
mod tests;
