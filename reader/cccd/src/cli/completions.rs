//! `cccd completions` and `cccd man`: made from the same description as the options themselves.

use std::path::PathBuf;

use clap_complete::Shell;

use super::failure::{Exit, Failure};
use super::output;

/// Options of `cccd completions`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Which shell
    shell: Shell,
}

/// Options of `cccd man`.
#[derive(Debug, clap::Args)]
pub(super) struct ManArguments {
    /// The folder; made where it is missing
    folder: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::command(), "cccd", &mut script);
    output::text(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}

pub(super) fn run_man(arguments: &ManArguments) -> Result<Exit, Failure> {
    std::fs::create_dir_all(&arguments.folder)
        .and_then(|()| clap_mangen::generate_to(super::command(), &arguments.folder))
        .map_err(|error| Failure::file(&arguments.folder, &error))?;
    Ok(Exit::Done)
}
