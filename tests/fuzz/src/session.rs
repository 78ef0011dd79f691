//! A whole read against a chip that answers anything.
//!
//! The chip is the simulated one, so that a read gets beyond access control; the input says what becomes of its files
//! before and of its answers on the way. A file that is changed comes protected with the right keys, as from a forged
//! chip; an answer that is changed is what somebody between card and reader can do.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use cccd::assessment::{Evidence, Yardstick, assess};
use cccd::can::Can;
use cccd::holder::Given;
use cccd::mrz::DocumentMrz;
use cccd::read::terminal::Terminal;
use cccd::read::{AccessChoice, CardSource, Goal, Keys, Reading, Request, Statistics, read};
use cccd::report::{self, ReaderSection};
use cccd::verdict::Verdict;
use icao9303::check::Status;
use icao9303::cv_certificate::{CvCertificate, CvDate};
use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::passive_authentication::EfSod;
use icao9303::terminal_authentication::SoftwareKey;
use icao9303::transport::{LinkLimits, Transport, TransportError};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use virtual_card::card::Card;
use virtual_card::faults::Faults;
use virtual_card::in_process::Slot;
use virtual_card::link::LinkModel;
use virtual_card::make::chip_file;

use crate::genuine::GENUINE;

/// More exchanges than any read of this card may take, all that it starts over included.
const MOST_EXCHANGES: u32 = 20_000;

/// Reads a chip as the input has it, and judges what came.
pub fn session(input: &[u8]) {
    let mut script = Script(input);
    let settings = script.byte();
    let mut image = chip_file::read(&GENUINE.chip).expect("what was written");
    for _ in 0..script.byte() % 4 {
        let (which, offset) = (usize::from(script.byte()), usize::from(script.word()));
        let bytes = script.bytes();
        let application = image.application_files.len();
        let mut files = image.application_files.values_mut().chain(image.master_files.values_mut());
        if let Some(file) = files.nth(which % (application + 2)) {
            let start = offset.min(file.len());
            let end = (start + bytes.len()).min(file.len());
            file.splice(start..end, bytes);
        }
    }
    let card = Card::new(image, Faults::default(), LinkModel::default(), [7; 32]);
    let limits =
        if settings & 2 == 0 { LinkLimits::SHORT } else { LinkLimits { max_command: 4096, max_response: 4096 } };
    let hostile = Hostile { slot: Slot::new(card).with_limits(limits), script, previous: Vec::new(), exchanges: 0 };
    let mut source = Source(Rc::new(RefCell::new(hostile)));
    let statistics = Statistics::start();
    let mut rng = ChaCha20Rng::from_seed([3; 32]);
    let request = request(settings);
    if let Ok(reading) = read(&mut source, &request, &statistics, &mut rng, &mut |_| {}) {
        judge(&reading, &request, &statistics);
    }
}

fn request(settings: u8) -> Request {
    let printed = &GENUINE.card.printed;
    let mrz = DocumentMrz::parse(&printed.mrz.join("\n"), jiff::civil::date(2026, 1, 2)).expect("a genuine zone");
    let can = printed.can.as_deref().and_then(|can| Can::parse(can).ok());
    let bac = settings & 1 != 0;
    Request {
        keys: Keys { can: can.filter(|_| !bac), mrz: mrz.key().ok() },
        access: if bac { AccessChoice::Bac } else { AccessChoice::Auto },
        bac_fallback: settings & 4 != 0,
        goal: Goal { groups: None, com: settings & 8 != 0 },
        challenge: None,
        terminal: if settings & 16 == 0 { None } else { terminal() },
    }
}

/// A terminal that the card lets read fingerprints.
fn terminal() -> Option<Terminal> {
    let terminals = GENUINE.card.terminals.as_ref()?;
    let certificates = CvCertificate::parse_all(&terminals.certificates()).expect("genuine certificates");
    let signer = SoftwareKey::from_pkcs8_der(&terminals.private_key).expect("a genuine key");
    Some(Terminal { certificates, signer: Arc::new(signer), today: CvDate::of_unix_time(GENUINE.at.as_second()) })
}

