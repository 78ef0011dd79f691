//! Trust anchors and revocation lists: reading them from files and folders, and the installed ones.
//!
//! [`location`] says where the installed ones are, [`folder`] keeps one such folder, [`candidates`] looks at what somebody
//! wants to add to it.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use icao9303::check::Status;
use icao9303::passive_authentication::{Added, Crl, ImportError, Imported, MasterList, TrustAnchors, UnixTime, import};

use crate::messages::{self, Words};

pub mod candidates;
pub mod folder;
pub mod location;

/// Who is trusted, and who is not any longer.
#[derive(Clone, Debug, Default)]
pub struct Trusted {
    /// Country signing authorities.
    pub anchors: TrustAnchors,
    /// Revocation lists.
    pub revocation_lists: Vec<Crl>,
    /// What was left out and why: for people, it decides nothing.
    pub notes: Vec<Words>,
}

/// Why a file gives no trust.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not what it should be.
    #[error("{}: {source}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ImportError,
    },
    /// A master list names an authority that is trusted and has not issued its signer.
    #[error("{}: {why}", path.display())]
    ForgedSigner {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// It holds none of what is looked for.
    #[error("{}: holds no {wanted}", path.display())]
    Nothing {
        /// The file or folder.
        path: PathBuf,
        /// What was looked for.
        wanted: &'static str,
    },
}

impl TrustError {
    /// The file or folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Unreadable { path, .. }
            | Self::Refused { path, .. }
            | Self::ForgedSigner { path, .. }
            | Self::Nothing { path, .. } => path,
        }
    }

    /// The same in both languages.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Unreadable { path, source } => messages::trust::unreadable(path, source),
            Self::Refused { path, source } => messages::trust::refused(path, source),
            Self::ForgedSigner { path, why } => messages::trust::forged_signer(path, why),
            Self::Nothing { path, .. } => messages::trust::refused(path, &ImportError::Nothing),
        }
    }

    /// Whether a master list was refused because its own signature is bad.
    #[must_use]
    pub fn is_bad_master_list(&self) -> bool {
        matches!(self, Self::Refused { source: ImportError::MasterList(_), .. } | Self::ForgedSigner { .. })
    }
}

/// Longest file taken. The directory of all countries takes 30 MB.
const MOST_BYTES: u64 = 128 * 1024 * 1024;
/// Most files taken from one folder.
const MOST_FILES: usize = 10_000;

impl Trusted {
    /// Trusts what the installed trust store holds. What cannot be used there, for whatever reason, is noted and passed
    /// over: one bad file must not take the others away.
    #[must_use]
    pub fn installed() -> Self {
        Self::of_store(&location::installed())
    }

    fn of_store(folders: &[PathBuf]) -> Self {
        let mut trusted = Self::default();
        for folder in folders {
            let paths = match visible_files(folder) {
                Ok(paths) => paths,
                Err(error) => {
                    trusted.notes.push(messages::trust::unreadable(folder, &error));
                    continue;
                }
            };
            for path in paths {
                if let Err(error) = trusted.add_file(&path) {
                    trusted.notes.push(error.words());
                }
            }
        }
        trusted
    }

    /// Trusts the authorities of a file or of the files of a folder: certificates (PEM or DER), master lists, LDIF.
    /// Revocation lists beside them are taken too.
    ///
    /// # Errors
    /// It cannot be read, holds no authority, or is a master list whose own signature is bad.
    pub fn add_anchors(&mut self, path: &Path) -> Result<(), TrustError> {
        let before = self.anchors.len();
        let found = if path.is_dir() { self.add_folder(path)? } else { self.add_file(path)? };
        if self.anchors.len() == before && found.authorities == 0 {
            return Err(TrustError::Nothing { path: path.to_owned(), wanted: "certificate of an authority" });
        }
        Ok(())
    }

    /// Takes the revocation lists of a file or of the files of a folder. Certificates beside them are not trusted.
    ///
    /// # Errors
    /// It cannot be read or holds no revocation list.
    pub fn add_revocation_lists(&mut self, path: &Path) -> Result<(), TrustError> {
        let mut lists = Self::default();
        let found = if path.is_dir() { lists.add_folder(path)? } else { lists.add_file(path)? };
        if found.revocation_lists == 0 {
            return Err(TrustError::Nothing { path: path.to_owned(), wanted: "revocation list" });
        }
        self.revocation_lists.append(&mut lists.revocation_lists);
        self.notes.append(&mut lists.notes);
        Ok(())
    }

    /// Every file of a folder, in order of name; hidden ones and folders in it are passed over. A file that is none of
    /// what is looked for is noted, but a master list that is refused is an error here too.
    fn add_folder(&mut self, folder: &Path) -> Result<Found, TrustError> {
        let unreadable = |source| TrustError::Unreadable { path: folder.to_owned(), source };
        let paths = visible_files(folder).map_err(unreadable)?;
        let mut sum = Found::default();
        for path in paths {
            match self.add_file(&path) {
                Ok(found) => {
                    sum = Found {
                        authorities: sum.authorities + found.authorities,
                        revocation_lists: sum.revocation_lists + found.revocation_lists,
                    }
                }
                Err(error) if error.is_bad_master_list() => return Err(error),
                Err(error @ TrustError::Unreadable { .. }) => return Err(error),
                Err(error) => self.notes.push(error.words()),
            }
        }
        Ok(sum)
    }

