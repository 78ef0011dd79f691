//! What citizens are told about their data, and what a card may be read for: texts of the office, with a version that each
//! read's record says. Embedded from `seeds/`, or the office's own files.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::lang::Lang;
use super::office::Office;

/// The notice.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CitizenNotice {
    /// Tells this text from others.
    pub version: String,
    /// Its title.
    pub title: Text,
    /// What stands on the citizen's screen.
    pub short: Text,
    /// The rest.
    pub sections: Vec<Section>,
}

/// A part of the notice.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its heading.
    pub heading: Text,
    /// Its paragraphs.
    pub text: Vec<Text>,
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// What a card may be read for, where no service is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadPurpose {
    /// What records say.
    pub id: String,
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PurposesFile {
    purposes: Vec<ReadPurpose>,
}

/// The texts of a desk.
#[derive(Clone, Debug)]
pub struct OfficeTexts {
    /// The notice.
    pub notice: CitizenNotice,
    /// The purposes: at least one, and the first is chosen unless another is.
    pub purposes: Vec<ReadPurpose>,
}

impl OfficeTexts {
    /// Those that the program brings, or the office's own in their place.
    ///
    /// # Errors
    /// A file cannot be read, or is not what it should be; the words say which and why.
    pub fn of(notice: Option<&Path>, purposes: Option<&Path>) -> Result<Self, String> {
        let notice: CitizenNotice = read(notice, include_str!("../../../seeds/notice.toml"))?;
        let purposes: PurposesFile = read(purposes, include_str!("../../../seeds/purposes.toml"))?;
        let is_id =
            |id: &str| (1..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        if purposes.purposes.is_empty() || !purposes.purposes.iter().all(|purpose| is_id(&purpose.id)) {
            return Err("purposes: at least one is needed, each with an id of small letters and dashes".to_owned());
        }
        if notice.version.trim().is_empty() || notice.version.len() > 32 {
            return Err("notice: its version has 1 to 32 letters".to_owned());
        }
        Ok(Self { notice, purposes: purposes.purposes })
    }

    /// The id of a purpose that there is; else the first one's.
    pub fn purpose(&self, id: Option<&str>) -> Option<&str> {
        let chosen = self.purposes.iter().find(|purpose| Some(purpose.id.as_str()) == id);
        chosen.or(self.purposes.first()).map(|purpose| purpose.id.as_str())
    }
}

fn read<T: serde::de::DeserializeOwned>(path: Option<&Path>, embedded: &str) -> Result<T, String> {
    match path {
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
            toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
        }
        None => toml::from_str(embedded).map_err(|error| error.to_string()),
    }
}

impl Text {
    /// In a language.
    pub fn say(&self, lang: Lang) -> &str {
        lang.say(&self.vi, &self.en)
    }

    /// In a language, with what the office calls itself in its places; dots where it has not said.
    pub fn filled(&self, lang: Lang, office: &Office) -> String {
        let places = [
            ("{authority}", &office.authority),
            ("{phone}", &office.phone),
            ("{email}", &office.email),
            ("{address}", &office.address),
        ];
        // One after another in the text as it was, so that nothing the office writes is a place itself.
        let mut rest = self.say(lang);
        let mut filled = String::new();
        while let Some(start) = rest.find('{') {
            let (before, from) = rest.split_at(start);
            filled.push_str(before);
            match places.iter().find(|(place, _)| from.starts_with(place)) {
                Some((place, value)) => {
                    filled.push_str(if value.is_empty() { "……………" } else { value });
                    rest = from.split_at(place.len()).1;
                }
                None => {
                    filled.push('{');
                    rest = from.split_at(1).1;
                }
            }
        }
        filled.push_str(rest);
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_texts_name_the_law_in_force_and_a_purpose() {
        let texts = OfficeTexts::of(None, None).unwrap();
        let whole = format!("{:?}", texts.notice);
        for name in ["91/2025/QH15", "356/2025/NĐ-CP", "{phone}"] {
            assert!(whole.contains(name), "{name}");
        }
        assert!(!whole.contains("13/2023"), "that decree is no more");
        assert_eq!(texts.purpose(None), Some("procedure"));
        assert_eq!(texts.purpose(Some("result")), Some("result"));
        assert_eq!(texts.purpose(Some("x")), Some("procedure"));
    }

    #[test]
    fn what_the_office_calls_itself_stands_in_its_places_and_is_no_place() {
        let office = Office { authority: "UBND {phone}".into(), ..Office::default() };
        let text = Text { vi: "{authority}: {phone} {x}".into(), en: String::new() };
        assert_eq!(text.filled(Lang::Vi, &office), "UBND {phone}: …………… {x}");
    }

    #[test]
    fn an_offices_own_file_takes_their_place_and_a_broken_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notice.toml");
        let text = "version = \"xa-1\"\ntitle = { vi = \"a\", en = \"b\" }\nshort = { vi = \"a\", en = \"b\" }\nsections = []\n";
        fs::write(&path, text).unwrap();
        assert_eq!(OfficeTexts::of(Some(&path), None).unwrap().notice.version, "xa-1");
        fs::write(&path, "version = 1").unwrap();
        assert!(OfficeTexts::of(Some(&path), None).unwrap_err().contains("notice.toml"));
        assert!(OfficeTexts::of(None, Some(&folder.path().join("none"))).unwrap_err().contains("none"));
    }
}
