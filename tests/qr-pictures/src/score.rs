//! Scores decoders: what they read in how much time, and what they read wrong.

use std::time::{Duration, Instant};

use qr::{Decoder, Picture, Settings};

use crate::sensor::Grey;

/// What reads codes.
pub trait Reader {
    /// Its name.
    fn name(&self) -> &str;

    /// The payloads of a picture, and how long it took to find them.
    fn read(&mut self, picture: &Grey) -> Answer;
}

/// What a reader said of a picture.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The bytes of each code.
    pub payloads: Vec<Vec<u8>>,
    /// The time that reading took.
    pub time: Duration,
}

/// Our decoder. Every picture is read by a new one: these are no frames of one camera.
#[derive(Debug, Default)]
pub struct Ours {
    settings: Settings,
}

impl Ours {
    /// With a time budget for each picture, or without.
    #[must_use]
    pub fn new(budget: Option<Duration>) -> Self {
        Self { settings: Settings { budget, ..Settings::default() } }
    }
}

impl Reader for Ours {
    fn name(&self) -> &str {
        "ours"
    }

    fn read(&mut self, picture: &Grey) -> Answer {
        let Ok(view) = Picture::new(&picture.pixels, picture.width, picture.height, picture.width) else {
            return Answer::default();
        };
        let start = Instant::now();
        let codes = Decoder::new(self.settings).read(&view);
        Answer { time: start.elapsed(), payloads: codes.into_iter().map(|code| code.payload).collect() }
    }
}

/// How a reader did on pictures of one kind.
#[derive(Clone, Debug, Default)]
pub struct Score {
    /// Pictures read.
    pub right: usize,
    /// Codes read that are not in the picture.
    pub wrong: usize,
    /// Pictures not read.
    pub missed: Vec<String>,
    times: Vec<Duration>,
}

impl Score {
    /// Takes an answer in. Whether the picture was read, and nothing that is not in it.
    pub fn add(&mut self, id: &str, truth: Option<&[u8]>, answer: &Answer) -> bool {
        let wrong = answer.payloads.iter().filter(|payload| Some(payload.as_slice()) != truth).count();
        let found = truth.is_some_and(|truth| answer.payloads.iter().any(|payload| payload == truth));
        self.wrong += wrong;
        self.right += usize::from(found);
        if truth.is_some() && !found {
            self.missed.push(id.to_owned());
        }
        self.times.push(answer.time);
        wrong == 0 && found == truth.is_some()
    }

    /// Takes another one's answers in.
    pub fn join(&mut self, other: &Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed.extend(other.missed.iter().cloned());
        self.times.extend(&other.times);
    }

    /// Pictures looked at.
    #[must_use]
    pub fn pictures(&self) -> usize {
        self.times.len()
    }

    /// The share of the pictures read, in percent.
    #[must_use]
    pub fn percent(&self) -> f64 {
        100.0 * self.right as f64 / self.pictures().max(1) as f64
    }

    /// The time within which this share of the pictures was done, in milliseconds.
    #[must_use]
    pub fn milliseconds(&self, share: f64) -> f64 {
        let mut times = self.times.clone();
        times.sort_unstable();
        let index = (times.len() as f64 * share) as usize;
        times.get(index.min(times.len().saturating_sub(1))).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    }
}
