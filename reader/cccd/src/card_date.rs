//! Dates as the card's sources write them: `dd/MM/yyyy` in DG13, `ddMMyyyy` in the QR code, `yyMMdd` in the MRZ, and
//! partial ones, since a birth may be registered with its year only.

use std::fmt;

use icao9303::lds;
use jiff::civil::Date;
use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::transliteration;

/// A calendar date, as exact as its source is. Shown as `1990-03-15`, `1990-03` or `1990`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardDate {
    /// Only the year is known.
    Year(i16),
    /// The year and the month are known.
    Month(i16, i8),
    /// A full date.
    Day(Date),
}

/// The years taken for meant. Outside them, eight digits are read the other way round, or not at all.
const YEARS: std::ops::RangeInclusive<i16> = 1850..=2199;

impl CardDate {
    /// Reads `dd/MM/yyyy`, `yyyy-MM-dd`, `ddMMyyyy` or `yyyyMMdd`, with `/`, `-` or `.` between the parts, and the
    /// partial forms: without the day, without day and month, or with zeros in their place.
    ///
    /// Eight digits are never ambiguous within the years 1850 to 2199: what would be the year of one order is no month
    /// of the other.
    ///
    /// # Errors
    /// When the text is no date that exists.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let text = text.trim();
        // Spelt out, as on forms: `ngày 15 tháng 3 năm 1990`.
        let words = transliteration::words(text);
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["NGAY", day, "THANG", month, "NAM", year] | [day, "THANG", month, "NAM", year] => {
                return Self::from_parts(year, month, day);
            }
            ["THANG", month, "NAM", year] => return Self::from_parts(year, month, ""),
            ["NAM", year] => return Self::from_parts(year, "", ""),
            _ => {}
        }
        let parts: Vec<&str> = text.split(['/', '-', '.']).map(str::trim).collect();
        match parts.as_slice() {
            [whole] => Self::from_digits(whole),
            [month, year] if year.len() == 4 => Self::from_parts(year, month, ""),
            [year, month] if year.len() == 4 => Self::from_parts(year, month, ""),
            [day, month, year] if year.len() == 4 => Self::from_parts(year, month, day),
            [year, month, day] if year.len() == 4 => Self::from_parts(year, month, day),
            _ => Err(DateError::NotADate),
        }
    }

    /// Reads the six characters of an MRZ (Doc 9303-3, 4.3: unknown parts are `<`), given the century to take.
    ///
    /// # Errors
    /// When the text is no date that exists.
    pub fn from_mrz(text: &str, century: i16) -> Result<Self, DateError> {
        let (Some(year), Some(month), Some(day)) = (text.get(0..2), text.get(2..4), text.get(4..6)) else {
            return Err(DateError::NotADate);
        };
        if text.len() != 6 {
            return Err(DateError::NotADate);
        }
        let year = two_digits(year).ok_or(DateError::NotADate)?;
        let unknown = |part: &str| if part == "<<" { String::new() } else { part.to_owned() };
        Self::new(century + i16::from(year), &unknown(month), &unknown(day))
    }

    /// A date of a data group of the standard. `None` where the calendar has none such.
    #[must_use]
    pub fn from_lds(date: lds::text::Date) -> Option<Self> {
        let part = |part: Option<u8>| i8::try_from(part?).ok();
        let year = i16::try_from(date.year).ok().filter(|year| *year <= 9999)?;
        match (part(date.month), part(date.day)) {
            (None, _) => Some(Self::Year(year)),
            (Some(month), None) => (1..=12).contains(&month).then_some(Self::Month(year, month)),
            (Some(month), Some(day)) => Date::new(year, month, day).ok().map(Self::Day),
        }
    }

    fn from_digits(text: &str) -> Result<Self, DateError> {
        if !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(DateError::NotADate);
        }
        let readings = match text.len() {
            4 => [Self::from_parts(text, "", ""), Err(DateError::NotADate)],
            6 => [Self::from_parts(&text[2..], &text[..2], ""), Self::from_parts(&text[..4], &text[4..], "")],
            8 => [
                Self::from_parts(&text[4..], &text[2..4], &text[..2]),
                Self::from_parts(&text[..4], &text[4..6], &text[6..]),
            ],
            _ => return Err(DateError::NotADate),
        };
        let [first, second] = readings;
        first.or(second)
    }

    fn from_parts(year: &str, month: &str, day: &str) -> Result<Self, DateError> {
        if !year.bytes().all(|b| b.is_ascii_digit()) {
            return Err(DateError::NotADate);
        }
        let year: i16 = year.parse().map_err(|_| DateError::NotADate)?;
        if !YEARS.contains(&year) && year != 9999 {
            return Err(DateError::NoSuchDate);
        }
        Self::new(year, month, day)
    }

    /// A date of parts; empty or zero where unknown.
    fn new(year: i16, month: &str, day: &str) -> Result<Self, DateError> {
        let part = |text: &str| if text.is_empty() { Some(0) } else { two_digits(text) };
        let (month, day) = (part(month).ok_or(DateError::NotADate)?, part(day).ok_or(DateError::NotADate)?);
        match (month, day) {
            (0, 0) => Ok(Self::Year(year)),
            (1..=12, 0) => Ok(Self::Month(year, month)),
            _ => Date::new(year, month, day).map(Self::Day).map_err(|_| DateError::NoSuchDate),
        }
    }

    /// The year, which is always known.
    #[must_use]
    pub fn year(self) -> i16 {
        match self {
            Self::Year(year) | Self::Month(year, _) => year,
            Self::Day(date) => date.year(),
        }
    }

    /// The last day that the date can mean.
    #[must_use]
    pub fn last_day(self) -> Date {
        match self {
            Self::Year(year) => jiff::civil::date(year, 12, 31),
            Self::Month(year, month) => jiff::civil::date(year, month, 1).last_of_month(),
            Self::Day(date) => date,
        }
    }

    /// The first day that the date can mean.
    #[must_use]
    pub fn first_day(self) -> Date {
        match self {
            Self::Year(year) => jiff::civil::date(year, 1, 1),
            Self::Month(year, month) => jiff::civil::date(year, month, 1),
            Self::Day(date) => date,
        }
    }

    /// Whether two dates can be the same day: they are compared as far as both are known.
    #[must_use]
    pub fn agrees(self, other: Self) -> bool {
        self.year() == other.year() && self.agrees_but_century(other)
    }

    /// As [`Self::agrees`], for a date of an MRZ, which has two digits of the year.
    #[must_use]
    pub fn agrees_but_century(self, other: Self) -> bool {
        let parts = |date: Self| match date {
            Self::Year(_) => (None, None),
            Self::Month(_, month) => (Some(month), None),
            Self::Day(date) => (Some(date.month()), Some(date.day())),
        };
        let equal_if_known = |one: Option<i8>, other: Option<i8>| one.is_none() || other.is_none() || one == other;
        let (one, other_parts) = (parts(self), parts(other));
        self.year() % 100 == other.year() % 100
            && equal_if_known(one.0, other_parts.0)
            && equal_if_known(one.1, other_parts.1)
    }

    /// As a Vietnamese form writes it: `15/03/1990`, `03/1990`, `1990`.
    #[must_use]
    pub fn vietnamese(self) -> String {
        match self {
            Self::Year(year) => format!("{year:04}"),
            Self::Month(year, month) => format!("{month:02}/{year:04}"),
            Self::Day(date) => format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year()),
        }
    }
}

