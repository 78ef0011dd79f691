use std::fs;

use super::*;
use crate::packs::Packs;

fn findings(changed: impl Fn(&str) -> String) -> Vec<String> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../seeds/forms/ct01-2026");
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("ct01-2026");
    fs::create_dir(&own).unwrap();
    fs::write(own.join("pack.toml"), changed(&fs::read_to_string(seeds.join("pack.toml")).unwrap())).unwrap();
    fs::copy(seeds.join("form.typ"), own.join("form.typ")).unwrap();
    check(&own).iter().map(ToString::to_string).collect()
}

#[test]
fn a_sound_pack_has_nothing_to_say() {
    for pack in Packs::embedded().all() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../seeds/forms").join(&pack.id);
        assert_eq!(check(&folder), vec![], "{}", pack.id);
    }
}

#[test]
fn the_rules_of_every_form_are_kept() {
    let with = |source: &str, more: &str| {
        let found = findings(|text| {
            text.replace(
                "id = \"phone\"",
                &format!("id = \"phone\"\nsource = \"{source}\"\nsubject = \"applicant\"\n{more}"),
            )
        });
        found.join("\n")
    };
    assert!(with("place_of_residence", "").contains("offer = true"));
    assert_eq!(with("place_of_residence", "offer = true"), "");
    assert!(with("ethnicity", "").contains("sensitive = true"));
    assert_eq!(with("place_of_origin", ""), "");
    let birth = findings(|text| {
        let text = text.replace("5. Số điện thoại liên hệ:", "5. Nơi sinh:");
        text.replace("id = \"phone\"", "id = \"phone\"\nsource = \"place_of_origin\"\nsubject = \"applicant\"")
    });
    assert!(birth.join("").contains("a place of birth never comes from the place of origin"), "{birth:?}");
}

#[test]
fn names_that_lead_nowhere_are_found() {
    for (from, to, says) in [
        ("subject = \"owner\"", "subject = \"ownr\"", "no [[subject]] \"ownr\""),
        ("copy_of = \"full_name\"", "copy_of = \"email2\"", "must be an earlier field"),
        ("id = \"email\"", "id = \"phone\"", "stands twice"),
        ("field = \"date_of_birth\"", "field = \"born\"", "no field \"born\""),
        ("several = true", "several = false", "needs several = true"),
        ("id = \"email\"", "id = \"E mail\"", "lower-case letters"),
        ("id = \"email\"", "id = \"mail\"", "does not show field \"mail\""),
        ("effective_from = \"2026-07-01\"", "effective_from = \"1/7/2026\"", "is not a day"),
        ("source = \"id_number\"", "source = \"idnumber\"", "unknown variant `idnumber`"),
        ("subject = \"member\", most", "table = \"member\", most", "this table is not of persons"),
        ("subject = \"member\", most", "table = \"owner\", most", "the table's name \"owner\" is taken"),
        ("subject = \"member\", most", "most", "either subject (a table of persons) or table"),
        ("id = \"email\"", "id = \"email\"\nin_words_of = \"mail\"", "in_words_of \"mail\" must be an earlier field"),
        (
            "not_after_today = { field = \"date_of_birth\"",
            "answer_needs = { field = \"sex\", is = \"Nam\", needs = \"x\"",
            "no field \"x\"",
        ),
        (
            "not_after_today = { field = \"date_of_birth\"",
            "age_below = { subject = \"child\", years = 14",
            "no [[subject]] \"child\"",
        ),
        ("id = \"email\"", "id = \"email\"\noffer = true\ncopy_of = \"full_name\"", "remove copy_of"),
        ("not_after_today = { field", "in_order = { first = \"born\", then", "no field \"born\""),
        (
            "not_after_today = { field = \"date_of_birth\" } }",
            "same_person = { subjects = [\"child\"] } }\nwhen = { field = \"why\", is = \"x\" }",
            "no [[subject]] \"child\"",
        ),
        (
            "must = { not_after_today",
            "when = { field = \"why\", is = \"x\" }\nmust = { not_after_today",
            "no field \"why\"",
        ),
        (
            "id = \"email\"",
            "id = \"email\"\nsubjects = [\"father\"]\nsource = \"place_of_origin\"",
            "no [[subject]] \"father\"",
        ),
        (
            "id = \"email\"",
            "id = \"email\"\nsubjects = [\"head\"]\nsource = \"place_of_origin\"\noffer = true",
            "subjects needs a source of a person, offer = true, kind = \"choice\"",
        ),
        (
            "field = \"head_relation\", is = \"Chủ hộ\"",
            "field = \"head_relation\", is = \"Chủ nhà\"",
            "not among the options",
        ),
        (
            "not_after_today = { field = \"date_of_birth\"",
            "answer_needs = { field = \"sex\", is = \"nu\", needs = \"email2\"",
            "no field \"email2\"",
        ),
        (
            "not_after_today = { field = \"date_of_birth\"",
            "answer_needs = { field = \"sex\", is = \"Nam nữ\", needs = \"email\"",
            "\"Nam nữ\" is not among the options of \"sex\"",
        ),
        ("release = true", "release = true\neffective_until = \"2026-01-01\"", "never in force"),
    ] {
        let found = findings(|text| text.replacen(from, to, 1)).join("\n");
        assert!(found.contains(says), "{says}: {found}");
    }
}

