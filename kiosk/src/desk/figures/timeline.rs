//! Visits along the days of a period: by day, by week, by month or by year, whichever gives few enough steps to look at.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::period::{Period, short, written};

/// Some days on end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What stands below a column: `05/11`, `11/2026`, `2026`.
    pub label: String,
    /// Which days these are.
    pub days: String,
    /// Visits on them.
    pub visits: u64,
}

/// The steps of a period, in order, also those without any visit. A long period begins and ends with what was counted.
pub fn steps(period: &Period, days: &BTreeMap<Date, u64>) -> Vec<Step> {
    let span = |from: Date, until: Date| i64::from(from.until(until).map_or(i32::MAX, |span| span.get_days()));
    let (mut from, mut until) = (period.from, period.until);
    if span(from, until) > 30 {
        let (Some(first), Some(last)) = (days.keys().next(), days.keys().next_back()) else { return Vec::new() };
        // Whole weeks and months stay whole.
        (from, until) = (from.max(first.first_of_month()), until.min(last.last_of_month()));
    }
    let next: fn(Date) -> Date = match span(from, until) {
        ..=30 => |day| day.saturating_add(1.day()),
        31..=190 => |day| day.saturating_add(7.days()),
        191..=1900 => |day| day.first_of_month().saturating_add(1.month()),
        _ => |day| day.first_of_year().saturating_add(1.year()),
    };
    let label: fn(Date) -> String = match span(from, until) {
        ..=190 => short,
        191..=1900 => |day| format!("{}/{}", day.month(), day.year()),
        _ => |day| day.year().to_string(),
    };
    let mut steps = Vec::new();
    while from <= until {
        // The calendar itself ends: a step has one day at least.
        let end = next(from).saturating_sub(1.day()).max(from).min(until);
        let text = if from == end { written(from) } else { format!("{} – {}", short(from), written(end)) };
        let visits = days.range(from..=end).map(|(_, visits)| visits).sum();
        steps.push(Step { label: label(from), days: text, visits });
        // Where days end, so do steps.
        let Ok(after) = end.tomorrow() else { break };
        from = after;
    }
    steps
}

#[cfg(test)]
mod tests {
    use cccd::messages::Words;
    use jiff::civil::date;

    use super::*;

    fn period(from: Date, until: Date) -> Period {
        Period { from, until, name: Words::new("", "") }
    }

    fn days() -> BTreeMap<Date, u64> {
        [(date(2026, 11, 3), 4), (date(2026, 11, 9), 1), (date(2027, 2, 28), 2)].into()
    }

    #[test]
    fn the_last_day_of_the_calendar_is_a_step_like_any_other() {
        assert_eq!(steps(&period(Date::MAX, Date::MAX), &days()).len(), 1);
    }

    #[test]
    fn a_month_is_shown_by_day_a_quarter_by_week_a_year_by_month() {
        let month = steps(&period(date(2026, 11, 1), date(2026, 11, 30)), &days());
        assert_eq!((month.len(), month[2].visits, month[2].label.as_str()), (30, 4, "03/11"));
        let quarter = steps(&period(date(2026, 9, 15), date(2027, 3, 14)), &days());
        assert_eq!((quarter[0].label.as_str(), quarter[0].days.as_str()), ("01/11", "01/11 – 07/11/2026"));
        assert_eq!(quarter.iter().map(|step| step.visits).sum::<u64>(), 7);
        let mut more = days();
        more.insert(date(2026, 1, 1), 1);
        let year = steps(&period(date(2026, 1, 1), date(2026, 12, 31)), &more);
        assert_eq!((year.len(), year[10].label.as_str(), year[10].visits), (12, "11/2026", 5));
    }

    #[test]
    fn the_longest_period_there_is_has_few_steps() {
        let all = steps(&period(Date::MIN, Date::MAX), &days());
        assert_eq!(all.iter().map(|step| step.visits).sum::<u64>(), 7);
        assert!(all.len() < 20, "{}", all.len());
        let mut wrong_clock = days();
        wrong_clock.insert(date(1970, 1, 1), 1);
        assert_eq!(steps(&period(Date::MIN, Date::MAX), &wrong_clock).len(), 58);
        assert!(steps(&period(Date::MIN, Date::MAX), &BTreeMap::new()).is_empty());
    }
}
