//! Connected software: the page on which pages of other software are paired and sent away again, and the officer's consent
//! to what they ask. It works without script.

use std::collections::BTreeSet;
use std::time::Instant;

use askama::Template;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use cccd::messages::Words;
use cccd_forms::facts::Fact;
use jiff::{Timestamp, civil::Date, tz};
use zeroize::Zeroizing;

use super::Web;
use super::access::Officer;
use super::actions::done;
use super::bridge;
use super::officers::Frame;
use super::regions::drawn;
use super::visitor::Visitor;
use crate::desk::audit::Act;
use crate::desk::bridge::acts::BridgeAct;
use crate::desk::bridge::grants::{self, Grant, Remembered};
use crate::desk::bridge::line::{Consent, From, Open, Stage};
use crate::desk::bridge::origin::{Origin, OriginError};
use crate::desk::bridge::refusal::Refusal;
use crate::desk::clock;
use crate::desk::lang::Lang;
use crate::desk::notice::Notice;
use crate::desk::officers::role::Role;
use crate::desk::person::{DeskPerson, fact_name, fact_of_name, fact_words};
use crate::desk::state::Inner;

/// The longest that a grant holds, in days.
const LONGEST_GRANT: i64 = 366;

/// For how many days a consent may be remembered.
const REMEMBERED_DAYS: [i64; 3] = [1, 7, 30];

const DAY: i64 = 24 * 3600 * 1000;

/// What went wrong, in both languages.
type Problem = Option<(String, String)>;

#[derive(Template)]
#[template(path = "software.html")]
struct SoftwarePage {
    frame: Frame,
    problem: Problem,
    pairing: Option<Waiting>,
    grants: Vec<Shown>,
    /// What was typed, where it was not taken.
    typed: Typed,
    /// The last day that may be chosen, and the one that is offered.
    last_day: String,
}

/// The code that waits.
struct Waiting {
    origin: String,
    code: Zeroizing<String>,
    minutes: u64,
}

/// A grant, as the page shows it.
struct Shown {
    grant: Grant,
    live: bool,
    connected: bool,
    made: String,
    until: String,
    used: String,
    remembered: Vec<Remembered>,
}

#[derive(Default)]
struct Typed {
    origin: String,
    fields: BTreeSet<Fact>,
    until: String,
}

impl SoftwarePage {
    /// Every field there is, each with its name, what it is called, whether it is sensitive and whether it is ticked.
    fn choices(&self) -> Vec<(&'static str, String, bool, bool)> {
        let choice = |fact: Fact| {
            let words = fact_words(fact);
            (
                fact_name(fact),
                self.frame.lang.of(&words).to_owned(),
                fact.is_sensitive(),
                self.typed.fields.contains(&fact),
            )
        };
        Fact::ALL.into_iter().map(choice).collect()
    }

    fn fields(&self, fields: &BTreeSet<Fact>) -> String {
        listed(self.frame.lang, fields)
    }

    fn day(&self, at: &i64) -> String {
        written(*at)
    }

    fn may_pair(&self) -> bool {
        self.frame.has(Role::Administrator)
    }
}

fn listed(lang: Lang, fields: &BTreeSet<Fact>) -> String {
    fields.iter().map(|fact| lang.of(&fact_words(*fact)).to_owned()).collect::<Vec<_>>().join(", ")
}

fn written(at: i64) -> String {
    Timestamp::from_millisecond(at).map(clock::written).unwrap_or_default()
}

/// The page.
pub async fn software(State(web): State<Web>, visitor: Visitor, officer: Officer) -> Response {
    let today = clock::today();
    let until = today.checked_add(jiff::Span::new().days(180)).unwrap_or(today).to_string();
    // What every form needs, and nothing that somebody must first have a reason for.
    let usual = [Fact::IdNumber, Fact::FullName, Fact::DateOfBirth, Fact::Sex, Fact::PlaceOfResidence];
    let typed = Typed { origin: String::new(), fields: usual.into(), until };
    shown(&web, Frame::of(&web, visitor, officer), None, typed)
}

fn shown(web: &Web, frame: Frame, problem: Problem, typed: Typed) -> Response {
    let (now, today) = (Timestamp::now().as_millisecond(), clock::today());
    // The code is for who may pair.
    let may = frame.has(Role::Administrator);
    let pairing = web.bridge.pairing(|pairing| Waiting {
        origin: pairing.origin.to_string(),
        code: pairing.shown(),
        minutes: pairing.seconds_left(Instant::now()).div_ceil(60),
    });
    let connected = web.desk.look().line.client.as_ref().map(|client| client.grant.clone());
    let grants = web.bridge.grants();
    let one = |grant: &Grant| Shown {
        live: grant.is_live(now),
        connected: connected.as_ref() == Some(&grant.id),
        made: written(grant.made_at),
        until: written(grant.until),
        used: grant.last_used.map(written).unwrap_or_default(),
        remembered: grants.remembered_of(&grant.id).filter(|consent| now < consent.until).cloned().collect(),
        grant: grant.clone(),
    };
    let grants = grants.all().iter().rev().map(one).collect();
    let last_day = today.checked_add(jiff::Span::new().days(LONGEST_GRANT)).unwrap_or(today).to_string();
    let pairing = pairing.filter(|_| may);
    Html(drawn(&SoftwarePage { frame, problem, pairing, grants, typed, last_day })).into_response()
}

