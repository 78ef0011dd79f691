//! X.509 certificates (RFC 5280 §4, profiles of Doc 9303-12 §7.1), as received: hashed and verified over their own
//! bytes, because about one real country signer certificate in five hundred changes when it is encoded again.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Range;

use crate::check::Reason;
use crate::crypto::hash::HashAlgorithm;
use crate::crypto::signature::{PublicKey, SignatureScheme};

use super::asn1::{Asn1Error, Asn1ErrorKind, Reader, Result, Tlv, tag};
use super::extensions::Extensions;
use super::name::Name;
use super::signed::{self, Unverified};
use super::time::{self, UnixTime};

/// A certificate longer than this is refused. The longest country signer certificates take 3 kB.
pub const MAX_CERTIFICATE_LEN: usize = 64 * 1024;

/// A certificate: the bytes received and what they say.
#[derive(Clone)]
pub struct Certificate {
    raw: Vec<u8>,
    tbs: Range<usize>,
    outer_algorithm: Range<usize>,
    inner_algorithm: Range<usize>,
    signature: Range<usize>,
    public_key_info: Range<usize>,
    public_key_bits: Range<usize>,
    serial: Range<usize>,
    version: u32,
    issuer: Name,
    subject: Name,
    not_before: UnixTime,
    not_after: UnixTime,
    extensions: Extensions,
}

impl Certificate {
    /// The certificate that `bytes` are, with nothing after it.
    ///
    /// # Errors
    /// Where and why the bytes are no certificate. Encodings that are wrong but unambiguous are taken: see
    /// [`Certificate::deviations`].
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_CERTIFICATE_LEN {
            return Err(Asn1Error { kind: Asn1ErrorKind::Length, position: 0 });
        }
        let whole = Reader::only(bytes, tag::SEQUENCE)?;
        let mut fields = whole.contents();
        let tbs = fields.expect(tag::SEQUENCE)?;
        let outer_algorithm = fields.expect(tag::SEQUENCE)?;
        let signature = fields.expect(tag::BIT_STRING)?;
        signature.octets_of_bit_string()?;
        fields.finish()?;

        let mut fields = tbs.contents();
        let version = match fields.optional(tag::context_constructed(0))? {
            Some(version) => version.contents().expect(tag::INTEGER)?.unsigned()?,
            None => 0,
        };
        let serial = fields.expect(tag::INTEGER)?;
        let inner_algorithm = fields.expect(tag::SEQUENCE)?;
        let issuer = Name::parse(&fields.expect(tag::SEQUENCE)?)?;
        let (not_before, not_after) = validity(&fields.expect(tag::SEQUENCE)?)?;
        let subject = Name::parse(&fields.expect(tag::SEQUENCE)?)?;
        let public_key_info = fields.expect(tag::SEQUENCE)?;
        let public_key_bits = public_key_bits(&public_key_info)?;
        fields.optional(tag::context(1))?;
        fields.optional(tag::context(2))?;
        let extensions = match fields.optional(tag::context_constructed(3))? {
            Some(extensions) => Extensions::parse(&extensions.contents().expect(tag::SEQUENCE)?)?,
            None => Extensions::default(),
        };
        fields.finish()?;

