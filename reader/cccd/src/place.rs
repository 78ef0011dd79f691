//! The places that ID numbers begin with: provinces as they were before the merger of 1 July 2025, because a prefix
//! does not change with a merger. The tables are data (`seeds/places/`), carried in the program.

use std::sync::LazyLock;

use jiff::civil::Date;

/// A province that a prefix stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The first three digits of the ID number.
    pub prefix: &'static str,
    /// The province's name at the time the prefix was allotted, without `Tỉnh` or `Thành phố`.
    pub name: &'static str,
    /// The code of the province that holds its area since 1 July 2025.
    pub province: &'static str,
}

impl Place {
    /// The place of a three-digit prefix.
    #[must_use]
    pub fn of_prefix(prefix: &str) -> Option<&'static Self> {
        PLACES.binary_search_by(|place| place.prefix.cmp(prefix)).ok().map(|index| &PLACES[index])
    }

    /// All places, by prefix.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &PLACES
    }

    /// The full name, on a given day, of the province that holds its area now. `None` before 1 July 2025.
    #[must_use]
    pub fn province_name(&self, on: Date) -> Option<&'static str> {
        PROVINCES
            .iter()
            .find(|p| p.code == self.province && p.from <= on && p.to.is_none_or(|to| on <= to))
            .map(|p| p.name)
    }
}

/// One name of a province and the days it holds.
struct Province {
    code: &'static str,
    name: &'static str,
    from: Date,
    to: Option<Date>,
}

static PLACES: LazyLock<Vec<Place>> = LazyLock::new(|| {
    let mut places: Vec<Place> = rows(include_str!("../../../seeds/places/id-number-prefixes.tsv"))
        .filter_map(|row| match row.as_slice() {
            [prefix, name, province, ..] => Some(Place { prefix, name, province }),
            _ => None,
        })
        .collect();
    places.sort_by_key(|place| place.prefix);
    places
});

static PROVINCES: LazyLock<Vec<Province>> = LazyLock::new(|| {
    rows(include_str!("../../../seeds/places/provinces.tsv"))
        .filter_map(|row| match row.as_slice() {
            [code, name, from, to, ..] => Some(Province { code, name, from: from.parse().ok()?, to: to.parse().ok() }),
            _ => None,
        })
        .collect()
});

/// The rows of a table without its heading, split at tabs.
fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().skip(1).filter(|line| !line.is_empty()).map(|line| line.split('\t').collect())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_tables_hold_63_prefixes_and_34_provinces() {
        assert_eq!(Place::all().len(), 63);
        let mut codes: Vec<_> = PROVINCES.iter().map(|p| p.code).collect();
        codes.dedup();
        assert_eq!(codes.len(), 34);
        assert_eq!(PROVINCES.len(), 37, "three became cities in 2026");
    }

    #[test]
    fn every_prefix_leads_to_a_province_of_today() {
        for place in Place::all() {
            assert!(place.province_name(date(2026, 11, 21)).is_some(), "{}", place.prefix);
            assert!(place.province_name(date(2025, 6, 30)).is_none(), "{}", place.prefix);
        }
    }

    #[test]
    fn a_merged_province_keeps_its_prefix_and_its_old_name() {
        let place = Place::of_prefix("027").expect("Bắc Ninh");
        assert_eq!((place.name, place.province), ("Bắc Ninh", "24"));
        assert_eq!(place.province_name(date(2026, 9, 19)), Some("Tỉnh Bắc Ninh"));
        assert_eq!(place.province_name(date(2026, 9, 20)), Some("Thành phố Bắc Ninh"));
        assert_eq!(Place::of_prefix("024").map(|p| p.name), Some("Bắc Giang"));
    }

    #[test]
    fn a_prefix_of_nowhere_is_no_place() {
        assert_eq!(Place::of_prefix("003"), None);
        assert_eq!(Place::of_prefix("136"), None);
        assert_eq!(Place::of_prefix(""), None);
    }
}
