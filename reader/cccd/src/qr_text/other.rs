//! What a code that is no ID card's seems to be, so that the person at the desk can be told what to scan instead. A guess
//! from its first characters: nothing is decided by it.

use icao9303::check::Remark;
use serde::Serialize;

/// A kind of QR code met at desks and gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SeemsToBe {
    /// Nothing at all.
    Empty,
    /// A web address.
    Url,
    /// An opaque token, as the VNeID app shows one: valid for a minute, and checked with VNeID only.
    VneidLike,
    /// A JSON value.
    Json,
    /// A payment code (EMVCo QR; VietQR is one).
    Payment,
    /// A health insurance card's code.
    HealthInsurance,
    /// A visiting card (vCard or MECARD).
    ContactCard,
    /// Access to a wireless network.
    Wifi,
    /// The machine readable zone of a document.
    Mrz,
    /// Digits only: a bar code's number, or an ID number alone.
    Number,
    /// Some other text.
    Text,
}

impl SeemsToBe {
    /// What `payload` seems to be.
    pub(super) fn of(payload: &str) -> Self {
        let text = payload.trim();
        let starts = |prefix: &str| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        if text.is_empty() {
            Self::Empty
        } else if starts("http://") || starts("https://") || starts("www.") {
            Self::Url
        } else if starts("vneid") {
            Self::VneidLike
        } else if text.starts_with(['{', '[']) {
            Self::Json
        } else if is_payment(text) {
            Self::Payment
        } else if starts("BEGIN:VCARD") || starts("MECARD:") {
            Self::ContactCard
        } else if starts("WIFI:") {
            Self::Wifi
        } else if is_mrz(text) {
            Self::Mrz
        } else if text.bytes().all(|b| b.is_ascii_digit()) {
            Self::Number
        } else if is_health_insurance(text) {
            Self::HealthInsurance
        } else if is_opaque(text) {
            Self::VneidLike
        } else if text.contains("://") {
            Self::Url
        } else {
            Self::Text
        }
    }

    /// The same as a warning, for a result that goes on without the code.
    #[must_use]
    pub fn remark(self) -> Remark {
        Remark { code: "not_a_card_code", message: format!("not an ID card's code; it seems to be {}", self.english()) }
    }

    /// The same in plain English.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::Empty => "nothing",
            Self::Url => "a web address",
            Self::VneidLike => "an opaque token, as the VNeID app shows; only VNeID itself can check one",
            Self::Json => "a JSON value",
            Self::Payment => "a payment code (VietQR or alike)",
            Self::HealthInsurance => "a health insurance card's code",
            Self::ContactCard => "a visiting card",
            Self::Wifi => "access to a wireless network",
            Self::Mrz => "a machine readable zone",
            Self::Number => "a number alone",
            Self::Text => "some text",
        }
    }

    /// The same in Vietnamese.
    #[must_use]
    pub const fn vietnamese(self) -> &'static str {
        match self {
            Self::Empty => "mã trống",
            Self::Url => "địa chỉ trang web",
            Self::VneidLike => "mã ứng dụng kiểu VNeID; chỉ VNeID mới kiểm tra được",
            Self::Json => "dữ liệu JSON",
            Self::Payment => "mã thanh toán (VietQR hoặc tương tự)",
            Self::HealthInsurance => "mã thẻ bảo hiểm y tế",
            Self::ContactCard => "danh thiếp",
            Self::Wifi => "thông tin mạng không dây",
            Self::Mrz => "vùng đọc máy (MRZ)",
            Self::Number => "chỉ một dãy số",
            Self::Text => "văn bản khác",
        }
    }
}

/// EMVCo QR Code Specification for Payment Systems, merchant-presented mode, 4.1: begins with the payload format
/// indicator, tag 00, length 02, value 01, and another tag and length follow.
fn is_payment(text: &str) -> bool {
    text.strip_prefix("000201").is_some_and(|rest| rest.len() >= 4 && rest.bytes().take(4).all(|b| b.is_ascii_digit()))
}

fn is_mrz(text: &str) -> bool {
    let characters = text.bytes().filter(|b| !b.is_ascii_whitespace());
    let allowed = characters.clone().all(|b| b == b'<' || b.is_ascii_uppercase() || b.is_ascii_digit());
    allowed && text.contains('<') && matches!(characters.count(), 30 | 44 | 72 | 88 | 90)
}

/// The card's code is the insurance number (ten digits, or two letters and thirteen digits) and the name in hexadecimal,
/// parted by a bar.
fn is_health_insurance(text: &str) -> bool {
    let Some((number, rest)) = text.split_once('|') else { return false };
    let name = rest.split('|').next().unwrap_or_default();
    let digits = number.trim_start_matches(|c: char| c.is_ascii_uppercase());
    matches!((number.len(), digits.len()), (10, 10) | (15, 13))
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !name.is_empty()
        && name.len() % 2 == 0
        && name.bytes().all(|b| b.is_ascii_hexdigit())
}

/// One long word of the characters that base64, hexadecimal and signed tokens are written with.
fn is_opaque(text: &str) -> bool {
    text.len() >= 24
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=_-.:".contains(&b))
        && text.bytes().any(|b| b.is_ascii_digit())
}
