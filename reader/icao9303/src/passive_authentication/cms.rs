//! CMS SignedData (RFC 5652 §5) as EF.SOD, EF.CardSecurity and master lists use it.
//!
//! The structure is read from the bytes received, in BER or DER. The signature is verified over the signed attributes
//! as they came, with the tag of a SET OF in front (§5.4), never over an encoding of our own.

use alloc::string::ToString;
use alloc::vec::Vec;

use der::asn1::ObjectIdentifier;

use crate::crypto::hash::HashAlgorithm;

use super::asn1::{Asn1Error, Asn1ErrorKind, Reader, Result, Tlv, encode, tag};
use super::certificate::Certificate;
use super::name::Name;
use super::signed::{self, Unverified};
use super::time::{self, UnixTime};

/// More certificates in one structure than this are refused: each may have to be looked at.
const MAX_CERTIFICATES: usize = 64;
/// More signers than this are refused: Doc 9303-10 has one.
const MAX_SIGNERS: usize = 8;
const MAX_ATTRIBUTES: usize = 64;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");

/// A SignedData with its content.
#[derive(Debug)]
pub(crate) struct SignedData<'a> {
    pub(crate) content_type: ObjectIdentifier,
    pub(crate) content: &'a [u8],
    pub(crate) certificates: Vec<Certificate>,
    /// Certificates that could not be read.
    pub(crate) unreadable_certificates: usize,
    pub(crate) signers: Vec<SignerInfo<'a>>,
}

/// One signature.
#[derive(Debug)]
pub(crate) struct SignerInfo<'a> {
    pub(crate) identifier: SignerIdentifier<'a>,
    digest_algorithm: ObjectIdentifier,
    attributes: Option<SignedAttributes<'a>>,
    signature_algorithm: &'a [u8],
    signature: &'a [u8],
}

/// How a signature names the certificate it is to be verified with.
#[derive(Debug)]
pub(crate) enum SignerIdentifier<'a> {
    IssuerAndSerial(Name, &'a [u8]),
    KeyIdentifier(Vec<u8>),
}

/// How a certificate fits a signer identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// As the standard says.
    Exact,
    /// The issuer's name is written backwards.
    ReversedName,
}

#[derive(Debug)]
struct SignedAttributes<'a> {
    raw: &'a [u8],
    list: Vec<(ObjectIdentifier, Tlv<'a>)>,
}

/// Why a signature over content does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("{0}")]
    Signature(#[from] Unverified),
    #[error("the signed attribute {0} is missing, or there is more than one")]
    Attribute(&'static str),
    #[error("the content is not the one that was signed")]
    Content,
    #[error("the type of the content is not the one that was signed")]
    ContentType,
}

impl<'a> SignedData<'a> {
    /// Reads a ContentInfo that holds SignedData. Indefinite lengths must have been made definite.
    pub(crate) fn parse(content_info: &Tlv<'a>) -> Result<Self> {
        let mut fields = content_info.contents();
        let kind = fields.expect(tag::OID)?;
        if kind.oid()? != SIGNED_DATA {
            return Err(kind.error(Asn1ErrorKind::Value("content type")));
        }
        let inner = fields.expect(tag::context_constructed(0))?;
        fields.finish()?;
        let mut inner = inner.contents();
        let signed_data = inner.expect(tag::SEQUENCE)?;
        inner.finish()?;

        let mut fields = signed_data.contents();
        fields.expect(tag::INTEGER)?;
        fields.expect(tag::SET)?;
        let (content_type, content) = encapsulated(&fields.expect(tag::SEQUENCE)?)?;
        let (certificates, unreadable_certificates) = match fields.optional(tag::context_constructed(0))? {
            Some(set) => certificates(&set)?,
            None => (Vec::new(), 0),
        };
        fields.optional(tag::context_constructed(1))?;
        let signers = fields.expect(tag::SET)?.contents().all(MAX_SIGNERS)?;
        fields.finish()?;
        let signers = signers.iter().map(SignerInfo::parse).collect::<Result<_>>()?;
        Ok(Self { content_type, content, certificates, unreadable_certificates, signers })
    }

    /// The certificates that the signer identifier means. More than one can bear the same name and number.
    pub(crate) fn certificates_of<'s>(&'s self, signer: &SignerInfo<'_>) -> Vec<(&'s Certificate, Fit)> {
        let fits = |certificate: &'s Certificate| Some((certificate, signer.identifier.fit(certificate)?));
        self.certificates.iter().filter_map(fits).collect()
    }

    /// Whether the signature of `signer` over the content verifies under the key of `certificate`.
    ///
    /// `same_type` says whether two content types mean the same thing.
    pub(crate) fn verify(
        &self,
        signer: &SignerInfo<'_>,
        certificate: &Certificate,
        same_type: impl Fn(&ObjectIdentifier, &ObjectIdentifier) -> bool,
    ) -> core::result::Result<(), Refusal> {
        let digest = HashAlgorithm::from_oid(&signer.digest_algorithm);
        let key = certificate.public_key()?;
        let check =
            |message: &[u8]| signed::verify(signer.signature_algorithm, digest, &key, message, signer.signature);
        let Some(attributes) = &signer.attributes else {
            return Ok(check(self.content)?);
        };

        let kind = attributes.only(CONTENT_TYPE).ok_or(Refusal::Attribute("contentType"))?;
        if !kind.oid().is_ok_and(|kind| same_type(&kind, &self.content_type)) {
            return Err(Refusal::ContentType);
        }
        let expected = attributes.only(MESSAGE_DIGEST).ok_or(Refusal::Attribute("messageDigest"))?;
        let digest = digest.ok_or_else(|| Unverified::Unsupported(hash_name(&signer.digest_algorithm)))?;
        if expected.tag != tag::OCTET_STRING || expected.value != digest.digest(self.content) {
            return Err(Refusal::Content);
        }
        match check(&attributes.as_set()) {
            // Some software signs the attributes in DER order and sends them in another (BER allows that).
            Err(Unverified::Invalid) if !attributes.is_sorted() => Ok(check(&attributes.as_sorted_set())?),
            result => Ok(result?),
        }
    }
}

