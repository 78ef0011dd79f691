//! What a file begins like.

use icao9303::lds::file::ElementaryFile;
use icao9303::tlv;

/// Which parser a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detected {
    /// A file of a chip.
    File(ElementaryFile),
    /// Certificates and lists, in DER, BER, PEM or LDIF; or a signed object of a chip that is in no tag of its own.
    Pki,
}

/// How much of a file is looked at to tell text from binary.
const LOOK: usize = 512;

const SEQUENCE: u8 = 0x30;
const SET: u32 = 0x31;
const APPLICATION_TEMPLATE: u32 = 0x61;
const APPLICATION_IDENTIFIER: u32 = 0x4F;
const AUTHORITY_REFERENCE: u32 = 0x42;
/// Data objects that EF.ATR/INFO begins with (Doc 9303-10, 3.11.2; ISO/IEC 7816-4, 12.2.2): card service data, initial
/// access data, card issuer's data, pre-issuing data, card capabilities, extended length information.
const OF_ATR_INFO: [u32; 6] = [0x43, 0x44, 0x45, 0x46, 0x47, 0x7F66];

/// Looks at tags and shape. Text comes first: `version:` would else be an iris (76) and `cn:` a finger (63).
pub(super) fn detect(bytes: &[u8]) -> Option<Detected> {
    if is_text(bytes) || bytes.first() == Some(&SEQUENCE) {
        return Some(Detected::Pki);
    }
    let (tag, _) = tlv::parse_tag(bytes).ok()?;
    let file = match tag {
        SET => ElementaryFile::CardAccess,
        APPLICATION_IDENTIFIER => ElementaryFile::Dir,
        // EF.DIR has the tag of DG1.
        APPLICATION_TEMPLATE if holds_application(bytes) => ElementaryFile::Dir,
        AUTHORITY_REFERENCE => ElementaryFile::Cvca,
        tag if OF_ATR_INFO.contains(&tag) => ElementaryFile::AtrInfo,
        tag => ElementaryFile::from_outer_tag(tag)?,
    };
    Some(Detected::File(file))
}

fn holds_application(bytes: &[u8]) -> bool {
    let object = tlv::parse_one(bytes).map(|(object, _)| object);
    object.is_ok_and(|object| object.find(APPLICATION_IDENTIFIER).is_ok_and(|found| found.is_some()))
}

/// Every binary kind has a length or a tag among its first bytes that no text has.
fn is_text(bytes: &[u8]) -> bool {
    let start = bytes.get(..LOOK).unwrap_or(bytes);
    start.len() > 8
        && start.iter().all(|byte| !byte.is_ascii_control() || byte.is_ascii_whitespace())
        && start.iter().filter(|byte| byte.is_ascii()).count() * 4 > start.len() * 3
}

#[cfg(test)]
mod tests {
    use icao9303::lds::file::EMRTD_AID;
    use icao9303::tlv::encode;

    use super::*;

    #[test]
    fn files_are_told_by_their_outer_tags() {
        for file in ElementaryFile::all() {
            let Some(tag) = file.outer_tag() else { continue };
            let expected = if file == ElementaryFile::CardSecurity { Detected::Pki } else { Detected::File(file) };
            assert_eq!(detect(&encode(tag.into(), &[0x04, 0x01, 0x00])), Some(expected), "{file}");
        }
    }

    #[test]
    fn ef_dir_is_told_from_dg1_by_what_is_inside() {
        let dir = encode(0x61, &encode(0x4F, &EMRTD_AID));
        assert_eq!(detect(&dir), Some(Detected::File(ElementaryFile::Dir)));
        assert_eq!(detect(&encode(0x61, &encode(0x5F1F, b"I"))), Some(Detected::File(ElementaryFile::dg(1).unwrap())));
    }

    #[test]
    fn text_that_begins_with_the_letter_of_a_tag_is_text() {
        for text in ["version: 1\ndn: c=VN\n", "cn: somebody somewhere", "dn: c=VN, o=csca", "-----BEGIN X-----"] {
            assert_eq!(detect(text.as_bytes()), Some(Detected::Pki), "{text}");
        }
    }
}
