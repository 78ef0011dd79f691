//! `cccd trust list`.

use icao9303::passive_authentication::{Crl, TrustAnchors, UnixTime, Unverified};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Contents, Place, item_value};
use crate::card_date::CardDate;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output;
use crate::inspection::pki;
use crate::messages::Words;
use crate::terminal::rows::{labelled, marked};
use crate::terminal::style::Paint;
use crate::terminal::{Style, view};
use crate::trust_store::folder::{self, Held, Item, Record, Source};
use crate::validity::today_in_vietnam;

pub(super) fn run(place: &Place, json: bool) -> Result<Exit, Failure> {
    let now = place.now()?;
    let contents = place.contents();
    let value = value(place, &contents, now);
    if json {
        output::json(&Value::Object(value));
    } else {
        output::text(&shown(&value, &contents.notes, now, &Style::of_stdout()));
    }
    Ok(Exit::Done)
}

fn value(place: &Place, contents: &Contents, now: UnixTime) -> Map<String, Value> {
    let locations = place.locations();
    let records: Vec<_> =
        locations.iter().map(|location| (location.clone(), folder::record(&location.folder))).collect();
    let anchors = contents.anchors();
    let (mut authorities, mut lists) = (Vec::new(), Vec::new());
    for held in &contents.held {
        let record = records.iter().find(|(location, _)| *location == held.location).map(|(_, record)| record);
        let mut value = item_value(&held.item, now);
        value.extend(whereabouts(held, record));
        match &held.item {
            Item::Authority(_) => {
                // Recognised is not trusted; being in the store is.
                if let Some(recognised) = value.get_mut("recognised") {
                    recognised["trusted"] = true.into();
                }
                authorities.push(Value::Object(value));
            }
            Item::RevocationList(list) => {
                value.insert("signature".into(), signature(list, &anchors).into());
                let superseded = contents.held.iter().any(|other| supersedes(&other.item, list));
                value.insert("superseded".into(), superseded.into());
                lists.push(Value::Object(value));
            }
        }
    }
    let stores: Vec<_> = locations
        .iter()
        .map(|location| {
            let folder = location.folder.display().to_string();
            json!({ "level": location.level.as_str(), "folder": folder, "exists": location.folder.is_dir() })
        })
        .collect();
    let newest: Map<_, _> = records
        .iter()
        .flat_map(|(_, record)| &record.lists)
        .map(|(publisher, signed)| (publisher.clone(), pki::time(*signed).into()))
        .collect();
    let mut value = Map::new();
    value.insert("schema".into(), "cccd.trust/1".into());
    value.insert("stores".into(), stores.into());
    value.insert("anchors".into(), authorities.into());
    value.insert("revocation_lists".into(), lists.into());
    value.insert("master_lists".into(), newest.into());
    value.insert("notes".into(), contents.notes.iter().map(|note| note.en.as_str()).collect());
    value
}

fn whereabouts(held: &Held, record: Option<&Record>) -> Map<String, Value> {
    let source = record.and_then(|record| record.sources.get(&held.item.fingerprint()));
    let mut value = Map::new();
    value.insert("level".into(), held.location.level.as_str().into());
    value.insert("file".into(), held.path.display().to_string().into());
    value.insert("source".into(), source.map_or(Value::Null, source_value));
    value
}

fn source_value(source: &Source) -> Value {
    let mut value = json!({ "file": source.file, "added": pki::time(source.added) });
    if let Some(list) = &source.list {
        value["master_list"] = json!({
            "signer": list.signer, "signing_time": list.signing_time.map(pki::time), "chained": list.chained,
        });
    }
    value
}

/// Whether an authority of the store signed the list.
fn signature(list: &Crl, anchors: &TrustAnchors) -> String {
    let mut result = "unknown: its issuer is not in the trust store".to_owned();
    for issuer in anchors.with_subject(list.issuer()) {
        match list.verify_signature(issuer) {
            Ok(()) => return "valid".into(),
            Err(Unverified::Invalid) => result = "invalid".into(),
            Err(error) => result = format!("unknown: {error}"),
        }
    }
    result
}

