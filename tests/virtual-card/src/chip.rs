//! The chip: takes command APDUs, gives response APDUs, as ISO/IEC 7816-4 and ICAO Doc 9303-10 and -11 demand.
//!
//! [`Chip::answer`] is the way in. It takes secure messaging off ([`secure_messaging`]), carries the command out
//! (`commands`) and puts the answer back under protection. [`apdu`], [`tlv`] and [`status`] are the language, [`files`]
//! the file system, [`bac`], [`pace`], [`chip_authentication`], [`active_authentication`] and
//! [`terminal_authentication`] the protocols,
//! [`block_cipher`], [`key_agreement`], [`key_derivation`], [`modp`] and [`randomness`] what those stand on.
//!
//! Nothing here is shared with the reader but elliptic curve arithmetic.

pub mod active_authentication;
pub mod apdu;
pub mod bac;
pub mod block_cipher;
pub mod chip_authentication;
mod commands;
pub mod files;
pub mod key_agreement;
pub mod key_derivation;
pub mod modp;
pub mod pace;
pub mod randomness;
pub mod secure_messaging;
pub mod status;
pub mod terminal_authentication;
pub mod tlv;

#[cfg(test)]
pub(crate) mod terminal;
#[cfg(test)]
mod tests;

use self::{
    apdu::{Command, Reply},
    files::{Files, Standing},
    pace::Pace,
    randomness::Randomness,
    secure_messaging::{AnswerDefect, Session},
};
use crate::{
    faults::{Effect, Faults, FileName, UnprotectedErrors},
    image::{ActiveAuthenticationKey, ChipImage},
};

/// A chip in the field of a reader.
pub struct Chip {
    image: ChipImage,
    files: Files,
    faults: Faults,
    randomness: Randomness,
    /// Tries left, which survive a loss of power.
    tries: Tries,
    /// Trust points and date of Terminal Authentication, which survive it too.
    trust: Option<terminal_authentication::TrustMemory>,
    /// What a loss of power erases.
    state: State,
    /// Key operations since [`Chip::take_key_operations`].
    key_operations: u32,
}

/// Tries left before a password blocks. Nothing where it is not counted.
struct Tries {
    pin: Option<u8>,
    others: Option<u8>,
}

/// What a chip remembers while it has power.
#[derive(Default)]
struct State {
    application: bool,
    current: Option<FileName>,
    /// Secure messaging. Access is granted for as long as it lasts.
    session: Option<Session>,
    /// The session that starts after the answer to the present command.
    next_session: Option<Session>,
    /// How many sessions have started since the chip was powered.
    sessions: u32,
    bac_challenge: Option<[u8; 8]>,
    pace: Option<Pace>,
    /// The Chip Authentication key that MSE:Set AT chose.
    chip_authentication: Option<usize>,
    terminal: terminal_authentication::Run,
    /// Data of the commands of an unfinished chain.
    chain: Vec<u8>,
    /// Bytes of an answer and its status word that wait for GET RESPONSE.
    waiting: Option<Reply>,
    /// The same under protection.
    waiting_protected: Option<Reply>,
}

impl Chip {
    /// A chip with this content, these faults and these random numbers.
    #[must_use]
    pub fn new(mut image: ChipImage, faults: Faults, mut randomness: Randomness) -> Self {
        if faults.clone.chip_authentication {
            for key in &mut image.chip_authentication {
                key.key = key_agreement::PrivateKey::generate(key.key.domain(), &mut randomness);
            }
        }
        if faults.clone.chip_authentication_mapping {
            for key in &mut image.mapping_keys {
                *key = randomness::private_key(&mut randomness, key.curve());
            }
        }
        if faults.clone.active_authentication {
            image.active_authentication = image.active_authentication.map(|key| another_key(key, &mut randomness));
        }
        let files = Files::new(&image, &faults);
        let tries = Tries { pin: Some(if faults.pin_blocked { 0 } else { 3 }), others: faults.tries };
        let trust = image.terminal_trust.as_ref().and_then(terminal_authentication::TrustMemory::new);
        Self { image, files, faults, randomness, tries, trust, state: State::default(), key_operations: 0 }
    }

