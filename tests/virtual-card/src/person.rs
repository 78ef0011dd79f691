//! The person a card or a passport is made for. All of them are fictitious: data in `seeds/persons`, one file each.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::calendar::Date;
use crate::passport::Passport;

/// Everything a card says about its holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The 12-digit ID number. The holder of a passport has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id_number: String,
    /// The 9-digit number of the older identity card, for who had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_id_number: Option<String>,
    /// Full name with its accents, in the order the card prints it.
    pub full_name: String,
    /// The name as the machine readable zone writes it, where it is not the accented name without accents, first word
    /// first: `SURNAME<<MIDDLE<GIVEN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mrz_name: Option<String>,
    /// Day of birth.
    pub date_of_birth: Date,
    /// Sex.
    pub sex: Sex,
    /// Nationality.
    #[serde(default = "vietnam")]
    pub nationality: String,
    /// Ethnicity.
    #[serde(default)]
    pub ethnicity: String,
    /// Religion.
    #[serde(default)]
    pub religion: String,
    /// Place of origin.
    #[serde(default)]
    pub place_of_origin: String,
    /// Place of residence: three levels on cards issued before 1 July 2025, two since.
    #[serde(default)]
    pub place_of_residence: String,
    /// Identifying features.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifying_features: Option<String>,
    /// Day of issue.
    pub date_of_issue: Date,
    /// Last day of validity, or `"never"`.
    pub date_of_expiry: Expiry,
    /// Father's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub father: Option<String>,
    /// Mother's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mother: Option<String>,
    /// Husband's or wife's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spouse: Option<String>,
    /// Whether the card has a portrait. Cards of children under six have none.
    #[serde(default = "yes")]
    pub portrait: bool,
    /// Which layout was printed.
    #[serde(default)]
    pub card: Layout,
    /// The passport that it is instead of an ID card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passport: Option<Passport>,
}

/// Sex, as the card knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// Nam.
    Male,
    /// Nữ.
    Female,
    /// Not said (Doc 9303-4, 4.2.2.2: `<` in the machine readable zone). Passports alone have it.
    Unspecified,
}

impl Sex {
    /// The Vietnamese word.
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Male => "Nam",
            Self::Female => "Nữ",
            Self::Unspecified => "Không xác định",
        }
    }

    /// The letter in a machine readable zone.
    #[must_use]
    pub const fn mrz(self) -> char {
        match self {
            Self::Male => 'M',
            Self::Female => 'F',
            Self::Unspecified => '<',
        }
    }
}

/// Until when a card is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// This day is the last.
    On(Date),
    /// "Không thời hạn".
    Never,
}

impl Expiry {
    /// As a machine readable zone writes it: `991231` for never.
    #[must_use]
    pub fn mrz(self) -> String {
        match self {
            Self::On(date) => date.mrz(),
            Self::Never => "991231".into(),
        }
    }
}

impl Serialize for Expiry {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::On(date) => date.serialize(serializer),
            Self::Never => serializer.serialize_str("never"),
        }
    }
}

impl<'de> Deserialize<'de> for Expiry {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "never" {
            return Ok(Self::Never);
        }
        let wrong = || serde::de::Error::custom(format!("`{text}` is neither a day written yyyy-MM-dd nor `never`"));
        Date::parse(&text).map(Self::On).ok_or_else(wrong)
    }
}

/// The printed layout of a card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layout {
    /// Căn cước công dân, issued from 2021: the QR code has 7 fields.
    #[serde(rename = "2021")]
    Of2021,
    /// Thẻ căn cước, issued from 1 July 2024: the QR code has 11 fields.
    #[default]
    #[serde(rename = "2024")]
    Of2024,
}

macro_rules! embedded {
    ($($name:literal,)*) => {
        /// The persons of `seeds/persons`, by name.
        pub const EMBEDDED: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../seeds/persons/", $name, ".toml"))),)*];
    };
}

embedded! {
    "nguyen-thi-an",
    "tran-van-binh",
    "le-minh-chau",
    "pham-gia-han",
    "y-bham-nie-kdam",
    "ksor-h-bia",
    "cong-tang-ton-nu-phuong-thao",
    "dang-quoc-viet",
    "vo-thi-sau-huong",
    "thach-sa-ruone",
    "zo-ram-thi-jun",
    "hoang-minh-thu",
    "elsa-maria-lindqvist",
}

