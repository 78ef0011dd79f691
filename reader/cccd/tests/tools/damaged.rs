//! Trust stores that are damaged, changed by several at once, or fed with what directories publish.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::inspecting::base64;
use crate::run::{Made, cccd, done, raw, refused, vectors};

fn rows<'a>(value: &'a Value, name: &str) -> &'a Vec<Value> {
    value[name].as_array().unwrap()
}

fn start(store: &Path, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cccd"));
    command.args(arguments).env("CCCD_TRUST_STORE", store).stdin(Stdio::null()).stdout(Stdio::null());
    command.spawn().expect("the command was built with the test")
}

#[test]
fn of_several_commands_at_once_none_undoes_another() {
    let Some(vectors) = vectors() else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let issuers =
        ["sha256_ecdsa_brainpoolP256r1", "sha256_ecdsa_secp256r1", "sha512_ecdsa_secp521r1", "sha1_rsa_3_4096"];
    let files = issuers.map(|name| vectors.join("mock-pki").join(name).join("mock_csca.pem").display().to_string());
    let files: Vec<_> = files.iter().filter(|file| Path::new(file).exists()).collect();
    assert!(files.len() > 1);
    let mut running: Vec<_> = files.iter().map(|file| start(&store, &["trust", "add", "--yes", file])).collect();
    assert!(running.iter_mut().all(|child| child.wait().unwrap().success()));
    let listed = done(&store, &["trust", "list"]);
    assert_eq!(rows(&listed, "anchors").len(), files.len());
    assert!(rows(&listed, "anchors").iter().all(|anchor| anchor["source"]["file"].is_string()), "{listed:#}");
}

#[test]
fn a_lock_that_somebody_left_blocks_nobody() {
    let card = Made::of("");
    let store = card.store();
    fs::create_dir_all(&store).unwrap();
    fs::write(store.join(".lock"), b"4711").unwrap();
    done(&store, &["trust", "add", "--yes", &card.path("csca.der")]);
    assert_eq!(rows(&done(&store, &["trust", "list"]), "anchors").len(), 1);
}

