//! A chip that answers as a recorded one did: the same commands in the same order, with the same status words, sizes and
//! failures, and other content under other keys. A command or an answer of another shape ends it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use icao9303::transport::{Learnt, LinkLimits, Transport, TransportError};
use virtual_card::chip::apdu::{Command, Reply};
use virtual_card::chip::pace::{Choice, Pace, Progress};
use virtual_card::chip::randomness::Randomness;
use virtual_card::chip::secure_messaging::{AnswerDefect, Session};
use virtual_card::chip::{bac, chip_authentication};
use virtual_card::image::{ActiveAuthenticationKey, ChipAuthenticationKey, PaceOffer, Passwords};

use super::reading::{self, Current, Room};
use crate::read::CardSource;
use crate::trace::{Event, Trace};

/// What the made-up chip holds.
pub(super) struct Content {
    /// Files of the master file, by identifier.
    pub master: BTreeMap<u16, Vec<u8>>,
    /// Files of the application, by identifier.
    pub application: BTreeMap<u16, Vec<u8>>,
    pub passwords: Passwords,
    pub pace: Vec<PaceOffer>,
    pub chip_authentication: Vec<ChipAuthenticationKey>,
    pub active_authentication: Option<ActiveAuthenticationKey>,
}

/// The chip, shared with the links to it.
#[derive(Clone)]
pub(super) struct Mirror(Arc<Mutex<Chip>>);

struct Chip {
    script: VecDeque<Event>,
    exchanges: usize,
    content: Content,
    randomness: Randomness,
    limits: LinkLimits,
    learnt: Option<Learnt>,
    state: State,
    /// Why the chip could not follow the recording.
    objection: Option<String>,
}

/// What a loss of power erases.
#[derive(Default)]
struct State {
    current: Current,
    session: Option<Session>,
    /// As it was before the last command.
    session_before: Option<Session>,
    next_session: Option<Session>,
    challenge: Option<[u8; 8]>,
    pace: Option<Pace>,
    key: Option<usize>,
    chain: Vec<u8>,
    waiting: Vec<u8>,
}

type Refusal = &'static str;

impl Mirror {
    pub(super) fn new(trace: &Trace, content: Content, randomness: Randomness) -> Self {
        let script = trace.events.iter().filter(|event| {
            matches!(
                event,
                Event::Limits(..)
                    | Event::Command(..)
                    | Event::Response(..)
                    | Event::LinkError(..)
                    | Event::CardReturned(_)
            )
        });
        Self(Arc::new(Mutex::new(Chip {
            script: script.cloned().collect(),
            exchanges: 0,
            content,
            randomness,
            limits: LinkLimits::SHORT,
            learnt: None,
            state: State::default(),
            objection: None,
        })))
    }

    /// Why the recording could not be followed to its end, if it could not.
    pub(super) fn objection(&self) -> Option<String> {
        let chip = self.chip();
        let rest = || (!chip.script.is_empty()).then(|| format!("the session ended after exchange {}", chip.exchanges));
        chip.objection.clone().or_else(rest)
    }

    fn chip(&self) -> MutexGuard<'_, Chip> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CardSource for Mirror {
    type Link<'a> = Self;

    fn open(&mut self) -> Result<Self, TransportError> {
        let mut chip = self.chip();
        chip.state = State::default();
        match chip.script.front() {
            Some(Event::Limits(limits, learnt)) => {
                (chip.limits, chip.learnt) = (*limits, *learnt);
                chip.script.pop_front();
            }
            Some(Event::LinkError(_, error)) => {
                let error = error.clone();
                chip.script.pop_front();
                return Err(error);
            }
            _ => {}
        }
        drop(chip);
        Ok(self.clone())
    }

    fn wait_for_return(&mut self) -> Result<bool, TransportError> {
        let mut chip = self.chip();
        let returned = matches!(chip.script.front(), Some(Event::CardReturned(_)));
        if returned {
            chip.script.pop_front();
        }
        Ok(returned)
    }
}

impl Transport for Mirror {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.chip().transmit(command)
    }

    fn limits(&self) -> LinkLimits {
        self.chip().limits
    }

    fn learnt(&self) -> Option<Learnt> {
        self.chip().learnt
    }
}

