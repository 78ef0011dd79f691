//! Takes the person and all keys out of a trace, and leaves what the chip did.
//!
//! The recorded card is read anew ([`super::rerun`]), which gives its files. Each file is rebuilt in the same shape, byte
//! for byte as long: `person` makes up the holder, `files` the data groups and the chip's keys, `issuer` the
//! certificates, lists and EF.SOD. Then a made-up chip with these files, the [`mirror`], is read and recorded: it gives
//! the same status words, sizes and failures in the same order, under other passwords, random numbers and keys. At last
//! the new trace is read anew itself: it must come to the same states, and nothing of the old one may be in it (`audit`).
//!
//! What cannot be made again so is refused, never passed on: RSA keys of the chip or the issuer, mechanisms of PACE other
//! than ECDH with generic mapping, EF.CardSecurity, MRZ formats other than the card's own, files that were never read whole.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use icao9303::apdu::Command;
use icao9303::check::Status;
use icao9303::lds::dg1::Dg1;
use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::tlv::TlvError;
use serde_json::{Value, json};
use virtual_card::image::Passwords;
use zeroize::Zeroizing;

use super::record::Recorder;
use super::replay::Divergence;
use super::rerun::{Rerun, rerun};
use super::settings::Claim;
use super::{Event, Trace, settings};
use crate::dg13::{Dg13, ItemNumber};
use crate::mrz::DocumentMrz;
use crate::read::{self, Request, Statistics};
use crate::validity::today_in_vietnam;
use issuer::Issuer;
use mirror::{Content, Mirror};
use person::Person;
use substitutes::Substitutes;

mod audit;
mod der;
mod files;
mod issuer;
mod mirror;
mod mosaic;
mod person;
mod reading;
mod substitutes;

