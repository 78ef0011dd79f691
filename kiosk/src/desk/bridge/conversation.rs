//! One connection, from its first message to its last: what a page says goes in, what it is told comes out. Nothing here
//! knows of sockets.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cccd::messages::Words;

use super::Bridge;
use super::acts::BridgeAct;
use super::answer::Answer;
use super::grants::Grant;
use super::line::{Seat, Stage};
use super::messages::{DeviceOf, Failed, GrantOf, Message, ProgressOf, Read, ReaderOf, Said};
use super::progress;
use super::rate::Rate;
use super::refusal::Refusal;
use super::request::Asked;
use crate::desk::audit::Act;
use crate::desk::notice::Notice;
use crate::desk::officers::Officers;
use crate::desk::person::fact_words;
use crate::desk::state::Desk;

/// How long a request may wait for the officer, and once more for the card.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// How long a connection may stay without a request.
const LONGEST_IDLE: Duration = Duration::from_secs(300);

/// How long a connection may last at all: a working day.
const LONGEST: Duration = Duration::from_secs(10 * 3600);

/// A connection.
pub struct Conversation {
    desk: Arc<Desk>,
    bridge: Arc<Bridge>,
    officers: Arc<Officers>,
    grant: Grant,
    /// Held as long as it lasts.
    _seat: Seat,
    open: Option<OpenRead>,
    reader: Option<ReaderOf>,
    messages: Rate,
    since: Instant,
    used: Instant,
}

/// The request that this page waits for.
struct OpenRead {
    id: String,
    number: u64,
    asked: Asked,
    told: Option<ProgressOf>,
}

/// What comes of a message, or of a change at the desk.
#[derive(Default)]
pub struct Told {
    /// What the page is told, in order.
    pub messages: Vec<Message>,
    /// The connection ends with it.
    pub over: bool,
}

impl Told {
    fn one(message: Message) -> Self {
        Self { messages: vec![message], over: false }
    }

    fn failed(refusal: Refusal, id: Option<String>, fields: Vec<String>) -> Self {
        let over = refusal.ends_connection();
        Self { messages: vec![Message::Failed(Failed::of(refusal, id, fields))], over }
    }
}

impl Conversation {
    /// A connection that begins now.
    pub fn begin(desk: &Arc<Desk>, bridge: &Arc<Bridge>, officers: &Arc<Officers>, grant: Grant, seat: Seat) -> Self {
        let now = Instant::now();
        Self {
            desk: Arc::clone(desk),
            bridge: Arc::clone(bridge),
            officers: Arc::clone(officers),
            grant,
            _seat: seat,
            open: None,
            reader: None,
            messages: Rate::of_messages(now),
            since: now,
            used: now,
        }
    }

    /// The first message.
    pub fn greet(&mut self) -> Message {
        let reader = progress::readers(&self.desk.look());
        self.reader = Some(reader);
        let device = DeviceOf::of(self.desk.audit.log.key());
        Message::Ready { grant: GrantOf::of(&self.grant), device, reader }
    }

    /// The page says something. It may wait for the disk.
    pub fn hear(&mut self, text: &str) -> Told {
        let now = Instant::now();
        self.used = now;
        if !self.messages.take(now) {
            let over = Told::failed(Refusal::TooFast, None, Vec::new());
            return Told { over: true, ..over };
        }
        match Said::parse(text) {
            Ok(Said::Read(read)) => {
                let id = read.id.clone();
                self.read(read, now).unwrap_or_else(|(refusal, fields)| {
                    self.note_refused(refusal, &fields);
                    Told::failed(refusal, Some(id), fields)
                })
            }
            Ok(Said::Cancel { id }) => self.cancel(&id),
            Err(refusal) => {
                self.note_refused(refusal, &[]);
                Told::failed(refusal, None, Vec::new())
            }
        }
    }

