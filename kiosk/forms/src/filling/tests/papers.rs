//! What the packs of the papers beside residence and civil status promise.

use super::*;

fn pack(id: &str) -> Pack {
    Packs::embedded().get(id).unwrap_or_else(|| panic!("no pack {id}")).clone()
}

/// An, with everything that a card can say.
fn whole() -> Person {
    let mut an = an();
    let more = [
        (Fact::OldIdNumber, "020123456"),
        (Fact::Nationality, "Việt Nam"),
        (Fact::Religion, "Không"),
        (Fact::PlaceOfOrigin, "Xã Kim Liên, Tỉnh Nghệ An"),
        (Fact::DateOfIssue, "10/12/2021"),
        (Fact::FatherName, "Nguyễn Văn Thành"),
        (Fact::MotherName, "Lê Thị Ngọc"),
        (Fact::SpouseName, "Trần Văn Bình"),
    ];
    let known = |text: &str| Known { text: text.into(), origin: Origin::ChipVerified };
    an.facts.extend(more.map(|(fact, text)| (fact, known(text))));
    an
}

fn born(date: &str) -> Person {
    person(&[(Fact::IdNumber, "031321000888"), (Fact::FullName, "Phạm Gia Hân"), (Fact::DateOfBirth, date)])
}

fn filled(id: &str, persons: &[(&str, Vec<Person>)], typed: &[(&str, Entry)]) -> Form {
    pack(id).fill(&subjects(persons), &desk(), &entries(typed))
}

fn errors(form: &Form) -> Vec<String> {
    let errors = form.problems().into_iter().filter(|problem| problem.severity == Severity::Error);
    errors.map(|problem| problem.key).collect()
}

fn offered(form: &Form, key: &str) -> String {
    match &form.field(key).unwrap_or_else(|| panic!("no field {key}")).state {
        State::Offered(text) => text.clone(),
        state => panic!("{key}: {state:?}"),
    }
}

#[test]
fn no_form_prints_an_address_of_the_card_that_nobody_confirmed() {
    for pack in Packs::embedded().all() {
        let everybody = pack.subjects.iter().map(|subject| (subject.id.as_str(), vec![whole()])).collect::<Vec<_>>();
        let form = pack.fill(&subjects(&everybody), &desk(), &Entries::default());
        for field in form.sections.iter().flat_map(|section| &section.fields) {
            for part in ["Tổ 4", "Xã Hưng Lộc", "Kim Liên"] {
                assert!(!field.value.contains(part), "{}: {}", pack.id, field.id);
            }
        }
    }
}

#[test]
fn only_the_passport_forms_ask_religion() {
    let packs = Packs::embedded();
    let asking: Vec<_> = packs.all().filter(|pack| pack.needs(Fact::Religion)).map(|pack| pack.id.as_str()).collect();
    assert_eq!(asking, ["tk01", "tk01a"]);
    for id in ["dat-dai-15", "dat-dai-18", "dkx10", "giay-phep-lai-xe", "mua-dien", "tro-cap-that-nghiep"] {
        assert!(!pack(id).needs(Fact::Ethnicity), "{id}");
    }
}

#[test]
fn forms_whose_text_is_not_sure_are_drafts() {
    let packs = Packs::embedded();
    for id in ["giay-phep-lai-xe", "ly-lich-tu-phap", "mua-dien", "tk01a", "tk1-ts"] {
        assert!(!packs.get(id).unwrap().release, "{id}");
    }
    for id in ["dat-dai-15", "dat-dai-18", "dkx10", "ho-kinh-doanh", "tk01", "tro-cap-that-nghiep"] {
        assert!(packs.get(id).unwrap().release, "{id}");
    }
}

#[test]
fn a_passport_form_takes_the_name_apart_in_capitals() {
    let form = filled("tk01", &[("applicant", vec![whole()])], &[]);
    assert_eq!(value(&form, "family_name"), ("NGUYỄN".into(), Some(Origin::Computed)));
    assert_eq!(value(&form, "given_names").0, "THỊ AN");
    assert_eq!(value(&form, "father").0, "Nguyễn Văn Thành");
    assert_eq!(value(&form, "place_of_birth"), (String::new(), None));
    assert!(form.field("religion").unwrap().sensitive);
    assert_eq!(errors(&form), Vec::<String>::new());
}

