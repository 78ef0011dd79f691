//! `cccd-kiosk`: the desk of a one-stop office.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod audit;
mod desk;
mod forms;
mod officers;
mod own_process;

use desk::documents;
use desk::portrait::converter;

#[derive(Parser)]
#[command(
    name = "cccd-kiosk",
    version,
    about = "Bàn một cửa đọc thẻ căn cước (one-stop desk for the Vietnamese ID card)"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the officer's page on this machine: cards are read, forms are filled
    Desk(Box<desk::settings::Options>),
    /// Look after the office's own forms
    #[command(subcommand)]
    Forms(forms::Command),
    /// Look at the log of what was done at the desk
    #[command(subcommand)]
    Audit(audit::Command),
    /// Help officers who cannot log in
    #[command(subcommand)]
    Officers(officers::Command),
}

fn main() -> ExitCode {
    if let Some(code) = as_helper() {
        return code;
    }
    let result = match Arguments::parse().command {
        Command::Desk(options) => desk::run(*options),
        Command::Forms(command) => return forms::run(&command),
        Command::Audit(command) => return audit::run(&command),
        Command::Officers(command) => return officers::run(&command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cccd-kiosk: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What the desk has another process do: this program, called by a word that no help names. It knows nothing but what it
/// is given, and can be ended at any time.
fn as_helper() -> Option<ExitCode> {
    let first = std::env::args_os().nth(1)?;
    let well = if first == converter::COMMAND {
        converter::run()
    } else if first == documents::COMMAND {
        cccd_typeset::worker::serve(std::io::stdin().lock(), std::io::stdout().lock()).is_ok()
    } else {
        return None;
    };
    Some(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
