//! Keys, and how they sign: ECDSA on every curve, RSA with both paddings, and DSA by name.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use icao9303::crypto::curve::{Curve, Point, PrivateKey};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, Pkcs1v15Sign, RsaPrivateKey};
use sha1::Sha1;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512};

use crate::asn1;
use crate::chip::modp;
use crate::profile::algorithms::{Digest, KeyKind};
use crate::profile::chip_keys::Parameters;
use crate::profile::signatures::{Identifiers, Scheme, Signing};

/// A private key of the issuer.
pub enum SigningKey {
    /// On a curve.
    Ec(PrivateKey),
    /// RSA.
    Rsa(Box<RsaPrivateKey>),
    /// DSA by name: the modulus is random and nothing can be verified with it.
    Dsa {
        /// A number of the size of the modulus.
        modulus: Vec<u8>,
    },
}

/// A key, and how it signs.
pub struct Signer {
    /// The key.
    pub key: SigningKey,
    /// How it signs.
    pub signing: Signing,
}

/// A key cannot be made, or cannot do what is asked.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// RSA refused.
    #[error("RSA: {0}")]
    Rsa(#[from] rsa::Error),
    /// The profile asks for a scheme that the key does not have.
    #[error("a key `{key}` cannot sign with the scheme {scheme:?}")]
    SchemeDoesNotFit {
        /// The key.
        key: KeyKind,
        /// The scheme.
        scheme: Scheme,
    },
    /// The salt and the hash are longer than the modulus.
    #[error("the RSA modulus is too short for this hash and salt")]
    ModulusTooShort,
}

impl SigningKey {
    /// A new key.
    ///
    /// # Errors
    /// Where RSA refuses the size.
    pub fn new(kind: KeyKind, random: &mut ChaCha20Rng) -> Result<Self, KeyError> {
        Ok(match kind {
            KeyKind::Ec(curve) => Self::Ec(PrivateKey::generate(curve, random)),
            KeyKind::Rsa(bits) => Self::Rsa(Box::new(rsa_key(bits, random)?)),
            KeyKind::Dsa(bits) => {
                let mut modulus = vec![0; bits / 8];
                random.fill_bytes(&mut modulus);
                modulus[0] |= 0x80;
                Self::Dsa { modulus }
            }
        })
    }

    /// SubjectPublicKeyInfo.
    #[must_use]
    pub fn public_key_info(&self, parameters: Parameters) -> Vec<u8> {
        match self {
            Self::Ec(key) => ec_public_key_info(&key.public_key(), parameters),
            Self::Rsa(key) => asn1::sequence(&[
                asn1::sequence(&[asn1::oid("1.2.840.113549.1.1.1"), asn1::null()]),
                asn1::bit_string(&self.rsa_public_key(key)),
            ]),
            Self::Dsa { modulus } => {
                let (p, q) = (asn1::unsigned_integer(modulus), asn1::unsigned_integer(&modulus[..20]));
                let parameters = asn1::sequence(&[p.clone(), q, asn1::integer(2)]);
                let algorithm = asn1::sequence(&[asn1::oid("1.2.840.10040.4.1"), parameters]);
                asn1::sequence(&[algorithm, asn1::bit_string(&p)])
            }
        }
    }

    /// The bits of the public key alone, of which key identifiers are made.
    fn public_key(&self) -> Vec<u8> {
        match self {
            Self::Ec(key) => key.public_key().to_sec1(),
            Self::Rsa(key) => self.rsa_public_key(key),
            Self::Dsa { modulus } => asn1::unsigned_integer(modulus),
        }
    }

    fn rsa_public_key(&self, key: &RsaPrivateKey) -> Vec<u8> {
        asn1::sequence(&[asn1::unsigned_integer(&key.n_bytes()), asn1::unsigned_integer(&key.e_bytes())])
    }
}

