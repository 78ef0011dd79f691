//! Rewrites certificates, lists and signatures where they stand: every element keeps its tag and its length, so that
//! the result is as long as what it stands for.

use icao9303::crypto::curve::PrivateKey;
use icao9303::crypto::ecdsa::EcdsaSignature;
use icao9303::crypto::signature::{EcdsaEncoding, PublicKey, SignatureScheme};
use icao9303::tlv::{self, Reader, Tlv};

use super::AnonymiseError;
use super::substitutes::{Substitutes, random};

/// Bytes to write at a position.
pub(super) type Edit = (usize, Vec<u8>);

/// Writes the edits.
pub(super) fn apply(bytes: &mut [u8], edits: &[Edit]) {
    for (at, new) in edits {
        if let Some(place) = bytes.get_mut(*at..at + new.len()) {
            place.copy_from_slice(new);
        }
    }
}

/// What of an element is replaced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Keys, names, numbers and identifiers.
    Everything,
    /// Public keys alone.
    Keys,
}

const OID_EC: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
const OID_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01];

/// The edits that replace what an element holds. Object identifiers, times, flags, small numbers and country codes stay:
/// they say how, not who.
pub(super) fn edits(
    element: &Tlv<'_>,
    depth: Depth,
    substitutes: &mut Substitutes,
    out: &mut Vec<Edit>,
) -> Result<(), AnonymiseError> {
    let at = element.value_position();
    if is_public_key_info(element) {
        let (old, new) = substitutes.key(element.raw)?;
        let place = element.raw.windows(old.len()).rposition(|window| window == old);
        let place = place.ok_or(AnonymiseError::Unsupported("public keys in compressed form"))?;
        out.push((element.position + place, new));
        return Ok(());
    }
    if element.is_constructed() {
        for child in element.children() {
            edits(&child?, depth, substitutes, out)?;
        }
        return Ok(());
    }
    if depth == Depth::Keys {
        return Ok(());
    }
    let value = element.value;
    match element.tag {
        // BOOLEAN, NULL, OBJECT IDENTIFIER, ENUMERATED, times.
        0x01 | 0x05 | 0x06 | 0x0A | 0x17 | 0x18 => {}
        0x02 if value.len() <= 2 => {}
        0x0C | 0x13 | 0x14 | 0x16 | 0x1A => out.push((at, substitutes.text(value))),
        0x1E => {
            let narrow: Vec<u8> = value.iter().skip(1).step_by(2).copied().collect();
            out.push((at, substitutes.text(&narrow).iter().flat_map(|letter| [0, *letter]).collect()));
        }
        0x04 => match nested(element) {
            Some(inner) => edits(&inner, depth, substitutes, out)?,
            None => out.push((at, substitutes.bytes(value))),
        },
        // Bits of key usage and of reasons.
        0x03 if value.len() <= 3 => {}
        _ if value.len() <= 2 || is_time(value) => {}
        _ if value.iter().all(|byte| matches!(byte, 0x20..=0x7E)) => out.push((at, substitutes.text(value))),
        _ => out.push((at, substitutes.bytes(value))),
    }
    Ok(())
}

/// The element that an OCTET STRING is made of, as the value of an extension is.
fn nested<'a>(element: &Tlv<'a>) -> Option<Tlv<'a>> {
    let inner = tlv::parse_exact(element.value).ok()?;
    let plausible = matches!(inner.tag, 0x02 | 0x03 | 0x04 | 0x05 | 0x0C | 0x13 | 0x16 | 0x30 | 0x31);
    let placed = Reader::at(element.value, element.value_position()).next()?.ok()?;
    plausible.then_some(placed)
}

/// `YYYYMMDDHHMMSSZ` under a context tag, as in privateKeyUsagePeriod.
fn is_time(value: &[u8]) -> bool {
    matches!(value, [digits @ .., b'Z'] if digits.len() == 14 && digits.iter().all(u8::is_ascii_digit))
}

fn is_public_key_info(element: &Tlv<'_>) -> bool {
    let children: Vec<_> = element.children().flatten().collect();
    let [algorithm, key] = children.as_slice() else { return false };
    let identifier = algorithm.children().next().and_then(Result::ok);
    element.tag == 0x30
        && algorithm.tag == 0x30
        && key.tag == 0x03
        && identifier.is_some_and(|oid| oid.tag == 0x06 && (oid.value == OID_EC || oid.value == OID_RSA))
}

/// A signature over a message that is as long as the one it stands for.
pub(super) fn sign(
    scheme: &SignatureScheme,
    key: &PrivateKey,
    message: &[u8],
    old: &[u8],
) -> Result<Vec<u8>, AnonymiseError> {
    let SignatureScheme::Ecdsa { hash, encoding } = scheme else {
        return Err(AnonymiseError::Unsupported("signatures that are not ECDSA"));
    };
    let prehash = hash.digest(message);
    // One in some hundred numbers is a byte shorter than most.
    (0_u32..20_000)
        .map(|attempt| key.sign_prehash_with(&prehash, &attempt.to_be_bytes()))
        .filter_map(|(r, s)| match encoding {
            EcdsaEncoding::Der => EcdsaSignature { r, s }.to_der(),
            EcdsaEncoding::Plain => Some([r, s].concat()),
        })
        .find(|signature| signature.len() == old.len())
        .ok_or(AnonymiseError::Unsupported("signatures of this length"))
}

/// Bytes that look like the signature they stand for and verify under no key.
pub(super) fn unverifiable(old: &[u8]) -> Vec<u8> {
    let mut new = old.to_vec();
    let numbers = tlv::parse_exact(old).ok().filter(|element| element.tag == 0x30);
    match numbers {
        None => new = random(old.len()),
        Some(element) => {
            for number in element.children().flatten() {
                let mut value = random(number.value.len());
                // Neither negative nor longer than needed.
                if let (Some(first), Some(old)) = (value.first_mut(), number.value.first()) {
                    *first = if *old == 0 { 0 } else { *first & 0x3F | 0x40 };
                    if let Some(second) = value.get_mut(1).filter(|_| *old == 0) {
                        *second |= 0x80;
                    }
                }
                apply(&mut new, &[(number.value_position(), value)]);
            }
        }
    }
    new
}

/// Whether a signature verifies under the key of a SubjectPublicKeyInfo.
pub(super) fn verifies(scheme: &SignatureScheme, info: &[u8], message: &[u8], signature: &[u8]) -> bool {
    PublicKey::from_spki(info)
        .is_ok_and(|key| icao9303::crypto::signature::verify(scheme, &key, message, signature).is_ok())
}
