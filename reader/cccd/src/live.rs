//! A live read that is judged while it goes on: another thread drives the card, this one does passive authentication as
//! soon as the files that say who it is are there, and hands that to the caller while the portrait still comes.
//!
//! This thread is also the one that gives up. A card can make a call hang for ever, so the other thread owns all that it
//! works with, and is left behind where its [`Watchdog`] says that it does not come back.
//!
//! This thread talks to no card and draws no random numbers, so a recorded read replays the same without it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::passive_authentication::EfSod;
use icao9303::transport::TransportError;
use rand_core::CryptoRng;

use crate::assessment::identity::{self, Identity};
use crate::assessment::{self, Assessment, Evidence, Yardstick};
use crate::read::{self, CardSource, Event, Goal, ReadError, Reading, Request, Statistics, Watchdog};

/// A card that was read and judged.
#[derive(Debug)]
pub struct Live {
    /// What it gave.
    pub reading: Reading,
    /// What that is worth.
    pub assessment: Assessment,
}

/// Who wants to know what happens meanwhile. It is called on the thread that drives the card.
pub type Observer = Box<dyn FnMut(Event<'_>) + Send>;

/// Who wants to know who it is before the rest has come. It is called at most once for each session with a card, and only
/// where the identity is proven ([`Identity`]).
pub type OnIdentity<'a> = &'a mut dyn FnMut(&Identity);

/// How long to wait, when everything is read, for the card to be reset and let go of.
const PARTING: Duration = Duration::from_millis(500);

/// Reads a card and judges it. What was counted is in `statistics`, also where it was given up.
///
/// # Errors
/// Why it could not be read.
pub fn read<S: CardSource + Send + 'static>(
    mut source: S,
    request: Request,
    by: &Yardstick<'_>,
    statistics: &Statistics,
    mut rng: Box<dyn CryptoRng + Send>,
    mut observer: Observer,
    on_identity: OnIdentity<'_>,
) -> Result<Live, ReadError> {
    let (sender, arrivals) = mpsc::channel();
    let goal = request.goal.clone();
    let watch = Watch { goal: &goal, by, statistics, watchdog: source.watchdog(), arrivals };
    let (counted, watchdog) = (statistics.clone(), source.watchdog());
    let drive = move || {
        let mut forward = |event: Event<'_>| {
            if watchdog.has_given_up() {
                return;
            }
            // Who gave up meanwhile listens no more.
            let _ = match event {
                Event::File(file, bytes) if is_of_identity(file) => sender.send(Arrival::File(file, bytes.to_vec())),
                Event::StartedOver => sender.send(Arrival::StartedOver),
                _ => Ok(()),
            };
            observer(event);
        };
        let read = read::read(&mut source, &request, &counted, &mut *rng, &mut forward);
        let _ = sender.send(Arrival::End(Box::new(read)));
        // The card is reset and the secrets are wiped before the channel ends: so long it is waited for.
        drop((source, request, rng, observer));
        drop(sender);
    };
    let failed = |error: std::io::Error| ReadError::Link(TransportError::Failed(error.to_string()));
    let thread = thread::Builder::new().name("card".into()).spawn(drive).map_err(failed)?;
    let (reading, seen) = match watch.run(on_identity) {
        Some(ended) => ended,
        // It ended without a result: it panicked, and that is as if it had happened here.
        None => match thread.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(()) => (Err(ReadError::Link(TransportError::Failed("the read ended without a result".into()))), None),
        },
    };
    let reading = reading?;
    // What was found out counts for the very files that it was found out of.
    let known = seen.filter(|seen| seen.files.iter().all(|(file, bytes)| reading.files.get(file) == Some(bytes)));
    let known = known.and_then(|seen| seen.found);
    if let Some((_, at)) = &known {
        statistics.identified(*at);
    }
    let asked = goal.numbers();
    let evidence = Evidence::of(&reading, asked.as_deref(), true);
    let assessment = assessment::assess_knowing(&evidence, by, known.as_ref().map(|(identity, _)| &identity.passive));
    Ok(Live { reading, assessment })
}

/// What the thread that drives the card tells.
enum Arrival {
    File(ElementaryFile, Vec<u8>),
    StartedOver,
    End(Box<Result<Reading, ReadError>>),
}

fn is_of_identity(file: ElementaryFile) -> bool {
    match file {
        ElementaryFile::Sod => true,
        ElementaryFile::Dg(group) => identity::GROUPS.contains(&group),
        _ => false,
    }
}

/// This thread, meanwhile.
struct Watch<'a> {
    goal: &'a Goal,
    by: &'a Yardstick<'a>,
    statistics: &'a Statistics,
    watchdog: Watchdog,
    arrivals: Receiver<Arrival>,
}

/// Whose card it is, and when that was proven.
type Known = (Identity, Duration);

impl Watch<'_> {
    /// The reading, and what has come of the card that was read last. Nothing where the other thread ended without a word.
    fn run(self, on_identity: OnIdentity<'_>) -> Option<(Result<Reading, ReadError>, Option<Seen>)> {
        let mut seen = Seen::default();
        loop {
            match self.next()? {
                Ok(Arrival::StartedOver) => seen = Seen::default(),
                Ok(Arrival::File(file, bytes)) => {
                    seen.take(file, bytes, self.goal);
                    if seen.is_complete() {
                        let found = identity::identify(&seen.files, &seen.listed, self.by);
                        seen.found = found.map(|found| (found, self.statistics.now()));
                        seen.wanted = None;
                        if let Some((identity, _)) = &seen.found {
                            on_identity(identity);
                        }
                    }
                }
                Ok(Arrival::End(reading)) => {
                    // Nothing more arrives: this ends when the thread has, or is too slow.
                    let _ = self.arrivals.recv_timeout(PARTING);
                    return Some((*reading, Some(seen)));
                }
                Err(error) => return Some((Err(ReadError::Link(error)), None)),
            }
        }
    }

    /// What comes next, or why the read is given up. Nothing where the other thread has ended.
    fn next(&self) -> Option<Result<Arrival, TransportError>> {
        loop {
            match self.arrivals.recv_timeout(self.watchdog.patience()) {
                Ok(arrival) => return Some(Ok(arrival)),
                Err(RecvTimeoutError::Timeout) => {
                    let learnt = self.statistics.learnt_of_failure();
                    if let Some(error) = self.watchdog.give_up_if_overdue(learnt) {
                        return Some(Err(error));
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }
}

/// What has come of one card.
#[derive(Default)]
struct Seen {
    files: BTreeMap<ElementaryFile, Vec<u8>>,
    listed: BTreeSet<DataGroup>,
    /// The files that are waited for; none before EF.SOD has come, nor once all were there.
    wanted: Option<BTreeSet<ElementaryFile>>,
    found: Option<Known>,
}

impl Seen {
    fn take(&mut self, file: ElementaryFile, bytes: Vec<u8>, goal: &Goal) {
        match file {
            ElementaryFile::Sod => {
                // It is the first file of each session, and a session may begin anew: nothing of two is mixed.
                *self = Self::default();
                let Ok(sod) = EfSod::parse(&bytes) else { return };
                self.listed = sod.data_groups().filter_map(DataGroup::new).collect();
                let plan = goal.plan(Some(&self.listed));
                let of_identity = |group: &DataGroup| identity::GROUPS.contains(group) && self.listed.contains(group);
                let wanted = plan.into_iter().filter(of_identity);
                self.wanted = Some(wanted.map(ElementaryFile::Dg).collect());
            }
            _ if is_of_identity(file) => {}
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
