//! EF.SOD, the Document Security Object (Doc 9303-10 §4.7.11): the hash of every data group, signed.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use der::asn1::ObjectIdentifier;

use crate::crypto::hash::HashAlgorithm;

use super::asn1::{Asn1Error, Asn1ErrorKind, Reader, Result, Tlv, tag};
use super::ber;
use super::cms::{SignedData, hash_name};
use super::name::{Name, text};

/// A SOD longer than this is refused. Those of real documents take 1 to 4 kB.
pub const MAX_SOD_LEN: usize = 256 * 1024;

/// Tag of EF.SOD.
const OUTER_TAG: u8 = 0x77;
const MAX_HASHES: usize = 32;

/// id-icao-mrtd-security-ldsSecurityObject.
pub(crate) const LDS_SECURITY_OBJECT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.1");
/// The same from before it had its place in the ICAO tree: Belgian and French documents.
const LDS_SECURITY_OBJECT_TECHNICAL_REPORT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.27.1.1.1");
/// The same as a Dutch manufacturer wrote it.
const LDS_SECURITY_OBJECT_SDU: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.528.1.1006.1.20.1");

/// Whether a content type means an LDS security object.
pub(crate) fn is_lds_security_object(kind: &ObjectIdentifier) -> bool {
    [LDS_SECURITY_OBJECT, LDS_SECURITY_OBJECT_TECHNICAL_REPORT, LDS_SECURITY_OBJECT_SDU].contains(kind)
}

/// EF.SOD, read but **not verified**: what it says counts for nothing until [`super::verify`] has passed it.
#[derive(Clone, Debug)]
pub struct EfSod {
    /// ContentInfo, with definite lengths.
    content_info: Vec<u8>,
    indefinite: bool,
    security_object: LdsSecurityObject,
}

/// The content of EF.SOD (Doc 9303-10 §4.7.11.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LdsSecurityObject {
    /// 0, or 1 where the versions of LDS and Unicode are stated.
    pub version: u32,
    /// The hash function of the data groups; its name where it is not supported.
    pub hash_algorithm: core::result::Result<HashAlgorithm, String>,
    /// The hash of each data group, by its number.
    pub hashes: BTreeMap<u8, Vec<u8>>,
    /// The version of the LDS, as `0108`, and of Unicode, as `040000`. Only in version 1.
    pub lds_version: Option<(String, String)>,
}

impl EfSod {
    /// Reads EF.SOD with its outer tag. Bytes after it are taken for what the chip filled the file with.
    ///
    /// # Errors
    /// Where and why the bytes are no EF.SOD.
    pub fn parse(file: &[u8]) -> Result<Self> {
        if file.len() > MAX_SOD_LEN {
            return Err(Asn1Error { kind: Asn1ErrorKind::Length, position: MAX_SOD_LEN });
        }
        let (whole, _) = ber::definite(file)?;
        let outer = Reader::only(&whole, OUTER_TAG)?;
        let content_info = outer.contents().expect(tag::SEQUENCE)?.raw.to_vec();
        let signed_data = SignedData::parse(&Reader::only(&content_info, tag::SEQUENCE)?)?;
        let security_object = LdsSecurityObject::parse(signed_data.content)?;
        let indefinite = matches!(whole, alloc::borrow::Cow::Owned(_));
        Ok(Self { content_info, indefinite, security_object })
    }

    /// The numbers of the data groups that it lists, in ascending order. Not verified.
    pub fn data_groups(&self) -> impl Iterator<Item = u8> + '_ {
        self.security_object.hashes.keys().copied()
    }

    /// The content. Not verified.
    #[must_use]
    pub const fn security_object(&self) -> &LdsSecurityObject {
        &self.security_object
    }

    /// The names of the authorities that issued the certificates it holds. Not verified.
    #[must_use]
    pub fn certificate_issuers(&self) -> Vec<Name> {
        let certificates = self.signed_data().map(|signed| signed.certificates).unwrap_or_default();
        certificates.iter().map(|certificate| certificate.issuer().clone()).collect()
    }

    /// Whether it came in BER with indefinite lengths or strings in pieces, where the standard asks for DER.
    pub(crate) const fn is_indefinite(&self) -> bool {
        self.indefinite
    }

    pub(crate) fn signed_data(&self) -> Result<SignedData<'_>> {
        SignedData::parse(&Reader::only(&self.content_info, tag::SEQUENCE)?)
    }
}

impl LdsSecurityObject {
    fn parse(bytes: &[u8]) -> Result<Self> {
        let mut fields = Reader::only(bytes, tag::SEQUENCE)?.contents();
        let version = fields.expect(tag::INTEGER)?.unsigned()?;
        let algorithm = fields.expect(tag::SEQUENCE)?.contents().expect(tag::OID)?.oid()?;
        let hash_algorithm = HashAlgorithm::from_oid(&algorithm).ok_or_else(|| hash_name(&algorithm));
        let hashes = hashes(&fields.expect(tag::SEQUENCE)?)?;
        let lds_version = fields.optional(tag::SEQUENCE)?.map(|info| lds_version(&info)).transpose()?;
        fields.finish()?;
        Ok(Self { version, hash_algorithm, hashes, lds_version })
    }
}

fn hashes(element: &Tlv<'_>) -> Result<BTreeMap<u8, Vec<u8>>> {
    let mut hashes = BTreeMap::new();
    for entry in element.contents().all(MAX_HASHES)? {
        let mut fields = entry.contents();
        let number = fields.expect(tag::INTEGER)?;
        let hash = fields.expect(tag::OCTET_STRING)?;
        fields.finish()?;
        let group = u8::try_from(number.unsigned()?).ok().filter(|group| (1..=16).contains(group));
        let group = group.ok_or(number.error(Asn1ErrorKind::Value("data group number")))?;
        // A group with two hashes could match either.
        if hashes.insert(group, hash.value.to_vec()).is_some() {
            return Err(number.error(Asn1ErrorKind::Value("repeated data group number")));
        }
    }
    Ok(hashes)
}

fn lds_version(element: &Tlv<'_>) -> Result<(String, String)> {
    let mut fields = element.contents();
    Ok((text(&fields.next()?), text(&fields.next()?)))
}
