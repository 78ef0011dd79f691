//! What stands in the place of personal data: made up, of the same length, and the same wherever the same was.

use std::collections::HashMap;

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use icao9303::crypto::curve::PrivateKey;
use icao9303::crypto::hash::HashAlgorithm;
use icao9303::crypto::signature::PublicKey;
use rand_core::Rng;

use super::AnonymiseError;

/// All replacements made so far.
#[derive(Default)]
pub(super) struct Substitutes {
    values: HashMap<Vec<u8>, Vec<u8>>,
    keys: HashMap<Vec<u8>, PrivateKey>,
    texts: usize,
}

/// Made-up words; none is a name of a person, a place or an authority.
const WORDS: [&str; 6] = ["MAU", "THU", "NGHIEM", "GIA", "LAP", "XYZ"];

impl Substitutes {
    /// Random bytes of the same length. A number keeps its sign and stays in its shortest form.
    pub(super) fn bytes(&mut self, old: &[u8]) -> Vec<u8> {
        if let Some(known) = self.values.get(old) {
            return known.clone();
        }
        let mut new = random(old.len());
        match (old, new.as_mut_slice()) {
            ([0, ..], [first, second, ..]) => {
                *first = 0;
                *second |= 0x80;
            }
            ([high, ..], [first, ..]) if high & 0x80 == 0 => *first = *first & 0x3F | 0x40,
            _ => {}
        }
        self.values.insert(old.to_vec(), new.clone());
        new
    }

    /// Made-up capital letters of the same length; texts of one or two characters, as a country, stay.
    pub(super) fn text(&mut self, old: &[u8]) -> Vec<u8> {
        if old.len() <= 2 {
            return old.to_vec();
        }
        // Names are compared without case.
        let meaning = old.to_ascii_lowercase();
        if let Some(known) = self.values.get(&meaning) {
            return known.clone();
        }
        self.texts += 1;
        let mut new = words(old.len()).into_bytes();
        // So that no two become one.
        let mut number = self.texts;
        for letter in new.iter_mut().rev().take(3) {
            *letter = b'A' + (number % 26) as u8;
            number /= 26;
        }
        self.values.insert(meaning, new.clone());
        new
    }

    /// A fresh key on the same curve in the place of a SubjectPublicKeyInfo's: the old point and the new one.
    pub(super) fn key(&mut self, info: &[u8]) -> Result<(Vec<u8>, Vec<u8>), AnonymiseError> {
        let Ok(PublicKey::Ec { point, .. }) = PublicKey::from_spki(info) else {
            return Err(AnonymiseError::Unsupported("keys that are not on an elliptic curve"));
        };
        let old = point.to_sec1();
        let key = self.keys.entry(old.clone());
        let key = key.or_insert_with(|| PrivateKey::generate(point.curve(), &mut UnwrapErr(SysRng)));
        let new = key.public_key().to_sec1();
        // Key identifiers are hashes of the key (RFC 5280, 4.2.1.2).
        let identifier = |point: &[u8]| HashAlgorithm::Sha1.digest(point);
        self.values.entry(identifier(&old)).or_insert_with(|| identifier(&new));
        Ok((old, new))
    }

    /// The private key that stands for a SubjectPublicKeyInfo's.
    pub(super) fn private_key(&mut self, info: &[u8]) -> Result<PrivateKey, AnonymiseError> {
        let (old, _) = self.key(info)?;
        self.keys.get(&old).cloned().ok_or(AnonymiseError::Unsupported("this key"))
    }
}

/// Random bytes.
pub(super) fn random(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    UnwrapErr(SysRng).fill_bytes(&mut bytes);
    bytes
}

/// Made-up words of exactly that many letters and spaces, with no space at either end.
pub(super) fn words(length: usize) -> String {
    let mut text = String::new();
    for word in WORDS.iter().cycle() {
        if text.len() >= length {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    text.truncate(length);
    if text.ends_with(' ') {
        text.pop();
        text.push('X');
    }
    text
}

/// Random characters of the same kinds: a digit for a digit, a letter for a letter, anything else as it is.
pub(super) fn alike(old: &str) -> String {
    let noise = random(old.len());
    old.chars()
        .zip(noise)
        .map(|(c, noise)| match c {
            '0'..='9' => char::from(b'0' + noise % 10),
            'A'..='F' => char::from(b'A' + noise % 6),
            'a'..='f' => char::from(b'a' + noise % 6),
            'A'..='Z' => char::from(b'A' + noise % 26),
            'a'..='z' => char::from(b'a' + noise % 26),
            other if other.is_ascii() => other,
            _ => 'x',
        })
        .collect()
}

/// Random digits.
pub(super) fn digits(count: usize) -> String {
    alike(&"0".repeat(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_the_length_asked_for_and_no_space_at_an_end() {
        for length in 0..80 {
            let text = words(length);
            assert_eq!(text.len(), length);
            assert_eq!(text.trim(), text);
        }
    }

    #[test]
    fn the_same_gets_the_same_and_another_another() {
        let mut substitutes = Substitutes::default();
        let one = substitutes.text(b"CSCA Vietnam");
        assert_eq!(substitutes.text(b"csca vietnam"), one);
        assert_ne!(substitutes.text(b"CSCA Laos 1."), one);
        assert_eq!(substitutes.text(b"VN"), b"VN");
        let serial = substitutes.bytes(&[0x00, 0x91, 3, 4]);
        assert!(serial[0] == 0 && serial[1] & 0x80 != 0 && serial == substitutes.bytes(&[0x00, 0x91, 3, 4]));
    }
}