impl Person {
    /// What a card is not made without; a passport has none of it.
    pub(crate) const OF_A_CARD: [&str; 6] =
        ["id_number", "ethnicity", "religion", "place_of_origin", "place_of_residence", "card"];

    /// The machine readable zone: of a passport its two lines, of the card TD1 in the card's own variant (the last nine
    /// digits as document number, the whole number and its check digit as optional data).
    #[must_use]
    pub fn mrz(&self) -> Vec<String> {
        if let Some(passport) = &self.passport {
            return passport.mrz(self, &self.name_in_mrz());
        }
        let (nine, number) = (self.document_number(), &self.id_number);
        let first = filled(&format!("IDVNM{nine}{}{number}", check_digit(nine)), 28) + "<" + &check_digit(number);
        let (birth, expiry) = (self.date_of_birth.mrz(), self.date_of_expiry.mrz());
        let (birth_digit, expiry_digit) = (check_digit(&birth), check_digit(&expiry));
        let second = format!("{birth}{birth_digit}{}{expiry}{expiry_digit}VNM", self.sex.mrz());
        // Doc 9303-5, 4.2.2: upper line 6 to 30, middle line 1 to 7, 9 to 15 and 19 to 29.
        let composite = format!("{}{birth}{birth_digit}{expiry}{expiry_digit}<<<<<<<<<<<", &first[5..]);
        let second = filled(&second, 29) + &check_digit(&composite);
        vec![first, second, filled(&self.name_in_mrz(), 30)]
    }

    /// The key of the machine readable zone: document number, birth and expiry with their check digits
    /// (Doc 9303-11, 4.3.2).
    #[must_use]
    pub fn mrz_information(&self) -> String {
        let of_passport = self.passport.as_ref().map(Passport::number_of_key);
        let nine = of_passport.as_deref().unwrap_or_else(|| self.document_number());
        let (birth, expiry) = (self.date_of_birth.mrz(), self.date_of_expiry.mrz());
        [nine, &birth, &expiry].map(|field| format!("{field}{}", check_digit(field))).concat()
    }

    /// The Card Access Number of this card: the last six digits of the ID number.
    #[must_use]
    pub fn can(&self) -> &str {
        last(&self.id_number, 6)
    }

    /// The document number: the last nine digits of the ID number.
    #[must_use]
    pub fn document_number(&self) -> &str {
        last(&self.id_number, 9)
    }

    /// The text of the printed QR code. A passport has none.
    #[must_use]
    pub fn qr_text(&self) -> String {
        if self.passport.is_some() {
            return String::new();
        }
        let fields = [
            &self.id_number,
            self.old_id_number.as_deref().unwrap_or_default(),
            &self.full_name,
            &self.date_of_birth.qr(),
            self.sex.vietnamese(),
            &self.place_of_residence,
            &self.date_of_issue.qr(),
        ];
        let tail = match self.card {
            Layout::Of2021 => "",
            Layout::Of2024 => "||||",
        };
        fields.join("|") + tail
    }

    fn name_in_mrz(&self) -> String {
        self.mrz_name.clone().unwrap_or_else(|| {
            let plain = without_accents(&self.full_name).to_uppercase().replace(['\'', '’'], "").replace('-', " ");
            let mut words = plain.split_whitespace();
            let first = words.next().unwrap_or_default().to_owned();
            let rest: Vec<&str> = words.collect();
            if rest.is_empty() { first } else { format!("{first}<<{}", rest.join("<")) }
        })
    }
}

/// The check digit of Doc 9303-3, 4.9: weights 7, 3, 1, sum modulo 10.
#[must_use]
pub fn check_digit(text: &str) -> String {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    };
    let sum: u32 = text.bytes().zip([7, 3, 1].into_iter().cycle()).map(|(byte, weight)| value(byte) * weight).sum();
    (sum % 10).to_string()
}

/// The text without tone and shape marks, Đ as D.
fn without_accents(text: &str) -> String {
    text.nfd()
        .filter(|&c| !is_combining_mark(c))
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect::<String>()
        .replace('Đ', "D")
}

