//! The public services a desk offers: the 25 essential ones of the plans, more of the desk's own, and whatever an office adds
//! in a file of its own.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::filling::{Entries, Entry};
use crate::finding::Finding;
use crate::packs::folder;
use crate::search_key;

const EMBEDDED: &str = include_str!("../../../seeds/services.toml");

/// One service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its number in the list of the plans, 1 to 25; from 26 on the desk's own, from 100 on an office's.
    pub number: u16,
    /// The exact name.
    pub name: String,
    /// The name as a plan prints it, where that has a slip.
    #[serde(default)]
    pub printed: Option<String>,
    /// Short name, as one says it.
    pub short: String,
    /// In English.
    pub short_en: String,
    /// Target level of the online service in the plans (3 or 4).
    #[serde(default)]
    pub level: Option<u8>,
    /// How many cards are put down.
    pub cards: Cards,
    /// Lead agency by plan document.
    #[serde(default)]
    pub lead: BTreeMap<String, String>,
    /// More words to find it by.
    #[serde(default)]
    pub search: Vec<String>,
    /// Forms it uses, by form id.
    #[serde(default)]
    pub forms: Vec<String>,
    /// What is already known of a form when this service is chosen: by form id, then field id, the text (a tick: "x").
    #[serde(default)]
    pub preset: BTreeMap<String, BTreeMap<String, String>>,
    /// What the desk gives where it has no form (or beside it), in Vietnamese.
    #[serde(default)]
    pub what: String,
    /// The same in English.
    #[serde(default)]
    pub what_en: String,
}

/// How many cards a service needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cards {
    /// None.
    None,
    /// One.
    One,
    /// Two.
    Two,
    /// As many as come.
    Several,
}

/// The services of a desk, by number.
#[derive(Debug, Clone)]
pub struct Services {
    list: Vec<Service>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    service: Vec<Service>,
}

impl Service {
    /// What the officer need not enter for a form of this service. To be taken as the first entries, which the officer may
    /// change.
    pub fn entries(&self, form: &str) -> Entries {
        let preset = self.preset.get(form).into_iter().flatten();
        Entries(preset.map(|(field, text)| (field.clone(), Entry::Text(text.clone()))).collect())
    }
}

impl Services {
    /// The services that come with the program.
    pub fn embedded() -> Services {
        // The embedded list is parsed by a test: it cannot fail here, and an empty list is the least harm if it did.
        let list = parse(Path::new("seeds/services.toml"), EMBEDDED).unwrap_or_default();
        Services { list }
    }

    /// The embedded services and those of a file of the same shape, which replace by number.
    pub fn with_file(path: &Path) -> Result<Services, Finding> {
        let mut by_number: BTreeMap<u16, Service> =
            Services::embedded().list.into_iter().map(|service| (service.number, service)).collect();
        let own = parse(path, &folder::text(path)?)?;
        by_number.extend(own.into_iter().map(|service| (service.number, service)));
        Ok(Services { list: by_number.into_values().collect() })
    }

    /// Every service, by number.
    pub fn all(&self) -> &[Service] {
        &self.list
    }

    /// One service.
    pub fn get(&self, number: u16) -> Option<&Service> {
        self.list.iter().find(|service| service.number == number)
    }

    /// The services that hold every word of `text`, a word by its beginning, accents and case aside; the best first. Digits
    /// alone find the number. An empty text finds all.
    pub fn search(&self, text: &str) -> Vec<&Service> {
        if let Ok(number) = text.trim().parse::<u16>() {
            return self.list.iter().filter(|service| service.number == number).collect();
        }
        let asked = Asked { folded: search_key::words(text), accented: search_key::accented_words(text) };
        let scored = self.list.iter().filter_map(|service| Some((asked.score(service)?, service)));
        let mut found: Vec<_> = scored.collect();
        found.sort_by_key(|(score, service)| (std::cmp::Reverse(*score), service.number));
        found.into_iter().map(|(_, service)| service).collect()
    }
}

/// A search text as words, without and with accents.
struct Asked {
    folded: Vec<String>,
    accented: Vec<String>,
}

/// Better is greater: words with their accents, then the words in one row in a name, then words in the short name.
type Score = (usize, bool, usize);

impl Asked {
    fn score(&self, service: &Service) -> Option<Score> {
        let texts = || [&service.short, &service.name, &service.short_en].into_iter().chain(&service.search);
        let folded: Vec<String> = texts().flat_map(|text| search_key::words(text)).collect();
        if !self.folded.iter().all(|word| begins(&folded, word)) {
            return None;
        }
        let accented: Vec<String> = texts().flat_map(|text| search_key::accented_words(text)).collect();
        let exact = self.accented.iter().filter(|word| begins(&accented, word)).count();
        let row = self.folded.join(" ");
        let in_a_row = texts().any(|text| search_key::key(text).contains(&row));
        let short = search_key::words(&service.short);
        let in_short = self.folded.iter().filter(|word| begins(&short, word)).count();
        Some((exact, in_a_row, in_short))
    }
}

