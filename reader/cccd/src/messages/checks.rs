//! What a check found, and why.

use super::{Message, row};

/// The reasons of checks that failed or could not be decided.
pub(super) const REASONS: &[Message] = &[
    row(
        "hash_mismatch",
        "Dữ liệu trên chip đã bị thay đổi sau khi ký.",
        "Data in the chip was changed after it was signed.",
        "Không chấp nhận thẻ này; báo người phụ trách.",
        "Do not accept the card; call the person in charge.",
    ),
    row(
        "file_missing",
        "Chip giấu một tệp lẽ ra phải có.",
        "The chip withholds a file that it should have.",
        "Đọc lại; nếu vẫn thiếu, đối chiếu thẻ bằng mắt và hỏi người phụ trách.",
        "Read again; if it is still missing, look at the card yourself and ask the person in charge.",
    ),
    row(
        "signature_invalid",
        "Chữ ký số không đúng với khóa của nơi cấp.",
        "A signature is not by the key that should have made it.",
        "Không chấp nhận thẻ này; báo người phụ trách.",
        "Do not accept the card; call the person in charge.",
    ),
    row(
        "malformed",
        "Cấu trúc dữ liệu không theo chuẩn nên không kiểm tra được.",
        "The structure is not what the standard says, so it cannot be checked.",
        "Ghi bằng `--trace` và gửi bản ẩn danh cho nhóm phát triển.",
        "Record it with `--trace` and send the anonymised copy to the developers.",
    ),
    row(
        "ds_missing",
        "Thẻ không kèm chứng thư của nơi ký.",
        "The card does not carry its signer's certificate.",
        "Không kết luận được bằng chip; đối chiếu bằng cách khác.",
        "The chip alone cannot decide; check in another way.",
    ),
    row(
        "unsupported_algorithm",
        "Thẻ dùng thuật toán mà chương trình chưa hỗ trợ.",
        "The card uses an algorithm that is not supported.",
        "Cập nhật chương trình; tạm thời đối chiếu bằng cách khác.",
        "Update the program; until then check in another way.",
    ),
    row(
        "unknown_issuer",
        "Chưa có chứng thư gốc (CSCA) của nơi cấp thẻ này. Điều này không có nghĩa là thẻ giả.",
        "The root certificate (CSCA) of this card's issuer is not loaded. That does not mean that the card is a fake.",
        "Nạp chứng thư gốc từ nguồn tin cậy: `cccd trust add TỆP`.",
        "Load it from a source you trust: `cccd trust add FILE`.",
    ),
    row(
        "wrong_issuer",
        "Chữ ký hợp lệ nhưng của nơi không có quyền cấp thẻ này.",
        "The signature is valid, but by somebody who does not issue this kind of document.",
        "Không chấp nhận bằng chip; báo người phụ trách.",
        "Do not accept it by the chip; call the person in charge.",
    ),
    row(
        "expired",
        "Đã hết hạn.",
        "Past the end of its validity.",
        "Nếu là thẻ: đề nghị chủ thẻ đổi thẻ. Nếu là chứng thư: kiểm tra giờ của máy.",
        "If it is the card: the holder has to renew it. If it is a certificate: check this machine's clock.",
    ),
    row(
        "not_yet_valid",
        "Chưa đến ngày có hiệu lực.",
        "Not valid yet.",
        "Kiểm tra ngày giờ của máy.",
        "Check this machine's clock.",
    ),
    row(
        "revoked",
        "Chứng thư ký thẻ đã bị thu hồi.",
        "The certificate that signed the card has been revoked.",
        "Không chấp nhận thẻ này; báo người phụ trách.",
        "Do not accept the card; call the person in charge.",
    ),
    row(
        "no_crl",
        "Chưa có danh sách thu hồi của nơi cấp.",
        "No revocation list of the issuer is loaded.",
        "Nạp danh sách thu hồi mới: `--crl TỆP`.",
        "Load a recent one: `--crl FILE`.",
    ),
    row(
        "crl_out_of_date",
        "Danh sách thu hồi đã cũ.",
        "The revocation list is out of date.",
        "Tải danh sách thu hồi mới.",
        "Get a recent one.",
    ),
    row(
        "clone",
        "Chip không có khóa riêng của thẻ thật: đây là bản sao.",
        "The chip does not hold the genuine card's private key: it is a copy.",
        "Không chấp nhận thẻ này; báo người phụ trách.",
        "Do not accept the card; call the person in charge.",
    ),
    row(
        "no_answer",
        "Chip không trả lời phép thử chống sao chép.",
        "The chip did not answer the test against copies.",
        "Đặt lại thẻ và đọc lại; thử đầu đọc khác.",
        "Put the card back and read again; try another reader.",
    ),
    row(
        "key_not_protected",
        "Khóa chống sao chép không được nơi cấp ký.",
        "The key of the test against copies is not signed by the issuer.",
        "Không kết luận được thẻ có phải bản sao không; hỏi người phụ trách.",
        "Whether the card is a copy cannot be told; ask the person in charge.",
    ),
    row(
        "tampered_offer",
        "Danh sách phương thức mà chip đưa ra khác với bản đã ký.",
        "The protocols that the chip offers are not those that were signed.",
        "Xem có thiết bị lạ giữa thẻ và đầu đọc không; đọc lại bằng đầu đọc khác.",
        "Look for a device between card and reader; read again with another reader.",
    ),
    row(
        "pace_failed",
        "PACE thất bại và đã dùng BAC yếu hơn.",
        "PACE failed and the weaker BAC was used.",
        "Đọc lại với số CAN đúng.",
        "Read again with the right CAN.",
    ),
    row(
        "print_differs",
        "Chip khác với thông tin in trên thẻ hoặc đã nhập.",
        "The chip differs from what is printed on the card or was typed.",
        "So sánh thẻ với màn hình; nếu số định danh in trên thẻ khác số trong chip, không chấp nhận thẻ.",
        "Compare card and screen; if the printed ID number is not the one in the chip, do not accept the card.",
    ),
    row(
        "chip_data_differs",
        "Hai phần dữ liệu đã ký trên chip nói khác nhau.",
        "Two signed parts of the chip contradict each other.",
        "Người phụ trách cần xem các trường khác nhau và quyết định.",
        "A person has to look at the fields that differ and decide.",
    ),
    row(
        "not_live",
        "Đây là bản ghi hoặc bản sao tệp, không phải thẻ đang đặt trên đầu đọc.",
        "This is a recording or a copy of files, not a card on a reader.",
        "Muốn kết luận thẻ thật, hãy đọc thẻ trực tiếp.",
        "To tell whether a card is genuine, read the card itself.",
    ),
    row(
        "not_read",
        "Phần dữ liệu cần cho phép kiểm tra chưa được đọc.",
        "What the check needs was not read.",
        "Đọc lại mà không giới hạn bằng `--dg`.",
        "Read again without limiting it by `--dg`.",
    ),
];

