//! What the officer does. Each is a form of the page; the page with its script stays where it is and sees the change come,
//! a browser without script is sent back to the page.

use std::io::Cursor;

use axum::body::Bytes;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use cccd::card_date::CardDate;
use cccd::holder::{Field, Holder, Source};
use cccd::messages::{self, Words};
use cccd::picture_file::GreyPicture;
use cccd::qr_picture;
use cccd::qr_text::{self, QrContent};
use cccd::sex::Sex;
use cccd_forms::facts::{Fact, Known, Origin, Person};
use cccd_forms::filling::Entry;
use jiff::Timestamp;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Web;
use super::access::Officer;
use super::visitor::LANGUAGE_COOKIE;
use crate::desk::audit::{Act, EndedBy};
use crate::desk::key::{self, Key};
use crate::desk::lang::Lang;
use crate::desk::notice::Notice;
use crate::desk::office::Office;
use crate::desk::person::{DeskPerson, Way};
use crate::desk::practice::{self, PracticeCard};
use crate::desk::state::PRACTICE_READER;

/// The header with which the page's script says that it sees the change come by itself.
const BY_SCRIPT: &str = "x-desk";

/// Done.
pub fn done(headers: &HeaderMap) -> Response {
    if headers.contains_key(BY_SCRIPT) {
        StatusCode::NO_CONTENT.into_response()
    } else {
        Redirect::to("/").into_response()
    }
}

#[derive(Deserialize)]
pub struct KeyForm {
    key: Zeroizing<String>,
    /// What the card is read for.
    #[serde(default)]
    purpose: String,
}

/// Something that opens a card was typed or scanned.
pub async fn key(State(web): State<Web>, headers: HeaderMap, Form(form): Form<KeyForm>) -> Response {
    web.desk.set_purpose(&form.purpose);
    web.desk.give(&form.key);
    done(&headers)
}

/// A picture of the code: a file, or a frame of the document camera.
pub async fn code_picture(State(web): State<Web>, headers: HeaderMap, body: Bytes) -> Response {
    // A frame of a camera mostly shows no code: then it says so by its status, and the page takes the next one.
    let quietly = headers.contains_key("x-frame");
    // One at a time: a picture may have fifty million pixels.
    let Ok(_alone) = web.one_picture.try_acquire() else { return StatusCode::TOO_MANY_REQUESTS.into_response() };
    let found = tokio::task::spawn_blocking(move || {
        let picture = GreyPicture::read(Cursor::new(body)).ok()?;
        let codes = qr_picture::codes(&picture);
        let card = codes.iter().find_map(|code| Some((code.card()?.clone(), code.text()?.to_owned())));
        Some((card, !codes.is_empty()))
    });
    match found.await.ok().flatten() {
        Some((Some((card, text)), _)) => {
            web.desk.give_key(Key::of_code(Box::new(card), &text));
            return done(&headers);
        }
        Some((None, true)) => web.desk.say(key::not_a_card_code()),
        _ if quietly => return StatusCode::UNPROCESSABLE_ENTITY.into_response(),
        Some((None, false)) => web.desk.say(Notice::wrong(
            Words::new("Không thấy mã QR trong ảnh.", "There is no QR code in the picture."),
            Words::new(
                "Chụp gần hơn, đủ sáng, không lóa, thấy trọn mã.",
                "Take it closer, in good light, with the whole code.",
            ),
        )),
        None => web.desk.say(Notice::wrong(
            Words::new("Không mở được tệp ảnh.", "The picture cannot be opened."),
            Words::new("Dùng tệp JPEG, PNG, WebP hoặc BMP.", "Use a JPEG, PNG, WebP or BMP file."),
        )),
    }
    done(&headers)
}

/// Takes what the code says without a chip.
pub async fn use_code_alone(State(web): State<Web>, headers: HeaderMap) -> Response {
    web.desk.use_code_alone();
    done(&headers)
}

/// Tries the card again.
pub async fn again(State(web): State<Web>, headers: HeaderMap) -> Response {
    web.desk.ask_again();
    done(&headers)
}

/// Leaves the card that lies there unread.
pub async fn aside(State(web): State<Web>, headers: HeaderMap) -> Response {
    web.desk.leave_card();
    done(&headers)
}