    /// Something changed at the desk, or time went by. It may wait for the disk.
    pub fn look(&mut self) -> Told {
        let now = Instant::now();
        if let Err(refusal) = self.bridge.holds(&self.grant.id) {
            return self.fail_open(refusal);
        }
        if self.open.is_some() {
            self.used = now;
        }
        let unused = now.saturating_duration_since(self.used) >= LONGEST_IDLE;
        if unused || now.saturating_duration_since(self.since) >= LONGEST {
            return self.fail_open(Refusal::ConnectionOver);
        }
        let mut said = Told::default();
        let reader = progress::readers(&self.desk.look());
        if self.reader.replace(reader) != Some(reader) {
            said.messages.push(Message::Reader(reader));
        }
        let more = self.follow(now);
        said.messages.extend(more.messages);
        said.over |= more.over;
        said
    }

    /// A page asks.
    fn read(&mut self, read: Read, now: Instant) -> Result<Told, (Refusal, Vec<String>)> {
        let refused = |refusal| (refusal, Vec::new());
        self.bridge.holds(&self.grant.id).map_err(refused)?;
        if !self.bridge.takes_read(self.grant.origin.as_str()) {
            return Err(refused(Refusal::TooFast));
        }
        if self.open.is_some() {
            return Err(refused(Refusal::Busy));
        }
        let asked = Asked::of(&read, &self.grant, &self.desk.services)?;
        if self.officers.is_demanded() && self.desk.audit.at_desk().is_none() {
            return Err(refused(Refusal::NobodyAtDesk));
        }
        if !self.bridge.takes_nonce(&self.grant.id, &asked.nonce) {
            return Err(refused(Refusal::NonceUsed));
        }
        let act = Act::Bridge(BridgeAct::Asked { asked: asked.clone() });
        self.desk.audit.record(&act).map_err(|_| refused(Refusal::NotRecorded))?;
        let number = self.desk.ask(asked.clone()).map_err(refused)?;
        self.open = Some(OpenRead { id: read.id, number, asked, told: None });
        self.agree_by_memory(number);
        Ok(self.follow(now))
    }

    /// Agrees in the officer's place, where that is remembered, nothing sensitive is asked for, nobody must choose who is meant,
    /// and the officer is at nothing else.
    fn agree_by_memory(&self, number: u64) {
        let Some(open) = &self.open else { return };
        let asked = &open.asked;
        let remembered = self.bridge.remembered(asked).filter(|_| !asked.is_sensitive());
        let Some(remembered) = remembered.filter(|consent| self.desk.is_remembered(number, &consent.id)) else {
            return;
        };
        let act = Act::Bridge(BridgeAct::Agreed { asked: asked.clone(), by_memory: true, until: None });
        // What cannot be recorded is not done: then the officer is asked.
        if self.desk.audit.record(&act).is_ok() {
            self.desk.agree_by_memory(number, &remembered.id);
        }
    }

    fn cancel(&mut self, id: &str) -> Told {
        match self.open.take_if(|open| open.id == id) {
            Some(open) => {
                self.desk.drop_open(open.number, Refusal::Cancelled);
                self.note_refused(Refusal::Cancelled, &[]);
                Told::failed(Refusal::Cancelled, Some(open.id), Vec::new())
            }
            // It was answered meanwhile: there is nothing to take back.
            None => Told::default(),
        }
    }

    /// How far the open request is: told where it is further than before, answered where somebody is there.
    fn follow(&mut self, now: Instant) -> Told {
        let Some(open) = &mut self.open else { return Told::default() };
        let (number, id) = (open.number, open.id.clone());
        let seen = {
            let inner = self.desk.look();
            let seen = |request: &super::line::Open| (request.stage, request.since, progress::of(&id, request, &inner));
            inner.line.open(number).map(seen).ok_or_else(|| inner.line.why_over(number))
        };
        let (stage, since, progress) = match seen {
            Ok(seen) => seen,
            Err(why) => return self.fail_open(why),
        };
        if matches!(stage, Stage::Person(_)) {
            return self.answer(number);
        }
        if now.saturating_duration_since(since) >= LONGEST_WAIT {
            self.desk.drop_open(number, Refusal::Timeout);
            return self.fail_open(Refusal::Timeout);
        }
        if open.told.as_ref() == Some(&progress) {
            return Told::default();
        }
        open.told = Some(progress.clone());
        Told::one(Message::Progress(progress))
    }

