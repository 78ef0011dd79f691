//! Public keys and signatures of certificates and of EF.SOD, as Doc 9303-12 §4.4 and RFC 3279, 4055, 5480 and 5758 and
//! BSI TR-03111 §5.2 encode them, and as issuers in fact do.
//!
//! [`PublicKey`] comes from a SubjectPublicKeyInfo, [`SignatureScheme`] from an AlgorithmIdentifier, [`verify`] brings
//! them together. What is known but cannot be computed (DSA, MD5, RSA without the feature `rsa`) is kept by name, so
//! that a caller can report it as unknown instead of false.

mod identifiers;
mod public_key;
mod scheme;

use alloc::string::String;

use super::ecdsa::EcdsaSignature;

pub use self::public_key::PublicKey;
pub use self::scheme::{EcdsaEncoding, SignatureScheme};

/// Verifies a signature over a message.
pub fn verify(
    scheme: &SignatureScheme,
    key: &PublicKey,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    match (scheme, key) {
        (SignatureScheme::Unsupported { name }, _) | (_, PublicKey::Unsupported { name }) => {
            Err(SignatureError::Unsupported { name: name.clone() })
        }
        (SignatureScheme::Ecdsa { hash, encoding }, PublicKey::Ec { point, .. }) => {
            let parsed = match encoding {
                EcdsaEncoding::Der => EcdsaSignature::from_der(signature),
                EcdsaEncoding::Plain => EcdsaSignature::from_plain(point.curve(), signature),
            };
            let parsed = parsed.ok_or(SignatureError::Malformed { reason: "not an encoding of r and s" })?;
            let verified = parsed.verify_prehash(point, &hash.digest(message));
            if verified { Ok(()) } else { Err(SignatureError::Invalid) }
        }
        #[cfg(feature = "rsa")]
        (SignatureScheme::RsaPkcs1v15 { hash }, PublicKey::Rsa(key)) => key.verify_pkcs1v15(*hash, message, signature),
        #[cfg(feature = "rsa")]
        (SignatureScheme::RsaPss { hash, mask_hash, salt_len }, PublicKey::Rsa(key)) => {
            key.verify_pss(*hash, *mask_hash, *salt_len, message, signature)
        }
        _ => Err(SignatureError::KeyMismatch),
    }
}

/// Why a signature does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The algorithm or key is not computed here: neither good nor bad.
    #[error("{name} is not supported")]
    Unsupported {
        /// What the document uses.
        name: String,
    },
    /// The bytes are not a signature or an algorithm at all.
    #[error("malformed: {reason}")]
    Malformed {
        /// What is wrong with them.
        reason: &'static str,
    },
    /// The signature is not the key holder's over this message.
    #[error("the signature does not fit the message and key")]
    Invalid,
    /// A signature of one kind and a key of another.
    #[error("the key is not of the kind the signature needs")]
    KeyMismatch,
}
