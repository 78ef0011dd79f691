//! Texts and dates inside DG11, DG12 and DG16 (Doc 9303-10, 4.7.11, 4.7.12 and 4.7.16).

use alloc::{borrow::Cow, string::String};
use core::fmt;

/// A text, borrowed from the file. It should be UTF-8; fillers (`<`) separate its parts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Text<'a>(&'a [u8]);

impl<'a> Text<'a> {
    /// The text that the bytes are.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The bytes as they stand.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.0
    }

    /// The text, if it is UTF-8.
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        core::str::from_utf8(self.0).ok()
    }

    /// The text with U+FFFD for what is not UTF-8.
    #[must_use]
    pub fn to_str_lossy(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.0)
    }

    /// Whether it says nothing: empty, or only fillers and spaces. Some issuers write fields that they do not fill.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.iter().all(|byte| matches!(byte, b'<' | b' ' | 0))
    }

    /// The parts between fillers that are not blank: the lines of an address, the numbers of other documents.
    pub fn parts(&self) -> impl Iterator<Item = Text<'a>> {
        self.0.split(|byte| *byte == b'<').map(Text).filter(|part| !part.is_blank())
    }

    /// Primary and secondary identifier, which two fillers separate, with spaces for single fillers. The second is empty
    /// where there is none. [`None`] if the text is not UTF-8.
    #[must_use]
    pub fn name(&self) -> Option<(String, String)> {
        let text = self.as_str()?;
        let (primary, secondary) = text.split_once("<<").unwrap_or((text, ""));
        let spaced = |part: &str| String::from(part.replace('<', " ").trim());
        Some((spaced(primary), spaced(secondary)))
    }
}

/// Without the text, which is personal.
impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

/// A date whose parts may be unknown, as the standard has it (eight digits, in text or in four bytes BCD) or as issuers
/// write it (shorter, with separators, with zeros, fillers or other signs for what is unknown).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Year, with its century.
    pub year: u16,
    /// Month, 1 to 12. Unknown months have unknown days.
    pub month: Option<u8>,
    /// Day, 1 to 31.
    pub day: Option<u8>,
}

impl Date {
    /// Reads a date, or nothing if it is none.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut digits = [UNKNOWN; 8];
        match bytes {
            // A year alone. Read as BCD its month would be 30 to 39.
            [a, b, c, d] if bytes.iter().all(u8::is_ascii_digit) => {
                digits[..4].copy_from_slice(&[a - b'0', b - b'0', c - b'0', d - b'0']);
            }
            [a, b, c, d] => {
                for (pair, byte) in digits.chunks_exact_mut(2).zip([a, b, c, d]) {
                    pair.copy_from_slice(&[byte >> 4, byte & 0x0F]);
                }
            }
            // Year and month. Six digits that do not begin with a century are another thing, without one.
            [b'1', b'8' | b'9', ..] | [b'2', b'0', ..] if bytes.len() == 6 => digits_of_text(bytes, &mut digits),
            [_, _, _, _, _, _, _, _] => digits_of_text(bytes, &mut digits),
            [y1, y2, y3, y4, b'-' | b'/' | b'.', m1, m2, b'-' | b'/' | b'.', d1, d2] => {
                digits_of_text(&[*y1, *y2, *y3, *y4, *m1, *m2, *d1, *d2], &mut digits);
            }
            _ => return None,
        }
        Self::of_digits(digits)
    }

    fn of_digits([y1, y2, y3, y4, m1, m2, d1, d2]: [u8; 8]) -> Option<Self> {
        let year = u16::from(two(y1, y2)?) * 100 + u16::from(two(y3, y4)?);
        let month = part(m1, m2, 12)?;
        let day = part(d1, d2, 31)?;
        (year > 0).then_some(Self { year, month, day: day.filter(|_| month.is_some()) })
    }
}

/// Anything above nine: what stands for a digit that is not known.
const UNKNOWN: u8 = 0x0F;

fn digits_of_text(text: &[u8], digits: &mut [u8; 8]) {
    for (digit, character) in digits.iter_mut().zip(text) {
        *digit = if character.is_ascii_digit() { character - b'0' } else { UNKNOWN };
    }
}

fn two(tens: u8, units: u8) -> Option<u8> {
    (tens <= 9 && units <= 9).then(|| tens * 10 + units)
}

/// A month or day: `Some(None)` where it is zero or not known, [`None`] where it is impossible.
fn part(tens: u8, units: u8, most: u8) -> Option<Option<u8>> {
    match two(tens, units) {
        None | Some(0) => Some(None),
        Some(value) if value <= most => Some(Some(value)),
        Some(_) => None,
    }
}

/// ISO 8601, as far as it is known: `1990`, `1990-03` or `1990-03-15`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

/// Without the date, which is personal.
impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Date(..)")
    }
}

/// A date and time of day: fourteen digits, in text or in seven bytes BCD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime {
    /// The date.
    pub date: Date,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 60.
    pub second: u8,
}

