//! `cccd trust add`, `list` and `remove`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::run::{CCCD_CSCA, Made, cccd, done, raw, refused, vectors};

fn fingerprints(list: &Value) -> Vec<&str> {
    let anchors = list["anchors"].as_array().unwrap();
    anchors.iter().map(|anchor| anchor["sha256_fingerprint"].as_str().unwrap()).collect()
}

#[test]
fn an_authority_is_added_listed_used_and_removed() {
    let card = Made::of("");
    let store = card.store();
    let added = done(&store, &["trust", "add", "--yes", &card.path("csca.pem"), &card.path("csca.crl")]);
    let fingerprint = added["added"][0]["sha256_fingerprint"].as_str().unwrap().to_owned();
    assert_eq!(added["revocation_lists"].as_array().unwrap().len(), 1);
    assert_eq!(fs::read(store.join(format!("{fingerprint}.cer"))).unwrap(), fs::read(card.path("csca.der")).unwrap());

    let list = done(&store, &["trust", "list"]);
    assert_eq!(fingerprints(&list), [fingerprint.as_str()]);
    let anchor = &list["anchors"][0];
    assert_eq!((&anchor["validity"], &anchor["level"]), (&"valid".into(), &"named".into()));
    assert_eq!(anchor["source"]["file"], card.path("csca.pem").as_str());
    let crl = &list["revocation_lists"][0];
    assert_eq!((&crl["freshness"], &crl["signature"]), (&"fresh".into(), &"valid".into()));

    // Without --trust, the store is who is trusted.
    let (exit, verified) = cccd(&store, &["verify", &card.path("dump")]);
    assert_eq!((exit, &verified["checks"]["issuer"]["status"]), (3, &"passed".into()), "{verified:#}");
    assert_eq!(verified["checks"]["revocation"]["status"], "passed");

    let shown = fingerprint.to_uppercase();
    let with_colons =
        shown.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair)).collect::<Vec<_>>().join(":");
    let removed = done(&store, &["trust", "remove", &with_colons]);
    assert_eq!(removed["removed"][0]["sha256_fingerprint"], fingerprint.as_str());
    assert!(fingerprints(&done(&store, &["trust", "list"])).is_empty());
    let (_, verified) = cccd(&store, &["verify", &card.path("dump")]);
    assert_eq!(verified["checks"]["issuer"]["reason"], "unknown_issuer");
    refused(&store, &["trust", "remove", &fingerprint], "not_in_store");
}

#[test]
fn nobody_to_ask_means_nothing_is_added_without_yes() {
    let card = Made::of("");
    let store = card.store();
    refused(&store, &["trust", "add", &card.path("csca.der")], "usage");
    assert!(!store.exists());
    // What would be trusted is shown all the same.
    let output = raw(&store, &["trust", "add", &card.path("csca.der")]);
    let shown = String::from_utf8(output.stderr).unwrap();
    assert!(shown.contains("CSCA") && shown.contains("fingerprint") && shown.contains("not after"), "{shown}");
}

#[test]
fn a_document_signer_is_never_an_anchor() {
    let card = Made::of("");
    let store = card.store();
    refused(&store, &["trust", "add", "--yes", &card.path("ds.der")], "not_an_authority");
    assert!(!store.exists());
    let added = done(&store, &["trust", "add", "--yes", &card.path("ds.der"), &card.path("csca.der")]);
    assert_eq!(added["refused"][0]["reason"], "not_an_authority");
    assert_eq!(added["added"].as_array().unwrap().len(), 1);
    assert_eq!(fingerprints(&done(&store, &["trust", "list"])).len(), 1);
}

#[test]
fn adding_again_changes_nothing() {
    let card = Made::of("");
    let store = card.store();
    done(&store, &["trust", "add", "--yes", &card.path("csca.der")]);
    let again = done(&store, &["trust", "add", &card.path("csca.pem")]);
    assert_eq!((&again["known"], again["added"].as_array().unwrap().len()), (&1.into(), 0));
}

