//! Makes a card: from a [`Profile`] to a [`ChipImage`], with the issuer that signed it.
//!
//! All encoders here are written on their own, from the standards; the reader's are not used. In the order of a card's
//! life: [`access`] (what EF.CardAccess and DG14 say), [`groups`] (the plain files), [`portrait`] and [`face`] (DG2),
//! [`vietnamese`] (DG13); the signature over all of it is in [`crate::pki`].

pub mod access;
pub mod face;
pub mod groups;
pub mod portrait;
pub mod vietnamese;

use std::collections::BTreeMap;
use std::path::PathBuf;

use icao9303::crypto::curve;

use crate::asn1;
use crate::chip::key_agreement::PrivateKey;
use crate::faults::FileName;
use crate::image::{
    ActiveAuthenticationKey, ChipAuthenticationKey, ChipImage, Domain, ExtendedLength, Mapping, PaceOffer, Passwords,
};
use crate::person::Person;
use crate::pki::Issuer;
use crate::pki::key::{KeyError, SigningKey};
use crate::pki::randomness::Randomness;
use crate::pki::security_object;
use crate::pki::signed_data::Forgery;
use crate::pki::terminals::{TerminalError, TerminalIssuer};
use crate::profile::access::CardSecurityTampering;
use crate::profile::algorithms::KeyKind;
use crate::profile::{Profile, ProfileError};

/// A card that can be put into a reader, and everything around it.
pub struct IssuedCard {
    /// What the chip holds.
    pub image: ChipImage,
    /// Who signed it.
    pub issuer: Issuer,
    /// Who may read its fingerprints, and a terminal that does.
    pub terminals: Option<TerminalIssuer>,
    /// Whose card it is, as the chip has it.
    pub person: Person,
    /// What is printed on it.
    pub printed: Printed,
}

/// The printed side of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// The machine readable zone.
    pub mrz: Vec<String>,
    /// The text of the QR code; empty on a passport.
    pub qr_text: String,
    /// The six digits that open the chip.
    pub can: Option<String>,
}

