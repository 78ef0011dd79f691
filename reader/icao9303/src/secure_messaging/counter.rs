//! The send sequence counter, and how it stays in step with chips that answer without protection.
//!
//! The counter grows by one before each command and each response (Doc 9303-11, 9.8.2). What a chip does with it when it
//! answers an error *without* protection and keeps the session is not written anywhere. Seen:
//!
//! - both steps are counted, as if the answer had been protected (what JMRTD, the most used reader, assumes);
//! - only the command is counted (the answer was made outside the protected layer);
//! - nothing is counted: the command was refused before its protection was looked at, as a chip without extended length
//!   does with `6700` (gmrtd issue 457).
//!
//! So after such an answer the counter is *unsettled*. The next command goes out with the likeliest value; where the
//! chip refuses it as wrongly protected (`6987`, `6988`) and still listens, the other values are tried, a few times. A
//! response that verifies settles the matter and teaches the habit of the chip for the rest of the session.
//!
//! What this costs in security: where nothing is counted, a counter value is used for two commands, so that someone
//! between reader and chip could hand over the withheld protected answer of the first command as that of the second.
//! That swaps one genuine piece of the chip for another within the session. It is why contents count only once passive
//! authentication has hashed them, and why a proof of the chip is bound to its own challenge or keys.

/// The counter with what is not known about it.
#[derive(Clone, Debug)]
pub(super) struct Counter {
    /// The value after the last response that verified.
    settled: u128,
    /// How many exchanges since then ended without a protected answer, refused attempts included.
    unprotected: u8,
    /// How many of these were refused attempts.
    refused: u8,
    /// How the value for the next command is guessed while unsettled.
    guess: usize,
    order: [Habit; 4],
    ended: bool,
}

/// What a chip counts of an exchange that it answers without protection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Habit {
    steps: u128,
    /// Whether a refused attempt (`6987`, `6988`) counts the same. If not, it is as if it had not been.
    refusals_too: bool,
}

const BOTH: Habit = Habit { steps: 2, refusals_too: false };
const COMMAND_ONLY: Habit = Habit { steps: 1, refusals_too: false };
const NEITHER: Habit = Habit { steps: 0, refusals_too: false };
const COMMAND_ALWAYS: Habit = Habit { steps: 1, refusals_too: true };

/// More unprotected answers in a row than any read has reason for: the session is given up.
const MAX_UNPROTECTED: u8 = 64;

impl Counter {
    pub(super) const fn new(value: u128) -> Self {
        Self {
            settled: value,
            unprotected: 0,
            refused: 0,
            guess: 0,
            order: [BOTH, COMMAND_ONLY, NEITHER, COMMAND_ALWAYS],
            ended: false,
        }
    }

    /// The value that protects the next command.
    pub(super) fn for_command(&self) -> u128 {
        self.base().wrapping_add(1)
    }

    /// The value that protects its response.
    pub(super) fn for_response(&self) -> u128 {
        self.base().wrapping_add(2)
    }

    fn base(&self) -> u128 {
        // Invariant: `refused` keeps the guess inside the order.
        let habit = self.order[self.guess];
        let exchanges = if habit.refusals_too { self.unprotected } else { self.unprotected - self.refused };
        self.settled.wrapping_add(habit.steps * u128::from(exchanges))
    }

    /// The response verified. The habit that led to its value goes first from now on.
    pub(super) fn answered(&mut self) {
        self.settled = self.for_response();
        if self.unprotected > 0 {
            self.order[..=self.guess].rotate_right(1);
        }
        (self.unprotected, self.refused, self.guess) = (0, 0, 0);
    }

    /// An answer came without protection, or none. `early`: it is one that chips give before looking at the protection.
    pub(super) fn unanswered(&mut self, early: bool) {
        if early && self.unprotected == 0 && self.order[..3] == [BOTH, COMMAND_ONLY, NEITHER] {
            self.order[..3].rotate_right(1);
        }
        self.unprotected += 1;
        self.ended |= self.unprotected >= MAX_UNPROTECTED;
    }

