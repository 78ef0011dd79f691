//! Certificates, revocation lists and master lists.

use std::collections::BTreeMap;

use icao9303::check::Remark;
use icao9303::passive_authentication::{
    Added, Certificate, Crl, ImportError, Imported, MasterList, MasterListError, TrustAnchors, UnixTime, Unverified,
    import,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{InspectError, Inspection, Kind, known, signed};
use crate::messages::Words;

/// id-SecurityObject, the content of EF.CardSecurity.
const SECURITY_OBJECT: &str = "0.4.0.127.0.7.3.2.1";
/// id-icao-mrtd-security-ldsSecurityObject, the content of EF.SOD.
const LDS_SECURITY_OBJECT: &str = "2.23.136.1.1.1";

/// Reads DER, BER, PEM or LDIF.
pub(super) fn inspect(bytes: &[u8], now: UnixTime) -> Result<Inspection, InspectError> {
    match import(bytes) {
        Ok(imported) => Ok(of_imported(imported, now)),
        Err(ImportError::MasterList(MasterListError::OtherContent(content))) => match content.to_string().as_str() {
            SECURITY_OBJECT => signed::card_security(bytes, now),
            LDS_SECURITY_OBJECT => signed::bare_sod(bytes, now),
            _ => Err(malformed("signed data", &format!("what is signed is of a kind not known here: {content}"))),
        },
        Err(ImportError::MasterList(error)) => Err(InspectError::MasterList(error)),
        Err(ImportError::Nothing) => Err(InspectError::Unknown),
        Err(error) => Err(malformed("a certificate or a list", &error)),
    }
}

pub(super) fn malformed(kind: &'static str, why: &dyn std::fmt::Display) -> InspectError {
    InspectError::Malformed { kind, why: why.to_string() }
}

fn of_imported(imported: Imported, now: UnixTime) -> Inspection {
    let Imported { certificates, revocation_lists, master_lists, refused } = &imported;
    match (certificates.as_slice(), revocation_lists.as_slice(), master_lists.as_slice(), refused.as_slice()) {
        ([certificate], [], [], []) => of_certificate(certificate, now),
        ([], [list], [], []) => of_revocation_list(list, now),
        ([], [], [list], []) => of_master_list(list, now),
        _ => of_collection(&imported, now),
    }
}

fn of_certificate(certificate: &Certificate, now: UnixTime) -> Inspection {
    let mut inspection = Inspection::new(Kind::Certificate);
    inspection.fields = details(certificate, now);
    inspection.deviations = certificate.deviations();
    inspection
}

fn of_revocation_list(list: &Crl, now: UnixTime) -> Inspection {
    let mut inspection = Inspection::new(Kind::RevocationList);
    inspection.fields = list_summary(list, now);
    inspection
}

fn of_master_list(list: &MasterList, now: UnixTime) -> Inspection {
    let mut inspection = Inspection::new(Kind::MasterList);
    inspection.fields = master_list_summary(list, now);
    let certificates = list.certificates.iter().map(|certificate| Value::Object(summary(certificate, now)));
    inspection.set("certificates", certificates.collect::<Vec<_>>());
    inspection.deviations = deviations_counted(&list.certificates);
    if !list.unreadable.is_empty() {
        let message = format!("{} entries are no certificates: {:?}", list.unreadable.len(), list.unreadable);
        inspection.deviations.push(Remark { code: "unreadable_entry", message });
    }
    inspection
}

fn of_collection(imported: &Imported, now: UnixTime) -> Inspection {
    let mut inspection = Inspection::new(Kind::Collection);
    let objects = |rows: Vec<Map<String, Value>>| rows.into_iter().map(Value::Object).collect::<Vec<_>>();
    let certificates = imported.certificates.iter().map(|certificate| summary(certificate, now)).collect();
    let lists = imported.revocation_lists.iter().map(|list| list_summary(list, now)).collect();
    let master_lists = imported.master_lists.iter().map(|list| master_list_summary(list, now)).collect();
    inspection.set("certificate_count", imported.certificates.len());
    inspection.set("master_lists", objects(master_lists));
    inspection.set("revocation_lists", objects(lists));
    inspection.set("certificates", objects(certificates));
    let refused = imported.refused.iter();
    let refused = refused.map(|(number, error)| json!({ "part": number, "message": error.to_string() }));
    inspection.set("refused", refused.collect::<Vec<_>>());
    inspection.deviations = deviations_counted(&imported.certificates);
    inspection
}

/// Each deviation once, with how many certificates have it.
fn deviations_counted(certificates: &[Certificate]) -> Vec<Remark> {
    let mut counts: BTreeMap<&'static str, (usize, String)> = BTreeMap::new();
    for remark in certificates.iter().flat_map(Certificate::deviations) {
        counts.entry(remark.code).or_insert((0, remark.message)).0 += 1;
    }
    let remark = |(code, (count, message))| Remark { code, message: format!("{message} ({count} of them)") };
    counts.into_iter().map(remark).collect()
}

/// The whole of a certificate.
#[must_use]
pub fn details(certificate: &Certificate, now: UnixTime) -> Map<String, Value> {
    let mut fields = summary(certificate, now);
    let extensions = certificate.extensions();
    let mut set = |name: &str, value: Value| {
        if !value.is_null() && value != json!([]) {
            fields.insert(name.to_owned(), value);
        }
    };
    set("version", certificate.version().into());
    set("serial_number", hex(certificate.serial_number()).into());
    if certificate.is_self_issued() {
        set("self_signature", verified(certificate.verify_signature(certificate)).into());
    }
    set("key_identifier", hex(&certificate.key_identifier()).into());
    set("authority_key_identifier", json!(extensions.authority_key_identifier.as_deref().map(hex)));
    if let Some(constraints) = extensions.basic_constraints {
        set("basic_constraints", json!({ "ca": constraints.ca, "path_length": constraints.path_length }));
    }
    if let Some(usage) = extensions.key_usage {
        let named = [
            (usage.digital_signature(), "digitalSignature"),
            (usage.non_repudiation(), "nonRepudiation"),
            (usage.key_cert_sign(), "keyCertSign"),
            (usage.crl_sign(), "cRLSign"),
        ];
        set("key_usage", named.iter().filter(|(set, _)| *set).map(|(_, name)| *name).collect());
    }
    set("extended_key_usage", extensions.extended_key_usage.iter().map(ToString::to_string).collect());
    if let Some((from, until)) = extensions.private_key_usage {
        set("private_key_usage", json!({ "not_before": from.map(time), "not_after": until.map(time) }));
    }
    set("document_types", json!(extensions.document_types));
    set("crl_distribution_points", json!(extensions.crl_distribution_points));
    fields
}

/// What a certificate is told by.
#[must_use]
pub fn summary(certificate: &Certificate, now: UnixTime) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut set = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    set("role", role(certificate).into());
    set("country", json!(certificate.country()));
    set("subject", certificate.subject().to_string().into());
    set("issuer", certificate.issuer().to_string().into());
    set("not_before", time(certificate.not_before()).into());
    set("not_after", time(certificate.not_after()).into());
    set("validity", validity(certificate, now).into());
    let key = certificate.public_key().map_or_else(|error| error.to_string(), |key| key.name());
    set("public_key", key.into());
    set("signature_algorithm", json!(certificate.signature_algorithm()));
    set("sha256_fingerprint", hex(&certificate.sha256_fingerprint()).into());
    if let Some(Words { vi, en }) = known::words_of(certificate) {
        set("recognised", json!({ "name": en, "name_vi": vi, "trusted": false }));
    }
    fields
}

