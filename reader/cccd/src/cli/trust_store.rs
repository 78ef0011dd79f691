//! `cccd trust`: who is trusted, and changing that.
//!
//! [`listing`] shows the store, [`add`] asks and adds, [`update`] takes a newer list of somebody trusted; removing is here.

use std::path::PathBuf;

use icao9303::passive_authentication::{Certificate, TrustAnchors, UnixTime};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::failure::{Exit, Failure};
use super::{clock, output};
use crate::inspection::pki;
use crate::terminal::text::clean;
use crate::trust_store::folder::{self, Held, Item};
use crate::trust_store::location::{Level, Location, locations};

mod add;
mod listing;
mod update;

/// Options of `cccd trust`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show the authorities and revocation lists, whether they are valid, and where they come from
    List(Place),
    /// Trust authorities after showing them; revocation lists are taken too
    Add(add::Arguments),
    /// Trust no longer
    Remove(RemoveArguments),
    /// Take a newer master list, if an authority that is trusted already stands behind its signer
    Update(update::Arguments),
}

/// Which trust store.
#[derive(Debug, clap::Args)]
struct Place {
    /// Use this folder as the trust store, and no other; also `CCCD_TRUST_STORE`
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// Change the machine's store, /etc/cccd/trust, not the user's
    #[arg(long, conflicts_with = "store")]
    system: bool,
    /// Compare validity with another time than now, as `2026-11-21T08:30:00Z`
    #[arg(long, value_name = "RFC3339")]
    at: Option<String>,
}

#[derive(Debug, clap::Args)]
struct RemoveArguments {
    /// SHA-256 fingerprints as `cccd trust list` shows them, or at least the first 8 digits
    #[arg(required = true, value_name = "FINGERPRINT")]
    fingerprints: Vec<String>,
    #[command(flatten)]
    place: Place,
}

pub(super) fn run(arguments: &Arguments, json: bool) -> Result<Exit, Failure> {
    match &arguments.command {
        Command::List(place) => listing::run(place, json),
        Command::Add(arguments) => add::run(arguments, json),
        Command::Remove(arguments) => remove(arguments, json),
        Command::Update(arguments) => update::run(arguments, json),
    }
}

/// What all folders of the store hold.
struct Contents {
    held: Vec<Held>,
    notes: Vec<String>,
}

impl Contents {
    /// Whether an item of that fingerprint is there.
    fn has(&self, fingerprint: &str) -> bool {
        self.held.iter().any(|held| held.item.fingerprint() == fingerprint)
    }

    fn anchors(&self) -> TrustAnchors {
        let authorities = self.held.iter().filter_map(|held| match &held.item {
            Item::Authority(certificate) => Some(Certificate::clone(certificate)),
            Item::RevocationList(_) => None,
        });
        authorities.collect()
    }
}

impl Place {
    fn now(&self) -> Result<UnixTime, Failure> {
        let Some(text) = &self.at else { return Ok(clock::now().as_second()) };
        let at: Result<Timestamp, _> = text.parse();
        at.map(Timestamp::as_second).map_err(|error| Failure::new("bad_input", format!("--at {text}: {error}")))
    }

    fn locations(&self) -> Vec<Location> {
        locations(self.store.clone())
    }

    /// The folder that is changed.
    fn target(&self) -> Result<Location, Failure> {
        let wanted = if self.system { Level::System } else { Level::User };
        let mut locations = self.locations();
        if let [Location { level: Level::Named, .. }] = locations.as_slice() {
            if self.system {
                return Err(Failure::new("usage", "--system cannot be used together with CCCD_TRUST_STORE"));
            }
            return Ok(locations.remove(0));
        }
        locations.into_iter().find(|location| location.level == wanted).ok_or_else(|| {
            Failure::new("bad_input", "there is no home folder: name a folder with --store, or use --system")
        })
    }