    fn add_file(&mut self, path: &Path) -> Result<Found, TrustError> {
        let bytes = read_bounded(path).map_err(|source| TrustError::Unreadable { path: path.to_owned(), source })?;
        let imported = import(&bytes).map_err(|source| TrustError::Refused { path: path.to_owned(), source })?;
        Ok(self.add(imported, path))
    }

    fn add(&mut self, imported: Imported, path: &Path) -> Found {
        let mut found = Found { authorities: 0, revocation_lists: imported.revocation_lists.len() };
        for list in &imported.master_lists {
            self.notes.extend(self.note_on(list, path));
        }
        let of_lists = imported.master_lists.into_iter().flat_map(|list| list.certificates);
        for certificate in imported.certificates.into_iter().chain(of_lists) {
            let subject = certificate.subject().to_string();
            match self.anchors.add(certificate) {
                Added::New | Added::Duplicate => found.authorities += 1,
                Added::NotAnAuthority => {
                    self.notes.push(messages::trust::not_an_authority(path, &subject));
                }
            }
        }
        self.revocation_lists.extend(imported.revocation_lists);
        let refused = imported.refused.iter();
        self.notes.extend(refused.map(|(number, error)| messages::trust::part_refused(path, *number, error)));
        found
    }
}

impl Trusted {
    /// A master list whose signer does not chain to what was trusted before is taken where it was named, and said so.
    fn note_on(&self, list: &MasterList, path: &Path) -> Option<Words> {
        let at = list.signing_time.unwrap_or(list.signer.not_before());
        let check = list.signer_check(&self.anchors, at);
        let signer = list.signer.subject().to_string();
        (check.status != Status::Passed).then(|| messages::trust::unchained(path, &signer))
    }
}

/// How much of each a file held.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    authorities: usize,
    revocation_lists: usize,
}

/// Reads a file that is not longer than allowed.
pub(crate) fn read_bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    read_at_most(path, MOST_BYTES)
}

/// Reads a file of at most so many bytes. One that grows meanwhile, or does not know its length, is bounded too.
pub(crate) fn read_at_most(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(std::io::Error::new(ErrorKind::FileTooLarge, format!("more than {most} bytes: too long")));
    }
    Ok(bytes)
}

/// The files of a folder in order of name; hidden ones and folders in it are passed over.
pub(crate) fn visible_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)?.take(MOST_FILES) {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with('.') && entry.path().is_file() {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// What the trust store holds, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Authorities that are trusted.
    pub authorities: usize,
    /// Revocation lists.
    pub revocation_lists: usize,
    /// Those of them that are out of date, or not yet in force.
    pub stale_lists: usize,
    /// Files that cannot be used.
    pub unusable: usize,
    /// The folders, whether they exist or not.
    pub folders: Vec<PathBuf>,
}

impl Summary {
    pub(crate) fn folders_shown(&self) -> String {
        self.folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ")
    }
}

/// Counts what is there.
#[must_use]
pub fn summary(now: UnixTime) -> Summary {
    let trusted = Trusted::installed();
    let is_fresh = |list: &&Crl| list.this_update() <= now && list.next_update().is_some_and(|next| now <= next);
    let fresh = trusted.revocation_lists.iter().filter(is_fresh).count();
    Summary {
        authorities: trusted.anchors.len(),
        revocation_lists: trusted.revocation_lists.len(),
        stale_lists: trusted.revocation_lists.len() - fresh,
        unusable: trusted.notes.len(),
        folders: location::folders(),
    }
}

#[cfg(test)]
mod tests {
    use virtual_card::personalise::personalise;
    use virtual_card::profile::Profile;

    use super::*;

    #[test]
    fn a_file_of_the_store_that_is_damaged_takes_nothing_else_away_and_is_said() {
        let store = tempfile::tempdir().unwrap();
        let at = |name: &str| store.path().join(name);
        let card = personalise(&Profile::default()).unwrap();
        fs::write(at("b-good.cer"), &card.issuer.anchor().der).unwrap();
        fs::write(at("a-cut.cer"), b"\x30\x82\x01\x00\x30").unwrap();
        fs::write(at("c-list.ml"), b"\x30\x80\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02\xA0\x80").unwrap();
        let folders = [store.path().to_owned(), "/nonexistent/folder".into(), at("b-good.cer")];
        let trusted = Trusted::of_store(&folders);
        assert_eq!((trusted.anchors.len(), trusted.notes.len()), (1, 4), "{:#?}", trusted.notes);
        assert!(trusted.notes.iter().all(|note| !note.vi.is_empty() && !note.en.is_empty()));
    }
}
