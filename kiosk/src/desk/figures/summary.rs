//! What sums add up to: the figures of a period, as the page and the reports show them.

use std::collections::BTreeMap;

use cccd::messages::Words;
use cccd_forms::services::{Service, Services};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::outcome::{Outcome, READS, WAYS, way_words};
use super::standard::LAST_ESSENTIAL;
use super::sums::{Counted, Quantity, Sum};
use super::tally::Fields;
use super::times::Times;

/// What it takes to type one field of a form by hand: the one assumption behind the minutes that are saved, and a setting of the
/// office.
///
/// The usual one is 8 seconds. Keystroke-level model (S. K. Card, T. P. Moran, A. Newell, *The keystroke-level model for user
/// performance time with interactive systems*, CACM 23, 1980): 0.28 s a key for who types 40 words a minute, 1.35 s to look at the
/// paper and think. A field of a card has some 15 letters, 20 keys with the tones of Telex, and one key leads to the next field:
/// 1.35 + 21 × 0.28 = 7.2 s, and now and then one is typed twice. Not taken off: the seconds in which the card is read, because
/// nobody types meanwhile either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct SecondsPerField(u16);

/// It is no time in which somebody types a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not from 1 to 120 seconds")]
pub struct NoTime(u16);

/// The figures of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Each service: the 25 essential ones always, others where there is something to say.
    pub services: Vec<ServiceLine>,
    /// All of them together.
    pub total: ServiceLine,
    /// Visits by way, in the order of [`WAYS`]: number of the way, what it is called, how many.
    pub ways: Vec<(u8, Words, u64)>,
    /// Visits by outcome, in the order of [`Outcome::ALL`].
    pub outcomes: Vec<(Outcome, Words, u64)>,
    /// Reads by what they came to, in the order of [`READS`].
    pub reads: Vec<(Words, u64)>,
    /// Visits by day; days without any are left out.
    pub days: BTreeMap<Date, u64>,
}

/// The figures of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceLine {
    /// Its number; 0 where none was chosen.
    pub number: u16,
    /// Its exact name.
    pub name: String,
    /// Its short name.
    pub short: Words,
    /// Visits.
    pub visits: u64,
    /// Of them, those of which the form left on paper.
    pub paper: u64,
    /// Of them, those of which it left as data alone.
    pub data: u64,
    /// How the fields of these forms were filled.
    pub fields: Fields,
    /// How long these visits took.
    pub times: Times,
}

impl SecondsPerField {
    /// The number.
    pub fn seconds(self) -> u64 {
        u64::from(self.0)
    }
}

impl Default for SecondsPerField {
    fn default() -> Self {
        Self(8)
    }
}

impl TryFrom<u16> for SecondsPerField {
    type Error = NoTime;

    fn try_from(seconds: u16) -> Result<Self, NoTime> {
        if (1..=120).contains(&seconds) { Ok(Self(seconds)) } else { Err(NoTime(seconds)) }
    }
}

impl From<SecondsPerField> for u16 {
    fn from(seconds: SecondsPerField) -> Self {
        seconds.0
    }
}

impl ServiceLine {
    /// A line of nothing yet.
    fn named(number: u16, name: String, short: Words) -> Self {
        let (fields, times) = (Fields::default(), Times::default());
        Self { number, name, short, visits: 0, paper: 0, data: 0, fields, times }
    }

    /// Visits that were served.
    pub fn served(&self) -> u64 {
        self.paper + self.data
    }

    /// Visits that came to something else.
    pub fn unserved(&self) -> u64 {
        self.visits.saturating_sub(self.served())
    }

    /// Minutes that nobody typed: the fields that the card filled, each as long as it takes to type it.
    pub fn minutes_saved(&self, each: SecondsPerField) -> u64 {
        self.fields.card.saturating_mul(each.seconds()) / 60
    }

    fn add(&mut self, sum: &Sum) {
        let Sum { key, total } = sum;
        match key.of {
            Quantity::Visits => {
                self.visits += total;
                match Outcome::of_code(&key.detail) {
                    Some(Outcome::Paper) => self.paper += total,
                    Some(Outcome::Data) => self.data += total,
                    _ => {}
                }
            }
            Quantity::Fields => match key.detail.as_str() {
                "card" => self.fields.card += total,
                "desk" => self.fields.desk += total,
                "typed" => self.fields.typed += total,
                _ => {}
            },
            Quantity::Seconds => self.times.seconds += total,
            Quantity::Times => self.times.add(&key.detail, *total),
            Quantity::Reads => {}
        }
    }
}

