//! The second factor: a code of six digits that an app shows for half a minute (RFC 6238 with HMAC-SHA-1, which every such
//! app knows; RFC 4226 for the digits). SHA-1 is no weakness here: HMAC needs no collision resistance.
//!
//! Written here on the HMAC that is in the tree, and checked against the RFC's own vectors: a crate for it would bring more
//! than these lines.

use getrandom::SysRng;
use getrandom::rand_core::TryRng as _;
use hmac::{Hmac, KeyInit, Mac};
use qrcode::{EcLevel, QrCode};
use sha1::Sha1;
use std::fmt::Write as _;
use zeroize::Zeroizing;

use super::accounts::AccountsError;

/// How long a code is shown, in seconds.
const STEP: i64 = 30;

/// How many steps a clock may be wrong in either direction (RFC 6238, section 5.2).
const DRIFT: i64 = 1;

/// The secret that the app and the desk share (RFC 4226, section 4, R6: 160 bits).
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<[u8; 20]>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn make() -> Result<Self, AccountsError> {
        let mut secret = Zeroizing::new([0; 20]);
        SysRng.try_fill_bytes(&mut *secret).map_err(|_| AccountsError::Random)?;
        Ok(Self(secret))
    }

    /// The secret of these bytes.
    pub fn of(bytes: [u8; 20]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Its bytes, to be kept.
    pub fn bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// Its letters, for who cannot scan.
    pub fn letters(&self) -> String {
        in_groups(&base32(&*self.0))
    }

    /// The step of time that a code is of, where it is one of about now.
    pub fn step_of(&self, code: &str, now: i64) -> Option<i64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let present = now.div_euclid(STEP);
        // All are computed, whichever it is.
        let steps = (present - DRIFT..=present + DRIFT)
            .map(|step| (step, is_same(self.code(step).as_bytes(), digits.as_bytes())));
        steps.fold(None, |found, (step, same)| if same { Some(step) } else { found })
    }

    /// The code of a step (RFC 4226, section 5.3).
    pub(super) fn code(&self, step: i64) -> String {
        // HMAC takes keys of every length.
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&*self.0) else { return String::new() };
        mac.update(&step.to_be_bytes());
        let hash: [u8; 20] = mac.finalize().into_bytes().into();
        let offset = usize::from(hash[19] & 0x0f);
        let word = hash.iter().skip(offset).take(4).fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
        format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
    }

    /// The address that an app takes the secret from (the «Key Uri Format» of Google Authenticator).
    fn address(&self, account: &str) -> String {
        // An account's name has letters, digits, dots and dashes alone.
        format!("otpauth://totp/Ban%20mot%20cua:{account}?secret={}&issuer=Ban%20mot%20cua", base32(&*self.0))
    }

    /// That address as a QR code, drawn as SVG without any style.
    pub fn picture(&self, account: &str) -> String {
        let Ok(code) = QrCode::with_error_correction_level(self.address(account), EcLevel::M) else {
            return String::new();
        };
        let (width, margin) = (code.width(), 4);
        let size = width + 2 * margin;
        let mut path = String::new();
        for (place, _) in code.to_colors().iter().enumerate().filter(|(_, colour)| **colour == qrcode::Color::Dark) {
            // Writing to a string does not fail.
            let _ = write!(path, "M{} {}h1v1h-1z", place % width + margin, place / width + margin);
        }
        format!(
            "<svg class=\"code\" viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"QR\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
        )
    }
}

/// Whether two texts are the same, in a time that does not depend on where they differ.
pub fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

/// Base32 without padding (RFC 4648, section 6).
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bit = |place: usize| bytes.get(place / 8).map_or(0, |byte| usize::from(byte >> (7 - place % 8) & 1));
    let letters = (0..bytes.len() * 8).step_by(5);
    letters
        .map(|start| char::from(LETTERS[(start..start + 5).fold(0, |value, place| value << 1 | bit(place))]))
        .collect()
}

/// Letters in groups of four, as somebody reads them.
pub fn in_groups(letters: &str) -> String {
    let letters: Vec<char> = letters.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the last six of its eight digits.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        let secret = Secret::of(*b"12345678901234567890");
        for (time, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code(time / STEP), code);
            assert_eq!(secret.step_of(code, time), Some(time / STEP));
        }
    }

    #[test]
    fn a_code_of_half_a_minute_ago_is_taken_and_an_older_one_is_not() {
        let secret = Secret::of(*b"12345678901234567890");
        assert_eq!(secret.step_of(" 287 082 ", 59 + STEP), Some(1));
        assert_eq!(secret.step_of("287082", 59 + 2 * STEP), None);
        for wrong in ["", "28708", "2870822", "28708a", "２８７０８２"] {
            assert_eq!(secret.step_of(wrong, 59), None, "{wrong}");
        }
    }

    /// RFC 4648, section 10.
    #[test]
    fn letters_are_those_of_the_standard() {
        for (bytes, letters) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(bytes.as_bytes()), letters);
        }
        assert_eq!(in_groups("ABCDEFGHIJ"), "ABCD-EFGH-IJ");
    }

    #[test]
    fn the_picture_is_a_code_that_holds_the_secret() {
        let picture = Secret::of(*b"12345678901234567890").picture("an.nguyen");
        assert!(picture.starts_with("<svg") && !picture.contains("style") && picture.len() > 2000);
    }
}
