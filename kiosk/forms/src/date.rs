//! Dates as cards and forms write them, and in Vietnamese words.

use jiff::civil::Date;

/// A day from dd/mm/yyyy (one-digit days and months, and `-` or `.` between, are understood).
pub fn parse(text: &str) -> Option<Date> {
    let mut parts = text.trim().split(['/', '-', '.']);
    let (day, month, year) = (number(parts.next()?)?, number(parts.next()?)?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(number(year)?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// dd/mm/yyyy.
pub fn show(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

/// Whether a form's date line may hold `text`: a whole day, or a month and year, or a year, where no more is known.
pub fn is_full_or_partial(text: &str) -> bool {
    let whole = |text: &str| parse(text).is_some();
    whole(text) || whole(&format!("01/{text}")) || whole(&format!("01/01/{text}"))
}

/// The whole years between `birth` and `day`, as the law counts age.
pub fn age(birth: Date, day: Date) -> i16 {
    let before_birthday = (day.month(), day.day()) < (birth.month(), birth.day());
    day.year() - birth.year() - i16::from(before_birthday)
}

/// "ngày mười lăm tháng ba năm một nghìn chín trăm chín mươi". Four-digit years only; the month after March is "tư".
pub fn in_words(date: Date) -> String {
    let month = if date.month() == 4 { "tư".to_owned() } else { below_hundred(date.month().into()) };
    format!("ngày {} tháng {month} năm {}", below_hundred(date.day().into()), year(date.year()))
}

fn number(text: &str) -> Option<i16> {
    let digits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

fn digit(value: i16) -> &'static str {
    usize::try_from(value).ok().and_then(|value| DIGITS.get(value)).copied().unwrap_or_default()
}

/// 0 to 99. After twenty, one is "mốt" and four is "tư"; after ten, five is "lăm".
fn below_hundred(value: i16) -> String {
    let (tens, ones) = (value / 10, value % 10);
    let last = match (tens, ones) {
        (_, 0) => "",
        (2.., 1) => "mốt",
        (2.., 4) => "tư",
        (1.., 5) => "lăm",
        (_, ones) => digit(ones),
    };
    let first = match tens {
        0 => String::new(),
        1 => "mười".into(),
        tens => format!("{} mươi", digit(tens)),
    };
    if value == 0 { digit(0).into() } else { format!("{first} {last}").trim().to_owned() }
}

/// A year: thousands and hundreds are always said when something follows ("hai nghìn không trăm linh năm").
fn year(value: i16) -> String {
    let (thousands, hundreds, rest) = (value / 1000, value / 100 % 10, value % 100);
    let thousands = if thousands == 0 { String::new() } else { format!("{} nghìn", digit(thousands)) };
    let hundreds = if hundreds == 0 && rest == 0 { String::new() } else { format!("{} trăm", digit(hundreds)) };
    let rest = match rest {
        0 => String::new(),
        1..=9 => format!("linh {}", digit(rest)),
        rest => below_hundred(rest),
    };
    [thousands, hundreds, rest].iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn dates_are_said_as_an_official_writes_them() {
        for (day, words) in [
            (date(1990, 3, 15), "ngày mười lăm tháng ba năm một nghìn chín trăm chín mươi"),
            (date(2005, 4, 24), "ngày hai mươi tư tháng tư năm hai nghìn không trăm linh năm"),
            (date(2026, 11, 21), "ngày hai mươi mốt tháng mười một năm hai nghìn không trăm hai mươi sáu"),
            (date(2000, 12, 31), "ngày ba mươi mốt tháng mười hai năm hai nghìn"),
            (date(1910, 10, 4), "ngày bốn tháng mười năm một nghìn chín trăm mười"),
            (date(1955, 1, 5), "ngày năm tháng một năm một nghìn chín trăm năm mươi lăm"),
        ] {
            assert_eq!(in_words(day), words);
        }
    }

    #[test]
    fn what_is_no_day_is_none() {
        for text in ["", "31/02/2020", "1990", "15/03/90", "15/03/1990/1", "aa/bb/cccc", "+5/03/1990", "١٥/٠٣/١٩٩٠"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(" 5-3-1990 "), Some(date(1990, 3, 5)));
        assert!(is_full_or_partial("1958") && is_full_or_partial("02/1958") && !is_full_or_partial("năm 1958"));
    }

    #[test]
    fn age_changes_on_the_birthday() {
        let birth = date(2008, 11, 22);
        assert_eq!((age(birth, date(2026, 11, 21)), age(birth, date(2026, 11, 22))), (17, 18));
    }

    /// The words back to a number, written on its own: it knows the value of each word and nothing of how they were made.
    fn value(words: &str) -> i16 {
        let (mut total, mut current) = (0, 0);
        for word in words.split(' ') {
            match word {
                "nghìn" => total += std::mem::take(&mut current) * 1000,
                "trăm" => total += std::mem::take(&mut current) * 100,
                "mươi" => total += std::mem::take(&mut current) * 10,
                "mười" => total += 10,
                "linh" => {}
                word => {
                    let all = [
                        vec!["không"],
                        vec!["một", "mốt"],
                        vec!["hai"],
                        vec!["ba"],
                        vec!["bốn", "tư"],
                        vec!["năm", "lăm"],
                        vec!["sáu"],
                        vec!["bảy"],
                        vec!["tám"],
                        vec!["chín"],
                    ];
                    current = all.iter().position(|names| names.contains(&word)).expect("a known word") as i16;
                }
            }
        }
        total + current
    }

    proptest! {
        #[test]
        fn every_day_comes_back_from_its_words_and_from_its_digits(year in 1000i16..=2999, ordinal in 1i16..=365) {
            let day = Date::new(year, 1, 1).unwrap().with().day_of_year(ordinal).build().unwrap();
            let words = in_words(day);
            let (d, rest) = words.strip_prefix("ngày ").unwrap().split_once(" tháng ").unwrap();
            let (m, y) = rest.split_once(" năm ").unwrap();
            prop_assert_eq!((value(d), value(m), value(y)), (day.day().into(), day.month().into(), year));
            prop_assert_eq!(parse(&show(day)), Some(day));
        }

        #[test]
        fn any_text_is_refused_without_harm(text in "\\PC{0,20}") {
            let _ = (parse(&text), is_full_or_partial(&text));
        }
    }
}
