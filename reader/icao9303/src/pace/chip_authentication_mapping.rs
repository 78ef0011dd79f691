//! The proof of PACE with chip authentication mapping (Doc 9303-11, 4.4.3.5): the chip divides the private key of its
//! mapping by its static one and sends the quotient, so that `quotient · static public key = mapping public key` shows
//! that it knows both.
//!
//! The static public key is in EF.CardSecurity, which is read under the channel that PACE opens. So PACE only keeps
//! [`ChipAuthenticationMapping`], and whoever has verified EF.CardSecurity asks it. To ignore it is to have done PACE
//! with generic mapping.

use alloc::format;

use zeroize::Zeroizing;

use crate::{
    check::{Check, Reason},
    crypto::{
        cipher::{CipherKey, pad, unpad},
        curve::{Point, PrivateKey},
        key_agreement::PublicKey,
    },
    lds::security_infos::{KeyAgreement, SecurityInfos},
};

/// A chip's proof, not yet verified.
#[derive(Clone, Debug)]
pub struct ChipAuthenticationMapping {
    /// The chip's public key of the mapping.
    mapping_key: Point,
    data: Data,
}

/// The chip authentication data.
#[derive(Clone, Debug)]
enum Data {
    /// The chip gave none, or bytes that have not their length: lost on the way, perhaps.
    Missing,
    /// What it gave deciphers to no number from 1 to n − 1.
    Invalid,
    /// The quotient.
    Given(PrivateKey),
}

impl ChipAuthenticationMapping {
    /// Deciphers the data object `8A` of the last answer of PACE: in CBC mode under the new key of encryption, with the
    /// encipherment of −1 as initialisation vector (Doc 9303-11, 4.4.3.5.1).
    pub(super) fn decipher(mapping_key: Point, cryptogram: Option<&[u8]>, key: &CipherKey) -> Self {
        let curve = mapping_key.curve();
        let block_len = key.cipher().block_len();
        let whole_len = pad(curve.domain_parameters().n, block_len).len();
        let data = match cryptogram.filter(|cryptogram| cryptogram.len() == whole_len) {
            None => Data::Missing,
            Some(cryptogram) => {
                let deciphered = key
                    .encrypt_block(&alloc::vec![0xFF; block_len])
                    .and_then(|iv| key.decrypt_cbc(Some(&iv), cryptogram))
                    .and_then(|padded| unpad(padded, block_len))
                    .map(Zeroizing::new);
                let number = deciphered.ok().and_then(|number| PrivateKey::from_bytes(curve, &number).ok());
                number.map_or(Data::Invalid, Data::Given)
            }
        };
        Self { mapping_key, data }
    }