impl<'a> SignerInfo<'a> {
    fn parse(element: &Tlv<'a>) -> Result<Self> {
        let mut fields = element.contents();
        fields.expect(tag::INTEGER)?;
        let identifier = SignerIdentifier::parse(&fields.next()?)?;
        let digest_algorithm = fields.expect(tag::SEQUENCE)?.contents().expect(tag::OID)?.oid()?;
        let attributes = fields.optional(tag::context_constructed(0))?.map(SignedAttributes::parse).transpose()?;
        let signature_algorithm = fields.expect(tag::SEQUENCE)?.raw;
        let signature = fields.expect(tag::OCTET_STRING)?.value;
        fields.optional(tag::context_constructed(1))?;
        fields.finish()?;
        Ok(Self { identifier, digest_algorithm, attributes, signature_algorithm, signature })
    }

    /// When the signer says it signed.
    pub(crate) fn signing_time(&self) -> Option<UnixTime> {
        self.attributes.as_ref()?.only(SIGNING_TIME).and_then(|moment| time::parse(&moment).ok())
    }

    /// Whether there are signed attributes.
    pub(crate) fn has_attributes(&self) -> bool {
        self.attributes.is_some()
    }

    /// The content type that the signer signed, where it is another than `other`.
    pub(crate) fn signs_other_type_than(&self, other: &ObjectIdentifier) -> bool {
        let signed = self.attributes.as_ref().and_then(|attributes| attributes.only(CONTENT_TYPE)?.oid().ok());
        signed.is_some_and(|signed| signed != *other)
    }

    /// What the signature is made with, for people.
    pub(crate) fn algorithm_name(&self) -> Option<alloc::string::String> {
        signed::name(self.signature_algorithm, HashAlgorithm::from_oid(&self.digest_algorithm))
    }
}

impl<'a> SignerIdentifier<'a> {
    fn parse(element: &Tlv<'a>) -> Result<Self> {
        match element.tag {
            tag::SEQUENCE => {
                let mut fields = element.contents();
                let issuer = Name::parse(&fields.expect(tag::SEQUENCE)?)?;
                let serial = fields.expect(tag::INTEGER)?.value;
                fields.finish()?;
                Ok(Self::IssuerAndSerial(issuer, serial))
            }
            // [0] IMPLICIT OCTET STRING, or, as some software writes it, EXPLICIT or in pieces.
            0x80 => Ok(Self::KeyIdentifier(element.value.to_vec())),
            0xA0 => {
                let pieces = element.contents().all(MAX_ATTRIBUTES)?;
                Ok(Self::KeyIdentifier(pieces.iter().flat_map(|piece| piece.value).copied().collect()))
            }
            found => Err(element.error(Asn1ErrorKind::UnexpectedTag { expected: tag::SEQUENCE, found })),
        }
    }

