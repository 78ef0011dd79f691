//! What is wrong with a file, by why: each with a hint of its own subject.

use std::io::ErrorKind;

use super::{Message, row};

/// Rows by the reason of a `bad_file`, `not_written` or `store_unwritable` error.
pub(super) const FILES: &[Message] = &[
    row(
        "missing",
        "Không có tệp hoặc thư mục này.",
        "There is no such file or folder.",
        "Kiểm tra đường dẫn: tên, dấu và thư mục cha.",
        "Check the path: the name, its spelling, and the folder that it is in.",
    ),
    row(
        "denied",
        "Không có quyền với tệp hoặc thư mục này.",
        "This user may not do that with the file or folder.",
        "Xem quyền bằng `ls -l`; dùng thư mục của bạn hoặc nhờ người quản trị cấp quyền.",
        "See its permissions with `ls -l`; use a folder of your own, or ask who looks after the machine.",
    ),
    row(
        "exists",
        "Tệp đã có; chương trình không ghi đè.",
        "The file exists, and is not overwritten.",
        "Chọn tên khác, hoặc tự xóa tệp cũ trước.",
        "Choose another name, or delete the old file yourself first.",
    ),
    row(
        "is_a_folder",
        "Đây là thư mục, không phải tệp.",
        "It is a folder, not a file.",
        "Ghi thêm tên tệp sau tên thư mục.",
        "Add the name of a file to it.",
    ),
    row(
        "no_folder",
        "Một phần của đường dẫn là tệp, không phải thư mục.",
        "A part of the path is a file, not a folder.",
        "Kiểm tra từng phần của đường dẫn; chọn thư mục khác.",
        "Check each part of the path; choose another folder.",
    ),
    row(
        "no_space",
        "Hết dung lượng đĩa.",
        "The disk is full.",
        "Dọn đĩa (`df -h` cho biết đĩa nào đầy) hoặc ghi vào nơi khác.",
        "Make room (`df -h` shows which disk is full), or write to another place.",
    ),
    row(
        "read_only",
        "Đĩa chỉ cho đọc.",
        "The disk can only be read.",
        "Ghi vào nơi khác, hoặc gắn lại đĩa ở chế độ ghi được.",
        "Write to another place, or mount the disk for writing.",
    ),
    row(
        "busy",
        "Lệnh khác đang thay đổi kho tin cậy.",
        "Another command is changing the trust store.",
        "Đợi lệnh đó xong rồi thử lại; `ps` cho biết `cccd trust` nào còn chạy.",
        "Wait until it has ended, then try again; `ps` shows whether a `cccd trust` still runs.",
    ),
    row(
        "unreadable",
        "Không đọc hoặc không ghi được tệp.",
        "The file cannot be read or written.",
        "Xem thông báo của hệ thống bên dưới; thử mở tệp bằng chương trình khác.",
        "See what the system says; try whether another program can open it.",
    ),
    row(
        "too_long",
        "Tệp quá lớn.",
        "The file is too long.",
        "Kiểm tra xem có đúng tệp cần dùng không.",
        "Check that it is the file you meant.",
    ),
    row(
        "picture_kind",
        "Tệp không phải ảnh thuộc loại đọc được.",
        "The file is no picture of a kind that is read.",
        "Dùng ảnh JPEG, PNG, WebP hoặc BMP; ảnh HEIC hoặc PDF thì xuất sang JPEG trước.",
        "Give JPEG, PNG, WebP or BMP; save HEIC or PDF as JPEG first.",
    ),
    row(
        "picture_damaged",
        "Tệp ảnh bị hỏng hoặc chưa chép hết.",
        "The picture file is damaged, or was not copied whole.",
        "Thử mở bằng chương trình xem ảnh; chép lại từ máy ảnh hoặc chụp lại.",
        "Try a viewer; copy it from the camera again, or take the picture again.",
    ),
    row(
        "picture_too_large",
        "Ảnh quá lớn.",
        "The picture is too large.",
        "Nhiều nhất 50 triệu điểm ảnh: thu nhỏ hoặc cắt lấy phần có mã QR.",
        "50 megapixels at most: make it smaller, or cut out the part with the QR code.",
    ),
    row(
        "nothing_to_trust",
        "Tệp không chứa chứng thư, danh sách thu hồi hay danh sách CSCA nào dùng được.",
        "It holds no certificate, revocation list or master list of use here.",
        "Cần tệp PEM, DER, danh sách CSCA (.ml) hoặc LDIF; `cccd inspect TỆP` cho biết tệp chứa gì.",
        "PEM, DER, a master list (.ml) or LDIF is expected; `cccd inspect FILE` says what is in it.",
    ),
    row(
        "not_a_trace",
        "Tệp không phải bản ghi phiên đọc, hoặc đã hỏng.",
        "It is not the recording of a read, or it is damaged.",
        "Dùng tệp do `cccd read --trace TỆP` ghi.",
        "Give a file that `cccd read --trace FILE` wrote.",
    ),
    row(
        "not_anonymised",
        "Bản ghi này chưa ẩn danh được nên không ghi gì.",
        "This recording cannot be anonymised yet, so nothing was written.",
        "Đừng gửi bản gốc đi: nó chứa dữ liệu cá nhân. Ghi lại một phiên đọc trọn vẹn, không dùng `--dg`, rồi thử lại.",
        "Do not pass on the original: it holds personal data. Record a whole read, without `--dg`, and try with that.",
    ),
    row(
        "not_a_dump",
        "Thư mục không có tệp nào của một thẻ.",
        "The folder holds no file of a card.",
        "Dùng thư mục do `cccd read --dump THƯ_MỤC` ghi, có EF.SOD.bin, DG1.bin …",
        "Give a folder that `cccd read --dump DIR` wrote, with EF.SOD.bin, DG1.bin ...",
    ),
    row(
        "not_a_profile",
        "Tệp mô tả thẻ mô phỏng không đúng.",
        "The profile of the simulated card is malformed.",
        "Xem các tệp mẫu đi kèm `virtual-card`; không ghi tên tệp thì đọc thẻ mặc định.",
        "See the profiles that come with `virtual-card`; without a file the default card is read.",
    ),
    row(
        "unknown_kind",
        "Không nhận ra loại tệp này, hoặc tệp đã hỏng.",
        "The kind of this file is not known, or it is damaged.",
        "Nhận được: tệp của chip (EF.COM, EF.SOD, DG1 …), chứng thư, danh sách thu hồi, danh sách CSCA, LDIF, hoặc thư mục của chúng.",
        "Known are files of a chip (EF.COM, EF.SOD, DG1 ...), certificates, revocation lists, master lists, LDIF, and folders of these.",
    ),
    row(
        "no_master_list",
        "Tệp không có danh sách CSCA nào.",
        "There is no master list in the file.",
        "Dùng `cccd trust add` cho chứng thư và danh sách thu hồi.",
        "Use `cccd trust add` for certificates and revocation lists.",
    ),
    row(
        "bad_signature",
        "Chữ ký của chứng thư hoặc danh sách không đúng.",
        "The signature of the certificate or list does not verify.",
        "Tải lại tệp từ nơi cấp; không dùng tệp này.",
        "Get it again from its issuer; do not use this file.",
    ),
];

/// The row for what the system says.
pub(super) fn of_io(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "missing",
        ErrorKind::PermissionDenied => "denied",
        ErrorKind::AlreadyExists => "exists",
        ErrorKind::IsADirectory => "is_a_folder",
        ErrorKind::NotADirectory => "no_folder",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "no_space",
        ErrorKind::ReadOnlyFilesystem => "read_only",
        ErrorKind::FileTooLarge => "too_long",
        ErrorKind::ResourceBusy => "busy",
        _ => "unreadable",
    }
}