/// One or two ASCII digits.
fn two_digits(text: &str) -> Option<i8> {
    let digits = matches!(text.len(), 1 | 2) && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// When the card ceases to be valid.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expiry {
    /// The last day of validity.
    On(CardDate),
    /// Never: `Không thời hạn`, for people of sixty and over.
    Never,
}

impl Expiry {
    /// The words of DG13 for a card without end.
    pub const NEVER: &'static str = "Không thời hạn";

    /// Reads a date, or the words for none in any case or composition.
    ///
    /// # Errors
    /// When the text is neither.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        match transliteration::words(text).join(" ").as_str() {
            "KHONG THOI HAN" | "KHONG CO THOI HAN" | "VO THOI HAN" | "KHONG XAC DINH THOI HAN" => Ok(Self::Never),
            _ => match CardDate::parse(text)? {
                date if date.year() == 9999 => Ok(Self::Never),
                date => Ok(Self::On(date)),
            },
        }
    }

    /// The date, where there is one.
    #[must_use]
    pub fn date(self) -> Option<CardDate> {
        match self {
            Self::On(date) => Some(date),
            Self::Never => None,
        }
    }

    /// Whether two expiries can be the same. The last day of 2099 counts as never: the MRZ writes both as `991231`.
    #[must_use]
    pub fn agrees(self, other: Self) -> bool {
        match (self, other) {
            (Self::Never, Self::Never) => true,
            (Self::On(one), Self::On(other)) => one.agrees(other),
            (Self::Never, Self::On(date)) | (Self::On(date), Self::Never) => {
                date.agrees(CardDate::Day(jiff::civil::date(2099, 12, 31)))
            }
        }
    }
}

