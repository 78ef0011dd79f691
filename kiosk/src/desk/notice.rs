//! What the desk says to the officer at the top of the page, once.

use cccd::messages::Words;

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