/// A later list of the same name. It is only said: an older one may cover what the newer one leaves out.
fn supersedes(item: &Item, list: &Crl) -> bool {
    matches!(item, Item::RevocationList(other) if other.issuer() == list.issuer() && other.this_update() > list.this_update())
}

fn shown(value: &Map<String, Value>, notes: &[Words], now: UnixTime, style: &Style) -> String {
    let rows = |name: &str| value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let stores: Vec<_> = rows("stores").iter().map(store_row).collect();
    let mut lines = labelled(&stores, style, 0);
    let newest = value.get("master_lists").and_then(Value::as_object).into_iter().flatten();
    let newest: Vec<_> = newest.filter_map(|(publisher, signed)| list_row(publisher, signed.as_str()?, now)).collect();
    lines.extend(labelled(&newest, style, 0));
    let (anchors, lists) = (rows("anchors"), rows("revocation_lists"));
    let warn = |lines: &mut Vec<String>, words: &Words| lines.extend(marked(("!", Paint::Open), words, style));
    if anchors.is_empty() {
        let vi = "Chưa tin cậy cơ quan nào: thêm bằng `cccd trust add TỆP`";
        warn(&mut lines, &Words::new(vi, "no authority is trusted yet: `cccd trust add FILE`"));
    }
    let mut by_country = anchors.to_vec();
    by_country.sort_by_cached_key(|anchor| [&anchor["country"], &anchor["subject"]].map(ToString::to_string));
    let mut tables = Map::new();
    tables.insert("anchors".into(), by_country.into());
    tables.insert("revocation_lists".into(), lists.into());
    lines.push(view::inspection::of_fields(&tables, style).trim_end().to_owned());
    let count = |rows: &[Value], is: &dyn Fn(&Value) -> bool| rows.iter().filter(|row| is(row)).count();
    let expired = count(anchors, &|anchor| anchor["validity"] != "valid");
    let stale = count(lists, &|list| list["freshness"] != "fresh");
    let forged = count(lists, &|list| list["signature"] == "invalid");
    let unchained = count(anchors, &|anchor| anchor["source"]["master_list"]["chained"] == false);
    let remarks = [
        (expired, "cơ quan ngoài thời hạn chứng thư", "of the authorities are outside their validity"),
        (
            stale,
            "danh sách thu hồi quá hạn hoặc chưa có hiệu lực: tải bản mới",
            "of the revocation lists are not current: get new ones",
        ),
        (
            forged,
            "danh sách thu hồi có chữ ký sai: không được dùng",
            "of the revocation lists have a bad signature and do not count",
        ),
        (
            unchained,
            "cơ quan lấy từ danh sách có người ký không rõ",
            "of the authorities come from a list whose signer is not known",
        ),
    ];
    for (count, vi, en) in remarks.into_iter().filter(|(count, ..)| *count > 0) {
        warn(&mut lines, &Words::new(format!("{count} {vi}"), format!("{count} {en}")));
    }
    notes.iter().for_each(|note| warn(&mut lines, note));
    lines.retain(|line| !line.is_empty());
    lines.push(String::new());
    lines.join("\n")
}

/// How old the newest list of a publisher is.
fn list_row(publisher: &str, signed: &str, now: UnixTime) -> Option<((&'static str, &'static str), String)> {
    let signed: Timestamp = signed.parse().ok()?;
    let days = now.saturating_sub(signed.as_second()).div_euclid(24 * 3600);
    let day = CardDate::Day(today_in_vietnam(signed)).vietnamese();
    let unit = if days == 1 { "day" } else { "days" };
    let text = format!("{publisher}, ký ngày {day}, {days} ngày trước · signed {days} {unit} ago");
    Some((("Danh sách CSCA", "master list"), text))
}

fn store_row(store: &Value) -> ((&'static str, &'static str), String) {
    let label = match store["level"].as_str() {
        Some("package") => ("Kho của gói cài đặt", "the package's"),
        Some("system") => ("Kho của máy", "the machine's"),
        Some("user") => ("Kho của bạn", "yours"),
        _ => ("Kho tin cậy", "trust store"),
    };
    let there = if store["exists"] == true { "" } else { " (chưa có · not there)" };
    (label, format!("{}{there}", store["folder"].as_str().unwrap_or_default()))
}
