use std::collections::BTreeSet;
use std::time::Instant;

use cccd_forms::facts::{Fact, Known, Origin, Person};

use super::grants::Grant;
use super::origin;
use super::pairing::Pairing;
use crate::desk::person::{DeskPerson, Way};

/// A grant of some page for these fields, for an hour.
pub fn grant(fields: &[Fact]) -> Grant {
    let origin = origin::Origin::parse("https://motcua.example").unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    let fields: BTreeSet<Fact> = fields.iter().copied().collect();
    let pairing = Pairing::begin(origin, fields, now + 3_600_000, None, Instant::now()).unwrap();
    Grant::of(&pairing, now).unwrap().0
}

/// A request of a page for a name.
pub fn asked_by(grant: &Grant) -> super::request::Asked {
    super::request::Asked {
        grant: grant.id.clone(),
        origin: grant.origin.clone(),
        fields: [Fact::FullName].into(),
        purpose: "Tạm trú".into(),
        service: None,
        nonce: String::new(),
    }
}

/// Somebody who was typed.
pub fn person(name: &str, number: &str) -> DeskPerson {
    let mut facts = Person::default();
    for (fact, text) in [(Fact::FullName, name), (Fact::IdNumber, number)] {
        facts.facts.insert(fact, Known { text: text.to_owned(), origin: Origin::Typed });
    }
    DeskPerson::of_hand(Way::Card, facts, Vec::new(), jiff::Timestamp::now())
}

