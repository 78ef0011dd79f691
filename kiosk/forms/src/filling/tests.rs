use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::facts::Fact;
use crate::finding::Severity;
use crate::packs::Packs;

mod civil_status;
mod papers;

fn person(facts: &[(Fact, &str)]) -> Person {
    let known = |text: &str| Known { text: text.into(), origin: Origin::ChipVerified };
    Person { facts: facts.iter().map(|&(fact, text)| (fact, known(text))).collect() }
}

fn an() -> Person {
    person(&[
        (Fact::IdNumber, "001190123456"),
        (Fact::FullName, "Nguye\u{302}\u{303}n Thị An"),
        (Fact::DateOfBirth, "15/03/1990"),
        (Fact::Sex, "Nữ"),
        (Fact::Ethnicity, "Kinh"),
        (Fact::PlaceOfResidence, "Tổ 4, Xã Hưng Lộc, Tỉnh Nghệ An"),
    ])
}

fn binh() -> Person {
    person(&[(Fact::IdNumber, "079058123456"), (Fact::FullName, "Trần Văn Bình"), (Fact::DateOfBirth, "02/01/1958")])
}

fn desk() -> Desk {
    Desk {
        authority: "Ủy ban nhân dân xã Hưng Lộc".into(),
        police: "Công an xã Hưng Lộc".into(),
        place: "Hưng Lộc".into(),
        province: "Tỉnh Nghệ An".into(),
        today: date(2026, 11, 22),
    }
}

fn subjects(persons: &[(&str, Vec<Person>)]) -> Subjects {
    Subjects(persons.iter().map(|(id, persons)| ((*id).to_owned(), persons.clone())).collect())
}

fn entries(entries: &[(&str, Entry)]) -> Entries {
    Entries(entries.iter().map(|(key, entry)| ((*key).to_owned(), entry.clone())).collect())
}

fn text(text: &str) -> Entry {
    Entry::Text(text.into())
}

fn ct01(persons: &[(&str, Vec<Person>)], typed: &[(&str, Entry)]) -> Form {
    Packs::embedded().get("ct01-2026").unwrap().fill(&subjects(persons), &desk(), &entries(typed))
}

fn value(form: &Form, key: &str) -> (String, Option<Origin>) {
    let field = form.field(key).unwrap_or_else(|| panic!("no field {key}"));
    (field.value.clone(), field.origin)
}

#[test]
fn card_facts_fill_their_fields_composed_and_with_their_origin() {
    let form = ct01(&[("applicant", vec![an()])], &[]);
    assert_eq!(value(&form, "full_name"), ("Nguyễn Thị An".into(), Some(Origin::ChipVerified)));
    assert_eq!(value(&form, "authority"), ("Công an xã Hưng Lộc".into(), Some(Origin::Desk)));
    assert_eq!(value(&form, "signed_date"), ("22/11/2026".into(), Some(Origin::Desk)));
    assert_eq!(value(&form, "phone"), (String::new(), None));
    assert_eq!(form.field("phone").unwrap().state, State::Empty);
}

#[test]
fn what_the_officer_typed_wins_and_the_card_stays_beside_it() {
    let form = ct01(&[("applicant", vec![an()])], &[("full_name", text(" Nguyễn  Thị Ân\u{0} ")), ("sex", text("Nữ"))]);
    assert_eq!(value(&form, "full_name"), ("Nguyễn Thị Ân".into(), Some(Origin::Typed)));
    assert_eq!(form.field("full_name").unwrap().on_card.as_deref(), Some("Nguyễn Thị An"));
    assert_eq!(value(&form, "sex"), ("Nữ".into(), Some(Origin::ChipVerified)), "the same text is still the card's");
    let cleared = ct01(&[("applicant", vec![an()])], &[("full_name", text(""))]);
    assert_eq!(value(&cleared, "full_name"), (String::new(), None));
}

#[test]
fn an_offer_stays_empty_until_it_is_confirmed() {
    let persons = [("owner", vec![binh()])];
    let state = |typed: &[(&str, Entry)]| {
        let form = ct01(&persons, typed);
        let field = form.field("owner_name").unwrap();
        (field.value.clone(), field.state.clone())
    };
    let offered = (String::new(), State::Offered("Trần Văn Bình".into()));
    assert_eq!(state(&[]), offered);
    assert_eq!(state(&[("owner_name", text("  "))]), offered, "an empty box of the page decides nothing");
    assert_eq!(state(&[("owner_name", Entry::Confirmed)]), ("Trần Văn Bình".into(), State::Filled));
    assert_eq!(state(&[("owner_name", Entry::Declined)]), (String::new(), State::Empty));
    assert_eq!(state(&[("owner_name", text("Trần Bình"))]), ("Trần Bình".into(), State::Filled));
    assert_eq!(ct01(&persons, &[]).data()["fields"]["owner_name"], "", "nothing offered is printed");
}