        let signature = signature.value_range();
        Ok(Self {
            raw: bytes.to_vec(),
            tbs: tbs.range(),
            outer_algorithm: outer_algorithm.range(),
            inner_algorithm: inner_algorithm.range(),
            // After the count of unused bits.
            signature: signature.start + 1..signature.end,
            public_key_info: public_key_info.range(),
            public_key_bits,
            serial: serial.value_range(),
            version,
            issuer,
            subject,
            not_before,
            not_after,
            extensions,
        })
    }

    /// The bytes received.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.raw
    }

    /// Who issued it.
    #[must_use]
    pub const fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// Whose key it certifies.
    #[must_use]
    pub const fn subject(&self) -> &Name {
        &self.subject
    }

    /// The serial number: the contents octets of the INTEGER, as received.
    #[must_use]
    pub fn serial_number(&self) -> &[u8] {
        self.slice(&self.serial)
    }

    /// When it begins to be valid.
    #[must_use]
    pub const fn not_before(&self) -> UnixTime {
        self.not_before
    }

    /// The last second of its validity.
    #[must_use]
    pub const fn not_after(&self) -> UnixTime {
        self.not_after
    }

    /// Why it does not hold at that time: [`Reason::NotYetValid`] or [`Reason::Expired`]. The last second still counts.
    #[must_use]
    pub fn out_of_validity(&self, at: UnixTime) -> Option<Reason> {
        if at < self.not_before { Some(Reason::NotYetValid) } else { (at > self.not_after).then_some(Reason::Expired) }
    }

    /// Whether that time is outside the period in which its private key signs, as far as it states one
    /// (privateKeyUsagePeriod, Doc 9303-12 §7.1.1).
    #[must_use]
    pub fn is_key_out_of_use(&self, at: UnixTime) -> bool {
        let (from, until) = self.extensions.private_key_usage.unwrap_or_default();
        from.is_some_and(|from| at < from) || until.is_some_and(|until| at > until)
    }

    /// What its extensions say.
    #[must_use]
    pub const fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// SubjectPublicKeyInfo as received.
    #[must_use]
    pub fn public_key_info(&self) -> &[u8] {
        self.slice(&self.public_key_info)
    }

    /// The version as people count it: 1, 2 or 3.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version.saturating_add(1)
    }

    /// SHA-256 of the whole certificate: what people compare it by.
    #[must_use]
    pub fn sha256_fingerprint(&self) -> [u8; 32] {
        let mut fingerprint = [0; 32];
        let digest = HashAlgorithm::Sha256.digest(&self.raw);
        fingerprint.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        fingerprint
    }

    /// The country of the subject, or of the issuer where the subject names none. Not normalised.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        self.subject.country().or_else(|| self.issuer.country())
    }

    /// Whether it says of itself that it is a certification authority's.
    #[must_use]
    pub fn claims_to_be_ca(&self) -> bool {
        self.extensions.basic_constraints.is_some_and(|constraints| constraints.ca)
            || self.extensions.key_usage.is_some_and(super::extensions::KeyUsage::key_cert_sign)
    }

    /// Whether issuer and subject are the same and, where it says so, the same key: signed by itself, if the signature
    /// is good.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
            && match (&self.extensions.authority_key_identifier, &self.extensions.subject_key_identifier) {
                (Some(authority), Some(subject)) => authority == subject,
                _ => true,
            }
    }

    /// The name of the subject's key: subjectKeyIdentifier, or what RFC 5280 §4.2.1.2 (1) makes of the key.
    #[must_use]
    pub fn key_identifier(&self) -> Vec<u8> {
        match &self.extensions.subject_key_identifier {
            Some(identifier) => identifier.clone(),
            None => HashAlgorithm::Sha1.digest(self.slice(&self.public_key_bits)),
        }
    }

    /// The subject's public key.
    ///
    /// # Errors
    /// The key is not what its algorithm says.
    pub fn public_key(&self) -> core::result::Result<PublicKey, Unverified> {
        PublicKey::from_spki(self.public_key_info()).map_err(|_| Unverified::MalformedKey)
    }

    /// Name of the algorithm the certificate is signed with.
    #[must_use]
    pub fn signature_algorithm(&self) -> Option<String> {
        SignatureScheme::from_algorithm_identifier(self.slice(&self.outer_algorithm), None)
            .ok()
            .map(|scheme| scheme.name())
    }

    /// Whether the certificate's signature verifies under the key of `issuer`. Names and validity are not looked at.
    ///
    /// # Errors
    /// It does not, or that cannot be found out.
    pub fn verify_signature(&self, issuer: &Self) -> core::result::Result<(), Unverified> {
        self.verify_under(&issuer.public_key()?)
    }

    pub(crate) fn verify_under(&self, key: &PublicKey) -> core::result::Result<(), Unverified> {
        // The outer identifier is not signed. Were it followed where the signed one says otherwise, a signature could
        // be read by other rules than it was made by.
        if !signed::same_algorithm(self.slice(&self.outer_algorithm), self.slice(&self.inner_algorithm)) {
            return Err(Unverified::Invalid);
        }
        signed::verify(self.slice(&self.inner_algorithm), None, key, self.slice(&self.tbs), self.slice(&self.signature))
    }

    pub(crate) fn algorithms(&self) -> (&[u8], &[u8]) {
        (self.slice(&self.inner_algorithm), self.slice(&self.outer_algorithm))
    }

    fn slice(&self, range: &Range<usize>) -> &[u8] {
        // The ranges come from parsing these very bytes.
        self.raw.get(range.clone()).unwrap_or_default()
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for Certificate {}

impl Hash for Certificate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.raw.hash(state);
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({} issued by {})", self.subject, self.issuer)
    }
}

fn validity(element: &Tlv<'_>) -> Result<(UnixTime, UnixTime)> {
    let mut fields = element.contents();
    let not_before = time::parse(&fields.next()?)?;
    let not_after = time::parse(&fields.next()?)?;
    fields.finish()?;
    Ok((not_before, not_after))
}

/// Where the key itself stands in SubjectPublicKeyInfo, without the count of unused bits.
fn public_key_bits(element: &Tlv<'_>) -> Result<Range<usize>> {
    let mut fields = element.contents();
    fields.expect(tag::SEQUENCE)?;
    let bits = fields.expect(tag::BIT_STRING)?;
    bits.octets_of_bit_string()?;
    fields.finish()?;
    let range = bits.value_range();
    Ok(range.start + 1..range.end)
}
