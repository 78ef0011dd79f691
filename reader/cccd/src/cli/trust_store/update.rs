//! `cccd trust update`: a newer master list of somebody who is trusted already. Nobody is asked, so much is demanded: the
//! signer must chain to an anchor that is in the store, and the list must not be older than the last of its publisher.

use std::collections::BTreeSet;
use std::path::PathBuf;

use icao9303::passive_authentication::{Certificate, TrustAnchors, UnixTime};
use serde_json::Value;

use super::{Contents, Place, add, item_value};
use crate::cli::failure::{Exit, Failure};
use crate::cli::output;
use crate::inspection::pki;
use crate::terminal::Style;
use crate::trust_store::candidates::{Candidates, Listed};
use crate::trust_store::folder::{self, Held, Item, ListSource, Record};
use crate::trust_store::location::Location;

/// Options of `cccd trust update`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A master list, or LDIF with one or more
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

pub(super) fn run(arguments: &Arguments, json: bool) -> Result<Exit, Failure> {
    let (now, target) = (arguments.place.now()?, arguments.place.target()?);
    // A list that is refused makes no folder and waits for nobody; one that is taken is judged by what the store is then.
    judged(arguments, &arguments.place.contents(), &folder::record(&target.folder), now)?;
    let locked = Place::lock(&target)?;
    let (contents, mut record) = (arguments.place.contents(), locked.record());
    let mut candidates = judged(arguments, &contents, &record, now)?;
    let gone = dropped(&candidates, &contents.held, &record, &target);
    for listed in &candidates.lists {
        add::remember_list(&mut record, listed);
    }
    // What was there stays with its source renewed, so that it goes when a later list drops it.
    for (item, source) in &candidates.items {
        if let Some(known) = record.sources.get_mut(&item.fingerprint()).filter(|known| known.list.is_some()) {
            *known = source.clone();
        }
    }
    for held in &gone {
        record.sources.remove(&held.item.fingerprint());
    }
    let known = candidates.drop_known(|fingerprint| contents.has(fingerprint));
    let paths: Vec<_> = gone.iter().map(|held| held.path.clone()).collect();
    add::store(&locked, &target, &candidates.items, &paths, record)?;
    if json {
        let mut value = add::value(&target, &candidates, known, now);
        let removed: Vec<_> = gone.iter().map(|held| Value::Object(item_value(&held.item, now))).collect();
        value.insert("removed".into(), removed.into());
        output::json(&Value::Object(value));
    } else {
        let mut text = add::shown(&candidates, known, &Style::of_stdout());
        if !gone.is_empty() {
            let count = gone.len();
            text.push_str(&format!(
                "− Đã bỏ {count} không còn trong danh sách · removed {count} that the list dropped\n"
            ));
        }
        output::text(&text);
    }
    Ok(Exit::Done)
}

/// What the file holds, where nothing speaks against taking it.
fn judged(arguments: &Arguments, contents: &Contents, record: &Record, now: UnixTime) -> Result<Candidates, Failure> {
    let candidates = gather(&arguments.file, contents, record, now)?;
    candidates.lists.iter().try_for_each(|listed| judge(listed, record))?;
    Ok(candidates)
}

/// Only master lists count here: what else is in the file has no signature over it.
fn gather(file: &PathBuf, contents: &Contents, record: &Record, now: UnixTime) -> Result<Candidates, Failure> {
    let mut candidates = Candidates::gather(std::slice::from_ref(file), &contents.anchors(), now)?;
    candidates.items.retain(|(_, source)| source.list.is_some());
    if candidates.lists.is_empty() {
        return Err(Failure::content(file, "no_master_list", "holds no master list"));
    }
    for listed in &mut candidates.lists {
        listed.signer = listed.list.signer_check(&independent_anchors(listed, contents, record), now);
    }
    // A list whose signer has become known, or is not known after all, is remembered as that.
    let lists: Vec<_> = candidates.lists.iter().map(Listed::source).collect();
    for (_, source) in &mut candidates.items {
        let same = |list: &&ListSource| source.list.as_ref().is_some_and(|known| known.is_same_list(list));
        source.list = lists.iter().find(same).cloned();
    }
    Ok(candidates)
}

/// The anchors that may vouch for a list's signer: not the certificates beside it in the same file, and not what is in the
/// store only because this very list was added without knowing its signer.
fn independent_anchors(listed: &Listed, contents: &Contents, record: &Record) -> TrustAnchors {
    let list = listed.source();
    let vouches = |held: &&Held| {
        let source = record.sources.get(&held.item.fingerprint()).and_then(|source| source.list.as_ref());
        source.is_none_or(|known| known.chained || !known.is_same_list(&list))
    };
    let authorities = contents.held.iter().filter(vouches).filter_map(|held| match &held.item {
        Item::Authority(certificate) => Some(Certificate::clone(certificate)),
        Item::RevocationList(_) => None,
    });
    authorities.collect()
}

fn judge(listed: &Listed, record: &Record) -> Result<(), Failure> {
    if !listed.is_chained() {
        let message = format!("{}: {}: {}", listed.file, listed.list.signer.subject(), listed.signer.message);
        return Err(Failure::new("unknown_list_signer", message).about(&listed.file));
    }
    let source = listed.source();
    let last = record.lists.get(&source.publisher);
    match (last, source.signing_time) {
        (Some(last), Some(signed)) if signed >= *last => Ok(()),
        (None, _) => Ok(()),
        (Some(last), signed) => {
            let signed = signed.map_or_else(|| "at an unknown time".to_owned(), pki::time);
            let message = format!("{}: signed {signed}, and one of {} was taken before", listed.file, pki::time(*last));
            Err(Failure::new("old_master_list", message).about(&listed.file))
        }
    }
}

/// Anchors that came from earlier lists of the same publisher and are not in the new one. What was added by itself stays.
fn dropped<'a>(candidates: &Candidates, held: &'a [Held], record: &Record, target: &Location) -> Vec<&'a Held> {
    let kept: BTreeSet<_> = candidates.items.iter().map(|(item, _)| item.fingerprint()).collect();
    let publishers: BTreeSet<_> = candidates.lists.iter().map(|listed| listed.source().publisher).collect();
    let of_publisher = |fingerprint: &String| {
        let list = record.sources.get(fingerprint).and_then(|source| source.list.as_ref());
        list.is_some_and(|list| publishers.contains(&list.publisher))
    };
    held.iter()
        .filter(|held| held.location == *target && held.alone && matches!(held.item, Item::Authority(_)))
        .filter(|held| {
            let fingerprint = held.item.fingerprint();
            !kept.contains(&fingerprint) && of_publisher(&fingerprint)
        })
        .collect()
}
