//! What the caller trusts: certificates of country signing authorities, found by name and key.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::certificate::Certificate;
use super::name::Name;

/// Certificates of country signing certification authorities (CSCA) that the caller trusts.
///
/// A self-signed one is an anchor as it stands. Another is a *link certificate*: it makes its subject an anchor only
/// where its own signature verifies under an anchor (Doc 9303-12 §4.2.1). Which of the two a certificate is, and whether
/// its signature is good, is found out when it is needed: a master list of 541 certificates costs no key operation.
#[derive(Clone, Debug, Default)]
pub struct TrustAnchors {
    certificates: Vec<Certificate>,
    by_subject: BTreeMap<Vec<u8>, Vec<usize>>,
    by_issuer: BTreeMap<Vec<u8>, Vec<usize>>,
}

/// What became of a certificate that was to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Added {
    /// It is there now.
    New,
    /// It was there before.
    Duplicate,
    /// It is not of a certification authority: a document signer is never an anchor.
    NotAnAuthority,
}

impl TrustAnchors {
    /// Trusts nobody.
    #[must_use]
    pub const fn new() -> Self {
        Self { certificates: Vec::new(), by_subject: BTreeMap::new(), by_issuer: BTreeMap::new() }
    }

    /// Trusts a certification authority.
    pub fn add(&mut self, certificate: Certificate) -> Added {
        if !is_authority(&certificate) {
            return Added::NotAnAuthority;
        }
        if self.with_subject(certificate.subject()).any(|known| *known == certificate) {
            return Added::Duplicate;
        }
        let index = self.certificates.len();
        self.by_subject.entry(certificate.subject().key().to_vec()).or_default().push(index);
        self.by_issuer.entry(certificate.issuer().key().to_vec()).or_default().push(index);
        self.certificates.push(certificate);
        Added::New
    }

    /// All of them, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Certificate> {
        self.certificates.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.certificates.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty()
    }

    /// Those with that subject.
    pub fn with_subject(&self, name: &Name) -> impl Iterator<Item = &Certificate> {
        self.found(self.by_subject.get(name.key()))
    }

    /// Those issued under that name.
    pub(crate) fn with_issuer(&self, name: &Name) -> impl Iterator<Item = &Certificate> {
        self.found(self.by_issuer.get(name.key()))
    }

    fn found<'a>(&'a self, indices: Option<&'a Vec<usize>>) -> impl Iterator<Item = &'a Certificate> {
        indices.into_iter().flatten().filter_map(|index| self.certificates.get(*index))
    }
}

impl FromIterator<Certificate> for TrustAnchors {
    fn from_iter<I: IntoIterator<Item = Certificate>>(certificates: I) -> Self {
        let mut anchors = Self::new();
        anchors.extend(certificates);
        anchors
    }
}

impl Extend<Certificate> for TrustAnchors {
    fn extend<I: IntoIterator<Item = Certificate>>(&mut self, certificates: I) {
        for certificate in certificates {
            self.add(certificate);
        }
    }
}

/// Whether a certificate is a certification authority's.
///
/// Without basicConstraints (old country signers have none) it must issue itself and say nothing against it, or its
/// keyUsage must say that it signs certificates; a document signer does neither.
pub(crate) fn is_authority(certificate: &Certificate) -> bool {
    let extensions = certificate.extensions();
    let may_sign = extensions.key_usage.is_none_or(|usage| usage.key_cert_sign());
    let is_ca = match extensions.basic_constraints {
        Some(constraints) => constraints.ca,
        None => certificate.is_self_issued() || extensions.key_usage.is_some(),
    };
    is_ca && may_sign && !extensions.has_malformed_constraint()
}