#[test]
fn a_folder_without_a_pack_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let found = check(folder.path());
    assert!(found.len() == 1 && found[0].to_string().contains("pack.toml"), "{found:?}");
}

#[test]
fn specimens_leave_nothing_out_at_worst_and_nothing_in_when_empty() {
    for pack in Packs::embedded().all() {
        for (name, data) in specimens(pack) {
            let fields = data["fields"].as_object().unwrap().values();
            let rows = data["rows"].as_object().unwrap().values().flat_map(|rows| rows.as_array().unwrap());
            let values: Vec<_> = fields.chain(rows.flat_map(|row| row.as_object().unwrap().values())).collect();
            let empty = values.iter().filter(|value| **value == "" || **value == false).count();
            match name {
                "worst" => assert_eq!(empty, 0, "{} worst", pack.id),
                "plain" => assert!(empty < values.len(), "{} plain", pack.id),
                _ => assert!(empty + 2 >= values.len(), "{} empty", pack.id),
            }
        }
    }
}

#[test]
fn a_document_or_a_list_that_names_what_is_not_there_is_found() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../seeds/forms/luu-tru");
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("luu-tru");
    fs::create_dir(&own).unwrap();
    fs::copy(seeds.join("form.typ"), own.join("form.typ")).unwrap();
    let manifest = fs::read_to_string(seeds.join("pack.toml")).unwrap();
    let told = |text: &str| {
        fs::write(own.join("pack.toml"), text).unwrap();
        check(&own).iter().map(|finding| finding.en.clone()).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(told(&manifest), "");
    assert!(
        told(&manifest.replace("field = \"arrival\"", "field = \"come\"")).contains("N: there is no field \"come\"")
    );
    assert!(told(&manifest.replace("column = \"B\"", "column = \"b\"")).contains("write A, B, AA"));
    assert!(
        told(&manifest.replace("[list]\nsubject = \"guest\"", "[list]\nsubject = \"host\"")).contains("no table of")
    );
    let mut outline = cccd_ooxml::docx::Outline::default();
    outline.paragraph("Khách: {{guest_nam}}", cccd_ooxml::docx::Look::Plain);
    fs::write(own.join("form.docx"), outline.write().unwrap()).unwrap();
    fs::write(own.join("list.xlsx"), b"no workbook").unwrap();
    let both = told(&manifest);
    assert!(both.contains("{{guest_nam}} names no field") && both.contains("no DOCX or XLSX file"), "{both}");
    assert!(both.contains("does not show field \"guest_name\""), "{both}");
    fs::remove_file(own.join("list.xlsx")).unwrap();
    fs::write(own.join("form.docx"), Pack::read(&own).unwrap().outline().unwrap()).unwrap();
    assert_eq!(told(&manifest), "", "a document made from the pack shows everything");
}
