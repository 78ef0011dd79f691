//! SecurityInfos: EF.CardAccess, DG14 and EF.CardSecurity (Doc 9303-11, 9.2).

use icao9303::crypto::curve;

use crate::asn1;
use crate::chip::key_agreement::PrivateKey;
use crate::image::{ChipAuthenticationKey, Domain, PaceOffer};
use crate::pki::key::{dh_public_key_info, ec_public_key_info};
use crate::profile::Profile;
use crate::profile::access::{Offer, OtherMechanism};
use crate::profile::algorithms::KeyKind;
use crate::profile::chip_keys::Parameters;

/// EF.CardAccess: what the chip says before anything is protected. None without PACE.
#[must_use]
pub fn card_access(profile: &Profile) -> Option<Vec<u8>> {
    let access = &profile.access;
    let offers = access.card_access.as_ref().unwrap_or(&access.pace);
    if offers.is_empty() && access.other_mechanisms.is_empty() {
        return None;
    }
    let mut infos = Vec::new();
    if access.terminal_authentication_in_card_access {
        infos.push(terminal_authentication_info(profile));
    }
    if access.chip_authentication_in_card_access {
        infos.extend(chip_authentication_infos(profile));
    }
    infos.extend(pace_infos(offers, &access.other_mechanisms));
    if access.domain_parameters_in_card_access {
        infos.extend(offers.iter().map(domain_parameter_info));
    }
    // In this order and not sorted: the card's own file is not in DER order either.
    Some(asn1::set_as_given(&infos))
}

/// DG14: the signed SecurityInfos. None where the chip has nothing to say in it.
#[must_use]
pub fn data_group_14(profile: &Profile, keys: &[ChipAuthenticationKey]) -> Option<Vec<u8>> {
    let infos = signed_infos(profile, keys);
    (!infos.is_empty()).then(|| asn1::tlv(0x6E, &asn1::set_as_given(&infos)))
}

/// The content of EF.CardSecurity: the PACE offer, and the public keys that go with chip authentication mapping. Where
/// that is not offered, what DG14 holds.
#[must_use]
pub fn card_security(profile: &Profile, keys: &[ChipAuthenticationKey], mapping_keys: &[curve::PrivateKey]) -> Vec<u8> {
    if mapping_keys.is_empty() {
        let mut complete = profile.clone();
        complete.access.pace_in_dg14 = true;
        return asn1::set_as_given(&signed_infos(&complete, keys));
    }
    let mut infos = pace_infos(&profile.access.pace, &profile.access.other_mechanisms);
    if profile.access.terminal_authentication_in_card_access {
        infos.push(terminal_authentication_info(profile));
    }
    infos.extend(
        chip_authentication_infos(profile).into_iter().filter(|_| profile.access.chip_authentication_in_card_access),
    );
    // The mapping finds its key by the curve; numbers tell keys apart where there are several.
    let several = mapping_keys.len() > 1;
    infos.extend(mapping_keys.iter().zip(1..).map(|(key, number)| {
        public_key_info(&key.clone().into(), Parameters::Standardized, several.then_some(number))
    }));
    asn1::set_as_given(&infos)
}

/// The SecurityInfos that the signature over DG14 protects.
fn signed_infos(profile: &Profile, keys: &[ChipAuthenticationKey]) -> Vec<Vec<u8>> {
    let access = &profile.access;
    let mut infos = chip_authentication_infos(profile);
    let parameters = profile.chip_authentication.keys.iter().map(|key| key.parameters);
    infos
        .extend(keys.iter().zip(parameters).map(|(key, parameters)| public_key_info(&key.key, parameters, key.key_id)));
    infos.extend(active_authentication_info(profile));
    if access.pace_in_dg14 {
        infos.extend(pace_infos(&access.pace, &access.other_mechanisms));
        // All that EF.CardAccess offers is signed here: other readers compare every line of it.
        if access.terminal_authentication_in_card_access && !infos.is_empty() {
            infos.push(terminal_authentication_info(profile));
        }
    }
    if access.domain_parameters_in_dg14 {
        infos.extend(access.pace.iter().map(domain_parameter_info));
    }
    infos
}

/// TerminalAuthenticationInfo, version 1, with the place of EF.CVCA where it is not the usual one.
fn terminal_authentication_info(profile: &Profile) -> Vec<u8> {
    let file = profile.terminal_authentication.file_identifier;
    let file = file.map_or(Vec::new(), |id| asn1::sequence(&[asn1::octet_string(&id.to_be_bytes())]));
    asn1::sequence(&[asn1::oid("0.4.0.127.0.7.2.2.2"), asn1::integer(1), file])
}

