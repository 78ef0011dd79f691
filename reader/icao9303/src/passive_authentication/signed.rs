//! Whether a signature over received bytes verifies: one way for certificates, revocation lists and CMS.

use alloc::string::String;

use crate::crypto::hash::HashAlgorithm;
use crate::crypto::signature::{self, PublicKey, SignatureError, SignatureScheme};

use super::asn1::{Reader, tag};

/// Why a signature is not known to be good.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unverified {
    /// It does not verify.
    #[error("the signature does not verify")]
    Invalid,
    /// An algorithm that is not implemented, or not accepted.
    #[error("{0} is not supported")]
    Unsupported(String),
    /// The public key is not what its algorithm says.
    #[error("the public key is malformed")]
    MalformedKey,
}

/// Verifies `signature` over `message`. `digest` is the hash named apart from `algorithm`, as in CMS.
pub(crate) fn verify(
    algorithm: &[u8],
    digest: Option<HashAlgorithm>,
    key: &PublicKey,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Unverified> {
    let scheme = SignatureScheme::from_algorithm_identifier(algorithm, digest).map_err(refusal)?;
    signature::verify(&scheme, key, message, signature).map_err(refusal)
}

pub(crate) fn refusal(error: SignatureError) -> Unverified {
    match error {
        SignatureError::Unsupported { name } => Unverified::Unsupported(name),
        _ => Unverified::Invalid,
    }
}

/// Whether two AlgorithmIdentifiers say the same: parameters that are absent are as good as NULL (RFC 4055 §2.1).
pub(crate) fn same_algorithm(one: &[u8], other: &[u8]) -> bool {
    let parts = |algorithm| {
        let mut fields = Reader::only(algorithm, tag::SEQUENCE).ok()?.contents();
        let kind = fields.expect(tag::OID).ok()?.value;
        let parameters = if fields.is_empty() { &[][..] } else { fields.next().ok()?.raw };
        fields.finish().ok()?;
        Some((kind, if parameters == [0x05, 0x00] { &[][..] } else { parameters }))
    };
    one == other || parts(one).is_some_and(|one| parts(other) == Some(one))
}

/// What an AlgorithmIdentifier says, for people.
pub(crate) fn name(algorithm: &[u8], digest: Option<HashAlgorithm>) -> Option<String> {
    match SignatureScheme::from_algorithm_identifier(algorithm, digest) {
        Ok(scheme) => Some(scheme.name()),
        Err(SignatureError::Unsupported { name }) => Some(name),
        Err(_) => None,
    }
}
