//! The issuing state of synthetic cards: country signing CA, document signer, revocation list, master list, and the CMS
//! signatures they make. Written on its own from Doc 9303-12, RFC 5280 and RFC 5652; no reader code is used, so that the
//! reader's parsers have something to be wrong about.
//!
//! Read [`Issuer`] first, then:
//! - [`key`]: keys, and how they sign;
//! - [`certificate`]: certificates and their extensions;
//! - [`revocation`]: the revocation list;
//! - [`signed_data`]: signatures in CMS;
//! - [`security_object`]: EF.SOD and EF.CardSecurity;
//! - [`master_list`]: the master list;
//! - [`randomness`]: where keys come from.

pub mod certificate;
pub mod key;
pub mod master_list;
pub mod randomness;
pub mod revocation;
pub mod security_object;
pub mod signed_data;
pub mod terminals;

use crate::calendar::Date;
use crate::profile::Profile;
use crate::profile::signatures::{CountrySigner, IssuedBy, ListIssuer, Name};

use self::certificate::Certificate;
use self::key::{KeyError, Signer};
use self::randomness::Randomness;

/// A party with a key and a certificate.
pub struct Party {
    /// The key, and how it signs.
    pub signer: Signer,
    /// The certificate.
    pub certificate: Certificate,
}

/// Everything about one card's issuer.
pub struct Issuer {
    /// The CSCA.
    pub csca: Party,
    /// The certificate of the earlier CSCA, and the link certificate by which it vouches for this one.
    pub link: Option<Link>,
    /// A CSCA of the same state and another name, which has nothing to do with the card.
    pub stranger: Party,
    /// The document signer.
    pub document_signer: Party,
    /// The certificate revocation list.
    pub revocation_list: Option<Vec<u8>>,
    /// The master list.
    pub master_list: Option<Vec<u8>>,
    /// Whether the CSCA is among the exported anchors.
    exported: bool,
}

/// A change of CSCA keys.
pub struct Link {
    /// The earlier CSCA's own certificate.
    pub earlier: Certificate,
    /// The later CSCA's key, signed by the earlier one.
    pub certificate: Certificate,
}

impl Issuer {
    /// Makes all keys, certificates and lists that the profile asks for.
    ///
    /// # Errors
    /// Where a key cannot be made or cannot sign what it should.
    pub fn new(profile: &Profile, randomness: &Randomness) -> Result<Self, KeyError> {
        let today = profile.today();
        let csca = country_signer(&profile.csca, &profile.csca.name, today, randomness, "csca")?;
        let stranger_name = Name { common_name: "CSCA Elsewhere (synthetic)".into(), ..profile.csca.name.clone() };
        let stranger = country_signer(&profile.csca, &stranger_name, today, randomness, "stranger")?;
        let link = match profile.csca.link {
            true => Some(link(&csca, &profile.csca, today, randomness)?),
            false => None,
        };
        let document_signer = document_signer(profile, &csca, &stranger, randomness)?;
        let revocation_list = match profile.crl.present {
            true => Some(revocation_list(profile, &csca, &stranger, &document_signer, randomness)?),
            false => None,
        };
        let mut issuer = Self {
            csca,
            link,
            stranger,
            document_signer,
            revocation_list,
            master_list: None,
            exported: profile.csca.exported,
        };
        if profile.master_list.present {
            issuer.master_list = Some(master_list::make(profile, &issuer, randomness)?);
        }
        Ok(issuer)
    }

    /// The certificate that a reader is given to trust: the CSCA's; the earlier one's where there is a link; a
    /// stranger's where the CSCA is not exported.
    #[must_use]
    pub fn anchor(&self) -> &Certificate {
        match &self.link {
            _ if !self.exported => &self.stranger.certificate,
            Some(link) => &link.earlier,
            None => &self.csca.certificate,
        }
    }
}

fn country_signer(
    settings: &CountrySigner,
    name: &Name,
    today: Date,
    randomness: &Randomness,
    label: &str,
) -> Result<Party, KeyError> {
    let mut random = randomness.stream(label);
    let signer = Signer::new(settings.signing, &mut random)?;
    let template = certificate::Template {
        serial: randomness.serial(label),
        issuer: certificate::name(name, name.strings),
        subject: certificate::name(name, name.strings),
        not_before: settings.not_before.unwrap_or(today.plus_years(-5)),
        not_after: settings.not_after.unwrap_or(today.plus_years(20)),
        public_key_info: signer.public_key_info(),
        key_identifier: signer.key_identifier(),
        extensions: certificate::authority_extensions(settings.key_identifiers.then(|| certificate::Identifiers {
            subject: signer.key_identifier(),
            authority: signer.key_identifier(),
        })),
    };
    let certificate = template.sign(&signer, &mut random)?;
    Ok(Party { signer, certificate })
}