/// What `openapi.yaml` says stands beside what the program does: so that neither changes alone.
mod description {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};
    use zeroize::Zeroizing;

    use super::*;
    use crate::desk::bridge::answer::{Claims, FieldOf, KIND, PersonOf};
    use crate::desk::bridge::messages::{
        DeviceOf, Failed, GrantOf, LARGEST, Message, PROTOCOL, Paired, ProgressOf, ReaderOf, ReaderState, Said, State,
    };
    use crate::desk::bridge::progress::Step;
    use crate::desk::bridge::refusal::Refusal;
    use crate::desk::bridge::request::LONGEST_PURPOSE;
    use crate::desk::exports::record::{CheckOf, Maker, ServiceOf};
    use crate::desk::person::fact_name;

    fn description() -> Value {
        serde_yaml::from_str(include_str!("../../../bridge/openapi.yaml")).unwrap()
    }

    fn validator(schema: &str) -> jsonschema::Validator {
        let reference = format!("#/components/schemas/{schema}");
        jsonschema::validator_for(&json!({ "$ref": reference, "components": description()["components"] })).unwrap()
    }

    fn expect(schema: &str, value: &Value) {
        let wrong: Vec<String> = validator(schema).iter_errors(value).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{schema}: {wrong:?} in {value:#}");
    }

    fn texts(value: &Value) -> BTreeSet<String> {
        value.as_array().unwrap().iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
    }

    #[test]
    fn every_message_is_what_the_description_says() {
        let key = cccd_records::key::DeviceKey::of_seed([7; 32], [8; 32]);
        let (device, grant) = (DeviceOf::of(&key), GrantOf::of(&grant(&Fact::ALL)));
        let reader = ReaderOf { state: ReaderState::Attached, count: 1 };
        let value = |message: Message| serde_json::to_value(message).unwrap();
        let (g, d) = (grant.clone(), device.clone());
        expect("Ready", &value(Message::Ready { grant: g, device: d, reader }));
        expect("Reader", &value(Message::Reader(ReaderOf { state: ReaderState::NoService, count: 0 })));
        for step in Step::ALL {
            let (vi, en) = (String::new(), String::new());
            let progress = ProgressOf { id: "1".into(), step, percent: 100, code: Some("card_removed"), vi, en };
            expect("Progress", &value(Message::Progress(progress)));
        }
        for refusal in Refusal::ALL {
            let failed = Failed::of(refusal, Some("1".into()), vec!["religion".into()]);
            expect("Failed", &serde_json::to_value(&failed).unwrap());
            expect("FailedMessage", &value(Message::Failed(failed)));
        }
        let answer = key.statement(KIND, b"{}");
        expect("Done", &value(Message::Done { id: "1".into(), answer }));
        let token = Zeroizing::new("A".repeat(43));
        let (g, d) = (grant.clone(), device.clone());
        expect("Paired", &serde_json::to_value(Paired { token, grant: g, device: d }).unwrap());
        expect("State", &serde_json::to_value(State { grant, device, reader, connected: false }).unwrap());
    }

    #[test]
    fn every_answer_is_what_the_description_says() {
        let text = || "x".to_owned();
        let field = |value: Option<&str>, origin| FieldOf {
            label: text(),
            value: value.map(|value| Zeroizing::new(value.to_owned())),
            origin,
            sensitive: false,
        };
        let mut claims = Claims {
            iss: text(),
            aud: text(),
            iat: 1,
            exp: 2,
            jti: "01234567-89ab-4def-8123-456789abcdef".into(),
            nonce: text(),
            grant: text(),
            purpose: text(),
            service: Some(ServiceOf { number: 1, name: text() }),
            practice: true,
            desk: Maker::of(&crate::desk::office::Office::default()),
            person: PersonOf {
                way: 5,
                at: "2026-11-23T00:30:00+07:00".into(),
                verdict: Some("genuine"),
                checks: vec![CheckOf { name: text(), status: "passed", found: text() }],
            },
            fields: [("full_name", field(Some("A"), Some("chip_verified"))), ("spouse_name", field(None, None))].into(),
        };
        expect("Answer", &serde_json::to_value(&claims).unwrap());
        (claims.service, claims.person.verdict) = (None, None);
        expect("Answer", &serde_json::to_value(&claims).unwrap());
    }

    #[test]
    fn the_lists_of_the_description_are_those_of_the_program() {
        let schemas = &description()["components"]["schemas"];
        let facts: BTreeSet<String> = Fact::ALL.into_iter().map(|fact| fact_name(fact).to_owned()).collect();
        assert_eq!(texts(&schemas["FieldName"]["enum"]), facts);
        let steps = Step::ALL.into_iter().map(|step| serde_json::to_value(step).unwrap().as_str().unwrap().to_owned());
        assert_eq!(texts(&schemas["Progress"]["properties"]["step"]["enum"]), steps.collect());
        let codes = schemas["FailureCode"]["oneOf"].as_array().unwrap().iter();
        let codes: BTreeSet<(&str, &str)> =
            codes.map(|code| (code["const"].as_str().unwrap(), code["title"].as_str().unwrap())).collect();
        let statuses: Vec<(&str, String)> =
            Refusal::ALL.into_iter().map(|refusal| (refusal.code(), refusal.status().to_string())).collect();
        assert_eq!(codes, statuses.iter().map(|(code, status)| (*code, status.as_str())).collect());
        let socket = &description()["paths"]["/bridge/v1/socket"]["get"]["x-websocket"];
        assert_eq!((&socket["subprotocol"], &socket["largest-message"]), (&json!(PROTOCOL), &json!(LARGEST)));
        assert_eq!(schemas["Read"]["properties"]["purpose"]["maxLength"], LONGEST_PURPOSE);
    }

    #[test]
    fn what_a_page_may_say_is_understood_and_no_more() {
        let nonce = "A".repeat(22);
        let read = json!({ "type": "read", "id": "1", "fields": ["full_name"], "purpose": "abc", "service": 1, "nonce": nonce });
        let cancel = json!({ "type": "cancel", "id": "1" });
        for (schema, whole) in [("Read", read), ("Cancel", cancel)] {
            expect(schema, &whole);
            assert!(Said::parse(&whole.to_string()).is_ok(), "{whole}");
            let properties: Vec<String> = whole.as_object().unwrap().keys().cloned().collect();
            for property in properties {
                let mut less = whole.clone();
                less.as_object_mut().unwrap().remove(&property);
                let described = validator(schema).is_valid(&less);
                assert_eq!(Said::parse(&less.to_string()).is_ok(), described, "{schema} without {property}");
            }
            let mut more = whole.clone();
            more["more"] = json!(1);
            assert!(!validator(schema).is_valid(&more) && Said::parse(&more.to_string()).is_err());
        }
    }
}

