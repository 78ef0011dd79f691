//! The regions of the page, each drawn alone, so that a change in one leaves what somebody types in another as it is.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use cccd::messages::Words;
use cccd::verdict::Verdict;
use cccd_forms::facts::{Fact, Origin, Person};
use cccd_forms::filling::{FilledField, Form, Problem, Section, State as FieldState};
use cccd_forms::finding::Severity;
use cccd_forms::packs::{Kind, Pack};
use cccd_forms::services::Service;
use icao9303::check::Status;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::Web;
use super::exports;
use super::software::BridgeRegion;
use super::visitor::Visitor;
use crate::desk::citizen_notice::{OfficeTexts, ReadPurpose};
use crate::desk::clock;
use crate::desk::exports::delivery::Delivery;
use crate::desk::exports::record::Record;
use crate::desk::exports::typing::Keyboard;
use crate::desk::figures::period::{CutDay, CutWeekday};
use crate::desk::lang::Lang;
use crate::desk::notice::Notice;
use crate::desk::office::Office;
use crate::desk::person::{DeskPerson, Way, fact_words};
use crate::desk::practice::{self, PracticeCard, Sample};
use crate::desk::queue::{self, Ticket, TicketState};
use crate::desk::session::{CardState, Reading, Session, Step};
use crate::desk::state::{Desk, Inner, Readers};

/// A part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Region {
    Status,
    Notice,
    Bridge,
    Card,
    Hand,
    People,
    Work,
    Idle,
    Queue,
    Citizen,
}

impl Region {
    /// Its name: of the element, and of the event that brings it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Notice => "notice",
            Self::Bridge => "bridge",
            Self::Card => "card",
            Self::Hand => "hand",
            Self::People => "people",
            Self::Work => "work",
            Self::Idle => "idle",
            Self::Queue => "queue",
            Self::Citizen => "citizen",
        }
    }
}

/// All regions as they look now.
pub fn all(web: &Web, visitor: Visitor) -> Vec<(Region, String)> {
    let inner = &*web.desk.look();
    let lang = visitor.lang;
    let filled = web.desk.filled(inner);
    let session = inner.session.as_ref();
    vec![
        (Region::Status, drawn(&StatusRegion { lang, inner, clock_is_wrong: clock::is_wrong() })),
        (Region::Notice, drawn(&NoticeRegion { lang, notice: inner.notice.as_ref() })),
        (Region::Bridge, drawn(&BridgeRegion::of(lang, web, inner))),
        (Region::Card, drawn(&CardRegion::of(lang, inner, &web.desk.texts, web.practice))),
        (Region::Hand, drawn(&HandRegion { lang, ways: Way::TYPED })),
        (Region::People, drawn(&PeopleRegion { lang, session, pack: filled.as_ref().map(|(pack, _)| *pack) })),
        (Region::Work, drawn(&WorkRegion::of(lang, web, inner, filled.as_ref()))),
        (Region::Queue, drawn(&QueueRegion::of(lang, web, session))),
        (Region::Idle, drawn(&IdleRegion { lang, seconds: Desk::countdown(inner).map(|left| left.as_secs() + 1) })),
    ]
}

/// What the citizen sees on a screen of their own: what to do, and who was read, with the number masked.
pub fn of_citizen(web: &Web, visitor: Visitor) -> Vec<(Region, String)> {
    let inner = &*web.desk.look();
    let session = inner.session.as_ref();
    let people = session.into_iter().flat_map(|session| &session.people);
    let queue = web.queue.as_ref().map(|queue| queue.view(clock::today()));
    let region = CitizenRegion {
        // Whoever sits at the desk has been called, unless it is the one before.
        called: queue
            .filter(|view| session.is_none_or(|session| session.id == view.called_in))
            .and_then(|view| view.called),
        lang: visitor.lang,
        card: session.map(|session| &session.card),
        notice: web.desk.texts.notice.short.filled(visitor.lang, &inner.office),
        people: people.map(|person| (person.name(), masked(number_of(person)))).collect(),
    };
    vec![(Region::Citizen, drawn(&region))]
}

/// What stands for who somebody is: the ID number, of who has none that of the passport.
fn number_of(person: &DeskPerson) -> &str {
    person.text(Fact::IdNumber).or(person.facts.passport_alone()).unwrap_or_default()
}

