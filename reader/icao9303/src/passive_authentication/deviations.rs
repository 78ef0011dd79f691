//! What real issuers do otherwise than the standard says. Each is taken, because it lets no forgery through, and each is
//! named.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use der::asn1::ObjectIdentifier;

use crate::check::Remark;
use crate::crypto::hash::HashAlgorithm;
use crate::crypto::signature::PublicKey;

use super::asn1::has_padded_lengths;
use super::certificate::Certificate;
use super::sod::{EfSod, LDS_SECURITY_OBJECT, is_lds_security_object};
use super::time::UnixTime;

impl Certificate {
    /// Where the certificate is otherwise than RFC 5280 and Doc 9303-12 §7.1 say.
    #[must_use]
    pub fn deviations(&self) -> Vec<Remark> {
        of_certificate(self, "certificate")
    }
}

/// The deviations of a certificate, which is called `role` in the messages.
pub(crate) fn of_certificate(certificate: &Certificate, role: &str) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let mut remark = |present: bool, code, what: &str| {
        if present {
            remarks.push(Remark { code, message: format!("the {role}'s {what}") });
        }
    };
    let extensions = certificate.extensions();
    let serial = certificate.serial_number();
    let names = [certificate.issuer(), certificate.subject()];
    let is_ca = certificate.claims_to_be_ca() || certificate.is_self_issued();
    let (inner, outer) = certificate.algorithms();

    remark(certificate.version() != 3, "certificate_version", "certificate is not of version 3");
    remark(serial.first().is_some_and(|first| first & 0x80 != 0), "negative_serial", "serial number is negative");
    remark(matches!(serial, [] | [0]), "zero_serial", "serial number is zero");
    remark(is_padded(serial), "padded_serial", "serial number has octets it does not need");
    remark(serial.len() > 20, "long_serial", "serial number is longer than 20 octets");
    remark(has_padded_lengths(certificate.as_bytes()), "not_der", "certificate is not in DER");
    remark(inner != outer, "algorithm_differs", "certificate names its signature algorithm in two ways");
    remark(names.iter().any(|name| name.country().is_none()), "no_country", "certificate names no country");
    remark(
        names.iter().filter_map(|name| name.country()).any(|country| country.chars().any(|c| c.is_ascii_lowercase())),
        "country_in_small_letters",
        "country is written in small letters",
    );
    remark(
        names.iter().any(|name| name.country_has_wrong_type()),
        "country_string_type",
        "country is not a PrintableString",
    );
    remark(
        names.iter().any(|name| name.has_wrong_string_type()),
        "name_string_type",
        "name is neither in UTF8String nor in PrintableString",
    );
    remark(
        matches!(certificate.public_key(), Ok(PublicKey::Ec { explicit_parameters: true, .. })),
        "explicit_ec_parameters",
        "key spells out its curve in place of naming it",
    );
    remark(
        is_ca && extensions.basic_constraints.is_none(),
        "no_basic_constraints",
        "certificate has no basicConstraints",
    );
    remark(extensions.key_usage.is_none(), "no_key_usage", "certificate has no keyUsage");
    remark(
        is_ca && extensions.subject_key_identifier.is_none(),
        "no_subject_key_identifier",
        "certificate has no subjectKeyIdentifier",
    );
    remark(
        !is_ca && extensions.authority_key_identifier.is_none(),
        "no_authority_key_identifier",
        "certificate has no authorityKeyIdentifier",
    );
    remark(
        is_ca && !extensions.unknown_critical.is_empty(),
        "unknown_critical_extension",
        "certificate has a critical extension that is not understood",
    );
    remark(!extensions.malformed.is_empty(), "malformed_extension", "certificate has an extension that cannot be read");
    remarks
}

/// The deviations of EF.SOD itself.
pub(crate) fn of_sod(sod: &EfSod, content_type: &ObjectIdentifier) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let mut remark = |code, message: String| remarks.push(Remark { code, message });
    if sod.is_indefinite() {
        remark("sod_not_der", "EF.SOD is in BER with indefinite lengths or strings in pieces".into());
    }
    if is_lds_security_object(content_type) && *content_type != LDS_SECURITY_OBJECT {
        remark("old_content_type", format!("EF.SOD has the old content type {content_type}"));
    }
    if sod.security_object().hash_algorithm == Ok(HashAlgorithm::Sha1) {
        remark("weak_hash", "the data groups are hashed with SHA-1".into());
    }
    let object = sod.security_object();
    if (object.version == 0) != object.lds_version.is_none() || object.version > 1 {
        remark("sod_version", format!("the security object says version {} and is another", object.version));
    }
    remarks
}

/// Whether EF.SOD was signed while the Document Signer's certificate let its key sign.
///
/// Apart from the check `issuer`, which is about the time of checking: a document outlives the use of the key that signed
/// it by design. The signing time is the signer's own word, so that it decides nothing.
pub(crate) fn of_signing_time(signer: &Certificate, signed_at: Option<UnixTime>) -> Option<Remark> {
    let signed_at = signed_at?;
    let (code, message) = if signer.out_of_validity(signed_at).is_some() {
        ("signed_outside_validity", "EF.SOD says it was signed when the Document Signer's certificate was not valid")
    } else if signer.is_key_out_of_use(signed_at) {
        ("signed_outside_key_usage", "EF.SOD says it was signed when the Document Signer's key was not in use")
    } else {
        return None;
    };
    Some(Remark { code, message: message.into() })
}

/// The same one step up: whether the Document Signer's certificate begins while the country signer's let its key sign.
pub(crate) fn of_issuing_time(signer: &Certificate, authority: &Certificate) -> Option<Remark> {
    let issued_at = signer.not_before();
    let (code, message) = if authority.out_of_validity(issued_at).is_some() {
        ("issued_outside_validity", "the Document Signer's certificate begins when its country signer's is not valid")
    } else if authority.is_key_out_of_use(issued_at) {
        (
            "issued_outside_key_usage",
            "the Document Signer's certificate begins when its country signer's key is not in use",
        )
    } else {
        return None;
    };
    Some(Remark { code, message: message.into() })
}

fn is_padded(integer: &[u8]) -> bool {
    match integer {
        [0x00, second, ..] => second & 0x80 == 0,
        [0xFF, second, ..] => second & 0x80 != 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::signed::same_algorithm;
    use super::*;

    #[test]
    fn an_integer_is_padded_where_its_sign_stands_twice() {
        assert!(is_padded(&[0x00, 0x7F]) && is_padded(&[0xFF, 0x80]));
        assert!(!is_padded(&[0x00, 0x80]) && !is_padded(&[0xFF, 0x7F]) && !is_padded(&[0x00]) && !is_padded(&[]));
    }

    #[test]
    fn absent_parameters_are_as_good_as_null() {
        let absent = [0x30, 0x04, 0x06, 0x02, 0x2A, 0x03];
        let null = [0x30, 0x06, 0x06, 0x02, 0x2A, 0x03, 0x05, 0x00];
        let other = [0x30, 0x06, 0x06, 0x02, 0x2A, 0x04, 0x05, 0x00];
        assert!(same_algorithm(&absent, &null) && !same_algorithm(&null, &other));
        assert!(!same_algorithm(&null, &null[..7]));
    }
}
