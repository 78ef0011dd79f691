//! A live read that is judged while it goes on: this thread drives the card, another one does passive authentication as
//! soon as the files that say who it is are there, and hands that to the caller while the portrait still comes.
//!
//! The other thread talks to no card and draws no random numbers, so a recorded read replays the same without it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::passive_authentication::EfSod;
use rand_core::CryptoRng;

use crate::assessment::identity::{self, Identity};
use crate::assessment::{self, Assessment, Evidence, Yardstick};
use crate::read::statistics::Clock;
use crate::read::{self, CardSource, Event, Goal, ReadError, Reading, Request, Statistics};

/// A card that was read and judged.
#[derive(Debug)]
pub struct Live {
    /// What it gave.
    pub reading: Reading,
    /// What that is worth.
    pub assessment: Assessment,
}

/// Who wants to know who it is before the rest has come. It is called on another thread, at most once for each session
/// with a card, and only where the identity is proven ([`Identity`]).
pub type OnIdentity<'a> = &'a mut (dyn FnMut(&Identity) + Send);

/// Reads a card and judges it.
///
/// # Errors
/// Why it could not be read. What was counted until then is in `statistics`.
pub fn read<S: CardSource>(
    source: &mut S,
    request: &Request,
    by: &Yardstick<'_>,
    statistics: &mut Statistics,
    rng: &mut dyn CryptoRng,
    observer: read::session::Observer<'_>,
    on_identity: OnIdentity<'_>,
) -> Result<Live, ReadError> {
    let (sender, arrivals) = mpsc::channel();
    let watch = Watch { goal: &request.goal, by, clock: statistics.clock(), arrivals };
    let (reading, known) = thread::scope(|scope| {
        let watching = scope.spawn(move || watch.run(on_identity));
        let mut forward = |event: Event<'_>| {
            // Without the other thread the whole judgement at the end is all there is.
            let _ = match event {
                Event::File(file, bytes) => sender.send(Arrival::File(file, bytes.to_vec())),
                Event::StartedOver => sender.send(Arrival::StartedOver),
                _ => Ok(()),
            };
            observer(event);
        };
        let reading = read::read(source, request, statistics, rng, &mut forward);
        drop(sender);
        (reading, watching.join().unwrap_or_default())
    });
    let reading = reading?;
    if let Some((_, at)) = &known {
        statistics.identified(*at);
    }
    let asked = request.goal.numbers();
    let evidence = Evidence::of(&reading, asked.as_deref(), true);
    let assessment = assessment::assess_knowing(&evidence, by, known.as_ref().map(|(identity, _)| &identity.passive));
    Ok(Live { reading, assessment })
}

/// What the other thread is told.
enum Arrival {
    File(ElementaryFile, Vec<u8>),
    StartedOver,
}

/// The other thread.
struct Watch<'a> {
    goal: &'a Goal,
    by: &'a Yardstick<'a>,
    clock: Clock,
    arrivals: Receiver<Arrival>,
}

impl Watch<'_> {
    /// The identity of the card that was read last, if it was proven, and when.
    fn run(self, on_identity: OnIdentity<'_>) -> Option<(Identity, Duration)> {
        let mut seen = Seen::default();
        for arrival in &self.arrivals {
            match arrival {
                Arrival::StartedOver => seen = Seen::default(),
                Arrival::File(file, bytes) => {
                    seen.take(file, bytes, self.goal);
                    if seen.is_complete() {
                        let found = identity::identify(&seen.files, &seen.listed, self.by);
                        seen.found = found.map(|found| (found, self.clock.now()));
                        seen.wanted = None;
                        if let Some((identity, _)) = &seen.found {
                            on_identity(identity);
                        }
                    }
                }
            }
        }
        seen.found
    }
}

/// What has come of one card.
#[derive(Default)]
struct Seen {
    files: BTreeMap<ElementaryFile, Vec<u8>>,
    listed: BTreeSet<DataGroup>,
    /// The files that are waited for; none before EF.SOD has come, nor once all were there.
    wanted: Option<BTreeSet<ElementaryFile>>,
    found: Option<(Identity, Duration)>,
}

impl Seen {
    fn take(&mut self, file: ElementaryFile, bytes: Vec<u8>, goal: &Goal) {
        let of_identity = |group: &DataGroup| identity::GROUPS.contains(group);
        match file {
            ElementaryFile::Sod => {
                // It is the first file of each session, and a session may begin anew: nothing of two is mixed.
                *self = Self::default();
                let Ok(sod) = EfSod::parse(&bytes) else { return };
                self.listed = sod.data_groups().filter_map(DataGroup::new).collect();
                let plan = goal.plan(Some(&self.listed));
                let wanted = plan.into_iter().filter(of_identity).filter(|group| self.listed.contains(group));
                self.wanted = Some(wanted.map(ElementaryFile::Dg).collect());
            }
            ElementaryFile::Dg(group) if of_identity(&group) => {}
            _ => return,
        }
        self.files.insert(file, bytes);
    }

    /// Whether all that are wanted are there.
    fn is_complete(&self) -> bool {
        let wanted = self.wanted.as_ref().filter(|wanted| !wanted.is_empty());
        wanted.is_some_and(|wanted| wanted.iter().all(|file| self.files.contains_key(file)))
    }
}
