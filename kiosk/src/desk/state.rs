//! The desk: the readers, the cards on them, and the one session there is. Whoever asks or tells something goes through
//! [`Desk`]; whoever shows something waits for [`Desk::changes`]. [`reads`] is what it does about a card that is read,
//! [`forms`] what it does about services and their forms.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use cccd::pcsc::PcscError;
use cccd_forms::filling::Form;
use cccd_forms::packs::{Pack, Packs};
use cccd_forms::services::Services;
use jiff::Timestamp;
use tokio::sync::watch;

use super::audit::{Act, Audit, EndedBy, acts};
use super::bridge::line::Line;
use super::citizen_notice::OfficeTexts;
use super::clock;
use super::documents::Printer;
use super::figures::Figures;
use super::key::{self, Key};
use super::notice::Notice;
use super::office::Office;
use super::person::DeskPerson;
use super::practice::PracticeCard;
use super::session::{CardState, IDLE_LIMIT, Session};
use super::store::Store;

mod forms;
mod reads;

/// The desk.
pub struct Desk {
    inner: Mutex<Inner>,
    changed: watch::Sender<u64>,
    store: Arc<Store>,
    /// What is counted.
    pub figures: Figures,
    /// What is kept of who did what.
    pub audit: Audit,
    /// What citizens are told, and what cards may be read for.
    pub texts: OfficeTexts,
    /// What makes PDFs.
    pub printer: Printer,
    /// The services there are.
    pub services: Services,
    /// The forms there are.
    pub packs: Packs,
}

/// What it holds. Whoever has it looks at one moment.
pub struct Inner {
    /// The readers, or why none is known.
    pub readers: Readers,
    /// The cards on them, by reader.
    pub slots: BTreeMap<String, Slot>,
    /// The session.
    pub session: Option<Session>,
    /// What was last said.
    pub notice: Option<Notice>,
    /// Whose desk it is.
    pub office: Office,
    /// The printers of this machine.
    pub printers: Vec<String>,
    /// The line to other software.
    pub line: Line,
    /// How many sessions, insertions and reads there were.
    count: u64,
}

/// A card that lies on a reader.
pub struct Slot {
    /// The card of practice that it is.
    pub practice: Option<Arc<PracticeCard>>,
    /// It has been read, or could not be.
    done: bool,
    /// Tells one insertion from the next.
    insertion: u64,
}

/// The readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readers {
    /// It is not known yet.
    Unknown,
    /// The PC/SC service does not answer, or lets nobody in.
    NoService(PcscError),
    /// Those attached, by name.
    Attached(Vec<String>),
}

impl Inner {
    /// A number that was not given before.
    pub(super) fn next(&mut self) -> u64 {
        self.count = self.count.wrapping_add(1);
        self.count
    }

    /// Tells the session from others; 0 where there is none.
    pub fn session_id(&self) -> u64 {
        self.session.as_ref().map_or(0, |session| session.id)
    }
}

impl Slot {
    /// Nobody reads the card that lies there unasked.
    pub(super) fn leave(&mut self) {
        self.done = true;
    }
}

/// Where the cards of practice are put.
pub const PRACTICE_READER: &str = "practice";

impl Desk {
    /// A desk with nobody at it.
    pub fn new(
        services: Services,
        packs: Packs,
        store: Store,
        audit: Audit,
        texts: OfficeTexts,
        printer: Printer,
    ) -> Arc<Self> {
        let office = store.office().unwrap_or_default();
        let inner = Inner {
            readers: Readers::Unknown,
            slots: BTreeMap::new(),
            session: None,
            notice: None,
            office,
            printers: Vec::new(),
            line: Line::default(),
            // Numbers of another start are not given again: a page that was restored asks for what is gone.
            count: random(),
        };
        let store = Arc::new(store);
        Arc::new(Self {
            inner: Mutex::new(inner),
            changed: watch::Sender::new(0),
            figures: Figures::begin(Arc::clone(&store)),
            store,
            audit,
            texts,
            printer,
            services,
            packs,
        })
    }

