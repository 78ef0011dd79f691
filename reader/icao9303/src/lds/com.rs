//! EF.COM: versions and which data groups there are (Doc 9303-10, 4.6.1). It is not signed and decides nothing.

use alloc::{format, vec::Vec};
use core::fmt;

use super::{LdsError, file::DataGroup, outer, remark};
use crate::check::Remark;

/// Content of EF.COM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Com {
    /// Version of the Logical Data Structure.
    pub lds_version: Option<LdsVersion>,
    /// Version of Unicode that texts are written in.
    pub unicode_version: Option<UnicodeVersion>,
    /// The data groups listed, in the order of the list.
    pub data_groups: Vec<DataGroup>,
    /// Tags in the list that stand for no data group.
    pub unknown_tags: Vec<u8>,
    /// What deviates from the standard.
    pub remarks: Vec<Remark>,
}

/// `0107` and `0108`: version 1.7 and 1.8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LdsVersion {
    /// Version.
    pub version: u8,
    /// Update level.
    pub update: u8,
}

/// `040000`: version 4.0.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnicodeVersion {
    /// Major version.
    pub major: u8,
    /// Minor version.
    pub minor: u8,
    /// Release level.
    pub release: u8,
}

impl Com {
    /// Reads EF.COM.
    ///
    /// # Errors
    /// The file is no EF.COM. A missing or malformed version, and a missing list, are remarks.
    pub fn parse(file: &[u8]) -> Result<Self, LdsError> {
        let (data_groups, unknown_tags, mut remarks) = (Vec::new(), Vec::new(), Vec::new());
        let content = outer(file, 0x60, &mut remarks)?;
        let mut com = Self { lds_version: None, unicode_version: None, data_groups, unknown_tags, remarks };
        for object in content.children() {
            let object = object?;
            match object.tag {
                0x5F01 => com.lds_version = com.lds_version.or(LdsVersion::parse(object.value)),
                0x5F36 => com.unicode_version = com.unicode_version.or(UnicodeVersion::parse(object.value)),
                0x5C => com.list(object.value),
                tag => com.remarks.push(remark("com_unknown_object", format!("EF.COM has a data object {tag:X}"))),
            }
        }
        if com.lds_version.is_none() {
            com.remarks.push(remark("com_version", "EF.COM has no LDS version"));
        }
        if com.unicode_version.is_none() {
            com.remarks.push(remark("com_version", "EF.COM has no Unicode version"));
        }
        if com.data_groups.is_empty() {
            com.remarks.push(remark("com_no_list", "EF.COM lists no data group"));
        }
        Ok(com)
    }

    fn list(&mut self, tags: &[u8]) {
        for tag in tags {
            match DataGroup::from_tag(u32::from(*tag)) {
                Some(group) if self.data_groups.contains(&group) => {
                    self.remarks.push(remark("com_listed_twice", format!("EF.COM lists {group} twice")));
                }
                Some(group) => self.data_groups.push(group),
                None => {
                    self.remarks
                        .push(remark("com_unknown_tag", format!("EF.COM lists {tag:02X}, which is no data group")));
                    self.unknown_tags.push(*tag);
                }
            }
            // A list of one byte values says all it can in 16; hostile ones are longer.
            if self.remarks.len() > 32 {
                break;
            }
        }
    }
}

impl LdsVersion {
    fn parse(text: &[u8]) -> Option<Self> {
        let &[a, b, c, d] = text else { return None };
        Some(Self { version: two_digits(a, b)?, update: two_digits(c, d)? })
    }
}

impl UnicodeVersion {
    fn parse(text: &[u8]) -> Option<Self> {
        let &[a, b, c, d, e, f] = text else { return None };
        Some(Self { major: two_digits(a, b)?, minor: two_digits(c, d)?, release: two_digits(e, f)? })
    }
}

fn two_digits(tens: u8, units: u8) -> Option<u8> {
    (tens.is_ascii_digit() && units.is_ascii_digit()).then(|| (tens - b'0') * 10 + (units - b'0'))
}

impl fmt::Display for LdsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.version, self.update)
    }
}

impl fmt::Display for UnicodeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.release)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::tlv::{TlvErrorKind, encode};

    fn com(objects: &[&[u8]]) -> Vec<u8> {
        encode(0x60, &objects.concat())
    }

    fn versions() -> Vec<u8> {
        [encode(0x5F01, b"0107"), encode(0x5F36, b"040000")].concat()
    }

    /// Doc 9303-10, 4.6.1, example.
    #[test]
    fn the_standards_example_is_read() {
        let com = Com::parse(&com(&[&versions(), &encode(0x5C, &[0x61, 0x75, 0x76, 0x6C])])).unwrap();
        assert_eq!(com.lds_version.unwrap().to_string(), "1.7");
        assert_eq!(com.unicode_version.unwrap().to_string(), "4.0.0");
        assert_eq!(com.data_groups.iter().map(|group| group.number()).collect::<Vec<_>>(), [1, 2, 4, 12]);
        assert_eq!((com.unknown_tags, com.remarks), (Vec::new(), Vec::new()));
    }

    #[test]
    fn what_is_odd_is_remarked_and_the_rest_is_read() {
        let odd = com(&[&encode(0x5F01, b"01x7"), &encode(0x5C, &[0x61, 0x61, 0x99, 0x6D]), &encode(0x04, b"?")]);
        let com = Com::parse(&[&odd[..], &[0, 0]].concat()).unwrap();
        assert_eq!(com.data_groups, [DataGroup::DG1, DataGroup::DG13]);
        assert_eq!((com.lds_version, com.unknown_tags), (None, [0x99].to_vec()));
        let codes: Vec<_> = com.remarks.iter().map(|remark| remark.code).collect();
        let expected = ["lds_trailing_bytes", "com_listed_twice", "com_unknown_tag", "com_unknown_object"];
        assert_eq!(codes[..4], expected);
    }

    #[test]
    fn another_file_is_refused() {
        let error = Com::parse(&encode(0x61, b"")).unwrap_err();
        assert_eq!(
            error,
            crate::tlv::TlvError::new(TlvErrorKind::UnexpectedTag { expected: 0x60, found: 0x61 }, 0).into()
        );
    }
}
