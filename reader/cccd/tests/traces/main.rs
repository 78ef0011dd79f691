//! `cccd read --trace` and what can be done with the file: from the command line down to a simulated chip and back.

mod anonymised;
mod command;
mod recorded;
