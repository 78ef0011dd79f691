//! A person in a session: what is known, where each fact came from, and what the checks say of it.

use std::fmt;

use cccd::assessment::Assessment;
use cccd::card_date::CardDate;
use cccd::checks::Checks;
use cccd::holder::{Field, Holder, Source};
use cccd::messages::{self, Words};
use cccd::qr_text::QrCard;
use cccd::verdict::Verdict;
use cccd_forms::facts::{Fact, Known, Origin, Person};
use icao9303::check::{Check, Status};
use jiff::Timestamp;
use zeroize::{Zeroize, Zeroizing};

use super::advice;
use super::passport;
use super::portrait::Picture;

/// By which of the seven ways, or by a passport, which is none of them, the person's information was used instead of the household book (guidance of the police of
/// October to December 2022; Decree 104/2022/NĐ-CP, art. 14). The number is the one that the guidance counts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The card itself, looked at.
    Card = 1,
    /// The printed QR code.
    QrCode = 2,
    /// Looked up in the national population database.
    Database = 3,
    /// Shown in VNeID.
    Vneid = 4,
    /// The chip of the card.
    Chip = 5,
    /// The paper confirmation of residence, CT07.
    ResidencePaper = 6,
    /// The paper notice of the ID number.
    NumberNotice = 7,
    /// The chip of a passport: a foreigner has no household book, and the guidance does not count this.
    Passport = 8,
}

impl Way {
    /// The ways that somebody types in: what was looked at, not read.
    pub const TYPED: [Self; 5] = [Self::Card, Self::Vneid, Self::Database, Self::ResidencePaper, Self::NumberNotice];

    /// The way of that number.
    pub fn of_number(number: u8) -> Option<Self> {
        let all = [Self::QrCode, Self::Chip, Self::Passport].into_iter().chain(Self::TYPED);
        all.into_iter().find(|way| *way as u8 == number)
    }

    /// The number of the guidance; of a passport 8, by which it is told apart in records.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The number, where the guidance has one.
    pub fn of_guidance(self) -> Option<u8> {
        (self != Self::Passport).then_some(self.number())
    }

    /// What it is.
    pub fn words(self) -> Words {
        match self {
            Self::Card => Words::new("Xem thẻ căn cước (đối chiếu bằng mắt)", "The card, looked at"),
            Self::QrCode => Words::new("Mã QR trên thẻ", "The card's QR code"),
            Self::Database => {
                Words::new("Tra cứu Cơ sở dữ liệu quốc gia về dân cư", "Looked up in the national population database")
            }
            Self::Vneid => Words::new("Ứng dụng VNeID do công dân xuất trình", "VNeID, shown by the citizen"),
            Self::Chip => Words::new("Đọc chip trên thẻ", "The card's chip"),
            Self::ResidencePaper => {
                Words::new("Giấy xác nhận thông tin về cư trú (CT07)", "Paper confirmation of residence (CT07)")
            }
            Self::NumberNotice => Words::new("Thông báo số định danh cá nhân", "Paper notice of the ID number"),
            Self::Passport => Words::new(
                "Đọc chip hộ chiếu (không thuộc bảy phương thức)",
                "A passport's chip (none of the seven ways)",
            ),
        }
    }
}

/// A person in a session.
pub struct DeskPerson {
    /// The number within the session, from 1; never given twice.
    pub number: u32,
    /// How the person's data came.
    pub way: Way,
    /// When.
    pub at: Timestamp,
    /// What is known.
    pub facts: Person,
    /// What the checks add up to, where a chip was read.
    pub verdict: Option<Verdict>,
    /// Each check.
    pub checks: Vec<CheckLine>,
    /// What to do next.
    pub advice: Vec<Words>,
    /// Fields on which sources differ.
    pub differences: Vec<DifferenceLine>,
    /// What is odd and decides nothing.
    pub warnings: Vec<Words>,
    /// The portrait, as a browser shows it.
    pub portrait: Option<Picture>,
    /// A person put down for practice: synthetic.
    pub practice: bool,
    /// Who the person is in the log, where there is an ID number.
    pub pseudonym: Option<String>,
}

/// One check of the card, in words.
pub struct CheckLine {
    /// Its state.
    pub status: Status,
    /// What is checked.
    pub name: Words,
    /// What was found.
    pub found: Words,
}

/// One field on which two sources differ.
pub struct DifferenceLine {
    /// Which.
    pub label: Words,
    /// Each source and what it says.
    pub said: [(Words, String); 2],
}

