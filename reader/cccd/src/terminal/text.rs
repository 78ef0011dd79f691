//! Text from outside: made harmless for a terminal, and measured in columns.

use std::borrow::Cow;

use jiff::civil::Date;
use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The text with everything taken out that could move the cursor, change colours, reverse the direction of writing or
/// hide: control characters (C0, C1, delete), directional formatting and invisible characters. Each becomes `�`.
/// Composed (NFC), because many terminals draw combining marks badly.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    let harmless = !text.chars().any(dangerous);
    if harmless && is_nfc(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if dangerous(c) { char::REPLACEMENT_CHARACTER } else { c }).nfc().collect())
}

fn dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// How many columns a text takes.
#[must_use]
pub fn columns(text: &str) -> usize {
    text.width()
}

/// The text, filled up with spaces to a number of columns.
#[must_use]
pub fn padded(text: &str, to: usize) -> String {
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(' ', to.saturating_sub(columns(text))));
    padded
}

/// The text in lines of at most so many columns, broken at spaces where there are any. At least one line.
#[must_use]
pub fn wrapped(text: &str, most: usize) -> Vec<String> {
    let most = most.max(8);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let long = columns(word);
        let line = lines.last_mut().expect("there is always one line");
        if used > 0 && used + 1 + long <= most {
            line.push(' ');
            line.push_str(word);
            used += 1 + long;
            continue;
        }
        if used > 0 {
            lines.push(String::new());
            used = 0;
        }
        for c in word.chars() {
            let wide = c.width().unwrap_or(0);
            if used + wide > most {
                lines.push(String::new());
                used = 0;
            }
            lines.last_mut().expect("there is always one line").push(c);
            used += wide;
        }
    }
    lines
}

/// `2021-01-19` as `19/01/2021`, `2021-01-19T04:12:33Z` as `19/01/2021 04:12:33 UTC`. Nothing where it is neither.
pub(crate) fn day_first(text: &str) -> Option<String> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, time.strip_suffix('Z')?),
        None => (text, ""),
    };
    // Ten characters and no others: a number of another kind may begin alike.
    let date: Date = (date.len() == 10).then(|| date.parse().ok())??;
    let date = format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year());
    Some(if time.is_empty() { date } else { format!("{date} {time} UTC") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_in_a_name_does_not_reach_the_terminal() {
        assert_eq!(clean("An\u{1b}[2J\u{9b}31m\r\n"), "An\u{FFFD}[2J\u{FFFD}31m\u{FFFD}\u{FFFD}");
        assert_eq!(clean("abc\u{202E}def"), "abc\u{FFFD}def");
        assert_eq!(clean("Nguyễn Thị An"), "Nguyễn Thị An");
    }

    #[test]
    fn decomposed_vietnamese_is_composed_and_takes_the_columns_it_shows() {
        let decomposed = "Nguye\u{302}\u{303}n";
        assert_eq!(clean(decomposed), "Nguyễn");
        assert_eq!(columns(&clean(decomposed)), 6);
        assert_eq!(padded("Nữ", 4), "Nữ  ");
    }

    #[test]
    fn long_text_breaks_at_spaces_and_a_long_word_breaks_anyway() {
        assert_eq!(wrapped("Thôn Đoài, Xã Cổ Loa", 12), ["Thôn Đoài,", "Xã Cổ Loa"]);
        assert_eq!(wrapped("0123456789abc", 8), ["01234567", "89abc"]);
        assert_eq!(wrapped("", 8), [""]);
    }

    proptest::proptest! {
        #[test]
        fn nothing_cleaned_holds_a_control_character(text in ".*") {
            proptest::prop_assert!(!clean(&text).chars().any(char::is_control));
        }

        #[test]
        fn no_line_is_wider_than_asked(text in "[a-zđễ ]{0,80}", most in 8usize..40) {
            for line in wrapped(&text, most) {
                proptest::prop_assert!(columns(&line) <= most);
            }
        }
    }
}
