//! Who is logged in now. Kept in memory alone: a program that is started anew knows nobody.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use getrandom::SysRng;
use getrandom::rand_core::TryRng as _;
use sha2::{Digest, Sha256};

use super::accounts::{Account, AccountsError};
use super::role::{Role, Roles};
use super::totp::Secret;

/// The most logins at the same time.
const MOST: usize = 64;

/// What a browser shows to be let in: 256 random bits, of which only the hash is kept.
pub struct Token(String);

/// The hash of a token.
pub type TokenHash = [u8; 32];

/// Who is logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The name of the account.
    pub name: Arc<str>,
    /// The officer's name.
    pub full_name: Arc<str>,
    /// What the officer may do.
    pub roles: Roles,
    /// Password or second factor must be set up before anything else.
    pub unfinished: bool,
    /// The account as it was when this login began, or when its officer last changed it in this login.
    pub generation: i64,
}

/// The logins.
pub struct Logins {
    logins: HashMap<TokenHash, Login>,
    idle: Duration,
}

struct Login {
    who: Arc<Who>,
    last: Instant,
    /// A second factor that is being set up.
    secret: Option<Secret>,
}

impl Token {
    /// As the cookie says it.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The hash of what a cookie says.
    pub fn hash_of(text: &str) -> TokenHash {
        Sha256::new().chain_update(b"cccd-login/1\0").chain_update(text).finalize().into()
    }
}

impl Logins {
    /// Nobody; who is idle for so long is logged out.
    pub fn new(idle: Duration) -> Self {
        Self { logins: HashMap::new(), idle }
    }

    /// Somebody is in.
    ///
    /// # Errors
    /// There are too many, or the system gives no random numbers.
    pub fn begin(&mut self, account: &Account, now: Instant) -> Result<(Token, Arc<Who>), AccountsError> {
        if self.logins.len() >= MOST {
            return Err(AccountsError::Full);
        }
        let mut random = [0; 32];
        SysRng.try_fill_bytes(&mut random).map_err(|_| AccountsError::Random)?;
        let text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let who = Arc::new(Who {
            name: account.name.as_str().into(),
            full_name: account.full_name.as_str().into(),
            roles: account.roles,
            unfinished: account.is_unfinished(),
            generation: account.generation,
        });
        self.logins.insert(Token::hash_of(&text), Login { who: Arc::clone(&who), last: now, secret: None });
        Ok((Token(text), who))
    }

    /// Who shows this token. Where it is said that somebody acts, that counts against idleness.
    pub fn who(&mut self, token: &TokenHash, acts: bool, now: Instant) -> Option<Arc<Who>> {
        let login = self.logins.get_mut(token)?;
        if now.saturating_duration_since(login.last) >= self.idle {
            return None;
        }
        if acts {
            login.last = now;
        }
        Some(Arc::clone(&login.who))
    }

    /// The second factor that is being set up in this login: the same until it is done.
    pub fn secret(&mut self, token: &TokenHash) -> Option<Secret> {
        let login = self.logins.get_mut(token)?;
        if login.secret.is_none() {
            login.secret = Secret::make().ok();
        }
        login.secret.clone()
    }

    /// What was to be set up is. Who that is now.
    pub fn finish(&mut self, token: &TokenHash, account: &Account) -> Option<Arc<Who>> {
        let login = self.logins.get_mut(token)?;
        let (unfinished, generation) = (account.is_unfinished(), account.generation);
        login.secret = None;
        login.who = Arc::new(Who { unfinished, generation, ..Who::clone(&login.who) });
        Some(Arc::clone(&login.who))
    }

    /// Logs out.
    pub fn end(&mut self, token: &TokenHash) -> Option<Arc<Who>> {
        self.logins.remove(token).map(|login| login.who)
    }

    /// Logs an account out everywhere.
    pub fn end_all_of(&mut self, name: &str) -> Vec<Arc<Who>> {
        self.end_where(|login| &*login.who.name == name)
    }

    /// Logs an account out everywhere but here: a login that somebody forgot elsewhere ends with the next one.
    pub fn end_others_of(&mut self, name: &str, token: &TokenHash) -> Vec<Arc<Who>> {
        let mine = self.logins.remove_entry(token);
        let ended = self.end_all_of(name);
        self.logins.extend(mine);
        ended
    }

    /// Logs out whose account is not what it was when they came in. Where that cannot be found out they stay: each request
    /// asks again.
    pub fn end_stale(&mut self, generation: impl Fn(&str) -> Option<Option<i64>>) -> Vec<Arc<Who>> {
        self.end_where(|login| generation(&login.who.name).is_some_and(|now| now != Some(login.who.generation)))
    }

    /// Logs every operator out but this one: one officer is at the desk.
    pub fn end_other_operators(&mut self, token: &TokenHash) -> Vec<Arc<Who>> {
        let mine = self.logins.remove_entry(token);
        let ended = self.end_where(|login| login.who.roles.has(Role::Operator));
        self.logins.extend(mine);
        ended
    }

    /// Logs out who is idle for too long.
    pub fn end_idle(&mut self, now: Instant) -> Vec<Arc<Who>> {
        let idle = self.idle;
        self.end_where(|login| now.saturating_duration_since(login.last) >= idle)
    }

    fn end_where(&mut self, ends: impl Fn(&Login) -> bool) -> Vec<Arc<Who>> {
        self.logins.extract_if(|_, login| ends(login)).map(|(_, login)| login.who).collect()
    }
}
