//! The forms of births, deaths, marital status, extracts, corrections and recognitions.

use super::*;

const CIVIL_STATUS: [&str; 7] = [
    "khai-sinh",
    "khai-tu",
    "ket-hon",
    "tinh-trang-hon-nhan",
    "trich-luc-ho-tich",
    "thay-doi-ho-tich",
    "nhan-cha-me-con",
];

fn fill(pack: &str, persons: &[(&str, Vec<Person>)], typed: &[(&str, Entry)]) -> Form {
    Packs::embedded().get(pack).unwrap().fill(&subjects(persons), &desk(), &entries(typed))
}

/// What is wrong, but for what is empty.
fn wrong(form: &Form) -> Vec<(String, String)> {
    let problems = form.problems().into_iter().filter(|problem| !problem.en.starts_with("Still empty"));
    problems.map(|problem| (problem.key, problem.en)).collect()
}

fn told(form: &Form, key: &str, words: &str) -> bool {
    wrong(form).iter().any(|(at, en)| at == key && en.contains(words))
}

/// Somebody of this ethnicity and place of origin.
fn from(person: Person, ethnicity: &str, origin: &str) -> Person {
    let known = |text: &str| Known { text: text.into(), origin: Origin::ChipVerified };
    let mut person = person;
    person.facts.insert(Fact::Ethnicity, known(ethnicity));
    person.facts.insert(Fact::PlaceOfOrigin, known(origin));
    person
}

#[test]
fn a_birth_date_is_written_in_words_and_other_words_are_told_of() {
    let born = ("child_date_of_birth", text("05/11/2026"));
    let form = fill("khai-sinh", &[], std::slice::from_ref(&born));
    let words = "ngày năm tháng mười một năm hai nghìn không trăm hai mươi sáu";
    assert_eq!(value(&form, "child_date_in_words"), (words.into(), Some(Origin::Computed)));
    let capitals = fill(
        "khai-sinh",
        &[],
        &[born.clone(), ("child_date_in_words", text("Ngày năm tháng mười một năm hai nghìn không trăm hai mươi sáu"))],
    );
    assert!(wrong(&capitals).is_empty());
    let other = fill("khai-sinh", &[], &[born, ("child_date_in_words", text("ngày sáu tháng mười một"))]);
    assert!(told(&other, "child_date_in_words", "not what the digits say"));
    assert_eq!(other.field("child_date_in_words").unwrap().on_card, None, "no card says it");
}

#[test]
fn origin_and_ethnicity_of_a_child_are_those_of_a_parent_by_agreement() {
    let (mother, father) = (from(an(), "Kinh", "Xã A, Tỉnh B"), from(binh(), "Tày", "Xã A, Tỉnh B"));
    let both = [("mother", vec![mother.clone()]), ("father", vec![father])];
    let form = fill("khai-sinh", &both, &[]);
    let origin = form.field("child_place_of_origin").unwrap();
    assert_eq!(origin.state, State::Offered("Xã A, Tỉnh B".into()), "both say so, and it is confirmed all the same");
    let ethnicity = form.field("child_ethnicity").unwrap();
    assert_eq!(
        (&ethnicity.state, ethnicity.options.as_slice()),
        (&State::Empty, ["Tày".to_owned(), "Kinh".into()].as_slice())
    );
    let chosen = fill("khai-sinh", &both, &[("child_ethnicity", text("Kinh"))]);
    assert_eq!(value(&chosen, "child_ethnicity"), ("Kinh".into(), Some(Origin::ChipVerified)));
    let neither = fill("khai-sinh", &both, &[("child_ethnicity", text("Nùng"))]);
    assert_eq!(value(&neither, "child_ethnicity"), ("Nùng".into(), Some(Origin::Typed)));
    let stale = fill("khai-sinh", &both, &[("child_ethnicity", Entry::Confirmed)]);
    assert_eq!(
        value(&stale, "child_ethnicity"),
        (String::new(), None),
        "what was confirmed for one is not the other's"
    );
    let alone = fill("khai-sinh", &[("mother", vec![mother])], &[("child_ethnicity", Entry::Confirmed)]);
    assert_eq!(value(&alone, "child_ethnicity"), ("Kinh".into(), Some(Origin::ChipVerified)));
}

#[test]
fn a_place_of_birth_comes_from_no_card() {
    let parents = [("requester", vec![an()]), ("mother", vec![from(an(), "Kinh", "Xã A")]), ("father", vec![binh()])];
    let form = fill("khai-sinh", &parents, &[]);
    assert_eq!(form.field("child_place_of_birth").unwrap().state, State::Empty);
    assert!(form.field("child_place_of_birth").unwrap().options.is_empty());
}

#[test]
fn a_requester_who_is_a_parent_is_written_once() {
    let as_mother = fill("khai-sinh", &[("requester", vec![an()])], &[("relation", text("mẹ"))]);
    assert_eq!(value(&as_mother, "mother_name").0, "Nguyễn Thị An");
    assert_eq!(value(&as_mother, "mother_id_paper").0, "Số định danh cá nhân 001190123456");
    assert_eq!(value(&as_mother, "father_name").0, "");
    assert!(wrong(&as_mother).is_empty());
    let as_father = fill("khai-sinh", &[("requester", vec![an()])], &[("relation", text("Cha"))]);
    assert!(told(&as_father, "requester_name", "said to be the father, but the card states another sex"));
    let another = [("requester", vec![an()]), ("mother", vec![binh()])];
    let form = fill("khai-sinh", &another, &[("relation", text("Mẹ"))]);
    assert!(told(&form, "mother_name", "another person's"));
    assert!(!told(&fill("khai-sinh", &another, &[("relation", text("Bà"))]), "mother_name", "another person's"));
}

