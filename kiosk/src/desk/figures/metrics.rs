//! The same sums for Prometheus, as OpenMetrics text: counters since the first day that is kept, over all starts of the program.
//!
//! Names and units follow the conventions of Prometheus: a prefix of the program, base units, `_total` for what only grows.
//! Labels are stable names of this program and numbers of services, so that there are as many series as services × ways ×
//! outcomes that ever came about, and no more. Whoever wants minutes saved multiplies the fields by
//! `cccd_desk_typing_seconds_per_field`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::outcome::way_code;
use super::standard::Standard;
use super::summary::SecondsPerField;
use super::sums::{Quantity, Sum};
use super::times::{BOUNDS, Times};

/// What it is sent as.
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The shortest token that is taken: what can be guessed is none.
const SHORTEST_TOKEN: usize = 16;

/// What a scraper shows to be let in; only its hash is held.
#[derive(Clone, Copy)]
pub struct ScrapeToken([u8; 32]);

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The file cannot be read.
    #[error("cannot read the token for metrics {0}: {1}")]
    Unreadable(std::path::PathBuf, #[source] std::io::Error),
    /// It is too short to be a secret.
    #[error("the token for metrics in {0} has fewer than 16 characters: make one with `openssl rand -hex 24`")]
    Short(std::path::PathBuf),
}

impl ScrapeToken {
    /// The token in a file, without the space around it.
    ///
    /// # Errors
    /// The file cannot be read, or what stands in it can be guessed.
    pub fn of_file(path: &Path) -> Result<Self, TokenError> {
        let text = std::fs::read_to_string(path).map(Zeroizing::new);
        let text = text.map_err(|error| TokenError::Unreadable(path.to_owned(), error))?;
        let token = text.trim();
        if token.len() < SHORTEST_TOKEN { Err(TokenError::Short(path.to_owned())) } else { Ok(Self::of(token)) }
    }

    fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }

    /// Whether this header shows it (RFC 6750, section 2.1). Hashes are compared: how long that takes tells nothing of the token.
    pub fn is_shown(&self, authorization: Option<&str>) -> bool {
        let shown = authorization.and_then(|value| value.split_once(' '));
        shown.is_some_and(|(kind, token)| kind.eq_ignore_ascii_case("bearer") && Self::of(token.trim()).0 == self.0)
    }
}

/// What is scraped.
#[derive(Debug)]
pub struct Scrape {
    /// The sums of all days.
    pub sums: Vec<Sum>,
    /// What is standardised.
    pub standard: Standard,
    /// What a field takes by hand.
    pub seconds_per_field: SecondsPerField,
}

/// Labels and their values.
type Labels = Vec<(&'static str, String)>;

impl Scrape {
    /// As text.
    ///
    /// # Errors
    /// None that sums can cause.
    pub fn text(self) -> Result<String, fmt::Error> {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self));
        let mut text = String::new();
        encode(&mut text, &registry)?;
        Ok(text)
    }

    /// The sums of a quantity, by labels.
    fn by(&self, of: Quantity, labels: impl Fn(&Sum) -> Labels) -> BTreeMap<Labels, u64> {
        let mut sums = BTreeMap::new();
        for sum in self.sums.iter().filter(|sum| sum.key.of == of) {
            *sums.entry(labels(sum)).or_insert(0) += sum.total;
        }
        sums
    }

    fn times(&self) -> Times {
        let mut times = Times::default();
        for Sum { key, total } in &self.sums {
            match key.of {
                Quantity::Times => times.add(&key.detail, *total),
                Quantity::Seconds => times.seconds += total,
                _ => {}
            }
        }
        times
    }
}

impl Collector for Scrape {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut counters = |name, help, sums: BTreeMap<Labels, u64>| {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            sums.into_iter()
                .try_for_each(|(labels, total)| ConstCounter::new(total).encode(family.encode_family(&labels)?))
        };
        counters(
            "cccd_desk_visits",
            "Visits that ended, by service (0: none chosen), way and outcome",
            self.by(Quantity::Visits, |sum| {
                let service = ("service", sum.key.service.to_string());
                vec![service, ("method", way_code(sum.key.way).to_owned()), ("outcome", sum.key.detail.clone())]
            }),
        )?;
        counters(
            "cccd_desk_fields",
            "Fields of forms that left the desk, by service and by who filled them",
            self.by(Quantity::Fields, |sum| {
                vec![("service", sum.key.service.to_string()), ("filled_by", sum.key.detail.clone())]
            }),
        )?;
        counters(
            "cccd_desk_reads",
            "Cards and people read or typed, by way and by what the read came to",
            self.by(Quantity::Reads, |sum| {
                vec![("method", way_code(sum.key.way).to_owned()), ("result", sum.key.detail.clone())]
            }),
        )?;
        self.encode_times(&mut encoder)?;
        self.encode_settings(&mut encoder)
    }
}