#[test]
fn each_passport_form_is_for_its_age() {
    assert_eq!(errors(&filled("tk01", &[("applicant", vec![born("23/11/2012")])], &[])), ["date_of_birth"]);
    assert_eq!(errors(&filled("tk01", &[("applicant", vec![born("22/11/2012")])], &[])), Vec::<String>::new());
    let child = |date| filled("tk01a", &[("representative", vec![whole()]), ("child", vec![born(date)])], &[]);
    assert_eq!(errors(&child("23/11/2012")), Vec::<String>::new());
    assert_eq!(errors(&child("22/11/2012")), ["date_of_birth"]);
    let twice = filled("tk01a", &[("representative", vec![whole()]), ("child", vec![whole()])], &[]);
    assert!(errors(&twice).contains(&"id_number".to_owned()), "{:?}", errors(&twice));
}

#[test]
fn a_land_form_offers_the_change_from_the_old_number_to_the_new() {
    let form = filled("dat-dai-18", &[("applicant", vec![whole()])], &[]);
    let change = offered(&form, "change");
    assert!(
        change.contains("Giấy chứng minh nhân dân số 020123456 thành Căn cước công dân số 001190123456"),
        "{change}"
    );
    let confirmed = filled("dat-dai-18", &[("applicant", vec![whole()])], &[("change", Entry::Confirmed)]);
    assert_eq!(value(&confirmed, "change"), (change, Some(Origin::Computed)));
    assert_eq!(filled("dat-dai-18", &[("applicant", vec![an()])], &[]).field("change").unwrap().state, State::Empty);
}

#[test]
fn a_land_owner_may_show_a_passport() {
    let form = filled("dat-dai-15", &[("applicant", vec![whole()])], &[]);
    assert_eq!(value(&form, "owner").0, "NGUYỄN THỊ AN, sinh năm 1990");
    let paper = text("Hộ chiếu số B1234567 cấp ngày 01/02/2020, Cục Quản lý xuất nhập cảnh");
    assert_eq!(
        errors(&filled("dat-dai-15", &[("applicant", vec![whole()])], &[("owner_paper", paper)])),
        Vec::<String>::new()
    );
}

#[test]
fn a_household_business_says_its_capital_in_words_and_names_its_members() {
    let typed = [("capital", text("100.000.000")), ("founder", text("Các thành viên hộ gia đình"))];
    let alone = filled("ho-kinh-doanh", &[("applicant", vec![whole()])], &typed);
    assert_eq!(value(&alone, "full_name").0, "NGUYỄN THỊ AN");
    assert_eq!(value(&alone, "capital_words"), ("Một trăm triệu".into(), Some(Origin::Computed)));
    assert_eq!(offered(&alone, "residence_commune"), "Xã Hưng Lộc");
    assert_eq!(offered(&alone, "ethnicity"), "Kinh");
    assert_eq!(errors(&alone), ["member_name.1"]);
    let both = [("applicant", vec![whole()]), ("member", vec![whole(), binh()])];
    assert_eq!(
        errors(&filled("ho-kinh-doanh", &both, &typed)),
        Vec::<String>::new(),
        "the owner stands in the table too"
    );
    let twice = [("applicant", vec![whole()]), ("member", vec![binh(), binh()])];
    assert_eq!(errors(&filled("ho-kinh-doanh", &twice, &typed)), ["member_id_number.2"]);
}

#[test]
fn a_vehicle_form_computes_the_issuing_authority_and_takes_nobody_for_who_comes() {
    let form = filled("dkx10", &[("applicant", vec![whole()])], &[]);
    let issuer = "Cục Cảnh sát quản lý hành chính về trật tự xã hội";
    assert_eq!(value(&form, "owner_issuer"), (issuer.into(), Some(Origin::Computed)));
    assert_eq!(value(&form, "submitter"), (String::new(), None), "the owner may have sent somebody");
    let other = [("applicant", vec![whole()]), ("submitter", vec![binh()])];
    let form = filled("dkx10", &other, &[("owner_issuer", text("Bộ Công an"))]);
    assert_eq!(value(&form, "owner_issuer"), ("Bộ Công an".into(), Some(Origin::Typed)));
    assert_eq!(value(&form, "submitter").0, "Trần Văn Bình");
    assert_eq!(
        offered(&form, "payer"),
        "Nguyễn Thị An",
        "pages 2 and 3 are filled only where there are no electronic data"
    );
}
