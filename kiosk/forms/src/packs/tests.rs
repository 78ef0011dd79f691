use jiff::civil::date;

use super::*;
use crate::finding::Severity;

#[test]
fn every_embedded_pack_can_be_used() {
    let packs: Vec<Pack> = embedded::packs().collect::<Result<_, _>>().unwrap_or_else(|finding| panic!("{finding}"));
    for pack in &packs {
        let found = crate::check::of_pack(&Path::new("seeds/forms").join(&pack.id), pack);
        let errors: Vec<_> = found.iter().filter(|finding| finding.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    assert_eq!(Packs::embedded().all().count(), packs.len());
}

#[test]
fn the_edition_in_force_on_the_day_is_used() {
    let packs = Packs::embedded();
    let id = |day| packs.for_day("ct01", day, "Tỉnh Nghệ An").map(|pack| pack.id.as_str());
    assert_eq!(id(date(2025, 6, 30)), None);
    assert_eq!(id(date(2025, 7, 1)), Some("ct01-2025"));
    assert_eq!(id(date(2026, 6, 30)), Some("ct01-2025"));
    assert_eq!(id(date(2026, 7, 1)), Some("ct01-2026"));
    let (vi, en) = packs.why_none("ct01", date(2025, 6, 30));
    assert!(vi.contains("30/06/2025") && vi.contains("ct01-2025 (01/07/2025 – 30/06/2026)"), "{vi}");
    assert!(en.contains("in force on 30/06/2025"), "{en}");
    assert!(packs.why_none("xx", date(2025, 6, 30)).1.contains("no form pack"));
}

/// A copy of an embedded pack in a folder, with something changed.
fn office_folder(id: &str, changed: impl Fn(&str) -> String) -> tempfile::TempDir {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../seeds/forms/ct01-2026");
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join(id);
    std::fs::create_dir(&own).unwrap();
    std::fs::write(own.join("pack.toml"), changed(&std::fs::read_to_string(seeds.join("pack.toml")).unwrap())).unwrap();
    std::fs::copy(seeds.join("form.typ"), own.join("form.typ")).unwrap();
    folder
}

#[test]
fn a_province_uses_its_own_edition_and_the_others_do_not() {
    let folder = office_folder("ct01-thanh-hoa", |text| {
        let text = text.replace("id = \"ct01-2026\"", "id = \"ct01-thanh-hoa\"");
        text.replace("release = true", "province = \"Tỉnh Thanh Hóa\"\nrelease = true")
    });
    let (packs, found) = Packs::with_folder(folder.path());
    assert!(found.is_empty(), "{found:?}");
    let id = |province| packs.for_day("ct01", date(2026, 11, 22), province).unwrap().id.as_str();
    assert_eq!(id("Thanh Hoá"), "ct01-thanh-hoa");
    assert_eq!(id("tinh thanh hoa"), "ct01-thanh-hoa");
    assert_eq!(id("Thành phố Hồ Chí Minh"), "ct01-2026");
}

#[test]
fn an_offices_pack_overrides_the_embedded_one_by_id() {
    let folder = office_folder("ct01-2026", |text| text.replace("6. Email:", "6. Thư điện tử:"));
    let (packs, _) = Packs::with_folder(folder.path());
    let email = packs.get("ct01-2026").unwrap().fields().find(|field| field.id == "email").unwrap();
    assert_eq!(email.label, "6. Thư điện tử:");
}

#[test]
fn a_broken_pack_is_told_of_and_the_embedded_one_still_serves() {
    let folder = office_folder("ct01-2026", |text| text.replacen("label_en =", "labelen =", 1));
    let (packs, found) = Packs::with_folder(folder.path());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].position, Some((15, 1)), "{}", found[0]);
    assert!(found[0].file.ends_with("ct01-2026/pack.toml"));
    assert!(found[0].en.contains("labelen") && found[0].vi.contains("Xóa khóa này"), "{}", found[0]);
    assert!(packs.for_day("ct01", date(2026, 11, 22), "").is_some());
}

#[test]
fn a_folder_that_is_not_there_is_told_of() {
    let (packs, found) = Packs::with_folder(Path::new("/no/such/folder"));
    assert_eq!(found.len(), 1);
    assert!(packs.get("ct01-2026").is_some());
}

#[test]
fn ct01_asks_for_no_address_and_nothing_sensitive() {
    for pack in Packs::embedded().all().filter(|pack| pack.form == "ct01") {
        assert!(pack.needs(Fact::IdNumber) && pack.needs(Fact::Sex));
        for fact in [Fact::Ethnicity, Fact::Religion, Fact::PlaceOfResidence, Fact::PlaceOfOrigin, Fact::OldIdNumber] {
            assert!(!pack.needs(fact), "{fact:?}");
        }
    }
}
