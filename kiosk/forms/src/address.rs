//! An address in one line, taken apart for forms that ask for its parts. What comes out is offered, never filled in silently: it
//! is the address of the day of issue.
//!
//! Since 1 July 2025 an address has two levels (Law 72/2025/QH15 on local government, Resolution 202/2025/QH15); older cards
//! hold three. Many cards name the levels ("Phường Ngọc Hà, Quận Ba Đình"), many do not ("Ngọc Hà, Ba Đình").

use jiff::civil::{Date, date};

/// The first day of two levels.
const TWO_LEVELS_SINCE: Date = date(2025, 7, 1);
const COMMUNES: [&str; 7] = ["xã ", "phường ", "thị trấn ", "đặc khu ", "p. ", "x. ", "tt. "];
const DISTRICTS: [&str; 9] = ["huyện ", "quận ", "thị xã ", "thành phố ", "tp ", "tp. ", "q. ", "h. ", "tx. "];

/// The parts; empty where there is none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Address {
    /// Everything below the commune.
    pub street: String,
    /// Xã, phường, thị trấn, đặc khu.
    pub commune: String,
    /// Huyện, quận, thị xã, or a city below the province.
    pub district: String,
    /// Province, or city of that level.
    pub province: String,
}

impl Address {
    /// The parts between the commas, smallest first. Where nothing names their levels, the day of issue decides.
    pub fn parse(text: &str, issued: Option<Date>) -> Address {
        let mut parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        let province = parts.pop().unwrap_or_default().to_owned();
        let district = if ends_in_district(&parts, issued) { parts.pop() } else { None };
        let commune = parts.pop().unwrap_or_default().to_owned();
        Address { street: parts.join(", "), commune, district: district.unwrap_or_default().to_owned(), province }
    }
}

/// Whether the last of the parts below the province is a district.
fn ends_in_district(parts: &[&str], issued: Option<Date>) -> bool {
    match parts {
        [.., last] if is_one_of(&DISTRICTS, last) => true,
        [.., last] if is_one_of(&COMMUNES, last) => false,
        [.., before, _] if is_one_of(&COMMUNES, before) => true,
        [_, .., _] => issued.is_some_and(|day| day < TWO_LEVELS_SINCE),
        _ => false,
    }
}

fn is_one_of(levels: &[&str], part: &str) -> bool {
    let part = part.to_lowercase();
    levels.iter().any(|level| part.starts_with(level))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(text: &str, issued: Option<Date>) -> [String; 4] {
        let address = Address::parse(text, issued);
        [address.street, address.commune, address.district, address.province]
    }

    #[test]
    fn named_levels_decide_whatever_the_day() {
        for issued in [None, Some(date(2021, 4, 20)), Some(date(2026, 1, 1))] {
            assert_eq!(
                parts("Số 12, ngõ 34 phố Đội Cấn, Phường Ngọc Hà, Quận Ba Đình, Thành phố Hà Nội", issued),
                ["Số 12, ngõ 34 phố Đội Cấn", "Phường Ngọc Hà", "Quận Ba Đình", "Thành phố Hà Nội"]
            );
            assert_eq!(
                parts("Làng Klăh, Xã Ia Mơ, Tỉnh Gia Lai", issued),
                ["Làng Klăh", "Xã Ia Mơ", "", "Tỉnh Gia Lai"]
            );
            assert_eq!(
                parts("88 Bạch Đằng, PHƯỜNG HẢI CHÂU I, Hải Châu, Đà Nẵng", issued),
                ["88 Bạch Đằng", "PHƯỜNG HẢI CHÂU I", "Hải Châu", "Đà Nẵng"]
            );
        }
    }

    #[test]
    fn without_names_a_card_from_before_july_2025_has_three_levels() {
        let text = "Khối 3, Hưng Lộc, Vinh, Nghệ An";
        assert_eq!(parts(text, Some(date(2025, 6, 30))), ["Khối 3", "Hưng Lộc", "Vinh", "Nghệ An"]);
        assert_eq!(parts(text, Some(date(2025, 7, 1))), ["Khối 3, Hưng Lộc", "Vinh", "", "Nghệ An"]);
        assert_eq!(parts(text, None), ["Khối 3, Hưng Lộc", "Vinh", "", "Nghệ An"]);
    }

    #[test]
    fn an_address_of_few_parts_leaves_the_others_empty() {
        assert_eq!(parts("Quận 1, Thành phố Hồ Chí Minh", None), ["", "", "Quận 1", "Thành phố Hồ Chí Minh"]);
        assert_eq!(parts("Lao Bảo, Quảng Trị", Some(date(2021, 1, 1))), ["", "Lao Bảo", "", "Quảng Trị"]);
        assert_eq!(parts("Nga", None), ["", "", "", "Nga"]);
        assert_eq!(parts(" , ,", None), ["", "", "", ""]);
    }

    proptest! {
        #[test]
        fn no_part_is_lost(parts in prop::collection::vec("[a-zđơư]{1,6}", 1..8)) {
            let address = Address::parse(&parts.join(", "), None);
            let all = [address.street, address.commune, address.district, address.province];
            let all: Vec<String> = all.into_iter().filter(|part| !part.is_empty()).collect();
            prop_assert_eq!(all.join(", "), parts.join(", "));
        }
    }
}
