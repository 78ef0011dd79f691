//! The files of a made-up card, each in the shape of the one it stands for.

use icao9303::crypto::curve::Curve;
use icao9303::lds::dg2::Dg2;
use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::lds::security_infos::{PaceInfo, SecurityInfo, SecurityInfoContent, SecurityInfos};
use icao9303::tlv::{Reader, Tlv, parse_one};
use virtual_card::image::{ActiveAuthenticationKey, ChipAuthenticationKey, Cipher, Hash, PaceOffer};
use virtual_card::personalise::portrait;

use super::AnonymiseError;
use super::der::{Depth, Edit, apply, edits};
use super::issuer::opaque;
use super::mosaic;
use super::person::Person;
use super::substitutes::{Substitutes, alike, random};
use crate::mrz::DocumentMrz;

/// The file in the place of another.
pub(super) fn file(
    name: ElementaryFile,
    old: &[u8],
    person: &Person,
    mrz: Option<&DocumentMrz>,
    substitutes: &mut Substitutes,
) -> Result<Vec<u8>, AnonymiseError> {
    Ok(match name {
        // They say what there is and what the chip can do.
        ElementaryFile::Com | ElementaryFile::CardAccess => plain(old, substitutes)?,
        ElementaryFile::AtrInfo => atr_info(old),
        ElementaryFile::Dg(DataGroup::DG1) => person.dg1(old, mrz),
        ElementaryFile::Dg(DataGroup::DG2) => portrait_group(old),
        ElementaryFile::Dg(DataGroup::DG13) => person.dg13(old),
        ElementaryFile::Dg(DataGroup::DG14 | DataGroup::DG15) => plain(old, substitutes)?,
        _ => noise(old),
    })
}

/// The same file but for the public keys in it, and what is of no protocol known here.
fn plain(old: &[u8], substitutes: &mut Substitutes) -> Result<Vec<u8>, AnonymiseError> {
    let Ok((outer, rest)) = parse_one(old) else { return Ok(opaque(old)) };
    let mut changes = vec![(outer.raw.len(), random(rest.len()))];
    if edits(&outer, Depth::Keys, substitutes, &mut changes).is_err() && outer.children().all(|child| child.is_ok()) {
        // A key of another kind: its proof cannot be made.
        return Err(AnonymiseError::Unsupported("keys that are not on an elliptic curve"));
    }
    for info in unknown_infos(old) {
        // Of a protocol that is not known here: it may say anything.
        let at = old.windows(info.len()).position(|window| window == info);
        if let (Some(at), Some(Ok(element))) = (at, at.and_then(|at| Reader::at(old.get(at..)?, at).next())) {
            let mut inside = Vec::new();
            edits(&element, Depth::Everything, substitutes, &mut inside)?;
            changes.extend(inside.into_iter().filter(|(place, _)| *place >= at));
        }
    }
    let mut new = old.to_vec();
    apply(&mut new, &changes);
    Ok(new)
}

fn unknown_infos(file: &[u8]) -> Vec<Vec<u8>> {
    let infos = SecurityInfos::parse_dg14(file).or_else(|_| SecurityInfos::parse(file));
    let unknown =
        |info: &&SecurityInfo| matches!(info.content, SecurityInfoContent::Other | SecurityInfoContent::Malformed);
    infos.iter().flat_map(SecurityInfos::iter).filter(unknown).map(|info| info.raw.clone()).collect()
}

/// What says how long APDUs may be stays (ISO/IEC 7816-4, 12.7.1); numbers of the chip do not.
fn atr_info(old: &[u8]) -> Vec<u8> {
    let mut new = random(old.len());
    for object in Reader::new(old).flatten() {
        let kept = if matches!(object.tag, 0x7F66 | 0x43 | 0x47) {
            object.raw.len()
        } else {
            object.raw.len() - object.value.len()
        };
        let header = object.raw.get(..kept).unwrap_or_default().to_vec();
        apply(&mut new, &[(object.position, header)]);
    }
    new
}

