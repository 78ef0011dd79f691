//! Reads a recorded card anew: the same steps as a live read, with what was recorded in the place of card, reader, clock
//! and random numbers.

use std::collections::BTreeMap;

use icao9303::lds::file::ElementaryFile;

use super::replay::{Divergence, Replay};
use super::settings::Settings;
use super::{Trace, trust};
use crate::assessment::{self, Assessment, Evidence, Yardstick};
use crate::read::{self, Event, ReadError, Reading, Statistics};
use crate::trust_store::Trusted;

/// A recorded card that was read anew.
#[derive(Debug)]
pub struct Rerun {
    /// How the read began.
    pub settings: Settings,
    /// Who was trusted.
    pub trusted: Trusted,
    /// What the chip gave, or why it could not be read. An error is the recorded one come again.
    pub outcome: Result<Reading, ReadError>,
    /// The files that came whole, in whichever session.
    pub files: BTreeMap<ElementaryFile, Vec<u8>>,
    /// What was counted; the times are those of the recording.
    pub statistics: Statistics,
    /// What was being done: the number of events that were played before it began (links, exchanges, random numbers, as
    /// [`Divergence::event`] counts them), and its name.
    pub phases: Vec<(usize, String)>,
    /// Where the session left the recording.
    pub divergence: Option<Divergence>,
}

/// Reads a recorded card anew.
///
/// # Errors
/// What of the trace is missing or malformed.
pub fn rerun(trace: &Trace) -> Result<Rerun, String> {
    let settings = Settings::of(trace)?;
    let trusted = trust::of(trace)?;
    let replay = Replay::new(trace);
    let statistics = Statistics::start_by(replay.clock());
    let (mut phases, mut files) = (Vec::new(), BTreeMap::new());
    let mut observe = |event: Event<'_>| match event {
        Event::Phase(name) => phases.push((replay.position(), name.to_owned())),
        Event::File(name, bytes) => {
            files.insert(name, bytes.to_vec());
        }
        Event::WaitingForCard | Event::Resumed | Event::StartedOver => {}
    };
    let mut source = replay.clone();
    let outcome = read::read(&mut source, &settings.request, &statistics, &mut replay.rng(), &mut observe);
    let divergence = replay.finish().err();
    Ok(Rerun { settings, trusted, outcome, files, statistics, phases, divergence })
}

impl Rerun {
    /// What the reading is worth: as the original, but not live. Nothing where there is none.
    #[must_use]
    pub fn assessment(&self) -> Option<Assessment> {
        let reading = self.outcome.as_ref().ok()?;
        let asked = self.settings.request.goal.numbers();
        let by = Yardstick { trusted: &self.trusted, at: self.settings.at, given: self.settings.given() };
        Some(assessment::assess(&Evidence::of(reading, asked.as_deref(), false), &by))
    }
}
