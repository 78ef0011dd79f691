//! The `cccd` command: what it takes, and what it gives back to scripts.
//!
//! Each subcommand has a file of its own, with its options and what it does with them. [`failure`] holds the exit codes
//! and the error object, [`output`] writes results, [`usage`] says what is wrong with a command line.

use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use failure::{Exit, Failure};

mod clock;
mod completions;
mod doctor;
pub mod failure;
mod inspect;
mod mrz;
mod output;
mod qr;
mod qr_text;
mod read;
mod readers;
mod secret;
mod trace;
mod trust;
mod trust_store;
mod usage;
mod verify;

/// Reads the Vietnamese chip ID card and says what about it is proven.
///
/// Đọc thẻ căn cước gắn chip của Việt Nam và cho biết điều gì đã được chứng thực.
#[derive(Debug, Parser)]
#[command(name = "cccd", version, propagate_version = true, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Print exactly one JSON value on standard output
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Đọc và kiểm tra thẻ · Read a card, check it, and show who it is and what of that is proven
    Read(Box<read::Arguments>),
    /// Kiểm tra các tệp đã lưu, không cần thẻ · Check the files of a dump, without a card
    Verify(verify::Arguments),
    /// Cho biết tệp là gì và chứa gì · Say what files are and what is in them: of a chip, certificates, lists; without a card
    Inspect(inspect::Arguments),
    /// Kho tin cậy · Show and change who is trusted
    Trust(trust_store::Arguments),
    /// Liệt kê đầu đọc và thẻ · List the card readers and what lies on them
    Readers(readers::Arguments),
    /// Tìm điều còn cản trở việc đọc thẻ · Find what stands between this machine and a first read
    Doctor,
    /// Đọc mã QR in trên thẻ từ ảnh · Read the QR codes in pictures
    Qr(qr::Arguments),
    /// Đọc nội dung mã QR do máy quét đưa tới · Read the text that a scanner delivered from the card's QR code
    QrText(qr_text::Arguments),
    /// Đọc và kiểm tra các dòng MRZ · Read and check the lines of a machine readable zone
    Mrz(mrz::Arguments),
    /// Xem hoặc đọc lại một phiên đã ghi · Look at a recorded session, or read its card anew without a card
    Trace(trace::Arguments),
    /// Print a completion script for a shell
    Completions(completions::Arguments),
    /// Write the manual pages into a folder
    Man(completions::ManArguments),
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done, and every check asked for passed
  1  internal error: a bug
  2  wrong usage or input; or read, and a file asked for could not be written
     (then the result is on standard output all the same)
  3  read, but not everything could be checked
  4  read, and a check failed
  5  the card refused: wrong CAN or MRZ data, or blocked
  6  card or reader problem, or timed out";

/// Runs the command with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let json = arguments.iter().skip(1).take_while(|argument| *argument != "--").any(|argument| argument == "--json");
    let exit = match panic::catch_unwind(AssertUnwindSafe(|| parse_and_run(&arguments))) {
        Ok(Ok(exit)) => exit,
        Ok(Err(failure)) => failure.report(json),
        Err(_) => Failure::new("internal", "an internal error: please report it").report(json),
    };
    ExitCode::from(exit as u8)
}

fn parse_and_run(arguments: &[OsString]) -> Result<Exit, Failure> {
    match Cli::try_parse_from(arguments) {
        Ok(cli) => run(cli),
        // Help and version are answers, not errors.
        Err(answer) if !answer.use_stderr() => {
            // clap leaves colours out where standard output is no terminal.
            let _ = answer.print();
            Ok(Exit::Done)
        }
        // Who types only `cccd` wants to know what there is; a program wants the error object.
        Err(error) if lacks_command(&error) && !arguments.iter().any(|argument| argument == "--json") => {
            let _ = error.print();
            Ok(Exit::Usage)
        }
        Err(error) => Err(usage::failure_of(&error, arguments)),
    }
}

/// Whether what clap found wrong is that no command was given: it answers that with the whole help.
fn lacks_command(error: &clap::Error) -> bool {
    error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
}

fn run(cli: Cli) -> Result<Exit, Failure> {
    match cli.command {
        Command::Read(arguments) => read::run(&arguments, cli.json),
        Command::Verify(arguments) => verify::run(&arguments, cli.json),
        Command::Inspect(arguments) => inspect::run(&arguments, cli.json),
        Command::Trust(arguments) => trust_store::run(&arguments, cli.json),
        Command::Readers(arguments) => readers::run(&arguments, cli.json),
        Command::Doctor => doctor::run(cli.json),
        Command::Qr(arguments) => qr::run(&arguments, cli.json),
        Command::QrText(arguments) => qr_text::run(&arguments, cli.json),
        Command::Mrz(arguments) => mrz::run(&arguments, cli.json),
        Command::Trace(arguments) => trace::run(&arguments, cli.json),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => completions::run_man(&arguments),
    }
}

/// The command as clap sees it: for completions and manual pages.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_are_consistent() {
        command().debug_assert();
    }

    #[test]
    fn no_command_at_all_is_answered_with_the_help() {
        assert!(lacks_command(&Cli::try_parse_from(["cccd"]).unwrap_err()));
        assert!(!lacks_command(&Cli::try_parse_from(["cccd", "raed"]).unwrap_err()));
    }
}
