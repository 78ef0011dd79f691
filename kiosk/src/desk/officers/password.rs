//! Passwords: Argon2id (RFC 9106) with the parameters that OWASP's Password Storage Cheat Sheet gives first for it: 19 MiB of
//! memory, two passes, one lane. What a password was hashed with stands beside its hash, so that they can grow.

use std::sync::{Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Params, Version};
use getrandom::SysRng;
use getrandom::rand_core::TryRng as _;
use zeroize::Zeroizing;

use super::accounts::AccountsError;
use super::totp;

/// Memory in KiB, passes, lanes.
const COST: [u32; 3] = [19 * 1024, 2, 1];

/// The fewest characters of a password (NIST SP 800-63B-4 asks for 15 where it stands alone and 8 beside a second factor).
pub const SHORTEST: usize = 10;

/// The most that is taken.
pub const LONGEST: usize = 200;

/// Nineteen mebibytes once, and not for each of many that ask at the same time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A password as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashed {
    /// Random, for this password alone.
    pub salt: [u8; 16],
    /// Memory in KiB, passes, lanes.
    pub cost: [u32; 3],
    /// The hash.
    pub hash: [u8; 32],
}

/// Hashes a password.
///
/// # Errors
/// The system gives no random numbers or no memory.
pub fn hashed(password: &str) -> Result<Hashed, AccountsError> {
    let mut salt = [0; 16];
    SysRng.try_fill_bytes(&mut salt).map_err(|_| AccountsError::Random)?;
    let hash = compute(password, &salt, COST).ok_or(AccountsError::Random)?;
    Ok(Hashed { salt, cost: COST, hash: *hash })
}

/// Whether it is that password. Without one, it takes as long and is not.
pub fn fits(kept: Option<&Hashed>, password: &str) -> bool {
    let nobodys = Hashed { salt: [0; 16], cost: COST, hash: [0; 32] };
    let against = kept.unwrap_or(&nobodys);
    let same = compute(password, &against.salt, against.cost).is_some_and(|hash| totp::is_same(&*hash, &against.hash));
    same && kept.is_some()
}

fn compute(password: &str, salt: &[u8; 16], [memory, passes, lanes]: [u32; 3]) -> Option<Zeroizing<[u8; 32]>> {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut hash = Zeroizing::new([0; 32]);
    let params = Params::new(memory, passes, lanes, Some(hash.len())).ok()?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(password.as_bytes(), salt, &mut *hash).ok()?;
    Some(hash)
}

/// A password that an administrator hands over: 80 random bits in letters and digits that are not mistaken for others.
///
/// # Errors
/// The system gives no random numbers.
pub fn made() -> Result<Zeroizing<String>, AccountsError> {
    let mut random = Zeroizing::new([0; 10]);
    SysRng.try_fill_bytes(&mut *random).map_err(|_| AccountsError::Random)?;
    Ok(Zeroizing::new(totp::in_groups(&totp::base32(&*random)).to_lowercase()))
}

/// Why a password is not taken.
pub fn is_weak(password: &str, name: &str) -> Option<(&'static str, &'static str)> {
    let count = password.chars().count();
    let different = password.chars().collect::<std::collections::BTreeSet<_>>().len();
    if count < SHORTEST {
        return Some(("Mật khẩu phải có ít nhất 10 ký tự.", "A password has at least 10 characters."));
    }
    if count > LONGEST {
        return Some(("Mật khẩu dài quá 200 ký tự.", "The password is longer than 200 characters."));
    }
    if different < 5 || (!name.is_empty() && password.to_lowercase().contains(&name.to_lowercase())) {
        return Some((
            "Mật khẩu dễ đoán: dùng một câu dài, không chứa tên tài khoản.",
            "The password is easily guessed: use a long phrase without the account's name.",
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_password_fits() {
        let kept = hashed("một câu dài để nhớ").unwrap();
        assert!(fits(Some(&kept), "một câu dài để nhớ"));
        assert!(!fits(Some(&kept), "một câu dài để nhơ"));
        assert!(!fits(Some(&kept), "") && !fits(None, "một câu dài để nhớ"));
        assert_ne!(hashed("x").unwrap().hash, hashed("x").unwrap().hash, "each has its own salt");
    }

    #[test]
    fn a_password_that_is_easily_guessed_is_not_taken() {
        for weak in ["", "short", "aaaaaaaaaaaa", "1212121212121", "an.nguyen-2026"] {
            assert!(is_weak(weak, "an.nguyen").is_some(), "{weak}");
        }
        assert!(is_weak("bốn từ không liên quan", "an.nguyen").is_none());
        let given = made().unwrap();
        assert!(is_weak(&given, "an.nguyen").is_none() && given.len() == 19, "{}", *given);
    }
}
