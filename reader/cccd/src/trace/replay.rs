//! Plays a recorded session again: the reader's commands are compared with the recorded ones, and it is given the
//! recorded answers and random numbers. No card, no reader, the same result every time.

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use icao9303::transport::{Learnt, LinkLimits, Transport, TransportError};
use rand_core::{TryCryptoRng, TryRng};

use super::{Event, Trace};
use crate::read::CardSource;
use crate::read::statistics::Clock;

/// Where the recorded events are taken from: by the transport and the random number generator in turn.
#[derive(Clone)]
pub struct Replay {
    state: Arc<Mutex<State>>,
}

struct State {
    /// The exchanges and random numbers still to come, each with its number among them from 1.
    events: VecDeque<(usize, Event)>,
    /// How many there were.
    count: usize,
    limits: LinkLimits,
    learnt: Option<Learnt>,
    /// The time of the recording.
    now: Duration,
    divergence: Option<Divergence>,
}

/// The reader did something else than in the recorded session: another version of it, or an edited trace.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the replay differs from the recording at event {event}: {what}")]
pub struct Divergence {
    /// Which of the recorded exchanges and random numbers, from 1.
    pub event: usize,
    /// What differs.
    pub what: &'static str,
}

impl Replay {
    /// A replay of a trace from its beginning.
    #[must_use]
    pub fn new(trace: &Trace) -> Self {
        let played = |event: &&Event| {
            matches!(
                event,
                Event::Random(_)
                    | Event::Limits(..)
                    | Event::Command(..)
                    | Event::Response(..)
                    | Event::LinkError(..)
                    | Event::CardReturned(_)
            )
        };
        let events = (1..).zip(trace.events.iter().filter(played).cloned()).collect();
        let events: VecDeque<_> = events;
        let count = events.len();
        let state =
            State { events, count, limits: LinkLimits::SHORT, learnt: None, now: Duration::ZERO, divergence: None };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// The clock of the recording: it stands at the event that was played last.
    #[must_use]
    pub fn clock(&self) -> Clock {
        let replay = self.clone();
        Clock::new(move || replay.state().now)
    }

    /// How many events were played.
    #[must_use]
    pub fn position(&self) -> usize {
        let state = self.state();
        state.events.front().map_or(state.count, |(number, _)| number.saturating_sub(1))
    }

    /// Ends the replay.
    ///
    /// # Errors
    /// The session left the recording on its way, or ended before it.
    pub fn finish(&self) -> Result<(), Divergence> {
        let mut state = self.state();
        if !state.events.is_empty() {
            let _ = state.diverge("the session ended before the recording");
        }
        state.divergence.clone().map_or(Ok(()), Err)
    }

    /// The transport of the replay.
    #[must_use]
    pub fn transport(&self) -> ReplayTransport {
        ReplayTransport(self.clone())
    }

    /// The random number generator of the replay.
    #[must_use]
    pub fn rng(&self) -> ReplayRng {
        ReplayRng(self.clone())
    }

    /// Whether a card was put back at this point of the recording; the replay then goes on behind it.
    #[must_use]
    pub fn card_returned(&self) -> bool {
        let mut state = self.state();
        let returned = matches!(state.events.front(), Some((_, Event::CardReturned(_))));
        if returned {
            state.pop();
        }
        returned
    }

    /// Where the session left the recording, if it did.
    #[must_use]
    pub fn divergence(&self) -> Option<Divergence> {
        self.state().divergence.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn diverge(&mut self, what: &'static str) -> TransportError {
        let event = self.events.front().map_or(0, |(number, _)| *number);
        let divergence = self.divergence.get_or_insert(Divergence { event, what });
        TransportError::Failed(divergence.to_string())
    }

    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if let Some(divergence) = &self.divergence {
            return Err(TransportError::Failed(divergence.to_string()));
        }
        if matches!(self.events.front(), Some((_, Event::Limits(..)))) {
            self.open()?;
        }
        match self.events.front() {
            Some((_, Event::Command(_, recorded))) if recorded == command => {}
            Some((_, Event::Command(..))) => return Err(self.diverge("another command was sent")),
            Some(_) => return Err(self.diverge("a command was sent where none was recorded")),
            None => return Err(self.diverge("a command was sent after the end of the recording")),
        }
        self.pop();
        match self.events.front() {
            Some((_, Event::Response(..) | Event::LinkError(..))) => match self.pop() {
                Some(Event::Response(_, response)) => Ok(response),
                Some(Event::LinkError(_, error)) => Err(error),
                _ => Err(self.diverge("no answer was recorded")),
            },
            Some(_) => Err(self.diverge("no answer was recorded")),
            // The recording ends with a command: whoever recorded it was killed while the chip was silent.
            None => Err(TransportError::Timeout),
        }
    }

    /// A link is opened: what it carries is recorded, or why it could not be.
    fn open(&mut self) -> Result<(), TransportError> {
        match self.events.front() {
            Some((_, Event::Limits(limits, learnt))) => {
                (self.limits, self.learnt) = (*limits, *learnt);
                self.pop();
                Ok(())
            }
            Some((_, Event::LinkError(_, error))) => {
                let error = error.clone();
                self.pop();
                Err(error)
            }
            // Written by hand: as the link before.
            _ => Ok(()),
        }
    }

    /// Takes the next event and sets the clock to it.
    fn pop(&mut self) -> Option<Event> {
        let (_, event) = self.events.pop_front()?;
        if let Event::Command(at, _) | Event::Response(at, _) | Event::LinkError(at, _) | Event::CardReturned(at) =
            &event
        {
            self.now = self.now.max(*at);
        }
        Some(event)
    }

    fn draw(&mut self, bytes: &mut [u8]) {
        match self.events.front() {
            Some((_, Event::Random(recorded))) if recorded.len() == bytes.len() && self.divergence.is_none() => {
                bytes.copy_from_slice(recorded);
                self.pop();
            }
            // A generator cannot fail: the next command will, before these numbers reach a chip. No zeros: whoever draws
            // a private key would draw again and again.
            _ => {
                bytes.fill(1);
                let _ = self.diverge("other random numbers were drawn");
            }
        }
    }
}

/// Answers with what was recorded.
pub struct ReplayTransport(Replay);

impl Transport for ReplayTransport {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.0.state().exchange(command)
    }

