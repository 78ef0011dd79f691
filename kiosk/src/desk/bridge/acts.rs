//! What is recorded of the bridge: who was let in, what was asked, refused and given; never a value of a citizen. The purpose,
//! which the software words, stands in the record of an answer alone: only then is it known that it names nobody.

use std::collections::BTreeSet;

use cccd_forms::facts::Fact;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::grants::Grant;
use super::refusal::Refusal;
use super::request::Asked;
use crate::desk::exports::record::in_vietnam;
use crate::desk::person::{fact_name, fact_of_name};

/// Something that was done through the bridge, or about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BridgeAct {
    /// A code is shown for a page.
    PairingBegun {
        /// Which page.
        origin: String,
        /// What it will be able to ask for.
        fields: BTreeSet<Fact>,
    },
    /// A page gave a wrong code, or one that holds no more.
    PairingFailed {
        /// Which page.
        origin: String,
        /// The code of the refusal.
        why: &'static str,
    },
    /// A page was let in.
    Granted {
        /// The grant.
        grant: Grant,
    },
    /// A grant was taken back.
    Revoked {
        /// Which.
        grant: String,
        /// Of which page.
        origin: String,
        /// `officer`, or `software`: it gave it up.
        by: &'static str,
    },
    /// A page asked.
    Asked {
        /// What.
        asked: Asked,
    },
    /// The officer agreed, or the desk remembered.
    Agreed {
        /// To what.
        asked: Asked,
        /// Nobody was asked.
        by_memory: bool,
        /// Until when it is remembered, in milliseconds since 1970.
        until: Option<i64>,
    },
    /// A remembered consent holds no more.
    Forgotten {
        /// Of which grant.
        grant: String,
    },
    /// A page got nothing.
    Refused {
        /// Under which grant.
        grant: String,
        /// From where.
        origin: String,
        /// The code of the refusal.
        why: &'static str,
        /// The fields that are why.
        fields: Vec<&'static str>,
    },
    /// A page gets an answer.
    Answered {
        /// What was asked, and no more is given.
        asked: Asked,
        /// The answer's `jti`.
        answer: String,
        /// Nobody was asked.
        by_memory: bool,
        /// Whose data, by pseudonym.
        people: Vec<String>,
        /// A sample card.
        practice: bool,
    },
}

impl BridgeAct {
    /// Every one by its stable name, and what it is called.
    pub const NAMES: [(&'static str, &'static str, &'static str); 9] = [
        ("bridge_answer", "Chuyển thông tin cho phần mềm kết nối", "Answer to connected software"),
        ("bridge_request", "Phần mềm kết nối hỏi thông tin", "Request of connected software"),
        ("bridge_consent", "Đồng ý cho phần mềm kết nối", "Consent to connected software"),
        ("bridge_refusal", "Không chuyển cho phần mềm kết nối", "Connected software refused"),
        ("bridge_pairing", "Tạo mã kết nối phần mềm", "Pairing code made"),
        ("bridge_pairing_failed", "Kết nối phần mềm không được", "Pairing failed"),
        ("bridge_grant", "Cho phép phần mềm kết nối", "Software connected"),
        ("bridge_revocation", "Thu hồi kết nối phần mềm", "Software's grant taken back"),
        ("bridge_forgotten", "Thôi nhớ sự đồng ý", "Remembered consent dropped"),
    ];

    /// A page got nothing. Of the fields that it named, those that there are.
    pub fn refused(grant: &Grant, refusal: Refusal, fields: &[String]) -> Self {
        Self::Refused {
            grant: grant.id.clone(),
            origin: grant.origin.to_string(),
            why: refusal.code(),
            fields: fields.iter().filter_map(|name| fact_of_name(name)).map(fact_name).collect(),
        }
    }

    /// Its stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PairingBegun { .. } => "bridge_pairing",
            Self::PairingFailed { .. } => "bridge_pairing_failed",
            Self::Granted { .. } => "bridge_grant",
            Self::Revoked { .. } => "bridge_revocation",
            Self::Asked { .. } => "bridge_request",
            Self::Agreed { .. } => "bridge_consent",
            Self::Forgotten { .. } => "bridge_forgotten",
            Self::Refused { .. } => "bridge_refusal",
            Self::Answered { .. } => "bridge_answer",
        }
    }

    /// Whether it concerns a sample card alone.
    pub fn is_practice(&self) -> bool {
        matches!(self, Self::Answered { practice: true, .. })
    }

    /// Adds what is recorded.
    pub fn add_to(&self, add: &mut impl FnMut(&str, Value)) {
        match self {
            Self::PairingBegun { origin, fields } => {
                add("origin", json!(origin));
                add("fields", names(fields));
            }
            Self::PairingFailed { origin, why } => {
                add("origin", json!(origin));
                add("why", json!(why));
            }
            Self::Granted { grant } => {
                add("origin", json!(grant.origin.as_str()));
                add("grant", json!(grant.id));
                add("fields", names(&grant.fields));
                add("until", moment(grant.until));
            }
            Self::Revoked { grant, origin, by } => {
                add("origin", json!(origin));
                add("grant", json!(grant));
                add("by", json!(by));
            }
            Self::Asked { asked } => asked_of(asked, add),
            Self::Agreed { asked, by_memory, until } => {
                asked_of(asked, add);
                add("by_memory", json!(by_memory));
                add("until", until.map_or(Value::Null, moment));
            }
            Self::Forgotten { grant } => add("grant", json!(grant)),
            Self::Refused { grant, origin, why, fields } => {
                add("origin", json!(origin));
                add("grant", json!(grant));
                add("why", json!(why));
                add("fields", json!(fields));
            }
            Self::Answered { asked, answer, by_memory, people, .. } => {
                asked_of(asked, add);
                add("asked_for", json!(asked.purpose));
                add("answer", json!(answer));
                add("by_memory", json!(by_memory));
                add("people", json!(people));
            }
        }
    }
}

fn asked_of(asked: &Asked, add: &mut impl FnMut(&str, Value)) {
    add("origin", json!(asked.origin.as_str()));
    add("grant", json!(asked.grant));
    add("service", json!(asked.service));
    add("fields", names(&asked.fields));
}

fn names(fields: &BTreeSet<Fact>) -> Value {
    fields.iter().map(|fact| fact_name(*fact)).collect()
}

fn moment(at: i64) -> Value {
    Timestamp::from_millisecond(at).map_or(Value::Null, |at| json!(in_vietnam(at)))
}