impl Signer {
    /// A new key that signs so.
    ///
    /// # Errors
    /// Where the scheme is not one of the key's.
    pub fn new(signing: Signing, random: &mut ChaCha20Rng) -> Result<Self, KeyError> {
        let fits = match signing.scheme {
            Scheme::Default => true,
            Scheme::Pss => matches!(signing.key, KeyKind::Rsa(_)),
            Scheme::PlainEcdsa => matches!(signing.key, KeyKind::Ec(_)),
        };
        if !fits {
            return Err(KeyError::SchemeDoesNotFit { key: signing.key, scheme: signing.scheme });
        }
        Ok(Self { key: SigningKey::new(signing.key, random)?, signing })
    }

    /// SubjectPublicKeyInfo, as certificates of this key hold it.
    #[must_use]
    pub fn public_key_info(&self) -> Vec<u8> {
        let explicit = self.signing.explicit_parameters;
        self.key.public_key_info(if explicit { Parameters::Explicit } else { Parameters::Named })
    }

    /// SHA-1 of the public key's bits (RFC 5280, 4.2.1.2, method 1).
    #[must_use]
    pub fn key_identifier(&self) -> Vec<u8> {
        Sha1::digest(self.key.public_key()).to_vec()
    }

    /// AlgorithmIdentifier of the signatures.
    #[must_use]
    pub fn algorithm(&self, identifiers: Identifiers) -> Vec<u8> {
        let digest = self.signing.digest;
        let number = |of: [u8; 5]| of[digest as usize].to_string();
        let bare = |identifier: &str| asn1::sequence(&[asn1::oid(identifier)]);
        let with_null = |identifier: &str| asn1::sequence(&[asn1::oid(identifier), asn1::null()]);
        match (&self.key, self.signing.scheme, identifiers) {
            (SigningKey::Ec(_), Scheme::PlainEcdsa, _) => {
                bare(&("0.4.0.127.0.7.1.1.4.1.".to_owned() + &number([1, 2, 3, 4, 5])))
            }
            (SigningKey::Ec(_), _, Identifiers::KeyOnly) => bare("1.2.840.10045.2.1"),
            (SigningKey::Ec(_), ..) if digest == Digest::Sha1 => bare("1.2.840.10045.4.1"),
            (SigningKey::Ec(_), ..) => bare(&("1.2.840.10045.4.3.".to_owned() + &number([0, 1, 2, 3, 4]))),
            (SigningKey::Rsa(_), Scheme::Pss, _) => {
                asn1::sequence(&[asn1::oid("1.2.840.113549.1.1.10"), self.pss_parameters()])
            }
            (SigningKey::Rsa(_), _, Identifiers::KeyOnly) => with_null("1.2.840.113549.1.1.1"),
            (SigningKey::Rsa(_), _, Identifiers::Old) if digest == Digest::Sha1 => with_null("1.3.14.3.2.29"),
            (SigningKey::Rsa(_), ..) => with_null(&("1.2.840.113549.1.1.".to_owned() + &number([5, 14, 11, 12, 13]))),
            (SigningKey::Dsa { .. }, _, Identifiers::KeyOnly) => bare("1.2.840.10040.4.1"),
            (SigningKey::Dsa { .. }, ..) if digest == Digest::Sha1 => bare("1.2.840.10040.4.3"),
            (SigningKey::Dsa { .. }, ..) => bare(&("2.16.840.1.101.3.4.3.".to_owned() + &number([0, 1, 2, 3, 4]))),
        }
    }

    /// The signature over a message.
    ///
    /// # Errors
    /// Where RSA refuses.
    pub fn sign(&self, message: &[u8], random: &mut ChaCha20Rng) -> Result<Vec<u8>, KeyError> {
        let hash = digest(self.signing.digest, message);
        match &self.key {
            SigningKey::Ec(key) => {
                let (r, s) = key.sign_prehash(&hash);
                Ok(match self.signing.scheme {
                    Scheme::PlainEcdsa => [r, s].concat(),
                    Scheme::Default | Scheme::Pss => {
                        asn1::sequence(&[asn1::unsigned_integer(&r), asn1::unsigned_integer(&s)])
                    }
                })
            }
            SigningKey::Rsa(key) if self.signing.scheme == Scheme::Pss => self.sign_pss(key, &hash, random),
            SigningKey::Rsa(key) => Ok(key.sign_with_rng(random, pkcs1_padding(self.signing.digest), &hash)?),
            SigningKey::Dsa { .. } => {
                let mut number = [0; 40];
                random.fill_bytes(&mut number);
                Ok(asn1::sequence(&[asn1::unsigned_integer(&number[..20]), asn1::unsigned_integer(&number[20..])]))
            }
        }
    }

