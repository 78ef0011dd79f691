//! Dates of an MRZ: six digits, YYMMDD, with fillers for what is not known (Doc 9303-3, 4.8).

use core::fmt;

/// A date as printed in an MRZ. It has two digits of the year; the century is the reader's guess, see
/// [`MrzDate::year_at_most`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MrzDate([u8; 6]);

impl MrzDate {
    /// Reads six characters, each a digit or a filler.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let characters: [u8; 6] = text.as_bytes().try_into().ok()?;
        characters.iter().all(|c| c.is_ascii_digit() || *c == b'<').then_some(Self(characters))
    }

    /// The six characters. Those that are neither digit nor filler were read as unknown; see the problems of the MRZ.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Invariant: all are ASCII.
        core::str::from_utf8(&self.0).unwrap_or("<<<<<<")
    }

    /// Two digits of the year, where known.
    #[must_use]
    pub fn year(&self) -> Option<u8> {
        self.two_digits(0)
    }

    /// The month, 1 to 12, where known.
    #[must_use]
    pub fn month(&self) -> Option<u8> {
        self.two_digits(2).filter(|month| (1..=12).contains(month))
    }

    /// The day, 1 to 31, where known.
    #[must_use]
    pub fn day(&self) -> Option<u8> {
        self.two_digits(4).filter(|day| (1..=31).contains(day))
    }

    /// The latest year with these two digits that is not after `latest`: a date of birth with today's year, a date of
    /// expiry with the last year that a document may run to.
    #[must_use]
    pub fn year_at_most(&self, latest: u16) -> Option<u16> {
        let back = (i32::from(latest) - i32::from(self.year()?)).rem_euclid(100);
        latest.checked_sub(u16::try_from(back).ok()?)
    }

    /// Whether every part is unknown or possible. 29 February passes in each year divisible by four, for the century
    /// is not known.
    #[must_use]
    pub fn is_plausible(&self) -> bool {
        let unknown = |at: usize| self.0.get(at..at + 2) == Some(b"<<");
        let longest = match self.month() {
            Some(4 | 6 | 9 | 11) => 30,
            Some(2) if self.year().is_some_and(|year| year % 4 != 0) => 28,
            Some(2) => 29,
            _ => 31,
        };
        (unknown(0) || self.year().is_some())
            && (unknown(2) || self.month().is_some())
            && (unknown(4) || self.day().is_some_and(|day| day <= longest))
    }

    /// Six characters of a field; what may not stand in a date becomes a filler.
    pub(crate) fn from_field(field: &str) -> Self {
        let mut characters = *b"<<<<<<";
        for (to, from) in characters.iter_mut().zip(field.bytes()) {
            if from.is_ascii_digit() {
                *to = from;
            }
        }
        Self(characters)
    }

    fn two_digits(&self, at: usize) -> Option<u8> {
        match self.0.get(at..at + 2)? {
            [tens @ b'0'..=b'9', units @ b'0'..=b'9'] => Some((tens - b'0') * 10 + (units - b'0')),
            _ => None,
        }
    }
}

/// Without the date, which is personal.
impl fmt::Debug for MrzDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MrzDate(..)")
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn unknown_parts_are_fillers() {
        let date = MrzDate::parse("58<<<<").unwrap();
        assert_eq!((date.year(), date.month(), date.day()), (Some(58), None, None));
        assert!(date.is_plausible());
        assert!(MrzDate::parse("<<<<<<").unwrap().is_plausible());
        assert!(!MrzDate::parse("5<0102").unwrap().is_plausible());
    }

    #[test]
    fn impossible_months_and_days_are_not_plausible() {
        for text in ["901301", "900001", "900132", "900431", "910229", "900100"] {
            assert!(!MrzDate::parse(text).unwrap().is_plausible(), "{text}");
        }
        for text in ["920229", "000229", "991231", "<<0229"] {
            assert!(MrzDate::parse(text).unwrap().is_plausible(), "{text}");
        }
    }

    #[test]
    fn the_century_follows_from_the_latest_year_possible() {
        let year = |text, latest| MrzDate::parse(text).unwrap().year_at_most(latest);
        assert_eq!(year("900315", 2026), Some(1990));
        assert_eq!(year("260315", 2026), Some(2026));
        assert_eq!(year("270315", 2026), Some(1927));
        assert_eq!(year("991231", 2099), Some(2099));
        assert_eq!(year("<<1231", 2099), None);
        assert_eq!(year("991231", 50), None);
    }

    #[test]
    fn other_characters_are_no_date() {
        for text in ["9O0315", "90031", "9003155", "90é31"] {
            assert_eq!(MrzDate::parse(text), None);
        }
    }

    proptest! {
        #[test]
        fn a_written_date_is_read_back(year in 0_u8..100, month in 1_u8..=12, day in 1_u8..=28) {
            let text = format!("{year:02}{month:02}{day:02}");
            let date = MrzDate::parse(&text).unwrap();
            prop_assert_eq!((date.year(), date.month(), date.day()), (Some(year), Some(month), Some(day)));
            prop_assert_eq!(date.as_str(), text);
            prop_assert!(date.is_plausible());
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,8}", latest in any::<u16>()) {
            if let Some(date) = MrzDate::parse(&text) {
                let _ = (date.is_plausible(), date.year_at_most(latest));
            }
        }
    }
}
