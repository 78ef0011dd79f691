//! What stands behind a check's state, in Vietnamese. The library below says it in English, with what was found; here are
//! its sentences once more, `{}` standing for what was found. A sentence that is not here is shown in English alone.

/// English and Vietnamese, with as many `{}` each, in the same order.
pub(super) const DETAILS: &[(&str, &str)] = &[
    // Secure channel and proofs of the chip.
    ("the files were not read from a chip", "các tệp không được đọc từ chip"),
    ("the files are a copy, not a chip", "các tệp là bản sao, không phải chip"),
    ("DG14 offers no Chip Authentication", "DG14 không có Chip Authentication"),
    ("DG14 offers Chip Authentication without a key for it", "DG14 có Chip Authentication nhưng không có khóa"),
    ("the chip refused Chip Authentication with {}", "chip từ chối Chip Authentication: {}"),
    ("the key of DG14 gives no shared secret", "khóa trong DG14 không tạo được khóa chung"),
    ("the key of DG14: {}", "khóa trong DG14: {}"),
    ("the key of DG15: {}", "khóa trong DG15: {}"),
    (
        "the chip answered {} without protection after Chip Authentication",
        "sau Chip Authentication chip trả lời {} không được bảo vệ",
    ),
    ("the answer under the new keys has a wrong authentication code", "câu trả lời bằng khóa mới có mã xác thực sai"),
    ("the chip does not know the new keys: {}", "chip không biết khóa mới: {}"),
    ("no proof under the new keys: {}", "không có bằng chứng bằng khóa mới: {}"),
    ("Chip Authentication with {}", "Chip Authentication với {}"),
    ("Active Authentication with {}", "Active Authentication với {}"),
    ("the chip answered Active Authentication with {}", "chip trả lời Active Authentication: {}"),
    ("the chip's answer to Active Authentication is cut short", "câu trả lời Active Authentication của chip bị cụt"),
    (
        "an answer of {} bytes is no signature by the key of DG15",
        "câu trả lời {} byte không phải chữ ký bằng khóa của DG15",
    ),
    (
        "the signature over the challenge does not verify under the key of DG15",
        "chữ ký trên số thách thức không đúng với khóa của DG15",
    ),
    ("the chip was not asked for a proof", "chip chưa được yêu cầu chứng minh"),
    ("no EF.SOD says whether there is a {}", "không có EF.SOD cho biết có {} hay không"),
    ("the signed files list no {}", "các tệp đã ký không liệt kê {}"),
    ("EF.SOD lists {} and the chip does not give it", "EF.SOD liệt kê {} nhưng chip không đưa ra"),
    ("{} is not covered by passive authentication", "{} không được chữ ký của nơi cấp bảo vệ"),
    // The offer of protocols.
    ("PACE failed and BAC was used: {}", "PACE thất bại và đã dùng BAC: {}"),
    ("the signed files hold no copy of the offer", "các tệp đã ký không chép lại danh sách phương thức"),
    (
        "EF.CardAccess does not offer what the signed copy of the offer says",
        "EF.CardAccess đưa ra phương thức khác với bản đã ký",
    ),
    (
        "the chip does not give EF.CardSecurity, which signs its offer",
        "chip không đưa ra EF.CardSecurity, nơi có bản đã ký của danh sách phương thức",
    ),
    (
        "the chip does not give EF.CardSecurity, which has the key of its proof",
        "chip không đưa ra EF.CardSecurity, nơi có khóa để kiểm tra bằng chứng của chip",
    ),
    ("the chip gave no chip authentication data", "chip không đưa ra bằng chứng của PACE-CAM"),
    ("the chip authentication data are no number", "bằng chứng PACE-CAM của chip không hợp lệ"),
    ("the chip does not hold the key of EF.CardSecurity", "chip không có khóa riêng ứng với EF.CardSecurity"),
    ("EF.CardSecurity has no key on {}", "EF.CardSecurity không có khóa trên {}"),
    ("the chip does not give all of EF.CardSecurity", "chip không đưa hết EF.CardSecurity"),
    ("EF.CardSecurity cannot be read: {}", "không đọc được EF.CardSecurity: {}"),
    ("EF.CardSecurity is not known to be the issuer's: {}", "chưa rõ EF.CardSecurity có phải của nơi cấp không: {}"),
    // Data groups and the signature over them.
    ("not what was signed: {}", "khác với bản đã ký: {}"),
    ("signed, and the chip does not give it: {}", "đã ký nhưng chip không đưa ra: {}"),
    ("the chip does not give EF.SOD", "chip không đưa ra EF.SOD"),
    ("EF.SOD cannot be read: {}", "không đọc được EF.SOD: {}"),
    ("there is no signature", "không có chữ ký"),
    ("the Document Signer's certificate is not there", "không có chứng thư của nơi ký thẻ"),
    (
        "what was signed does not say what it is (content type id-data)",
        "phần đã ký không nói nó là gì (content type id-data)",
    ),
    ("what was signed is something else (content type {})", "phần đã ký là thứ khác (content type {})"),
    ("the signature does not verify", "chữ ký không đúng"),
    ("the public key is malformed", "khóa công khai bị hỏng"),
    ("the content is not the one that was signed", "nội dung không phải bản đã ký"),
    ("the type of the content is not the one that was signed", "loại nội dung không phải loại đã ký"),
    (
        "the signed attribute {} is missing, or there is more than one",
        "thiếu thuộc tính đã ký {}, hoặc có nhiều hơn một",
    ),
    ("{} is not supported", "chưa hỗ trợ {}"),
    // The issuer and revocation.
    (
        "the Document Signer names {} and its key, and is not signed by it",
        "nơi ký thẻ ghi do {} cấp bằng khóa đã biết, nhưng không do nơi đó ký",
    ),
    ("no trust anchor is loaded for {}", "chưa nạp chứng thư gốc cho {}"),
    (
        "the Document Signer's certificate cannot be verified: {} is not supported",
        "không kiểm tra được chứng thư của nơi ký thẻ: chưa hỗ trợ {}",
    ),
    (
        "the document is signed by a certification authority, not by a Document Signer",
        "thẻ do cơ quan chứng thực ký, không phải nơi ký thẻ (DS)",
    ),
    ("what the Document Signer's key may be used for cannot be read", "không đọc được mục đích khóa của nơi ký thẻ"),
    (
        "the Document Signer's certificate has the unknown critical extension {}",
        "chứng thư của nơi ký thẻ có phần mở rộng bắt buộc chưa biết {}",
    ),
    ("the Document Signer's key is not for signatures", "khóa của nơi ký thẻ không dùng để ký"),
    ("the signer's key is for lists, not for documents", "khóa của người ký dành cho danh sách, không phải cho thẻ"),
    ("no signed DG1 names the issuing state", "không có DG1 đã ký cho biết nước cấp"),
    ("no signed DG1 names the kind of document", "không có DG1 đã ký cho biết loại giấy tờ"),
    ("the document is of {}, and {} is not of that state", "giấy tờ của {}, còn {} không thuộc nước đó"),
    ("the Document Signer is for documents of the kind {}", "nơi ký thẻ chỉ được ký giấy tờ loại {}"),
    ("the certificate of {} is not valid yet", "chứng thư của {} chưa có hiệu lực"),
    ("the certificate of {} has expired", "chứng thư của {} đã hết hạn"),
    ("no revocation list of {} is loaded", "chưa nạp danh sách thu hồi của {}"),
    (
        "the revocation list of {} does not cover the Document Signer: {}",
        "danh sách thu hồi của {} không bao gồm nơi ký thẻ: {}",
    ),
    ("the revocation list of {} is not current", "danh sách thu hồi của {} đã quá hạn hoặc chưa có hiệu lực"),
    (
        "the Document Signer's certificate is on the revocation list of {}",
        "chứng thư của nơi ký thẻ nằm trong danh sách thu hồi của {}",
    ),
    (
        "without the issuer no revocation list can be verified",
        "chưa biết nơi cấp nên không kiểm tra được danh sách thu hồi nào",
    ),
    ("the signer is not issued by whom it names", "người ký không do nơi ghi trên chứng thư cấp"),
    ("the signer's key is not for master lists", "khóa của người ký không dành cho danh sách CSCA"),
    // Agreement and validity.
    ("there was nothing to compare", "không có gì để so sánh"),
    (
        "the print or MRZ given is not of the card that was read; it differs in {}",
        "mã QR hoặc MRZ đã nhập không phải của thẻ đã đọc; khác ở {}",
    ),
    ("the chip's own data groups differ in {}", "các nhóm dữ liệu của chip khác nhau ở {}"),
    ("what was given differs from the chip in {}", "thông tin đã nhập khác với chip ở {}"),
    ("the expiry of the card cannot be read", "không đọc được ngày hết hạn của thẻ"),
    ("no signed data group with an expiry was read", "chưa đọc nhóm dữ liệu đã ký nào có ngày hết hạn"),
    ("the card is past its expiry", "thẻ đã hết hạn"),
];

