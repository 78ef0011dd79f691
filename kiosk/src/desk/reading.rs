//! Reads the card that lies there, on a thread of its own, and tells the desk what comes.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use cccd::assessment::Yardstick;
use cccd::assessment::identity::Identity;
use cccd::credentials::Credentials;
use cccd::dg13::Dg13;
use cccd::holder::{Chip, Given, Holder};
use cccd::live::{self, Live};
use cccd::messages::Words;
use cccd::pcsc::{LinkMemory, PcscCards, ReaderChoice};
use cccd::read::{AccessChoice, CardSource, Event, Goal, ReadError, Request, Statistics};
use cccd::trust_store::Trusted;
use cccd_forms::facts::{Origin, Person};
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use icao9303::lds::file::{DataGroup, ElementaryFile};
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::audit::Act;
use super::passport;
use super::person::{DeskPerson, facts_of, identity_of};
use super::portrait;
use super::practice::PracticeCard;
use super::session::Step;
use super::state::Desk;

/// How long a card that was taken away is waited for.
const RETURN: Duration = Duration::from_secs(20);

/// The most that a read may take while the card is there.
const LIMIT: Duration = Duration::from_secs(45);

/// Reads, and tells the desk under that ticket. The desk may be locked meanwhile: it is told on the new thread alone.
///
/// # Errors
/// No thread can be started.
pub fn begin(
    desk: Arc<Desk>,
    ticket: u64,
    reader: String,
    practice: Option<Arc<PracticeCard>>,
    credentials: Credentials,
) -> std::io::Result<()> {
    let work = move || {
        // A card may bring a parser to its knees: also then the session goes on, and can end.
        let end = EndOfRead { desk: &desk, ticket };
        let result = match practice {
            Some(card) => read_practice(&desk, ticket, &card, &credentials),
            None => read_in_reader(&desk, ticket, reader, &credentials),
        };
        std::mem::forget(end);
        desk.read_ended(ticket, result);
    };
    thread::Builder::new().name("read".into()).spawn(work).map(drop)
}

/// Tells the desk that a read ended without a result, where it panicked.
struct EndOfRead<'a> {
    desk: &'a Arc<Desk>,
    ticket: u64,
}

impl Drop for EndOfRead<'_> {
    fn drop(&mut self) {
        self.desk.read_ended(self.ticket, Err(("internal", None)));
    }
}

