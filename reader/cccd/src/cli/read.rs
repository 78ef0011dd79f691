//! `cccd read`: reads a card, checks it, and shows who it is and what of that is proven.
//!
//! `credentials` turns options into what opens the chip; [`progress`] says on standard error what happens meanwhile;
//! [`delivery`] writes the portrait and the files;
//! [`page`] shows who it is early and then the rest;
//! [`errors`] gives every failure its code; `virtual_card` stands in for a card where there is none.

use std::path::{Path, PathBuf};
use std::time::Duration;

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use icao9303::lds::file::DataGroup;
use jiff::Timestamp;

use super::failure::{Exit, Failure};
use super::{output, trust};
use crate::assessment::Yardstick;
use crate::assessment::identity::Identity;
use crate::credentials::Credentials;
use crate::live::{self, Live};
use crate::pcsc::{LinkMemory, PcscCards, ReaderChoice};
use crate::read::terminal::Terminal;
use crate::read::{self, AccessChoice, CardSource, Goal, Request, Statistics};
use crate::report::{self, ReaderSection};
use crate::simulated;
use crate::terminal::view;
use crate::trust_store::Trusted;
use crate::verdict::Verdict;
use page::Page;
use progress::Progress;
use recording::Recording;

mod credentials;
pub(super) mod delivery;
pub(super) mod errors;
mod page;
mod progress;
mod recording;
mod terminal;
mod virtual_card;

/// Options of `cccd read`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The reader: its name, a part of it, or its number in `cccd readers`; default: the first with a card
    #[arg(long, value_name = "NAME|INDEX")]
    reader: Option<String>,
    #[command(flatten)]
    credentials: credentials::Options,
    /// How to open the chip: `auto` takes PACE where the card offers it and BAC only where it does not
    #[arg(long, value_enum, default_value_t = AccessOption::Auto)]
    access: AccessOption,
    /// After a failed PACE, try BAC; the result says so
    #[arg(long)]
    allow_bac_fallback: bool,
    /// Read only these data groups, as `1,2,13`; EF.SOD, DG14 and DG15 are read in any case
    #[arg(long, value_delimiter = ',', value_name = "N")]
    dg: Option<Vec<u8>>,
    #[command(flatten)]
    trust: trust::Options,
    /// Save the portrait as it is on the chip
    #[arg(long, value_name = "FILE")]
    photo: Option<PathBuf>,
    /// Write each file read into a folder, as `DG1.bin`; readable by you alone
    #[arg(long, value_name = "DIR")]
    dump: Option<PathBuf>,
    /// Record the session into a new file; readable by you alone: with it the session can be decrypted
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// The 8-byte challenge of Active Authentication, in hexadecimal
    #[arg(long, value_name = "HEX")]
    challenge: Option<String>,
    /// How long to wait for a card, and for a removed one to come back
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds)]
    wait: Duration,
    /// The most that the whole read may take once a card is there
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    timeout: Duration,
    /// Read a simulated card in this process instead of one in a reader; of a profile file, where one is named
    #[arg(long = "virtual", value_name = "PROFILE", num_args = 0..=1)]
    virtual_card: Option<Option<PathBuf>>,
    #[command(flatten)]
    terminal: terminal::Options,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum AccessOption {
    Auto,
    Pace,
    Bac,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|duration| *duration <= Duration::from_secs(7 * 24 * 3600))
        .ok_or_else(|| "not a number of seconds from 0 to a week".to_owned())
}

pub(super) fn run(arguments: &Arguments, json: bool) -> Result<Exit, Failure> {
    // Everything that can be wrong with the options is found before a card is touched.
    let order = Order::of(arguments)?;
    let mut trusted = arguments.trust.load()?;
    let mut page = (!json).then(Page::new);
    let mut done = match &arguments.virtual_card {
        Some(profile) => read_simulated(&order, profile.as_deref(), &mut trusted, page.as_mut())?,
        None => read_in_reader(&order, &trusted, page.as_mut())?,
    };
    let mut unwritten: Vec<Failure> = Vec::new();
    if let Some(recording) = done.recording.take() {
        unwritten.extend(recording.end(&done, &trusted));
    }
    let Live { reading, assessment } = &done.live;
    let total = done.statistics.elapsed();
    let whole = page.as_ref().map(|page| view::of_read(reading, assessment, &done.statistics, total, page.style()));
    if let (Some(page), Some(whole)) = (&mut page, &whole) {
        page.make_room(whole);
    }
    trusted.notes.iter().for_each(output::note);
    unwritten.extend(delivery::deliver(arguments, reading, assessment));
    if let (Some(page), Some(whole)) = (page, whole) {
        page.whole(&whole);
    } else {
        let mut result = report::of_read(&done.reader, reading, assessment, &done.statistics, total);
        if let Some(failure) = unwritten.first() {
            result["error"] = failure.value();
        }
        output::json(&result);
    }
    unwritten.iter().for_each(Failure::tell);
    Ok(match exit_of(assessment.verdict) {
        // Not everything was done. What the checks found outweighs that where they found something.
        Exit::Done if !unwritten.is_empty() => Exit::Usage,
        exit => exit,
    })
}

/// What is to be done, as far as the options say.
struct Order<'a> {
    arguments: &'a Arguments,
    at: Timestamp,
    goal: Goal,
    challenge: Option<[u8; 8]>,
    terminal: Option<Terminal>,
}