impl DeskPerson {
    /// The person of a chip that was read and judged.
    pub fn of_chip(assessment: &Assessment, portrait: Option<Picture>, at: Timestamp, practice: bool) -> Self {
        let checks = &assessment.checks;
        let origin = origin_of_chip(checks);
        let mut facts = facts_of(&assessment.holder, origin);
        let passport = assessment.mrz.as_ref().filter(|mrz| passport::is_passport(mrz));
        if let Some(mrz) = passport {
            passport::add_to(&mut facts, mrz, origin);
        }
        let person = Self {
            number: 0,
            way: if passport.is_some() { Way::Passport } else { Way::Chip },
            at,
            facts,
            verdict: Some(assessment.verdict),
            checks: checks.named().into_iter().map(|(name, check)| line(name, check)).collect(),
            advice: advice::after_read(checks, assessment.verdict),
            differences: differences_of(checks),
            warnings: assessment.warnings.iter().map(messages::of_remark).collect(),
            portrait,
            practice,
            pseudonym: None,
        };
        if passport.is_some() { person.in_words_of_a_passport() } else { person }
    }

    fn in_words_of_a_passport(mut self) -> Self {
        for line in &mut self.checks {
            (line.name, line.found) = (passport::of_passport(&line.name), passport::of_passport(&line.found));
        }
        let others = self.advice.iter_mut().chain(&mut self.warnings);
        others.for_each(|words| *words = passport::of_passport(words));
        for line in &mut self.differences {
            line.label = passport::of_passport(&line.label);
            line.said.iter_mut().for_each(|(source, _)| *source = passport::of_passport(source));
        }
        self
    }

    /// The person that a printed code names. Nothing of it is proven.
    pub fn of_code(card: &QrCard, at: Timestamp, practice: bool) -> Self {
        let given = cccd::holder::Given { qr: Some(card), ..Default::default() };
        let holder = Holder::from_sources(&cccd::holder::Chip::default(), &given);
        let warnings = card.warnings().iter().cloned().chain(cccd::warning::about_holder(&holder));
        let mut person = Self::without_checks(Way::QrCode, facts_of(&holder, Origin::Qr), at, practice);
        // Only citizens have such a card (Law 26/2023/QH15, article 3), and its code does not say so.
        let citizen = Known { text: VIETNAM.to_owned(), origin: Origin::Computed };
        person.facts.facts.entry(Fact::Nationality).or_insert(citizen);
        person.warnings = warnings.map(|remark| messages::of_remark(&remark)).collect();
        person.advice.push(advice::unproven_code());
        person
    }

    /// A person typed by hand.
    pub fn of_hand(way: Way, facts: Person, warnings: Vec<Words>, at: Timestamp) -> Self {
        let mut person = Self::without_checks(way, facts, at, false);
        person.warnings = warnings;
        person
    }

    fn without_checks(way: Way, facts: Person, at: Timestamp, practice: bool) -> Self {
        Self {
            number: 0,
            way,
            at,
            facts,
            verdict: None,
            checks: Vec::new(),
            advice: Vec::new(),
            differences: Vec::new(),
            warnings: Vec::new(),
            portrait: None,
            practice,
            pseudonym: None,
        }
    }

    /// The text of a fact.
    pub fn text(&self, fact: Fact) -> Option<&str> {
        self.facts.facts.get(&fact).map(|known| known.text.as_str())
    }

    /// What tells this person from every other: the ID number, or of who has none the passport's with its state, for two
    /// states may give the same one.
    pub fn identity(&self) -> Option<Zeroizing<String>> {
        identity_of(&self.facts)
    }

    /// How the person is called on the page.
    pub fn name(&self) -> &str {
        self.text(Fact::FullName).unwrap_or("—")
    }

    /// What keeps the verdict from being a good one, each once: what failed, else what could not be checked.
    pub fn findings(&self) -> Vec<&Words> {
        let wanted = match self.verdict {
            Some(Verdict::Rejected) => Status::Failed,
            Some(Verdict::Unconfirmed) => Status::Unknown,
            _ => return Vec::new(),
        };
        let mut findings: Vec<&Words> = Vec::new();
        for line in self.checks.iter().filter(|line| line.status == wanted) {
            if !findings.contains(&&line.found) {
                findings.push(&line.found);
            }
        }
        findings
    }

    /// Whether the data may go into a form. Those of a card that was rejected do not, unless all that is wrong is that it
    /// expired: it is exchanged with the very data on it.
    pub fn is_usable(&self) -> bool {
        self.verdict != Some(Verdict::Rejected) || self.only_expired()
    }

