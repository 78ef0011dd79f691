//! One session: from the first card, or the first touch, until the officer ends it or nobody touches it any more. It is
//! held in memory only, and what it holds is wiped when it ends.
//!
//! Nothing here waits, draws or talks to a card: time comes in as an argument, and [`super::state`] does the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use cccd::credentials::Credentials;
use cccd::messages::Words;
use cccd::read::Watchdog;
use cccd_forms::facts::{Fact, Person, Subjects};
use cccd_forms::filling::Entries;
use cccd_forms::packs::{Must, Pack, PackSection, Packs, Subject};

use super::exports::delivery::Delivery;
use super::figures::tally::Tally;
use super::person::DeskPerson;

/// After so long without a key, a touch or a card the session ends.
pub const IDLE_LIMIT: Duration = Duration::from_secs(120);

/// After so long the page counts down.
pub const IDLE_WARNING: Duration = Duration::from_secs(90);

/// The longest that a read may take for somebody who is there.
const LONGEST_READ: Duration = Duration::from_secs(300);

/// Most people in one session: a household, or the guests of one evening.
pub const MOST_PEOPLE: usize = 60;

/// A session.
pub struct Session {
    /// Tells this session from others: what was meant for one is not done to the next.
    pub id: u64,
    /// Who is in it, in the order they came.
    pub people: Vec<DeskPerson>,
    /// The card that is dealt with now.
    pub card: CardState,
    /// The stable code of why the last card was not read.
    pub failed: Option<&'static str>,
    /// A code that was scanned before its card was put down.
    pub code: Option<Credentials>,
    /// The service chosen, by its number in the catalogue.
    pub service: Option<u16>,
    /// What cards are read for, where no service is chosen; none for the usual.
    pub purpose: Option<String>,
    /// The form that is open.
    pub form: Option<OpenForm>,
    /// The forms that were left, by the number of their service and their pack.
    pub left: BTreeMap<(u16, String), OpenForm>,
    /// What was sent to the office's other software.
    pub deliveries: Vec<Delivery>,
    /// What it comes to in the figures.
    pub tally: Tally,
    next_number: u32,
    last_touch: Instant,
}

/// The card on the reader, as far as the session goes.
pub enum CardState {
    /// None, or one that is done with.
    None,
    /// It waits for its CAN, a QR code or an MRZ.
    NeedsKey {
        /// Where it lies.
        reader: String,
        /// Why it was not opened before, and what to do.
        problem: Option<(Words, Words)>,
    },
    /// It is being read.
    Reading(Reading),
    /// It could not be read; why, and what to do.
    Failed {
        /// Where it lay.
        reader: String,
        /// Why, and what to do.
        problem: (Words, Words),
    },
}

/// A read that is going on.
pub struct Reading {
    /// Tells this read from others: a result that comes late is not taken for another's.
    pub ticket: u64,
    /// Where the card lies.
    pub reader: String,
    /// The steps that have begun, as [`Step`].
    pub begun: BTreeSet<Step>,
    /// What has come of the person so far.
    pub early: Option<Person>,
    /// The card was taken away, and is waited for.
    pub waiting: bool,
    /// A scanned code is what opens it.
    pub by_code: bool,
    /// When it began.
    pub since: Instant,
    /// Which insertion of a card it reads.
    pub insertion: u64,
    /// Ends it when nobody wants it any more.
    pub watchdog: Watchdog,
}

/// A step of a read, in the order it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// PACE or BAC.
    Access,
    /// EF.SOD and DG1.
    Identity,
    /// DG13.
    Details,
    /// DG2.
    Portrait,
    /// The tests against copies.
    Proofs,
}

impl Step {
    /// All, in order.
    pub const ALL: [Self; 5] = [Self::Access, Self::Identity, Self::Details, Self::Portrait, Self::Proofs];

    /// The step that a phase of the read belongs to.
    pub fn of_phase(phase: &str) -> Option<Self> {
        Some(match phase {
            "access" => Self::Access,
            "EF.SOD" | "EF.COM" | "DG1" => Self::Identity,
            "DG13" => Self::Details,
            "DG2" => Self::Portrait,
            "chip_authentication" | "active_authentication" | "DG14" | "DG15" => Self::Proofs,
            _ => return None,
        })
    }

    /// What it is.
    pub fn words(self) -> Words {
        match self {
            Self::Access => Words::new("Mở kênh bảo mật với chip", "Opening the secure channel"),
            Self::Identity => Words::new("Đọc số định danh và chữ ký", "ID number and signature"),
            Self::Details => Words::new("Đọc họ tên, ngày sinh, nơi cư trú", "Name, birth date, residence"),
            Self::Portrait => Words::new("Đọc ảnh chân dung", "Portrait"),
            Self::Proofs => Words::new("Kiểm tra chip thật", "Whether the chip is genuine"),
        }
    }
}

