//! A page of other software, and what an officer does about it, without a browser.

use std::net::TcpStream;
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest as _;
use tungstenite::http::HeaderValue;
use tungstenite::{HandshakeError, Message, WebSocket};

use super::description;
use crate::desk::Desk;
use crate::http::{self, Answer};

pub const PAGE: &str = "https://motcua.example";

/// What most tests are granted.
pub const FIELDS: &[&str] = &["id_number", "full_name", "date_of_birth", "religion"];

/// The last day of a grant: far enough, and not too far.
fn until() -> String {
    let day = jiff::Zoned::now().date().checked_add(jiff::Span::new().days(100)).expect("a day");
    day.to_string()
}

/// What the officer's own page sends.
#[track_caller]
pub fn officer(desk: &Desk, path: &str, form: &[(&str, &str)]) -> Answer {
    let own = format!("http://{}", desk.address);
    let escaped = |value: &str| -> String { value.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    let body: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    let headers = [("Origin", own.as_str()), ("Content-Type", "application/x-www-form-urlencoded"), ("X-Desk", "1")];
    let answer = http::ask(desk.address, "POST", path, &headers, body.join("&").as_bytes());
    assert!(answer.status < 400, "{path}: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
    answer
}

/// What the officer's page shows.
#[track_caller]
pub fn page(desk: &Desk, path: &str) -> String {
    String::from_utf8(desk.get(path).body).expect("UTF-8")
}

/// What stands between two texts of a page.
#[track_caller]
pub fn between(page: &str, start: &str, end: &str) -> String {
    let rest = page.split_once(start).unwrap_or_else(|| panic!("no {start} in {page}")).1;
    rest.split_once(end).expect("an end").0.to_owned()
}

/// The officer makes a code for a page.
#[track_caller]
pub fn code(desk: &Desk, origin: &str, fields: &[&str]) -> String {
    let until = until();
    let mut form = vec![("origin", origin), ("until", until.as_str())];
    form.extend(fields.iter().map(|field| ("field", *field)));
    officer(desk, "/software/pair", &form);
    between(&page(desk, "/software"), "id=\"pairing-code\">", "<")
}

/// A page gives a code.
#[track_caller]
pub fn give_code(desk: &Desk, origin: &str, code: &str) -> Answer {
    let body = json!({ "code": code }).to_string();
    let headers = [("Origin", origin), ("Content-Type", "application/json")];
    http::ask(desk.address, "POST", "/bridge/v1/pairing", &headers, body.as_bytes())
}

#[track_caller]
pub fn json_of(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{}: no JSON", answer.status))
}

/// A paired page.
pub struct Software {
    pub origin: String,
    pub token: String,
    pub device: Value,
    pub grant: String,
}

impl Software {
    #[track_caller]
    pub fn paired(desk: &Desk) -> Self {
        Self::paired_as(desk, PAGE, FIELDS)
    }

    #[track_caller]
    pub fn paired_as(desk: &Desk, origin: &str, fields: &[&str]) -> Self {
        let answer = give_code(desk, origin, &code(desk, origin, fields));
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
        let paired = json_of(&answer);
        description::expect("Paired", &paired);
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        Self {
            origin: origin.to_owned(),
            token: text(&paired["token"]),
            device: paired["device"].clone(),
            grant: text(&paired["grant"]["id"]),
        }
    }

    /// What it gets over HTTP.
    #[track_caller]
    pub fn ask(&self, desk: &Desk, method: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("Origin", self.origin.as_str()), ("Authorization", &bearer)];
        http::ask(desk.address, method, "/bridge/v1/grant", &headers, b"")
    }

    /// Connects; the status of HTTP where it is not let.
    pub fn connect(&self, desk: &Desk) -> Result<Socket, u16> {
        connect(desk, &[("Origin", &self.origin)], &self.token)
    }

    /// Connects and reads the greeting.
    #[track_caller]
    pub fn connected(&self, desk: &Desk) -> Socket {
        let mut socket = self.connect(desk).unwrap_or_else(|status| panic!("not connected: {status}"));
        assert_eq!(socket.next()["type"], "ready");
        socket
    }

    /// What an answer says, after its signature was verified.
    #[track_caller]
    pub fn verified(&self, answer: &Value) -> Value {
        let jws = answer["answer"].as_str().expect("an answer");
        let (signed, signature) = jws.rsplit_once('.').expect("three parts");
        let decoded = |part: &str| Base64UrlUnpadded::decode_vec(part).expect("base64url");
        let key: [u8; 32] = decoded(self.device["key"]["x"].as_str().expect("a key")).try_into().expect("32 bytes");
        let key = VerifyingKey::from_bytes(&key).expect("a key");
        let signature = Signature::from_slice(&decoded(signature)).expect("a signature");
        key.verify_strict(signed.as_bytes(), &signature).expect("the signature is right");
        let (header, payload) = signed.split_once('.').expect("a header");
        let header: Value = serde_json::from_slice(&decoded(header)).expect("JSON");
        let expected = json!({ "alg": "EdDSA", "typ": "cccd-bridge-answer+jws", "kid": self.device["id"] });
        assert_eq!(header, expected);
        let claims: Value = serde_json::from_slice(&decoded(payload)).expect("JSON");
        description::expect("Answer", &claims);
        assert_eq!(claims["aud"], self.origin.as_str());
        assert_eq!(claims["grant"], self.grant.as_str());
        claims
    }
}

/// Opens a WebSocket with these headers.
pub fn connect(desk: &Desk, headers: &[(&str, &str)], token: &str) -> Result<Socket, u16> {
    let mut request = format!("ws://{}/bridge/v1/socket", desk.address).into_client_request().expect("an address");
    let protocols = format!("cccd-bridge.1, token.{token}");
    for (name, value) in headers.iter().copied().chain([("Sec-WebSocket-Protocol", protocols.as_str())]) {
        let name: tungstenite::http::HeaderName = name.parse().expect("a name");
        request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a value"));
    }
    let stream = TcpStream::connect(desk.address).expect("the desk listens");
    stream.set_read_timeout(Some(Duration::from_secs(90))).expect("a limit");
    match tungstenite::client(request, stream) {
        Ok((socket, answer)) => {
            let protocol = answer.headers().get("sec-websocket-protocol").and_then(|value| value.to_str().ok());
            assert_eq!(protocol, Some("cccd-bridge.1"));
            Ok(Socket(socket))
        }
        Err(HandshakeError::Failure(tungstenite::Error::Http(answer))) => Err(answer.status().as_u16()),
        Err(error) => panic!("no handshake: {error}"),
    }
}

/// A connection.
pub struct Socket(WebSocket<TcpStream>);

/// A nonce that nobody used before.
pub fn nonce() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("random numbers");
    Base64UrlUnpadded::encode_string(&bytes)
}

