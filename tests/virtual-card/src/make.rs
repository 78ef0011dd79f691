//! `virtual-card make DIR`: a synthetic card on disk, for developers and for readers written by others.
//!
//! | file | what |
//! |---|---|
//! | `README.txt` | what is here, and what to type |
//! | `card.toml` | what is printed on the card: CAN, machine readable zone, text of the QR code |
//! | `csca.der`, `csca.pem` | the certificate to trust |
//! | `link.der` | the link certificate, where the CSCA changed its key |
//! | `csca.crl` | the revocation list |
//! | `ds.der` | the document signer's certificate |
//! | `master-list.ml` | the master list |
//! | `dump/` | the files as `cccd read --dump` writes them, byte for byte |
//! | `profile.toml` | the profile it was made from, complete |
//! | `chip.toml` | the chip with its private keys, readable by you alone; `virtual-card serve --card DIR` plays it |
//!
//! The keys are new each time (or follow from the profile's seed) and sign nothing but this card: never install them as
//! trust anchors.

pub mod chip_file;

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::faults::FileName;
use crate::image::ChipImage;
use crate::personalise::{self, IssuedCard, PersonaliseError};
use crate::pki::Issuer;
use crate::pki::certificate;
use crate::pki::terminals::TerminalIssuer;
use crate::profile::{Profile, ProfileError};

use self::chip_file::ChipFileError;

/// What `virtual-card make` is told.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The folder to write; it must be new or empty
    pub dir: PathBuf,
    /// The card's profile, a TOML file; without it the card as known from the field
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// Whose card: a person of `seeds/persons` by name, or such a file (overrides the profile)
    #[arg(long, value_name = "NAME")]
    pub person: Option<String>,
    /// Make the same keys every time (overrides the profile)
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
}

