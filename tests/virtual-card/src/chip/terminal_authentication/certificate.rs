//! Card-verifiable certificates as a chip reads them (BSI TR-03110-3, C.1 and D.3).

use icao9303::crypto::curve::{Curve, Point};
use icao9303::crypto::ecdsa;
use rsa::{BoxedUint, Pkcs1v15Sign, Pss, RsaPublicKey};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use crate::chip::tlv::{DataObject, data_objects};
use crate::image::Hash;

/// id-TA without its last two arcs: 0.4.0.127.0.7.2.2.2.
const ID_TA: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02];
/// id-IS: 0.4.0.127.0.7.3.1.2.1.
const ID_IS: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x01, 0x02, 0x01];

/// A certificate, its fields where they lie.
pub struct Certificate<'a> {
    /// What is signed: the body with tag and length.
    pub body: &'a [u8],
    /// The signature over it.
    pub signature: &'a [u8],
    /// The name of the key that made the signature.
    pub authority: &'a [u8],
    /// The name of the key in the certificate.
    pub holder: &'a [u8],
    /// Role and rights of an inspection system.
    pub authorization: u8,
    /// First day, six digits.
    pub effective: [u8; 6],
    /// Last day, six digits.
    pub expiration: [u8; 6],
    public_key: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Takes the content of a certificate apart: body and signature.
    #[must_use]
    pub fn parse(content: &'a [u8]) -> Option<Self> {
        let objects = data_objects(content)?;
        let [body @ DataObject { tag: 0x7F4E, .. }, DataObject { tag: 0x5F37, value: signature, .. }] = objects[..]
        else {
            return None;
        };
        let fields = data_objects(body.value)?;
        let tags: Vec<u16> = fields.iter().map(|field| field.tag).collect();
        // No extension is known to a chip of version 1; one it does not know it may pass over.
        if !matches!(tags[..], [0x5F29, 0x42, 0x7F49, 0x5F20, 0x7F4C, 0x5F25, 0x5F24] | [0x5F29, .., 0x5F24, 0x65]) {
            return None;
        }
        let value = |place: usize| fields.get(place).map(|field: &DataObject<'a>| field.value);
        let template = data_objects(value(4)?)?;
        let [DataObject { tag: 0x06, value: terminal_type, .. }, DataObject { tag: 0x53, value: [authorization], .. }] =
            template[..]
        else {
            return None;
        };
        if value(0)? != [0] || terminal_type != ID_IS {
            return None;
        }
        Some(Self {
            body: body.raw,
            signature,
            authority: value(1)?,
            holder: value(3)?,
            authorization: *authorization,
            effective: value(5)?.try_into().ok()?,
            expiration: value(6)?.try_into().ok()?,
            public_key: value(2)?,
        })
    }

    /// The key, on its own curve or its issuer's.
    #[must_use]
    pub fn key(&self, issuer: Option<Curve>) -> Option<Key> {
        let objects = data_objects(self.public_key)?;
        let find = |tag: u16| objects.iter().find(|object| object.tag == tag).map(|object| object.value);
        let (family, scheme) = match find(0x06)?.strip_prefix(&ID_TA[..])? {
            [family, scheme] => (*family, *scheme),
            _ => return None,
        };
        if family == 2 {
            let hash = [Hash::Sha1, Hash::Sha224, Hash::Sha256, Hash::Sha384, Hash::Sha512];
            let hash = *hash.get(usize::from(scheme.checked_sub(1)?))?;
            let own = || {
                let (p, n) = (find(0x81)?, find(0x85)?);
                Curve::ALL.into_iter().find(|curve| {
                    let known = curve.domain_parameters();
                    (known.p, known.n) == (p, n) && find(0x84).is_some_and(|g| g == Point::generator(*curve).to_sec1())
                })
            };
            let curve = if find(0x81).is_some() { own()? } else { issuer? };
            return Some(Key::Ecdsa { point: Point::from_sec1(curve, find(0x86)?).ok()?, hash });
        }
        let (hash, pss) = match (family, scheme) {
            (1, 1) => (Hash::Sha1, false),
            (1, 2) => (Hash::Sha256, false),
            (1, 3) => (Hash::Sha1, true),
            (1, 4) => (Hash::Sha256, true),
            (1, 5) => (Hash::Sha512, false),
            (1, 6) => (Hash::Sha512, true),
            _ => return None,
        };
        let number = |tag| Some(BoxedUint::from_be_slice_vartime(find(tag)?));
        let key = RsaPublicKey::new(number(0x81)?, number(0x82)?).ok()?;
        Some(Key::Rsa { key: Box::new(key), hash, pss })
    }
}

/// A public key with what it verifies.
#[derive(Clone)]
pub enum Key {
    /// ECDSA, the signature as r and s side by side.
    Ecdsa {
        /// The point.
        point: Point,
        /// The hash.
        hash: Hash,
    },
    /// RSA.
    Rsa {
        /// The key.
        key: Box<RsaPublicKey>,
        /// The hash, of the mask too.
        hash: Hash,
        /// RSASSA-PSS with a salt as long as the hash; otherwise PKCS #1 v1.5.
        pss: bool,
    },
}

impl Key {
    /// The curve that keys under this one are on.
    #[must_use]
    pub const fn curve(&self) -> Option<Curve> {
        match self {
            Self::Ecdsa { point, .. } => Some(point.curve()),
            Self::Rsa { .. } => None,
        }
    }

    /// Whether the holder signed the message.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Ecdsa { point, hash } => {
                let half = point.curve().order_len();
                let digest = hash.digest(message);
                signature.len() == 2 * half
                    && ecdsa::verify_prehash(point, &digest, &signature[..half], &signature[half..])
            }
            Self::Rsa { key, hash, pss: false } => {
                let padding = match hash {
                    Hash::Sha1 => Pkcs1v15Sign::new::<Sha1>(),
                    Hash::Sha224 => Pkcs1v15Sign::new::<Sha224>(),
                    Hash::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                    Hash::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                    Hash::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
                };
                key.verify(padding, &hash.digest(message), signature).is_ok()
            }
            Self::Rsa { key, hash, pss: true } => {
                let digest = hash.digest(message);
                let verified = match hash {
                    Hash::Sha1 => key.verify(Pss::<Sha1>::new(), &digest, signature),
                    Hash::Sha224 => key.verify(Pss::<Sha224>::new(), &digest, signature),
                    Hash::Sha256 => key.verify(Pss::<Sha256>::new(), &digest, signature),
                    Hash::Sha384 => key.verify(Pss::<Sha384>::new(), &digest, signature),
                    Hash::Sha512 => key.verify(Pss::<Sha512>::new(), &digest, signature),
                };
                verified.is_ok()
            }
        }
    }
}
