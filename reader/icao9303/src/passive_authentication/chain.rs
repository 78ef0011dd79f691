//! From a certificate up to an anchor (Doc 9303-12 §7, RFC 5280 §6 as far as it is about country signers).
//!
//! A country signer issues document signers directly, and when it changes its key it may issue a *link certificate* for
//! the next one. So a chain is: document signer, any number of links, an anchor. basicConstraints' path length is not
//! counted across links: the key behind a link is another key of the same authority, not one further down.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use super::anchors::{TrustAnchors, is_authority};
use super::certificate::Certificate;
use super::signed::Unverified;

/// Links in a row beyond this are not followed: an authority changes its key every three to five years.
const MAX_LINKS: usize = 8;
/// Signatures verified at most for certificates that came with the signed object: what a hostile chip can make the
/// reader compute. Those between anchors are not counted, so that it cannot use them up.
const MAX_SUPPLIED_VERIFICATIONS: usize = 32;

/// The authorities that can be reached from the anchors.
pub(crate) struct Pool<'a> {
    anchors: &'a TrustAnchors,
    /// Certificates that came with the signed object: links among them may be used, for their signatures are checked.
    supplied: &'a [Certificate],
    verified: RefCell<BTreeMap<(usize, usize), Result<(), Unverified>>>,
    supplied_verifications: Cell<usize>,
}

/// An authority and how it is trusted.
#[derive(Clone, Debug)]
pub(crate) struct Trusted<'a> {
    /// From the authority's certificate up to the anchor's: one if it is the anchor.
    pub(crate) path: Vec<&'a Certificate>,
}

impl<'a> Trusted<'a> {
    /// The certificate of the authority itself. A path is never empty.
    pub(crate) fn authority(&self) -> &'a Certificate {
        self.path[0]
    }
}

/// Who issued a certificate.
#[derive(Debug)]
pub(crate) enum Issuer<'a> {
    /// The signature verifies under the key of each of these.
    Found(Vec<Trusted<'a>>),
    /// An authority of that name and key is trusted, and the signature does not verify under its key.
    Forged(&'a Certificate),
    /// An authority of that name is trusted, but the signature cannot be verified.
    Unsupported(String),
    /// None that is trusted has that name and key.
    Unknown,
}

/// How well an authority fits what a certificate says of its issuer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyFit {
    /// The key identifiers are equal.
    Same,
    /// One of the two has none.
    Unstated,
    /// They differ.
    Other,
}

impl<'a> Pool<'a> {
    pub(crate) const fn new(anchors: &'a TrustAnchors, supplied: &'a [Certificate]) -> Self {
        Self { anchors, supplied, verified: RefCell::new(BTreeMap::new()), supplied_verifications: Cell::new(0) }
    }

    /// The trusted issuer of a certificate.
    pub(crate) fn issuer_of(&self, certificate: &'a Certificate) -> Issuer<'a> {
        let mut found = Vec::new();
        let mut forged = None;
        let mut unsupported = None;
        for candidate in self.named_as_issuer_of(certificate) {
            let fit = key_fit(certificate, candidate);
            if fit == KeyFit::Other {
                continue;
            }
            let Some(trusted) = self.trust(candidate, &mut Vec::new()) else { continue };
            match self.verify(certificate, candidate) {
                Ok(()) => found.push(trusted),
                Err(Unverified::Unsupported(name)) => unsupported = Some(name),
                // What cannot be read may be a genuine key all the same.
                Err(Unverified::MalformedKey) => unsupported = Some("the form of the authority's key".into()),
                Err(_) if fit == KeyFit::Same => forged = Some(candidate),
                Err(_) => {}
            }
        }
        match (found.is_empty(), forged, unsupported) {
            (false, _, _) => Issuer::Found(found),
            (true, Some(candidate), _) => Issuer::Forged(candidate),
            (true, None, Some(name)) => Issuer::Unsupported(name),
            (true, None, None) => Issuer::Unknown,
        }
    }

    /// How an authority is trusted: by itself, or by links. `below` are the certificates on the way to it.
    fn trust(&self, authority: &'a Certificate, below: &mut Vec<&'a Certificate>) -> Option<Trusted<'a>> {
        if below.len() > MAX_LINKS || below.contains(&authority) {
            return None;
        }
        // An anchor that names its own key is trusted as it stands: its own signature would prove nothing more.
        if self.is_anchored(authority) && names_its_own_key(authority) {
            return Some(Trusted { path: vec![authority] });
        }
        if authority.is_self_issued() && self.verify(authority, authority).is_ok() {
            // One that came with the signed object proves nothing: anyone can sign himself.
            return self.is_anchored(authority).then(|| Trusted { path: vec![authority] });
        }
        below.push(authority);
        let trusted = self.named_as_issuer_of(authority).into_iter().find_map(|candidate| {
            if key_fit(authority, candidate) == KeyFit::Other {
                return None;
            }
            let mut trusted = self.trust(candidate, below)?;
            self.verify(authority, candidate).ok()?;
            trusted.path.insert(0, authority);
            Some(trusted)
        });
        below.pop();
        trusted
    }

