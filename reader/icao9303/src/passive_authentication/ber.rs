//! BER made definite (ITU-T X.690 §8.1.3.6, §8.7): CMS may come with indefinite lengths and with strings in pieces.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::asn1::{Asn1Error, Asn1ErrorKind, Header, MAX_DEPTH, Result, encode, tag};

/// The first element of `bytes` with definite lengths and strings in one piece, and how many bytes it took.
///
/// An element that has neither inside is passed on as it came, byte for byte, even where it is not DER: what is signed
/// in it was signed like that.
pub(crate) fn definite(bytes: &[u8]) -> Result<(Cow<'_, [u8]>, usize)> {
    convert(bytes, 0, 0)
}

fn convert(bytes: &[u8], position: usize, depth: usize) -> Result<(Cow<'_, [u8]>, usize)> {
    let error = |kind| Asn1Error { kind, position };
    if depth > MAX_DEPTH {
        return Err(error(Asn1ErrorKind::TooDeep));
    }
    let header = Header::read(bytes).map_err(error)?;
    let (contents, indefinite) = match header.length {
        Some(length) => {
            let end = header.len.checked_add(length).ok_or(error(Asn1ErrorKind::Length))?;
            (bytes.get(header.len..end).ok_or(error(Asn1ErrorKind::Truncated))?, false)
        }
        None => (&bytes[header.len..], true),
    };
    if header.tag & tag::CONSTRUCTED == 0 {
        let end = header.len + contents.len();
        return Ok((Cow::Borrowed(&bytes[..end]), end));
    }

    let in_pieces = matches!(header.tag, 0x23 | 0x24);
    let mut changed = indefinite || in_pieces;
    let mut inside = Vec::new();
    let mut at = 0;
    loop {
        let rest = &contents[at..];
        match (indefinite, rest) {
            (false, []) => break,
            (true, [0, 0, ..]) => {
                at += 2;
                break;
            }
            _ => {}
        }
        let (element, taken) = convert(rest, position + header.len + at, depth + 1)?;
        changed |= matches!(element, Cow::Owned(_));
        if in_pieces {
            append_piece(&mut inside, &element, header.tag).map_err(error)?;
        } else {
            inside.extend_from_slice(&element);
        }
        at += taken;
    }
    let taken = header.len + at;
    if !changed {
        return Ok((Cow::Borrowed(&bytes[..taken]), taken));
    }
    let tag = if in_pieces { header.tag & !tag::CONSTRUCTED } else { header.tag };
    Ok((Cow::Owned(encode(tag, &inside)), taken))
}

/// Adds one piece of a string. Every piece but the last of a bit string has no unused bits.
fn append_piece(whole: &mut Vec<u8>, piece: &[u8], of: u8) -> core::result::Result<(), Asn1ErrorKind> {
    let primitive = of & !tag::CONSTRUCTED;
    let header = Header::read(piece)?;
    let contents = piece.get(header.len..).unwrap_or_default();
    if header.tag != primitive {
        return Err(Asn1ErrorKind::UnexpectedTag { expected: primitive, found: header.tag });
    }
    if primitive == tag::BIT_STRING {
        let (&unused, bits) = contents.split_first().ok_or(Asn1ErrorKind::Value("bit string"))?;
        match whole.first_mut() {
            None => whole.push(unused),
            Some(0) => whole[0] = unused,
            Some(_) => return Err(Asn1ErrorKind::Value("bit string")),
        }
        whole.extend_from_slice(bits);
    } else {
        whole.extend_from_slice(contents);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::asn1::Reader;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn indefinite_lengths_and_pieces_become_definite() {
        let ber = [0x30, 0x80, 0x24, 0x80, 0x04, 0x01, 0xAA, 0x04, 0x02, 0xBB, 0xCC, 0, 0, 0x02, 0x01, 0x05, 0, 0];
        let (der, taken) = definite(&ber).unwrap();
        assert_eq!(taken, ber.len());
        assert_eq!(der.as_ref(), [0x30, 0x08, 0x04, 0x03, 0xAA, 0xBB, 0xCC, 0x02, 0x01, 0x05]);
    }

    #[test]
    fn a_definite_element_keeps_its_bytes_even_where_it_is_not_der() {
        let padded = [0x30, 0x82, 0x00, 0x03, 0x02, 0x01, 0x05];
        let (same, taken) = definite(&padded).unwrap();
        assert!(matches!(same, Cow::Borrowed(_)));
        assert_eq!((same.as_ref(), taken), (&padded[..], 7));
    }

    #[test]
    fn nesting_without_end_is_refused() {
        let deep: Vec<u8> = [0x30, 0x80].repeat(100_000);
        assert_eq!(definite(&deep).unwrap_err().kind, Asn1ErrorKind::TooDeep);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_conversion_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok((converted, taken)) = definite(&bytes) {
                prop_assert!(taken <= bytes.len());
                let mut reader = Reader::new(&converted);
                prop_assert!(reader.next().is_ok());
            }
        }
    }
}
