//! What is odd and decides nothing, in Vietnamese. The remark itself says it in English, with what was found.

use icao9303::check::Remark;

use super::Words;

/// Vietnamese lines by the remark's code, in order.
pub(super) const REMARKS: &[(&str, &str)] = &[
    ("algorithm_differs", "ghi thuật toán chữ ký theo hai cách khác nhau"),
    ("atr_info_malformed", "EF.ATR/INFO không đúng chuẩn"),
    ("biometric_malformed", "mẫu sinh trắc không đúng chuẩn"),
    ("certificate_version", "không phải chứng thư phiên bản 3"),
    ("com_listed_twice", "EF.COM liệt kê một nhóm dữ liệu hai lần"),
    ("com_no_list", "EF.COM không liệt kê nhóm dữ liệu nào"),
    ("com_unknown_object", "EF.COM có phần tử không biết"),
    ("com_unknown_tag", "EF.COM liệt kê thứ không phải nhóm dữ liệu"),
    ("com_version", "EF.COM thiếu số phiên bản"),
    ("content_type_differs", "loại nội dung đã ký khác với loại được ghi"),
    ("country_in_small_letters", "mã quốc gia viết bằng chữ thường"),
    ("country_string_type", "mã quốc gia dùng kiểu chuỗi sai"),
    ("cut_short", "chip không đưa hết một nhóm dữ liệu; không hiển thị phần đã đọc"),
    ("dg13_cut_short", "DG13 bị cụt: các mục sau không đọc được"),
    ("dg13_item_repeated", "DG13 có mục lặp lại; lấy mục đầu"),
    ("dg13_item_without_number", "DG13 có mục không có số thứ tự"),
    ("dg13_item_without_text", "DG13 có mục không chứa văn bản"),
    ("dg13_malformed", "không đọc được DG13"),
    ("dg13_object_identifier", "DG13 ghi kiểu mã hóa khác thường lệ"),
    ("dg13_too_many_items", "DG13 có quá nhiều mục; chỉ đọc các mục đầu"),
    ("dg13_trailing_bytes", "còn byte thừa sau DG13"),
    ("dg13_unknown_object", "DG13 có phần tử không biết trước các mục"),
    ("dg13_unreadable", "không đọc được DG13"),
    ("dg13_version", "phiên bản của DG13 không phải 1"),
    ("dg16_count", "số người trong DG16 khác với số đã ghi"),
    ("dg1_malformed", "không đọc được DG1"),
    ("dg2_malformed", "không đọc được DG2"),
    ("dir_malformed", "EF.DIR không đúng chuẩn"),
    ("displayed_count", "số ảnh khác với số đã ghi"),
    ("explicit_ec_parameters", "khóa ghi đầy đủ tham số đường cong thay vì tên"),
    ("face_malformed", "bản ghi khuôn mặt bị cụt hoặc hỏng"),
    ("face_record_length", "độ dài bản ghi khuôn mặt không khớp"),
    ("face_version", "bản ghi khuôn mặt thuộc phiên bản khác 010"),
    ("id_number_birth_year_differs", "số thứ tư đến thứ sáu của số định danh ứng với năm sinh khác"),
    (
        "id_number_place_unknown",
        "ba số đầu của số định danh không phải mã tỉnh, thành: có thể là mã nước, khi đăng ký khai sinh ở nước ngoài",
    ),
    ("id_number_sex_differs", "số thứ tư của số định danh ứng với giới tính khác"),
    ("id_number_unusual", "số định danh không gồm 12 chữ số"),
    ("issued_outside_key_usage", "chứng thư được cấp khi khóa của CSCA không còn hoặc chưa được dùng"),
    ("issued_outside_validity", "chứng thư được cấp khi chứng thư của CSCA không có hiệu lực"),
    ("lds_date", "có trường ngày không phải là ngày"),
    ("lds_object_malformed", "có phần tử hỏng; phần sau nó bị mất"),
    ("lds_tag_list", "danh sách thẻ dữ liệu khác với nội dung"),
    ("lds_text_encoding", "có văn bản không phải UTF-8"),
    ("lds_trailing_bytes", "còn byte thừa sau nội dung tệp"),
    ("long_serial", "số sê-ri dài hơn 20 byte"),
    ("malformed_extension", "có phần mở rộng không đọc được"),
    ("mrz_document_number_differs", "số tài liệu trong MRZ không phải phần cuối của số định danh"),
    ("mrz_lower_case", "MRZ có chữ thường; đọc như chữ hoa"),
    ("mrz_problem", "MRZ trong DG1 có chỗ sai"),
    ("name_string_type", "tên dùng kiểu chuỗi cũ"),
    ("negative_serial", "số sê-ri âm"),
    ("no_authority_key_identifier", "thiếu mã khóa của nơi cấp (authorityKeyIdentifier)"),
    ("no_basic_constraints", "thiếu basicConstraints"),
    ("no_country", "không ghi quốc gia"),
    ("no_key_usage", "thiếu keyUsage"),
    ("no_signed_attributes", "nội dung được ký trực tiếp, không có thuộc tính đã ký"),
    ("no_subject_key_identifier", "thiếu mã khóa của chính nó (subjectKeyIdentifier)"),
    ("not_a_card_code", "không phải mã QR của thẻ căn cước"),
    ("not_as_signed", "một nhóm dữ liệu khác với bản đã ký; đừng tin nội dung của nó"),
    ("not_der", "không mã hóa theo DER"),
    ("not_in_sod", "một nhóm dữ liệu không được ký; không hiển thị nội dung của nó"),
    ("old_content_type", "EF.SOD dùng loại nội dung cũ"),
    ("padded_serial", "số sê-ri có byte thừa"),
    ("picture_format_differs", "định dạng ảnh khác với định dạng đã ghi"),
    ("picture_salvaged", "bản ghi hỏng; tìm được ảnh nhờ các byte đầu"),
    ("picture_size_differs", "kích thước ảnh khác với kích thước đã ghi"),
    ("qr_control_character", "mã QR có ký tự điều khiển"),
    ("qr_date_of_birth_unreadable", "ngày sinh trong mã QR không phải là ngày"),
    ("qr_date_of_issue_unreadable", "ngày cấp trong mã QR không phải là ngày"),
    ("qr_field_count", "mã QR bắt đầu như của thẻ căn cước nhưng số mục không đúng"),
    ("qr_name_unusual", "tên trong mã QR có ký tự lạ: có thể máy quét giải mã sai bảng chữ"),
    ("qr_no_name", "mã QR bắt đầu như của thẻ căn cước nhưng không có tên"),
    ("qr_not_utf8", "mã QR không phải UTF-8"),
    ("qr_old_id_number_unusual", "số CMND cũ trong mã QR không gồm 9 chữ số"),
    ("qr_sex_unreadable", "giới tính trong mã QR không phải Nam hay Nữ"),
    ("qr_too_long", "mã QR dài hơn mọi mã của thẻ"),
    ("reversed_signer_name", "tên nơi cấp của người ký viết theo thứ tự ngược"),
    ("several_signers", "có nhiều chữ ký"),
    ("signed_outside_key_usage", "EF.SOD ghi thời điểm ký ngoài thời gian dùng khóa của nơi ký thẻ"),
    ("signed_outside_validity", "EF.SOD ghi thời điểm ký ngoài thời hạn chứng thư của nơi ký thẻ"),
    ("sod_not_der", "EF.SOD mã hóa theo BER, không theo DER"),
    ("sod_version", "EF.SOD ghi sai phiên bản"),
    ("sod_without_tag", "EF.SOD thiếu thẻ dữ liệu 77 bên ngoài"),
    ("unknown_critical_extension", "có phần mở rộng bắt buộc chưa biết"),
    ("unreadable_certificate", "có chứng thư kèm theo không đọc được"),
    ("unreadable_entry", "danh sách có mục không phải chứng thư"),
    ("weak_hash", "nhóm dữ liệu được băm bằng SHA-1"),
    ("zero_serial", "số sê-ri bằng 0"),
];