/// A number of which only the last three digits are shown.
fn masked(number: &str) -> String {
    let count = number.chars().count();
    number.chars().enumerate().map(|(place, digit)| if place + 3 < count { '•' } else { digit }).collect()
}

#[derive(Template)]
#[template(path = "citizen_region.html")]
struct CitizenRegion<'a> {
    lang: Lang,
    /// The number that is called, and how often anything was.
    called: Option<(u16, u64)>,
    card: Option<&'a CardState>,
    notice: String,
    people: Vec<(&'a str, String)>,
}

/// A template, drawn. It writes into memory, which does not fail.
pub fn drawn(template: &impl Template) -> String {
    template.render().unwrap_or_default()
}

/// Tells one look of a region from another.
pub fn digest(html: &str) -> String {
    Sha256::digest(html).iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[derive(Template)]
#[template(path = "status.html")]
struct StatusRegion<'a> {
    lang: Lang,
    inner: &'a Inner,
    clock_is_wrong: bool,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticeRegion<'a> {
    lang: Lang,
    notice: Option<&'a Notice>,
}

/// Who is next.
#[derive(Template)]
#[template(path = "queue.html")]
struct QueueRegion<'a> {
    lang: Lang,
    on: bool,
    view: queue::View,
    /// Who of this session has a number, and which.
    cards: Vec<(&'a str, Ticket)>,
}

impl<'a> QueueRegion<'a> {
    fn of(lang: Lang, web: &Web, session: Option<&'a Session>) -> Self {
        let Some(queue) = &web.queue else {
            return Self { lang, on: false, view: queue::View::default(), cards: Vec::new() };
        };
        let people = session.into_iter().flat_map(|session| &session.people);
        let cards = people.filter_map(|person| Some((person.name(), queue.of_card(person.text(Fact::IdNumber)?)?)));
        Self { lang, on: true, view: queue.view(clock::today()), cards: cards.collect() }
    }
}

#[derive(Template)]
#[template(path = "idle.html")]
struct IdleRegion {
    lang: Lang,
    seconds: Option<u64>,
}

#[derive(Template)]
#[template(path = "card.html")]
struct CardRegion<'a> {
    lang: Lang,
    card: Option<&'a CardState>,
    /// Whose code was scanned, where its card is waited for.
    code_of: Option<&'a str>,
    /// A card lies on a reader that no session reads.
    left_behind: bool,
    /// The sample cards, where there are any and none lies there.
    samples: &'static [Sample],
    /// The sample card that lies there.
    lying: Option<&'a PracticeCard>,
    /// There are people in the session: a card is one more, and the guide steps back.
    more: bool,
    /// There is more than one card: which is asked about must be told.
    several: bool,
    /// What the card may be read for; none where a service says it.
    purposes: &'a [ReadPurpose],
    /// Which is chosen.
    purpose: Option<&'a str>,
}

/// A person without a card. It stands apart from the card, which comes and goes while somebody types.
#[derive(Template)]
#[template(path = "hand.html")]
struct HandRegion {
    lang: Lang,
    ways: [Way; 5],
}

impl HandRegion {
    fn way(&self, way: &Way) -> String {
        self.lang.of(&way.words()).to_owned()
    }
}

impl<'a> CardRegion<'a> {
    fn of(lang: Lang, inner: &'a Inner, texts: &'a OfficeTexts, practice: bool) -> Self {
        let session = inner.session.as_ref();
        let code = session.and_then(|session| session.code.as_ref());
        let asked = match session.map(|session| &session.card) {
            Some(CardState::NeedsKey { reader, .. }) => inner.slots.get(reader),
            _ => None,
        };
        Self {
            lang,
            card: session.map(|session| &session.card),
            code_of: code.and_then(|code| code.given().qr).map(|card| card.full_name.as_str()),
            left_behind: session.is_none() && !inner.slots.is_empty(),
            samples: if practice { practice::SAMPLES } else { &[] },
            lying: asked.and_then(|slot| slot.practice.as_deref()),
            more: session.is_some_and(|session| !session.people.is_empty()),
            several: inner.slots.len() > 1,
            purposes: if session.is_some_and(|session| session.service.is_some()) { &[] } else { &texts.purposes },
            purpose: texts.purpose(session.and_then(|session| session.purpose.as_deref())),
        }
    }

    fn is_purpose(&self, purpose: &ReadPurpose) -> bool {
        self.purpose == Some(purpose.id.as_str())
    }

