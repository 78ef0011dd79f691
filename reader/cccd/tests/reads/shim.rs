//! Someone between card and reader: he passes the answers on, except those that he makes up. He has no keys, so what he
//! makes up is never protected.

use std::time::Duration;

use cccd::assessment::{Assessment, Evidence, Yardstick, assess};
use cccd::can::Can;
use cccd::holder::Given;
use cccd::read::{AccessChoice, CardSource, Goal, Keys, ReadError, Reading, Request, Statistics, read};
use cccd::trust_store::Trusted;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use icao9303::check::{Check, Reason, Status};
use icao9303::mrz::MrzKey;
use icao9303::passive_authentication::import;
use icao9303::transport::{LinkLimits, Transport, TransportError};
use virtual_card::in_process::Slot;

use crate::card::Folder;

/// What the one in between does with a command: pass it on (`None`), or answer it himself.
type Answers<'a> = &'a mut dyn FnMut(&[u8]) -> Option<Vec<u8>>;

struct Between<'a> {
    slot: Slot,
    answers: Answers<'a>,
}

impl Transport for Between<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        match (self.answers)(command) {
            Some(answer) => Ok(answer),
            None => self.slot.transmit(command),
        }
    }

    fn limits(&self) -> LinkLimits {
        self.slot.limits()
    }
}

impl CardSource for Between<'_> {
    type Link<'a>
        = &'a mut Self
    where
        Self: 'a;

    fn open(&mut self) -> Result<&mut Self, TransportError> {
        self.slot.reconnect(Duration::ZERO)?;
        Ok(self)
    }

    fn wait_for_return(&mut self) -> Result<bool, TransportError> {
        Ok(false)
    }
}

/// What opens the default card.
pub fn request() -> Request {
    let mrz = MrzKey::new("190123456", "900315", "300315").expect("the default card's");
    let keys = Keys { can: Some(Can::parse("123456").expect("six digits")), mrz: Some(mrz) };
    let goal = Goal { groups: None, com: false };
    Request { keys, access: AccessChoice::Auto, bac_fallback: false, goal, challenge: None, terminal: None }
}

/// Reads a card past the one in between.
pub fn read_past(card: &Folder, request: &Request, answers: Answers<'_>) -> Result<Reading, ReadError> {
    let mut between = Between { slot: Slot::new(card.card()), answers };
    read(&mut between, request, &Statistics::start(), &mut UnwrapErr(SysRng), &mut |_| {})
}

/// What a reading is worth to someone who trusts the card's issuer.
pub fn judge(card: &Folder, reading: &Reading) -> Assessment {
    let read = |name| std::fs::read(card.path(name)).expect("made with the card");
    let mut trusted = Trusted::default();
    trusted.anchors.extend(import(&read("csca.der")).expect("a certificate").certificates);
    trusted.revocation_lists = import(&read("csca.crl")).expect("a list").revocation_lists;
    let by = Yardstick { trusted: &trusted, at: jiff::Timestamp::now(), given: Given::default() };
    assess(&Evidence::of(reading, None, true), &by)
}

/// A check in short.
pub fn state(check: &Check) -> (Status, Option<&'static str>) {
    (check.status, check.reason.map(Reason::as_str))
}

/// Ends a file after its first block: the command after the one that begins the file gets this status word.
fn cut(sfi: u8, status: [u8; 2]) -> impl FnMut(&[u8]) -> Option<Vec<u8>> {
    let mut begun = 0_u32;
    move |command| {
        let is_first = command.get(1..3) == Some(&[0xB0, 0x80 | sfi]);
        begun += u32::from(is_first || begun > 0);
        (begun == 2).then(|| status.to_vec())
    }
}

#[test]
fn a_file_cut_short_by_an_unprotected_answer_does_not_make_a_good_card_look_fake() {
    let card = Folder::usual();
    for status in [[0x6B, 0x00], [0x62, 0x82]] {
        let reading = read_past(&card, &request(), &mut cut(2, status)).expect("a reading");
        let found = judge(&card, &reading);
        assert_eq!(
            state(&found.checks.data_group_hashes.check),
            (Status::Unknown, Some("file_missing")),
            "{status:02X?}"
        );
        assert_eq!(found.verdict.as_str(), "unconfirmed");
        assert_eq!(found.absent, ["DG2", "DG3"]);
        assert!(found.portrait.is_none());
        assert!(found.warnings.iter().any(|warning| warning.code == "cut_short"));
        assert_eq!(found.holder.full_name.map(|name| name.value), Some(Some("Nguyễn Thị An".into())));
    }
}

