//! A chip on disk: everything a [`ChipImage`] holds, private keys included, as TOML.

use std::collections::BTreeMap;

use icao9303::crypto::curve::{self, KeyError};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use serde::{Deserialize, Serialize};

use crate::chip::key_agreement::PrivateKey;
use crate::image::{
    ActiveAuthenticationKey, ChipAuthenticationKey, ChipImage, ExtendedLength, Hash, Passwords, TerminalTrust,
};
use crate::profile::access::Offer;
use crate::profile::algorithms::{CipherName, CurveName, Digest, GroupName, Hexadecimal, domain, domain_keys};

/// A stored chip cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ChipFileError {
    /// It cannot be written.
    #[error("the chip cannot be written: {0}")]
    Unwritable(#[from] toml::ser::Error),
    /// It is not a chip.
    #[error("chip.toml: {0}")]
    Malformed(#[from] toml::de::Error),
    /// A private key is not one.
    #[error("chip.toml: {0}")]
    Key(#[from] KeyError),
    /// A private key is zero, or not below the order.
    #[error("chip.toml: a private key is out of range")]
    OutOfRange,
    /// A key has no domain parameters, or two of them.
    #[error("chip.toml: {0}")]
    Domain(String),
    /// An RSA key cannot be written or read.
    #[error("chip.toml: {0}")]
    RsaKey(#[from] rsa::pkcs8::Error),
    /// The date of Terminal Authentication is not six digits.
    #[error("chip.toml: `terminal_trust.date` has six bytes")]
    Date,
    /// A file's name is not a file identifier.
    #[error("chip.toml: `{0}` is not a file identifier of four hexadecimal digits")]
    Identifier(String),
}

/// The chip as TOML.
///
/// # Errors
/// Where a key cannot be encoded.
pub fn write(image: &ChipImage) -> Result<String, ChipFileError> {
    let stored = Stored {
        atr: Hexadecimal(image.atr.clone()),
        bac: image.bac,
        mrz_information: image.passwords.mrz_information.clone(),
        can: image.passwords.can.clone(),
        pin: image.passwords.pin.clone(),
        puk: image.passwords.puk.clone(),
        extended_length: image.extended_length.map(|limits| [limits.max_command, limits.max_response]),
        pace: image.pace.iter().copied().map(Offer::from).collect(),
        mapping_keys: image.mapping_keys.iter().map(StoredMappingKey::of).collect(),
        chip_authentication: image.chip_authentication.iter().map(StoredChipKey::of).collect(),
        active_authentication: image.active_authentication.as_ref().map(StoredActiveKey::of).transpose()?,
        terminal_trust: image.terminal_trust.as_ref().map(StoredTrust::of),
        master_files: stored_files(&image.master_files),
        application_files: stored_files(&image.application_files),
    };
    Ok(toml::to_string(&stored)?)
}

/// The chip in this TOML.
///
/// # Errors
/// Where it is not one.
pub fn read(text: &str) -> Result<ChipImage, ChipFileError> {
    let stored: Stored = toml::from_str(text)?;
    let limits = |[max_command, max_response]: [u16; 2]| ExtendedLength { max_command, max_response };
    Ok(ChipImage {
        atr: stored.atr.0,
        master_files: files(stored.master_files)?,
        application_files: files(stored.application_files)?,
        passwords: Passwords {
            mrz_information: stored.mrz_information,
            can: stored.can,
            pin: stored.pin,
            puk: stored.puk,
        },
        bac: stored.bac,
        pace: stored.pace.into_iter().map(Into::into).collect(),
        mapping_keys: stored.mapping_keys.iter().map(StoredMappingKey::key).collect::<Result<_, _>>()?,
        chip_authentication: stored.chip_authentication.iter().map(StoredChipKey::key).collect::<Result<_, _>>()?,
        active_authentication: stored.active_authentication.map(StoredActiveKey::key).transpose()?,
        terminal_trust: stored.terminal_trust.map(StoredTrust::trust).transpose()?,
        extended_length: stored.extended_length.map(limits),
    })
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    atr: Hexadecimal,
    bac: bool,
    mrz_information: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    can: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    puk: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    extended_length: Option<[u16; 2]>,
    #[serde(default)]
    pace: Vec<Offer>,
    #[serde(default)]
    mapping_keys: Vec<StoredMappingKey>,
    #[serde(default)]
    chip_authentication: Vec<StoredChipKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    active_authentication: Option<StoredActiveKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    terminal_trust: Option<StoredTrust>,
    master_files: BTreeMap<String, Hexadecimal>,
    application_files: BTreeMap<String, Hexadecimal>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredMappingKey {
    curve: CurveName,
    private_key: Hexadecimal,
}

impl StoredMappingKey {
    fn of(key: &curve::PrivateKey) -> Self {
        Self { curve: CurveName(key.curve()), private_key: Hexadecimal(key.to_bytes().to_vec()) }
    }

    fn key(&self) -> Result<curve::PrivateKey, ChipFileError> {
        Ok(curve::PrivateKey::from_bytes(self.curve.0, &self.private_key.0)?)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredChipKey {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_id: Option<u32>,
    cipher: CipherName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    curve: Option<CurveName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<GroupName>,
    private_key: Hexadecimal,
}

impl StoredChipKey {
    fn of(key: &ChipAuthenticationKey) -> Self {
        let (curve, group) = domain_keys(key.key.domain());
        let private_key = Hexadecimal(key.key.to_bytes());
        Self { key_id: key.key_id, cipher: key.cipher.into(), curve, group, private_key }
    }

    fn key(&self) -> Result<ChipAuthenticationKey, ChipFileError> {
        let domain = domain(self.curve, self.group).map_err(ChipFileError::Domain)?;
        let key = PrivateKey::from_bytes(domain, &self.private_key.0).ok_or(ChipFileError::OutOfRange)?;
        Ok(ChipAuthenticationKey { key_id: self.key_id, cipher: self.cipher.into(), key })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum StoredActiveKey {
    Ecdsa { curve: CurveName, private_key: Hexadecimal, hash: Digest, der: bool },
    Rsa { pkcs8: Hexadecimal, hash: Digest, one_byte_trailer: bool },
}

impl StoredActiveKey {
    fn of(key: &ActiveAuthenticationKey) -> Result<Self, ChipFileError> {
        Ok(match key {
            ActiveAuthenticationKey::Ecdsa { key, hash, der } => Self::Ecdsa {
                curve: CurveName(key.curve()),
                private_key: Hexadecimal(key.to_bytes().to_vec()),
                hash: (*hash).into(),
                der: *der,
            },
            ActiveAuthenticationKey::Rsa { key, hash, one_byte_trailer } => Self::Rsa {
                pkcs8: Hexadecimal(key.to_pkcs8_der()?.as_bytes().to_vec()),
                hash: (*hash).into(),
                one_byte_trailer: *one_byte_trailer,
            },
        })
    }

    fn key(self) -> Result<ActiveAuthenticationKey, ChipFileError> {
        Ok(match self {
            Self::Ecdsa { curve, private_key, hash, der } => ActiveAuthenticationKey::Ecdsa {
                key: curve::PrivateKey::from_bytes(curve.0, &private_key.0)?,
                hash: hash.into(),
                der,
            },
            Self::Rsa { pkcs8, hash, one_byte_trailer } => {
                let key = Box::new(RsaPrivateKey::from_pkcs8_der(&pkcs8.0)?);
                let hash: Hash = hash.into();
                ActiveAuthenticationKey::Rsa { key, hash, one_byte_trailer }
            }
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredTrust {
    date: Hexadecimal,
    file_identifier: u16,
    certificates: Vec<Hexadecimal>,
}

impl StoredTrust {
    fn of(trust: &TerminalTrust) -> Self {
        Self {
            date: Hexadecimal(trust.date.to_vec()),
            file_identifier: trust.file_identifier,
            certificates: trust.certificates.iter().cloned().map(Hexadecimal).collect(),
        }
    }

    fn trust(self) -> Result<TerminalTrust, ChipFileError> {
        Ok(TerminalTrust {
            certificates: self.certificates.into_iter().map(|bytes| bytes.0).collect(),
            date: self.date.0.try_into().map_err(|_| ChipFileError::Date)?,
            file_identifier: self.file_identifier,
        })
    }
}

fn stored_files(files: &BTreeMap<u16, Vec<u8>>) -> BTreeMap<String, Hexadecimal> {
    files.iter().map(|(identifier, content)| (format!("{identifier:04X}"), Hexadecimal(content.clone()))).collect()
}

fn files(stored: BTreeMap<String, Hexadecimal>) -> Result<BTreeMap<u16, Vec<u8>>, ChipFileError> {
    let file = |(name, content): (String, Hexadecimal)| {
        let identifier = u16::from_str_radix(&name, 16).ok().filter(|_| name.len() == 4);
        identifier.map(|identifier| (identifier, content.0)).ok_or(ChipFileError::Identifier(name))
    };
    stored.into_iter().map(file).collect()
}