    /// The authorities whose keys stand for the same issuer as that one: joined to it by links, upwards or downwards.
    /// The first is the authority itself.
    pub(crate) fn linked_to(&self, authority: &'a Certificate) -> Vec<&'a Certificate> {
        let mut joined = vec![authority];
        let mut next = 0;
        while let Some(&current) = joined.get(next) {
            next += 1;
            // A link can be signed with the current key, or for it; the other end is then joined.
            let signed_by_it = self
                .issued_by_name_of(current)
                .into_iter()
                .filter(|link| !is_same_authority(link, current) && key_fit(link, current) != KeyFit::Other)
                .filter(|link| self.verify(link, current).is_ok());
            let signed_for_it =
                self.same_key(current).into_iter().filter(|link| !link.is_self_issued()).flat_map(|link| {
                    self.named_as_issuer_of(link)
                        .into_iter()
                        .filter(move |above| key_fit(link, above) != KeyFit::Other)
                        .filter(move |above| self.verify(link, above).is_ok())
                });
            let new: Vec<_> = signed_by_it.chain(signed_for_it).collect();
            for other in new {
                if joined.len() <= MAX_LINKS && !joined.iter().any(|known| is_same_authority(known, other)) {
                    joined.push(other);
                }
            }
        }
        joined
    }

    fn named_as_issuer_of(&self, certificate: &Certificate) -> Vec<&'a Certificate> {
        let supplied =
            self.supplied.iter().filter(|other| other.subject() == certificate.issuer() && is_authority(other));
        self.anchors.with_subject(certificate.issuer()).chain(supplied).collect()
    }

    fn issued_by_name_of(&self, authority: &Certificate) -> Vec<&'a Certificate> {
        let supplied =
            self.supplied.iter().filter(|other| other.issuer() == authority.subject() && is_authority(other));
        self.anchors.with_issuer(authority.subject()).chain(supplied).collect()
    }

    fn same_key(&self, authority: &Certificate) -> Vec<&'a Certificate> {
        let supplied =
            self.supplied.iter().filter(|other| other.subject() == authority.subject() && is_authority(other));
        let named = self.anchors.with_subject(authority.subject()).chain(supplied);
        named.filter(|other| is_same_authority(other, authority)).collect()
    }

    fn is_anchored(&self, certificate: &Certificate) -> bool {
        self.anchors.with_subject(certificate.subject()).any(|anchor| anchor == certificate)
    }

    /// Verifies each pair once: the certificates stand still in memory as long as the pool borrows them.
    fn verify(&self, certificate: &'a Certificate, issuer: &'a Certificate) -> Result<(), Unverified> {
        let pair = (core::ptr::from_ref(certificate).addr(), core::ptr::from_ref(issuer).addr());
        if let Some(known) = self.verified.borrow().get(&pair) {
            return known.clone();
        }
        if !self.is_anchored(certificate) || !self.is_anchored(issuer) {
            let count = self.supplied_verifications.get();
            if count >= MAX_SUPPLIED_VERIFICATIONS {
                return Err(Unverified::Unsupported("a chain with so many candidates".into()));
            }
            self.supplied_verifications.set(count + 1);
        }
        let result = certificate.verify_signature(issuer);
        self.verified.borrow_mut().insert(pair, result.clone());
        result
    }
}

/// The same name and the same key.
pub(crate) fn is_same_authority(one: &Certificate, other: &Certificate) -> bool {
    one.subject() == other.subject() && one.public_key_info() == other.public_key_info()
}

/// Whether it says by name and key identifier that its own key signed it: no link certificate does.
fn names_its_own_key(certificate: &Certificate) -> bool {
    certificate.is_self_issued() && key_fit(certificate, certificate) == KeyFit::Same
}

fn key_fit(certificate: &Certificate, issuer: &Certificate) -> KeyFit {
    match (&certificate.extensions().authority_key_identifier, &issuer.extensions().subject_key_identifier) {
        (Some(wanted), Some(identifier)) if wanted == identifier => KeyFit::Same,
        (Some(_), Some(_)) => KeyFit::Other,
        (Some(wanted), None) if *wanted == issuer.key_identifier() => KeyFit::Same,
        _ => KeyFit::Unstated,
    }
}