    /// Answers the open request. That it is answered stands in the log before it leaves.
    fn answer(&mut self, number: u64) -> Told {
        let made = self.desk.given(number, |open, person, inner| Answer::of(open, person, inner, &self.desk));
        // Who was to be given was taken out of the session.
        let made = made.unwrap_or(Err(Refusal::SessionEnded));
        let signed = made.and_then(|answer| answer.signed(&self.desk));
        // While the disk was waited for, the session may have ended or the grant been taken back.
        let still = self.bridge.holds(&self.grant.id).and_then(|()| {
            let inner = self.desk.look();
            inner.line.open(number).map(drop).ok_or_else(|| inner.line.why_over(number))
        });
        if let Err(refusal) = still {
            return self.fail_open(refusal);
        }
        if signed.is_ok() {
            self.desk.count_answer(number);
        }
        // Who was refused for what the card says stays on the desk's page, which says why.
        let open = |open: &super::line::Open| (open.remember, open.by_memory());
        let (remember, by_memory) = self.desk.look().line.open(number).map(open).unwrap_or_default();
        self.desk.close_open(number);
        match signed {
            Ok(answer) => {
                self.remember(remember);
                if let Some(open) = self.open.as_ref().filter(|_| by_memory) {
                    self.desk.say(Notice::given_by_memory(&open.asked));
                }
                let id = self.open.take().map(|open| open.id).unwrap_or_default();
                Told::one(Message::Done { id, answer })
            }
            Err(refusal) => self.fail_open(refusal),
        }
    }

    /// Remembers the officer's consent. Only now is it known that the purpose, which is kept with it, names nobody.
    fn remember(&self, until: Option<i64>) {
        let (Some(until), Some(open)) = (until, &self.open) else { return };
        let by = self.desk.audit.at_desk();
        if let Err(error) = self.bridge.remember(&open.asked, until, by.as_deref()) {
            self.desk.say(Notice::wrong(
                Words::new("Đã đồng ý lần này, nhưng chưa nhớ được.", "Agreed this time, but it is not remembered."),
                Words::new(format!("Kiểm tra ổ đĩa ({error})."), format!("See whether the disk is full ({error}).")),
            ));
        }
    }

    /// The open request is over without an answer; where none is open, the connection alone may be.
    fn fail_open(&mut self, refusal: Refusal) -> Told {
        let open = self.open.take();
        if let Some(open) = &open {
            self.desk.drop_open(open.number, refusal);
            self.note_refused(refusal, &[]);
        }
        Told::failed(refusal, open.map(|open| open.id), Vec::new())
    }

    fn note_refused(&self, refusal: Refusal, fields: &[String]) {
        // What a page can say without end must not fill the log.
        let endless = matches!(refusal, Refusal::TooFast | Refusal::UnknownCommand | Refusal::Malformed);
        if endless && !self.bridge.takes_note(self.grant.origin.as_str()) {
            return;
        }
        self.desk.audit.note(&Act::Bridge(BridgeAct::refused(&self.grant, refusal, fields)));
    }
}

impl Notice {
    /// What left without a question: the officer sees it each time.
    fn given_by_memory(asked: &Asked) -> Self {
        let (mut vi, mut en) = (Vec::new(), Vec::new());
        for words in asked.fields.iter().map(|fact| fact_words(*fact)) {
            vi.push(words.vi);
            en.push(words.en);
        }
        let (origin, vi, en) = (asked.origin.as_str(), vi.join(", "), en.join(", "));
        Self::info(
            &format!("Theo sự đồng ý đã nhớ, đã chuyển cho {origin}: {vi}. Thôi nhớ ở trang «Phần mềm kết nối»."),
            &format!("By a remembered consent {origin} was given: {en}. Drop it on the page of connected software."),
        )
    }
}

#[cfg(test)]
mod tests;