#[test]
fn what_cannot_be_of_a_birth_is_told() {
    let twice = fill("khai-sinh", &[("mother", vec![an()]), ("father", vec![an()])], &[]);
    assert!(told(&twice, "father_name", "put down twice") && told(&twice, "father_name", "another sex"));
    let tomorrow = fill("khai-sinh", &[], &[("child_date_of_birth", text("23/11/2026"))]);
    assert!(told(&tomorrow, "child_date_of_birth", "after today"));
    let older = fill("khai-sinh", &[("mother", vec![an()])], &[("child_date_of_birth", text("14/03/1990"))]);
    assert!(told(&older, "child_date_of_birth", "before the mother's"));
    let same_day = fill("khai-sinh", &[("mother", vec![an()])], &[("child_date_of_birth", text("15/03/1990"))]);
    assert!(wrong(&same_day).is_empty());
}

#[test]
fn copies_need_a_number_and_only_where_they_are_wanted() {
    for (wanted, count, right) in [
        ("Có", "", false),
        ("Có", "2", true),
        ("Không", "", true),
        ("", "", true),
        ("Có", "0", false),
        ("Có", "+2", false),
    ] {
        let form = fill("khai-sinh", &[], &[("copies", text(wanted)), ("copies_count", text(count))]);
        assert_eq!(wrong(&form).is_empty(), right, "{wanted} {count}");
    }
}

#[test]
fn what_cannot_be_of_a_death_is_told() {
    let form = |typed: &[(&str, Entry)]| fill("khai-tu", &[("deceased", vec![binh()])], typed);
    assert!(told(&form(&[("death_date", text("23/11/2026"))]), "death_date", "after today"));
    assert!(told(&form(&[("death_date", text("01/01/1958"))]), "death_date", "before the date of birth"));
    let early = form(&[("death_date", text("20/11/2026")), ("notice_date", text("19/11/2026"))]);
    assert!(told(&early, "notice_date", "older than the death"));
    assert!(told(&form(&[("death_hour", text("24"))]), "death_hour", "0 to 23"));
    let right = [("death_date", text("22/11/2026")), ("death_hour", text("00")), ("death_minute", text("59"))];
    assert!(wrong(&form(&right)).is_empty());
    let twice = fill("khai-tu", &[("requester", vec![binh()]), ("deceased", vec![binh()])], &[]);
    assert!(told(&twice, "deceased_name", "Requester and deceased"));
}

#[test]
fn whoever_asks_for_oneself_is_copied_and_is_one_person() {
    for pack in ["tinh-trang-hon-nhan", "trich-luc-ho-tich", "thay-doi-ho-tich"] {
        let oneself = [("relation", text("Bản thân"))];
        let form = fill(pack, &[("requester", vec![an()])], &oneself);
        assert_eq!(value(&form, "person_name").0, "Nguyễn Thị An", "{pack}");
        assert_eq!(value(&form, "person_id_paper").0, "Số định danh cá nhân 001190123456", "{pack}");
        let two = fill(pack, &[("requester", vec![an()]), ("person", vec![binh()])], &oneself);
        assert!(told(&two, "person_name", "two persons"), "{pack}");
        let one = fill(pack, &[("requester", vec![an()]), ("person", vec![an()])], &oneself);
        assert!(wrong(&one).is_empty(), "{pack}");
    }
}

#[test]
fn a_marriage_to_come_is_the_purpose_that_is_offered() {
    let couple = [("requester", vec![an()]), ("partner", vec![binh()])];
    let form = fill("tinh-trang-hon-nhan", &couple, &[("relation", text("Bản thân"))]);
    let State::Offered(purpose) = &form.field("purpose").unwrap().state else { panic!("no offer") };
    assert!(purpose.starts_with("Để kết hôn với Trần Văn Bình; ngày, tháng, năm sinh: 02/01/1958"));
    let twice = [("requester", vec![an()]), ("partner", vec![an()])];
    let form = fill("tinh-trang-hon-nhan", &twice, &[("relation", text("Bản thân"))]);
    assert!(told(&form, "purpose", "same ID number"));
}

#[test]
fn parent_and_child_are_in_order_whichever_is_recognised() {
    let pair = |first: Person, then: Person, is: &str| {
        fill("nhan-cha-me-con", &[("recognised", vec![first]), ("other", vec![then])], &[("relationship", text(is))])
    };
    assert!(wrong(&pair(binh(), an(), "cha")).is_empty());
    assert!(wrong(&pair(an(), binh(), "con")).is_empty());
    assert!(told(&pair(an(), binh(), "mẹ"), "other_date_of_birth", "older than the mother"));
    assert!(told(&pair(binh(), an(), "con"), "recognised_date_of_birth", "older than the parent"));
    assert!(told(&pair(an(), binh(), "cha"), "recognised_sex", "another sex"));
}

#[test]
fn the_civil_status_forms_end_with_the_law_they_are_of() {
    let packs = Packs::embedded();
    for form in CIVIL_STATUS {
        assert!(packs.for_day(form, date(2027, 2, 28), "").is_some_and(|pack| pack.release), "{form}");
        assert!(packs.for_day(form, date(2027, 3, 1), "").is_none(), "{form}");
    }
    assert!(!packs.get("ct03").unwrap().release, "its form of today was not seen");
}

#[test]
fn what_note_two_asks_is_offered_and_never_filled() {
    for pack in Packs::embedded().all().filter(|pack| CIVIL_STATUS.contains(&pack.id.as_str())) {
        for field in pack.fields().filter(|field| field.label.ends_with(": (2)")) {
            assert!(field.offer, "{} {}", pack.id, field.id);
        }
    }
}