/// A card cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PersonaliseError {
    /// The profile is wrong.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// A key cannot be made or cannot sign.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Terminals cannot be made.
    #[error(transparent)]
    Terminals(#[from] TerminalError),
    /// No random numbers.
    #[error("no random numbers: {0}")]
    Randomness(#[from] getrandom::Error),
    /// A picture cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// No portrait fits the length of DG2.
    #[error("no portrait fits a DG2 of {size} bytes (profile key `portrait.size`)")]
    PortraitDoesNotFit {
        /// The length asked for.
        size: usize,
    },
}

/// Makes the card of a profile.
///
/// # Errors
/// Where the profile contradicts itself, or a key cannot be made.
pub fn personalise(profile: &Profile) -> Result<IssuedCard, PersonaliseError> {
    let randomness = Randomness::new(profile.seed)?;
    let issuer = Issuer::new(profile, &randomness)?;
    personalise_for(profile, issuer, &randomness)
}

/// Makes the card of a profile, signed by an issuer made before: several cards of one state.
///
/// # Errors
/// As [`personalise`].
pub fn personalise_for(
    profile: &Profile,
    issuer: Issuer,
    randomness: &Randomness,
) -> Result<IssuedCard, PersonaliseError> {
    let person = profile.person()?;
    let printed = printed(profile, &person)?;
    check_identifiers(profile)?;
    let chip_keys = chip_authentication_keys(profile, randomness);
    let pace = access::offered(profile);
    let mapping_keys = mapping_keys(&pace, randomness, "chip authentication mapping");
    let active_key = active_authentication_key(profile, randomness)?;
    let active_info = active_key.as_ref().map(|key| key.public_key_info(profile.active_authentication.parameters));

    let signed = data_groups(profile, &person, randomness, &chip_keys, active_info.as_deref())?;
    let mut shown = signed.clone();
    for (&number, file) in &mut shown {
        if profile.files.tampered.contains(&FileName::data_group(number)) {
            tamper(file);
        }
    }
    let mut random = randomness.stream("EF.SOD");
    let sod = security_object::ef_sod(profile, &issuer, &signed, &shown, &mut random)?;

    let in_com = |number: &u8| !profile.files.not_in_com.contains(&FileName::data_group(*number));
    let listed: Vec<u8> = shown.keys().copied().filter(in_com).collect();
    let mut application_files: BTreeMap<u16, Vec<u8>> =
        shown.into_iter().map(|(number, file)| (FileName::data_group(number).identifier, file)).collect();
    application_files.insert(0x011E, groups::ef_com(&listed));
    application_files.insert(0x011D, sod);
    let terminals = TerminalIssuer::new(profile, randomness)?;
    let trust = terminals.as_ref().map(|terminals| terminals.trust.clone());
    application_files.extend(trust.as_ref().and_then(groups::ef_cvca));

    let image = ChipImage {
        atr: profile.atr.0.clone(),
        master_files: master_files(profile, &issuer, &chip_keys, &mapping_keys, randomness)?,
        application_files,
        passwords: passwords(profile, &person),
        bac: profile.access.bac,
        pace,
        mapping_keys,
        chip_authentication: chip_keys,
        active_authentication: active_key.map(|key| chip_side(profile, key)),
        terminal_trust: trust,
        extended_length: profile
            .files
            .extended_length
            .map(|limits| ExtendedLength { max_command: limits.command, max_response: limits.response }),
    };
    Ok(IssuedCard { image, issuer, terminals, person, printed })
}

/// The number of the data group that a file is, if it is one.
#[must_use]
pub fn data_group_number(file: FileName) -> Option<u8> {
    let number = u8::try_from(file.identifier & 0xFF).ok()?;
    (FileName::data_group(number) == file && groups::tag(number).is_some()).then_some(number)
}

fn data_groups(
    profile: &Profile,
    person: &Person,
    randomness: &Randomness,
    chip_keys: &[ChipAuthenticationKey],
    active_key_info: Option<&[u8]>,
) -> Result<BTreeMap<u8, Vec<u8>>, PersonaliseError> {
    let mut files = BTreeMap::from([
        (1, groups::data_group_1(person, &profile.files)),
        (3, groups::protected_biometrics(3, randomness)),
    ]);
    if profile.portrait.present.unwrap_or(person.portrait) {
        files.insert(2, face::data_group_2(&profile.portrait, person)?);
    }
    if profile.dg13.present {
        files.insert(13, vietnamese::data_group_13(&profile.dg13, person, randomness));
    }
    files.extend(access::data_group_14(profile, chip_keys).map(|file| (14, file)));
    files.extend(active_key_info.map(|info| (15, asn1::tlv(0x6F, info))));
    for number in profile.files.optional.iter().copied().filter_map(data_group_number) {
        let file = match number {
            4 => groups::protected_biometrics(4, randomness),
            5 | 7 => groups::displayed_image(number, person),
            11 => groups::data_group_11(person, profile.additional_details),
            12 => groups::data_group_12(person, profile.additional_details),
            16 => groups::data_group_16(person),
            _ => {
                let message = format!("`files.optional` takes DG4, DG5, DG7, DG11, DG12 and DG16, not DG{number}");
                return Err(ProfileError::Contradiction(message).into());
            }
        };
        files.insert(number, file);
    }
    Ok(files)
}

fn master_files(
    profile: &Profile,
    issuer: &Issuer,
    chip_keys: &[ChipAuthenticationKey],
    mapping_keys: &[curve::PrivateKey],
    randomness: &Randomness,
) -> Result<BTreeMap<u16, Vec<u8>>, PersonaliseError> {
    let mut files = BTreeMap::new();
    files.extend(access::card_access(profile).map(|file| (0x011C, file)));
    if profile.access.has_card_security() {
        files.insert(0x011D, card_security(profile, issuer, chip_keys, mapping_keys, randomness)?);
    }
    if profile.files.dir {
        files.insert(0x2F00, groups::ef_dir());
    }
    Ok(files)
}

fn card_security(
    profile: &Profile,
    issuer: &Issuer,
    chip_keys: &[ChipAuthenticationKey],
    mapping_keys: &[curve::PrivateKey],
    randomness: &Randomness,
) -> Result<Vec<u8>, PersonaliseError> {
    let infos = access::card_security(profile, chip_keys, mapping_keys);
    // As a forger would have it, who knows keys of his own.
    let mut forged = profile.clone();
    forged.access.pace = profile.access.card_access.clone().unwrap_or_else(|| profile.access.pace.clone());
    let forged_keys = self::mapping_keys(&access::offered(&forged), randomness, "forged mapping");
    let forged_infos = access::card_security(&forged, chip_keys, &forged_keys);
    let forgery = match profile.access.card_security_tampered {
        CardSecurityTampering::Nothing => Forgery::None,
        CardSecurityTampering::Content => Forgery::Content(&forged_infos),
        CardSecurityTampering::Signature => Forgery::Signature,
    };
    Ok(security_object::ef_card_security(issuer, &infos, forgery, &mut randomness.stream("EF.CardSecurity"))?)
}

fn passwords(profile: &Profile, person: &Person) -> Passwords {
    let access = &profile.access;
    Passwords {
        mrz_information: person.mrz_information(),
        can: can(profile, person),
        pin: access.pin.clone(),
        puk: access.puk.clone(),
    }
}

fn can(profile: &Profile, person: &Person) -> Option<String> {
    let access = &profile.access;
    access.has_can.then(|| access.can.clone().unwrap_or_else(|| person.can().to_owned()))
}

fn printed(profile: &Profile, person: &Person) -> Result<Printed, ProfileError> {
    let mut changes = profile.changes.clone();
    changes.extend(profile.print.changes.clone());
    let printed_person = Profile { changes, ..profile.clone() }.person()?;
    Ok(Printed { mrz: printed_person.mrz(), qr_text: printed_person.qr_text(), can: can(profile, person) })
}

/// Object identifiers in a profile are text until here.
fn check_identifiers(profile: &Profile) -> Result<(), ProfileError> {
    let content_type = (profile.sod.content_type != "icao").then_some(&profile.sod.content_type);
    let mechanisms = profile.access.other_mechanisms.iter().map(|mechanism| &mechanism.protocol);
    match content_type.into_iter().chain(mechanisms).find(|text| !asn1::is_object_identifier(text)) {
        Some(text) => Err(ProfileError::Contradiction(format!("`{text}` is not an object identifier in dotted form"))),
        None => Ok(()),
    }
}

fn chip_authentication_keys(profile: &Profile, randomness: &Randomness) -> Vec<ChipAuthenticationKey> {
    let make = |(index, key): (usize, &crate::profile::chip_keys::ChipKey)| ChipAuthenticationKey {
        key_id: key.key_id,
        cipher: key.cipher.into(),
        key: private_key(key.domain, randomness, &format!("chip authentication {index}")),
    };
    profile.chip_authentication.keys.iter().enumerate().map(make).collect()
}

/// A key for each curve that chip authentication mapping is offered on.
fn mapping_keys(offers: &[PaceOffer], randomness: &Randomness, purpose: &str) -> Vec<curve::PrivateKey> {
    let mut keys: Vec<curve::PrivateKey> = Vec::new();
    for offer in offers.iter().filter(|offer| offer.mapping == Mapping::ChipAuthentication) {
        if let Domain::Curve(curve) = offer.domain {
            if keys.iter().all(|key| key.curve() != curve) {
                let mut random = randomness.stream(&format!("{purpose} {}", curve.name()));
                keys.push(curve::PrivateKey::generate(curve, &mut random));
            }
        }
    }
    keys
}

fn private_key(domain: Domain, randomness: &Randomness, purpose: &str) -> PrivateKey {
    let mut random: crate::chip::randomness::Randomness = Box::new(randomness.stream(purpose));
    PrivateKey::generate(domain, &mut random)
}

fn active_authentication_key(
    profile: &Profile,
    randomness: &Randomness,
) -> Result<Option<SigningKey>, PersonaliseError> {
    let settings = profile.active_authentication;
    if !settings.offered {
        return Ok(None);
    }
    if let KeyKind::Dsa(_) = settings.key {
        let message = "`active_authentication.key` is a curve or `rsa-` and a number of bits";
        return Err(ProfileError::Contradiction(message.into()).into());
    }
    Ok(Some(SigningKey::new(settings.key, &mut randomness.stream("active authentication"))?))
}

fn chip_side(profile: &Profile, key: SigningKey) -> ActiveAuthenticationKey {
    let settings = profile.active_authentication;
    let hash = settings.digest.into();
    match key {
        SigningKey::Ec(key) => ActiveAuthenticationKey::Ecdsa { key, hash, der: settings.der },
        SigningKey::Rsa(key) => ActiveAuthenticationKey::Rsa { key, hash, one_byte_trailer: settings.one_byte_trailer },
        SigningKey::Dsa { .. } => unreachable!("active_authentication_key refuses DSA"),
    }
}

/// Changes one bit in the middle of a file: of a data group this is a letter of the holder, a point of the portrait, a
/// digit of a key, and never the outline.
fn tamper(file: &mut [u8]) {
    let middle = file.len() / 2;
    if let Some(byte) = file.get_mut(middle) {
        *byte ^= 0x01;
    }
}