    /// EMSA-PSS-ENCODE of RFC 8017, 9.1.1, and the private key operation. By hand, because cards exist whose mask
    /// uses another hash than the message.
    fn sign_pss(&self, key: &RsaPrivateKey, hash: &[u8], random: &mut ChaCha20Rng) -> Result<Vec<u8>, KeyError> {
        let (hash_name, mask_name) = (self.signing.digest, self.mask_digest());
        let mut salt = vec![0; self.salt_length()];
        random.fill_bytes(&mut salt);
        let modulus_bits = key.n().bits() as usize;
        let encoded_len = (modulus_bits - 1).div_ceil(8);
        let padding = encoded_len.checked_sub(hash.len() + salt.len() + 2).ok_or(KeyError::ModulusTooShort)?;

        let seed = digest(hash_name, &[&[0; 8][..], hash, &salt].concat());
        let mut block = [vec![0; padding], vec![1], salt].concat();
        let mask = mask_generation(mask_name, &seed, block.len());
        block.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
        block[0] &= 0xFF >> (8 * encoded_len - (modulus_bits - 1));
        let encoded = [block, seed, vec![0xBC]].concat();
        raw_private_operation(key, &encoded, random)
    }

    fn pss_parameters(&self) -> Vec<u8> {
        let mask = asn1::sequence(&[asn1::oid("1.2.840.113549.1.1.8"), digest_algorithm(self.mask_digest())]);
        asn1::sequence(&[
            asn1::context(0, &digest_algorithm(self.signing.digest)),
            asn1::context(1, &mask),
            asn1::context(2, &asn1::integer(self.salt_length() as u64)),
        ])
    }

    fn mask_digest(&self) -> Digest {
        self.signing.mask_digest.unwrap_or(self.signing.digest)
    }

    fn salt_length(&self) -> usize {
        self.signing.salt_length.map_or(digest(self.signing.digest, &[]).len(), usize::from)
    }
}

/// RSA keys made in this process, by size and seed: to find primes takes longer than all else that a card needs, and tests
/// make the same card over and over.
static RSA_KEYS: Mutex<BTreeMap<(usize, [u8; 32]), RsaPrivateKey>> = Mutex::new(BTreeMap::new());

fn rsa_key(bits: usize, random: &mut ChaCha20Rng) -> Result<RsaPrivateKey, KeyError> {
    let mut seed = [0; 32];
    random.fill_bytes(&mut seed);
    let mut keys = RSA_KEYS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(key) = keys.get(&(bits, seed)) {
        return Ok(key.clone());
    }
    let key = RsaPrivateKey::new(&mut ChaCha20Rng::from_seed(seed), bits)?;
    keys.insert((bits, seed), key.clone());
    Ok(key)
}

/// SubjectPublicKeyInfo of a point (RFC 5480; X9.62 for explicit parameters; TR-03110-3, A.2.1.1 for standardised ones).
#[must_use]
pub fn ec_public_key_info(point: &Point, parameters: Parameters) -> Vec<u8> {
    let curve = point.curve();
    let algorithm = match parameters {
        Parameters::Named => asn1::sequence(&[asn1::oid("1.2.840.10045.2.1"), asn1::oid(&curve.oid().to_string())]),
        Parameters::Explicit => asn1::sequence(&[asn1::oid("1.2.840.10045.2.1"), explicit_parameters(curve)]),
        Parameters::Standardized => {
            asn1::sequence(&[asn1::oid("0.4.0.127.0.7.1.2"), asn1::integer(curve.parameter_id().into())])
        }
    };
    asn1::sequence(&[algorithm, asn1::bit_string(&point.to_sec1())])
}

