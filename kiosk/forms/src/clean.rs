//! Text as a form may hold it: composed (NFC), without control characters, of bounded length.

use unicode_normalization::UnicodeNormalization;

/// More than this many characters of one value are not kept: it bounds memory, no form has room for it.
pub const MOST_CHARACTERS: usize = 4000;

/// One line: NFC, no control or format characters, runs of space as one space, none at the ends.
pub fn line(text: &str) -> String {
    let mut clean = String::new();
    for word in kept(text).collect::<String>().split_whitespace() {
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.push_str(word);
    }
    clean
}

/// Several lines: each as [`line()`], empty lines at the ends dropped.
pub fn lines(text: &str) -> String {
    let text: String = text.chars().take(MOST_CHARACTERS).collect();
    let lines: Vec<String> = text.replace("\r\n", "\n").split(['\n', '\r']).map(line).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// The characters that stay. Tabs and line ends become spaces; what moves or hides text (direction marks, zero-width
/// characters, byte order marks) has no place in a form.
fn kept(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars()
        .take(MOST_CHARACTERS)
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|&c| !c.is_control() && !is_format(c))
        .nfc()
}

/// General category Cf as far as it occurs in pasted text, and the non-characters and private characters that no font has.
fn is_format(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}'
        | '\u{E000}'..='\u{F8FF}' | '\u{E0000}'..='\u{10FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_composed_and_rid_of_what_does_not_print() {
        assert_eq!(line("  Nguye\u{302}\u{303}n\u{0} \t Thị\u{202E}\r\nAn\u{FEFF} "), "Nguyễn Thị An");
        assert_eq!(lines("\n\nmột\r\nhai  ba\n\n"), "một\nhai ba");
        assert_eq!(line("a\u{307}\u{323}"), "ạ\u{307}");
    }

    #[test]
    fn text_is_never_longer_than_the_bound() {
        assert_eq!(line(&"x".repeat(100_000)).len(), MOST_CHARACTERS);
        assert!(lines(&"x\n".repeat(100_000)).chars().count() <= MOST_CHARACTERS);
    }
}