/// States of a check, and the verdicts.
pub(super) const STATES: &[Message] = &[
    row("passed", "đạt", "passed", "", ""),
    row("failed", "không đạt", "failed", "", ""),
    row("unknown", "chưa xác định", "unknown", "", ""),
    row("not_offered", "thẻ không có", "not offered", "", ""),
    row("skipped", "bỏ qua", "skipped", "", ""),
    row("genuine", "Thẻ thật", "Genuine", "", ""),
    row(
        "unconfirmed",
        "Chưa khẳng định được",
        "Unconfirmed",
        "Không có gì sai, nhưng chưa kiểm tra được hết; xem các mục chưa xác định.",
        "Nothing is wrong, but not everything could be checked; see what is unknown.",
    ),
    row(
        "rejected",
        "Không chấp nhận",
        "Rejected",
        "Có phép kiểm tra không đạt; báo người phụ trách.",
        "A check failed; call the person in charge.",
    ),
];

/// The checks by name.
pub(super) const NAMES: &[Message] = &[
    row("secure_channel", "Kênh đọc bảo mật", "Secure channel", "", ""),
    row("data_group_hashes", "Dữ liệu nguyên vẹn", "Data unchanged", "", ""),
    row("sod_signature", "Chữ ký trên dữ liệu", "Signature on the data", "", ""),
    row("issuer", "Nơi cấp", "Issuer", "", ""),
    row("revocation", "Thu hồi", "Revocation", "", ""),
    row("chip_authentication", "Chip thật (CA)", "Chip is no copy (CA)", "", ""),
    row("active_authentication", "Chip thật (AA)", "Chip is no copy (AA)", "", ""),
    row("access_offer", "Phương thức không bị sửa", "Offer untampered", "", ""),
    row("agreement", "Các nguồn khớp nhau", "Sources agree", "", ""),
    row("validity", "Còn hạn", "In date", "", ""),
];
