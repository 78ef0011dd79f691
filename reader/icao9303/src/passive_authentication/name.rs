//! Distinguished names: compared as RFC 5280 §7.1 says, near enough for what issuers write, and printed for people.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use der::asn1::ObjectIdentifier;

use super::asn1::{Asn1ErrorKind, Result, Tlv, tag};

/// More attributes than this in one name are refused.
const MAX_ATTRIBUTES: usize = 64;

const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");

/// A distinguished name.
///
/// Two names are equal if their attributes are, in order, whatever string type holds them, and whatever the case and
/// the white space: a country signer writes `vn` in one certificate and `VN` in the next. That can let no forgery
/// through, because a name never proves anything: it only chooses the key that must verify the signature.
#[derive(Clone, Debug)]
pub struct Name {
    attributes: Vec<Vec<Attribute>>,
    key: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Attribute {
    kind: ObjectIdentifier,
    string_type: u8,
    text: String,
}

impl Name {
    pub(crate) fn parse(element: &Tlv<'_>) -> Result<Self> {
        let mut attributes = Vec::new();
        let mut key = Vec::new();
        let mut relatives = element.contents();
        while !relatives.is_empty() {
            let mut together = Vec::new();
            let mut pairs = relatives.expect(tag::SET)?.contents();
            while !pairs.is_empty() {
                let pair = pairs.expect(tag::SEQUENCE)?;
                if attributes.len() + together.len() == MAX_ATTRIBUTES {
                    return Err(pair.error(Asn1ErrorKind::TooMany));
                }
                let mut fields = pair.contents();
                let kind = fields.expect(tag::OID)?.oid()?;
                let value = fields.next()?;
                fields.finish()?;
                together.push(Attribute { kind, string_type: value.tag, text: text(&value) });
            }
            key.extend(relative_key(&together));
            attributes.push(together);
        }
        Ok(Self { attributes, key })
    }

    /// What equal names have in common, to look one up by.
    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }

    /// Whether the other name has the same attributes in the opposite order, as some software writes them.
    #[must_use]
    pub fn is_reverse_of(&self, other: &Self) -> bool {
        self.attributes.len() == other.attributes.len()
            && self.attributes.iter().map(|rdn| relative_key(rdn)).eq(other
                .attributes
                .iter()
                .rev()
                .map(|rdn| relative_key(rdn)))
    }

    /// The country attribute as it stands in the name.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        self.attributes.iter().flatten().find(|attribute| attribute.kind == COUNTRY).map(|country| country.text.trim())
    }

    /// Whether a country attribute has another type than PrintableString (Doc 9303-12 §7.1, RFC 5280 appendix A).
    pub(crate) fn country_has_wrong_type(&self) -> bool {
        self.attributes
            .iter()
            .flatten()
            .any(|attribute| attribute.kind == COUNTRY && attribute.string_type != tag::PRINTABLE_STRING)
    }

    /// Whether an attribute has a string type that names have no longer (TeletexString, BMPString, UniversalString, or no
    /// string at all): Doc 9303-12 §7.1 asks for UTF8String or PrintableString, and mail addresses are in IA5String.
    pub(crate) fn has_wrong_string_type(&self) -> bool {
        let right = [tag::PRINTABLE_STRING, tag::UTF8_STRING, tag::IA5_STRING];
        let other = |attribute: &Attribute| attribute.kind != COUNTRY && !right.contains(&attribute.string_type);
        self.attributes.iter().flatten().any(other)
    }

    /// Whether there is no attribute at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Name {}

/// `C=VN, O=…, CN=…`, in the order of the certificate. Control characters are left out.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, relative) in self.attributes.iter().enumerate() {
            for (inner, attribute) in relative.iter().enumerate() {
                match (index, inner) {
                    (0, 0) => {}
                    (_, 0) => f.write_str(", ")?,
                    _ => f.write_str(" + ")?,
                }
                match short_name(&attribute.kind) {
                    Some(name) => f.write_str(name)?,
                    None => write!(f, "{}", attribute.kind)?,
                }
                f.write_char('=')?;
                for character in attribute.text.chars().filter(|character| !character.is_control()) {
                    if matches!(character, ',' | '+' | '\\') {
                        f.write_char('\\')?;
                    }
                    f.write_char(character)?;
                }
            }
        }
        Ok(())
    }
}

fn short_name(kind: &ObjectIdentifier) -> Option<&'static str> {
    Some(match kind.as_bytes() {
        [0x55, 0x04, 3] => "CN",
        [0x55, 0x04, 5] => "serialNumber",
        [0x55, 0x04, 6] => "C",
        [0x55, 0x04, 7] => "L",
        [0x55, 0x04, 8] => "ST",
        [0x55, 0x04, 9] => "street",
        [0x55, 0x04, 10] => "O",
        [0x55, 0x04, 11] => "OU",
        [0x55, 0x04, 12] => "title",
        [0x55, 0x04, 97] => "organizationIdentifier",
        [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x01] => "emailAddress",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 0x01, 0x19] => "DC",
        _ => return None,
    })
}