/// A card cannot be written or read back.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The card cannot be made.
    #[error(transparent)]
    Personalise(#[from] PersonaliseError),
    /// The profile is wrong.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The stored chip is wrong.
    #[error(transparent)]
    ChipFile(#[from] ChipFileError),
    /// A profile cannot be written as TOML.
    #[error("the profile cannot be written: {0}")]
    Unwritable(#[from] toml::ser::Error),
    /// The folder holds something already.
    #[error("{} is not empty", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Makes a card and writes it. Returns the profile as used, and the card.
///
/// # Errors
/// Where the profile is wrong or the folder cannot be written.
pub fn run(arguments: &Arguments) -> Result<(Profile, IssuedCard), MakeError> {
    let mut profile = match &arguments.profile {
        Some(path) => Profile::from_file(path)?,
        None => Profile::default(),
    };
    if let Some(person) = &arguments.person {
        profile.person.clone_from(person);
    }
    profile.seed = arguments.seed.or(profile.seed);
    let card = personalise::personalise(&profile)?;
    write(&profile, &card, &arguments.dir)?;
    Ok((profile, card))
}

/// Writes everything about a card into a folder.
///
/// # Errors
/// Where the folder is not empty or cannot be written.
pub fn write(profile: &Profile, card: &IssuedCard, dir: &Path) -> Result<(), MakeError> {
    let folder = Folder::new(dir)?;
    folder.refuse_unless_empty()?;
    write_issuer(&card.issuer, dir)?;
    if let Some(terminals) = &card.terminals {
        write_terminal(terminals, &dir.join("terminal"))?;
    }
    let dump_dir = dir.join("dump");
    let dump = Folder::new(&dump_dir)?;
    for (name, content) in readable_files(profile, &card.image) {
        dump.write(&(name.replace('/', "-") + ".bin"), &content)?;
    }
    folder.write("card.toml", printed_side(card).as_bytes())?;
    folder.write("profile.toml", toml::to_string(profile)?.as_bytes())?;
    folder.write_private("chip.toml", chip_file::write(&card.image)?.as_bytes())?;
    folder.write("README.txt", read_me(card, dir).as_bytes())
}

/// Writes the issuer's public side into a folder: what a reader needs to check the card.
///
/// # Errors
/// Where the folder cannot be written.
pub fn write_issuer(issuer: &Issuer, dir: &Path) -> Result<(), MakeError> {
    let folder = Folder::new(dir)?;
    let anchor = issuer.anchor();
    folder.write("csca.der", &anchor.der)?;
    folder.write("csca.pem", certificate::pem(&anchor.der).as_bytes())?;
    folder.write("ds.der", &issuer.document_signer.certificate.der)?;
    if let Some(link) = &issuer.link {
        folder.write("link.der", &link.certificate.der)?;
    }
    if let Some(list) = &issuer.revocation_list {
        folder.write("csca.crl", list)?;
    }
    if let Some(list) = &issuer.master_list {
        folder.write("master-list.ml", list)?;
    }
    Ok(())
}

/// Writes a terminal that may read fingerprints: its certificates, and its private key.
///
/// # Errors
/// Where the folder cannot be written.
pub fn write_terminal(terminals: &TerminalIssuer, dir: &Path) -> Result<(), MakeError> {
    let folder = Folder::new(dir)?;
    folder.write("cvca.cvcert", &terminals.cvca.concat())?;
    if let Some(link) = &terminals.link {
        folder.write("cvca-link.cvcert", link)?;
    }
    folder.write("dv.cvcert", &terminals.document_verifier)?;
    folder.write("is.cvcert", &terminals.terminal)?;
    folder.write_private("is-key.pem", certificate::pem_of("PRIVATE KEY", &terminals.private_key).as_bytes())
}

/// Reads a card back that [`write()`] wrote: its profile (for its faults and its link) and the chip.
///
/// # Errors
/// Where a file is missing or not what it should be.
pub fn read(dir: &Path) -> Result<(Profile, ChipImage), MakeError> {
    let profile = Profile::from_file(&dir.join("profile.toml"))?;
    let path = dir.join("chip.toml");
    let text = fs::read_to_string(&path).map_err(|source| MakeError::Io { path, source })?;
    Ok((profile, chip_file::read(&text)?))
}

/// The files that a reader without terminal authentication gets from the chip, by their usual names.
#[must_use]
pub fn readable_files(profile: &Profile, image: &ChipImage) -> Vec<(String, Vec<u8>)> {
    let hidden = |file: FileName| profile.faults.hidden.iter().any(|hidden| hidden.file == file);
    // EF.CVCA is for terminals too.
    let trust_points = image.terminal_trust.as_ref().map_or(0x011C, |trust| trust.file_identifier);
    let protected = |file: FileName| !file.master && [0x0103, 0x0104, trust_points].contains(&file.identifier);
    let master =
        image.master_files.iter().map(|(&identifier, content)| (FileName { master: true, identifier }, content));
    let application =
        image.application_files.iter().map(|(&identifier, content)| (FileName { master: false, identifier }, content));
    master
        .chain(application)
        .filter(|&(file, _)| !hidden(file) && !protected(file))
        .map(|(file, content)| (file.into(), content.clone()))
        .collect()
}

/// What is printed on the card, as TOML.
fn printed_side(card: &IssuedCard) -> String {
    let mut table = toml::Table::new();
    if let Some(can) = &card.printed.can {
        table.insert("can".into(), can.clone().into());
    }
    table.insert("mrz".into(), card.printed.mrz.clone().into());
    table.insert("mrz_information".into(), card.image.passwords.mrz_information.clone().into());
    table.insert("qr_text".into(), card.printed.qr_text.clone().into());
    table.to_string()
}

fn read_me(card: &IssuedCard, dir: &Path) -> String {
    let dir = dir.display();
    let mut text =
        String::from("A synthetic ID card. The person is fictitious, and the keys sign nothing but this card.\n\n");
    if let Some(can) = &card.printed.can {
        let _ = writeln!(text, "Card Access Number (CAN): {can}");
    }
    let _ = writeln!(text, "Machine readable zone:\n    {}", card.printed.mrz.join("\n    "));
    if !card.printed.qr_text.is_empty() {
        let _ = writeln!(text, "QR code: {}", card.printed.qr_text);
    }
    text.push('\n');
    let list = if card.issuer.revocation_list.is_some() { format!(" --crl {dir}/csca.crl") } else { String::new() };
    let trust = if card.issuer.link.is_some() { format!(" --trust {dir}/link.der") } else { String::new() };
    let mrz = || format!("--mrz '{}'", card.printed.mrz.join("\\n"));
    let key = card.printed.can.as_ref().map_or_else(mrz, |can| format!("--can {can}"));
    let _ = writeln!(text, "Play it:        virtual-card serve --card {dir}");
    let _ = writeln!(text, "Read it:        cccd read {key} --trust {dir}/csca.der{trust}{list}");
    if card.terminals.is_some() {
        let terminal = format!("--terminal-certificates {dir}/terminal --terminal-key {dir}/terminal/is-key.pem");
        let _ = writeln!(text, "Fingerprints:   the same with {terminal}");
    }
    let _ = writeln!(text, "Verify offline: cccd verify {dir}/dump --trust {dir}/csca.der{trust}{list}");
    text.push_str("\nchip.toml holds the chip's private keys, terminal/is-key.pem the terminal's. ");
    text.push_str("Do not install csca.der as a trust anchor.\n");
    text
}

/// A folder that files are written into.
struct Folder<'a> {
    path: &'a Path,
}

impl<'a> Folder<'a> {
    fn new(path: &'a Path) -> Result<Self, MakeError> {
        fs::create_dir_all(path).map_err(|source| MakeError::Io { path: path.into(), source })?;
        Ok(Self { path })
    }

    fn refuse_unless_empty(&self) -> Result<(), MakeError> {
        let mut entries = fs::read_dir(self.path).map_err(|source| MakeError::Io { path: self.path.into(), source })?;
        if entries.next().is_some() { Err(MakeError::NotEmpty { path: self.path.into() }) } else { Ok(()) }
    }

    fn write(&self, name: &str, content: &[u8]) -> Result<(), MakeError> {
        let path = self.path.join(name);
        fs::write(&path, content).map_err(|source| MakeError::Io { path, source })
    }

    /// Writes a file that only its owner can read, from its first byte on.
    fn write_private(&self, name: &str, content: &[u8]) -> Result<(), MakeError> {
        let path = self.path.join(name);
        let written = create_private(&path).and_then(|mut file| file.write_all(content));
        written.map_err(|source| MakeError::Io { path, source })
    }
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