impl Chip {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if matches!(self.script.front(), Some(Event::Limits(..))) {
            self.script.pop_front();
        }
        self.exchanges += 1;
        let alike = |old: &[u8]| old.len() == command.len() && old.get(..4) == command.get(..4);
        match self.script.pop_front() {
            Some(Event::Command(_, old)) if alike(&old) => {}
            Some(_) => return Err(self.object("another command was sent")),
            None => return Err(self.object("a command was sent after the end")),
        }
        match self.script.pop_front() {
            Some(Event::Response(_, old)) => {
                let answer = self.answer(command, &old).map_err(|why| self.object(why))?;
                if answer.len() != old.len() || answer.last_chunk::<2>() != old.last_chunk::<2>() {
                    return Err(self.object("the answer has a size that cannot be made"));
                }
                Ok(answer)
            }
            Some(Event::LinkError(_, error)) => Err(error),
            Some(_) => Err(self.object("no answer was recorded")),
            None => Err(TransportError::Timeout),
        }
    }

    fn object(&mut self, why: &str) -> TransportError {
        let number = self.exchanges;
        let why = self.objection.get_or_insert_with(|| format!("exchange {number}: {why}"));
        TransportError::Failed(why.clone())
    }

    /// The answer in the place of a recorded one.
    fn answer(&mut self, command: &[u8], old: &[u8]) -> Result<Vec<u8>, Refusal> {
        let Some((data, status)) = old.split_last_chunk::<2>() else { return Ok(vec![0; old.len()]) };
        let status = u16::from_be_bytes(*status);
        let command = Command::parse(command).map_err(|_| "a command that is none")?;
        if command.ins == 0xC0 && !self.state.waiting.is_empty() {
            return self.piece(data.len(), status);
        }
        let (length, last) = self.whole(data.len(), status);
        let reply = if command.is_protected() {
            self.protected(&command, length, last)?
        } else {
            if self.state.session.is_some() {
                self.state.session = None;
            }
            let room = Room::Exactly(length);
            let reply = self.carry_out(&command, room, last)?;
            self.start_next();
            reply
        };
        if reply.data.len() != length {
            return Err("the answer has a size that cannot be made");
        }
        self.state.waiting = reply.data;
        self.piece(data.len(), status)
    }

    /// How long an answer is with all that GET RESPONSE fetches after it, and its last status word.
    fn whole(&self, first: usize, status: u16) -> (usize, u16) {
        let (mut length, mut last) = (first, status);
        let mut following = self.script.iter();
        while last >> 8 == 0x61 {
            let (Some(Event::Command(_, next)), Some(Event::Response(_, answer))) =
                (following.next(), following.next())
            else {
                break;
            };
            let (Some(0xC0), Some((data, status))) = (next.get(1), answer.split_last_chunk::<2>()) else { break };
            length += data.len();
            last = u16::from_be_bytes(*status);
        }
        (length, last)
    }

    fn piece(&mut self, length: usize, status: u16) -> Result<Vec<u8>, Refusal> {
        if self.state.waiting.len() < length {
            return Err("the answer has a size that cannot be made");
        }
        let rest = self.state.waiting.split_off(length);
        let mut piece = std::mem::replace(&mut self.state.waiting, rest);
        piece.extend(status.to_be_bytes());
        Ok(piece)
    }

    fn start_next(&mut self) {
        if let Some(session) = self.state.next_session.take() {
            self.state.session = Some(session);
            self.state.session_before = None;
        }
    }

    /// An answer under secure messaging of so many bytes, or one without where the recorded chip dropped it.
    fn protected(&mut self, outer: &Command, length: usize, status: u16) -> Result<Reply, Refusal> {
        let refused = length == 0;
        let Some(mut session) = self.state.session.clone() else {
            return if refused { Ok(Reply::status(status)) } else { Err("protected answers outside a session") };
        };
        let opened = session.unprotect(outer).ok().or_else(|| self.resynchronised(&mut session, outer));
        let Some(plain) = opened else {
            // As a clone does, which does not hold the key that the terminal agreed upon.
            self.state.session = None;
            return if refused { Ok(Reply::status(status)) } else { Err("a command that cannot be opened") };
        };
        self.state.session_before.clone_from(&self.state.session);
        if refused {
            self.state.session = Some(session);
            self.state.chain.clear();
            return Ok(Reply::status(status));
        }
        let room = Room::of_protected(length, plain.ins, session.block_len());
        let reply = self.carry_out(&plain, room, status)?;
        let protected = session.protect(&reply, plain.ins, AnswerDefect::default());
        self.state.session = Some(session);
        self.start_next();
        Ok(protected)
    }

    /// After an answer without protection the two sides may count apart: as the recorded ones did.
    fn resynchronised(&self, session: &mut Session, outer: &Command) -> Option<Command> {
        let starts = [self.state.session.clone(), self.state.session_before.clone()];
        for start in starts.into_iter().flatten() {
            let mut candidate = start;
            for _ in 0..3 {
                let mut trial = candidate.clone();
                if let Ok(plain) = trial.unprotect(outer) {
                    *session = trial;
                    return Some(plain);
                }
                candidate.skip();
            }
        }
        None
    }

    /// What a command gives, its protection taken off. `status` is what the recorded chip said in the end.
    fn carry_out(&mut self, command: &Command, room: Room, status: u16) -> Result<Reply, Refusal> {
        // 63xx says that an authentication failed.
        if !matches!(status >> 8, 0x90 | 0x61 | 0x62) {
            self.state.chain.clear();
            return if room.allows(0) { Ok(Reply::status(status)) } else { Err("an error with data") };
        }
        let pace = command.ins == 0x86 && self.state.pace.is_some();
        if command.is_chained() && !pace {
            self.state.chain.extend_from_slice(&command.data);
            return Ok(Reply::status(status));
        }
        let mut data = std::mem::take(&mut self.state.chain);
        data.extend_from_slice(&command.data);
        let command = &Command { data, ..command.clone() };
        let data = match command.ins {
            0xA4 => self.state.current.select(command, room),
            0xB0 | 0xB1 => reading::read(command, &mut self.state.current, &self.content, room)
                .ok_or("a file that is not known")?,
            0x84 => self.challenge(),
            0x82 => self.open_by_bac(&command.data)?,
            0x22 => self.choose(command)?,
            0x86 => self.agree(command)?,
            0x88 => self.sign(&command.data, room)?,
            _ if room.allows(0) => Vec::new(),
            _ => return Err("an instruction that is not known"),
        };
        Ok(Reply { data, status })
    }

    fn challenge(&mut self) -> Vec<u8> {
        let challenge = virtual_card::chip::randomness::bytes::<8>(&mut self.randomness);
        self.state.challenge = Some(challenge);
        challenge.to_vec()
    }

    fn open_by_bac(&mut self, data: &[u8]) -> Result<Vec<u8>, Refusal> {
        let challenge = self.state.challenge.take().ok_or("BAC without a challenge")?;
        let mrz = &self.content.passwords.mrz_information;
        let opened = bac::authenticate(mrz, challenge, data, &mut self.randomness);
        let (answer, session) = opened.map_err(|_| "BAC that fails")?;
        self.state.next_session = Some(session);
        Ok(answer)
    }

    fn choose(&mut self, command: &Command) -> Result<Vec<u8>, Refusal> {
        let keys = &self.content.chip_authentication;
        match command.parameters() {
            0xC1A4 => {
                let passwords = &self.content.passwords;
                let choice = Choice::from_data(&command.data, &self.content.pace, passwords);
                let choice = choice.map_err(|_| "PACE with other mechanisms than ECDH with generic mapping")?;
                self.state.pace = Some(Pace::new(choice, passwords, &[]).map_err(|_| "PACE with another password")?);
            }
            0x41A4 => {
                let key = chip_authentication::set_authentication_template(&command.data, keys);
                self.state.key = Some(key.map_err(|_| "Chip Authentication with another key")?);
            }
            0x41A6 => {
                let session = chip_authentication::set_key_agreement_template(&command.data, keys);
                self.state.next_session = Some(session.map_err(|_| "Chip Authentication with another key")?);
            }
            _ => return Err("a security environment that is not known"),
        }
        Ok(Vec::new())
    }

    fn agree(&mut self, command: &Command) -> Result<Vec<u8>, Refusal> {
        if let Some(mut pace) = self.state.pace.take() {
            return match pace.advance(&command.data, &mut self.randomness).map_err(|_| "PACE that fails")? {
                Progress::Continue(answer) => {
                    self.state.pace = Some(pace);
                    Ok(answer)
                }
                Progress::Done(answer, session) => {
                    self.state.next_session = Some(*session);
                    Ok(answer)
                }
            };
        }
        let key = self.state.key.take().and_then(|index| self.content.chip_authentication.get(index));
        let agreed = chip_authentication::general_authenticate(&command.data, key.ok_or("an agreement without a key")?);
        let (answer, session) = agreed.map_err(|_| "Chip Authentication that fails")?;
        self.state.next_session = Some(session);
        Ok(answer)
    }

    /// Side by side or in DER, as long as the recorded answer.
    fn sign(&self, challenge: &[u8], room: Room) -> Result<Vec<u8>, Refusal> {
        if room.allows(0) {
            return Ok(Vec::new());
        }
        let Some(ActiveAuthenticationKey::Ecdsa { key, hash, .. }) = &self.content.active_authentication else {
            return Err("Active Authentication without its key");
        };
        let prehash = hash.digest(challenge);
        let (r, s) = key.sign_prehash(&prehash);
        let plain = [r, s].concat();
        if room.allows(plain.len()) {
            return Ok(plain);
        }
        (0_u16..2000)
            .filter_map(|attempt| {
                let (r, s) = key.sign_prehash_with(&prehash, &attempt.to_be_bytes());
                icao9303::crypto::ecdsa::EcdsaSignature { r, s }.to_der()
            })
            .find(|signature| room.allows(signature.len()))
            .ok_or("a proof of another size")
    }
}
