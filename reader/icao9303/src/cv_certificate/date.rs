//! Dates of certificates: six digits YYMMDD, one to a byte (BSI TR-03110-3, D.2.1.3), in universal time.

use core::fmt;

use super::{CvCertificateError, CvCertificateErrorKind};
use crate::tlv::Tlv;

/// A day from 2000-01-01 to 2099-12-31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CvDate {
    /// Years since 2000.
    year: u8,
    month: u8,
    day: u8,
}

impl CvDate {
    /// The day, if there is one.
    #[must_use]
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        if year < 2000 || year > 2099 {
            return None;
        }
        // No century in range breaks the rule of four.
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if year % 4 == 0 => 29,
            2 => 28,
            1..=12 => 31,
            _ => return None,
        };
        if day == 0 || day > days {
            return None;
        }
        Some(Self { year: (year - 2000) as u8, month, day })
    }

    /// The day of a moment, in seconds since 1970-01-01T00:00:00Z; the first or the last day there is where it lies
    /// before or behind.
    #[must_use]
    pub fn of_unix_time(seconds: i64) -> Self {
        const FIRST: CvDate = CvDate { year: 0, month: 1, day: 1 };
        const LAST: CvDate = CvDate { year: 99, month: 12, day: 31 };
        const DAYS_TO_2000: i64 = 10_957;
        let days = seconds.div_euclid(86_400) - DAYS_TO_2000;
        if days < 0 {
            return FIRST;
        }
        let mut left = days;
        for year in 2000..2100_u16 {
            for month in 1..=12 {
                let length = (28..=31).rev().find(|day| Self::new(year, month, *day).is_some()).unwrap_or(31);
                if left < i64::from(length) {
                    // Invariant: 0 <= left < length.
                    return Self::new(year, month, left as u8 + 1).unwrap_or(LAST);
                }
                left -= i64::from(length);
            }
        }
        LAST
    }

    /// Reads six unpacked digits.
    #[must_use]
    pub fn from_digits(digits: &[u8]) -> Option<Self> {
        let pair = |tens: u8, units: u8| (tens < 10 && units < 10).then(|| tens * 10 + units);
        let [a, b, c, d, e, f] = *digits else { return None };
        Self::new(2000 + u16::from(pair(a, b)?), pair(c, d)?, pair(e, f)?)
    }

    /// The six digits.
    #[must_use]
    pub const fn digits(self) -> [u8; 6] {
        let Self { year, month, day } = self;
        [year / 10, year % 10, month / 10, month % 10, day / 10, day % 10]
    }

    pub(super) fn from_object(object: &Tlv<'_>) -> Result<Self, CvCertificateError> {
        Self::from_digits(object.value).ok_or_else(|| CvCertificateErrorKind::Date.at(object.value_position()))
    }
}

/// `2026-11-21`.
impl fmt::Display for CvDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "20{:02}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_days_that_exist_are_dates() {
        assert_eq!(CvDate::from_digits(&[2, 4, 0, 2, 2, 9]), CvDate::new(2024, 2, 29));
        for wrong in [&[2, 3, 0, 2, 2, 9][..], &[2, 4, 1, 3, 0, 1], &[2, 4, 0, 1, 0, 0], &[0x24, 2, 9], &[0x12; 6]] {
            assert_eq!(CvDate::from_digits(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_moment_has_its_day() {
        assert_eq!(CvDate::of_unix_time(1_795_305_600).to_string(), "2026-11-22");
        assert_eq!(CvDate::of_unix_time(1_795_305_599).to_string(), "2026-11-21");
        assert_eq!(CvDate::of_unix_time(0).to_string(), "2000-01-01");
        assert_eq!(CvDate::of_unix_time(i64::MAX).to_string(), "2099-12-31");
        assert_eq!(CvDate::of_unix_time(i64::MIN).to_string(), "2000-01-01");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(seconds in 946_684_800..4_102_444_800_i64) {
            let date = CvDate::of_unix_time(seconds);
            prop_assert_eq!(CvDate::from_digits(&date.digits()), Some(date));
            prop_assert!(CvDate::of_unix_time(seconds + 86_400) >= date);
        }
    }
}