    /// The steps of a read: begun, the present one, or to come.
    fn steps(&self, reading: &Reading) -> Vec<(Step, &'static str)> {
        let present = reading.begun.iter().max().copied();
        let state = |step: Step| match reading.begun.contains(&step) {
            true if Some(step) == present => "now",
            true => "done",
            false => "later",
        };
        Step::ALL.into_iter().map(|step| (step, state(step))).collect()
    }

    /// What has come of the person so far, as far as it is shown at the desk.
    fn early(&self, person: &Person) -> Vec<(String, String, Origin)> {
        let shown = [
            Fact::FullName,
            Fact::IdNumber,
            Fact::PassportNumber,
            Fact::DateOfBirth,
            Fact::Sex,
            Fact::PlaceOfResidence,
        ];
        let facts = shown.into_iter().filter_map(|fact| Some((fact, person.facts.get(&fact)?)));
        facts
            .map(|(fact, known)| (self.lang.of(&fact_words(fact)).to_owned(), known.text.clone(), known.origin))
            .collect()
    }

    fn origin(&self, origin: &Origin) -> &'static str {
        self.lang.say(origin.vi(), origin.en())
    }

    fn words(&self, words: Words) -> String {
        self.lang.of(&words).to_owned()
    }
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeopleRegion<'a> {
    lang: Lang,
    session: Option<&'a Session>,
    pack: Option<&'a Pack>,
}

/// The facts shown of a person, in this order. Ethnicity and religion are sensitive: they stand on the form that needs
/// them, and nowhere else.
const SHOWN: [Fact; 14] = [
    Fact::IdNumber,
    Fact::OldIdNumber,
    Fact::PassportNumber,
    Fact::PassportState,
    Fact::DateOfBirth,
    Fact::Sex,
    Fact::Nationality,
    Fact::PlaceOfResidence,
    Fact::PlaceOfOrigin,
    Fact::DateOfIssue,
    Fact::DateOfExpiry,
    Fact::FatherName,
    Fact::MotherName,
    Fact::SpouseName,
];

impl PeopleRegion<'_> {
    /// Whether the person has a place in the open form.
    fn is_seated(&self, person: &DeskPerson) -> bool {
        self.session.is_some_and(|session| session.seated().iter().any(|other| other.number == person.number))
    }

    fn facts<'p>(&self, person: &'p DeskPerson) -> Vec<(String, &'p str, Origin)> {
        let facts = SHOWN.into_iter().filter_map(|fact| Some((fact, person.facts.facts.get(&fact)?)));
        facts
            .map(|(fact, known)| (self.lang.of(&fact_words(fact)).to_owned(), known.text.as_str(), known.origin))
            .collect()
    }

    /// The class, the sign and the words of the verdict.
    fn verdict(&self, person: &DeskPerson) -> (&'static str, &'static str, &'static str) {
        match (person.verdict, person.way) {
            (Some(Verdict::Genuine), Way::Passport) => {
                ("good", "✓", self.lang.say("Hộ chiếu thật, còn hạn", "Genuine passport, in date"))
            }
            (Some(Verdict::Rejected), Way::Passport) if person.only_expired() => {
                ("bad", "✗", self.lang.say("Hộ chiếu hết hạn", "The passport has expired"))
            }
            (Some(Verdict::Rejected), Way::Passport) => {
                ("bad", "✗", self.lang.say("Không chấp nhận hộ chiếu này", "Do not accept this passport"))
            }
            (Some(Verdict::Genuine), _) => ("good", "✓", self.lang.say("Thẻ thật, còn hạn", "Genuine and in date")),
            (Some(Verdict::Unconfirmed), _) => {
                ("unsure", "?", self.lang.say("Chưa khẳng định được", "Could not be confirmed"))
            }
            (Some(Verdict::Rejected), _) if person.only_expired() => {
                ("bad", "✗", self.lang.say("Thẻ hết hạn", "The card has expired"))
            }
            (Some(Verdict::Rejected), _) => {
                ("bad", "✗", self.lang.say("Không chấp nhận thẻ này", "Do not accept this card"))
            }
            (None, Way::QrCode) => {
                ("unsure", "?", self.lang.say("Chỉ từ mã QR, chưa xác thực", "Only the QR code, not proven"))
            }
            (None, _) => ("typed", "✎", self.lang.say("Nhập tay", "Typed by hand")),
        }
    }

    fn sign(&self, status: &Status) -> (&'static str, &'static str) {
        match status {
            Status::Passed => ("good", "✓"),
            Status::Failed => ("bad", "✗"),
            Status::Unknown => ("unsure", "?"),
            Status::NotOffered | Status::Skipped => ("none", "–"),
        }
    }

    fn origin(&self, origin: &Origin) -> &'static str {
        self.lang.say(origin.vi(), origin.en())
    }

    fn class(&self, origin: &Origin) -> &'static str {
        origin_class(*origin)
    }

    fn way(&self, person: &DeskPerson) -> String {
        self.lang.of(&person.way.words()).to_owned()
    }

    fn when(&self, person: &DeskPerson) -> String {
        clock::written(person.at)
    }

    /// The places of the open form, each with whether this person has it.
    fn roles(&self, person: &DeskPerson) -> Vec<(&str, &str, bool)> {
        let Some(pack) = self.pack else { return Vec::new() };
        let form = self.session.and_then(|session| session.form.as_ref());
        let has = |subject: &str| {
            let people = form.and_then(|form| form.roles.get(subject));
            people.is_some_and(|people| people.contains(&person.number))
        };
        pack.subjects
            .iter()
            .map(|subject| (subject.id.as_str(), self.lang.say(&subject.label, &subject.label_en), has(&subject.id)))
            .collect()
    }
}

