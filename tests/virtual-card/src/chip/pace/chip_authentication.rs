//! The proof of chip authentication mapping (ICAO Doc 9303-11, 4.4.3.3.3 and 4.4.3.5; BSI TR-03110-3, B.2.3).

use icao9303::crypto::curve;
use num_bigint::BigUint;

use crate::{
    chip::block_cipher::{self, BlockCipher},
    image::Cipher,
};

/// A_IC: the encrypted chip authentication data, which tag 8A carries.
///
/// The initialisation vector is the encryption of -1, a block of ones, which no counter of secure messaging reaches.
#[must_use]
pub fn encrypted_data(
    cipher: Cipher,
    encryption_key: &[u8],
    chip: &curve::PrivateKey,
    mapping: &curve::PrivateKey,
) -> Vec<u8> {
    let block_cipher = BlockCipher::new(cipher, encryption_key);
    let mut iv = vec![0xFF; cipher.block_len()];
    block_cipher.encrypt_block(&mut iv);
    block_cipher.encrypt_cbc(&iv, &block_cipher::pad(&data(chip, mapping), cipher.block_len()))
}

/// CA_IC = SK_IC⁻¹ · SK_Map,IC modulo the order: whoever knows it turns the chip's public key into the one of the mapping,
/// and only who holds the chip's key can name it for a key that was just made.
fn data(chip: &curve::PrivateKey, mapping: &curve::PrivateKey) -> Vec<u8> {
    let n = BigUint::from_bytes_be(chip.curve().domain_parameters().n);
    let [chip_number, mapping_number] = [chip, mapping].map(|key| BigUint::from_bytes_be(&key.to_bytes()));
    let inverse = chip_number.modinv(&n).expect("the order is prime, and a private key below it");
    let bytes = (inverse * mapping_number % n).to_bytes_be();
    [vec![0; chip.curve().order_len() - bytes.len()], bytes].concat()
}

#[cfg(test)]
mod tests {
    use icao9303::crypto::curve::{Curve, PrivateKey};

    use super::*;

    #[test]
    fn the_data_turns_the_chips_public_key_into_that_of_the_mapping() {
        for curve in Curve::ALL {
            let [chip, mapping] = [3, 5].map(|byte| PrivateKey::from_bytes(curve, &[byte; 20]).unwrap());
            let data = PrivateKey::from_bytes(curve, &data(&chip, &mapping)).unwrap();
            assert_eq!(data.diffie_hellman(&chip.public_key()).unwrap(), mapping.public_key(), "{curve}");
        }
    }

    #[test]
    fn it_is_padded_and_encrypted_under_a_vector_of_its_own() {
        let [chip, mapping] = [3, 5].map(|byte| PrivateKey::from_bytes(Curve::Secp256r1, &[byte; 20]).unwrap());
        let key = [7; 16];
        let encrypted = encrypted_data(Cipher::Aes128, &key, &chip, &mapping);
        let cipher = BlockCipher::new(Cipher::Aes128, &key);
        let iv = cipher.encrypt_cbc(&[0; 16], &[0xFF; 16]);
        let plain = cipher.decrypt_cbc(&iv, &encrypted);
        assert_eq!(block_cipher::unpad(&plain), Some(&data(&chip, &mapping)[..]));
        assert_eq!(encrypted.len(), 48);
    }
}
