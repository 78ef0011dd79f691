//! The `cccd` command. All of it is in [`cccd::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    cccd::cli::main()
}
