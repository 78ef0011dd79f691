//! LDIF (RFC 2849) as the ICAO public key directory publishes it: master lists, certificates and revocation lists as
//! base 64 values of attributes.

use alloc::vec::Vec;

use super::import::{ImportError, base64};

/// Attributes that hold what is looked for, without options such as `;binary`.
const WANTED: [&str; 6] = [
    "pkdmasterlistcontent",
    "cscamasterlistdata",
    "cscamasterlist",
    "usercertificate",
    "cacertificate",
    "certificaterevocationlist",
];

/// The values of the attributes that are wanted, in order.
pub(crate) fn values(bytes: &[u8]) -> Vec<Result<Vec<u8>, ImportError>> {
    let mut values = Vec::new();
    let mut line: Vec<u8> = Vec::new();
    for physical in bytes.split(|byte| *byte == b'\n') {
        let physical = physical.strip_suffix(b"\r").unwrap_or(physical);
        // A line that begins with a space goes on with the one before.
        if let Some(rest) = physical.strip_prefix(b" ") {
            line.extend_from_slice(rest);
            continue;
        }
        values.extend(value(&line));
        line.clear();
        line.extend_from_slice(physical);
    }
    values.extend(value(&line));
    values
}

/// The value of `attribute:: base64`, where the attribute is wanted.
fn value(line: &[u8]) -> Option<Result<Vec<u8>, ImportError>> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (attribute, rest) = line.split_at(colon);
    let attribute = attribute.split(|byte| *byte == b';').next()?.to_ascii_lowercase();
    if !WANTED.iter().any(|wanted| wanted.as_bytes() == attribute) {
        return None;
    }
    let encoded = rest.strip_prefix(b"::")?;
    Some(base64(encoded.trim_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn continued_lines_are_joined_and_other_attributes_passed_over() {
        let file = b"version: 1\r\n\r\ndn: c=VN\r\ncn:: AAAA\r\nuserCertificate;binary:: AQ\r\n ID\r\n BA==\r\nsn: 1\r\npkdMasterListContent:: BQ==\r\n";
        assert_eq!(values(file), vec![Ok(vec![1, 2, 3, 4]), Ok(vec![5])]);
    }

    #[test]
    fn a_broken_value_is_reported_and_does_not_hide_the_next() {
        let file = b"cACertificate;binary:: A!\ncertificateRevocationList;binary:: BQ==";
        assert_eq!(values(file), vec![Err(ImportError::Base64), Ok(vec![5])]);
    }
}
