//! Says whether a read hangs. A call to a silent chip may never come back, and nothing makes it: so whoever waits for the
//! read has to know until when it may last, from another thread.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use icao9303::transport::{Learnt, TransportError};

/// What the call that runs now may take. Clones are the same: one with who calls, one with who waits.
#[derive(Clone, Debug, Default)]
pub struct Watchdog(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    limit: Option<Limit>,
    given_up: Option<TransportError>,
    learn: Option<Learn>,
}

struct Limit {
    until: Instant,
    error: TransportError,
}

/// Keeps what a session learnt of its link.
type Learn = Box<dyn FnOnce(Option<Learnt>) + Send>;

/// How long to wait at most before looking whether a call has begun.
const LOOK: Duration = Duration::from_millis(500);

impl Watchdog {
    /// Makes a call that has to be back by then; if it is not, this is why nothing comes of the read.
    ///
    /// # Errors
    /// The read was given up, before the call or meanwhile: nobody waits for it any more, and it has to end.
    pub fn watch<R>(
        &self,
        until: Instant,
        error: TransportError,
        call: impl FnOnce() -> R,
    ) -> Result<R, TransportError> {
        {
            let mut state = self.state();
            state.as_given_up()?;
            state.limit = Some(Limit { until, error });
        }
        let result = call();
        let mut state = self.state();
        state.limit = None;
        state.as_given_up()?;
        Ok(result)
    }

    /// Says who keeps what was learnt of the link, where the read is given up and cannot say so itself.
    pub(crate) fn set_learn(&self, learn: Option<Learn>) {
        self.state().learn = learn;
    }

    /// How long to wait before asking whether the read is to be [given up](Self::give_up_if_overdue).
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.state().limit.as_ref().map_or(LOOK, |limit| limit.until.saturating_duration_since(Instant::now()))
    }

    /// Gives the read up where a call should have been back by now, and says why. `learnt` is what it has shown of the link.
    pub fn give_up_if_overdue(&self, learnt: Option<Learnt>) -> Option<TransportError> {
        let mut state = self.state();
        let error = state.limit.as_ref().filter(|limit| limit.until <= Instant::now())?.error.clone();
        state.given_up = Some(error.clone());
        if let Some(learn) = state.learn.take() {
            learn(learnt);
        }
        Some(error)
    }

    /// Gives the read up because nobody wants it any more. It ends when the call that runs now comes back, and makes no other.
    pub fn cancel(&self) {
        let cancelled = TransportError::Failed("the read was cancelled".into());
        self.state().given_up.get_or_insert(cancelled);
    }

    /// Whether the read was given up: then nobody wants to know what becomes of it.
    #[must_use]
    pub fn has_given_up(&self) -> bool {
        self.state().given_up.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn as_given_up(&self) -> Result<(), TransportError> {
        self.given_up.clone().map_or(Ok(()), Err)
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("runs", &self.limit.is_some()).field("given_up", &self.given_up).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: TransportError = TransportError::Timeout;

    #[test]
    fn a_call_that_is_back_in_time_is_never_overdue() {
        let watchdog = Watchdog::default();
        assert_eq!((watchdog.patience(), watchdog.give_up_if_overdue(None)), (LOOK, None));
        let other = watchdog.clone();
        let until = Instant::now() + Duration::from_secs(3600);
        let result = watchdog.watch(until, TIMEOUT, || (other.give_up_if_overdue(None), other.patience() > LOOK));
        assert_eq!(result, Ok((None, true)));
        assert_eq!((watchdog.patience(), watchdog.has_given_up()), (LOOK, false));
    }

    #[test]
    fn a_read_that_nobody_wants_makes_no_more_calls() {
        let watchdog = Watchdog::default();
        watchdog.clone().cancel();
        let until = Instant::now() + Duration::from_secs(3600);
        assert!(watchdog.watch(until, TIMEOUT, || panic!("a call for nobody")).is_err());
    }

    #[test]
    fn a_read_that_was_given_up_ends_when_its_call_comes_back_and_makes_no_other() {
        let watchdog = Watchdog::default();
        let (other, learnt) = (watchdog.clone(), Arc::new(Mutex::new(0)));
        let counted = Arc::clone(&learnt);
        watchdog.set_learn(Some(Box::new(move |_| *counted.lock().unwrap() += 1)));
        let late =
            watchdog.watch(Instant::now(), TIMEOUT, || assert_eq!(other.give_up_if_overdue(None), Some(TIMEOUT)));
        assert_eq!((late, *learnt.lock().unwrap()), (Err(TIMEOUT), 1));
        let until = Instant::now() + Duration::from_secs(3600);
        assert_eq!(watchdog.watch(until, TIMEOUT, || panic!("a call for nobody")), Err::<(), _>(TIMEOUT));
    }
}
