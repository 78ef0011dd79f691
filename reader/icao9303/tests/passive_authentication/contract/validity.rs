//! The check `issuer`: when certificates hold, and when keys are in use.

use super::*;

#[test]
fn validity_is_that_of_the_time_of_checking() {
    let mut scene = Scene::new();
    scene.signer.until = "261121115959Z";
    assert_eq!(state(&scene.check().issuer.check), unknown("expired"));
    scene.signer.until = "261121120000Z";
    assert_eq!(state(&scene.check().issuer.check), PASSED);
    scene.signer.from = "261121120001Z";
    assert_eq!(state(&scene.check().issuer.check), unknown("not_yet_valid"));
    scene.signer.from = "261121120000Z";
    assert_eq!(state(&scene.check().issuer.check), PASSED);
}

#[test]
fn an_anchor_outside_its_validity_is_reported_and_another_of_the_same_key_is_taken() {
    let scene = Scene::new();
    let csca = &scene.csca;
    let mut old = CertificateSpec::authority(&csca.name, &csca.key, &csca.name, &csca.key);
    old.until = "260101000000Z";
    let old = old.signed_by(&csca.key);
    let mut future = CertificateSpec::authority(&csca.name, &csca.key, &csca.name, &csca.key);
    future.from = "270101000000Z";
    let future = future.signed_by(&csca.key);
    assert_eq!(state(&scene.check_with(&[&old], &[]).issuer.check), unknown("expired"));
    assert_eq!(state(&scene.check_with(&[&future], &[]).issuer.check), unknown("not_yet_valid"));
    assert_eq!(state(&scene.check_with(&[&old, &future, &csca.certificate], &[]).issuer.check), PASSED);
}

#[test]
fn what_does_not_fit_weighs_more_than_what_has_expired() {
    let mut scene = Scene::new();
    scene.signer.until = "250101000000Z";
    let document = DocumentIdentity { issuing_state: Some("LAO"), document_code: Some("ID") };
    let result = check(&scene.sod_spec().build(), &anchors(&[&scene.csca.certificate]), &[], document);
    assert_eq!(state(&result.issuer.check), unknown("wrong_issuer"));
}

/// privateKeyUsagePeriod.
fn key_usage_period(from: &str, until: &str) -> Vec<u8> {
    let moments = [element(0x80, from.as_bytes()), element(0x81, until.as_bytes())];
    extension("2.5.29.16", false, &sequence(&[&moments[0], &moments[1]]))
}

fn codes(result: &PassiveAuthentication) -> Vec<&'static str> {
    result.remarks.iter().map(|remark| remark.code).collect()
}

#[test]
fn validity_when_it_was_signed_is_reported_apart_from_validity_now() {
    // Signed on 2025-06-01, checked on 2026-11-21.
    for (from, until, issuer, remarks) in [
        ("240101000000Z", "350101000000Z", PASSED, &[][..]),
        ("260101000000Z", "350101000000Z", PASSED, &["signed_outside_validity"]),
        ("240101000000Z", "260101000000Z", unknown("expired"), &[]),
        ("240101000000Z", "250101000000Z", unknown("expired"), &["signed_outside_validity"]),
    ] {
        let mut scene = Scene::new();
        (scene.signer.from, scene.signer.until) = (from, until);
        let result = scene.check();
        assert_eq!((state(&result.issuer.check), codes(&result)), (issuer, remarks.to_vec()), "{from} {until}");
    }
}

#[test]
fn a_key_past_its_use_has_signed_good_documents() {
    for (from, until, remarks) in [
        ("20240101000000Z", "20250601000000Z", &[][..]),
        ("20240101000000Z", "20250531235959Z", &["signed_outside_key_usage"]),
        ("20250601000001Z", "20270101000000Z", &["signed_outside_key_usage"]),
    ] {
        let mut scene = Scene::new();
        scene.signer.more = vec![key_usage_period(from, until)];
        let result = scene.check();
        assert_eq!((state(&result.issuer.check), codes(&result)), (PASSED, remarks.to_vec()), "{from} {until}");
    }
}

#[test]
fn a_signer_issued_outside_the_use_of_its_country_signers_key_is_reported_and_decides_nothing() {
    // The Document Signer's certificate begins on 2024-01-01.
    for (until, remarks) in [("20260121000000Z", &[][..]), ("20231231235959Z", &["issued_outside_key_usage"])] {
        let mut scene = Scene::new();
        let csca = &scene.csca;
        let mut spec = CertificateSpec::authority(&csca.name, &csca.key, &csca.name, &csca.key);
        spec.more = vec![key_usage_period("20210119000000Z", until)];
        scene.csca.certificate = spec.signed_by(&scene.csca.key);
        let result = scene.check();
        assert_eq!((state(&result.issuer.check), codes(&result)), (PASSED, remarks.to_vec()), "{until}");
    }
    let mut scene = Scene::new();
    let csca = &scene.csca;
    let mut spec = CertificateSpec::authority(&csca.name, &csca.key, &csca.name, &csca.key);
    spec.from = "250101000000Z";
    scene.csca.certificate = spec.signed_by(&scene.csca.key);
    assert_eq!(codes(&scene.check()), ["issued_outside_validity"]);
}
