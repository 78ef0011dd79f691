//! The words for what is in files.

use serde_json::{Map, Value};

use crate::inspection::Kind;
use crate::terminal::style::Paint;

/// What a file is, for people.
pub(super) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Certificate => "Chứng thư · certificate",
        Kind::RevocationList => "Danh sách thu hồi · CRL",
        Kind::MasterList => "Danh sách CSCA · master list",
        Kind::Collection => "Tập hợp chứng thư · collection",
        Kind::Dump => "Bản sao chip · dump",
        Kind::Folder => "Thư mục · folder",
        kind => kind.as_str(),
    }
}

/// The name of a field in Vietnamese and in English. One without a translation stands alone.
pub(super) fn field(name: &str) -> (String, String) {
    let en = name.replace('_', " ");
    match VIETNAMESE.iter().find(|(known, _)| *known == name) {
        Some((_, vi)) => ((*vi).to_owned(), en),
        None => (en, String::new()),
    }
}

/// The colour of what is good, open or bad.
pub(super) fn paint(name: &str, text: &str) -> Option<Paint> {
    match (name, text) {
        ("validity", "valid") | ("freshness", "fresh") | ("signature" | "self_signature", "valid") => Some(Paint::Good),
        ("status", "passed") | (_, "match") => Some(Paint::Good),
        ("status", "failed") | (_, "mismatch" | "invalid") => Some(Paint::Bad),
        ("validity" | "freshness" | "status", _) => Some(Paint::Open),
        ("subject", _) => Some(Paint::Strong),
        _ => None,
    }
}

/// Words that stand for a state, for people.
pub(super) fn words(text: &str) -> &str {
    STATES.iter().find(|(state, _)| *state == text).map_or(text, |(_, words)| *words)
}

/// One of many in a line: cells with their widths. None where it has no short form.
pub(super) fn brief(row: &Map<String, Value>) -> Option<Vec<(String, usize)>> {
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or("–");
    let day = |name: &str| text(name).split('T').next().unwrap_or_default().to_owned();
    if row.contains_key("not_after") {
        let recognised = row.get("recognised").and_then(|known| known["name"].as_str());
        let recognised = recognised.map_or_else(String::new, |name| format!(" [{name}]"));
        let fingerprint = text("sha256_fingerprint").get(..16).unwrap_or_default().to_ascii_uppercase();
        return Some(vec![
            (mark(text("validity") == "valid"), 1),
            (text("country").to_owned(), 2),
            (fingerprint, 16),
            (format!("{}…{}", day("not_before"), day("not_after")), 21),
            (text("public_key").to_owned(), 18),
            (format!("{}{recognised}", text("subject")), 0),
        ]);
    }
    if row.contains_key("this_update") {
        let fingerprint = text("sha256_fingerprint").get(..16).unwrap_or_default().to_ascii_uppercase();
        let revoked = row.get("revoked").map_or_else(String::new, |count| format!("{count} thu hồi"));
        return Some(vec![
            (mark(text("freshness") == "fresh"), 1),
            (fingerprint, 16),
            (format!("{}…{}", day("this_update"), day("next_update")), 21),
            (words(text("freshness")).to_owned(), 0),
            (revoked, 9),
            (text("issuer").to_owned(), 0),
        ]);
    }
    None
}

fn mark(good: bool) -> String {
    if good { "✓".into() } else { "!".into() }
}

const STATES: &[(&str, &str)] = &[
    ("valid", "hợp lệ · valid"),
    ("expired", "hết hạn · expired"),
    ("not_yet_valid", "chưa có hiệu lực · not yet valid"),
    ("fresh", "còn mới · fresh"),
    ("out_of_date", "quá hạn · out of date"),
    ("no_next_update", "không ghi hạn · no next update"),
    ("invalid", "không hợp lệ · invalid"),
    ("passed", "đạt · passed"),
    ("failed", "không đạt · failed"),
    ("unknown", "không xác định · unknown"),
    ("match", "khớp · match"),
    ("mismatch", "KHÔNG KHỚP · mismatch"),
    ("missing", "thiếu · missing"),
    ("not_in_sod", "ngoài EF.SOD · not in SOD"),
    ("denied", "cần quyền riêng · denied"),
    ("authority", "cơ quan cấp gốc · authority (self-signed)"),
    ("link", "chứng thư nối · link certificate"),
    ("signer", "người ký · signer"),
    ("unusable_authority", "cơ quan cấp không dùng được · unusable authority"),
];

