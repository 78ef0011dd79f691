//! The check digit of Doc 9303-3, 4.9: weights 7, 3, 1, modulo 10.

/// The check digit of the characters, or nothing if one is not of the MRZ alphabet (A to Z, 0 to 9, `<`).
///
/// It does not see every mistake: letters and digits that differ by a multiple of ten have the same one (`G` and `6`).
#[must_use]
pub fn check_digit(field: impl AsRef<[u8]>) -> Option<char> {
    over(field.as_ref().iter().copied())
}

/// As [`check_digit`], over characters that are not side by side.
pub(crate) fn over(characters: impl IntoIterator<Item = u8>) -> Option<char> {
    let mut sum = 0;
    for (character, weight) in characters.into_iter().zip([7, 3, 1].into_iter().cycle()) {
        sum = (sum + weight * value(character)?) % 10;
    }
    char::from_digit(sum, 10)
}

/// `0` to `9` as themselves, `A` to `Z` as 10 to 35, filler as 0.
fn value(character: u8) -> Option<u32> {
    match character {
        b'<' => Some(0),
        b'0'..=b'9' | b'A'..=b'Z' => char::from(character).to_digit(36),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Doc 9303-3, 4.9, examples 1 and 2, and Doc 9303-11, D.2.
    #[test]
    fn the_standards_examples_hold() {
        assert_eq!(check_digit("520727"), Some('3'));
        assert_eq!(check_digit("AB2134<<<"), Some('5'));
        assert_eq!(check_digit("D23145890734"), Some('9'));
        assert_eq!(check_digit("L898902C<"), Some('3'));
        assert_eq!(check_digit(""), Some('0'));
    }

    #[test]
    fn characters_outside_the_alphabet_have_no_value() {
        for text in ["a", " ", "Đ", "-"] {
            assert_eq!(check_digit(text), None);
        }
    }
}