/// Whatever the chip did: what counts as genuine is what was personalised.
fn judge(reading: &Reading, request: &Request, statistics: &Statistics) {
    let given = Given::default();
    let by = Yardstick { trusted: &GENUINE.trusted, at: GENUINE.at, given };
    let asked = request.goal.numbers();
    let assessment = assess(&Evidence::of(reading, asked.as_deref(), true), &by);
    let reader = ReaderSection { name: "fuzz".into(), atr: None };
    let _ = report::of_read(&reader, reading, &assessment, statistics, std::time::Duration::ZERO);
    let signed = [&assessment.checks.sod_signature.check, &assessment.checks.issuer.check]
        .iter()
        .all(|check| check.status == Status::Passed);
    if signed {
        let sod = |bytes: &[u8]| EfSod::parse(bytes).expect("it was verified").security_object().clone();
        assert_eq!(
            sod(&reading.files[&ElementaryFile::Sod]),
            sod(&GENUINE.file(ElementaryFile::Sod)),
            "a forged EF.SOD passed"
        );
    }
    if assessment.verdict == Verdict::Genuine {
        assert!(signed, "genuine without a signature");
        let groups = reading.files.iter().filter(|(file, _)| matches!(file, ElementaryFile::Dg(_)));
        for (file, bytes) in groups {
            assert!(*bytes == GENUINE.file(*file), "genuine with another {file}");
        }
        assert!(reading.files.contains_key(&ElementaryFile::Dg(DataGroup::DG1)), "genuine without DG1");
    }
}

/// The input, byte by byte; zeros after its end.
struct Script<'a>(&'a [u8]);

impl Script<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    fn word(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = usize::from(self.byte()).min(self.0.len());
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken.to_vec()
    }
}

/// The slot, and somebody between it and the reader.
struct Hostile<'a> {
    slot: Slot,
    script: Script<'a>,
    previous: Vec<u8>,
    exchanges: u32,
}

impl Hostile<'_> {
    fn disturb(&mut self, mut answer: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        match self.script.byte() {
            1 => {
                let bit = usize::from(self.script.word()) % (answer.len() * 8).max(1);
                if let Some(byte) = answer.get_mut(bit / 8) {
                    *byte ^= 1 << (bit % 8);
                }
            }
            2 => answer.truncate(answer.len().saturating_sub(self.script.byte().into())),
            3 => answer.resize(answer.len() + usize::from(self.script.word()), 0),
            4 => answer = self.script.word().to_be_bytes().to_vec(),
            5 => answer.clone_from(&self.previous),
            6 => answer = self.script.bytes(),
            7 => return Err(TransportError::CardRemoved),
            8 => return Err(TransportError::Timeout),
            9 => {
                let status = answer.split_off(answer.len().saturating_sub(2));
                let bytes = self.script.bytes();
                let keep = answer.len().saturating_sub(bytes.len());
                answer.truncate(keep);
                answer.extend(bytes.into_iter().chain(status));
            }
            _ => {}
        }
        Ok(answer)
    }
}

/// The slot as a source of cards: one that was taken away is back at once.
struct Source<'a>(Rc<RefCell<Hostile<'a>>>);

impl<'a> CardSource for Source<'a> {
    type Link<'b>
        = Link<'a>
    where
        Self: 'b;

    fn open(&mut self) -> Result<Link<'a>, TransportError> {
        self.0.borrow_mut().slot.reconnect(std::time::Duration::ZERO)?;
        Ok(Link(Rc::clone(&self.0)))
    }

    fn wait_for_return(&mut self) -> Result<bool, TransportError> {
        Ok(true)
    }
}

struct Link<'a>(Rc<RefCell<Hostile<'a>>>);

impl Transport for Link<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let mut hostile = self.0.borrow_mut();
        hostile.exchanges += 1;
        assert!(hostile.exchanges < MOST_EXCHANGES, "a read without end");
        let answer = hostile.slot.transmit(command)?;
        let disturbed = hostile.disturb(answer.clone());
        hostile.previous = answer;
        disturbed
    }

    fn limits(&self) -> LinkLimits {
        self.0.borrow().slot.limits()
    }
}

/// Undisturbed reads, and some disturbed ones.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = (0..32).map(|settings| vec![settings, 0]).collect();
    for at in 0..40 {
        for kind in 1..10 {
            let quiet = vec![0; at];
            seeds.push([&[0, 0][..], &quiet, &[kind, 0, 3, 1, 2, 3]].concat());
        }
    }
    seeds
}
