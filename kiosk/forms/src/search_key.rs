//! Text as a person types it in a hurry: without accents, without case. For finding, never for deciding who somebody is.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The words of `text`: marks dropped, đ as d, lower case, apostrophes removed, everything else that is not a letter or a digit
/// taken as a space.
pub fn words(text: &str) -> Vec<String> {
    split(&text.nfd().filter(|&c| !is_combining_mark(c)).map(fold_d).collect::<String>())
}

/// The same with the accents kept.
pub fn accented_words(text: &str) -> Vec<String> {
    split(&text.nfc().collect::<String>())
}

/// All words of the search key, with one space between.
pub fn key(text: &str) -> String {
    words(text).join(" ")
}

fn split(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace(['\'', '’', 'ʼ'], "");
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// đ does not decompose, and has look-alikes.
fn fold_d(c: char) -> char {
    match c {
        'đ' | 'ð' | 'ɖ' => 'd',
        'Đ' | 'Ð' | 'Ɖ' => 'D',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_apostrophes_do_not_matter() {
        assert_eq!(key("ĐĂNG KÝ - thường trú"), "dang ky thuong tru");
        assert_eq!(key("Ksor H'Bia"), key("ksor hbia"));
        assert_eq!(key("Nguye\u{302}\u{303}n"), "nguyen");
    }
}