/// What a certificate is for, by what it says of itself.
fn role(certificate: &Certificate) -> &'static str {
    if TrustAnchors::new().add(certificate.clone()) == Added::NotAnAuthority {
        return if certificate.claims_to_be_ca() { "unusable_authority" } else { "signer" };
    }
    if certificate.is_self_issued() { "authority" } else { "link" }
}

/// Where `now` is in the certificate's validity.
#[must_use]
pub fn validity(certificate: &Certificate, now: UnixTime) -> &'static str {
    if now < certificate.not_before() {
        "not_yet_valid"
    } else if now > certificate.not_after() {
        "expired"
    } else {
        "valid"
    }
}

/// What a revocation list says, without its entries.
#[must_use]
pub fn list_summary(list: &Crl, now: UnixTime) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut set = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    set("issuer", list.issuer().to_string().into());
    set("this_update", time(list.this_update()).into());
    set("next_update", json!(list.next_update().map(time)));
    set("freshness", freshness(list, now).into());
    set("days_left", json!(list.next_update().map(|next| next.saturating_sub(now).div_euclid(24 * 3600))));
    set("revoked", list.len().into());
    set("number", json!(list.number().map(hex)));
    set("sha256_fingerprint", hex(&Sha256::digest(list.as_bytes())).into());
    fields
}

/// Whether a revocation list is still to be relied on.
fn freshness(list: &Crl, now: UnixTime) -> &'static str {
    match list.next_update() {
        _ if now < list.this_update() => "not_yet_valid",
        Some(next) if now > next => "out_of_date",
        Some(_) => "fresh",
        None => "no_next_update",
    }
}

/// What a master list says, without its entries. Its own signature is good, or it would have been refused.
#[must_use]
pub fn master_list_summary(list: &MasterList, now: UnixTime) -> Map<String, Value> {
    let mut countries: BTreeMap<String, usize> = BTreeMap::new();
    for certificate in &list.certificates {
        let country = certificate.country().unwrap_or("?").to_ascii_uppercase();
        *countries.entry(country).or_default() += 1;
    }
    let expired = list.certificates.iter().filter(|certificate| validity(certificate, now) == "expired").count();
    let recognised: Vec<_> = list.certificates.iter().filter_map(known::name_of).collect();
    let mut fields = Map::new();
    let mut set = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    set("signature", "valid".into());
    set("signature_algorithm", json!(list.algorithm));
    set("signing_time", json!(list.signing_time.map(time)));
    set("signer", Value::Object(summary(&list.signer, now)));
    set("certificate_count", list.certificates.len().into());
    set("expired_count", expired.into());
    set("countries", json!(countries));
    if !recognised.is_empty() {
        set("recognised", json!(recognised));
    }
    fields
}

/// How a signature fared, in one word or with why it could not be told.
#[must_use]
pub fn verified(result: Result<(), Unverified>) -> String {
    match result {
        Ok(()) => "valid".into(),
        Err(Unverified::Invalid) => "invalid".into(),
        Err(error) => format!("unknown: {error}"),
    }
}

/// RFC 3339, or the number of seconds where no calendar reaches.
#[must_use]
pub fn time(at: UnixTime) -> String {
    Timestamp::from_second(at).map_or_else(|_| at.to_string(), |at| at.to_string())
}

/// Hexadecimal in small letters, as in all machine-readable results.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}
