//! Vietnamese text and what the MRZ makes of it: marks dropped, Đ to D, everything in capitals (ICAO Doc 9303-3,
//! section 6; the letters of Vietnamese need no two-letter expansion). It is lossy: it serves to compare, never to show.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The words of a text as the MRZ would spell them: `Nguyễn Thị Ánh-Tuyết` gives `NGUYEN THI ANH TUYET`.
///
/// Apostrophes vanish inside a word (`H'Leo` is `HLEO`); space, hyphen, filler and other punctuation end one. Letters
/// of other scripts stay what they are, so that they never compare equal to anything Latin.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.nfd() {
        match c {
            c if is_combining_mark(c) => {}
            // The apostrophes in use, the modifier letter among them.
            '\'' | '\u{2018}' | '\u{2019}' | '\u{2bc}' | '`' => {}
            // Zero-width space, joiners, byte order mark and soft hyphen have no breadth on paper.
            '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{ad}' => {}
            // Đ does not decompose; the others look like it and turn up in its place.
            'đ' | 'Đ' | 'ð' | 'Ð' | 'Ɖ' | 'ɖ' => word.push('D'),
            'ß' => word.push_str("SS"),
            'æ' | 'Æ' => word.push_str("AE"),
            'œ' | 'Œ' => word.push_str("OE"),
            'ø' | 'Ø' => word.push_str("OE"),
            'ł' | 'Ł' => word.push('L'),
            c if c.is_alphanumeric() => word.extend(c.to_uppercase()),
            _ if word.is_empty() => {}
            _ => words.push(std::mem::take(&mut word)),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Whether two texts say the same once case, marks, composition, spacing and punctuation are put aside.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    // Without the spaces too: `Đak Lak` and `Đaklak` are one place.
    words(one).concat() == words(other).concat()
}

/// Whether the names field of an MRZ can be that of `full_name`. `field` is the field as it stands, fillers included.
///
/// A name that does not fit is cut (Doc 9303-3, 4.2.2): at the end of the field, by leaving words out that do not fit,
/// or by shortening words to their first letters. Only a field with no room left may be cut.
#[must_use]
pub fn fits_mrz_name(full_name: &str, field: &str) -> bool {
    let full = words(full_name);
    let shown: Vec<String> = field.split('<').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    if full.concat() == shown.concat() {
        return true;
    }
    if shown.is_empty() || shown.len() > full.len() {
        return false;
    }
    let room_left = field.len() - field.trim_end_matches('<').len();
    let shortened = full.iter().zip(&shown).all(|(word, start)| word.starts_with(start.as_str()));
    // A cut that falls on a separator leaves one filler; a word that did not fit leaves as many as it lacked.
    let left_out = full.get(shown.len()).map_or(0, |next| next.len() + 1);
    let words_whole = full.iter().zip(&shown).all(|(word, start)| word == start);
    shortened && (room_left <= 1 || (words_whole && left_out > room_left))
}