/// Puts a card of practice down.
pub async fn put_practice_card(State(web): State<Web>, headers: HeaderMap, Path(card): Path<String>) -> Response {
    if !web.practice {
        return StatusCode::NOT_FOUND.into_response();
    }
    // Its keys are made now: that takes a moment.
    let made = tokio::task::spawn_blocking(move || practice::card(&card)).await.ok().flatten();
    match made {
        Some(card) => {
            web.desk.card_removed(PRACTICE_READER);
            web.desk.card_inserted(PRACTICE_READER, Some(card));
            done(&headers)
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Scans the code of the card of practice that lies there.
pub async fn scan_practice_card(State(web): State<Web>, headers: HeaderMap) -> Response {
    web.desk.scan_practice_card(PracticeCard::qr_text);
    done(&headers)
}

/// Scans the machine readable zone on the back of the sample card that lies there.
pub async fn scan_practice_mrz(State(web): State<Web>, headers: HeaderMap) -> Response {
    web.desk.scan_practice_card(PracticeCard::mrz);
    done(&headers)
}

#[derive(Deserialize)]
pub struct ServiceForm {
    service: u16,
}

/// Chooses a service.
pub async fn service(State(web): State<Web>, headers: HeaderMap, Form(chosen): Form<ServiceForm>) -> Response {
    web.desk.choose_service(chosen.service);
    done(&headers)
}

#[derive(Deserialize)]
pub struct FormOfService {
    form: String,
}

/// Opens another form of the chosen service.
pub async fn service_form(State(web): State<Web>, headers: HeaderMap, Form(chosen): Form<FormOfService>) -> Response {
    web.desk.choose_form(&chosen.form);
    done(&headers)
}

/// Goes back to the services.
pub async fn leave_service(State(web): State<Web>, headers: HeaderMap) -> Response {
    web.desk.leave_service();
    done(&headers)
}

#[derive(Deserialize)]
pub struct EntryForm {
    field: String,
    #[serde(default)]
    value: Zeroizing<String>,
    /// `confirm`, `decline`, `reset`, or nothing for what was typed.
    #[serde(default)]
    act: String,
}

/// Something was typed into a field of the form, or an offer was answered.
pub async fn entry(State(web): State<Web>, headers: HeaderMap, Form(mut form): Form<EntryForm>) -> Response {
    // A scanner types where the focus is: the code of a card is never an answer.
    if let Ok(QrContent::Card(_)) = qr_text::read_str(&form.value) {
        web.desk.give(&form.value);
        return done(&headers);
    }
    let entry = match form.act.as_str() {
        "confirm" => Some(Entry::Confirmed),
        "decline" => Some(Entry::Declined),
        "reset" => None,
        _ => Some(Entry::Text(std::mem::take(&mut *form.value))),
    };
    web.desk.enter(&form.field, entry);
    done(&headers)
}

#[derive(Deserialize)]
pub struct RoleForm {
    subject: String,
    person: u32,
    /// Empty: the place is taken away.
    #[serde(default)]
    seated: String,
}

/// Gives a person a place in the form, or takes it away.
pub async fn role(State(web): State<Web>, headers: HeaderMap, Form(form): Form<RoleForm>) -> Response {
    web.desk.assign(&form.subject, form.person, !form.seated.is_empty());
    done(&headers)
}

#[derive(Deserialize)]
pub struct PersonForm {
    way: u8,
    full_name: Zeroizing<String>,
    #[serde(default)]
    id_number: Zeroizing<String>,
    #[serde(default)]
    date_of_birth: Zeroizing<String>,
    #[serde(default)]
    sex: Zeroizing<String>,
    #[serde(default)]
    residence: Zeroizing<String>,
}

/// A person without a card, or whose card was only looked at.
pub async fn person(State(web): State<Web>, headers: HeaderMap, Form(form): Form<PersonForm>) -> Response {
    match typed(&form) {
        Ok(person) => {
            web.desk.add_person(person);
            done(&headers)
        }
        Err(notice) => {
            web.desk.say(notice);
            if headers.contains_key(BY_SCRIPT) {
                StatusCode::UNPROCESSABLE_ENTITY.into_response()
            } else {
                done(&headers)
            }
        }
    }
}

fn typed(form: &PersonForm) -> Result<DeskPerson, Notice> {
    let wrong = |vi: &str, en: &str, todo_vi: &str, todo_en: &str| {
        Notice::wrong(Words::new(vi, en), Words::new(todo_vi, todo_en))
    };
    let way = Way::of_number(form.way).filter(|way| Way::TYPED.contains(way)).unwrap_or(Way::Card);
    let mut person = Person::default();
    let mut add = |fact, text: &str| {
        if !text.is_empty() {
            person.facts.insert(fact, Known { text: text.to_owned(), origin: Origin::Typed });
        }
    };
    let name = capitalised(&cccd::transliteration::composed(&form.full_name));
    if name.is_empty() {
        return Err(wrong(
            "Chưa nhập họ tên.",
            "The name is missing.",
            "Nhập họ, chữ đệm và tên.",
            "Type the full name.",
        ));
    }
    add(Fact::FullName, &name);
    let number: String = form.id_number.chars().filter(|c| !c.is_whitespace()).collect();
    if !number.is_empty() {
        let number = cccd::id_number::IdNumber::parse(&number).map_err(|_| {
            wrong(
                "Số định danh phải có đúng 12 chữ số.",
                "An ID number has twelve digits.",
                "Xem lại số, hoặc để trống nếu chưa có.",
                "Look again, or leave it empty where there is none.",
            )
        })?;
        add(Fact::IdNumber, number.as_str());
    }
    if !form.date_of_birth.trim().is_empty() {
        let date = CardDate::parse(form.date_of_birth.trim()).map_err(|_| {
            wrong(
                "Ngày sinh không đúng.",
                "The birth date is wrong.",
                "Nhập ngày/tháng/năm, ví dụ 15/03/1990.",
                "Type day/month/year, as 15/03/1990.",
            )
        })?;
        add(Fact::DateOfBirth, &date.vietnamese());
    }
    add(Fact::Sex, form.sex.trim());
    add(Fact::PlaceOfResidence, &cccd::transliteration::composed(&form.residence));
    Ok(DeskPerson::of_hand(way, person, oddities(form), Timestamp::now()))
}

/// A name that was typed in small letters alone, as names are written. One with a capital is as somebody wants it.
fn capitalised(name: &str) -> String {
    if name.chars().any(char::is_uppercase) {
        return name.to_owned();
    }
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    name.split(' ').map(word).collect::<Vec<String>>().join(" ")
}

/// What the number says otherwise than what was typed beside it.
fn oddities(form: &PersonForm) -> Vec<Words> {
    let number: String = form.id_number.chars().filter(|c| !c.is_whitespace()).collect();
    let typed = |text: &str| (!text.is_empty()).then(|| Field::new(Source::Typed, text.to_owned()));
    let holder = Holder {
        id_number: typed(&number),
        date_of_birth: CardDate::parse(form.date_of_birth.trim()).ok().map(|date| Field::new(Source::Typed, date)),
        sex: Sex::parse(form.sex.trim()).map(|sex| Field::new(Source::Typed, sex)),
        ..Holder::default()
    };
    cccd::warning::about_holder(&holder).iter().map(messages::of_remark).collect()
}

#[derive(Deserialize)]
pub struct NumberForm {
    person: u32,
}

/// Takes a person out of the session.
pub async fn remove_person(State(web): State<Web>, headers: HeaderMap, Form(form): Form<NumberForm>) -> Response {
    web.desk.remove_person(form.person);
    done(&headers)
}

/// The office says what it is called.
pub async fn office(
    State(web): State<Web>,
    officer: Officer,
    headers: HeaderMap,
    Form(office): Form<Office>,
) -> Response {
    match web.desk.audit.record_by(officer.name(), &Act::SettingsChanged { what: "office" }) {
        Ok(()) => web.desk.set_office(office),
        Err(notice) => web.desk.say(notice),
    }
    done(&headers)
}

#[derive(Deserialize)]
pub struct LanguageForm {
    language: String,
}

/// The language of the page, for this browser.
pub async fn language(headers: HeaderMap, Form(form): Form<LanguageForm>) -> impl IntoResponse {
    let code = Lang::of_code(&form.language).code();
    let cookie = format!("{LANGUAGE_COOKIE}={code}; Path=/; SameSite=Strict; HttpOnly; Max-Age=31536000");
    (AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(page_before(&headers)))
}

/// The page that somebody comes from: one of those that can be opened by themselves, else the first.
fn page_before(headers: &HeaderMap) -> &'static str {
    const PAGES: [&str; 7] = ["/officers/setup", "/officers", "/login", "/log", "/rights", "/notice", "/figures"];
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = referer.strip_prefix("http://").and_then(|rest| rest.find('/').and_then(|slash| rest.get(slash..)));
    let path = path.unwrap_or_default().split(['?', '#']).next().unwrap_or_default();
    let leads_there =
        |page: &&str| path.strip_prefix(*page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    PAGES.into_iter().find(leads_there).unwrap_or("/")
}

/// Somebody is there.
pub async fn touch(State(web): State<Web>, headers: HeaderMap) -> Response {
    web.desk.touch();
    done(&headers)
}

/// The notice was seen.
pub async fn dismiss(State(web): State<Web>, headers: HeaderMap) -> Response {
    web.desk.dismiss();
    done(&headers)
}

/// Ends the session.
pub async fn end(State(web): State<Web>, headers: HeaderMap) -> Response {
    web.desk.end(EndedBy::Officer);
    done(&headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_language_leads_back_to_the_page_and_nowhere_else() {
        for (referer, page) in [
            ("http://127.0.0.1:8630/officers/setup", "/officers/setup"),
            ("http://127.0.0.1:8630/officers/setup/password", "/officers/setup"),
            ("http://127.0.0.1:8630/log?person=1", "/log"),
            ("http://127.0.0.1:8630/login", "/login"),
            ("http://127.0.0.1:8630//evil.example/log", "/"),
            ("http://127.0.0.1:8630", "/"),
            ("x", "/"),
            ("", "/"),
        ] {
            let headers = [(header::REFERER, axum::http::HeaderValue::from_static(referer))].into_iter().collect();
            assert_eq!(page_before(&headers), page, "{referer}");
        }
    }
}