/// Both languages. A remark without a line of its own is in English alone.
pub(super) fn words(remark: &Remark) -> Words {
    let Some((_, vi)) = REMARKS.iter().find(|(code, _)| *code == remark.code) else {
        return Words::new("", remark.message.as_str());
    };
    // A remark on a certificate names whose it is; a count stands at its end.
    let whose = [("the Document Signer's ", "Nơi ký thẻ: "), ("the country signer's ", "CSCA: ")];
    let whose = whose.iter().find(|(en, _)| remark.message.starts_with(en)).map_or("", |(_, vi)| *vi);
    let count = remark.message.rsplit_once(" (").and_then(|(_, end)| end.strip_suffix(" of them)"));
    let count = count.map(|count| format!(" ({count} mục)")).unwrap_or_default();
    Words::new(format!("{whose}{vi}{count}"), remark.message.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_in_order_and_occur_once() {
        assert!(REMARKS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn a_remark_says_whose_certificate_and_how_many() {
        let remark = |message: &str| words(&Remark { code: "no_key_usage", message: message.into() }).vi;
        assert_eq!(remark("the Document Signer's certificate has no keyUsage"), "Nơi ký thẻ: thiếu keyUsage");
        assert_eq!(remark("the certificate's certificate has no keyUsage (12 of them)"), "thiếu keyUsage (12 mục)");
        assert_eq!(words(&Remark { code: "new", message: "x".into() }), Words::new("", "x"));
    }

    /// Each remark that the sources make has its line: a new one needs a row above.
    #[test]
    fn every_remark_of_the_sources_has_a_line() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let mut missing = std::collections::BTreeSet::new();
        for folder in ["icao9303/src", "cccd/src"] {
            for source in sources(std::path::Path::new(root).join(folder)) {
                let text = std::fs::read_to_string(&source).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap_or_default();
                for start in ["remark(\"", "remark(\n", "odd(\"", "odd(\n", "warn(\"", "code: \""] {
                    missing.extend(text.split(start).skip(1).filter_map(code).filter(|code| !is_known(code)));
                }
            }
        }
        assert!(missing.is_empty(), "{missing:#?}");
    }

    fn is_known(code: &str) -> bool {
        REMARKS.binary_search_by(|(known, _)| (*known).cmp(code)).is_ok()
    }

    fn code(text: &str) -> Option<String> {
        let text = text.trim_start().trim_start_matches('"');
        let (code, _) = text.split_once('"')?;
        let is_code = code.contains('_')
            && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit());
        is_code.then(|| code.to_owned())
    }

    fn sources(folder: std::path::PathBuf) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let of_entry = |path: std::path::PathBuf| if path.is_dir() { sources(path) } else { vec![path] };
        entries.flat_map(of_entry).collect()
    }
}
