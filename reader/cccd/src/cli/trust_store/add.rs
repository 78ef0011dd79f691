//! `cccd trust add`.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use icao9303::passive_authentication::UnixTime;
use serde_json::{Map, Value, json};

use super::{Place, item_name, item_value, unwritable};
use crate::cli::failure::{Exit, Failure};
use crate::cli::output;
use crate::inspection::pki;
use crate::terminal::text::clean;
use crate::terminal::{Style, view};
use crate::trust_store::candidates::{Candidates, Listed, Refused};
use crate::trust_store::folder::{self, Item, Record, Source};
use crate::trust_store::location::Location;

/// Options of `cccd trust add`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Certificates of authorities (PEM or DER), master lists, LDIF, revocation lists, or folders of these
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Do not ask: the fingerprints were compared already
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

/// More authorities than this are counted and not shown one by one before asking.
const MOST_SHOWN: usize = 24;

pub(super) fn run(arguments: &Arguments, json: bool) -> Result<Exit, Failure> {
    let (now, target) = (arguments.place.now()?, arguments.place.target()?);
    let contents = arguments.place.contents()?;
    let mut candidates = Candidates::gather(&arguments.paths, &contents.anchors(), now)?;
    if candidates.items.is_empty() {
        return Err(nothing(&candidates));
    }
    let mut record = folder::record(&target.folder);
    let pinned = pin(&mut record, &candidates.items);
    let known = candidates.drop_known(|fingerprint| contents.has(fingerprint));
    if !candidates.items.is_empty() {
        confirm(arguments.yes, &candidates, now)?;
    }
    if pinned || !candidates.items.is_empty() {
        for listed in &candidates.lists {
            remember_list(&mut record, listed);
        }
        store(&target, &candidates.items, &[], record)?;
    }
    let result = value(&target, &candidates, known, now);
    if json {
        output::json(&Value::Object(result));
    } else {
        output::text(&shown(&candidates, known));
    }
    Ok(Exit::Done)
}

/// What came from a master list and is now added by itself no longer goes when the list drops it. Whether there is such.
fn pin(record: &mut Record, items: &[(Item, Source)]) -> bool {
    let mut pinned = false;
    for (item, source) in items.iter().filter(|(_, source)| source.list.is_none()) {
        if let Some(known) = record.sources.get_mut(&item.fingerprint()).filter(|known| known.list.is_some()) {
            *known = source.clone();
            pinned = true;
        }
    }
    pinned
}

/// Why nothing of all that can be added.
fn nothing(candidates: &Candidates) -> Failure {
    match candidates.refused.as_slice() {
        [] => {
            let notes = candidates.notes.join("; ");
            Failure::new("bad_file", format!("there is nothing that can be trusted: {notes}"))
        }
        [Refused { item, reason: "signature_invalid", file }, ..] => {
            Failure::new("bad_file", format!("{file}: {}: its signature does not verify", item_name(item)))
        }
        [Refused { item, file, .. }, ..] => {
            Failure::new("not_an_authority", format!("{file}: {} is no authority", item_name(item)))
        }
    }
}

/// Puts items into the store with their sources.
pub(super) fn store(
    target: &Location,
    items: &[(Item, Source)],
    take: &[PathBuf],
    mut record: Record,
) -> Result<(), Failure> {
    record.sources.extend(items.iter().map(|(item, source)| (item.fingerprint(), source.clone())));
    let put: Vec<_> = items.iter().map(|(item, _)| item.clone()).collect();
    folder::change(&target.folder, &put, take, &record).map_err(|error| unwritable(target, &error))
}

/// Remembers how new a list is, so that `update` takes no older one of the same publisher.
pub(super) fn remember_list(record: &mut Record, listed: &Listed) {
    let source = listed.source();
    if let Some(signed) = source.signing_time {
        let newest = record.lists.entry(source.publisher).or_insert(signed);
        *newest = signed.max(*newest);
    }
}

/// Shows what is to be trusted and asks. Where nobody can be asked, only `--yes` will do.
fn confirm(yes: bool, candidates: &Candidates, now: UnixTime) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let mut stderr = std::io::stderr().lock();
    // Standard error may be closed: then there is nobody to ask either.
    let _ = stderr.write_all(question(candidates, now).as_bytes());
    if !std::io::stdin().is_terminal() || !stderr.is_terminal() {
        return Err(Failure::new("usage", "there is nobody to ask whether these are to be trusted")
            .with_hint("compare the fingerprints, then add --yes"));
    }
    let _ = write!(stderr, "Tin cậy những cơ quan này? Trust these? [c/y/N] ").and_then(|()| stderr.flush());
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    let agreed = matches!(answer.trim().to_lowercase().as_str(), "c" | "có" | "co" | "y" | "yes");
    match read {
        Ok(_) if agreed => Ok(()),
        _ => Err(Failure::new("declined", "nothing was added")),
    }
}

