//! Whether the Document Signer was issued by a trusted authority of the state that issued the document, and may sign it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::check::{Check, Reason};

use super::certificate::Certificate;
use super::chain::{Issuer, Pool, Trusted, is_same_authority};
use super::country;
use super::time::UnixTime;

/// id-icao-cscaMasterListSigningKey and id-icao-DeviationListSigningKey: keys for other things than documents.
const OTHER_PURPOSES: [&str; 2] = ["2.23.136.1.1.3", "2.23.136.1.1.8"];

/// What the document says of itself in DG1, which the Document Signer must be for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DocumentIdentity<'a> {
    /// The issuing state: three letters, as in the MRZ.
    pub issuing_state: Option<&'a str>,
    /// The document code: one or two letters, as in the MRZ.
    pub document_code: Option<&'a str>,
}

/// Result of the check `issuer`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerCheck {
    /// The check.
    pub check: Check,
    /// The name of the anchor that the chain ends in.
    pub anchor: Option<String>,
    /// The SHA-256 fingerprint of the anchor's certificate.
    pub anchor_fingerprint: Option<[u8; 32]>,
    /// The names from the Document Signer to the anchor. Empty where there is no chain.
    pub path: Vec<String>,
}

/// The result, and the authority that issued the Document Signer where one was found.
pub(crate) fn check<'a>(
    signer: &'a Certificate,
    pool: &Pool<'a>,
    document: DocumentIdentity<'_>,
    now: UnixTime,
) -> (IssuerCheck, Option<&'a Certificate>) {
    let none = |check| (IssuerCheck { check, anchor: None, anchor_fingerprint: None, path: Vec::new() }, None);
    let found = match pool.issuer_of(signer) {
        Issuer::Found(found) => found,
        Issuer::Forged(anchor) => {
            let message =
                format!("the Document Signer names {} and its key, and is not signed by it", anchor.subject());
            return none(Check::failed(Reason::SignatureInvalid, message));
        }
        Issuer::Unsupported(name) => {
            let message = format!("the Document Signer's certificate cannot be verified: {name} is not supported");
            return none(Check::unknown(Reason::UnsupportedAlgorithm, message));
        }
        Issuer::Unknown => {
            let message = format!("no trust anchor is loaded for {}", signer.issuer());
            return none(Check::unknown(Reason::UnknownIssuer, message));
        }
    };

    // The same key can be certified more than once, with another validity each time: the best of them counts.
    let judged = found.into_iter().map(|trusted| (objection(signer, &trusted, document, now), trusted));
    let best = judged.min_by_key(|(objection, _)| match objection.as_ref().map(|(reason, _)| *reason) {
        None => 0,
        Some(Reason::Expired | Reason::NotYetValid) => 1,
        Some(_) => 2,
    });
    // `Issuer::Found` holds at least one.
    let Some((objection, trusted)) = best else { return none(Check::unknown(Reason::UnknownIssuer, "")) };
    let check = objection.map_or_else(Check::passed, |(reason, message)| Check::unknown(reason, message));
    let anchor = trusted.path.last();
    let result = IssuerCheck {
        check,
        anchor: anchor.map(|anchor| anchor.subject().to_string()),
        anchor_fingerprint: anchor.map(|anchor| anchor.sha256_fingerprint()),
        path: core::iter::once(&signer).chain(&trusted.path).map(|step| step.subject().to_string()).collect(),
    };
    (result, Some(trusted.authority()))
}

/// Why a chain that verifies does not make the Document Signer the right one.
fn objection(
    signer: &Certificate,
    trusted: &Trusted<'_>,
    document: DocumentIdentity<'_>,
    now: UnixTime,
) -> Option<(Reason, String)> {
    let wrong = |message: String| Some((Reason::WrongIssuer, message));
    let is_issuer = trusted.path.iter().any(|step| is_same_authority(step, signer));
    if signer.claims_to_be_ca() || is_issuer {
        return wrong("the document is signed by a certification authority, not by a Document Signer".into());
    }
    if let Some(message) = misuse(signer) {
        return wrong(message);
    }
    if let Some(found) = other_country(signer, trusted, document) {
        return Some(found);
    }
    if let Some(found) = other_document_type(signer, document) {
        return Some(found);
    }
    core::iter::once(&signer).chain(&trusted.path).find_map(|certificate| out_of_validity(certificate, now))
}

/// Why the certificate does not let its key sign documents.
fn misuse(signer: &Certificate) -> Option<String> {
    let extensions = signer.extensions();
    if extensions.has_malformed_constraint() {
        return Some("what the Document Signer's key may be used for cannot be read".into());
    }
    if let Some(unknown) = extensions.unknown_critical.first() {
        return Some(format!("the Document Signer's certificate has the unknown critical extension {unknown}"));
    }
    if extensions.key_usage.is_some_and(|usage| !usage.digital_signature() && !usage.non_repudiation()) {
        return Some("the Document Signer's key is not for signatures".into());
    }
    let purposes = &extensions.extended_key_usage;
    if purposes.iter().any(|purpose| OTHER_PURPOSES.contains(&purpose.to_string().as_str())) {
        return Some("the signer's key is for lists, not for documents".into());
    }
    None
}

fn other_country(
    signer: &Certificate,
    trusted: &Trusted<'_>,
    document: DocumentIdentity<'_>,
) -> Option<(Reason, String)> {
    let Some(state) = document.issuing_state else {
        return Some((Reason::NotRead, "no signed DG1 names the issuing state".into()));
    };
    let state = country::normalise(state);
    core::iter::once(&signer).chain(&trusted.path).find_map(|certificate| {
        let country = country::normalise(certificate.country().unwrap_or_default());
        (country.is_empty() || country != state).then(|| {
            let message = format!("the document is of {state}, and {} is not of that state", certificate.subject());
            (Reason::WrongIssuer, message)
        })
    })
}

fn other_document_type(signer: &Certificate, document: DocumentIdentity<'_>) -> Option<(Reason, String)> {
    let types = signer.extensions().document_types.as_ref()?;
    let Some(code) = document.document_code else {
        return Some((Reason::NotRead, "no signed DG1 names the kind of document".into()));
    };
    let plain = |code: &str| code.replace('<', "").trim().to_uppercase();
    let code = plain(code);
    let fits = types
        .iter()
        .map(|listed| plain(listed))
        .any(|listed| listed == code || (listed.chars().count() == 1 && code.starts_with(&listed)));
    let message = || format!("the Document Signer is for documents of the kind {}", types.join(", "));
    (!fits).then(|| (Reason::WrongIssuer, message()))
}

fn out_of_validity(certificate: &Certificate, now: UnixTime) -> Option<(Reason, String)> {
    let subject = certificate.subject();
    let reason = certificate.out_of_validity(now)?;
    let message = match reason {
        Reason::NotYetValid => format!("the certificate of {subject} is not valid yet"),
        _ => format!("the certificate of {subject} has expired"),
    };
    Some((reason, message))
}