/// Why a trace cannot be anonymised. Nothing is written then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnonymiseError {
    /// The trace itself is missing something.
    #[error("{0}")]
    BadTrace(String),
    /// It does not replay.
    #[error(transparent)]
    Divergence(#[from] Divergence),
    /// It holds what cannot be made up again.
    #[error("this trace cannot be anonymised: {0} are not supported")]
    Unsupported(&'static str),
    /// A made-up chip cannot do what the recorded one did.
    #[error("this trace cannot be anonymised: {0}")]
    Shape(String),
    /// The made-up card comes to another result.
    #[error("this trace cannot be anonymised: the made-up card differs in {0}")]
    Differs(String),
    /// Something of the original was left. A bug, and the reason why this is looked for.
    #[error("this trace cannot be anonymised: {0} would remain in it")]
    Remains(&'static str),
}

impl From<TlvError> for AnonymiseError {
    fn from(_: TlvError) -> Self {
        Self::Unsupported("files whose structure is damaged")
    }
}

/// The same session with a made-up card.
///
/// # Errors
/// What of it cannot be made up.
pub fn anonymise(trace: &Trace) -> Result<Trace, AnonymiseError> {
    let old = rerun(trace).map_err(AnonymiseError::BadTrace)?;
    if let Some(divergence) = &old.divergence {
        return Err(divergence.clone().into());
    }
    let mut substitutes = Substitutes::default();
    let made_up = MadeUp::instead_of(trace, &old, &mut substitutes)?;
    let (session, request) = made_up.read(trace, &old)?;
    let claims = made_up.claims(trace)?;
    let mut events = settings::events(old.settings.at, &nameless(&old.settings.reader.name), &request, &claims);
    events.push(Event::Option("anonymised".into(), String::new()));
    events.extend(in_time_of(trace, session)?);
    events.extend(old.settings.reader.atr.iter().map(|atr| Event::Atr(atr.clone())));
    events.extend(made_up.trust.iter().cloned());
    let new = Trace { events };
    compare(&old, &rerun(&new).map_err(AnonymiseError::BadTrace)?)?;
    audit::look_through(trace, &old.files, &new, &made_up.files)?;
    Ok(new)
}

/// A made-up card.
struct MadeUp {
    person: Person,
    mrz: Option<DocumentMrz>,
    files: BTreeMap<ElementaryFile, Vec<u8>>,
    master: BTreeMap<u16, Vec<u8>>,
    trust: Vec<Event>,
    chip_keys: Vec<virtual_card::image::ChipAuthenticationKey>,
    active_key: Option<virtual_card::image::ActiveAuthenticationKey>,
}

impl MadeUp {
    fn instead_of(trace: &Trace, old: &Rerun, substitutes: &mut Substitutes) -> Result<Self, AnonymiseError> {
        let today = today_in_vietnam(old.settings.at);
        let group = |group: DataGroup| old.files.get(&ElementaryFile::Dg(group)).map(Vec::as_slice);
        let dg1 = group(DataGroup::DG1).and_then(|file| Dg1::parse(file).ok());
        let mrz = dg1.map(|dg1| DocumentMrz::new(dg1.mrz, today));
        let dg13 = group(DataGroup::DG13).and_then(|file| Dg13::parse(file).ok());
        let text = |item| dg13.as_ref().and_then(|dg13| dg13.text(item));
        let number = text(ItemNumber::IdNumber).or_else(|| trace.option("id"));
        let person = Person::instead_of(mrz.as_ref(), number, text(ItemNumber::FullName).map(str::len), today);

        let anchors = old.trusted.anchors.iter().cloned();
        let sod = old.files.get(&ElementaryFile::Sod).map(Vec::as_slice);
        let issuer = Issuer::new(anchors, sod, substitutes);
        if old.files.contains_key(&ElementaryFile::CardSecurity) {
            return Err(AnonymiseError::Unsupported("sessions that read EF.CardSecurity"));
        }
        let mut files = BTreeMap::new();
        for (name, bytes) in old.files.iter().filter(|(name, _)| **name != ElementaryFile::Sod) {
            files.insert(*name, files::file(*name, bytes, &person, mrz.as_ref(), substitutes)?);
        }
        let checks = old.assessment().map(|assessment| assessment.checks);
        if let Some(sod) = sod {
            let signature = checks.map_or(Status::Passed, |checks| checks.sod_signature.check.status);
            files.insert(ElementaryFile::Sod, issuer.sod(sod, &old.files, &files, signature, substitutes)?);
        }
        let mut trust = Vec::new();
        for event in &trace.events {
            match event {
                Event::Anchor(bytes) => trust.push(Event::Anchor(issuer.certificate(bytes, substitutes)?)),
                Event::Crl(bytes) => trust.push(Event::Crl(issuer.revocation_list(bytes, substitutes)?)),
                _ => {}
            }
        }
        let reading = old.outcome.as_ref().ok();
        let held = |check: Option<&icao9303::check::Check>| check.is_none_or(|check| check.status != Status::Failed);
        let (dg14, dg15) = (group(DataGroup::DG14), group(DataGroup::DG15));
        let holds = held(reading.and_then(|reading| reading.chip_authentication.as_ref()));
        let chip_keys = dg14.map_or(Ok(Vec::new()), |dg14| files::chip_keys(dg14, holds, substitutes))?;
        let holds = held(reading.and_then(|reading| reading.active_authentication.as_ref()));
        let active_key = dg15.map_or(Ok(None), |dg15| files::active_key(dg15, dg14, holds, substitutes))?;
        let mut master = BTreeMap::new();
        for (identifier, bytes) in free_files(trace) {
            let name = match identifier {
                0x011C => ElementaryFile::CardAccess,
                0x2F01 => ElementaryFile::AtrInfo,
                _ => ElementaryFile::Dir,
            };
            master.insert(identifier, files::file(name, &bytes, &person, None, substitutes)?);
        }
        Ok(Self { person, mrz, files, master, trust, chip_keys, active_key })
    }

    /// Reads the made-up card and records it.
    fn read(&self, trace: &Trace, old: &Rerun) -> Result<(Trace, Request), AnonymiseError> {
        let keys = self.person.keys(&old.settings.request.keys).map_err(AnonymiseError::BadTrace)?;
        let challenge = old.settings.request.challenge.map(|_| {
            let mut drawn = [0; 8];
            drawn.copy_from_slice(&substitutes::random(8));
            drawn
        });
        let request = Request { keys, challenge, ..old.settings.request.clone() };
        let mrz = request.keys.mrz.as_ref().map(|key| key.mrz_information().to_string());
        let content = Content {
            application: self.files.iter().map(|(name, bytes)| (name.identifier(), bytes.clone())).collect(),
            pace: self.master.get(&0x011C).map(|file| files::pace_offers(file)).unwrap_or_default(),
            master: self.master.clone(),
            passwords: Passwords {
                mrz_information: mrz.unwrap_or_default(),
                can: request.keys.can.as_ref().map(|can| can.as_str().to_owned()),
                pin: None,
                puk: None,
            },
            chip_authentication: self.chip_keys.iter().map(files::copy).collect(),
            active_authentication: self.active_key.as_ref().and_then(files::copy_active),
        };
        let mut mirror = Mirror::new(trace, content, Box::new(UnwrapErr(SysRng)));
        let lines = Lines::default();
        let recorder = Recorder::new(lines.clone());
        let mut rng = recorder.rng(UnwrapErr(SysRng));
        let mut source = recorder.source(&mut mirror);
        let _ = read::read(&mut source, &request, &Statistics::start(), &mut rng, &mut |_| {});
        if let Some(objection) = mirror.objection() {
            return Err(AnonymiseError::Shape(objection));
        }
        let bytes = lines.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let text = String::from_utf8(bytes).map_err(|_| AnonymiseError::Shape("no text".into()))?;
        Ok((text.parse().map_err(|error| AnonymiseError::Shape(format!("{error}")))?, request))
    }

    /// What was given besides, for this person.
    fn claims(&self, trace: &Trace) -> Result<Vec<Claim>, AnonymiseError> {
        let mut claims: Vec<Claim> = Vec::new();
        if trace.option("id").is_some() {
            claims.push(("id", Zeroizing::new(self.person.id_number.clone())));
        }
        if trace.option("mrz").is_some() {
            let lines = self.mrz.as_ref().and_then(|mrz| self.person.mrz(&mrz.mrz().lines().collect::<Vec<_>>()));
            let lines = lines.ok_or(AnonymiseError::Unsupported("MRZ lines beside a DG1 of another form"))?;
            // Of the made-up DG1, so that both agree.
            let same = self.files.get(&ElementaryFile::Dg(DataGroup::DG1)).and_then(|file| Dg1::parse(file).ok());
            let text = same.map_or_else(|| lines.join("\n"), |dg1| dg1.mrz.lines().collect::<Vec<_>>().join("\n"));
            claims.push(("mrz", Zeroizing::new(text)));
        }
        if trace.option("qr-text").is_some() {
            let dg13 = self.files.get(&ElementaryFile::Dg(DataGroup::DG13)).and_then(|file| Dg13::parse(file).ok());
            let dg13 = dg13.ok_or(AnonymiseError::Unsupported("QR texts beside a card without DG13"))?;
            let text = |item| dg13.text(item).unwrap_or_default().to_owned();
            let date = |item| text(item).replace('/', "");
            let fields = [
                text(ItemNumber::IdNumber),
                text(ItemNumber::OldIdNumber),
                text(ItemNumber::FullName),
                date(ItemNumber::DateOfBirth),
                text(ItemNumber::Sex),
                text(ItemNumber::PlaceOfResidence),
                date(ItemNumber::DateOfIssue),
            ];
            claims.push(("qr-text", Zeroizing::new(fields.join("|"))));
        }
        Ok(claims)
    }
}

/// Where the made-up session is written.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The events of the made-up session, at the times of the recorded one.
fn in_time_of(old: &Trace, new: Trace) -> Result<Vec<Event>, AnonymiseError> {
    let time = |event: &Event| match event {
        Event::Command(at, _) | Event::Response(at, _) | Event::LinkError(at, _) | Event::CardReturned(at) => Some(*at),
        _ => None,
    };
    let mut times = old.events.iter().filter_map(time);
    let mut next = || times.next().ok_or_else(|| AnonymiseError::Shape("it has more exchanges".into()));
    new.events
        .into_iter()
        .map(|event| {
            Ok(match event {
                Event::Command(_, bytes) => Event::Command(next()?, bytes),
                Event::Response(_, bytes) => Event::Response(next()?, bytes),
                Event::LinkError(_, error) => Event::LinkError(next()?, error),
                Event::CardReturned(_) => Event::CardReturned(next()?),
                other => other,
            })
        })
        .collect()
}

/// The files that were read before access control: their bytes are in the trace.
fn free_files(trace: &Trace) -> BTreeMap<u16, Vec<u8>> {
    let (mut files, mut current): (BTreeMap<u16, Vec<u8>>, Option<u16>) = (BTreeMap::new(), None);
    for pair in trace.events.windows(2) {
        let [Event::Command(_, command), Event::Response(_, response)] = pair else { continue };
        let (Ok(command), Some((data, status))) = (Command::parse(command), response.split_last_chunk::<2>()) else {
            continue;
        };
        if command.class & 0x0C != 0 || !matches!(status, [0x90, 0] | [0x62, _]) {
            continue;
        }
        match (command.instruction, command.p1, command.data()) {
            (0xA4, 0x00 | 0x02, [high, low]) => current = Some(u16::from_be_bytes([*high, *low])),
            (0xB0, p1, _) => {
                let (identifier, offset) = match p1 {
                    0x9C => (Some(0x011C), usize::from(command.p2)),
                    0x81 => (Some(0x2F01), usize::from(command.p2)),
                    0x9E => (Some(0x2F00), usize::from(command.p2)),
                    0x80.. => (None, 0),
                    _ => (current, usize::from(u16::from_be_bytes([p1, command.p2]))),
                };
                let Some(identifier) = identifier else { continue };
                current = Some(identifier);
                let file = files.entry(identifier).or_default();
                if file.len() < offset + data.len() {
                    file.resize(offset + data.len(), 0);
                }
                der::apply(file, &[(offset, data.to_vec())]);
            }
            _ => {}
        }
    }
    files
}

/// A reader's name without its serial number.
fn nameless(name: &str) -> String {
    name.split(' ')
        .map(|word| {
            let digits = word.chars().filter(char::is_ascii_hexdigit).count();
            let numbers = word.chars().filter(char::is_ascii_digit).count();
            if digits >= 6 && numbers >= 3 {
                word.replace(|c: char| c.is_ascii_alphanumeric(), "0")
            } else {
                word.to_owned()
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Both must come to the same: the same states of all checks for the same reasons, the same files, or the same error.
fn compare(old: &Rerun, new: &Rerun) -> Result<(), AnonymiseError> {
    if let Some(divergence) = &new.divergence {
        return Err(divergence.clone().into());
    }
    let differs = |what: String| Err(AnonymiseError::Differs(what));
    match (&old.outcome, &new.outcome) {
        (Ok(_), Ok(_)) => {}
        (Err(old), Err(new)) if old == new => return Ok(()),
        _ => return differs("how the read ends".into()),
    }
    let states = |rerun: &Rerun| rerun.assessment().map(|assessment| json!(assessment.checks)).unwrap_or_default();
    let (before, after) = (states(old), states(new));
    let state = |check: &Value| [check["status"].clone(), check["reason"].clone(), check["groups"].clone()];
    for (name, check) in before.as_object().into_iter().flatten() {
        if state(check) != state(&after[name]) {
            let state = |check: &Value| format!("{} {}", check["status"], check["reason"]);
            return differs(format!("the check {name}: {} there, {} here", state(check), state(&after[name])));
        }
    }
    let sizes = |rerun: &Rerun| rerun.files.iter().map(|(name, bytes)| (*name, bytes.len())).collect::<Vec<_>>();
    if sizes(old) != sizes(new) { differs("the files".into()) } else { Ok(()) }
}
