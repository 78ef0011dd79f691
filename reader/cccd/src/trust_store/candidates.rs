//! What somebody wants to add to the trust store, looked at before anybody is asked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use icao9303::check::{Check, Status};
use icao9303::passive_authentication::{
    Added, Certificate, Crl, Imported, MasterList, TrustAnchors, UnixTime, Unverified, import,
};

use super::folder::{Item, ListSource, Source, publisher};
use super::{TrustError, read_bounded, visible_files};
use crate::messages::{self, Words};

/// What the files hold.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    /// What can be added, and where it comes from. Each once.
    pub items: Vec<(Item, Source)>,
    /// The master lists among the files.
    pub lists: Vec<Listed>,
    /// What can not be added, and why.
    pub refused: Vec<Refused>,
    /// Files that are passed over.
    pub notes: Vec<Words>,
    /// The fingerprints of certificates that were looked at.
    met: BTreeSet<[u8; 32]>,
}

/// A master list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The file.
    pub file: String,
    /// The list. Its own signature is good.
    pub list: MasterList,
    /// Whether its signer chains to an anchor that is not taken from it.
    pub signer: Check,
}

impl Listed {
    /// Whether the signer is one of an authority that is trusted.
    #[must_use]
    pub fn is_chained(&self) -> bool {
        self.signer.status == Status::Passed
    }

    /// What is remembered of it.
    #[must_use]
    pub fn source(&self) -> ListSource {
        ListSource {
            publisher: publisher(&self.list),
            signer: self.list.signer.subject().to_string(),
            signing_time: self.list.signing_time,
            chained: self.is_chained(),
        }
    }
}

/// A certificate or a revocation list that is not taken.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The file.
    pub file: String,
    /// What it is.
    pub item: Item,
    /// Why: `not_an_authority` or `signature_invalid`.
    pub reason: &'static str,
}

impl Candidates {
    /// Looks at files and folders. `trusted` are the anchors there are already.
    ///
    /// # Errors
    /// A file that was named cannot be read or holds nothing of use, or a master list is signed by who is not whom he says.
    pub fn gather(paths: &[PathBuf], trusted: &TrustAnchors, now: UnixTime) -> Result<Self, TrustError> {
        let mut candidates = Self::default();
        let mut files = Vec::new();
        for path in paths {
            candidates.read(path, &mut files)?;
        }
        // Certificates first: a list may be signed under an authority that is named beside it.
        let mut anchors = trusted.clone();
        let mut lists = Vec::new();
        for (path, imported) in files {
            let source = Source { file: path.display().to_string(), added: now, list: None };
            for certificate in imported.certificates {
                candidates.certificate(certificate, &source, &mut anchors);
            }
            candidates.notes.extend(
                imported.refused.iter().map(|(number, error)| messages::trust::part_refused(&path, *number, error)),
            );
            lists.push((path, source, imported.revocation_lists, imported.master_lists));
        }
        for (path, source, _, master_lists) in &lists {
            for list in master_lists {
                candidates.master_list(list, path, source, &anchors, now)?;
            }
        }
        for (_, source, revocation_lists, _) in lists {
            for list in revocation_lists {
                candidates.revocation_list(list, &source, &anchors);
            }
        }
        Ok(candidates)
    }

    fn read(&mut self, path: &Path, files: &mut Vec<(PathBuf, Imported)>) -> Result<(), TrustError> {
        let unreadable = |path: &Path, source| TrustError::Unreadable { path: path.to_owned(), source };
        if !path.is_dir() {
            let bytes = read_bounded(path).map_err(|error| unreadable(path, error))?;
            let imported = import(&bytes).map_err(|source| TrustError::Refused { path: path.to_owned(), source })?;
            files.push((path.to_owned(), imported));
            return Ok(());
        }
        for file in visible_files(path).map_err(|error| unreadable(path, error))? {
            let bytes = read_bounded(&file).map_err(|error| unreadable(&file, error))?;
            match import(&bytes).map_err(|source| TrustError::Refused { path: file.clone(), source }) {
                Ok(imported) => files.push((file, imported)),
                Err(error) if error.is_bad_master_list() => return Err(error),
                Err(error) => self.notes.push(error.words()),
            }
        }
        Ok(())
    }

    fn certificate(&mut self, certificate: Certificate, source: &Source, anchors: &mut TrustAnchors) {
        // Verifying a signature is dear, and a file may say the same many thousand times.
        if !self.met.insert(certificate.sha256_fingerprint()) {
            return;
        }
        let refuse = |certificate, reason| Refused {
            file: source.file.clone(),
            item: Item::Authority(Box::new(certificate)),
            reason,
        };
        // Whoever signs himself must at least have done it right. Of entries of a list, the list's signer vouches for that.
        let forged =
            certificate.is_self_issued() && certificate.verify_signature(&certificate) == Err(Unverified::Invalid);
        if TrustAnchors::new().add(certificate.clone()) == Added::NotAnAuthority {
            self.refused.push(refuse(certificate, "not_an_authority"));
        } else if forged {
            self.refused.push(refuse(certificate, "signature_invalid"));
        } else {
            anchors.add(certificate.clone());
            self.add(Item::Authority(Box::new(certificate)), source.clone());
        }
    }

    fn master_list(
        &mut self,
        list: &MasterList,
        path: &Path,
        source: &Source,
        anchors: &TrustAnchors,
        now: UnixTime,
    ) -> Result<(), TrustError> {
        let signer = list.signer_check(anchors, now);
        if signer.status == Status::Failed {
            return Err(TrustError::ForgedSigner { path: path.to_owned(), why: signer.message });
        }
        let listed = Listed { file: source.file.clone(), list: list.clone(), signer };
        let source = Source { list: Some(listed.source()), ..source.clone() };
        for certificate in &list.certificates {
            let item = Item::Authority(Box::new(certificate.clone()));
            if TrustAnchors::new().add(certificate.clone()) == Added::NotAnAuthority {
                self.refused.push(Refused { file: source.file.clone(), item, reason: "not_an_authority" });
            } else {
                self.add(item, source.clone());
            }
        }
        self.lists.push(listed);
        Ok(())
    }

    /// A list whose issuer is known must be signed by one of that name. Of an unknown issuer it does no harm, and counts
    /// once the issuer is there.
    fn revocation_list(&mut self, list: Crl, source: &Source, anchors: &TrustAnchors) {
        let states: Vec<_> = anchors.with_subject(list.issuer()).map(|issuer| list.verify_signature(issuer)).collect();
        let bad = !states.is_empty() && states.iter().all(|state| *state == Err(Unverified::Invalid));
        let item = Item::RevocationList(Box::new(list));
        if bad {
            self.refused.push(Refused { file: source.file.clone(), item, reason: "signature_invalid" });
        } else {
            self.add(item, source.clone());
        }
    }

    fn add(&mut self, item: Item, source: Source) {
        self.items.push((item, source));
    }

    /// Drops what is there twice, and what `known` says is in the store; returns how many of the latter.
    pub fn drop_known(&mut self, known: impl Fn(&str) -> bool) -> usize {
        let mut seen = BTreeSet::new();
        let mut dropped = 0;
        self.items.retain(|(item, _)| {
            let fingerprint = item.fingerprint();
            let in_store = known(&fingerprint);
            let new = seen.insert(fingerprint);
            dropped += usize::from(new && in_store);
            new && !in_store
        });
        dropped
    }
}
