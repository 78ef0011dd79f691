//! The days that a report is of. Offices close their figures on different days (R69 of the plans): departments on the 14th,
//! communes on the 15th, others on the 17th, the 20th or the 22nd, pilot areas every Thursday. A month that is closed on the 14th
//! is the days from the 15th of the month before, as Decree 09/2019/NĐ-CP, article 12, counts it; so are quarters and years.

use cccd::messages::Words;
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// The day on which a month's figures are closed: its last day, or one of those that the plans name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i8", into = "i8")]
pub struct CutDay(i8);

/// The last day of a week of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i8", into = "i8")]
pub struct CutWeekday(Weekday);

/// When figures are closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cuts {
    /// Of a month, a quarter, a year.
    pub day: CutDay,
    /// Of a week.
    pub weekday: CutWeekday,
}

/// It is no day on which figures are closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("figures are not closed on day {0}")]
pub struct NoCut(i8);

/// What an officer chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The week that today is in.
    ThisWeek,
    /// The one before.
    LastWeek,
    /// The month.
    #[default]
    ThisMonth,
    /// The one before.
    LastMonth,
    /// The quarter.
    ThisQuarter,
    /// The one before.
    LastQuarter,
    /// The year.
    ThisYear,
    /// The one before.
    LastYear,
    /// From one day to another.
    Between,
}

/// A run of days, both ends in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first.
    pub from: Date,
    /// The last.
    pub until: Date,
    /// What it is called, as `Tháng 11/2026`.
    pub name: Words,
}

impl CutDay {
    /// Those there are; 0 is the last day of the month.
    pub const ALL: [Self; 6] = [Self(0), Self(14), Self(15), Self(17), Self(20), Self(22)];

    /// The number, 0 for the last day of the month.
    pub const fn number(self) -> i8 {
        self.0
    }

    /// What it is called.
    pub fn words(self) -> Words {
        match self.0 {
            0 => Words::new("ngày cuối tháng", "the last day of the month"),
            day => Words::new(format!("ngày {day}"), format!("day {day}")),
        }
    }

    /// The month, as its first day, whose figures a day belongs to.
    fn month_of(self, day: Date) -> Date {
        let first = day.first_of_month();
        if self.0 != 0 && day.day() > self.0 { first.saturating_add(1.month()) } else { first }
    }

    /// The first day of that month's figures.
    fn first(self, month: Date) -> Date {
        match self.0 {
            0 => month,
            // No cut day is after the 28th, so that every month has it.
            day => month.saturating_sub(1.month()).saturating_add(i64::from(day).days()),
        }
    }

    /// The last day of that month's figures.
    fn last(self, month: Date) -> Date {
        match self.0 {
            0 => month.last_of_month(),
            day => month.saturating_add((i64::from(day) - 1).days()),
        }
    }

    /// So many months, the last of which is this one.
    fn months(self, last: Date, count: i64, name: Words) -> Period {
        let first = last.saturating_sub((count - 1).months());
        Period { from: self.first(first), until: self.last(last), name }
    }
}

impl TryFrom<i8> for CutDay {
    type Error = NoCut;

    fn try_from(number: i8) -> Result<Self, NoCut> {
        Self::ALL.into_iter().find(|cut| cut.0 == number).ok_or(NoCut(number))
    }
}

impl From<CutDay> for i8 {
    fn from(cut: CutDay) -> Self {
        cut.0
    }
}

impl CutWeekday {
    /// All, from Monday.
    pub const ALL: [Self; 7] = [
        Self(Weekday::Monday),
        Self(Weekday::Tuesday),
        Self(Weekday::Wednesday),
        Self(Weekday::Thursday),
        Self(Weekday::Friday),
        Self(Weekday::Saturday),
        Self(Weekday::Sunday),
    ];

    /// 1 for Monday to 7 for Sunday.
    pub fn number(self) -> i8 {
        self.0.to_monday_one_offset()
    }

    /// What it is called.
    pub fn words(self) -> Words {
        match self.0 {
            Weekday::Monday => Words::new("thứ Hai", "Monday"),
            Weekday::Tuesday => Words::new("thứ Ba", "Tuesday"),
            Weekday::Wednesday => Words::new("thứ Tư", "Wednesday"),
            Weekday::Thursday => Words::new("thứ Năm", "Thursday"),
            Weekday::Friday => Words::new("thứ Sáu", "Friday"),
            Weekday::Saturday => Words::new("thứ Bảy", "Saturday"),
            Weekday::Sunday => Words::new("Chủ nhật", "Sunday"),
        }
    }

    /// The week that a day is in, or one that many weeks before.
    fn week(self, day: Date, back: i64) -> Period {
        let to_go = i64::from(day.weekday().until(self.0));
        let until = day.saturating_add(to_go.days()).saturating_sub((7 * back).days());
        let from = until.saturating_sub(6.days());
        let name = Words::new(
            format!("Tuần {} – {}", short(from), written(until)),
            format!("Week {} – {}", short(from), written(until)),
        );
        Period { from, until, name }
    }
}