    /// Wakes whenever something changed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// One moment of the desk, to look at.
    pub fn look(&self) -> MutexGuard<'_, Inner> {
        // A thread that panicked while it changed something left a session that can still be ended.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something, and tells every page.
    pub(super) fn change<R>(&self, act: impl FnOnce(&mut Inner) -> R) -> R {
        let result = act(&mut self.look());
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
        result
    }

    /// What outlives a session.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The pack of the open form.
    pub fn open_pack(&self, session: &Session) -> Option<&Pack> {
        self.packs.get(&session.form.as_ref()?.pack)
    }

    /// The open form, filled.
    pub fn filled(&self, inner: &Inner) -> Option<(&Pack, Form)> {
        let session = inner.session.as_ref()?;
        let pack = self.open_pack(session)?;
        let form = session.form.as_ref()?;
        Some((pack, pack.fill(&session.subjects(), &inner.office.of_forms(clock::today()), &form.entries)))
    }

    // What the readers tell.

    /// The readers are these now.
    pub fn readers(&self, readers: Readers) {
        let same = self.look().readers == readers;
        if !same {
            self.change(|inner| inner.readers = readers);
        }
    }

    /// A card was put on a reader.
    pub fn card_inserted(self: &Arc<Self>, reader: &str, practice: Option<Arc<PracticeCard>>) {
        self.change(|inner| {
            let insertion = inner.next();
            inner.slots.insert(reader.to_owned(), Slot { practice, done: false, insertion });
            if let Some(CardState::Reading(reading)) = inner.session.as_mut().map(|session| &mut session.card) {
                // The read that waits for a card goes on with this one.
                if reading.waiting && reading.reader == reader {
                    reading.insertion = insertion;
                }
            }
            inner.notice = None;
            self.present(inner);
            self.next_card(inner);
        });
    }

    /// A card was taken from a reader. That ends no session.
    pub fn card_removed(self: &Arc<Self>, reader: &str) {
        self.change(|inner| {
            inner.slots.remove(reader);
            let Some(session) = &mut inner.session else { return };
            session.touch(Instant::now());
            if matches!(&session.card, CardState::NeedsKey { reader: other, .. } if other == reader) {
                session.card = CardState::None;
            }
            self.next_card(inner);
        });
    }

    // What the officer does.

    /// Something that opens a card, typed or scanned: its CAN, its number, its QR code's text, its MRZ.
    pub fn give(self: &Arc<Self>, text: &str) {
        match key::understand(text, clock::today()) {
            Ok(key) => self.give_key(key),
            Err(problem) => self.say(problem),
        }
    }

    /// The same, understood.
    pub fn give_key(self: &Arc<Self>, key: Key) {
        self.change(|inner| {
            inner.notice = None;
            let session = self.present(inner);
            let waiting = match &session.card {
                CardState::NeedsKey { reader, .. } | CardState::Failed { reader, .. } => Some(reader.clone()),
                // A scanner that fires twice: the code belongs to the card that is being read.
                CardState::Reading(_) => return,
                CardState::None => None,
            };
            match waiting {
                Some(reader) if inner.slots.contains_key(&reader) => self.read(inner, &reader, key.credentials),
                _ if key.is_code => {
                    let session = self.present(inner);
                    session.card = CardState::None;
                    session.code = Some(key.credentials);
                }
                _ => inner.notice = Some(Notice::no_card()),
            }
        });
    }

    /// Scans what is printed on the card of practice, where that is the card that is asked about.
    pub fn scan_practice_card(self: &Arc<Self>, printed: fn(&PracticeCard) -> &str) {
        let text = {
            let inner = self.look();
            let asked = match inner.session.as_ref().map(|session| &session.card) {
                Some(CardState::NeedsKey { reader, .. } | CardState::Failed { reader, .. }) => {
                    reader == PRACTICE_READER
                }
                _ => false,
            };
            let card = inner.slots.get(PRACTICE_READER).and_then(|slot| slot.practice.as_ref());
            card.filter(|_| asked).map(|card| printed(card).to_owned())
        };
        if let Some(text) = text {
            self.give(&text);
        }
    }