/// The structure of a file that holds what is known of nobody: texts become other texts, everything else noise.
fn noise(old: &[u8]) -> Vec<u8> {
    fn walk(element: &Tlv<'_>, out: &mut Vec<Edit>) -> Option<()> {
        for child in element.children() {
            let child = child.ok()?;
            if child.is_constructed() {
                walk(&child, out)?;
                continue;
            }
            match (child.tag, std::str::from_utf8(child.value)) {
                // Tag lists and counts.
                (0x5C, _) => {}
                (0x02, _) if child.value.len() == 1 => {}
                (_, Ok(text)) if !text.chars().any(char::is_control) => {
                    let mut new = alike(text).into_bytes();
                    new.resize(child.value.len(), b'x');
                    out.push((child.value_position(), new));
                }
                _ => out.push((child.value_position(), random(child.value.len()))),
            }
        }
        Some(())
    }
    let mut changes = Vec::new();
    let Ok((outer, rest)) = parse_one(old) else { return opaque(old) };
    changes.push((outer.raw.len(), random(rest.len())));
    if walk(&outer, &mut changes).is_none() {
        return opaque(old);
    }
    let mut new = old.to_vec();
    apply(&mut new, &changes);
    new
}

/// DG2 with another picture of the same length. Only the lengths and versions around it stay; whatever is not one face
/// in a record of ISO/IEC 19794-5 becomes noise.
fn portrait_group(old: &[u8]) -> Vec<u8> {
    redrawn(old).unwrap_or_else(|| opaque(old))
}

/// The facial record up to its first face, what is before the feature points, and the image information (ISO/IEC
/// 19794-5:2005, 5.4 to 5.7).
const RECORD_HEADER: usize = 14;
const FACE_HEADER: usize = 20;
const IMAGE_HEADER: usize = 12;

fn redrawn(old: &[u8]) -> Option<Vec<u8>> {
    let dg2 = Dg2::parse(old).ok()?;
    let ([face], [template]) = (dg2.faces.as_slice(), dg2.templates.as_slice()) else { return None };
    let offset = |part: &[u8]| (part.as_ptr() as usize).checked_sub(old.as_ptr() as usize);
    let (record, picture) = (offset(template.data)?, offset(face.picture.bytes)?);
    let points = usize::from(face.feature_points) * 8;
    let image = record + RECORD_HEADER + FACE_HEADER + points;
    let known = template.data.starts_with(b"FAC\x00010\x00") && picture == image + IMAGE_HEADER;
    let size = face.picture.bytes.len();
    if !known || picture + size > old.len() {
        return None;
    }
    let drawn = match (face.picture.format.as_str(), face.picture.size) {
        ("jpeg", Some((width, height))) => mosaic::jpeg(width, height, size),
        ("jpeg", None) => None,
        _ => portrait::jpeg2000(size),
    };
    let mut new = old.to_vec();
    // Sex, eyes, hair, expression, pose, then the feature points: all unspecified.
    let face_at = record + RECORD_HEADER;
    apply(&mut new, &[(face_at + 6, vec![0; FACE_HEADER - 6 + points])]);
    match drawn {
        Some(drawn) => apply(&mut new, &[(picture, drawn)]),
        // Too small for any picture: its first bytes still say of what kind it is.
        None => apply(&mut new, &[(picture + 4.min(size), random(size.saturating_sub(4)))]),
    }
    apply(&mut new, &[(picture + size, random(old.len() - picture - size))]);
    // Creation and validity of the template, and who made it.
    for part in [template.header.creation, template.header.validity, template.header.creator].into_iter().flatten() {
        apply(&mut new, &[(offset(part)?, vec![0; part.len()])]);
    }
    Some(new)
}

/// The keys that answer Chip Authentication for this DG14.
pub(super) fn chip_keys(
    dg14: &[u8],
    holds_them: bool,
    substitutes: &mut Substitutes,
) -> Result<Vec<ChipAuthenticationKey>, AnonymiseError> {
    let Ok(infos) = SecurityInfos::parse_dg14(dg14) else { return Ok(Vec::new()) };
    let mut keys = Vec::new();
    for public in infos.chip_authentication_keys() {
        let key = substitutes.private_key(&public.public_key)?;
        let key = if holds_them { key } else { another(&key) };
        let of_key = infos.chip_authentication().filter(|info| info.key_id.is_none() || info.key_id == public.key_id);
        let mut ciphers: Vec<_> = of_key.map(|info| cipher(info.protocol.cipher)).collect();
        if ciphers.is_empty() {
            // A public key alone stands for triple DES.
            ciphers.push(Cipher::TripleDes);
        }
        let key_id = public.key_id.and_then(|id| u32::try_from(id).ok());
        keys.extend(ciphers.into_iter().map(|cipher| ChipAuthenticationKey {
            key_id,
            cipher,
            key: key.clone().into(),
        }));
    }
    Ok(keys)
}

