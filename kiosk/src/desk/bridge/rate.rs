//! How much of something is taken in a while.

use std::time::{Duration, Instant};

/// What one origin may do: none of it at the cost of another.
pub struct Budget {
    /// Its HTTP requests.
    pub requests: Rate,
    /// What it asks to be read, over however many connections.
    pub reads: Rate,
    /// Its senseless messages that are recorded: one stands for all of a while.
    pub notes: Rate,
}

impl Budget {
    /// That of an origin that comes now.
    pub fn begin(now: Instant) -> Self {
        let minute = Duration::from_secs(60);
        // More reads than one officer can serve.
        Self {
            requests: Rate::new(240, minute, now),
            reads: Rate::new(20, minute, now),
            notes: Rate::new(1, minute, now),
        }
    }
}

/// A count that begins anew after each span.
#[derive(Clone, Debug)]
pub struct Rate {
    most: u32,
    span: Duration,
    since: Instant,
    count: u32,
}

impl Rate {
    /// Messages of one connection.
    pub fn of_messages(now: Instant) -> Self {
        Self::new(40, Duration::from_secs(10), now)
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
