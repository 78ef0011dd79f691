//! The code by which a page proves that it is the one the officer means: shown on the desk, typed into the page. It holds for
//! five minutes, for one page, for few tries and for one use.

use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, Instant};

use cccd_forms::facts::Fact;
use zeroize::Zeroizing;

use super::grants::GrantsError;
use super::origin::Origin;

/// How long a code holds.
pub const LIFE: Duration = Duration::from_secs(300);

/// How often a wrong code may be given.
pub const TRIES: u8 = 5;

/// How many digits a code has: with the tries above, one in twenty million is guessed.
const DIGITS: usize = 8;

/// A pairing that is open.
pub struct Pairing {
    /// The only page that may give the code.
    pub origin: Origin,
    /// What it will be able to ask for.
    pub fields: BTreeSet<Fact>,
    /// Until when, in milliseconds since 1970.
    pub until: i64,
    /// Who agreed.
    pub by: Option<String>,
    code: Zeroizing<String>,
    since: Instant,
    tries_left: u8,
}

/// What became of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It is the one.
    Right,
    /// It is another one.
    Wrong,
    /// It is another one, and that was the last try.
    LastWrong,
    /// It came too late.
    Over,
}

impl Pairing {
    /// Opens one.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn begin(
        origin: Origin,
        fields: BTreeSet<Fact>,
        until: i64,
        by: Option<String>,
        now: Instant,
    ) -> Result<Self, GrantsError> {
        Ok(Self { origin, fields, until, by, code: new_code()?, since: now, tries_left: TRIES })
    }

    /// The code as it is shown: in two groups.
    pub fn shown(&self) -> Zeroizing<String> {
        let (one, other) = self.code.split_at(self.code.len() / 2);
        Zeroizing::new(format!("{one} {other}"))
    }

    /// How many seconds it still holds.
    pub fn seconds_left(&self, now: Instant) -> u64 {
        LIFE.saturating_sub(now.saturating_duration_since(self.since)).as_secs()
    }

    /// Whether it holds no more.
    pub fn is_over(&self, now: Instant) -> bool {
        self.tries_left == 0 || now.saturating_duration_since(self.since) >= LIFE
    }

    /// A code is given. Spaces and dashes between its digits do not count.
    pub fn try_code(&mut self, given: &str, now: Instant) -> Tried {
        if self.is_over(now) {
            return Tried::Over;
        }
        let given: Zeroizing<String> =
            Zeroizing::new(given.chars().filter(|letter| !matches!(letter, ' ' | '-')).take(DIGITS + 1).collect());
        if is_same(given.as_bytes(), self.code.as_bytes()) {
            self.tries_left = 0;
            return Tried::Right;
        }
        self.tries_left = self.tries_left.saturating_sub(1);
        if self.tries_left == 0 { Tried::LastWrong } else { Tried::Wrong }
    }
}

/// Never prints the code.
impl fmt::Debug for Pairing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pairing").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// Digits, each as likely as every other.
fn new_code() -> Result<Zeroizing<String>, GrantsError> {
    let mut code = Zeroizing::new(String::with_capacity(DIGITS));
    while code.len() < DIGITS {
        let mut byte = [0];
        getrandom::fill(&mut byte).map_err(|_| GrantsError::Random)?;
        // 250 is the largest multiple of ten that a byte holds.
        if let [byte @ 0..250] = byte {
            code.push(char::from(b'0' + byte % 10));
        }
    }
    Ok(code)
}

/// Compares in a time that does not tell where the difference is.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differs, (one, other)| differs | (one ^ other)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairing(now: Instant) -> Pairing {
        let origin = Origin::parse("https://motcua.example").unwrap();
        Pairing::begin(origin, BTreeSet::from([Fact::FullName]), 0, None, now).unwrap()
    }

    /// A code that is not the one.
    fn other(pairing: &Pairing) -> String {
        let last = if pairing.code.ends_with('0') { '1' } else { '0' };
        format!("{}{last}", pairing.code.split_at(DIGITS - 1).0)
    }

    #[test]
    fn a_code_holds_once_and_with_spaces() {
        let now = Instant::now();
        let mut pairing = pairing(now);
        let shown = pairing.shown();
        assert_eq!((shown.len(), shown.chars().filter(char::is_ascii_digit).count()), (9, 8));
        assert_eq!(pairing.try_code(&other(&pairing), now), Tried::Wrong);
        assert_eq!(pairing.try_code(&shown, now), Tried::Right);
        assert_eq!(pairing.try_code(&shown, now), Tried::Over);
    }

    #[test]
    fn the_fifth_wrong_code_is_the_last() {
        let now = Instant::now();
        let mut pairing = pairing(now);
        let right = pairing.shown();
        for _ in 1..TRIES {
            assert_eq!(pairing.try_code(&other(&pairing), now), Tried::Wrong);
        }
        assert_eq!(pairing.try_code("", now), Tried::LastWrong);
        assert_eq!(pairing.try_code(&right, now), Tried::Over);
    }

    #[test]
    fn a_code_that_comes_too_late_opens_nothing() {
        let now = Instant::now();
        let mut pairing = pairing(now);
        let right = pairing.shown();
        assert_eq!(pairing.seconds_left(now), 300);
        assert_eq!(pairing.try_code(&right, now + LIFE), Tried::Over);
        assert!(!pairing.is_over(now + LIFE - Duration::from_secs(1)) && pairing.is_over(now + LIFE));
    }
}
