//! Writing ASN.1 values by hand: DER (ITU-T X.690), and where a card in the field does so, BER with indefinite lengths.
//!
//! Written here on its own, and kept to what a personaliser needs: a structure is a nest of calls that reads like its
//! ASN.1 definition, and any of it can be made wrong on purpose.

/// An integer's tag.
pub const INTEGER: u8 = 0x02;
/// An octet string's tag.
pub const OCTET_STRING: u8 = 0x04;
/// A sequence's tag.
pub const SEQUENCE: u8 = 0x30;
/// A set's tag.
pub const SET: u8 = 0x31;

/// One value with its tag and length. A tag of several bytes is given as it is written: `0x7F61`.
#[must_use]
pub fn tlv(tag: u32, value: &[u8]) -> Vec<u8> {
    let mut out = tag_bytes(tag);
    out.extend(length(value.len()));
    out.extend_from_slice(value);
    out
}

/// A length in the fewest bytes (X.690, 10.1).
#[must_use]
pub fn length(length: usize) -> Vec<u8> {
    if length < 0x80 {
        return vec![length as u8];
    }
    let bytes = length.to_be_bytes();
    let digits = &bytes[bytes.iter().take_while(|&&byte| byte == 0).count()..];
    let mut out = vec![0x80 | digits.len() as u8];
    out.extend_from_slice(digits);
    out
}

/// One value of indefinite length, closed by an end-of-contents mark (X.690, 8.1.3.6).
#[must_use]
pub fn indefinite(tag: u32, content: &[u8]) -> Vec<u8> {
    let mut out = tag_bytes(tag);
    out.push(0x80);
    out.extend_from_slice(content);
    out.extend_from_slice(&[0, 0]);
    out
}

/// SEQUENCE of the parts in this order.
#[must_use]
pub fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(SEQUENCE.into(), &parts.concat())
}

/// SET OF, in the order that DER demands: ascending encodings (X.690, 11.6).
#[must_use]
pub fn set_of(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut parts = parts.to_vec();
    parts.sort();
    tlv(SET.into(), &parts.concat())
}

/// SET with the parts in the order given, sorted or not.
#[must_use]
pub fn set_as_given(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(SET.into(), &parts.concat())
}

/// A context-specific constructed value: EXPLICIT `[n]`, or IMPLICIT over a constructed type.
#[must_use]
pub fn context(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0xA0 | u32::from(number), content)
}

/// A context-specific primitive value: IMPLICIT `[n]` over a primitive type.
#[must_use]
pub fn context_primitive(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0x80 | u32::from(number), content)
}

/// INTEGER from an unsigned number.
#[must_use]
pub fn integer(value: u64) -> Vec<u8> {
    unsigned_integer(&value.to_be_bytes())
}

/// INTEGER from an unsigned big-endian number of any length.
#[must_use]
pub fn unsigned_integer(big_endian: &[u8]) -> Vec<u8> {
    tlv(INTEGER.into(), &unsigned_digits(big_endian))
}

/// The contents of an INTEGER that is not negative: no superfluous zero, and a zero where the first bit is set.
#[must_use]
pub fn unsigned_digits(big_endian: &[u8]) -> Vec<u8> {
    let zeros = big_endian.iter().take_while(|&&byte| byte == 0).count();
    let digits = &big_endian[zeros..];
    let mut out = Vec::with_capacity(digits.len() + 1);
    if digits.first().is_none_or(|&first| first & 0x80 != 0) {
        out.push(0);
    }
    out.extend_from_slice(digits);
    out
}

/// BOOLEAN TRUE.
#[must_use]
pub fn true_value() -> Vec<u8> {
    vec![0x01, 0x01, 0xFF]
}

/// NULL.
#[must_use]
pub fn null() -> Vec<u8> {
    vec![0x05, 0x00]
}

/// OCTET STRING.
#[must_use]
pub fn octet_string(content: &[u8]) -> Vec<u8> {
    tlv(OCTET_STRING.into(), content)
}

