//! CMS SignedData with one signer (RFC 5652, 5), with all the liberties that documents in the field take.

use rand_chacha::ChaCha20Rng;

use super::Party;
use super::certificate::time;
use super::key::{self, KeyError};
use crate::asn1;
use crate::calendar::Date;
use crate::profile::signatures::{Encoding, Identifiers, SignerIdentifier};

/// What to sign, and how.
pub struct SignedData<'a> {
    /// Object identifier of the content.
    pub content_type: &'a str,
    /// The content that is signed.
    pub content: &'a [u8],
    /// Certificates to put inside.
    pub certificates: &'a [&'a [u8]],
    /// Whether there are signed attributes.
    pub signed_attributes: bool,
    /// The time that the signed attributes give.
    pub signing_time: Option<Date>,
    /// How the signer is named.
    pub signer_identifier: SignerIdentifier,
    /// Which identifiers name the signature algorithm.
    pub identifiers: Identifiers,
    /// DER, or BER with indefinite lengths.
    pub encoding: Encoding,
    /// What is shown instead, once the signature is made.
    pub forgery: Forgery<'a>,
}

/// What is shown instead of what was signed.
#[derive(Clone, Copy)]
pub enum Forgery<'a> {
    /// Nothing: it is what was signed.
    None,
    /// This content.
    Content(&'a [u8]),
    /// This content, and signed attributes with its digest.
    ContentAndDigest(&'a [u8]),
    /// A signature with one bit changed.
    Signature,
}

impl SignedData<'_> {
    /// The ContentInfo around the SignedData.
    ///
    /// # Errors
    /// Where the key refuses.
    pub fn sign(&self, party: &Party, random: &mut ChaCha20Rng) -> Result<Vec<u8>, KeyError> {
        let signer = &party.signer;
        let signed_attributes = self.attributes(party, self.content);
        // The signature is over the attributes as a SET, though they stand as [0] (RFC 5652, 5.4).
        let message = if self.signed_attributes { asn1::set_of(&signed_attributes) } else { self.content.to_vec() };
        let mut signature = signer.sign(&message, random)?;
        let (content, attributes) = match self.forgery {
            Forgery::None => (self.content, signed_attributes),
            Forgery::Content(content) => (content, signed_attributes),
            Forgery::ContentAndDigest(content) => (content, self.attributes(party, content)),
            Forgery::Signature => {
                key::flip_last_bit(&mut signature);
                (self.content, signed_attributes)
            }
        };
        let signer_info = self.signer_info(party, &attributes, &signature);
        Ok(self.content_info(party, content, &signer_info))
    }

    fn attributes(&self, party: &Party, content: &[u8]) -> Vec<Vec<u8>> {
        let attribute =
            |identifier: &str, value: Vec<u8>| asn1::sequence(&[asn1::oid(identifier), asn1::set_of(&[value])]);
        let digest = key::digest(party.signer.signing.digest, content);
        let mut attributes = vec![
            attribute("1.2.840.113549.1.9.3", asn1::oid(self.content_type)),
            attribute("1.2.840.113549.1.9.4", asn1::octet_string(&digest)),
        ];
        if let Some(day) = self.signing_time {
            attributes.push(attribute("1.2.840.113549.1.9.5", time(day, "080000")));
        }
        attributes
    }

    fn signer_info(&self, party: &Party, attributes: &[Vec<u8>], signature: &[u8]) -> Vec<u8> {
        let certificate = &party.certificate;
        let (version, identifier) = match self.signer_identifier {
            SignerIdentifier::IssuerAndSerial => {
                let serial = asn1::unsigned_integer(&certificate.serial);
                (1, asn1::sequence(&[certificate.issuer.clone(), serial]))
            }
            SignerIdentifier::KeyIdentifier => (3, asn1::context_primitive(0, &certificate.key_identifier)),
        };
        let mut parts = vec![asn1::integer(version), identifier, key::digest_algorithm(party.signer.signing.digest)];
        if self.signed_attributes {
            let mut sorted = attributes.to_vec();
            sorted.sort();
            parts.push(asn1::context(0, &sorted.concat()));
        }
        parts.push(party.signer.algorithm(self.identifiers));
        parts.push(asn1::octet_string(signature));
        asn1::sequence(&parts)
    }

    fn content_info(&self, party: &Party, content: &[u8], signer_info: &[u8]) -> Vec<u8> {
        let digests = asn1::set_of(&[key::digest_algorithm(party.signer.signing.digest)]);
        let certificates = match self.certificates {
            [] => Vec::new(),
            certificates => {
                let mut sorted: Vec<_> = certificates.iter().map(|der| der.to_vec()).collect();
                sorted.sort();
                asn1::context(0, &sorted.concat())
            }
        };
        let signers = asn1::tlv(asn1::SET.into(), signer_info);
        let (version, content_type) = (asn1::integer(3), asn1::oid(self.content_type));
        let signed_data_type = asn1::oid("1.2.840.113549.1.7.2");
        match self.encoding {
            Encoding::Der => {
                let content = asn1::context(0, &asn1::octet_string(content));
                let encapsulated = asn1::sequence(&[content_type, content]);
                let data = asn1::sequence(&[version, digests, encapsulated, certificates, signers]);
                asn1::sequence(&[signed_data_type, asn1::context(0, &data)])
            }
            Encoding::Ber => {
                let content = asn1::indefinite(0xA0, &asn1::octet_string_in_pieces(content, 100));
                let encapsulated = asn1::indefinite(0x30, &[content_type, content].concat());
                let data = asn1::indefinite(0x30, &[version, digests, encapsulated, certificates, signers].concat());
                asn1::indefinite(0x30, &[signed_data_type, asn1::indefinite(0xA0, &data)].concat())
            }
        }
    }
}
