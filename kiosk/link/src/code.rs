//! The code of a pairing: what somebody reads from the desk's screen and types at the computer.

use std::fmt;
use std::str::FromStr;

use getrandom::SysRng;
use getrandom::rand_core::TryRng as _;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::identity::Fingerprint;

/// How many bytes of the hash of the desk's certificate are in it. A certificate that shares them with the desk's is as hard
/// to make as 2⁸⁰ tries.
const HASH: usize = 10;

/// How many bytes are secret. They are guessed over the network, a few times at most.
const SECRET: usize = 5;

/// Digits and letters that nobody mistakes for one another (Crockford's base 32).
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The secret part: taken once.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; SECRET]>);

/// A code.
#[derive(Clone)]
pub struct Code {
    hash: [u8; HASH],
    /// The secret.
    pub secret: Secret,
}

/// A text is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code has 24 letters and digits, in groups of four; type it as the desk's screen shows it")]
pub struct NoCode;

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn make() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; SECRET]);
        SysRng.try_fill_bytes(&mut *bytes)?;
        Ok(Self(bytes))
    }

    /// Whether both are the same; how much of them is cannot be measured.
    #[must_use]
    pub fn fits(&self, other: &Self) -> bool {
        self.0.ct_eq(&*other.0).into()
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; SECRET] {
        &self.0
    }

    /// The secret of these bytes.
    #[must_use]
    pub fn of(bytes: [u8; SECRET]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl Code {
    /// For this desk and this secret.
    #[must_use]
    pub fn new(desk: &Fingerprint, secret: Secret) -> Self {
        let mut hash = [0; HASH];
        hash.iter_mut().zip(desk.0).for_each(|(to, from)| *to = from);
        Self { hash, secret }
    }

    /// Whether it is this desk that the code was shown by.
    #[must_use]
    pub fn is_of(&self, desk: &Fingerprint) -> bool {
        desk.0.starts_with(&self.hash)
    }
}

/// Four symbols and a dash, six times.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits =
            self.hash.iter().chain(self.secret.bytes()).fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
        for place in 0..24 {
            if place > 0 && place % 4 == 0 {
                f.write_str("-")?;
            }
            let index = (bits >> (5 * (23 - place))) & 31;
            let symbol = usize::try_from(index).ok().and_then(|index| SYMBOLS.get(index)).copied();
            write!(f, "{}", char::from(symbol.unwrap_or(b'?')))?;
        }
        Ok(())
    }
}

/// Small letters, spaces and missing dashes are forgiven, and O for 0, I and L for 1.
impl FromStr for Code {
    type Err = NoCode;

    fn from_str(text: &str) -> Result<Self, NoCode> {
        let mut bits = 0_u128;
        let mut count = 0;
        for symbol in text.chars().filter(|symbol| !symbol.is_whitespace() && *symbol != '-') {
            let symbol = match symbol.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = SYMBOLS.iter().position(|known| char::from(*known) == symbol).ok_or(NoCode)?;
            count += 1;
            if count > 24 {
                return Err(NoCode);
            }
            bits = (bits << 5) | u128::try_from(value).map_err(|_| NoCode)?;
        }
        if count != 24 {
            return Err(NoCode);
        }
        let [_, hash @ .., s0, s1, s2, s3, s4] = bits.to_be_bytes();
        Ok(Self { hash, secret: Secret::of([s0, s1, s2, s3, s4]) })
    }
}

/// Never shown by accident.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> Code {
        let mut hash = [0; 32];
        (0_u8..).zip(&mut hash).for_each(|(number, byte)| *byte = number.wrapping_mul(37).wrapping_add(201));
        Code::new(&Fingerprint(hash), Secret::of([0xFF, 0, 0x12, 0x34, 0x56]))
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let text = code().to_string();
        assert_eq!(text.len(), 29);
        let as_typed = text.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        for typed in [&text, &as_typed, &text.replace('-', "")] {
            let read: Code = typed.parse().unwrap();
            assert_eq!(read.to_string(), text);
            assert!(read.secret.fits(&code().secret));
        }
    }

    #[test]
    fn what_is_too_short_too_long_or_has_other_letters_is_no_code() {
        let text = code().to_string();
        let long = format!("{text}0");
        for wrong in ["", "1234", &text[1..], &long, &text.replacen('-', "!", 1), "ư".repeat(24).as_str()] {
            assert_eq!(wrong.parse::<Code>().map(|code| code.to_string()), Err(NoCode), "{wrong}");
        }
    }

    #[test]
    fn a_code_fits_one_desk() {
        let other = Fingerprint([7; 32]);
        let code = code();
        assert!(!code.is_of(&other));
        assert!(Code::new(&other, code.secret).is_of(&other));
    }
}