impl Default for CutWeekday {
    fn default() -> Self {
        Self(Weekday::Sunday)
    }
}

impl TryFrom<i8> for CutWeekday {
    type Error = NoCut;

    fn try_from(number: i8) -> Result<Self, NoCut> {
        Weekday::from_monday_one_offset(number).map(Self).map_err(|_| NoCut(number))
    }
}

impl From<CutWeekday> for i8 {
    fn from(cut: CutWeekday) -> Self {
        cut.number()
    }
}

impl Choice {
    /// All, with their stable names and what they are called.
    pub const ALL: [(Self, &'static str, &'static str, &'static str); 9] = [
        (Self::ThisWeek, "this-week", "Tuần này", "This week"),
        (Self::LastWeek, "last-week", "Tuần trước", "Last week"),
        (Self::ThisMonth, "this-month", "Tháng này", "This month"),
        (Self::LastMonth, "last-month", "Tháng trước", "Last month"),
        (Self::ThisQuarter, "this-quarter", "Quý này", "This quarter"),
        (Self::LastQuarter, "last-quarter", "Quý trước", "Last quarter"),
        (Self::ThisYear, "this-year", "Năm nay", "This year"),
        (Self::LastYear, "last-year", "Năm trước", "Last year"),
        (Self::Between, "between", "Từ ngày … đến ngày …", "From … until …"),
    ];

    /// The one of a stable name; this month for any other.
    pub fn of_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|(_, other, ..)| *other == code).map_or_else(Self::default, |(choice, ..)| choice)
    }

    /// The days, seen from one. Without both ends of [`Choice::Between`], today; ends the wrong way round are turned.
    pub fn period(self, cuts: Cuts, today: Date, between: (Option<Date>, Option<Date>)) -> Period {
        let month = cuts.day.month_of(today);
        match self {
            Self::ThisWeek => cuts.weekday.week(today, 0),
            Self::LastWeek => cuts.weekday.week(today, 1),
            Self::ThisMonth => of_month(cuts.day, month),
            Self::LastMonth => of_month(cuts.day, month.saturating_sub(1.month())),
            Self::ThisQuarter => of_quarter(cuts.day, month),
            Self::LastQuarter => of_quarter(cuts.day, month.saturating_sub(3.months())),
            Self::ThisYear => of_year(cuts.day, month),
            Self::LastYear => of_year(cuts.day, month.saturating_sub(1.year())),
            Self::Between => {
                let one = between.0.or(between.1).unwrap_or(today);
                let other = between.1.unwrap_or(one);
                let (from, until) = (one.min(other), one.max(other));
                let name = Words::new(
                    format!("Từ {} đến {}", written(from), written(until)),
                    format!("From {} until {}", written(from), written(until)),
                );
                Period { from, until, name }
            }
        }
    }
}

fn of_month(cut: CutDay, month: Date) -> Period {
    let name = format!("{}/{}", month.month(), month.year());
    cut.months(month, 1, Words::new(format!("Tháng {name}"), format!("Month {name}")))
}

fn of_quarter(cut: CutDay, month: Date) -> Period {
    const NUMBERS: [&str; 4] = ["I", "II", "III", "IV"];
    let quarter = (month.month() - 1) / 3;
    let last = month.saturating_add(i64::from(2 - (month.month() - 1) % 3).months());
    let number = usize::try_from(quarter).ok().and_then(|quarter| NUMBERS.get(quarter)).unwrap_or(&"");
    let year = month.year();
    cut.months(last, 3, Words::new(format!("Quý {number}/{year}"), format!("Quarter {}/{year}", quarter + 1)))
}

fn of_year(cut: CutDay, month: Date) -> Period {
    let last = month.saturating_add(i64::from(12 - month.month()).months());
    let year = month.year();
    cut.months(last, 12, Words::new(format!("Năm {year}"), format!("Year {year}")))
}

/// A day as it is written: `05/11/2026`.
pub fn written(day: Date) -> String {
    format!("{:02}/{:02}/{}", day.day(), day.month(), day.year())
}