/// BIT STRING of whole bytes.
#[must_use]
pub fn bit_string(content: &[u8]) -> Vec<u8> {
    let mut value = vec![0];
    value.extend_from_slice(content);
    tlv(0x03, &value)
}

/// OBJECT IDENTIFIER from its dotted form. The forms are constants of this crate or checked when a profile is read.
///
/// # Panics
/// Where `dotted` is not an object identifier, see [`is_object_identifier`].
#[must_use]
pub fn oid(dotted: &str) -> Vec<u8> {
    let arcs = arcs(dotted).expect("object identifiers are constants of this crate, or checked with the profile");
    let mut value = Vec::new();
    base128(arcs[0] * 40 + arcs[1], &mut value);
    arcs[2..].iter().for_each(|&arc| base128(arc, &mut value));
    tlv(0x06, &value)
}

/// Whether this is an object identifier in dotted form.
#[must_use]
pub fn is_object_identifier(dotted: &str) -> bool {
    arcs(dotted).is_some()
}

/// A constructed OCTET STRING of pieces, as signers that write BER streams produce it (X.690, 8.7.3).
#[must_use]
pub fn octet_string_in_pieces(content: &[u8], piece: usize) -> Vec<u8> {
    let pieces: Vec<u8> = content.chunks(piece.max(1)).flat_map(octet_string).collect();
    indefinite(0x24, &pieces)
}

fn arcs(dotted: &str) -> Option<Vec<u64>> {
    let arcs = dotted.split('.').map(|arc| arc.parse::<u32>().map(u64::from)).collect::<Result<Vec<_>, _>>().ok()?;
    let well_formed = arcs.len() >= 2 && arcs[0] <= 2 && (arcs[0] == 2 || arcs[1] < 40);
    well_formed.then_some(arcs)
}

fn base128(value: u64, out: &mut Vec<u8>) {
    let groups = (1..10).take_while(|group| value >> (7 * group) != 0).count();
    for group in (0..=groups).rev() {
        let more = if group == 0 { 0 } else { 0x80 };
        out.push((value >> (7 * group)) as u8 & 0x7F | more);
    }
}

fn tag_bytes(tag: u32) -> Vec<u8> {
    let bytes = tag.to_be_bytes();
    let zeros = bytes.iter().take_while(|&&byte| byte == 0).count().min(3);
    bytes[zeros..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_the_fewest_bytes() {
        assert_eq!(length(0x7F), [0x7F]);
        assert_eq!(length(0x80), [0x81, 0x80]);
        assert_eq!(length(0x1234), [0x82, 0x12, 0x34]);
    }

    #[test]
    fn integers_are_never_negative_and_never_padded() {
        assert_eq!(integer(0), [2, 1, 0]);
        assert_eq!(integer(127), [2, 1, 127]);
        assert_eq!(integer(128), [2, 2, 0, 128]);
        assert_eq!(unsigned_integer(&[0, 0, 1, 2]), [2, 2, 1, 2]);
    }

    #[test]
    fn object_identifiers_are_written_as_x690_says() {
        assert_eq!(oid("2.999.3"), [6, 3, 0x88, 0x37, 3]);
        assert_eq!(oid("1.2.840.113549"), [6, 6, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D]);
        assert!(!is_object_identifier("1"));
        assert!(!is_object_identifier("1.40.1"));
        assert!(!is_object_identifier("1.2.x"));
    }

    #[test]
    fn tags_of_several_bytes_keep_them() {
        assert_eq!(tlv(0x7F61, &[1]), [0x7F, 0x61, 1, 1]);
        assert_eq!(tlv(0x02, &[1]), [2, 1, 1]);
    }

    #[test]
    fn an_indefinite_length_ends_with_two_zeros() {
        assert_eq!(octet_string_in_pieces(&[1, 2, 3], 2), [0x24, 0x80, 4, 2, 1, 2, 4, 1, 3, 0, 0]);
    }
}