const VIETNAMESE: &[(&str, &str)] = &[
    ("address", "Địa chỉ"),
    ("applications", "Ứng dụng"),
    ("basic_constraints", "Ràng buộc cơ bản"),
    ("certificate_count", "Số chứng thư"),
    ("certificates", "Chứng thư"),
    ("content", "Nội dung"),
    ("content_bytes", "Số byte nội dung"),
    ("countries", "Quốc gia"),
    ("country", "Quốc gia"),
    ("crl_distribution_points", "Nơi tải CRL"),
    ("data_group_hashes", "So với EF.SOD"),
    ("data_groups", "Nhóm dữ liệu"),
    ("date_of_birth", "Ngày sinh"),
    ("date_of_expiry", "Có giá trị đến"),
    ("date_of_issue", "Ngày cấp"),
    ("document_number", "Số tài liệu"),
    ("document_types", "Loại giấy tờ"),
    ("expired_count", "Đã hết hạn"),
    ("extended_length", "APDU dài"),
    ("faces", "Khuôn mặt"),
    ("file", "Tệp"),
    ("format", "Định dạng"),
    ("freshness", "Trạng thái"),
    ("full_name", "Họ và tên"),
    ("has_emrtd", "Có ứng dụng eMRTD"),
    ("hash_algorithm", "Hàm băm"),
    ("hashes", "Mã băm"),
    ("holder", "Người giữ thẻ"),
    ("id_number", "Số định danh"),
    ("issuer", "Nơi cấp"),
    ("issuing_authority", "Cơ quan cấp"),
    ("items", "Mục"),
    ("key_identifier", "Mã khóa"),
    ("key_usage", "Mục đích khóa"),
    ("lds_version", "Phiên bản LDS"),
    ("level", "Cấp"),
    ("master_lists", "Danh sách CSCA"),
    ("max_command", "Lệnh dài nhất"),
    ("max_response", "Trả lời dài nhất"),
    ("message", "Thông báo"),
    ("mrz", "MRZ"),
    ("name", "Tên"),
    ("nationality", "Quốc tịch"),
    ("next_update", "Bản kế tiếp"),
    ("not_after", "Đến"),
    ("not_before", "Từ"),
    ("number", "Số"),
    ("persons", "Người liên hệ"),
    ("pictures", "Ảnh"),
    ("place_of_birth", "Nơi sinh"),
    ("problems", "Lỗi"),
    ("protocol", "Giao thức"),
    ("public_key", "Khóa công khai"),
    ("reason", "Lý do"),
    ("recognised", "Đã biết, chưa tin"),
    ("refused", "Bị từ chối"),
    ("revocation_lists", "Danh sách thu hồi"),
    ("revoked", "Số bị thu hồi"),
    ("role", "Vai trò"),
    ("security_infos", "Giao thức và khóa"),
    ("self_signature", "Tự ký"),
    ("serial_number", "Số sê-ri"),
    ("sex", "Giới tính"),
    ("sha256", "SHA-256"),
    ("sha256_fingerprint", "Vân SHA-256"),
    ("signature", "Chữ ký"),
    ("signature_algorithm", "Thuật toán"),
    ("signer", "Người ký"),
    ("signing_time", "Thời điểm ký"),
    ("source", "Nguồn"),
    ("status", "Trạng thái"),
    ("structure", "Cấu trúc"),
    ("subject", "Chủ thể"),
    ("templates", "Mẫu sinh trắc"),
    ("this_update", "Bản này"),
    ("unicode_version", "Phiên bản Unicode"),
    ("validity", "Hiệu lực"),
    ("version", "Phiên bản"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_labels_are_in_order_and_occur_once() {
        assert!(VIETNAMESE.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
