//! AlgorithmIdentifiers of signatures: RFC 3279 §2.2, RFC 4055, RFC 5758, BSI TR-03111 §5.2.1, and old ones.

use alloc::format;
use alloc::string::{String, ToString};

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Sequence};

use super::SignatureError;
use super::identifiers::{self, Form, Meaning};
use crate::crypto::hash::HashAlgorithm;

/// How a signature is made: what an AlgorithmIdentifier says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureScheme {
    /// ECDSA.
    Ecdsa {
        /// The hash of the message.
        hash: HashAlgorithm,
        /// How r and s are written.
        encoding: EcdsaEncoding,
    },
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1v15 {
        /// The hash of the message.
        hash: HashAlgorithm,
    },
    /// RSASSA-PSS.
    RsaPss {
        /// The hash of the message.
        hash: HashAlgorithm,
        /// The hash of the mask generation function MGF1.
        mask_hash: HashAlgorithm,
        /// Length of the salt in bytes; any when the parameters are missing.
        salt_len: Option<usize>,
    },
    /// Well-formed, but not computed here.
    Unsupported {
        /// Its name, or its object identifier where none is known.
        name: String,
    },
}

/// How the numbers r and s of an ECDSA signature are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EcdsaEncoding {
    /// `SEQUENCE { r, s }`, RFC 3279 §2.2.3.
    Der,
    /// `r ‖ s`, BSI TR-03111 §5.2.1.
    Plain,
}

impl SignatureScheme {
    /// Reads a DER-encoded AlgorithmIdentifier.
    ///
    /// Some identifiers name no hash (`rsaEncryption`, `id-ecPublicKey`): then `digest_hint` counts, the hash that a CMS
    /// SignerInfo states beside it.
    pub fn from_algorithm_identifier(der: &[u8], digest_hint: Option<HashAlgorithm>) -> Result<Self, SignatureError> {
        let algorithm = Algorithm::from_der(der).map_err(|_| NO_ALGORITHM)?;
        match algorithm.oid.to_string().as_str() {
            RSASSA_PSS => Self::from_pss_parameters(algorithm.parameters, digest_hint),
            ECDSA_WITH_SPECIFIED => Self::from_specified_hash(algorithm.parameters, digest_hint),
            oid => Ok(Self::from_oid(oid, digest_hint)),
        }
    }

    /// The name that reports and JSON use: `ECDSA-SHA256`, `RSA-SHA256`, `RSASSA-PSS-SHA256`.
    pub fn name(&self) -> String {
        let (family, hash) = match self {
            Self::Ecdsa { hash, .. } => ("ECDSA", hash),
            Self::RsaPkcs1v15 { hash } => ("RSA", hash),
            Self::RsaPss { hash, .. } => ("RSASSA-PSS", hash),
            Self::Unsupported { name } => return name.clone(),
        };
        format!("{family}-{}", hash.name().replace('-', ""))
    }

    /// The hash of the message, when the scheme is supported.
    pub fn hash(&self) -> Option<HashAlgorithm> {
        match self {
            Self::Ecdsa { hash, .. } | Self::RsaPkcs1v15 { hash } | Self::RsaPss { hash, .. } => Some(*hash),
            Self::Unsupported { .. } => None,
        }
    }

    fn from_oid(oid: &str, digest_hint: Option<HashAlgorithm>) -> Self {
        let Some((name, meaning)) = identifiers::meaning_of(oid) else {
            return Self::Unsupported { name: oid.into() };
        };
        let (form, hash) = match meaning {
            Meaning::Hashed(form, hash) => (form, Some(hash)),
            Meaning::Hinted(form) => (form, digest_hint),
            Meaning::Unsupported => return Self::Unsupported { name: name.into() },
        };
        let Some(hash) = hash else { return Self::Unsupported { name: format!("{name} without a hash") } };
        match form {
            Form::EcdsaDer => Self::Ecdsa { hash, encoding: EcdsaEncoding::Der },
            Form::EcdsaPlain => Self::Ecdsa { hash, encoding: EcdsaEncoding::Plain },
            Form::Rsa => Self::RsaPkcs1v15 { hash },
        }
    }

