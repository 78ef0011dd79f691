//! Who signs the card, how, and what is wrong with it.

use icao9303::crypto::curve::Curve;
use serde::{Deserialize, Serialize};

use super::algorithms::{Digest, KeyKind};
use crate::calendar::Date;
use crate::faults::FileName;

/// How one signer signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signing {
    /// The key.
    pub key: KeyKind,
    /// The hash.
    #[serde(default = "sha_256")]
    pub digest: Digest,
    /// The scheme; `default` is ECDSA or RSA PKCS #1 v1.5.
    #[serde(default)]
    pub scheme: Scheme,
    /// PSS: length of the salt. Default: as long as the hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt_length: Option<u8>,
    /// PSS: another hash for the mask generation function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask_digest: Option<Digest>,
    /// Whether certificates state the curve by all its numbers instead of by name.
    #[serde(default)]
    pub explicit_parameters: bool,
}

const fn sha_256() -> Digest {
    Digest::Sha256
}

/// A signature scheme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// ECDSA for a curve, PKCS #1 v1.5 for RSA, DSA for DSA.
    #[default]
    Default,
    /// RSASSA-PSS.
    Pss,
    /// ECDSA with r and s side by side under BSI's identifiers (TR-03111, 5.2.1).
    PlainEcdsa,
}

/// The country signing CA.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CountrySigner {
    /// How it signs.
    pub signing: Signing,
    /// The name in its certificate.
    pub name: Name,
    /// First day of validity. Default: five years ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Date>,
    /// Last day of validity. Default: in twenty years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Date>,
    /// Whether certificates carry key identifiers.
    pub key_identifiers: bool,
    /// Whether the certificate is exported for readers. Where not, the issuer of the card is unknown.
    pub exported: bool,
    /// Whether there was an earlier CSCA, which vouches for this one by a link certificate. The earlier one is then
    /// exported as the trust anchor, and the link certificate beside it.
    pub link: bool,
}

impl Default for CountrySigner {
    fn default() -> Self {
        Self {
            signing: Signing {
                key: KeyKind::Ec(Curve::Secp384r1),
                digest: Digest::Sha384,
                scheme: Scheme::Default,
                salt_length: None,
                mask_digest: None,
                explicit_parameters: false,
            },
            name: Name { common_name: "CSCA Vietnam (synthetic)".into(), ..Name::default() },
            not_before: None,
            not_after: None,
            key_identifiers: true,
            exported: true,
            link: false,
        }
    }
}

/// A distinguished name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Name {
    /// Country, two letters.
    pub country: String,
    /// Organisation.
    pub organization: String,
    /// Serial number, empty for none.
    pub serial_number: String,
    /// Common name.
    pub common_name: String,
    /// Which ASN.1 string type is used for organisation and common name.
    pub strings: NameStrings,
}

impl Default for Name {
    fn default() -> Self {
        Self {
            country: "VN".into(),
            organization: "Synthetic test cards".into(),
            serial_number: "001".into(),
            common_name: String::new(),
            strings: NameStrings::Utf8,
        }
    }
}

/// The ASN.1 string type of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameStrings {
    /// UTF8String, as Doc 9303-12 asks.
    Utf8,
    /// PrintableString.
    Printable,
    /// TeletexString.
    Teletex,
    /// BMPString.
    Bmp,
}

/// The document signer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentSigner {
    /// How it signs EF.SOD.
    pub signing: Signing,
    /// The name in its certificate.
    pub name: Name,
    /// How the issuer's name inside its certificate is written, where the CSCA writes it otherwise: names that match
    /// only when compared by meaning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_strings: Option<NameStrings>,
    /// First day of validity. Default: a year ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Date>,
    /// Last day of validity. Default: in ten years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Date>,
    /// Who issued its certificate.
    pub issued_by: IssuedBy,
    /// Whether the certificate claims to be a CA's.
    pub ca: bool,
    /// The document types it may sign (Doc 9303-12, documentTypeList). Empty: the extension is absent.
    pub document_types: Vec<String>,
    /// Whether the revocation list names it.
    pub revoked: bool,
}

