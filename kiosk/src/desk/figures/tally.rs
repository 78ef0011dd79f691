//! What one session comes to, while it goes on: which services, for how long, what left, what was read. No name, no number.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use cccd_forms::facts::{Fact, Origin, Person};
use cccd_forms::filling::{Form, State};

use super::outcome::{Failure, Outcome, UNPROVEN};
use super::sums::{Quantity, Sums};
use super::times;
use crate::desk::person::{DeskPerson, Way};
use crate::desk::session::Session;

/// Where a session's sums grow.
pub struct Tally {
    began: Instant,
    /// The service that is open, and since when.
    open: Option<(u16, Instant)>,
    /// The one that was chosen last.
    last: u16,
    services: BTreeMap<u16, Served>,
    /// A record of a read was printed.
    recorded: bool,
    /// How the last read failed, where one did.
    failure: Option<Failure>,
    reads: Sums,
}

/// One service of the session.
#[derive(Default)]
struct Served {
    /// How long it was open before.
    spent: Duration,
    /// What its form was when it last left.
    left: Option<Left>,
}

struct Left {
    paper: bool,
    way: u8,
    fields: Fields,
    took: Duration,
}

/// How the fields of a form were filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// From the card: its chip, its code, its MRZ, or computed from them.
    pub card: u64,
    /// From the desk: its authority, its place, the day, what the form always says.
    pub desk: u64,
    /// Typed or ticked by the officer, or known from the service.
    pub typed: u64,
}

impl Fields {
    /// Those of a form as it stands.
    pub fn of(form: &Form) -> Self {
        let mut fields = Self::default();
        let filled = form.sections.iter().flat_map(|section| &section.fields);
        let filled = filled.filter(|field| field.state == State::Filled && !field.value.is_empty());
        filled.for_each(|field| fields.count(field.origin));
        fields
    }

    /// Those of a person that are among these.
    pub fn of_person<'a>(person: &Person, facts: impl Iterator<Item = &'a Fact>) -> Self {
        let mut fields = Self::default();
        let known = facts.filter_map(|fact| person.facts.get(fact)).filter(|known| !known.text.is_empty());
        known.for_each(|known| fields.count(Some(known.origin)));
        fields
    }
}

impl Fields {
    /// One more, filled from there.
    fn count(&mut self, origin: Option<Origin>) {
        match origin {
            Some(Origin::Desk) => self.desk += 1,
            Some(Origin::Typed) | None => self.typed += 1,
            Some(Origin::ChipVerified | Origin::ChipUnverified | Origin::Qr | Origin::Mrz | Origin::Computed) => {
                self.card += 1;
            }
        }
    }

    /// Both together.
    fn and(self, other: Self) -> Self {
        Self { card: self.card + other.card, desk: self.desk + other.desk, typed: self.typed + other.typed }
    }
}

/// The way of a visit with several people: the one that proves most. 0 for nobody.
pub fn best_way<'a>(people: impl Iterator<Item = &'a DeskPerson>) -> u8 {
    const BEST: [Way; 8] = [
        Way::Chip,
        Way::Passport,
        Way::QrCode,
        Way::Vneid,
        Way::Database,
        Way::Card,
        Way::ResidencePaper,
        Way::NumberNotice,
    ];
    let ways: Vec<Way> = people.map(|person| person.way).collect();
    BEST.into_iter().find(|way| ways.contains(way)).map_or(0, Way::number)
}

impl Tally {
    /// Of a session that begins now.
    pub fn begin(now: Instant) -> Self {
        Self {
            began: now,
            open: None,
            last: 0,
            services: BTreeMap::new(),
            recorded: false,
            failure: None,
            reads: Sums::default(),
        }
    }

    /// The officer turns to a service, or to none.
    pub fn turn_to(&mut self, service: Option<u16>, now: Instant) {
        if self.open.map(|(open, _)| open) == service {
            return;
        }
        if let Some((open, since)) = self.open.take() {
            self.services.entry(open).or_default().spent += now.saturating_duration_since(since);
        }
        let Some(service) = service else { return };
        // What was done before the first service was chosen was done for it.
        let since = if self.services.is_empty() { self.began } else { now };
        self.services.entry(service).or_default();
        self.open = Some((service, since));
        self.last = service;
    }

    /// The form of the service that is open left the desk.
    pub fn left(&mut self, paper: bool, fields: Fields, way: u8) {
        self.left_at(paper, fields, way, Instant::now());
    }

    fn left_at(&mut self, paper: bool, fields: Fields, way: u8, now: Instant) {
        let Some((open, since)) = self.open else { return };
        let served = self.services.entry(open).or_default();
        let took = served.spent + now.saturating_duration_since(since);
        let before = served.left.as_ref().is_some_and(|left| left.paper);
        served.left = Some(Left { paper: paper || before, way, fields, took });
    }