/// Grants and what is remembered, as they are kept.
mod kept {
    use super::*;
    use crate::desk::bridge::Bridge;
    use crate::desk::bridge::grants::{Grants, MOST, MOST_REMEMBERED};
    use crate::desk::bridge::origin::Origin;
    use crate::desk::bridge::refusal::Refusal;
    use crate::desk::bridge::request::Asked;

    fn asked(grant: &Grant, fields: &[Fact], purpose: &str) -> Asked {
        Asked {
            grant: grant.id.clone(),
            origin: grant.origin.clone(),
            fields: fields.iter().copied().collect(),
            purpose: purpose.into(),
            service: None,
            nonce: String::new(),
        }
    }

    fn pairing(until: i64) -> Pairing {
        let origin = Origin::parse("https://motcua.example").unwrap();
        Pairing::begin(origin, [Fact::FullName].into(), until, Some("an".into()), Instant::now()).unwrap()
    }

    #[test]
    fn a_grant_is_there_after_the_next_start_and_its_token_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (grant, token) = Grant::of(&pairing(2000), 1000).unwrap();
        assert_eq!(token.text().len(), 43);
        {
            let mut grants = Grants::open(folder.path(), 1000).unwrap();
            grants.add(grant.clone()).unwrap();
            let asked = asked(&grant, &[Fact::FullName], "x");
            grants.remember(&asked, 1500, Some("an"), 1000).unwrap();
            grants.remember(&asked, 1600, Some("an"), 1000).unwrap();
            grants.authorise(token.text(), grant.origin.as_str(), 1100).unwrap();
        }
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(43).any(|part| part == token.text().as_bytes()));
        }
        let mut grants = Grants::open(folder.path(), 1000).unwrap();
        let mut used = grant.clone();
        used.last_used = Some(1100);
        assert_eq!(grants.all(), [used]);
        assert_eq!(grants.remembered_of(&grant.id).map(|consent| consent.until).collect::<Vec<_>>(), [1600]);
        // Its time, its page, its taking back.
        let id = grant.id.as_str();
        assert_eq!(grants.authorise(token.text(), grant.origin.as_str(), 2000), Err(Refusal::Expired));
        assert_eq!(grants.authorise(token.text(), "https://evil.example", 1100), Err(Refusal::WrongToken));
        assert_eq!((grants.holds(id, 1999), grants.holds(id, 2000)), (Ok(()), Err(Refusal::Expired)));
        assert!(grants.revoke(id).unwrap());
        assert_eq!(grants.authorise(token.text(), grant.origin.as_str(), 1100), Err(Refusal::WrongToken));
        assert_eq!(grants.holds(id, 1100), Err(Refusal::Revoked));
        drop(grants);
        let grants = Grants::open(folder.path(), 1000).unwrap();
        assert!(grants.all().is_empty() && grants.remembered_of(id).next().is_none());
    }

    #[test]
    fn what_is_remembered_covers_fewer_fields_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let mut grants = Grants::open(folder.path(), 1000).unwrap();
        let (grant, _) = Grant::of(&pairing(2000), 1000).unwrap();
        let (other, _) = Grant::of(&pairing(2000), 1000).unwrap();
        grants.add(grant.clone()).unwrap();
        grants.add(other.clone()).unwrap();
        let both = asked(&grant, &[Fact::FullName, Fact::Sex], "tạm trú");
        grants.remember(&both, 1500, None, 1000).unwrap();
        let fewer = asked(&grant, &[Fact::Sex], "tạm trú");
        assert!(grants.remembered(&both, 1499).is_some() && grants.remembered(&fewer, 1499).is_some());
        let beyond = [
            asked(&grant, &[Fact::Sex, Fact::IdNumber], "tạm trú"),
            asked(&grant, &[Fact::Sex], "thường trú"),
            Asked { service: Some(1), ..fewer.clone() },
            asked(&other, &[Fact::Sex], "tạm trú"),
        ];
        assert!(beyond.iter().all(|asked| grants.remembered(asked, 1499).is_none()));
        assert!(grants.remembered(&both, 1500).is_none(), "its time is over");
    }

    #[test]
    fn a_consent_whose_time_is_over_is_deleted_and_takes_nobodys_room() {
        let folder = tempfile::tempdir().unwrap();
        let mut grants = Grants::open(folder.path(), 1000).unwrap();
        let (grant, _) = Grant::of(&pairing(9000), 1000).unwrap();
        grants.add(grant.clone()).unwrap();
        let other = |number: usize| asked(&grant, &[Fact::FullName], &format!("Việc {number}"));
        for number in 0..MOST_REMEMBERED {
            grants.remember(&other(number), 2000, None, 1000).unwrap();
        }
        assert!(grants.remember(&other(MOST_REMEMBERED), 3000, None, 1999).is_err());
        grants.remember(&other(MOST_REMEMBERED), 3000, None, 2000).unwrap();
        assert_eq!(grants.remembered_of(&grant.id).count(), 1);
        drop(grants);
        let grants = Grants::open(folder.path(), 2999).unwrap();
        assert_eq!(grants.remembered_of(&grant.id).count(), 1);
        drop(grants);
        assert_eq!(Grants::open(folder.path(), 3000).unwrap().remembered_of(&grant.id).count(), 0);
    }

    #[test]
    fn grants_do_not_grow_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let mut grants = Grants::open(folder.path(), 1000).unwrap();
        for _ in 0..MOST {
            grants.add(Grant::of(&pairing(2000), 1000).unwrap().0).unwrap();
        }
        assert!(grants.add(Grant::of(&pairing(2000), 1000).unwrap().0).is_err());
    }

    #[test]
    fn what_one_page_may_do_is_not_used_up_by_another() {
        let folder = tempfile::tempdir().unwrap();
        let bridge = Bridge::open(folder.path()).unwrap();
        assert_eq!((0..1000).filter(|_| bridge.takes_request("https://a.example")).count(), 240);
        assert_eq!((0..1000).filter(|_| bridge.takes_read("https://a.example")).count(), 20);
        assert_eq!((0..1000).filter(|_| bridge.takes_note("https://a.example")).count(), 1);
        assert!(bridge.takes_request("https://b.example") && bridge.takes_read("https://b.example"));
    }

    #[test]
    fn only_a_page_that_is_paired_or_is_being_paired_may_ask() {
        let folder = tempfile::tempdir().unwrap();
        let bridge = Bridge::open(folder.path()).unwrap();
        let origin = Origin::parse("https://motcua.example").unwrap();
        assert!(!bridge.allows("https://motcua.example"));
        bridge.begin_pairing(origin, [Fact::FullName].into(), i64::MAX, None).unwrap();
        assert!(bridge.allows("https://motcua.example") && !bridge.allows("https://motcua.example:443"));
        assert_eq!(bridge.try_code("https://evil.example", "1").err(), Some(Refusal::NoPairing));
        let code = bridge.pairing(Pairing::shown).unwrap();
        let (grant, _) = bridge.try_code("https://motcua.example", &code).unwrap();
        assert!(!bridge.allows("https://motcua.example"), "the code is used, and the grant is not kept yet");
        bridge.keep(grant).unwrap();
        assert!(bridge.allows("https://motcua.example") && !bridge.allows("null"));
    }
}