#[test]
fn the_declarant_who_is_the_head_is_copied_once() {
    let form = ct01(&[("applicant", vec![an()])], &[("head_relation", text("chu ho"))]);
    assert_eq!(value(&form, "head_name"), ("Nguyễn Thị An".into(), Some(Origin::ChipVerified)));
    assert_eq!(value(&form, "head_id_number").0, "001190123456");
    let wife = ct01(&[("applicant", vec![an()]), ("head", vec![binh()])], &[("head_relation", text("Vợ"))]);
    assert_eq!(value(&wife, "head_name").0, "Trần Văn Bình");
    assert_eq!(value(&ct01(&[("applicant", vec![an()])], &[]), "head_name").0, "");
}

#[test]
fn every_member_has_a_row_and_there_is_one_more_to_type_in() {
    let typed = [("member_relation.1", text("Vợ")), ("member_name.3", text("Lê Bé Na"))];
    let form = ct01(&[("member", vec![an()])], &typed);
    assert_eq!(value(&form, "member_name.1").0, "Nguyễn Thị An");
    assert_eq!(value(&form, "member_relation.1").0, "Vợ");
    assert_eq!(value(&form, "member_name.3"), ("Lê Bé Na".into(), Some(Origin::Typed)));
    assert!(form.field("member_name.4").is_some() && form.field("member_name.5").is_none());
    let rows = form.data()["rows"]["member"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 9, "the paper has its empty rows");
    assert_eq!(rows[2]["member_name"], "Lê Bé Na");
    let crowd = ct01(&[("member", vec![an(); 100])], &[("member_name.4000000000", text("x"))]);
    assert_eq!(crowd.data()["rows"]["member"].as_array().unwrap().len(), 30);
}

#[test]
fn problems_name_the_field_and_never_a_value() {
    let typed = [("full_name", text("")), ("id_number", text("12345")), ("date_of_birth", text("31/02/1990"))];
    let problems = ct01(&[("applicant", vec![an()]), ("member", vec![an(), an()])], &typed).problems();
    let severity = |key: &str| problems.iter().find(|problem| problem.key == key).map(|problem| problem.severity);
    assert_eq!(severity("full_name"), Some(Severity::Warning));
    assert_eq!(severity("id_number"), Some(Severity::Error));
    assert_eq!(severity("date_of_birth"), Some(Severity::Error));
    assert_eq!(severity("member_id_number.2"), Some(Severity::Error), "one person stands twice");
    assert_eq!(severity("member_relation.1"), Some(Severity::Warning), "a row in use");
    assert_eq!(severity("member_name.3"), None, "an empty row asks for nothing");
    let name = problems.iter().find(|problem| problem.key == "full_name").unwrap();
    assert_eq!(name.vi, "Còn trống: 1. Họ, chữ đệm và tên khai sinh");
    let told = format!("{problems:?}");
    assert!(!told.contains("12345") && !told.contains("Nguyễn"), "{told}");
}

#[test]
fn the_two_sides_of_a_marriage_are_checked_against_each_other() {
    let pack = Packs::embedded();
    let pack = pack.get("ket-hon").unwrap();
    let young = person(&[(Fact::IdNumber, "1"), (Fact::DateOfBirth, "23/11/2006"), (Fact::Sex, "Nam")]);
    let keys = |bride: Person, groom: Person, typed: &[(&str, Entry)]| -> Vec<String> {
        let form = pack.fill(&subjects(&[("bride", vec![bride]), ("groom", vec![groom])]), &desk(), &entries(typed));
        let wrong = form.problems().into_iter().filter(|problem| !problem.en.starts_with("Still empty"));
        wrong.map(|problem| problem.en).collect()
    };
    assert_eq!(keys(an(), binh(), &[]), Vec::<String>::new());
    assert!(keys(an(), an(), &[]).iter().any(|text| text.contains("one card was put down twice")));
    assert!(keys(an(), young.clone(), &[]).iter().any(|text| text.contains("under 20")));
    let of_age = [("groom_date_of_birth", text("22/11/2006"))];
    assert!(
        !keys(an(), young.clone(), &of_age).iter().any(|text| text.contains("under 20")),
        "what stands on the form counts"
    );
    assert!(keys(young, an(), &[]).iter().any(|text| text.contains("bride's card states another sex")));
}