/// The pairs of a form, several of one name among them.
struct Pairs(Vec<(String, String)>);

impl Pairs {
    fn of(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    fn one(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(other, _)| other == name);
        found.map_or("", |(_, value)| value)
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.one(name).parse().ok()
    }
}

/// What waits for the disk waits on a thread of its own.
async fn blocking(work: impl FnOnce() -> Response + Send + 'static) -> Response {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// Makes a code for a page.
pub async fn pair(State(web): State<Web>, visitor: Visitor, officer: Officer, RawForm(body): RawForm) -> Response {
    let pairs = Pairs::of(&body);
    let work = move || {
        let typed = Typed {
            origin: pairs.one("origin").chars().take(300).collect(),
            fields: pairs.all("field").filter_map(fact_of_name).collect(),
            until: pairs.one("until").chars().take(20).collect(),
        };
        let frame = Frame::of(&web, visitor, officer);
        match begin(&web, frame.officer.name(), &typed) {
            Ok(()) => Redirect::to("/software").into_response(),
            Err(problem) => shown(&web, frame, Some(problem), typed),
        }
    };
    blocking(work).await
}

fn begin(web: &Web, officer: Option<&str>, typed: &Typed) -> Result<(), (String, String)> {
    let said = |vi: &str, en: &str| (vi.to_owned(), en.to_owned());
    let origin = Origin::parse(&typed.origin).map_err(|error| match error {
        OriginError::Malformed => said(
            "Địa chỉ phần mềm không đúng: dán địa chỉ trang, ví dụ https://motcua.xa.gov.vn.",
            "This is no address of a page: paste one as https://motcua.xa.gov.vn.",
        ),
        OriginError::NotSecure => said(
            "Chỉ kết nối với trang https:// (hoặc trang chạy ngay trên máy này): với http:// thì không biết chắc ai đang hỏi.",
            "Only pages of https:// (or of this very machine) are paired: with http:// nobody knows who asks.",
        ),
    })?;
    if typed.fields.is_empty() {
        return Err(said("Chọn ít nhất một trường dữ liệu.", "Choose at least one field."));
    }
    let until = last_moment(&typed.until).ok_or_else(|| {
        said("Chọn ngày hết hạn, trong vòng một năm tới.", "Choose the last day, within one year from now.")
    })?;
    if web.bridge.grants().all().len() >= grants::MOST {
        return Err(said("Có quá nhiều kết nối: thu hồi bớt.", "There are too many: take some back first."));
    }
    let act = BridgeAct::PairingBegun { origin: origin.to_string(), fields: typed.fields.clone() };
    web.desk.audit.record_by(officer, &Act::Bridge(act)).map_err(|notice| not_done(&notice))?;
    let by = officer.map(str::to_owned);
    web.bridge.begin_pairing(origin, typed.fields.clone(), until, by).map_err(|error| {
        let text = error.to_string();
        (text.clone(), text)
    })
}

fn not_done(notice: &Notice) -> (String, String) {
    (format!("{} {}", notice.what.vi, notice.todo.vi), format!("{} {}", notice.what.en, notice.todo.en))
}

/// The end of a day in Vietnam that is neither over nor too far.
fn last_moment(day: &str) -> Option<i64> {
    let day: Date = day.parse().ok()?;
    let end = day.tomorrow().ok()?.to_zoned(tz::TimeZone::fixed(tz::Offset::constant(7))).ok()?;
    let (end, now) = (end.timestamp().as_millisecond(), Timestamp::now().as_millisecond());
    (end > now && end - now <= (LONGEST_GRANT + 1) * DAY).then_some(end)
}

/// Forgets the code that waits.
pub async fn end_pairing(State(web): State<Web>) -> Redirect {
    web.bridge.end_pairing();
    Redirect::to("/software")
}

/// Takes a grant back. A page that is connected under it is sent away.
pub async fn revoke(State(web): State<Web>, visitor: Visitor, officer: Officer, RawForm(body): RawForm) -> Response {
    let pairs = Pairs::of(&body);
    let work = move || {
        let grant = web.bridge.grants().all().iter().find(|grant| grant.id == pairs.one("grant")).cloned();
        let revoked = grant.map_or(Ok(()), |grant| bridge::revoke(&web, &grant, "officer", officer.name()));
        web.desk.tell();
        after(&web, visitor, officer, revoked)
    };
    blocking(work).await
}

/// Remembers a consent no more.
pub async fn forget(State(web): State<Web>, visitor: Visitor, officer: Officer, RawForm(body): RawForm) -> Response {
    let pairs = Pairs::of(&body);
    let work = move || {
        let forgotten = web.bridge.grants().forget(pairs.one("consent"));
        if let Ok(Some(grant)) = &forgotten {
            web.desk.audit.note_by(officer.name(), &Act::Bridge(BridgeAct::Forgotten { grant: grant.clone() }));
        }
        after(&web, visitor, officer, forgotten.map(drop).map_err(|error| error.to_string()))
    };
    blocking(work).await
}

fn after(web: &Web, visitor: Visitor, officer: Officer, result: Result<(), String>) -> Response {
    match result {
        Ok(()) => Redirect::to("/software").into_response(),
        Err(error) => {
            let vi = format!("Đã ngừng cho đến khi tắt máy, nhưng không ghi được vào ổ đĩa: làm lại sau. ({error})");
            let en = format!(
                "It holds no more until the program stops, but that could not be written: do it again. ({error})"
            );
            shown(web, Frame::of(web, visitor, officer), Some((vi, en)), Typed::default())
        }
    }
}

// On the desk's page.

/// What the desk's page says of connected software: who is, and what is asked.
#[derive(Template)]
#[template(path = "bridge.html")]
pub struct BridgeRegion<'a> {
    lang: Lang,
    /// Who is connected.
    client: Option<&'a str>,
    /// What waits for the officer.
    request: Option<&'a Open>,
    /// What is done, once the officer agreed.
    agreed: bool,
    session: u64,
    people: Vec<&'a DeskPerson>,
    service: Option<&'a str>,
}

