//! `cccd inspect`: what files are and what is in them, offline.

use std::path::{Path, PathBuf};

use icao9303::passive_authentication::UnixTime;
use serde_json::{Value, json};

use super::failure::{Exit, Failure};
use super::{clock, output};
use crate::inspection::{self, InspectError, Inspection};
use crate::messages;
use crate::terminal::{Style, view};
use crate::trust_store::read_at_most;

/// Options of `cccd inspect`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A file of a chip, a certificate, a revocation list, a master list, an LDIF file, or a folder such as a dump; known
    /// by its content, not by its name
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, json: bool) -> Result<Exit, Failure> {
    let now = clock::now().as_second();
    let inspected: Vec<_> =
        arguments.files.iter().map(|path| (path.display().to_string(), inspect(path, now))).collect();
    let failed = inspected.iter().find_map(|(name, found)| Some((name, found.as_ref().err()?)));
    let failed = failed.map(|(name, error)| failure_of(name, error));
    if let (Some(failure), 1) = (&failed, inspected.len()) {
        return Err(failure.clone());
    }
    if json {
        output::json(&value(&inspected, failed.as_ref()));
    } else {
        show(&inspected);
    }
    let complete = inspected.iter().all(|(_, found)| found.as_ref().is_ok_and(Inspection::is_complete));
    Ok(if complete { Exit::Done } else { Exit::Usage })
}

fn inspect(path: &Path, now: UnixTime) -> Result<Inspection, InspectError> {
    if path.is_dir() {
        return inspection::inspect_folder(path, now);
    }
    let bytes = read_at_most(path, inspection::MAX_LEN).map_err(|error| InspectError::unreadable(&error))?;
    inspection::inspect(&bytes, now)
}

fn failure_of(name: &str, error: &InspectError) -> Failure {
    let why = match error {
        InspectError::MasterList(_) if error.code() == "bad_master_list" => None,
        InspectError::Unreadable(kind, _) => messages::of_file_error(&(*kind).into()),
        InspectError::Length(length) if *length > 0 => messages::of_file("too_long"),
        _ => messages::of_file("unknown_kind"),
    };
    Failure::new(error.code(), format!("{name}: {error}")).in_words(why).about(name)
}

/// All files in one value. Where one of several failed, the first failure also stands at the top.
fn value(inspected: &[(String, Result<Inspection, InspectError>)], failed: Option<&Failure>) -> Value {
    let files: Vec<_> = inspected.iter().map(|(name, found)| inspection::entry(name, found)).collect();
    let mut value = json!({ "schema": "cccd.inspect/1", "files": files });
    if let Some(failure) = failed {
        value["error"] = failure.value();
    }
    value
}

/// What is in the files goes to standard output, what is wrong with the others to standard error.
fn show(inspected: &[(String, Result<Inspection, InspectError>)]) {
    let style = Style::of_stdout();
    for (name, found) in inspected {
        match found {
            Ok(inspection) => output::text(&view::inspection::of_file(name, inspection, &style)),
            Err(error) => {
                failure_of(name, error).tell();
            }
        }
    }
}