impl DateTime {
    /// Reads a date and time, or nothing if it is none.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (date, time) = match bytes.len() {
            14 => bytes.split_at_checked(8)?,
            7 => bytes.split_at_checked(4)?,
            _ => return None,
        };
        let [hour, minute, second] = match *time {
            [h1, h2, m1, m2, s1, s2] => {
                let digit = |character: u8| character.wrapping_sub(b'0');
                [two(digit(h1), digit(h2))?, two(digit(m1), digit(m2))?, two(digit(s1), digit(s2))?]
            }
            [h, m, s] => [two(h >> 4, h & 15)?, two(m >> 4, m & 15)?, two(s >> 4, s & 15)?],
            _ => return None,
        };
        (hour < 24 && minute < 60 && second <= 60).then_some(Self { date: Date::parse(date)?, hour, minute, second })
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::ToString, vec::Vec};

    use proptest::prelude::*;

    use super::*;

    fn date(bytes: &[u8]) -> Option<String> {
        Date::parse(bytes).map(|date| date.to_string())
    }

    #[test]
    fn dates_are_read_in_every_form_met() {
        for (bytes, expected) in [
            (&b"19900315"[..], "1990-03-15"),
            (&[0x19, 0x90, 0x03, 0x15], "1990-03-15"),
            (b"1990-03-15", "1990-03-15"),
            (b"19900300", "1990-03"),
            (b"199003<<", "1990-03"),
            (b"1990<<<<", "1990"),
            (b"1990XXXX", "1990"),
            (b"199000  ", "1990"),
            (b"19900015", "1990"),
            (b"1990", "1990"),
            (b"199003", "1990-03"),
            (&[0x19, 0x90, 0x00, 0x00], "1990"),
            (&[0x19, 0x90, 0x03, 0xFF], "1990-03"),
        ] {
            assert_eq!(date(bytes).as_deref(), Some(expected), "{bytes:02X?}");
        }
    }

    #[test]
    fn what_is_no_date_is_not_guessed() {
        for bytes in
            [&b""[..], b"900315", b"19901315", b"19900332", b"00000000", b"<<<<<<<<", b"19", &[0xFF; 4], b"1990031"]
        {
            assert_eq!(date(bytes), None, "{bytes:02X?}");
        }
    }

    #[test]
    fn a_time_is_read_from_text_and_bcd() {
        let text = DateTime::parse(b"20240501123456").unwrap();
        assert_eq!((text.date.to_string().as_str(), text.hour, text.minute, text.second), ("2024-05-01", 12, 34, 56));
        assert_eq!(DateTime::parse(&[0x20, 0x24, 0x05, 0x01, 0x12, 0x34, 0x56]), Some(text));
        for bad in
            [&b"20240501243456"[..], b"2024050112345", b"202405011234<<", &[0x20, 0x24, 0x05, 0x01, 0x12, 0x34, 0xFF]]
        {
            assert_eq!(DateTime::parse(bad), None);
        }
    }

    #[test]
    fn fillers_separate_names_and_parts() {
        let name = Text::new("NGUYỄN<<THỊ<AN".as_bytes());
        assert_eq!(name.name(), Some(("NGUYỄN".into(), "THỊ AN".into())));
        assert_eq!(Text::new(b"ARKFREITH").name(), Some(("ARKFREITH".into(), String::new())));
        let address = Text::new(b"1 MAIN STREET<TOWN<<STATE<");
        let parts: Vec<_> = address.parts().filter_map(|part| part.as_str()).collect();
        assert_eq!(parts, ["1 MAIN STREET", "TOWN", "STATE"]);
        assert!(Text::new(b"<< <").is_blank());
    }

    #[test]
    fn bytes_that_are_no_text_are_kept() {
        let text = Text::new(b"AB\xFF");
        assert_eq!((text.as_str(), text.name(), &*text.to_str_lossy()), (None, None, "AB\u{FFFD}"));
        assert_eq!((text.bytes(), format!("{text:?}").as_str()), (&b"AB\xFF"[..], "Text(3 bytes)"));
    }

    proptest! {
        #[test]
        fn a_written_date_is_read_back(year in 1800_u16..2100, month in 1_u8..=12, day in 1_u8..=31) {
            let date = Date { year, month: Some(month), day: Some(day) };
            let expected = Some(date);
            let text = format!("{year:04}{month:02}{day:02}");
            prop_assert_eq!(Date::parse(text.as_bytes()), expected);
            prop_assert_eq!(Date::parse(date.to_string().as_bytes()), expected);
            let bcd: Vec<u8> = text.as_bytes().chunks(2).map(|pair| (pair[0] - b'0') << 4 | (pair[1] - b'0')).collect();
            prop_assert_eq!(Date::parse(&bcd), expected);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..16)) {
            let _ = (Date::parse(&bytes), DateTime::parse(&bytes), Text::new(&bytes).name(), Text::new(&bytes).parts().count());
        }
    }
}
