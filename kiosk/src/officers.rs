//! `cccd-kiosk officers`: for an office that has locked itself out. Who may use it has the files of the machine anyway; what
//! is done stands in the log.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use crate::desk::audit::acts::AccountChange;
use crate::desk::audit::{Act, Audit};
use crate::desk::officers::Officers;
use crate::desk::settings;

/// Options of `cccd-kiosk officers`.
#[derive(clap::Subcommand)]
pub enum Command {
    /// List the accounts
    List(Where),
    /// Give an account a new one-time password, and take its second factor and its waiting time away
    Reset {
        /// The account
        name: String,
        #[command(flatten)]
        place: Where,
    },
}

/// Which desk's accounts.
#[derive(clap::Args)]
pub struct Where {
    /// The folder of the desk [default: the state folder of the user]
    #[arg(long, env = "CCCD_DESK_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Does it, and says so.
pub fn run(command: &Command) -> ExitCode {
    match carry_out(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("cccd-kiosk: {why}");
            ExitCode::from(2)
        }
    }
}

fn carry_out(command: &Command) -> Result<(), String> {
    let (Command::List(place) | Command::Reset { place, .. }) = command;
    let folder = place
        .data
        .clone()
        .or_else(settings::data_folder)
        .ok_or("no folder for the desk's data is known: give --data")?;
    if !folder.is_dir() {
        return Err(format!("{}: there is no desk here", folder.display()));
    }
    let said = |error: &dyn std::fmt::Display| format!("{}: {error}", folder.display());
    let officers = Officers::open(&folder, false, Duration::ZERO).map_err(|error| said(&error))?;
    let Command::Reset { name, .. } = command else {
        for account in officers.accounts().all().map_err(|error| said(&error))? {
            println!("{}\t{}\t{}", account.name, account.roles.codes().join(","), account.full_name);
        }
        return Ok(());
    };
    let account = officers.accounts().account(name).map_err(|error| said(&error))?;
    let account = account.ok_or_else(|| format!("there is no account «{name}»; see: cccd-kiosk officers list"))?;
    let audit = Audit::open(&folder).map_err(|error| said(&error))?;
    let act = Act::Account {
        change: AccountChange::ResetAtTheMachine,
        account: account.name.clone(),
        roles: account.roles.codes(),
    };
    // What cannot be recorded is not done.
    audit.record_by(None, &act).map_err(|notice| notice.what.en)?;
    let given = officers.reset(&account.name).map_err(|error| said(&error))?;
    println!("Mật khẩu dùng một lần / one-time password: {}", given.as_str());
    Ok(())
}
