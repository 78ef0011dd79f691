//! Fictitious people, and the text that the code of their card would hold.

use crate::dice::Dice;

const SURNAMES: &[&str] = &[
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Đoàn",
    "Trịnh",
    "Tôn Thất",
    "Lò",
    "Giàng",
    "Thạch",
    "Ksor",
    "Y",
];
const MIDDLE_WOMEN: &[&str] = &["Thị", "Thị Ngọc", "Ngọc", "Thị Thu", "Phương", "Thị Mỹ", "Khánh", "Thùy"];
const MIDDLE_MEN: &[&str] = &["Văn", "Hữu", "Đức", "Minh", "Quốc", "Xuân", "Đình", "Thanh", "Bá"];
const GIVEN: &[&str] = &[
    "An",
    "Ánh",
    "Bình",
    "Châu",
    "Dũng",
    "Đạt",
    "Giang",
    "Hằng",
    "Hiếu",
    "Hường",
    "Khuê",
    "Lộc",
    "Mỹ",
    "Nghĩa",
    "Nhật",
    "Phượng",
    "Quỳnh",
    "Sơn",
    "Thảo",
    "Thư",
    "Trường",
    "Tuấn",
    "Uyên",
    "Vượng",
    "Xuyến",
    "Yến",
    "Ẩn",
    "Ửng",
];
const HAMLETS: &[&str] = &[
    "Tổ 5",
    "Thôn Đoài",
    "Xóm 12",
    "Khu phố 3",
    "Ấp Mỹ Thuận",
    "Bản Nà Lốc",
    "Số 18 ngõ 72 phố Vọng",
    "Kiệt 9/4 Nguyễn Trãi",
    "Buôn Ê Nuôl",
    "Tổ dân phố Cửa Đông",
    "P. 1204, Chung cư Hồng Hà",
];
const COMMUNES: &[&str] = &[
    "Xã Đông Thạnh",
    "Phường Phước Vĩnh",
    "Thị trấn Vị Xuyên",
    "Xã Nghĩa Thịnh",
    "Phường Trường Thi",
    "Xã Ẳng Tở",
    "Xã Ia Mơ",
    "Phường Hòa Khánh Bắc",
];
const DISTRICTS: &[&str] = &[
    "Huyện Nghĩa Hưng",
    "Quận Bình Thạnh",
    "Thành phố Thủ Đức",
    "Thị xã Hương Thủy",
    "Huyện Vị Xuyên",
    "Huyện Mường Ảng",
];
const PROVINCES: &[&str] = &[
    "Nam Định",
    "Hà Giang",
    "TP. Hồ Chí Minh",
    "Thừa Thiên Huế",
    "Điện Biên",
    "Đắk Lắk",
    "Quảng Ngãi",
    "Hà Nội",
    "Đà Nẵng",
];

/// Whose card it is. Nobody: every part is drawn on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Twelve digits.
    pub id_number: String,
    /// Nine digits, or empty.
    pub old_id_number: String,
    /// The name.
    pub name: String,
    /// ddMMyyyy.
    pub birth: String,
    /// Nam or Nữ.
    pub sex: &'static str,
    /// Where the person lives, in two or three levels.
    pub address: String,
    /// ddMMyyyy.
    pub issue: String,
}

impl Person {
    /// Somebody.
    #[must_use]
    pub fn draw(dice: &mut Dice) -> Self {
        let woman = dice.chance(0.5);
        let (year, month, day) = (1935 + dice.below(85), 1 + dice.below(12), 1 + dice.below(28));
        let century = 2 * usize::from(year >= 2000) + usize::from(woman);
        let place = ["001", "036", "046", "079", "064", "011", "048", "002"][dice.below(8)];
        let middle = dice.pick(if woman { MIDDLE_WOMEN } else { MIDDLE_MEN });
        let old_style = dice.chance(0.5);
        let mut address = vec![*dice.pick(HAMLETS), *dice.pick(COMMUNES)];
        if old_style {
            address.push(*dice.pick(DISTRICTS));
        }
        address.push(*dice.pick(PROVINCES));
        let issued = (2021 + dice.below(5), 1 + dice.below(12), 1 + dice.below(28));
        Self {
            id_number: format!("{place}{century}{:02}{}", year % 100, dice.digits(6)),
            old_id_number: if dice.chance(0.5) { dice.digits(9) } else { String::new() },
            name: format!("{} {middle} {}", dice.pick(SURNAMES), dice.pick(GIVEN)),
            birth: format!("{day:02}{month:02}{year}"),
            sex: if woman { "Nữ" } else { "Nam" },
            address: address.join(", "),
            issue: format!("{:02}{:02}{}", issued.2, issued.1, issued.0),
        }
    }

    /// The text of the code on a card of the 2021 kind: seven fields.
    #[must_use]
    pub fn text_2021(&self) -> String {
        let Self { id_number, old_id_number, name, birth, sex, address, issue } = self;
        format!("{id_number}|{old_id_number}|{name}|{birth}|{sex}|{address}|{issue}")
    }

    /// The text of the code on a card of the 2024 kind: eleven fields, the last four empty.
    #[must_use]
    pub fn text_2024(&self) -> String {
        self.text_2021() + "||||"
    }

    /// A text with parents in the last four fields: longer than any seen.
    #[must_use]
    pub fn long_text(&self, dice: &mut Dice) -> String {
        let mut parent = |middle| format!("{} {} {}", dice.pick(SURNAMES), dice.pick(middle), dice.pick(GIVEN));
        let (father, mother) = (parent(MIDDLE_MEN), parent(MIDDLE_WOMEN));
        let origin = format!("{}, {}", dice.pick(COMMUNES), dice.pick(PROVINCES));
        format!("{}|{father}|{mother}|{origin}|{} (theo giấy xác nhận cư trú)", self.text_2021(), self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_seven_or_eleven_fields_and_the_length_of_a_cards() {
        for index in 0..500 {
            let mut dice = Dice::new(1, 0, index);
            let person = Person::draw(&mut dice);
            assert_eq!(person.text_2021().split('|').count(), 7);
            assert_eq!(person.text_2024().split('|').count(), 11);
            assert_eq!(person.long_text(&mut dice).split('|').count(), 11);
            assert!((80..=220).contains(&person.text_2024().len()), "{}", person.text_2024());
            assert_eq!(person.id_number.len(), 12);
        }
    }
}
