//! The profile of a card: one TOML file that says what to make. Everything has a default, and an empty file is the card
//! as it is known from the field (AES-128 PACE on brainpoolP256r1, Chip Authentication, Active Authentication with
//! ECDSA, a 15,000 byte portrait file). Unknown keys are refused, so that a typing error never passes as a default.
//!
//! - [`access`]: what opens the chip.
//! - [`contents`]: files, portrait, DG13, and what is printed.
//! - [`chip_keys`]: Chip Authentication and Active Authentication.
//! - [`terminals`]: who may read DG3 and DG4.
//! - [`signatures`]: CSCA, document signer, EF.SOD, revocation list, master list.
//! - [`algorithms`]: the names of curves, ciphers, hashes and keys.
//! - [`crate::faults`] and [`crate::link`]: how the chip and the link behave.

pub mod access;
pub mod algorithms;
pub mod chip_keys;
pub mod contents;
pub mod signatures;
pub mod terminals;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::calendar::Date;
use crate::faults::Faults;
use crate::link::LinkModel;
use crate::person::{self, Person};

use self::access::Access;
use self::chip_keys::{ActiveAuthentication, ChipAuthentication};
use self::contents::{AdditionalDetails, Files, Portrait, Print, VietnameseGroup};
use self::signatures::{CountrySigner, DocumentSigner, MasterList, RevocationList, SecurityObject};
use self::terminals::TerminalAuthentication;

/// What to make. See the module's description.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Profile {
    /// Makes every key and random number from this seed, so that a test repeats. Without it they are new each time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The day around which certificates are valid. Default: today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub today: Option<Date>,
    /// Whose card: the name of a person of `seeds/persons`, or the path of such a file.
    pub person: String,
    /// Changes to that person, by the keys of the person's file.
    pub changes: toml::Table,
    /// Answer to reset, in hexadecimal.
    pub atr: algorithms::Hexadecimal,
    /// What opens the chip.
    pub access: Access,
    /// Which files the chip has.
    pub files: Files,
    /// The portrait in DG2.
    pub portrait: Portrait,
    /// The Vietnamese data group.
    pub dg13: VietnameseGroup,
    /// DG11 and DG12, where `files.optional` has them.
    pub additional_details: AdditionalDetails,
    /// Chip Authentication.
    pub chip_authentication: ChipAuthentication,
    /// Active Authentication.
    pub active_authentication: ActiveAuthentication,
    /// Terminal Authentication.
    pub terminal_authentication: TerminalAuthentication,
    /// EF.SOD.
    pub sod: SecurityObject,
    /// The document signer, which signs EF.SOD.
    pub document_signer: DocumentSigner,
    /// The country signing CA, which signs the document signer's certificate.
    pub csca: CountrySigner,
    /// The CSCA's certificate revocation list.
    pub crl: RevocationList,
    /// The master list that is exported beside the CSCA's certificate.
    pub master_list: MasterList,
    /// What is printed on the card, where it differs from the chip.
    pub print: Print,
    /// How the chip misbehaves.
    pub faults: Faults,
    /// How slow the contactless link is.
    pub link: LinkModel,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            seed: None,
            today: None,
            person: "nguyen-thi-an".into(),
            changes: toml::Table::new(),
            // An ISO 14443 Type A card as PC/SC part 3 presents it, with eight historical bytes.
            atr: algorithms::Hexadecimal(b"\x3B\x88\x80\x01ISCICCCD\x1E".to_vec()),
            access: Access::default(),
            files: Files::default(),
            portrait: Portrait::default(),
            dg13: VietnameseGroup::default(),
            additional_details: AdditionalDetails::default(),
            chip_authentication: ChipAuthentication::default(),
            active_authentication: ActiveAuthentication::default(),
            terminal_authentication: TerminalAuthentication::default(),
            sod: SecurityObject::default(),
            document_signer: DocumentSigner::default(),
            csca: CountrySigner::default(),
            crl: RevocationList::default(),
            master_list: MasterList::default(),
            print: Print::default(),
            faults: Faults::default(),
            link: LinkModel::default(),
        }
    }
}