#[derive(Template)]
#[template(path = "work.html")]
struct WorkRegion<'a> {
    lang: Lang,
    services: Vec<&'a Service>,
    service: Option<&'a Service>,
    filled: Option<&'a (&'a Pack, Form)>,
    problems: Vec<Problem>,
    /// Nobody of the session has a place in the form.
    nobody_seated: bool,
    office_is_unknown: bool,
    office: &'a Office,
    /// The id of the session.
    session: u64,
    /// The forms of the service.
    forms: Vec<FormChoice<'a>>,
    /// What was sent to the office's other software.
    sent: &'a [Delivery],
    /// What the form says now, where anything was sent.
    content: Option<[u8; 32]>,
    /// The printers of this machine.
    printers: &'a [String],
    /// There is other software to send to.
    can_send: bool,
    /// There is a graphical session to type in.
    can_type: bool,
}

/// A form of the chosen service.
struct FormChoice<'a> {
    form: &'a str,
    title: &'a str,
    title_en: &'a str,
    open: bool,
}

impl<'a> WorkRegion<'a> {
    /// The days on which figures of a month may be closed: number, what it is called, whether it is the chosen one.
    fn cut_days(&self) -> Vec<(i8, String, bool)> {
        let decree = self.lang.say(" (Nghị định 09/2019/NĐ-CP, Điều 12)", " (Decree 09/2019/NĐ-CP, art. 12)");
        let name =
            |cut: CutDay| format!("{}{}", self.lang.of(&cut.words()), if cut.number() == 14 { decree } else { "" });
        CutDay::ALL.map(|cut| (cut.number(), name(cut), cut == self.office.cut_day)).into()
    }

    /// The same of a week.
    fn cut_weekdays(&self) -> Vec<(i8, String, bool)> {
        let chosen = self.office.cut_weekday;
        CutWeekday::ALL.map(|cut| (cut.number(), self.lang.of(&cut.words()).to_owned(), cut == chosen)).into()
    }

