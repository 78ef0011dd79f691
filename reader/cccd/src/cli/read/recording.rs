//! `--trace`: the session goes into a file while it happens.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::Done;
use crate::cli::failure::Failure;
use crate::credentials::Credentials;
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
            return Err(
                Failure::file(path, &ErrorKind::AlreadyExists.into()).about(format!("--trace {}", path.display()))
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
        let mut recorder = Recorder::create(path).map_err(|error| Failure::file(path, &error))?;
        settings::events(at, reader, request, &credentials.claims).iter().for_each(|event| recorder.event(event));
        recorder.begin();
        Ok(Self { recorder, path: path.to_owned() })
    }

    pub(super) fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Ends with what is known only now: the card, and who was trusted. A trace that could not be written is no reason
    /// to withhold a result: the failure is given back.
    pub(super) fn end(self, done: &Done, trusted: &Trusted) -> Option<Failure> {
        if let Some(atr) = &done.reader.atr {
            self.recorder.event(&Event::Atr(atr.clone()));
        }
        trust::events(trusted, &done.live.reading).iter().for_each(|event| self.recorder.event(event));
        let error = self.recorder.finish().err()?;
        Some(Failure::file(&self.path, &error).as_code("not_written"))
    }
}