    /// Takes what the scanned code says without reading a chip.
    pub fn use_code_alone(&self) {
        let code = self.change(|inner| {
            let session = inner.session.as_mut()?;
            session.touch(Instant::now());
            Some((session.id, session.code.take()?))
        });
        let Some((session, code)) = code else { return };
        if let Some(card) = code.given().qr {
            self.take_recorded(session, DeskPerson::of_code(card, Timestamp::now(), false));
        }
    }

    /// Takes somebody into the session, after that was recorded.
    fn take_recorded(&self, session: u64, mut person: DeskPerson) {
        let recorded = self.audit.record_read(self.audit.at_desk().as_deref(), &mut person, self.purpose());
        self.change(|inner| match recorded {
            // It may have ended meanwhile: then nobody is taken.
            Ok(()) if inner.session_id() == session => {
                if let Some(number) = self.seat_new(inner, person, true) {
                    inner.line.is_the_officers(number);
                }
            }
            Ok(()) => {}
            Err(notice) => inner.notice = Some(notice),
        });
    }

    /// What is read now is for this.
    pub fn purpose(&self) -> acts::Purpose {
        let inner = self.look();
        let service = inner.session.as_ref().and_then(|session| session.service).or_else(|| inner.line.service());
        let chosen = inner.session.as_ref().and_then(|session| session.purpose.as_deref());
        // A service is a purpose.
        let purpose = self.texts.purpose(chosen).filter(|_| service.is_none()).map(str::to_owned);
        acts::Purpose { service, purpose, notice: Some(self.texts.notice.version.clone()) }
    }

    /// Chooses what is read from now on in this session, as long as no service is chosen.
    pub fn set_purpose(&self, id: &str) {
        if self.texts.purpose(Some(id)) == Some(id) {
            self.in_session(|session| session.purpose = Some(id.to_owned()));
        }
    }

    /// Reads the card that lies there, or lies there again, anew.
    pub fn ask_again(self: &Arc<Self>) {
        self.change(|inner| {
            let session = self.present(inner);
            let failed = match std::mem::replace(&mut session.card, CardState::None) {
                CardState::Failed { reader, .. } => Some(reader),
                _ => None,
            };
            let again = |reader: &str| failed.as_deref().is_none_or(|failed| failed == reader);
            inner.slots.iter_mut().filter(|(reader, _)| again(reader)).for_each(|(_, slot)| slot.done = false);
            self.next_card(inner);
        });
    }

    /// Leaves the card that is asked about unread: it was put down by mistake.
    pub fn leave_card(self: &Arc<Self>) {
        self.change(|inner| {
            let Some(session) = &mut inner.session else { return };
            session.touch(Instant::now());
            let CardState::NeedsKey { reader, .. } = &session.card else { return };
            if reader == PRACTICE_READER {
                inner.slots.remove(PRACTICE_READER);
            } else if let Some(slot) = inner.slots.get_mut(reader) {
                slot.done = true;
            }
            session.card = CardState::None;
            self.next_card(inner);
        });
    }

    /// Adds a person who was typed.
    pub fn add_person(&self, person: DeskPerson) {
        let session = self.change(|inner| self.present(inner).id);
        self.take_recorded(session, person);
    }

    /// Takes a person out of the session.
    pub fn remove_person(&self, number: u32) {
        self.in_session(|session| session.remove(number, &self.packs));
    }

    /// Somebody is there.
    pub fn touch(&self) {
        let counting = {
            let inner = &mut *self.look();
            let Some(session) = &mut inner.session else { return };
            let counting = session.idle(Instant::now()) >= super::session::IDLE_WARNING;
            session.touch(Instant::now());
            counting
        };
        if counting {
            self.change(|_| {});
        }
    }

    /// Ends the session and wipes what it held. What other software asks at this moment is over, session or none.
    pub fn end(&self, by: EndedBy) {
        self.change(|inner| self.end_in(inner, by));
    }

    /// The same, where something else is changed with it.
    pub(super) fn end_in(&self, inner: &mut Inner, by: EndedBy) {
        inner.line.ended(by);
        let Some(session) = inner.session.take() else { return };
        self.audit.note(&Act::SessionEnded { by, practice: session.is_all_practice() });
        self.count_session(&session);
        if let CardState::Reading(reading) = &session.card {
            reading.watchdog.cancel();
        }
        self.printer.wipe();
        inner.slots.remove(PRACTICE_READER);
        // A card that still lies there is given back; nobody reads it unasked.
        inner.slots.values_mut().for_each(Slot::leave);
        let sent = session.deliveries.iter().all(|delivery| delivery.state.is_settled());
        inner.notice = Some(if sent { Notice::session_ended() } else { Notice::session_ended_unsent() });
    }