    /// `ecdsa-with-Specified` (X9.62 §E.8): the parameters are the hash's own AlgorithmIdentifier.
    fn from_specified_hash(
        parameters: Option<AnyRef<'_>>,
        digest_hint: Option<HashAlgorithm>,
    ) -> Result<Self, SignatureError> {
        let hash = match parameters.filter(|parameters| !parameters.is_null()) {
            Some(parameters) => {
                let algorithm = parameters.decode_as::<Algorithm<'_>>().map_err(|_| NO_ALGORITHM)?;
                match HashAlgorithm::from_oid(&algorithm.oid) {
                    Some(hash) => Some(hash),
                    None => return Ok(unsupported_hash("ECDSA", &algorithm.oid)),
                }
            }
            None => digest_hint,
        };
        Ok(match hash {
            Some(hash) => Self::Ecdsa { hash, encoding: EcdsaEncoding::Der },
            None => Self::Unsupported { name: "ecdsa-with-Specified without a hash".into() },
        })
    }

    /// `RSASSA-PSS-params` of RFC 4055 §3.1, with its defaults: SHA-1, MGF1 with SHA-1, 20 bytes of salt.
    ///
    /// Where they are missing altogether, the stated digest counts for both hashes and any salt length is taken.
    fn from_pss_parameters(
        parameters: Option<AnyRef<'_>>,
        digest_hint: Option<HashAlgorithm>,
    ) -> Result<Self, SignatureError> {
        let Some(parameters) = parameters.filter(|parameters| !parameters.is_null()) else {
            let hash = digest_hint.unwrap_or(HashAlgorithm::Sha1);
            return Ok(Self::RsaPss { hash, mask_hash: hash, salt_len: None });
        };
        let parameters = parameters.decode_as::<PssParameters<'_>>().map_err(|_| NO_ALGORITHM)?;
        let hash = match parameters.hash {
            None => HashAlgorithm::Sha1,
            Some(algorithm) => match HashAlgorithm::from_oid(&algorithm.oid) {
                Some(hash) => hash,
                None => return Ok(unsupported_hash("RSASSA-PSS", &algorithm.oid)),
            },
        };
        let mask_hash = match parameters.mask {
            None => HashAlgorithm::Sha1,
            Some(mask) if mask.oid != MGF1 => {
                return Ok(Self::Unsupported { name: format!("RSASSA-PSS with mask function {}", mask.oid) });
            }
            Some(mask) => match mask.parameters {
                None => HashAlgorithm::Sha1,
                Some(algorithm) => {
                    let algorithm = algorithm.decode_as::<Algorithm<'_>>().map_err(|_| NO_ALGORITHM)?;
                    match HashAlgorithm::from_oid(&algorithm.oid) {
                        Some(hash) => hash,
                        None => return Ok(unsupported_hash("RSASSA-PSS MGF1", &algorithm.oid)),
                    }
                }
            },
        };
        if parameters.trailer.is_some_and(|trailer| trailer != 1) {
            return Err(NO_ALGORITHM);
        }
        let salt_len = Some(parameters.salt_len.map_or(20, usize::from));
        Ok(Self::RsaPss { hash, mask_hash, salt_len })
    }
}

const NO_ALGORITHM: SignatureError = SignatureError::Malformed { reason: "not a signature's AlgorithmIdentifier" };

fn unsupported_hash(family: &str, oid: &ObjectIdentifier) -> SignatureScheme {
    SignatureScheme::Unsupported { name: format!("{family} with hash {oid}") }
}

const RSASSA_PSS: &str = "1.2.840.113549.1.1.10";
const ECDSA_WITH_SPECIFIED: &str = "1.2.840.10045.4.3";
const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");

/// AlgorithmIdentifier (RFC 5280 §4.1.1.2).
#[derive(Clone, Copy, Sequence)]
struct Algorithm<'a> {
    oid: ObjectIdentifier,
    #[asn1(optional = "true")]
    parameters: Option<AnyRef<'a>>,
}

#[derive(Sequence)]
struct PssParameters<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    hash: Option<Algorithm<'a>>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    mask: Option<Algorithm<'a>>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    salt_len: Option<u16>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    trailer: Option<u8>,
}
