//! The master list (Doc 9303-12, 9): all CSCA certificates of a state in one signed file.

use super::certificate::{self, Certificate};
use super::key::{KeyError, Signer};
use super::randomness::Randomness;
use super::signed_data::{Forgery, SignedData};
use super::{Issuer, Party};
use crate::asn1;
use crate::profile::Profile;
use crate::profile::signatures::{Encoding, Identifiers, Name, SignerIdentifier};

/// The master list of the card's issuer: the CSCA (where exported), the link, and a stranger, signed by a master list
/// signer.
///
/// # Errors
/// Where a key refuses.
pub fn make(profile: &Profile, issuer: &Issuer, randomness: &Randomness) -> Result<Vec<u8>, KeyError> {
    let authority = if issuer.exported { &issuer.csca } else { &issuer.stranger };
    let signer = master_list_signer(profile, authority, randomness)?;
    let mut listed: Vec<&Certificate> = vec![&issuer.stranger.certificate];
    if issuer.exported {
        listed.push(&issuer.csca.certificate);
        listed.extend(issuer.link.iter().flat_map(|link| [&link.earlier, &link.certificate]));
    }
    let certificates: Vec<_> = listed.iter().map(|certificate| certificate.der.clone()).collect();
    let list = asn1::sequence(&[asn1::integer(0), asn1::set_of(&certificates)]);
    SignedData {
        // id-icao-cscaMasterList.
        content_type: "2.23.136.1.1.2",
        content: &list,
        certificates: &[&signer.certificate.der, &authority.certificate.der],
        signed_attributes: true,
        signing_time: Some(profile.today().plus_days(-10)),
        signer_identifier: SignerIdentifier::KeyIdentifier,
        identifiers: Identifiers::Combined,
        encoding: Encoding::Der,
        forgery: if profile.master_list.tampered { Forgery::Signature } else { Forgery::None },
    }
    .sign(&signer, &mut randomness.stream("master list"))
}

fn master_list_signer(profile: &Profile, authority: &Party, randomness: &Randomness) -> Result<Party, KeyError> {
    let today = profile.today();
    let mut random = randomness.stream("master list signer");
    let signer = Signer::new(profile.csca.signing, &mut random)?;
    let name = Name { common_name: "Master List Signer (synthetic)".into(), ..profile.csca.name.clone() };
    let nobody = Signer::new(profile.csca.signing, &mut randomness.stream("nobody"))?;
    let issued_by = if profile.master_list.chained { &authority.signer } else { &nobody };
    let template = certificate::Template {
        serial: randomness.serial("master list signer"),
        issuer: authority.certificate.subject.clone(),
        subject: certificate::name(&name, name.strings),
        not_before: today.plus_years(-1),
        not_after: today.plus_years(2),
        public_key_info: signer.public_key_info(),
        key_identifier: signer.key_identifier(),
        extensions: certificate::master_list_signer_extensions(Some(certificate::Identifiers {
            subject: signer.key_identifier(),
            authority: issued_by.key_identifier(),
        })),
    };
    let certificate = template.sign(issued_by, &mut random)?;
    Ok(Party { signer, certificate })
}