/// A form that is being filled.
pub struct OpenForm {
    /// The pack, by its id.
    pub pack: String,
    /// Who is which subject of the form, by number of the person.
    pub roles: BTreeMap<String, Vec<u32>>,
    /// What the officer typed, confirmed or declined.
    pub entries: Entries,
    /// Who stood in it when a field was last copied into another program.
    pub copied: Option<Vec<u32>>,
}

impl Session {
    /// A session that begins now.
    pub fn begin(id: u64, now: Instant) -> Self {
        Self {
            id,
            people: Vec::new(),
            card: CardState::None,
            failed: None,
            code: None,
            service: None,
            purpose: None,
            form: None,
            left: BTreeMap::new(),
            deliveries: Vec::new(),
            tally: Tally::begin(now),
            next_number: 1,
            last_touch: now,
        }
    }

    /// Somebody is there.
    pub fn touch(&mut self, now: Instant) {
        self.last_touch = now;
    }

    /// How long nobody has been. A card that is being read counts as somebody, for as long as a read may last.
    pub fn idle(&self, now: Instant) -> Duration {
        match &self.card {
            CardState::Reading(reading) if now.saturating_duration_since(reading.since) < LONGEST_READ => {
                Duration::ZERO
            }
            _ => now.saturating_duration_since(self.last_touch),
        }
    }

    /// Adds a person, or puts new data in the place of the same person's: whoever has the same ID number, and a number is
    /// not taken for another's however alike the names are. The number within the session; none where it is full.
    ///
    /// A card that was rejected takes nobody's place: it stands beside.
    pub fn add(&mut self, mut person: DeskPerson) -> Option<u32> {
        let same = |other: &&mut DeskPerson| {
            let id = person.identity();
            id.is_some() && other.identity() == id && other.is_usable() == person.is_usable()
        };
        if let Some(other) = self.people.iter_mut().find(same) {
            person.number = other.number;
            let number = other.number;
            // What was read off the chip is not replaced by what merely was scanned or typed.
            if person.verdict.is_some() || other.verdict.is_none() {
                *other = person;
            }
            return Some(number);
        }
        if self.people.len() >= MOST_PEOPLE {
            return None;
        }
        person.number = self.next_number;
        self.next_number += 1;
        let number = person.number;
        self.people.push(person);
        Some(number)
    }

    /// Takes a person out, also out of the forms.
    pub fn remove(&mut self, number: u32, packs: &Packs) {
        self.people.retain(|person| person.number != number);
        for form in self.form.iter_mut().chain(self.left.values_mut()) {
            let Some(pack) = packs.get(&form.pack) else { continue };
            for subject in &pack.subjects {
                form.unseat(&subject.id, number, pack);
            }
        }
    }

    /// Whether a person has a place in a form, open or left.
    pub fn is_in_a_form(&self, number: u32) -> bool {
        let forms = self.form.iter().chain(self.left.values());
        forms.flat_map(|form| form.roles.values().flatten()).any(|other| *other == number)
    }

    /// The person of that number.
    pub fn person(&self, number: u32) -> Option<&DeskPerson> {
        self.people.iter().find(|person| person.number == number)
    }

    /// Opens a form, with everybody there in a place where one is free. One that was left is as it was.
    pub fn open(&mut self, service: u16, pack: &Pack, entries: Entries) {
        let left = self.left.remove(&(service, pack.id.clone()));
        let new = || OpenForm { pack: pack.id.clone(), roles: BTreeMap::new(), entries, copied: None };
        self.turn_to(service);
        self.form = Some(left.unwrap_or_else(new));
        let people: Vec<u32> = self.people.iter().map(|person| person.number).collect();
        for number in people {
            self.seat(number, pack);
        }
    }

    /// Turns to a service.
    pub fn turn_to(&mut self, service: u16) {
        self.service = Some(service);
        self.tally.turn_to(Some(service), self.last_touch);
    }

    /// Leaves the service; its form is kept.
    pub fn leave(&mut self) {
        self.tally.turn_to(None, self.last_touch);
        if let (Some(service), Some(form)) = (self.service.take(), self.form.take()) {
            self.left.insert((service, form.pack.clone()), form);
        }
    }

    /// Whether everybody in it is of practice, and somebody is there.
    pub fn is_all_practice(&self) -> bool {
        !self.people.is_empty() && self.people.iter().all(|person| person.practice)
    }

    /// Whether somebody of practice is among them: then what leaves the desk is marked so.
    pub fn is_of_practice(&self) -> bool {
        self.people.iter().any(|person| person.practice)
    }

