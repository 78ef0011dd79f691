//! Extensions of certificates (RFC 5280 §4.2, Doc 9303-12 §7.1).

use alloc::string::String;
use alloc::vec::Vec;

use der::asn1::ObjectIdentifier;

use super::asn1::{Reader, Result, Tlv, tag};
use super::name::text;
use super::time::{self, UnixTime};

/// More extensions, or more entries in one, than this are refused.
const MAX_ENTRIES: usize = 64;

const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const PRIVATE_KEY_USAGE_PERIOD: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.16");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const CRL_DISTRIBUTION_POINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.31");
const AUTHORITY_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const DOCUMENT_TYPE_LIST: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.6.2");

/// Extensions that say nothing about whether a certificate may sign a document: alternative names, certificate
/// policies and their mappings, where to find further information, the ICAO name change.
const INFORMATIVE: [ObjectIdentifier; 8] = [
    ObjectIdentifier::new_unwrap("2.5.29.9"),
    ObjectIdentifier::new_unwrap("2.5.29.17"),
    ObjectIdentifier::new_unwrap("2.5.29.18"),
    ObjectIdentifier::new_unwrap("2.5.29.32"),
    ObjectIdentifier::new_unwrap("2.5.29.46"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.1"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.11"),
    ObjectIdentifier::new_unwrap("2.23.136.1.1.6.1"),
];

/// What the extensions of a certificate say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// Whether the certificate is a certification authority's, and how many may follow it.
    pub basic_constraints: Option<BasicConstraints>,
    /// What the key may be used for.
    pub key_usage: Option<KeyUsage>,
    /// What the key may be used for beyond that.
    pub extended_key_usage: Vec<ObjectIdentifier>,
    /// The name of the subject's key.
    pub subject_key_identifier: Option<Vec<u8>>,
    /// The name of the issuer's key.
    pub authority_key_identifier: Option<Vec<u8>>,
    /// When the private key may sign: not before, not after.
    pub private_key_usage: Option<(Option<UnixTime>, Option<UnixTime>)>,
    /// The document codes the certificate is for (Doc 9303-12 §7.1.1.6). One letter stands for all codes it begins.
    pub document_types: Option<Vec<String>>,
    /// Where revocation lists are to be found.
    pub crl_distribution_points: Vec<String>,
    /// Extensions marked critical that are not understood here.
    pub unknown_critical: Vec<ObjectIdentifier>,
    /// Extensions that are understood here and are not what they should be, or stand there twice.
    pub malformed: Vec<ObjectIdentifier>,
}

/// basicConstraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// The subject is a certification authority.
    pub ca: bool,
    /// How many further authorities may follow.
    pub path_length: Option<u32>,
}

/// keyUsage: a bit string, the first bit highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// digitalSignature.
    #[must_use]
    pub const fn digital_signature(self) -> bool {
        self.0 & 0x8000 != 0
    }

    /// nonRepudiation, also called contentCommitment.
    #[must_use]
    pub const fn non_repudiation(self) -> bool {
        self.0 & 0x4000 != 0
    }

    /// keyCertSign.
    #[must_use]
    pub const fn key_cert_sign(self) -> bool {
        self.0 & 0x0400 != 0
    }

    /// cRLSign.
    #[must_use]
    pub const fn crl_sign(self) -> bool {
        self.0 & 0x0200 != 0
    }
}

/// One extension as it stands in a certificate or a revocation list.
pub(crate) struct Extension<'a> {
    pub(crate) kind: ObjectIdentifier,
    pub(crate) critical: bool,
    pub(crate) value: &'a [u8],
}

/// The extensions of a SEQUENCE OF Extension.
pub(crate) fn read_all<'a>(extensions: &Tlv<'a>) -> Result<Vec<Extension<'a>>> {
    let mut all = Vec::new();
    for extension in extensions.contents().all(MAX_ENTRIES)? {
        let mut fields = extension.contents();
        let kind = fields.expect(tag::OID)?.oid()?;
        let critical = fields.optional(tag::BOOLEAN)?.map(|flag| flag.boolean()).transpose()?.unwrap_or(false);
        let value = fields.expect(tag::OCTET_STRING)?.value;
        fields.finish()?;
        all.push(Extension { kind, critical, value });
    }
    Ok(all)
}

impl Extensions {
    /// What `extensions` say. One that is not what it should be does not spoil the certificate: it is listed, and
    /// whoever relies on it finds it there.
    pub(crate) fn parse(extensions: &Tlv<'_>) -> Result<Self> {
        let mut found = Self::default();
        let mut seen: Vec<ObjectIdentifier> = Vec::new();
        for extension in read_all(extensions)? {
            if seen.contains(&extension.kind) || found.take(&extension).is_err() {
                found.malformed.push(extension.kind);
            }
            seen.push(extension.kind);
        }
        Ok(found)
    }

