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

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use HashAlgorithm::{Sha1, Sha256, Sha384, Sha512};
    use der::Encode;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn identifiers_that_name_their_hash_need_no_hint() {
        for (oid, name) in [
            ("1.2.840.10045.4.1", "ECDSA-SHA1"),
            ("1.2.840.10045.4.3.1", "ECDSA-SHA224"),
            ("1.2.840.10045.4.3.2", "ECDSA-SHA256"),
            ("1.2.840.10045.4.3.3", "ECDSA-SHA384"),
            ("1.2.840.10045.4.3.4", "ECDSA-SHA512"),
            ("0.4.0.127.0.7.1.1.4.1.3", "ECDSA-SHA256"),
            ("1.2.840.113549.1.1.5", "RSA-SHA1"),
            ("1.3.14.3.2.29", "RSA-SHA1"),
            ("1.2.840.113549.1.1.14", "RSA-SHA224"),
            ("1.2.840.113549.1.1.11", "RSA-SHA256"),
            ("1.2.840.113549.1.1.12", "RSA-SHA384"),
            ("1.2.840.113549.1.1.13", "RSA-SHA512"),
        ] {
            for parameters in [&[][..], &[5, 0]] {
                assert_eq!(read(oid, parameters, None).unwrap().name(), name, "{oid}");
                assert_eq!(read(oid, parameters, Some(Sha1)), read(oid, parameters, Some(Sha512)), "{oid}");
            }
        }
    }

    #[test]
    fn identifiers_without_a_hash_take_the_stated_digest() {
        for (oid, name) in [
            ("1.2.840.113549.1.1.1", "RSA-SHA384"),
            ("1.2.840.10045.2.1", "ECDSA-SHA384"),
            ("1.2.840.10045.4.2", "ECDSA-SHA384"),
            ("1.2.840.10045.4.3", "ECDSA-SHA384"),
        ] {
            assert_eq!(read(oid, &[], Some(Sha384)).unwrap().name(), name);
            assert!(matches!(read(oid, &[5, 0], None), Ok(SignatureScheme::Unsupported { .. })), "{oid}");
        }
    }

    #[test]
    fn ecdsa_with_specified_takes_the_hash_of_its_parameters() {
        let sha512 = hash_algorithm(Sha512);
        assert_eq!(read(ECDSA_WITH_SPECIFIED, &sha512, Some(Sha1)).unwrap().name(), "ECDSA-SHA512");
        let md5 = algorithm("1.2.840.113549.2.5", &[]);
        let name = "ECDSA with hash 1.2.840.113549.2.5".into();
        assert_eq!(read(ECDSA_WITH_SPECIFIED, &md5, None), Ok(SignatureScheme::Unsupported { name }));
    }

    #[test]
    fn dsa_and_other_algorithms_are_unsupported_by_name() {
        for (oid, name) in [
            ("1.2.840.10040.4.3", "DSA-SHA1"),
            ("2.16.840.1.101.3.4.3.2", "DSA-SHA256"),
            ("1.2.840.113549.1.1.4", "RSA-MD5"),
            ("1.3.101.112", "Ed25519"),
            ("1.2.3.4.5", "1.2.3.4.5"),
        ] {
            assert_eq!(read(oid, &[], Some(Sha1)), Ok(SignatureScheme::Unsupported { name: name.into() }));
        }
    }

    #[test]
    fn pss_parameters_default_to_sha_1_and_20_bytes_of_salt() {
        let scheme = |hash, mask_hash, salt_len| Ok(SignatureScheme::RsaPss { hash, mask_hash, salt_len });
        assert_eq!(read(RSASSA_PSS, &[0x30, 0], Some(Sha256)), scheme(Sha1, Sha1, Some(20)));

        let hash = explicit(0, &hash_algorithm(Sha256));
        let mask = explicit(1, &algorithm("1.2.840.113549.1.1.8", &hash_algorithm(Sha384)));
        let salt = explicit(2, &[2, 1, 32]);
        let trailer = explicit(3, &[2, 1, 1]);
        let parameters = |fields: &[&[u8]]| sequence(&fields.concat());
        assert_eq!(read(RSASSA_PSS, &parameters(&[&hash]), None), scheme(Sha256, Sha1, Some(20)));
        assert_eq!(read(RSASSA_PSS, &parameters(&[&hash, &mask]), None), scheme(Sha256, Sha384, Some(20)));
        assert_eq!(read(RSASSA_PSS, &parameters(&[&hash, &salt]), None), scheme(Sha256, Sha1, Some(32)));
        let all = parameters(&[&hash, &mask, &salt, &trailer]);
        assert_eq!(read(RSASSA_PSS, &all, Some(Sha1)), scheme(Sha256, Sha384, Some(32)));
        assert_eq!(read(RSASSA_PSS, &all, None).unwrap().name(), "RSASSA-PSS-SHA256");

        let other_trailer = parameters(&[&hash, &explicit(3, &[2, 1, 2])]);
        assert_eq!(read(RSASSA_PSS, &other_trailer, None), Err(NO_ALGORITHM));
    }

    #[test]
    fn missing_pss_parameters_leave_the_stated_digest_and_any_salt() {
        for parameters in [&[][..], &[5, 0]] {
            let scheme = |hash| Ok(SignatureScheme::RsaPss { hash, mask_hash: hash, salt_len: None });
            assert_eq!(read(RSASSA_PSS, parameters, Some(Sha256)), scheme(Sha256));
            assert_eq!(read(RSASSA_PSS, parameters, None), scheme(Sha1));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_algorithm_or_an_error(
            bytes in prop::collection::vec(any::<u8>(), 0..64),
            change in any::<prop::sample::Index>(),
        ) {
            let _ = SignatureScheme::from_algorithm_identifier(&bytes, Some(Sha256));
            let _ = super::super::PublicKey::from_spki(&bytes);
            let mask = algorithm("1.2.840.113549.1.1.8", &hash_algorithm(Sha384));
            let mut changed = algorithm(RSASSA_PSS, &sequence(&explicit(1, &mask)));
            let at = change.index(changed.len());
            changed[at] = bytes.first().copied().unwrap_or(0x80);
            let _ = SignatureScheme::from_algorithm_identifier(&changed, None);
        }
    }

    fn read(oid: &str, parameters: &[u8], hint: Option<HashAlgorithm>) -> Result<SignatureScheme, SignatureError> {
        SignatureScheme::from_algorithm_identifier(&algorithm(oid, parameters), hint)
    }

    fn hash_algorithm(hash: HashAlgorithm) -> Vec<u8> {
        algorithm(&hash.oid().to_string(), &[5, 0])
    }

    fn algorithm(oid: &str, parameters: &[u8]) -> Vec<u8> {
        sequence(&[ObjectIdentifier::new_unwrap(oid).to_der().unwrap(), parameters.to_vec()].concat())
    }

    fn sequence(content: &[u8]) -> Vec<u8> {
        [&[0x30, content.len() as u8], content].concat()
    }

    fn explicit(number: u8, content: &[u8]) -> Vec<u8> {
        [&[0xa0 | number, content.len() as u8], content].concat()
    }
}
