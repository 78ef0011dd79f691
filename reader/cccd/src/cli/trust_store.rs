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
use crate::messages::{self, Words};
use crate::terminal::Style;
use crate::terminal::rows::marked;
use crate::terminal::style::Paint;
use crate::trust_store::folder::{self, Held, Item, Locked};
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
    notes: Vec<Words>,
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
        at.map(Timestamp::as_second).map_err(|error| Failure::input("at", format!("--at {text}: {error}")).about(text))
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
                return Err(Failure::new("usage", "--system cannot be used together with CCCD_TRUST_STORE")
                    .saying("Không dùng --system khi đã đặt CCCD_TRUST_STORE")
                    .with_hint(
                        "Bỏ biến CCCD_TRUST_STORE hoặc bỏ --system.",
                        "Unset CCCD_TRUST_STORE, or leave --system out.",
                    ));
            }
            return Ok(locations.remove(0));
        }
        locations.into_iter().find(|location| location.level == wanted).ok_or_else(|| {
            Failure::input("no_home", "there is no home folder: name a folder with --store, or use --system")
        })
    }

    /// What can be read of it: a folder that cannot be is said, and the others count.
    fn contents(&self) -> Contents {
        let mut contents = Contents { held: Vec::new(), notes: Vec::new() };
        for location in self.locations() {
            match folder::contents(&location) {
                Ok((held, notes)) => {
                    contents.held.extend(held);
                    contents.notes.extend(notes);
                }
                Err(error) => contents.notes.push(messages::trust::unreadable(&location.folder, &error)),
            }
        }
        contents
    }

    /// The folder, for changing it.
    fn lock(target: &Location) -> Result<Locked, Failure> {
        folder::lock(&target.folder).map_err(|error| unwritable(target, &error))
    }
}

fn unwritable(location: &Location, error: &std::io::Error) -> Failure {
    let failure = Failure::new("store_unwritable", format!("{}: {error}", location.folder.display()));
    failure.about(format!("{}: {}", location.folder.display(), why_in_vietnamese(error)))
}

fn why_in_vietnamese(error: &std::io::Error) -> String {
    let words = messages::of_file_error(error).map_or("", |words| words.vi.trim_end_matches('.'));
    words.chars().take(1).flat_map(char::to_lowercase).chain(words.chars().skip(1)).collect()
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
    // What is not there is said without making a folder.
    find_all(arguments, &arguments.place.contents(), &target)?;
    let locked = Place::lock(&target)?;
    let contents = arguments.place.contents();
    let found = find_all(arguments, &contents, &target)?;
    let mut record = locked.record();
    for held in &found {
        record.sources.remove(&held.item.fingerprint());
    }
    let paths: Vec<_> = found.iter().map(|held| held.path.clone()).collect();
    locked.change(&[], &paths, &record).map_err(|error| unwritable(&target, &error))?;
    if json {
        let removed: Vec<_> = found.iter().map(|held| Value::Object(item_value(&held.item, now))).collect();
        let store = target.folder.display().to_string();
        output::json(&json!({ "schema": "cccd.trust/1", "store": store, "removed": removed }));
    } else {
        let style = Style::of_stdout();
        let line = |held: &&Held| {
            let name = item_name(&held.item);
            let words = Words::new(format!("Đã bỏ: {name}"), "removed");
            marked(("✓", Paint::Good), &words, &style).join("\n") + "\n"
        };
        output::text(&found.iter().map(line).collect::<String>());
    }
    Ok(Exit::Done)
}

/// All that are to go: each is found before the first is removed.
fn find_all<'a>(
    arguments: &RemoveArguments,
    contents: &'a Contents,
    target: &Location,
) -> Result<Vec<&'a Held>, Failure> {
    let found = arguments.fingerprints.iter().map(|text| find(text, &contents.held, target));
    let mut found = found.collect::<Result<Vec<_>, _>>()?;
    found.sort_by_key(|held| &held.path);
    found.dedup_by_key(|held| &held.path);
    Ok(found)
}

/// The one item whose fingerprint begins like that.
fn find<'a>(text: &str, held: &'a [Held], target: &Location) -> Result<&'a Held, Failure> {
    let wanted: String = text.chars().filter(|c| !matches!(c, ':' | ' ')).collect::<String>().to_ascii_lowercase();
    if !(8..=64).contains(&wanted.len()) || !wanted.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let message = format!("{text}: a SHA-256 fingerprint is 64 hexadecimal digits; its first 8 are enough");
        return Err(Failure::input("fingerprint", message).about(text));
    }
    let matching: Vec<_> = held.iter().filter(|held| held.item.fingerprint().starts_with(&wanted)).collect();
    let here: Vec<_> = matching.iter().filter(|held| held.location == *target).copied().collect();
    match (here.as_slice(), matching.first()) {
        ([], None) => {
            Err(Failure::new("not_in_store", format!("{text}: no such fingerprint in the trust store")).about(text))
        }
        ([], Some(elsewhere)) => {
            let message = format!("{text}: not in {}, but in {}", target.folder.display(), elsewhere.path.display());
            Err(Failure::new("not_in_store", message).about(text).with_hint(
                "Nó ở kho khác: dùng `--system` cho kho của máy, `--store` cho thư mục khác.",
                "Use `--system` for the machine's store, `--store` for another folder.",
            ))
        }
        ([one], _) if !one.alone => {
            let message = format!("{text}: stands in {} together with others", one.path.display());
            Err(Failure::input("not_removable", message).about(one.path.display()))
        }
        ([one], _) => Ok(*one),
        ([first, rest @ ..], _) if rest.iter().all(|held| held.item.fingerprint() == first.item.fingerprint()) => {
            let message = format!("{text}: stands in several files, as {}", first.path.display());
            Err(Failure::input("not_removable", message).about(first.path.display()))
        }
        _ => {
            let message = format!("{text}: several fingerprints begin like this: give more digits");
            Err(Failure::input("fingerprint_of_several", message).about(text))
        }
    }
}