impl<'a> BridgeRegion<'a> {
    /// The region as it is now.
    pub fn of(lang: Lang, web: &'a Web, inner: &'a Inner) -> Self {
        let request = inner.line.request.as_ref();
        let people = inner.session.iter().flat_map(|session| &session.people).filter(|person| person.is_usable());
        let service = request.and_then(|open| web.desk.services.get(open.asked.service?));
        Self {
            lang,
            client: inner.line.client.as_ref().map(|client| client.origin.as_str()),
            request,
            agreed: request.is_some_and(|open| open.stage != Stage::Consent),
            session: inner.session_id(),
            people: people.collect(),
            service: service.map(|service| service.name.as_str()),
        }
    }

    fn fields(&self, open: &Open) -> Vec<(String, bool)> {
        let field = |fact: &Fact| (self.lang.of(&fact_words(*fact)).to_owned(), fact.is_sensitive());
        open.asked.fields.iter().map(field).collect()
    }

    fn days(&self) -> [i64; 3] {
        REMEMBERED_DAYS
    }
}

/// The officer decides on what is asked.
pub async fn consent(State(web): State<Web>, headers: HeaderMap, RawForm(body): RawForm) -> Response {
    let pairs = Pairs::of(&body);
    let work = move || {
        if let Err(notice) = decide(&web, &pairs) {
            web.desk.say(notice);
        }
        done(&headers)
    };
    blocking(work).await
}

fn decide(web: &Web, pairs: &Pairs) -> Result<(), Notice> {
    let request: u64 = pairs.number("request").ok_or_else(Notice::request_is_over)?;
    let asked = {
        let inner = web.desk.look();
        let waits = |open: &&Open| open.stage == Stage::Consent || pairs.one("answer") == "refuse";
        let open = inner.line.open(request).filter(waits).ok_or_else(Notice::request_is_over)?;
        if pairs.one("answer") != "refuse" && !open.may_be_agreed_to(Instant::now()) {
            return Err(Notice::request_is_new());
        }
        open.asked.clone()
    };
    // What was said of the decision before is done with.
    web.desk.dismiss();
    if pairs.one("answer") == "refuse" {
        web.desk.drop_open(request, Refusal::Refused);
        return Ok(());
    }
    let from = match pairs.number("person") {
        Some(number) => From::Person { session: pairs.number("s").unwrap_or_default(), number },
        None => From::Card,
    };
    // Sensitive data are decided on each time anew.
    let days = pairs.number("days").filter(|days| REMEMBERED_DAYS.contains(days));
    let days = days.filter(|_| pairs.one("answer") == "remember" && !asked.is_sensitive());
    let until = days.map(|days| Timestamp::now().as_millisecond().saturating_add(days * DAY));
    let act = BridgeAct::Agreed { asked: asked.clone(), by_memory: false, until };
    web.desk.audit.record(&Act::Bridge(act))?;
    let consent = until.map_or(Consent::Once, Consent::Until);
    if web.desk.agree(request, from, consent) { Ok(()) } else { Err(Notice::request_is_over()) }
}

impl Notice {
    fn request_is_new() -> Self {
        Self::wrong(
            Words::new("Yêu cầu này vừa mới hiện ra.", "This request has only just appeared."),
            Words::new("Đọc lại rồi bấm lần nữa.", "Read it, then press again."),
        )
    }

    fn request_is_over() -> Self {
        Self::wrong(
            Words::new("Yêu cầu này đã kết thúc.", "This request is over."),
            Words::new("Nếu vẫn cần, bấm lại trong phần mềm một cửa.", "Ask again in the one-stop software."),
        )
    }
}
