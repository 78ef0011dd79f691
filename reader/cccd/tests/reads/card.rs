//! Synthetic cards.

use std::fs;
use std::path::{Path, PathBuf};

use icao9303::transport::TransportError;
use tempfile::TempDir;
use virtual_card::card::Card;
use virtual_card::in_process::Slot;
use virtual_card::make;
use virtual_card::personalise;
use virtual_card::profile::Profile;

/// A card on disk with everything that goes with it, from a profile with a fixed seed.
pub struct Folder {
    folder: TempDir,
    profile: Profile,
}

impl Folder {
    /// The card of a profile.
    pub fn of(profile: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let mut profile = Profile::from_toml(profile).expect("a profile");
        profile.seed = profile.seed.or(Some(1));
        let card = personalise::personalise(&profile).expect("a card");
        make::write(&profile, &card, &folder.path().join("card")).expect("written");
        Self { folder, profile }
    }

    /// The card as known from the field.
    pub fn usual() -> Self {
        Self::of("")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("card").join(name)
    }

    /// A path beside the card, for what a test writes.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `--trust` and `--crl` for its issuer.
    pub fn vouchers(&self) -> Vec<String> {
        let path = |name| self.path(name).display().to_string();
        vec!["--trust".into(), path("csca.der"), "--crl".into(), path("csca.crl")]
    }

    /// A profile file that plays this card with these faults, for `--virtual`.
    pub fn card(&self) -> Card {
        let (_, image) = make::read(&self.folder.path().join("card")).expect("what was written");
        Card::new(image, self.profile.faults.clone(), self.profile.link, [7; 32])
    }
}

/// A profile file in a folder of its own, for `cccd read --virtual`.
pub fn profile_file(folder: &Path, profile: &str) -> PathBuf {
    let path = folder.join("profile.toml");
    fs::write(&path, profile).expect("written");
    path
}

/// A slot that cards are read from, in process.
pub struct SlotSource {
    pub slot: Slot,
    pub wait: std::time::Duration,
}

impl cccd::read::CardSource for SlotSource {
    type Link<'a> = &'a mut Slot;

    fn open(&mut self) -> Result<&mut Slot, TransportError> {
        self.slot.reconnect(std::time::Duration::ZERO)?;
        Ok(&mut self.slot)
    }

    fn wait_for_return(&mut self) -> Result<bool, TransportError> {
        Ok(!self.wait.is_zero() && self.slot.reconnect(self.wait).is_ok())
    }
}