impl fmt::Display for CardDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Self::Day(date) => write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
        }
    }
}

// A birth date is personal: it is shown where it is meant to be, not by a stray `{:?}`.
impl fmt::Debug for CardDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardDate(redacted)")
    }
}

impl fmt::Debug for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Never { "Never" } else { "On(redacted)" })
    }
}

impl Serialize for CardDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DateError {
    /// Not written as a date.
    #[error("not written as a date")]
    NotADate,
    /// Written as a date, but the calendar has none such.
    #[error("no such day in the calendar")]
    NoSuchDate,
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn iso(text: &str) -> Option<String> {
        CardDate::parse(text).ok().map(|date| date.to_string())
    }

    #[test]
    fn each_way_of_writing_a_full_date_is_read() {
        for text in ["15/03/1990", "15-03-1990", "15.03.1990", "1990-03-15", "1990/03/15", "15031990", "19900315"] {
            assert_eq!(iso(text).as_deref(), Some("1990-03-15"), "{text}");
        }
        assert_eq!(iso("5/3/1990").as_deref(), Some("1990-03-05"));
        assert_eq!(iso("Ngày 5 tháng 3 năm 1990").as_deref(), Some("1990-03-05"));
        assert_eq!(iso("Năm 1990").as_deref(), Some("1990"));
    }

    #[test]
    fn partial_dates_keep_what_is_known() {
        for text in ["1958", "00/00/1958", "00001958", "1958-00-00", "19580000"] {
            assert_eq!(iso(text).as_deref(), Some("1958"), "{text}");
        }
        for text in ["03/1958", "1958-03", "00/03/1958", "00031958", "031958", "195803"] {
            assert_eq!(iso(text).as_deref(), Some("1958-03"), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "31/02/1990",
            "15/13/1990",
            "15/00/1990",
            "99999999",
            "1/1",
            "abc",
            "15/03/90",
            "１５/03/1990",
            "//",
            "+5/03/1990",
            "15/03/+990",
        ] {
            assert!(CardDate::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn eight_digits_are_never_ambiguous() {
        let mut day = date(1850, 1, 1);
        while day.year() <= 2199 {
            let there = CardDate::Day(day);
            let forward = format!("{:02}{:02}{:04}", day.day(), day.month(), day.year());
            let backward = format!("{:04}{:02}{:02}", day.year(), day.month(), day.day());
            assert!(CardDate::parse(&forward) == Ok(there), "{forward}");
            assert!(CardDate::parse(&backward) == Ok(there), "{backward}");
            day = day.checked_add(1.day()).expect("within the calendar");
        }
    }

    #[test]
    fn no_expiry_is_read_in_each_of_its_spellings() {
        for text in [
            "Không thời hạn",
            "KHÔNG THỜI HẠN",
            "Kho\u{302}ng tho\u{31b}\u{300}i ha\u{323}n",
            "Vô thời hạn",
            "31/12/9999",
        ] {
            assert!(Expiry::parse(text) == Ok(Expiry::Never), "{text}");
        }
        assert!(Expiry::parse("15/03/2030") == Ok(Expiry::On(CardDate::Day(date(2030, 3, 15)))));
        assert!(Expiry::parse("có thời hạn").is_err());
    }

    #[test]
    fn dates_agree_as_far_as_both_are_known() {
        let day = CardDate::Day(date(1958, 1, 2));
        assert!(CardDate::Year(1958).agrees(day) && CardDate::Month(1958, 1).agrees(day));
        assert!(!CardDate::Month(1958, 2).agrees(day) && !CardDate::Year(1959).agrees(day));
    }

    #[test]
    fn unknown_parts_of_an_mrz_date_are_fillers() {
        assert_eq!(CardDate::from_mrz("900315", 1900).expect("a date").to_string(), "1990-03-15");
        assert_eq!(CardDate::from_mrz("9003<<", 1900).expect("a date").to_string(), "1990-03");
        assert_eq!(CardDate::from_mrz("90<<<<", 1900).expect("a date").to_string(), "1990");
        assert!(CardDate::from_mrz("<<<<<<", 1900).is_err());
        assert!(CardDate::from_mrz("90<<15", 1900).is_err());
        assert!(CardDate::from_mrz("é0315", 1900).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".{0,40}") {
            if let Ok(date) = CardDate::parse(&text) {
                prop_assert!(CardDate::parse(&date.to_string()) == Ok(date));
                prop_assert!(CardDate::parse(&date.vietnamese()) == Ok(date));
            }
            let _ = Expiry::parse(&text);
            let _ = CardDate::from_mrz(&text, 1900);
        }
    }
}