fn link(csca: &Party, settings: &CountrySigner, today: Date, randomness: &Randomness) -> Result<Link, KeyError> {
    let dates = CountrySigner { not_before: Some(today.plus_years(-10)), ..settings.clone() };
    let earlier = country_signer(&dates, &settings.name, today, randomness, "earlier csca")?;
    let mut random = randomness.stream("link");
    let template = certificate::Template {
        serial: randomness.serial("link"),
        issuer: earlier.certificate.subject.clone(),
        subject: csca.certificate.subject.clone(),
        not_before: settings.not_before.unwrap_or(today.plus_years(-5)),
        not_after: settings.not_after.unwrap_or(today.plus_years(20)),
        public_key_info: csca.signer.public_key_info(),
        key_identifier: csca.signer.key_identifier(),
        extensions: certificate::authority_extensions(settings.key_identifiers.then(|| certificate::Identifiers {
            subject: csca.signer.key_identifier(),
            authority: earlier.signer.key_identifier(),
        })),
    };
    let certificate = template.sign(&earlier.signer, &mut random)?;
    Ok(Link { earlier: earlier.certificate, certificate })
}

fn document_signer(
    profile: &Profile,
    csca: &Party,
    stranger: &Party,
    randomness: &Randomness,
) -> Result<Party, KeyError> {
    let (settings, today) = (&profile.document_signer, profile.today());
    let mut random = randomness.stream("document signer");
    let signer = Signer::new(settings.signing, &mut random)?;
    let subject = certificate::name(&settings.name, settings.name.strings);
    let issuer_strings = settings.issuer_strings.unwrap_or(profile.csca.name.strings);
    let issuer = match settings.issued_by {
        IssuedBy::Csca | IssuedBy::Forger => certificate::name(&profile.csca.name, issuer_strings),
        IssuedBy::Stranger => stranger.certificate.subject.clone(),
        IssuedBy::Itself => subject.clone(),
    };
    let authority = match settings.issued_by {
        IssuedBy::Csca | IssuedBy::Forger => csca.signer.key_identifier(),
        IssuedBy::Stranger => stranger.signer.key_identifier(),
        IssuedBy::Itself => signer.key_identifier(),
    };
    let identifiers =
        profile.csca.key_identifiers.then(|| certificate::Identifiers { subject: signer.key_identifier(), authority });
    let template = certificate::Template {
        serial: randomness.serial("document signer"),
        issuer,
        subject,
        not_before: settings.not_before.unwrap_or(today.plus_years(-1)),
        not_after: settings.not_after.unwrap_or(today.plus_years(10)),
        public_key_info: signer.public_key_info(),
        key_identifier: signer.key_identifier(),
        extensions: if settings.ca {
            certificate::authority_extensions(identifiers)
        } else {
            certificate::document_signer_extensions(identifiers, &settings.document_types)
        },
    };
    let certificate = match settings.issued_by {
        IssuedBy::Csca => template.sign(&csca.signer, &mut random)?,
        IssuedBy::Stranger => template.sign(&stranger.signer, &mut random)?,
        IssuedBy::Itself => template.sign(&signer, &mut random)?,
        IssuedBy::Forger => {
            let forger = Signer::new(profile.csca.signing, &mut randomness.stream("forger"))?;
            template.sign(&forger, &mut random)?
        }
    };
    Ok(Party { signer, certificate })
}

fn revocation_list(
    profile: &Profile,
    csca: &Party,
    stranger: &Party,
    document_signer: &Party,
    randomness: &Randomness,
) -> Result<Vec<u8>, KeyError> {
    let (settings, today) = (&profile.crl, profile.today());
    let party = match settings.issued_by {
        ListIssuer::Csca => csca,
        ListIssuer::Stranger => stranger,
    };
    // Two serial numbers of nobody, so that a list is never empty and a revoked signer is not its first entry.
    let mut serials = vec![randomness.serial("revoked one"), randomness.serial("revoked two")];
    if profile.document_signer.revoked || settings.issued_by == ListIssuer::Stranger {
        serials.push(document_signer.certificate.serial.clone());
    }
    let list = revocation::Template {
        issuer: party.certificate.subject.clone(),
        this_update: settings.this_update.unwrap_or(today.plus_days(-3)),
        next_update: settings.next_update.unwrap_or(today.plus_days(87)),
        serials,
        authority: profile.csca.key_identifiers.then(|| party.signer.key_identifier()),
    };
    let mut der = list.sign(&party.signer, &mut randomness.stream("revocation list"))?;
    if settings.tampered {
        key::flip_last_bit(&mut der);
    }
    Ok(der)
}
