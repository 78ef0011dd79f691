//! What is missing, too long or unreadable, field by field.

use super::{Desk, FilledField, Form, Problem, Section, cross_checks};
use crate::date;
use crate::facts::{Fact, Subjects};
use crate::finding::Severity;
use crate::packs::{Field, Kind, Pack, PackSection, PassportAs, Source};
use crate::search_key;

/// All problems of a form: of single fields in their order, then the cross-checks of the pack.
pub(super) fn of(pack: &Pack, form: &Form, subjects: &Subjects, desk: &Desk) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (asked, section) in pack.sections.iter().zip(&form.sections) {
        for row in section.fields.chunk_by(|one, next| one.row == next.row) {
            let in_use = section.rows.is_none() || row.iter().any(|field| !field.value.is_empty());
            let pairs = asked.fields.iter().zip(row).filter(|_| in_use);
            problems.extend(
                pairs.filter_map(|(field, filled)| of_field(field, filled).or_else(|| words(field, filled, row))),
            );
        }
    }
    problems.extend(
        pack.sections.iter().zip(&form.sections).filter_map(|(asked, filled)| too_many(asked, filled, subjects)),
    );
    problems.extend(pack.checks.iter().filter_map(|check| cross_checks::failed(check, pack, form, subjects, desk)));
    problems
}

/// More people stand in a table than it has rows.
fn too_many(asked: &PackSection, filled: &Section, subjects: &Subjects) -> Option<Problem> {
    let rows = asked.rows.as_ref().filter(|rows| rows.of_persons)?;
    let (there, most) = (subjects.0.get(&rows.subject).map_or(0, Vec::len), rows.most);
    let key = filled.fields.first().map(|field| field.key.clone())?;
    (there > most).then(|| Problem {
        key,
        vi: format!(
            "{}: có {there} người, mẫu chỉ có chỗ cho {most}. Làm thêm một tờ khai cho những người còn lại.",
            asked.title
        ),
        en: format!("{}: {there} people for {most} rows. Make another form for the others.", asked.title_en),
        severity: Severity::Error,
    })
}

fn of_field(field: &Field, filled: &FilledField) -> Option<Problem> {
    let value = &filled.value;
    let most = field.max_length.unwrap_or_else(|| field.kind.usual_length());
    let (name, name_en) = (bare(&filled.label), bare(&filled.label_en));
    let (severity, vi, en) = if value.is_empty() {
        if !field.required {
            return None;
        }
        (Severity::Warning, format!("Còn trống: {name}"), format!("Still empty: {name_en}"))
    } else if field.passport == Some(PassportAs::Number) && !is_id_number(value) && !is_passport_number(value) {
        (
            Severity::Error,
            format!("{name}: cần 12 chữ số, hoặc số hộ chiếu (chữ in hoa và số)"),
            format!("{name_en}: 12 digits, or a passport number (capital letters and digits)"),
        )
    } else if holds_id_number(field) && !is_id_number(value) {
        (Severity::Error, format!("{name}: phải đủ 12 chữ số"), format!("{name_en}: must be 12 digits"))
    } else if filled.kind == Kind::Date && !date::is_full_or_partial(value) {
        (Severity::Error, format!("{name}: viết ngày/tháng/năm"), format!("{name_en}: write dd/mm/yyyy"))
    } else if filled.closed && filled.kind == Kind::Choice && !filled.options.contains(value) {
        (Severity::Error, format!("{name}: chọn trong danh sách"), format!("{name_en}: choose from the list"))
    } else if value.chars().count() > most {
        (
            Severity::Warning,
            format!("{name}: dài hơn {most} ký tự, có thể không đủ chỗ trên giấy"),
            format!("{name_en}: over {most} characters, the paper may have no room"),
        )
    } else {
        return None;
    };
    Some(Problem { key: filled.key.clone(), vi, en, severity })
}

/// A date or a number that somebody wrote in other words than its digits say.
fn words(field: &Field, filled: &FilledField, row: &[FilledField]) -> Option<Problem> {
    let digits = row.iter().find(|other| Some(&other.id) == field.in_words_of.as_ref())?;
    let said = search_key::key(&super::in_words(&digits.value)?);
    (!filled.value.is_empty() && search_key::key(&filled.value) != said).then(|| Problem {
        key: filled.key.clone(),
        vi: format!("{}: khác với phần ghi bằng số", bare(&filled.label)),
        en: format!("{}: not what the digits say", bare(&filled.label_en)),
        severity: Severity::Warning,
    })
}

/// A field that has room for more than twelve characters takes other papers' numbers too: a passport's, an organisation's code.
fn holds_id_number(field: &Field) -> bool {
    let of_a_card = field.passport.is_none()
        && field.source == Some(Source::Fact(Fact::IdNumber))
        && field.max_length.is_none_or(|most| most <= 12);
    field.kind == Kind::IdBoxes || of_a_card
}

pub(super) fn is_id_number(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// As the machine readable zone holds it: at most nine letters and digits (ICAO Doc 9303-4, 4.2.2.2), and no fewer than
/// any state uses.
pub(super) fn is_passport_number(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    (6..=9).contains(&text.len()) && plain && digits >= 4
}

/// A label without its note numbers and colon: "7. Họ, chữ đệm và tên chủ hộ".
pub(super) fn bare(label: &str) -> String {
    let mut bare = label.trim().trim_end_matches(':').trim_end().to_owned();
    while let Some(open) = bare.strip_suffix(')').and_then(|rest| rest.rfind('(')) {
        let note = bare.get(open + 1..bare.len() - 1).unwrap_or_default();
        if note.is_empty() || !note.bytes().all(|byte| byte.is_ascii_digit()) {
            break;
        }
        bare.truncate(open);
        bare.truncate(bare.trim_end_matches([':', ' ']).len());
    }
    bare
}