/// A profile that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The text is not a profile: the message says which line and key.
    #[error("not a profile: {0}")]
    Malformed(#[from] toml::de::Error),
    /// The person's file or the changes to it are wrong.
    #[error("not a person (profile key `person` or `changes`): {0}")]
    Person(toml::de::Error),
    /// There is no such person.
    #[error("no person `{name}`: neither a file nor one of {}", known_persons())]
    UnknownPerson {
        /// The name asked for.
        name: String,
    },
    /// Two settings do not go together.
    #[error("{0}")]
    Contradiction(String),
}

impl Profile {
    /// The profile in this text.
    ///
    /// # Errors
    /// Where a key is unknown or a value is not one that the key takes.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        Ok(toml::from_str(text)?)
    }

    /// The profile in this file.
    ///
    /// # Errors
    /// Where the file cannot be read or is not a profile.
    pub fn from_file(path: &Path) -> Result<Self, ProfileError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ProfileError::Unreadable { path: path.to_owned(), source })?;
        Self::from_toml(&text)
    }

    /// The person whose card it is, with the changes made.
    ///
    /// # Errors
    /// Where there is no such person, or a change is not one of a person's keys.
    pub fn person(&self) -> Result<Person, ProfileError> {
        let embedded =
            person::EMBEDDED.iter().find(|(name, _)| *name == self.person).map(|(_, text)| (*text).to_owned());
        let text = match embedded {
            Some(text) => text,
            None if Path::new(&self.person).is_file() => std::fs::read_to_string(&self.person)
                .map_err(|source| ProfileError::Unreadable { path: self.person.clone().into(), source })?,
            None => return Err(ProfileError::UnknownPerson { name: self.person.clone() }),
        };
        let mut table: toml::Table = toml::from_str(&text).map_err(ProfileError::Person)?;
        table.extend(self.changes.clone());
        let of_passport = table.contains_key("passport");
        if let Some(key) = Person::OF_A_CARD.into_iter().find(|key| !of_passport && !table.contains_key(*key)) {
            return Err(ProfileError::Contradiction(format!("a person with a card needs `{key}`")));
        }
        let person: Person = table.try_into().map_err(ProfileError::Person)?;
        let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        if !of_passport && !digits(&person.id_number, 12) {
            return Err(ProfileError::Contradiction("a person's `id_number` has 12 digits".into()));
        }
        if person.old_id_number.as_ref().is_some_and(|old| !digits(old, 9)) {
            return Err(ProfileError::Contradiction("a person's `old_id_number` has 9 digits".into()));
        }
        Ok(person)
    }

    /// The day around which certificates are valid.
    #[must_use]
    pub fn today(&self) -> Date {
        self.today.unwrap_or_else(Date::today)
    }
}

fn known_persons() -> String {
    person::EMBEDDED.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_the_default_profile() {
        assert_eq!(Profile::from_toml("").expect("valid"), Profile::default());
    }

    #[test]
    fn a_profile_survives_being_written_and_read() {
        let text = toml::to_string(&Profile::default()).expect("writable");
        assert_eq!(Profile::from_toml(&text).expect("valid"), Profile::default(), "{text}");
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_name_and_what_would_do() {
        let error = Profile::from_toml("[sod]\ndigset = \"sha-1\"").expect_err("refused").to_string();
        assert!(error.contains("digset") && error.contains("digest") && error.contains("line 2"), "{error}");
        let error = Profile::from_toml("[csca.signing]\nkey = \"secp111r1\"").expect_err("refused").to_string();
        assert!(error.contains("secp111r1") && error.contains("brainpoolP384r1"), "{error}");
    }

    #[test]
    fn a_person_can_be_changed_key_by_key() {
        let profile = Profile::from_toml("[changes]\ndate_of_expiry = \"2020-01-01\"").expect("valid");
        assert_eq!(profile.person().expect("valid").date_of_expiry.mrz(), "200101");
        let profile = Profile::from_toml("[changes]\nheight = 170").expect("valid");
        assert!(profile.person().expect_err("refused").to_string().contains("height"));
        let profile = Profile::from_toml("person = \"nobody\"").expect("valid");
        assert!(profile.person().expect_err("refused").to_string().contains("nguyen-thi-an"));
    }
}
