//! X.509 certificates of a CSCA, a document signer and a master list signer (RFC 5280, Doc 9303-12, 7.1).

use rand_chacha::ChaCha20Rng;

use super::key::{KeyError, Signer};
use crate::asn1;
use crate::calendar::Date;
use crate::profile::signatures::{Identifiers as AlgorithmIdentifiers, Name, NameStrings};

/// A certificate, and the parts of it that other structures repeat.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The whole certificate.
    pub der: Vec<u8>,
    /// Serial number, big-endian.
    pub serial: Vec<u8>,
    /// The issuer's name, encoded.
    pub issuer: Vec<u8>,
    /// The subject's name, encoded.
    pub subject: Vec<u8>,
    /// Identifier of the subject's key.
    pub key_identifier: Vec<u8>,
}

/// What a certificate will say.
pub struct Template {
    /// Serial number, big-endian.
    pub serial: Vec<u8>,
    /// The issuer's name, encoded.
    pub issuer: Vec<u8>,
    /// The subject's name, encoded.
    pub subject: Vec<u8>,
    /// First day of validity, from midnight UTC.
    pub not_before: Date,
    /// Last day of validity, to the last second UTC.
    pub not_after: Date,
    /// The subject's key.
    pub public_key_info: Vec<u8>,
    /// Identifier of the subject's key, whether an extension states it or not.
    pub key_identifier: Vec<u8>,
    /// Extensions, encoded.
    pub extensions: Vec<Vec<u8>>,
}

/// Key identifiers of a certificate.
pub struct Identifiers {
    /// Of its subject.
    pub subject: Vec<u8>,
    /// Of its issuer.
    pub authority: Vec<u8>,
}

impl Template {
    /// The certificate, signed by this signer.
    ///
    /// # Errors
    /// Where the key refuses.
    pub fn sign(self, issuer: &Signer, random: &mut ChaCha20Rng) -> Result<Certificate, KeyError> {
        let algorithm = issuer.algorithm(AlgorithmIdentifiers::Combined);
        let to_be_signed = asn1::sequence(&[
            asn1::context(0, &asn1::integer(2)),
            asn1::unsigned_integer(&self.serial),
            algorithm.clone(),
            self.issuer.clone(),
            asn1::sequence(&[time(self.not_before, "000000"), time(self.not_after, "235959")]),
            self.subject.clone(),
            self.public_key_info.clone(),
            asn1::context(3, &asn1::sequence(&self.extensions)),
        ]);
        let signature = asn1::bit_string(&issuer.sign(&to_be_signed, random)?);
        Ok(Certificate {
            der: asn1::sequence(&[to_be_signed, algorithm, signature]),
            serial: self.serial,
            issuer: self.issuer,
            subject: self.subject,
            key_identifier: self.key_identifier,
        })
    }
}

/// A distinguished name: country, organisation, serial number, common name, in the order of the card's CSCA.
#[must_use]
pub fn name(name: &Name, strings: NameStrings) -> Vec<u8> {
    let attribute = |identifier: &str, value: Vec<u8>| asn1::set_of(&[asn1::sequence(&[asn1::oid(identifier), value])]);
    let mut parts = vec![attribute("2.5.4.6", asn1::tlv(0x13, name.country.as_bytes()))];
    parts.push(attribute("2.5.4.10", text(strings, &name.organization)));
    if !name.serial_number.is_empty() {
        parts.push(attribute("2.5.4.5", asn1::tlv(0x13, name.serial_number.as_bytes())));
    }
    parts.push(attribute("2.5.4.3", text(strings, &name.common_name)));
    asn1::sequence(&parts)
}

/// Extensions of a CSCA or a link certificate, as the card's first CSCA has them.
#[must_use]
pub fn authority_extensions(identifiers: Option<Identifiers>) -> Vec<Vec<u8>> {
    let basic_constraints = asn1::sequence(&[asn1::true_value(), asn1::integer(0)]);
    let mut extensions = vec![extension("2.5.29.19", true, &basic_constraints)];
    extensions.extend(key_identifier_extensions(identifiers));
    extensions.push(distribution_point());
    // keyCertSign and cRLSign: bits 5 and 6 of one byte, one bit unused.
    extensions.push(extension("2.5.29.15", true, &[0x03, 0x02, 0x01, 0x06]));
    extensions
}

