//! Who it is, before the rest is read.

use std::cell::RefCell;
use std::sync::Mutex;
use std::time::Duration;

use cccd::assessment::Yardstick;
use cccd::can::Can;
use cccd::holder::Given;
use cccd::live::{self, Live};
use cccd::read::{AccessChoice, CardSource, Event, Goal, Keys, ReadError, Request, Statistics};
use cccd::trust_store::Trusted;
use cccd::verdict::Verdict;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use icao9303::check::Status;
use icao9303::transport::{LinkLimits, Transport, TransportError};
use virtual_card::in_process::Slot;

use crate::card::{Folder, SlotSource};
use crate::output::raw;

/// Reads a card; the names of those who were identified before the end go into the list.
fn read(folder: &Folder, trusted: &Trusted, identified: &Mutex<Vec<String>>) -> Result<Live, ReadError> {
    read_from(SlotSource { slot: Slot::new(folder.card()), wait: Duration::ZERO }, trusted, identified)
}

fn read_from<S: CardSource + Send + 'static>(
    source: S,
    trusted: &Trusted,
    identified: &Mutex<Vec<String>>,
) -> Result<Live, ReadError> {
    let keys = Keys { can: Some(Can::parse("123456").unwrap()), mrz: None };
    let request = Request {
        keys,
        access: AccessChoice::Auto,
        bac_fallback: false,
        goal: Goal::default(),
        challenge: None,
        terminal: None,
    };
    let by = Yardstick { trusted, at: jiff::Timestamp::now(), given: Given::default() };
    let rng = Box::new(UnwrapErr(SysRng));
    live::read(source, request, &by, &Statistics::start(), rng, Box::new(|_| {}), &mut |identity| {
        let name = identity.holder.full_name.as_ref().and_then(|name| name.value.clone());
        identified.lock().unwrap().push(name.unwrap_or_default());
    })
}

fn trusted(folder: &Folder) -> Trusted {
    let mut trusted = Trusted::default();
    trusted.add_anchors(&folder.path("csca.der")).unwrap();
    trusted.add_revocation_lists(&folder.path("csca.crl")).unwrap();
    trusted
}

#[test]
fn it_is_proven_who_it_is_before_the_end_and_the_whole_judgement_is_the_same() {
    let folder = Folder::usual();
    let trusted = trusted(&folder);
    let identified = Mutex::default();
    let live = read(&folder, &trusted, &identified).unwrap();
    assert_eq!(*identified.lock().unwrap(), ["Nguyễn Thị An"]);
    assert_eq!(live.assessment.verdict, Verdict::Genuine);
    let by = Yardstick { trusted: &trusted, at: jiff::Timestamp::now(), given: Given::default() };
    let evidence = cccd::assessment::Evidence::of(&live.reading, None, true);
    let anew = cccd::assessment::assess(&evidence, &by);
    assert_eq!(live.assessment.checks, anew.checks);
    assert_eq!(format!("{:?}", live.assessment.deviations), format!("{:?}", anew.deviations));
}

#[test]
fn nobody_is_identified_by_what_is_not_proven() {
    let other = trusted(&Folder::of("seed = 9"));
    for (profile, trusted) in [
        ("", &other),
        ("[files]\ntampered = [\"DG1\"]", &trusted(&Folder::of("[files]\ntampered = [\"DG1\"]"))),
        ("[files]\ntampered = [\"DG13\"]", &trusted(&Folder::of("[files]\ntampered = [\"DG13\"]"))),
        ("[sod]\nunlisted = [\"DG1\", \"DG13\"]", &trusted(&Folder::of("[sod]\nunlisted = [\"DG1\", \"DG13\"]"))),
    ] {
        let identified = Mutex::default();
        read(&Folder::of(profile), trusted, &identified).unwrap();
        assert!(identified.lock().unwrap().is_empty(), "{profile}");
    }
}

#[test]
fn what_was_proven_of_files_that_were_given_up_does_not_count() {
    // The copy fails its proof, and with it the channel; the next session begins without EF.SOD.
    let folder = Folder::of(
        "seed = 1\n[faults]\nclone = { chip_authentication = true }\n\
         hidden = [{ file = \"EF.SOD\" }]",
    );
    let trusted = trusted(&folder);
    let mut first = Slot::new(Folder::of("seed = 1\n[faults]\nclone = { chip_authentication = true }").card());
    first.reconnect(Duration::ZERO).unwrap();
    let source = Sessions { first: Some(first), then: Slot::new(folder.card()) };
    let identified = Mutex::default();
    let live = read_from(source, &trusted, &identified).unwrap();
    assert_eq!(identified.lock().unwrap().len(), 1);
    let checks = &live.assessment.checks;
    assert_eq!(checks.sod_signature.check.status, Status::Unknown);
    assert_eq!(checks.issuer.check.status, Status::Unknown);
    assert!(live.assessment.holder.full_name.is_none());
}

/// One card in the first session, and another behind the same reader in all later ones.
struct Sessions {
    first: Option<Slot>,
    then: Slot,
}

impl CardSource for Sessions {
    type Link<'a> = Link<'a>;

    fn open(&mut self) -> Result<Link<'_>, TransportError> {
        if let Some(slot) = self.first.take() {
            return Ok(Link::First(Box::new(slot)));
        }
        self.then.reconnect(Duration::ZERO)?;
        Ok(Link::Then(&mut self.then))
    }

    fn wait_for_return(&mut self) -> Result<bool, TransportError> {
        Ok(false)
    }
}

enum Link<'a> {
    First(Box<Slot>),
    Then(&'a mut Slot),
}

impl Transport for Link<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        match self {
            Self::First(slot) => slot.transmit(command),
            Self::Then(slot) => slot.transmit(command),
        }
    }

    fn limits(&self) -> LinkLimits {
        LinkLimits::SHORT
    }
}

#[test]
fn a_tampered_portrait_is_found_though_the_identity_was_proven_before() {
    let folder = Folder::of("[files]\ntampered = [\"DG2\"]");
    let identified = Mutex::default();
    let live = read(&folder, &trusted(&folder), &identified).unwrap();
    assert_eq!(identified.lock().unwrap().len(), 1);
    assert_eq!(live.assessment.verdict, Verdict::Rejected);
}

#[test]
fn a_pipe_gets_the_fields_once_and_the_rest_behind_them() {
    let output = raw(&["read", "--virtual"], &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("THẺ CĂN CƯỚC"), "{text}");
    for once in ["THẺ CĂN CƯỚC", "Nguyễn Thị An", "KIỂM TRA"] {
        assert_eq!(text.matches(once).count(), 1, "{once}\n{text}");
    }
}

#[test]
fn only_what_is_wanted_is_read_and_what_proves_it() {
    let folder = Folder::usual();
    let mut source = SlotSource { slot: Slot::new(folder.card()), wait: Duration::ZERO };
    let keys = Keys { can: Some(Can::parse("123456").unwrap()), mrz: None };
    let goal = Goal { groups: Some([icao9303::lds::file::DataGroup::DG13].into()), com: false };
    let request =
        Request { keys, access: AccessChoice::Auto, bac_fallback: false, goal, challenge: None, terminal: None };
    let read = RefCell::new(Vec::new());
    let mut observe = |event: Event<'_>| {
        if let Event::File(file, _) = event {
            read.borrow_mut().push(file.to_string());
        }
    };
    let mut rng = UnwrapErr(SysRng);
    cccd::read::read(&mut source, &request, &Statistics::start(), &mut rng, &mut observe).unwrap();
    assert_eq!(*read.borrow(), ["EF.SOD", "DG13", "DG14", "DG15"]);
}
