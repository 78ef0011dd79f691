//! Certificate revocation lists (RFC 5280 §5, profile of Doc 9303-12 §7.1.4), as received.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use der::asn1::ObjectIdentifier;

use super::asn1::{Asn1Error, Asn1ErrorKind, Reader, Result, Tlv, tag};
use super::certificate::Certificate;
use super::extensions::{Extension, full_name, read_all};
use super::name::Name;
use super::signed::{self, Unverified};
use super::time::{self, UnixTime};

/// A list longer than this is refused.
pub const MAX_CRL_LEN: usize = 32 * 1024 * 1024;

const CRL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.20");
const REASON_CODE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.21");
const DELTA_CRL_INDICATOR: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.27");
const ISSUING_DISTRIBUTION_POINT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.28");
const CERTIFICATE_ISSUER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.29");
const AUTHORITY_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");

/// removeFromCRL: the entry takes a certificate off the list that a delta list adds to.
const REMOVE_FROM_CRL: u8 = 8;

/// A certificate revocation list: the bytes received and what they say.
#[derive(Clone)]
pub struct Crl {
    raw: Vec<u8>,
    tbs: Range<usize>,
    outer_algorithm: Range<usize>,
    inner_algorithm: Range<usize>,
    signature: Range<usize>,
    entries: Range<usize>,
    count: usize,
    issuer: Name,
    this_update: UnixTime,
    next_update: Option<UnixTime>,
    number: Option<Vec<u8>>,
    scope: Scope,
}

/// What a list covers. The default: every certificate of its issuer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Scope {
    /// A kind of certificate to which no Document Signer belongs.
    other_certificates: bool,
    /// Why it is about a part of the certificates or of the reasons only, or about something that is not understood.
    part: Option<&'static str>,
    /// The part is the one with these distribution points.
    distribution_points: Vec<String>,
}

/// One entry.
struct Entry<'a> {
    serial: &'a [u8],
    removed: bool,
    /// certificateIssuer, which holds for the entries that follow as well.
    issuer: Option<Name>,
}

impl Crl {
    /// The list that `bytes` are, with nothing after it.
    ///
    /// # Errors
    /// Where and why the bytes are no revocation list.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_CRL_LEN {
            return Err(Asn1Error { kind: Asn1ErrorKind::Length, position: 0 });
        }
        let mut fields = Reader::only(bytes, tag::SEQUENCE)?.contents();
        let tbs = fields.expect(tag::SEQUENCE)?;
        let outer_algorithm = fields.expect(tag::SEQUENCE)?;
        let signature = fields.expect(tag::BIT_STRING)?;
        signature.octets_of_bit_string()?;
        fields.finish()?;

        let mut fields = tbs.contents();
        fields.optional(tag::INTEGER)?;
        let inner_algorithm = fields.expect(tag::SEQUENCE)?;
        let issuer = Name::parse(&fields.expect(tag::SEQUENCE)?)?;
        let this_update = time::parse(&fields.next()?)?;
        let next_update = match fields.peek() {
            Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(time::parse(&fields.next()?)?),
            _ => None,
        };
        let entries = fields.optional(tag::SEQUENCE)?.map_or(0..0, |entries| entries.value_range());
        let extensions = match fields.optional(tag::context_constructed(0))? {
            Some(extensions) => read_all(&extensions.contents().expect(tag::SEQUENCE)?)?,
            None => Vec::new(),
        };
        fields.finish()?;

        let signature = signature.value_range();
        let mut list = Self {
            raw: bytes.to_vec(),
            tbs: tbs.range(),
            outer_algorithm: outer_algorithm.range(),
            inner_algorithm: inner_algorithm.range(),
            signature: signature.start + 1..signature.end,
            entries,
            count: 0,
            issuer,
            this_update,
            next_update,
            number: None,
            scope: Scope::default(),
        };
        for extension in &extensions {
            list.take(extension)?;
        }
        list.count_entries()?;
        Ok(list)
    }

    fn take(&mut self, extension: &Extension<'_>) -> Result<()> {
        match extension.kind {
            CRL_NUMBER => self.number = Some(Reader::only(extension.value, tag::INTEGER)?.value.to_vec()),
            // Says which key signed the list. The signature says so better: it verifies under that key, or not.
            AUTHORITY_KEY_IDENTIFIER => {}
            DELTA_CRL_INDICATOR => self.scope.limit_to("it is a delta list, which only adds to another"),
            ISSUING_DISTRIBUTION_POINT => self.scope.restrict(extension.value)?,
            _ if extension.critical => self.scope.limit_to("it has a critical extension that is not understood"),
            _ => {}
        }
        Ok(())
    }

    /// Reads every entry once, so that looking one up later cannot fail.
    fn count_entries(&mut self) -> Result<()> {
        let mut reader = Reader::new(self.slice(&self.entries));
        let mut count = 0;
        let mut part = false;
        while !reader.is_empty() {
            part |= Entry::parse(&reader.next()?).map_err(|error| error.after(self.entries.start))?.1;
            count += 1;
        }
        self.count = count;
        if part {
            self.scope.limit_to("an entry has a critical extension that is not understood");
        }
        Ok(())
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

    /// When it was made.
    #[must_use]
    pub const fn this_update(&self) -> UnixTime {
        self.this_update
    }

    /// When the next one is to be there.
    #[must_use]
    pub const fn next_update(&self) -> Option<UnixTime> {
        self.next_update
    }

    /// The list's number: the contents octets of the INTEGER.
    #[must_use]
    pub fn number(&self) -> Option<&[u8]> {
        self.number.as_deref()
    }

    /// How many certificates are listed.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether no certificate is listed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether the list's signature verifies under the key of `issuer`. The name is not looked at.
    ///
    /// # Errors
    /// It does not, or that cannot be found out.
    pub fn verify_signature(&self, issuer: &Certificate) -> core::result::Result<(), Unverified> {
        if !signed::same_algorithm(self.slice(&self.outer_algorithm), self.slice(&self.inner_algorithm)) {
            return Err(Unverified::Invalid);
        }
        let (algorithm, tbs, signature) =
            (self.slice(&self.inner_algorithm), self.slice(&self.tbs), self.slice(&self.signature));
        signed::verify(algorithm, None, &issuer.public_key()?, tbs, signature)
    }

    /// Whether the certificate is listed. The serial number must be exactly that one, and where entries name an issuer,
    /// the issuer too.
    pub(crate) fn lists(&self, certificate: &Certificate) -> bool {
        let mut reader = Reader::new(self.slice(&self.entries));
        let mut issuer: Option<Name> = None;
        while let Ok(element) = reader.next() {
            let Ok((entry, _)) = Entry::parse(&element) else { continue };
            issuer = entry.issuer.or(issuer);
            let of_this_issuer = issuer.as_ref().is_none_or(|issuer| issuer == certificate.issuer());
            if entry.serial == certificate.serial_number() && of_this_issuer && !entry.removed {
                return true;
            }
        }
        false
    }

    /// Whether a certificate that is not listed is thereby known not to be revoked.
    pub(crate) fn covers(&self, certificate: &Certificate) -> bool {
        let points = &self.scope.distribution_points;
        let stated = &certificate.extensions().crl_distribution_points;
        let same_point = points.is_empty() || stated.is_empty() || points.iter().any(|point| stated.contains(point));
        !self.scope.other_certificates && self.scope.part.is_none() && same_point
    }

    /// Why the list says nothing of certificates that it does not list; `None` where it does, at least of those of its own
    /// distribution points. Such a list revokes and never clears.
    #[must_use]
    pub fn limitation(&self) -> Option<&'static str> {
        self.scope
            .part
            .or(self.scope.other_certificates.then_some("it is about other certificates than a Document Signer's"))
    }

    fn slice(&self, range: &Range<usize>) -> &[u8] {
        // The ranges come from parsing these very bytes.
        self.raw.get(range.clone()).unwrap_or_default()
    }
}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crl({}, {} entries)", self.issuer, self.count)
    }
}

