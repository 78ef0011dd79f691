//! `--trace`: the session goes into a file while it happens.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::credentials::Credentials;
use super::{Done, progress};
use crate::cli::failure::Failure;
use crate::read::Request;
use crate::trace::record::Recorder;
use crate::trace::{Event, settings, trust};
use crate::trust_store::Trusted;

/// A recording that goes on.
pub(super) struct Recording {
    recorder: Recorder,
    path: PathBuf,
}

impl Recording {
    /// Refuses a file that exists: a trace overwrites nothing.
    pub(super) fn refuse_existing(path: &Path) -> Result<(), Failure> {
        if path.symlink_metadata().is_ok() {
            let message = format!("{}: exists; a trace overwrites no file", path.display());
            return Err(
                Failure::new("bad_file", message).with_hint("give --trace the name of a file that does not exist")
            );
        }
        Ok(())
    }

    /// Begins with what decides the read.
    pub(super) fn begin(
        path: &Path,
        at: Timestamp,
        reader: &str,
        request: &Request,
        credentials: &Credentials,
    ) -> Result<Self, Failure> {
        Self::refuse_existing(path)?;
        let mut recorder =
            Recorder::create(path).map_err(|error| Failure::new("bad_file", format!("{}: {error}", path.display())))?;
        settings::events(at, reader, request, &credentials.claims).iter().for_each(|event| recorder.event(event));
        recorder.begin();
        Ok(Self { recorder, path: path.to_owned() })
    }

    pub(super) fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Ends with what is known only now: the card, and who was trusted. A trace that could not be written is no reason
    /// to withhold a result.
    pub(super) fn end(self, done: &Done, trusted: &Trusted) {
        if let Some(atr) = &done.reader.atr {
            self.recorder.event(&Event::Atr(atr.clone()));
        }
        trust::events(trusted, &done.reading).iter().for_each(|event| self.recorder.event(event));
        if let Err(error) = self.recorder.finish() {
            progress::note(&format!("{}: the trace is not complete: {error}", self.path.display()));
        }
    }
}
