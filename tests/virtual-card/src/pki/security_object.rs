//! EF.SOD (Doc 9303-10, 4.6.2) and EF.CardSecurity (Doc 9303-11, 9.2.11): what the document signer signs.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;

use super::Issuer;
use super::key::{self, KeyError};
use super::signed_data::{Forgery, SignedData};
use crate::asn1;
use crate::personalise::data_group_number;
use crate::profile::Profile;
use crate::profile::signatures::{Encoding, Identifiers, SignerIdentifier, Tampering};

/// The object identifier that `content_type = "icao"` stands for: id-icao-ldsSecurityObject.
pub const ICAO_CONTENT_TYPE: &str = "2.23.136.1.1.1";

/// EF.SOD over these data groups. `shown` are the files as the chip will give them, tampered or not: a forger who
/// changes the list of hashes makes it fit them.
///
/// # Errors
/// Where the document signer's key refuses.
pub fn ef_sod(
    profile: &Profile,
    issuer: &Issuer,
    signed: &BTreeMap<u8, Vec<u8>>,
    shown: &BTreeMap<u8, Vec<u8>>,
    random: &mut ChaCha20Rng,
) -> Result<Vec<u8>, KeyError> {
    let settings = &profile.sod;
    let content = lds_security_object(profile, signed);
    let mut forged = lds_security_object(profile, shown);
    if forged == content {
        key::flip_last_bit(&mut forged);
    }
    let mut certificate = issuer.document_signer.certificate.der.clone();
    if settings.tampered == Tampering::Certificate {
        change_common_name(&mut certificate, &profile.document_signer.name.common_name);
    }
    let certificates: &[&[u8]] = if settings.certificate { &[&certificate] } else { &[] };
    let content_type = if settings.content_type == "icao" { ICAO_CONTENT_TYPE } else { &settings.content_type };
    let content_info = SignedData {
        content_type,
        content: &content,
        certificates,
        signed_attributes: settings.signed_attributes,
        signing_time: settings.signing_time.then(|| profile.today().plus_days(-30)),
        signer_identifier: settings.signer,
        identifiers: settings.identifiers,
        encoding: settings.encoding,
        forgery: match settings.tampered {
            Tampering::Nothing | Tampering::Certificate => Forgery::None,
            Tampering::Hashes => Forgery::Content(&forged),
            Tampering::HashesAndMessageDigest => Forgery::ContentAndDigest(&forged),
            Tampering::Signature => Forgery::Signature,
        },
    }
    .sign(&issuer.document_signer, random)?;
    Ok(asn1::tlv(0x77, &content_info))
}

/// EF.CardSecurity: SecurityInfos signed by the document signer, and what is shown of them.
///
/// # Errors
/// Where the document signer's key refuses.
pub fn ef_card_security(
    issuer: &Issuer,
    infos: &[u8],
    forgery: Forgery<'_>,
    random: &mut ChaCha20Rng,
) -> Result<Vec<u8>, KeyError> {
    SignedData {
        // id-SecurityObject.
        content_type: "0.4.0.127.0.7.3.2.1",
        content: infos,
        certificates: &[&issuer.document_signer.certificate.der],
        signed_attributes: true,
        signing_time: None,
        signer_identifier: SignerIdentifier::IssuerAndSerial,
        identifiers: Identifiers::Combined,
        encoding: Encoding::Der,
        forgery,
    }
    .sign(&issuer.document_signer, random)
}

fn lds_security_object(profile: &Profile, files: &BTreeMap<u8, Vec<u8>>) -> Vec<u8> {
    let settings = &profile.sod;
    let unlisted: Vec<_> = settings.unlisted.iter().copied().filter_map(data_group_number).collect();
    let hash = |(number, file): (&u8, &Vec<u8>)| {
        let value = asn1::octet_string(&key::digest(settings.digest, file));
        asn1::sequence(&[asn1::integer((*number).into()), value])
    };
    let hashes: Vec<_> = files.iter().filter(|(number, _)| !unlisted.contains(number)).map(hash).collect();
    let mut parts =
        vec![asn1::integer(settings.version.into()), key::digest_algorithm(settings.digest), asn1::sequence(&hashes)];
    if settings.version >= 1 {
        parts.push(asn1::sequence(&[asn1::tlv(0x13, b"0108"), asn1::tlv(0x13, b"040000")]));
    }
    asn1::sequence(&parts)
}

/// Changes the last letter of the subject's common name, so that all lengths stay.
fn change_common_name(certificate: &mut [u8], common_name: &str) {
    let name = common_name.as_bytes();
    let Some(start) = certificate.windows(name.len().max(1)).rposition(|window| window == name) else { return };
    if let Some(last) = certificate.get_mut(start + name.len() - 1) {
        *last ^= 0x01;
    }
}
