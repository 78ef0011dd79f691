//! The card is pulled, falls silent, or answers nonsense, at every single command of a read: each read ends, with an error
//! that says what happened, and nothing is reported as read. What happens to a card that is put back is in
//! [`crate::resumption`].

use std::collections::BTreeMap;
use std::time::Duration;

use cccd::can::Can;
use cccd::read::{AccessChoice, Goal, Keys, ReadError, Reading, Request, Statistics, read};
use icao9303::lds::file::DataGroup;
use icao9303::transport::TransportError;
use virtual_card::card::Card;
use virtual_card::faults::{AnswerFault, Effect, Faults, Removal};
use virtual_card::image::ChipImage;
use virtual_card::in_process::Slot;
use virtual_card::link::LinkModel;
use virtual_card::make::chip_file;
use virtual_card::personalise;
use virtual_card::profile::Profile;

use crate::card::SlotSource;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;

/// Every file.
const ALL: Option<&[u8]> = None;
/// All but the portrait, whose commands are all alike.
const WITHOUT_PORTRAIT: Option<&[u8]> = Some(&[1, 13]);

/// A chip that can be had again and again.
struct Mould(String);

impl Mould {
    fn new() -> Self {
        let profile = Profile::from_toml("seed = 1").expect("a profile");
        let card = personalise::personalise(&profile).expect("a card");
        Self(chip_file::write(&card.image).expect("written"))
    }

    fn image(&self) -> ChipImage {
        chip_file::read(&self.0).expect("what was written")
    }

    /// Reads the chip, all of it or without the portrait.
    fn read(&self, faults: Faults, wait: Duration, groups: Option<&[u8]>) -> (Result<Reading, ReadError>, Statistics) {
        let card = Card::new(self.image(), faults, LinkModel::default(), [7; 32]);
        let mut source = SlotSource { slot: Slot::new(card), wait };
        let keys = Keys { can: Some(Can::parse("123456").expect("six digits")), mrz: None };
        let groups = groups.map(|numbers| numbers.iter().filter_map(|&number| DataGroup::new(number)).collect());
        let goal = Goal { groups, com: false };
        let request =
            Request { keys, access: AccessChoice::Auto, bac_fallback: false, goal, challenge: None, terminal: None };
        let statistics = Statistics::start();
        let result = read(&mut source, &request, &statistics, &mut UnwrapErr(SysRng), &mut |_| {});
        (result, statistics)
    }

    /// How many commands an undisturbed read takes.
    fn commands(&self, groups: Option<&[u8]>) -> u64 {
        let (result, statistics) = self.read(Faults::default(), Duration::ZERO, groups);
        result.expect("an undisturbed read");
        statistics.apdus().into()
    }
}

#[test]
fn a_card_pulled_at_any_command_ends_the_read_as_removed() {
    let mould = Mould::new();
    let commands = mould.commands(ALL);
    assert!(commands > 30);
    for (after, during_next) in (0..commands).flat_map(|after| [(after, true), (after + 1, false)]) {
        // Taken away right after the last answer, nobody notices.
        if after < commands {
            let removal = Removal { after, during_next, back_after_ms: None };
            let faults = Faults { removals: vec![removal], ..Faults::default() };
            let (result, _) = mould.read(faults, Duration::ZERO, ALL);
            let error = result.expect_err(&format!("after {after} of {commands}"));
            assert_eq!(error.transport(), Some(&TransportError::CardRemoved), "after {after}: {error}");
        }
    }
}

#[test]
fn a_chip_that_falls_silent_at_any_command_is_given_up() {
    let mould = Mould::new();
    for at in 1..=mould.commands(ALL) {
        let fault = AnswerFault { at: Some(at), ..AnswerFault::every(Effect::Silent) };
        let (result, _) = mould.read(Faults { answers: vec![fault], ..Faults::default() }, Duration::ZERO, ALL);
        let error = result.expect_err(&format!("at {at}"));
        assert_eq!(error.transport(), Some(&TransportError::Timeout), "at {at}: {error}");
    }
}

/// Whatever is done to one answer: the read ends, and every file that it gives is the one on the chip.
#[test]
fn no_disturbed_answer_changes_a_file() {
    let mould = Mould::new();
    let (undisturbed, _) = mould.read(Faults::default(), Duration::ZERO, WITHOUT_PORTRAIT);
    let files: BTreeMap<_, _> = undisturbed.expect("an undisturbed read").files;
    let effects = [
        Effect::Nothing,
        Effect::Truncate { bytes: 3 },
        Effect::Append { bytes: 2 },
        Effect::FlipBit { bit: 77 },
        Effect::Replay,
        Effect::Unprotected,
        Effect::WithoutMac,
        Effect::WithoutStatus,
    ];
    for at in 1..=mould.commands(WITHOUT_PORTRAIT) {
        for what in &effects {
            let fault = AnswerFault { at: Some(at), ..AnswerFault::every(what.clone()) };
            let (result, _) =
                mould.read(Faults { answers: vec![fault], ..Faults::default() }, Duration::ZERO, WITHOUT_PORTRAIT);
            for (file, bytes) in result.map(|reading| reading.files).unwrap_or_default() {
                assert!(files[&file] == bytes, "{file} differs after {what:?} at {at}");
            }
        }
    }
}
