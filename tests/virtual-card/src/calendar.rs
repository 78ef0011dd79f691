//! Days, and the ways a card and its certificates write them.

use core::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year, four digits.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
}

impl Date {
    /// Today in Vietnam (UTC+7), by this machine's clock.
    #[must_use]
    pub fn today() -> Self {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
        Self::from_days(i64::try_from(seconds / 3600 + 7).unwrap_or(0) / 24)
    }

    /// The day written `yyyy-MM-dd`, if it is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let mut number = |digits: usize| {
            let part = parts.next()?;
            (part.len() == digits && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u16>().ok())?
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        let date = Self { year, month: u8::try_from(month).ok()?, day: u8::try_from(day).ok()? };
        // A day that survives the way to a day number and back exists.
        (Self::from_days(date.days()) == date).then_some(date)
    }

    /// The day so many days later, or earlier.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self::from_days(self.days() + days)
    }

    /// The same day so many years later, or earlier; 29 February becomes 28 February where there is none.
    #[must_use]
    pub fn plus_years(self, years: i16) -> Self {
        let year = self.year.saturating_add_signed(years);
        let moved = Self { year, ..self };
        if Self::from_days(moved.days()) == moved { moved } else { Self { day: 28, ..moved } }
    }

    /// `yyMMdd`, as in a machine readable zone.
    #[must_use]
    pub fn mrz(self) -> String {
        format!("{:02}{:02}{:02}", self.year % 100, self.month, self.day)
    }

    /// `yyyyMMdd`.
    #[must_use]
    pub fn compact(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }

    /// `dd/MM/yyyy`, as Vietnamese documents write it.
    #[must_use]
    pub fn slashes(self) -> String {
        format!("{:02}/{:02}/{:04}", self.day, self.month, self.year)
    }

    /// `ddMMyyyy`, as in the printed QR code.
    #[must_use]
    pub fn qr(self) -> String {
        format!("{:02}{:02}{:04}", self.day, self.month, self.year)
    }

    /// Days since 1 January 1970. Algorithm: years start in March, so that the leap day comes last.
    fn days(self) -> i64 {
        let (year, month, day) = (i64::from(self.year), i64::from(self.month), i64::from(self.day));
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year - era * 400;
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    fn from_days(days: i64) -> Self {
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days - era * 146_097;
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        // In range by construction for every year a card can name.
        Self {
            year: u16::try_from(year).unwrap_or_default(),
            month: u8::try_from(month).unwrap_or_default(),
            day: u8::try_from(day).unwrap_or_default(),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is not a day written yyyy-MM-dd")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_days_are_counted_from_1970() {
        assert_eq!(Date { year: 1970, month: 1, day: 1 }.days(), 0);
        assert_eq!(Date { year: 2026, month: 11, day: 21 }.days(), 20_778);
    }

    #[test]
    fn a_day_that_does_not_exist_is_refused() {
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "21/11/2026", ""] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert!(Date::parse("2024-02-29").is_some());
    }

    #[test]
    fn a_leap_day_moved_to_an_ordinary_year_is_the_28th() {
        let leap = Date { year: 2024, month: 2, day: 29 };
        assert_eq!(leap.plus_years(10).to_string(), "2034-02-28");
        assert_eq!(leap.plus_years(4).to_string(), "2028-02-29");
    }

    proptest! {
        #[test]
        fn days_and_dates_are_one_to_one(days in -25_000i64..80_000) {
            let date = Date::from_days(days);
            prop_assert_eq!(date.days(), days);
            prop_assert_eq!(Date::parse(&date.to_string()), Some(date));
        }
    }
}
