//! The figures in the database: sums by day. What they are of is in [`crate::desk::figures`].

use std::collections::BTreeMap;
use std::sync::PoisonError;

use jiff::civil::Date;
use rusqlite::{Row, params};

use super::{Store, StoreError};
use crate::desk::figures::sums::{Key, Quantity, Sum, Sums};

/// The step of the database that makes room for them.
pub const STEP: &str = "CREATE TABLE figure (
    day TEXT NOT NULL,
    what TEXT NOT NULL,
    service INTEGER NOT NULL,
    way INTEGER NOT NULL,
    detail TEXT NOT NULL,
    total INTEGER NOT NULL CHECK (total >= 0),
    PRIMARY KEY (day, what, service, way, detail)
) STRICT, WITHOUT ROWID;
ALTER TABLE office ADD COLUMN cut_day INTEGER NOT NULL DEFAULT 0;
ALTER TABLE office ADD COLUMN cut_weekday INTEGER NOT NULL DEFAULT 7;
ALTER TABLE office ADD COLUMN seconds_per_field INTEGER NOT NULL DEFAULT 8;";

impl Store {
    /// Adds to the sums of a day: all of them, or none.
    ///
    /// # Errors
    /// The disk is full, or the database refuses.
    pub fn add_figures(&self, day: Date, sums: &Sums) -> Result<(), StoreError> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction()?;
        {
            let mut add = transaction.prepare(
                "INSERT INTO figure (day, what, service, way, detail, total) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (day, what, service, way, detail) DO UPDATE SET total = total + excluded.total",
            )?;
            let day = day.to_string();
            for (key, much) in sums.iter() {
                let much = i64::try_from(much).unwrap_or(i64::MAX);
                add.execute(params![day, key.of.code(), key.service, key.way, key.detail, much])?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// The sums of these days together, both ends in it.
    ///
    /// # Errors
    /// The database refuses.
    pub fn figures(&self, from: Date, until: Date) -> Result<Vec<Sum>, StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut find = connection.prepare(
            "SELECT what, service, way, detail, SUM(total) FROM figure WHERE day BETWEEN ?1 AND ?2
             GROUP BY what, service, way, detail ORDER BY what, service, way, detail",
        )?;
        let mut sums = Vec::new();
        for row in find.query_map(days(from, until), of_row)? {
            // What a newer version counts is not known here.
            sums.extend(row?);
        }
        Ok(sums)
    }

    /// Visits on each of these days, both ends in it; days without any are left out.
    ///
    /// # Errors
    /// The database refuses.
    pub fn visits_by_day(&self, from: Date, until: Date) -> Result<BTreeMap<Date, u64>, StoreError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut find = connection.prepare(
            "SELECT day, SUM(total) FROM figure WHERE day BETWEEN ?1 AND ?2 AND what = 'visits' GROUP BY day",
        )?;
        let rows = find.query_map(days(from, until), |row| {
            let (day, total): (String, i64) = (row.get(0)?, row.get(1)?);
            Ok(day.parse().ok().map(|day: Date| (day, total.unsigned_abs())))
        })?;
        let mut visits = BTreeMap::new();
        for row in rows {
            visits.extend(row?);
        }
        Ok(visits)
    }
}

/// Days are kept as text, which sorts as days do only with four digits and no sign.
fn days(from: Date, until: Date) -> [String; 2] {
    const FIRST: Date = jiff::civil::date(1, 1, 1);
    [from.max(FIRST).to_string(), until.to_string()]
}

fn of_row(row: &Row<'_>) -> rusqlite::Result<Option<Sum>> {
    let what: String = row.get(0)?;
    let Some(of) = Quantity::of_code(&what) else { return Ok(None) };
    let key = Key { of, service: row.get(1)?, way: row.get(2)?, detail: row.get(3)? };
    let total: i64 = row.get(4)?;
    Ok(Some(Sum { key, total: total.unsigned_abs() }))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn visit(service: u16) -> Sums {
        let mut sums = Sums::default();
        sums.add(Quantity::Visits, service, 5, "paper", 1);
        sums.add(Quantity::Fields, service, 0, "card", 9);
        sums
    }

    #[test]
    fn sums_of_a_day_are_added_up_and_there_after_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.sqlite3");
        let day = date(2026, 11, 22);
        {
            let store = Store::open(&path).unwrap();
            store.add_figures(day, &visit(4)).unwrap();
            store.add_figures(day, &visit(4)).unwrap();
            store.add_figures(date(2026, 11, 23), &visit(4)).unwrap();
        }
        let store = Store::open(&path).unwrap();
        let found = store.figures(day, day).unwrap();
        let totals: Vec<_> = found.iter().map(|sum| (sum.key.of, sum.total)).collect();
        assert_eq!(totals, [(Quantity::Fields, 18), (Quantity::Visits, 2)]);
        let all = store.figures(Date::MIN, Date::MAX).unwrap();
        assert_eq!(all.iter().map(|sum| sum.total).collect::<Vec<_>>(), [27, 3], "of both days");
        let by_day = store.visits_by_day(Date::MIN, Date::MAX).unwrap();
        assert_eq!(by_day, [(day, 2), (date(2026, 11, 23), 1)].into());
        assert!(store.figures(date(2026, 11, 24), Date::MAX).unwrap().is_empty());
    }

    #[test]
    fn what_another_version_counts_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("desk.sqlite3")).unwrap();
        let other =
            "INSERT INTO figure VALUES ('2026-11-22', 'smiles', 1, 1, 'x', 1), ('some day', 'visits', 1, 1, 'x', 1)";
        store.connection.lock().unwrap().execute_batch(other).unwrap();
        let sums = store.figures(Date::MIN, Date::MAX).unwrap();
        assert_eq!(sums, [], "neither another quantity nor another kind of day");
        assert!(store.visits_by_day(Date::MIN, Date::MAX).unwrap().is_empty());
    }
}
