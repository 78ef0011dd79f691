//! A passport booklet: the machine readable zone of two lines of 44 (ICAO Doc 9303-4, 4.2.2), TD3.

use serde::{Deserialize, Serialize};

use crate::person::{Person, check_digit, filled};

/// What a passport says of its holder and an ID card does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passport {
    /// The number of the passport, at most nine characters.
    pub number: String,
    /// Who issued it: up to three letters of Doc 9303-3, section 5.
    pub issuing_state: String,
    /// Of which state the holder is, in the same letters.
    pub nationality: String,
    /// What the state adds, as a personal number: at most fourteen characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub optional_data: String,
}

impl Passport {
    /// The two lines of its zone.
    pub(crate) fn mrz(&self, person: &Person, names: &str) -> Vec<String> {
        let first = filled(&format!("P<{}{names}", filled(&self.issuing_state, 3)), 44);
        let with_digit = |field: &str| format!("{field}{}", check_digit(field));
        let number = with_digit(&filled(&self.number, 9));
        let (birth, expiry) = (with_digit(&person.date_of_birth.mrz()), with_digit(&person.date_of_expiry.mrz()));
        let optional = filled(&self.optional_data, 14);
        // Where there are no data, their digit may be a filler (4.2.2.2, positions 29 to 43).
        let optional = if self.optional_data.is_empty() { optional + "<" } else { with_digit(&optional) };
        // Positions 1 to 10, 14 to 20 and 22 to 43 of the lower line.
        let composite = check_digit(&format!("{number}{birth}{expiry}{optional}"));
        let (nationality, sex) = (filled(&self.nationality, 3), person.sex.mrz());
        vec![first, format!("{number}{nationality}{birth}{sex}{expiry}{optional}{composite}")]
    }

    /// The document number as the key of the zone has it: nine characters, with fillers (Doc 9303-11, 4.3.2).
    pub(crate) fn number_of_key(&self) -> String {
        filled(&self.number, 9)
    }
}

#[cfg(test)]
mod tests {
    use crate::calendar::Date;
    use crate::person::Expiry;
    use crate::person::tests::person;

    #[test]
    fn the_specimen_of_the_standard_is_written_letter_by_letter() {
        let mut anna = person("elsa-maria-lindqvist");
        anna.mrz_name = Some("ERIKSSON<<ANNA<MARIA".into());
        let day = |text| Date::parse(text).expect("a day");
        (anna.date_of_birth, anna.date_of_expiry) = (day("1974-08-12"), Expiry::On(day("2012-04-15")));
        let passport = anna.passport.as_mut().expect("has one");
        (passport.number, passport.optional_data) = ("L898902C3".into(), "ZE184226B".into());
        // Doc 9303-4, appendix B.
        assert_eq!(
            anna.mrz(),
            ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]
        );
        assert_eq!(anna.mrz_information(), "L898902C3674081221204159");
    }

    #[test]
    fn a_short_number_is_filled_up_and_no_optional_data_leave_a_filler() {
        let mut elsa = person("elsa-maria-lindqvist");
        elsa.passport.as_mut().expect("has one").number = "D23145".into();
        let lines = elsa.mrz();
        assert!(lines.iter().all(|line| line.len() == 44), "{lines:?}");
        assert!(lines[1].starts_with("D23145<<<") && lines[1][28..43].bytes().all(|byte| byte == b'<'), "{lines:?}");
        assert!(elsa.mrz_information().starts_with("D23145<<<"));
    }
}
