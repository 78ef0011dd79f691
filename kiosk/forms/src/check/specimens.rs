//! Filled forms to try a template with: nobody, an ordinary person, and the worst case.

use std::collections::BTreeMap;

use jiff::civil::date;
use serde_json::Value;

use crate::facts::{Fact, Known, Origin, Person, Subjects};
use crate::filling::{Desk, Entries, Entry};
use crate::packs::{Field, Kind, Pack};

/// A name of 60 letters, longer than any known, with every one of the twelve vowels, đ, and all six tones.
pub const LONGEST_NAME: &str = "CÔNG TẰNG TÔN NỮ HUYỀN ĐẶNG THỊ QUỲNH PHƯỢNG KHUYẾCH ỔN NGHIÊNG";

/// Every Vietnamese letter that is not ASCII, 67 in each case (vietnam-facts, section 8.1).
pub const EVERY_LETTER: &str = "àảãáạ ăằẳẵắặ âầẩẫấậ èẻẽéẹ êềểễếệ ìỉĩíị òỏõóọ ôồổỗốộ ơờởỡớợ ùủũúụ ưừửữứự ỳỷỹýỵ đ \
ÀẢÃÁẠ ĂẰẲẴẮẶ ÂẦẨẪẤẬ ÈẺẼÉẸ ÊỀỂỄẾỆ ÌỈĨÍỊ ÒỎÕÓỌ ÔỒỔỖỐỘ ƠỜỞỠỚỢ ÙỦŨÚỤ ƯỪỬỮỨỰ ỲỶỸÝỴ Đ";

/// What to typeset a pack with to believe it: `empty` (only the desk is known), `plain` (a card for every subject) and `worst`
/// (the longest of everything, every offer taken, every box ticked, every row filled).
pub fn specimens(pack: &Pack) -> Vec<(&'static str, Value)> {
    let nobody = pack.fill(&Subjects::default(), &nowhere(), &Entries::default());
    let plain = pack.fill(&subjects(pack, plain_person, 3), &short_desk(), &Entries::default());
    let worst_subjects = subjects(pack, worst_person, usize::MAX);
    let worst = pack.fill(&worst_subjects, &long_desk(), &worst_entries(pack));
    vec![("empty", nobody.data()), ("plain", plain.data()), ("worst", worst.data())]
}

/// A desk that knows the day alone.
pub(crate) fn nowhere() -> Desk {
    let nothing = String::new;
    Desk { authority: nothing(), police: nothing(), place: nothing(), province: nothing(), today: date(2026, 11, 22) }
}

fn short_desk() -> Desk {
    Desk {
        authority: "Ủy ban nhân dân phường Quảng Yên".into(),
        police: "Công an phường Quảng Yên".into(),
        place: "Quảng Yên".into(),
        province: "Tỉnh Quảng Ninh".into(),
        today: date(2026, 11, 22),
    }
}

fn long_desk() -> Desk {
    Desk {
        authority: "Trung tâm Phục vụ hành chính công phường Nguyễn Huệ Thượng Thanh Xuân Đông, thành phố Hồ Chí Minh – Chi nhánh số 12"
            .into(),
        police: "Phòng Cảnh sát quản lý hành chính về trật tự xã hội, Công an thành phố Hồ Chí Minh – Bộ phận tiếp nhận số 12 tại phường Nguyễn Huệ Thượng Thanh Xuân Đông"
            .into(),
        place: "Phường Nguyễn Huệ Thượng Thanh Xuân Đông".into(),
        province: "Thành phố Hồ Chí Minh".into(),
        today: date(2026, 12, 28),
    }
}

/// As many persons of each subject as it takes, at most `rows` in a table.
fn subjects(pack: &Pack, person: fn(usize) -> Person, rows: usize) -> Subjects {
    let count = |id: &str| {
        let table = pack.sections.iter().filter_map(|section| section.rows.as_ref()).find(|table| table.subject == id);
        table.map_or(1, |table| table.printed.max(1).min(table.most).min(rows))
    };
    let mut next = 0..;
    let mut persons = |id: &str| (0..count(id)).filter_map(|_| next.next()).map(person).collect();
    Subjects(pack.subjects.iter().map(|subject| (subject.id.clone(), persons(&subject.id))).collect())
}

fn person(facts: [(Fact, String); 15]) -> Person {
    let known = |text: String| Known { text, origin: Origin::ChipVerified };
    Person { facts: facts.into_iter().map(|(fact, text)| (fact, known(text))).collect() }
}

