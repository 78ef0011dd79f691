//! Object identifiers of signatures and keys that mean the same whatever their parameters.

use Form::{EcdsaDer, EcdsaPlain, Rsa};
use HashAlgorithm::{Sha1, Sha224, Sha256, Sha384, Sha512};
use Meaning::{Hashed, Hinted, Unsupported};

use crate::crypto::hash::HashAlgorithm;

/// The name and meaning of an identifier.
pub(super) fn meaning_of(oid: &str) -> Option<(&'static str, Meaning)> {
    TABLE.iter().find(|(known, ..)| *known == oid).map(|(_, name, meaning)| (*name, *meaning))
}

/// How a signature is computed and written.
#[derive(Clone, Copy)]
pub(super) enum Form {
    EcdsaDer,
    EcdsaPlain,
    Rsa,
}

/// What an identifier says.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
    /// The identifier names the hash.
    Hashed(Form, HashAlgorithm),
    /// The hash is stated elsewhere.
    Hinted(Form),
    /// Known by name only.
    Unsupported,
}

const TABLE: &[(&str, &str, Meaning)] = &[
    // RFC 3279 §2.2.3, RFC 5758 §3.2
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1", Hashed(EcdsaDer, Sha1)),
    ("1.2.840.10045.4.3.1", "ecdsa-with-SHA224", Hashed(EcdsaDer, Sha224)),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256", Hashed(EcdsaDer, Sha256)),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384", Hashed(EcdsaDer, Sha384)),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512", Hashed(EcdsaDer, Sha512)),
    // X9.62: the hash follows from elsewhere
    ("1.2.840.10045.4.2", "ecdsa-with-Recommended", Hinted(EcdsaDer)),
    ("1.2.840.10045.2.1", "id-ecPublicKey", Hinted(EcdsaDer)),
    // BSI TR-03111 §5.2.1
    ("0.4.0.127.0.7.1.1.4.1.1", "ecdsa-plain-SHA1", Hashed(EcdsaPlain, Sha1)),
    ("0.4.0.127.0.7.1.1.4.1.2", "ecdsa-plain-SHA224", Hashed(EcdsaPlain, Sha224)),
    ("0.4.0.127.0.7.1.1.4.1.3", "ecdsa-plain-SHA256", Hashed(EcdsaPlain, Sha256)),
    ("0.4.0.127.0.7.1.1.4.1.4", "ecdsa-plain-SHA384", Hashed(EcdsaPlain, Sha384)),
    ("0.4.0.127.0.7.1.1.4.1.5", "ecdsa-plain-SHA512", Hashed(EcdsaPlain, Sha512)),
    ("0.4.0.127.0.7.1.1.4.1.6", "ecdsa-plain-RIPEMD160", Unsupported),
    // RFC 3279 §2.2.1, RFC 4055 §5, and the OIW's old name
    ("1.2.840.113549.1.1.1", "rsaEncryption", Hinted(Rsa)),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption", Hashed(Rsa, Sha1)),
    ("1.3.14.3.2.29", "sha1WithRSA", Hashed(Rsa, Sha1)),
    ("1.2.840.113549.1.1.14", "sha224WithRSAEncryption", Hashed(Rsa, Sha224)),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption", Hashed(Rsa, Sha256)),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption", Hashed(Rsa, Sha384)),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption", Hashed(Rsa, Sha512)),
    ("1.2.840.113549.1.1.2", "RSA-MD2", Unsupported),
    ("1.2.840.113549.1.1.4", "RSA-MD5", Unsupported),
    ("1.3.36.3.3.1.2", "RSA-RIPEMD160", Unsupported),
    // RFC 3279 §2.2.2, RFC 5758 §3.1, and the OIW's old names
    ("1.2.840.10040.4.1", "DSA", Unsupported),
    ("1.2.840.10040.4.3", "DSA-SHA1", Unsupported),
    ("1.3.14.3.2.12", "DSA", Unsupported),
    ("1.3.14.3.2.13", "DSA-SHA", Unsupported),
    ("1.3.14.3.2.27", "DSA-SHA1", Unsupported),
    ("2.16.840.1.101.3.4.3.1", "DSA-SHA224", Unsupported),
    ("2.16.840.1.101.3.4.3.2", "DSA-SHA256", Unsupported),
    ("2.16.840.1.101.3.4.3.3", "DSA-SHA384", Unsupported),
    ("2.16.840.1.101.3.4.3.4", "DSA-SHA512", Unsupported),
    // RFC 3279 §2.3.3, PKCS #3, RFC 8410
    ("1.2.840.10046.2.1", "DH", Unsupported),
    ("1.2.840.113549.1.3.1", "DH", Unsupported),
    ("1.3.101.110", "X25519", Unsupported),
    ("1.3.101.111", "X448", Unsupported),
    ("1.3.101.112", "Ed25519", Unsupported),
    ("1.3.101.113", "Ed448", Unsupported),
];
