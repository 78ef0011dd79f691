//! DG15: the public key of Active Authentication (Doc 9303-10, 4.7.15).

use alloc::vec::Vec;

use super::{LdsError, outer};

/// The SubjectPublicKeyInfo inside DG15, DER as it stands.
///
/// # Errors
/// The file is no DG15, or holds no SEQUENCE.
pub fn public_key_of_dg15(file: &[u8]) -> Result<&[u8], LdsError> {
    let content = outer(file, 0x6F, &mut Vec::new())?;
    Ok(content.children().expect(0x30)?.raw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::encode;

    #[test]
    fn the_wrapper_is_taken_off() {
        let key = encode(0x30, &[5, 0]);
        assert_eq!(public_key_of_dg15(&encode(0x6F, &key)).unwrap(), key);
        assert!(public_key_of_dg15(&encode(0x6E, &key)).is_err());
        assert!(public_key_of_dg15(&encode(0x6F, &encode(0x31, &[]))).is_err());
        assert!(public_key_of_dg15(&encode(0x6F, &[])).is_err());
    }
}
