//! Walks over a chain, and finds the first place that is wrong. One record is in memory at a time.

use std::ops::ControlFlow;

use ed25519_dalek::VerifyingKey;

use crate::head::Head;
use crate::key;
use crate::log::{Chain, LogError, Reader};
use crate::record::{Hash, NONE_BEFORE, Record};

/// What a chain is measured by.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The key that signs it. Without one, the chain's own word is taken.
    pub key: Option<VerifyingKey>,
    /// Heads that were noted before.
    pub heads: Vec<Head>,
}

/// The first thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A record says something else than when it was written.
    Changed {
        /// Its place.
        idx: u64,
    },
    /// Records are gone between two that are there, or before the first.
    Removed {
        /// The first that is gone.
        first: u64,
        /// The last that is gone.
        last: u64,
    },
    /// A record stands in another's place, or does not follow the one before it.
    Reordered {
        /// Its place.
        idx: u64,
    },
    /// A record is not signed by the device.
    ForeignKey {
        /// Its place.
        idx: u64,
    },
    /// The log ends before a record that was there when its head was noted.
    Truncated {
        /// The last that is there; 0 for none.
        last: u64,
        /// The place that was noted.
        noted: u64,
    },
    /// In the place of a noted record stands another one: the log was written anew from there or before.
    Rewritten {
        /// Its place.
        idx: u64,
    },
}

impl Fault {
    /// Its stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "changed",
            Self::Removed { .. } => "removed",
            Self::Reordered { .. } => "reordered",
            Self::ForeignKey { .. } => "foreign_key",
            Self::Truncated { .. } => "truncated",
            Self::Rewritten { .. } => "rewritten",
        }
    }

    /// The place it shows at.
    pub fn idx(&self) -> u64 {
        match self {
            Self::Changed { idx } | Self::Reordered { idx } | Self::ForeignKey { idx } | Self::Rewritten { idx } => {
                *idx
            }
            Self::Removed { first, .. } => *first,
            Self::Truncated { last, .. } => last.saturating_add(1),
        }
    }
}

/// What a walk found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many records were looked at.
    pub records: u64,
    /// The places of the first and the last.
    pub span: Option<(u64, u64)>,
    /// The head: the last record.
    pub head: Option<Head>,
    /// The first thing that is wrong.
    pub fault: Option<Fault>,
    /// How often the clock went backwards, and where first. A remark, no fault: clocks are set.
    pub clock_backwards: Option<(u64, u64)>,
    /// The key was not known before: the chain's own word was taken.
    pub key_on_its_word: bool,
    /// No head that was noted elsewhere lies in what was looked at: whether records are gone at the end, nobody can tell.
    pub end_not_compared: bool,
}

/// A walk in progress.
pub struct Walk<'a> {
    expected: &'a Expected,
    key: Option<VerifyingKey>,
    /// The place and hash of the record before.
    last: Option<(u64, Hash, i64)>,
    /// The chain begins here: nothing may be missing before.
    from_the_start: bool,
    outcome: Outcome,
}

impl<'a> Walk<'a> {
    /// Begins. `own_word` is the key that the chain itself names.
    pub fn begin(expected: &'a Expected, own_word: Option<VerifyingKey>, from_the_start: bool) -> Self {
        let outcome = Outcome { key_on_its_word: expected.key.is_none(), ..Outcome::default() };
        Self { expected, key: expected.key.or(own_word), last: None, from_the_start, outcome }
    }

    /// Looks at the next record. Breaks at the first fault.
    pub fn step(&mut self, record: &Record) -> ControlFlow<()> {
        self.outcome.records += 1;
        if let Some(fault) = self.fault(record) {
            self.outcome.fault = Some(fault);
            return ControlFlow::Break(());
        }
        if self.last.is_some_and(|(.., at)| record.at < at) {
            let (times, first) = self.outcome.clock_backwards.unwrap_or((0, record.idx));
            self.outcome.clock_backwards = Some((times + 1, first));
        }
        let first = self.outcome.span.map_or(record.idx, |(first, _)| first);
        self.outcome.span = Some((first, record.idx));
        self.last = Some((record.idx, record.hash, record.at));
        ControlFlow::Continue(())
    }

    fn fault(&self, record: &Record) -> Option<Fault> {
        let idx = record.idx;
        let signed = self.key.as_ref().is_some_and(|key| record.is_signed_by(key));
        if record.computed_hash() != record.hash {
            // The device signed this hash, and the record does not follow: it is a true one in another's place.
            let follows = self.last.is_none_or(|(_, hash, _)| record.before == hash);
            return Some(if signed && !follows { Fault::Reordered { idx } } else { Fault::Changed { idx } });
        }
        let device_is_the_keys = self.key.as_ref().is_some_and(|key| key::device_of(key) == record.device);
        if !signed || !device_is_the_keys {
            return Some(Fault::ForeignKey { idx });
        }
        let broken = match self.last {
            Some((last, ..)) if idx <= last => Some(Fault::Reordered { idx }),
            Some((last, ..)) if idx - last > 1 => Some(Fault::Removed { first: last + 1, last: idx - 1 }),
            Some((_, hash, _)) if record.before != hash => Some(Fault::Reordered { idx }),
            None if self.from_the_start && idx > 1 => Some(Fault::Removed { first: 1, last: idx - 1 }),
            None if idx == 1 && record.before != NONE_BEFORE => Some(Fault::Reordered { idx }),
            _ => None,
        };
        let noted = self.expected.heads.iter().find(|head| head.idx == idx);
        broken.or_else(|| noted.filter(|head| head.hash != record.hash).map(|_| Fault::Rewritten { idx }))
    }

    /// Ends. A head beyond the end is a fault, unless the file was made before it was noted.
    pub fn end(mut self, whole: bool) -> Outcome {
        let last = self.last.map_or(0, |(idx, ..)| idx);
        self.outcome.head = self.last.map(|(idx, hash, _)| Head {
            idx,
            hash,
            public_key: self.key.map(|key| base16ct::lower::encode_string(key.as_bytes())),
        });
        let first = self.outcome.span.map_or(0, |(first, _)| first);
        self.outcome.end_not_compared = !self.expected.heads.iter().any(|head| (first..=last).contains(&head.idx));
        if self.outcome.fault.is_none() && whole {
            let noted = self.expected.heads.iter().map(|head| head.idx).filter(|idx| *idx > last).max();
            self.outcome.fault = noted.map(|noted| Fault::Truncated { last, noted });
        }
        self.outcome
    }
}

/// Walks over a whole chain of a log.
///
/// # Errors
/// The log cannot be read.
pub fn chain(reader: &Reader, chain: &Chain, expected: &Expected) -> Result<Outcome, LogError> {
    let mut walk = Walk::begin(expected, VerifyingKey::from_bytes(&chain.public_key).ok(), true);
    reader.between(chain, (0, u64::MAX), |record| walk.step(&record))?;
    Ok(walk.end(true))
}

#[cfg(test)]
mod tests;