    /// Whether the chip holds the private key of one of the Chip Authentication keys in EF.CardSecurity, whose content
    /// this is (Doc 9303-11, 4.4.3.5.2). It proves something only if passive authentication covers that file.
    ///
    /// Several keys on the same curve are tried all: each of them is one of the genuine chip.
    #[must_use]
    pub fn verify(&self, card_security: &SecurityInfos) -> Check {
        let quotient = match &self.data {
            Data::Missing => return Check::unknown(Reason::NoAnswer, "the chip gave no chip authentication data"),
            Data::Invalid => return Check::failed(Reason::Clone, "the chip authentication data are no number"),
            Data::Given(quotient) => quotient,
        };
        let mut found = None;
        for info in card_security.chip_authentication_keys().filter(|key| key.key_agreement == KeyAgreement::Ecdh) {
            match PublicKey::from_spki(&info.public_key) {
                Ok(PublicKey::Ec(key)) if key.curve() == self.mapping_key.curve() => {
                    if quotient.diffie_hellman(&key).is_ok_and(|mapped| mapped == self.mapping_key) {
                        return Check::passed();
                    }
                    found = Some(());
                }
                _ => {}
            }
        }
        match found {
            Some(()) => Check::failed(Reason::Clone, "the chip does not hold the key of EF.CardSecurity"),
            None => {
                let curve = self.mapping_key.curve();
                Check::unknown(Reason::Malformed, format!("EF.CardSecurity has no key on {curve}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::{
        crypto::{cipher::Cipher, curve::Curve},
        tlv,
    };

    /// Values of Doc 9303-11 Appendix I.
    const MAPPING_KEY: &str = "04A234236AA9B9621E8EFB73B5245C0E09D2576E5277183C1208BDD55280CAE8B3\
                               04F365713A356E65A451E165ECC9AC0AC46E3771342C8FE5AEDD092685338E23";
    const STATIC_KEY: &str = "041872709494399E7470A6431BE25E83EEE24FEA568C2ED28DB48E05DB3A610DC8\
                              84D256A40E35EFCB59BF6753D3A489D28C7A4D973C2DA138A6E7A4A08F68E16F";
    const CRYPTOGRAM: &str = "1EEA964DAAE372AC990E3EFDE6333353BFC89A6704D93DA8798CF77F5B7A54BD\
                              10CBA372B42BE0B9B5F28AA8DE2F4F92";
    const DATA: &str = "85DC3FA93D0952BFA82F5FD189EE75BD82F11D1F0B8ED4BF5319AC9B53C426B3";

    fn hex(text: &str) -> Vec<u8> {
        base16ct::mixed::decode_vec(text).unwrap()
    }

    fn point(text: &str) -> Point {
        Point::from_sec1(Curve::BrainpoolP256r1, &hex(text)).unwrap()
    }

    fn key() -> CipherKey {
        CipherKey::new(Cipher::Aes128, &hex("0A9DA4DB03BDDE39FC5202BC44B2E89E")).unwrap()
    }

    fn proof(cryptogram: Option<&[u8]>) -> ChipAuthenticationMapping {
        ChipAuthenticationMapping::decipher(point(MAPPING_KEY), cryptogram, &key())
    }

    /// The proof that these chip authentication data make.
    fn proof_of(data: &[u8]) -> ChipAuthenticationMapping {
        let iv = key().encrypt_block(&[0xFF; 16]).unwrap();
        proof(Some(&key().encrypt_cbc(Some(&iv), &pad(data, 16)).unwrap()))
    }

    /// EF.CardSecurity's content with one Chip Authentication key for each.
    fn card_security(keys: &[&Point]) -> SecurityInfos {
        let infos: Vec<u8> = keys.iter().flat_map(|key| key_info(key)).collect();
        SecurityInfos::parse(&tlv::encode(0x31, &infos)).unwrap()
    }

    fn key_info(key: &Point) -> Vec<u8> {
        // id-ecPublicKey with the curve's name, and id-PK-ECDH.
        let curve = tlv::encode(0x06, key.curve().oid().as_bytes());
        let algorithm = tlv::encode(0x30, &[hex("06072A8648CE3D0201"), curve].concat());
        let bits = tlv::encode(0x03, &[&[0], key.as_sec1()].concat());
        let spki = tlv::encode(0x30, &[algorithm, bits].concat());
        tlv::encode(0x30, &[hex("060904007F000702020102"), spki].concat())
    }

    #[test]
    fn the_proof_of_appendix_i_verifies() {
        let proof = proof(Some(&hex(CRYPTOGRAM)));
        let Data::Given(quotient) = &proof.data else { panic!() };
        assert_eq!(quotient.to_bytes()[..], hex(DATA));
        assert_eq!(proof.verify(&card_security(&[&point(STATIC_KEY)])), Check::passed());
        let several = card_security(&[&Point::generator(Curve::Secp256r1), &point(MAPPING_KEY), &point(STATIC_KEY)]);
        assert_eq!(proof.verify(&several), Check::passed());
    }

    #[test]
    fn a_chip_with_another_key_is_a_clone() {
        let other = card_security(&[&point(MAPPING_KEY)]);
        assert_eq!(proof(Some(&hex(CRYPTOGRAM))).verify(&other).reason, Some(Reason::Clone));
        let genuine = card_security(&[&point(STATIC_KEY)]);
        let order = Curve::BrainpoolP256r1.domain_parameters().n;
        for data in [&[0; 32][..], order, &[0xFF; 32], &[7; 32]] {
            let check = proof_of(data).verify(&genuine);
            assert_eq!(check.reason, Some(Reason::Clone), "{data:02x?}");
        }
        // Whole blocks whose padding is none.
        assert_eq!(proof(Some(&[0; 48])).verify(&genuine).reason, Some(Reason::Clone));
        assert_eq!(proof_of(&hex(DATA)).verify(&genuine), Check::passed());
    }

    #[test]
    fn a_proof_that_is_missing_or_cut_is_no_answer() {
        let genuine = card_security(&[&point(STATIC_KEY)]);
        let whole = hex(CRYPTOGRAM);
        for cryptogram in [None, Some(&[][..]), Some(&whole[..32]), Some(&whole[..47]), Some(&[0; 64])] {
            assert_eq!(proof(cryptogram).verify(&genuine).reason, Some(Reason::NoAnswer));
        }
    }

    #[test]
    fn without_a_key_on_the_curve_nothing_is_said() {
        let proof = proof(Some(&hex(CRYPTOGRAM)));
        for keys in [&[][..], &[&Point::generator(Curve::Secp256r1)]] {
            assert_eq!(proof.verify(&card_security(keys)).reason, Some(Reason::Malformed));
        }
        assert!(!format!("{proof:?}").contains("85dc3f"), "the quotient is not shown");
    }
}
