//! What a read costs (`make bench`). Run it beside a private service (`tests/private-pcscd`).
//!
//! [`link`] reads through a real PC/SC service on a modelled contactless link, beside the least that this link allows;
//! [`host`] takes the host's own time, from a recorded read played again without a card; [`process`] is the command as the
//! system sees it: start, memory, size.
//!
//! Times differ between machines: compare the ratios of one run.

use std::path::Path;
use std::time::Duration;

mod host;
mod link;
mod process;

fn main() {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let path = folder.path();
    let extended = "[files]\nextended_length = { command = 65535, response = 65535 }";
    println!("{}", link::CONDITIONS);
    for (slot, name, profile) in [(0, "short length", ""), (1, "extended length", extended)] {
        let slot = link::Slot::insert(path, slot, profile);
        slot.measure(name);
    }
    let recorded = link::Slot::at(path, 0).record(&path.join("read.trace"));
    host::measure(&recorded);
    process::measure(&link::Slot::at(path, 0), &path.join("memory"));
}

/// Where the command keeps what links carry, for these measurements alone.
fn cache(folder: &Path) -> std::path::PathBuf {
    folder.join("cache")
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
