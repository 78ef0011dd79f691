//! Master lists (Doc 9303-12 §9): country signers that some authority has collected and signed.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use der::asn1::ObjectIdentifier;

use super::anchors::TrustAnchors;
use super::asn1::{Asn1Error, Asn1ErrorKind, Reader, tag};
use super::ber;
use super::certificate::Certificate;
use super::chain::{Issuer, Pool};
use super::cms::{Refusal, SignedData};
use super::signed::Unverified;
use super::time::UnixTime;
use crate::check::{Check, Reason};

/// A list longer than this is refused. The German one takes 0.8 MB.
pub const MAX_MASTER_LIST_LEN: usize = 16 * 1024 * 1024;
const MAX_CERTIFICATES: usize = 20_000;

/// id-icao-cscaMasterList.
const MASTER_LIST: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.2");
/// id-icao-cscaMasterListSigningKey.
const MASTER_LIST_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.3");

/// A master list whose own signature is good. Whether its signer is one to be believed is another question:
/// [`MasterList::signer_check`].
#[derive(Clone, Debug)]
pub struct MasterList {
    /// The country signers, in the order of the list.
    pub certificates: Vec<Certificate>,
    /// Where entries stand that are no certificates.
    pub unreadable: Vec<usize>,
    /// The certificate it is signed with.
    pub signer: Certificate,
    /// What it is signed with.
    pub algorithm: Option<String>,
    /// When the signer says it signed.
    pub signing_time: Option<UnixTime>,
    /// The certificates that came with the signature.
    supplied: Vec<Certificate>,
}

/// Why a master list is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MasterListError {
    /// It is no master list.
    #[error("not a master list: {0}")]
    Malformed(#[from] Asn1Error),
    /// The signed content is something else.
    #[error("not a master list: the content type is {0}")]
    OtherContent(ObjectIdentifier),
    /// The signer's certificate does not come with it.
    #[error("the master list comes without its signer's certificate")]
    SignerMissing,
    /// Its signature is bad, or cannot be verified.
    #[error("the master list's own signature is not good: {0}")]
    Signature(String),
}

impl MasterList {
    /// Reads a master list and verifies its own signature.
    ///
    /// # Errors
    /// It is no master list, or its signature is not good.
    pub fn parse(bytes: &[u8]) -> Result<Self, MasterListError> {
        if bytes.len() > MAX_MASTER_LIST_LEN {
            return Err(Asn1Error { kind: Asn1ErrorKind::Length, position: MAX_MASTER_LIST_LEN }.into());
        }
        let (whole, _) = ber::definite(bytes)?;
        let signed_data = SignedData::parse(&Reader::only(&whole, tag::SEQUENCE)?)?;
        if signed_data.content_type != MASTER_LIST {
            return Err(MasterListError::OtherContent(signed_data.content_type));
        }
        let mut refusal = MasterListError::SignerMissing;
        for signer in &signed_data.signers {
            for (certificate, _) in signed_data.certificates_of(signer) {
                match signed_data.verify(signer, certificate, |one, other| one == other) {
                    Ok(()) => {
                        let (certificates, unreadable) = content(signed_data.content)?;
                        return Ok(Self {
                            certificates,
                            unreadable,
                            signer: certificate.clone(),
                            algorithm: signer.algorithm_name(),
                            signing_time: signer.signing_time(),
                            supplied: signed_data.certificates,
                        });
                    }
                    Err(error) => refusal = MasterListError::Signature(refusal_text(&error)),
                }
            }
        }
        Err(refusal)
    }

    /// Whether the signer was issued by one of `anchors` (which must not be taken from this very list) and may sign
    /// master lists, at that time.
    #[must_use]
    pub fn signer_check(&self, anchors: &TrustAnchors, now: UnixTime) -> Check {
        let pool = Pool::new(anchors, &self.supplied);
        let found = match pool.issuer_of(&self.signer) {
            Issuer::Found(found) => found,
            Issuer::Forged(_) => {
                return Check::failed(Reason::SignatureInvalid, "the signer is not issued by whom it names");
            }
            Issuer::Unsupported(name) => {
                return Check::unknown(Reason::UnsupportedAlgorithm, alloc::format!("{name} is not supported"));
            }
            Issuer::Unknown => {
                let message = alloc::format!("no trust anchor is loaded for {}", self.signer.issuer());
                return Check::unknown(Reason::UnknownIssuer, message);
            }
        };
        if self.signer.claims_to_be_ca() || !self.signer.extensions().extended_key_usage.contains(&MASTER_LIST_SIGNING)
        {
            return Check::unknown(Reason::WrongIssuer, "the signer's key is not for master lists");
        }
        let validity = |certificate: &Certificate| certificate.out_of_validity(now);
        let reasons = found
            .iter()
            .map(|trusted| core::iter::once(&self.signer).chain(trusted.path.iter().copied()).find_map(validity));
        match reasons.min_by_key(Option::is_some).flatten() {
            None => Check::passed(),
            Some(reason) => Check::unknown(reason, self.signer.subject().to_string()),
        }
    }
}

/// CscaMasterList: a version and a set of certificates.
fn content(bytes: &[u8]) -> Result<(Vec<Certificate>, Vec<usize>), Asn1Error> {
    let mut fields = Reader::only(bytes, tag::SEQUENCE)?.contents();
    fields.expect(tag::INTEGER)?;
    let entries = fields.expect(tag::SET)?.contents().all(MAX_CERTIFICATES)?;
    fields.finish()?;
    let mut certificates = Vec::with_capacity(entries.len());
    let mut unreadable = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        match Certificate::parse(entry.raw) {
            Ok(certificate) => certificates.push(certificate),
            Err(_) => unreadable.push(index),
        }
    }
    Ok((certificates, unreadable))
}

fn refusal_text(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Signature(Unverified::Unsupported(name)) => alloc::format!("{name} is not supported"),
        _ => refusal.to_string(),
    }
}
