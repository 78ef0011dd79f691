//! Options that say who is trusted and what time it is: shared by the commands that check.

use std::path::PathBuf;

use jiff::Timestamp;

use super::clock;
use super::failure::Failure;
use crate::messages;
use crate::trust_store::{TrustError, Trusted};

/// Who is trusted, and when.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Trust these authorities instead of the installed ones: a certificate (PEM or DER), a master list, an LDIF file, or
    /// a folder of these
    #[arg(long, value_name = "PATH")]
    trust: Vec<PathBuf>,
    /// A certificate revocation list (PEM or DER), or a folder of these
    #[arg(long, value_name = "PATH")]
    crl: Vec<PathBuf>,
    /// Check validity at another time than now, as `2026-11-21T08:30:00Z`
    #[arg(long, value_name = "RFC3339")]
    at: Option<String>,
}

impl Options {
    /// The time of checking.
    pub(super) fn at(&self) -> Result<Timestamp, Failure> {
        self.at.as_deref().map_or_else(
            || Ok(clock::now()),
            |text| text.parse().map_err(|error| Failure::input("at", format!("--at {text}: {error}")).about(text)),
        )
    }

    /// Whether anchors were named, so that no others are wanted.
    pub(super) fn names_anchors(&self) -> bool {
        !self.trust.is_empty()
    }

    /// Reads the anchors and revocation lists.
    pub(super) fn load(&self) -> Result<Trusted, Failure> {
        let mut trusted = if self.trust.is_empty() { Trusted::installed() } else { Trusted::default() };
        for path in &self.trust {
            trusted.add_anchors(path)?;
        }
        for path in &self.crl {
            trusted.add_revocation_lists(path)?;
        }
        Ok(trusted)
    }
}

impl From<TrustError> for Failure {
    fn from(error: TrustError) -> Self {
        match &error {
            TrustError::Unreadable { path, source } => Self::file(path, source),
            error if error.is_bad_master_list() => {
                Self::new("bad_master_list", error.to_string()).about(error.path().display())
            }
            error => {
                let words = messages::of_file("nothing_to_trust");
                Self::new("bad_file", error.to_string()).in_words(words).about(error.path().display())
            }
        }
    }
}
