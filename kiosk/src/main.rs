//! `cccd-kiosk`: the desk of a one-stop office.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod desk;

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
    Desk(desk::settings::Options),
}

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|first| first == converter::COMMAND) {
        return if converter::run() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let result = match Arguments::parse().command {
        Command::Desk(options) => desk::run(options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cccd-kiosk: {error}");
            ExitCode::FAILURE
        }
    }
}
