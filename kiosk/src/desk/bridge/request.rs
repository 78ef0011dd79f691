//! What a page asks: fields, a purpose and a nonce, checked against its grant before anybody is bothered with it.

use std::collections::BTreeSet;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use cccd_forms::facts::Fact;
use cccd_forms::search_key;
use cccd_forms::services::Services;

use super::grants::Grant;
use super::messages::Read;
use super::origin::Origin;
use super::refusal::Refusal;
use crate::desk::person::fact_of_name;

/// The longest purpose, in letters: it is read by an officer while a citizen waits.
pub const LONGEST_PURPOSE: usize = 120;

/// The most digits of a purpose, all together: with more it could hold somebody's number.
const MOST_DIGITS: usize = 6;

/// The letters of Vietnamese beyond ASCII, each as one character (Unicode's form NFC), in lower case.
const LETTERS: &str = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ";

/// What may stand between the words of a purpose.
const MARKS: &str = " .,;:/()-–+&'\"";

/// From so many letters on, a value is also found where it is written without spaces.
const LONG_VALUE: usize = 8;

/// How many random bytes a nonce has.
const NONCE_BYTES: std::ops::RangeInclusive<usize> = 16..=64;

/// A request that may be shown to an officer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Under which grant.
    pub grant: String,
    /// Who asks.
    pub origin: Origin,
    /// For what.
    pub fields: BTreeSet<Fact>,
    /// Why.
    pub purpose: String,
    /// For which service of the catalogue, where that is said.
    pub service: Option<u16>,
    /// What the answer is bound to.
    pub nonce: String,
}

impl Asked {
    /// The request of a message.
    ///
    /// # Errors
    /// It may not be asked; with the fields that are why.
    pub fn of(read: &Read, grant: &Grant, services: &Services) -> Result<Self, (Refusal, Vec<String>)> {
        let refused = |refusal| (refusal, Vec::new());
        let fields = fields_of(&read.fields, grant)?;
        let purpose = purpose_of(&read.purpose).ok_or_else(|| refused(Refusal::BadPurpose))?;
        if read.service.is_some_and(|number| services.get(number).is_none()) {
            return Err(refused(Refusal::UnknownService));
        }
        if !is_nonce(&read.nonce) {
            return Err(refused(Refusal::BadNonce));
        }
        Ok(Self {
            grant: grant.id.clone(),
            origin: grant.origin.clone(),
            fields,
            purpose,
            service: read.service,
            nonce: read.nonce.clone(),
        })
    }

    /// Whether something sensitive is asked for (Decree 356/2025, article 4): then an officer decides each time anew.
    pub fn is_sensitive(&self) -> bool {
        self.fields.iter().any(|fact| fact.is_sensitive())
    }

    /// Whether the purpose says something of this person: then it may stand neither in the log nor in what is remembered.
    pub fn names(&self, person: &crate::desk::person::DeskPerson) -> bool {
        let purpose = search_key::words(&self.purpose);
        let (spaced, joined) = (format!(" {} ", purpose.join(" ")), purpose.concat());
        // Sex and nationality are words of every day.
        let said = Fact::ALL.into_iter().filter(|fact| !matches!(fact, Fact::Sex | Fact::Nationality));
        let said = said.filter(|fact| !fact.is_sensitive());
        said.filter_map(|fact| person.text(fact))
            .filter(|text| text.chars().count() > 3)
            .map(search_key::words)
            .filter(|words| !words.is_empty())
            .any(|words| {
                let letters = words.concat();
                let is_long = letters.chars().count() >= LONG_VALUE;
                spaced.contains(&format!(" {} ", words.join(" "))) || (is_long && joined.contains(&letters))
            })
    }
}

fn fields_of(names: &[String], grant: &Grant) -> Result<BTreeSet<Fact>, (Refusal, Vec<String>)> {
    let facts: Vec<Option<Fact>> = names.iter().map(|name| fact_of_name(name)).collect();
    let those = |is: &dyn Fn(Option<Fact>) -> bool| -> Vec<String> {
        names.iter().zip(&facts).filter(|(_, fact)| is(**fact)).map(|(name, _)| name.clone()).collect()
    };
    let unknown = those(&|fact| fact.is_none());
    if !unknown.is_empty() {
        return Err((Refusal::UnknownField, unknown));
    }
    let beyond = those(&|fact| fact.is_some_and(|fact| !grant.fields.contains(&fact)));
    if !beyond.is_empty() {
        return Err((Refusal::FieldNotGranted, beyond));
    }
    let fields: BTreeSet<Fact> = facts.iter().flatten().copied().collect();
    if fields.is_empty() || fields.len() != names.len() {
        return Err((Refusal::NoFields, Vec::new()));
    }
    Ok(fields)
}

/// One line of Vietnamese, few digits among it. Letters of other scripts, marks that stand alone and whatever is not seen could
/// make an officer read something else, or hold a number that is none of ASCII.
fn purpose_of(text: &str) -> Option<String> {
    let text = text.trim();
    let allowed = |letter: char| {
        let mut lower = letter.to_lowercase();
        letter.is_ascii_alphanumeric()
            || MARKS.contains(letter)
            || (lower.next().is_some_and(|lower| LETTERS.contains(lower)) && lower.next().is_none())
    };
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let fits = (3..=LONGEST_PURPOSE).contains(&text.chars().count()) && text.chars().all(allowed);
    (fits && digits <= MOST_DIGITS).then(|| text.to_owned())
}

