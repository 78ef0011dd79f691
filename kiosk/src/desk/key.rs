//! What opens a card, as it comes to the desk: typed on the number pad, or delivered by a scanner that types.

use cccd::can::Can;
use cccd::credentials::Credentials;
use cccd::id_number::IdNumber;
use cccd::messages::{self, Words};
use cccd::mrz::DocumentMrz;
use cccd::qr_text::{self, QrCard, QrContent};
use jiff::civil::Date;
use zeroize::Zeroizing;

use super::notice::Notice;

/// Something that opens a card.
pub struct Key {
    /// What opens it, and what the chip is compared with.
    pub credentials: Credentials,
    /// It is the code of a card, which may come before the card.
    pub is_code: bool,
}

impl Key {
    /// The code of a card.
    pub fn of_code(card: Box<QrCard>, text: &str) -> Self {
        Self { credentials: Credentials::of_qr(card, Zeroizing::new(text.to_owned())), is_code: true }
    }
}

/// Understands six digits as a CAN, twelve as an ID number, lines of 30 or 44 as an MRZ, and anything with a bar as the
/// text of a QR code.
pub fn understand(text: &str, today: Date) -> Result<Key, Notice> {
    let text = text.trim();
    if text.contains('|') {
        return match qr_text::read_str(text) {
            Ok(QrContent::Card(card)) => Ok(Key::of_code(card, text)),
            Ok(QrContent::Other(_)) | Err(_) => Err(not_a_card_code()),
        };
    }
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let alone = |credentials| Ok(Key { credentials, is_code: false });
    if digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty() {
        if let Ok(can) = Can::parse(&digits) {
            return alone(Credentials::of_can(&can));
        }
        if let Ok(number) = IdNumber::parse(&digits) {
            return alone(Credentials::of_id(number));
        }
        return Err(Notice::wrong(
            Words::new(
                format!("Số vừa nhập có {} chữ số; cần 6 hoặc 12.", digits.len()),
                format!("{} digits were typed; 6 or 12 are needed.", digits.len()),
            ),
            Words::new(
                "Nhập 6 số cuối của số định danh in trên thẻ, hoặc cả 12 số.",
                "Type the last six digits of the ID number on the card, or all twelve.",
            ),
        ));
    }
    match DocumentMrz::parse(text, today) {
        Ok(mrz) => Credentials::of_mrz(mrz).map_or_else(|_| Err(misread_mrz()), alone),
        Err(error) => {
            let words = messages::of_mrz_error(&error);
            Err(Notice::wrong(
                Words::new(
                    "Nội dung vừa nhập không phải số CAN, số định danh, mã QR hay dòng MRZ.",
                    "What was typed is no CAN, no ID number, no QR code and no MRZ.",
                ),
                Words::new(
                    "Nhập 6 số cuối của số định danh, hoặc quét mã QR trên thẻ; hộ chiếu: hai dòng MRZ, mỗi dòng 44 ký tự.",
                    format!(
                        "Type the last six digits of the ID number, or scan the QR code; of a passport the two lines of 44 ({}).",
                        words.en
                    ),
                ),
            ))
        }
    }
}

/// A code was scanned that is not a card's: perhaps the one of VNeID.
pub fn not_a_card_code() -> Notice {
    Notice::wrong(
        Words::new("Đây không phải mã QR của thẻ căn cước.", "This is not the QR code of an ID card."),
        Words::new(
            "Quét mã QR ở góc thẻ. Mã trong ứng dụng VNeID chỉ kiểm tra được bằng VNeID của cán bộ: dùng mục «Nhập tay».",
            "Scan the code on the card. A code of the VNeID app can be checked only with the officer's own VNeID: use 'By hand'.",
        ),
    )
}

fn misread_mrz() -> Notice {
    Notice::wrong(
        Words::new(
            "Dòng MRZ có ký tự sai (số kiểm tra không khớp).",
            "The MRZ has a wrong character (a check digit differs).",
        ),
        Words::new(
            "Nhập hoặc quét lại ba dòng ở mặt sau thẻ; hộ chiếu: hai dòng dưới trang ảnh.",
            "Type or scan the three lines on the back again; of a passport the two lines below the photo.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 22);

    #[test]
    fn six_digits_twelve_digits_a_code_and_an_mrz_are_each_understood() {
        assert!(understand(" 123 456 ", TODAY).is_ok_and(|key| !key.is_code && key.credentials.keys.can.is_some()));
        let number = understand("001190123456", TODAY).ok().unwrap();
        assert!(number.credentials.given().id_number.is_some());
        let code = understand("001190123456||Nguyễn Thị An|15031990|Nữ|Hà Nội|20042021\r\n", TODAY).ok().unwrap();
        assert!(code.is_code && code.credentials.given().qr.is_some());
        // A scanner may send the two lines of a passport with a line end, or in one.
        let lines = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];
        for text in [lines.join("\r\n"), lines.concat(), lines.concat().to_lowercase()] {
            assert!(understand(&text, TODAY).is_ok_and(|key| key.credentials.keys.mrz.is_some()), "{text}");
        }
        let mrz = "IDVNM1901234569001190123456<<0\n9003152F3003150VNM<<<<<<<<<<<2\nNGUYEN<<THI<AN<<<<<<<<<<<<<<<<";
        assert!(understand(mrz, TODAY).is_ok_and(|key| key.credentials.keys.mrz.is_some()));
    }

    #[test]
    fn what_is_none_of_them_says_what_to_do() {
        for text in ["", "12345", "1234567", "abc", "00119012345x|", "https://vneid.gov.vn/|x", "IDVNM"] {
            let notice = understand(text, TODAY).err().unwrap_or_else(|| panic!("{text}"));
            assert!(notice.wrong && !notice.todo.vi.is_empty() && !notice.todo.en.is_empty(), "{text}");
        }
    }
}