/// The composed form (NFC), in which Vietnamese text is stored and compared, with control characters made spaces and
/// the space around dropped. The original is kept beside it wherever the two differ.
#[must_use]
pub fn composed(text: &str) -> String {
    let composed: String = text.nfc().map(|c| if c.is_control() { ' ' } else { c }).collect();
    composed.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every letter of Vietnamese with a mark, small (67) and capital: vietnamese alphabet, TCVN 6909.
    const LETTERS: &str = "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđ";

    #[test]
    fn all_134_letters_fold_to_the_six_vowels_and_d() {
        let both = format!("{LETTERS}{}", LETTERS.to_uppercase());
        assert_eq!(both.chars().count(), 134);
        for text in [both.clone(), both.nfd().collect()] {
            assert!(words(&text).concat().chars().all(|c| "ADEIOUY".contains(c)), "{text}");
        }
    }

    #[test]
    fn the_names_of_the_example_cards_transliterate_to_their_mrz() {
        assert!(fits_mrz_name("Nguyễn Thị An", "NGUYEN<<THI<AN<<<<<<<<<<<<<<<<"));
        assert!(fits_mrz_name("Trần Văn Bình", "TRAN<<VAN<BINH<<<<<<<<<<<<<<<<"));
        assert!(fits_mrz_name("LÊ MINH CHÂU", "LE<<MINH<CHAU<<<<<<<<<<<<<<<<<"));
        assert!(!fits_mrz_name("Lê Minh Châu", "LE<<MINH<CHI<<<<<<<<<<<<<<<<<<"));
        assert!(!fits_mrz_name("Lê Minh Châu", "LE<<MINH<<<<<<<<<<<<<<<<<<<<<<"));
        assert!(!fits_mrz_name("Lê Minh Châu", "<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"));
    }

    #[test]
    fn a_decomposed_name_reads_as_the_composed_one() {
        let composed_name = "Đặng Thị Phượng Uyển";
        let decomposed: String = composed_name.nfd().collect();
        assert_ne!(decomposed, composed_name);
        assert_eq!(words(&decomposed), ["DANG", "THI", "PHUONG", "UYEN"]);
        assert!(same(&decomposed, "  ĐẶNG thị  phượng-uyển "));
        assert_eq!(composed(&decomposed), composed_name);
    }

    #[test]
    fn a_half_composed_name_of_an_old_keyboard_reads_the_same() {
        // windows-1258: the letter with its shape composed, the tone beside it.
        assert!(same("Nguy\u{ea}\u{303}n", "Nguyễn"));
        assert_eq!(composed("Nguy\u{ea}\u{303}n"), "Nguyễn");
    }

    #[test]
    fn an_apostrophe_vanishes_and_a_hyphen_parts() {
        assert_eq!(words("H'Hen Niê"), ["HHEN", "NIE"]);
        assert_eq!(words("Y\u{2019}Thuột Êban"), ["YTHUOT", "EBAN"]);
        assert_eq!(words("Tôn-Nữ"), ["TON", "NU"]);
        assert_eq!(words("Ðinh"), ["DINH"], "eth in place of D with stroke");
    }

    #[test]
    fn a_name_too_long_for_the_line_may_be_cut_in_each_of_the_ways_in_use() {
        let name = "Công Tằng Tôn Nữ Hoàng Phương Thảo Nguyên";
        for field in [
            "CONG<<TANG<TON<NU<HOANG<PHUONG", // cut between words
            "CONG<<TANG<TON<NU<HOANG<PHUON<", // not in use: a word cut with room left, but one filler is let pass
            "CONG<<TANG<TON<NU<HOANG<P<T<NG", // shortened words
        ] {
            assert_eq!(field.len(), 30);
            assert!(fits_mrz_name(name, field), "{field}");
        }
        // A last word that did not fit is left out whole.
        assert!(fits_mrz_name("Nguyễn Hoàng Thiên Ngân Tuyết Trinh", "NGUYEN<<HOANG<THIEN<NGAN<TUYET"));
        assert!(fits_mrz_name("Nguyễn Hoàng Thiên Kim Ngân Phượng", "NGUYEN<<HOANG<THIEN<KIM<NGAN<<"));
        assert!(!fits_mrz_name(name, "CONG<<TANG<TON<NU<<<<<<<<<<<<<"));
        assert!(!fits_mrz_name(name, "CONG<<TANG<TON<NU<HOANG<PHONGX"));
    }

    #[test]
    fn other_scripts_never_compare_equal_to_latin() {
        assert!(!same("Аn", "An"), "Cyrillic A");
        assert!(!same("", "An"));
    }

    #[test]
    fn control_characters_become_spaces() {
        assert_eq!(composed(" An\u{1b}[2J\n"), "An [2J");
    }

    proptest! {
        #[test]
        fn any_text_is_folded_without_panic_and_is_the_same_as_itself(text in ".*", field in ".*") {
            prop_assert!(same(&text, &text));
            let _ = fits_mrz_name(&text, &field);
            let once = words(&text).join(" ");
            prop_assert_eq!(words(&once).join(" "), once.clone());
        }
    }
}
