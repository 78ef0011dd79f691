//! A made-up person in the shape of the one on the card: fields of the same lengths, in the same layout, that agree with
//! each other.

use icao9303::mrz::{MrzKey, check_digit};
use icao9303::tlv::{Tlv, parse_one};
use jiff::civil::Date;

use super::der::{Edit, apply};
use super::issuer::opaque;
use super::substitutes::{alike, digits, words};
use crate::can::Can;
use crate::card_date::Expiry;
use crate::dg13::ItemNumber;
use crate::id_number::IdNumber;
use crate::mrz::{DocumentMrz, NO_EXPIRY};
use crate::read::Keys;

/// The person, as the MRZ and the national data group write it.
pub(super) struct Person {
    /// Twelve digits.
    pub id_number: String,
    old: Old,
    /// `yyMMdd`.
    birth: String,
    expiry: String,
    name: String,
    birth_year: String,
    expiry_year: String,
}

/// What identified the person before.
#[derive(Default)]
struct Old {
    id_number: Option<String>,
    key: Option<MrzKey>,
}

/// Day and month of every made-up date.
const DAY: &str = "15";
const MONTH: &str = "01";
const ISSUED: &str = "2022";

impl Person {
    /// In the place of the holder of this MRZ. `name_len` is how many bytes the national data group has for the name.
    pub(super) fn instead_of(
        mrz: Option<&DocumentMrz>,
        id_number: Option<&str>,
        name_len: Option<usize>,
        today: Date,
    ) -> Self {
        let old_number = mrz.and_then(DocumentMrz::id_number).map(IdNumber::as_str).or(id_number);
        // Century and sex stay; the province, the year and the rest do not.
        let century = old_number.and_then(|number| number.get(3..4)).unwrap_or("0");
        let twenty_first = matches!(century, "2" | "3");
        let year = if twenty_first { "05" } else { "80" };
        let id_number = format!("001{century}{year}{}", digits(6));
        let expired = mrz.and_then(DocumentMrz::expiry).and_then(|expiry| expiry.date());
        let expired = expired.is_some_and(|date| date.last_day() < today);
        let expiry_year = if expired { today.year() - 1 } else { today.year() + 5 };
        let never = mrz.is_some_and(|mrz| mrz.mrz().field(icao9303::mrz::Field::DateOfExpiry) == NO_EXPIRY);
        let expiry = if never { NO_EXPIRY.to_owned() } else { format!("{:02}{MONTH}{DAY}", expiry_year % 100) };
        Self {
            id_number,
            old: Old { id_number: old_number.map(str::to_owned), key: mrz.and_then(|mrz| mrz.key().ok()) },
            birth: format!("{year}{MONTH}{DAY}"),
            expiry,
            name: words(name_len.unwrap_or(16)),
            birth_year: format!("{}{year}", if twenty_first { "20" } else { "19" }),
            expiry_year: expiry_year.to_string(),
        }
    }

    fn last_nine(&self) -> &str {
        self.id_number.get(3..).unwrap_or_default()
    }

    /// What opens the made-up card.
    pub(super) fn keys(&self, old: &Keys) -> Result<Keys, String> {
        let can = old.can.as_ref().map(|can| {
            let of_number = self.old.id_number.as_deref().is_some_and(|number| number.ends_with(can.as_str()));
            let new =
                if of_number { self.id_number.get(6..).unwrap_or_default().to_owned() } else { digits(Can::LENGTH) };
            Can::parse(&new).map_err(|error| error.to_string())
        });
        let mrz = old.mrz.as_ref().map(|key| {
            let same = self.old.key.as_ref().is_some_and(|own| own.mrz_information() == key.mrz_information());
            let number = if same { self.document_number(key.document_number()) } else { alike(key.document_number()) };
            MrzKey::new(&number, &self.birth, &self.expiry).map_err(|error| error.to_string())
        });
        Ok(Keys { can: can.transpose()?, mrz: mrz.transpose()? })
    }

    fn document_number(&self, old: &str) -> String {
        let of_number = self.old.id_number.as_deref().is_some_and(|number| number.ends_with(old) && old.len() == 9);
        if of_number { self.last_nine().to_owned() } else { self.number_like(old) }
    }

    /// Another number for another number, but the same for the same: a card's own number need not be of its ID number.
    fn number_like(&self, old: &str) -> String {
        old.chars()
            .zip(self.last_nine().chars().rev().cycle())
            .map(|(c, digit)| match c {
                '0'..='9' => digit,
                'A'..='Z' => 'X',
                other => other,
            })
            .collect()
    }

