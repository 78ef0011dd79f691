//! UTCTime and GeneralizedTime (RFC 5280 §4.1.2.5) as seconds since 1970.

use super::asn1::{Asn1ErrorKind, Result, Tlv, tag};

/// Seconds since 1970-01-01T00:00:00Z. Negative before.
pub type UnixTime = i64;

/// The moment an element of either type says.
///
/// Taken beyond what RFC 5280 allows, because issuers made it: seconds left out, and an offset in place of `Z`.
pub(crate) fn parse(element: &Tlv<'_>) -> Result<UnixTime> {
    let error = element.error(Asn1ErrorKind::Value("time"));
    let text = element.value;
    let (year, rest) = match element.tag {
        tag::UTC_TIME => {
            let (digits, rest) = text.split_at_checked(2).ok_or(error)?;
            let year = number(digits).ok_or(error)?;
            // RFC 5280 §4.1.2.5.1: 50 and above are of the twentieth century.
            (if year >= 50 { 1900 + year } else { 2000 + year }, rest)
        }
        tag::GENERALIZED_TIME => {
            let (digits, rest) = text.split_at_checked(4).ok_or(error)?;
            (number(digits).ok_or(error)?, rest)
        }
        _ => return Err(error),
    };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (fields, zone) = rest.split_at(digits);
    let field = |index: usize| fields.get(index * 2..index * 2 + 2).and_then(number);
    let (month, day) = (field(0).ok_or(error)?, field(1).ok_or(error)?);
    let (hour, minute) = (field(2).ok_or(error)?, field(3).ok_or(error)?);
    let second = match digits {
        8 => 0,
        10 => field(4).ok_or(error)?,
        _ => return Err(error),
    };
    let days = days_from_civil(year, month, day).ok_or(error)?;
    if hour > 23 || minute > 59 || second > 60 {
        return Err(error);
    }
    let offset = offset(zone).ok_or(error)?;
    Ok(days * 86_400 + hour * 3_600 + minute * 60 + second - offset)
}

/// Seconds that a zone is ahead of universal time.
fn offset(zone: &[u8]) -> Option<i64> {
    match zone {
        b"Z" => Some(0),
        [sign @ (b'+' | b'-'), digits @ ..] if digits.len() == 4 => {
            let seconds = number(&digits[..2])? * 3_600 + number(&digits[2..])? * 60;
            Some(if *sign == b'+' { seconds } else { -seconds })
        }
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
}

/// Days since 1970-01-01 of a date of the Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let month_length = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=month_length).contains(&day) {
        return None;
    }
    // Years counted from March, so that the leap day is the last of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

#[cfg(test)]
mod tests {
    use super::super::asn1::{Reader, encode};
    use super::*;

    fn seconds(kind: u8, text: &str) -> Option<UnixTime> {
        let element = encode(kind, text.as_bytes());
        parse(&Reader::only(&element, kind).unwrap()).ok()
    }

    #[test]
    fn both_types_give_the_same_moment() {
        assert_eq!(seconds(tag::UTC_TIME, "210119181136Z"), Some(1_611_079_896));
        assert_eq!(seconds(tag::GENERALIZED_TIME, "20210119181136Z"), Some(1_611_079_896));
        assert_eq!(seconds(tag::UTC_TIME, "700101000000Z"), Some(0));
        assert_eq!(seconds(tag::UTC_TIME, "491231235959Z"), Some(2_524_607_999));
        assert_eq!(seconds(tag::GENERALIZED_TIME, "00000229000000Z"), Some(-62_162_121_600));
        assert_eq!(seconds(tag::GENERALIZED_TIME, "99991231235959Z"), Some(253_402_300_799));
    }

    #[test]
    fn left_out_seconds_and_offsets_are_understood() {
        assert_eq!(seconds(tag::UTC_TIME, "2101191811Z"), Some(1_611_079_860));
        assert_eq!(seconds(tag::UTC_TIME, "210120011136+0700"), Some(1_611_079_896));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "2",
            "210229000000Z",
            "211301000000Z",
            "210100000000Z",
            "210101240000Z",
            "210101000000",
            "21010100000Z",
            "2101010000٠0Z",
        ] {
            assert_eq!(seconds(tag::UTC_TIME, text), None, "{text}");
        }
        assert!(seconds(tag::GENERALIZED_TIME, "20240229000000Z").is_some());
        assert_eq!(seconds(tag::GENERALIZED_TIME, "21000229000000Z"), None);
    }
}
