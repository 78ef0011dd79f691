//! BER-TLV data objects of command data fields (ISO/IEC 7816-4:2020, 6.3): flat lists, definite lengths.

/// Writes one data object.
#[must_use]
pub fn data_object(tag: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = if tag > 0xFF { tag.to_be_bytes().to_vec() } else { vec![tag as u8] };
    match value.len() {
        short @ 0..=0x7F => bytes.push(short as u8),
        one @ 0x80..=0xFF => bytes.extend([0x81, one as u8]),
        two @ 0x100..=0xFFFF => bytes.extend([0x82, (two >> 8) as u8, two as u8]),
        more => bytes.extend([0x83, (more >> 16) as u8, (more >> 8) as u8, more as u8]),
    }
    bytes.extend_from_slice(value);
    bytes
}

/// One data object: tag, value, and the bytes it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataObject<'a> {
    /// The tag as encoded.
    pub tag: u16,
    /// The value.
    pub value: &'a [u8],
    /// Tag, length and value.
    pub raw: &'a [u8],
}

/// Takes a list of data objects apart; nothing where it is malformed.
#[must_use]
pub fn data_objects(mut bytes: &[u8]) -> Option<Vec<DataObject<'_>>> {
    let mut objects = Vec::new();
    while !bytes.is_empty() {
        let object = first(bytes)?;
        bytes = bytes.get(object.raw.len()..)?;
        objects.push(object);
    }
    Some(objects)
}

fn first(bytes: &[u8]) -> Option<DataObject<'_>> {
    let (tag, tag_len) = match *bytes {
        [high, low, ..] if high & 0x1F == 0x1F => (u16::from_be_bytes([high, low]), 2),
        [tag, ..] => (u16::from(tag), 1),
        [] => return None,
    };
    let (length, length_len) = match *bytes.get(tag_len..)? {
        [short @ 0..=0x7F, ..] => (usize::from(short), 1),
        [0x81, one, ..] => (usize::from(one), 2),
        [0x82, high, low, ..] => (usize::from(u16::from_be_bytes([high, low])), 3),
        _ => return None,
    };
    let start = tag_len + length_len;
    let value = bytes.get(start..start + length)?;
    Some(DataObject { tag, value, raw: &bytes[..start + length] })
}

/// The only object of a list, of the tag given.
#[must_use]
pub fn single(bytes: &[u8], tag: u16) -> Option<&[u8]> {
    match data_objects(bytes)?[..] {
        [object] if object.tag == tag => Some(object.value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(tag in prop_oneof![Just(0x87u16), Just(0x7F49), Just(0x99)], value in proptest::collection::vec(any::<u8>(), 0..600)) {
            let bytes = data_object(tag, &value);
            prop_assert_eq!(single(&bytes, tag), Some(&value[..]));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = data_objects(&bytes);
        }
    }
}