    /// The lines of the MRZ; nothing for other formats than the card's.
    pub(super) fn mrz(&self, old: &[&str]) -> Option<[String; 3]> {
        let [first, second, third] = old else { return None };
        if [first, second, third].iter().any(|line| line.len() != 30 || !line.is_ascii()) {
            return None;
        }
        let number = first.get(5..14)?;
        let new_number = pad(&self.document_number(number.trim_end_matches('<')), 9);
        let optional = first.get(15..30)?;
        let new_optional = match self.old.id_number.as_deref().filter(|id| optional.starts_with(id)) {
            Some(id) => {
                let last = digit_like(optional.get(14..)?, id, &self.id_number)?;
                format!("{}{}{last}", self.id_number, optional.get(12..14)?)
            }
            None => alike(optional),
        };
        let checked = |old: &str, digit: &str, new: &str| Some(format!("{new}{}", digit_like(digit, old, new)?));
        let new_first =
            format!("{}{}{new_optional}", first.get(..5)?, checked(number, first.get(14..15)?, &new_number)?);
        let birth = masked(second.get(..6)?, &self.birth);
        let dates = [
            checked(second.get(..6)?, second.get(6..7)?, &birth)?,
            second.get(7..8)?.to_owned(),
            checked(second.get(8..14)?, second.get(14..15)?, &self.expiry)?,
            second.get(15..18)?.to_owned(),
            alike(second.get(18..29)?),
        ];
        let new_second = dates.concat();
        let composite = |first: &str, second: &str| {
            Some([first.get(5..30)?, second.get(..7)?, second.get(8..15)?, second.get(18..29)?].concat())
        };
        let digit = digit_like(second.get(29..)?, &composite(first, second)?, &composite(&new_first, &new_second)?)?;
        Some([new_first, format!("{new_second}{digit}"), pad(&self.mrz_name(), 30)])
    }

    fn mrz_name(&self) -> String {
        let mut words = self.name.split(' ');
        let first = words.next().unwrap_or_default().to_owned();
        let rest: Vec<_> = words.collect();
        if rest.is_empty() { first } else { format!("{first}<<{}", rest.join("<")) }
    }

    /// DG1 of this person. Another format of MRZ than the card's becomes noise.
    pub(super) fn dg1(&self, old: &[u8], mrz: Option<&DocumentMrz>) -> Vec<u8> {
        let lines = mrz.and_then(|mrz| self.mrz(&mrz.mrz().lines().collect::<Vec<_>>()));
        let place = parse_one(old).ok().and_then(|(outer, _)| outer.children().next()?.ok());
        match (lines, place) {
            (Some(lines), Some(place)) if place.value.len() == 90 => {
                let mut new = opaque(old);
                apply(
                    &mut new,
                    &[(place.position, old.get(place.position..place.value_position()).unwrap_or_default().to_vec())],
                );
                apply(&mut new, &[(place.value_position(), lines.concat().into_bytes())]);
                new
            }
            _ => opaque(old),
        }
    }

    /// DG13 of this person: the same items, each string of the same length.
    pub(super) fn dg13(&self, old: &[u8]) -> Vec<u8> {
        let mut new = old.to_vec();
        let Ok((outer, rest)) = parse_one(old) else { return opaque(old) };
        let mut changes: Vec<Edit> = vec![(outer.raw.len(), super::substitutes::random(rest.len()))];
        if self.walk(&outer, 0, None, &mut changes).is_none() {
            return opaque(old);
        }
        apply(&mut new, &changes);
        new
    }

    /// `item` is the number of the item that the element is in.
    fn walk(&self, element: &Tlv<'_>, depth: usize, item: Option<u8>, out: &mut Vec<Edit>) -> Option<()> {
        let mut item = item;
        for (index, child) in element.children().enumerate() {
            let child = child.ok()?;
            if child.is_constructed() {
                if depth > 8 {
                    return None;
                }
                self.walk(&child, depth + 1, item, out)?;
                continue;
            }
            match child.tag {
                0x02 if index == 0 && child.value.len() == 1 => item = child.value.first().copied(),
                0x02 if child.value.len() == 1 => {}
                0x05 | 0x06 => {}
                0x0C | 0x12 | 0x13 | 0x14 | 0x16 | 0x1A => {
                    let text = std::str::from_utf8(child.value).unwrap_or_default();
                    let new = if text.is_empty() { words(child.value.len()) } else { self.text(item, text) };
                    out.push((child.value_position(), fitted(new.into_bytes(), child.value.len())));
                }
                0x1E => {
                    let units: Vec<u16> = child
                        .value
                        .chunks(2)
                        .map(|pair| pair.iter().fold(0, |sum, b| sum << 8 | u16::from(*b)))
                        .collect();
                    let text = String::from_utf16_lossy(&units);
                    let new: Vec<u16> = self
                        .text(item, &text)
                        .encode_utf16()
                        .chain(std::iter::repeat(0x58))
                        .take(units.len())
                        .collect();
                    out.push((
                        child.value_position(),
                        fitted(new.iter().flat_map(|unit| unit.to_be_bytes()).collect(), child.value.len()),
                    ));
                }
                _ => out.push((child.value_position(), super::substitutes::random(child.value.len()))),
            }
        }
        Some(())
    }

