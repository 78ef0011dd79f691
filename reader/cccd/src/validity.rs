//! Whether the card is in date. The day of expiry still counts, by the clock of Vietnam; the date printed on the card is
//! the one that holds (Law 26/2023/QH15, art. 21 and 46), so it is never computed from an age.

use icao9303::check::{Check, Reason};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use crate::card_date::{CardDate, Expiry};
use crate::dg13::ItemNumber;
use crate::holder::{Chip, Source};
use crate::mrz::DocumentMrz;

/// The check, the expiry and where it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The state.
    pub check: Check,
    /// The last day of validity; `None` where there is none, or none is known.
    pub expires: Option<CardDate>,
    /// The data group that was gone by.
    pub source: Option<Source>,
}

/// Checks the expiry of DG13, or of DG1 where DG13 has none that can be read, at a moment.
#[must_use]
pub fn check(chip: &Chip<'_>, at: Timestamp) -> Validity {
    let written = chip.dg13.and_then(|dg13| dg13.text(ItemNumber::DateOfExpiry));
    let found = written
        .and_then(|text| Some((Source::Dg13, Expiry::parse(text).ok()?)))
        .or_else(|| Some((Source::Dg1, chip.dg1.and_then(DocumentMrz::expiry)?)));
    let Some((source, expiry)) = found else {
        let check = if written.is_some() || chip.dg1.is_some() {
            Check::unknown(Reason::Malformed, "the expiry of the card cannot be read")
        } else {
            Check::unknown(Reason::NotRead, "no signed data group with an expiry was read")
        };
        return Validity { check, expires: None, source: None };
    };
    let expires = expiry.date();
    let check = match expires {
        Some(date) if date.last_day() < today_in_vietnam(at) => {
            Check::failed(Reason::Expired, "the card is past its expiry")
        }
        _ => Check::passed(),
    };
    Validity { check, expires, source: Some(source) }
}

/// The calendar day in Vietnam. The country has been seven hours ahead of UTC since 1975, without summer time, so no time
/// zone database is needed for Asia/Ho_Chi_Minh.
#[must_use]
pub fn today_in_vietnam(at: Timestamp) -> Date {
    TimeZone::fixed(Offset::constant(7)).to_datetime(at).date()
}

#[cfg(test)]
mod tests {
    use icao9303::check::Status;
    use icao9303::tlv::encode;
    use jiff::civil::date;

    use super::*;
    use crate::dg13::Dg13;

    fn dg13(expiry: &str) -> Dg13 {
        let item = encode(0x30, &[encode(2, &[12]), encode(0x0C, expiry.as_bytes())].concat());
        Dg13::parse(&encode(0x6D, &encode(0x30, &encode(0x31, &item)))).expect("a DG13")
    }

    fn dg1(expiry: &str) -> DocumentMrz {
        let lines =
            format!("IDVNM1901234569001190123456<<0\n9003152F{expiry}0VNM<<<<<<<<<<<2\nNGUYEN<<THI<AN<<<<<<<<<<<<<<<<");
        DocumentMrz::parse(&lines, date(2026, 11, 21)).expect("an MRZ")
    }

    fn at(time: &str) -> Timestamp {
        time.parse().expect("a time")
    }

    #[test]
    fn the_day_of_expiry_counts_to_its_end_in_vietnam() {
        let dg13 = dg13("15/03/2030");
        let chip = Chip { dg13: Some(&dg13), ..Chip::default() };
        // 16:59:59 UTC is the last second of the day in Vietnam.
        let last = check(&chip, at("2030-03-15T16:59:59Z"));
        assert_eq!(last.check, Check::passed());
        assert_eq!(last.expires.map(|date| date.to_string()).as_deref(), Some("2030-03-15"));
        let over = check(&chip, at("2030-03-15T17:00:00Z"));
        assert_eq!((over.check.status, over.check.reason), (Status::Failed, Some(Reason::Expired)));
    }

    #[test]
    fn a_card_without_expiry_is_valid_for_ever() {
        let (dg13, dg1) = (dg13("Không thời hạn"), dg1("991231"));
        for chip in [Chip { dg13: Some(&dg13), ..Chip::default() }, Chip { dg1: Some(&dg1), ..Chip::default() }] {
            let validity = check(&chip, at("2150-01-01T00:00:00Z"));
            assert_eq!((validity.check, validity.expires), (Check::passed(), None));
        }
    }

    #[test]
    fn dg1_serves_where_dg13_has_no_readable_expiry() {
        let (dg13, dg1) = (dg13("sớm"), dg1("300315"));
        let validity =
            check(&Chip { dg1: Some(&dg1), dg13: Some(&dg13), ..Chip::default() }, at("2026-11-21T00:00:00Z"));
        assert_eq!((validity.check, validity.source), (Check::passed(), Some(Source::Dg1)));
    }

    #[test]
    fn a_month_of_expiry_counts_to_its_last_day() {
        let dg13 = dg13("02/2028");
        let chip = Chip { dg13: Some(&dg13), ..Chip::default() };
        assert_eq!(check(&chip, at("2028-02-29T10:00:00Z")).check, Check::passed());
        assert_eq!(check(&chip, at("2028-02-29T17:00:00Z")).check.status, Status::Failed);
    }

    #[test]
    fn an_expiry_that_is_not_there_decides_nothing() {
        let at = at("2026-11-21T00:00:00Z");
        assert_eq!(check(&Chip::default(), at).check.reason, Some(Reason::NotRead));
        let (dg13, dg1) = (dg13("sớm"), dg1("309915"));
        let chip = Chip { dg1: Some(&dg1), dg13: Some(&dg13), ..Chip::default() };
        assert_eq!(check(&chip, at).check.reason, Some(Reason::Malformed));
    }
}