    fn fit(&self, certificate: &Certificate) -> Option<Fit> {
        match self {
            Self::IssuerAndSerial(issuer, serial) => {
                if certificate.serial_number() != *serial {
                    None
                } else if certificate.issuer() == issuer {
                    Some(Fit::Exact)
                } else {
                    certificate.issuer().is_reverse_of(issuer).then_some(Fit::ReversedName)
                }
            }
            Self::KeyIdentifier(identifier) => (certificate.key_identifier() == *identifier).then_some(Fit::Exact),
        }
    }
}

impl<'a> SignedAttributes<'a> {
    fn parse(element: Tlv<'a>) -> Result<Self> {
        let mut list = Vec::new();
        for attribute in element.contents().all(MAX_ATTRIBUTES)? {
            let mut fields = attribute.contents();
            let kind = fields.expect(tag::OID)?.oid()?;
            let values = fields.expect(tag::SET)?;
            fields.finish()?;
            list.push((kind, values));
        }
        Ok(Self { raw: element.raw, list })
    }

    /// The value of an attribute that is there once and has one value (RFC 5652 §11).
    fn only(&self, kind: ObjectIdentifier) -> Option<Tlv<'a>> {
        let mut all = self.list.iter().filter(|(other, _)| *other == kind);
        let (_, values) = all.next()?;
        let mut values = values.contents();
        let value = values.next().ok()?;
        (values.is_empty() && all.next().is_none()).then_some(value)
    }

    /// The bytes received, with the tag of SET OF in place of `[0]`.
    fn as_set(&self) -> Vec<u8> {
        let mut set = self.raw.to_vec();
        if let Some(first) = set.first_mut() {
            *first = tag::SET;
        }
        set
    }

    fn elements(&self) -> Vec<&'a [u8]> {
        let mut reader = Reader::new(self.raw);
        let contents = reader.next().and_then(|whole| whole.contents().all(MAX_ATTRIBUTES)).unwrap_or_default();
        contents.iter().map(|element| element.raw).collect()
    }

    fn is_sorted(&self) -> bool {
        self.elements().is_sorted()
    }

    fn as_sorted_set(&self) -> Vec<u8> {
        let mut elements = self.elements();
        elements.sort_unstable();
        encode(tag::SET, &elements.concat())
    }
}

fn encapsulated<'a>(element: &Tlv<'a>) -> Result<(ObjectIdentifier, &'a [u8])> {
    let mut fields = element.contents();
    let kind = fields.expect(tag::OID)?.oid()?;
    let explicit = fields.expect(tag::context_constructed(0))?;
    fields.finish()?;
    let mut explicit = explicit.contents();
    let content = explicit.expect(tag::OCTET_STRING)?.value;
    explicit.finish()?;
    Ok((kind, content))
}

/// The X.509 certificates of a CertificateSet; other kinds are passed over.
fn certificates(set: &Tlv<'_>) -> Result<(Vec<Certificate>, usize)> {
    let choices = set.contents().all(MAX_CERTIFICATES)?;
    let mut certificates = Vec::new();
    let mut unreadable = 0;
    for choice in choices.iter().filter(|choice| choice.tag == tag::SEQUENCE) {
        match Certificate::parse(choice.raw) {
            Ok(certificate) => certificates.push(certificate),
            Err(_) => unreadable += 1,
        }
    }
    Ok((certificates, unreadable))
}

/// The name of a hash algorithm that is not supported.
pub(crate) fn hash_name(oid: &ObjectIdentifier) -> alloc::string::String {
    match oid.as_bytes() {
        [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x02, 0x02] => "MD2".into(),
        [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x02, 0x05] => "MD5".into(),
        [0x2B, 0x24, 0x03, 0x02, 0x01] => "RIPEMD-160".into(),
        _ => oid.to_string(),
    }
}

/// Where an error of a part stands in the whole.
impl Asn1Error {
    pub(crate) fn after(self, bytes: usize) -> Self {
        Self { position: self.position + bytes, ..self }
    }
}
