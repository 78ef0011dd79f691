//! Every way in which a page gets nothing: a stable code, the status that HTTP has for it, and words for people.

use cccd::messages::Words;

/// Why something is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The message is not what it should be.
    Malformed,
    /// There is no such command.
    UnknownCommand,
    /// No token, or none that this page may show.
    WrongToken,
    /// The code is another one.
    WrongCode,
    /// No code is shown for this page, or its time or tries are over.
    NoPairing,
    /// The grant's time is over.
    Expired,
    /// The grant was taken back.
    Revoked,
    /// Another page is connected.
    AnotherClient,
    /// Too many in a while.
    TooFast,
    /// No fields are named, or one twice.
    NoFields,
    /// A field that there is not.
    UnknownField,
    /// A field beyond the grant.
    FieldNotGranted,
    /// The purpose is missing, too long, or no plain text.
    BadPurpose,
    /// The purpose names the citizen.
    PurposeNamesPerson,
    /// There is no such service.
    UnknownService,
    /// The nonce is too short, too long or not base64url.
    BadNonce,
    /// The nonce was taken before.
    NonceUsed,
    /// A card is being read for something else, or a request is open.
    Busy,
    /// No officer is logged in.
    NobodyAtDesk,
    /// The officer said no.
    Refused,
    /// The page took the request back.
    Cancelled,
    /// Nobody decided, or no card came.
    Timeout,
    /// The officer ended the session.
    SessionEnded,
    /// Nobody was at the desk for long, and the session ended.
    Idle,
    /// The officer logged out, or another one came.
    OfficerLeft,
    /// The card is not to be accepted.
    CardRejected,
    /// Nobody leaves the desk as data without an ID number.
    NoIdNumber,
    /// The log cannot be written, so nothing leaves.
    NotRecorded,
    /// The connection was open for too long, or unused.
    ConnectionOver,
    /// The desk is at fault.
    Internal,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 30] = [
        Self::Malformed,
        Self::UnknownCommand,
        Self::WrongToken,
        Self::WrongCode,
        Self::NoPairing,
        Self::Expired,
        Self::Revoked,
        Self::AnotherClient,
        Self::TooFast,
        Self::NoFields,
        Self::UnknownField,
        Self::FieldNotGranted,
        Self::BadPurpose,
        Self::PurposeNamesPerson,
        Self::UnknownService,
        Self::BadNonce,
        Self::NonceUsed,
        Self::Busy,
        Self::NobodyAtDesk,
        Self::Refused,
        Self::Cancelled,
        Self::Timeout,
        Self::SessionEnded,
        Self::Idle,
        Self::OfficerLeft,
        Self::CardRejected,
        Self::NoIdNumber,
        Self::NotRecorded,
        Self::ConnectionOver,
        Self::Internal,
    ];

    /// Its stable code.
    pub fn code(self) -> &'static str {
        self.described().0
    }

    /// The status of HTTP.
    pub fn status(self) -> u16 {
        self.described().1
    }

    /// What to tell people.
    pub fn words(self) -> Words {
        let (_, _, vi, en) = self.described();
        Words::new(vi, en)
    }

    /// Whether nothing more can come over the connection.
    pub fn ends_connection(self) -> bool {
        matches!(self, Self::Malformed | Self::Expired | Self::Revoked | Self::ConnectionOver)
    }

    fn described(self) -> (&'static str, u16, &'static str, &'static str) {
        match self {
            Self::Malformed => ("malformed", 400, "Thông điệp sai định dạng.", "The message is not what it should be."),
            Self::UnknownCommand => ("unknown_command", 400, "Không có lệnh này.", "There is no such command."),
            Self::WrongToken => (
                "wrong_token",
                401,
                "Mã truy cập không đúng: kết nối lại với bàn đọc thẻ.",
                "The token is not right: pair with the desk again.",
            ),
            Self::WrongCode => ("wrong_code", 401, "Mã kết nối không đúng.", "The pairing code is wrong."),
            Self::NoPairing => (
                "no_pairing",
                410,
                "Không có mã kết nối nào đang chờ, hoặc mã đã hết hạn hay nhập sai quá nhiều lần: tạo mã mới ở bàn đọc thẻ.",
                "No code is waiting, or its time or tries are over: make a new one at the desk.",
            ),
            Self::Expired => (
                "expired",
                401,
                "Thời hạn kết nối đã hết: kết nối lại với bàn đọc thẻ.",
                "The time of this pairing is over: pair again.",
            ),
            Self::Revoked => (
                "revoked",
                401,
                "Cán bộ đã thu hồi kết nối của phần mềm này.",
                "The officer took this software's pairing back.",
            ),
            Self::AnotherClient => (
                "another_client",
                429,
                "Một trang khác đang kết nối với bàn đọc thẻ.",
                "Another page is connected to the desk.",
            ),
            Self::TooFast => ("too_fast", 429, "Quá nhiều yêu cầu: chờ một phút.", "Too many requests: wait a minute."),
            Self::NoFields => {
                ("no_fields", 422, "Chưa nêu trường dữ liệu nào, hoặc nêu hai lần.", "No field is named, or one twice.")
            }
            Self::UnknownField => {
                ("unknown_field", 422, "Có trường dữ liệu không tồn tại.", "A field that there is not.")
            }
            Self::FieldNotGranted => (
                "field_not_granted",
                403,
                "Phần mềm này không được phép hỏi những trường đó.",
                "This software may not ask for these fields.",
            ),
            Self::BadPurpose => (
                "bad_purpose",
                422,
                "Mục đích phải có 3–120 ký tự trên một dòng: chữ tiếng Việt, dấu câu thông thường và tối đa 6 chữ số.",
                "A purpose has 3 to 120 characters on one line: Vietnamese letters, plain punctuation, six digits at most.",
            ),
            Self::PurposeNamesPerson => (
                "purpose_names_person",
                422,
                "Mục đích không được chứa thông tin của công dân.",
                "A purpose must not name the citizen.",
            ),
            Self::UnknownService => {
                ("unknown_service", 422, "Không có dịch vụ số này.", "There is no service of that number.")
            }
            Self::BadNonce => (
                "bad_nonce",
                422,
                "Số ngẫu nhiên (nonce) phải có 16–64 byte, base64url.",
                "A nonce has 16 to 64 bytes, as base64url.",
            ),
            Self::NonceUsed => {
                ("nonce_used", 409, "Số ngẫu nhiên (nonce) này đã dùng rồi.", "This nonce was used before.")
            }
            Self::Busy => (
                "busy",
                409,
                "Bàn đọc thẻ đang bận: chờ xong việc đang làm rồi hỏi lại.",
                "The desk is busy: ask again when that is done.",
            ),
            Self::NobodyAtDesk => (
                "nobody_at_desk",
                409,
                "Chưa có cán bộ đăng nhập ở bàn đọc thẻ.",
                "No officer is logged in at the desk.",
            ),
            Self::Refused => ("refused", 403, "Cán bộ không đồng ý.", "The officer refused."),
            Self::Cancelled => ("cancelled", 410, "Phần mềm đã hủy yêu cầu.", "The software took the request back."),
            Self::Timeout => (
                "timeout",
                408,
                "Hết thời gian chờ: hỏi lại khi công dân có mặt.",
                "It took too long: ask again when the citizen is there.",
            ),
            Self::SessionEnded => ("session_ended", 410, "Cán bộ đã kết thúc phiên.", "The officer ended the session."),
            Self::Idle => (
                "idle",
                410,
                "Phiên đã tự kết thúc vì không ai thao tác.",
                "The session ended because nobody was there.",
            ),
            Self::OfficerLeft => ("officer_left", 410, "Cán bộ đã đăng xuất.", "The officer logged out."),
            Self::CardRejected => (
                "card_rejected",
                422,
                "Thẻ không được chấp nhận: xem lý do ở bàn đọc thẻ.",
                "The card is not to be accepted: see why at the desk.",
            ),
            Self::NoIdNumber => (
                "no_id_number",
                422,
                "Người này không có số định danh cá nhân: dữ liệu không được chuyển đi.",
                "This person has no ID number: the data do not leave the desk.",
            ),
            Self::NotRecorded => (
                "not_recorded",
                503,
                "Không ghi được nhật ký nên không chuyển dữ liệu: báo người quản trị.",
                "The log could not be written, so nothing is given: tell the administrator.",
            ),
            Self::ConnectionOver => (
                "connection_over",
                408,
                "Kết nối để không quá lâu: mở lại khi cần.",
                "The connection was unused for too long: open it again when it is needed.",
            ),
            Self::Internal => ("internal", 500, "Bàn đọc thẻ gặp lỗi.", "The desk is at fault."),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_refusal_has_a_code_of_its_own_and_words_in_both_languages() {
        let codes: BTreeSet<&str> = Refusal::ALL.into_iter().map(Refusal::code).collect();
        assert_eq!(codes.len(), Refusal::ALL.len());
        for refusal in Refusal::ALL {
            let words = refusal.words();
            assert!(!words.vi.is_empty() && !words.en.is_empty() && words.vi != words.en, "{refusal:?}");
            assert!((400..=503).contains(&refusal.status()), "{refusal:?}");
        }
    }
}