/// The same without the year.
pub fn short(day: Date) -> String {
    format!("{:02}/{:02}", day.day(), day.month())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn cuts(day: i8, weekday: i8) -> Cuts {
        Cuts { day: CutDay::try_from(day).unwrap(), weekday: CutWeekday::try_from(weekday).unwrap() }
    }

    /// First and last day, and the name.
    fn days(choice: Choice, cuts: Cuts, today: Date) -> (String, String, String) {
        let period = choice.period(cuts, today, (None, None));
        (period.from.to_string(), period.until.to_string(), period.name.vi)
    }

    fn is(choice: Choice, cuts: Cuts, today: Date, expected: [&str; 3]) {
        let found = days(choice, cuts, today);
        assert_eq!((found.0.as_str(), found.1.as_str(), found.2.as_str()), (expected[0], expected[1], expected[2]));
    }

    #[test]
    fn a_month_without_a_cut_day_is_the_months_own_days_in_leap_years_too() {
        let end = cuts(0, 7);
        is(Choice::ThisMonth, end, date(2026, 11, 22), ["2026-11-01", "2026-11-30", "Tháng 11/2026"]);
        is(Choice::LastMonth, end, date(2028, 3, 31), ["2028-02-01", "2028-02-29", "Tháng 2/2028"]);
        is(Choice::LastMonth, end, date(2027, 3, 31), ["2027-02-01", "2027-02-28", "Tháng 2/2027"]);
        is(Choice::LastMonth, end, date(2027, 1, 1), ["2026-12-01", "2026-12-31", "Tháng 12/2026"]);
    }

    #[test]
    fn a_month_closed_on_the_14th_begins_on_the_15th_of_the_one_before() {
        let cut = cuts(14, 7);
        is(Choice::ThisMonth, cut, date(2026, 11, 14), ["2026-10-15", "2026-11-14", "Tháng 11/2026"]);
        is(Choice::ThisMonth, cut, date(2026, 11, 15), ["2026-11-15", "2026-12-14", "Tháng 12/2026"]);
        is(Choice::ThisMonth, cut, date(2026, 12, 31), ["2026-12-15", "2027-01-14", "Tháng 1/2027"]);
        is(Choice::LastMonth, cut, date(2028, 3, 1), ["2028-01-15", "2028-02-14", "Tháng 2/2028"]);
    }

    #[test]
    fn quarters_and_years_are_closed_on_the_same_day() {
        let cut = cuts(14, 7);
        is(Choice::ThisQuarter, cut, date(2026, 11, 22), ["2026-09-15", "2026-12-14", "Quý IV/2026"]);
        is(Choice::ThisQuarter, cut, date(2026, 12, 15), ["2026-12-15", "2027-03-14", "Quý I/2027"]);
        is(Choice::LastQuarter, cut, date(2027, 1, 5), ["2026-09-15", "2026-12-14", "Quý IV/2026"]);
        is(Choice::ThisYear, cut, date(2026, 12, 15), ["2026-12-15", "2027-12-14", "Năm 2027"]);
        is(Choice::LastYear, cuts(0, 7), date(2028, 2, 29), ["2027-01-01", "2027-12-31", "Năm 2027"]);
        is(Choice::ThisQuarter, cuts(0, 7), date(2026, 5, 1), ["2026-04-01", "2026-06-30", "Quý II/2026"]);
    }

    /// Whatever is chosen, day after day: it holds the day, and each begins where the one before ended.
    #[test]
    fn periods_follow_each_other_without_a_gap() {
        use Choice::{LastMonth, LastQuarter, LastWeek, LastYear, ThisMonth, ThisQuarter, ThisWeek, ThisYear};
        for cut in CutDay::ALL {
            for weekday in CutWeekday::ALL {
                let cuts = Cuts { day: cut, weekday };
                for today in date(2027, 12, 1).series(1.day()).take(460) {
                    for (this, last) in
                        [(ThisWeek, LastWeek), (ThisMonth, LastMonth), (ThisQuarter, LastQuarter), (ThisYear, LastYear)]
                    {
                        let this = this.period(cuts, today, (None, None));
                        let last = last.period(cuts, today, (None, None));
                        assert!(this.from <= today && today <= this.until, "{today} {cut:?}: {this:?}");
                        assert_eq!(last.until.tomorrow().unwrap(), this.from, "{today} {cut:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_week_ends_on_its_day() {
        // 22 November 2026 is a Sunday.
        let sunday = date(2026, 11, 22);
        is(Choice::ThisWeek, cuts(0, 7), sunday, ["2026-11-16", "2026-11-22", "Tuần 16/11 – 22/11/2026"]);
        is(Choice::ThisWeek, cuts(0, 4), sunday, ["2026-11-20", "2026-11-26", "Tuần 20/11 – 26/11/2026"]);
        is(Choice::LastWeek, cuts(0, 4), sunday, ["2026-11-13", "2026-11-19", "Tuần 13/11 – 19/11/2026"]);
    }

    #[test]
    fn days_that_are_typed_the_wrong_way_round_are_turned() {
        let between = |from, until| {
            let period = Choice::Between.period(Cuts::default(), date(2026, 11, 22), (from, until));
            (period.from, period.until)
        };
        let (one, other) = (date(2026, 1, 31), date(2026, 2, 1));
        assert_eq!(between(Some(other), Some(one)), (one, other));
        assert_eq!(between(Some(one), None), (one, one));
        assert_eq!(between(None, None), (date(2026, 11, 22), date(2026, 11, 22)));
        assert_eq!(between(Some(Date::MIN), Some(Date::MAX)), (Date::MIN, Date::MAX));
    }

    #[test]
    fn no_other_day_closes_figures() {
        assert_eq!(CutDay::try_from(31), Err(NoCut(31)));
        assert_eq!(CutWeekday::try_from(0), Err(NoCut(0)));
        assert!([0, 14, 15, 17, 20, 22].into_iter().all(|day| CutDay::try_from(day).is_ok()));
    }
}