/// Extensions of a document signer.
#[must_use]
pub fn document_signer_extensions(identifiers: Option<Identifiers>, document_types: &[String]) -> Vec<Vec<u8>> {
    let mut extensions = key_identifier_extensions(identifiers);
    extensions.push(distribution_point());
    // digitalSignature: bit 0, seven bits unused.
    extensions.push(extension("2.5.29.15", true, &[0x03, 0x02, 0x07, 0x80]));
    if !document_types.is_empty() {
        let types: Vec<_> = document_types.iter().map(|name| asn1::tlv(0x13, name.as_bytes())).collect();
        let list = asn1::sequence(&[asn1::integer(0), asn1::set_of(&types)]);
        extensions.push(extension("2.23.136.1.1.6.2", false, &list));
    }
    extensions
}

/// Extensions of a master list signer: as a document signer, and the purpose of signing master lists.
#[must_use]
pub fn master_list_signer_extensions(identifiers: Option<Identifiers>) -> Vec<Vec<u8>> {
    let mut extensions = document_signer_extensions(identifiers, &[]);
    extensions.push(extension("2.5.29.37", true, &asn1::sequence(&[asn1::oid("2.23.136.1.1.3")])));
    extensions
}

/// Midnight or another second of a day: UTCTime up to 2049, GeneralizedTime after (RFC 5280, 4.1.2.5).
#[must_use]
pub fn time(date: Date, clock: &str) -> Vec<u8> {
    let day = date.compact();
    if (1950..2050).contains(&date.year) {
        return asn1::tlv(0x17, format!("{}{clock}Z", &day[2..]).as_bytes());
    }
    asn1::tlv(0x18, format!("{day}{clock}Z").as_bytes())
}

/// One extension.
#[must_use]
pub fn extension(identifier: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { asn1::true_value() } else { Vec::new() };
    asn1::sequence(&[asn1::oid(identifier), critical, asn1::octet_string(value)])
}

/// PEM of a certificate (RFC 7468).
///
/// # Panics
/// Never: the label is fixed, and DER of any length has a PEM.
#[must_use]
pub fn pem(certificate: &[u8]) -> String {
    pem_of("CERTIFICATE", certificate)
}

/// The same with another label (RFC 7468).
#[must_use]
pub fn pem_of(label: &str, der: &[u8]) -> String {
    der::pem::encode_string(label, der::pem::LineEnding::LF, der).expect("a valid label")
}

fn key_identifier_extensions(identifiers: Option<Identifiers>) -> Vec<Vec<u8>> {
    let Some(Identifiers { subject, authority }) = identifiers else { return Vec::new() };
    let authority = asn1::sequence(&[asn1::context_primitive(0, &authority)]);
    vec![extension("2.5.29.35", false, &authority), extension("2.5.29.14", false, &asn1::octet_string(&subject))]
}

fn distribution_point() -> Vec<u8> {
    let address = asn1::context_primitive(6, b"http://csca.example/csca.crl");
    let point = asn1::sequence(&[asn1::context(0, &asn1::context(0, &address))]);
    extension("2.5.29.31", false, &asn1::sequence(&[point]))
}

fn text(strings: NameStrings, value: &str) -> Vec<u8> {
    match strings {
        NameStrings::Utf8 => asn1::tlv(0x0C, value.as_bytes()),
        NameStrings::Printable => asn1::tlv(0x13, value.as_bytes()),
        NameStrings::Teletex => asn1::tlv(0x14, value.as_bytes()),
        NameStrings::Bmp => {
            let units: Vec<u8> = value.encode_utf16().flat_map(u16::to_be_bytes).collect();
            asn1::tlv(0x1E, &units)
        }
    }
}