#[test]
fn a_tampered_self_signed_certificate_or_revocation_list_is_refused() {
    let card = Made::of("");
    let store = card.store();
    let tampered = |name: &str| {
        let mut bytes = fs::read(card.path(name)).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        let path = card.beside(name);
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    refused(&store, &["trust", "add", "--yes", &tampered("csca.der")], "bad_file");
    let added = done(&store, &["trust", "add", "--yes", &card.path("csca.der"), &tampered("csca.crl")]);
    assert_eq!(added["refused"][0]["reason"], "signature_invalid");
    assert!(added["revocation_lists"].as_array().unwrap().is_empty());
}

#[test]
fn a_fingerprint_is_found_by_its_beginning_if_that_says_which() {
    let card = Made::of("");
    let store = card.store();
    let added = done(&store, &["trust", "add", "--yes", &card.path("csca.der")]);
    let fingerprint = added["added"][0]["sha256_fingerprint"].as_str().unwrap();
    refused(&store, &["trust", "remove", &fingerprint[..7]], "bad_input");
    refused(&store, &["trust", "remove", "not hexadecimal"], "bad_input");
    done(&store, &["trust", "remove", &fingerprint[..8]]);
}

#[test]
fn files_put_there_by_hand_count_and_damaged_ones_are_said() {
    let card = Made::of("");
    let store = card.store();
    fs::create_dir_all(&store).unwrap();
    fs::copy(card.path("csca.pem"), store.join("mine.pem")).unwrap();
    fs::write(store.join("damaged.cer"), b"\x30\x03\x02\x01").unwrap();
    let list = done(&store, &["trust", "list"]);
    assert_eq!((fingerprints(&list).len(), &list["anchors"][0]["source"]), (1, &Value::Null));
    assert!(list["notes"][0].as_str().unwrap().contains("damaged.cer"));
    let (exit, verified) = cccd(&store, &["verify", &card.path("dump")]);
    assert_eq!((exit, &verified["checks"]["issuer"]["status"]), (3, &"passed".into()));
}

#[test]
fn another_time_shows_what_will_have_expired() {
    let card = Made::of("");
    let store = card.store();
    done(&store, &["trust", "add", "--yes", &card.path("csca.der"), &card.path("csca.crl")]);
    let later = done(&store, &["trust", "list", "--at", "2199-01-01T00:00:00Z"]);
    assert_eq!(later["anchors"][0]["validity"], "expired");
    assert_eq!(later["revocation_lists"][0]["freshness"], "out_of_date");
    refused(&store, &["trust", "list", "--at", "tomorrow"], "bad_input");
}

#[test]
fn a_store_that_cannot_be_written_is_said() {
    let card = Made::of("");
    let store = card.beside("a-file");
    fs::write(&store, b"").unwrap();
    let inside = store.join("trust");
    let output = raw(&inside, &["trust", "add", "--yes", &card.path("csca.der"), "--json"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_published_authority_of_the_card_is_recognised_when_added() {
    let Some(vectors) = vectors() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = vectors.join("csca-vietnam").display().to_string();
    let added = done(folder.path(), &["trust", "add", "--yes", &file]);
    assert_eq!(added["added"][0]["sha256_fingerprint"], CCCD_CSCA);
    assert!(added["added"][0]["recognised"]["name"].as_str().unwrap().contains("CCCD"));
    let list = done(folder.path(), &["trust", "list"]);
    assert_eq!(list["anchors"][0]["recognised"]["trusted"], true);
    let shown = String::from_utf8(raw(folder.path(), &["trust", "list"]).stdout).unwrap();
    assert!(shown.contains("CSCA đầu tiên của thẻ căn cước") && shown.contains("the first CSCA"), "{shown}");
}

#[test]
fn a_hostile_folder_is_bounded_and_gives_an_error() {
    let store = Path::new("/nonexistent/store");
    refused(store, &["trust", "add", "--yes", "/nonexistent"], "bad_file");
    refused(store, &["trust", "add", "--yes", "/dev/zero"], "bad_file");
    refused(store, &["inspect", "/dev/zero"], "bad_file");
}