    /// The chip refused the protection of the command. Whether another value is worth trying.
    pub(super) fn refused(&mut self) -> bool {
        if self.unprotected == 0 || self.ended || self.guess + 1 >= self.order.len() {
            self.ended = true;
            return false;
        }
        self.unprotected += 1;
        self.refused += 1;
        self.guess += 1;
        self.ended |= self.unprotected >= MAX_UNPROTECTED;
        !self.ended
    }

    /// Takes over what the same chip has shown of its habits under other keys.
    pub(super) const fn learn_from(&mut self, before: &Self) {
        self.order = before.order;
    }

    /// Tries first that the chip counts so many of the two messages of an exchange.
    pub(super) const fn expect(&mut self, counted: u8) {
        self.order = match counted {
            0 => [NEITHER, COMMAND_ONLY, BOTH, COMMAND_ALWAYS],
            1 => [COMMAND_ONLY, NEITHER, BOTH, COMMAND_ALWAYS],
            _ => [BOTH, COMMAND_ONLY, NEITHER, COMMAND_ALWAYS],
        };
    }

    pub(super) const fn has_ended(&self) -> bool {
        self.ended
    }

    pub(super) const fn end(&mut self) {
        self.ended = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chip that answers `unprotected` commands without protection and then listens, counting as `counts` says.
    /// At which attempt it understands the reader.
    fn found(counts: u128, refusals_too: bool, early: bool, unprotected: u128) -> Option<u32> {
        let mut counter = Counter::new(1000);
        let mut chip = 1000 + counts * unprotected;
        (0..unprotected).for_each(|_| counter.unanswered(early));
        for attempt in 1.. {
            if counter.for_command() == chip + 1 {
                counter.answered();
                assert_eq!(counter.for_command(), chip + 3);
                return Some(attempt);
            }
            if refusals_too {
                chip += counts;
            }
            if !counter.refused() {
                return None;
            }
        }
        None
    }

    #[test]
    fn every_habit_is_found() {
        for unprotected in 1..4 {
            assert_eq!(found(2, false, false, unprotected), Some(1));
            assert_eq!(found(1, false, false, unprotected), Some(2));
            assert_eq!(found(0, false, false, unprotected), Some(3));
            assert_eq!(found(0, false, true, unprotected), Some(1));
            assert_eq!(found(2, false, true, unprotected), Some(2));
            assert!(found(1, true, false, unprotected).is_some());
        }
    }

    #[test]
    fn a_habit_once_seen_is_tried_first() {
        let mut counter = Counter::new(0);
        counter.unanswered(false);
        assert!(counter.refused() && counter.refused()); // nothing counted
        assert_eq!(counter.for_command(), 1);
        counter.answered();
        counter.unanswered(false);
        assert_eq!(counter.for_command(), 3);
    }

    #[test]
    fn a_habit_is_known_under_the_next_keys_and_can_be_expected_from_the_start() {
        let mut counter = Counter::new(0);
        counter.unanswered(false);
        assert!(counter.refused()); // only the command counted
        counter.answered();
        let mut next = Counter::new(0);
        next.learn_from(&counter);
        next.unanswered(false);
        assert_eq!(next.for_command(), 2);
        for (counted, value) in [(0, 1), (1, 2), (2, 3)] {
            let mut expecting = Counter::new(0);
            expecting.expect(counted);
            expecting.unanswered(false);
            assert_eq!(expecting.for_command(), value);
        }
    }

    #[test]
    fn a_refusal_out_of_the_blue_ends_the_session() {
        let mut counter = Counter::new(0);
        assert!(!counter.refused());
        assert!(counter.has_ended());
    }

    #[test]
    fn endless_unprotected_answers_end_the_session() {
        let mut counter = Counter::new(0);
        (0..MAX_UNPROTECTED).for_each(|_| counter.unanswered(false));
        assert!(counter.has_ended());
    }
}