fn pace_infos(offers: &[Offer], others: &[OtherMechanism]) -> Vec<Vec<u8>> {
    let of_offer = |offer: &Offer| {
        let protocol = [mechanism(*offer), PaceOffer::from(*offer).cipher.last_arc().to_string()].join(".");
        pace_info(&protocol, offer.parameter_id.then(|| offer.domain.parameter_id()))
    };
    let of_other = |other: &OtherMechanism| pace_info(&other.protocol, other.parameter_id);
    offers.iter().map(of_offer).chain(others.iter().map(of_other)).collect()
}

fn pace_info(protocol: &str, parameter_id: Option<u8>) -> Vec<u8> {
    let parameter_id = parameter_id.map_or(Vec::new(), |id| asn1::integer(id.into()));
    asn1::sequence(&[asn1::oid(protocol), asn1::integer(2), parameter_id])
}

/// The mechanism without its cipher: id-PACE-ECDH-GM for one.
fn mechanism(offer: Offer) -> String {
    format!("0.4.0.127.0.7.2.2.4.{}", PaceOffer::from(offer).mechanism_arc())
}

/// PACEDomainParameterInfo (Doc 9303-11, 9.2.2) with standardised domain parameters.
fn domain_parameter_info(offer: &Offer) -> Vec<u8> {
    let id = asn1::integer(offer.domain.parameter_id().into());
    let parameters = asn1::sequence(&[asn1::oid("0.4.0.127.0.7.1.2"), id.clone()]);
    asn1::sequence(&[asn1::oid(&mechanism(*offer)), parameters, id])
}

/// ChipAuthenticationPublicKeyInfo: id-PK-ECDH or id-PK-DH.
fn public_key_info(key: &PrivateKey, parameters: Parameters, number: Option<u32>) -> Vec<u8> {
    let (protocol, info) = match key {
        PrivateKey::Curve(key) => ("0.4.0.127.0.7.2.2.1.2", ec_public_key_info(&key.public_key(), parameters)),
        PrivateKey::Group(key) => ("0.4.0.127.0.7.2.2.1.1", dh_public_key_info(key, parameters)),
    };
    asn1::sequence(&[asn1::oid(protocol), info, key_id(number)])
}

/// ChipAuthenticationInfo of every key, version 1, id-CA-ECDH or id-CA-DH.
fn chip_authentication_infos(profile: &Profile) -> Vec<Vec<u8>> {
    let settings = &profile.chip_authentication;
    let keys = if settings.info { settings.keys.as_slice() } else { &[] };
    let info = |key: &crate::profile::chip_keys::ChipKey| {
        let key_agreement = match key.domain {
            Domain::Group(_) => 1,
            Domain::Curve(_) => 2,
        };
        let cipher = crate::image::Cipher::from(key.cipher).last_arc();
        let protocol = format!("0.4.0.127.0.7.2.2.3.{key_agreement}.{cipher}");
        asn1::sequence(&[asn1::oid(&protocol), asn1::integer(1), key_id(key.key_id)])
    };
    keys.iter().map(info).collect()
}

/// ActiveAuthenticationInfo (Doc 9303-11, 9.2.4): names the hash of an ECDSA signature.
fn active_authentication_info(profile: &Profile) -> Option<Vec<u8>> {
    let settings = profile.active_authentication;
    let ecdsa = matches!(settings.key, KeyKind::Ec(_));
    let wanted = settings.offered && settings.info.unwrap_or(ecdsa);
    wanted.then(|| {
        let algorithm = match ecdsa {
            // ecdsa-plain-SHA1 … SHA512 of TR-03111.
            true => format!("0.4.0.127.0.7.1.1.4.1.{}", settings.digest as u8 + 1),
            false => "1.2.840.113549.1.1.1".into(),
        };
        asn1::sequence(&[asn1::oid("2.23.136.1.1.5"), asn1::integer(1), asn1::oid(&algorithm)])
    })
}

fn key_id(id: Option<u32>) -> Vec<u8> {
    id.map_or(Vec::new(), |id| asn1::integer(id.into()))
}

/// The PACE offers that a chip of this profile knows: those it is signed with and those that EF.CardAccess says instead.
#[must_use]
pub fn offered(profile: &Profile) -> Vec<PaceOffer> {
    let access = &profile.access;
    let mut offers: Vec<PaceOffer> = Vec::new();
    for offer in access.pace.iter().chain(access.card_access.iter().flatten()) {
        let offer = PaceOffer::from(*offer);
        if !offers.contains(&offer) {
            offers.push(offer);
        }
    }
    offers
}
