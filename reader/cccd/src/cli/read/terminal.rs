//! The terminal that the user names with its certificates and private key. Nothing stands in for them: without both
//! options Terminal Authentication is never attempted.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64ct::{Base64, Encoding};
use icao9303::cv_certificate::{CvCertificate, CvDate};
use icao9303::terminal_authentication::SoftwareKey;
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::cli::failure::Failure;
use crate::cli::output;
use crate::messages::Words;
use crate::read::terminal::Terminal;

/// The longest file taken: certificates have some hundred bytes, an RSA key of 8192 bits in PEM has 6,500.
const LONGEST_FILE: u64 = 256 * 1024;
/// The most files of a folder.
const MOST_FILES: usize = 256;

/// For an office whose terminal may read fingerprints. Both options, or neither.
#[derive(Debug, clap::Args)]
#[group(id = "terminal", multiple = true)]
#[command(next_help_heading = "Terminal Authentication, for offices with a terminal certificate (DG3 and DG4)")]
pub(super) struct Options {
    /// The card-verifiable certificates of the terminal, its document verifier and the CVCA, with links: files, or folders
    /// of these; without it, fingerprints are never asked for
    #[arg(long, value_name = "PATH", num_args = 1.., requires = "terminal_key")]
    terminal_certificates: Vec<PathBuf>,
    /// The terminal's private key, in PKCS #8 (PEM or DER, not encrypted)
    #[arg(long, value_name = "FILE", requires = "terminal_certificates")]
    terminal_key: Option<PathBuf>,
}

impl Options {
    /// Reads what was named; none where nothing was.
    pub(super) fn load(&self, at: Timestamp) -> Result<Option<Terminal>, Failure> {
        let Some(key) = &self.terminal_key else { return Ok(None) };
        let mut certificates = Vec::new();
        for path in &self.terminal_certificates {
            if path.is_dir() {
                certificates.extend(of_folder(path)?);
            } else {
                certificates.extend(of_file(path)?);
            }
        }
        if certificates.is_empty() {
            return Err(Failure::new("bad_file", "--terminal-certificates: no card-verifiable certificate there")
                .saying("--terminal-certificates: không có chứng thư CV nào ở đó"));
        }
        let today = CvDate::of_unix_time(at.as_second());
        Ok(Some(Terminal { certificates, signer: Arc::new(private_key(key)?), today }))
    }
}

fn of_file(path: &Path) -> Result<Vec<CvCertificate>, Failure> {
    let bytes = read(path)?;
    CvCertificate::parse_all(&bytes).map_err(|error| bad(path, &error))
}

/// The files of a folder that begin as certificates do; others may lie there too.
fn of_folder(folder: &Path) -> Result<Vec<CvCertificate>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| bad(folder, &error))?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| bad(folder, &error))?;
    paths.retain(|path| path.is_file());
    paths.sort();
    if paths.len() > MOST_FILES {
        return Err(bad(folder, &format!("more than {MOST_FILES} files")));
    }
    let mut certificates = Vec::new();
    for path in paths {
        let bytes = read(&path)?;
        if bytes.starts_with(&[0x7F, 0x21]) {
            certificates.extend(CvCertificate::parse_all(&bytes).map_err(|error| bad(&path, &error))?);
        }
    }
    Ok(certificates)
}

fn private_key(path: &Path) -> Result<SoftwareKey, Failure> {
    let bytes = read(path)?;
    if path.metadata().is_ok_and(|file| file.permissions().mode() & 0o077 != 0) {
        let path = path.display();
        output::note(&Words::new(
            format!("--terminal-key: người khác cũng đọc được {path}"),
            format!("--terminal-key: others can read {path}"),
        ));
    }
    let der = match std::str::from_utf8(&bytes) {
        Ok(text) if text.trim_start().starts_with("-----BEGIN") => pem(text).map_err(|why| bad(path, &why))?,
        _ => bytes,
    };
    SoftwareKey::from_pkcs8_der(&der).map_err(|error| bad(path, &error))
}

/// The content of `PRIVATE KEY` (RFC 7468, 10).
fn pem(text: &str) -> Result<Zeroizing<Vec<u8>>, &'static str> {
    const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
    if text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        return Err("the private key is encrypted; `openssl pkcs8 -in KEY -out FILE` takes the encryption off");
    }
    let (_, rest) =
        text.split_once(BEGIN).ok_or("a key in another form; `openssl pkcs8 -topk8 -nocrypt` makes PKCS #8")?;
    let (body, _) = rest.split_once("-----END PRIVATE KEY-----").ok_or("the private key is cut short")?;
    let mut characters = Zeroizing::new(String::with_capacity(body.len()));
    characters.extend(body.chars().filter(|character| !character.is_ascii_whitespace()));
    let mut der = Zeroizing::new(vec![0; characters.len()]);
    let length = Base64::decode(characters.as_bytes(), &mut der).map_err(|_| "the private key is not Base64")?.len();
    der.truncate(length);
    Ok(der)
}

/// A whole file, wiped after use: it may hold the key.
fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let file = File::open(path).map_err(|error| bad(path, &error))?;
    let length = file.metadata().map_err(|error| bad(path, &error))?.len();
    if length > LONGEST_FILE {
        return Err(bad(path, &format!("longer than {LONGEST_FILE} bytes")));
    }
    // With room for all from the start, so that no half of it stays behind in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1));
    file.take(LONGEST_FILE).read_to_end(&mut bytes).map_err(|error| bad(path, &error))?;
    Ok(bytes)
}

fn bad(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::new("bad_file", format!("{}: {error}", path.display()))
        .saying("Tệp chứng thư hoặc khóa của thiết bị đầu cuối không dùng được")
        .about(path.display())
        .with_hint(
            "--terminal-certificates nhận chứng thư CV (7F21), --terminal-key nhận khóa PKCS #8",
            "--terminal-certificates takes card-verifiable certificates (7F21), --terminal-key a key in PKCS #8",
        )
}
