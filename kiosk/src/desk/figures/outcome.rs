//! How a visit ends, and how a read does: the words that sums are kept under. They are never changed once they were released.

use cccd::messages::Words;

use crate::desk::person::Way;

/// What a visit came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The form left the desk on paper, or as a file to print: PDF, printer, word processor.
    Paper,
    /// The form left as data alone: a file for programs, a message, keys, copied fields, the bridge.
    Data,
    /// No form left, but the record of the read was printed for the file.
    Record,
    /// Somebody was read or typed, and nothing left the desk.
    Nothing,
    /// What was read may not go into a form: the card was rejected.
    Rejected,
    /// No card could be read, and why the last one could not.
    Failed(Failure),
}

/// Why a card could not be read, as far as figures tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// The CAN, code or MRZ did not open it, or it is blocked.
    Key,
    /// It was taken away.
    Removed,
    /// It did not answer, or the link was bad.
    Link,
    /// The reader or its service is gone.
    Reader,
    /// It is no such card, or holds what is not understood.
    Card,
    /// The desk could not: the disk is full, or something broke.
    Desk,
}

impl Outcome {
    /// All, in the order of a report.
    pub const ALL: [Self; 11] = [
        Self::Paper,
        Self::Data,
        Self::Record,
        Self::Nothing,
        Self::Rejected,
        Self::Failed(Failure::Key),
        Self::Failed(Failure::Removed),
        Self::Failed(Failure::Link),
        Self::Failed(Failure::Reader),
        Self::Failed(Failure::Card),
        Self::Failed(Failure::Desk),
    ];

    /// Its stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Data => "data",
            Self::Record => "record",
            Self::Nothing => "nothing",
            Self::Rejected => "rejected",
            Self::Failed(failure) => failure.code(),
        }
    }

    /// The one of a stable name.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    /// What it is called.
    pub fn words(self) -> Words {
        match self {
            Self::Paper => Words::new("Đã in hoặc lưu tờ khai", "Form printed or saved"),
            Self::Data => Words::new("Đã chuyển dữ liệu sang phần mềm khác", "Data sent to other software"),
            Self::Record => Words::new("Chỉ in phiếu đọc thẻ", "Only the read record printed"),
            Self::Nothing => Words::new("Đã đọc, không in hoặc chuyển gì", "Read, nothing printed or sent"),
            Self::Rejected => Words::new("Thẻ không được chấp nhận", "Card rejected"),
            Self::Failed(failure) => failure.words(),
        }
    }
}

impl Failure {
    /// The kind that a read's stable error code belongs to.
    pub fn of_error(code: &str) -> Self {
        match code {
            "wrong_password" | "access_denied" | "card_blocked" | "pace_failed" => Self::Key,
            "card_removed" => Self::Removed,
            "timeout" | "transmission" | "secure_messaging" => Self::Link,
            "reader_unavailable" => Self::Reader,
            "not_an_emrtd" | "unsupported" | "card_error" => Self::Card,
            _ => Self::Desk,
        }
    }

    /// Its stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Key => "failed_key",
            Self::Removed => "failed_removed",
            Self::Link => "failed_link",
            Self::Reader => "failed_reader",
            Self::Card => "failed_card",
            Self::Desk => "failed_desk",
        }
    }

    /// What it is called.
    pub fn words(self) -> Words {
        match self {
            Self::Key => Words::new("Không mở được chip (sai số CAN, bị khóa)", "Chip not opened (wrong CAN, blocked)"),
            Self::Removed => Words::new("Thẻ bị nhấc ra khi đang đọc", "Card taken away while read"),
            Self::Link => Words::new("Chip không trả lời", "Chip did not answer"),
            Self::Reader => Words::new("Mất đầu đọc", "Reader gone"),
            Self::Card => Words::new("Không phải thẻ căn cước hoặc chip lỗi", "No ID card, or a broken chip"),
            Self::Desk => Words::new("Lỗi của máy tại bàn", "Fault of this machine"),
        }
    }
}

/// What a read came to, by its stable name: a verdict, a failure, or that nothing was proven.
pub const UNPROVEN: &str = "unproven";

/// The results of reads in the order of a report, and what they are called.
pub const READS: [(&str, &str, &str); 10] = [
    ("genuine", "Chip thật, dữ liệu nguyên vẹn", "Genuine"),
    ("unconfirmed", "Chưa khẳng định được", "Not confirmed"),
    ("rejected", "Không chấp nhận", "Rejected"),
    (UNPROVEN, "Không qua chip (không kiểm chứng)", "Without chip (nothing proven)"),
    ("failed_key", "Không đọc được: không mở được chip", "Failed: chip not opened"),
    ("failed_removed", "Không đọc được: thẻ bị nhấc ra", "Failed: card taken away"),
    ("failed_link", "Không đọc được: chip không trả lời", "Failed: no answer"),
    ("failed_reader", "Không đọc được: mất đầu đọc", "Failed: reader gone"),
    ("failed_card", "Không đọc được: không phải thẻ căn cước hoặc chip lỗi", "Failed: no ID card, or broken"),
    ("failed_desk", "Không đọc được: lỗi của máy tại bàn", "Failed: fault of this machine"),
];

/// The ways of visits in the order of a report: the seven of the guidance, the usual ones first; 8 is a passport, 0 is nobody's.
pub const WAYS: [u8; 9] = [5, 2, 4, 3, 1, 6, 7, 8, 0];

/// The stable name of a way.
pub fn way_code(way: u8) -> &'static str {
    match Way::of_number(way) {
        Some(Way::Chip) => "chip",
        Some(Way::QrCode) => "qr",
        Some(Way::Vneid) => "vneid",
        Some(Way::Database) => "database",
        Some(Way::Card) => "card_seen",
        Some(Way::ResidencePaper) => "residence_paper",
        Some(Way::NumberNotice) => "number_notice",
        Some(Way::Passport) => "passport",
        None => "none",
    }
}

/// What a way is called.
pub fn way_words(way: u8) -> Words {
    Way::of_number(way).map_or_else(
        || Words::new("Không có ai trong phiên", "Nobody in the session"),
        |way| {
            let words = way.words();
            let Some(number) = way.of_guidance() else { return words };
            Words::new(format!("{} (phương thức {number})", words.vi), format!("{} (way {number})", words.en))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_names_are_nobody_elses() {
        let codes: std::collections::BTreeSet<_> = Outcome::ALL.into_iter().map(Outcome::code).collect();
        assert_eq!(codes.len(), Outcome::ALL.len());
        assert!(Outcome::ALL.into_iter().all(|outcome| Outcome::of_code(outcome.code()) == Some(outcome)));
        assert!(WAYS.iter().all(|way| *way == 0 || Way::of_number(*way).is_some()));
    }

    #[test]
    fn every_way_a_read_fails_has_a_line_in_the_report() {
        for code in ["wrong_password", "card_removed", "timeout", "reader_unavailable", "not_an_emrtd", "not_recorded"]
        {
            let failure = Failure::of_error(code).code();
            assert!(READS.iter().any(|(name, ..)| *name == failure), "{code}: {failure}");
        }
    }
}