    fn take(&mut self, extension: &Extension<'_>) -> Result<()> {
        let value = extension.value;
        match extension.kind {
            BASIC_CONSTRAINTS => self.basic_constraints = Some(basic_constraints(value)?),
            KEY_USAGE => self.key_usage = Some(KeyUsage(Reader::only(value, tag::BIT_STRING)?.named_bits()?)),
            EXTENDED_KEY_USAGE => {
                let purposes = Reader::only(value, tag::SEQUENCE)?.contents().all(MAX_ENTRIES)?;
                self.extended_key_usage = purposes.iter().map(Tlv::oid).collect::<Result<_>>()?;
            }
            SUBJECT_KEY_IDENTIFIER => {
                self.subject_key_identifier = Some(Reader::only(value, tag::OCTET_STRING)?.value.to_vec());
            }
            AUTHORITY_KEY_IDENTIFIER => self.authority_key_identifier = authority_key_identifier(value)?,
            PRIVATE_KEY_USAGE_PERIOD => self.private_key_usage = Some(private_key_usage(value)?),
            DOCUMENT_TYPE_LIST => self.document_types = Some(document_types(value)?),
            CRL_DISTRIBUTION_POINTS => self.crl_distribution_points = distribution_points(value)?,
            kind if extension.critical && !INFORMATIVE.contains(&kind) => self.unknown_critical.push(kind),
            _ => {}
        }
        Ok(())
    }

    /// Whether an extension that decides what the certificate may do cannot be read.
    pub(crate) fn has_malformed_constraint(&self) -> bool {
        [BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE, DOCUMENT_TYPE_LIST]
            .iter()
            .any(|kind| self.malformed.contains(kind))
    }
}

fn basic_constraints(value: &[u8]) -> Result<BasicConstraints> {
    let mut fields = Reader::only(value, tag::SEQUENCE)?.contents();
    let ca = fields.optional(tag::BOOLEAN)?.map(|flag| flag.boolean()).transpose()?.unwrap_or(false);
    let path_length = fields.optional(tag::INTEGER)?.map(|length| length.unsigned()).transpose()?;
    fields.finish()?;
    Ok(BasicConstraints { ca, path_length })
}

/// keyIdentifier of authorityKeyIdentifier. Name and serial number of the issuer's certificate are not used: the
/// issuer's name stands in the certificate, and a serial number says nothing about the key.
pub(crate) fn authority_key_identifier(value: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut fields = Reader::only(value, tag::SEQUENCE)?.contents();
    let identifier = fields.optional(tag::context(0))?.map(|identifier| identifier.value.to_vec());
    fields.all(MAX_ENTRIES)?;
    Ok(identifier)
}

fn private_key_usage(value: &[u8]) -> Result<(Option<UnixTime>, Option<UnixTime>)> {
    let mut fields = Reader::only(value, tag::SEQUENCE)?.contents();
    let mut moment = |number| {
        let element = fields.optional(tag::context(number))?;
        element.map(|element| time::parse(&Tlv { tag: tag::GENERALIZED_TIME, ..element })).transpose()
    };
    Ok((moment(0)?, moment(1)?))
}

fn document_types(value: &[u8]) -> Result<Vec<String>> {
    let mut fields = Reader::only(value, tag::SEQUENCE)?.contents();
    fields.expect(tag::INTEGER)?;
    let types = fields.expect(tag::SET)?.contents().all(MAX_ENTRIES)?;
    fields.finish()?;
    Ok(types.iter().map(text).collect())
}

/// The addresses of every distribution point: DistributionPoint, [0] distributionPoint, [0] fullName, [6] URI.
fn distribution_points(value: &[u8]) -> Result<Vec<String>> {
    let mut addresses = Vec::new();
    for point in Reader::only(value, tag::SEQUENCE)?.contents().all(MAX_ENTRIES)? {
        if let Some(name) = point.contents().optional(tag::context_constructed(0))? {
            addresses.extend(full_name(&name)?);
        }
    }
    Ok(addresses)
}

/// The addresses in a DistributionPointName.
pub(crate) fn full_name(name: &Tlv<'_>) -> Result<Vec<String>> {
    let Some(names) = name.contents().optional(tag::context_constructed(0))? else {
        return Ok(Vec::new());
    };
    let addresses = names.contents().all(MAX_ENTRIES)?;
    let addresses = addresses.iter().filter(|name| name.tag == tag::context(6));
    Ok(addresses.map(|address| text(&Tlv { tag: tag::IA5_STRING, ..*address })).collect())
}