/// An ordinary fictitious person; the number makes the next one.
fn plain_person(number: usize) -> Person {
    let names = ["Nguyễn Thị An", "Trần Văn Bình", "Lê Minh Châu", "Phạm Gia Hân", "Ksor H'Bia", "Võ Thị Sáu Hương"];
    let name = names.get(number % names.len()).copied().unwrap_or_default();
    let woman = number.is_multiple_of(2);
    person([
        (Fact::IdNumber, format!("0{}190{:06}", if woman { "01" } else { "79" }, 123_456 + number)),
        (Fact::OldIdNumber, format!("{:09}", 20_123_456 + number)),
        (Fact::FullName, name.into()),
        (Fact::DateOfBirth, format!("15/{:02}/1990", 1 + number % 12)),
        (Fact::Sex, if woman { "Nữ" } else { "Nam" }.into()),
        (Fact::Nationality, "Việt Nam".into()),
        (Fact::Ethnicity, "Kinh".into()),
        (Fact::Religion, "Không".into()),
        (Fact::PlaceOfOrigin, "Xã Tân Phú Trung, Thành phố Hồ Chí Minh".into()),
        (Fact::PlaceOfResidence, "Tổ 4, Khu 2, Phường Quảng Yên, Tỉnh Quảng Ninh".into()),
        (Fact::DateOfIssue, if woman { "10/12/2021" } else { "05/08/2025" }.into()),
        (Fact::DateOfExpiry, "15/03/2030".into()),
        (Fact::FatherName, "Nguyễn Văn Thành".into()),
        (Fact::MotherName, "Lê Thị Ngọc".into()),
        (Fact::SpouseName, "Trần Văn Bình".into()),
    ])
}

/// The longest of everything.
fn worst_person(number: usize) -> Person {
    let address = "Số nhà 1234/56/78A, ngõ 910 đường Nguyễn Thị Minh Khai nối dài, tổ dân phố Thượng Thanh Xuân Đông, \
                   Phường Nguyễn Huệ Thượng, Thành phố Hồ Chí Minh";
    person([
        (Fact::IdNumber, format!("{:012}", 888_888_888_000_usize + number)),
        (Fact::OldIdNumber, format!("{:09}", 888_888_000 + number)),
        (Fact::FullName, LONGEST_NAME.into()),
        (Fact::DateOfBirth, "28/12/1988".into()),
        (Fact::Sex, "Nam".into()),
        (Fact::Nationality, "Cộng hòa Dân chủ Nhân dân Lào".into()),
        (Fact::Ethnicity, "Bru – Vân Kiều".into()),
        (Fact::Religion, "Giáo hội Phật đường Nam Tông Minh Sư đạo".into()),
        (Fact::PlaceOfOrigin, address.into()),
        (Fact::PlaceOfResidence, address.into()),
        (Fact::DateOfIssue, "28/06/2024".into()),
        (Fact::DateOfExpiry, "Không thời hạn".into()),
        (Fact::FatherName, LONGEST_NAME.into()),
        (Fact::MotherName, LONGEST_NAME.into()),
        (Fact::SpouseName, LONGEST_NAME.into()),
    ])
}

/// Every offer taken, every box ticked, and something long wherever the card has nothing.
fn worst_entries(pack: &Pack) -> Entries {
    let mut entries = BTreeMap::new();
    for section in &pack.sections {
        let rows = section.rows.as_ref().map(|rows| rows.printed.max(1).min(rows.most));
        for field in &section.fields {
            for row in 1..=rows.unwrap_or(1) {
                let key = if rows.is_some() { format!("{}.{row}", field.id) } else { field.id.clone() };
                if let Some(entry) = worst_entry(field) {
                    entries.insert(key, entry);
                }
            }
        }
    }
    Entries(entries)
}

fn worst_entry(field: &Field) -> Option<Entry> {
    if field.kind == Kind::Tick || field.offer {
        return Some(Entry::Confirmed);
    }
    if field.source.is_some() {
        return None;
    }
    let longest = field.options.iter().max_by_key(|option| option.chars().count());
    Some(Entry::Text(match field.kind {
        Kind::Date => "28/12/2026".into(),
        Kind::IdBoxes => "888888888888".into(),
        Kind::Choice if longest.is_some() => longest.cloned().unwrap_or_default(),
        kind => {
            let room = field.max_length.unwrap_or_else(|| kind.usual_length());
            let text = format!("{EVERY_LETTER} {LONGEST_NAME} ").repeat(1 + room / 200);
            text.chars().take(room).collect()
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_is_as_long_as_the_facts_say() {
        assert!(LONGEST_NAME.chars().count() >= 60);
        assert_eq!(EVERY_LETTER.chars().filter(|c| !c.is_whitespace()).count(), 134);
    }
}
