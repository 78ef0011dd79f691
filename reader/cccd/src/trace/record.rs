//! Records a live session: wrap the transport and the random number generator, and each line is on disk before the next
//! command leaves, so that a session which ends badly is recorded to its end.

use std::{
    convert::Infallible,
    fs::File,
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use icao9303::transport::{Learnt, LinkLimits, Transport, TransportError};
use rand_core::{CryptoRng, TryCryptoRng, TryRng};
use zeroize::Zeroizing;

use super::{Event, text};
use crate::read::{CardSource, Watchdog};

/// Where a session is recorded. Clones write to the same trace.
#[derive(Clone)]
pub struct Recorder {
    sink: Arc<Mutex<Sink>>,
    start: Instant,
}

struct Sink {
    writer: Box<dyn Write + Send>,
    failure: Option<io::Error>,
    /// Nothing of the session is recorded any more.
    stopped: bool,
}

impl Recorder {
    /// Records into a new file that only its owner may read (mode 0600).
    ///
    /// # Errors
    /// The file exists or cannot be made: a trace never overwrites another.
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        Ok(Self::new(file))
    }

    /// Records into a writer.
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        let mut sink = Sink { writer: Box::new(writer), failure: None, stopped: false };
        sink.write(text::FORMAT);
        Self { sink: Arc::new(Mutex::new(sink)), start: Instant::now() }
    }

    /// Counts time from now on.
    pub fn begin(&mut self) {
        self.start = Instant::now();
    }

    /// Adds an event.
    pub fn event(&self, event: &Event) {
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        if !(sink.stopped && event.is_of_the_session()) {
            sink.write(&text::line(event));
        }
    }

    /// Records nothing more of what goes between terminal and chip: Terminal Authentication begins. With what a trace
    /// holds the session could be deciphered, and fingerprints must not lie in one; a replay, which has no terminal, ends
    /// here too.
    pub fn stop(&self) {
        self.sink.lock().unwrap_or_else(PoisonError::into_inner).stopped = true;
    }

    /// Time since recording began.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Ends the recording.
    ///
    /// # Errors
    /// The first error in writing, if there was one: a session goes on without its trace, and says so at its end.
    pub fn finish(self) -> io::Result<()> {
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        match sink.failure.take() {
            Some(error) => Err(error),
            None => sink.writer.flush(),
        }
    }

    /// Records what passes through a transport.
    pub fn transport<T: Transport>(&self, inner: T) -> RecordingTransport<T> {
        RecordingTransport { inner, recorder: self.clone() }
    }

    /// Records the links that a source opens.
    pub fn source<S: CardSource>(&self, inner: S) -> RecordingSource<S> {
        RecordingSource { inner, recorder: self.clone() }
    }

    /// Records what a random number generator gives.
    pub fn rng<R: CryptoRng>(&self, inner: R) -> RecordingRng<R> {
        RecordingRng { inner, recorder: self.clone() }
    }
}

impl Sink {
    fn write(&mut self, line: &str) {
        if self.failure.is_none() {
            let mut whole = Zeroizing::new(String::with_capacity(line.len().saturating_add(1)));
            whole.push_str(line);
            whole.push('\n');
            self.failure = self.writer.write_all(whole.as_bytes()).err();
        }
    }
}

/// A transport whose exchanges are recorded.
pub struct RecordingTransport<T> {
    inner: T,
    recorder: Recorder,
}

impl<T: Transport> Transport for RecordingTransport<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.recorder.event(&Event::Command(self.recorder.elapsed(), command.to_vec()));
        let answer = self.inner.transmit(command);
        let at = self.recorder.elapsed();
        self.recorder.event(&match &answer {
            Ok(response) => Event::Response(at, response.clone()),
            Err(error) => Event::LinkError(at, error.clone()),
        });
        answer
    }

    fn limits(&self) -> LinkLimits {
        self.inner.limits()
    }

    fn learnt(&self) -> Option<Learnt> {
        self.inner.learnt()
    }
}

/// A source of cards whose links are recorded.
pub struct RecordingSource<S> {
    inner: S,
    recorder: Recorder,
}

impl<S: CardSource> CardSource for RecordingSource<S> {
    type Link<'b>
        = RecordingTransport<S::Link<'b>>
    where
        Self: 'b;

    fn open(&mut self) -> Result<RecordingTransport<S::Link<'_>>, TransportError> {
        let opened = self.inner.open();
        self.recorder.event(&match &opened {
            Ok(link) => Event::Limits(link.limits(), link.learnt()),
            Err(error) => Event::LinkError(self.recorder.elapsed(), error.clone()),
        });
        Ok(self.recorder.transport(opened?))
    }

    fn wait_for_return(&mut self) -> Result<bool, TransportError> {
        let returned = self.inner.wait_for_return()?;
        if returned {
            self.recorder.event(&Event::CardReturned(self.recorder.elapsed()));
        }
        Ok(returned)
    }

    fn atr(&self) -> Option<Vec<u8>> {
        self.inner.atr()
    }

    fn watchdog(&self) -> Watchdog {
        self.inner.watchdog()
    }

    fn learn(&mut self, learnt: Option<Learnt>) {
        self.inner.learn(learnt);
    }
}

/// A random number generator whose output is recorded.
pub struct RecordingRng<R> {
    inner: R,
    recorder: Recorder,
}

impl<R: CryptoRng> RecordingRng<R> {
    fn record(&self, bytes: &[u8]) {
        self.recorder.event(&Event::Random(Zeroizing::new(bytes.to_vec())));
    }
}

impl<R: CryptoRng> TryRng for RecordingRng<R> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let value = self.inner.next_u32();
        self.record(&value.to_le_bytes());
        Ok(value)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let value = self.inner.next_u64();
        self.record(&value.to_le_bytes());
        Ok(value)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.inner.fill_bytes(bytes);
        self.record(bytes);
        Ok(())
    }
}

impl<R: CryptoRng> TryCryptoRng for RecordingRng<R> {}
