//! What opens the chip, as it is given on the command line.

use std::path::PathBuf;

use icao9303::mrz::MrzKey;
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::can::Can;
use crate::cli::failure::Failure;
use crate::cli::{mrz, qr, secret};
use crate::holder::Given;
use crate::id_number::IdNumber;
use crate::messages;
use crate::mrz::DocumentMrz;
use crate::qr_text::{self, QrCard, QrContent};
use crate::read::Keys;
use crate::trace::settings::Claim;
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

/// What was given: the keys, and what the chip can be compared with.
#[derive(Debug, Default)]
pub(super) struct Credentials {
    /// What opens the chip.
    pub keys: Keys,
    qr: Option<Box<QrCard>>,
    mrz: Option<DocumentMrz>,
    id_number: Option<IdNumber>,
    /// The same as they were given.
    pub claims: Vec<Claim>,
}

impl Credentials {
    /// A card access number.
    pub(super) fn of_can(text: &str) -> Result<Self, Failure> {
        let can = Can::parse(text).map_err(|error| Failure::input("can", format!("--can: {error}")))?;
        Ok(Self { keys: Keys { can: Some(can), mrz: None }, ..Self::default() })
    }

    /// Lines of an MRZ, already read.
    pub(super) fn of_mrz(mrz: DocumentMrz) -> Result<Self, Failure> {
        if let Some(problem) = mrz.problems().first() {
            let words = messages::of_mrz_problem(problem);
            return Err(Failure::input("mrz", format!("--mrz: {}", words.en)).about(words.vi));
        }
        let key = mrz.key().map_err(|error| Failure::input("mrz", format!("--mrz: {error}")))?;
        let lines: Vec<_> = mrz.mrz().lines().collect();
        let claims = vec![("mrz", lines.join("\n").into())];
        Ok(Self { keys: Keys { can: None, mrz: Some(key) }, mrz: Some(mrz), claims, ..Self::default() })
    }

    /// The code of the card: its text, and what it says.
    fn of_code(text: Zeroizing<String>, card: Box<QrCard>) -> Self {
        let keys = Keys { can: Some(card.id_number.can()), mrz: None };
        Self { keys, qr: Some(card), claims: vec![("qr-text", text)], ..Self::default() }
    }

    /// What the chip's data are compared with.
    pub(super) fn given(&self) -> Given<'_> {
        Given { qr: self.qr.as_deref(), mrz: self.mrz.as_ref(), id_number: self.id_number.as_ref() }
    }
}

impl Options {
    /// What was given, or a terminal is asked.
    pub(super) fn resolve_or_ask(&self, at: Timestamp) -> Result<Credentials, Failure> {
        match self.resolve(at)? {
            Some(credentials) => Ok(credentials),
            None => Credentials::of_can(&secret::asked()?),
        }
    }

    /// What was given, if anything.
    pub(super) fn resolve(&self, at: Timestamp) -> Result<Option<Credentials>, Failure> {
        let bad = |option: &str, error: &dyn std::fmt::Display| {
            Failure::input(&option.replace('-', "_"), format!("--{option}: {error}"))
        };
        if let Some(text) = &self.can {
            return Credentials::of_can(&secret::given(text)?).map(Some);
        }
        if let Some(text) = &self.id {
            let number = IdNumber::parse(&secret::given(text)?).map_err(|error| bad("id", &error))?;
            let keys = Keys { can: Some(number.can()), mrz: None };
            let claims = vec![("id", number.as_str().to_owned().into())];
            return Ok(Some(Credentials { keys, id_number: Some(number), claims, ..Credentials::default() }));
        }
        if let Some(text) = &self.mrz {
            return Credentials::of_mrz(mrz::parse(&secret::given(text)?, today_in_vietnam(at))?).map(Some);
        }
        if let (Some(document), Some(birth), Some(expiry)) = (&self.document, &self.birth, &self.expiry) {
            let key = MrzKey::new(document, birth, expiry).map_err(|error| bad("document", &error))?;
            return Ok(Some(Credentials { keys: Keys { can: None, mrz: Some(key) }, ..Credentials::default() }));
        }
        if let Some(path) = &self.qr {
            let (text, card) = qr::card_in(path)?;
            return Ok(Some(Credentials::of_code(text, card)));
        }
        let Some(text) = &self.qr_text else { return Ok(None) };
        let text = secret::given(text)?;
        match qr_text::read_str(&text).map_err(|error| bad("qr-text", &error))? {
            QrContent::Card(card) => Ok(Some(Credentials::of_code(text, card))),
            QrContent::Other(_) => {
                Err(Failure::new("not_a_card_code", "--qr-text: this is not the text of an ID card's QR code"))
            }
        }
    }
}