impl Summary {
    /// What was counted, added up.
    pub fn of(counted: Counted, services: &Services) -> Self {
        let mut lines = lines_of(services);
        let mut total = ServiceLine::named(0, "Tổng số".to_owned(), Words::new("Tổng số", "Total"));
        let (mut ways, mut outcomes, mut reads) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for sum in &counted.sums {
            match sum.key.of {
                Quantity::Visits => {
                    *ways.entry(sum.key.way).or_insert(0) += sum.total;
                    *outcomes.entry(sum.key.detail.as_str()).or_insert(0) += sum.total;
                }
                Quantity::Reads => {
                    *reads.entry(sum.key.detail.as_str()).or_insert(0) += sum.total;
                    continue;
                }
                _ => {}
            }
            total.add(sum);
            lines.entry(sum.key.service).or_insert_with(|| unknown(sum.key.service)).add(sum);
        }
        let count = |found: &BTreeMap<&str, u64>, code: &str| found.get(code).copied().unwrap_or(0);
        let ways = WAYS.map(|way| (way, way_words(way), ways.get(&way).copied().unwrap_or(0)));
        let outcomes = Outcome::ALL.map(|outcome| (outcome, outcome.words(), count(&outcomes, outcome.code())));
        let reads = READS.map(|(code, vi, en)| (Words::new(vi, en), count(&reads, code)));
        let shown = |line: &ServiceLine| (1..=LAST_ESSENTIAL).contains(&line.number) || line.visits > 0;
        // What was of no service comes last.
        let none = lines.remove(&0);
        let services = lines.into_values().chain(none).filter(shown).collect();
        Self { services, total, ways: ways.into(), outcomes: outcomes.into(), reads: reads.into(), days: counted.days }
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.total.visits == 0 && self.read() == 0
    }

    /// All reads.
    pub fn read(&self) -> u64 {
        self.reads.iter().map(|(_, count)| count).sum()
    }
}

/// A line of nothing for each service that there is.
fn lines_of(services: &Services) -> BTreeMap<u16, ServiceLine> {
    let line = |service: &Service| {
        ServiceLine::named(service.number, service.name.clone(), Words::new(&service.short, &service.short_en))
    };
    services.all().iter().map(|service| (service.number, line(service))).collect()
}

/// What was counted of no service, or of one that an office has taken away since.
fn unknown(number: u16) -> ServiceLine {
    let (name, short) = match number {
        0 => (
            "Không chọn dịch vụ (chỉ đọc, đối chiếu thông tin)".to_owned(),
            Words::new("Không chọn dịch vụ", "No service chosen"),
        ),
        _ => (
            format!("Dịch vụ số {number} (không còn trong danh mục)"),
            Words::new(format!("Dịch vụ số {number}"), format!("Service {number}")),
        ),
    };
    ServiceLine::named(number, name, short)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::desk::figures::sums::Key;

    fn sum(of: Quantity, service: u16, way: u8, detail: &str, total: u64) -> Sum {
        Sum { key: Key { of, service, way, detail: detail.to_owned() }, total }
    }

    fn some() -> Counted {
        let days = [(date(2026, 11, 3), 7), (date(2026, 11, 4), 5)].into();
        let sums = vec![
            sum(Quantity::Visits, 4, 5, "paper", 5),
            sum(Quantity::Visits, 4, 2, "data", 2),
            sum(Quantity::Visits, 4, 5, "failed_key", 1),
            sum(Quantity::Visits, 0, 4, "record", 3),
            sum(Quantity::Visits, 333, 5, "paper", 1),
            sum(Quantity::Fields, 4, 0, "card", 90),
            sum(Quantity::Fields, 4, 0, "typed", 30),
            sum(Quantity::Seconds, 4, 0, "", 700),
            sum(Quantity::Times, 4, 0, "120", 7),
            sum(Quantity::Reads, 0, 5, "genuine", 9),
        ];
        Counted { sums, days }
    }

    #[test]
    fn every_essential_service_has_its_line_and_others_where_something_was_done() {
        let services = Services::embedded();
        let empty = Summary::of(Counted::default(), &services);
        assert!(empty.is_empty());
        assert_eq!(empty.services.iter().map(|line| line.number).collect::<Vec<_>>(), (1..=25).collect::<Vec<_>>());
        assert!(empty.services.iter().all(|line| !line.name.is_empty() && line.visits == 0));
        let summary = Summary::of(some(), &services);
        let numbers: Vec<u16> = summary.services.iter().map(|line| line.number).collect();
        assert_eq!(numbers.get(25..), Some([333, 0].as_slice()));
    }

    #[test]
    fn what_is_shown_in_parts_adds_up_to_the_whole() {
        let summary = Summary::of(some(), &Services::embedded());
        assert_eq!(summary.total.visits, 12);
        assert_eq!((summary.total.served(), summary.total.unserved()), (8, 4));
        let of = |lines: Vec<u64>| lines.into_iter().sum::<u64>();
        assert_eq!(of(summary.services.iter().map(|line| line.visits).collect()), 12);
        assert_eq!(of(summary.ways.iter().map(|(.., count)| *count).collect()), 12);
        assert_eq!(of(summary.outcomes.iter().map(|(.., count)| *count).collect()), 12);
        assert_eq!(of(summary.days.values().copied().collect()), 12);
        assert_eq!(summary.read(), 9);
    }

    #[test]
    fn minutes_saved_are_the_fields_of_the_card_times_the_assumption() {
        let summary = Summary::of(some(), &Services::embedded());
        assert_eq!(summary.total.minutes_saved(SecondsPerField::default()), 12, "90 fields of 8 seconds");
        assert_eq!(summary.total.minutes_saved(SecondsPerField::try_from(20).unwrap()), 30);
        assert!(SecondsPerField::try_from(0).is_err() && SecondsPerField::try_from(121).is_err());
        assert_eq!(summary.total.times.mean(), Some(100));
    }
}
