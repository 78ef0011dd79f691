//! Numbers of the standards, written as the standards print them.

/// The `N` bytes of a literal, in lower case. In a constant, a mistake in it is an error of the build.
///
/// # Panics
/// A character is no hexadecimal digit, or there are not two for each byte.
#[must_use]
pub const fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    const fn digit(character: u8) -> u8 {
        match character {
            b'0'..=b'9' => character - b'0',
            b'a'..=b'f' => character - b'a' + 10,
            _ => panic!("not a hexadecimal digit"),
        }
    }
    let hex = hex.as_bytes();
    assert!(hex.len() == 2 * N, "a number has the wrong length");
    let mut bytes = [0; N];
    let mut i = 0;
    while i < N {
        bytes[i] = digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]);
        i += 1;
    }
    bytes
}
