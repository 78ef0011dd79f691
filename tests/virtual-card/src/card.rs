//! A card in a slot: a chip, the link to it, and what can happen to its answers or to the card itself.

use std::time::{Duration, Instant};

use crate::{
    chip::{Chip, apdu::Reply},
    faults::{AnswerFault, Effect, Faults, Removal},
    image::ChipImage,
    link::LinkModel,
};

/// A simulated card, as a reader has it in its slot.
pub struct Card {
    chip: Chip,
    link: LinkModel,
    answers: Vec<Armed>,
    removals: Vec<Removal>,
    commands: u64,
    previous: Vec<u8>,
    /// By how much answers came later than the link says, in all: sleeping ends a little late each time.
    late: Duration,
}

/// A fault of answers, and how often it was due.
struct Armed {
    fault: AnswerFault,
    matched: u64,
}

/// What comes of one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer. Where the card is taken away right after it, how long it stays away is said too.
    Answer(Vec<u8>, Option<Away>),
    /// No answer, ever.
    Silent,
    /// The card is gone, and the command was not answered.
    Removed(Away),
}

/// How long a removed card stays away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Away {
    /// It is put back after this time.
    For(Duration),
    /// It is never put back.
    Forever,
}

impl Away {
    /// When a card that leaves now is back.
    #[must_use]
    pub fn until(self) -> Option<Instant> {
        match self {
            Self::For(time) => Some(Instant::now() + time),
            Self::Forever => None,
        }
    }
}

impl Card {
    /// A card with this content, these faults and this link. The seed decides every random number of the chip.
    #[must_use]
    pub fn new(image: ChipImage, faults: Faults, link: LinkModel, seed: [u8; 32]) -> Self {
        let randomness = <rand_chacha::ChaCha20Rng as rand_core::SeedableRng>::from_seed(seed);
        let answers = faults.answers.iter().map(|fault| Armed { fault: fault.clone(), matched: 0 }).collect();
        let mut removals = faults.removals.clone();
        removals.sort_by_key(|removal| removal.after);
        let chip = Chip::new(image, faults, Box::new(randomness));
        Self { chip, link, answers, removals, commands: 0, previous: Vec::new(), late: Duration::ZERO }
    }

    /// The answer to reset.
    #[must_use]
    pub fn atr(&self) -> &[u8] {
        self.chip.atr()
    }

    /// Power off and on, or a warm reset.
    pub fn reset(&mut self) {
        self.chip.reset();
    }

    /// Commands so far, over all sessions.
    #[must_use]
    pub const fn commands(&self) -> u64 {
        self.commands
    }

    /// Passes a command to the chip and takes as long as the link would.
    pub fn exchange(&mut self, command: &[u8]) -> Outcome {
        let start = Instant::now();
        self.commands += 1;
        if let Some(away) = self.removed_after(self.commands - 1, true) {
            self.chip.reset();
            return Outcome::Removed(away);
        }
        let effect = self.due_effect(command);
        let answer = match &effect {
            Some(Effect::Refuse { status }) => Reply::status(status.0).to_bytes(),
            _ => self.chip.answer(command, effect.as_ref()),
        };
        let time = self.link.duration(command.len(), answer.len(), self.chip.take_key_operations());
        let genuine = answer.clone();
        let (answer, delay) = match effect {
            Some(Effect::Silent) => return Outcome::Silent,
            Some(effect) => self.spoil(answer, &effect),
            None => (answer, Duration::ZERO),
        };
        self.previous = genuine;
        self.wait(start, time + delay);
        let away = self.removed_after(self.commands, false);
        if away.is_some() {
            self.chip.reset();
        }
        Outcome::Answer(answer, away)
    }

    /// Waits until an exchange has taken so long, what the chip itself has computed included, and makes good for earlier
    /// ones that took longer.
    fn wait(&mut self, start: Instant, time: Duration) {
        if time.is_zero() {
            return;
        }
        std::thread::sleep(time.saturating_sub(start.elapsed() + self.late));
        self.late = (self.late + start.elapsed()).saturating_sub(time);
    }

    /// The removal that is due once so many commands are answered.
    fn removed_after(&mut self, commands: u64, during_next: bool) -> Option<Away> {
        let due = self.removals.iter().position(|it| it.after == commands && it.during_next == during_next)?;
        Some(match self.removals.remove(due).back_after_ms {
            Some(ms) => Away::For(Duration::from_millis(ms)),
            None => Away::Forever,
        })
    }

    /// The first fault that selects the present command, counted.
    fn due_effect(&mut self, command: &[u8]) -> Option<Effect> {
        let (number, secured, sessions) = (self.commands, self.chip.is_secured(), self.chip.sessions());
        let ins = command.get(1);
        let mut due = None;
        for armed in &mut self.answers {
            let AnswerFault { at, ins: fault_ins, protected, session, skip, times, what } = &armed.fault;
            let selected = at.is_none_or(|at| at == number)
                && fault_ins.is_none_or(|fault_ins| ins == Some(&fault_ins.0))
                && protected.is_none_or(|protected| protected == secured)
                && session.is_none_or(|session| session == sessions);
            if !selected {
                continue;
            }
            armed.matched += 1;
            let spent = times.is_some_and(|times| armed.matched > skip.saturating_add(times));
            if due.is_none() && armed.matched > *skip && !spent {
                due = Some(what.clone());
            }
        }
        due
    }

    /// What a fault makes of an answer, and how much later it comes.
    fn spoil(&self, mut answer: Vec<u8>, effect: &Effect) -> (Vec<u8>, Duration) {
        match effect {
            Effect::Delay { ms } => return (answer, Duration::from_millis(*ms)),
            Effect::Nothing => answer.clear(),
            Effect::Truncate { bytes } => answer.truncate(answer.len().saturating_sub(*bytes)),
            Effect::Append { bytes } => answer.resize(answer.len() + bytes, 0),
            Effect::FlipBit { bit } => {
                let bit = bit % (answer.len() * 8).max(1);
                if let Some(byte) = answer.get_mut(bit / 8) {
                    *byte ^= 0x80 >> (bit % 8);
                }
            }
            Effect::Replay => answer.clone_from(&self.previous),
            Effect::Status { status } => answer = Reply::status(status.0).to_bytes(),
            // The chip itself has seen to the others.
            _ => {}
        }
        (answer, Duration::ZERO)
    }
}