    fn of(lang: Lang, web: &'a Web, inner: &'a Inner, filled: Option<&'a (&'a Pack, Form)>) -> Self {
        let desk = &*web.desk;
        let session = inner.session.as_ref();
        let service = session.and_then(|session| session.service).and_then(|number| desk.services.get(number));
        let form = session.and_then(|session| session.form.as_ref());
        let sent = session.map(|session| session.deliveries.as_slice()).unwrap_or_default();
        Self {
            lang,
            services: desk.services.all().iter().collect(),
            service,
            filled,
            problems: filled.map(|(_, form)| form.problems()).unwrap_or_default(),
            nobody_seated: form.is_some_and(|form| form.roles.values().all(Vec::is_empty)),
            office_is_unknown: inner.office.authority.is_empty(),
            office: &inner.office,
            session: inner.session_id(),
            forms: service.map(|service| forms_of(desk, service, &inner.office, filled)).unwrap_or_default(),
            sent,
            content: if sent.is_empty() {
                None
            } else {
                Record::of(desk, inner).and_then(|record| exports::content(&record)).ok()
            },
            printers: &inner.printers,
            can_send: web.webhook.is_some(),
            can_type: Keyboard::of_session().is_some(),
        }
    }

    /// What was sent of this form, each with whether that is what it says now.
    fn deliveries(&self, pack: &Pack) -> Vec<(&'a Delivery, bool)> {
        let of_pack = self.sent.iter().filter(|delivery| delivery.pack == pack.id);
        of_pack.map(|delivery| (delivery, Some(delivery.content) == self.content)).collect()
    }

    /// How many rows the list has, where the form is one.
    fn listed(&self, pack: &Pack) -> Option<usize> {
        let (list, (_, form)) = pack.list.as_ref().zip(self.filled)?;
        Some(form.list(list).rows.len())
    }

    /// Whether a row of a table begins with this field.
    fn starts_row(&self, section: &Section, field: &FilledField) -> bool {
        section.fields.first().is_some_and(|first| first.id == field.id)
    }

    /// The orders in which other programs want the form typed, by number.
    fn typing_orders<'p>(&self, pack: &'p Pack) -> Vec<(usize, &'p str)> {
        pack.typing.iter().map(|order| order.title.as_str()).enumerate().collect()
    }

    /// What is to be looked at in a field. That it is empty is seen.
    fn problems_of(&self, field: &FilledField) -> Vec<&str> {
        let empty = field.required && field.value.is_empty();
        let problems = self.problems.iter().filter(|problem| problem.key == field.key);
        let told = problems.filter(|problem| !(empty && problem.severity == Severity::Warning));
        told.map(|problem| self.lang.say(&problem.vi, &problem.en)).collect()
    }

    /// What belongs to no single field shown.
    fn other_problems(&self) -> Vec<&str> {
        let fields = |key: &str| self.filled.is_some_and(|(_, form)| form.field(key).is_some());
        let others = self.problems.iter().filter(|problem| !fields(&problem.key));
        others.map(|problem| self.lang.say(&problem.vi, &problem.en)).collect()
    }

    /// How many fields that the form demands are empty.
    fn missing(&self, form: &Form) -> usize {
        let empty = |key: &str| form.field(key).is_some_and(|field| field.required && field.value.is_empty());
        self.problems.iter().filter(|problem| empty(&problem.key)).count()
    }

    fn offered<'f>(&self, field: &'f FilledField) -> Option<&'f str> {
        match &field.state {
            FieldState::Offered(text) => Some(text),
            _ => None,
        }
    }

    fn origin(&self, field: &FilledField) -> Option<(&'static str, &'static str)> {
        let origin = field.origin?;
        Some((origin_class(origin), self.lang.say(origin.vi(), origin.en())))
    }

    /// How the element of a field is called: keys may hold a dot.
    fn element(&self, field: &FilledField) -> String {
        format!("f-{}", field.key.replace('.', "-"))
    }
}

/// The forms of a service that are in force today, each with whether it is the open one.
fn forms_of<'a>(
    desk: &'a Desk,
    service: &'a Service,
    office: &Office,
    open: Option<&(&Pack, Form)>,
) -> Vec<FormChoice<'a>> {
    let today = clock::today();
    let choice = |form: &'a String| {
        let pack = desk.packs.for_day(form, today, &office.province)?;
        let open = open.is_some_and(|(open, _)| open.form == *form);
        Some(FormChoice { form, title: &pack.title, title_en: &pack.title_en, open })
    };
    service.forms.iter().filter_map(choice).collect()
}

/// The class that an origin is coloured by.
fn origin_class(origin: Origin) -> &'static str {
    match origin {
        Origin::ChipVerified => "good",
        Origin::ChipUnverified | Origin::Qr | Origin::Mrz => "unsure",
        Origin::Typed => "typed",
        Origin::Computed | Origin::Desk => "none",
    }
}

#[derive(Template)]
#[template(path = "services.html")]
struct ServicesPart<'a> {
    lang: Lang,
    services: Vec<&'a Service>,
}

#[derive(Deserialize)]
pub struct Search {
    #[serde(default)]
    q: String,
}

/// The services that somebody looks for.
pub async fn services(State(web): State<Web>, visitor: Visitor, Query(search): Query<Search>) -> Html<String> {
    let services = if search.q.trim().is_empty() {
        web.desk.services.all().iter().collect()
    } else {
        web.desk.services.search(&search.q)
    };
    Html(drawn(&ServicesPart { lang: visitor.lang, services }))
}
