//! The machine's clock, as a desk in Vietnam reads it.

use cccd::validity::today_in_vietnam;
use jiff::civil::{Date, date};
use jiff::{Timestamp, tz};

/// This program was not there before that day: a clock that shows an earlier one is wrong.
const FIRST_DAY: Date = date(2026, 11, 1);

/// The day in Vietnam.
pub fn today() -> Date {
    today_in_vietnam(Timestamp::now())
}

/// Whether the clock cannot be right.
pub fn is_wrong() -> bool {
    today() < FIRST_DAY
}

/// When a day begins in Vietnam.
pub fn midnight(day: Date) -> Option<Timestamp> {
    Some(day.to_zoned(tz::TimeZone::fixed(tz::Offset::constant(7))).ok()?.timestamp())
}

/// A moment as the log says it, from milliseconds since 1970: `22/11/2026 14:05:09`.
pub fn written_exactly(at: i64) -> String {
    let Ok(at) = Timestamp::from_millisecond(at) else { return at.to_string() };
    let vietnam = tz::TimeZone::fixed(tz::Offset::constant(7)).to_datetime(at);
    format!("{}:{:02}", written(at), vietnam.second())
}

/// A moment as it is written at a desk: `22/11/2026 14:05`.
pub fn written(at: Timestamp) -> String {
    let vietnam = tz::TimeZone::fixed(tz::Offset::constant(7)).to_datetime(at);
    format!(
        "{:02}/{:02}/{:04} {:02}:{:02}",
        vietnam.day(),
        vietnam.month(),
        vietnam.year(),
        vietnam.hour(),
        vietnam.minute()
    )
}
