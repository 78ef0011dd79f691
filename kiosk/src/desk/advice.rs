//! What to do next, in the words of the desk: what stands in the library's messages speaks to who types commands.

use cccd::checks::Checks;
use cccd::messages::{self, Words};
use cccd::verdict::Verdict;
use icao9303::check::{Reason, Status};

/// What to do after a card was read, the most important first. Nothing where all is well.
pub fn after_read(checks: &Checks, verdict: Verdict) -> Vec<Words> {
    if verdict == Verdict::Genuine {
        return Vec::new();
    }
    let mut advice: Vec<Words> = Vec::new();
    for wanted in [Status::Failed, Status::Unknown] {
        for (_, check) in checks.named() {
            let Some(reason) = check.reason.filter(|_| check.status == wanted) else { continue };
            let words = for_reason(reason);
            if !advice.contains(&words) {
                advice.push(words);
            }
        }
    }
    advice
}

fn for_reason(reason: Reason) -> Words {
    match reason {
        Reason::Expired => Words::new(
            "Thẻ đã hết hạn: hướng dẫn công dân làm thủ tục cấp đổi thẻ. Dữ liệu trên thẻ vẫn điền được vào tờ khai; ngoài việc cấp đổi thẻ, cần thêm giấy tờ còn hạn.",
            "The card has expired: show the citizen how to renew it. Its data may still be filled in; for anything but the renewal ask for another valid paper.",
        ),
        Reason::UnknownIssuer => Words::new(
            "Máy chưa có chứng thư gốc (CSCA) của nơi cấp nên chưa khẳng định được chữ ký. Đây không phải dấu hiệu thẻ giả: \
             so ảnh với người, xem thẻ bằng mắt, rồi làm tiếp. Báo người quản trị nạp chứng thư gốc.",
            "The issuer's root certificate (CSCA) is not on this machine, so the signature cannot be confirmed. That is no sign \
             of a fake: compare face and card, then go on. Ask the administrator to load it.",
        ),
        Reason::NoCrl | Reason::CrlOutOfDate => Words::new(
            "Danh sách thu hồi chưa có hoặc đã cũ; không cản trở việc tiếp nhận. Báo người quản trị cập nhật.",
            "The revocation list is missing or old. That does not stop you; ask the administrator to update it.",
        ),
        Reason::Malformed | Reason::UnsupportedAlgorithm => Words::new(
            "Chip có dữ liệu mà chương trình chưa hiểu. Đối chiếu thẻ bằng mắt; báo người quản trị.",
            "The chip holds something that this program does not understand. Look at the card; tell the administrator.",
        ),
        Reason::PrintDiffers => Words::new(
            "Thông tin in trên thẻ khác với chip: xem bảng khác nhau bên dưới. Khác số định danh thì không tiếp nhận; khác mục khác \
             thì hỏi công dân và in phiếu ghi nhận.",
            "Print and chip differ: see the table below. Another ID number: do not accept. Another field: ask the citizen and \
             print the note.",
        ),
        other => {
            let message = messages::of_reason(other);
            message.map_or_else(
                || Words::new("Hỏi người phụ trách.", "Ask the person in charge."),
                |message| Words::new(message.hint_vi, message.hint_en),
            )
        }
    }
}

/// After a printed code was taken without a chip.
pub fn unproven_code() -> Words {
    Words::new(
        "Mã QR ai cũng in được: đặt thẻ lên đầu đọc để xác thực, hoặc đối chiếu thẻ và người bằng mắt.",
        "Anybody can print a QR code: put the card on the reader to prove it, or compare card and person yourself.",
    )
}

/// What happened when a card could not be read, and what to do: by the stable code of the error.
pub fn for_error(code: &str) -> (Words, Words) {
    let own = match code {
        "wrong_password" => Some((
            Words::new("Số CAN không đúng.", "The CAN is wrong."),
            Words::new(
                "Xem lại 6 số cuối của số định danh in trên thẻ rồi nhập lại, hoặc quét mã QR. Thẻ vẫn để yên trên đầu đọc.",
                "Look at the last six digits of the ID number on the card and type them again, or scan the QR code. Leave the \
                 card where it is.",
            ),
        )),
        "card_removed" => Some((
            Words::new("Thẻ bị nhấc ra giữa chừng.", "The card was taken away in the middle."),
            Words::new(
                "Đặt thẻ lại và để yên đến khi có tiếng báo. Những gì đã nhập vẫn còn.",
                "Put it back and leave it until you hear the sound. Nothing you typed is lost.",
            ),
        )),
        "reader_unavailable" => Some((
            Words::new("Mất kết nối với đầu đọc.", "The reader is gone."),
            Words::new(
                "Cắm lại đầu đọc, chờ dòng trạng thái báo sẵn sàng rồi đặt thẻ lại. Những gì đã nhập vẫn còn.",
                "Plug the reader in again, wait until it is shown as ready, then put the card back. Nothing you typed is lost.",
            ),
        )),
        "timeout" | "transmission" => Some((
            Words::new("Chip không trả lời.", "The chip does not answer."),
            Words::new(
                "Đặt thẻ vào giữa đầu đọc, bỏ bao da hoặc vật kim loại, rồi thử lại.",
                "Lay the card on the middle of the reader, without sleeve or metal, and try again.",
            ),
        )),
        "not_recorded" => Some((
            Words::new("Chưa đọc thẻ: không ghi được nhật ký.", "The card was not read: the log could not be written."),
            Words::new(
                "Giải phóng chỗ trống trên ổ đĩa hoặc báo người quản trị, rồi đọc lại. Luyện tập với thẻ mẫu vẫn được.",
                "Free some space on the disk or tell the administrator, then read again. Practice still works.",
            ),
        )),
        _ => None,
    };
    own.or_else(|| {
        let message = messages::of(code)?;
        Some((Words::new(message.vi, message.en), Words::new(message.hint_vi, message.hint_en)))
    })
    .unwrap_or_else(|| {
        (
            Words::new("Không đọc được thẻ.", "The card could not be read."),
            Words::new("Đặt thẻ lại và thử lần nữa.", "Put the card back and try again."),
        )
    })
}

/// A scanned code did not open the card that lies there.
pub fn code_of_another() -> (Words, Words) {
    (
        Words::new("Mã QR vừa quét không mở được thẻ này.", "The code that was scanned does not open this card."),
        Words::new(
            "Có thể mã là của thẻ khác: quét mã trên chính thẻ đang nằm ở đầu đọc, hoặc nhập 6 số cuối in trên thẻ.",
            "It may be another card's: scan the code of the card on the reader, or type the last six digits printed on it.",
        ),
    )
}

/// Two pieces of advice after each other.
pub fn joined(one: &Words, other: &Words) -> Words {
    Words::new(format!("{} {}", one.vi, other.vi), format!("{} {}", one.en, other.en))
}