    /// Whether expiry is the only thing that speaks against the card.
    pub fn only_expired(&self) -> bool {
        let mut failed = self.checks.iter().filter(|line| line.status == Status::Failed);
        let expiry = messages::of("validity").map(|message| message.en);
        failed.next().is_some_and(|line| Some(line.name.en.as_str()) == expiry) && failed.next().is_none()
    }
}

impl fmt::Debug for DeskPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeskPerson").field("number", &self.number).field("way", &self.way).finish_non_exhaustive()
    }
}

/// The facts wipe themselves; so does what differs.
impl Drop for DeskPerson {
    fn drop(&mut self) {
        self.differences.iter_mut().flat_map(|line| &mut line.said).for_each(|(_, text)| text.zeroize());
    }
}

/// What tells a person from every other, by what is known of them.
pub fn identity_of(person: &Person) -> Option<Zeroizing<String>> {
    let id = person.facts.get(&Fact::IdNumber).map(|known| known.text.clone());
    let passport = || Some(format!("{}/{}", person.text(Fact::PassportState), person.passport_alone()?));
    id.or_else(passport).map(Zeroizing::new)
}

/// What the checks say of the chip's data: verified only where they are unchanged, signed, by a trusted issuer whose
/// signer is not revoked, and lie on no copy of a chip.
fn origin_of_chip(checks: &Checks) -> Origin {
    let passed = [&checks.data_group_hashes.check, &checks.sod_signature.check, &checks.issuer.check];
    let signed = passed.iter().all(|check| check.status == Status::Passed);
    let against = [&checks.revocation, &checks.chip_authentication, &checks.active_authentication];
    let spoken_against = against.iter().any(|check| check.status == Status::Failed);
    if signed && !spoken_against { Origin::ChipVerified } else { Origin::ChipUnverified }
}

/// The nationality, as the card and the forms write it.
const VIETNAM: &str = "Việt Nam";

/// The holder's fields as a form prints them. `chip` is the origin of those that the chip gave.
pub fn facts_of(holder: &Holder, chip: Origin) -> Person {
    let mut person = Person::default();
    let origin = |source: Source| match source {
        Source::Qr => Origin::Qr,
        Source::Mrz => Origin::Mrz,
        Source::Typed => Origin::Typed,
        _ => chip,
    };
    let mut add = |fact, source, text: Option<String>| {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            person.facts.insert(fact, Known { text, origin: origin(source) });
        }
    };
    let texts = [
        (Fact::IdNumber, &holder.id_number),
        (Fact::OldIdNumber, &holder.old_id_number),
        (Fact::FullName, &holder.full_name),
        (Fact::Nationality, &holder.nationality),
        (Fact::Ethnicity, &holder.ethnicity),
        (Fact::Religion, &holder.religion),
        (Fact::PlaceOfOrigin, &holder.place_of_origin),
        (Fact::PlaceOfResidence, &holder.place_of_residence),
        (Fact::FatherName, &holder.father_name),
        (Fact::MotherName, &holder.mother_name),
        (Fact::SpouseName, &holder.spouse_name),
    ];
    for (fact, field) in texts {
        if let Some(field) = field {
            let value = field.value.clone();
            // DG1 has the code of Doc 9303-3, section 5; DG13 has words, which are no code.
            let is_state = fact == Fact::Nationality;
            add(
                fact,
                field.source,
                value.map(|text| if is_state { passport::state_name(&text).to_owned() } else { text }),
            );
        }
    }
    let dates = [
        (Fact::DateOfBirth, &holder.date_of_birth),
        (Fact::DateOfIssue, &holder.date_of_issue),
        (Fact::DateOfExpiry, &holder.date_of_expiry),
    ];
    for (fact, field) in dates {
        if let Some(field) = field {
            add(fact, field.source, date_text(field));
        }
    }
    if let Some(field) = &holder.sex {
        let words = field.value.map(|sex| sex.vietnamese().to_owned());
        add(Fact::Sex, field.source, words.or_else(|| field.text.clone()));
    }
    person
}

fn date_text(field: &Field<CardDate>) -> Option<String> {
    field.value.map(CardDate::vietnamese).or_else(|| field.text.clone())
}

fn line(name: &'static str, check: &Check) -> CheckLine {
    let name = messages::of(name).map_or_else(|| Words::new(name, name), |message| Words::new(message.vi, message.en));
    let state = messages::of(check.status.as_str());
    let reason = check.reason.and_then(messages::of_reason);
    let found = reason.or(state).map_or_else(|| Words::new("", ""), |message| Words::new(message.vi, message.en));
    CheckLine { status: check.status, name, found }
}

