//! Who is logged in now. Kept in memory alone: a program that is started anew knows nobody.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use getrandom::SysRng;
use getrandom::rand_core::TryRng as _;
use sha2::{Digest, Sha256};

use super::accounts::Account;
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
    pub fn begin(&mut self, account: &Account, now: Instant) -> (Token, Arc<Who>) {
        let mut random = [0; 32];
        // Where the system gives no random numbers the program has ended before: passwords need them too.
        let text = match SysRng.try_fill_bytes(&mut random) {
            Ok(()) => random.iter().map(|byte| format!("{byte:02x}")).collect(),
            Err(_) => String::new(),
        };
        let who = Arc::new(Who {
            name: account.name.as_str().into(),
            full_name: account.full_name.as_str().into(),
            roles: account.roles,
            unfinished: account.is_unfinished(),
        });
        if !text.is_empty() && self.logins.len() < MOST {
            self.logins.insert(Token::hash_of(&text), Login { who: Arc::clone(&who), last: now, secret: None });
        }
        (Token(text), who)
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

    /// What was to be set up is.
    pub fn finish(&mut self, token: &TokenHash, account: &Account) {
        if let Some(login) = self.logins.get_mut(token) {
            login.secret = None;
            login.who = Arc::new(Who { unfinished: account.is_unfinished(), ..Who::clone(&login.who) });
        }
    }

    /// Logs out.
    pub fn end(&mut self, token: &TokenHash) -> Option<Arc<Who>> {
        self.logins.remove(token).map(|login| login.who)
    }

    /// Logs an account out everywhere.
    pub fn end_all_of(&mut self, name: &str) -> Vec<Arc<Who>> {
        self.end_where(|login| &*login.who.name == name)
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
