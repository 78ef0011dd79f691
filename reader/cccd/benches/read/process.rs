//! The command as the system sees it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::link::{self, Slot};
use crate::{median, milliseconds};

const STARTS: usize = 30;

pub fn measure(slot: &Slot, scratch: &Path) {
    let cccd = env!("CARGO_BIN_EXE_cccd");
    let start = |arguments: &[&str]| {
        median((0..STARTS).map(|_| {
            let began = Instant::now();
            let status = Command::new(cccd).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
            status.expect("the command runs");
            milliseconds(began.elapsed())
        }))
    };
    println!("cccd itself:");
    let (version, refused) = (start(&["--version"]), start(&["read", "--can", "1"]));
    println!("  start to end: `cccd --version` {version:.1} ms, `cccd read` with a CAN that is none {refused:.1} ms");
    let mut timed = Command::new("/usr/bin/time");
    timed.arg("--format=%M").arg("--output").arg(scratch).arg(cccd);
    slot.complete(&mut timed);
    link::run(&mut timed);
    let peak = fs::read_to_string(scratch).expect("what time wrote");
    println!("  peak memory of a read: {} KiB", peak.trim());
    println!("  size: {} bytes", fs::metadata(cccd).expect("a file").len());
}