fn begins(words: &[String], with: &str) -> bool {
    words.iter().any(|word| word.starts_with(with))
}

fn parse(file: &Path, text: &str) -> Result<Vec<Service>, Finding> {
    let parsed: File = toml::from_str(text).map_err(|error| Finding::of_toml(file, text, &error))?;
    let mut numbers: Vec<u16> = parsed.service.iter().map(|service| service.number).collect();
    numbers.sort_unstable();
    match numbers.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Finding::error(
            file,
            format!("Số {} có hai dịch vụ. Hãy đổi một số.", pair[0]),
            format!("Two services have the number {}. Change one.", pair[0]),
        )),
        None => Ok(parsed.service),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<u16> {
        Services::embedded().search(text).iter().map(|service| service.number).collect()
    }

    #[test]
    fn the_embedded_list_holds_the_25_services_of_the_plans_and_then_its_own() {
        let services = parse(Path::new("seeds/services.toml"), EMBEDDED).unwrap();
        let numbers: Vec<u16> = services.iter().map(|service| service.number).collect();
        assert_eq!(numbers[..25], (1..=25).collect::<Vec<_>>());
        assert!(numbers.is_sorted() && numbers.iter().all(|number| *number < 100), "from 100 on they are an office's");
        for service in &services {
            let of_the_plans = service.number <= 25;
            assert_eq!(matches!(service.level, Some(3 | 4)), of_the_plans, "{}", service.name);
            assert_eq!(service.lead.len(), if of_the_plans { 3 } else { 0 }, "{}", service.name);
            assert!(service.short.chars().count() <= 40, "short enough to say: {}", service.short);
            assert!(!service.forms.is_empty() || !service.what.is_empty(), "something comes of {}", service.name);
            assert_eq!(service.what.is_empty(), service.what_en.is_empty());
        }
    }

    #[test]
    fn what_a_service_names_is_in_a_pack() {
        let packs = crate::packs::Packs::embedded();
        for service in Services::embedded().all() {
            let named = service.forms.iter().chain(service.preset.keys());
            for form in named {
                let edition = packs.all().find(|pack| pack.form == *form);
                let edition = edition.unwrap_or_else(|| panic!("service {} names form {form}", service.number));
                for field in service.preset.get(form).into_iter().flat_map(|preset| preset.keys()) {
                    assert!(
                        edition.fields().any(|own| own.id == *field),
                        "service {} names field {field}",
                        service.number
                    );
                }
            }
        }
        let confirm = Services::embedded().get(1).unwrap().entries("dc02");
        assert_eq!(confirm.0.get("confirm_old_number"), Some(&Entry::Text("x".into())));
    }

    #[test]
    fn a_service_is_found_without_accents_by_the_beginnings_of_words() {
        assert_eq!(numbers("ket hon"), [11]);
        assert_eq!(numbers("tam tru")[0], 4);
        assert_eq!(numbers("thuong tr")[0], 3);
        assert_eq!(numbers("bang lai xe"), [20]);
        assert_eq!(numbers("SO CU")[0], 1);
        assert_eq!(numbers("dien"), numbers("điện"), "the same services, whatever is typed");
        assert!(numbers("zzz").is_empty());
        assert_eq!(numbers("").len(), Services::embedded().all().len());
    }

    #[test]
    fn accents_that_match_come_first() {
        assert_eq!(numbers("khai tử")[0], 10);
        assert_eq!(numbers("khai sinh")[0], 9);
    }

    #[test]
    fn digits_find_the_number() {
        assert_eq!(numbers("7"), [7]);
        assert_eq!(numbers(" 25 "), [25]);
        assert!(numbers("99").is_empty());
    }

    #[test]
    fn an_office_adds_a_service_without_a_release() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let own = "[[service]]\nnumber = 100\nname = 'Đăng ký lại khai sinh'\nshort = 'Khai sinh lại'\nshort_en = 'Birth again'\ncards = 'one'\nforms = ['khai-sinh']\n";
        std::fs::write(file.path(), own).unwrap();
        let services = Services::with_file(file.path()).unwrap();
        assert_eq!(services.all().len(), Services::embedded().all().len() + 1);
        assert_eq!(services.search("khai sinh lai")[0].number, 100);
    }

    #[test]
    fn a_wrong_key_is_refused_with_its_place_and_what_to_do() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "[[service]]\nnumber = 26\nnmae = 'x'\n").unwrap();
        let finding = Services::with_file(file.path()).unwrap_err();
        assert_eq!(finding.position, Some((3, 1)));
        assert!(finding.en.contains("nmae") && finding.en.contains("Remove it"), "{finding}");
    }
}
