//! Trust anchors and revocation lists: where the installed ones are (one folder for the machine, one for the user), and
//! reading them from files and folders.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use icao9303::passive_authentication::{Added, Crl, ImportError, Imported, TrustAnchors, import};

/// Who is trusted, and who is not any longer.
#[derive(Clone, Debug, Default)]
pub struct Trusted {
    /// Country signing authorities.
    pub anchors: TrustAnchors,
    /// Revocation lists.
    pub revocation_lists: Vec<Crl>,
    /// What was left out and why, in plain English: for people, it decides nothing.
    pub notes: Vec<String>,
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
    /// Whether a master list was refused because its own signature is bad.
    #[must_use]
    pub fn is_bad_master_list(&self) -> bool {
        matches!(self, Self::Refused { source: ImportError::MasterList(_), .. })
    }
}

/// Longest file taken. The directory of all countries takes 30 MB.
const MOST_BYTES: u64 = 128 * 1024 * 1024;
/// Most files taken from one folder.
const MOST_FILES: usize = 10_000;

impl Trusted {
    /// Trusts what the installed trust store holds. Files there that are none are noted and passed over.
    ///
    /// # Errors
    /// A folder or a file in it cannot be read, or a master list in it is refused.
    pub fn installed() -> Result<Self, TrustError> {
        let mut trusted = Self::default();
        for folder in installed() {
            trusted.add_folder(&folder)?;
        }
        Ok(trusted)
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
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)?.take(MOST_FILES) {
            let entry = entry.map_err(unreadable)?;
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if !hidden && entry.path().is_file() {
                paths.push(entry.path());
            }
        }
        paths.sort();
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
                Err(error) => self.notes.push(error.to_string()),
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
        let of_lists = imported.master_lists.into_iter().flat_map(|list| list.certificates);
        for certificate in imported.certificates.into_iter().chain(of_lists) {
            let subject = certificate.subject().to_string();
            match self.anchors.add(certificate) {
                Added::New | Added::Duplicate => found.authorities += 1,
                Added::NotAnAuthority => {
                    self.notes.push(format!("{}: {subject} is no authority and not trusted", path.display()));
                }
            }
        }
        self.revocation_lists.extend(imported.revocation_lists);
        let refused = imported.refused.iter();
        self.notes.extend(refused.map(|(number, error)| format!("{}, part {number}: {error}", path.display())));
        found
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
    let length = fs::metadata(path)?.len();
    if length > MOST_BYTES {
        return Err(std::io::Error::other(format!("{length} bytes: too long")));
    }
    fs::read(path)
}

/// The folders of the trust store, the machine's first: `/etc/cccd/trust`, then `cccd/trust` in the user's data folder.
/// `CCCD_TRUST_STORE` replaces both.
#[must_use]
pub fn folders() -> Vec<PathBuf> {
    if let Some(folder) = env::var_os("CCCD_TRUST_STORE").filter(|folder| !folder.is_empty()) {
        return vec![folder.into()];
    }
    let mut folders = vec![PathBuf::from("/etc/cccd/trust")];
    let data = env::var_os("XDG_DATA_HOME")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".local/share")));
    folders.extend(data.map(|data| data.join("cccd/trust")));
    folders
}

/// The folders that exist.
#[must_use]
pub fn installed() -> Vec<PathBuf> {
    folders().into_iter().filter(|folder| folder.is_dir()).collect()
}

/// What the trust store holds, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files in all folders.
    pub files: usize,
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
pub fn summary() -> Summary {
    let folders = folders();
    let files = folders
        .iter()
        .filter_map(|folder| folder.read_dir().ok())
        .map(|entries| entries.filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().is_file())).count())
        .sum();
    Summary { files, folders }
}