/// One relative name in the form in which equal ones are equal: the attributes of a SET have no order.
fn relative_key(attributes: &[Attribute]) -> Vec<u8> {
    let mut keys: Vec<Vec<u8>> = attributes
        .iter()
        .map(|attribute| {
            let mut folded = String::new();
            for word in attribute.text.split_whitespace() {
                if !folded.is_empty() {
                    folded.push(' ');
                }
                folded.extend(word.chars().flat_map(char::to_lowercase));
            }
            let kind = attribute.kind.as_bytes();
            let mut key = Vec::with_capacity(kind.len() + folded.len() + 8);
            // Lengths in front keep two attributes from running into each other.
            key.extend_from_slice(&(kind.len() as u32).to_be_bytes());
            key.extend_from_slice(kind);
            key.extend_from_slice(&(folded.len() as u32).to_be_bytes());
            key.extend_from_slice(folded.as_bytes());
            key
        })
        .collect();
    keys.sort();
    let mut key = Vec::from((keys.len() as u32).to_be_bytes());
    key.extend(keys.into_iter().flatten());
    key
}

/// The text of a string of any type. What cannot be decoded is shown as `#` and hexadecimal digits, as RFC 4514 does.
pub(crate) fn text(element: &Tlv<'_>) -> String {
    let bytes = element.value;
    let decoded = match element.tag {
        tag::UTF8_STRING
        | tag::PRINTABLE_STRING
        | tag::NUMERIC_STRING
        | tag::IA5_STRING
        | tag::VISIBLE_STRING
        | tag::TELETEX_STRING => match core::str::from_utf8(bytes) {
            Ok(text) => Some(String::from(text)),
            // Latin-1 in a string of eight-bit characters is what software wrote and what software expects.
            Err(_) if element.tag != tag::UTF8_STRING => Some(bytes.iter().copied().map(char::from).collect()),
            Err(_) => None,
        },
        tag::BMP_STRING if bytes.len() % 2 == 0 => {
            let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).collect::<core::result::Result<_, _>>().ok()
        }
        tag::UNIVERSAL_STRING if bytes.len() % 4 == 0 => bytes
            .chunks_exact(4)
            .map(|unit| char::from_u32(u32::from_be_bytes([unit[0], unit[1], unit[2], unit[3]])))
            .collect(),
        _ => None,
    };
    decoded.unwrap_or_else(|| {
        let mut text = String::from("#");
        for byte in element.raw {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::super::asn1::{Reader, encode};
    use super::*;
    use alloc::string::ToString;

    fn name(attributes: &[(&str, u8, &[u8])]) -> Name {
        let relative: Vec<u8> = attributes
            .iter()
            .flat_map(|(kind, string_type, value)| {
                let kind = encode(tag::OID, ObjectIdentifier::new_unwrap(kind).as_bytes());
                let pair = [kind, encode(*string_type, value)].concat();
                encode(tag::SET, &encode(tag::SEQUENCE, &pair))
            })
            .collect();
        let element = encode(tag::SEQUENCE, &relative);
        Name::parse(&Reader::only(&element, tag::SEQUENCE).unwrap()).unwrap()
    }

    #[test]
    fn names_differ_neither_by_case_nor_space_nor_string_type() {
        let upper = name(&[("2.5.4.6", tag::PRINTABLE_STRING, b"VN"), ("2.5.4.3", tag::UTF8_STRING, b"CSCA Vietnam")]);
        let lower =
            name(&[("2.5.4.6", tag::UTF8_STRING, b"vn"), ("2.5.4.3", tag::PRINTABLE_STRING, b" csca  vietnam ")]);
        let wide = name(&[
            ("2.5.4.6", tag::PRINTABLE_STRING, b"VN"),
            ("2.5.4.3", tag::BMP_STRING, b"\0C\0S\0C\0A\0 \0V\0i\0e\0t\0n\0a\0m"),
        ]);
        assert_eq!(upper, lower);
        assert_eq!(upper, wide);
        assert!(!upper.country_has_wrong_type() && lower.country_has_wrong_type());
    }

    #[test]
    fn names_differ_by_attribute_value_and_order() {
        let one = name(&[("2.5.4.6", tag::PRINTABLE_STRING, b"VN"), ("2.5.4.5", tag::PRINTABLE_STRING, b"001")]);
        let next = name(&[("2.5.4.6", tag::PRINTABLE_STRING, b"VN"), ("2.5.4.5", tag::PRINTABLE_STRING, b"002")]);
        let other = name(&[("2.5.4.6", tag::PRINTABLE_STRING, b"VN"), ("2.5.4.3", tag::PRINTABLE_STRING, b"001")]);
        let turned = name(&[("2.5.4.5", tag::PRINTABLE_STRING, b"001"), ("2.5.4.6", tag::PRINTABLE_STRING, b"VN")]);
        assert_ne!(one, next);
        assert_ne!(one, other);
        assert_ne!(one, turned);
        assert!(turned.is_reverse_of(&one) && !one.is_reverse_of(&next));
    }

    #[test]
    fn a_name_prints_in_its_own_order_without_control_characters() {
        let name = name(&[
            ("2.5.4.6", tag::PRINTABLE_STRING, b"VN"),
            ("2.5.4.10", tag::UTF8_STRING, b"A, B\x1b[31m"),
            ("1.2.3", tag::OCTET_STRING, b"\x01"),
        ]);
        assert_eq!(name.to_string(), "C=VN, O=A\\, B[31m, 1.2.3=#040101");
        assert_eq!(name.country(), Some("VN"));
    }
}
