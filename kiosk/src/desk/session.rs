//! One session: from the first card, or the first touch, until the officer ends it or nobody touches it any more. It is
//! held in memory only, and what it holds is wiped when it ends.
//!
//! Nothing here waits, draws or talks to a card: time comes in as an argument, and [`super::counter`] does the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use cccd::credentials::Credentials;
use cccd::messages::Words;
use cccd_forms::facts::{Fact, Person, Subjects};
use cccd_forms::filling::Entries;
use cccd_forms::packs::{Must, Pack};

use super::person::DeskPerson;

/// After so long without a key, a touch or a card the session ends.
pub const IDLE_LIMIT: Duration = Duration::from_secs(120);

/// After so long the page counts down.
pub const IDLE_WARNING: Duration = Duration::from_secs(90);

/// Most people in one session: a household, or the guests of one evening.
pub const MOST_PEOPLE: usize = 60;

/// A session.
pub struct Session {
    /// Who is in it, in the order they came.
    pub people: Vec<DeskPerson>,
    /// The card that is dealt with now.
    pub card: CardState,
    /// A code that was scanned before its card was put down.
    pub code: Option<Credentials>,
    /// The service chosen, by its number in the catalogue.
    pub service: Option<u16>,
    /// The form that is open.
    pub form: Option<OpenForm>,
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
}

impl Session {
    /// A session that begins now.
    pub fn begin(now: Instant) -> Self {
        Self {
            people: Vec::new(),
            card: CardState::None,
            code: None,
            service: None,
            form: None,
            next_number: 1,
            last_touch: now,
        }
    }

    /// Somebody is there.
    pub fn touch(&mut self, now: Instant) {
        self.last_touch = now;
    }

    /// How long nobody has been. A card that is being read counts as somebody.
    pub fn idle(&self, now: Instant) -> Duration {
        match self.card {
            CardState::Reading(_) => Duration::ZERO,
            _ => now.saturating_duration_since(self.last_touch),
        }
    }

    /// Adds a person, or puts new data in the place of the same person's: whoever has the same ID number, and a number is
    /// not taken for another's however alike the names are. The number within the session; none where it is full.
    pub fn add(&mut self, mut person: DeskPerson) -> Option<u32> {
        let same = |other: &&mut DeskPerson| {
            let id = person.text(Fact::IdNumber);
            id.is_some() && other.text(Fact::IdNumber) == id
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

    /// Takes a person out, also out of the form.
    pub fn remove(&mut self, number: u32) {
        self.people.retain(|person| person.number != number);
        if let Some(form) = &mut self.form {
            form.roles.values_mut().for_each(|people| people.retain(|other| *other != number));
        }
    }

    /// The person of that number.
    pub fn person(&self, number: u32) -> Option<&DeskPerson> {
        self.people.iter().find(|person| person.number == number)
    }

    /// Opens a form, with everybody there in a place where one is free.
    pub fn open(&mut self, pack: &Pack) {
        self.form = Some(OpenForm { pack: pack.id.clone(), roles: BTreeMap::new(), entries: Entries::default() });
        let people: Vec<u32> = self.people.iter().map(|person| person.number).collect();
        for number in people {
            self.seat(number, pack);
        }
    }

    /// Gives a person the first place of the form that is free and fits, where the data may be used at all.
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
                && !taken
                && sex.is_none_or(|sex| sex_of(pack, &subject.id).is_none_or(|wanted| sex == wanted))
        });
        if let Some(subject) = free {
            form.roles.entry(subject.id.clone()).or_default().push(number);
        }
    }

    /// Gives a person a place of the form, or takes it away. Where there is room for one, the one before gives way.
    pub fn assign(&mut self, subject: &str, number: u32, seated: bool, pack: &Pack) {
        let Some(form) = &mut self.form else { return };
        let usable = self.people.iter().any(|person| person.number == number && person.is_usable());
        let Some(subject) = pack.subjects.iter().find(|other| other.id == subject) else { return };
        let people = form.roles.entry(subject.id.clone()).or_default();
        people.retain(|other| *other != number);
        if seated && usable {
            if !subject.several {
                people.clear();
            }
            people.push(number);
        }
    }

    /// Who is which subject of the open form, as the form wants it.
    pub fn subjects(&self) -> Subjects {
        let mut subjects = Subjects::default();
        let Some(form) = &self.form else { return subjects };
        for (subject, people) in &form.roles {
            let people = people.iter().filter_map(|number| self.person(*number)).map(|person| person.facts.clone());
            subjects.0.insert(subject.clone(), people.collect());
        }
        subjects
    }
}

/// The sex that a form demands of a subject, as the card writes it.
fn sex_of<'a>(pack: &'a Pack, subject: &str) -> Option<&'a str> {
    pack.checks.iter().find_map(|check| match &check.must {
        Must::Sex { subject: other, is } if other == subject => Some(is.as_str()),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