fn differences_of(checks: &Checks) -> Vec<DifferenceLine> {
    let text = |value: &str| CardDate::parse(value).map_or_else(|_| value.to_owned(), CardDate::vietnamese);
    let said = |said: &cccd::agreement::Said| (source_words(said.source), text(&said.value));
    let line = |difference: &cccd::agreement::Difference| DifferenceLine {
        label: field_words(difference.field),
        said: [said(&difference.between[0]), said(&difference.between[1])],
    };
    checks.agreement.differences.iter().map(line).collect()
}

/// A source of the reader, in words.
fn source_words(source: Source) -> Words {
    match source {
        Source::Dg1 => Words::new("Chip – dòng MRZ (DG1)", "Chip – MRZ (DG1)"),
        Source::Dg13 => Words::new("Chip – dữ liệu tiếng Việt (DG13)", "Chip – Vietnamese data (DG13)"),
        Source::Dg11 | Source::Dg12 => Words::new("Chip", "Chip"),
        Source::Mrz => Words::new("Dòng MRZ in trên thẻ", "Printed MRZ"),
        Source::Qr => Words::new("Mã QR in trên thẻ", "Printed QR code"),
        Source::Typed => Words::new("Số đã nhập", "What was typed"),
    }
}

/// The fields of a holder, by the names that differences use.
const FIELDS: [(&str, Fact); 17] = [
    ("id_number", Fact::IdNumber),
    ("old_id_number", Fact::OldIdNumber),
    ("passport_number", Fact::PassportNumber),
    ("passport_state", Fact::PassportState),
    ("full_name", Fact::FullName),
    ("date_of_birth", Fact::DateOfBirth),
    ("sex", Fact::Sex),
    ("nationality", Fact::Nationality),
    ("ethnicity", Fact::Ethnicity),
    ("religion", Fact::Religion),
    ("place_of_origin", Fact::PlaceOfOrigin),
    ("place_of_residence", Fact::PlaceOfResidence),
    ("date_of_issue", Fact::DateOfIssue),
    ("date_of_expiry", Fact::DateOfExpiry),
    ("father_name", Fact::FatherName),
    ("mother_name", Fact::MotherName),
    ("spouse_name", Fact::SpouseName),
];

/// The name of a fact for programs.
pub fn fact_name(fact: Fact) -> &'static str {
    FIELDS.iter().find(|(_, other)| *other == fact).map_or("", |(name, _)| name)
}

/// The fact of that name.
pub fn fact_of_name(name: &str) -> Option<Fact> {
    FIELDS.iter().find(|(other, _)| *other == name).map(|(_, fact)| *fact)
}

fn field_words(field: &str) -> Words {
    match FIELDS.iter().find(|(name, _)| *name == field) {
        Some((_, fact)) => fact_words(*fact),
        None if field == "document_number" => Words::new("Số thẻ trong MRZ", "Document number"),
        None => Words::new(field, field),
    }
}

/// What a fact is called at the desk.
pub fn fact_words(fact: Fact) -> Words {
    match fact {
        Fact::IdNumber => Words::new("Số định danh cá nhân", "ID number"),
        Fact::OldIdNumber => Words::new("Số CMND 9 số (cũ)", "Old 9-digit number"),
        Fact::PassportNumber => Words::new("Số hộ chiếu", "Passport number"),
        Fact::PassportState => Words::new("Nước cấp hộ chiếu", "Passport issued by"),
        Fact::FullName => Words::new("Họ, chữ đệm và tên", "Full name"),
        Fact::DateOfBirth => Words::new("Ngày sinh", "Date of birth"),
        Fact::Sex => Words::new("Giới tính", "Sex"),
        Fact::Nationality => Words::new("Quốc tịch", "Nationality"),
        Fact::Ethnicity => Words::new("Dân tộc", "Ethnicity"),
        Fact::Religion => Words::new("Tôn giáo", "Religion"),
        Fact::PlaceOfOrigin => Words::new("Quê quán", "Place of origin"),
        Fact::PlaceOfResidence => Words::new("Nơi cư trú (ghi trên thẻ)", "Residence (as on the card)"),
        Fact::DateOfIssue => Words::new("Ngày cấp", "Date of issue"),
        Fact::DateOfExpiry => Words::new("Có giá trị đến", "Valid until"),
        Fact::FatherName => Words::new("Họ tên cha", "Father"),
        Fact::MotherName => Words::new("Họ tên mẹ", "Mother"),
        Fact::SpouseName => Words::new("Họ tên vợ/chồng", "Spouse"),
    }
}
