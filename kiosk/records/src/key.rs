//! The device's key: what signs its records, and the secret under which ID numbers are hashed. It is made at the first
//! start, and readable by its owner alone.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use getrandom::SysRng;
use getrandom::rand_core::TryRng as _;
use serde_json::json;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The first line of a key file.
const TITLE: &str = "cccd device key 1";

/// A device's key. Its memory is wiped when it goes.
pub struct DeviceKey {
    signing: SigningKey,
    people: Zeroizing<[u8; 32]>,
    device: String,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is not what it should be.
    #[error("{}: this is no device key; put the file back from a copy, or move it away to begin a new log", path.display())]
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
    /// The system gives no random numbers.
    #[error("this system gives no random numbers")]
    Random,
}

impl DeviceKey {
    /// Reads the key, or makes one where there is none.
    ///
    /// # Errors
    /// The file is broken, open to others, or cannot be written.
    pub fn load_or_make(path: &Path) -> Result<Self, KeyError> {
        let file = |source| KeyError::File { path: path.to_owned(), source };
        match Self::load(path) {
            Err(KeyError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            loaded => return loaded,
        }
        let mut secrets = Zeroizing::new([[0; 32]; 2]);
        for secret in secrets.iter_mut() {
            SysRng.try_fill_bytes(secret).map_err(|_| KeyError::Random)?;
        }
        let [sign, people] = &*secrets;
        let hex = |secret: &[u8; 32]| Zeroizing::new(base16ct::lower::encode_string(secret));
        let text = Zeroizing::new(format!("{TITLE}\nsign {}\npeople {}\n", *hex(sign), *hex(people)));
        // Never half a key under its name; and where two programs start at once, the first one's.
        let draft = path.with_extension(format!("new-{}", std::process::id()));
        let written = write_new(&draft, text.as_bytes()).and_then(|()| match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
        let _ = fs::remove_file(&draft);
        written.map_err(file)?;
        Self::load(path)
    }

    /// Reads the key.
    ///
    /// # Errors
    /// It is not there, broken, or open to others.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let file = |source| KeyError::File { path: path.to_owned(), source };
        let mode = fs::metadata(path).map_err(file)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(KeyError::Open { path: path.to_owned() });
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(file)?);
        Self::parse(&text).ok_or_else(|| KeyError::Malformed { path: path.to_owned() })
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let is_key = lines.next()? == TITLE;
        let mut secret = |name: &str| {
            let hex = lines.next()?.strip_prefix(name)?.strip_prefix(' ')?;
            let mut bytes = [0; 32];
            let length = base16ct::lower::decode(hex, &mut bytes).ok()?.len();
            (length == bytes.len()).then_some(bytes)
        };
        let (sign, people) = (secret("sign")?, secret("people")?);
        is_key.then(|| Self::of_seed(sign, people))
    }

    /// The key of these secrets.
    pub fn of_seed(sign: [u8; 32], people: [u8; 32]) -> Self {
        let (sign, people) = (Zeroizing::new(sign), Zeroizing::new(people));
        let signing = SigningKey::from_bytes(&sign);
        let device = device_of(&signing.verifying_key());
        Self { signing, people, device }
    }

    /// The name of the device: it follows from the public key, so nobody else can have it.
    pub fn device(&self) -> &str {
        &self.device
    }

    /// What its signatures are verified with.
    pub fn public(&self) -> &VerifyingKey {
        self.signing.as_ref()
    }

    /// A statement to others, signed: a compact JWS (RFC 7515, section 7.1) with EdDSA (RFC 8037, section 3.1), whose header
    /// says what kind of statement it is (`typ`). The header is made here, so this key never signs as a statement what is a
    /// record of the log, or the other way round: a statement begins with `eyJ`, what is signed of a record never does.
    pub fn statement(&self, kind: &str, payload: &[u8]) -> Zeroizing<String> {
        let header = json!({ "alg": "EdDSA", "typ": kind, "kid": self.device }).to_string();
        let part = |bytes: &[u8]| Zeroizing::new(Base64UrlUnpadded::encode_string(bytes));
        let mut statement = Zeroizing::new(format!("{}.{}", *part(header.as_bytes()), *part(payload)));
        let signature = self.sign(statement.as_bytes());
        statement.push('.');
        statement.push_str(&part(&signature));
        statement
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }

    pub(crate) fn people_secret(&self) -> &[u8; 32] {
        &self.people
    }
}

/// The name of the device that has this public key.
pub fn device_of(key: &VerifyingKey) -> String {
    let hash: [u8; 32] = Sha256::new().chain_update(b"cccd-device/1").chain_update(key.as_bytes()).finalize().into();
    let mut name = base16ct::lower::encode_string(&hash);
    name.truncate(16);
    name
}

/// The public key of 64 hexadecimal digits.
pub fn public_of_hex(hex: &str) -> Option<VerifyingKey> {
    let mut bytes = [0; 32];
    let length = base16ct::lower::decode(hex.trim(), &mut bytes).ok()?.len();
    (length == bytes.len()).then_some(())?;
    VerifyingKey::from_bytes(&bytes).ok()
}

/// Makes a file for its owner alone, where there is none: SQLite would let others read it, and gives the files beside it the
/// same rights.
pub(crate) fn for_owner_alone(path: &Path) -> io::Result<()> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(drop)
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_read_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.key");
        let made = DeviceKey::load_or_make(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let again = DeviceKey::load_or_make(&path).unwrap();
        assert_eq!((made.device(), made.public()), (again.device(), again.public()));
        assert_eq!(made.people_secret(), again.people_secret());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(DeviceKey::load_or_make(&path), Err(KeyError::Open { .. })));
    }

    #[test]
    fn a_broken_key_is_never_replaced_by_a_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.key");
        for text in ["", "cccd device key 1\nsign 00\npeople 00\n", "cccd device key 2\n"] {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            assert!(matches!(DeviceKey::load_or_make(&path), Err(KeyError::Malformed { .. })), "{text:?}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_statement_is_a_jws_that_no_record_can_be_taken_for() {
        let key = DeviceKey::of_seed([7; 32], [8; 32]);
        let statement = key.statement("cccd-test+jws", b"{\"a\":1}");
        let parts: Vec<&str> = statement.split('.').collect();
        let [header, payload, signature] = parts[..] else { panic!("three parts") };
        let decoded = |part| Base64UrlUnpadded::decode_vec(part).unwrap();
        let header: serde_json::Value = serde_json::from_slice(&decoded(header)).unwrap();
        assert_eq!(header, json!({ "alg": "EdDSA", "typ": "cccd-test+jws", "kid": key.device() }));
        assert_eq!(decoded(payload), b"{\"a\":1}");
        let signature = ed25519_dalek::Signature::from_slice(&decoded(signature)).unwrap();
        let signed = statement.rsplit_once('.').unwrap().0;
        key.public().verify_strict(signed.as_bytes(), &signature).unwrap();
        assert!(signed.starts_with("eyJ") && !crate::record::SIGNED.starts_with(b"eyJ"));
    }
}