    /// The text of an item.
    fn text(&self, item: Option<u8>, old: &str) -> String {
        const ID: u8 = ItemNumber::IdNumber as u8;
        const NAME: u8 = ItemNumber::FullName as u8;
        const BIRTH: u8 = ItemNumber::DateOfBirth as u8;
        const SEX: u8 = ItemNumber::Sex as u8;
        const ISSUE: u8 = ItemNumber::DateOfIssue as u8;
        const EXPIRY: u8 = ItemNumber::DateOfExpiry as u8;
        const OLD_NUMBER: u8 = ItemNumber::OldIdNumber as u8;
        const NATIONALITY: u8 = ItemNumber::Nationality as u8;
        match item {
            Some(ID) if self.old.id_number.as_deref() == Some(old) => self.id_number.clone(),
            Some(ID | OLD_NUMBER | 16) => alike(old),
            Some(NAME) if old.len() == self.name.len() => self.name.clone(),
            Some(BIRTH) => dated(old, &self.birth_year),
            Some(ISSUE) => dated(old, ISSUED),
            Some(EXPIRY) => dated(old, &self.expiry_year),
            // Two sexes, and nearly always one nationality: nobody is told by these.
            Some(SEX) if matches!(old, "Nam" | "Nữ") => old.to_owned(),
            Some(NATIONALITY) if old == "Việt Nam" => old.to_owned(),
            _ => words(old.len()),
        }
    }
}

/// The check digit in the place of one: right where that was, wrong where that was.
fn digit_like(digit: &str, old: &str, new: &str) -> Option<char> {
    let right = check_digit(new)?;
    match check_digit(old) {
        Some(was) if digit.starts_with(was) => Some(right),
        _ if digit.starts_with('<') => Some('<'),
        _ => char::from_digit((right.to_digit(10)? + 1) % 10, 10),
    }
}

/// The date, with fillers where the old one had them.
fn masked(old: &str, new: &str) -> String {
    old.chars().zip(new.chars()).map(|(old, new)| if old == '<' { '<' } else { new }).collect()
}

/// A date in the form of another: numbers of four digits become the year, of two the month, and before it the day.
fn dated(old: &str, year: &str) -> String {
    let runs: Vec<usize> =
        old.split(|c: char| !c.is_ascii_digit()).map(str::len).filter(|length| *length > 0).collect();
    let mut parts = match runs.as_slice() {
        [2, 2, 4] => vec![DAY, MONTH, year],
        [4, 2, 2] => vec![year, MONTH, DAY],
        [2, 4] => vec![MONTH, year],
        [4] => vec![year],
        [8] => return format!("{DAY}{MONTH}{year}"),
        [] if old == Expiry::NEVER => return old.to_owned(),
        [] => return words(old.len()),
        _ => return alike(old),
    }
    .into_iter();
    let (mut new, mut inside) = (String::new(), false);
    for c in old.chars() {
        match (c.is_ascii_digit(), inside) {
            (true, false) => {
                new.push_str(parts.next().unwrap_or_default());
                inside = true;
            }
            (true, true) => {}
            (false, _) => {
                new.push(c);
                inside = false;
            }
        }
    }
    new
}

fn pad(text: &str, width: usize) -> String {
    text.chars().chain(std::iter::repeat('<')).take(width).collect()
}

fn fitted(mut bytes: Vec<u8>, length: usize) -> Vec<u8> {
    bytes.resize(length, b'X');
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_keeps_its_form_and_nothing_of_its_day() {
        assert_eq!(dated("31/12/1990", "1980"), "15/01/1980");
        assert_eq!(dated("12/1990", "1980"), "01/1980");
        assert_eq!(dated("1990", "1980"), "1980");
        assert_eq!(dated("Không thời hạn", "2030"), "Không thời hạn");
        assert!(!dated("mười lăm tháng ba", "2030").contains("ba"));
    }

    #[test]
    fn a_wrong_check_digit_stays_wrong_and_a_right_one_right() {
        let right = check_digit("190123456").unwrap();
        assert_eq!(digit_like(&right.to_string(), "190123456", "080555555"), check_digit("080555555"));
        let wrong = digit_like("x", "190123456", "080555555").unwrap();
        assert_ne!(Some(wrong), check_digit("080555555"));
    }
}
