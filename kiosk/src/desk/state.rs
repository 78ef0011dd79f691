//! The desk: the readers, the cards on them, and the one session there is. Whoever asks or tells something goes through
//! [`Desk`]; whoever shows something waits for [`Desk::changes`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use cccd::messages::Words;
use cccd::pcsc::PcscError;
use cccd::read::Watchdog;
use cccd_forms::facts::Fact;
use cccd_forms::filling::{Entry, Form};
use cccd_forms::packs::{Pack, Packs};
use cccd_forms::services::Services;
use jiff::Timestamp;
use tokio::sync::watch;

use super::audit::{Act, Audit, EndedBy, acts};
use super::citizen_notice::OfficeTexts;
use super::documents::Printer;
use super::exports::delivery::{Delivery, DeliveryState};
use super::exports::printing;
use super::key::{self, Key};
use super::notice::Notice;
use super::office::Office;
use super::person::DeskPerson;
use super::practice::PracticeCard;
use super::reading;
use super::session::{CardState, IDLE_LIMIT, Reading, Session, Step};
use super::store::Store;
use super::{advice, clock};

/// The desk.
pub struct Desk {
    inner: Mutex<Inner>,
    changed: watch::Sender<u64>,
    store: Store,
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
    fn next(&mut self) -> u64 {
        self.count = self.count.wrapping_add(1);
        self.count
    }

