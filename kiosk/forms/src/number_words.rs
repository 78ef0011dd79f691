//! A whole number in Vietnamese words, as a sum of money is written on a form.

/// Digits of the greatest number that is written in words.
const MOST_DIGITS: usize = 15;
const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];
/// What three digits are counted in, from the last ones on.
const UNITS: [&str; 5] = ["", " nghìn", " triệu", " tỷ", " nghìn tỷ"];

/// The words of "100.000.000" (or with spaces, or none), the first letter in capitals. What is no whole number has none.
pub(crate) fn of(text: &str) -> Option<String> {
    let digits = digits(text)?;
    let groups: Vec<u16> =
        digits.rchunks(3).map(|group| group.iter().fold(0, |sum, &digit| sum * 10 + u16::from(digit))).collect();
    let mut words: Vec<String> = Vec::new();
    for (place, &group) in groups.iter().enumerate().rev() {
        let unit = UNITS.get(place)?;
        // "một nghìn tỷ hai trăm tỷ": the word tỷ is said once where both of its groups are said.
        let unit = if place == 4 && groups.get(3).is_some_and(|&billions| billions > 0) { " nghìn" } else { unit };
        if group > 0 {
            words.push(format!("{}{unit}", below_thousand(group, words.is_empty())));
        }
    }
    Some(capital(&if words.is_empty() { DIGITS[0].to_owned() } else { words.join(" ") }))
}

/// The digits without leading zeros; dots, commas and spaces only between groups of three.
fn digits(text: &str) -> Option<Vec<u8>> {
    let mut groups = text.trim().split(['.', ',', ' ', '\u{A0}']);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let whole = rest.iter().all(|group| group.len() == 3) && (rest.is_empty() || (1..=3).contains(&first.len()));
    let text = first.to_owned() + &rest.concat();
    let usable = whole && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let digits: Vec<u8> = text.bytes().map(|byte| byte.wrapping_sub(b'0')).skip_while(|&digit| digit == 0).collect();
    (usable && digits.len() <= MOST_DIGITS).then_some(digits)
}

/// 1 to 999. After another group every place is said: "không trăm linh năm".
fn below_thousand(value: u16, leads: bool) -> String {
    let (hundreds, tens, ones) = (value / 100, value / 10 % 10, value % 10);
    let mut words: Vec<String> = Vec::new();
    if hundreds > 0 || !leads {
        words.push(format!("{} trăm", digit(hundreds)));
    }
    match tens {
        0 if ones > 0 && !words.is_empty() => words.push("linh".into()),
        0 => {}
        1 => words.push("mười".into()),
        tens => words.push(format!("{} mươi", digit(tens))),
    }
    match (tens, ones) {
        (_, 0) => {}
        (2.., 1) => words.push("mốt".into()),
        (2.., 4) => words.push("tư".into()),
        (1.., 5) => words.push("lăm".into()),
        (_, ones) => words.push(digit(ones).into()),
    }
    words.join(" ")
}

fn digit(value: u16) -> &'static str {
    DIGITS.get(usize::from(value)).copied().unwrap_or_default()
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sums_are_said_as_on_a_receipt() {
        for (number, words) in [
            ("100.000.000", "Một trăm triệu"),
            ("50 000 000", "Năm mươi triệu"),
            ("1,250,000", "Một triệu hai trăm năm mươi nghìn"),
            ("0", "Không"),
            ("000", "Không"),
            ("15", "Mười lăm"),
            ("21", "Hai mươi mốt"),
            ("104", "Một trăm linh bốn"),
            ("1005", "Một nghìn không trăm linh năm"),
            ("2024000", "Hai triệu không trăm hai mươi tư nghìn"),
            ("3000000007", "Ba tỷ không trăm linh bảy"),
            ("1200000000000", "Một nghìn hai trăm tỷ"),
            ("5000000000000", "Năm nghìn tỷ"),
            ("1000010000000", "Một nghìn tỷ không trăm mười triệu"),
        ] {
            assert_eq!(of(number).as_deref(), Some(words), "{number}");
        }
    }

    #[test]
    fn what_is_no_whole_number_has_no_words() {
        for text in
            ["", "năm triệu", "1.5", "1.50", "-3", "+3", "1..000", "100 000 00", "1000.000", "٣", "1234567890123456"]
        {
            assert_eq!(of(text), None, "{text}");
        }
    }

    /// The words back to a number, written on its own.
    fn value(words: &str) -> u64 {
        let (mut total, mut group) = (0_u64, 0_u64);
        for word in words.to_lowercase().split(' ') {
            match word {
                "tỷ" => total = (total + std::mem::take(&mut group)) * 1_000_000_000,
                "triệu" => total += std::mem::take(&mut group) * 1_000_000,
                "nghìn" => total += std::mem::take(&mut group) * 1000,
                "trăm" => group *= 100,
                "mươi" => group = group / 100 * 100 + group % 10 * 10,
                "mười" => group += 10,
                "linh" => {}
                "mốt" => group += 1,
                "tư" => group += 4,
                "lăm" => group += 5,
                word => group += DIGITS.iter().position(|digit| *digit == word).expect("a known word") as u64,
            }
        }
        total + group
    }

    proptest! {
        #[test]
        fn every_number_comes_back_from_its_words(number in 0..1_000_000_000_000_000_u64) {
            prop_assert_eq!(value(&of(&number.to_string()).unwrap()), number);
        }

        #[test]
        fn any_text_is_refused_without_harm(text in "\\PC{0,30}") {
            let _ = of(&text);
        }
    }
}