    /// The answer to reset.
    #[must_use]
    pub fn atr(&self) -> &[u8] {
        &self.image.atr
    }

    /// Power off and on, or a warm reset: all that is selected and agreed is lost.
    pub fn reset(&mut self) {
        self.state = State::default();
    }

    /// Whether secure messaging is on.
    #[must_use]
    pub const fn is_secured(&self) -> bool {
        self.state.session.is_some()
    }

    /// How many sessions of secure messaging have started since the chip was powered.
    #[must_use]
    pub const fn sessions(&self) -> u32 {
        self.state.sessions
    }

    /// How many operations with a key there were since this was asked last.
    pub const fn take_key_operations(&mut self) -> u32 {
        let operations = self.key_operations;
        self.key_operations = 0;
        operations
    }

    /// Answers a command APDU, under the fault given where it is one of the chip's own. A protocol error is a status
    /// word, never a panic.
    pub fn answer(&mut self, command: &[u8], fault: Option<&Effect>) -> Vec<u8> {
        let outer = match Command::parse(command) {
            Ok(outer) => outer,
            Err(refusal) => return Reply::from(refusal).to_bytes(),
        };
        if outer.ins == 0xC0 && outer.cla & 0xEC == 0 {
            if let Some(waiting) = self.state.waiting.take() {
                return self.in_pieces(waiting, outer.le.unwrap_or(256)).to_bytes();
            }
        }
        self.state.waiting = None;
        if matches!(fault, Some(Effect::DropSession)) {
            self.state.session = None;
        }
        if let Some(refusal) = self.refuse_lengths(&outer, command.len()) {
            return Reply::from(refusal).to_bytes();
        }
        let room = self.room(&outer);
        let reply = if outer.is_protected() {
            self.answer_protected(&outer, room, fault)
        } else {
            // A plain command ends secure messaging and all rights with it (ICAO Doc 9303-11, 9.8.3).
            self.state.session = None;
            self.carry_out(&outer, room, fault)
        };
        if let Some(session) = self.state.next_session.take() {
            self.state.session = Some(session);
            self.state.sessions = self.state.sessions.saturating_add(1);
        }
        self.in_pieces(reply, outer.le.unwrap_or(256)).to_bytes()
    }

    fn answer_protected(&mut self, outer: &Command, room: usize, fault: Option<&Effect>) -> Reply {
        let Some(mut session) = self.state.session.take() else { return status::SM_OBJECTS_INCORRECT.into() };
        let plain = match session.unprotect(outer) {
            Ok(plain) => plain,
            // The session stays deleted.
            Err(refusal) => return refusal.into(),
        };
        let capacity = session.capacity(room);
        self.state.session = Some(session);
        let reply = match self.state.waiting_protected.take().filter(|_| plain.ins == 0xC0) {
            Some(rest) => rest,
            None => self.carry_out(&plain, capacity, fault),
        };
        let reply = if self.faults.pieces_under_protection { self.in_protected_pieces(reply, capacity) } else { reply };
        // A command may end the session: selection of the application after a failed protocol, for one.
        let Some(session) = self.state.session.as_mut() else { return reply };
        let is_error = !matches!(reply.status, status::SUCCESS | status::END_OF_FILE) && reply.data.is_empty();
        match self.faults.unprotected_errors.filter(|_| is_error) {
            Some(UnprotectedErrors::Uncounted) => return reply,
            Some(UnprotectedErrors::NothingCounted) => {
                session.count_back();
                return reply;
            }
            Some(UnprotectedErrors::EndSession) => {
                self.state.session = None;
                return reply;
            }
            Some(UnprotectedErrors::Counted) | None => {}
        }
        let bare = is_error && self.faults.unprotected_errors.is_some() || matches!(fault, Some(Effect::Unprotected));
        let protected = session.protect(&reply, plain.ins, defect_of(fault));
        if bare { reply } else { protected }
    }

