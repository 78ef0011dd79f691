//! Whether the signature of a signed object (EF.SOD, EF.CardSecurity) verifies under the Document Signer's certificate
//! that stands in it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use der::asn1::ObjectIdentifier;

use crate::check::{Check, Reason, Remark};

use super::certificate::Certificate;
use super::cms::{Fit, Refusal, SignedData, SignerInfo};
use super::signed::Unverified;
use super::time::UnixTime;

/// id-data: content that says nothing of what it is.
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");

/// Result of the check `sod_signature`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureCheck {
    /// The check.
    pub check: Check,
    /// What the signature is made with: `ECDSA-SHA256`.
    pub algorithm: Option<String>,
    /// The name of the Document Signer.
    pub signer: Option<String>,
}

/// The signature, judged.
pub(crate) struct Judged {
    pub(crate) result: SignatureCheck,
    pub(crate) certificate: Option<Certificate>,
    pub(crate) signing_time: Option<UnixTime>,
    pub(crate) remarks: Vec<Remark>,
}

/// Judges every signature and takes the first that is good, or else the first.
///
/// `is_expected` says which content types the object may have.
pub(crate) fn check(signed_data: &SignedData<'_>, is_expected: impl Fn(&ObjectIdentifier) -> bool + Copy) -> Judged {
    let mut judged = signed_data.signers.iter().map(|signer| judge(signed_data, signer, is_expected));
    let Some(first) = judged.next() else {
        let check = Check::unknown(Reason::Malformed, "there is no signature");
        return Judged::new(check, None, None, None);
    };
    let passed = |judged: &Judged| judged.result.check == Check::passed();
    let mut chosen = if passed(&first) { first } else { judged.find(passed).unwrap_or(first) };
    if signed_data.signers.len() > 1 {
        chosen.remark("several_signers", format!("there are {} signatures", signed_data.signers.len()));
    }
    if signed_data.unreadable_certificates > 0 {
        let message = format!("{} certificates cannot be read", signed_data.unreadable_certificates);
        chosen.remark("unreadable_certificate", message);
    }
    chosen
}

fn judge(
    signed_data: &SignedData<'_>,
    signer: &SignerInfo<'_>,
    is_expected: impl Fn(&ObjectIdentifier) -> bool + Copy,
) -> Judged {
    let candidates = signed_data.certificates_of(signer);
    let Some((first, _)) = candidates.first() else {
        let check = Check::unknown(Reason::DsMissing, "the Document Signer's certificate is not there");
        return Judged::new(check, Some(signer), None, None);
    };
    let same_type =
        |one: &ObjectIdentifier, other: &ObjectIdentifier| one == other || (is_expected(one) && is_expected(other));
    let mut refusal = None;
    let mut good = None;
    for (certificate, fit) in &candidates {
        match signed_data.verify(signer, certificate, same_type) {
            Ok(()) => {
                good = Some((*certificate, *fit));
                break;
            }
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    let (certificate, fit) = good.unwrap_or((first, Fit::Exact));
    let check = match (good, refusal) {
        (Some(_), _) => content_type(&signed_data.content_type, is_expected),
        (None, Some(refusal)) => refused(&refusal),
        (None, None) => Check::unknown(Reason::DsMissing, ""),
    };
    let mut judged = Judged::new(check, Some(signer), Some(certificate), signer.signing_time());
    judged.remark_on(signed_data, signer, fit);
    judged
}

/// What was signed must be of the right kind: a key that signs documents may sign other things too.
fn content_type(found: &ObjectIdentifier, is_expected: impl Fn(&ObjectIdentifier) -> bool) -> Check {
    if is_expected(found) {
        Check::passed()
    } else if *found == DATA {
        Check::unknown(Reason::Malformed, "what was signed does not say what it is (content type id-data)")
    } else {
        Check::failed(Reason::SignatureInvalid, format!("what was signed is something else (content type {found})"))
    }
}

fn refused(refusal: &Refusal) -> Check {
    match refusal {
        Refusal::Signature(Unverified::Unsupported(name)) => {
            Check::unknown(Reason::UnsupportedAlgorithm, format!("{name} is not supported"))
        }
        Refusal::Signature(Unverified::MalformedKey) => Check::unknown(Reason::Malformed, refusal.to_string()),
        _ => Check::failed(Reason::SignatureInvalid, refusal.to_string()),
    }
}

impl Judged {
    fn new(
        check: Check,
        signer: Option<&SignerInfo<'_>>,
        certificate: Option<&Certificate>,
        signing_time: Option<UnixTime>,
    ) -> Self {
        let result = SignatureCheck {
            check,
            algorithm: signer.and_then(SignerInfo::algorithm_name),
            signer: certificate.map(|certificate| certificate.subject().to_string()),
        };
        Self { result, certificate: certificate.cloned(), signing_time, remarks: Vec::new() }
    }

    fn remark(&mut self, code: &'static str, message: impl Into<String>) {
        self.remarks.push(Remark { code, message: message.into() });
    }

    fn remark_on(&mut self, signed_data: &SignedData<'_>, signer: &SignerInfo<'_>, fit: Fit) {
        if fit == Fit::ReversedName {
            self.remark("reversed_signer_name", "the signer's issuer is named in the opposite order");
        }
        if !signer.has_attributes() {
            self.remark("no_signed_attributes", "the content is signed directly, without signed attributes");
        }
        if signer.signs_other_type_than(&signed_data.content_type) {
            self.remark("content_type_differs", "the signed content type is another than the stated one");
        }
    }
}
