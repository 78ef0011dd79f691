//! `cccd verify`: passive authentication over the files of a dump, without a card. Whoever has the files can show them, so
//! the verdict is never genuine.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::passive_authentication::EfSod;

use super::failure::{Exit, Failure};
use super::read::{delivery::dump_name, exit_of};
use super::{output, trust};
use crate::assessment::{self, Evidence, Yardstick};
use crate::holder::Given;
use crate::report;
use crate::terminal::{Style, view};
use crate::trust_store::read_bounded;

/// Options of `cccd verify`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The folder that `cccd read --dump` wrote
    folder: PathBuf,
    #[command(flatten)]
    trust: trust::Options,
}

pub(super) fn run(arguments: &Arguments, json: bool) -> Result<Exit, Failure> {
    let at = arguments.trust.at()?;
    let trusted = arguments.trust.load()?;
    trusted.notes.iter().for_each(output::note);
    let files = read_dump(&arguments.folder)?;
    let sod = files.get(&ElementaryFile::Sod).and_then(|file| EfSod::parse(file).ok());
    let listed = sod.map(|sod| sod.data_groups().filter_map(DataGroup::new).collect());
    let evidence = Evidence { files: &files, listed: listed.as_ref(), asked: None, session: None };
    let by = Yardstick { trusted: &trusted, at, given: Given::default() };
    let assessment = assessment::assess(&evidence, &by);
    if json {
        output::json(&report::of_files(&files, &assessment));
    } else {
        output::text(&view::of_files(&assessment, &Style::of_stdout()));
    }
    Ok(exit_of(assessment.verdict))
}

/// The files of a dump, by their names.
fn read_dump(folder: &Path) -> Result<BTreeMap<ElementaryFile, Vec<u8>>, Failure> {
    // What is no folder, or may not be looked into, says so itself.
    fs::read_dir(folder).map_err(|error| Failure::file(folder, &error))?;
    let mut files = BTreeMap::new();
    for file in ElementaryFile::all() {
        let path = folder.join(dump_name(file));
        if path.exists() {
            files.insert(file, read_bounded(&path).map_err(|error| Failure::file(&path, &error))?);
        }
    }
    if files.is_empty() {
        let found = "holds no file of a dump, such as EF.SOD.bin or DG1.bin";
        return Err(Failure::content(folder, "not_a_dump", found));
    }
    Ok(files)
}
