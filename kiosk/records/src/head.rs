//! The head of a log: its last record, as somebody notes it elsewhere. A log that is shorter later, or that has another
//! record in that place, was changed.

use serde_json::{Value, json};

use crate::key;
use crate::record::{Hash, Record};

/// A head that was noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The place of the record.
    pub idx: u64,
    /// Its hash.
    pub hash: Hash,
    /// The device's public key, in hexadecimal, where the note says it.
    pub public_key: Option<String>,
}

impl Head {
    /// The note of a record, as JSON.
    pub fn note(record: &Record, public_key: &str) -> Value {
        json!({
            "schema": "cccd.head/1",
            "device": record.device,
            "stream": record.stream,
            "idx": record.idx,
            "at": record.at,
            "hash": base16ct::lower::encode_string(&record.hash),
            "signature": base16ct::lower::encode_string(&record.signature),
            "public_key": public_key,
        })
    }

    /// The short form of a head, as somebody writes it down: `42:9f86d081…`.
    pub fn short(&self) -> String {
        format!("{}:{}", self.idx, base16ct::lower::encode_string(&self.hash))
    }

    /// Reads a head: its short form, its JSON, or the last line of an exported file.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some((idx, hash)) = text.split_once(':').filter(|_| !text.starts_with('{')) {
            return Some(Self { idx: idx.trim().parse().ok()?, hash: hash_of_hex(hash.trim())?, public_key: None });
        }
        let last = text.lines().rfind(|line| !line.trim().is_empty())?;
        let value: Value = serde_json::from_str(text).or_else(|_| serde_json::from_str(last)).ok()?;
        let head = value.get("head").unwrap_or(&value);
        let public_key = head.get("public_key").and_then(Value::as_str);
        Some(Self {
            idx: head.get("idx")?.as_u64()?,
            hash: hash_of_hex(head.get("hash")?.as_str()?)?,
            public_key: public_key.filter(|hex| key::public_of_hex(hex).is_some()).map(str::to_owned),
        })
    }
}

/// A hash of 64 hexadecimal digits.
pub(crate) fn hash_of_hex(hex: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    let length = base16ct::mixed::decode(hex, &mut hash).ok()?.len();
    (length == hash.len()).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::DeviceKey;
    use crate::record::{Entry, NONE_BEFORE};

    #[test]
    fn each_form_of_a_head_says_the_same() {
        let key = DeviceKey::of_seed([1; 32], [2; 32]);
        let entry = Entry { at: 5, act: "read".into(), body: json!({}) };
        let record = Record::following(3, NONE_BEFORE, "desk", &entry, &key);
        let public = base16ct::lower::encode_string(key.public().as_bytes());
        let note = Head::note(&record, &public);
        let of_note = Head::parse(&note.to_string()).unwrap();
        assert_eq!((of_note.idx, of_note.hash), (3, record.hash));
        assert_eq!(of_note.public_key, Some(public));
        let of_short = Head::parse(&of_note.short()).unwrap();
        assert_eq!((of_short.idx, of_short.hash), (3, record.hash));
        let of_file = Head::parse(&format!("{{\"schema\":\"x\"}}\n{}\n", json!({"head": note}))).unwrap();
        assert_eq!(of_file, of_note);
        for wrong in ["", ":", "3:", "3:zz", "{}", "-1:00", "{\"idx\":1}"] {
            assert_eq!(Head::parse(wrong), None, "{wrong}");
        }
    }
}
