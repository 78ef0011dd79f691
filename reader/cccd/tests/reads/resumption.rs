//! A card that is taken away and put back is read on where it was, if it proves to be the same chip, and anew if not.

use std::collections::BTreeMap;
use std::time::Duration;

use cccd::can::Can;
use cccd::read::{AccessChoice, CardSource, Event, Goal, Keys, Reading, Request, Statistics, read};
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use icao9303::check::Status;
use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::transport::TransportError;
use virtual_card::card::Card;
use virtual_card::faults::{CloneOf, Faults, Removal};
use virtual_card::in_process::Slot;
use virtual_card::link::LinkModel;
use virtual_card::make::chip_file;
use virtual_card::personalise;
use virtual_card::profile::Profile;

/// A chip on paper.
fn chip(profile: &str) -> String {
    let profile = Profile::from_toml(profile).expect("a profile");
    chip_file::write(&personalise::personalise(&profile).expect("a card").image).expect("written")
}

fn slot(chip: &str, faults: Faults) -> Slot {
    let image = chip_file::read(chip).expect("what was written");
    Slot::new(Card::new(image, faults, LinkModel::default(), [7; 32]))
}

/// A card that is taken away after so many commands.
fn pulled(chip: &str, after: u64) -> Slot {
    let removal = Removal { after, during_next: after % 2 == 0, back_after_ms: Some(0) };
    slot(chip, Faults { removals: vec![removal], ..Faults::default() })
}

/// A reader on which one card lies first, and after its removal another, or the same.
struct Reader {
    now: Slot,
    next: Option<Slot>,
}

impl CardSource for Reader {
    type Link<'a> = &'a mut Slot;

    fn open(&mut self) -> Result<&mut Slot, TransportError> {
        self.now.reconnect(Duration::ZERO)?;
        Ok(&mut self.now)
    }

    fn wait_for_return(&mut self) -> Result<bool, TransportError> {
        if let Some(next) = self.next.take() {
            self.now = next;
        }
        Ok(true)
    }
}

/// What a read gave, how often each file came, and how often the read started over.
struct Outcome {
    reading: Reading,
    came: BTreeMap<ElementaryFile, u32>,
    started_over: u32,
    apdus: u64,
}

fn outcome(now: Slot, next: Option<Slot>) -> Outcome {
    let keys = Keys { can: Some(Can::parse("123456").expect("six digits")), mrz: None };
    let goal = Goal { groups: None, com: false };
    let request =
        Request { keys, access: AccessChoice::Auto, bac_fallback: false, goal, challenge: None, terminal: None };
    let (mut came, mut started_over, statistics) = (BTreeMap::new(), 0, Statistics::start());
    let mut observer = |event: Event<'_>| match event {
        Event::File(file, _) => *came.entry(file).or_default() += 1,
        Event::StartedOver => started_over += 1,
        _ => {}
    };
    let mut reader = Reader { now, next };
    let reading = read(&mut reader, &request, &statistics, &mut UnwrapErr(SysRng), &mut observer).expect("a read");
    Outcome { reading, came, started_over, apdus: statistics.apdus().into() }
}

fn passed(reading: &Reading) -> [bool; 2] {
    [&reading.chip_authentication, &reading.active_authentication]
        .map(|check| check.as_ref().is_some_and(|check| check.status == Status::Passed))
}

#[test]
fn a_card_put_back_after_any_command_is_read_to_its_end() {
    let chip = chip("seed = 1\n[portrait]\nsize = 3000\nformat = \"jpeg2000\"");
    let whole = outcome(slot(&chip, Faults::default()), None);
    let mut resumed = 0;
    for after in 1..whole.apdus {
        let again = outcome(pulled(&chip, after), None);
        assert_eq!(again.reading.files, whole.reading.files, "after {after}");
        assert_eq!((again.reading.restarts, passed(&again.reading)), (1, [true; 2]), "after {after}");
        assert_ne!(again.reading.resumed, again.started_over == 1, "after {after}");
        resumed += u32::from(again.reading.resumed);
        for (file, times) in again.came {
            // Without a key to prove itself with, the chip gives EF.SOD and the first group again.
            let proof = matches!(file, ElementaryFile::Sod | ElementaryFile::Dg(DataGroup::DG1));
            assert!(times == 1 || proof && times == 2, "{file} came {times} times after {after}");
        }
    }
    assert!(resumed > 20, "{resumed} of {} were read on", whole.apdus);
}

#[test]
fn a_card_without_any_key_is_read_on_by_its_files() {
    let chip = chip("seed = 1\n[chip_authentication]\nkeys = []\n[active_authentication]\noffered = false");
    let whole = outcome(slot(&chip, Faults::default()), None);
    let again = outcome(pulled(&chip, whole.apdus - 3), None);
    assert_eq!(again.reading.files, whole.reading.files);
    assert!(again.reading.resumed);
}

#[test]
fn nothing_of_another_card_is_kept() {
    let (first, second) = (chip("seed = 1"), chip("seed = 2\nperson = \"le-minh-chau\"\n[access]\ncan = \"123456\""));
    let other = outcome(slot(&second, Faults::default()), None);
    for after in [25, 30, 40, 60] {
        let swapped = outcome(pulled(&first, after), Some(slot(&second, Faults::default())));
        assert_eq!(swapped.reading.files, other.reading.files, "after {after}");
        assert_eq!((swapped.reading.resumed, swapped.started_over), (false, 1), "after {after}");
    }
}

#[test]
fn a_copy_put_in_the_place_of_the_card_shows_itself() {
    let chip = chip("seed = 1");
    let copy = || {
        let clone = CloneOf { chip_authentication: true, active_authentication: true, ..CloneOf::default() };
        slot(&chip, Faults { clone, ..Faults::default() })
    };
    for after in [18, 25, 40, 60] {
        let swapped = outcome(pulled(&chip, after), Some(copy()));
        let checks = [&swapped.reading.chip_authentication, &swapped.reading.active_authentication];
        assert!(
            checks.iter().all(|check| check.as_ref().is_some_and(|check| check.status == Status::Failed)),
            "after {after}: {checks:?}"
        );
    }
}