    fn contents(&self) -> Result<Contents, Failure> {
        let mut contents = Contents { held: Vec::new(), notes: Vec::new() };
        for location in self.locations() {
            let (held, notes) = folder::contents(&location)
                .map_err(|error| Failure::new("bad_file", format!("{}: {error}", location.folder.display())))?;
            contents.held.extend(held);
            contents.notes.extend(notes);
        }
        Ok(contents)
    }
}

fn unwritable(location: &Location, error: &std::io::Error) -> Failure {
    Failure::new("store_unwritable", format!("{}: {error}", location.folder.display()))
}

/// An item as all of these commands give it.
fn item_value(item: &Item, now: UnixTime) -> Map<String, Value> {
    match item {
        Item::Authority(certificate) => pki::summary(certificate, now),
        Item::RevocationList(list) => pki::list_summary(list, now),
    }
}

/// What people tell an item by.
fn item_name(item: &Item) -> String {
    match item {
        Item::Authority(certificate) => certificate.subject().to_string(),
        Item::RevocationList(list) => format!("CRL: {}", list.issuer()),
    }
}

fn remove(arguments: &RemoveArguments, json: bool) -> Result<Exit, Failure> {
    let (now, target) = (arguments.place.now()?, arguments.place.target()?);
    let contents = arguments.place.contents()?;
    // All are found before the first is removed.
    let found = arguments.fingerprints.iter().map(|text| find(text, &contents.held, &target));
    let mut found = found.collect::<Result<Vec<_>, _>>()?;
    found.dedup_by_key(|held| &held.path);
    let mut record = folder::record(&target.folder);
    for held in &found {
        record.sources.remove(&held.item.fingerprint());
    }
    let paths: Vec<_> = found.iter().map(|held| held.path.clone()).collect();
    folder::change(&target.folder, &[], &paths, &record).map_err(|error| unwritable(&target, &error))?;
    if json {
        let removed: Vec<_> = found.iter().map(|held| Value::Object(item_value(&held.item, now))).collect();
        let store = target.folder.display().to_string();
        output::json(&json!({ "schema": "cccd.trust/1", "store": store, "removed": removed }));
    } else {
        let line = |held: &&Held| format!("Đã bỏ · removed: {}\n", clean(&item_name(&held.item)));
        output::text(&found.iter().map(line).collect::<String>());
    }
    Ok(Exit::Done)
}

/// The one item whose fingerprint begins like that.
fn find<'a>(text: &str, held: &'a [Held], target: &Location) -> Result<&'a Held, Failure> {
    let wanted: String = text.chars().filter(|c| !matches!(c, ':' | ' ')).collect::<String>().to_ascii_lowercase();
    if !(8..=64).contains(&wanted.len()) || !wanted.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let message = format!("{text}: a SHA-256 fingerprint is 64 hexadecimal digits; its first 8 are enough");
        return Err(Failure::new("bad_input", message));
    }
    let matching: Vec<_> = held.iter().filter(|held| held.item.fingerprint().starts_with(&wanted)).collect();
    let here: Vec<_> = matching.iter().filter(|held| held.location == *target).copied().collect();
    match (here.as_slice(), matching.first()) {
        ([], None) => Err(Failure::new("not_in_store", format!("{text}: no such fingerprint in the trust store"))),
        ([], Some(elsewhere)) => {
            let message = format!("{text}: not in {}, but in {}", target.folder.display(), elsewhere.path.display());
            let hint = "use `--system` for the machine's store, `--store` for another folder";
            Err(Failure::new("not_in_store", message).with_hint(hint))
        }
        ([one], _) if !one.alone => {
            let message = format!("{text}: stands in {} together with others", one.path.display());
            Err(Failure::new("bad_input", message).with_hint("remove that file yourself, or split it"))
        }
        ([one], _) => Ok(*one),
        ([first, rest @ ..], _) if rest.iter().all(|held| held.item.fingerprint() == first.item.fingerprint()) => {
            let message = format!("{text}: stands in several files, as {}", first.path.display());
            Err(Failure::new("bad_input", message).with_hint("remove the copies put there by hand"))
        }
        _ => Err(Failure::new("bad_input", format!("{text}: several fingerprints begin like this: give more digits"))),
    }
}