    /// Something changed that pages show and the desk does not hold.
    pub fn tell(&self) {
        self.change(|_| {});
    }

    /// Says something, and forgets what was said.
    pub fn say(&self, notice: Notice) {
        self.change(|inner| inner.notice = Some(notice));
    }

    /// The notice has been seen.
    pub fn dismiss(&self) {
        self.change(|inner| inner.notice = None);
    }

    /// The office, as it calls itself from now on.
    pub fn set_office(&self, office: Office) {
        let kept = self.store.set_office(&office);
        self.change(|inner| {
            inner.office = office;
            inner.notice = Some(match kept {
                Ok(()) => Notice::office_is_kept(),
                Err(error) => Notice::office_is_not_kept(&error),
            });
        });
    }

    /// Looks at the clock: ends a session that nobody is at, and lets the countdown be shown.
    pub fn tick(&self) {
        let idle = self.look().session.as_ref().map(|session| session.idle(Instant::now()));
        match idle {
            Some(idle) if idle >= IDLE_LIMIT => self.end(EndedBy::Idle),
            Some(idle) if idle >= super::session::IDLE_WARNING => self.change(|_| {}),
            _ => {}
        }
    }

    /// Takes somebody into the session and, where wanted, into the first place of the form that is free. The number there.
    fn seat_new(&self, inner: &mut Inner, person: DeskPerson, with_form: bool) -> Option<u32> {
        let session = inner.session.as_mut()?;
        let known = session.people.len();
        let other = known > 0 && session.people.iter().all(|other| other.identity() != person.identity());
        session.tally.read(&person);
        let Some(number) = session.add(person) else {
            inner.notice = Some(Notice::session_is_full());
            return None;
        };
        let pack = session.form.as_ref().filter(|_| with_form).and_then(|form| self.packs.get(&form.pack));
        if let Some(pack) = pack {
            session.seat(number, pack);
        }
        // Whoever has a place in the form was expected.
        let expected = session.seated().iter().any(|person| person.number == number);
        if other && !expected {
            inner.notice = Some(Notice::another_person());
        }
        Some(number)
    }

    /// The session, which begins with this where there is none. Somebody is there.
    pub(super) fn present<'a>(&self, inner: &'a mut Inner) -> &'a mut Session {
        let now = Instant::now();
        let id = inner.next();
        let session = inner.session.get_or_insert_with(|| {
            self.printer.warm_up();
            self.audit.note(&Act::SessionBegun);
            Session::begin(id, now)
        });
        session.touch(now);
        session
    }

    fn in_session(&self, act: impl FnOnce(&mut Session)) {
        self.change(|inner| {
            if let Some(session) = &mut inner.session {
                session.touch(Instant::now());
                act(session);
            }
        });
    }

    /// How long the session may go on untouched, once that is counted down.
    pub fn countdown(inner: &Inner) -> Option<Duration> {
        let idle = inner.session.as_ref()?.idle(Instant::now());
        (idle >= super::session::IDLE_WARNING).then(|| IDLE_LIMIT.saturating_sub(idle))
    }
}

/// A number to begin with.
fn random() -> u64 {
    let mut bytes = [0; 4];
    // Without it, numbers begin at nought.
    let _ = getrandom::fill(&mut bytes);
    u64::from(u32::from_be_bytes(bytes))
}

#[cfg(test)]
pub mod tests {
    use std::path::Path;

    use super::*;

    /// A desk with nobody at it, which keeps what it keeps in that folder.
    pub fn desk_at(folder: &Path) -> Arc<Desk> {
        Desk::new(
            Services::embedded(),
            Packs::embedded(),
            Store::open(&folder.join("desk.sqlite3")).unwrap(),
            Audit::open(folder).unwrap(),
            OfficeTexts::of(None, None).unwrap(),
            Printer::new().unwrap(),
        )
    }
}
