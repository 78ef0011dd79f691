//! How long visits take: a histogram with fixed bounds and a sum, so that no single time is kept where there
//! were two visits of a kind on a day.

/// The upper bounds of the buckets, in seconds; one more takes what is longer. They are never changed once they were released:
/// what is kept is kept by them.
pub const BOUNDS: [u32; 12] = [30, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1200, 1800];

/// What stands for the last bucket.
const LONGER: &str = "longer";

/// Times of visits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// How many fell into each bucket, those above the last bound in the last.
    pub counts: [u64; BOUNDS.len() + 1],
    /// All of them together, in seconds.
    pub seconds: u64,
}

/// The stable name of the bucket that a time falls in.
pub fn bucket(seconds: u64) -> String {
    let bound = BOUNDS.iter().find(|bound| seconds <= u64::from(**bound));
    bound.map_or_else(|| LONGER.to_owned(), ToString::to_string)
}

impl Times {
    /// Adds visits to a bucket.
    pub fn add(&mut self, bucket: &str, visits: u64) {
        let place = BOUNDS.iter().position(|bound| bound.to_string() == bucket);
        let place = place.or((bucket == LONGER).then_some(BOUNDS.len()));
        if let Some(count) = place.and_then(|place| self.counts.get_mut(place)) {
            *count = count.saturating_add(visits);
        }
    }

    /// How many visits.
    pub fn visits(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The mean, in seconds.
    pub fn mean(&self) -> Option<u64> {
        self.seconds.checked_div(self.visits())
    }

    /// The median, in seconds: within its bucket as if times were spread evenly there, as Prometheus' `histogram_quantile` takes
    /// it. Above the last bound that bound is all that is known.
    pub fn median(&self) -> Option<u64> {
        let visits = self.visits();
        if visits == 0 {
            return None;
        }
        let half = visits as f64 / 2.0;
        let (mut before, mut lower) = (0_u64, 0_u32);
        for (bound, count) in BOUNDS.iter().zip(self.counts) {
            if count > 0 && (before + count) as f64 >= half {
                let part = (half - before as f64) / count as f64;
                return Some((f64::from(lower) + part * f64::from(bound - lower)).round() as u64);
            }
            before += count;
            lower = *bound;
        }
        BOUNDS.last().map(|bound| u64::from(*bound))
    }
}

/// A time as it is written: `4:05`, `1:02:03`.
pub fn written(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(all: &[u64]) -> Times {
        let mut times = Times::default();
        for seconds in all {
            times.add(&bucket(*seconds), 1);
            times.seconds += seconds;
        }
        times
    }

    #[test]
    fn a_time_on_a_bound_falls_below_it() {
        assert_eq!([0, 30, 31, 1800, 1801].map(bucket), ["30", "30", "60", "1800", "longer"]);
        assert_eq!(times(&[30, 31, 5000]).counts.iter().sum::<u64>(), 3);
        assert_eq!(times(&[5000]).counts.last(), Some(&1));
    }

    #[test]
    fn mean_and_median_are_of_the_sums_alone() {
        assert_eq!((times(&[]).mean(), times(&[]).median()), (None, None));
        let some = times(&[100, 200, 210, 220, 1000]);
        assert_eq!(some.mean(), Some(346));
        // The third of five is the middle of those from 180 to 240: half of 2.5 less one, of three.
        assert_eq!(some.median(), Some(210));
        assert_eq!(times(&[4000, 5000]).median(), Some(1800), "no more is known");
        assert_eq!(times(&[100, 5000]).median(), Some(120));
    }

    #[test]
    fn a_bucket_that_is_none_is_nobodys() {
        let mut times = Times::default();
        times.add("31", 1);
        times.add("", 1);
        assert_eq!(times.visits(), 0);
    }

    #[test]
    fn times_are_written_as_minutes_and_seconds() {
        assert_eq!([5, 65, 3723].map(written), ["0:05", "1:05", "1:02:03"]);
    }
}
