//! A period as a file: one JSON value on each line, so that other programs read it too. The first line says whose records
//! they are, the last is the head; the file is verified like the log itself.

use std::io::{self, BufRead, Read as _, Write};
use std::ops::ControlFlow;

use ed25519_dalek::VerifyingKey;
use serde_json::{Value, json};

use crate::head::{Head, hash_of_hex};
use crate::key;
use crate::log::{Chain, LogError, Reader};
use crate::record::{LARGEST_BODY, Record};
use crate::verify::{Expected, Outcome, Walk};

/// What the first line says the file is.
pub const SCHEMA: &str = "cccd.records/1";

/// The longest line that is read, in bytes: escapes may make a body longer.
const LONGEST_LINE: u64 = 8 * LARGEST_BODY as u64;

/// Why a file is not written or read.
#[derive(Debug, thiserror::Error)]
pub enum LinesError {
    /// The log refuses.
    #[error("{0}")]
    Log(#[from] LogError),
    /// The file cannot be written or read.
    #[error("{0}")]
    File(#[from] io::Error),
    /// The file is not what it should be.
    #[error("line {0}: this is no exported record")]
    Malformed(u64),
}

/// Writes the records of a chain from one place to another, both with it.
///
/// # Errors
/// The log cannot be read, or the file not written.
pub fn write(reader: &Reader, chain: &Chain, span: Option<(u64, u64)>, to: &mut impl Write) -> Result<(), LinesError> {
    let public_key = base16ct::lower::encode_string(&chain.public_key);
    let head = json!({
        "schema": SCHEMA,
        "device": chain.device,
        "stream": chain.stream,
        "public_key": public_key,
        "first": span.map(|(first, _)| first),
        "last": span.map(|(_, last)| last),
    });
    writeln!(to, "{head}")?;
    let Some(span) = span else { return Ok(()) };
    let (mut last, mut failed) = (None, None);
    reader.between(chain, span, |record| {
        let written = writeln!(to, "{}", line(&record));
        last = Some(record);
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    if let Some(last) = last {
        writeln!(to, "{}", json!({"head": Head::note(&last, &public_key)}))?;
    }
    Ok(())
}

fn line(record: &Record) -> Value {
    let as_written = record.said().to_string();
    let mut line = json!({
        "idx": record.idx,
        "at": record.at,
        "act": record.act,
        "body": record.said(),
        "before": base16ct::lower::encode_string(&record.before),
        "hash": base16ct::lower::encode_string(&record.hash),
        "signature": base16ct::lower::encode_string(&record.signature),
    });
    // What was hashed is the text: where it is written otherwise than this program writes JSON, it goes with it.
    if as_written != record.body {
        line["text"] = Value::from(record.body.as_str());
    }
    line
}

/// Verifies such a file. A period need not begin at the first record; the heads that lie beyond it say nothing.
///
/// # Errors
/// The file cannot be read, or is none.
pub fn verify(from: impl BufRead, expected: &Expected) -> Result<Outcome, LinesError> {
    let mut lines = Lines { from, number: 0 };
    let first = lines.next()?.ok_or(LinesError::Malformed(1))?;
    only(&first, &["schema", "device", "stream", "public_key", "first", "last"]).ok_or(LinesError::Malformed(1))?;
    let text = |name: &str| first.get(name).and_then(Value::as_str);
    let (Some(SCHEMA), Some(device), Some(stream)) = (text("schema"), text("device"), text("stream")) else {
        return Err(LinesError::Malformed(1));
    };
    let own_word: Option<VerifyingKey> = text("public_key").and_then(key::public_of_hex);
    let begins = first.get("first").and_then(Value::as_u64);
    let mut walk = Walk::begin(expected, own_word, begins == Some(1));
    let mut noted = None;
    while let Some(value) = lines.next()? {
        if let Some(head) = value.get("head") {
            let head = only(&value, &["head"]).and_then(|()| Head::parse(&head.to_string()));
            noted = Some(head.ok_or(LinesError::Malformed(lines.number))?);
            // What stood behind it would be looked at by nobody.
            if lines.next()?.is_some() {
                return Err(LinesError::Malformed(lines.number));
            }
            break;
        }
        let record = record(&value, device, stream).ok_or(LinesError::Malformed(lines.number))?;
        if walk.step(&record).is_break() {
            return Ok(walk.end(false));
        }
    }
    let mut outcome = walk.end(false);
    // The file's own ends: what its first line promised, and its head.
    let last = outcome.span.map_or(0, |(_, last)| last);
    let own_head = noted.as_ref().map(|head| head.idx);
    let promised = first.get("last").and_then(Value::as_u64).into_iter().chain(own_head).max();
    let other = noted.zip(outcome.head.as_ref()).is_some_and(|(noted, head)| noted.hash != head.hash);
    if other && own_head == Some(last) && outcome.fault.is_none() {
        outcome.fault = Some(crate::verify::Fault::Rewritten { idx: last });
    }
    if let Some(noted) = promised.filter(|noted| *noted != last) {
        outcome.fault = Some(crate::verify::Fault::Truncated { last, noted });
    }
    let begun = outcome.span.map(|(first, _)| first);
    if let (Some(begins), Some(first), None) = (begins.filter(|begins| Some(*begins) < begun), begun, &outcome.fault) {
        outcome.fault = Some(crate::verify::Fault::Removed { first: begins, last: first - 1 });
    }
    Ok(outcome)
}

struct Lines<R> {
    from: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<Option<Value>, LinesError> {
        let mut line = Vec::new();
        self.number += 1;
        self.from.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        let value: Value = serde_json::from_slice(&line).map_err(|_| LinesError::Malformed(self.number))?;
        // A name that stands there twice is read by one program as the first and by another as the last: a line that is longer
        // than what was understood of it is none of ours.
        if value.to_string().len() != line.trim_ascii_end().len() {
            return Err(LinesError::Malformed(self.number));
        }
        Ok(Some(value))
    }
}

/// Whether a line holds nothing but what belongs there: what is not hashed must not stand beside what is.
fn only(value: &Value, names: &[&str]) -> Option<()> {
    value.as_object()?.keys().all(|name| names.contains(&name.as_str())).then_some(())
}

fn record(value: &Value, device: &str, stream: &str) -> Option<Record> {
    let text = |name: &str| value.get(name)?.as_str();
    only(value, &["idx", "at", "act", "body", "text", "before", "hash", "signature"])?;
    let said = value.get("body")?;
    let body = match value.get("text") {
        None => said.to_string(),
        // The text is what was hashed, and the body what people read: they must say the same.
        Some(text) => {
            let text = text.as_str()?;
            let parsed = serde_json::from_str::<Value>(text).unwrap_or_default();
            (parsed == *said).then(|| text.to_owned())?
        }
    };
    let mut signature = [0; 64];
    let length = base16ct::lower::decode(text("signature")?, &mut signature).ok()?.len();
    (length == signature.len()).then_some(())?;
    Some(Record {
        device: device.to_owned(),
        stream: stream.to_owned(),
        idx: value.get("idx")?.as_u64()?,
        at: value.get("at")?.as_i64()?,
        act: text("act")?.to_owned(),
        body,
        before: hash_of_hex(text("before")?)?,
        hash: hash_of_hex(text("hash")?)?,
        signature,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Log;
    use crate::record::Entry;
    use crate::verify::Fault;

    /// Six records from the second to the fifth, as a file; and what is expected of them.
    fn exported() -> (String, Expected) {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::open(folder.path(), "desk").unwrap();
        for at in 1..=6 {
            let body = json!({"officer": "Ân \"quote\" \n", "n": at, "people": ["p"]});
            log.append(&Entry { at, act: "read".into(), body }).unwrap();
        }
        let reader = log.reader().unwrap();
        let chain = reader.chains().unwrap().remove(0);
        let mut file = Vec::new();
        write(&reader, &chain, Some((2, 5)), &mut file).unwrap();
        (String::from_utf8(file).unwrap(), Expected { key: Some(*log.key().public()), heads: Vec::new() })
    }

    fn fault(file: &str, expected: &Expected) -> Option<Fault> {
        verify(file.as_bytes(), expected).unwrap().fault
    }

    #[test]
    fn a_period_is_verified_like_the_log_itself() {
        let (file, expected) = exported();
        let outcome = verify(file.as_bytes(), &expected).unwrap();
        assert_eq!((outcome.fault, outcome.records, outcome.span), (None, 4, Some((2, 5))));
        let on_word = verify(file.as_bytes(), &Expected::default()).unwrap();
        assert!(on_word.fault.is_none() && on_word.key_on_its_word);
        // Its last line is a head.
        assert_eq!(Head::parse(&file).unwrap().idx, 5);
    }

    #[test]
    fn each_way_to_change_the_file_is_told() {
        let (file, expected) = exported();
        let lines: Vec<&str> = file.lines().collect();
        let of = |order: &[usize]| order.iter().map(|line| format!("{}\n", lines[*line])).collect::<String>();
        assert_eq!(fault(&file.replace("\"n\":3", "\"n\":8"), &expected), Some(Fault::Changed { idx: 3 }));
        assert_eq!(fault(&of(&[0, 1, 3, 4, 5]), &expected), Some(Fault::Removed { first: 3, last: 3 }));
        assert_eq!(fault(&of(&[0, 2, 3, 4, 5]), &expected), Some(Fault::Removed { first: 2, last: 2 }));
        assert_eq!(fault(&of(&[0, 2, 1, 3, 4, 5]), &expected), Some(Fault::Reordered { idx: 2 }));
        assert_eq!(fault(&of(&[0, 1, 2]), &expected), Some(Fault::Truncated { last: 3, noted: 5 }));
        assert_eq!(fault(&of(&[0, 1, 2, 5]), &expected), Some(Fault::Truncated { last: 3, noted: 5 }));
    }

    #[test]
    fn what_is_shown_is_what_was_hashed() {
        let (file, expected) = exported();
        let lines: Vec<&str> = file.lines().collect();
        let mut forged: Value = serde_json::from_str(lines[2]).unwrap();
        forged["text"] = Value::from(forged["body"].to_string());
        let with =
            |line: &str| format!("{}\n{}\n{line}\n{}\n{}\n{}\n", lines[0], lines[1], lines[3], lines[4], lines[5]);
        assert_eq!(fault(&with(&forged.to_string()), &expected), None, "the same, said twice");
        let refused = |file: &str| {
            let result = verify(file.as_bytes(), &expected);
            assert!(matches!(result, Err(LinesError::Malformed(_))), "{file}");
        };
        forged["body"]["officer"] = Value::from("somebody else");
        refused(&with(&forged.to_string()));
        forged["body"] = Value::Null;
        refused(&with(&forged.to_string()));
        refused(&with(&lines[2].replacen('{', "{\"remark\":1,", 1)));
        refused(&with(&lines[2].replacen('{', "{\"act\":\"export\",", 1)));
        refused(&format!("{file}{}\n", lines[2]));
        let mut head: Value = serde_json::from_str(lines[5]).unwrap();
        head["head"]["hash"] = Value::from("0".repeat(64));
        let forged = file.replace(lines[5], &head.to_string());
        assert_eq!(fault(&forged, &expected), Some(Fault::Rewritten { idx: 5 }));
    }

    #[test]
    fn what_is_no_export_is_refused_with_its_line() {
        let (file, expected) = exported();
        for (text, line) in [("", 1), ("{}\n", 1), ("x", 1), (file.lines().next().unwrap(), 0)] {
            let result = verify(text.as_bytes(), &expected);
            match line {
                0 => assert!(result.is_ok_and(|outcome| outcome.fault.is_some())),
                line => assert!(matches!(result, Err(LinesError::Malformed(other)) if other == line), "{text:?}"),
            }
        }
        let endless = format!("{}\n{{\"idx\":{}", file.lines().next().unwrap(), "1".repeat(1 << 20));
        assert!(matches!(verify(endless.as_bytes(), &expected), Err(LinesError::Malformed(2))));
    }
}
