//! This program, started once more for one task: to decode a picture, or to typeset a page. Such a process knows nothing but
//! what it is given, and can be ended at any time.

use std::io;
use std::process::Command;

/// This program with that word as its only argument. No help names such words.
///
/// # Errors
/// It is not known where this program is.
pub fn command(task: &str) -> io::Result<Command> {
    // The program that runs, also when its file has been replaced meanwhile.
    let program = if cfg!(target_os = "linux") { "/proc/self/exe".into() } else { std::env::current_exe()? };
    let mut command = Command::new(program);
    command.arg(task);
    Ok(command)
}