#[test]
fn an_undisturbed_card_is_genuine_past_the_one_in_between() {
    let card = Folder::usual();
    let reading = read_past(&card, &request(), &mut |_| None).expect("a reading");
    assert_eq!(judge(&card, &reading).verdict.as_str(), "genuine");
}

#[test]
fn without_a_readable_sod_nothing_of_the_chip_looks_like_what_the_card_says() {
    let card = Folder::of("[faults]\nhidden = [{ file = \"EF.SOD\" }]");
    let reading = read_past(&card, &request(), &mut |_| None).expect("a reading");
    let found = judge(&card, &reading);
    assert_eq!(serde_json::to_value(&found.holder).expect("JSON"), serde_json::json!({}));
    assert!(found.mrz.is_none() && found.portrait.is_none());
    assert_eq!(state(&found.checks.data_group_hashes.check), (Status::Unknown, Some("file_missing")));
    let groups: Vec<u8> = found.checks.data_group_hashes.groups.into_keys().collect();
    assert_eq!(groups, [1, 2, 13, 14, 15]);
    let unsigned = found.warnings.iter().filter(|warning| warning.code == "not_in_sod");
    assert_eq!(unsigned.count(), groups.len());
    assert_eq!(found.verdict.as_str(), "unconfirmed");
}

#[test]
fn a_signed_dg1_whose_mrz_cannot_be_read_still_names_the_issuing_state() {
    let card = Folder::of("[files]\nmrz_incomplete = true");
    let reading = read_past(&card, &request(), &mut |_| None).expect("a reading");
    let found = judge(&card, &reading);
    assert!(found.mrz.is_none() && found.warnings.iter().any(|warning| warning.code == "dg1_malformed"));
    assert_eq!(state(&found.checks.issuer.check), (Status::Passed, None));
    assert_eq!(found.verdict.as_str(), "genuine");
}

#[test]
fn what_a_changed_group_says_is_shown_with_a_warning_beside_the_rejection() {
    let card = Folder::of("[files]\ntampered = [\"DG13\"]");
    let reading = read_past(&card, &request(), &mut |_| None).expect("a reading");
    let found = judge(&card, &reading);
    assert_eq!(found.verdict.as_str(), "rejected");
    let warned: Vec<_> = found.warnings.iter().filter(|warning| warning.code == "not_as_signed").collect();
    assert!(matches!(warned.as_slice(), [warning] if warning.message.starts_with("DG13 ")), "{warned:?}");
}

#[test]
fn an_answer_kept_back_for_another_file_is_not_taken_for_that_file() {
    // DG1 is asked for and given by the chip, refused by the one in between, who lets the reader find out which counters
    // the chip is at, and then hands over DG1's answer as that of DG13. Its authentication code is good.
    struct Replays(Slot, u8, Vec<u8>);
    impl Transport for &mut Replays {
        fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            let reads_dg1 = command.get(..3) == Some(&[0x0C, 0xB0, 0x81]);
            match self.1 {
                0 if reads_dg1 => {
                    self.2 = self.0.transmit(command)?;
                    self.1 = 1;
                    Ok(vec![0x69, 0x82])
                }
                1 | 2 => {
                    self.1 += 1;
                    Ok(vec![0x69, 0x88])
                }
                3 => {
                    self.1 = 4;
                    Ok(std::mem::take(&mut self.2))
                }
                _ => self.0.transmit(command),
            }
        }

        fn limits(&self) -> LinkLimits {
            self.0.limits()
        }
    }
    impl CardSource for Replays {
        type Link<'a> = &'a mut Self;

        fn open(&mut self) -> Result<&mut Self, TransportError> {
            self.0.reconnect(Duration::ZERO)?;
            Ok(self)
        }

        fn wait_for_return(&mut self) -> Result<bool, TransportError> {
            Ok(false)
        }
    }
    let card = Folder::usual();
    let mut between = Replays(Slot::new(card.card()), 0, Vec::new());
    let reading = read(&mut between, &request(), &Statistics::start(), &mut UnwrapErr(SysRng), &mut |_| {});
    assert_eq!(between.1, 4, "it was not tried");
    let found = judge(&card, &reading.expect("a reading"));
    assert_eq!(state(&found.checks.data_group_hashes.check), (Status::Unknown, Some("file_missing")));
    assert_eq!(found.verdict.as_str(), "unconfirmed");
}