impl Scope {
    /// The first reason is as good as any.
    fn limit_to(&mut self, why: &'static str) {
        self.part.get_or_insert(why);
    }

    /// issuingDistributionPoint (RFC 5280 §5.2.5).
    fn restrict(&mut self, value: &[u8]) -> Result<()> {
        let mut fields = Reader::only(value, tag::SEQUENCE)?.contents();
        if let Some(point) = fields.optional(tag::context_constructed(0))? {
            self.distribution_points = full_name(&point)?;
            // A point named otherwise than by its address cannot be compared.
            if self.distribution_points.is_empty() {
                self.limit_to("its distribution point is named otherwise than by an address");
            }
        }
        while !fields.is_empty() {
            let flag = fields.next()?;
            match flag.tag {
                // onlyContainsUserCerts: a Document Signer's is one.
                0x81 => {
                    flag.boolean()?;
                }
                // onlyContainsCACerts, onlyContainsAttributeCerts
                0x82 | 0x85 => self.other_certificates |= flag.boolean()?,
                0x83 => self.limit_to("it is about some reasons for revocation only"),
                // indirectCRL
                0x84 => {
                    if flag.boolean()? {
                        self.limit_to("it is an indirect list, with entries of other issuers");
                    }
                }
                _ => self.limit_to("its issuing distribution point is not understood"),
            }
        }
        Ok(())
    }
}

impl<'a> Entry<'a> {
    /// The entry, and whether it has a critical extension that is not understood.
    fn parse(element: &Tlv<'a>) -> Result<(Self, bool)> {
        let mut fields = element.contents();
        let serial = fields.expect(tag::INTEGER)?.value;
        time::parse(&fields.next()?)?;
        let extensions = fields.optional(tag::SEQUENCE)?.map(|extensions| read_all(&extensions)).transpose()?;
        fields.finish()?;
        let mut entry = Self { serial, removed: false, issuer: None };
        let mut unknown = false;
        for extension in extensions.iter().flatten() {
            match extension.kind {
                REASON_CODE => {
                    let reason = Reader::only(extension.value, tag::ENUMERATED)?.value;
                    entry.removed = reason == [REMOVE_FROM_CRL];
                }
                CERTIFICATE_ISSUER => entry.issuer = Some(certificate_issuer(extension.value)?),
                _ => unknown |= extension.critical,
            }
        }
        Ok((entry, unknown))
    }
}

/// The directory name among the GeneralNames of certificateIssuer.
fn certificate_issuer(value: &[u8]) -> Result<Name> {
    let mut names = Reader::only(value, tag::SEQUENCE)?.contents();
    let directory_name = names.expect(tag::context_constructed(4))?;
    Name::parse(&directory_name.contents().expect(tag::SEQUENCE)?)
}
