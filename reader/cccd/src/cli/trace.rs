//! `cccd trace`: recorded sessions, shown, read anew without a card, and anonymised.

use std::path::{Path, PathBuf};

use super::failure::{Exit, Failure};
use crate::trace::Trace;
use crate::trust_store::read_bounded;

mod anonymise;
mod replay;
mod show;

/// Options of `cccd trace`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show what happened, exchange by exchange
    Show {
        /// The trace that `cccd read --trace` wrote
        file: PathBuf,
        /// Show the password, the random numbers and the bytes of every exchange too: with them the session can be
        /// decrypted
        #[arg(long)]
        secrets: bool,
    },
    /// Read the recorded card anew: the same checks as then, with no card and no reader
    Replay {
        /// The trace that `cccd read --trace` wrote
        file: PathBuf,
    },
    /// Write the same session with a made-up person and other keys: to be passed on, as a report or a test
    Anonymise {
        /// The trace that `cccd read --trace` wrote
        input: PathBuf,
        /// The new trace; it must not exist
        output: PathBuf,
    },
}

pub(super) fn run(arguments: &Arguments, json: bool) -> Result<Exit, Failure> {
    match &arguments.command {
        Command::Show { file, secrets } => {
            show::run(&load(file)?, *secrets, json);
            Ok(Exit::Done)
        }
        Command::Replay { file } => replay::run(&load(file)?, json),
        Command::Anonymise { input, output } => anonymise::run(&load(input)?, output, json),
    }
}

fn load(path: &Path) -> Result<Trace, Failure> {
    let bytes = read_bounded(path).map_err(|error| Failure::file(path, &error))?;
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| Failure::content(path, "not_a_trace", "not a trace: it is no text"))?;
    text.parse().map_err(|error| Failure::content(path, "not_a_trace", error))
}