impl Scrape {
    fn encode_times(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let times = self.times();
        let bounds = BOUNDS.iter().map(|bound| f64::from(*bound)).chain([f64::INFINITY]);
        let buckets: Vec<(f64, u64)> = bounds.zip(times.counts).collect();
        let help = "How long visits that were served took";
        let (name, unit) = ("cccd_desk_visit_duration", Unit::Seconds);
        let mut histogram = encoder.encode_descriptor(name, help, Some(&unit), MetricType::Histogram)?;
        histogram.encode_histogram::<NoLabelSet>(times.seconds as f64, times.visits(), &buckets, None)
    }

    fn encode_settings(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let mut gauge = |name, help, values: &[(&'static str, u64)]| {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            values.iter().try_for_each(|(of, value)| {
                let labels = [("of", *of)];
                ConstGauge::new(*value).encode(family.encode_family(&labels)?)
            })
        };
        let Standard { essential, services, forms } = self.standard;
        let parts = [("essential_services", essential.part), ("services", services.part), ("forms", forms.part)];
        gauge("cccd_desk_standardised", "Services and forms that are filled from the card", &parts)?;
        let wholes = [("essential_services", essential.whole), ("services", services.whole), ("forms", forms.whole)];
        gauge("cccd_desk_offered", "Services and forms that there are", &wholes)?;
        let help = "What the office takes for the time to type one field by hand";
        let name = "cccd_desk_typing_seconds_per_field";
        let seconds = ConstGauge::new(self.seconds_per_field.seconds());
        seconds.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::figures::sums::Key;

    fn sum(of: Quantity, way: u8, detail: &str, total: u64) -> Sum {
        Sum { key: Key { of, service: 4, way, detail: detail.to_owned() }, total }
    }

    #[test]
    fn sums_with_the_same_labels_are_added_up_and_the_text_is_open_metrics() {
        let sums = vec![
            sum(Quantity::Visits, 5, "paper", 2),
            sum(Quantity::Visits, 5, "paper", 3),
            sum(Quantity::Seconds, 0, "", 400),
            sum(Quantity::Times, 0, "60", 4),
            sum(Quantity::Times, 0, "longer", 1),
        ];
        let scrape = Scrape { sums, standard: Standard::default(), seconds_per_field: SecondsPerField::default() };
        let text = scrape.text().unwrap();
        for line in [
            "# TYPE cccd_desk_visits counter",
            "cccd_desk_visits_total{service=\"4\",method=\"chip\",outcome=\"paper\"} 5",
            "# UNIT cccd_desk_visit_duration_seconds seconds",
            "cccd_desk_visit_duration_seconds_sum 400.0",
            "cccd_desk_visit_duration_seconds_count 5",
            "cccd_desk_visit_duration_seconds_bucket{le=\"30.0\"} 0",
            "cccd_desk_visit_duration_seconds_bucket{le=\"60.0\"} 4",
            "cccd_desk_visit_duration_seconds_bucket{le=\"1800.0\"} 4",
            "cccd_desk_visit_duration_seconds_bucket{le=\"+Inf\"} 5",
            "cccd_desk_typing_seconds_per_field 8",
        ] {
            assert!(text.lines().any(|other| other == line), "{line}\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn only_who_shows_the_token_is_let_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "0123456789abcdef\n").unwrap();
        let token = ScrapeToken::of_file(&path).unwrap();
        assert!(token.is_shown(Some("Bearer 0123456789abcdef")));
        for other in [None, Some(""), Some("Bearer "), Some("Bearer 0123456789abcdeF"), Some("Basic 0123456789abcdef")]
        {
            assert!(!token.is_shown(other), "{other:?}");
        }
        std::fs::write(&path, "secret").unwrap();
        assert!(matches!(ScrapeToken::of_file(&path), Err(TokenError::Short(_))));
    }
}
