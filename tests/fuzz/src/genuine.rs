//! The card that every target starts from: made once, always the same.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use cccd::trust_store::Trusted;
use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::passive_authentication::{Certificate, Crl, TrustAnchors};
use jiff::Timestamp;
use virtual_card::make::chip_file;
use virtual_card::personalise::{IssuedCard, personalise};
use virtual_card::profile::Profile;

/// A small portrait, so that a session is short, and fingerprints for a terminal that may read them.
const PROFILE: &str = "seed = 1\ntoday = \"2026-01-01\"\n[portrait]\nsize = 1500\nformat = \"jpeg2000\"\n\
    [terminal_authentication]\noffered = true\n";

/// A card, and who signed it.
pub struct Genuine {
    /// As the personaliser made it.
    pub card: IssuedCard,
    /// Its chip as text, to have it again and again.
    pub chip: String,
    /// The files of its application.
    pub files: BTreeMap<ElementaryFile, Vec<u8>>,
    /// Its authority and revocation list.
    pub trusted: Trusted,
    /// A day on which it is valid.
    pub at: Timestamp,
}

/// The card.
pub static GENUINE: LazyLock<Genuine> = LazyLock::new(|| {
    let profile = Profile::from_toml(PROFILE).expect("the profile is valid");
    let card = personalise(&profile).expect("a card can be made of it");
    let chip = chip_file::write(&card.image).expect("its keys can be written");
    let mut anchors = TrustAnchors::default();
    anchors.add(Certificate::parse(&card.issuer.csca.certificate.der).expect("its authority is a certificate"));
    let crl = card.issuer.revocation_list.as_deref().expect("the profile has a revocation list");
    let trusted =
        Trusted { anchors, revocation_lists: vec![Crl::parse(crl).expect("it is one")], ..Trusted::default() };
    let groups = DataGroup::all().map(|group| (ElementaryFile::Dg(group), 0x0100 + u16::from(group.number())));
    let files = [(ElementaryFile::Com, 0x011E), (ElementaryFile::Sod, 0x011D)].into_iter().chain(groups);
    let files =
        files.filter_map(|(file, identifier)| Some((file, card.image.application_files.get(&identifier)?.clone())));
    let files = files.collect();
    Genuine { chip, files, trusted, at: "2026-01-02T03:04:05Z".parse().expect("a time"), card }
});

impl Genuine {
    /// A file of the application. The card has EF.COM, EF.SOD and DG1, 2, 13, 14, 15.
    #[must_use]
    pub fn file(&self, file: ElementaryFile) -> Vec<u8> {
        self.files.get(&file).cloned().unwrap_or_default()
    }

    /// The data groups, as passive authentication takes them.
    #[must_use]
    pub fn groups(&self) -> Vec<(u8, &[u8])> {
        let number = |file: &ElementaryFile| match file {
            ElementaryFile::Dg(group) => Some(group.number()),
            _ => None,
        };
        self.files.iter().filter_map(|(file, bytes)| Some((number(file)?, bytes.as_slice()))).collect()
    }
}
