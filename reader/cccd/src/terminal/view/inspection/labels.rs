//! The words for what is in files.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::inspection::Kind;
use crate::terminal::style::Paint;
use crate::terminal::text::day_first;

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

/// Words that stand for a state, for people; dates and times as Vietnam writes them.
pub(super) fn words(text: &str) -> Cow<'_, str> {
    match STATES.iter().find(|(state, _)| *state == text) {
        Some((_, words)) => (*words).into(),
        None => day_first(text).map_or(text.into(), Cow::Owned),
    }
}

/// How long a revocation list is still to be relied on, or for how long not any more.
fn freshness(row: &Map<String, Value>) -> String {
    let state = row.get("freshness").and_then(Value::as_str).unwrap_or("–");
    let Some(days) = row.get("days_left").and_then(Value::as_i64) else { return words(state).into_owned() };
    let number = days.unsigned_abs();
    let unit = if number == 1 { "day" } else { "days" };
    match state {
        "fresh" => format!("còn mới, còn {number} ngày · fresh, {number} {unit} left"),
        "out_of_date" => format!("QUÁ HẠN {number} ngày · OUT OF DATE by {number} {unit}"),
        state => words(state).into_owned(),
    }
}

/// One of many in a line: cells with their widths. None where it has no short form.
pub(super) fn brief(row: &Map<String, Value>) -> Option<Vec<(String, usize)>> {
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or("–");
    let day = |name: &str| {
        let date = text(name).split('T').next().unwrap_or_default();
        day_first(date).unwrap_or_else(|| date.to_owned())
    };
    if row.contains_key("not_after") {
        let recognised =
            row.get("recognised").and_then(|known| Some((known["name_vi"].as_str()?, known["name"].as_str()?)));
        let recognised = recognised.map_or_else(String::new, |(vi, en)| format!(" [{vi} · {en}]"));
        let fingerprint = text("sha256_fingerprint").get(..16).unwrap_or_default().to_ascii_uppercase();
        return Some(vec![
            (mark(text("validity") == "valid"), 1),
            (text("country").to_owned(), 2),
            (fingerprint, 16),
            (format!("{}–{}", day("not_before"), day("not_after")), 21),
            (text("public_key").to_owned(), 18),
            (format!("{}{recognised}", text("subject")), 0),
        ]);
    }
    if row.contains_key("this_update") {
        let fingerprint = text("sha256_fingerprint").get(..16).unwrap_or_default().to_ascii_uppercase();
        let revoked = row.get("revoked").map_or_else(String::new, |count| format!("số bị thu hồi · revoked: {count}"));
        return Some(vec![
            (mark(text("freshness") == "fresh" && text("signature") != "invalid"), 1),
            (fingerprint, 16),
            (format!("{}–{}", day("this_update"), day("next_update")), 21),
            (freshness(row), 0),
            (format!("{}; {revoked}{}", text("issuer"), signature(row)), 0),
        ]);
    }
    None
}

/// What is to be said of a revocation list's signature, where that was looked at.
fn signature(row: &Map<String, Value>) -> &'static str {
    match row.get("signature").and_then(Value::as_str) {
        None | Some("valid") => "",
        Some("invalid") => "; CHỮ KÝ SAI · its signature is BAD",
        Some(_) => "; chưa biết nơi cấp · its issuer is not known",
    }
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
    ("male", "Nam"),
    ("female", "Nữ"),
    ("unspecified", "–"),
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
    ("anchors", "Cơ quan được tin cậy"),
    ("applications", "Ứng dụng"),
    ("authority_key_identifier", "Mã khóa nơi cấp"),
    ("basic_constraints", "Ràng buộc cơ bản"),
    ("ca", "Là CA"),
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
    ("days_left", "Số ngày còn lại"),
    ("document_code", "Loại giấy tờ"),
    ("document_number", "Số tài liệu"),
    ("document_types", "Loại giấy tờ"),
    ("expired_count", "Đã hết hạn"),
    ("extended_key_usage", "Mục đích mở rộng"),
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
    ("issuing_state", "Nước cấp"),
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
    ("name_may_be_cut", "Tên có thể bị cắt"),
    ("nationality", "Quốc tịch"),
    ("next_update", "Bản kế tiếp"),
    ("no_expiry", "Không thời hạn"),
    ("not_after", "Đến"),
    ("not_before", "Từ"),
    ("number", "Số"),
    ("optional_data", "Dữ liệu thêm"),
    ("optional_data_2", "Dữ liệu thêm 2"),
    ("path_length", "Độ dài chuỗi"),
    ("persons", "Người liên hệ"),
    ("pictures", "Ảnh"),
    ("place_of_birth", "Nơi sinh"),
    ("private_key_usage", "Thời gian dùng khóa"),
    ("problems", "Lỗi"),
    ("protocol", "Giao thức"),
    ("public_key", "Khóa công khai"),
    ("reason", "Lý do"),
    ("recognised", "Nhận ra"),
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
    ("signer_chained", "Người ký nối được"),
    ("signer_check", "Kiểm tra người ký"),
    ("signing_time", "Thời điểm ký"),
    ("source", "Nguồn"),
    ("status", "Trạng thái"),
    ("structure", "Cấu trúc"),
    ("subject", "Chủ thể"),
    ("templates", "Mẫu sinh trắc"),
    ("this_update", "Bản này"),
    ("trusted", "Được tin cậy"),
    ("unicode_version", "Phiên bản Unicode"),
    ("validity", "Hiệu lực"),
    ("version", "Phiên bản"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_day_first_and_nothing_else_is_touched() {
        assert_eq!(words("2021-01-19"), "19/01/2021");
        assert_eq!(words("2021-01-19T04:12:33Z"), "19/01/2021 04:12:33 UTC");
        for text in ["2021-01-1", "2021-13-01", "20210119", "001190123456", "Thứ hai", "2021-01-19T"] {
            assert_eq!(words(text), text);
        }
    }

    #[test]
    fn a_revocation_list_says_its_days() {
        let row = |state: &str, days: i64| {
            let row = serde_json::json!({ "freshness": state, "days_left": days });
            freshness(row.as_object().unwrap())
        };
        assert_eq!(row("fresh", 12), "còn mới, còn 12 ngày · fresh, 12 days left");
        assert_eq!(row("out_of_date", -1), "QUÁ HẠN 1 ngày · OUT OF DATE by 1 day");
    }

    #[test]
    fn the_labels_are_in_order_and_occur_once() {
        assert!(VIETNAMESE.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
