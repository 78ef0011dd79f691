use jiff::civil::date;
use serde_json::json;

use super::*;
use crate::card_date::CardDate;

/// All passed, as in the contract's example.
fn example() -> Checks {
    Checks {
        secure_channel: Check::passed(),
        data_group_hashes: DataGroupHashes {
            check: Check::passed(),
            algorithm: Some("SHA-256".to_owned()),
            groups: [(1, GroupState::Match), (2, GroupState::Match)].into(),
        },
        sod_signature: SodSignature {
            check: Check::passed(),
            algorithm: Some("ECDSA-SHA256".to_owned()),
            signer: Some("C=VN, CN=DS".to_owned()),
        },
        issuer: Issuer {
            check: Check::passed(),
            anchor: Some("CN=CSCA".to_owned()),
            known_as: None,
            path: vec!["CN=CSCA".to_owned()],
        },
        revocation: Check::passed(),
        chip_authentication: Check::passed(),
        active_authentication: Check::passed(),
        access_offer: Check::passed(),
        agreement: Agreement { check: Check::passed(), differences: Vec::new() },
        validity: Validity { check: Check::passed(), expires: None, source: None },
    }
}

#[test]
fn passed_checks_serialise_as_in_the_example_of_the_contract() {
    assert_eq!(
        serde_json::to_value(example()).expect("serialises"),
        json!({
            "secure_channel": {"status": "passed"},
            "data_group_hashes": {"status": "passed", "algorithm": "SHA-256", "groups": {"DG1": "match", "DG2": "match"}},
            "sod_signature": {"status": "passed", "algorithm": "ECDSA-SHA256", "signer": "C=VN, CN=DS"},
            "issuer": {"status": "passed", "reason": null, "anchor": "CN=CSCA", "path": ["CN=CSCA"]},
            "revocation": {"status": "passed", "reason": null},
            "chip_authentication": {"status": "passed"},
            "active_authentication": {"status": "passed"},
            "access_offer": {"status": "passed"},
            "agreement": {"status": "passed", "differences": []},
            "validity": {"status": "passed", "expires": null},
        })
    );
}

#[test]
fn a_failed_check_has_its_reason_and_message() {
    let mut checks = example();
    checks.validity = Validity {
        check: Check::failed(Reason::Expired, "past"),
        expires: Some(CardDate::Day(date(2020, 1, 2))),
        source: None,
    };
    checks.data_group_hashes.groups = [(2, GroupState::NotInSod), (13, GroupState::NotRead)].into();
    let json = serde_json::to_string(&checks).expect("serialises");
    assert!(
        json.contains(r#""validity":{"status":"failed","reason":"expired","message":"past","expires":"2020-01-02"}"#)
    );
    assert!(json.contains(r#""groups":{"DG2":"not_in_sod","DG13":"not_read"}"#), "{json}");
}

#[test]
fn the_checks_are_named_in_the_order_they_are_serialised() {
    let json = serde_json::to_value(Checks::skipped("")).expect("serialises");
    let keys: Vec<_> = json.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, NAMES);
    assert_eq!(Checks::skipped("").get("issuer").map(|check| check.status), Some(Status::Skipped));
    assert_eq!(example().get("nothing"), None);
}

#[test]
fn every_state_fits_the_schema_of_the_contract() {
    let shared =
        std::env::var("CCCD_SHARED").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into());
    let Ok(text) = std::fs::read_to_string(format!("{shared}/contract-read.schema.json")) else {
        println!("skipped: shared vectors absent");
        return;
    };
    let mut schema: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let defs = schema["$defs"].take();
    let checks = json!({"$defs": defs, "$ref": "#/$defs/read/properties/checks"});
    let validator = jsonschema::validator_for(&checks).expect("a schema");
    let mut odd = example();
    odd.revocation = Check::unknown(Reason::NoCrl, "none");
    odd.chip_authentication = Check::not_offered("none");
    odd.agreement.check = Check::skipped("nothing to compare");
    for checks in [example(), odd, Checks::skipped("")] {
        let value = serde_json::to_value(&checks).expect("serialises");
        let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[test]
fn an_anchor_that_is_recognised_is_named_beside_its_subject() {
    let mut checks = example();
    checks.issuer.known_as = Some(Words::new("CSCA đầu tiên", "the first CSCA"));
    let issuer = &serde_json::to_value(&checks).expect("serialises")["issuer"];
    assert_eq!((&issuer["anchor"], &issuer["known_as"]), (&json!("CN=CSCA"), &json!("the first CSCA")));
}
