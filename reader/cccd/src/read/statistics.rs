//! What a read cost: commands, bytes and time, in all and for each phase.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use icao9303::transport::{Learnt, LinkLimits, Transport, TransportError};

/// Tells how much time has passed: of the machine, or of a recording.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Duration + Send + Sync>);

impl Clock {
    /// The machine's, from now on.
    #[must_use]
    pub fn of_the_machine() -> Self {
        let start = Instant::now();
        Self::new(move || start.elapsed())
    }

    /// Another one. It must not run backwards.
    pub fn new(elapsed: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(elapsed))
    }

    /// How much has passed by now.
    #[must_use]
    pub fn now(&self) -> Duration {
        (self.0)()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({:?})", self.now())
    }
}

/// Counts what goes over a link. Clones count into the same numbers, so that another thread can tell what was done until a
/// read hung.
#[derive(Clone, Debug)]
pub struct Statistics {
    clock: Clock,
    began: Duration,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Debug, Default)]
struct Counts {
    apdus: u32,
    bytes_sent: u64,
    bytes_received: u64,
    phases: Vec<(String, Duration)>,
    current: Option<(String, Duration)>,
    extended: bool,
    first_command: Option<Duration>,
    last_response: Option<Duration>,
    identified: Option<Duration>,
}

impl Statistics {
    /// Starts to count, and the clock.
    #[must_use]
    pub fn start() -> Self {
        Self::start_by(Clock::of_the_machine())
    }

    /// The same by another clock.
    #[must_use]
    pub fn start_by(clock: Clock) -> Self {
        let began = clock.now();
        Self { clock, began, counts: Arc::default() }
    }

    /// Commands sent.
    #[must_use]
    pub fn apdus(&self) -> u32 {
        self.counts().apdus
    }

    /// Bytes of all commands.
    #[must_use]
    pub fn bytes_sent(&self) -> u64 {
        self.counts().bytes_sent
    }

    /// Bytes of all responses.
    #[must_use]
    pub fn bytes_received(&self) -> u64 {
        self.counts().bytes_received
    }

    /// Ends the phase that runs and begins another; time adds up where a phase comes again.
    pub fn phase(&self, name: &str) {
        let now = self.clock.now();
        let mut counts = self.counts();
        counts.end_phase(now);
        counts.current = Some((name.to_owned(), now));
    }

    /// Ends the phase that runs.
    pub fn end_phase(&self) {
        self.counts().end_phase(self.clock.now());
    }

    /// What a link is taken to carry that failed at its last command: only short length, where that one was extended.
    pub(crate) fn learnt_of_failure(&self) -> Option<Learnt> {
        self.counts().extended.then_some(Learnt { limits: LinkLimits::SHORT, block: None })
    }

    /// The phases that ended, in the order in which they first began.
    #[must_use]
    pub fn phases(&self) -> Vec<(String, Duration)> {
        self.counts().phases.clone()
    }

    /// From the first command to the last response: without the connection before, and the judgement behind.
    #[must_use]
    pub fn exchange(&self) -> Option<Duration> {
        let counts = self.counts();
        Some(counts.last_response?.saturating_sub(counts.first_command?))
    }

    /// From the first command until it was proven who it is, where that was before the end.
    #[must_use]
    pub fn identity(&self) -> Option<Duration> {
        let counts = self.counts();
        Some(counts.identified?.saturating_sub(counts.first_command?))
    }

    /// It was proven who it is, at this time of the clock.
    pub(crate) fn identified(&self, at: Duration) {
        self.counts().identified = Some(at);
    }

    /// The time of the clock.
    pub(crate) fn now(&self) -> Duration {
        self.clock.now()
    }

    /// Since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.clock.now().saturating_sub(self.began)
    }

    /// A thread that panicked leaves numbers, and no half of one.
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn end_phase(&mut self, now: Duration) {
        if let Some((name, began)) = self.current.take() {
            let spent = now.saturating_sub(began);
            match self.phases.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => *sum += spent,
                None => self.phases.push((name, spent)),
            }
        }
    }
}

/// A link that is counted.
#[derive(Debug)]
pub struct Metered<T> {
    link: T,
    statistics: Statistics,
}

impl<T> Metered<T> {
    /// Counts what goes over a link.
    pub fn new(link: T, statistics: &Statistics) -> Self {
        Self { link, statistics: statistics.clone() }
    }

    /// The numbers until now.
    pub const fn statistics(&self) -> &Statistics {
        &self.statistics
    }
}

impl<T: Transport> Transport for Metered<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let now = self.statistics.now();
        {
            let mut counts = self.statistics.counts();
            counts.apdus = counts.apdus.saturating_add(1);
            counts.bytes_sent += command.len() as u64;
            counts.first_command.get_or_insert(now);
            counts.extended = is_extended(command);
        }
        let response = self.link.transmit(command)?;
        let now = self.statistics.now();
        let mut counts = self.statistics.counts();
        counts.extended = false;
        counts.last_response = Some(now);
        counts.bytes_received += response.len() as u64;
        Ok(response)
    }

    fn limits(&self) -> LinkLimits {
        self.link.limits()
    }

    fn learnt(&self) -> Option<Learnt> {
        self.link.learnt()
    }
}

/// Whether a command has extended length fields: the first byte of these is 0, and more follow (ISO/IEC 7816-4, 5.2).
fn is_extended(command: &[u8]) -> bool {
    command.get(4) == Some(&0) && command.len() > 5
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Echo;

    impl Transport for Echo {
        fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            if command.is_empty() { Err(TransportError::CardRemoved) } else { Ok(vec![0x90, 0x00]) }
        }

        fn limits(&self) -> LinkLimits {
            LinkLimits::SHORT
        }
    }

    #[test]
    fn a_command_that_fails_is_counted_too() {
        let statistics = Statistics::start();
        let mut link = Metered::new(Echo, &statistics);
        link.transmit(&[0, 0xB0, 0, 0, 0]).unwrap();
        link.transmit(&[]).unwrap_err();
        assert_eq!((statistics.apdus(), statistics.bytes_sent(), statistics.bytes_received()), (2, 5, 2));
    }

    #[test]
    fn a_phase_that_comes_again_adds_up_in_its_first_place() {
        let statistics = Statistics::start();
        for name in ["access", "DG1", "access"] {
            statistics.phase(name);
        }
        statistics.end_phase();
        let phases = statistics.phases();
        let names: Vec<_> = phases.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["access", "DG1"]);
    }
}
