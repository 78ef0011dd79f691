//! `cccd trust add`.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use icao9303::passive_authentication::UnixTime;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Place, item_name, item_value, unwritable};
use crate::card_date::CardDate;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output;
use crate::inspection::{known, pki};
use crate::messages::{self, Words};
use crate::terminal::rows::marked;
use crate::terminal::style::Paint;
use crate::terminal::text::{clean, wrapped};
use crate::terminal::{Style, view};
use crate::trust_store::candidates::{Candidates, Listed, Refused};
use crate::trust_store::folder::{self, Item, Locked, Record, Source};
use crate::trust_store::location::Location;
use crate::validity::today_in_vietnam;

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
    let contents = arguments.place.contents();
    let mut candidates = Candidates::gather(&arguments.paths, &contents.anchors(), now)?;
    if candidates.items.is_empty() {
        return Err(nothing(&candidates));
    }
    let named = candidates.items.clone();
    let mut known = candidates.drop_known(|fingerprint| contents.has(fingerprint));
    if !candidates.items.is_empty() {
        confirm(arguments.yes, &candidates, now)?;
    }
    let pins = pin(&mut folder::record(&target.folder), &named);
    if pins || !candidates.items.is_empty() {
        // Somebody may have changed the store while the question was open.
        let locked = Place::lock(&target)?;
        let (contents, mut record) = (arguments.place.contents(), locked.record());
        known += candidates.drop_known(|fingerprint| contents.has(fingerprint));
        pin(&mut record, &named);
        for listed in &candidates.lists {
            remember_list(&mut record, listed);
        }
        store(&locked, &target, &candidates.items, &[], record)?;
    }
    let result = value(&target, &candidates, known, now);
    if json {
        output::json(&Value::Object(result));
    } else {
        output::text(&shown(&candidates, known, &Style::of_stdout()));
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
            let notes: Vec<_> = candidates.notes.iter().map(|note| note.en.as_str()).collect();
            let notes = notes.join("; ");
            let failure = Failure::new("bad_file", format!("there is nothing that can be trusted: {notes}"));
            failure.in_words(messages::of_file("nothing_to_trust"))
        }
        [Refused { item, reason: "signature_invalid", file }, ..] => {
            let message = format!("{file}: {}: its signature does not verify", item_name(item));
            Failure::new("bad_file", message).in_words(messages::of_file("bad_signature")).about(file)
        }
        [Refused { item, file, .. }, ..] => {
            Failure::new("not_an_authority", format!("{file}: {} is no authority", item_name(item))).about(file)
        }
    }
}