    /// Gives a person the first place of the form that is free and fits, where the data may be used at all. Where the form is
    /// about as many as come, there is room for everybody.
    pub fn seat(&mut self, number: u32, pack: &Pack) {
        let Some(form) = &mut self.form else { return };
        let Some(person) = self.people.iter().find(|person| person.number == number) else { return };
        let seated = form.roles.values().flatten().any(|other| *other == number);
        if seated || !person.is_usable() {
            return;
        }
        let sex = person.text(Fact::Sex);
        let free = pack.subjects.iter().find(|subject| {
            let taken = form.roles.get(&subject.id).is_some_and(|people| !people.is_empty());
            subject.required
                && (!taken || subject.several)
                && sex.is_none_or(|sex| sex_of(pack, &subject.id).is_none_or(|wanted| sex == wanted))
        });
        if let Some(subject) = free {
            form.seat(subject, number, pack);
        }
    }

    /// Gives a person a place of the form, or takes it away. Where there is room for one, the one before gives way.
    pub fn assign(&mut self, subject: &str, number: u32, seated: bool, pack: &Pack) {
        let Some(form) = &mut self.form else { return };
        let usable = self.people.iter().any(|person| person.number == number && person.is_usable());
        let Some(subject) = pack.subjects.iter().find(|other| other.id == subject) else { return };
        form.unseat(&subject.id, number, pack);
        if seated && usable {
            form.seat(subject, number, pack);
        }
    }

    /// Who has a place in the open form.
    pub fn seated(&self) -> Vec<&DeskPerson> {
        let Some(form) = &self.form else { return Vec::new() };
        let seated = |person: &&DeskPerson| form.roles.values().flatten().any(|number| *number == person.number);
        self.people.iter().filter(seated).collect()
    }

    /// Who is which subject of the open form, as the form wants it.
    pub fn subjects(&self) -> Subjects {
        let mut subjects = Subjects::default();
        let Some(form) = &self.form else { return subjects };
        for (subject, people) in &form.roles {
            let people = people.iter().filter_map(|number| self.person(*number)).filter(|person| person.is_usable());
            let people = people.map(|person| person.facts.clone());
            subjects.0.insert(subject.clone(), people.collect());
        }
        subjects
    }
}

impl OpenForm {
    /// Gives a person a place. Where there is room for one, the one before gives way, with all that was typed or confirmed
    /// for them; in a table the person comes after the people there, and before the rows that were typed.
    fn seat(&mut self, subject: &Subject, number: u32, pack: &Pack) {
        let before = self.roles.get(&subject.id).cloned().unwrap_or_default();
        if subject.several {
            self.move_rows(&subject.id, pack, |row| Some(if row > before.len() { row + 1 } else { row }));
        } else {
            for other in before {
                self.unseat(&subject.id, other, pack);
            }
            self.forget(&subject.id, pack);
        }
        self.roles.entry(subject.id.clone()).or_default().push(number);
    }

    /// Takes a person's place away, with what was typed or confirmed for them.
    fn unseat(&mut self, subject: &str, number: u32, pack: &Pack) {
        let Some(people) = self.roles.get_mut(subject) else { return };
        let Some(place) = people.iter().position(|other| *other == number) else { return };
        people.remove(place);
        let gone = place + 1;
        self.move_rows(subject, pack, |row| (row != gone).then_some(if row > gone { row - 1 } else { row }));
        if place == 0 {
            self.forget(subject, pack);
        }
    }

    /// Forgets what was typed or confirmed in a subject's own fields outside of tables.
    fn forget(&mut self, subject: &str, pack: &Pack) {
        let single = pack.sections.iter().filter(|section| section.rows.is_none()).flat_map(|section| &section.fields);
        for field in single.filter(|field| field.is_of(subject)) {
            self.entries.0.remove(&field.id);
        }
    }

    /// Moves what was typed in the rows of a subject's table; a row that goes nowhere is forgotten.
    fn move_rows(&mut self, subject: &str, pack: &Pack, to: impl Fn(usize) -> Option<usize>) {
        let table = |section: &&PackSection| section.rows.as_ref().is_some_and(|rows| rows.subject == subject);
        let columns: BTreeSet<&str> = pack
            .sections
            .iter()
            .filter(table)
            .flat_map(|section| &section.fields)
            .map(|field| field.id.as_str())
            .collect();
        let entries = std::mem::take(&mut self.entries.0);
        for (key, entry) in entries {
            let row = key.rsplit_once('.').and_then(|(id, row)| Some((id, row.parse::<usize>().ok()?)));
            let key = match row {
                Some((id, row)) if columns.contains(id) => to(row).map(|row| format!("{id}.{row}")),
                _ => Some(key),
            };
            if let Some(key) = key {
                self.entries.0.insert(key, entry);
            }
        }
    }
}

/// The sex that a form always demands of a subject, as the card writes it.
fn sex_of<'a>(pack: &'a Pack, subject: &str) -> Option<&'a str> {
    pack.checks.iter().filter(|check| check.when.is_none()).find_map(|check| match &check.must {
        Must::Sex { subject: other, is } if other == subject => Some(is.as_str()),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
