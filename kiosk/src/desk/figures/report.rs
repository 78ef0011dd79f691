//! The report of a period: what it says, and as a PDF. [`workbook`] makes it a workbook.

use cccd::messages::Words;
use cccd_typeset::Request;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::period::{Period, written};
use super::standard::{Share, Standard, WANTED};
use super::summary::{SecondsPerField, ServiceLine, Summary};
use super::timeline::Step;
use super::times::{self, BOUNDS};
use crate::desk::clock;
use crate::desk::office::Office;

pub mod workbook;

/// The report as it is printed.
const TEMPLATE: &str = include_str!("../../../templates/figures.typ");

/// What it is called.
const TITLE: &str = "Báo cáo số liệu tiếp nhận tại Bộ phận Một cửa";

/// What a report is made of.
#[derive(Clone, Debug)]
pub struct Report {
    /// Whose it is.
    pub office: Office,
    /// The days.
    pub period: Period,
    /// The figures.
    pub summary: Summary,
    /// What is standardised on the day it is made.
    pub standard: Standard,
    /// Visits along the period.
    pub steps: Vec<Step>,
    /// The day it is made.
    pub made: Date,
}

/// How everything is counted: said on the page and in each report.
pub fn method(each: SecondsPerField) -> Vec<Words> {
    let seconds = each.seconds();
    vec![
        Words::new(
            "Một lượt là một dịch vụ trong một phiên tại bàn, tính khi phiên kết thúc. In hoặc xuất nhiều lần vẫn là một lượt; phiên có hai dịch vụ là hai lượt.",
            "A visit is one service in one session, counted when the session ends. Printed or exported several times it is still one; two services are two.",
        ),
        Words::new(
            "Hoàn thành tờ khai: tờ khai đã in, lưu thành tệp hoặc chuyển sang phần mềm khác. Đây không phải kết quả giải quyết thủ tục.",
            "Form completed: it was printed, saved, or sent to other software. That is not the outcome of the procedure.",
        ),
        Words::new(
            "Thời gian một lượt: từ đầu phiên (hoặc từ khi chọn dịch vụ tiếp theo) đến lần cuối tờ khai được in hoặc xuất. Trung vị ước tính từ các khoảng thời gian.",
            "Time of a visit: from the begin of the session (or the choice of a further service) until its form last left. The median is estimated from the buckets.",
        ),
        Words::new(
            format!(
                "Số phút tiết kiệm = số ô điền từ thẻ × {seconds} giây ÷ 60. {seconds} giây là thời gian gõ tay một ô do cơ quan đặt (mặc định 8 giây); không trừ thời gian đọc thẻ."
            ),
            format!(
                "Minutes saved = fields filled from the card × {seconds} seconds ÷ 60. {seconds} seconds is what the office takes for typing one field by hand (8 unless changed); the time to read the card is not taken off."
            ),
        ),
        Words::new(
            format!(
                "Biểu mẫu chuẩn hóa: bản đang có hiệu lực, không phải bản nháp, có ô được điền từ thẻ. Mục tiêu của kế hoạch: 50 % giai đoạn 2023–2025, {WANTED} % giai đoạn 2025–2030."
            ),
            format!(
                "A standardised form: in force, no draft, with fields filled from the card. The plans want 50 % in 2023–2025 and {WANTED} % in 2025–2030."
            ),
        ),
        Words::new(
            "Chỉ lưu tổng số theo ngày: không có họ tên, số định danh, bí danh, cán bộ hay giờ của từng lượt. Thẻ mẫu để luyện tập không được tính.",
            "Only sums by day are kept: no name, ID number, pseudonym, officer or time of a visit. Practice with sample cards is not counted.",
        ),
    ]
}

/// The buckets of times: the bound that each ends with, what it is called, and how many visits fell into it.
pub fn buckets(summary: &Summary) -> Vec<(String, Words, u64)> {
    let upper = |place: usize| BOUNDS.get(place).map(|bound| times::written(u64::from(*bound)));
    let name = |place: usize| match (place.checked_sub(1).and_then(upper), upper(place)) {
        (None, Some(upper)) => (upper.clone(), Words::new(format!("đến {upper}"), format!("up to {upper}"))),
        (Some(lower), Some(upper)) => {
            let both = format!("{lower} – {upper}");
            (upper, Words::new(both.clone(), both))
        }
        (lower, None) => {
            let lower = lower.unwrap_or_default();
            (format!("> {lower}"), Words::new(format!("trên {lower}"), format!("over {lower}")))
        }
    };
    let counts = summary.total.times.counts.iter().enumerate();
    counts.map(|(place, count)| (name(place), *count)).map(|((bound, words), count)| (bound, words, count)).collect()
}