    /// Tells the session from others; 0 where there is none.
    pub fn session_id(&self) -> u64 {
        self.session.as_ref().map_or(0, |session| session.id)
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
            // Numbers of another start are not given again: a page that was restored asks for what is gone.
            count: random(),
        };
        Arc::new(Self {
            inner: Mutex::new(inner),
            changed: watch::Sender::new(0),
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

    fn change<R>(&self, act: impl FnOnce(&mut Inner) -> R) -> R {
        let result = act(&mut self.look());
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
        result
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

    /// Looks for printers, without waiting for what CUPS says.
    fn look_for_printers(self: &Arc<Self>) {
        let desk = Arc::clone(self);
        // Where no thread can be started, the PDF still prints from the browser.
        let _ = thread::Builder::new().name("printers".into()).spawn(move || {
            let printers = printing::printers();
            if desk.look().printers != printers {
                desk.change(|inner| inner.printers = printers);
            }
        });
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
            Ok(()) if inner.session_id() == session => self.seat_new(inner, person),
            Ok(()) => {}
            Err(notice) => inner.notice = Some(notice),
        });
    }

    /// What is read now is for this.
    pub fn purpose(&self) -> acts::Purpose {
        let inner = self.look();
        let service = inner.session.as_ref().and_then(|session| session.service);
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

    /// Adds a person who was typed.
    pub fn add_person(&self, person: DeskPerson) {
        let session = self.change(|inner| self.present(inner).id);
        self.take_recorded(session, person);
    }

    /// Takes a person out of the session.
    pub fn remove_person(&self, number: u32) {
        self.in_session(|session| session.remove(number, &self.packs));
    }

    /// Chooses a service, and opens the form that is in force for it today.
    pub fn choose_service(self: &Arc<Self>, number: u16) {
        let Some(service) = self.services.get(number) else { return };
        self.look_for_printers();
        let form = service.forms.first().map(String::as_str);
        self.change(|inner| {
            let province = inner.office.province.clone();
            let session = self.present(inner);
            session.leave();
            session.service = Some(number);
            let pack = form.and_then(|form| self.packs.for_day(form, clock::today(), &province));
            self.note_opened(session, number, pack);
            let Some(form) = form else { return };
            match pack {
                Some(pack) => session.open(number, pack, service.entries(form)),
                None => inner.notice = Some(Notice::no_form(self.packs.why_none(form, clock::today()))),
            }
        });
    }

    fn note_opened(&self, session: &Session, service: u16, pack: Option<&Pack>) {
        self.audit.note(&Act::FormOpened {
            service,
            form: pack.map(|pack| pack.id.clone()),
            people: session.people.iter().filter_map(|person| person.pseudonym.clone()).collect(),
            practice: session.is_all_practice(),
        });
    }

    /// Opens another form of the chosen service.
    pub fn choose_form(&self, form: &str) {
        self.change(|inner| {
            let Some(session) = &mut inner.session else { return };
            session.touch(Instant::now());
            let service = session.service.and_then(|number| self.services.get(number));
            let Some(service) = service.filter(|service| service.forms.iter().any(|other| other == form)) else {
                return;
            };
            match self.packs.for_day(form, clock::today(), &inner.office.province) {
                Some(pack) => {
                    session.leave();
                    self.note_opened(session, service.number, Some(pack));
                    session.open(service.number, pack, service.entries(form));
                }
                None => inner.notice = Some(Notice::no_form(self.packs.why_none(form, clock::today()))),
            }
        });
    }

    /// Something is about to be sent to the office's other software: not where the very same is on its way or has arrived, or
    /// the session is over.
    pub fn begin_delivery(&self, session: u64, delivery: Delivery) -> bool {
        self.change(|inner| {
            let Some(session) = inner.session.as_mut().filter(|other| other.id == session) else { return false };
            let same = |other: &Delivery| other.content == delivery.content;
            if session.deliveries.iter().any(|other| same(other) && other.state.is_under_way_or_done()) {
                return false;
            }
            session.deliveries.retain(|other| !same(other));
            session.deliveries.push(delivery);
            true
        })
    }

    /// What became of something that was sent.
    pub fn delivery(&self, session: u64, id: &str, state: DeliveryState) {
        self.change(|inner| {
            let session = inner.session.as_mut().filter(|other| other.id == session);
            let deliveries = session.into_iter().flat_map(|session| &mut session.deliveries);
            deliveries.filter(|delivery| delivery.id == id).for_each(|delivery| delivery.state = state.clone());
        });
    }

    /// A field of the open form is copied. Whether that is still to be recorded: once for the people who stand in it.
    pub fn is_new_copy(&self) -> bool {
        let inner = &mut *self.look();
        let Some(form) = inner.session.as_mut().and_then(|session| session.form.as_mut()) else { return false };
        let seated: Vec<u32> = form.roles.values().flatten().copied().collect();
        let known = form.copied.as_ref() == Some(&seated);
        form.copied = Some(seated);
        !known
    }

    /// Goes back to the services. The people stay, and the form is kept for who comes back to it.
    pub fn leave_service(&self) {
        self.in_session(Session::leave);
    }

    /// What the officer did to a field; nothing gives it back to the card.
    pub fn enter(&self, field: &str, entry: Option<Entry>) {
        self.in_session(|session| {
            let Some(form) = &mut session.form else { return };
            match entry {
                Some(entry) => form.entries.0.insert(field.to_owned(), entry),
                None => form.entries.0.remove(field),
            };
        });
    }

    /// Gives a person a place in the form, or takes it away.
    pub fn assign(&self, subject: &str, number: u32, seated: bool) {
        self.in_session(|session| {
            if let Some(pack) = session.form.as_ref().and_then(|form| self.packs.get(&form.pack)) {
                session.assign(subject, number, seated, pack);
            }
        });
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

    /// Ends the session and wipes what it held.
    pub fn end(&self, by: EndedBy) {
        self.change(|inner| {
            if let Some(session) = inner.session.take() {
                self.audit.note(&Act::SessionEnded { by, practice: session.is_all_practice() });
                if let CardState::Reading(reading) = &session.card {
                    reading.watchdog.cancel();
                }
                self.printer.wipe();
                inner.slots.remove(PRACTICE_READER);
                // A card that still lies there is given back; nobody reads it unasked.
                inner.slots.values_mut().for_each(|slot| slot.done = true);
                let sent = session.deliveries.iter().all(|delivery| delivery.state.is_settled());
                inner.notice = Some(if sent { Notice::session_ended() } else { Notice::session_ended_unsent() });
            }
        });
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

    // What a read tells.

    /// Turns to a card that lies there and was not dealt with: with the code that was scanned for it, or asking for its key.
    /// The read that waits for a card takes it up by itself, and a second card waits its turn.
    fn next_card(self: &Arc<Self>, inner: &mut Inner) {
        let Some(session) = &mut inner.session else { return };
        if matches!(session.card, CardState::Reading(_) | CardState::NeedsKey { .. }) {
            return;
        }
        let waiting = inner.slots.iter().find(|(_, slot)| !slot.done).map(|(reader, _)| reader.clone());
        let Some(reader) = waiting else { return };
        match session.code.take() {
            Some(code) => self.read(inner, &reader, code),
            None => session.card = CardState::NeedsKey { reader, problem: None },
        }
    }

    fn read(self: &Arc<Self>, inner: &mut Inner, reader: &str, credentials: cccd::credentials::Credentials) {
        let ticket = inner.next();
        let slot = inner.slots.get(reader);
        let insertion = slot.map_or(0, |slot| slot.insertion);
        let practice = slot.and_then(|slot| slot.practice.clone());
        let by_code = credentials.given().qr.is_some();
        let begun = reading::begin(Arc::clone(self), ticket, reader.to_owned(), practice, credentials);
        let Some(session) = &mut inner.session else { return };
        let reader = reader.to_owned();
        session.card = match begun {
            Ok(()) => CardState::Reading(Reading {
                ticket,
                reader,
                begun: [Step::Access].into(),
                early: None,
                waiting: false,
                by_code,
                since: Instant::now(),
                insertion,
                watchdog: Watchdog::default(),
            }),
            Err(_) => CardState::Failed { reader, problem: advice::for_error("internal") },
        };
    }

    /// Something about the read of that ticket; late ones are nobody's. Whether it was somebody's.
    pub fn in_reading(&self, ticket: u64, act: impl FnOnce(&mut Reading)) -> bool {
        self.change(|inner| match inner.session.as_mut().map(|session| &mut session.card) {
            Some(CardState::Reading(reading)) if reading.ticket == ticket => {
                act(reading);
                true
            }
            _ => false,
        })
    }

    /// The read of that ticket ended: with a person, or with the code of what went wrong and what more there is to say.
    pub fn read_ended(self: &Arc<Self>, ticket: u64, result: Result<DeskPerson, (&'static str, Option<Words>)>) {
        self.change(|inner| {
            let Some(session) = &mut inner.session else { return };
            let (reader, by_code, insertion) = match &session.card {
                CardState::Reading(reading) if reading.ticket == ticket => {
                    (reading.reader.clone(), reading.by_code, reading.insertion)
                }
                _ => return,
            };
            session.touch(Instant::now());
            // A card that was laid down meanwhile is another one.
            if let Some(slot) = inner.slots.get_mut(&reader).filter(|slot| slot.insertion == insertion) {
                slot.done = true;
            }
            match result {
                Ok(person) => {
                    session.card = CardState::None;
                    if reader == PRACTICE_READER {
                        inner.slots.remove(PRACTICE_READER);
                    }
                    self.seat_new(inner, person);
                    self.next_card(inner);
                }
                Err((code, more)) => {
                    let (what, todo) = if code == "wrong_password" && by_code {
                        advice::code_of_another()
                    } else {
                        advice::for_error(code)
                    };
                    let todo = more.map_or_else(|| todo.clone(), |more| advice::joined(&todo, &more));
                    let there = inner.slots.contains_key(&reader);
                    session.card = if code == "wrong_password" && there {
                        CardState::NeedsKey { reader, problem: Some((what, todo)) }
                    } else {
                        CardState::Failed { reader, problem: (what, todo) }
                    };
                }
            }
        });
    }

    /// Takes somebody into the session, and into the first place of the form that is free.
    fn seat_new(&self, inner: &mut Inner, person: DeskPerson) {
        let Some(session) = &mut inner.session else { return };
        let known = session.people.len();
        let other =
            known > 0 && session.people.iter().all(|other| other.text(Fact::IdNumber) != person.text(Fact::IdNumber));
        let Some(number) = session.add(person) else {
            inner.notice = Some(Notice::session_is_full());
            return;
        };
        if let Some(pack) = session.form.as_ref().and_then(|form| self.packs.get(&form.pack)) {
            session.seat(number, pack);
        }
        if other {
            inner.notice = Some(Notice::another_person());
        }
    }

    /// The session, which begins with this where there is none. Somebody is there.
    fn present<'a>(&self, inner: &'a mut Inner) -> &'a mut Session {
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
