//! What is kept of who did what: the desk's log. [`acts`] are what there is to record; [`cccd_records`] keeps it.
//!
//! A record that must stand before something is done is waited for ([`Audit::record`]); one that only tells what happened is
//! not ([`Audit::note`]), so that no card waits for the disk. Both go through one thread, and stand in the order they came.
//! No record holds a name, a number or a value of a citizen: people are pseudonyms.

use std::path::Path;
use std::sync::mpsc::{self, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use cccd::messages::Words;
use cccd_records::head::Head;
use cccd_records::key::KeyError;
use cccd_records::log::{Chain, Log, LogError};
use cccd_records::people::People;
use cccd_records::record::Entry;
use cccd_records::verify::{self, Expected, Outcome};
use jiff::Timestamp;

use super::notice::Notice;
use super::person::DeskPerson;
use super::state::Inner;

pub mod acts;
pub mod wording;

pub use acts::{Act, EndedBy, ExportKind};

/// The name of the desk's log among a device's.
pub const STREAM: &str = "desk";

/// How long it is kept whose pseudonym is whose, after the last time: twelve months (the usual time for logs; what the notice
/// to citizens says).
const KEPT_LINKS_MS: i64 = 366 * 86_400_000;

/// How many records may wait for the disk.
const LONGEST_QUEUE: usize = 256;

/// The desk's log.
pub struct Audit {
    /// The records.
    pub log: Arc<Log>,
    /// Whose they are.
    pub people: People,
    queue: SyncSender<Job>,
    /// Who is at the desk, for acts that no request of a page brings.
    at_desk: Mutex<Option<Arc<str>>>,
}

/// A record to be added, and who waits for it.
struct Job {
    entry: Entry,
    answer: Option<Sender<Result<(), LogError>>>,
}

impl Audit {
    /// Opens the log in the folder of the desk.
    ///
    /// # Errors
    /// The disk is full, the key is broken, or no thread can be started.
    pub fn open(folder: &Path) -> Result<Self, LogError> {
        let log = Arc::new(Log::open(folder, STREAM)?);
        let people = People::open(folder, log.key())?;
        let (queue, jobs) = mpsc::sync_channel::<Job>(LONGEST_QUEUE);
        let writer = Arc::clone(&log);
        let write = move || {
            for Job { entry, answer } in jobs {
                let added = writer.append(&entry).map(drop);
                match answer {
                    // Who asked may have gone.
                    Some(answer) => drop(answer.send(added)),
                    // It could not be written, and nothing waits: whatever comes next that matters is refused with words.
                    None => added.unwrap_or_else(|error| eprintln!("cccd-kiosk: a record was not written: {error}")),
                }
            }
        };
        thread::Builder::new().name("records".into()).spawn(write)?;
        Ok(Self { log, people, queue, at_desk: Mutex::default() })
    }

    /// Who is at the desk now; nobody where there is no account.
    pub fn at_desk(&self) -> Option<Arc<str>> {
        self.at_desk.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Somebody else is at the desk.
    pub fn set_at_desk(&self, officer: Option<Arc<str>>) {
        *self.at_desk.lock().unwrap_or_else(PoisonError::into_inner) = officer;
    }

    /// Adds a record of who is at the desk, and waits until it is on the disk. Only then may the act be done.
    ///
    /// # Errors
    /// It could not be written, and the act is not of practice: then the act must not be done.
    pub fn record(&self, act: &Act) -> Result<(), Notice> {
        self.record_by(self.at_desk().as_deref(), act)
    }

    /// The same, of somebody: who is logged in, which is not always who is at the desk.
    ///
    /// # Errors
    /// As [`Audit::record`].
    pub fn record_by(&self, officer: Option<&str>, act: &Act) -> Result<(), Notice> {
        let (answer, answered) = mpsc::channel();
        self.enqueue(officer, act, Some(answer));
        match answered.recv() {
            Ok(Err(error)) if !act.is_practice() => Err(not_recorded(&error.to_string())),
            Err(_) if !act.is_practice() => Err(not_recorded("no log")),
            _ => Ok(()),
        }
    }

    /// Adds a record of what happened, without waiting.
    pub fn note(&self, act: &Act) {
        self.enqueue(self.at_desk().as_deref(), act, None);
    }

    /// The same, of somebody.
    pub fn note_by(&self, officer: Option<&str>, act: &Act) {
        self.enqueue(officer, act, None);
    }

    /// Forgets whose pseudonyms are those that were not used for a year, as the notice promises.
    pub fn forget_old(&self) {
        let before = Timestamp::now().as_millisecond() - KEPT_LINKS_MS;
        match self.people.forget_all_before(before) {
            Ok(0) => {}
            Ok(count) => self.note(&Act::LinksExpired { count }),
            Err(error) => eprintln!("cccd-kiosk: old links could not be deleted: {error}"),
        }
    }

    fn enqueue(&self, officer: Option<&str>, act: &Act, answer: Option<Sender<Result<(), LogError>>>) {
        let entry =
            Entry { at: Timestamp::now().as_millisecond(), act: act.name().to_owned(), body: act.body(officer) };
        // Where the disk is slower than what happens, what happens waits. The thread ends with the program alone.
        let _ = self.queue.send(Job { entry, answer });
    }

    /// Records that somebody was read, and gives them their pseudonym. Where that fails, they must not be shown.
    ///
    /// # Errors
    /// It could not be written, and the person is not of practice.
    pub fn record_read(
        &self,
        officer: Option<&str>,
        person: &mut DeskPerson,
        purpose: acts::Purpose,
    ) -> Result<(), Notice> {
        if let Some(identity) = person.identity() {
            match self.people.pseudonym(&identity, Timestamp::now().as_millisecond()) {
                Ok(pseudonym) => person.pseudonym = Some(pseudonym),
                Err(_) if person.practice => {}
                Err(error) => return Err(not_recorded(&error.to_string())),
            }
        }
        let act = Act::Read {
            way: person.way.number(),
            verdict: person.verdict.map(|verdict| verdict.as_str()),
            purpose,
            people: person.pseudonym.iter().cloned().collect(),
            practice: person.practice,
        };
        self.record_by(officer, &act)
    }
}

/// Verifies the whole log of the desk, against the head that lies beside it and one that was noted elsewhere.
///
/// # Errors
/// The log cannot be read.
pub fn verified(log: &Log, noted: Option<Head>) -> Result<Outcome, LogError> {
    let beside = log.noted_heads();
    let expected = Expected { key: Some(*log.key().public()), heads: noted.into_iter().chain(beside).collect() };
    let own = Chain {
        device: log.key().device().to_owned(),
        stream: log.stream().to_owned(),
        public_key: *log.key().public().as_bytes(),
    };
    verify::chain(&log.reader()?, &own, &expected)
}

/// The form that is open goes out of the desk: what there is to record of that, of the people who stand in it. Nothing where
/// no form is open.
pub fn export_of(inner: &Inner, kind: ExportKind) -> Option<Act> {
    let session = inner.session.as_ref()?;
    let form = session.form.as_ref()?;
    let seated = |person: &&DeskPerson| form.roles.values().flatten().any(|number| *number == person.number);
    let mut people = session.people.iter().filter(seated).peekable();
    // One sample card beside a citizen's makes no practice of that citizen.
    let practice = match people.peek() {
        Some(_) => people.clone().all(|person| person.practice),
        None => session.is_all_practice(),
    };
    Some(Act::Export {
        kind,
        form: Some(form.pack.clone()),
        service: session.service,
        people: people.filter_map(|person| person.pseudonym.clone()).collect(),
        practice,
    })
}

/// Something of one person goes out of the desk, and no form.
pub fn export_of_person(person: &DeskPerson, kind: ExportKind) -> Act {
    Act::Export {
        kind,
        form: None,
        service: None,
        people: person.pseudonym.iter().cloned().collect(),
        practice: person.practice,
    }
}

/// The act was not done, because it could not be recorded.
fn not_recorded(why: &str) -> Notice {
    Notice::wrong(
        Words::new(
            "Chưa thực hiện: không ghi được nhật ký vào ổ đĩa.",
            "Not done: the log could not be written to the disk.",
        ),
        Words::new(
            format!(
                "Giải phóng chỗ trống trên ổ đĩa hoặc báo người quản trị, rồi làm lại. Luyện tập với thẻ mẫu vẫn được. ({why})"
            ),
            format!(
                "Free some space on the disk or tell the administrator, then try again. Practice still works. ({why})"
            ),
        ),
    )
}

/// What to say where the log cannot be opened.
pub fn advice(error: &LogError) -> &'static str {
    match error {
        LogError::Key(KeyError::Open { .. } | KeyError::Malformed { .. }) | LogError::KeyIsGone(_) => "see above",
        _ => "free some space or choose another folder with --data",
    }
}

#[cfg(test)]
mod tests {
    use cccd_forms::facts::{Fact, Known, Origin, Person};

    use super::*;
    use crate::desk::bridge::acts::BridgeAct;
    use crate::desk::person::Way;

    fn person(practice: bool) -> DeskPerson {
        let mut facts = Person::default();
        let number = Known { text: "001190123456".to_owned(), origin: Origin::Typed };
        facts.facts.insert(Fact::IdNumber, number);
        let mut person = DeskPerson::of_hand(Way::Card, facts, Vec::new(), Timestamp::now());
        person.practice = practice;
        person
    }

    #[test]
    fn what_cannot_be_recorded_is_refused_with_words_and_practice_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let audit = Audit::open(folder.path()).unwrap();
        let mut real = person(false);
        audit.record_read(Some("an"), &mut real, acts::Purpose::default()).unwrap();
        assert!(real.pseudonym.is_some());
        // As if the disk took nothing any more.
        let log = rusqlite::Connection::open(folder.path().join(cccd_records::log::FILE)).unwrap();
        log.execute_batch("DROP TABLE record").unwrap();
        let refused = audit.record_read(Some("an"), &mut person(false), acts::Purpose::default()).unwrap_err();
        assert!(refused.wrong && !refused.todo.vi.is_empty() && !refused.todo.en.is_empty());
        audit.record_read(Some("an"), &mut person(true), acts::Purpose::default()).unwrap();
        assert!(
            audit
                .record(&Act::Export {
                    kind: ExportKind::Pdf,
                    form: None,
                    service: None,
                    people: Vec::new(),
                    practice: false
                })
                .is_err()
        );
    }

    #[test]
    fn no_act_is_without_a_name_for_people() {
        let acts = [
            Act::Started,
            Act::SessionBegun,
            Act::LinksExpired { count: 1 },
            Act::LogVerified { result: "whole", records: 1 },
            Act::Bridge(BridgeAct::Forgotten { grant: "a".into() }),
        ];
        for act in acts {
            assert!(acts::all_names().any(|(name, ..)| *name == act.name()), "{}", act.name());
            assert_eq!(act.body(None)["officer"], serde_json::Value::Null);
        }
    }
}
