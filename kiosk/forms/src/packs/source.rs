//! Where the value of a field comes from.

use serde::Deserialize;
use serde::de::value::StrDeserializer;
use serde::de::{Deserializer, Error, IntoDeserializer};

use crate::facts::Fact;
use crate::rules::Rule;

/// The source of a field's value, written in a pack as one word: a fact (`full_name`), a rule (`id_paper`) or something of the
/// desk (`desk.today`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A fact of the subject.
    Fact(Fact),
    /// Follows from facts of the subject.
    Rule(Rule),
    /// Known to the desk.
    Desk(DeskFact),
}

/// What a desk knows of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskFact {
    /// The authority that the form is addressed to.
    Authority,
    /// The police, to whom forms of residence, identity, vehicles and passports are addressed.
    Police,
    /// The place where it is signed.
    Place,
    /// The province or city.
    Province,
    /// dd/mm/yyyy.
    Today,
}

impl Source {
    /// The facts of a person that it needs.
    pub fn needs(&self) -> &[Fact] {
        match self {
            Source::Fact(fact) => std::slice::from_ref(fact),
            Source::Rule(rule) => rule.needs(),
            Source::Desk(_) => &[],
        }
    }

    fn parse(word: &str) -> Option<Source> {
        let value = || -> StrDeserializer<'_, serde::de::value::Error> { word.into_deserializer() };
        Some(match word {
            "desk.authority" => Source::Desk(DeskFact::Authority),
            "desk.police" => Source::Desk(DeskFact::Police),
            "desk.place" => Source::Desk(DeskFact::Place),
            "desk.province" => Source::Desk(DeskFact::Province),
            "desk.today" => Source::Desk(DeskFact::Today),
            _ => match Fact::deserialize(value()) {
                Ok(fact) => Source::Fact(fact),
                Err(_) => Source::Rule(Rule::deserialize(value()).ok()?),
            },
        })
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Source, D::Error> {
        let word = String::deserialize(deserializer)?;
        Source::parse(&word).ok_or_else(|| {
            D::Error::custom(format!(
                "unknown variant `{word}` of source: a fact (id_number, old_id_number, passport_number, passport_state, full_name, date_of_birth, sex, \
                 nationality, ethnicity, religion, place_of_origin, place_of_residence, date_of_issue, date_of_expiry, \
                 father_name, mother_name, spouse_name), a rule (id_paper, id_paper_type, issuing_authority, \
                 date_of_birth_in_words, family_name, given_names, full_name_upper, family_name_upper, given_names_upper, \
                 name_upper_and_birth_year, residence_street, residence_commune, residence_district, residence_province, \
                 old_number_request, id_paper_change, marriage_purpose, relatives) or desk.authority, desk.police, desk.place, desk.province, desk.today"
            ))
        })
    }
}
