//! Values that are malformed, by what they stand for: each with a hint of its own subject.

use super::{Message, row};

/// Rows by the subject of a `bad_input` error.
pub(super) const INPUTS: &[Message] = &[
    row(
        "at",
        "Thời điểm không đúng định dạng.",
        "The time is malformed.",
        "Viết theo RFC 3339, có múi giờ: `2026-11-21T08:30:00Z` hoặc `2026-11-21T15:30:00+07:00`.",
        "Write it as RFC 3339 says, with a time zone: `2026-11-21T08:30:00Z` or `2026-11-21T15:30:00+07:00`.",
    ),
    row(
        "can",
        "Số CAN không đúng.",
        "The card access number (CAN) is malformed.",
        "CAN gồm đúng 6 chữ số: 6 số cuối của số định danh in trên thẻ.",
        "The CAN is exactly 6 digits: the last 6 of the ID number printed on the card.",
    ),
    row(
        "id",
        "Số định danh không đúng.",
        "The ID number is malformed.",
        "Số định danh gồm đúng 12 chữ số, kể cả các số 0 ở đầu, viết liền như in trên thẻ.",
        "The ID number is exactly 12 digits, leading zeros included, as printed on the card.",
    ),
    row(
        "mrz",
        "Các dòng MRZ không đúng.",
        "The MRZ lines are malformed.",
        "Thẻ căn cước có 3 dòng, mỗi dòng 30 ký tự gồm A-Z, 0-9 và <; so lại từng ký tự, nhất là O/0 và I/1. `cccd mrz` chỉ ra chỗ sai.",
        "An ID card has 3 lines of 30 characters out of A-Z, 0-9 and <; compare each, O/0 and I/1 above all. `cccd mrz` shows where.",
    ),
    row(
        "document",
        "Số tài liệu, ngày sinh hoặc ngày hết hạn không đúng.",
        "The document number, the birth date or the expiry is malformed.",
        "--document: 9 số cuối của số định danh; --birth và --expiry: sáu số năm, tháng, ngày như trong MRZ (không thời hạn: 991231).",
        "--document: the last 9 digits of the ID number; --birth and --expiry: YYMMDD as in the MRZ (no expiry: 991231).",
    ),
    row(
        "qr_text",
        "Nội dung mã QR không đúng.",
        "The text of the QR code is malformed.",
        "Mã QR của thẻ có 7 hoặc 11 mục, ngăn bằng dấu |. Quét lại; máy quét phải gửi nguyên văn, mã hóa UTF-8.",
        "The card's QR code has 7 or 11 fields with | between them. Scan again; the scanner has to send it unchanged, in UTF-8.",
    ),
    row(
        "dg",
        "Không có nhóm dữ liệu số này.",
        "There is no data group of that number.",
        "Nhóm dữ liệu đánh số từ 1 đến 16; thẻ căn cước có 1, 2, 3, 13, 14, 15. Ví dụ: `--dg 1,2,13`.",
        "Data groups are numbered 1 to 16; the ID card has 1, 2, 3, 13, 14 and 15. For instance: `--dg 1,2,13`.",
    ),
    row(
        "challenge",
        "Số thách thức không đúng định dạng.",
        "The challenge is malformed.",
        "Cần 8 byte, viết bằng 16 chữ số thập lục phân, ví dụ `--challenge 0011223344556677`.",
        "8 bytes are needed, as 16 hexadecimal digits: `--challenge 0011223344556677`.",
    ),
    row(
        "standard_input",
        "Không lấy được dữ liệu từ đầu vào chuẩn.",
        "Standard input gave nothing of use.",
        "Dấu `-` nghĩa là đọc từ đầu vào chuẩn: `printf 123456 | cccd read --can -`.",
        "`-` takes the value from standard input: `printf 123456 | cccd read --can -`.",
    ),
    row(
        "fingerprint",
        "Vân SHA-256 không đúng định dạng.",
        "The fingerprint is malformed.",
        "Vân SHA-256 gồm 64 chữ số thập lục phân; 8 số đầu là đủ. Chép từ `cccd trust list`.",
        "A SHA-256 fingerprint is 64 hexadecimal digits, of which the first 8 are enough. Copy it from `cccd trust list`.",
    ),
    row(
        "fingerprint_of_several",
        "Có nhiều mục bắt đầu bằng các số này.",
        "Several entries begin with these digits.",
        "Ghi thêm chữ số của vân SHA-256; `cccd trust list --json` cho vân đầy đủ.",
        "Give more digits of the fingerprint; `cccd trust list --json` shows all of them.",
    ),
    row(
        "not_removable",
        "Mục này không gỡ riêng được.",
        "This entry cannot be removed by itself.",
        "Nó nằm trong tệp do người khác chép vào kho: tự xóa hoặc tách tệp đó.",
        "It is in a file that somebody put into the store by hand: delete or split that file yourself.",
    ),
    row(
        "no_home",
        "Không biết kho tin cậy của người dùng nằm ở đâu.",
        "There is no home folder, so it is not known where the user's trust store is.",
        "Đặt biến môi trường HOME, chỉ thư mục bằng `--store`, hoặc dùng kho của máy bằng `--system`.",
        "Set HOME, name a folder with `--store`, or use the machine's store with `--system`.",
    ),
];
