//! What is printed: the filled form, and the record of how a person was read. A process of its own does the typesetting
//! ([`cccd_typeset::worker`]); it ends with the session, and what it knew with it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use cccd::messages::{self, Words};
use cccd_forms::facts::Fact;
use cccd_forms::filling::Form;
use cccd_forms::packs::{Pack, SHARED_PARTS};
use cccd_typeset::Request;
use cccd_typeset::worker::{Worker, WorkerError};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::clock;
use super::notice::Notice;
use super::office::Office;
use super::person::{DeskPerson, fact_words};
use crate::own_process;

/// How the program is called to typeset. Not for people, so it stands in no help.
pub const COMMAND: &str = "typeset";

/// The longest that a page may take: a template of an office may loop.
const LIMIT: Duration = Duration::from_secs(10);

/// The record of a read.
const RECORD: &str = include_str!("../../templates/record.typ");

/// Makes PDFs.
pub struct Printer {
    worker: Arc<Mutex<Worker>>,
    /// How often it was wiped: what was asked before the last time is not made any more.
    wiped: Arc<AtomicU64>,
}

/// When something was asked of the printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked(u64);

impl Printer {
    /// One that starts its process when it is needed.
    ///
    /// # Errors
    /// It is not known where this program is.
    pub fn new() -> std::io::Result<Self> {
        Ok(Self { worker: Arc::new(Mutex::new(Worker::start(own_process::command(COMMAND)?))), wiped: Arc::default() })
    }

    /// Now. To be taken while the session that something is asked for is looked at.
    pub fn now(&self) -> Asked {
        Asked(self.wiped.load(Ordering::SeqCst))
    }

    /// The PDF. It blocks.
    ///
    /// # Errors
    /// The session ended meanwhile, the template is broken, or the process died.
    pub fn print(&self, request: &Request, asked: Asked) -> Result<Vec<u8>, Notice> {
        self.print_within(request, asked, LIMIT)
    }

    /// The same with another limit.
    ///
    /// # Errors
    /// As [`Printer::print`].
    pub fn print_within(&self, request: &Request, asked: Asked, limit: Duration) -> Result<Vec<u8>, Notice> {
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        if self.now() != asked {
            return Err(Notice::session_is_over());
        }
        let made = worker.typeset(request, limit).map_err(|error| notice(&error));
        if self.now() != asked {
            // The session ended meanwhile: who waits to wipe comes next.
            return Err(Notice::session_is_over());
        }
        made
    }

    /// Starts the process, so that the first page does not wait for it.
    pub fn warm_up(&self) {
        self.meanwhile(Worker::warm_up);
    }

    /// Ends the process, and with it everything it knows.
    pub fn wipe(&self) {
        self.wiped.fetch_add(1, Ordering::SeqCst);
        self.meanwhile(Worker::wipe);
    }

    /// Does something with the worker as soon as it is free, without waiting for that.
    fn meanwhile(&self, act: fn(&mut Worker)) {
        let worker = Arc::clone(&self.worker);
        // Where no thread can be started, the next page starts the process, and the end of this program ends it.
        let _ = thread::Builder::new()
            .name("printer".into())
            .spawn(move || act(&mut worker.lock().unwrap_or_else(PoisonError::into_inner)));
    }
}

fn notice(error: &WorkerError) -> Notice {
    let what = Words::new("Không tạo được bản in.", "The page could not be made.");
    let todo = match error {
        WorkerError::Typeset(_) => Words::new(
            format!("Mẫu in có lỗi; những gì đã nhập vẫn còn. Báo người quản trị: {error}"),
            format!("The template is broken; nothing typed is lost. Tell the administrator: {error}"),
        ),
        _ => Words::new(
            format!("Những gì đã nhập vẫn còn: thử lại. Nếu vẫn vậy, báo người quản trị: {error}"),
            format!("Nothing typed is lost: try again. If it stays so, tell the administrator: {error}"),
        ),
    };
    Notice::wrong(what, todo)
}

/// The filled form, to be printed.
///
/// With somebody of practice in it, it is marked as such: nobody is to take it for an application.
pub fn of_form(pack: &Pack, form: &Form, practice: bool) -> Request {
    let mut data = form.data();
    data["pack"]["practice"] = Value::Bool(practice);
    of_data(pack, data)
}

/// The form with the data that its template reads.
pub fn of_data(pack: &Pack, data: Value) -> Request {
    with_parts(Request::new(pack.template.clone(), data, pack.title.clone(), clock::today()))
}

/// The record of a read: what was read, when, in which of the seven ways, and what the checks said. It goes into the file
/// of the case in the place of a copied paper.
pub fn of_record(person: &DeskPerson, office: &Office) -> Request {
    let title = "Phiếu ghi nhận khai thác thông tin công dân";
    with_parts(Request::new(RECORD, record(person, office), title, clock::today()))
}

fn with_parts(request: Request) -> Request {
    request.with_file("/shared/parts.typ", SHARED_PARTS)
}

fn record(person: &DeskPerson, office: &Office) -> Value {
    // Ethnicity and religion are sensitive: a record that proves who was there needs neither.
    let shown = Fact::ALL.into_iter().filter(|fact| !fact.is_sensitive());
    let facts = shown.filter_map(|fact| {
        let known = person.facts.facts.get(&fact)?;
        Some(json!({"label": fact_words(fact).vi, "text": known.text, "origin": known.origin.vi()}))
    });
    let checks = person.checks.iter().map(|line| json!({"name": line.name.vi, "found": line.found.vi}));
    let differences = person.differences.iter().map(|line| {
        let [one, other] = &line.said;
        json!({"label": line.label.vi, "one": {"source": one.0.vi, "text": one.1},
               "other": {"source": other.0.vi, "text": other.1}})
    });
    let verdict = person.verdict.and_then(|verdict| messages::of(verdict.as_str()));
    json!({
        "authority": office.authority,
        "place": office.place,
        "today": clock::today().strftime("%d/%m/%Y").to_string(),
        "at": clock::written(person.at),
        "printed": clock::written(Timestamp::now()),
        "way": {"number": person.way.of_guidance(), "text": person.way.words().vi},
        "verdict": verdict.map_or("Chưa xác thực bằng chip", |message| message.vi),
        "practice": person.practice,
        "facts": facts.collect::<Vec<_>>(),
        "checks": checks.collect::<Vec<_>>(),
        "differences": differences.collect::<Vec<_>>(),
        "warnings": person.warnings.iter().map(|words| words.vi.clone()).collect::<Vec<_>>(),
    })
}