fn question(candidates: &Candidates, now: UnixTime) -> String {
    let style = Style::PLAIN;
    let mut text = String::new();
    for listed in &candidates.lists {
        text.push_str(&format!("{}\n", clean(&listed.file)));
        text.push_str(&view::inspection::of_fields(&list_value(listed, now), &style));
    }
    for (item, source) in candidates.items.iter().take(MOST_SHOWN) {
        text.push_str(&format!("{}\n", clean(&source.file)));
        let mut fields = item_value(item, now);
        fields.remove("country");
        text.push_str(&view::inspection::of_fields(&fields, &style));
    }
    let more = candidates.items.len().saturating_sub(MOST_SHOWN);
    if more > 0 {
        text.push_str(&format!("… và {more} mục nữa · and {more} more: `cccd inspect` shows all\n"));
    }
    for refused in &candidates.refused {
        text.push_str(&refusal_line(refused));
    }
    text
}

fn refusal_line(refused: &Refused) -> String {
    let why = match refused.reason {
        "signature_invalid" => "chữ ký sai · its signature does not verify",
        _ => "không phải cơ quan cấp gốc · no authority",
    };
    format!("✗ {}: {}: {why}\n", clean(&refused.file), clean(&item_name(&refused.item)))
}

/// A master list, and whether its signer is known.
pub(super) fn list_value(listed: &Listed, now: UnixTime) -> Map<String, Value> {
    let mut value = Map::new();
    value.insert("file".into(), listed.file.clone().into());
    value.extend(pki::master_list_summary(&listed.list, now));
    value.insert("signer_chained".into(), listed.is_chained().into());
    let check = &listed.signer;
    value.insert(
        "signer_check".into(),
        json!({
            "status": check.status.as_str(), "reason": check.reason.map(icao9303::check::Reason::as_str),
            "message": check.message,
        }),
    );
    value
}

/// The result of adding and updating.
pub(super) fn value(target: &Location, candidates: &Candidates, known: usize, now: UnixTime) -> Map<String, Value> {
    let of_kind = |authorities: bool| {
        let items = candidates.items.iter().filter(|(item, _)| matches!(item, Item::Authority(_)) == authorities);
        items.map(|(item, _)| Value::Object(item_value(item, now))).collect::<Vec<_>>()
    };
    let refused: Vec<_> = candidates
        .refused
        .iter()
        .map(|refused| {
            let mut value = item_value(&refused.item, now);
            value.insert("file".into(), refused.file.clone().into());
            value.insert("reason".into(), refused.reason.into());
            Value::Object(value)
        })
        .collect();
    let lists: Vec<_> = candidates.lists.iter().map(|listed| Value::Object(list_value(listed, now))).collect();
    let mut value = Map::new();
    value.insert("schema".into(), "cccd.trust/1".into());
    value.insert("store".into(), target.folder.display().to_string().into());
    value.insert("added".into(), of_kind(true).into());
    value.insert("revocation_lists".into(), of_kind(false).into());
    value.insert("known".into(), known.into());
    value.insert("refused".into(), refused.into());
    value.insert("master_lists".into(), lists.into());
    value.insert("notes".into(), candidates.notes.clone().into());
    value
}

/// What was done, for people.
pub(super) fn shown(candidates: &Candidates, known: usize) -> String {
    let mut text = String::new();
    for listed in candidates.lists.iter().filter(|listed| !listed.is_chained()) {
        let signer = listed.list.signer.subject().to_string();
        text.push_str(&format!(
            "! {}: người ký không nối tới cơ quan tin cậy nào · its signer does not chain to a trusted authority: {}\n",
            clean(&listed.file),
            clean(&signer)
        ));
    }
    for (item, _) in candidates.items.iter().take(MOST_SHOWN) {
        text.push_str(&format!("✓ {}\n  {}\n", clean(&item_name(item)), item.fingerprint().to_ascii_uppercase()));
    }
    let (added, refused) = (candidates.items.len(), candidates.refused.len());
    for refused in candidates.refused.iter().take(MOST_SHOWN) {
        text.push_str(&refusal_line(refused));
    }
    for note in &candidates.notes {
        text.push_str(&format!("! {}\n", clean(note)));
    }
    text.push_str(&format!(
        "Đã thêm {added}, đã có {known}, từ chối {refused} · added {added}, known {known}, refused {refused}\n"
    ));
    text
}
