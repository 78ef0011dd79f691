//! One record, what its hash covers, and what is signed.

use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::key::DeviceKey;

/// What a leaf's hash begins with, so that no inner node of a tree can be taken for a record (RFC 6962, section 2.1).
const LEAF: u8 = 0;

/// What the hash of a record of this kind begins with: no other hash of the product begins so.
const DOMAIN: &[u8] = b"cccd-record/1";

/// What is signed begins with this: a signature on a record is no signature on anything else.
pub(crate) const SIGNED: &[u8] = b"cccd-record-signature/1";

/// The most that the body of a record may hold, in bytes of JSON.
pub const LARGEST_BODY: usize = 16 * 1024;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// What the first record of a chain names as the hash before it.
pub const NONE_BEFORE: Hash = [0; 32];

/// What somebody did, before it is part of a chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When, in milliseconds since 1970 (UTC).
    pub at: i64,
    /// What was done, as `read`.
    pub act: String,
    /// The rest. Its `officer` and `people` can be searched for.
    pub body: Value,
}

/// A record of a chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Which device wrote it ([`DeviceKey::device`]).
    pub device: String,
    /// Which of the device's logs it belongs to, as `desk`.
    pub stream: String,
    /// Its place in the log, from 1, without a gap.
    pub idx: u64,
    /// When, in milliseconds since 1970 (UTC), by the device's clock.
    pub at: i64,
    /// What was done.
    pub act: String,
    /// The rest, as the JSON text that was hashed.
    pub body: String,
    /// The hash of the record before it.
    pub before: Hash,
    /// Its own.
    pub hash: Hash,
    /// The device's signature on that.
    pub signature: [u8; 64],
}

impl Record {
    /// The record that follows the one with this place and hash.
    pub fn following(idx: u64, before: Hash, stream: &str, entry: &Entry, key: &DeviceKey) -> Self {
        let mut record = Self {
            device: key.device().to_owned(),
            stream: stream.to_owned(),
            idx,
            at: entry.at,
            act: entry.act.clone(),
            body: entry.body.to_string(),
            before,
            hash: NONE_BEFORE,
            signature: [0; 64],
        };
        record.hash = record.computed_hash();
        record.signature = key.sign(&to_sign(&record.hash));
        record
    }

    /// The hash over everything that the record says. Every part has its length before it, so that no two records have the
    /// same input.
    pub fn computed_hash(&self) -> Hash {
        let mut hash = Sha256::new();
        hash.update([LEAF]);
        let (idx, at) = (self.idx.to_be_bytes(), self.at.to_be_bytes());
        let parts: [&[u8]; 8] = [
            DOMAIN,
            self.device.as_bytes(),
            self.stream.as_bytes(),
            &idx,
            &at,
            self.act.as_bytes(),
            self.body.as_bytes(),
            &self.before,
        ];
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }

    /// Whether the signature is the key's, on the hash as it stands there.
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        key.verify_strict(&to_sign(&self.hash), &Signature::from_bytes(&self.signature)).is_ok()
    }

    /// The body, read. Nothing where it is no JSON: then somebody changed it.
    pub fn said(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
}

fn to_sign(hash: &Hash) -> Vec<u8> {
    [SIGNED, hash].concat()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record() -> Record {
        let entry = Entry { at: 1, act: "read".into(), body: json!({"officer": "an"}) };
        Record::following(1, NONE_BEFORE, "desk", &entry, &DeviceKey::of_seed([7; 32], [8; 32]))
    }

    #[test]
    fn everything_that_a_record_says_is_in_its_hash() {
        let whole = record();
        let changes: [fn(&mut Record); 7] = [
            |record| record.device.push('x'),
            |record| record.stream.push('x'),
            |record| record.idx += 1,
            |record| record.at += 1,
            |record| record.act.push('x'),
            |record| record.body.push(' '),
            |record| record.before[0] ^= 1,
        ];
        for change in changes {
            let mut changed = whole.clone();
            change(&mut changed);
            assert_ne!(changed.computed_hash(), whole.hash);
        }
        assert_eq!(whole.computed_hash(), whole.hash);
    }

    #[test]
    fn letters_that_move_from_one_part_to_the_next_change_the_hash() {
        let mut one = record();
        let mut other = record();
        (one.act, one.body) = ("read{".into(), "}".into());
        (other.act, other.body) = ("read".into(), "{}".into());
        assert_ne!(one.computed_hash(), other.computed_hash());
    }

    #[test]
    fn the_hash_of_a_record_is_never_computed_otherwise() {
        // Recorded when the first version was made: a change here would call every log of every office forged.
        let hash = base16ct::lower::encode_string(&record().hash);
        assert_eq!(hash, "210d96f21a6bd92335087df71dd79e55ad037cf26e52720d3362f28173f9279a");
        assert!(record().is_signed_by(DeviceKey::of_seed([7; 32], [8; 32]).public()));
        assert!(!record().is_signed_by(DeviceKey::of_seed([9; 32], [8; 32]).public()));
    }
}