#[test]
fn what_a_civil_status_form_asks_only_without_a_number_is_off_by_default() {
    let pack = Packs::embedded();
    let form = pack.get("ket-hon").unwrap().fill(&subjects(&[("bride", vec![an()])]), &desk(), &Entries::default());
    for field in ["bride_ethnicity", "bride_residence"] {
        assert!(matches!(form.field(field).unwrap().state, State::Offered(_)), "{field}");
    }
    assert_eq!(value(&form, "bride_id_paper"), ("Số định danh cá nhân 001190123456".into(), Some(Origin::Computed)));
    assert!(form.field("bride_ethnicity").unwrap().sensitive);
}

#[test]
fn the_old_number_is_offered_as_a_request_and_missed_if_it_is_ticked() {
    let mut old = an();
    old.facts.insert(Fact::OldIdNumber, Known { text: "020123456".into(), origin: Origin::ChipVerified });
    let pack = Packs::embedded();
    let pack = pack.get("dc02").unwrap();
    let ticked = entries(&[("confirm_old_number", Entry::Confirmed)]);
    let form = pack.fill(&subjects(&[("applicant", vec![old])]), &desk(), &ticked);
    let State::Offered(request) = &form.field("details").unwrap().state else { panic!("no offer") };
    assert!(request.contains("001190123456") && request.contains("020123456"));
    assert!(form.problems().iter().any(|problem| problem.key == "details" && problem.severity == Severity::Error));
    assert_eq!(form.data()["fields"]["confirm_old_number"], true);
}

/// A form of a shop: its capital in words, and a table of what it sells.
fn shop() -> Pack {
    let manifest = r#"
id = "shop"
form = "shop"
title = "Cửa hàng"
title_en = "Shop"
basis = "–"
effective_from = "2026-01-01"
release = false
confidence = "–"
subject = [{ id = "child", label = "Trẻ em", label_en = "Child" }]

[[section]]
title = "Vốn"
title_en = "Capital"
field = [
    { id = "born", label = "Sinh", label_en = "Born", kind = "date", subject = "child", source = "date_of_birth" },
    { id = "born_words", label = "Chữ", label_en = "Words", in_words_of = "born" },
    { id = "capital", label = "Vốn", label_en = "Capital" },
    { id = "capital_words", label = "Chữ", label_en = "Words", in_words_of = "capital" },
    { id = "by", label = "Ai", label_en = "Who", kind = "choice", options = ["Cá nhân", "Hộ"] },
]

[[section]]
title = "Ngành"
title_en = "Lines"
rows = { table = "line", most = 3, printed = 2 }
field = [
    { id = "line_name", label = "Tên", label_en = "Name", required = true },
    { id = "line_main", label = "Chính", label_en = "Main", kind = "tick" },
]

[[check]]
must = { age_below = { subject = "child", years = 14 } }
vi = "-"
en = "fourteen"

[[check]]
must = { answer_needs = { field = "by", is = "hộ", needs = "line_name" } }
vi = "-"
en = "no line"

[[check]]
must = { one_tick_of = { fields = ["line_main"] } }
vi = "-"
en = "no main line"
"#;
    crate::packs::folder::parse(std::path::Path::new("shop"), manifest, String::new())
        .unwrap_or_else(|found| panic!("{found}"))
}

#[test]
fn a_table_of_things_has_the_rows_that_were_typed() {
    let typed = [("line_name.2", text("Phở")), ("line_main.2", Entry::Confirmed), ("line_name.3", text("Bún"))];
    let form = shop().fill(&Subjects::default(), &desk(), &entries(&typed));
    let rows = form.data()["rows"]["line"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 3, "no more than the most");
    assert_eq!((&rows[1]["line_name"], &rows[1]["line_main"]), (&"Phở".into(), &true.into()));
    let empty = shop().fill(&Subjects::default(), &desk(), &Entries::default());
    assert_eq!(empty.data()["rows"]["line"].as_array().unwrap().len(), 2, "the paper has its empty rows");
}

#[test]
fn a_date_and_a_number_are_said_in_words_until_the_officer_says_otherwise() {
    let fill = |typed: &[(&str, Entry)]| shop().fill(&subjects(&[("child", vec![an()])]), &desk(), &entries(typed));
    let form = fill(&[("capital", text("50.000.000"))]);
    assert_eq!(value(&form, "capital_words"), ("Năm mươi triệu".into(), Some(Origin::Computed)));
    assert_eq!(value(&form, "born_words").0, "ngày mười lăm tháng ba năm một nghìn chín trăm chín mươi");
    let other = fill(&[("capital", text("năm mươi triệu")), ("born_words", text("mùa xuân"))]);
    assert_eq!(value(&other, "capital_words"), (String::new(), None), "no number, no words");
    assert_eq!(value(&other, "born_words"), ("mùa xuân".into(), Some(Origin::Typed)));
}

