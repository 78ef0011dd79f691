//! How much of something is taken in a while.

use std::time::{Duration, Instant};

/// A count that begins anew after each span.
#[derive(Clone, Debug)]
pub struct Rate {
    most: u32,
    span: Duration,
    since: Instant,
    count: u32,
}

impl Rate {
    /// HTTP requests of pages, all together.
    pub fn of_requests(now: Instant) -> Self {
        Self::new(240, Duration::from_secs(60), now)
    }

    /// Messages of one connection.
    pub fn of_messages(now: Instant) -> Self {
        Self::new(40, Duration::from_secs(10), now)
    }

    /// Reads that one connection asks for: more than one officer can serve.
    pub fn of_reads(now: Instant) -> Self {
        Self::new(20, Duration::from_secs(60), now)
    }

    fn new(most: u32, span: Duration, now: Instant) -> Self {
        Self { most, span, since: now, count: 0 }
    }

    /// Whether one more is taken.
    pub fn take(&mut self, now: Instant) -> bool {
        if now.saturating_duration_since(self.since) >= self.span {
            (self.since, self.count) = (now, 0);
        }
        self.count = self.count.saturating_add(1);
        self.count <= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_taken_in_a_span_and_no_more() {
        let now = Instant::now();
        let mut rate = Rate::new(3, Duration::from_secs(10), now);
        assert!((0..3).all(|_| rate.take(now)));
        assert!(!rate.take(now + Duration::from_secs(9)));
        assert!(rate.take(now + Duration::from_secs(10)));
    }
}
