//! What a page gets: the fields that were agreed to and nothing else, each with where it came from, with the verdict on the
//! card as every export says it, bound to the page's nonce and origin, and signed by this device.
//!
//! Portraits are never given: biometrics are sensitive (Decree 356/2025, article 4), no form needs one, and the desk itself
//! keeps none. Images of a card do not exist here at all.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use zeroize::Zeroizing;

use super::acts::BridgeAct;
use super::line::Open;
use super::refusal::Refusal;
use super::request::Asked;
use crate::desk::audit::Act;
use crate::desk::exports::record::{self, CheckOf, Maker, ServiceOf};
use crate::desk::person::{DeskPerson, fact_name, fact_words};
use crate::desk::state::{Desk, Inner};

/// What kind of statement the signature is on: the `typ` of its header.
pub const KIND: &str = "cccd-bridge-answer+jws";

/// How long an answer holds, in seconds.
const LIFE: i64 = 120;

/// What is signed.
#[derive(Serialize)]
pub struct Claims {
    /// The device: its name.
    pub iss: String,
    /// The page's origin.
    pub aud: String,
    /// When it was made, in seconds since 1970.
    pub iat: i64,
    /// Until when it holds.
    pub exp: i64,
    /// Tells this answer from every other.
    pub jti: String,
    /// The page's nonce.
    pub nonce: String,
    /// Under which grant.
    pub grant: String,
    /// For what.
    pub purpose: String,
    /// For which service.
    pub service: Option<ServiceOf>,
    /// The person is fictitious: it is worth nothing.
    pub practice: bool,
    /// Who made it.
    pub desk: Maker,
    /// How the person's data came, and what the checks say.
    pub person: PersonOf,
    /// The fields, by name.
    pub fields: BTreeMap<&'static str, FieldOf>,
}

/// How the person's data came. In the words of the record of an export.
#[derive(Serialize)]
pub struct PersonOf {
    /// By which of the seven ways (Decree 104/2022/NĐ-CP, article 14).
    pub way: u8,
    /// When, with the offset of Vietnam.
    pub at: String,
    /// What the checks add up to; nothing where no chip was read.
    pub verdict: Option<&'static str>,
    /// Each check with its state.
    pub checks: Vec<CheckOf>,
}

/// A field.
#[derive(Serialize)]
pub struct FieldOf {
    /// What it is called.
    pub label: String,
    /// What is known; nothing where nothing is.
    pub value: Option<Zeroizing<String>>,
    /// Where that came from.
    pub origin: Option<&'static str>,
    /// Sensitive personal data.
    pub sensitive: bool,
}

/// An answer that is ready, and the record that must stand before it leaves.
pub struct Answer {
    claims: Zeroizing<Vec<u8>>,
    act: Act,
}

impl Answer {
    /// The answer to a request, of that person.
    ///
    /// # Errors
    /// This person's data do not leave the desk.
    pub fn of(open: &Open, person: &DeskPerson, inner: &Inner, desk: &Desk) -> Result<Self, Refusal> {
        let asked = &open.asked;
        if !person.is_usable() {
            return Err(Refusal::CardRejected);
        }
        // The rule of every export: nobody without a number.
        if person.text(cccd_forms::facts::Fact::IdNumber).is_none() {
            return Err(Refusal::NoIdNumber);
        }
        if asked.names(person) {
            return Err(Refusal::PurposeNamesPerson);
        }
        let claims = claims(asked, person, inner, desk)?;
        let act = Act::Bridge(BridgeAct::Answered {
            asked: asked.clone(),
            answer: claims.jti.clone(),
            by_memory: open.by_memory(),
            people: person.pseudonym.iter().cloned().collect(),
            practice: person.practice,
        });
        let claims = serde_json::to_vec(&claims).map_err(|_| Refusal::Internal)?;
        Ok(Self { claims: Zeroizing::new(claims), act })
    }

    /// Records that it leaves, and signs it. It waits for the disk.
    ///
    /// # Errors
    /// It could not be recorded.
    pub fn signed(self, desk: &Desk) -> Result<Zeroizing<String>, Refusal> {
        desk.audit.record(&self.act).map_err(|_| Refusal::NotRecorded)?;
        Ok(desk.audit.log.key().statement(KIND, &self.claims))
    }
}

fn claims(asked: &Asked, person: &DeskPerson, inner: &Inner, desk: &Desk) -> Result<Claims, Refusal> {
    let now = Timestamp::now().as_second();
    let service = asked.service.and_then(|number| desk.services.get(number));
    let field = |fact: &cccd_forms::facts::Fact| {
        let known = person.facts.facts.get(fact).filter(|known| !known.text.is_empty());
        let field = FieldOf {
            label: fact_words(*fact).vi,
            value: known.map(|known| Zeroizing::new(known.text.clone())),
            origin: known.map(|known| known.origin.code()),
            sensitive: fact.is_sensitive(),
        };
        (fact_name(*fact), field)
    };
    Ok(Claims {
        iss: desk.audit.log.key().device().to_owned(),
        aud: asked.origin.to_string(),
        iat: now,
        exp: now.saturating_add(LIFE),
        jti: record::new_id().map_err(|_| Refusal::Internal)?,
        nonce: asked.nonce.clone(),
        grant: asked.grant.clone(),
        purpose: asked.purpose.clone(),
        service: service.map(|service| ServiceOf { number: service.number, name: service.name.clone() }),
        practice: person.practice,
        desk: Maker::of(&inner.office),
        person: PersonOf {
            way: person.way.number(),
            at: record::in_vietnam(person.at),
            verdict: person.verdict.map(|verdict| verdict.as_str()),
            checks: record::checks_of(person),
        },
        fields: asked.fields.iter().map(field).collect(),
    })
}