    /// Somebody's data went to other software that asked for them, for a service or none; the desk may have no form of it open.
    pub fn answered(&mut self, service: Option<u16>, fields: Fields, way: u8) {
        self.answered_at(service.unwrap_or(0), fields, way, Instant::now());
    }

    fn answered_at(&mut self, service: u16, fields: Fields, way: u8, now: Instant) {
        let open_since = self.open.filter(|(open, _)| *open == service).map(|(_, since)| since);
        let served = self.services.entry(service).or_default();
        // Where the desk never turned to the service, the visit was about it from its beginning.
        let since = open_since.or_else(|| served.spent.is_zero().then_some(self.began));
        let took = served.spent + since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        // Two people of a marriage are one visit.
        let before = served.left.take();
        let sum = before.as_ref().map_or(fields, |left| left.fields.and(fields));
        let way = before.as_ref().map_or(way, |left| left.way);
        served.left = Some(Left { paper: before.is_some_and(|left| left.paper), way, fields: sum, took });
    }

    /// The record of a read was printed.
    pub fn recorded(&mut self) {
        self.recorded = true;
    }

    /// Somebody was read or typed.
    pub fn read(&mut self, person: &DeskPerson) {
        if !person.practice {
            let result = person.verdict.map_or(UNPROVEN, |verdict| verdict.as_str());
            self.reads.add(Quantity::Reads, 0, person.way.number(), result, 1);
        }
    }

    /// A card that is not of practice could not be read.
    pub fn read_failed(&mut self, code: &str) {
        let failure = Failure::of_error(code);
        self.failure = Some(failure);
        self.reads.add(Quantity::Reads, 0, Way::Chip.number(), failure.code(), 1);
    }

    /// What the session comes to.
    pub fn sums(&self, session: &Session) -> Sums {
        let mut sums = self.reads.clone();
        let served = self.services.iter().filter_map(|(service, served)| Some((*service, served.left.as_ref()?)));
        let mut any = false;
        for (service, left) in served {
            any = true;
            let outcome = if left.paper { Outcome::Paper } else { Outcome::Data };
            sums.add(Quantity::Visits, service, left.way, outcome.code(), 1);
            for (by, much) in [("card", left.fields.card), ("desk", left.fields.desk), ("typed", left.fields.typed)] {
                sums.add(Quantity::Fields, service, 0, by, much);
            }
            sums.add(Quantity::Seconds, service, 0, "", left.took.as_secs());
            sums.add(Quantity::Times, service, 0, &times::bucket(left.took.as_secs()), 1);
        }
        if let Some(outcome) = self.unserved(session).filter(|_| !any) {
            sums.add(Quantity::Visits, self.last, best_way(session.people.iter()), outcome.code(), 1);
        }
        sums
    }