/// Whole percent of a part.
pub fn percent(part: u64, whole: u64) -> u64 {
    Share { part, whole }.percent()
}

/// A number with dots between its thousands, as it is written in Vietnam.
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

/// A time, or a dash where there is none.
pub fn time(seconds: Option<u64>) -> String {
    seconds.map_or_else(|| "–".to_owned(), times::written)
}

impl Report {
    /// The days in words, with when they are closed.
    pub fn days(&self) -> String {
        let Period { from, until, .. } = &self.period;
        let not_over = if *until > self.made { "; chưa hết kỳ, tính đến ngày lập" } else { "" };
        format!("từ {} đến {}{not_over}", written(*from), written(*until))
    }

    /// When figures are closed.
    pub fn closed(&self) -> String {
        let (day, weekday) = (self.office.cut_day.words().vi, self.office.cut_weekday.words().vi);
        format!("Chốt số liệu: tháng, quý, năm vào {day}; tuần vào {weekday}")
    }

    /// What a file with it is called.
    pub fn file_name(&self) -> String {
        format!("so-lieu-{}-{}", self.period.from, self.period.until)
    }

    /// The few numbers that matter most: what each is called, and what it is.
    pub fn headline(&self) -> Vec<(&'static str, String)> {
        let total = &self.summary.total;
        let Standard { essential, services, forms } = self.standard;
        let share = |share: Share| format!("{} / {} ({} %)", share.part, share.whole, share.percent());
        vec![
            ("Tổng số lượt", number(total.visits)),
            ("Hoàn thành tờ khai", format!("{} ({} %)", number(total.served()), percent(total.served(), total.visits))),
            ("Số ô điền từ thẻ", number(total.fields.card)),
            ("Số ô gõ tay hoặc chọn", number(total.fields.typed)),
            ("Số phút tiết kiệm (ước tính)", number(total.minutes_saved(self.office.seconds_per_field))),
            ("Thời gian một lượt: trung vị", time(total.times.median())),
            ("Thời gian một lượt: trung bình", time(total.times.mean())),
            ("Dịch vụ thiết yếu có biểu mẫu chuẩn hóa", share(essential)),
            ("Mọi dịch vụ của bàn có biểu mẫu chuẩn hóa", share(services)),
            ("Biểu mẫu đã chuẩn hóa", share(forms)),
        ]
    }

    /// As a PDF.
    pub fn request(&self) -> Request {
        Request::new(TEMPLATE, self.data(), TITLE, self.made)
    }

    fn data(&self) -> Value {
        let counted = |lines: Vec<(String, u64)>| {
            let lines = lines.into_iter().filter(|(_, count)| *count > 0);
            lines.map(|(name, count)| json!({"name": name, "count": number(count)})).collect::<Vec<_>>()
        };
        let summary = &self.summary;
        let method = method(self.office.seconds_per_field);
        let headline = self.headline();
        json!({
            "authority": self.office.authority,
            "place": self.office.place,
            "made": {"day": format!("{:02}", self.made.day()), "month": format!("{:02}", self.made.month()), "year": self.made.year()},
            "printed": clock::written(Timestamp::now()),
            "period": self.period.name.vi,
            "days": self.days(),
            "closed": self.closed(),
            "headline": headline.iter().map(|(name, value)| json!({"name": name, "value": value})).collect::<Vec<_>>(),
            "services": summary.services.iter().map(|line| self.line(line)).collect::<Vec<_>>(),
            "total": self.line(&summary.total),
            "ways": counted(summary.ways.iter().map(|(_, words, count)| (words.vi.clone(), *count)).collect()),
            "outcomes": counted(summary.outcomes.iter().map(|(_, words, count)| (words.vi.clone(), *count)).collect()),
            "reads": counted(summary.reads.iter().map(|(words, count)| (words.vi.clone(), *count)).collect()),
            "times": counted(buckets(summary).into_iter().map(|(_, words, count)| (words.vi, count)).collect()),
            "method": method.iter().map(|words| words.vi.clone()).collect::<Vec<_>>(),
        })
    }

    fn line(&self, line: &ServiceLine) -> Value {
        json!({
            "number": match line.number { 0 => String::new(), number => number.to_string() },
            "name": line.name,
            "visits": number(line.visits),
            "paper": number(line.paper),
            "data": number(line.data),
            "unserved": number(line.unserved()),
            "card": number(line.fields.card),
            "typed": number(line.fields.typed),
            "minutes": number(line.minutes_saved(self.office.seconds_per_field)),
            "median": time(line.times.median()),
            "mean": time(line.times.mean()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_dots_between_their_thousands() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1.000", "1.234.567"]);
    }
}