fn is_nonce(text: &str) -> bool {
    // Longer than any that is allowed: not even decoded.
    if text.len() > 100 {
        return false;
    }
    Base64UrlUnpadded::decode_vec(text).is_ok_and(|bytes| NONCE_BYTES.contains(&bytes.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::bridge::tests::{grant, person};

    fn read(fields: &[&str], purpose: &str, nonce: &str) -> Read {
        Read {
            id: "1".into(),
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            purpose: purpose.into(),
            service: None,
            nonce: nonce.into(),
        }
    }

    const NONCE: &str = "AAAAAAAAAAAAAAAAAAAAAA";

    fn refused(read: &Read) -> (&'static str, Vec<String>) {
        let grant = grant(&[Fact::FullName, Fact::IdNumber]);
        Asked::of(read, &grant, &Services::embedded())
            .map_err(|(refusal, fields)| (refusal.code(), fields))
            .unwrap_err()
    }

    #[test]
    fn what_lies_within_the_grant_may_be_asked() {
        let grant = grant(&[Fact::FullName, Fact::IdNumber]);
        let read = Read { service: Some(1), ..read(&["full_name", "id_number"], " Đăng ký tạm trú ", NONCE) };
        let asked = Asked::of(&read, &grant, &Services::embedded()).unwrap();
        assert_eq!((asked.purpose.as_str(), asked.fields.len(), asked.service), ("Đăng ký tạm trú", 2, Some(1)));
        assert!(!asked.is_sensitive());
    }

    #[test]
    fn fields_beyond_the_grant_are_named() {
        let named = |fields: &[&str]| fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>();
        let asked = read(&["full_name", "religion", "ethnicity"], "Tạm trú", NONCE);
        assert_eq!(refused(&asked), ("field_not_granted", named(&["religion", "ethnicity"])));
        assert_eq!(refused(&read(&["portrait"], "Tạm trú", NONCE)), ("unknown_field", named(&["portrait"])));
        assert_eq!(refused(&read(&[], "Tạm trú", NONCE)).0, "no_fields");
        assert_eq!(refused(&read(&["full_name", "full_name"], "Tạm trú", NONCE)).0, "no_fields");
    }

    #[test]
    fn a_purpose_is_one_short_line_that_holds_nobodys_number() {
        let long = "ạ".repeat(LONGEST_PURPOSE + 1);
        for purpose in [
            "",
            "  a ",
            &long,
            "Tạm\ntrú",
            "Tạm \u{202e}trú",
            "Cho 001190123456",
            "Cho 001 190 123 456",
            "Số 031.190.12",
            "001a190b123c456",
            "Nguye\u{302}\u{303}n",
            "Số 0\u{336}0\u{336}1\u{336}",
            "Tạm\u{ad}trú",
            "Tạm\u{2800}trú",
            "Tạm\u{3164}trú",
            "Tạm\u{a0}trú",
            "Số ００１１９０",
            "Тạm trú",
        ] {
            assert_eq!(refused(&read(&["full_name"], purpose, NONCE)).0, "bad_purpose", "{purpose:?}");
        }
        let fits = "ạ".repeat(LONGEST_PURPOSE);
        for purpose in [&*fits, "Mẫu CT01, Luật Cư trú (2020)", "ĐĂNG KÝ TẠM TRÚ – Ở GHÉP"] {
            assert_eq!(purpose_of(purpose).as_deref(), Some(purpose));
        }
    }

    #[test]
    fn a_purpose_that_names_the_citizen_is_known_however_it_is_written() {
        let person = person("Nguyễn Văn An", "001190123456");
        let asked = |purpose: &str| {
            let grant = grant(&[Fact::FullName]);
            Asked::of(&read(&["full_name"], purpose, NONCE), &grant, &Services::embedded()).unwrap()
        };
        for purpose in ["Cho Nguyễn Văn An", "cho NGUYEN VAN AN, tạm trú", "Cho NguyenVanAn", "Cho nguyễn-văn-an"]
        {
            assert!(asked(purpose).names(&person), "{purpose}");
        }
        for purpose in ["Tạm trú", "Văn bản an toàn", "Nguyễn An"] {
            assert!(!asked(purpose).names(&person), "{purpose}");
        }
    }

    #[test]
    fn a_nonce_has_enough_random_bytes_and_is_base64url() {
        for nonce in
            ["", "AAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAA+", "AAAAAAAAAAAAAAAAAAAAAA==", &"A".repeat(5000)]
        {
            assert_eq!(refused(&read(&["full_name"], "Tạm trú", nonce)).0, "bad_nonce", "{nonce:.30}");
        }
        let service = Read { service: Some(9999), ..read(&["full_name"], "Tạm trú", NONCE) };
        assert_eq!(refused(&service).0, "unknown_service");
    }
}
