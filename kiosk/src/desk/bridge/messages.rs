//! All that goes over the wire, as `kiosk/bridge/openapi.yaml` describes it: a test holds the two together.

use cccd::messages::Words;
use cccd_forms::facts::Fact;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use super::grants::Grant;
use super::progress::Step;
use super::refusal::Refusal;
use crate::desk::exports::record::in_vietnam;
use crate::desk::person::{fact_name, fact_words};

/// The subprotocol of the WebSocket (RFC 6455, section 1.9).
pub const PROTOCOL: &str = "cccd-bridge.1";

/// What stands before the token among the subprotocols that a page offers: a browser sends nothing else of its choice.
pub const TOKEN_PROTOCOL: &str = "token.";

/// The largest message that is taken, in bytes.
pub const LARGEST: usize = 4096;

/// The longest name that a page gives a request.
const LONGEST_ID: usize = 64;

/// What a page says over the WebSocket.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    /// It asks.
    Read(Read),
    /// It takes its request back.
    Cancel {
        /// Which.
        id: String,
    },
}

/// A page asks for fields of a person.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// How the page calls this request.
    pub id: String,
    /// Names of fields.
    pub fields: Vec<String>,
    /// Why, in words for the officer.
    pub purpose: String,
    /// For which service of the catalogue.
    #[serde(default)]
    pub service: Option<u16>,
    /// At least 16 random bytes, as base64url.
    pub nonce: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cancel {
    id: String,
}

impl Said {
    /// Understands a message.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut value: Value = serde_json::from_str(text).map_err(|_| Refusal::Malformed)?;
        let kind = value.as_object_mut().and_then(|message| message.remove("type"));
        let is_id = |id: &str| (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        match kind.as_ref().and_then(Value::as_str) {
            Some("read") => {
                let read: Read = serde_json::from_value(value).map_err(|_| Refusal::Malformed)?;
                is_id(&read.id).then_some(Self::Read(read)).ok_or(Refusal::Malformed)
            }
            Some("cancel") => {
                let Cancel { id } = serde_json::from_value(value).map_err(|_| Refusal::Malformed)?;
                is_id(&id).then_some(Self::Cancel { id }).ok_or(Refusal::Malformed)
            }
            Some(_) => Err(Refusal::UnknownCommand),
            None => Err(Refusal::Malformed),
        }
    }
}

/// What the desk says over the WebSocket.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Message {
    /// The first message: what the page may do, and with whom it speaks.
    Ready {
        /// The grant.
        grant: GrantOf,
        /// The desk.
        device: DeviceOf,
        /// The readers.
        reader: ReaderOf,
    },
    /// A reader was attached or detached.
    Reader(ReaderOf),
    /// How far a request is.
    Progress(ProgressOf),
    /// The answer.
    Done {
        /// Of which request.
        id: String,
        /// A compact JWS.
        answer: Zeroizing<String>,
    },
    /// There is no answer, and there will be none.
    Failed(Failed),
}

/// A grant, as a page may know it.
#[derive(Clone, Debug, Serialize)]
pub struct GrantOf {
    /// Its name.
    pub id: String,
    /// The page's origin.
    pub origin: String,
    /// What it may ask for.
    pub fields: Vec<FieldName>,
    /// Until when, with the offset of Vietnam.
    pub until: String,
}

/// A field that may be asked for.
#[derive(Clone, Debug, Serialize)]
pub struct FieldName {
    /// Its name.
    pub name: &'static str,
    /// What it is called, in Vietnamese.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// Sensitive personal data (Decree 356/2025, article 4).
    pub sensitive: bool,
}

/// The desk.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceOf {
    /// Its name: it follows from the key.
    pub id: String,
    /// What answers are verified with: a JWK (RFC 7517; RFC 8037, section 2).
    pub key: Key,
    /// What runs there.
    pub software: &'static str,
}

/// An Ed25519 public key.
#[derive(Clone, Debug, Serialize)]
pub struct Key {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    kid: String,
    x: String,
}

/// The readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReaderOf {
    /// What of them.
    pub state: ReaderState,
    /// How many are attached.
    pub count: usize,
}

