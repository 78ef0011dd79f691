//! Says whether a read hangs. A call to a silent chip may never come back, and nothing makes it: so whoever waits for the
//! read has to know until when it may last, from another thread.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use icao9303::transport::TransportError;

/// The limit of the call that runs now. Clones are the same: one with who calls, one with who waits.
#[derive(Clone, Debug, Default)]
pub struct Watchdog(Arc<Mutex<Option<Limit>>>);

#[derive(Clone, Debug)]
struct Limit {
    until: Instant,
    error: TransportError,
}

/// How long to wait at most before looking whether a call has begun.
const LOOK: Duration = Duration::from_millis(500);

impl Watchdog {
    /// Makes a call that has to be back by then; if it is not, this is why nothing comes of the read.
    pub fn watch<R>(&self, until: Instant, error: TransportError, call: impl FnOnce() -> R) -> R {
        *self.limit() = Some(Limit { until, error });
        let result = call();
        *self.limit() = None;
        result
    }

    /// How long to wait before asking whether a call is [overdue](Self::overdue).
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.limit().as_ref().map_or(LOOK, |limit| limit.until.saturating_duration_since(Instant::now()))
    }

    /// Why the read is to be given up, where a call should have been back by now.
    #[must_use]
    pub fn overdue(&self) -> Option<TransportError> {
        self.limit().as_ref().filter(|limit| limit.until <= Instant::now()).map(|limit| limit.error.clone())
    }

    fn limit(&self) -> MutexGuard<'_, Option<Limit>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_overdue_once_its_time_is_over_and_no_more_when_it_is_back() {
        let (caller, waiting) = (Watchdog::default(), Watchdog::default());
        assert_eq!((waiting.patience(), waiting.overdue()), (LOOK, None));
        let waiting = caller.clone();
        caller.watch(Instant::now(), TransportError::Timeout, || {
            assert_eq!((waiting.patience(), waiting.overdue()), (Duration::ZERO, Some(TransportError::Timeout)));
        });
        assert_eq!((waiting.patience(), waiting.overdue()), (LOOK, None));
        caller.watch(Instant::now() + Duration::from_secs(3600), TransportError::Timeout, || {
            assert!(waiting.overdue().is_none() && waiting.patience() > LOOK);
        });
    }
}