#[test]
fn what_is_damaged_in_a_store_is_said_and_the_rest_is_used() {
    let card = Made::of("");
    let store = card.store();
    done(&store, &["trust", "add", "--yes", &card.path("csca.der"), &card.path("csca.crl")]);
    let tampered = Made::of("[master_list]\ntampered = true");
    fs::copy(tampered.path("master-list.ml"), store.join("list.ml")).unwrap();
    fs::write(store.join("cut.cer"), &fs::read(card.path("csca.der")).unwrap()[..100]).unwrap();
    fs::write(store.join(".sources.json"), b"{\"sources\": {").unwrap();
    let listed = done(&store, &["trust", "list"]);
    assert_eq!((rows(&listed, "anchors").len(), rows(&listed, "revocation_lists").len()), (1, 1));
    let notes: Vec<_> = rows(&listed, "notes").iter().map(|note| note.as_str().unwrap()).collect();
    for name in ["list.ml", "cut.cer", ".sources.json"] {
        assert!(notes.iter().any(|note| note.contains(name)), "{name}: {notes:#?}");
    }
    let (exit, verified) = cccd(&store, &["verify", &card.path("dump")]);
    assert_eq!((exit, &verified["checks"]["issuer"]["status"]), (3, &"passed".into()), "{verified:#}");
    let output = raw(&store, &["verify", &card.path("dump")]);
    let said = String::from_utf8(output.stderr).unwrap();
    for part in ["lưu ý: ", "note: ", "cut.cer", "list.ml"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    // Named by hand, a bad list is refused as before.
    refused(&store, &["verify", &card.path("dump"), "--trust", &store.display().to_string()], "bad_master_list");
    // The next change mends the record.
    done(&store, &["trust", "add", "--yes", &Made::of("today = \"2026-10-01\"").path("csca.der")]);
    let listed = done(&store, &["trust", "list"]);
    assert!(!rows(&listed, "notes").iter().any(|note| note.as_str().unwrap().contains(".sources.json")), "{listed:#}");
}

/// LDIF as the directory of all countries publishes it (RFC 2849): comments, line ends of two characters, values in base 64,
/// folded after 76 columns.
fn attribute(name: &str, bytes: &[u8]) -> String {
    let text = format!("{name}:: {}", base64(bytes));
    let mut lines = vec![text.chars().take(76).collect::<String>()];
    let rest: Vec<char> = text.chars().skip(76).collect();
    lines.extend(rest.chunks(75).map(|part| format!(" {}", part.iter().collect::<String>())));
    lines.join("\r\n") + "\r\n"
}

#[test]
fn the_directory_of_all_countries_is_taken_as_it_is_published() {
    let card = Made::of("");
    let read = |name: &str| fs::read(card.path(name)).unwrap();
    let entry = |dn: &str, class: &str, attribute: String| {
        format!("dn: {dn}\r\nobjectClass: top\r\nobjectClass: {class}\r\nsn: 1\r\n{attribute}\r\n")
    };
    let text = [
        "# PKD download\r\nversion: 1\r\n\r\n".to_owned(),
        entry("cn=CSCA,o=ml,c=VN,dc=data", "pkdMasterList", attribute("CscaMasterListData", &read("master-list.ml"))),
        entry("cn=DS,o=dsc,c=VN,dc=data", "pkdDownload", attribute("userCertificate;binary", &read("ds.der"))),
        entry(
            "cn=CRL,o=crl,c=VN",
            "cRLDistributionPoint",
            attribute("certificateRevocationList;binary", &read("csca.crl")),
        ),
        entry("cn=bad,o=dsc,c=VN", "pkdDownload", "userCertificate;binary:: !!!!\r\n".to_owned()),
    ]
    .concat();
    let file = card.beside("icaopkd.ldif");
    fs::write(&file, text).unwrap();
    let (store, file) = (card.store(), file.display().to_string());
    let added = done(&store, &["trust", "add", "--yes", &file, &card.path("csca.der")]);
    assert_eq!(added["master_lists"][0]["signer_chained"], true, "{added:#}");
    assert_eq!(rows(&added, "revocation_lists").len(), 1);
    assert_eq!(added["refused"][0]["reason"], "not_an_authority");
    assert!(added["notes"][0].as_str().unwrap().contains("part 4"), "{added:#}");
    let list = &done(&store, &["trust", "list"])["revocation_lists"][0];
    assert_eq!((&list["signature"], &list["freshness"]), (&"valid".into(), &"fresh".into()));
    assert!(list["days_left"].as_i64().unwrap() >= 0);
}

#[test]
fn a_revocation_list_out_of_date_is_said_with_its_days() {
    let card = Made::of("");
    let store = card.store();
    done(&store, &["trust", "add", "--yes", &card.path("csca.der"), &card.path("csca.crl")]);
    let list = done(&store, &["trust", "list", "--at", "2099-01-01T00:00:00Z"]);
    assert!(list["revocation_lists"][0]["days_left"].as_i64().unwrap() < -10_000);
    let shown = raw(&store, &["trust", "list", "--at", "2099-01-01T00:00:00Z"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    for part in ["QUÁ HẠN", "OUT OF DATE by", "days"] {
        assert!(shown.contains(part), "{shown}");
    }
}

#[test]
fn a_store_that_may_not_be_written_says_so_and_stays_as_it_is() {
    let card = Made::of("");
    let blocked = card.beside("a-file");
    fs::write(&blocked, b"").unwrap();
    let store = blocked.join("trust");
    let (exit, json) = cccd(&store, &["trust", "add", "--yes", &card.path("csca.der")]);
    assert_eq!((exit, &json["error"]["code"]), (2, &"store_unwritable".into()), "{json:#}");
    assert!(json["error"]["message_vi"].as_str().unwrap().contains("không phải thư mục"), "{json:#}");
}