pub(crate) fn filled(text: &str, width: usize) -> String {
    let mut line: String = text.chars().take(width).collect();
    line.extend(core::iter::repeat_n('<', width - line.len()));
    line
}

fn last(digits: &str, count: usize) -> &str {
    &digits[digits.len().saturating_sub(count)..]
}

fn vietnam() -> String {
    "Việt Nam".into()
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn person(name: &str) -> Person {
        let (_, text) = EMBEDDED.iter().find(|(known, _)| *known == name).expect("embedded");
        toml::from_str(text).expect("valid")
    }

    #[test]
    fn the_machine_readable_zones_are_those_of_the_card_notes() {
        assert_eq!(
            person("nguyen-thi-an").mrz(),
            ["IDVNM1901234569001190123456<<0", "9003152F3003150VNM<<<<<<<<<<<2", "NGUYEN<<THI<AN<<<<<<<<<<<<<<<<"]
        );
        assert_eq!(person("nguyen-thi-an").mrz_information(), "190123456990031523003150");
        assert_eq!(
            person("tran-van-binh").mrz(),
            ["IDVNM0581234568079058123456<<8", "5801028M9912315VNM<<<<<<<<<<<6", "TRAN<<VAN<BINH<<<<<<<<<<<<<<<<"]
        );
        assert_eq!(person("tran-van-binh").mrz_information(), "058123456858010289912315");
        assert_eq!(
            person("le-minh-chau").mrz(),
            ["IDVNM2050007776048205000777<<6", "0512310M3012316VNM<<<<<<<<<<<4", "LE<<MINH<CHAU<<<<<<<<<<<<<<<<<"]
        );
        assert_eq!(person("le-minh-chau").mrz_information(), "205000777605123103012316");
        assert_eq!(person("le-minh-chau").can(), "000777");
    }

    /// Those with an ID card.
    fn with_card() -> impl Iterator<Item = (&'static str, Person)> {
        EMBEDDED.iter().map(|(name, _)| (*name, person(name))).filter(|(_, person)| person.passport.is_none())
    }

    #[test]
    fn every_embedded_person_is_complete_and_fills_three_lines_of_thirty() {
        for (name, person) in with_card() {
            assert_eq!(person.id_number.len(), 12, "{name}");
            assert!(person.old_id_number.as_ref().is_none_or(|old| old.len() == 9), "{name}");
            for line in person.mrz() {
                assert_eq!(line.len(), 30, "{name}");
                assert!(line.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b'<')), "{name}: {line}");
            }
        }
    }

    #[test]
    fn the_number_gives_sex_century_and_year_for_all_but_the_one_who_changed_sex() {
        for (name, person) in with_card() {
            let century = (person.date_of_birth.year / 100 - 19) * 2;
            let digit = century + u16::from(person.sex == Sex::Female);
            let expected = format!("{digit}{:02}", person.date_of_birth.year % 100);
            assert_eq!(person.id_number[3..6] == expected, name != "hoang-minh-thu", "{name}: {expected}");
        }
    }

    #[test]
    fn a_name_too_long_for_the_machine_readable_zone_is_cut() {
        assert_eq!(person("cong-tang-ton-nu-phuong-thao").mrz()[2], "CONG<<TANG<TON<NU<HOANG<THI<PH");
        assert_eq!(person("ksor-h-bia").mrz()[2], "KSOR<<HBIA<<<<<<<<<<<<<<<<<<<<");
    }

    #[test]
    fn the_qr_code_has_seven_fields_or_eleven_and_an_empty_one_without_old_number() {
        let of_2021 = person("le-minh-chau").qr_text();
        assert_eq!(of_2021.split('|').count(), 7);
        assert!(of_2021.starts_with("048205000777||Lê Minh Châu|31122005|Nam|"), "{of_2021}");
        assert_eq!(person("pham-gia-han").qr_text().split('|').count(), 11);
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let text = EMBEDDED[0].1.to_owned() + "\nblood_group = \"A\"\n";
        let error = toml::from_str::<Person>(&text).expect_err("refused").to_string();
        assert!(error.contains("blood_group"), "{error}");
    }
}