    /// What a session came to of which no form left.
    fn unserved(&self, session: &Session) -> Option<Outcome> {
        match session.people.as_slice() {
            _ if session.is_of_practice() => None,
            [] => self.failure.map(Outcome::Failed),
            _ if self.recorded => Some(Outcome::Record),
            people if people.iter().all(|person| !person.is_usable()) => Some(Outcome::Rejected),
            _ => Some(Outcome::Nothing),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::desk::figures::sums::Key;

    const FIELDS: Fields = Fields { card: 9, desk: 2, typed: 3 };

    fn person(way: Way) -> DeskPerson {
        DeskPerson::of_hand(way, Person::default(), Vec::new(), Timestamp::UNIX_EPOCH)
    }

    /// A session that began at a moment, with somebody in it.
    fn session(way: Option<Way>, now: Instant) -> Session {
        let mut session = Session::begin(1, now);
        session.people.extend(way.map(person));
        session
    }

    fn of(sums: &Sums, of: Quantity, service: u16, way: u8, detail: &str) -> u64 {
        let key = Key { of, service, way, detail: detail.to_owned() };
        sums.iter().find(|(other, _)| **other == key).map_or(0, |(_, total)| total)
    }

    fn visits(sums: &Sums) -> u64 {
        sums.iter().filter(|(key, _)| key.of == Quantity::Visits).map(|(_, total)| total).sum()
    }

    #[test]
    fn a_form_that_leaves_three_times_is_one_visit_that_ends_with_the_last() {
        let now = Instant::now();
        let mut session = session(Some(Way::Chip), now);
        let tally = &mut session.tally;
        tally.turn_to(Some(4), now + Duration::from_secs(20));
        tally.left_at(false, Fields { card: 1, ..FIELDS }, 5, now + Duration::from_secs(50));
        tally.left_at(true, FIELDS, 5, now + Duration::from_secs(70));
        tally.left_at(false, FIELDS, 5, now + Duration::from_secs(100));
        let sums = session.tally.sums(&session);
        assert_eq!(of(&sums, Quantity::Visits, 4, 5, "paper"), 1, "it left on paper too");
        assert_eq!(visits(&sums), 1);
        assert_eq!(of(&sums, Quantity::Fields, 4, 0, "card"), 9, "as it was when it last left");
        assert_eq!(
            of(&sums, Quantity::Seconds, 4, 0, ""),
            100,
            "from the first card, not from the choice of the service"
        );
        assert_eq!(of(&sums, Quantity::Times, 4, 0, "120"), 1);
    }

    #[test]
    fn two_services_of_a_session_are_two_visits_with_a_time_of_their_own() {
        let now = Instant::now();
        let at = |seconds| now + Duration::from_secs(seconds);
        let mut session = session(Some(Way::QrCode), now);
        let tally = &mut session.tally;
        tally.turn_to(Some(3), at(10));
        tally.left_at(true, FIELDS, 2, at(60));
        tally.turn_to(None, at(100));
        tally.turn_to(Some(11), at(110));
        tally.left_at(false, FIELDS, 2, at(150));
        tally.turn_to(Some(3), at(200));
        tally.left_at(true, FIELDS, 2, at(230));
        let sums = session.tally.sums(&session);
        assert_eq!(visits(&sums), 2);
        assert_eq!(of(&sums, Quantity::Visits, 11, 2, "data"), 1);
        assert_eq!(of(&sums, Quantity::Seconds, 11, 0, ""), 40);
        assert_eq!(of(&sums, Quantity::Seconds, 3, 0, ""), 130, "a hundred before it was left and thirty after");
    }

    #[test]
    fn a_session_of_which_nothing_left_is_one_visit_of_the_service_chosen_last() {
        let now = Instant::now();
        let mut session = session(Some(Way::Vneid), now);
        session.tally.turn_to(Some(3), now);
        session.tally.turn_to(Some(4), now);
        let sums = session.tally.sums(&session);
        assert_eq!((visits(&sums), of(&sums, Quantity::Visits, 4, 4, "nothing")), (1, 1));
        assert!(sums.iter().all(|(key, _)| key.of == Quantity::Visits), "no time and no fields of it");
        session.tally.recorded();
        assert_eq!(of(&session.tally.sums(&session), Quantity::Visits, 4, 4, "record"), 1);
    }

    #[test]
    fn a_service_that_was_looked_at_beside_one_that_was_served_is_no_visit() {
        let now = Instant::now();
        let mut session = session(Some(Way::Chip), now);
        session.tally.turn_to(Some(3), now);
        session.tally.turn_to(Some(4), now);
        session.tally.left_at(true, FIELDS, 5, now);
        session.tally.turn_to(Some(9), now);
        assert_eq!(visits(&session.tally.sums(&session)), 1);
    }

    #[test]
    fn a_session_without_anybody_is_a_visit_only_where_a_card_failed() {
        let now = Instant::now();
        let mut session = session(None, now);
        session.tally.turn_to(Some(3), now);
        assert!(session.tally.sums(&session).is_empty());
        session.tally.read_failed("timeout");
        session.tally.read_failed("wrong_password");
        let sums = session.tally.sums(&session);
        assert_eq!(of(&sums, Quantity::Visits, 3, 0, "failed_key"), 1);
        assert_eq!(of(&sums, Quantity::Reads, 0, 5, "failed_link"), 1, "each try is a read");
    }

    #[test]
    fn two_people_given_to_other_software_for_one_service_are_one_visit() {
        let now = Instant::now();
        let mut session = session(Some(Way::Chip), now);
        for seconds in [30, 80] {
            session.tally.answered_at(
                11,
                Fields { card: 5, ..Fields::default() },
                5,
                now + Duration::from_secs(seconds),
            );
        }
        let sums = session.tally.sums(&session);
        assert_eq!((visits(&sums), of(&sums, Quantity::Visits, 11, 5, "data")), (1, 1));
        assert_eq!((of(&sums, Quantity::Fields, 11, 0, "card"), of(&sums, Quantity::Seconds, 11, 0, "")), (10, 80));
    }

    #[test]
    fn practice_is_never_counted() {
        let now = Instant::now();
        let mut session = session(Some(Way::Chip), now);
        let mut sample = person(Way::Chip);
        sample.practice = true;
        session.tally.read(&sample);
        session.people = vec![sample];
        session.tally.turn_to(Some(3), now);
        session.tally.recorded();
        assert!(session.tally.sums(&session).is_empty());
    }

    #[test]
    fn the_way_of_several_people_is_the_one_that_proves_most() {
        let people = [Way::Card, Way::QrCode, Way::NumberNotice].map(person);
        assert_eq!(best_way(people.iter()), 2);
        assert_eq!(best_way([].into_iter()), 0);
    }
}