/// Whether a card can be put down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReaderState {
    /// At least one is attached.
    Attached,
    /// None is.
    Detached,
    /// The service of the readers does not answer.
    NoService,
}

/// How far a request is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProgressOf {
    /// Which request.
    pub id: String,
    /// What is waited for.
    pub step: Step,
    /// How much is done, of 100.
    pub percent: u8,
    /// What went wrong with the card, where something did: the request goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// To which request, where it is one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The status that HTTP has for it.
    pub status: u16,
    /// The stable code.
    pub code: &'static str,
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
    /// The fields that are why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

impl Failed {
    /// A refusal, as a message.
    pub fn of(refusal: Refusal, id: Option<String>, fields: Vec<String>) -> Self {
        let Words { vi, en } = refusal.words();
        Self { id, status: refusal.status(), code: refusal.code(), vi, en, fields }
    }
}

impl GrantOf {
    /// A grant.
    pub fn of(grant: &Grant) -> Self {
        Self {
            id: grant.id.clone(),
            origin: grant.origin.to_string(),
            fields: grant.fields.iter().copied().map(FieldName::of).collect(),
            until: Timestamp::from_millisecond(grant.until).map(in_vietnam).unwrap_or_default(),
        }
    }
}

impl FieldName {
    /// A field.
    pub fn of(fact: Fact) -> Self {
        let Words { vi, en } = fact_words(fact);
        Self { name: fact_name(fact), vi, en, sensitive: fact.is_sensitive() }
    }
}

impl DeviceOf {
    /// The desk of that key.
    pub fn of(key: &cccd_records::key::DeviceKey) -> Self {
        use base64ct::{Base64UrlUnpadded, Encoding as _};
        let id = key.device().to_owned();
        let x = Base64UrlUnpadded::encode_string(key.public().as_bytes());
        let key = Key { kty: "OKP", crv: "Ed25519", alg: "EdDSA", usage: "sig", kid: id.clone(), x };
        Self { id, key, software: concat!("cccd-kiosk ", env!("CARGO_PKG_VERSION")) }
    }
}

/// What a page gives to be paired.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The code on the desk's page.
    pub code: Zeroizing<String>,
}

/// What a paired page gets, once.
#[derive(Serialize)]
pub struct Paired {
    /// What opens the bridge from now on.
    pub token: Zeroizing<String>,
    /// The grant.
    pub grant: GrantOf,
    /// The desk: keep its key, and take answers of no other.
    pub device: DeviceOf,
}

/// What a page may know without a connection.
#[derive(Serialize)]
pub struct State {
    /// The grant.
    pub grant: GrantOf,
    /// The desk.
    pub device: DeviceOf,
    /// The readers.
    pub reader: ReaderOf,
    /// Another page is connected, or this one in another tab.
    pub connected: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_message_is_refused_and_nothing_panics() {
        let read = r#"{"type":"read","id":"1","fields":["full_name"],"purpose":"x","nonce":"y"}"#;
        assert!(matches!(Said::parse(read), Ok(Said::Read(_))));
        assert_eq!(Said::parse(r#"{"type":"cancel","id":"1"}"#), Ok(Said::Cancel { id: "1".into() }));
        let deep = "[".repeat(4000);
        for text in [
            "",
            "null",
            "[]",
            "{}",
            &deep,
            r#"{"type":7}"#,
            r#"{"type":"read"}"#,
            r#"{"type":"cancel","id":""}"#,
            r#"{"type":"cancel","id":"a b"}"#,
            r#"{"type":"cancel","id":"1","more":1}"#,
            r#"{"type":"read","id":"1","fields":"full_name","purpose":"x","nonce":"y"}"#,
            r#"{"type":"read","id":"1","fields":[],"purpose":"x","nonce":"y","service":70000}"#,
            &read.replace("\"1\"", &format!("\"{}\"", "x".repeat(65))),
        ] {
            assert_eq!(Said::parse(text), Err(Refusal::Malformed), "{text:.80}");
        }
        assert_eq!(Said::parse(r#"{"type":"portrait"}"#), Err(Refusal::UnknownCommand));
    }
}