fn another(key: &icao9303::crypto::curve::PrivateKey) -> icao9303::crypto::curve::PrivateKey {
    use getrandom::{SysRng, rand_core::UnwrapErr};
    icao9303::crypto::curve::PrivateKey::generate(key.curve(), &mut UnwrapErr(SysRng))
}

/// What PACE offers.
pub(super) fn pace_offers(card_access: &[u8]) -> Vec<PaceOffer> {
    let Ok(infos) = SecurityInfos::parse(card_access) else { return Vec::new() };
    let generic = infos.pace().filter(|pace| pace.protocol.mechanism() == "ECDH-GM");
    let offer = |pace: &PaceInfo| {
        let curve = Curve::from_parameter_id(u8::try_from(pace.parameter_id?).ok()?)?;
        Some(PaceOffer::on_curve(cipher(pace.protocol.cipher), curve))
    };
    generic.filter_map(offer).collect()
}

fn cipher(cipher: icao9303::crypto::cipher::Cipher) -> Cipher {
    match cipher {
        icao9303::crypto::cipher::Cipher::TripleDes => Cipher::TripleDes,
        icao9303::crypto::cipher::Cipher::Aes128 => Cipher::Aes128,
        icao9303::crypto::cipher::Cipher::Aes192 => Cipher::Aes192,
        icao9303::crypto::cipher::Cipher::Aes256 => Cipher::Aes256,
    }
}

/// The key that answers Active Authentication for this DG15, with the hash that DG14 names.
pub(super) fn active_key(
    dg15: &[u8],
    dg14: Option<&[u8]>,
    holds_it: bool,
    substitutes: &mut Substitutes,
) -> Result<Option<ActiveAuthenticationKey>, AnonymiseError> {
    let Some(info) = parse_one(dg15).ok().and_then(|(outer, _)| outer.children().next()?.ok()) else { return Ok(None) };
    let key = substitutes.private_key(info.raw)?;
    let key = if holds_it { key } else { another(&key) };
    let infos = dg14.and_then(|dg14| SecurityInfos::parse_dg14(dg14).ok());
    let algorithm = infos.as_ref().and_then(SecurityInfos::active_authentication_algorithm);
    let hash = match algorithm.map(|oid| oid.to_string()).as_deref() {
        // BSI TR-03111, 5.2.1: ecdsa-plain-SHA1 and so on.
        Some("0.4.0.127.0.7.1.1.4.1.1") => Hash::Sha1,
        Some("0.4.0.127.0.7.1.1.4.1.2") => Hash::Sha224,
        Some("0.4.0.127.0.7.1.1.4.1.4") => Hash::Sha384,
        Some("0.4.0.127.0.7.1.1.4.1.5") => Hash::Sha512,
        _ => Hash::Sha256,
    };
    Ok(Some(ActiveAuthenticationKey::Ecdsa { key, hash, der: false }))
}

/// The same key once more.
pub(super) fn copy(key: &ChipAuthenticationKey) -> ChipAuthenticationKey {
    ChipAuthenticationKey { key_id: key.key_id, cipher: key.cipher, key: key.key.clone() }
}

/// The same; nothing for a key of another kind than [`active_key`] makes.
pub(super) fn copy_active(key: &ActiveAuthenticationKey) -> Option<ActiveAuthenticationKey> {
    match key {
        ActiveAuthenticationKey::Ecdsa { key, hash, der } => {
            Some(ActiveAuthenticationKey::Ecdsa { key: key.clone(), hash: *hash, der: *der })
        }
        ActiveAuthenticationKey::Rsa { .. } => None,
    }
}
