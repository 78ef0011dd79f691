//! The fields of the holder, each with the file that it comes from.

use crate::card_date::CardDate;
use crate::holder::{Field, Holder};
use crate::sex::Sex;
use crate::terminal::rows::Labels;
use crate::terminal::style::{Paint, Style};
use crate::terminal::text::clean;

/// One line or more for each field that the card holds.
pub(super) fn lines(holder: &Holder, style: &Style, width: usize) -> Vec<String> {
    let mut lines = Lines { style, width, lines: Vec::new() };
    lines.strong("Số định danh", "ID number", holder.id_number.as_ref());
    lines.strong("Họ và tên", "full name", holder.full_name.as_ref());
    lines.date("Ngày sinh", "date of birth", holder.date_of_birth.as_ref());
    lines.sex("Giới tính", "sex", holder.sex.as_ref());
    lines.text("Quốc tịch", "nationality", holder.nationality.as_ref());
    lines.text("Dân tộc", "ethnicity", holder.ethnicity.as_ref());
    lines.text("Tôn giáo", "religion", holder.religion.as_ref());
    lines.text("Quê quán", "place of origin", holder.place_of_origin.as_ref());
    lines.text("Nơi thường trú", "residence at issue", holder.place_of_residence.as_ref());
    lines.text("Đặc điểm nhận dạng", "features", holder.identifying_features.as_ref());
    lines.date("Ngày cấp", "date of issue", holder.date_of_issue.as_ref());
    lines.date("Có giá trị đến", "date of expiry", holder.date_of_expiry.as_ref());
    lines.text("Họ tên cha", "father", holder.father_name.as_ref());
    lines.text("Họ tên mẹ", "mother", holder.mother_name.as_ref());
    lines.text("Họ tên vợ/chồng", "spouse", holder.spouse_name.as_ref());
    lines.text("Số CMND cũ", "old number", holder.old_id_number.as_ref());
    lines.text("Số tài liệu", "document number", holder.document_number.as_ref());
    lines.text("Nước cấp", "issuing state", holder.issuing_state.as_ref());
    lines.lines
}

/// A line that is no field of the holder.
pub(super) fn extra(vi: &str, en: &str, text: Option<&str>, source: &str, style: &Style, width: usize) -> Vec<String> {
    text.map(|text| labels(width).row((vi, en), &clean(text), source, None, style, width)).unwrap_or_default()
}

fn labels(width: usize) -> Labels {
    Labels::fitting(20, 38, width)
}

struct Lines<'a> {
    style: &'a Style,
    width: usize,
    lines: Vec<String>,
}

impl Lines<'_> {
    fn strong(&mut self, vi: &str, en: &str, field: Option<&Field<String>>) {
        self.field(vi, en, field, Some(Paint::Strong), String::clone);
    }

    fn text(&mut self, vi: &str, en: &str, field: Option<&Field<String>>) {
        self.field(vi, en, field, None, String::clone);
    }

    fn date(&mut self, vi: &str, en: &str, field: Option<&Field<CardDate>>) {
        self.field(vi, en, field, None, |date| date.vietnamese());
    }

    fn sex(&mut self, vi: &str, en: &str, field: Option<&Field<Sex>>) {
        self.field(vi, en, field, None, |sex| sex.vietnamese().to_owned());
    }

    /// The value in the words of the card: where those could not be read as a value, as they stand there.
    fn field<T>(
        &mut self,
        vi: &str,
        en: &str,
        field: Option<&Field<T>>,
        paint: Option<Paint>,
        words: impl Fn(&T) -> String,
    ) {
        let Some(field) = field else { return };
        let text = match (&field.value, &field.text) {
            (Some(value), _) => words(value),
            (None, Some(text)) => text.clone(),
            (None, None) => return,
        };
        let source = field.source.as_str();
        self.lines.extend(labels(self.width).row((vi, en), &clean(&text), source, paint, self.style, self.width));
    }
}
