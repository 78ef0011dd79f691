//! What a read cost: commands, bytes and time, in all and for each phase.

use std::sync::Arc;
use std::time::{Duration, Instant};

use icao9303::transport::{LinkLimits, Transport, TransportError};

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

    fn elapsed(&self) -> Duration {
        (self.0)()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({:?})", self.elapsed())
    }
}

/// Counts what goes over a link.
#[derive(Clone, Debug)]
pub struct Statistics {
    clock: Clock,
    began: Duration,
    /// Commands sent.
    pub apdus: u32,
    /// Bytes of all commands.
    pub bytes_sent: u64,
    /// Bytes of all responses.
    pub bytes_received: u64,
    phases: Vec<(String, Duration)>,
    current: Option<(String, Duration)>,
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
        let began = clock.elapsed();
        Self { clock, began, apdus: 0, bytes_sent: 0, bytes_received: 0, phases: Vec::new(), current: None }
    }

    /// Ends the phase that runs and begins another; time adds up where a phase comes again.
    pub fn phase(&mut self, name: &str) {
        self.end_phase();
        self.current = Some((name.to_owned(), self.clock.elapsed()));
    }

    /// Ends the phase that runs.
    pub fn end_phase(&mut self) {
        if let Some((name, began)) = self.current.take() {
            let spent = self.clock.elapsed().saturating_sub(began);
            match self.phases.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => *sum += spent,
                None => self.phases.push((name, spent)),
            }
        }
    }

    /// The phases that ended, in the order in which they first began.
    #[must_use]
    pub fn phases(&self) -> &[(String, Duration)] {
        &self.phases
    }

    /// Since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.clock.elapsed().saturating_sub(self.began)
    }
}

/// A link that is counted.
#[derive(Debug)]
pub struct Metered<'a, T> {
    link: T,
    statistics: &'a mut Statistics,
}

impl<'a, T> Metered<'a, T> {
    /// Counts what goes over a link.
    pub fn new(link: T, statistics: &'a mut Statistics) -> Self {
        Self { link, statistics }
    }

    /// The numbers until now.
    pub fn statistics(&mut self) -> &mut Statistics {
        self.statistics
    }
}

impl<T: Transport> Transport for Metered<'_, T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.statistics.apdus += 1;
        self.statistics.bytes_sent += command.len() as u64;
        let response = self.link.transmit(command)?;
        self.statistics.bytes_received += response.len() as u64;
        Ok(response)
    }

    fn limits(&self) -> LinkLimits {
        self.link.limits()
    }
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
        let mut statistics = Statistics::start();
        let mut link = Metered::new(Echo, &mut statistics);
        link.transmit(&[0, 0xB0, 0, 0, 0]).unwrap();
        link.transmit(&[]).unwrap_err();
        assert_eq!((statistics.apdus, statistics.bytes_sent, statistics.bytes_received), (2, 5, 2));
    }

    #[test]
    fn a_phase_that_comes_again_adds_up_in_its_first_place() {
        let mut statistics = Statistics::start();
        for name in ["access", "DG1", "access"] {
            statistics.phase(name);
        }
        statistics.end_phase();
        let names: Vec<_> = statistics.phases().iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["access", "DG1"]);
    }
}
