//! What a side of the link is known by: a certificate, which nobody but itself signed, and its key.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The first line of a file that holds an identity.
const TITLE: &str = "cccd link identity 1";

/// The SHA-256 hash of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

/// A certificate and its key (ECDSA P-256).
pub struct Identity {
    certificate: CertificateDer<'static>,
    /// PKCS #8, DER.
    key: Zeroizing<Vec<u8>>,
}

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is not what it should be.
    #[error("{}: this is no identity; put the file back from a copy, or move it away and pair again", path.display())]
    Malformed {
        /// Which.
        path: PathBuf,
    },
    /// Others may read the file.
    #[error("{0}: others may read this key; look who did, then take the right from them (chmod 600)", path.display())]
    Open {
        /// Which.
        path: PathBuf,
    },
    /// No key could be made.
    #[error("no key could be made: {0}")]
    NoKey(#[from] rcgen::Error),
}

impl Fingerprint {
    /// Of a certificate.
    #[must_use]
    pub fn of(certificate: &CertificateDer<'_>) -> Self {
        Self(Sha256::digest(certificate).into())
    }

    /// As it is written down: 64 hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        base16ct::lower::encode_string(&self.0)
    }

    /// The hash of 64 hexadecimal digits.
    #[must_use]
    pub fn parse(hex: &str) -> Option<Self> {
        let mut hash = [0; 32];
        let length = base16ct::lower::decode(hex, &mut hash).ok()?.len();
        (length == hash.len()).then_some(Self(hash))
    }
}

impl Identity {
    /// A new one.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn make() -> Result<Self, IdentityError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        // It is known by its hash alone; a name and days would only be two more things to be wrong.
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "cccd-link");
        let certificate = params.self_signed(&key)?.der().clone();
        Ok(Self { certificate, key: Zeroizing::new(key.serialize_der()) })
    }

    /// Reads the one in this file, or makes one where there is none.
    ///
    /// # Errors
    /// The file is broken, open to others, or cannot be written.
    pub fn load_or_make(path: &Path) -> Result<Self, IdentityError> {
        match Self::load(path) {
            Err(IdentityError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            loaded => return loaded,
        }
        let made = Self::make()?;
        let hex = |bytes: &[u8]| Zeroizing::new(base16ct::lower::encode_string(bytes));
        let text =
            Zeroizing::new(format!("{TITLE}\ncertificate {}\nkey {}\n", *hex(&made.certificate), *hex(&made.key)));
        write_for_owner(path, text.as_bytes())
            .map_err(|source| IdentityError::File { path: path.to_owned(), source })?;
        Ok(made)
    }

    /// Reads the one in this file.
    ///
    /// # Errors
    /// It is not there, broken, or open to others.
    pub fn load(path: &Path) -> Result<Self, IdentityError> {
        let file = |source| IdentityError::File { path: path.to_owned(), source };
        if is_open_to_others(path).map_err(file)? {
            return Err(IdentityError::Open { path: path.to_owned() });
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(file)?);
        Self::parse(&text).ok_or_else(|| IdentityError::Malformed { path: path.to_owned() })
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let is_identity = lines.next()? == TITLE;
        let mut bytes = |name: &str| {
            let hex = lines.next()?.strip_prefix(name)?.strip_prefix(' ')?;
            base16ct::lower::decode_vec(hex).ok().map(Zeroizing::new)
        };
        let (certificate, key) = (bytes("certificate")?, bytes("key")?);
        let parsed = Self { certificate: CertificateDer::from(certificate.to_vec()), key };
        // A key that is none is found out here, not when somebody connects.
        let is_whole = rustls::crypto::ring::sign::any_ecdsa_type(&parsed.key()).is_ok();
        (is_identity && is_whole).then_some(parsed)
    }

    /// What the other side pins.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.certificate)
    }

    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        self.certificate.clone()
    }

    pub(crate) fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.to_vec()))
    }
}

/// Writes a file that its owner alone may read, as a whole or not at all.
///
/// # Errors
/// The disk is full or read-only.
pub fn write_for_owner(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension(format!("new-{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&draft).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let placed = written.and_then(|()| fs::rename(&draft, path));
    if placed.is_err() {
        // What is half written is of no use.
        let _ = fs::remove_file(&draft);
    }
    placed
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}

/// Elsewhere a user's own folder is closed to others by itself.
#[cfg(not(unix))]
fn is_open_to_others(path: &Path) -> io::Result<bool> {
    fs::metadata(path).map(|_| false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_made_once_and_read_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/identity");
        let made = Identity::load_or_make(&path).unwrap();
        assert_eq!(Identity::load_or_make(&path).unwrap().fingerprint(), made.fingerprint());
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            assert!(matches!(Identity::load_or_make(&path), Err(IdentityError::Open { .. })));
        }
    }

    #[test]
    fn a_broken_identity_is_named_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity");
        for text in ["", "cccd link identity 1\ncertificate 00\nkey 00\n", "cccd link identity 2\n"] {
            write_for_owner(&path, text.as_bytes()).unwrap();
            assert!(matches!(Identity::load_or_make(&path), Err(IdentityError::Malformed { .. })), "{text:?}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_fingerprint_is_read_as_it_was_written() {
        let fingerprint = Fingerprint([0xA5; 32]);
        assert_eq!(Fingerprint::parse(&fingerprint.hex()), Some(fingerprint));
        assert_eq!(Fingerprint::parse("a5"), None);
        assert_eq!(Fingerprint::parse(&"zz".repeat(32)), None);
    }
}
