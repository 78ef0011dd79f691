//! What is odd about the holder's data and decides nothing. The digits of an ID number are a hint only: people have
//! numbers established again when sex, year or place turned out wrong, and those registered abroad have other prefixes.

use icao9303::check::Remark;

use crate::holder::Holder;
use crate::sex::Sex;

/// What the ID number says otherwise than the other fields.
#[must_use]
pub fn about_holder(holder: &Holder) -> Vec<Remark> {
    let mut warnings = Vec::new();
    let mut warn = |code, message: &str| warnings.push(Remark { code, message: message.to_owned() });
    let Some(number) = holder.vietnamese_id_number() else {
        if holder.id_number.is_some() {
            warn("id_number_unusual", "the ID number is not twelve digits");
        }
        return warnings;
    };
    if number.place().is_none() {
        warn("id_number_place_unknown", "the first three digits of the ID number are no province of the table");
    }
    let sex = holder.sex.as_ref().and_then(|field| field.value);
    if sex.is_some_and(|sex| sex != Sex::Unspecified && sex != number.sex()) {
        warn("id_number_sex_differs", "the fourth digit of the ID number stands for the other sex");
    }
    let birth = holder.date_of_birth.as_ref().and_then(|field| field.value);
    if birth.is_some_and(|birth| birth.year() != number.birth_year()) {
        warn("id_number_birth_year_differs", "digits four to six of the ID number stand for another year of birth");
    }
    warnings
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::card_date::CardDate;
    use crate::holder::{Field, Source};

    fn holder(number: &str, sex: Sex, birth: CardDate) -> Holder {
        Holder {
            id_number: Some(Field::new(Source::Dg13, number.to_owned())),
            sex: Some(Field::new(Source::Dg13, sex)),
            date_of_birth: Some(Field::new(Source::Dg13, birth)),
            ..Holder::default()
        }
    }

    fn codes(holder: &Holder) -> Vec<&'static str> {
        about_holder(holder).iter().map(|warning| warning.code).collect()
    }

    #[test]
    fn a_number_that_fits_gives_no_warning() {
        let birth = CardDate::Day(date(1990, 3, 15));
        assert_eq!(codes(&holder("001190123456", Sex::Female, birth)), [""; 0]);
        assert_eq!(codes(&holder("001190123456", Sex::Unspecified, CardDate::Year(1990))), [""; 0]);
        assert_eq!(codes(&Holder::default()), [""; 0]);
    }

    #[test]
    fn each_disagreement_is_a_warning() {
        let other = holder("136090123456", Sex::Female, CardDate::Year(1991));
        let all = ["id_number_place_unknown", "id_number_sex_differs", "id_number_birth_year_differs"];
        assert_eq!(codes(&other), all);
        assert_eq!(codes(&holder("12345", Sex::Male, CardDate::Year(1990))), ["id_number_unusual"]);
    }

    #[test]
    fn warnings_hold_no_personal_data() {
        for warning in about_holder(&holder("136090123456", Sex::Female, CardDate::Year(1991))) {
            assert!(!warning.message.contains("136") && !warning.message.contains("1991"));
        }
    }
}
