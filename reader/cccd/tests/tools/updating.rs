//! Master lists: added by explicit wish, updated only where somebody trusted stands behind them.

use std::fs;

use serde_json::Value;

use crate::run::{Made, done, raw, refused, vectors};

fn count(list: &Value) -> usize {
    list["anchors"].as_array().unwrap().len()
}

#[test]
fn a_list_whose_own_signature_is_bad_is_refused_everywhere() {
    let card = Made::of("[master_list]\ntampered = true");
    let store = card.store();
    let list = card.path("master-list.ml");
    refused(&store, &["trust", "add", "--yes", &list], "bad_master_list");
    refused(&store, &["trust", "update", &list], "bad_master_list");
    refused(&store, &["verify", &card.path("dump"), "--trust", &list], "bad_master_list");
    assert!(!store.exists());
}

#[test]
fn a_list_of_an_unknown_signer_is_taken_only_by_explicit_wish_and_named_as_such() {
    let card = Made::of("");
    let store = card.store();
    let list = card.path("master-list.ml");
    refused(&store, &["trust", "update", &list], "unknown_list_signer");
    let added = done(&store, &["trust", "add", "--yes", &list]);
    assert_eq!(added["master_lists"][0]["signer_chained"], false);
    assert_eq!(added["master_lists"][0]["signer_check"]["reason"], "unknown_issuer");
    let listed = done(&store, &["trust", "list"]);
    assert_eq!(listed["anchors"][0]["source"]["master_list"]["chained"], false);
    // The list cannot lift itself up by what was taken from it.
    refused(&store, &["trust", "update", &list], "unknown_list_signer");
}

#[test]
fn a_list_is_chained_by_the_authority_that_is_named_beside_it() {
    let card = Made::of("");
    let store = card.store();
    let added = done(&store, &["trust", "add", "--yes", &card.path("master-list.ml"), &card.path("csca.der")]);
    assert_eq!(added["master_lists"][0]["signer_chained"], true, "{added:#}");
}

#[test]
fn a_newer_list_is_taken_and_an_older_one_is_refused() {
    let older = Made::of("today = \"2026-10-01\"");
    let newer = Made::of("today = \"2026-11-01\"");
    let store = older.store();
    let at = ["--at", "2026-11-21T00:00:00Z"];
    let run = |command: &str, path: &str| {
        let mut arguments = vec!["trust", command, path];
        arguments.extend(at);
        if command == "add" {
            arguments.push("--yes");
        }
        done(&store, &arguments)
    };
    run("add", &older.path("csca.der"));
    let first = run("update", &older.path("master-list.ml"));
    assert_eq!(first["master_lists"][0]["signer_chained"], true);
    let second = run("update", &newer.path("master-list.ml"));
    assert!(!second["added"].as_array().unwrap().is_empty());
    // What the newer list no longer holds is gone; what was added by itself is not.
    assert_eq!(second["removed"].as_array().unwrap().len(), first["added"].as_array().unwrap().len(), "{second:#}");
    let before = done(&store, &["trust", "list"]);
    let path = older.path("master-list.ml");
    refused(&store, &["trust", "update", &path, at[0], at[1]], "old_master_list");
    let after = done(&store, &["trust", "list"]);
    assert_eq!(before, after);
    assert!(
        before["master_lists"].as_object().unwrap().values().any(|time| time.as_str().unwrap().starts_with("2026-10"))
    );
    // Once more the same: nothing changes, and nothing is wrong.
    let again = run("update", &newer.path("master-list.ml"));
    assert!(again["added"].as_array().unwrap().is_empty() && again["removed"].as_array().unwrap().is_empty());
}

#[test]
fn an_authority_added_by_itself_stays_when_a_newer_list_drops_it() {
    let older = Made::of("today = \"2026-10-01\"");
    let newer = Made::of("today = \"2026-11-01\"");
    let store = older.store();
    let (list, csca) = (older.path("master-list.ml"), older.path("csca.der"));
    done(&store, &["trust", "add", "--yes", &list]);
    done(&store, &["trust", "add", &csca]);
    let second = done(&store, &["trust", "update", &newer.path("master-list.ml"), "--at", "2026-11-21T00:00:00Z"]);
    assert!(!second["removed"].as_array().unwrap().is_empty());
    let listed = done(&store, &["trust", "list"]);
    let kept = |anchor: &Value| anchor["source"]["file"] == csca.as_str();
    assert!(listed["anchors"].as_array().unwrap().iter().any(kept), "{listed:#}");
}

#[test]
fn certificates_alone_are_no_update() {
    let card = Made::of("");
    let store = card.store();
    refused(&store, &["trust", "update", &card.path("csca.der")], "bad_file");
    refused(&store, &["trust", "update", "/nonexistent"], "bad_file");
}

#[test]
fn the_german_list_is_taken_under_the_authority_that_issued_its_signer() {
    let Some(vectors) = vectors() else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let list = vectors.join("master-list/DE_ML_2024-08-07-07-38-24.ml").display().to_string();
    let at = ["--at", "2026-11-21T00:00:00Z"];
    refused(&store, &["trust", "update", &list, at[0], at[1]], "unknown_list_signer");
    // The root beside the list is of the same name, and of October 2024, with a key of its own.
    let root = vectors.join("master-list/DE_ROOT_CA_CSCA07.cer").display().to_string();
    done(&store, &["trust", "add", "--yes", &root]);
    refused(&store, &["trust", "update", &list, at[0], at[1]], "unknown_list_signer");
    let issuer = folder.path().join("issuer.cer");
    fs::write(&issuer, german_authority_of_2021(&list)).unwrap();
    done(&store, &["trust", "add", "--yes", &issuer.display().to_string()]);
    let updated = done(&store, &["trust", "update", &list, at[0], at[1]]);
    assert_eq!(updated["master_lists"][0]["certificate_count"], 541);
    let length = |name: &str| updated[name].as_array().unwrap().len();
    // The issuer was there. Eight link certificates say that they are no authority's.
    assert_eq!((length("added"), &updated["known"], length("refused")), (532, &1.into(), 8));
    let listed = done(&store, &["trust", "list", at[0], at[1]]);
    assert_eq!(count(&listed), 534);
    assert!(listed["notes"].as_array().unwrap().is_empty());
    let shown = String::from_utf8(raw(&store, &["trust", "list", at[0], at[1]]).stdout).unwrap();
    let first: Vec<_> = shown.lines().take(3).collect();
    assert!(shown.contains("DE, ký ngày 07/08/2024, 835 ngày trước · signed 835 days ago"), "{first:#?}");
    let names = fs::read_dir(&store).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut hidden: Vec<_> = names.filter(|name| name.starts_with('.')).collect();
    hidden.sort();
    assert_eq!(hidden, [".lock", ".sources.json"]);
}

fn german_authority_of_2021(list: &str) -> Vec<u8> {
    let imported = icao9303::passive_authentication::import(&fs::read(list).unwrap()).unwrap();
    let certificates = &imported.master_lists[0].certificates;
    let found = certificates.iter().find(|one| one.country() == Some("DE") && one.serial_number() == [0x04, 0x8B]);
    found.unwrap().as_bytes().to_vec()
}