impl Default for DocumentSigner {
    fn default() -> Self {
        Self {
            signing: Signing {
                key: KeyKind::Ec(Curve::BrainpoolP384r1),
                digest: Digest::Sha256,
                scheme: Scheme::Default,
                salt_length: None,
                mask_digest: None,
                explicit_parameters: false,
            },
            name: Name { common_name: "Document Signer CCCD (synthetic)".into(), ..Name::default() },
            issuer_strings: None,
            not_before: None,
            not_after: None,
            issued_by: IssuedBy::Csca,
            ca: false,
            document_types: Vec::new(),
            revoked: false,
        }
    }
}

/// Who issued the document signer's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssuedBy {
    /// The CSCA.
    Csca,
    /// Someone with the CSCA's name and key identifier and another key.
    Forger,
    /// A CSCA of another name: it is in the master list, and it is not the one exported as the anchor.
    Stranger,
    /// Itself.
    Itself,
}

/// EF.SOD.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecurityObject {
    /// Version of the LDS security object, 0 or 1.
    pub version: u8,
    /// The hash over data groups.
    pub digest: Digest,
    /// DER, or BER with indefinite lengths.
    pub encoding: Encoding,
    /// The content type: `icao`, or an object identifier in dotted form.
    pub content_type: String,
    /// Whether there are signed attributes. Without them the signature is over the content itself.
    pub signed_attributes: bool,
    /// Whether the signed attributes give the time.
    pub signing_time: bool,
    /// How the signer is named.
    pub signer: SignerIdentifier,
    /// Whether the document signer's certificate is inside.
    pub certificate: bool,
    /// Which object identifiers name the signature algorithm.
    pub identifiers: Identifiers,
    /// Data groups left out of the list of hashes.
    pub unlisted: Vec<FileName>,
    /// What was changed after signing.
    pub tampered: Tampering,
}

impl Default for SecurityObject {
    fn default() -> Self {
        Self {
            version: 0,
            digest: Digest::Sha256,
            encoding: Encoding::Der,
            content_type: "icao".into(),
            signed_attributes: true,
            signing_time: true,
            signer: SignerIdentifier::IssuerAndSerial,
            certificate: true,
            identifiers: Identifiers::Combined,
            unlisted: Vec::new(),
            tampered: Tampering::Nothing,
        }
    }
}

/// How EF.SOD is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Definite lengths.
    Der,
    /// Indefinite lengths, and the content in pieces.
    Ber,
}

/// How a CMS signature names its signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignerIdentifier {
    /// By issuer and serial number.
    IssuerAndSerial,
    /// By subject key identifier.
    KeyIdentifier,
}

/// Which object identifiers a CMS signature uses for its algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identifiers {
    /// Key and hash in one: `ecdsa-with-SHA256`.
    Combined,
    /// The key's alone, with the hash named beside it: `rsaEncryption`, `id-ecPublicKey`.
    KeyOnly,
    /// Those of before: `sha1WithRSASignature` 1.3.14.3.2.29 for RSA with SHA-1.
    Old,
}

/// What someone changed in EF.SOD after it was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tampering {
    /// Nothing.
    Nothing,
    /// A hash in the list, to fit a changed data group (see `files.tampered`): all hashes fit, the signature does not.
    Hashes,
    /// The same, and the message digest in the signed attributes as well.
    HashesAndMessageDigest,
    /// A bit of the signature.
    Signature,
    /// A letter of the document signer's name in its certificate.
    Certificate,
}

/// The certificate revocation list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RevocationList {
    /// Whether there is one.
    pub present: bool,
    /// Day of issue. Default: three days ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub this_update: Option<Date>,
    /// Day of the next one. Default: in 87 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_update: Option<Date>,
    /// Who issued it.
    pub issued_by: ListIssuer,
    /// Whether a bit of its signature is wrong.
    pub tampered: bool,
}

impl Default for RevocationList {
    fn default() -> Self {
        Self { present: true, this_update: None, next_update: None, issued_by: ListIssuer::Csca, tampered: false }
    }
}

/// Who issued a revocation list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListIssuer {
    /// The CSCA.
    Csca,
    /// A CSCA of another name: it lists the very serial number of the document signer, which says nothing about it.
    Stranger,
}

/// The master list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MasterList {
    /// Whether there is one.
    pub present: bool,
    /// Whether the certificate of its signer is issued by the CSCA in it. Otherwise by nobody known.
    pub chained: bool,
    /// Whether a bit of its signature is wrong.
    pub tampered: bool,
}

impl Default for MasterList {
    fn default() -> Self {
        Self { present: true, chained: true, tampered: false }
    }
}