impl<'a> Order<'a> {
    fn of(arguments: &'a Arguments) -> Result<Self, Failure> {
        let at = arguments.trust.at()?;
        let mut goal = Goal { groups: None, com: arguments.dump.is_some() };
        if let Some(numbers) = &arguments.dg {
            let groups = numbers.iter().map(|&number| DataGroup::new(number).ok_or(number)).collect::<Result<_, _>>();
            let wrong = |number| Failure::input("dg", format!("--dg {number}: data groups are 1 to 16"));
            goal.groups = Some(groups.map_err(wrong)?);
        }
        let challenge = arguments.challenge.as_deref().map(parse_challenge).transpose()?;
        arguments.trace.as_deref().map(Recording::refuse_existing).transpose()?;
        let terminal = arguments.terminal.load(at)?;
        delivery::check(arguments)?;
        Ok(Self { arguments, at, goal, challenge, terminal })
    }

    fn request(&self, credentials: &Credentials) -> Request {
        Request {
            keys: credentials.keys.clone(),
            access: match self.arguments.access {
                AccessOption::Auto => AccessChoice::Auto,
                AccessOption::Pace => AccessChoice::Pace,
                AccessOption::Bac => AccessChoice::Bac,
            },
            bac_fallback: self.arguments.allow_bac_fallback,
            goal: self.goal.clone(),
            challenge: self.challenge,
            terminal: self.terminal.clone(),
        }
    }

    /// Reads from a source and judges, and records it where that is asked for. The page shows who it is early.
    fn carry_out<S: CardSource + Send + 'static>(
        &self,
        source: S,
        reader: String,
        credentials: &Credentials,
        trusted: &Trusted,
        mut page: Option<&mut Page>,
    ) -> Result<Done, Failure> {
        let request = self.request(credentials);
        let begin = |path: &PathBuf| Recording::begin(path, self.at, &reader, &request, credentials);
        let recording = self.arguments.trace.as_ref().map(begin).transpose()?;
        let statistics = Statistics::start();
        let progress = Progress::on_stderr();
        let (shown, recorder) = (progress.clone(), recording.as_ref().map(|recording| recording.recorder().clone()));
        let observer: live::Observer = Box::new(move |event| {
            if let (read::Event::Phase(read::terminal::PHASE), Some(recorder)) = (event, &recorder) {
                recorder.stop();
            }
            shown.show(&event);
        });
        let mut on_identity = |identity: &Identity| {
            if let Some(page) = &mut page {
                page.identity(identity);
            }
        };
        let by = Yardstick { trusted, at: self.at, given: credentials.given() };
        let rng = UnwrapErr(SysRng);
        let read = match recording.as_ref().map(Recording::recorder) {
            None => live::read(source, request, &by, &statistics, Box::new(rng), observer, &mut on_identity),
            Some(to) => {
                let (source, rng) = (to.source(source), Box::new(to.rng(rng)));
                live::read(source, request, &by, &statistics, rng, observer, &mut on_identity)
            }
        };
        progress.end();
        match read {
            Ok(live) => {
                let reader = ReaderSection { name: reader, atr: live.reading.atr.clone() };
                Ok(Done { reader, live, statistics, recording })
            }
            Err(error) => {
                let timing = report::timing(&statistics, statistics.elapsed());
                Err(errors::failure_of(&error).with_timing(timing))
            }
        }
    }
}

/// A card that was read and judged.
struct Done {
    reader: ReaderSection,
    live: Live,
    statistics: Statistics,
    recording: Option<Recording>,
}

fn read_in_reader(order: &Order<'_>, trusted: &Trusted, page: Option<&mut Page>) -> Result<Done, Failure> {
    let arguments = order.arguments;
    let credentials = arguments.credentials.resolve_or_ask(order.at)?;
    let choice = arguments.reader.as_deref().map_or(ReaderChoice::Any, ReaderChoice::parse);
    let mut cards = PcscCards::new(choice, arguments.wait, arguments.timeout).remembering(LinkMemory::of_the_user());
    let name = cards.wait_for_first()?.name.clone();
    order.carry_out(cards, name, &credentials, trusted, page)
}

fn read_simulated(
    order: &Order<'_>,
    profile: Option<&Path>,
    trusted: &mut Trusted,
    page: Option<&mut Page>,
) -> Result<Done, Failure> {
    let arguments = order.arguments;
    let card = virtual_card::make(profile, arguments.wait, arguments.timeout)?;
    let credentials = match arguments.credentials.resolve(order.at)? {
        Some(credentials) => credentials,
        None => card.credentials(order.at)?,
    };
    if !arguments.trust.names_anchors() {
        card.vouch(trusted)?;
    }
    order.carry_out(card, simulated::READER.to_owned(), &credentials, trusted, page)
}

/// How a verdict ends the command.
pub(super) fn exit_of(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Genuine => Exit::Done,
        Verdict::Unconfirmed => Exit::Unconfirmed,
        Verdict::Rejected => Exit::Rejected,
    }
}

fn parse_challenge(text: &str) -> Result<[u8; 8], Failure> {
    let bytes = base16ct::mixed::decode_vec(text).ok().and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
    bytes.ok_or_else(|| Failure::input("challenge", "--challenge: 16 hexadecimal digits are expected"))
}