/// A request for these fields.
pub fn read(id: &str, fields: &[&str], purpose: &str) -> Value {
    let message = json!({ "type": "read", "id": id, "fields": fields, "purpose": purpose, "nonce": nonce() });
    description::expect("Read", &message);
    message
}

impl Socket {
    #[track_caller]
    pub fn say(&mut self, message: &Value) {
        self.say_text(&message.to_string());
    }

    #[track_caller]
    pub fn say_text(&mut self, text: &str) {
        self.0.send(Message::text(text)).expect("it is open");
    }

    /// The next message, or nothing where the desk closed.
    #[track_caller]
    pub fn next_or_end(&mut self) -> Option<Value> {
        loop {
            match self.0.read() {
                Ok(Message::Text(text)) => {
                    let message: Value = serde_json::from_str(&text).expect("JSON");
                    description::expect_message(&message);
                    return Some(message);
                }
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    #[track_caller]
    pub fn next(&mut self) -> Value {
        self.next_or_end().expect("the desk closed")
    }

    /// Reads until a message in which this stands under this name.
    #[track_caller]
    pub fn until(&mut self, name: &str, value: &str) -> Value {
        loop {
            let message = self.next();
            if message[name] == value {
                return message;
            }
            assert!(!matches!(message["type"].as_str(), Some("failed" | "done")), "{name}={value}: {message}");
        }
    }

    /// The failure that comes next, by its code.
    #[track_caller]
    pub fn failure(&mut self) -> String {
        self.until_failed()["code"].as_str().expect("a code").to_owned()
    }

    /// The failure that comes next.
    #[track_caller]
    pub fn until_failed(&mut self) -> Value {
        loop {
            let message = self.next();
            assert_ne!(message["type"], "done", "{message}");
            if message["type"] == "failed" {
                return message;
            }
        }
    }

    /// Goes away without a word, as a tab that is closed.
    pub fn leave(self) {
        drop(self);
    }
}

/// What an officer is told who agreed to a request before it could be read.
pub const JUST_APPEARED: &str = "Yêu cầu này vừa mới hiện ra";

/// The officer's answer to the request that the desk shows now; given again where it had only just appeared.
#[track_caller]
pub fn consent(desk: &Desk, answer: &str, more: &[(&str, &str)]) {
    let shown = page(desk, "/");
    let (request, session) = (request_shown(&shown), between(&shown, "name=\"s\" value=\"", "\""));
    let mut form = vec![("request", request.as_str()), ("s", session.as_str()), ("answer", answer)];
    form.extend(more);
    let began = std::time::Instant::now();
    loop {
        officer(desk, "/software/consent", &form);
        if !page(desk, "/").contains(JUST_APPEARED) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "it can never be agreed to");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The number of the request that a page shows.
#[track_caller]
pub fn request_shown(page: &str) -> String {
    between(page, "name=\"request\" value=\"", "\"")
}

/// Puts a sample card down and has it read.
#[track_caller]
pub fn put_card(desk: &Desk, sample: &str, can: &str) {
    officer(desk, &format!("/practice/{sample}"), &[]);
    officer(desk, "/key", &[("key", can)]);
}

/// Waits until the officer's page shows something, or shows it no more.
#[track_caller]
pub fn until_page(desk: &Desk, text: &str, there: bool) -> String {
    let began = std::time::Instant::now();
    loop {
        let shown = page(desk, "/");
        if shown.contains(text) == there {
            return shown;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "«{text}» there: {there} never came about: {shown}");
        std::thread::sleep(Duration::from_millis(40));
    }
}
