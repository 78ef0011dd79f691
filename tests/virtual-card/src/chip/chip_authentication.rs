//! The chip's end of Chip Authentication version 1, on curves and in groups of integers (ICAO Doc 9303-11, 6.2).

use super::{
    key_agreement::Element,
    secure_messaging::Session,
    status,
    tlv::{data_object, data_objects, single},
};
use crate::image::{ChipAuthenticationKey, Cipher, Domain};

/// id-CA (BSI TR-03110-3, A.1.1.2): 0.4.0.127.0.7.2.2.3.
const CA: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03];

impl ChipAuthenticationKey {
    /// The value of the protocol's object identifier.
    #[must_use]
    pub fn oid(&self) -> Vec<u8> {
        let key_agreement = match self.key.domain() {
            Domain::Group(_) => 1,
            Domain::Curve(_) => 2,
        };
        [&CA[..], &[key_agreement, self.cipher.last_arc()]].concat()
    }

    /// The session with a terminal that sent this ephemeral public key.
    fn agree(&self, public_key: &[u8]) -> Result<Session, u16> {
        let peer = Element::from_bytes(self.key.domain(), public_key).ok_or(status::WRONG_DATA)?;
        let shared = self.key.agree(&peer).ok_or(status::WRONG_DATA)?;
        Ok(Session::from_secret(self.cipher, &shared.to_secret()))
    }
}

/// Answers MSE:Set KAT, the variant for triple DES: gives the session that starts after the answer.
///
/// # Errors
/// The status word of the refusal: `6A80` where the data does not fit, `6A88` where there is no such key.
pub fn set_key_agreement_template(data: &[u8], keys: &[ChipAuthenticationKey]) -> Result<Session, u16> {
    let objects = data_objects(data).ok_or(status::WRONG_DATA)?;
    let find = |tag: u16| objects.iter().find(|object| object.tag == tag).map(|object| object.value);
    let public_key = find(0x91).ok_or(status::WRONG_DATA)?;
    let chosen = select(keys, |key| key.cipher == Cipher::TripleDes, find(0x84))?;
    keys[chosen].agree(public_key)
}

/// Answers MSE:Set AT, the first step of the variant for AES: gives the place of the key that is meant.
///
/// # Errors
/// The status word of the refusal: `6A80` where the data does not fit, `6A88` where there is no such key.
pub fn set_authentication_template(data: &[u8], keys: &[ChipAuthenticationKey]) -> Result<usize, u16> {
    let objects = data_objects(data).ok_or(status::WRONG_DATA)?;
    let find = |tag: u16| objects.iter().find(|object| object.tag == tag).map(|object| object.value);
    let oid = find(0x80).ok_or(status::WRONG_DATA)?;
    if !keys.iter().any(|key| key.oid() == oid) {
        return Err(status::WRONG_DATA);
    }
    select(keys, |key| key.oid() == oid, find(0x84))
}

/// Answers GENERAL AUTHENTICATE, the second step: gives the answer's data and the session that starts after it.
///
/// # Errors
/// The status word of the refusal: `6A80` where the data does not fit.
pub fn general_authenticate(data: &[u8], key: &ChipAuthenticationKey) -> Result<(Vec<u8>, Session), u16> {
    let dynamic = single(data, 0x7C).ok_or(status::WRONG_DATA)?;
    let public_key = single(dynamic, 0x80).ok_or(status::WRONG_DATA)?;
    Ok((data_object(0x7C, &[]), key.agree(public_key)?))
}

/// The key that fits, by its identifier where one is given; without one there must be one key only.
fn select(
    keys: &[ChipAuthenticationKey],
    fits: impl Fn(&ChipAuthenticationKey) -> bool,
    key_id: Option<&[u8]>,
) -> Result<usize, u16> {
    let mut candidates = keys.iter().enumerate().filter(|(_, key)| fits(key)).filter(|(_, key)| match key_id {
        Some(id) => key.key_id.is_some_and(|own| same_number(id, own)),
        None => true,
    });
    match (candidates.next(), candidates.next()) {
        (Some((chosen, _)), None) => Ok(chosen),
        _ => Err(status::REFERENCE_NOT_FOUND),
    }
}

/// Whether big-endian bytes, leading zeros or not, are this number.
fn same_number(bytes: &[u8], number: u32) -> bool {
    let significant: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    let own: Vec<u8> = number.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    !bytes.is_empty() && significant == own
}