/// What went wrong: its stable code, and what more there is to say.
type Failed = (&'static str, Option<Words>);

fn read_in_reader(desk: &Arc<Desk>, ticket: u64, reader: String, by: &Credentials) -> Result<DeskPerson, Failed> {
    let cards = PcscCards::new(ReaderChoice::Name(reader), RETURN, LIMIT).remembering(LinkMemory::of_the_user());
    carry_out(desk, ticket, cards, by, &Trusted::installed(), false)
}

fn read_practice(desk: &Arc<Desk>, ticket: u64, card: &PracticeCard, by: &Credentials) -> Result<DeskPerson, Failed> {
    let (source, trusted) = card.source().map_err(|_| ("internal", None))?;
    carry_out(desk, ticket, source, by, &trusted, true)
}

fn carry_out<S: CardSource + Send + 'static>(
    desk: &Arc<Desk>,
    ticket: u64,
    source: S,
    credentials: &Credentials,
    trusted: &Trusted,
    practice: bool,
) -> Result<DeskPerson, Failed> {
    // Whoever begins a read has done it, also where they log out or end the session meanwhile.
    let officer = desk.audit.at_desk();
    let officer = officer.as_deref();
    // One lock after the other.
    let session = desk.look().session_id();
    let purpose = desk.purpose();
    // A read that cannot be recorded is not done.
    let begun = Act::ReadBegun { purpose: purpose.clone(), practice };
    desk.audit.record_by(officer, &begun).map_err(|notice| ("not_recorded", Some(notice.todo)))?;
    let request = Request {
        keys: credentials.keys.clone(),
        access: AccessChoice::Auto,
        bac_fallback: false,
        goal: Goal { groups: None, com: false },
        challenge: None,
        terminal: None,
    };
    let watchdog = source.watchdog();
    // The session may have ended while the record waited for the disk: nobody is there who is to be read.
    if !desk.in_reading(ticket, |reading| reading.watchdog = watchdog) {
        desk.audit.note_by(officer, &Act::ReadFailed { code: "session_ended", people: Vec::new(), practice });
        return Err(("session_ended", None));
    }
    let at = Timestamp::now();
    let by = Yardstick { trusted, at, given: credentials.given() };
    let (to_observer, to_identity) = (Arc::clone(desk), Arc::clone(desk));
    let shown = Arc::new(Shown::default());
    let shown_early = Arc::clone(&shown);
    let observer: live::Observer = Box::new(move |event| tell(&to_observer, ticket, &event, &shown_early));
    let mut on_identity = |identity: &Identity| {
        // Signed, and perhaps on a copy: verified is said when all is checked.
        let mut facts = facts_of(&identity.holder, Origin::ChipUnverified);
        if let Some(mrz) = &identity.mrz {
            passport::add_to(&mut facts, mrz, Origin::ChipUnverified);
        }
        shown.add(&facts);
        to_identity.in_reading(ticket, |reading| reading.early = Some(facts));
    };
    let statistics = Statistics::start();
    let rng = Box::new(UnwrapErr(SysRng));
    let Live { assessment, .. } = live::read(source, request, &by, &statistics, rng, observer, &mut on_identity)
        .map_err(|error: ReadError| {
            let people = shown.people(desk);
            desk.audit.note_by(officer, &Act::ReadFailed { code: error.code(), people, practice });
            (error.code(), error.hint())
        })?;
    let picture = assessment.portrait.as_ref().and_then(|portrait| portrait::for_browser(portrait).ok());
    let mut person = DeskPerson::of_chip(&assessment, picture, at, practice);
    // The service may have been chosen meanwhile.
    let still = desk.look().session_id() == session;
    let purpose = if still { desk.purpose() } else { purpose };
    let recorded = desk.audit.record_read(officer, &mut person, purpose);
    recorded.map_err(|notice| ("not_recorded", Some(notice.todo)))?;
    Ok(person)
}

/// Whose data were shown before the read ended: where it fails, its record names them, and who asks who looked finds it.
#[derive(Default)]
struct Shown(Mutex<Vec<Zeroizing<String>>>);

impl Shown {
    fn add(&self, facts: &Person) {
        let Some(identity) = identity_of(facts) else { return };
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !numbers.contains(&identity) {
            numbers.push(identity);
        }
    }

    /// By pseudonym. Where none can be kept the disk is full, and the record is not written either.
    fn people(&self, desk: &Desk) -> Vec<String> {
        let numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Timestamp::now().as_millisecond();
        numbers.iter().filter_map(|number| desk.audit.people.pseudonym(number, now).ok()).collect()
    }
}

/// What happens during the read, for the page. What DG13 says is shown as soon as it is there, and not yet as verified.
fn tell(desk: &Desk, ticket: u64, event: &Event<'_>, shown: &Shown) {
    match event {
        Event::Phase(phase) => {
            if let Some(step) = Step::of_phase(phase) {
                desk.in_reading(ticket, |reading| {
                    reading.begun.insert(step);
                    reading.waiting = false;
                });
            }
        }
        Event::File(ElementaryFile::Dg(group), bytes) if *group == DataGroup::DG13 => {
            let Ok(dg13) = Dg13::parse(bytes) else { return };
            let chip = Chip { dg13: Some(&dg13), ..Chip::default() };
            let facts = facts_of(&Holder::from_sources(&chip, &Given::default()), Origin::ChipUnverified);
            shown.add(&facts);
            desk.in_reading(ticket, |reading| {
                reading.early.get_or_insert(facts);
            });
        }
        Event::WaitingForCard => {
            desk.in_reading(ticket, |reading| reading.waiting = true);
        }
        Event::StartedOver => {
            desk.in_reading(ticket, |reading| {
                reading.begun = [Step::Access].into();
                reading.early = None;
                reading.waiting = false;
            });
        }
        Event::Resumed => {
            desk.in_reading(ticket, |reading| reading.waiting = false);
        }
        Event::File(..) => {}
    }
}