/// The sentence in Vietnamese, where it is one of these. One that says more by itself is taken before one that says less.
pub(super) fn vietnamese(english: &str) -> Option<String> {
    let fitting = DETAILS.iter().filter_map(|(template, line)| Some((template.len(), found(template, english)?, line)));
    let (_, found, vietnamese) = fitting.max_by_key(|(length, ..)| *length)?;
    let mut found = found.into_iter();
    let mut pieces = vietnamese.split("{}");
    let mut sentence = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        sentence.push_str(found.next().unwrap_or_default());
        sentence.push_str(piece);
    }
    Some(sentence)
}

/// What stands in the text where the template has `{}`, if the rest is the same.
fn found<'a>(template: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = template.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut found = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        // The last piece ends the text; the others are looked for from the left.
        let at = if pieces.peek().is_none() {
            rest.ends_with(piece).then(|| rest.len() - piece.len())
        } else {
            rest.find(piece)
        }?;
        let (hole, after) = rest.split_at_checked(at)?;
        found.push(hole);
        rest = after.strip_prefix(piece)?;
    }
    (rest.is_empty() && found.iter().all(|hole| !hole.is_empty())).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_stands_in_the_vietnamese_sentence() {
        assert_eq!(vietnamese("not what was signed: DG1, DG2").as_deref(), Some("khác với bản đã ký: DG1, DG2"));
        assert_eq!(
            vietnamese("the document is of VNM, and C=DE, CN=x is not of that state").as_deref(),
            Some("giấy tờ của VNM, còn C=DE, CN=x không thuộc nước đó")
        );
        let both = "the Document Signer's certificate cannot be verified: DSA is not supported";
        assert!(vietnamese(both).is_some_and(|text| text.starts_with("không kiểm tra được")));
        assert_eq!(vietnamese("something else"), None);
    }

    #[test]
    fn both_languages_leave_the_same_open_and_every_sentence_finds_itself() {
        for (english, vietnamese_line) in DETAILS {
            assert_eq!(english.matches("{}").count(), vietnamese_line.matches("{}").count(), "{english}");
            assert_eq!(vietnamese(&english.replace("{}", "X")), Some(vietnamese_line.replace("{}", "X")), "{english}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_sentence_is_taken_or_not_without_panic(text in ".{0,80}") {
            let _ = vietnamese(&text);
        }
    }
}
