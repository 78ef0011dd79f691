//! What the desk says to the officer at the top of the page, once.

use cccd::messages::Words;
use cccd_forms::packs::Subject;

use super::store::StoreError;

/// Something that is said once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whether something went wrong.
    pub wrong: bool,
    /// What is the matter.
    pub what: Words,
    /// What to do.
    pub todo: Words,
}

impl Notice {
    /// Something went wrong.
    pub fn wrong(what: Words, todo: Words) -> Self {
        Self { wrong: true, what, todo }
    }

    /// Something to know.
    pub fn info(vi: &str, en: &str) -> Self {
        Self { wrong: false, what: Words::new(vi, en), todo: Words::new("", "") }
    }

    /// What was typed opens a card, and there is none.
    pub fn no_card() -> Self {
        Self::wrong(
            Words::new("Chưa có thẻ trên đầu đọc.", "There is no card on the reader."),
            Words::new("Đặt thẻ lên đầu đọc rồi nhập lại.", "Put the card down, then type it again."),
        )
    }

    /// Nobody more fits in.
    pub fn session_is_full() -> Self {
        Self::wrong(
            Words::new("Phiên này đã đủ người.", "This session is full."),
            Words::new("Kết thúc phiên rồi bắt đầu phiên mới.", "End it and begin another."),
        )
    }

    /// Somebody else than before is in the session now.
    pub fn another_person() -> Self {
        Self::info(
            "Đã thêm một người khác vào phiên này. Nếu là công dân tiếp theo, hãy kết thúc phiên trước.",
            "Another person was added to this session. If this is the next citizen, end the session first.",
        )
    }

    /// Everything is wiped.
    pub fn session_ended() -> Self {
        Self::info(
            "Phiên đã kết thúc. Dữ liệu của công dân đã được xóa khỏi máy.",
            "The session has ended. The citizen's data are wiped from this machine.",
        )
    }

    /// Everything is wiped, and something was still to be sent.
    pub fn session_ended_unsent() -> Self {
        Self::wrong(
            Words::new(
                "Phiên đã kết thúc khi tờ khai chưa gửi xong sang phần mềm của cơ quan: có thể chưa nhận được.",
                "The session ended before the form was sent to the office's software: it may not have it.",
            ),
            Words::new(
                "Kiểm tra ở phần mềm đó; nếu chưa có, làm lại với công dân. Dữ liệu đã được xóa khỏi máy này.",
                "Look there; if it is missing, do it again with the citizen. The data are wiped from this machine.",
            ),
        )
    }

    /// What was asked for belonged to a session that has ended.
    pub fn session_is_over() -> Self {
        Self::wrong(
            Words::new("Phiên đã kết thúc hoặc tờ khai đã đóng.", "The session has ended, or the form was closed."),
            Words::new(
                "Đóng thẻ trình duyệt này và quay lại trang bàn một cửa.",
                "Close this tab and go back to the desk.",
            ),
        )
    }

    /// What the office calls itself is on the disk.
    pub fn office_is_kept() -> Self {
        Self::info("Đã lưu tên cơ quan.", "The office's name is kept.")
    }

    /// It is not.
    pub fn office_is_not_kept(error: &StoreError) -> Self {
        Self::wrong(
            Words::new(
                "Tên cơ quan chỉ dùng được đến khi tắt máy: không ghi được vào đĩa.",
                "The office's name holds until the program stops: it could not be written.",
            ),
            Words::new(
                format!("Kiểm tra đĩa còn chỗ trống, rồi lưu lại ({error})."),
                format!("See whether the disk is full, then save again ({error})."),
            ),
        )
    }

    /// A setting is not on the disk, and not taken.
    pub fn is_not_kept(error: &StoreError) -> Self {
        Self::wrong(
            Words::new("Chưa thực hiện: không ghi được vào đĩa.", "Not done: it could not be written."),
            Words::new(
                format!("Kiểm tra đĩa còn chỗ trống, rồi làm lại ({error})."),
                format!("See whether the disk is full, then try again ({error})."),
            ),
        )
    }

    /// The officer's computer is let in no more, and that is not on the disk.
    pub fn is_removed_until_the_next_start(error: &StoreError) -> Self {
        Self::wrong(
            Words::new(
                "Đã ngắt máy đó, nhưng chưa ghi được vào đĩa: khi bàn khởi động lại, máy đó lại vào được.",
                "That computer is cut off, but this could not be written: after the next start it gets in again.",
            ),
            Words::new(
                format!("Giải phóng chỗ trống trên đĩa rồi ghép máy khác, hoặc tắt tùy chọn link ({error})."),
                format!("Free some space, then pair another computer, or switch the option link off ({error})."),
            ),
        )
    }

    /// No secret can be made.
    pub fn no_random_numbers() -> Self {
        Self::wrong(
            Words::new("Máy này không cho số ngẫu nhiên.", "This machine gives no random numbers."),
            Words::new("Khởi động lại máy rồi thử lại.", "Start the machine again and try once more."),
        )
    }

    /// Keys are pressed at the desk's own machine alone.
    pub fn typed_at_the_desk_alone() -> Self {
        Self::wrong(
            Words::new("Gõ hộ chỉ chạy trên máy đặt ở bàn.", "Typing works on the desk's own machine alone."),
            Words::new(
                "Ở máy này, dùng nút sao chép từng ô hoặc xuất tệp.",
                "Here, use the copy buttons or an exported file.",
            ),
        )
    }

    /// Data leave the desk only under an ID number.
    pub fn without_id_number(missing: &[&Subject]) -> Self {
        let names =
            |label: fn(&Subject) -> &str| missing.iter().map(|subject| label(subject)).collect::<Vec<_>>().join(", ");
        let (vi, en) = (names(|subject| &subject.label), names(|subject| &subject.label_en));
        Self::wrong(
            Words::new(
                format!("Chưa xuất dữ liệu được: thiếu số định danh cá nhân ({vi})."),
                format!("The data cannot leave the desk: an ID number is missing ({en})."),
            ),
            Words::new(
                "Đọc thẻ hoặc nhập đủ 12 số của người đó, người nước ngoài thì đọc hộ chiếu, rồi làm lại. Bản in PDF vẫn in được.",
                "Read the card or type the twelve digits, of a foreigner read the passport, then try again. The PDF can be printed.",
            ),
        )
    }

    /// A file could not be made.
    pub fn not_made(why: &str) -> Self {
        Self::wrong(
            Words::new("Không tạo được tệp.", "The file could not be made."),
            Words::new(
                format!("Những gì đã nhập vẫn còn. Báo người quản trị: {why}"),
                format!("Nothing typed is lost. Tell the administrator: {why}"),
            ),
        )
    }

    /// No edition of the form is in force today, and why not.
    pub fn no_form((vi, en): (String, String)) -> Self {
        Self::wrong(
            Words::new(vi, en),
            Words::new(
                "Kiểm tra ngày giờ của máy; nếu đúng, báo người quản trị cập nhật mẫu.",
                "Check this machine's date; if it is right, ask the administrator to update the forms.",
            ),
        )
    }
}