/// SubjectPublicKeyInfo of a number: dhpublicnumber with its group (RFC 3279, 2.3.3), or the group's number among the
/// standardised domain parameters (TR-03110-3, A.2.1.1).
#[must_use]
pub fn dh_public_key_info(key: &modp::PrivateKey, parameters: Parameters) -> Vec<u8> {
    let group = key.group();
    let algorithm = match parameters {
        Parameters::Named | Parameters::Explicit => {
            let numbers = [group.p(), group.g(), group.q()].map(|number| asn1::unsigned_integer(&number.to_bytes_be()));
            asn1::sequence(&[asn1::oid("1.2.840.10046.2.1"), asn1::sequence(&numbers)])
        }
        Parameters::Standardized => {
            asn1::sequence(&[asn1::oid("0.4.0.127.0.7.1.2"), asn1::integer(group.parameter_id().into())])
        }
    };
    let public = key.raise(&modp::Element::generator(group));
    asn1::sequence(&[algorithm, asn1::bit_string(&asn1::unsigned_integer(&public.to_bytes()))])
}

/// Flips the last bit of the last byte: of a signature, wherever one ends the encoding.
pub fn flip_last_bit(bytes: &mut [u8]) {
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
}

/// The digest of a message.
#[must_use]
pub fn digest(name: Digest, message: &[u8]) -> Vec<u8> {
    match name {
        Digest::Sha1 => Sha1::digest(message).to_vec(),
        Digest::Sha224 => Sha224::digest(message).to_vec(),
        Digest::Sha256 => Sha256::digest(message).to_vec(),
        Digest::Sha384 => Sha384::digest(message).to_vec(),
        Digest::Sha512 => Sha512::digest(message).to_vec(),
    }
}

/// AlgorithmIdentifier of a hash.
#[must_use]
pub fn digest_algorithm(name: Digest) -> Vec<u8> {
    let identifier = match name {
        Digest::Sha1 => "1.3.14.3.2.26",
        Digest::Sha224 => "2.16.840.1.101.3.4.2.4",
        Digest::Sha256 => "2.16.840.1.101.3.4.2.1",
        Digest::Sha384 => "2.16.840.1.101.3.4.2.2",
        Digest::Sha512 => "2.16.840.1.101.3.4.2.3",
    };
    asn1::sequence(&[asn1::oid(identifier), asn1::null()])
}

fn explicit_parameters(curve: Curve) -> Vec<u8> {
    let numbers = curve.domain_parameters();
    asn1::sequence(&[
        asn1::integer(1),
        asn1::sequence(&[asn1::oid("1.2.840.10045.1.1"), asn1::unsigned_integer(numbers.p)]),
        asn1::sequence(&[asn1::octet_string(numbers.a), asn1::octet_string(numbers.b)]),
        asn1::octet_string(&[&[4], numbers.gx, numbers.gy].concat()),
        asn1::unsigned_integer(numbers.n),
        asn1::integer(1),
    ])
}

fn pkcs1_padding(name: Digest) -> Pkcs1v15Sign {
    match name {
        Digest::Sha1 => Pkcs1v15Sign::new::<Sha1>(),
        Digest::Sha224 => Pkcs1v15Sign::new::<Sha224>(),
        Digest::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
        Digest::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
        Digest::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
    }
}

/// MGF1 of RFC 8017, B.2.1.
fn mask_generation(name: Digest, seed: &[u8], length: usize) -> Vec<u8> {
    let mut mask = Vec::with_capacity(length + 64);
    for counter in 0u32.. {
        if mask.len() >= length {
            break;
        }
        mask.extend(digest(name, &[seed, &counter.to_be_bytes()].concat()));
    }
    mask.truncate(length);
    mask
}

fn raw_private_operation(key: &RsaPrivateKey, block: &[u8], random: &mut ChaCha20Rng) -> Result<Vec<u8>, KeyError> {
    let precision = key.n_bits_precision();
    let number = BoxedUint::from_be_slice(block, precision).map_err(|_| KeyError::ModulusTooShort)?;
    let result = rsa::hazmat::rsa_decrypt_and_check(key, Some(random), &number)?.to_be_bytes();
    // As long as the modulus, whatever the limbs (RFC 8017, 4.1).
    Ok(result[result.len() - key.size()..].to_vec())
}
