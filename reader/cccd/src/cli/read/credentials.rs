//! What opens the chip, as it is given on the command line.

use std::path::PathBuf;

use icao9303::mrz::MrzKey;
use jiff::Timestamp;

use crate::can::Can;
use crate::cli::failure::Failure;
use crate::cli::{mrz, qr, secret};
use crate::credentials::{Credentials, UnfitMrz};
use crate::id_number::IdNumber;
use crate::messages;
use crate::mrz::DocumentMrz;
use crate::qr_text::{self, QrContent};
use crate::validity::today_in_vietnam;

/// One of these opens the chip; with none, a terminal is asked.
#[derive(Debug, clap::Args)]
#[group(id = "password", multiple = true)]
pub(super) struct Options {
    /// Card access number: the last six digits of the ID number; `-` takes it from standard input
    #[arg(long, value_name = "6DIGITS", conflicts_with_all = ["id", "mrz", "document", "qr", "qr_text"])]
    can: Option<String>,
    /// The 12-digit ID number; `-` takes it from standard input
    #[arg(long, value_name = "12DIGITS", conflicts_with_all = ["mrz", "document", "qr", "qr_text"])]
    id: Option<String>,
    /// The MRZ lines, with line breaks or `\n` between them; `-` takes them from standard input
    #[arg(long, value_name = "LINES", conflicts_with_all = ["document", "qr", "qr_text"])]
    mrz: Option<String>,
    /// The document number of the MRZ (of the ID card: the last nine digits of the ID number)
    #[arg(long, value_name = "N", requires_all = ["birth", "expiry"], conflicts_with_all = ["qr", "qr_text"])]
    document: Option<String>,
    /// The birth date with --document, as the MRZ has it
    #[arg(long, value_name = "YYMMDD", requires = "document")]
    birth: Option<String>,
    /// The expiry date with --document, as the MRZ has it (991231 for none)
    #[arg(long, value_name = "YYMMDD", requires = "document")]
    expiry: Option<String>,
    /// A picture of the card's QR code: JPEG, PNG, WebP or BMP
    #[arg(long, value_name = "IMAGE", conflicts_with = "qr_text")]
    qr: Option<PathBuf>,
    /// The text of the card's QR code; `-` takes it from standard input
    #[arg(long, value_name = "TEXT")]
    qr_text: Option<String>,
}

/// A card access number that was typed.
fn of_can(text: &str) -> Result<Credentials, Failure> {
    let can = Can::parse(text).map_err(|error| Failure::input("can", format!("--can: {error}")))?;
    Ok(Credentials::of_can(&can))
}

/// Lines of an MRZ, already read.
fn of_mrz(mrz: DocumentMrz) -> Result<Credentials, Failure> {
    Credentials::of_mrz(mrz).map_err(|error| failure_of(&error))
}

/// What is wrong with lines of an MRZ.
pub(super) fn failure_of(error: &UnfitMrz) -> Failure {
    let failure = Failure::input("mrz", format!("--mrz: {error}"));
    match error {
        UnfitMrz::Wrong(problem) => failure.about(messages::of_mrz_problem(problem).vi),
        UnfitMrz::NoKey(_) => failure,
    }
}

impl Options {
    /// What was given, or a terminal is asked.
    pub(super) fn resolve_or_ask(&self, at: Timestamp) -> Result<Credentials, Failure> {
        match self.resolve(at)? {
            Some(credentials) => Ok(credentials),
            None => of_can(&secret::asked()?),
        }
    }

    /// What was given, if anything.
    pub(super) fn resolve(&self, at: Timestamp) -> Result<Option<Credentials>, Failure> {
        let bad = |option: &str, error: &dyn std::fmt::Display| {
            Failure::input(&option.replace('-', "_"), format!("--{option}: {error}"))
        };
        if let Some(text) = &self.can {
            return of_can(&secret::given(text)?).map(Some);
        }
        if let Some(text) = &self.id {
            let number = IdNumber::parse(&secret::given(text)?).map_err(|error| bad("id", &error))?;
            return Ok(Some(Credentials::of_id(number)));
        }
        if let Some(text) = &self.mrz {
            return of_mrz(mrz::parse(&secret::given(text)?, today_in_vietnam(at))?).map(Some);
        }
        if let (Some(document), Some(birth), Some(expiry)) = (&self.document, &self.birth, &self.expiry) {
            let key = MrzKey::new(document, birth, expiry).map_err(|error| bad("document", &error))?;
            return Ok(Some(Credentials::of_mrz_key(key)));
        }
        if let Some(path) = &self.qr {
            let (text, card) = qr::card_in(path)?;
            return Ok(Some(Credentials::of_qr(card, text)));
        }
        let Some(text) = &self.qr_text else { return Ok(None) };
        let text = secret::given(text)?;
        match qr_text::read_str(&text).map_err(|error| bad("qr-text", &error))? {
            QrContent::Card(card) => Ok(Some(Credentials::of_qr(card, text))),
            QrContent::Other(_) => {
                Err(Failure::new("not_a_card_code", "--qr-text: this is not the text of an ID card's QR code"))
            }
        }
    }
}