    /// The refusal of a command that is longer than the chip takes.
    fn refuse_lengths(&self, command: &Command, length: usize) -> Option<u16> {
        let extended = self.image.extended_length.filter(|_| !self.faults.extended_length_refused);
        let too_long = match extended {
            Some(limits) => {
                let response = command.le.filter(|le| command.extended && *le != 65_536).unwrap_or(0) + 2;
                length > usize::from(limits.max_command) || response > usize::from(limits.max_response)
            }
            None => command.extended,
        };
        (too_long || self.faults.max_lc.is_some_and(|max| command.data.len() > max)).then_some(status::WRONG_LENGTH)
    }

    /// How many bytes of data the answer to this command can hold.
    fn room(&self, command: &Command) -> usize {
        match (command.extended, self.image.extended_length) {
            (true, Some(limits)) => {
                command.le.unwrap_or(65_536).min(usize::from(limits.max_response).saturating_sub(2))
            }
            _ => 256,
        }
    }

    /// An answer that the terminal did not leave room for waits for GET RESPONSE (ISO/IEC 7816-4:2020, 5.3.4).
    fn in_pieces(&mut self, mut reply: Reply, le: usize) -> Reply {
        let most = self
            .image
            .extended_length
            .filter(|_| le > 256)
            .map_or(256, |limits| usize::from(limits.max_response).saturating_sub(2));
        let room = le.min(most);
        if reply.data.len() <= room {
            return reply;
        }
        let rest = reply.data.split_off(room);
        let left = rest.len().min(256) as u8;
        self.state.waiting = Some(Reply { data: rest, status: reply.status });
        Reply { data: reply.data, status: status::BYTES_LEFT | u16::from(left) }
    }

    /// The part of an answer that one protected response holds; the rest waits for a protected GET RESPONSE.
    fn in_protected_pieces(&mut self, mut reply: Reply, capacity: usize) -> Reply {
        if reply.data.len() <= capacity {
            return reply;
        }
        let rest = reply.data.split_off(capacity);
        let left = rest.len().min(256) as u8;
        self.state.waiting_protected = Some(Reply { data: rest, status: reply.status });
        Reply { data: reply.data, status: status::BYTES_LEFT | u16::from(left) }
    }

    const fn opens(&self, data_group: u8) -> bool {
        self.state.session.is_some() && self.state.terminal.opens(data_group)
    }

    const fn standing(&self) -> Standing {
        Standing {
            application: self.state.application,
            access_granted: self.state.session.is_some(),
            opened: [self.opens(3), self.opens(4)],
            current: self.state.current,
        }
    }
}

/// How the answer is protected wrongly, where the fault is of that kind.
fn defect_of(fault: Option<&Effect>) -> AnswerDefect {
    let none = AnswerDefect::default();
    match fault {
        Some(Effect::WithoutMac) => AnswerDefect { without_mac: true, ..none },
        Some(Effect::WithoutStatus) => AnswerDefect { without_status: true, ..none },
        Some(Effect::OuterStatus { status }) => AnswerDefect { outer_status: Some(status.0), ..none },
        Some(Effect::CounterStandsStill) => AnswerDefect { counter_stands_still: true, ..none },
        Some(Effect::BadPadding) => AnswerDefect { bad_padding: true, ..none },
        _ => none,
    }
}

/// A key of the same kind that no signed file vouches for.
fn another_key(key: ActiveAuthenticationKey, randomness: &mut Randomness) -> ActiveAuthenticationKey {
    match key {
        ActiveAuthenticationKey::Ecdsa { key, hash, der } => {
            ActiveAuthenticationKey::Ecdsa { key: randomness::private_key(randomness, key.curve()), hash, der }
        }
        ActiveAuthenticationKey::Rsa { key, hash, one_byte_trailer } => {
            use rsa::traits::PublicKeyParts;
            let bits = key.size() * 8;
            let other = rsa::RsaPrivateKey::new(randomness, bits).expect("a key of the size of one that exists");
            ActiveAuthenticationKey::Rsa { key: Box::new(other), hash, one_byte_trailer }
        }
    }
}