#[test]
fn what_an_answer_needs_may_stand_in_any_row_of_a_table() {
    let told = |persons: &[(&str, Vec<Person>)], typed: &[(&str, Entry)]| -> Vec<(String, String)> {
        let form = shop().fill(&subjects(persons), &desk(), &entries(typed));
        form.problems().into_iter().map(|problem| (problem.key, problem.en)).collect()
    };
    let at = |key: &str, en: &str| (key.to_owned(), en.to_owned());
    let nothing = told(&[], &[("by", text("ho"))]);
    assert_eq!(nothing, [at("line_name.1", "no line"), at("line_main.1", "no main line")]);
    let typed = [("by", text("Hộ")), ("line_name.2", text("Phở")), ("line_main.2", Entry::Confirmed)];
    assert_eq!(told(&[("child", vec![an()])], &typed), [at("born", "fourteen")]);
    let child = person(&[(Fact::DateOfBirth, "23/11/2012")]);
    assert_eq!(told(&[("child", vec![child])], &typed), []);
    let of_age = person(&[(Fact::DateOfBirth, "22/11/2012")]);
    assert_eq!(told(&[("child", vec![of_age])], &typed), [at("born", "fourteen")], "fourteen today");
}

#[test]
fn guests_become_rows_with_the_labels_of_the_other_system() {
    let packs = Packs::embedded();
    let pack = packs.get("luu-tru").unwrap();
    let mut guest = an();
    for (fact, text) in [(Fact::Nationality, "Việt Nam"), (Fact::DateOfIssue, "03/07/2024")] {
        guest.facts.insert(fact, Known { text: text.into(), origin: Origin::ChipVerified });
    }
    let typed =
        [("departure", text("25/11/2026")), ("reason", text("Thăm thân")), ("guest_name.2", text("Trần Gia Hân"))];
    let list = pack.list.as_ref().unwrap();
    let listed = pack.fill(&subjects(&[("guest", vec![guest])]), &desk(), &entries(&typed)).list(list);
    let row = |row: usize| {
        listed.rows[row].iter().map(|(column, text)| format!("{column}={text}")).collect::<Vec<_>>().join("|")
    };
    assert_eq!(
        row(0),
        "A=1|B=Nguyễn Thị An|C=15/03/1990|D=F - Nữ|E=VNM - Viet Nam|F=8 - Thẻ Căn Cước|H=001190123456|M=|N=22/11/2026|\
         O=25/11/2026|P=|Q=6 - Thăm thân|R="
    );
    assert_eq!(listed.rows.len(), 2);
    let missing: Vec<_> = listed.problems.iter().map(|problem| problem.en.as_str()).collect();
    assert_eq!(missing.len(), 5, "the second guest has a name and nothing else");
    assert_eq!(missing[0], "List, row 2: Date of birth is missing");
    let foreign = [("guest_name.1", text("An")), ("guest_nationality.1", text("Hoa Kỳ"))];
    let listed = pack.fill(&Subjects::default(), &desk(), &entries(&foreign)).list(list);
    assert!(
        listed.problems.iter().any(|problem| problem.en == "List, row 1: Nationality has no code in the other system")
    );
}

#[test]
fn debug_prints_no_values() {
    let typed = entries(&[("full_name", text("Bí Mật"))]);
    let form = ct01(&[("applicant", vec![an()]), ("owner", vec![binh()])], &[("phone", text("0912345678"))]);
    let told = format!("{typed:?} {:?} {form:?} {:?}", subjects(&[("applicant", vec![an()])]), an().facts);
    for secret in ["Bí Mật", "Nguyễn", "001190123456", "0912345678", "Bình", "15/03/1990"] {
        assert!(!told.contains(secret), "{told}");
    }
}

proptest! {
    #[test]
    fn any_entry_leaves_a_bounded_composed_form(key in "[a-z_]{1,12}(\\.[0-9]{1,30})?", typed in any::<String>()) {
        let keys = [key.as_str(), "full_name", "request", "id_number", "member_name.2", "date_of_birth"];
        let typed: Vec<_> = keys.into_iter().map(|key| (key, text(&typed))).collect();
        let form = ct01(&[("applicant", vec![an()])], &typed);
        for field in form.sections.iter().flat_map(|section| &section.fields) {
            prop_assert!(field.value.chars().count() <= 2 * clean::MOST_CHARACTERS);
            prop_assert!(!field.value.chars().any(|c| c.is_control() && c != '\n'));
            prop_assert!(unicode_normalization::is_nfc(&field.value));
        }
        let _ = (form.data(), form.problems());
    }
}