/// Puts items into the store with their sources.
pub(super) fn store(
    locked: &Locked,
    target: &Location,
    items: &[(Item, Source)],
    take: &[PathBuf],
    mut record: Record,
) -> Result<(), Failure> {
    record.sources.extend(items.iter().map(|(item, source)| (item.fingerprint(), source.clone())));
    let put: Vec<_> = items.iter().map(|(item, _)| item.clone()).collect();
    locked.change(&put, take, &record).map_err(|error| unwritable(target, &error))
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
    let _ = stderr.write_all(question(candidates, now, &Style::of_stderr()).as_bytes());
    if !std::io::stdin().is_terminal() || !stderr.is_terminal() {
        return Err(Failure::new("usage", "there is nobody to ask whether these are to be trusted")
            .saying("Không có ai để hỏi có tin cậy những mục này không")
            .with_hint("So sánh các vân SHA-256, rồi thêm --yes.", "Compare the fingerprints, then add --yes."));
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

fn question(candidates: &Candidates, now: UnixTime, style: &Style) -> String {
    let mut text = String::new();
    for listed in &candidates.lists {
        text.push_str(&format!("{}\n", clean(&listed.file)));
        text.push_str(&view::inspection::of_fields(&list_value(listed, now), style));
    }
    for (item, source) in candidates.items.iter().take(MOST_SHOWN) {
        text.push_str(&format!("{}\n", clean(&source.file)));
        let mut fields = item_value(item, now);
        fields.remove("country");
        text.push_str(&view::inspection::of_fields(&fields, style));
    }
    let more = candidates.items.len().saturating_sub(MOST_SHOWN);
    if more > 0 {
        text.push_str(&format!("… và {more} mục nữa · and {more} more: `cccd inspect` shows all\n"));
    }
    text.push_str(&refusals(candidates, style));
    text
}

/// What is not taken: by name while that is of use, then counted.
fn refusals(candidates: &Candidates, style: &Style) -> String {
    let line = |refused: &Refused| {
        let (vi, en) = match refused.reason {
            "signature_invalid" => ("chữ ký sai", "its signature does not verify"),
            _ => ("không phải cơ quan cấp gốc", "no authority"),
        };
        let name = format!("{}: {}", refused.file, item_name(&refused.item));
        joined(marked(("✗", Paint::Bad), &Words::new(format!("{name}: {vi}"), en), style))
    };
    let mut text: String = candidates.refused.iter().take(MOST_SHOWN).map(line).collect();
    let more = candidates.refused.len().saturating_sub(MOST_SHOWN);
    if more > 0 {
        text.push_str(&format!("… và {more} mục nữa · and {more} more\n"));
    }
    text
}

fn joined(lines: Vec<String>) -> String {
    lines.join("\n") + "\n"
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
    value.insert("notes".into(), candidates.notes.iter().map(|note| note.en.as_str()).collect());
    value
}

/// What was done, for people.
pub(super) fn shown(candidates: &Candidates, known: usize, style: &Style) -> String {
    let mut text = String::new();
    for listed in &candidates.lists {
        let (mark, words) = said_of(listed);
        text.push_str(&joined(marked(mark, &words, style)));
    }
    for (item, _) in candidates.items.iter().take(MOST_SHOWN) {
        let recognised = recognised(item).unwrap_or_else(|| Words::new("", ""));
        text.push_str(&joined(marked(("✓", Paint::Good), &Words::new(item_name(item), ""), style)));
        let fingerprint = item.fingerprint().to_ascii_uppercase();
        wrapped(&fingerprint, style.width - 2).iter().for_each(|line| text.push_str(&format!("  {line}\n")));
        if !recognised.vi.is_empty() {
            text.push_str(&joined(marked((" ", Paint::Plain), &recognised, style)));
        }
    }
    let more = candidates.items.len().saturating_sub(MOST_SHOWN);
    if more > 0 {
        text.push_str(&format!("… và {more} mục nữa · and {more} more: `cccd trust list`\n"));
    }
    text.push_str(&refusals(candidates, style));
    for note in &candidates.notes {
        text.push_str(&joined(marked(("!", Paint::Open), note, style)));
    }
    let (added, refused) = (candidates.items.len(), candidates.refused.len());
    let sum = Words::new(
        format!("Đã thêm {added}, đã có {known}, từ chối {refused}"),
        format!("added {added}, known {known}, refused {refused}"),
    );
    text.push_str(&joined(marked(("=", Paint::Strong), &sum, style)));
    text
}

/// Who signed a list, when, and whether that is somebody who is known.
fn said_of(listed: &Listed) -> ((&'static str, Paint), Words) {
    let list = &listed.list;
    let signer = list.signer.subject();
    let (day, time) = list.signing_time.map_or_else(
        || ("ngày không rõ".to_owned(), "at an unknown time".to_owned()),
        |at| (format!("ngày {}", day_in_vietnam(at)), format!("on {}", pki::time(at))),
    );
    let vi = format!("{}: {} chứng thư, do {signer} ký {day}", listed.file, list.certificates.len());
    let en = format!("{} certificates, signed by {signer} {time}", list.certificates.len());
    if listed.is_chained() {
        let words = Words::new(
            format!("{vi}; người ký thuộc một cơ quan đã tin cậy"),
            format!("{en}; an authority that is trusted stands behind the signer"),
        );
        (("✓", Paint::Good), words)
    } else {
        let words = Words::new(
            format!("{vi}; người ký KHÔNG nối được tới cơ quan nào đã tin cậy"),
            format!("{en}; the signer does NOT chain to a trusted authority"),
        );
        (("!", Paint::Open), words)
    }
}

fn day_in_vietnam(at: UnixTime) -> String {
    let day = Timestamp::from_second(at).map(|at| CardDate::Day(today_in_vietnam(at)).vietnamese());
    day.unwrap_or_else(|_| at.to_string())
}

/// What an authority is known as.
fn recognised(item: &Item) -> Option<Words> {
    match item {
        Item::Authority(certificate) => known::words_of(certificate),
        Item::RevocationList(_) => None,
    }
}
