//! What is kept of a day: sums, each under a name of few words.

use std::collections::BTreeMap;

use jiff::civil::Date;

/// What a sum is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    /// Visits, by service, way and outcome.
    Visits,
    /// Fields of forms that left the desk, by service and by who filled them: `card`, `desk`, `typed`.
    Fields,
    /// Seconds of visits that were served, by service.
    Seconds,
    /// Visits that were served, by service and by the bucket that their time falls in ([`super::times`]).
    Times,
    /// Reads, by way and by what they came to.
    Reads,
}

/// What a sum is kept under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// What it is of.
    pub of: Quantity,
    /// The service by its number; 0 where none was chosen, or it does not matter.
    pub service: u16,
    /// The way, 1 to 7 ([`crate::desk::person::Way`]); 0 where there is none, or it does not matter.
    pub way: u8,
    /// An outcome, a result, a bucket, who filled a field: a stable name of this program, never anything that was typed or read.
    pub detail: String,
}

/// Sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums(BTreeMap<Key, u64>);

/// One sum of some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// What it is of.
    pub key: Key,
    /// How much.
    pub total: u64,
}

/// What was counted on some days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// The sums of all these days.
    pub sums: Vec<Sum>,
    /// Visits by day; days without any are left out.
    pub days: BTreeMap<Date, u64>,
}

impl Quantity {
    /// All.
    const ALL: [Self; 5] = [Self::Visits, Self::Fields, Self::Seconds, Self::Times, Self::Reads];

    /// The stable name under which it is kept.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Visits => "visits",
            Self::Fields => "fields",
            Self::Seconds => "seconds",
            Self::Times => "times",
            Self::Reads => "reads",
        }
    }

    /// The one of a stable name.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|quantity| quantity.code() == code)
    }
}

impl Sums {
    /// Adds to a sum.
    pub fn add(&mut self, of: Quantity, service: u16, way: u8, detail: &str, much: u64) {
        if much > 0 {
            let sum = self.0.entry(Key { of, service, way, detail: detail.to_owned() }).or_default();
            *sum = sum.saturating_add(much);
        }
    }

    /// Adds all of these.
    pub fn add_all(&mut self, others: &Self) {
        for (key, much) in &others.0 {
            self.add(key.of, key.service, key.way, &key.detail, *much);
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, u64)> {
        self.0.iter().map(|(key, total)| (key, *total))
    }
}