    fn limits(&self) -> LinkLimits {
        self.0.state().limits
    }

    fn learnt(&self) -> Option<Learnt> {
        self.0.state().learnt
    }
}

/// The card of the recording: removed and put back where it was then.
impl CardSource for Replay {
    type Link<'a> = ReplayTransport;

    fn open(&mut self) -> Result<ReplayTransport, TransportError> {
        self.state().open()?;
        Ok(self.transport())
    }

    fn wait_for_return(&mut self) -> Result<bool, TransportError> {
        Ok(self.card_returned())
    }
}

/// Gives the random numbers that were recorded. It serves replays only, where nothing depends on their secrecy.
pub struct ReplayRng(Replay);

impl TryRng for ReplayRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.state().draw(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.state().draw(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.state().draw(bytes);
        Ok(())
    }
}

impl TryCryptoRng for ReplayRng {}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use rand_core::{Rng, UnwrapErr};

    use super::*;
    use crate::trace::record::Recorder;

    struct Echo;

    impl Transport for Echo {
        fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            if command == [0xFF] { Err(TransportError::CardRemoved) } else { Ok([command, &[0x90, 0x00]].concat()) }
        }

        fn limits(&self) -> LinkLimits {
            LinkLimits::SHORT
        }
    }

    struct Lines(mpsc::Sender<Vec<u8>>);

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.send(bytes.to_vec()).map_err(std::io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn recorded() -> Trace {
        let (lines, written) = mpsc::channel();
        let recorder = Recorder::new(Lines(lines));
        let mut transport = recorder.transport(Echo);
        transport.transmit(&[1, 2]).unwrap();
        recorder.rng(UnwrapErr(getrandom::SysRng)).fill_bytes(&mut [0; 8]);
        transport.transmit(&[3]).unwrap();
        transport.transmit(&[0xFF]).unwrap_err();
        drop(transport);
        recorder.finish().unwrap();
        String::from_utf8(written.try_iter().flatten().collect()).unwrap().parse().unwrap()
    }

    #[test]
    fn a_recorded_session_replays_as_it_was() {
        let trace = recorded();
        let replay = Replay::new(&trace);
        let mut transport = replay.transport();
        assert_eq!(transport.transmit(&[1, 2]).unwrap(), [1, 2, 0x90, 0x00]);
        let mut random = [0; 8];
        replay.rng().fill_bytes(&mut random);
        assert!(trace.events.iter().any(|event| matches!(event, Event::Random(bytes) if **bytes == random)));
        assert_eq!(transport.transmit(&[3]).unwrap(), [3, 0x90, 0x00]);
        assert_eq!(transport.transmit(&[0xFF]).unwrap_err(), TransportError::CardRemoved);
        assert_eq!(replay.divergence(), None);
    }

    #[test]
    fn another_command_ends_the_replay_and_names_the_event() {
        let replay = Replay::new(&recorded());
        let mut transport = replay.transport();
        transport.transmit(&[1, 2]).unwrap();
        assert!(transport.transmit(&[3]).is_err(), "random numbers come first");
        assert_eq!(replay.divergence().unwrap().event, 3);
        assert!(transport.transmit(&[3]).is_err(), "and nothing is answered from then on");
    }

    #[test]
    fn a_recording_that_ends_in_a_command_times_out() {
        let mut trace = recorded();
        trace.events.truncate(1);
        assert_eq!(Replay::new(&trace).transport().transmit(&[1, 2]).unwrap_err(), TransportError::Timeout);
    }
}
