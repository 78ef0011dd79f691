//! Fuzz targets: one for every parser of bytes from a chip, a QR code, a file or a person, and one for a whole session
//! with a chip that answers anything.
//!
//! A target is a function of bytes that must come back: it panics where something holds that must not, which is more
//! than that nothing crashes. [`parsers`] hold the plain ones; [`signed`] are the parsers of what is signed, and look
//! for forgeries; [`session`] is the reader against a hostile chip; [`codes`] are printed codes, in pictures and as grids; [`genuine`] is the card they all start from.
//!
//! `make fuzz` runs them under libFuzzer; `cargo test` runs each over the inputs that once mattered (`corpus/`) and over
//! the genuine files.
#![deny(missing_docs)]

pub mod codes;
pub mod genuine;
pub mod parsers;
pub mod session;
pub mod signed;

/// A function that takes any bytes.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is its folder's under `corpus/`.
    pub name: &'static str,
    /// The function. It panics where it found something.
    pub run: fn(&[u8]),
    /// Inputs to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All targets, the most exposed first.
pub const TARGETS: &[Target] = &[
    Target { name: "security_object", run: signed::security_object, seeds: signed::security_object_seeds },
    Target { name: "certificates", run: signed::certificates, seeds: signed::certificate_seeds },
    Target { name: "dg2", run: parsers::dg2, seeds: parsers::dg2_seeds },
    Target { name: "dg13", run: parsers::dg13, seeds: parsers::dg13_seeds },
    Target { name: "session", run: session::session, seeds: session::seeds },
    Target { name: "chip_files", run: parsers::chip_files, seeds: parsers::chip_file_seeds },
    Target { name: "cv_certificates", run: signed::cv_certificates, seeds: signed::cv_certificate_seeds },
    Target { name: "security_infos", run: parsers::security_infos, seeds: parsers::security_infos_seeds },
    Target { name: "machine_readable_zone", run: parsers::machine_readable_zone, seeds: parsers::mrz_seeds },
    Target { name: "qr_text", run: parsers::qr_text, seeds: parsers::qr_text_seeds },
    Target { name: "code_pictures", run: codes::pictures, seeds: codes::picture_seeds },
    Target { name: "damaged_codes", run: codes::damaged, seeds: codes::damaged_seeds },
    Target { name: "code_grids", run: codes::grids, seeds: codes::grid_seeds },
    Target { name: "picture_files", run: codes::files, seeds: codes::file_seeds },
    Target { name: "apdus", run: parsers::apdus, seeds: parsers::apdu_seeds },
    Target { name: "secure_messaging", run: parsers::secure_messaging, seeds: parsers::secure_messaging_seeds },
    Target { name: "inspection", run: parsers::inspection, seeds: parsers::inspection_seeds },
    Target { name: "trace", run: parsers::trace, seeds: parsers::trace_seeds },
];

/// The target of that name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
